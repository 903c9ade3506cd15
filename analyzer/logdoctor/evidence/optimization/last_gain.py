"""What a curve gains at its end: whether it has come to rest, or goes on as slowly as before."""

from __future__ import annotations

from typing import Any

import numpy as np

from logdoctor.signals import Trend
from logdoctor.signals.statistics.robust_fit import robust_fit

KEEPS_PACE = 0.5
"""Fall over the end of a run as a part of that over as long a stretch before it, from which the loss goes on falling,
however slowly: what decays to a floor halves its fall at least, unless that takes longer than the run."""

LINE = 3
"""Values that a line is put through at least."""

ERROR_OF_LINE = 12**0.5
"""Standard error of the fall of a line through n values is this many times their noise, divided by the root of n."""


def keeps_pace(trend: Trend[Any], share: float) -> bool:
    """Whether a loss falls over a share of the run at its end as it did before that: slow is not at rest."""
    return 0 < KEEPS_PACE * sure_gain(trend, share, until=1 - share) <= sure_gain(trend, share)


def sure_gain(trend: Trend[Any], share: float, until: float = 1.0) -> float:
    """Return the fall over a share of the run before a part of it, by the line through that, less what is noise of it.

    Without `until`, over that share at its end.
    """
    each = trend.block == 1
    values, at = (trend.series.values, trend.series.steps) if each else (trend.level, trend.steps)
    whole = float(at[-1] - at[0])
    kept = at <= at[0] + until * whole
    values, at = (values[kept], at[kept]) if kept.sum() >= LINE else (values[:LINE], at[:LINE])
    late = at >= min(float(at[-1]) - share * whole, float(at[-LINE]))
    fall = -share * whole * float(robust_fit(at[late].astype(float), values[late], 1).deriv()(0.0))
    error = ERROR_OF_LINE * (trend.noise if each else trend.level_noise) / late.sum() ** 0.5
    return float(np.sign(fall) * max(abs(fall) - error, 0.0))
