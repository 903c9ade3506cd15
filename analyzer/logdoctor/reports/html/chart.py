"""A chart as the template writes it: panels under each other on one axis, everything placed and worded.

Horizontal places are percent of the plot, vertical ones pixels from its top; lines are paths in their panel's own
coordinates. So text keeps its size at any width without a script.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.finding import Finding
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.curves import SIBLING, Curve
from logdoctor.reports.html.curves import Panel as Content
from logdoctor.reports.html.data import script_json
from logdoctor.reports.html.geometry import (
    LOGARITHMIC_FROM,
    STANDS_OUT,
    Scale,
    gaps,
    outstanding_start,
    pieces,
    round_ticks,
    scale_of,
    thinned,
    wants_logarithm,
)
from logdoctor.reports.html.names import cut
from logdoctor.run import Series, roles
from logdoctor.wording import axis_word, number

TALL, MIDDLE, STRIP = 230, 150, 44
"""Pixels of the first panel, of a further one, and of a strip."""

TOP, BETWEEN, BOTTOM = 24, 30, 36
"""Pixels above the first panel, between two, and below the last."""

GRAIN = 1000
"""Steps of a path from left to right."""

POINTS, STRIP_POINTS = 500, 240
"""Points from which a line shows the minimum and maximum of each stretch, in a panel and in a strip."""

DOTTED, ONLY_DOTS = 40, 5
"""Points below which a line has dots, and below which there are dots alone."""

LINE_HEIGHT = 15.0
"""Pixels that a label takes."""

DASH = "\u2013"
"""Between the ends of a stretch."""

WIDE = 1e5
"""Values from which a tick is written with an exponent: there are 48 pixels."""

SHORT_LABEL = 10
"""Characters of a name that fit beside a plot on a phone."""

NAN_SLOTS = 240
"""Triangles that fit beside each other on the top edge."""

CROWDED, TIGHT = 8.0, 15.0
"""Percent of the axis between two ticks: below the first one is left out, below the second also on a phone."""


@dataclass(frozen=True)
class Thinning:
    """How many points a line may have, and the steps that it must have."""

    points: int
    steps: tuple[int, ...]


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
    """Panels on one axis, with what is said about them."""

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


def chart(
    name: str,
    at: int,
    contents: Sequence[Content],
    finding: Finding | None = None,
    siblings: Sequence[Curve] = (),
    points: int = POINTS,
) -> Chart:
    """Place panels under each other; `at` is the run's number, siblings go into the first panel."""
    axis = _horizontal(contents)
    first = contents[0].curves[0].series
    bands = tuple(_bands(finding, contents, axis))
    plots: list[Plot] = []
    said: list[str] = []
    top = float(TOP)
    for place, content in enumerate(contents):
        height = STRIP if content.is_strip else TALL if place == 0 else MIDDLE
        beside = [one for one in siblings if one.series.axis == first.axis] if place == 0 else []
        plot, remark = _plot(content, beside, axis, top, height, finding, points)
        plots.append(plot)
        said += [remark] if remark else []
        top += height + BETWEEN
    if any(plot.triangles for plot in plots):
        said.append("Triangles on the top edge are values that are NaN or infinite; nothing is drawn in their place.")
    said += [f"Dashed: sibling run {printable(one.run)}." for one in siblings]
    curves = [curve for content in contents for curve in content.curves]
    logarithmic = ", log scale" if plots[0].logarithmic else ""
    columns, rows = _values(contents, finding)
    return Chart(
        id=name,
        run=at,
        title=contents[0].title,
        aside=f"by {axis_word(first.axis)}{logarithmic}",
        height=top - BETWEEN + BOTTOM,
        plots=tuple(plots),
        bands=bands,
        ticks=tuple(_ticks(axis, bands)),
        axis=axis_word(first.axis),
        description=" ".join(_described(curve, contents) for curve in curves),
        caption=" ".join(said),
        columns=(axis_word(first.axis), *columns),
        rows=rows,
    )


