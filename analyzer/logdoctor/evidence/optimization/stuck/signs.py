"""What the curves, the rate and the settings of a run tell of why its loss stays where it began."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

from logdoctor.evidence.optimization.clipped_short import clipped_short
from logdoctor.evidence.optimization.summed_loss import summed_loss
from logdoctor.evidence.optimization.unit_scale import far_from_unit
from logdoctor.evidence.rates import only_lower_went_well
from logdoctor.evidence.told_by_settings import strong_regularisation
from logdoctor.evidence.usual_rates import above_usual, ample_rate, is_ordinary, low_rate
from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Hyperparameters, Schedule, Siblings, UpdateSigns
from logdoctor.signals.optimization.update_signs import VANISHED
from logdoctor.signals.statistics.unmeasurable import Unmeasurable
from logdoctor.wording import number, percent, place

LARGE_EPSILON = 0.1
"""Epsilon of an optimizer with a second moment from which it outweighs the gradients that it is to scale: the usual is
1e-8, and the largest that papers use 1 for RMSprop at a tenfold rate (Inception)."""

ALONE = 0.15
"""Relative distance of the usual gradient norm from what the last biases alone get, within which it is that: batches
make it waver by a quarter, its median by a tenth."""

DEAD_RATE = 0.01
"""Share of its peak below which a rate teaches nothing."""

DEAD_FOR = 0.5
"""Share of the run from which that is most of it."""


@dataclass(frozen=True)
class Beginning:
    """How a loss came to where it rests."""

    fell: str = ""
    """It came from above: a clause."""
    blew_up: str = ""
    """It rose far above its start before: a clause."""
    began_high: str = ""
    """Its very first value was far above: a clause."""
    forgot: str = ""
    """It had gone below where it rests, without a blow-up since: a clause."""
    lost_at_once: str = ""
    """Its first value alone lay below where it rests: what was learnt by then was thrown away: a clause."""
    guesses: str = ""
    """It rests where guessing the mean of its targets would be: a clause."""
    worse: str = ""
    """It rests above where guessing would be: a clause."""
    updates: int | None = None
    """Updates in the run, where the log counts them."""
    classes: int | None = None
    """The classes among which it guesses."""


UNTOLD = Beginning()
"""Nothing is told of it."""


@dataclass(frozen=True, eq=False)
class StuckSigns:
    """The signs of why a loss stays where it began: each a clause, empty where there is none."""

    signs: UpdateSigns
    settings: Hyperparameters
    siblings: Siblings
    beginning: Beginning = UNTOLD

    def after(self, beginning: Beginning) -> StuckSigns:
        """Return the signs with how the loss came to where it rests, which the rule that found it knows."""
        return replace(self, beginning=beginning)

    @cached_property
    def has_any_sign(self) -> bool:
        """Whether anything tells of a cause."""
        signs, beginning = self.signs, self.beginning
        of_rate = (self.rate_died, self.too_low_rate, self.learns_slower)
        of_settings = (self.strong_regularisation, self.large_epsilon, self.clipped_short)
        came_from = (beginning.fell, beginning.forgot, beginning.lost_at_once, beginning.blew_up)
        of_loss = (self.summed_loss, self.unscaled_targets, *came_from)
        of_gradient = (self.biases_alone, self.no_gradient)
        of_updates = (signs.frozen, signs.moves, signs.died_at_once, signs.saturated)
        return any((*of_rate, *of_settings, *of_loss, *of_gradient, *of_updates))

    @cached_property
    def rate_died(self) -> str:
        """The schedule came to its end long before the run did."""
        return rate_died(self.siblings.run)

    @cached_property
    def schedule_ends(self) -> str:
        """The schedule came to its end, or all rests without noise, and nothing else explains it."""
        otherwise = self.broke or self.strong_regularisation or self.beginning.forgot
        return self.rate_died or ("" if otherwise else self.signs.stopped)

    @cached_property
    def strong_regularisation(self) -> str:
        """A strong pull on the weights."""
        return strong_regularisation(self.settings)

    @cached_property
    def high_rate(self) -> str:
        """A rate above the usual, unless the run ends while it warms up and has come to a low one."""
        return "" if self.low_rate else above_usual(self.siblings.run, self.settings)

    @cached_property
    def ample_rate(self) -> str:
        """A rate that cannot be too low."""
        return self.high_rate or ample_rate(self.siblings)

    @cached_property
    def creeps(self) -> str:
        """The loss creeps down, at a rate that may be why: what is stuck otherwise may creep at any rate."""
        otherwise = (
            self.rate_died
            or self.ample_rate
            or self.biases_alone
            or self.clipped_short
            or is_ordinary(self.settings, self.siblings)
        )
        return "" if otherwise else self.signs.creeps

    @cached_property
    def low_rate(self) -> str:
        """A rate far below the usual: it kills no unit, and a tenth of it helps nobody."""
        return low_rate(self.settings, self.siblings)

    @cached_property
    def too_low_rate(self) -> str:
        """A rate that hardly moves anything."""
        return self.low_rate or self.creeps

    @cached_property
    def large_epsilon(self) -> str:
        """An epsilon that makes every step small."""
        return _large_epsilon(self.settings)

    @cached_property
    def biases_alone(self) -> str:
        """A gradient that reaches the last biases alone."""
        return _reaches_biases_alone(self.signs, self.settings, self.beginning.classes)

    @cached_property
    def summed_loss(self) -> str:
        """A training loss that is added up."""
        return summed_loss(self.siblings.run, self.settings)

    @cached_property
    def unscaled_targets(self) -> str:
        """Targets that were never scaled: every step is small beside them."""
        series = self.siblings.run.find(TrainLoss)
        if series is None or not len(series.finite) or self.beginning.blew_up:
            return ""
        return far_from_unit(float(series.finite.values[-1]), self.settings)

    @cached_property
    def no_gradient(self) -> str:
        """A gradient that has vanished."""
        norm = self.signs.gradient
        return f"the gradient norm is {number(norm)}" if norm is not None and norm <= VANISHED else ""

    @cached_property
    def underflow(self) -> str:
        """A gradient that has vanished where float16 has no smaller numbers."""
        half = self.settings.half_precision
        return f"{self.no_gradient}, and the settings name {half}" if self.no_gradient and half else ""

    @cached_property
    def clipped_short(self) -> str:
        """Gradients that are clipped to next to nothing."""
        return clipped_short(self.settings)

    @cached_property
    def one_answer(self) -> str:
        """Every input gets the same answer; of weights that rest because their rate does, nothing else is to be had."""
        return "" if self.schedule_ends else self.signs.one_answer or self.beginning.guesses

    @cached_property
    def found_mean(self) -> str:
        """The weights were moved to where every output is the mean: no gradient gets through a network that begins so.

        Single norms of the last biases alone keep their size, for they are the noise of the batches.
        """
        return self.signs.calmed if self.beginning.guesses and not self.no_gradient else ""

    @cached_property
    def fell(self) -> str:
        """The loss came from above, or lay below: weights that never change let none fall."""
        beginning = self.beginning
        return "" if self.signs.unused_gradients else beginning.fell or beginning.forgot or beginning.lost_at_once

    @cached_property
    def thrown(self) -> str:
        """Updates have thrown the network to where it is."""
        return self.signs.saturated or self.signs.restless or self.beginning.worse or self.summed_loss

    @cached_property
    def learns_slower(self) -> bool:
        """The same run learnt at a lower rate alone; of weights that never change, the rate is not why."""
        return not (self.signs.frozen or self.signs.unused_gradients) and only_lower_went_well(self.siblings)

    @cached_property
    def broke(self) -> bool:
        """The network broke, or began broken."""
        told = (self.beginning.blew_up, self.beginning.began_high, self.thrown, self.high_rate)
        return self.learns_slower or any(told)

    @cached_property
    def explained(self) -> str:
        """The settings, the rate or the end of the curve explain it."""
        return (
            self.too_low_rate
            or self.strong_regularisation
            or self.beginning.forgot
            or self.beginning.lost_at_once
            or self.schedule_ends
            or self.large_epsilon
            or self.clipped_short
            or self.underflow
        )


def rate_died(run: Run) -> str:
    """Say from where on the logged rate is next to nothing, where that is most of the run; nothing elsewhere."""
    try:
        schedule = Schedule.measure(run)
    except Unmeasurable:
        return ""
    died, first, last = schedule.dead_from(DEAD_RATE), schedule.series.first_step, schedule.series.last_step
    if died is None or schedule.is_range_test or last - died < DEAD_FOR * (last - first):
        return ""
    share = f"{percent(DEAD_RATE)} of its peak of {number(schedule.peak)}"
    return f"the rate is below {share} from {place(schedule.series, died)} on"


def _large_epsilon(settings: Hyperparameters) -> str:
    """Say so where the epsilon of an optimizer outweighs the gradients that it divides by."""
    epsilon = settings.epsilon
    if epsilon is None or not settings.is_adaptive or epsilon < LARGE_EPSILON:
        return ""
    return f"an epsilon of {number(epsilon)} outweighs the gradients, so that each step is a small part of the rate"


def _reaches_biases_alone(signs: UpdateSigns, settings: Hyperparameters, classes: int | None) -> str:
    """Say so where the gradient norm is that of the biases of the last layer alone.

    A network whose outputs are all alike gives these, and nothing else, a gradient: the difference between the classes
    of a batch of B and their shares, whose norm is sqrt((1 - 1/C) / B).
    """
    batch, norm = settings.batch_size or 0.0, signs.gradient
    if norm is None or batch <= 0 or classes is None or classes <= 2 or settings.accumulation > 1:
        return ""
    expected = math.sqrt((1 - 1 / classes) / batch)
    if abs(norm / expected - 1) > ALONE:
        return ""
    return (
        f"the gradient norm is {number(norm)}: batches of {number(batch)} leave {number(expected)} on the last "
        "biases alone, so nothing gets any further"
    )
