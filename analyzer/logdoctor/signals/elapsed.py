"""How much of a run has gone by at each block of a curve, as learning counts it, and how even the fall is by that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from logdoctor.signals.schedule import Schedule
from logdoctor.signals.trend import Trend

if TYPE_CHECKING:
    from numpy.typing import NDArray


def elapsed(trend: Trend[Any], schedule: Schedule | None) -> NDArray[np.float64]:
    """Return the share of the run gone by at each block of the level: by the sum of the rates, as a decay slows."""
    if schedule is not None:
        return np.interp(trend.steps, schedule.series.steps, schedule.spent)
    return np.asarray((trend.steps - trend.steps[0]) / max(int(trend.steps[-1] - trend.steps[0]), 1))


def elapsed_of_cosine(trend: Trend[Any], train: Trend[Any]) -> NDArray[np.float64]:
    """Return what `elapsed` would be under a cosine schedule to zero, the usual one, where none is logged.

    Such a schedule goes to the last step of training, which comes after the last evaluation, or before it.
    """
    last = max(one.series.steps[-1] for one in (trend, train) if one.series.axis is trend.series.axis)
    share = trend.steps / max(int(last), 1)
    return np.asarray(share + np.sin(np.pi * share) / np.pi)


def late_pace(trend: Trend[Any], gone: NDArray[np.float64], max_bend: float) -> float:
    """Return the slope at two thirds in units of that at one third, NaN for a curve that does not fall evenly.

    `max_bend` is the deviation from a straight line, as a share of its fall, above which a curve falls in steps.
    """
    if len(np.unique(gone)) < 3:  # the rate died at once: there is nothing to fit
        return float("nan")
    line_fit, parabola = (np.polynomial.Polynomial.fit(gone, trend.level, degree) for degree in (1, 2))
    slopes = parabola.deriv()(np.array([1 / 3, 2 / 3]))
    bend = float(np.mean((trend.level - line_fit(gone)) ** 2)) - trend.level_noise**2
    straight = slopes[0] < 0 and bend <= (max_bend * float(line_fit(0.0) - line_fit(1.0))) ** 2
    return float(slopes[1] / slopes[0]) if straight else float("nan")
