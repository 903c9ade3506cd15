"""How alike two curves move, and what is left of one without its straight trend.

Summed by numpy itself: the dot product of BLAS starts threads, which on a busy machine cost more than they save, and
the last digits of what they return differ from machine to machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


REACH = 3
"""Points apart up to which deviations are compared: a wave of any length shows at one of these distances."""

BY_CHANCE = 3.2
"""Correlation of noise in units of the root of its number of points that the largest of REACH seldom exceeds."""


def inner(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the inner product of two arrays (n,)."""
    return float((one * other).sum())


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return Pearson's correlation of two arrays (n,); 0 where either does not move."""
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt(inner(a, a) * inner(b, b)))
    return float(np.clip(inner(a, b) / size, -1.0, 1.0)) if size > 0 else 0.0  # rounding leads beyond


def trend_aside(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far values (n,), two or more, lie from their line of least squares."""
    at = np.arange(len(values)) - (len(values) - 1) / 2
    away = values - values.mean()
    return np.asarray(away - inner(at, away) / inner(at, at) * at)


def smoothness(values: NDArray[np.float64]) -> float:
    """Return how well both neighbours tell what lies between them, as a correlation: 0 for noise, 1 for any wave.

    Of neighbours one to REACH points away, those that tell it best: one of four points has none next to it. So it
    depends little on how many points of a wave are logged. What chance gives is 0.
    """
    highest = 0.0
    for lag in range(1, min(REACH, (len(values) - 1) // 2) + 1):
        beside, between = values[: -2 * lag] + values[2 * lag :], values[lag:-lag]
        alike = abs(correlation(beside, between))
        highest = max(highest, alike if alike >= BY_CHANCE / np.sqrt(len(between)) else 0.0)
    return highest
