"""After how many points a curve repeats itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import Loss
from logdoctor.signals.statistics.median import median, quantile
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_PERIOD_POINTS = 8
"""Points of a period below which it has no shape."""

MIN_PERIODS = 3
"""Whole periods without which nothing can be said to repeat."""

MIN_REPEAT_POINTS = 16
"""Points of a period that is read from the curve alone: fewer do not show whether it is a saw or a wave."""

MIN_CORRELATION = 0.5
"""Correlation of the curve with itself one period on, from which a period is believed; noise stays below 0.3."""

MIN_DIP = 0.1
"""How much worse the curve must fit itself at some shorter shift: a slow wave fits itself well at every short one."""

DRIFT = 0.02
"""Share of a period by which a multiple of it may come too soon or too late, beside the point that rounding takes."""

FAR_OUT = 10.0
"""Distance from the median in units of that of most values, beyond which a value is clipped before anything is
measured."""

SELDOM = 0.05
"""Share of the values up to which such values are clipped: more of them are bursts, which count."""

SETTLED_FROM = 0.1
"""Share of the run left out when the curve is searched for a period: the first fall repeats nothing."""

WEIGHTS = frozenset("beta weight coef coefficient temperature ratio".split())
"""Words of what weighs a term of the loss, or eases its task: Fu et al. (2019, arXiv:1903.10145) anneal the weight of
the divergence in cycles."""

MIN_REPEATED = 8
"""Logged values of a weight that are compared with those one period later."""

SET_AGAIN = 0.05
"""How far apart the two may lie, as a share of its range."""


def weight_repeats(run: Run, axis: Axis, period: float | None = None) -> bool:
    """Tell whether a program sets a weight of the loss in cycles, of that many steps where that is asked."""
    logged = (one.finite for one in run.series if one.axis is axis and not issubclass(one.role, Loss))
    weights = (one for one in logged if not WEIGHTS.isdisjoint(words(one.name)))
    return any(_takes_again(one, steps) for one in weights for steps in ([period] if period else _periods(one)))


def _periods(series: Series) -> Iterator[float]:
    """Yield the steps after which a curve may repeat itself: a slow trend blurs them by a point."""
    points = repeating_period(series.values) if len(series) else None
    for near in (0, -1, 1) if points else ():
        yield ((points or 0.0) + near) * median(np.diff(series.steps))


def _takes_again(series: Series, period: float) -> bool:
    """Tell whether a series takes the same values again after that many steps."""
    later = series.steps + period
    inside = later <= series.steps[-1:].max(initial=0)
    reach = float(np.ptp(series.values)) if len(series) else 0.0
    if np.count_nonzero(inside) < MIN_REPEATED or not reach:
        return False
    differences = np.abs(np.interp(later[inside], series.steps, series.values) - series.values[inside])
    return median(differences) <= SET_AGAIN * reach


def repeating_period(values: NDArray[np.float64]) -> float | None:
    """Return the number of points after which a curve repeats itself, or None.

    The curve is laid over itself, without its slow trend and its first tenth. The shortest shift at which it fits about
    as well as at the best one is the period; a later multiple of it makes it exact.
    """
    late = values[int(SETTLED_FROM * len(values)) :]
    longest = len(late) // MIN_PERIODS
    if longest <= MIN_REPEAT_POINTS:
        return None
    left = _without_trend(late, longest)
    overlap = overlaps(left, longest)
    if overlap[0] <= 0:
        return None
    alike = overlap / overlap[0]
    peaks = np.flatnonzero((alike[1:-1] > alike[:-2]) & (alike[1:-1] >= alike[2:])) + 1
    unlike = np.minimum.accumulate(alike)[peaks]
    peaks = peaks[(peaks >= MIN_REPEAT_POINTS) & (alike[peaks] - unlike >= MIN_DIP)]
    if not len(peaks) or alike[peaks].max() < MIN_CORRELATION:
        return None
    shortest = float(peaks[alike[peaks] >= 0.9 * alike[peaks].max()][0])
    if _takes_turns(alike, round(shortest)):
        return None
    return _refined(shortest / _times_contained(alike, round(shortest)), alike, peaks, longest)


def overlaps(values: NDArray[np.float64], longest: int) -> NDArray[np.float64]:
    """Return the mean product of a curve and itself so many points later, shape (longest + 1,), from none on."""
    size = _quick_size(len(values) + longest)  # no point is laid over one of the other end
    power = np.fft.rfft(values, size)
    sums = np.fft.irfft(power * np.conj(power), size)[: longest + 1]
    return np.asarray(sums / np.arange(len(values), len(values) - longest - 1, -1))


def _quick_size(points: int) -> int:
    """Return a size from so many points on that is quick to transform: a power of two, or three quarters of one.

    Others can take ten times as long.
    """
    power = 1 << (points - 1).bit_length()
    return 3 * power // 4 if 3 * power // 4 >= points else power


def _refined(first: float, alike: NDArray[np.float64], peaks: NDArray[np.intp], longest: int) -> float | None:
    """Return the period by its later multiples, or None where they lead away from it: then nothing repeats itself.

    Noise on a slow course has a peak near every multiple, and the best of them is always one that lies before it.
    """
    period, places = first, peaks.astype(np.float64)
    for multiple in range(2, int(longest / first) + 1):
        reach = min(1 + DRIFT * multiple * period, max(period / 4, 1))
        begin, end = np.searchsorted(places, [multiple * period - reach, multiple * period + reach])
        if begin < end:
            period = float(places[begin + np.argmax(alike[peaks[begin:end]])]) / multiple
        if abs(period - first) > 1 + DRIFT * first:
            return None
    return period


def _times_contained(alike: NDArray[np.float64], period: int) -> int:
    """Return how many shorter periods, of MIN_PERIOD_POINTS or more, one holds: the curve fits itself as well there."""
    for times in range(period // MIN_PERIOD_POINTS, 1, -1):
        if period % times == 0 and alike[period // times] >= 0.9 * alike[period]:
            return times
    return 1


def _takes_turns(alike: NDArray[np.float64], period: int) -> bool:
    """Whether the curve fits itself as well after a few points, and worse before: parts that take turns, no epoch."""
    few = (times for times in range(2, MIN_PERIOD_POINTS) if period % times == 0)
    return any(alike[n] >= 0.9 * alike[period] and alike[n] - alike[1:n].min() >= MIN_DIP for n in few)


def _without_trend(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Subtract the moving mean; draw in what lies far out, so that a spike is no pattern, and no step of that mean."""
    middle, reach = median(values), FAR_OUT * (quantile(values, 0.9) - quantile(values, 0.1))
    few = 0 < np.mean(np.abs(values - middle) > reach) <= SELDOM
    near = np.clip(values, middle - reach, middle + reach) if few else values
    padded = np.pad(near, (width // 2, width - 1 - width // 2), mode="reflect")
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    left = near - (sums[width:] - sums[:-width]) / width
    reach = 4 * MAD_TO_SIGMA * median(np.abs(left - median(left)))
    return np.asarray(np.clip(left, -reach, reach) if reach > 0 else left)
