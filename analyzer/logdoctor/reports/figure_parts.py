"""How the parts of a figure are drawn: lines, their labels, the mark of a finding, the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import font_manager, ticker
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from logdoctor.finding import Finding, Severity, Span
from logdoctor.reports.escaping import printable
from logdoctor.run import Axis, Series
from logdoctor.signals.logging.holes import holes
from logdoctor.wording import axis_word, number, stretch

LABEL_INK, GRID = "#50555d", "#e5e5e1"
TRAIN, VALIDATION = "#3d434b", "#0072b2"
OTHERS = ("#aa3377", "#009e73", "#56b4e9")
"""Okabe and Ito's blue and Tol's further colours: told apart by the colour-blind, and in grey by their lightness."""

MARKS = {Severity.ERROR: ("#b42318", 0.075), Severity.WARNING: ("#8a5700", 0.11), Severity.NOTE: (LABEL_INK, 0.07)}
"""Colour of a flagged stretch, and how dense its wash is."""

MAX_WASHED = 0.9
"""A stretch that is nearly all of the axis is not washed: nothing would stand out."""

RIGHT_FROM = 0.55
"""Share of the axis from which the name of a stretch ends at the right."""

MIN_MARKED = 0.01
"""Share of the axis that a stretch takes at least, so that a single step is seen."""

GAP_PACES = 2.5
"""A series that is logged regularly has a gap where its steps lie more than so many paces apart."""

FEW, SOME = 5, 40
"""Below so many points there are dots and no line; below so many a line with dots."""

MAX_TRIANGLES = 40
"""Triangles that can be told from each other on the edge; of more, so many evenly spread are drawn."""

MAX_NAME = 18
"""Characters of a name at the end of its line."""

NARROW = 5.0
"""Inches below which the last value stands under the name, for the curve needs the room."""

LABEL_OFFSET = 4
"""Points between the end of a line and its label."""

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.labelsize": 7.5,
    "axes.edgecolor": "#8d9199",
    "axes.linewidth": 0.6,
    "axes.labelcolor": LABEL_INK,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.color": "#8d9199",
    "ytick.color": "#8d9199",
    "xtick.labelcolor": LABEL_INK,
    "ytick.labelcolor": LABEL_INK,
    "xtick.major.width": 0.6,
    "ytick.major.size": 0,
    "text.parse_math": False,  # a name from a log is no formula
    "text.usetex": False,
    "pdf.fonttype": 42,  # journals refuse Type 3
    "svg.hashsalt": "logdoctor",
}


@dataclass(frozen=True)
class Line:
    """A series as it is drawn."""

    series: Series
    color: str
    width: float


def draw_line(axes: Axes, line: Line) -> None:
    """Draw a series with its gaps, and a triangle on the upper edge for each value that is not finite."""
    curve = line.series.curve
    finite = np.isfinite(curve.values)
    steps, values = curve.steps.astype(np.float64), np.where(finite, curve.values, np.nan)
    ends = np.searchsorted(curve.steps, [hole.after for hole in holes(line.series, GAP_PACES)])
    steps, values = np.insert(steps, ends, np.nan), np.insert(values, ends, np.nan)
    marker = "o" if len(curve) < SOME else ""
    style = "" if len(curve) < FEW else "-"
    axes.plot(steps, values, style, marker=marker, markersize=2.4, color=line.color, linewidth=line.width)
    broken = curve.steps[~finite]
    shown = broken[np.unique(np.linspace(0, len(broken) - 1, min(MAX_TRIANGLES, len(broken))).astype(int))]
    at_the_top = axes.get_xaxis_transform()
    axes.plot(
        shown, np.full(len(shown), 0.985), "v", color=line.color, markersize=2.6, transform=at_the_top, clip_on=False
    )


def label_end(axes: Axes, line: Line, *, narrow: bool) -> None:
    """Write the name and the last value of a line at its end."""
    curve, finite = line.series.curve, line.series.finite
    if not len(finite):
        return
    axes.annotate(
        f"{shown_name(line.series)}{chr(10) if narrow else ' '}{number(float(curve.values[-1]))}",
        (1, float(finite.values[-1])),
        (LABEL_OFFSET, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        color=line.color,
        va="center",
        linespacing=1.1,
        annotation_clip=False,
    )


def push_apart(axes: Axes) -> None:
    """Move the labels at the ends of lines apart, where they would stand on each other."""
    labels = [text for text in axes.texts if text.get_gid() is None]
    points = 72 / axes.figure.dpi
    heights = {label: label.get_window_extent().y0 * points for label in labels}
    below = -np.inf
    for label in sorted(labels, key=heights.__getitem__):
        moved = max(heights[label], below)
        x, y = label.get_position()
        label.set_position((x, y + moved - heights[label]))
        below = moved + label.get_window_extent().height * points + 1


def mark(axes: Sequence[Axes], finding: Finding, drawn: Sequence[Series]) -> None:
    """Mark the stretches of a finding: a bar on top with its name, and a wash over everything."""
    by_name = {one.name: one for one in drawn}
    spans = list({(one.first_step, one.last_step): one for one in finding.spans if one.series in by_name}.values())
    first, last = axes[0].get_xlim()
    color, dense = MARKS[finding.severity]
    top = axes[0].get_xaxis_transform()
    above = top + ScaledTranslation(0, 3 / 72, axes[0].figure.dpi_scale_trans)
    for span in spans:
        start, end = _shown(span, first, last)
        for panel in axes if end - start < MAX_WASHED * (last - first) else ():
            panel.axvspan(start, end, color=color, alpha=dense, linewidth=0, zorder=0)
        bar: dict[str, Any] = {"linewidth": 2, "transform": above, "clip_on": False, "solid_capstyle": "butt"}
        axes[0].plot([start, end], [1, 1], color=color, **bar)
    if spans:
        start, end = _shown(spans[0], first, last)
        right = start > first + RIGHT_FROM * (last - first)
        label = f"{finding.rule}, {stretch(by_name[spans[0].series], spans[0].first_step, spans[0].last_step)}"
        at, side = (end, "right") if right else (start, "left")
        where: dict[str, Any] = {"xycoords": top, "textcoords": "offset points", "annotation_clip": False}
        axes[0].annotate(_legible(label), (at, 1), (0, 6), color=color, va="bottom", ha=side, gid="mark", **where)


def _shown(span: Span, first: float, last: float) -> tuple[float, float]:
    """Return where a stretch begins and ends on the axis, wide enough to be seen."""
    widen = max(MIN_MARKED * (last - first) - (span.last_step - span.first_step), 0) / 2
    return max(span.first_step - widen, first), min(span.last_step + widen, last)


def label_steps(axes: Sequence[Axes], axis: Axis) -> None:
    """Write the steps below the last panel."""
    for panel in axes[:-1]:
        panel.tick_params(bottom=False, labelbottom=False)
    _, last = axes[0].get_xlim()
    steps = axes[-1].xaxis
    steps.set_major_locator(ticker.MaxNLocator(5, integer=True))
    steps.set_major_formatter(
        ticker.EngFormatter(sep="") if last >= 1e5 else ticker.FuncFormatter(lambda value, _: f"{value:,.0f}")
    )
    axes[-1].set_xlabel(axis_word(axis))


def shown_name(series: Series) -> str:
    """Return the name of a series as there is room for it: the middle of a long one is left out."""
    name = _legible(printable(series.name))
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME // 2]}…{name[-MAX_NAME // 2 + 1 :]}"


def _legible(text: str) -> str:
    """Escape what the font has no sign for: an escape can be read, an empty box cannot."""
    known = font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_charmap()
    return "".join(one if ord(one) in known else printable(one, ascii_only=True) for one in text)
