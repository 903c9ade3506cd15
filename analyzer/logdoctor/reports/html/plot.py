"""One panel of a chart: the positions of its lines, dots, labels and marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from logdoctor.finding import Finding
from logdoctor.reports.advice import named_best
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.curves import SIBLING, Curve, Panel, flagged_steps
from logdoctor.reports.html.geometry import Area, Scale, gaps, pieces, thinned
from logdoctor.reports.html.shapes import Best, Dot, Label, Line, Pause, Plot, Reference
from logdoctor.reports.html.vertical import levels, vertical
from logdoctor.run import Series, roles
from logdoctor.wording import axis_word, number

GRAIN = 1000
"""Steps of a path from left to right."""

POINTS, STRIP_POINTS = 500, 240
"""Points from which a line shows the minimum and maximum of each stretch, in a panel and in a strip."""

DOTTED, ONLY_DOTS = 40, 5
"""Points below which a line has dots, and below which there are dots alone."""

ASCENT = 10.0
"""Height of a label above its baseline in pixels."""

LETTER = 1.2
"""Width of one of its letters in percent of the plot."""

LINE_HEIGHT = 15.0
"""Pixels that a label takes."""

NAN_SLOTS = 240
"""Triangles that fit beside each other on the top edge."""


@dataclass(frozen=True)
class Canvas:
    """What all panels of a chart share."""

    across: Scale
    """The horizontal axis."""
    finding: Finding | None
    points: int
    """How many points a line may have."""


def plot(panel: Panel, siblings: Sequence[Curve], canvas: Canvas, *, top: float, height: int) -> tuple[Plot, str]:
    """Place a panel in a chart; return it with a remark about it, empty where there is nothing to say."""
    finding = canvas.finding
    upright = vertical(panel, siblings, finding)
    area = Area(canvas.across, upright.scale, top, height)
    points = min(canvas.points, STRIP_POINTS) if panel.is_strip else canvas.points
    lines: list[Line] = []
    dots: list[Dot] = []
    labels: list[Label] = []
    for curve in (*siblings, *panel.curves):
        drawn = replace(curve, series=upright.drawn(curve.series))
        lines += _lines(drawn, area, points, flagged_steps(finding))
        dots += _dots(drawn, area) if curve.style != SIBLING else ()
        labels += _label(drawn, area) if curve.label else ()
    made = Plot(
        title=panel.title,
        top=top,
        height=height,
        is_strip=panel.is_strip,
        lines=tuple(lines),
        dots=tuple(dots),
        labels=_apart(labels, top, top + height),
        ticks=tuple(levels(panel, area)),
        triangles=_triangles(panel, canvas.across),
        references=tuple(_references(finding, area)) if panel.curves[0].style == "train" else (),
        pauses=tuple(_pauses(panel.curves[0].series, area)),
        best=None if not panel.curves[0].label else _best(panel, area, named_best(finding) if finding else None),
        logarithmic=upright.scale.logarithmic,
        series=tuple(printable(one.series.name) for one in panel.curves),
    )
    return made, upright.remark


def _lines(curve: Curve, area: Area, points: int, kept_steps: Sequence[int]) -> Iterator[Line]:
    """Yield the line of a curve, thinned to some points and those at the steps to keep."""
    series = curve.series
    if len(series) < ONLY_DOTS and curve.style != SIBLING:
        return
    keep = np.searchsorted(series.steps, [step for step in kept_steps if series.steps[0] <= step <= series.steps[-1]])
    kept = thinned(series.values, points, np.minimum(keep, len(series) - 1).tolist())
    parts = []
    for first, end in pieces(series):
        shown = kept[(kept >= first) & (kept < end)]
        if len(shown) > 1:
            x = np.rint(area.across.at(series.steps[shown].astype(np.float64)) * GRAIN).astype(np.int64)
            y = np.rint(area.y(series.values[shown]) * 2).astype(np.int64)
            parts.append(path(x, y))
    if parts:
        yield Line(curve.style, "".join(parts))


def path(x: np.ndarray, y: np.ndarray) -> str:
    """Write a line through whole numbers, each relative to the one before."""
    moves = np.column_stack((np.diff(x), np.diff(y)))
    moves = moves[(moves != 0).any(axis=1)]
    numbers = " ".join(map(str, moves.ravel().tolist())) or "0 0"
    return f"M{x[0]} {y[0]}l{numbers.replace(' -', '-')}"


def _dots(curve: Curve, area: Area) -> Iterator[Dot]:
    series = curve.series
    if len(series) < DOTTED and curve.style != "strip":
        points = np.flatnonzero(np.isfinite(series.values))
    else:
        points = np.array([first for first, end in pieces(series) if end - first == 1][:DOTTED], dtype=np.intp)
    if len(points):
        x, y = area.x(series.steps[points]), area.y(series.values[points])
        for at_x, at_y in zip(x.tolist(), y.tolist(), strict=True):
            if 0 <= at_y <= area.height:
                yield Dot(curve.style, at_x, area.top + at_y)


def _label(curve: Curve, area: Area) -> Iterator[Label]:
    finite = curve.series.finite
    if area.upright.logarithmic and len(finite):
        finite = finite.take(finite.values > 0)
    if len(finite):
        x, last = area.x_of(finite.last_step), float(finite.values[-1])
        inside = min(max(area.y_of(last), 8.0), area.height - 4.0)
        yield Label(curve.style, curve.label, number(last), x, area.top + inside + 4, x > 80)


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


def _triangles(panel: Panel, across: Scale) -> tuple[float, ...]:
    slots: set[int] = set()
    for curve in panel.curves:
        steps = curve.series.steps[~np.isfinite(curve.series.values)]
        slots |= set(np.rint(across.at(steps.astype(np.float64)) * NAN_SLOTS).astype(int).tolist())
    return tuple(100 * slot / NAN_SLOTS for slot in sorted(slots))


def _references(finding: Finding | None, area: Area) -> Iterator[Reference]:
    """Yield the level of chance, where the finding names it."""
    for name, quantity in (finding.evidence if finding else {}).items():
        if "chance" in name and not isinstance(quantity.value, str):
            level, has_place = float(quantity.value), quantity.value > 0 or not area.upright.logarithmic
            at = 1 - area.upright.place(level) if has_place else -1.0
            if 0 <= at <= 1:
                yield Reference(area.top + at * area.height, f"{printable(name)} {number(level)}")
                return


def _pauses(series: Series, area: Area) -> Iterator[Pause]:
    for before, after in gaps(series):
        start, end = area.x_of(before), area.x_of(after)
        if end - start > 9:
            yield Pause(start, end - start, area.top + area.height / 2)


def _best(panel: Panel, area: Area, known: int | None) -> Best | None:
    """Return the lowest validation loss, where it is neither the first nor near the last value.

    A finding that knows the best step by its level is not contradicted by a lower value that was luck.
    """
    series = next((one.series for one in panel.curves if one.series.role is roles.ValLoss), None)
    if series is None or len(series.finite) < ONLY_DOTS:
        return None
    finite = series.finite
    at = int(np.argmin(finite.values))
    lowest, step = float(finite.values[at]), int(finite.steps[at])
    x, last = area.x_of(step), area.x_of(finite.last_step)
    if known not in (None, step) or at == 0 or last - x < 8 or (area.upright.logarithmic and lowest <= 0):
        return None
    y = area.y_of(lowest)
    best = Best(x, area.top + y, f"best {number(lowest)}, {axis_word(series.axis)} {step:,}", 0.0)
    return replace(best, text_y=area.top + _free(best, y, panel, area))


def _free(best: Best, y: float, panel: Panel, area: Area) -> float:
    """Return the baseline of the label of the best point, (px) in the panel: near it and crossed by no line."""
    wide = LETTER * len(best.text)
    left, right = (best.x - wide, best.x) if best.label_at_end else (best.x, best.x + wide)
    crossing = []
    for curve in panel.curves:
        finite = curve.series.finite
        finite = finite.take(finite.values > 0) if area.upright.logarithmic else finite
        at = area.x(finite.steps)
        crossing.append(area.y(finite.values[(at >= left) & (at <= right)]))
    lines = np.concatenate(crossing)

    def room(base: float) -> float:
        return float(np.abs(lines - (base - ASCENT / 2)).min(initial=np.inf))

    places = [base for base in (y + 18, y - 9, y + 32, y - 24) if ASCENT <= base <= area.height - 4]
    return next((base for base in places if room(base) > ASCENT), max(places, key=room, default=y - 9))
