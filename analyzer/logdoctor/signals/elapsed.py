"""How much of a run has gone by at each block of a curve, as learning counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from logdoctor.signals.schedule import Schedule
from logdoctor.signals.trend import Trend

if TYPE_CHECKING:
    from numpy.typing import NDArray


def elapsed(trend: Trend[Any], schedule: Schedule | None) -> NDArray[np.float64]:
    """Return the share of the run gone by at each block of the level: by the sum of the rates, as a decay slows."""
    if schedule is not None:
        return np.interp(trend.steps, schedule.series.steps, schedule.spent)
    return np.asarray((trend.steps - trend.steps[0]) / max(int(trend.steps[-1] - trend.steps[0]), 1))


def elapsed_of_cosine(trend: Trend[Any]) -> NDArray[np.float64]:
    """Return what `elapsed` would be under a cosine schedule to zero, the usual one, where none is logged."""
    share = elapsed(trend, None)
    return np.asarray(share + np.sin(np.pi * share) / np.pi)
