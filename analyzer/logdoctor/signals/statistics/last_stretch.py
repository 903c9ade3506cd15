"""Where what holds to the end of a series begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def after_last(mask: NDArray[np.bool_]) -> int:
    """Return the index after the last True of a mask, shape (n,): 0 where there is none, n where it is the last."""
    at = np.flatnonzero(mask)
    return int(at[-1]) + 1 if len(at) else 0
