"""The statistics that assertions use: robust ones, computed from a level and never from a single value.

NaN never passes: where the part of the curve that a statistic uses holds NaN, the statistic is NaN. That part is the
whole curve, for `end` its last tenth. Infinities are values: a highest of infinity exceeds every bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.config import Assertion, Statistic
from logdoctor.run import Role, Run, Series
from logdoctor.signals import Speed, Spikes, Trend, Unmeasurable
from logdoctor.signals.statistics.trend import END_SHARE

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Measurement:
    """A statistic of one series."""

    value: float
    step: int | None = None
    """The step at which the series has it; None where it belongs to no single step."""


@dataclass(frozen=True)
class Level:
    """The level of a series, with the sign such that lower is better."""

    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    """(b,) medians of blocks, as in `Trend`; or the only value of the series."""
    sign: int
    """1 where lower is better, -1 where higher is."""


def measure(statistic: Statistic, series: Series, *, rises: bool, target: float | None = None) -> Measurement:
    """Return a statistic of a series; `rises` says that higher is better.

    Raises Unmeasurable for a series that is too short.
    """
    curve = series.curve
    if not len(curve):
        raise Unmeasurable(f"{series.name} has no values")
    if statistic is Statistic.LAST_STEP:
        return Measurement(float(curve.steps[-1]), int(curve.steps[-1]))
    looked_at = curve.take(slice(-max(1, round(END_SHARE * len(curve))), None)) if statistic is Statistic.END else curve
    broken = np.flatnonzero(np.isnan(looked_at.values))
    if len(broken):
        return Measurement(np.nan, int(looked_at.steps[broken[0]]))
    if (infinite := _infinite(statistic, looked_at, rises=rises)) is not None:
        return infinite
    if statistic in (Statistic.SPIKE_COUNT, Statistic.NOISE):
        upright = replace(series, values=-series.values) if rises else series
        return _roughness(statistic, upright)
    return _OF_LEVEL[statistic](_level(series, rises=rises), target)


def throughput(run: Run) -> tuple[str, Measurement]:
    """Return the name of the speed of a run and its usual value; raises Unmeasurable where there is none."""
    speed: Speed = Speed.measure(run)
    return speed.name, Measurement(float(np.exp(np.median(speed.trend.level))))


def rises(assertion: Assertion, series: Series) -> bool:
    """Tell whether higher is better, by the role of a series.

    Where the role does not say: if the best has only a lower bound, or a target lies above the first value. Raises
    Unmeasurable where the statistic depends on it and it is unknown.
    """
    direction, statistic = series.role.direction, assertion.statistic
    if direction != "none":
        return direction == "up"
    if statistic is Statistic.STEPS_TO and assertion.target is not None and len(series.finite):
        return assertion.target > float(series.finite.values[0])
    one_bound = (assertion.min is None) != (assertion.max is None)
    if statistic is Statistic.MAX_DRAWDOWN or (statistic is Statistic.BEST and not one_bound):
        raise Unmeasurable(f"which way {series.name} is better is not known; name its role under [roles]")
    return statistic is Statistic.BEST and assertion.min is not None


def _level(series: Series, *, rises: bool) -> Level:
    sign, finite = -1 if rises else 1, series.finite
    if not len(finite):
        raise Unmeasurable(f"{series.name} has no finite values")
    if len(finite) == 1:
        return Level(finite.steps, sign * finite.values, sign)
    trend: Trend[Role] = Trend.measure(series)
    return Level(trend.steps, sign * trend.level, sign)


def _infinite(statistic: Statistic, looked_at: Series, *, rises: bool) -> Measurement | None:
    """Return the infinity that decides a statistic, or None where none does."""
    worse = -np.inf if rises else np.inf
    deciding = {
        Statistic.END: np.isinf(looked_at.values),
        Statistic.HIGHEST: looked_at.values == np.inf,
        Statistic.LOWEST: looked_at.values == -np.inf,
        Statistic.AVERAGE: np.isinf(looked_at.values),
        Statistic.MAX_DRAWDOWN: (looked_at.values == worse) & (np.arange(len(looked_at)) > 0),
    }.get(statistic)
    if deciding is None or not deciding.any():
        return None
    at = int(np.flatnonzero(deciding)[0])
    value = np.inf if statistic is Statistic.MAX_DRAWDOWN else float(looked_at.values[at])
    return Measurement(value, int(looked_at.steps[at]))


def _roughness(statistic: Statistic, series: Series) -> Measurement:
    if statistic is Statistic.NOISE:
        trend: Trend[Role] = Trend.measure(series)
        return Measurement(trend.noise)
    spikes: Spikes[Role] = Spikes.measure(series)
    first = int(spikes.series.steps[spikes.found[0].index]) if spikes.found else None
    return Measurement(float(len(spikes.found)), first)


def _at(level: Level, index: int) -> Measurement:
    return Measurement(float(level.sign * level.values[index]), int(level.steps[index]))


def _best(level: Level, _target: float | None) -> Measurement:
    return _at(level, int(np.argmin(level.values)))


def _end(level: Level, _target: float | None) -> Measurement:
    tail = level.values[-max(1, round(END_SHARE * len(level.values))) :]
    return Measurement(float(level.sign * np.median(tail)), int(level.steps[-1]))


def _lowest(level: Level, _target: float | None) -> Measurement:
    return _at(level, int(np.argmin(level.sign * level.values)))


def _highest(level: Level, _target: float | None) -> Measurement:
    return _at(level, int(np.argmax(level.sign * level.values)))


def _average(level: Level, _target: float | None) -> Measurement:
    return Measurement(float(level.sign * mean_over_steps(level.steps, level.values)))


def _steps_to(level: Level, target: float | None) -> Measurement:
    reached = np.flatnonzero(level.values <= level.sign * (target or 0.0))
    if not len(reached):
        return Measurement(np.inf)
    step = int(level.steps[reached[0]])
    return Measurement(float(step), step)


def _max_drawdown(level: Level, _target: float | None) -> Measurement:
    lost = level.values - np.minimum.accumulate(level.values)
    at = int(np.argmax(lost))
    return Measurement(float(lost[at]), int(level.steps[at]))


_OF_LEVEL: Mapping[Statistic, Callable[[Level, float | None], Measurement]] = {
    Statistic.BEST: _best,
    Statistic.END: _end,
    Statistic.LOWEST: _lowest,
    Statistic.HIGHEST: _highest,
    Statistic.AVERAGE: _average,
    Statistic.STEPS_TO: _steps_to,
    Statistic.MAX_DRAWDOWN: _max_drawdown,
}


def mean_over_steps(steps: NDArray[np.int64], values: NDArray[np.float64]) -> float:
    """Return the area under a curve (trapezoids) divided by its length in steps; the value of a single point."""
    widths = np.diff(steps).astype(float)
    if not len(widths):
        return float(values[0])
    return float(np.sum(widths * (values[1:] + values[:-1]) / 2) / widths.sum())
