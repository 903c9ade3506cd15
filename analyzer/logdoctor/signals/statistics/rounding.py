"""Whether a script rounded its values before it logged them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECIMALS = 2
"""Decimals to which scripts round losses that people read."""

FEW_DECIMALS = range(3, 7)
"""Decimals to which they round rates, from `:.3f` to the six of `%f`."""


def in_hundredths(values: NDArray[np.float64]) -> bool:
    """Whether all values are whole hundredths, also where an event file kept them in single precision."""
    return _in_decimals(values, DECIMALS)


def in_thousandths(values: NDArray[np.float64]) -> bool:
    """Whether all values are whole thousandths."""
    return _in_decimals(values, DECIMALS + 1)


def largest_shown_as_zero(values: NDArray[np.float64]) -> float:
    """Return half a unit of the last decimal to which a small quantity was rounded, 0 where none is seen to be.

    A rate of 4e-4 is printed as 0.000 with three decimals.
    """
    decimals = next((places for places in FEW_DECIMALS if _in_decimals(values, places)), None)
    return 0.0 if decimals is None else 0.5 * 10.0**-decimals


def in_few_decimals(values: NDArray[np.float64]) -> bool:
    """Whether all values have no more decimals than those that people read, also in single precision."""
    return _in_decimals(values, FEW_DECIMALS[-1])


def _in_decimals(values: NDArray[np.float64], places: int) -> bool:
    return bool((np.float32(values) == np.float32(np.round(values, places))).all())
