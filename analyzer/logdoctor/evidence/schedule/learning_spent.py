"""The level of a loss while a share of all learning was done, as the sum of the learning rates counts it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from logdoctor.signals import Schedule, Trend
from logdoctor.signals.statistics.median import median, thirds
from logdoctor.signals.statistics.trend import BAND_SIGMAS

if TYPE_CHECKING:
    from numpy.typing import NDArray

MANY = 20
"""Values from which on their median is that of a stretch, wherever they lie in it: a twentieth of it apart."""

DECAYED = 1 / 3
"""Share of the peak at which a rate still teaches: what the loss had left there, it had left for the rate to do."""

RESTED = 3
"""Values of validation at its last level, while the rate was high, from which it rests there by no chance."""

ANOTHER_UNIT = 0.5
"""End of validation as a share of that of training, below which one may be added up where the other is averaged."""

EARLY, LATE = (0.2, 0.45), (0.55, 0.8)
"""Stretches of the rate-weighted run that are compared: away from its first fall and from the slow end of the decay."""


@dataclass(frozen=True)
class Level:
    """Where a loss was over a stretch of a run, and by how many values that is known."""

    value: float
    points: int

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Level:
        """Return the median of some values."""
        return cls(median(values) if len(values) else 0.0, len(values))


@dataclass(frozen=True)
class WithoutRate:
    """A loss whose learning rate has died before its end."""

    trend: Trend[Any]
    schedule: Schedule
    died: int
    """The step from which there is no rate."""
    start: float
    """Where it began; training, where validation was evaluated late."""
    accumulation: float = 1.0
    """The micro-batches of an update, by the settings."""

    @property
    def share(self) -> float:
        """The share of the run that is left without rate."""
        rate = self.schedule.series
        return (rate.last_step - self.died) / (rate.last_step - rate.first_step)

    @cached_property
    def since(self) -> NDArray[np.float64]:
        """The values without rate."""
        return self.trend.series.values[self.trend.series.steps >= self.died]

    @property
    def end(self) -> float:
        """Where it rests since."""
        return median(self.since)

    @property
    def fall(self) -> float:
        """How far it fell in all."""
        return self.start - self.end

    @property
    def falls_since(self) -> float:
        """How far it still falls without rate."""
        first, _, last = thirds(self.since)
        return first - last

    def gain(self, *, coarsely: bool) -> tuple[float, float]:
        """Return how far it fell late in what the schedule let it learn, and the standard error of that."""
        early, late = self._early_and_late(coarsely=coarsely)
        known = min(early.points, late.points) > 0
        return early.value - late.value if known else 0.0, self.trend.error_of(early.points, late.points)

    def _early_and_late(self, *, coarsely: bool) -> tuple[Level, Level]:
        """Return where the loss was early and late in what the schedule let it learn.

        Of a short schedule the log may be too coarse for that: then before the decay, and when the rate has died.
        """
        series = self.trend.series
        early, late = (_while_spent(self.trend, self.schedule, *stretch) for stretch in (EARLY, LATE))
        if min(early.points, late.points) >= 1 or not coarsely:
            return early, late
        alive = series.values[series.steps < self.died]
        return Level.of(_before_decay(self.trend, self.schedule) if len(alive) > 1 else alive), Level.of(self.since[:1])


def rested_at_high_rate(train: Trend[Any], val: Trend[Any], schedule: Schedule, share: float) -> bool:
    """Whether validation was where it ends, by a share of its fall, before the rate began to decay.

    What decays when validation no longer gets better takes nothing from it, however far training falls by it. Its fall
    begins with training, which is measured before the first evaluation, unless the two are in different units.
    """
    start = train.start if val.end >= ANOTHER_UNIT * train.end else val.start
    band = share * max(start - val.end, 0.0)
    decayed = schedule.dead_from(DECAYED)
    at = val.settled(val.end, band)
    if decayed is None or at == len(val.steps) or BAND_SIGMAS * val.level_noise > band:
        return False
    steps = val.series.steps
    return bool(((steps >= val.steps[at]) & (steps < decayed)).sum() >= RESTED)


def _while_spent(trend: Trend[Any], schedule: Schedule, first: float, last: float) -> Level:
    """Return the level while the sum of the rates went from one share of its total to another.

    That of the curve between its points: the median of the few points of a coarse log is that of where they happen to
    lie in the stretch.
    """
    spent = np.interp(trend.series.steps, schedule.series.steps, schedule.spent)
    inside = (spent >= first) & (spent <= last)
    if inside.sum() >= MANY:
        return Level.of(trend.series.values[inside])
    between = np.interp(np.linspace(first, last, MANY), spent, trend.series.values)
    return Level(median(between), int(inside.sum()))


def _before_decay(trend: Trend[Any], schedule: Schedule) -> NDArray[np.float64]:
    """Return the last value logged before the rate fell below a good part of its peak."""
    decayed = schedule.dead_from(DECAYED)
    return trend.series.values[: 0 if decayed is None else int(np.searchsorted(trend.series.steps, decayed))][-1:]
