"""Why a loss stays where it began: each cause with what the run and its siblings say for and against it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from logdoctor.causes import because, likely_because
from logdoctor.evidence.optimization.clipped_short import clipped_cause, clipped_short
from logdoctor.evidence.optimization.summed_loss import summed_cause, summed_loss
from logdoctor.evidence.optimization.unit_scale import far_from_unit
from logdoctor.evidence.rates import rate_too_high, rate_too_low
from logdoctor.evidence.siblings import cured_first, smaller_that_learnt
from logdoctor.evidence.told_by_settings import FEW_UPDATES, WHOLE_BATCH, over_regularised, strong_regularisation
from logdoctor.evidence.usual_rates import above_usual, ample_rate, is_ordinary, low_rate
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Run
from logdoctor.run.roles import GradNorm, TrainLoss, ValLoss
from logdoctor.signals import Hyperparameters, Schedule, Siblings, UpdateSigns
from logdoctor.signals.optimization.update_signs import VANISHED
from logdoctor.signals.settings.hyperparameters import PLANNED_EPOCHS
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

SOONEST = "optimizer-not-stepping"
"""What one look at a weight before and after a step tells."""

CAUSES = (
    "schedule-decays-too-soon", "learning-rate-too-low", "optimizer-not-stepping", "bad-initialization",
    "dead-activations", "learning-rate-too-high", "data-not-normalised", "over-regularised", "labels-do-not-match",
    "batch-too-large", "model-too-small", "epsilon-too-large", "stopped-too-early", "half-precision-underflow",
    "clipping-too-tight",
)  # fmt: skip
"""Everything that `stuck_causes` may name, but for a loss that is added up: it rests at no level of guessing."""


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
    guesses: str = ""
    """It rests where guessing the mean of its targets would be: a clause."""
    worse: str = ""
    """It rests above where guessing would be: a clause."""
    updates: int | None = None
    """Updates in the run, where the log counts them."""
    classes: int | None = None
    """The classes among which it guesses."""


def stuck_causes(
    signs: UpdateSigns, settings: Hyperparameters, siblings: Siblings, beginning: Beginning = Beginning()
) -> tuple[Cause, ...]:
    """Return the causes, the likely first; those that the run speaks against are left out."""
    return _Stuck(signs, settings, siblings, beginning).causes()


@dataclass(frozen=True, eq=False)
class _Stuck:
    """The signs of why a loss stays, each a clause or nothing, and what they say of each cause."""

    signs: UpdateSigns
    settings: Hyperparameters
    siblings: Siblings
    beginning: Beginning

    def causes(self) -> tuple[Cause, ...]:
        found = _kept(
            *cured_first(
                self.siblings,
                summed_cause(self.summed, self.siblings.run, self.settings),
                self._schedule_decays_too_soon(),
                self._rate_too_low(),
                self._optimizer_not_stepping(),
                self._bad_initialization(),
                self._rate_too_high(),
                self._data_not_normalised(),
                self._dead_activations(),
                self._over_regularised(),
                self._labels_do_not_match(),
                *self._few_updates(),
                likely_because("epsilon-too-large", self.coarse),
                likely_because("half-precision-underflow", self.underflown),
                clipped_cause(self.clipped, self.settings),
                likely_because("model-too-small", next(filter(None, map(smaller_that_learnt, self.siblings)), "")),
            ),
        )
        if not self.has_any_sign:  # nothing speaks for any: the one that is soonest checked comes first
            found = tuple(sorted(found, key=lambda one: (one.strength is not Strength.LIKELY, one.id != SOONEST)))
        return found

    @cached_property
    def has_any_sign(self) -> bool:
        """Whether anything tells of a cause."""
        signs, beginning = self.signs, self.beginning
        of_rate = (self.died, self.low, self.strong, self.coarse, self.summed, self.clipped)
        of_loss = (
            signs.frozen, signs.moves, signs.died_at_once, signs.saturated, beginning.fell, beginning.forgot,
            beginning.blew_up,
        )  # fmt: skip
        return any((*of_rate, *of_loss, self.alone, self.no_gradient, self.unscaled))

    @cached_property
    def died(self) -> str:
        """The schedule came to its end long before the run did."""
        return rate_died(self.siblings.run)

    @cached_property
    def ends(self) -> str:
        """The same, or all rests without noise, and nothing else explains it."""
        otherwise = self.broke or self.strong or self.beginning.forgot
        return self.died or ("" if otherwise else self.signs.stopped)

    @cached_property
    def strong(self) -> str:
        """A strong pull on the weights."""
        return strong_regularisation(self.settings)

    @cached_property
    def high(self) -> str:
        """A rate above the usual."""
        return above_usual(self.siblings.run, self.settings)

    @cached_property
    def ample(self) -> str:
        """A rate that cannot be too low."""
        return self.high or ample_rate(self.siblings)

    @cached_property
    def creeps(self) -> str:
        """The loss creeps down, at a rate that may be why: what is stuck otherwise may creep at any rate."""
        otherwise = self.died or self.ample or self.alone or self.clipped or is_ordinary(self.settings, self.siblings)
        return "" if otherwise else self.signs.creeps

    @cached_property
    def low(self) -> str:
        """A rate that hardly moves anything."""
        return low_rate(self.settings, self.siblings) or self.creeps

    @cached_property
    def coarse(self) -> str:
        """An epsilon that makes every step small."""
        return _large_epsilon(self.settings)

    @cached_property
    def alone(self) -> str:
        """A gradient that reaches the last biases alone."""
        return _reaches_biases_alone(self.signs, self.settings, self.beginning.classes)

    @cached_property
    def summed(self) -> str:
        """A training loss that is added up."""
        return summed_loss(self.siblings.run, self.settings)

    @cached_property
    def unscaled(self) -> str:
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
    def underflown(self) -> str:
        """A gradient that has vanished where float16 has no smaller numbers."""
        half = self.settings.half_precision
        return f"{self.no_gradient}, and the settings name {half}" if self.no_gradient and half else ""

    @cached_property
    def clipped(self) -> str:
        """Gradients that are clipped to next to nothing."""
        return clipped_short(self.settings)

    @cached_property
    def one_answer(self) -> str:
        """Every input gets the same answer; of weights that rest because their rate does, nothing else is to be had."""
        return "" if self.ends else self.signs.one_answer or self.beginning.guesses

    @cached_property
    def found_mean(self) -> str:
        """The weights were moved to where every output is the mean: no gradient gets through a network that begins so.

        Single norms of the last biases alone keep their size, for they are the noise of the batches.
        """
        return self.signs.calmed if self.beginning.guesses and not self.no_gradient else ""

    @cached_property
    def fell(self) -> str:
        """The loss came from above, or lay below: weights that never change let none fall."""
        return "" if self.signs.unused_gradients else self.beginning.fell or self.beginning.forgot

    @cached_property
    def thrown(self) -> str:
        """Updates have thrown the network to where it is."""
        return self.signs.saturated or self.signs.restless or self.beginning.worse or self.summed

    @cached_property
    def broke(self) -> str:
        """The network broke, or began broken."""
        return self.beginning.blew_up or self.beginning.began_high or self.thrown or self.high

    @cached_property
    def explained(self) -> str:
        """The settings, the rate or the end of the curve explain it."""
        return (
            self.low
            or self.strong
            or self.beginning.forgot
            or self.ends
            or self.coarse
            or self.clipped
            or self.underflown
        )

    def _schedule_decays_too_soon(self) -> Cause:
        log_it = Fix("log the learning rate beside the loss, and compare its schedule with the run's length")
        likely = _strength(bool(self.ends), possible=False)
        return because("schedule-decays-too-soon", likely, pro=[self.ends], fixes=[] if self.died else [log_it])

    def _rate_too_low(self) -> Cause:
        against = [self.ample, self.thrown, self.beginning.blew_up]
        likely = _strength(bool(self.low) and not self.unscaled, not (any(against) or self.died))
        return rate_too_low(self.siblings, likely, pro=[self.low], contra=against)

    def _optimizer_not_stepping(self) -> Cause:
        signs = self.signs
        frozen = signs.frozen and not (self.low or signs.saturated or self.fell)
        return because(
            "optimizer-not-stepping",
            _strength(
                bool(signs.unused_gradients or frozen),
                not (signs.moves or signs.died_at_once or signs.saturated or self.fell or self.alone),
            ),
            pro=["" if signs.saturated else signs.frozen, signs.unused_gradients],
            contra=[
                signs.moves,
                signs.died_at_once,
                self.low if signs.frozen else "",
                signs.saturated,
                self.fell,
                self.alone,
            ],
            fixes=[Fix("compare one weight before and after a step: if it is equal, the optimizer holds others")],
        )

    def _bad_initialization(self) -> Cause:
        shown = self.one_answer or self.no_gradient or self.alone
        return because(
            "bad-initialization",
            _strength(
                bool(shown)
                and not (self.broke or self.explained or self.unscaled or self.signs.frozen)
                and not (self.found_mean or self.signs.unused_gradients),
                not self.broke,
            ),
            pro=[self.one_answer, self.no_gradient, self.alone],
            contra=[self.signs.many_answers, self.signs.frozen, self.found_mean, self.signs.unused_gradients],
            fixes=[Fix("log the gradient norm of each layer: zero in all but the last is the sign")],
        )

    def _rate_too_high(self) -> Cause:
        blew_up, began_high = self.beginning.blew_up, self.beginning.began_high
        strength = _strength(bool(blew_up or self.thrown or self.high), bool(began_high))
        return rate_too_high(self.siblings, strength, pro=[blew_up or began_high, self.thrown, self.high])

    def _data_not_normalised(self) -> Cause:
        began_high, saturated = self.beginning.began_high, self.signs.saturated
        likely = _strength(bool(began_high or saturated or self.unscaled) and not self.beginning.blew_up)
        return because("data-not-normalised", likely, pro=[began_high, saturated, self.unscaled])

    def _dead_activations(self) -> Cause:
        fell, died = self.beginning.fell, self.signs.died_at_once
        tiny = low_rate(self.settings, self.siblings)  # kills no unit, and a tenth of it helps nobody
        return because(
            "dead-activations",
            _strength(
                bool(fell or died) and not (self.broke or self.strong or self.low or self.ends), possible=not tiny
            ),
            pro=[fell, died, self.one_answer, self.no_gradient, self.alone],
            contra=[self.signs.many_answers],
            fixes=[Fix("log the share of units whose activation is zero for a whole batch")],
        )

    def _over_regularised(self) -> Cause:
        forgot = self.beginning.forgot
        likely = self.strong or (forgot and not self.settings)
        return over_regularised(self.settings, _strength(bool(likely), bool(forgot)), pro=[self.strong, forgot])

    def _labels_do_not_match(self) -> Cause:
        signs = self.signs
        mean = (
            "" if signs.one_answer or signs.frozen else self.beginning.guesses
        )  # the best answer where inputs say nothing of targets
        otherwise = self.found_mean == "" and (self.one_answer or signs.descends or self.creeps)
        learns = (signs.many_answers or signs.moves_on or self.found_mean) and not otherwise
        return because(
            "labels-do-not-match",
            _strength(
                bool(learns) and not (self.explained or self.broke or self.no_gradient), not self.beginning.blew_up
            ),
            pro=[signs.many_answers or self.found_mean or signs.moves, mean],
            contra=[signs.one_answer, signs.frozen],
        )

    def _few_updates(self) -> Iterator[Cause]:
        """Name the size of a large batch, or the length of the run."""
        updates, batch = self.beginning.updates, self.settings.batch_size
        few = updates is not None and updates <= FEW_UPDATES and batch is not None
        if updates is not None and batch is not None and updates <= (self.settings.number(PLANNED_EPOCHS) or 0):
            few = batch >= WHOLE_BATCH  # one an epoch: the log counts epochs, or a batch holds all there is
        said = f"the run has {updates} updates, of {number(batch)} examples each"
        cause = "batch-too-large" if (batch or 0) >= WHOLE_BATCH else "stopped-too-early"
        yield because(cause, _strength(few, few), pro=[said])


def to_tell_stuck(run: Run, causes: Sequence[Cause]) -> Iterator[str]:
    """Say what to log next time, and how it tells, where the first two causes are as likely as each other."""
    if len({one.strength for one in causes[:2]}) != 1 or len(causes) < 2:
        return
    if run.find(ValLoss) is None:
        yield "a loss on fixed examples: equal to its last digit where no weight changes, creeping at too low a rate"
    if run.find(GradNorm) is None:
        yield "the gradient norm of each layer: dead or saturated layers pass nothing on to those before them"
    if not run.hyperparameters:
        yield "the settings (optimizer, rate, batch size, weight decay, dropout): several causes depend on them"


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


def _strength(likely: bool, possible: bool = True) -> Strength:  # noqa: FBT001, FBT002 - read as a pair of answers
    return Strength.LIKELY if likely else Strength.POSSIBLE if possible else Strength.UNLIKELY


def _kept(*causes: Cause) -> tuple[Cause, ...]:
    """Leave out what nothing speaks for and something against, or what nothing brought up."""
    return tuple(one for one in causes if one.strength is not Strength.UNLIKELY and (one.pro or not one.contra))
