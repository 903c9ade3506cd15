"""A polynomial through the values of a curve that a few outliers do not bend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import Polynomial
from numpy.polynomial.polynomial import polyval, polyvander
from numpy.polynomial.polyutils import mapdomain

from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

HUBER = 1.345
"""Residual in units of their spread from which a value counts less: 95 % as efficient as least squares (Huber 1981)."""

ROUNDS = 8
"""Fits until the weights have come to rest: each round moves them by less than a half of the one before."""


def robust_fit(at: NDArray[np.float64], values: NDArray[np.float64], degree: int) -> Polynomial:
    """Fit a polynomial by Huber's weights.

    To the values themselves: a running median before is one of other width where the log is coarser, and lags behind a
    falling curve at both of its ends. Values of any size are fitted, in units of a power of two: losses explode. It is
    `Polynomial.fit`, with the powers computed once for all rounds.
    """
    unit = 2.0 ** (int(np.frexp(np.abs(values).max())[1]) - 1)
    values, domain = values / unit, (float(at.min()), float(at.max()))
    inside = mapdomain(at, domain, (-1.0, 1.0))
    powers = np.asarray(polyvander(inside, degree).T, np.float64)
    coefficients = _least_squares(powers, values)
    for _ in range(ROUNDS):
        off = np.abs(values - polyval(inside, coefficients))
        spread = MAD_TO_SIGMA * median(off)
        if spread <= 0:
            break
        weights = np.sqrt(np.minimum(1.0, HUBER * spread / np.maximum(off, 1e-300)))
        coefficients = _least_squares(powers * weights, values * weights)
    return Polynomial(coefficients, domain) * unit


def _least_squares(powers: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficients of powers (d, n) whose sum is nearest to values (n,), with powers of length 1."""
    lengths = np.sqrt(np.square(powers).sum(axis=1))
    scaled = np.linalg.lstsq(powers.T / lengths, values, len(values) * np.finfo(float).eps)[0]
    return np.asarray(scaled / lengths)
