"""How much of a run has gone by at each block of a curve, by steps or by the sum of the rates, and how even it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from logdoctor.signals.schedule.schedule import Schedule
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA
from logdoctor.signals.statistics.robust_fit import robust_fit
from logdoctor.signals.statistics.trend import Trend

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAST = 0.3
"""Share of a run whose slope says how fast it falls at its end."""

PACE = (0.55, 1.05)
"""Fall of the later two thirds in units of that of the earlier, between which a run has not levelled off: one that
falls exponentially to a tenth has 0.3; what breaks open late falls faster at its end than before."""

LEAST = 0.4
"""Fall from the middle to the last third in units of that from the first to the middle, below which nothing is a line:
a logarithm has 0.5."""

PLUNGE = 0.3
"""Fall from the first value to the second beyond that of the line through all but the first, as a share of the line's
whole fall, from which the steep beginning of a curve lies between the two: tiny language models lose a third there.
A line through the first as well is tilted by it, the more the fewer points there are."""

PLUNGE_NOISE = 6.0
"""The same in units of the noise."""

EACH = 2.0
"""Slope at the end of each of two curves in units of its error, from which the two together may be sure of it."""

ENDS = 6
"""Points that a curve needs before a line through its last ones is that of its end."""

AT_END = 3
"""The fewest of those: of few points, more would reach back to the middle of the run."""

FALLS = 0.08
"""Fall of the last fifth at the pace of the end, as a share of the whole, from which a loss has not levelled off: 0.2
for a straight line."""

STEEPENS = 0.3
"""The same of a run that has only begun to fall."""

BEGUN = 0.7
"""End as a share of the start above which a loss that falls ever faster has only begun to: below, it has come some way,
as slow-convergence has it."""

LATE = 1.6
"""The same pace from which it falls ever faster."""

SURE = 4.0
"""Slope at the end in units of its error: one in thirty thousand by chance."""


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


def late_pace(trend: Trend[Any], elapsed: NDArray[np.float64], max_bend: float) -> float:
    """Return the slope at two thirds in units of that at one third, NaN for a curve that does not fall evenly.

    Nor does one that falls far from its first value to its second. `max_bend` is the deviation from a straight line, as
    a share of its fall, above which a curve falls in steps.
    """
    if len(np.unique(elapsed)) < 3:  # the rate died at once: there is nothing to fit
        return float("nan")
    line_fit = np.polynomial.Polynomial.fit(elapsed, trend.level, 1)
    values = trend.series.values if trend.block == 1 else trend.level
    slopes = robust_fit(elapsed, values, 2).deriv()(np.array([1 / 3, 2 / 3]))
    bend = float(np.mean((trend.level - line_fit(elapsed)) ** 2)) - trend.level_noise**2
    fall = float(line_fit(0.0) - line_fit(1.0))
    straight = slopes[0] < 0 and max(bend, 0.0) ** 0.5 <= max_bend * fall
    straight = straight and not _plunges(trend, elapsed)
    parts = [trend.level[(elapsed >= low) & (elapsed <= low + 1 / 3)] for low in (0.0, 1 / 3, 2 / 3)]
    if all(len(part) for part in parts):  # an S is no line, though a parabola through it may be one
        first, middle, last = map(median, parts)
        straight = straight and middle - last >= LEAST * (first - middle) - trend.level_noise / 2
    return float(slopes[1] / slopes[0]) if straight else float("nan")


def _plunges(trend: Trend[Any], elapsed: NDArray[np.float64]) -> bool:
    """Whether a good part of the fall of a curve lies between its first value and its second, beyond the line's there.

    Of seven values, that is a sixth of it all.
    """
    first, second = trend.series.values[:2]
    line = np.polynomial.Polynomial.fit(elapsed[1:], trend.level[1:], 1)
    fall, there = (float(line(elapsed[0]) - line(elapsed[at])) for at in (-1, 1))
    return bool(first - second > there + max(PLUNGE * fall, PLUNGE_NOISE * trend.noise))


def pace_of_thirds(trend: Trend[Any]) -> float:
    """Return the fall from the middle to the last third in units of that from the first to the middle one."""
    first, middle, last = trend.thirds
    return (middle - last) / (first - middle) if first > middle else float("nan") if last >= middle else float("inf")


def last_fall(trend: Trend[Any]) -> tuple[float, float]:
    """Return the fall of the last fifth of a run at the pace of its end, and that in units of its standard error."""
    values = trend.series.values[-max(AT_END, round(LAST * len(trend))) :]
    at = np.arange(len(values), dtype=float)
    line = np.polynomial.Polynomial.fit(at, values, 1)
    slope = float(line(at[-1]) - line(0.0)) / max(len(values) - 1, 1)
    noise = max(trend.noise, MAD_TO_SIGMA * median(np.abs(values - line(at))))
    error = noise * float(np.sqrt(12 / len(values) ** 3))
    return -slope * (len(trend) - 1) / 5, -slope / error if error > 0 else 0.0


def fall_together(one: Trend[Any], other: Trend[Any], least: float) -> bool:
    """Whether two curves fall at their ends, and are as sure of it together as one would have to be alone.

    By Stouffer's sum of both heights, divided by the root of two; few points have no end to draw a line through.
    """
    sure = [last_fall(trend)[1] for trend in (one, other)]
    return min(len(one), len(other)) >= ENDS and min(sure) >= EACH and sum(sure) / np.sqrt(2) >= least


def has_not_levelled_off(*trends: Trend[Any]) -> bool:
    """Whether all of some curves fall to their end about as fast as before, or have only begun to fall."""
    paces, falls = [pace_of_thirds(one) for one in trends], [last_fall(one) for one in trends]
    gains = [fall / one.fall if one.fall > 0 else 0.0 for one, (fall, _) in zip(trends, falls, strict=True)]
    falls_at_all = all(one.end < one.first for one in trends)
    straight = all(PACE[0] <= pace <= PACE[1] for pace in paces) and max(gains) >= FALLS
    high = all(one.end >= BEGUN * one.start > 0 for one in trends)
    begun = high and min(paces) >= LATE and min(gains) >= STEEPENS
    late = all(one.best_at >= (1 - LAST) * len(one.level) for one in trends)
    plunges = any(_plunges(one, elapsed(one, None)) for one in trends)
    return falls_at_all and not plunges and (straight or begun) and late and max(z for _, z in falls) >= SURE
