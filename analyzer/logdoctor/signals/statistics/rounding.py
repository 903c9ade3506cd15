"""Whether a script rounded its values before it logged them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECIMALS = 2
"""Decimals to which scripts round losses that people read."""


def in_hundredths(values: NDArray[np.float64]) -> bool:
    """Whether all values are whole hundredths, also where an event file kept them in single precision."""
    return bool((np.float32(values) == np.float32(np.round(values, DECIMALS))).all())
