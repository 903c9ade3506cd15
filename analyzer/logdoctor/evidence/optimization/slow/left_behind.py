"""Whether validation is left behind by a loss that falls."""

from __future__ import annotations

from typing import Any

import numpy as np

from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Trend
from logdoctor.signals.statistics.trend import THIRDS_TELL

RISES = 3
"""Last of fewer evaluations that each lie above the one before, where validation ends above its first value."""

FOLLOWS = 0.25
"""Fall of validation as a share of that of training, up to which it does not follow."""


def leaves_behind(train: Trend[TrainLoss], val: Trend[Any] | None) -> bool:
    """Whether validation ends above where it began, or lies above training all along and gains nothing of its fall.

    More would only fit more.
    """
    if val is None or val.series.axis is not train.series.axis:
        return False
    if len(val) < THIRDS_TELL:
        rise = np.diff(val.series.values[-RISES:]) > 0
        return len(rise) == RISES - 1 and bool(rise.all()) and val.end > val.first
    fell = train.thirds[0] - train.thirds[2]
    return val.thirds[0] - val.thirds[2] < FOLLOWS * fell and min(val.thirds) > train.thirds[0]
