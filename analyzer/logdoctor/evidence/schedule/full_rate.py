"""The first values of a loss at a learning rate that is full, or may be, from the first step on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logdoctor.evidence.schedule.first_values import FirstValues, usual_leap
from logdoctor.evidence.schedule.warm_up import causes_of_full_rate, warmed_sibling
from logdoctor.evidence.usual_rates import is_far_too_high
from logdoctor.finding import Cause
from logdoctor.run.roles import GradNorm, TrainLoss
from logdoctor.signals import Explosion, Hyperparameters, Schedule, Sibling, Siblings, Trend
from logdoctor.wording import number, place


@dataclass(frozen=True)
class FullRateThresholds:
    """Thresholds of missing-warmup, which says what each means and where it comes from."""

    full: float
    early: float
    overshoot: float
    least_fall: float
    min_z: float
    once: float
    sibling_share: float


@dataclass(frozen=True)
class FullRateEffect:
    """What the loss did."""

    clause: str
    peak: float
    """The highest early loss; the end, where only a sibling shows that more was to be had."""
    until: int
    """The last step of the beginning."""
    last_step: int
    """The last step at which it shows."""
    warmed: Sibling | None
    """A sibling with a warm-up that ends far lower."""
    is_measured: bool = True
    """Whether it is more than a burst of the gradient that says so."""


@dataclass(frozen=True, eq=False)
class FullRateStart:
    """The start of a training loss beside what its rate, the gradient norm and sibling runs tell of it."""

    train: Trend[TrainLoss]
    grads: Trend[GradNorm] | None
    schedule: Schedule | None
    settings: Hyperparameters
    siblings: Siblings
    first: FirstValues
    explosion: Explosion | None

    def is_full(self, share: float) -> bool:
        """Whether the rate is full (that share of its peak) at once: by the log, or else by the word of the settings.

        Where neither tells, a rate that is far too high at its peak was so early enough.
        """
        if self.schedule is not None:
            return bool(self.schedule.rates[0] >= share * self.schedule.peak)
        warmup = self.settings.warmup
        return not warmup and (warmup == 0 or is_far_too_high(self.settings))

    @property
    def is_of_scale(self) -> bool:
        """Whether inputs or weights that were too large to begin with explain the first values."""
        return self.first.is_scale or (self.explosion is not None and self.explosion.explains_the_start)

    def effect(self, thresholds: FullRateThresholds) -> FullRateEffect | None:
        """Return an early overshoot, a start that came down at once, or less learnt than by a warmed-up sibling."""
        train, series, came_down = self.train, self.train.series, self.first.came_down
        last = max(3, round(thresholds.early * len(train)))
        until, peak = int(series.steps[last]), float(series.values[: last + 1].max())
        warmed = warmed_sibling(train, self.siblings, full=thresholds.full, share=thresholds.sibling_share)
        if (high := _overshoot(train, last, thresholds)) is not None:
            clause = f"goes from {number(train.first)} to {number(peak)} at {place(series, int(series.steps[high]))}"
            return FullRateEffect(clause, peak, until, until, warmed)
        if came_down:
            clause = f"comes down from {number(peak)} at once; {came_down}"
            return FullRateEffect(clause, peak, until, until, warmed, is_measured=False)
        if warmed is not None:
            clause = f"goes from {number(train.first)} to {number(train.end)} at the end"
            return FullRateEffect(clause, train.end, until, series.last_step, warmed)
        return None

    def causes(self, effect: FullRateEffect) -> tuple[Cause, ...]:
        """Return the causes of that effect: a warm-up first, unless the rate is known to be too high."""
        return causes_of_full_rate(self.grads, self.settings, self.siblings, effect.warmed, effect.until)


def _overshoot(train: Trend[TrainLoss], last: int, thresholds: FullRateThresholds) -> int | None:
    """Return the index of an early value far above the start, the like of which does not come again soon."""
    values = train.series.values
    high = int(np.argmax(values[: last + 1]))
    start = max(train.first, float(np.median(values[last + 1 : 2 * last + 1])))  # one low first value is no start
    rise, fall = float(values[high]) - start, train.first - train.end
    least = thresholds.overshoot * max(fall, thresholds.least_fall * abs(train.first))
    if fall <= 0 or rise < max(least, thresholds.min_z * train.noise):
        return None
    is_usual = np.log(values[high] / start) < thresholds.once * usual_leap(train, last, abs(start))
    return None if is_usual else high
