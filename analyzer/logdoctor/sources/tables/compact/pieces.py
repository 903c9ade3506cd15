"""Long arrays piece by piece, so that intermediate results stay small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_Number = TypeVar("_Number", bound=np.generic)

PIECE = 256 * 1024
"""Elements of a piece."""


def pieces(array: NDArray[_Number], overlap: int = 0) -> Iterator[NDArray[_Number]]:
    """Yield views that follow each other; each begins with the last `overlap` elements of the one before."""
    for start in range(0, max(1, len(array) - overlap), PIECE):
        yield array[start : start + PIECE + overlap]


def rises(array: NDArray[Any]) -> bool:
    """Tell whether every element is larger than the one before."""
    return all(bool((piece[1:] > piece[:-1]).all()) for piece in pieces(array, overlap=1))


def falls(array: NDArray[np.int64] | NDArray[np.float64]) -> bool:
    """Tell whether any element is smaller than the one before."""
    return any(bool((piece[1:] < piece[:-1]).any()) for piece in pieces(array, overlap=1))
