"""Learning rates that were tried, and what each reached, as a chart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from logdoctor.diagnosis import Examined
from logdoctor.finding import Comparison, RateResult, Severity
from logdoctor.reports.html.geometry import Scale, scale_of
from logdoctor.reports.html.names import RunName
from logdoctor.reports.html.shapes import Tick
from logdoctor.wording import counted, number

LABEL = 8.0
"""Percent of the axis that the label of a point takes."""

LANE, HEIGHT = 26, 170
"""Pixels of the lane for runs that failed, and of the plot below it."""

TOP, BOTTOM = 26, 36

AROUND = 3.0
"""Factor of the best rate within which the region to try lies."""

BELOW_FAILURE = 2.0
"""How many times smaller than the lowest rate that failed it is at least."""


@dataclass(frozen=True)
class Point:
    """One run."""

    x: float
    y: float
    kind: str
    """`best`, `well`, `flagged` or `failed`."""
    name: RunName
    text: str
    """Its rate and result."""
    labelled: bool


@dataclass(frozen=True)
class Sweep:
    """Runs that differ in their rate, placed."""

    id: str
    title: str
    aside: str
    points: tuple[Point, ...]
    ticks: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    region: tuple[float, float]
    """Where the region to try begins, and its width, in percent."""
    region_text: str
    has_failed: bool
    measured_by: str
    description: str
    rows: tuple[tuple[RunName, str, str, str], ...]
    """Run, rate, result, what became of it."""
    top: int = TOP
    lane: int = LANE

    @property
    def bottom(self) -> int:
        """Its baseline."""
        return TOP + LANE + HEIGHT

    @property
    def height(self) -> int:
        """Of the whole drawing."""
        return self.bottom + BOTTOM


def sweep(
    name: str, comparison: Comparison, examined: dict[str, Examined], names: Mapping[str, RunName]
) -> Sweep | None:
    """Return the chart of a comparison whose runs differ in their rate; None for any other."""
    members = sorted((one for one in comparison.results if one.run in examined), key=lambda one: (one.rate, one.run))
    well = [one for one in members if not one.failure and math.isfinite(one.result)]
    if not well or members[0].rate <= 0:
        return None
    return _sweep(name, members, well, comparison.measured_by, examined, names)


def _sweep(
    name: str,
    members: Sequence[RateResult],
    well: Sequence[RateResult],
    measured_by: str,
    examined: dict[str, Examined],
    names: Mapping[str, RunName],
) -> Sweep:
    rates = np.array([one.rate for one in members])
    best = min(well, key=lambda one: one.result)
    lowest = min(float(rates.min()), best.rate / AROUND)
    axis = Scale(lowest / 1.5, max(float(rates.max()), best.rate * AROUND) * 1.5, logarithmic=True)
    results = np.array([one.result for one in well])
    positive = bool((results > 0).all())
    scale = scale_of([results, results / 1.5, results * 1.5] if positive else [results], logarithmic=positive)
    failed = [one for one in members if one.failure]
    region = _region(best.rate, [one.rate for one in failed], axis)
    low, high = (axis.place(one) * 100 for one in region)
    tried = len(set(rates.tolist()))
    return Sweep(
        id=name,
        title="Learning rate",
        aside=f"{counted(tried, 'rate')}, {counted(len(members), 'run')}"
        + (", one run a rate" if tried == len(members) else ""),
        points=tuple(_points(members, best, axis, scale, examined, names)),
        ticks=tuple(Tick(axis.place(one) * 100, number(one)) for one in axis.ticks(6)),
        levels=tuple(Tick(_y(one, scale), number(one)) for one in scale.ticks(4) if 0 <= scale.place(one) <= 1),
        region=(low, high - low),
        region_text=f"{number(float(f'{region[0]:.2g}'))} to {number(float(f'{region[1]:.2g}'))}",
        has_failed=bool(failed),
        measured_by=measured_by,
        description=f"{measured_by} against learning rate: "
        + "; ".join(f"{number(one.rate)}: {'failed' if one.failure else number(one.result)}" for one in members),
        rows=tuple(_row(one, names) for one in members),
    )


def _row(one: RateResult, names: Mapping[str, RunName]) -> tuple[RunName, str, str, str]:
    """Return what a run tried and reached, as a row of the table below the chart."""
    result = "" if one.failure else number(one.result)
    return names[one.run], number(one.rate), result, one.failure or "went well"


def _points(
    members: Sequence[RateResult],
    best: RateResult,
    axis: Scale,
    scale: Scale,
    examined: Mapping[str, Examined],
    names: Mapping[str, RunName],
) -> Iterator[Point]:
    """Yield the runs where they lie; the best has a label, and of the others those for which there is room."""
    free_from = -math.inf
    for one in members:
        kind = "failed" if one.failure else "best" if one is best else _flagged(examined[one.run])
        x, y = axis.place(one.rate) * 100, TOP + LANE / 2 if one.failure else _y(one.result, scale)
        text = f"{number(one.result)} at {number(one.rate)}" if one is best else number(one.rate)
        is_labelled = one is best or x >= free_from
        free_from = x + LABEL if is_labelled else free_from
        yield Point(x, y, kind, names[one.run], text, is_labelled)


def _y(result: float, scale: Scale) -> float:
    return TOP + LANE + (1 - scale.place(result)) * HEIGHT


def _region(best: float, failed: Sequence[float], axis: Scale) -> tuple[float, float]:
    above = [rate / BELOW_FAILURE for rate in failed if rate > best]
    high = min([best * AROUND, *(max(one, best) for one in above)])
    return max(best / AROUND, axis.low), min(high, axis.high)


def _flagged(examined: Examined) -> str:
    worst = max((one.severity.rank for one in examined.findings if not one.explained_by), default=0)
    return "flagged" if worst >= Severity.WARNING.rank else "well"