def _horizontal(contents: Sequence[Content]) -> Scale:
    steps = [curve.series.steps for content in contents for curve in content.curves]
    low, high = float(min(one[0] for one in steps)), float(max(one[-1] for one in steps))
    return Scale(low, high if high > low else low + 1)


def _plot(
    content: Content,
    siblings: Sequence[Curve],
    axis: Scale,
    top: float,
    height: int,
    finding: Finding | None,
    points: int,
) -> tuple[Plot, str]:
    curves = (*siblings, *content.curves)
    told = [one for one in content.curves if len(one.series.finite)] or content.curves
    deciding = next((one for one in told if one.style == "val"), told[0]).series
    logarithmic = all(_is_positive(one.series) for one in told) and (
        wants_logarithm(deciding.values) or _dwarfs(content.curves, deciding)
    )
    left_out, remark = (0, "") if logarithmic or content.is_strip else _left_out(content, finding)
    shown = [one.series.values[left_out if one in content.curves else 0 :] for one in curves]
    scale = scale_of([one[one > 0] if logarithmic else one for one in shown], logarithmic=logarithmic)
    thin = Thinning(min(points, STRIP_POINTS) if content.is_strip else points, tuple(_flagged_steps(finding)))
    lines: list[Line] = []
    dots: list[Dot] = []
    labels: list[Label] = []
    for curve in curves:
        drawn = _positive(curve.series) if logarithmic else curve.series
        lines += _lines(replace(curve, series=drawn), axis, scale, height, thin)
        if curve.style != SIBLING:
            dots += _dots(replace(curve, series=drawn), axis, scale, top, height)
        if not content.is_strip:
            labels += _label(curve, axis, scale, top, height)
    levels = _extremes(content.curves[0].series, scale, height) if content.is_strip else scale.ticks(4)
    plot = Plot(
        title=content.title,
        top=top,
        height=height,
        is_strip=content.is_strip,
        lines=tuple(lines),
        dots=tuple(dots),
        labels=_apart(labels, top, top + height),
        ticks=tuple(_levels(levels, scale, top, height)),
        triangles=_triangles(content, axis),
        references=tuple(_references(finding, scale, top, height)) if content.curves[0].style == "train" else (),
        pauses=tuple(_pauses(content.curves[0].series, axis, top + height / 2)),
        best=None if content.is_strip else _best(content, axis, scale, top, height),
        logarithmic=logarithmic,
        series=tuple(printable(one.series.name) for one in content.curves),
    )
    return plot, remark


def _is_positive(series: Series) -> bool:
    finite = series.values[np.isfinite(series.values)]
    return len(finite) > 0 and float((finite > 0).mean()) > 0.5


def _dwarfs(curves: Sequence[Curve], deciding: Series) -> bool:
    """Tell whether another curve goes so high that nothing would be seen of the one that decides."""
    highest = max(_highest(one.series.values) for one in curves)
    return highest / LOGARITHMIC_FROM > _highest(deciding.values) > 0


def _highest(values: NDArray[np.float64]) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) if len(finite) else 0.0


def _positive(series: Series) -> Series:
    """Return a series for a logarithmic axis: what is not positive has no place on it."""
    return replace(series, values=np.where(series.values > 0, series.values, np.nan))


def _left_out(content: Content, finding: Finding | None) -> tuple[int, str]:
    """Return how many first values the axis leaves out, and a sentence about it."""
    flagged = _flagged_steps(finding)
    counts = [outstanding_start(one.series.steps, one.series.values) for one in content.curves]
    most = max(counts, default=0)
    if not most:
        return 0, ""
    series = content.curves[counts.index(most)].series
    last = int(series.steps[most - 1])
    highest = _highest(series.values[:most])
    rest = max(_highest(one.series.values[most:]) for one in content.curves)
    if any(step <= last for step in flagged) or highest < STANDS_OUT * rest:
        return 0, ""
    word = axis_word(series.axis)
    stretch = f"{word} {last:,}" if most == 1 else f"the {word}s up to {last:,}"
    return most, f"The axis leaves out {stretch}, where the curve comes from {number(highest)}."


