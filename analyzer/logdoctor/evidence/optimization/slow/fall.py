"""Whether a training loss falls slowly: how sure its fall is, how far it came, and how straight it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from logdoctor.evidence.accuracies import (
    accuracies,
    accuracy_of_guessing,
    best_accuracy,
    better_than_guessing,
    end_accuracy,
    first_accuracy,
    poor_accuracy,
)
from logdoctor.evidence.optimization.pretrained import trained_before
from logdoctor.evidence.optimization.slow.came_far import came_far
from logdoctor.evidence.usual_rates import greatest_height
from logdoctor.run import Axis, Run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import ChanceLevels, Hyperparameters, Schedule, Trend, came_to_its_end, stopped_on_its_way
from logdoctor.signals.schedule.elapsed import (
    FALLS,
    elapsed,
    elapsed_of_cosine,
    has_not_levelled_off,
    last_fall,
    late_pace,
)

ERRORS = 4.0
"""Standard errors of the fall of training by which batch noise may make it look greater than validation sees it: more
come by chance once in thirty thousand runs."""

NO_TRIAL = 4
"""Evaluations from which a run is no trial that was broken off, though nothing says that it is over."""

AT_REST = 0.04
"""Fall of the last fifth at the pace of the end, as a share of the whole, up to which a loss comes to rest as the rate
of a cosine schedule does, which leaves 0.03. An exponential that is as straight by such a schedule leaves 0.05."""

FALLS_ON = 2.0
"""Standard errors by which the same must be more where the loss does not come to rest."""

WARMS_UP = 2.0
"""Last rate in units of the first from which a schedule that ends at its peak warms up."""

AT_PEAK = 0.99
"""Rate in units of its peak below which it has fallen."""

TIMES = 2.0
"""Times that the best accuracy may be that of guessing where a classifier has barely begun."""


@dataclass(frozen=True)
class SlowFallThresholds:
    """The thresholds of slow-convergence, which says what each means and where it comes from."""

    min_pace: float
    min_pace_by_rate: float
    max_pace: float
    max_bend: float
    min_left: float
    min_left_at_low: float
    some_way: float
    min_pace_some_way: float
    hardly: float
    low_rate: float
    poor_accuracy: float
    barely: float
    barely_epochs: float
    seen: float
    min_z: float
    min_points: float


@dataclass(frozen=True, eq=False)
class SlowFall:
    """A training loss that may fall too slowly."""

    run: Run
    train: Trend[TrainLoss]
    val: Trend[ValLoss] | None
    schedule: Schedule | None
    settings: Hyperparameters
    thresholds: SlowFallThresholds

    @cached_property
    def poor(self) -> str:
        """Where the accuracies of a classifier end that is often wrong, as a clause, or nothing."""
        return poor_accuracy(self.run, self.thresholds.poor_accuracy)

    @cached_property
    def is_at_low_rate(self) -> bool:
        """Whether it is no surprise at this rate that learning is slow."""
        height = greatest_height(self.run, self.settings)
        is_sgd = self.settings.is_adaptive is False
        return height is not None and height <= self.thresholds.low_rate and (is_sgd or bool(self.poor))

    @property
    def evaluated(self) -> Trend[ValLoss] | None:
        """Validation, where it has values enough to speak of its course."""
        return self.val if self.val is not None and len(self.val) >= self.thresholds.min_points / 2 else None

    @cached_property
    def shown(self) -> Trend[TrainLoss] | Trend[ValLoss]:
        """The curve that shows how the run falls: validation, where the noise of batches hides it from training.

        At a low rate training shows it well only where it is twice as sure.
        """
        train, val = self.train, self.evaluated
        min_z = (2 if self.is_at_low_rate else 1) * self.thresholds.min_z
        if val is None or train.sure_fall >= min(min_z, val.sure_fall):
            return train
        # The first evaluation may come after most of the fall.
        chance = min(train.noise, ERRORS * train.error_between_thirds)
        sees_it = val.start - val.end + chance >= self.thresholds.seen * (train.start - train.end)
        return val if sees_it else train

    @cached_property
    def left(self) -> float:
        """The end as a share of the start, of the curve of which less is left."""
        return min(one.end / max(one.start, 1e-300) for one in (self.train, self.shown))

    @property
    def rate_falls(self) -> bool:
        """Whether a rate is logged that ends below its peak."""
        return self.schedule is not None and bool(self.schedule.rates[-1] < AT_PEAK * self.schedule.peak)

    @property
    def rate_warms_up(self) -> bool:
        """Whether a rate is logged that is warming up when the log ends."""
        if self.schedule is None:
            return False
        rates, peak = self.schedule.rates, self.schedule.peak
        return bool(rates[-1] >= AT_PEAK * peak > WARMS_UP * rates[0])

    @property
    def is_short(self) -> bool:
        """Whether there are too few values to know a shape by: fewer will do where validation surely falls, too."""
        bears_out = self.evaluated is not None and self.evaluated.sure_fall >= self.thresholds.min_z / 2
        fewer = 1 / 2 if self.poor else 2 / 3
        share = fewer if bears_out and self.left >= self.thresholds.some_way else 1
        return len(self.train) < self.thresholds.min_points * share

    @property
    def margin(self) -> float:
        """How sure the fall is, in units of what its shape must be known by."""
        shown = self.shown
        return shown.sure_fall / (self.thresholds.min_z * min(1.0, len(shown) / self.thresholds.min_points))

    @cached_property
    def came_some_way_at_low_rate(self) -> bool:
        """Whether the rate of SGD was low throughout, and the loss came down at it nonetheless: by a bent curve."""
        is_low_throughout = self.is_at_low_rate and self.settings.is_adaptive is False and not self.rate_falls
        return is_low_throughout and self.left < self.thresholds.min_left

    @property
    def came_far(self) -> bool:
        """Whether so little of the loss is left that its fall was not slow."""
        is_low = self.came_some_way_at_low_rate
        return self.left < (self.thresholds.min_left_at_low if is_low else self.thresholds.min_left)

    @cached_property
    def hardly_moved(self) -> bool:
        """Whether both curves end about where they began, as far as their noise tells."""
        return all(one.end > self.thresholds.hardly * one.start - 2 * one.noise for one in (self.train, self.shown))

    @cached_property
    def has_barely_begun(self) -> bool:
        """Whether a classifier hardly does better than guessing after many epochs: slow, whatever the curve's shape.

        One that is as often right as at first has not begun at all, and one that tells a hundred classes apart eight
        times as often as a guess knows a lot.
        """
        epochs = len(self.train) if self.train.series.axis is Axis.EPOCH else 0
        if not (self.hardly_moved and self.poor) or epochs < self.thresholds.barely_epochs:
            return False
        begun = any(end_accuracy(one) > first_accuracy(one) for one in accuracies(self.run))
        is_near_guessing = best_accuracy(self.run) <= TIMES * accuracy_of_guessing(self.run)
        return begun and is_near_guessing and better_than_guessing(self.run) <= self.thresholds.barely

    @cached_property
    def is_complete(self) -> bool:
        """Whether the run came to the end that was planned; a cosine schedule, if it was one, did."""
        return self.assumes_cosine or came_to_its_end(self.run, self.settings, self.schedule)

    @cached_property
    def is_no_trial(self) -> bool:
        """Whether a run was evaluated so often that it was meant to be looked at, and did not stop on its way."""
        is_evaluated = self.val is not None and len(self.val) >= NO_TRIAL
        return is_evaluated and not stopped_on_its_way(self.run, self.settings, self.schedule)

    @cached_property
    def assumes_cosine(self) -> bool:
        """Whether the curve levels off by its steps, and is judged by the cosine schedule that may be why.

        Such a schedule is assumed only where no rate is logged, and something beside the curve says that it is slow.
        """
        if self.schedule is not None or self.came_some_way_at_low_rate:
            return False
        is_straight = self._pace_as_logged >= self.thresholds.min_pace  # not of a curve without a pace, which is NaN
        if is_straight or self.is_at_low_rate:
            return not is_straight
        return self.hardly_moved and (bool(self.poor) or self._validation_is_straight())

    def _validation_is_straight(self) -> bool:
        """Whether validation, too, is straight under a cosine schedule; too few evaluations do not speak against it."""
        if self.evaluated is None:
            return self.val is not None
        val, least = self.evaluated, self.thresholds
        pace = late_pace(val, elapsed_of_cosine(val, self.train), least.max_bend)
        is_sure = val.sure_fall >= least.min_z * min(1.0, len(val) / least.min_points)
        fall, sure = last_fall(val)
        falls_on = sure > FALLS_ON and fall * (1 - FALLS_ON / sure) > AT_REST * (val.start - val.end)
        return is_sure and not falls_on and least.min_pace_by_rate <= pace <= least.max_pace

    @cached_property
    def pace(self) -> float:
        """The slope at two thirds of all learning in units of that at one third, 1 for a straight line."""
        if not self.assumes_cosine:
            return self._pace_as_logged
        return late_pace(self.shown, elapsed_of_cosine(self.shown, self.train), self.thresholds.max_bend)

    @cached_property
    def _pace_as_logged(self) -> float:
        return late_pace(self.shown, elapsed(self.shown, self.schedule), self.thresholds.max_bend)

    @property
    def _least_pace(self) -> float:
        """The pace from which the fall is straight: less is asked where more than the curve says that it is slow."""
        if self.came_some_way_at_low_rate:
            return 0.0
        if self.is_at_low_rate or (self.is_complete and self.hardly_moved and self.poor):
            return self.thresholds.min_pace
        by_rate = self.assumes_cosine or self.rate_falls
        return self.thresholds.min_pace_by_rate if by_rate else self.thresholds.min_pace

    @cached_property
    def is_even(self) -> bool:
        """Whether the loss falls late about as fast as early."""
        return self._least_pace <= self.pace <= self.thresholds.max_pace

    @property
    def is_straight(self) -> bool:
        """Whether the fall is even, goes on to the end in both losses, or has barely begun."""
        return self.is_even or self.has_barely_begun or self._keeps_falling()

    def _keeps_falling(self) -> bool:
        """Whether both losses fall to their end about as fast as before, at a rate that does not fall."""
        return self.evaluated is not None and not self.rate_falls and has_not_levelled_off(self.train, self.evaluated)

    @property
    def levels_off(self) -> bool:
        """Whether the loss came some way and slows down, as in sound runs of few epochs, or validation rests."""
        came_some_way = self.left < self.thresholds.some_way and not self.came_some_way_at_low_rate
        return (came_some_way and self.pace < self.thresholds.min_pace_some_way) or self._validation_rests()

    def _validation_rests(self) -> bool:
        """Whether validation has fallen as surely, and no longer does: what is left to learn holds for training alone.

        Nor does it where a rate falls to nothing, or may do so.
        """
        val = self.evaluated
        if val is None or self.rate_falls or self.assumes_cosine:
            return False
        return val.sure_fall >= self.thresholds.min_z and last_fall(val)[0] < FALLS * (val.start - val.end)

    def is_of_a_trained_model(self, chance: ChanceLevels) -> bool:
        """Whether the model was good when the run began, or is at its end: then little is left to learn."""
        if trained_before(self.run, self.train, chance):
            return True
        return not self.is_at_low_rate and came_far(self.run, self.train)

    @property
    def how(self) -> str:
        """How it falls, as the end of a clause."""
        if self.has_barely_begun and not self.is_even:
            return f"and {self.poor}, little better than guessing"
        is_bent = self.came_some_way_at_low_rate or not np.isfinite(self.pace)
        return "without levelling off" if is_bent else "almost in a straight line"
