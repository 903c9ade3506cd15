"""Whether a penalty on the weights is part of both losses, and hides where the network began."""

from __future__ import annotations

import numpy as np

from logdoctor.run import Series
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals.statistics.trend import Trend

FIRST_VALUES = 6
"""Values of both losses that come down together."""

LEFT = 0.5
"""What is left of each loss by its next value: with Adam at 1e-3 and weights of 0.1, a penalty loses a third in fifty
updates, an epoch."""

ALIKE = 0.5
"""The smaller loss as a share of the larger: of a network that was thrown, validation has come down by the first
evaluation, or jumps."""

GRADUAL = 0.4
"""Part of the fall from one value to the next, as a logarithm a step, that the fall after it is at least, where less
than LEFT may be left by the next value: weights that shrink by a share an update, seen half as often."""

LEFT_GRADUALLY = 0.25
"""What may be left then."""


def falls_like_penalty(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> bool:
    """Tell whether both losses come down from their first values alike, and a little with each: so does a penalty."""
    if val is None or len(train.series) != len(val.series) or len(val.series) < FIRST_VALUES:
        return False
    ours, theirs = (one.series.values[:FIRST_VALUES] for one in (train, val))
    if min(ours.min(), theirs.min()) <= 0:
        return False
    steady = all(_comes_down_steadily(one.series) for one in (train, val))
    return steady and bool((theirs > ALIKE * ours).all() and (ours > ALIKE * theirs).all())


def _comes_down_steadily(series: Series) -> bool:
    values, steps = series.values[:FIRST_VALUES], series.steps[:FIRST_VALUES]
    left = values[1:] / values[:-1]
    falls = -np.log(left) / np.diff(steps)
    least = LEFT_GRADUALLY if bool((falls[1:] >= GRADUAL * falls[:-1]).all()) else LEFT
    return bool((left < 1).all() and (left > least).all())
