"""The level of a series: medians of blocks of points, or a running median where there are few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logdoctor.signals.statistics.median import median, row_medians

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_BLOCKS = 200
"""The most blocks in a level: enough to date an event to half a percent of the run."""

MIN_BLOCK = 5
"""The fewest points in a block, once points are grouped: their median survives two outliers."""

SMOOTHED = 5
"""Width of the running median of short series: two outliers in a row do not move it."""


def block_size(n: int) -> int:
    """Return how many points make a block of the level of n points."""
    return 1 if n < MAX_BLOCKS * MIN_BLOCK else int(np.ceil(n / MAX_BLOCKS))


def block_medians(values: NDArray[np.float64], block: int) -> NDArray[np.float64]:
    """Return the median of each block of points, shape (b,); the last block may be short."""
    if block == 1:
        return values
    whole = len(values) // block * block
    medians = row_medians(values[:whole].reshape(-1, block))
    return medians if whole == len(values) else np.append(medians, median(values[whole:]))


def block_middles(steps: NDArray[np.int64], block: int) -> NDArray[np.int64]:
    """Return the step in the middle of each block, shape (b,)."""
    if block == 1:
        return steps
    starts = np.arange(0, len(steps), block)
    return steps[(starts + np.minimum(starts + block, len(steps)) - 1) // 2]


def running_median(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the median of each point and its neighbours, shape (n,); windows are cut short at both ends."""
    half, n = width // 2, len(values)
    edges = sorted({*range(min(half, n)), *range(max(n - half, 0), n)})
    medians = np.empty(n)
    medians[edges] = [median(values[max(i - half, 0) : i + half + 1]) for i in edges]
    if n >= width:
        medians[half : n - half] = row_medians(np.lib.stride_tricks.sliding_window_view(values, width))
    return medians