def _flagged_steps(finding: Finding | None) -> list[int]:
    return [step for span in finding.spans for step in (span.first_step, span.last_step)] if finding else []


def _y(scale: Scale, values: np.ndarray, height: float) -> np.ndarray:
    return np.clip((1 - scale.at(values)) * height, -2 * height, 3 * height)


def _lines(curve: Curve, axis: Scale, scale: Scale, height: int, thin: Thinning) -> Iterator[Line]:
    series = curve.series
    if len(series) < ONLY_DOTS and curve.style != SIBLING:
        return
    keep = np.searchsorted(series.steps, [step for step in thin.steps if series.steps[0] <= step <= series.steps[-1]])
    kept = thinned(series.values, thin.points, np.minimum(keep, len(series) - 1).tolist())
    parts = []
    for first, end in pieces(series):
        points = kept[(kept >= first) & (kept < end)]
        if len(points) > 1:
            x = np.rint(axis.at(series.steps[points].astype(np.float64)) * GRAIN).astype(np.int64)
            y = np.rint(_y(scale, series.values[points], height) * 2).astype(np.int64)
            parts.append(path(x, y))
    if parts:
        yield Line(curve.style, "".join(parts))


def path(x: np.ndarray, y: np.ndarray) -> str:
    """Write a line through whole numbers, each relative to the one before."""
    moves = np.column_stack((np.diff(x), np.diff(y)))
    moves = moves[(moves != 0).any(axis=1)]
    numbers = " ".join(map(str, moves.ravel().tolist())) or "0 0"
    return f"M{x[0]} {y[0]}l{numbers.replace(' -', '-')}"


def _dots(curve: Curve, axis: Scale, scale: Scale, top: float, height: int) -> Iterator[Dot]:
    series = curve.series
    if len(series) < DOTTED and curve.style != "strip":
        points = np.flatnonzero(np.isfinite(series.values))
    else:
        points = np.array([first for first, end in pieces(series) if end - first == 1][:DOTTED], dtype=np.intp)
    if len(points):
        x = axis.at(series.steps[points].astype(np.float64)) * 100
        y = _y(scale, series.values[points], height)
        for at_x, at_y in zip(x.tolist(), y.tolist(), strict=True):
            if 0 <= at_y <= height:
                yield Dot(curve.style, at_x, top + at_y)


def _label(curve: Curve, axis: Scale, scale: Scale, top: float, height: int) -> Iterator[Label]:
    finite = curve.series.finite
    if scale.logarithmic and len(finite):
        finite = finite.take(finite.values > 0)
    if len(finite):
        x = axis.place(float(finite.steps[-1])) * 100
        y = float(_y(scale, finite.values[-1:], height)[0])
        inside = min(max(y, 8.0), height - 4.0)
        yield Label(curve.style, curve.label, number(float(finite.values[-1])), x, top + inside + 4, x > 80)


def _apart(labels: Sequence[Label], top: float, bottom: float) -> tuple[Label, ...]:
    """Merge the labels of curves that end together, and push the others apart."""
    ordered = sorted(labels, key=lambda one: one.y)
    merged: list[Label] = []
    for one in ordered:
        if (
            merged
            and SIBLING not in (one.style, merged[-1].style)
            and one.value == merged[-1].value
            and (abs(one.x - merged[-1].x) < 2 and one.y - merged[-1].y < LINE_HEIGHT / 3)
        ):
            merged[-1] = replace(merged[-1], text="both" if merged[-1].text != "both" else "all")
        else:
            merged.append(one)
    placed: list[Label] = []
    for one in merged:
        near = [other.y for other in placed if abs(other.x - one.x) < 25]
        placed.append(replace(one, y=max([one.y, *(y + LINE_HEIGHT for y in near)])))
    over = max((one.y for one in placed), default=bottom) - (bottom - 3)
    if over > 0:
        placed = [replace(one, y=max(one.y - over, top + 8 + at * LINE_HEIGHT)) for at, one in enumerate(placed)]
    return tuple(placed)


