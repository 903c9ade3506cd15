"""Losses of a size that no batch can cost, however few values are logged: numbers that have lost their sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from logdoctor.run import Role
from logdoctor.signals.stability.spikes import Spike, Spikes
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.noise import noise_of
from logdoctor.signals.statistics.trend import Trend

if TYPE_CHECKING:
    from numpy.typing import NDArray

R = TypeVar("R", bound=Role)

BEYOND = 1e6
"""Factor over all that came before from which a loss is absurd: a float32 has seven digits, so that in a sum with it
the others no longer count."""

LITTLE = 0.01
"""Loss below which the examples of a batch are known by heart, so that the next batch may cost any factor more."""

BEFORE = 3
"""Ordinary values that must have come before: two may still be the first updates."""


def absurd_jumps(trend: Trend[R]) -> Spikes[R] | None:
    """Return the stretches of absurd values that follow on ordinary ones; None where there are none.

    What a log begins with is neither: a loss may come down from anywhere. One that goes below zero has a size, too.
    """
    values = trend.series.values
    if len(values) <= BEFORE:
        return None
    usual = max(median(np.abs(values)), LITTLE)
    if values.max() < BEYOND * usual:
        return None
    absurd = _absurd(values, usual)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], absurd, [False]]).astype(int)))
    found = []
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        before = values[:begin][values[:begin] < BEYOND * usual]
        level, peak = median(before[-BEFORE:]), float(values[begin:end].max())
        fallen, recovered = float(before.max()) - level, end < len(values)
        found.append(Spike(begin, end - 1, peak, level, noise_of(before), fallen, recovered))
    return Spikes(trend.series, tuple(found), 0.0) if found else None


def _absurd(values: NDArray[np.float64], usual: float) -> NDArray[np.bool_]:
    """Return which values lie beyond all ordinary ones before them, and beyond what is usual, shape (n,)."""
    absurd, ordinary, highest = np.zeros(len(values), dtype=bool), 0, LITTLE
    for i, value in enumerate(values.tolist()):
        if value < BEYOND * usual:
            ordinary, highest = ordinary + 1, max(highest, abs(value))
        elif ordinary >= BEFORE and value >= BEYOND * highest:
            absurd[i] = True
    return absurd
