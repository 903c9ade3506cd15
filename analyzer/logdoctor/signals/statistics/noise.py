"""The noise of a series: a robust standard deviation of its points around their level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.smoothing import SMOOTHED

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAD_TO_SIGMA = 1.4826
"""The median absolute deviation of a normal distribution times this is its standard deviation."""

QUARTILE_TO_SIGMA = 3.138
"""The lower quartile of the absolute values of normal noise times this is its standard deviation."""

DIFFERENCES = ((2, 6.0**0.5), (3, 20.0**0.5))
"""Orders of the differences that estimate the noise of a short series, each with the standard deviation of such
differences of unit white noise. Residuals from a running median will not do: on a slope every point is its own median,
and the noise seems to vanish."""

TWISTED = 7
"""Values needed for third differences: seven values have four of these."""

BENT = 0.5
"""Ratio of the noise by third differences to that by second ones below which the curve bends between its points. For
noise alone, the two differ by a fifth at forty points."""

ROUNDING = 1e-6
"""Relative size below which differences are rounding, not noise: logs keep four to seven digits."""


def noise_of(values: NDArray[np.float64]) -> float:
    """Return the noise of a series of few points, from its second differences, or from its third if those are far less.

    White noise gives the same estimate by both, a straight line gives zero, and a bend gives next to nothing by the
    third: the farther apart the points lie, the more of a second difference is the course of the curve.
    """
    bends, twists = (np.diff(values, order) / of_noise for order, of_noise in DIFFERENCES)
    noise = (_jitter if len(values) < 2 * SMOOTHED else robust_sigma)(bends, values)
    straightened = robust_sigma(twists, values) if len(values) >= TWISTED else noise
    return straightened if straightened < BENT * noise else noise


def _jitter(residuals: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the standard deviation of the residuals of very few values, never below rounding.

    Estimated from the lower quartile, so that one jump among a few points does not count as noise.
    """
    rounding = ROUNDING * median(np.abs(values))
    if not len(residuals):
        return rounding
    return max(float(np.quantile(np.abs(residuals), 0.25, method="lower")) * QUARTILE_TO_SIGMA, rounding)


def robust_sigma(residuals: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Return the standard deviation of residuals from their median absolute deviation, never below rounding."""
    if not len(residuals):
        return 0.0
    sigma = MAD_TO_SIGMA * median(np.abs(residuals))
    if sigma >= ROUNDING * max(-values.min(), values.max()):
        return sigma  # the median of the values is no larger
    return max(sigma, ROUNDING * median(np.abs(values)))
