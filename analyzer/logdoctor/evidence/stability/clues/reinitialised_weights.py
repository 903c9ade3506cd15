"""Whether the weights were initialised again: the loss jumps to where the run began and comes down as it did then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logdoctor.signals.statistics.noise import MAD_TO_SIGMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

AGAIN = 12
"""Values after the jump that are laid beside the first of the run."""

HALF = 0.5
"""Part of the fall until the jump that they are laid beside each other for, where batches hide the slope of so few."""

FEW = 6
"""How many it takes."""

ALIKE = 0.2
"""Usual distance between both as a share of what the first ones fell, noise included: a batch that does harm is mended
within few updates, and what was learnt before is learnt anew only from new weights."""

BACK = 0.15
"""Distance of the peak from the first value as a share of the fall until then."""


def retraces_first_descent(values: NDArray[np.float64], jump: int, *, averages: bool = False) -> bool:
    """Tell whether values (n,), finite ones of one loss, go the way of the first from a jump at this index on.

    Means of an epoch have no noise of batches: few of them show a descent.
    """
    shortest, before = (FEW, FEW) if averages else (AGAIN, 2 * AGAIN)
    if jump < before:
        return False
    fall = float(values[0] - np.median(values[max(0, jump - AGAIN) : jump]))
    if not fall > 0 or abs(values[jump] - values[0]) > BACK * fall:
        return False
    below = np.flatnonzero(values[:jump] < values[0] - HALF * fall)
    return any(_goes_alike(values, jump, n) for n in (shortest, int(below[0])) if n >= shortest)


def _goes_alike(values: NDArray[np.float64], jump: int, n: int) -> bool:
    """Whether n values from a jump on go the way of the first n."""
    again = values[jump : jump + n]
    first = values[: len(again)]
    if len(again) < FEW:
        return False
    learnt = float(np.median(first[:2]) - np.median(first[-2:]))
    apart = MAD_TO_SIGMA * float(np.median(np.abs(again - first)))
    return learnt > 0 and apart <= ALIKE * learnt
