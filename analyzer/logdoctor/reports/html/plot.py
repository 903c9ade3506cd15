"""One panel of a chart: its lines, dots, labels and marks, placed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from logdoctor.finding import Finding
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.curves import SIBLING, Curve, Panel, flagged_steps
from logdoctor.reports.html.geometry import Scale, gaps, pieces, thinned
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
class Thinning:
    """How many points a line may have, and the steps that it must have."""

    points: int
    steps: tuple[int, ...]


def plot(
    panel: Panel,
    siblings: Sequence[Curve],
    axis: Scale,
    place: tuple[float, int],
    finding: Finding | None,
    points: int,
) -> tuple[Plot, str]:
    """Place a panel at `place`, its top and height; return it with what is to be said of it."""
    top, height = place
    upright = vertical(panel, siblings, finding)
    scale = upright.scale
    thin = Thinning(min(points, STRIP_POINTS) if panel.is_strip else points, tuple(flagged_steps(finding)))
    lines: list[Line] = []
    dots: list[Dot] = []
    labels: list[Label] = []
    for curve in (*siblings, *panel.curves):
        drawn = replace(curve, series=upright.drawn(curve.series))
        lines += _lines(drawn, axis, scale, height, thin)
        dots += _dots(drawn, axis, scale, top, height) if curve.style != SIBLING else ()
        labels += _label(drawn, axis, scale, top, height) if curve.label else ()
    made = Plot(
        title=panel.title,
        top=top,
        height=height,
        is_strip=panel.is_strip,
        lines=tuple(lines),
        dots=tuple(dots),
        labels=_apart(labels, top, top + height),
        ticks=tuple(levels(panel, scale, top, height)),
        triangles=_triangles(panel, axis),
        references=tuple(_references(finding, scale, top, height)) if panel.curves[0].style == "train" else (),
        pauses=tuple(_pauses(panel.curves[0].series, axis, top + height / 2)),
        best=None if not panel.curves[0].label else _best(panel, axis, scale, top, height),
        logarithmic=scale.logarithmic,
        series=tuple(printable(one.series.name) for one in panel.curves),
    )
    return made, upright.remark


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


def _triangles(panel: Panel, axis: Scale) -> tuple[float, ...]:
    slots: set[int] = set()
    for curve in panel.curves:
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


def _best(panel: Panel, axis: Scale, scale: Scale, top: float, height: int) -> Best | None:
    """Return the lowest validation loss, where it is neither the first nor near the last value."""
    series = next((one.series for one in panel.curves if one.series.role is roles.ValLoss), None)
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
    best = Best(x, top + y, text, 0.0)
    return replace(best, text_y=top + _free(best, y, panel, axis, scale, height))


def _free(best: Best, y: float, panel: Panel, axis: Scale, scale: Scale, height: int) -> float:
    """Return the baseline of the label of the best point, (px) in the panel: near it and crossed by no line."""
    wide = LETTER * len(best.text)
    left, right = (best.x - wide, best.x) if best.label_at_end else (best.x, best.x + wide)
    crossing = []
    for curve in panel.curves:
        finite = curve.series.finite
        finite = finite.take(finite.values > 0) if scale.logarithmic else finite
        at = axis.at(finite.steps.astype(np.float64)) * 100
        crossing.append(_y(scale, finite.values[(at >= left) & (at <= right)], height))
    lines = np.concatenate(crossing)

    def room(base: float) -> float:
        return float(np.abs(lines - (base - ASCENT / 2)).min(initial=np.inf))

    places = [base for base in (y + 18, y - 9, y + 32, y - 24) if ASCENT <= base <= height - 4]
    return next((base for base in places if room(base) > ASCENT), max(places, key=room, default=y - 9))
