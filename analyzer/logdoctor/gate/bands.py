"""Golden curves and the bands around them: what a run is compared with, window by window and never at one step.

A golden curve is the median over seeds of the medians of windows of points. Its spread is the robust standard deviation
over the seeds, never less than the noise of a window's median; where there is one seed only, what another would do is a
guess from the noise of single points around the level.

Measured on 34 sound recipes of the development part of the benchmark at the default tolerance, with one, two and three
seeds in a reference: 3 to 5 % of the curves of further seeds left the band, and 96 to 99 % of those of faulted runs
that ended half as bad again (`python tests/benchmarks/reference_bands.py PART`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import ROLES, Role, Series
from logdoctor.signals import Trend
from logdoctor.signals.trend import MAD_TO_SIGMA, MEDIAN_EFFICIENCY, SMOOTHED, running_median

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_WINDOWS = 200
"""Points of a golden curve: fine enough for half a percent of a run, few enough to read a change of the file."""

SHARE_OUTSIDE = 0.05
"""Share of windows that may lie outside: seeds take a slope or a plateau at different times and meet again."""

END_SHARE = 0.1
"""Share of the windows that make the end of a curve."""


@dataclass(frozen=True)
class Golden:
    """The golden curve of one series."""

    role: str
    axis: str
    seeds: int
    noise: float
    """Standard deviation of single values around the level."""
    first_step: int
    last_step: int
    steps: NDArray[np.int64] = field(repr=False)
    """(w,) middle step of each window, rising; a window reaches half way to the next one."""
    centre: NDArray[np.float64] = field(repr=False)
    """(w,) median over the seeds of the median of the window."""
    spread: NDArray[np.float64] = field(repr=False)
    """(w,) standard deviation of a run's window around the centre."""

    @property
    def kind(self) -> type[Role]:
        """The role as a class."""
        return ROLES[self.role]

    @property
    def end(self) -> float:
        """The median of the last tenth of the windows."""
        return float(np.median(self.centre[-_end_windows(len(self.centre)) :]))

    @property
    def best(self) -> float:
        """The best window; the lowest where the role says nothing of better."""
        return float(self.centre.max() if self.kind.direction == "up" else self.centre.min())


