"""Whether a curve starts over after another one ended: then it belongs to a new run, not to the same run resumed."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STARTS_OVER = 0.5
"""Share of the way back from the level reached to the start of an earlier run, from which on a loss starts over."""

GOES_ON = 0.25
"""The same share, up to which it continues at the level reached."""

TELLING = 0.1
"""Relative difference between start and end of a run that is needed to tell one from the other."""

LAST = 3
"""Values at the end of a run whose median is the level reached."""


def starts_over(begins: Sequence[float], ran: NDArray[np.float64], begun: NDArray[np.float64]) -> bool | None:
    """Tell whether a curve starts over after another one ended; None where that is unknown.

    `begins` are the first values of that curve and of those before it, `ran` its values, `begun` those that follow.
    """
    if not len(ran) or not len(begun) or not np.isfinite(begun[0]):
        return None
    reached = median(ran[-LAST:].tolist()) if np.isfinite(ran[-LAST:]).all() else float("nan")
    if np.isnan(reached):
        return True
    shares = [
        (float(begun[0]) - reached) / (one - reached)
        for one in begins
        if np.isfinite(one) and abs(one - reached) > TELLING * max(abs(one), abs(reached))
    ]
    share = max(shares, default=None)
    if share is None or GOES_ON < share < STARTS_OVER:
        return None
    return share >= STARTS_OVER
