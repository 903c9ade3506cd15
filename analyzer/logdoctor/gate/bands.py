"""The bands around golden curves, with which a run is compared window by window, never at a single step.

Measured on 34 sound recipes of the development part of the benchmark at the default tolerance, with one, two and three
seeds in a reference: 3 to 5 % of the curves of further seeds left the band, and 96 to 99 % of those of faulted runs
that ended half as bad again (`python tests/benchmarks/reference_bands.py PART`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.gate.golden import Golden, end_windows, window_medians
from logdoctor.run import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARE_OUTSIDE = 0.05
"""Share of windows that may lie outside: seeds reach a slope or a plateau at different times and meet again."""


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
    """Share of the curve by which a run may be early or late: no two seeds fall at exactly the same step."""

    def around(self, golden: Golden) -> NDArray[np.float64]:
        """Return the half width of the band at each window, shape (w,): the largest of the three."""
        return np.maximum(np.maximum(self.k * golden.spread, self.rtol * np.abs(golden.centre)), self.atol)

    def beside(self, golden: Golden, error: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (w,) the tolerance of each window on the side of its error, given that it may be early or late."""
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
    """Middle steps of golden windows between them that hold no value of the run."""
    broken_step: int | None
    """First step at which the run is NaN or infinite."""


@dataclass(frozen=True)
class Deviation:
    """How far a run lies from a golden curve."""

    outside: int
    """Windows beyond the band on the bad side; on either side where no side is better."""
    regressed: bool
    """Whether the end lies outside, or two windows in a row and more than one in twenty do."""
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
    """Measure how far a run lies from a golden curve in the windows that both have; all values are finite."""
    golden = common.golden
    error = common.medians - golden.centre
    allowed, off = tolerance.beside(golden, error), _worse_by(golden, error)
    outside = off > allowed
    worst = int(np.argmax(_in_units(off, allowed)))
    tail = slice(-end_windows(len(off)), None)
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
    """Return by how much values are worse than golden ones; where no direction is better, any difference is worse."""
    direction = golden.kind.direction
    return np.abs(error) if direction == "none" else -error if direction == "up" else error


def _in_units(off: NDArray[np.float64], allowed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances in units of their tolerance; infinite where the tolerance is 0."""
    beyond = np.where(off > 0, np.inf, np.where(off < 0, -np.inf, 0.0))
    return np.divide(off, allowed, out=beyond, where=allowed > 0)


def _is_more_than_chance(outside: NDArray[np.bool_]) -> bool:
    in_a_row = bool((outside[1:] & outside[:-1]).any())
    return in_a_row and bool(outside.mean() > SHARE_OUTSIDE)


def _widest(bound: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return the largest bound among each window and its neighbours up to `reach` away, shape (w,)."""
    padded = np.pad(bound, reach, mode="edge")
    widest: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    return widest


def _as_coarse_as(golden: Golden, series: Series) -> Golden:
    """Thin out a golden curve to the interval of a run that logs less often: medians of fewer points are noisier."""
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