@dataclass(frozen=True)
class Tolerance:
    """How far from a golden curve a run may lie."""

    k: float = 4.0
    """In units of the spread."""
    rtol: float = 0.05
    """Relative to the golden value."""
    atol: float = 0.0
    """In the unit of the series."""
    shift: float = 0.05
    """Share of the curve by which a run may be early or late: no two seeds fall at the same step."""

    def around(self, golden: Golden) -> NDArray[np.float64]:
        """Return the half width of the band at each window, shape (w,): the largest of the three."""
        return np.maximum(np.maximum(self.k * golden.spread, self.rtol * np.abs(golden.centre)), self.atol)

    def beside(self, golden: Golden, error: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far each window may lie off on the side of its error, (w,), where it may be early or late."""
        allowed, reach = self.around(golden), round(self.shift * len(golden.centre))
        upper = _widest(golden.centre + allowed, reach) - golden.centre
        lower = golden.centre + _widest(allowed - golden.centre, reach)
        return np.where(error >= 0, upper, lower)


@dataclass(frozen=True)
class Common:
    """The windows that a golden curve and a run both have."""

    golden: Golden
    """The golden curve on these windows alone."""
    medians: NDArray[np.float64] = field(repr=False)
    """(c,) medians of the run, all finite unless there is a broken step."""
    overlap: float
    """Share of all golden windows that these are."""
    holes: tuple[int, ...]
    """Middle steps of the golden windows between them in which the run has nothing."""
    broken_step: int | None
    """First step at which the run is NaN or infinite."""


@dataclass(frozen=True)
class Deviation:
    """How a run lies to a golden curve."""

    outside: int
    """Windows beyond the band on the bad side; on either side where no side is better."""
    regressed: bool
    """Whether two in a row and more than one in twenty of them are, or the end lies outside."""
    ends_worse: bool
    """Whether the end lies beyond the band on the bad side."""
    improved: bool
    """Whether it lies beyond the band on the good side."""
    first_step: int | None
    """Middle step of the first window outside; None when all lie within."""
    worst_step: int
    """Middle step of the window that lies furthest to the bad side, in units of its tolerance."""
    worst_value: float
    worst_golden: float
    worst_tolerance: float
    end: float
    golden_end: float
    """Both over the last tenth of the common windows."""

    @property
    def error(self) -> float:
        """The distance of the worst window from the golden value, in the unit of the series."""
        return self.worst_value - self.worst_golden

    @property
    def relative_error(self) -> float:
        """The same as a share of the golden value; infinite where that is 0."""
        return self.error / abs(self.worst_golden) if self.worst_golden else float(np.copysign(np.inf, self.error))


def golden_curve(seeds: Sequence[Series]) -> Golden:
    """Make the golden curve of one series over seeds, on the steps that all have.

    Raises ValueError when they share no steps or hold values that are not finite.
    """
    curves = [one.curve for one in seeds]
    for curve in curves:
        broken = np.flatnonzero(~np.isfinite(curve.values))
        if len(broken):
            raise ValueError(f"{curve.name} is not finite at {curve.axis} {int(curve.steps[broken[0]]):,}")
        if curve.axis != curves[0].axis:
            raise ValueError(f"{curve.name} counts {curve.axis}s in one run and {curves[0].axis}s in another")
    first = max((int(one.steps[0]) for one in curves if len(one)), default=0)
    last = min((int(one.steps[-1]) if len(one) else -1 for one in curves), default=-1)
    common = [one.take((one.steps >= first) & (one.steps <= last)) for one in curves]
    fewest = min(common, key=len)
    if not len(fewest):
        raise ValueError(f"{curves[0].name} has no steps that all runs share")
    parts = np.array_split(fewest.steps, min(MAX_WINDOWS, len(fewest)))
    steps = np.array([int(np.median(part)) for part in parts], dtype=np.int64)
    medians = np.stack([window_medians(one, steps, first, last)[0] for one in common])
    shared = ~np.isnan(medians).any(axis=0)
    if not shared.any():
        raise ValueError(f"{curves[0].name} has no steps that all runs share")
    steps, medians = steps[shared], medians[:, shared]
    noise = float(np.median([_noise(one) for one in common]))
    of_median = noise * _efficiency(len(fewest) / len(steps))
    if len(common) == 1:
        spread = np.full(len(steps), np.sqrt(2.0) * of_median)  # two runs differ by the noise of both
    else:
        apart = MAD_TO_SIGMA * np.median(np.abs(medians - np.median(medians, axis=0)), axis=0)
        spread = np.maximum(np.maximum(apart, running_median(apart, SMOOTHED)), of_median)
    role, axis = common[0].role.id, str(common[0].axis)
    return Golden(role, axis, len(seeds), noise, first, last, steps, np.median(medians, axis=0), spread)


def window_medians(
    series: Series, middles: NDArray[np.int64], first: int, last: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the medians of a curve's values and of their steps in each window, both (w,): NaN where it has none there.

    A window with a value that is not finite has an infinite median, whatever the others: it is there, and broken.
    """
    curve = series.curve
    within = (curve.steps >= first) & (curve.steps <= last)
    steps, values = curve.steps[within], curve.values[within]
    edges = np.searchsorted(steps, (middles[1:] + middles[:-1]) / 2)
    medians, at = np.full(len(middles), np.nan), np.full(len(middles), np.nan)
    for i, (part, part_steps) in enumerate(zip(np.split(values, edges), np.split(steps, edges), strict=True)):
        if len(part):
            medians[i] = np.median(part) if np.isfinite(part).all() else np.inf
            at[i] = np.median(part_steps)
    return medians, at


def common_windows(golden: Golden, series: Series) -> Common | None:
    """Return the windows that a run's series shares with a golden curve, None where there are none.

    The golden values are those at the steps that the run has in each window.
    """
    golden = _as_coarse_as(golden, series)
    medians, steps = window_medians(series, golden.steps, golden.first_step, golden.last_step)
    at = np.flatnonzero(~np.isnan(medians))
    if not len(at):
        return None
    holes = golden.steps[np.setdiff1d(np.arange(at[0], at[-1] + 1), at)]
    shared = replace(
        golden,
        steps=golden.steps[at],
        centre=np.interp(steps[at], golden.steps, golden.centre),
        spread=golden.spread[at],
    )
    broken = _first_broken(series, golden) if np.isinf(medians[at]).any() else None
    return Common(shared, medians[at], len(at) / len(medians), tuple(map(int, holes)), broken)


def deviation(common: Common, tolerance: Tolerance) -> Deviation:
    """Say how a run lies to a golden curve on finite common windows."""
    golden = common.golden
    error = common.medians - golden.centre
    allowed, off = tolerance.beside(golden, error), _worse_by(golden, error)
    outside = off > allowed
    worst = int(np.argmax(_in_units(off, allowed)))
    tail = slice(-_end_windows(len(off)), None)
    ends = common.medians, golden.centre, tolerance.around(golden)
    end, golden_end, end_allowed = (float(np.median(one[tail])) for one in ends)
    end_off = float(_worse_by(golden, np.array([end - golden_end]))[0])
    return Deviation(
        outside=int(outside.sum()),
        regressed=_is_more_than_chance(outside) or end_off > end_allowed,
        ends_worse=end_off > end_allowed,
        improved=-end_off > end_allowed,
        first_step=int(golden.steps[np.argmax(outside)]) if outside.any() else None,
        worst_step=int(golden.steps[worst]),
        worst_value=float(common.medians[worst]),
        worst_golden=float(golden.centre[worst]),
        worst_tolerance=float(allowed[worst]),
        end=end,
        golden_end=golden_end,
    )


def _worse_by(golden: Golden, error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how much values are worse than golden ones; where no side is better, every distance is."""
    direction = golden.kind.direction
    return np.abs(error) if direction == "none" else -error if direction == "up" else error


def _in_units(off: NDArray[np.float64], allowed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances in units of their tolerance; what no tolerance covers lies infinitely far."""
    beyond = np.where(off > 0, np.inf, np.where(off < 0, -np.inf, 0.0))
    return np.divide(off, allowed, out=beyond, where=allowed > 0)


def _is_more_than_chance(outside: NDArray[np.bool_]) -> bool:
    in_a_row = bool((outside[1:] & outside[:-1]).any())
    return in_a_row and bool(outside.mean() > SHARE_OUTSIDE)


def _widest(bound: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return the largest bound among each window and its neighbours as far as `reach`, shape (w,)."""
    padded = np.pad(bound, reach, mode="edge")
    widest: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    return widest


def _end_windows(windows: int) -> int:
    return max(1, round(END_SHARE * windows))


def _noise(curve: Series) -> float:
    """Return the noise of single values; 0 for a curve too short to have any."""
    if len(curve) < 2:
        return 0.0
    trend: Trend[Role] = Trend.measure(curve)
    return trend.noise


def _efficiency(points: float) -> float:
    """Return the noise of the median of so many values in units of the noise of one."""
    return MEDIAN_EFFICIENCY / np.sqrt(points) if points > MEDIAN_EFFICIENCY**2 else 1.0


def _as_coarse_as(golden: Golden, series: Series) -> Golden:
    """Give a golden curve the pace of a run that logs less often; its values are noisier, being medians of fewer."""
    curve = series.curve
    steps = curve.steps[(curve.steps >= golden.first_step) & (curve.steps <= golden.last_step)]
    if len(steps) < 2 or len(golden.steps) < 2:
        return golden
    pace = int(np.median(np.diff(steps)))
    if pace <= np.median(np.diff(golden.steps)):
        return golden
    begin = int(steps[0]) - (int(steps[0]) - golden.first_step) // pace * pace
    grid = np.arange(begin, golden.last_step + 1, pace, dtype=np.int64)
    spread = np.hypot(np.interp(grid, golden.steps, golden.spread), golden.noise)
    return replace(golden, steps=grid, centre=np.interp(grid, golden.steps, golden.centre), spread=spread)


def _first_broken(series: Series, golden: Golden) -> int | None:
    curve = series.curve
    broken = ~np.isfinite(curve.values) & (curve.steps >= golden.first_step) & (curve.steps <= golden.last_step)
    return int(curve.steps[np.argmax(broken)]) if broken.any() else None