def _extremes(series: Series, scale: Scale, height: int) -> tuple[float, ...]:
    """Return the lowest and highest value, which say more beside a strip than round ones; one where they are close."""
    values = series.finite.values
    values = values[values > 0] if scale.logarithmic else values
    if not len(values):
        return ()
    low, high = float(values.min()), float(values.max())
    return (low, high) if (scale.place(high) - scale.place(low)) * height > LINE_HEIGHT else (high,)


def _levels(ticks: Sequence[float], scale: Scale, top: float, height: int) -> Iterator[Tick]:
    for one in ticks:
        at = 1 - scale.place(one)
        if -0.001 <= at <= 1.001:
            yield Tick(top + at * height, number(one) if abs(one) < WIDE else _short(one))


def _short(value: float) -> str:
    """Write a large number shortly: 1.3e5."""
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def _triangles(content: Content, axis: Scale) -> tuple[float, ...]:
    slots: set[int] = set()
    for curve in content.curves:
        steps = curve.series.steps[~np.isfinite(curve.series.values)]
        slots |= set(np.rint(axis.at(steps.astype(np.float64)) * NAN_SLOTS).astype(int).tolist())
    return tuple(100 * slot / NAN_SLOTS for slot in sorted(slots))


def _references(finding: Finding | None, scale: Scale, top: float, height: int) -> Iterator[Reference]:
    """Yield the level of chance, where the finding names it."""
    for name, quantity in (finding.evidence if finding else {}).items():
        if "chance" in name and not isinstance(quantity.value, str):
            at = 1 - scale.place(float(quantity.value)) if quantity.value > 0 or not scale.logarithmic else -1.0
            if 0 <= at <= 1:
                yield Reference(top + at * height, f"{printable(name)} {number(float(quantity.value))}")
                return


def _pauses(series: Series, axis: Scale, y: float) -> Iterator[Pause]:
    for before, after in gaps(series):
        start, end = axis.place(float(before)) * 100, axis.place(float(after)) * 100
        if end - start > 9:
            yield Pause(start, end - start, y)


def _best(content: Content, axis: Scale, scale: Scale, top: float, height: int) -> Best | None:
    """Return the lowest validation loss, where it is neither the first nor near the last value."""
    series = next((one.series for one in content.curves if one.series.role is roles.ValLoss), None)
    if series is None or len(series.finite) < ONLY_DOTS:
        return None
    finite = series.finite
    at = int(np.argmin(finite.values))
    x = axis.place(float(finite.steps[at])) * 100
    last = axis.place(float(finite.steps[-1])) * 100
    if at == 0 or last - x < 8 or (scale.logarithmic and finite.values[at] <= 0):
        return None
    y = float(_y(scale, finite.values[at : at + 1], height)[0])
    text = f"best {number(float(finite.values[at]))}, {axis_word(series.axis)} {int(finite.steps[at]):,}"
    return Best(x, top + y, text, top + y + (18 if y < height - 22 else -9))


def _bands(finding: Finding | None, contents: Sequence[Content], axis: Scale) -> Iterator[Band]:
    """Yield the stretches that a finding is about; the first has a name."""
    if finding is None:
        return
    drawn = {curve.series.name: curve.series for content in contents for curve in content.curves}
    seen: set[tuple[int, int]] = set()
    for at, span in enumerate(finding.spans[:12]):
        series = drawn.get(span.series)
        outside = span.last_step < axis.low or span.first_step > axis.high
        if series is None or outside or (span.first_step, span.last_step) in seen:
            continue
        seen.add((span.first_step, span.last_step))
        x = max(axis.place(float(span.first_step)) * 100, 0.0)
        width = min(axis.place(float(span.last_step)) * 100, 100.0) - x
        if width < 0.6:
            x, width = max(0.0, x - 0.3), 0.6
        where = span_words(series, span.first_step, span.last_step)
        name = f"{cut(printable(span.note or finding.rule), 34)}, {where}" if at == 0 else ""
        yield Band(x, min(width, 100 - x), name, str(finding.severity), has_wash=width < 90)


