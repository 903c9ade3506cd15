"""Golden curves: the centre of the band that a reference allows.

A golden curve is the median over seeds of the medians of windows of points. Its spread is the robust standard deviation
over the seeds, and never less than the noise of a window's median; with a single seed, the spread is estimated from the
noise of single points around the level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import ROLES, Role, Series
from logdoctor.signals import Trend
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA
from logdoctor.signals.statistics.smoothing import SMOOTHED, running_median
from logdoctor.signals.statistics.trend import MEDIAN_EFFICIENCY

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_WINDOWS = 200
"""Most points of a golden curve: a resolution of half a percent of a run, and few enough to review a diff."""

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
        """The role, as a class."""
        return ROLES[self.role]

    @property
    def end(self) -> float:
        """The median of the last tenth of the windows."""
        return float(np.median(self.centre[-end_windows(len(self.centre)) :]))

    @property
    def best(self) -> float:
        """The value of the best window; the lowest value where the role does not say which is better."""
        return float(self.centre.max() if self.kind.direction == "up" else self.centre.min())


def golden_curve(seeds: Sequence[Series]) -> Golden:
    """Make the golden curve of one series over seeds, on the steps that all share.

    Raises ValueError when they share no steps or hold non-finite values.
    """
    curves = [one.curve for one in seeds]
    _refuse_unlike(curves)
    first = max((one.first_step for one in curves if len(one)), default=0)
    last = min((one.last_step if len(one) else -1 for one in curves), default=-1)
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
    spread = _spread(medians, noise * _efficiency(len(fewest) / len(steps)))
    role, axis = common[0].role.id, str(common[0].axis)
    return Golden(role, axis, len(seeds), noise, first, last, steps, np.median(medians, axis=0), spread)


def _refuse_unlike(curves: Sequence[Series]) -> None:
    """Raise ValueError where a curve holds a non-finite value, or two curves have different axes."""
    for curve in curves:
        broken = np.flatnonzero(~np.isfinite(curve.values))
        if len(broken):
            raise ValueError(f"{curve.name} is not finite at {curve.axis} {int(curve.steps[broken[0]]):,}")
        if curve.axis != curves[0].axis:
            raise ValueError(f"{curve.name} counts {curve.axis}s in one run and {curves[0].axis}s in another")


def _spread(medians: NDArray[np.float64], noise: float) -> NDArray[np.float64]:
    """Return the spread of the seeds' medians (seeds, w) in each window, (w,); `noise` is that of one median."""
    if len(medians) == 1:
        return np.full(medians.shape[1], np.sqrt(2.0) * noise)  # two runs differ by the noise of both
    deviation = MAD_TO_SIGMA * np.median(np.abs(medians - np.median(medians, axis=0)), axis=0)
    return np.maximum(np.maximum(deviation, running_median(deviation, SMOOTHED)), noise)


def window_medians(
    series: Series, middles: NDArray[np.int64], first: int, last: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the medians of a curve's values and of their steps in each window, both (w,): NaN for an empty window.

    A window with a non-finite value has an infinite median, which marks it as broken.
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


def end_windows(windows: int) -> int:
    """Return how many of the windows of a curve count as its end."""
    return max(1, round(END_SHARE * windows))


def _noise(curve: Series) -> float:
    """Return the noise of single values; 0 for a curve too short to have any."""
    if len(curve) < 2:
        return 0.0
    trend: Trend[Role] = Trend.measure(curve)
    return trend.noise


def _efficiency(points: float) -> float:
    """Return the noise of a median of so many values, in units of the noise of one value."""
    return MEDIAN_EFFICIENCY / np.sqrt(points) if points > MEDIAN_EFFICIENCY**2 else 1.0
