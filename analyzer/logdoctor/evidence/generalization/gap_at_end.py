"""How far validation ends above training, and whether what training gained has reached it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from logdoctor.evidence.accuracies import answers_by_class, left_behind
from logdoctor.run import Run
from logdoctor.run.roles import TrainComponentLoss, TrainLoss
from logdoctor.signals import Gap
from logdoctor.signals.generalization.gap import evaluated_end, highest_likely_end
from logdoctor.signals.statistics.trend import trend_or_none
from logdoctor.wording import number

JUMPS = 0.5
"""What four in five values of the later half differ by, as a share of the level, from which none is where it stands."""

BELOW_ZERO = 0.5
"""Gap as a share of what training gained that is too large where training ends below zero: there a loss may have no
floor, as likelihoods have none, and another set may cost more by a constant."""


@dataclass(frozen=True)
class GapThresholds:
    """Thresholds of generalization-gap, which says what each means and where it comes from."""

    min_gap: float
    max_ratio: float
    max_val_change: float
    max_own_change: float
    min_apart: float
    max_apart: float
    min_errors: float
    reached: float
    min_gain: float
    least_gain: float
    beside: float
    sure: float


@dataclass(frozen=True, eq=False)
class GapAtEnd:
    """The two losses at their ends, beside where training began."""

    run: Run
    gap: Gap
    is_far_off: bool
    """Whether validation lies far above an untrained network's loss, and training leaves it ever farther behind."""
    thresholds: GapThresholds

    @cached_property
    def gained(self) -> float:
        """How far training fell."""
        train = self.gap.train
        return float(max(train.start, self.gap.train_level[0])) - train.end

    @cached_property
    def stands_still(self) -> bool:
        """Whether validation has not changed over the later half."""
        val = self.gap.val
        return abs(val.at(0.5) - val.end) <= max(self._least_change, 3 * val.level_noise)

    @property
    def _least_change(self) -> float:
        """The change of validation that is one, noise aside."""
        val, most = self.gap.val, self.thresholds
        return min(most.max_val_change * max(val.fall, self.gained), most.max_own_change * abs(val.end))

    @property
    def rests(self) -> bool:
        """Whether validation's noise is less than its level, and so is what its later values differ by."""
        val = self.gap.val
        size = val.end if self.gap.train.end >= 0 else max(abs(val.end), self.gained)
        low, high = np.quantile(val.series.values[len(val.series.values) // 2 :], (0.1, 0.9))
        return bool(3 * val.level_noise <= size and high - low <= JUMPS * size)

    @cached_property
    def _least_gap(self) -> float:
        """The gap that is too large: a smaller one where it narrowed, or where training's answers hold for it alone.

        What is learnt by heart opens a gap late: one that was widest early on is of sets that differ.
        """
        most = self.thresholds.max_apart * self.gap.val.end
        narrowed = self.gap.narrowed is not None and self.gap.train.end < most and most > 0
        is_apart = narrowed or left_behind(self.run) >= self.thresholds.min_errors
        least = (self.thresholds.min_apart if is_apart else self.thresholds.min_gap) * self.gained
        # of a training loss below zero, what validation lies above zero is enough by itself
        return least if self.gap.train.end >= 0 else min(BELOW_ZERO * self.gained, least - self.gap.train.end)

    @cached_property
    def stays_behind(self) -> bool:
        """Whether validation stands still far above training, by a good part of all that training gained."""
        val = self.gap.val
        # the last few batches may lie low by chance
        others = (
            evaluated_end(self.run, self.gap),
            highest_likely_end(self.gap.train),
            _end_of_a_term(self.run, self.gap),
        )
        ends = max([self.gap.train.end, *(one for one in others if one)])
        # below zero a ratio says nothing, and the gain alone tells
        is_far_above = ends < max(self.thresholds.max_ratio * val.end, 0.0)
        return val.end - ends >= max(self._least_gap, val.level_noise) and self.stands_still and is_far_above

    @cached_property
    def is_untouched(self) -> bool:
        """Whether training surely learns something, and validation ends no lower than both began."""
        train, val, least = self.gap.train, self.gap.val, self.thresholds
        start = train.end + self.gained
        if start <= 0 or train.sure_fall < least.sure or self._reaches_validation(start):
            return False
        if self.gained >= least.min_gain * start:
            return True
        begin_together = abs(val.first - start) <= least.beside * start
        return self.gained >= least.least_gain * start and begin_together and not answers_by_class(self.run)

    def _reaches_validation(self, start: float) -> bool:
        """Whether validation fell, from its first value or from where training began, by more than its noise."""
        val, least = self.gap.val, self.thresholds.reached * self.gained
        least += min(2 * val.level_noise, least)  # more hides any fall
        return val.first - val.end > least or val.end < start - least

    @property
    def is_odd(self) -> bool:
        """Whether any of these shows that what is learnt does not hold for new data."""
        return self.gained > 0 and (self.stays_behind or self.is_far_off or self.is_untouched)

    @property
    def margin(self) -> float:
        """The gap in units of what makes it one."""
        is_any_gap = self.is_untouched and not self.stays_behind
        return self.gap.end / (self.thresholds.reached * self.gained if is_any_gap else self._least_gap)

    @property
    def state(self) -> str:
        """What validation does, as a verb."""
        if not self.rests:
            return "jumps about and ends"
        if not self.stands_still:
            return "ends"
        val = self.gap.val
        return "stands still" if val.end - val.best <= self._least_change else "falls no further and ends"

    @property
    def began(self) -> str:
        """Where it ends beside where training began, as the end of a clause."""
        if self.is_far_off:
            return f", far above the {number(self.gap.train.start)} at which training began"
        return ", no lower than where training began" if self.is_untouched else ""


def _end_of_a_term(run: Run, gap: Gap) -> float:
    """Return the highest end of what training logs beside its loss, above that and no higher than validation; or 0.

    A term that is larger than the sum carries a small weight there: validation may measure that term alone, as where
    a student learns from a teacher and is tested on labels. Such a term begins no lower than the first evaluation,
    which comes later; a penalty or a divergence does not.
    """
    own = gap.train.series
    beside = (one for role in (TrainLoss, TrainComponentLoss) for one in run.all(role) if one.name != own.name)
    trends = (trend_or_none(one) for one in beside if one.axis is own.axis)
    ends = (one.end for one in trends if one is not None and len(one) == len(gap.train) and one.start >= gap.val.start)
    return max((end for end in ends if gap.train.end < end <= gap.val.end), default=0.0)
