"""A polynomial through the values of a curve that a few outliers do not bend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

HUBER = 1.345
"""Residual in units of their spread from which a value counts less: 95 % as efficient as least squares (Huber 1981)."""

ROUNDS = 8
"""Fits until the weights have come to rest: each round moves them by less than a half of the one before."""


def robust_fit(at: NDArray[np.float64], values: NDArray[np.float64], degree: int) -> np.polynomial.Polynomial:
    """Fit a polynomial by Huber's weights.

    To the values themselves: a running median before is one of other width where the log is coarser, and lags behind a
    falling curve at both of its ends. Values of any size are fitted, in units of a power of two: losses explode.
    """
    unit = 2.0 ** (int(np.frexp(np.abs(values).max())[1]) - 1)
    values = values / unit
    weights = np.ones(len(values))
    fit = np.polynomial.Polynomial.fit(at, values, degree)
    for _ in range(ROUNDS):
        off = np.abs(values - fit(at))
        spread = MAD_TO_SIGMA * median(off)
        if spread <= 0:
            break
        weights = np.minimum(1.0, HUBER * spread / np.maximum(off, 1e-300))
        fit = np.polynomial.Polynomial.fit(at, values, degree, w=np.sqrt(weights))
    return fit * unit
