"""The parts of a chart as the template writes them: everything placed and worded.

Horizontal places are percent of the plot, vertical ones pixels from its top; lines are paths in their panel's own
coordinates. So text keeps its size at any width without a script.
"""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.reports.html.data import script_json

SHORT_LABEL = 10
"""Characters of a name that fit beside a plot on a phone."""


@dataclass(frozen=True)
class Line:
    """A path."""

    style: str
    path: str


@dataclass(frozen=True)
class Dot:
    """One value."""

    style: str
    x: float
    y: float


@dataclass(frozen=True)
class Label:
    """What a line is called, at its end, with its last value."""

    style: str
    text: str
    value: str
    x: float
    y: float
    at_end: bool = True
    """Whether it stands beside the plot, not in it."""

    @property
    def is_long(self) -> bool:
        """Whether it needs more room than there is beside the plot of a phone."""
        return len(self.text) > SHORT_LABEL


@dataclass(frozen=True)
class Tick:
    """A value on an axis."""

    at: float
    text: str
    is_minor: bool = False
    """Left out where the chart is narrow."""


@dataclass(frozen=True)
class Band:
    """The stretch that a finding is about."""

    x: float
    width: float
    text: str
    severity: str
    has_wash: bool = True

    @property
    def text_at_end(self) -> bool:
        """Whether the label ends where the band ends instead of starting where it starts."""
        return self.x > 55

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.x + self.width


@dataclass(frozen=True)
class Best:
    """The lowest point of the validation loss."""

    x: float
    y: float
    text: str

    text_y: float

    @property
    def label_at_end(self) -> bool:
        """Whether the label stands left of the point."""
        return self.x > 60


@dataclass(frozen=True)
class Reference:
    """A level with a name, such as chance."""

    y: float
    text: str


@dataclass(frozen=True)
class Pause:
    """A stretch in which nothing was logged."""

    x: float
    width: float
    y: float


@dataclass(frozen=True)
class Plot:
    """One panel, placed."""

    title: str
    top: float
    height: float
    is_strip: bool
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]
    ticks: tuple[Tick, ...]
    triangles: tuple[float, ...]
    references: tuple[Reference, ...]
    pauses: tuple[Pause, ...]
    best: Best | None
    logarithmic: bool
    series: tuple[str, ...]

    @property
    def bottom(self) -> float:
        """Its baseline."""
        return self.top + self.height


@dataclass(frozen=True)
class Chart:
    """Panels on one axis, with title, description and caption."""

    id: str
    run: int
    title: str
    aside: str
    height: float
    plots: tuple[Plot, ...]
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    axis: str
    description: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def top(self) -> float:
        """Top of the first panel."""
        return self.plots[0].top

    @property
    def bottom(self) -> float:
        """Baseline of the last panel."""
        return self.plots[-1].bottom

    @property
    def has_end_labels(self) -> bool:
        """Whether lines have names beside the plot, which need room there."""
        return any(label.at_end for plot in self.plots for label in plot.labels)

    @property
    def series_json(self) -> str:
        """The names of the series of each panel, for the script."""
        return script_json([plot.series for plot in self.plots])