def span_words(series: Series, first: int, last: int) -> str:
    """Say a stretch as the report does, with a dash: epochs 69 to 100."""
    word = axis_word(series.axis)
    return f"{word} {first:,}" if first == last else f"{word}s {first:,}{DASH}{last:,}"


def _ticks(axis: Scale, bands: Sequence[Band]) -> list[Tick]:
    """Return ticks: both ends and where the finding begins and ends, then round values where there is room."""
    span = axis.high - axis.low
    meant = [axis.low, axis.high]
    for band in bands[:1]:
        meant += (
            [axis.low + span * band.x / 100, axis.low + span * band.end / 100]
            if band.width > 0.6
            else [axis.low + span * (band.x + 0.3) / 100]
        )
    placed: list[Tick] = []
    for value in meant:
        at = 100 * (value - axis.low) / span
        if all(abs(at - other.at) >= CROWDED * 1.4 for other in placed):
            placed.append(Tick(at, f"{round(value):,}"))
    for value in round_ticks(axis.low, axis.high, 6):
        at = 100 * (value - axis.low) / span
        if value == round(value) and all(abs(at - other.at) >= CROWDED for other in placed):
            crowded = any(abs(at - other.at) < TIGHT for other in placed)
            placed.append(Tick(at, f"{round(value):,}", is_minor=crowded))
    return sorted(placed, key=lambda one: one.at)


def _described(curve: Curve, contents: Sequence[Content]) -> str:
    """Say a curve in a sentence, for those who do not see it."""
    title = next(content.title for content in contents if curve in content.curves)
    series, finite = curve.series, curve.series.finite
    word = axis_word(series.axis)
    name = f"{title}, {curve.label or printable(series.name)}"
    broken = series.steps[~np.isfinite(series.values)]
    lost = (
        f"; {len(broken):,} values are NaN or infinite, the first at {word} {int(broken[0]):,}" if len(broken) else ""
    )
    if not len(finite):
        return f"{name}: no finite value{lost}."
    first, last = int(finite.steps[0]), int(finite.steps[-1])
    low, high = int(np.argmin(finite.values)), int(np.argmax(finite.values))
    return (
        f"{name}: {number(float(finite.values[0]))} at {word} {first:,}, {number(float(finite.values[-1]))} at {word} "
        f"{last:,}, lowest {number(float(finite.values[low]))} at {word} {int(finite.steps[low]):,}, "
        f"highest {number(float(finite.values[high]))} at {word} {int(finite.steps[high]):,}{lost}."
    )


ROWS = 8
"""Rows of the table of values that each series adds, beside the flagged steps."""


def _values(
    contents: Sequence[Content], finding: Finding | None
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    curves = [curve for content in contents for curve in content.curves]
    titles = [content.title for content in contents for _ in content.curves]
    names = tuple(
        f"{title}, {curve.label}" if curve.label else title for title, curve in zip(titles, curves, strict=True)
    )
    logged = {step for one in curves for step in one.series.steps[[0, -1]].tolist()}
    for one in curves[:2]:
        logged |= set(one.series.steps[np.linspace(0, len(one.series) - 1, ROWS).astype(int)].tolist())
    logged |= {step for step in _flagged_steps(finding) if any((one.series.steps == step).any() for one in curves)}
    return names, tuple((f"{step:,}", *(_value_at(one.series, step) for one in curves)) for step in sorted(logged))


def _value_at(series: Series, step: int) -> str:
    at = int(np.searchsorted(series.steps, step))
    return number(float(series.values[at])) if at < len(series) and series.steps[at] == step else ""
