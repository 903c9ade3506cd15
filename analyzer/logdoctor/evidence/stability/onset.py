"""Where a rise of a loss begins, by its single values and by its level."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from logdoctor.run import Role
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.signals.statistics.median import lower_quantile, median
from logdoctor.signals.statistics.smoothing import SMOOTHED
from logdoctor.signals.statistics.trend import Trend

if TYPE_CHECKING:
    from numpy.typing import NDArray

R = TypeVar("R", bound=Role)

LOOK_BACK = 20
"""Values just before an event that say what was usual."""

GROWTH = 2.0
"""Factor above the usual from which a value has risen; ordinary batch noise stays below a factor of two."""

RUN_UP = 3
"""Points over which something must have risen for it not to have come at once."""


def rise_begins(values: NDArray[np.float64], index: int) -> int:
    """Return the index from which all values up to `index` lie above the usual before; `index` where none does.

    Usual is what the later half of the values before reached, so that a loss that has fallen to nothing and flickers
    does not count as rising.
    """
    before = np.where(np.isfinite(values[:index]), values[:index], np.inf)
    if len(before) < 2:
        return index
    if len(before) < 2 * RUN_UP:
        high = float(before[0] + (GROWTH - 1) * abs(before[0]))
    else:
        late = before[(len(before) - RUN_UP) // 2 : len(before) - RUN_UP]
        usual = median(late)
        high = max(usual + (GROWTH - 1) * abs(usual), lower_quantile(late, 0.9))
        high = min(high, float(before[0] + (GROWTH - 1) * abs(before[0]))) if usual > before[0] else high
    return after_last(before <= high)


def onset_of_rise(train: Trend[R]) -> tuple[int, int]:
    """Return the indices of the points at which a level leaves its lowest for good, and at which it is most of the way.

    Both are points of `train.series`. Where no part of the level makes half of the way, single values scatter by more
    than it moves meanwhile, and the level alone tells.
    """
    values, steps = train.series.values, train.series.steps
    lowest = min(train.best, train.initial)
    risen = train.end - lowest
    # What explodes over orders of magnitude has left its lowest long before a quarter of the way.
    leaves = lowest + min(risen, abs(train.initial) or risen) / 4
    quiet = np.flatnonzero(train.level <= leaves)
    high = np.flatnonzero(train.level >= lowest + 3 * risen / 4)
    left = int(quiet[-1]) if len(quiet) else 0
    arrived = int(high[high > left][0]) if (high > left).any() else len(train.level) - 1
    way = train.level[left : arrived + 1]
    if arrived - left > RUN_UP and np.diff(way).max() < risen / 2:
        halfway = int(np.searchsorted(steps, train.steps[left + int(np.argmax(way >= lowest + risen / 2))]))
        risen_by, width = int(np.searchsorted(steps, train.steps[left + 1])), max(train.block, SMOOTHED) // 2
        first = max(risen_by - width, 0)  # a median rises before the values that make it do
        begun = first + after_last(values[first : risen_by + width] <= leaves)
        return min(begun, max(risen_by, halfway - RUN_UP)), halfway
    first = int(np.searchsorted(steps, train.steps[left])) - train.block // 2
    last = int(np.searchsorted(steps, train.steps[arrived])) + train.block // 2 + 1
    between = values[max(first, 0) : last]
    onset = max(first, 0) + after_last(between <= leaves)
    reached = np.flatnonzero(values[onset:last] >= lowest + risen / 2)
    onset = min(onset, len(values) - 1)
    return onset, min(onset + (int(reached[0]) if len(reached) else 0), len(values) - 1)
