"""A chart of the learning rates of a sweep and what each reached."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logdoctor.diagnosis import Examined
from logdoctor.finding import Comparison, RateResult, Severity
from logdoctor.reports.html.geometry import Area, Scale, scale_of
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
    best = min(well, key=lambda one: (one.run != comparison.runs[0], one.result))
    failed = [one.rate for one in members if one.failure]
    area = _area([one.rate for one in members], best.rate, np.array([one.result for one in well]))
    region = _region(best.rate, failed, area.across)
    low, high = map(area.x_of, region)
    levels = area.upright.ticks(4)
    return Sweep(
        id=name,
        title="Learning rate",
        aside=_aside(members),
        points=tuple(_points(members, best, area, examined, names)),
        ticks=tuple(Tick(area.x_of(one), number(one)) for one in area.across.ticks(6)),
        levels=tuple(Tick(_y(one, area), number(one)) for one in levels if 0 <= area.upright.place(one) <= 1),
        region=(low, high - low),
        region_text=f"{number(float(f'{region[0]:.2g}'))} to {number(float(f'{region[1]:.2g}'))}",
        has_failed=bool(failed),
        measured_by=comparison.measured_by,
        description=f"{comparison.measured_by} against learning rate: "
        + "; ".join(f"{number(one.rate)}: {'failed' if one.failure else number(one.result)}" for one in members),
        rows=tuple(_row(one, names) for one in members),
    )


def _area(rates: Sequence[float], best: float, results: NDArray[np.float64]) -> Area:
    """Return the plot below the lane of failed runs, wide enough for all rates and the region around the best."""
    across = Scale(min(*rates, best / AROUND) / 1.5, max(*rates, best * AROUND) * 1.5, logarithmic=True)
    positive = bool((results > 0).all())
    upright = scale_of([results, results / 1.5, results * 1.5] if positive else [results], logarithmic=positive)
    return Area(across, upright, TOP + LANE, HEIGHT)


def _aside(members: Sequence[RateResult]) -> str:
    rates = len({one.rate for one in members})
    alone = ", one run a rate" if rates == len(members) else ""
    return f"{counted(rates, 'rate')}, {counted(len(members), 'run')}{alone}"


def _row(one: RateResult, names: Mapping[str, RunName]) -> tuple[RunName, str, str, str]:
    """Return what a run tried and reached, as a row of the table below the chart."""
    result = "" if one.failure else number(one.result)
    return names[one.run], number(one.rate), result, one.failure or "went well"


def _points(
    members: Sequence[RateResult],
    best: RateResult,
    area: Area,
    examined: Mapping[str, Examined],
    names: Mapping[str, RunName],
) -> Iterator[Point]:
    """Yield the runs where they lie; the best has a label, and of the others those for which there is room."""
    free_from = -math.inf
    for one in members:
        kind = "failed" if one.failure else "best" if one is best else _flagged(examined[one.run])
        x, y = area.x_of(one.rate), TOP + LANE / 2 if one.failure else _y(one.result, area)
        text = f"{number(one.result)} at {number(one.rate)}" if one is best else number(one.rate)
        is_labelled = one is best or x >= free_from
        free_from = x + LABEL if is_labelled else free_from
        yield Point(x, y, kind, names[one.run], text, is_labelled)


def _y(result: float, area: Area) -> float:
    return area.top + (1 - area.upright.place(result)) * area.height


def _region(best: float, failed: Sequence[float], axis: Scale) -> tuple[float, float]:
    above = [rate / BELOW_FAILURE for rate in failed if rate > best]
    high = min([best * AROUND, *(max(one, best) for one in above)])
    return max(best / AROUND, axis.low), min(high, axis.high)


def _flagged(examined: Examined) -> str:
    worst = max((one.severity.rank for one in examined.findings if not one.explained_by), default=0)
    return "flagged" if worst >= Severity.WARNING.rank else "well"
