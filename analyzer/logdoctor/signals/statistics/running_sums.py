"""Whether a loss is a running sum over each epoch instead of a mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logdoctor.signals.statistics.median import median

if TYPE_CHECKING:
    from numpy.typing import NDArray

FALLS_BACK = 0.5
"""Part of a sum that is gone where it starts anew; a sum of many points starts with little of it."""

ALL_RISE = 0.98
"""Share of the moves within epochs that go up where the curve is a sum; rounding may hide one."""

FROM_NOTHING = 4.0
"""First value of an epoch in units of what a sum gains from point to point, up to which it begins at nothing."""

WHOLE = 2
"""Fewest whole epochs behind the first."""

POINTS = 5
"""Fewest points in each."""

ALIKE = 1
"""Points by which they may differ."""


def is_summed_anew(values: NDArray[np.float64]) -> bool:
    """Tell whether a curve only rises, out of nothing, in stretches of one length.

    What comes before it first falls back is left out: scripts divide by all steps so far, which makes a mean of it.
    """
    falls = values[1:] < FALLS_BACK * values[:-1]
    starts = np.flatnonzero(falls) + 1
    lengths = np.diff(starts)
    if len(lengths) < WHOLE or lengths.min() < POINTS or np.ptp(lengths) > ALIKE:
        return False
    whole = slice(starts[0], starts[-1])
    rising = np.diff(values[whole])[~falls[starts[0] : starts[-1] - 1]] > 0
    firsts, lasts = values[starts[:-1]], values[starts[1:] - 1]
    return bool(
        rising.mean() >= ALL_RISE
        and firsts.min() >= 0
        and median(lengths * firsts / np.maximum(lasts, np.finfo(float).tiny)) <= FROM_NOTHING
    )
