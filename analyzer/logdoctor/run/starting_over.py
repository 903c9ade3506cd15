"""Whether a curve starts over where another run ended: then what follows is a run of its own, not the same, resumed."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STARTS_OVER = 0.5
"""Share of the way from the level that was reached back to where an earlier run began, from which on a loss starts
over."""

GOES_ON = 0.25
"""The same share up to which it goes on at the level that was reached."""

TELLING = 0.1
"""Relative difference between where a run began and where it ended that tells one from the other."""

LAST = 3
"""Values at the end of a run whose median is the level that was reached."""


def starts_over(begins: Sequence[float], ran: NDArray[np.float64], begun: NDArray[np.float64]) -> bool | None:
    """Tell whether a curve starts over where another one ended; None where that does not show.

    `begins` is where that one and those before it began, `ran` its values, and `begun` those that follow.
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
