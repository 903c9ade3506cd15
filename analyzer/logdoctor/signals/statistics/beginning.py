"""Whether the beginning of a run is in its log."""

from __future__ import annotations

import numpy as np

from logdoctor.run import Series
from logdoctor.signals.statistics.median import median

LATE = 0.1
"""First step as a share of the last that no logger waits for: a run was resumed, or its log is cut."""


def begins_late(series: Series) -> bool:
    """Whether the beginning of a run is not in a series of one value or more: what it shows first is no start.

    One whose logger writes every so often begins at the first step of those.
    """
    usual = median(np.diff(series.steps)) if len(series) > 1 else 0.0
    return series.first_step > max(LATE * series.last_step, usual)
