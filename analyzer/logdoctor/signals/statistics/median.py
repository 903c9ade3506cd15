"""The median and other quantiles of finite values, by one selection.

The same numbers as numpy's own, which selects both values beside the place and looks for NaN: where numpy 2 selects
with vector instructions, that takes up to ten times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def median(values: NDArray[Any]) -> float:
    """Return the median of one value or more, none of them NaN."""
    return float(row_medians(values.reshape(1, -1))[0])


def thirds(values: NDArray[Any]) -> tuple[float, float, float]:
    """Return the medians of the first, the middle and the last third of three values or more, none of them NaN."""
    first, middle, last = np.array_split(values, 3)
    return median(first), median(middle), median(last)


def quantile(values: NDArray[Any], share: float) -> float:
    """Return the quantile of one finite value or more, below which that share of them lies: on a line between two."""
    place = (len(values) - 1) * share
    below = int(place)
    if below + 1 >= len(values):
        return float(values.max())
    partitioned = np.partition(values, below + 1)
    low, high, part = float(partitioned[: below + 1].max()), float(partitioned[below + 1]), place - below
    # From the nearer end, as numpy does.
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)


def lower_quantile(values: NDArray[Any], share: float) -> float:
    """Return the same without a line: the lower of the two values beside the place."""
    place = int((len(values) - 1) * share)
    return float(np.partition(values, place)[place])


def row_medians(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Return the median of each row, shape (r,), of an array (r, n) of one column or more, without NaN."""
    half, odd = divmod(rows.shape[1], 2)
    partitioned = np.partition(rows, half, axis=1)
    upper = partitioned[:, half]
    return upper.astype(float) if odd else (partitioned[:, :half].max(axis=1) + upper) / 2


def group_medians(values: NDArray[Any], group: NDArray[Any], groups: int) -> NDArray[np.float64]:
    """Return the median of the values of each group, shape (g,); NaN where a group has none.

    Groups are numbered from 0. Those of one size are taken at once; it is fastest where they follow one another.
    """
    ordered = values[np.argsort(group, kind="stable")]
    counts = np.bincount(group, minlength=groups)
    first = np.cumsum(counts) - counts
    middle = np.full(groups, np.nan)
    for count in np.unique(counts[counts > 0]):
        alike = counts == count
        middle[alike] = row_medians(ordered[first[alike, None] + np.arange(count)])
    return middle


def column_medians(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of each column, shape (c,), of an array (r, c) that may hold NaN; NaN where all of one is."""
    seen = ~np.isnan(cells.T)
    return group_medians(cells.T[seen], np.nonzero(seen)[0], cells.shape[1])
