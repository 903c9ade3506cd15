"""Synthetic curves for the examples that rules carry.

A curve is an array of values, one a step; pieces are put together with `then` and roughened with `noisy`:

>>> decay(2.3, 0.2, 60).then(rise(0.5, 60)).noisy(0.02)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

BEGINNING = 1.7e9
"""When the first value of a curve with wall times is written, in seconds since 1970."""

POINTS = 120
"""Length of a curve where none is given: long enough to have an end, short enough to read."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Values of a made-up series, one a step unless some are left out."""

    values: NDArray[np.float64]
    left_out: frozenset[int] = field(default=frozenset(), repr=False)
    """Steps, counted from 0, that have no value."""
    wall_times: NDArray[np.float64] | None = field(default=None, repr=False)
    """(n,) seconds at which the values were written, or None where the log is to have none."""

    @property
    def steps(self) -> NDArray[np.int64]:
        """(n,) step of each value."""
        every = np.arange(len(self.values) + len(self.left_out))
        return every[~np.isin(every, list(self.left_out))]

    def then(self, other: Curve) -> Curve:
        """Go on with another curve, shifted so that it begins where this one ends."""
        return Curve(np.concatenate([self.values, other.values - other.values[0] + self.values[-1]]))

    def followed_by(self, other: Curve) -> Curve:
        """Go on with another curve at its own level."""
        return Curve(np.concatenate([self.values, other.values]))

    def noisy(self, sigma: float, seed: int = 0) -> Curve:
        """Add normal noise, the same for the same seed."""
        return Curve(self.values + np.random.default_rng(seed).normal(0.0, sigma, len(self.values)))

    def heavy_tailed(self, share: float, seed: int = 0) -> Curve:
        """Multiply by log-normal noise: batch noise as small batches show it, `share` its spread."""
        return Curve(self.values * np.exp(np.random.default_rng(seed).normal(0.0, share, len(self.values))))

    def with_value(self, at: int, *values: float) -> Curve:
        """Replace the values from a step on: a spike, a NaN."""
        changed = self.values.copy()
        changed[at : at + len(values)] = values
        return Curve(changed)

    def without(self, first: int, last: int) -> Curve:
        """Leave out the steps from first to last: no record was written for them."""
        gone = (first <= self.steps) & (self.steps <= last)
        times = None if self.wall_times is None else self.wall_times[~gone]
        return Curve(self.values[~gone], self.left_out.union(self.steps[gone].tolist()), times)

    def each_taking(self, seconds: Curve) -> Curve:
        """Write each value some seconds after the one before."""
        return replace(self, wall_times=BEGINNING + np.cumsum(seconds.values))

    def plus(self, other: Curve) -> Curve:
        """Add another curve of the same length."""
        return Curve(self.values + other.values)

    def scaled(self, factor: float) -> Curve:
        """Multiply by a factor: another unit."""
        return Curve(self.values * factor)


def given(values: ArrayLike) -> Curve:
    """Return a curve of given values."""
    return Curve(np.asarray(values, dtype=np.float64))


def decay(start: float, end: float, points: int = POINTS, half_life: float = 0.1) -> Curve:
    """Fall exponentially from start towards end; half of the way is left after `half_life` of the curve."""
    t = np.arange(points) / max(points - 1, 1)
    return Curve(end + (start - end) * 0.5 ** (t / half_life))


def line(start: float, end: float, points: int = POINTS) -> Curve:
    """Go straight from start to end."""
    return Curve(np.linspace(start, end, points))


def rise(by: float, points: int = POINTS) -> Curve:
    """Rise straight by an amount."""
    return line(0.0, by, points)


def flat(level: float, points: int = POINTS) -> Curve:
    """Stay at a level."""
    return Curve(np.full(points, float(level)))


def swing(amplitude: float, period: float, points: int = POINTS) -> Curve:
    """Swing around zero."""
    return Curve(amplitude * np.sin(2 * np.pi * np.arange(points) / period))


def geometric(start: float, end: float, points: int = POINTS) -> Curve:
    """Go from start to end in equal ratios, as a learning-rate range test does."""
    return Curve(np.geomspace(start, end, points))


def cosine(peak: float, points: int = POINTS, cycles: int = 1, floor: float = 0.0) -> Curve:
    """Return a cosine schedule from peak to floor, restarted `cycles` times."""
    phase = (np.arange(points) * cycles / points) % 1.0
    return Curve(floor + (peak - floor) * 0.5 * (1 + np.cos(np.pi * phase)))
