"""Whether a training loss falls at all, from its beginning to its end, and whether its fall is learning."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from logdoctor.evidence.optimization.chance.held import guesses_all_along
from logdoctor.evidence.optimization.pretrained import fell_before
from logdoctor.evidence.optimization.stuck.mean_prediction import explains_nothing, guesses_the_mean
from logdoctor.evidence.optimization.stuck.never_lower import (
    never_as_low_again,
    only_came_back,
    only_rises,
    worse_than_untrained,
)
from logdoctor.evidence.optimization.stuck.signs import StuckSigns
from logdoctor.evidence.optimization.stuck.small_fall import (
    falls_steadily,
    fell_early,
    gains_next_to_nothing,
    may_fall,
    probably_falls,
)
from logdoctor.evidence.usual_rates import is_far_too_high
from logdoctor.finding import Confidence, confidence_from
from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss, TrainMetric, ValLoss
from logdoctor.signals import ChanceLevels, Trend
from logdoctor.signals.statistics.median import median

LEARNING = 0.1
"""Fall as a share of the start that any run which learns achieves; how far the run is from it gives the confidence."""

CREEPS = 2.0
"""Times as sure a fall that means nothing yet at a rate that hardly moves any network."""


@dataclass(frozen=True)
class LossCourseThresholds:
    """Thresholds of no-learning, which says what each means and where it comes from."""

    max_fall: float
    max_move_beside: float
    max_z: float
    min_points: float


@dataclass(frozen=True, eq=False)
class LossCourse:
    """What a training loss did from its beginning to its end."""

    run: Run
    train: Trend[TrainLoss]
    val: Trend[ValLoss] | None
    stuck: StuckSigns
    thresholds: LossCourseThresholds

    @cached_property
    def is_thrown(self) -> bool:
        """Whether it was thrown up at once, and has only come back since."""
        return only_came_back(self.train, self.val)

    @cached_property
    def began(self) -> float:
        """Where it began: a tenth of the run, but for a loss that was thrown up, of which only the first is sound."""
        level = self.train.level
        return self.train.first if self.is_thrown else median(level[: max(1, len(level) // 10)])

    @property
    def fell(self) -> float:
        """How far below its beginning it ends."""
        return self.began - self.train.end

    @property
    def scale(self) -> float:
        """What a fall is a share of."""
        return abs(self.began) or 1.0

    @cached_property
    def low_rate(self) -> str:
        """Why hardly any network would move at this rate, as a clause, or nothing."""
        return self.stuck.low_rate

    @cached_property
    def guesses_the_mean(self) -> bool:
        """Whether all that was learnt is the mean of the targets."""
        return self.val is not None and guesses_the_mean(self.run, self.train, self.val, self.stuck.settings)

    @cached_property
    def stays(self) -> bool:
        """Whether something beside the training loss says that nothing moves: what it falls by is batch noise."""
        if self.guesses_the_mean or self.stuck.signs.frozen or self.stuck.signs.barely_moves:
            return True
        return self.val is not None and len(self.val) >= self.thresholds.min_points and self._validation_stays(self.val)

    def _validation_stays(self, val: Trend[ValLoss]) -> bool:
        """Whether validation keeps to where it began, wanders about it and ends there, or only rises from it."""
        max_fall, max_z = self.thresholds.max_fall, self.thresholds.max_z
        ends_there = abs(val.start - val.end) <= max_fall * abs(val.start) and abs(val.sure_fall) <= max_z
        only_up = only_rises(val, max_fall, max_z) and not probably_falls(self.train)
        return self._keeps_still(val) or ends_there or only_up

    def _keeps_still(self, val: Trend[ValLoss]) -> bool:
        return float(np.abs(val.level - val.start).max()) <= self.thresholds.max_move_beside * abs(val.start)

    @cached_property
    def surely_falls(self) -> bool:
        """Whether it falls by more than chance, over the run or in its very first values."""
        max_fall, max_z = 2 * self.thresholds.max_fall * self.scale, self.thresholds.max_z
        if not self.is_thrown and fell_early(self.train, max_fall, max_z):
            return True
        return self.train.sure_fall > max_z * (CREEPS if self.low_rate else 1.0)

    @property
    def falls(self) -> bool:
        """Whether it ends far below its beginning, was far below in between, or falls little but surely."""
        dip = 2 * self.thresholds.max_fall * self.scale + self.thresholds.max_z * self.train.level_noise
        dips = not self.stuck.signs.frozen and self.began - self.train.best > dip
        return (self._ends_lower and not self.stays) or dips or self.surely_falls

    @property
    def _ends_lower(self) -> bool:
        return self.fell > self.thresholds.max_fall * self.scale

    @property
    def validation_falls(self) -> bool:
        """Whether validation surely falls: then batch noise hides what training learns, if it can hide as much."""
        train, val, max_z = self.train, self.val, self.thresholds.max_z
        if val is None:
            return False
        fell, least = val.start - val.end, self.thresholds.max_fall * abs(val.start)
        surely = fell > least and val.sure_fall > max_z
        steadily = fell > least / 4 and falls_steadily(val)
        may_be_hidden = fell / 2 < train.thirds[0] - train.thirds[2] + max_z * train.error_between_thirds
        at_once = val.sure_fall <= max_z and fell > 2 * least + max_z * val.level_noise
        # Of a logarithm, zero is no floor, and shares of it mean nothing.
        below_zero = val.start < 0 and fell > max_z * val.level_noise
        return (may_be_hidden and (surely or steadily)) or at_once or below_zero

    def rises_in(self, metric: Trend[TrainMetric] | None) -> bool:
        """Whether a metric surely rises: then noise hides what the loss shows."""
        if metric is None or (most := float(metric.series.values.max())) <= 0:
            return False
        gain = metric.thirds[2] - metric.thirds[0]
        return gain > LEARNING * most and -metric.sure_fall > self.thresholds.max_z

    @cached_property
    def shown_in_vain(self) -> str:
        """What shows that a loss which falls has learnt nothing for all that, as a clause, or nothing."""
        run, train = self.run, self.train
        return explains_nothing(run, train) or worse_than_untrained(train, self.val) or never_as_low_again(run, train)

    @cached_property
    def is_in_vain(self) -> bool:
        """Whether a fall, if there is one, is not learning."""
        if self.shown_in_vain:
            return True
        return gains_next_to_nothing(self.train, self.val, self.stuck.settings, self.thresholds.max_fall / 4)

    @property
    def clause(self) -> str:
        """What is wrong, as a clause."""
        is_noise = self._ends_lower and not (self.surely_falls or self.stuck.signs.frozen)
        return self.shown_in_vain or f"it does not fall{' beyond its noise' if is_noise else ''}"

    def confidence(self, chance: ChanceLevels, *, learns: bool) -> Confidence:
        """Return how far the fall, as far as noise lets it be known, is from that of any run that learns.

        What noise hides an accuracy tells: where it guesses all along, nothing was learnt.
        """
        if learns and not self.guesses_the_mean:
            return Confidence.MEDIUM
        fell = 0.0 if self.stays or self.is_thrown else self.fell
        known_to = max(fell, 2 * self.train.error_between_thirds, 1e-300)
        confidence = confidence_from(LEARNING * self.scale / known_to, 2 * len(self.train))
        ends_no_lower = self.fell <= 0 and is_far_too_high(self.stuck.settings)
        is_told = bool(self.shown_in_vain) or self.stays or ends_no_lower
        is_told |= self.fell <= 0 and guesses_all_along(self.run, chance)
        return Confidence.MEDIUM if confidence is Confidence.LOW and is_told else confidence

    def fell_before(self, chance: ChanceLevels) -> str:
        """Say that it may have fallen before it was logged, unless something else says why it stays."""
        signs, settings = self.stuck.signs, self.stuck.settings
        is_explained = signs.frozen or signs.unused_gradients or self.low_rate or is_far_too_high(settings)
        return "" if is_explained else fell_before(self.train.series, self.began, chance)

    @property
    def may_creep(self) -> bool:
        """Whether few evaluations leave it open that the loss falls, and nothing says that it could not."""
        return self.val is not None and may_fall(self.val) and not (self.low_rate or self.stuck.signs.barely_moves)
