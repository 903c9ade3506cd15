"""Why a loss stays where it began: what the run and its siblings say for and against each cause."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logdoctor.causes import because
from logdoctor.evidence.rates import above_usual, rate_too_high, rate_too_low
from logdoctor.evidence.siblings import cured_first, smaller_that_learnt
from logdoctor.evidence.summed import summed_cause, summed_loss
from logdoctor.evidence.told_by_settings import FEW_UPDATES, strong_regularisation
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Run
from logdoctor.run.roles import GradNorm, ValLoss
from logdoctor.signals import Hyperparameters, Schedule, Siblings, Stillness, given_rate
from logdoctor.signals.stillness import VANISHED
from logdoctor.signals.trend import Unmeasurable
from logdoctor.wording import number, percent, place

TINY_RATE = 5e-6
"""Rates from here down hardly move any network that has not been trained before; fine-tuning begins at 1e-5."""

LOW_SGD_RATE = 1e-4
"""The same for SGD, whose steps are not scaled: it is used at 1e-2 to 1."""

AMPLE_RATE = 0.1
"""Rates from here up are not too low with any optimizer: the classic rate of SGD, tenfold what Adam stands."""

ORDINARY_ADAPTIVE = 3e-4
"""Rate from which an optimizer with a second moment moves any network: the baseline of Adam."""

LARGE_EPSILON = 0.1
"""Epsilon of an optimizer with a second moment from which it outweighs the gradients that it is to scale: the usual is
1e-8, and the largest that papers use 1 for RMSprop at a tenfold rate (Inception)."""

ALONE = 0.15
"""Relative distance of the usual gradient norm from what the last biases alone get, within which it is that: batches
make it waver by a quarter, its median by a tenth."""

DEAD_RATE, DEAD_FOR = 0.01, 0.5
"""Share of its peak below which a rate teaches nothing, and the share of the run from which that is most of it."""

SOONEST = "optimizer-not-stepping"
"""What one look at a weight before and after a step tells."""

CAUSES = (
    "schedule-decays-too-soon", "learning-rate-too-low", "optimizer-not-stepping", "bad-initialization",
    "dead-activations", "learning-rate-too-high", "data-not-normalised", "over-regularised", "labels-do-not-match",
    "batch-too-large", "model-too-small", "epsilon-too-large",
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
    still: Stillness, settings: Hyperparameters, siblings: Siblings, beginning: Beginning = Beginning()
) -> tuple[Cause, ...]:
    """Return the causes, the likely first; those that the run speaks against are left out."""
    died = rate_died(siblings.run)
    strong, high = strong_regularisation(settings), above_usual(siblings.run, settings)
    ample = high or _ample_rate(siblings)
    coarse, alone = _large_epsilon(settings), _reaches_biases_alone(still, settings, beginning.classes)
    creeps = (
        "" if ample or alone or _is_ordinary(settings, siblings) else still.creeps
    )  # the stuck may creep at any rate
    low = low_rate(settings, siblings) or creeps
    summed = summed_loss(siblings.run, settings)
    vanished = still.gradient is not None and still.gradient <= VANISHED
    no_gradient = f"the gradient norm is {number(still.gradient)}" if vanished else ""
    few = beginning.updates is not None and beginning.updates <= FEW_UPDATES and settings.batch_size is not None
    signs = (died, low, strong, still.frozen, still.moves, still.saturated, beginning.fell, beginning.blew_up, alone)
    unsaid = not (any(signs) or vanished or coarse or summed)
    one_answer = still.one_answer or beginning.guesses
    fell = "" if still.unused_gradients else beginning.fell  # weights that never change let no loss fall
    open_to_data = bool(still.many_answers or still.moves) and not (one_answer or still.descends or creeps)
    thrown = still.saturated or still.restless or beginning.worse or summed
    broke = bool(beginning.blew_up or beginning.began_high or thrown or high)
    ends = died or ("" if broke or strong or beginning.forgot else still.stopped)
    sure = bool(low or strong or beginning.forgot or ends or coarse)
    forgot = beginning.forgot if strong or not settings else ""
    found = _kept(
        *cured_first(
            siblings,
            summed_cause(siblings.run, settings),
            because(
                "schedule-decays-too-soon",
                _strength(bool(ends), possible=False),
                pro=[ends],
                fixes=[Fix("log the learning rate beside the loss, and compare its schedule with the run's length")]
                if not died
                else [],
            ),
            rate_too_low(
                siblings,
                _strength(bool(low), not (ample or thrown or beginning.blew_up)),
                pro=[low],
                contra=[ample, thrown, beginning.blew_up],
            ),
            because(
                "optimizer-not-stepping",
                _strength(
                    bool(still.unused_gradients or (still.frozen and not (low or still.saturated or fell))),
                    not (still.moves or still.saturated or fell or alone),
                ),
                pro=["" if still.saturated else still.frozen, still.unused_gradients],
                contra=[still.moves, low if still.frozen else "", still.saturated, fell, alone],
                fixes=[Fix("compare one weight before and after a step: if it is equal, the optimizer holds others")],
            ),
            because(
                "bad-initialization",
                _strength(bool(one_answer or vanished or alone) and not (broke or sure or still.frozen), not broke),
                pro=[one_answer, no_gradient, alone],
                contra=[still.many_answers, still.frozen],
                fixes=[Fix("log the gradient norm of each layer: zero in all but the last is the sign")],
            ),
            rate_too_high(
                siblings,
                _strength(bool(beginning.blew_up or thrown or high), bool(beginning.began_high)),
                pro=[beginning.blew_up or beginning.began_high, thrown, high],
            ),
            because(
                "data-not-normalised",
                _strength(bool(beginning.began_high or still.saturated) and not beginning.blew_up),
                pro=[beginning.began_high, still.saturated],
            ),
            because(
                "dead-activations",
                _strength(bool(beginning.fell) and not (broke or strong or low or ends)),
                pro=[beginning.fell, one_answer, no_gradient, alone],
                contra=[still.many_answers],
                fixes=[Fix("log the share of units whose activation is zero for a whole batch")],
            ),
            because(
                "over-regularised",
                _strength(bool(strong or forgot), bool(beginning.forgot)),
                pro=[strong, beginning.forgot],
            ),
            because(
                "labels-do-not-match",
                _strength(open_to_data and not (sure or broke or vanished)),
                pro=[still.many_answers or still.moves],
                contra=[one_answer, still.frozen],
            ),
            because(
                "batch-too-large",
                _strength(few, few),
                pro=[f"the run has {beginning.updates} updates, of {number(settings.batch_size)} examples each"],
            ),
            told("epsilon-too-large", coarse),
            told("model-too-small", next(filter(None, map(smaller_that_learnt, siblings)), "")),
        ),
    )
    if unsaid:  # nothing speaks for any: the one that is soonest checked comes first
        found = tuple(sorted(found, key=lambda one: (one.strength is not Strength.LIKELY, one.id != SOONEST)))
    return found


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


def told(cause: str, clause: str) -> Cause:
    """Return a cause that a clause speaks for; without one it is unlikely."""
    return because(cause, _strength(bool(clause), possible=False), pro=[clause])


def _is_ordinary(settings: Hyperparameters, siblings: Siblings) -> bool:
    """Whether the rate moves any network, so that what creeps at it is held back by something else."""
    rate = given_rate(siblings.run)
    return rate is not None and bool(settings.is_adaptive) and rate >= ORDINARY_ADAPTIVE


def _large_epsilon(settings: Hyperparameters) -> str:
    """Say so where the epsilon of an optimizer outweighs the gradients that it divides by."""
    epsilon = settings.epsilon
    if epsilon is None or not settings.is_adaptive or epsilon < LARGE_EPSILON:
        return ""
    return f"an epsilon of {number(epsilon)} outweighs the gradients, so that each step is a small part of the rate"


def _reaches_biases_alone(still: Stillness, settings: Hyperparameters, classes: int | None) -> str:
    """Say so where the gradient norm is that of the biases of the last layer alone.

    A network whose outputs are all alike gives these, and nothing else, a gradient: the difference between the classes
    of a batch of B and their shares, whose norm is sqrt((1 - 1/C) / B).
    """
    batch, norm = settings.batch_size, still.gradient
    if norm is None or not batch or classes is None or classes <= 2 or settings.accumulation > 1:
        return ""
    expected = math.sqrt((1 - 1 / classes) / batch)
    if abs(norm / expected - 1) > ALONE:
        return ""
    return (
        f"the gradient norm is {number(norm)}: batches of {number(batch)} leave {number(expected)} on the last "
        "biases alone, so nothing gets any further"
    )


def _ample_rate(siblings: Siblings) -> str:
    """Say so where the rate cannot be what is too low, whatever the optimizer."""
    rate = given_rate(siblings.run)
    return f"a rate of {number(rate)} is ample with any optimizer" if rate is not None and rate >= AMPLE_RATE else ""


def low_rate(settings: Hyperparameters, siblings: Siblings) -> str:
    """Say so where the rate hardly moves a network that has not been trained before; nothing elsewhere."""
    rate = given_rate(siblings.run)
    limit = LOW_SGD_RATE if settings.is_adaptive is False else TINY_RATE
    return f"a rate of {number(rate)} hardly moves an untrained network" if rate is not None and rate <= limit else ""


def _strength(likely: bool, possible: bool = True) -> Strength:  # noqa: FBT001, FBT002 - read as a pair of answers
    return Strength.LIKELY if likely else Strength.POSSIBLE if possible else Strength.UNLIKELY


def _kept(*causes: Cause) -> tuple[Cause, ...]:
    """Leave out what nothing speaks for and something against, or what nothing brought up."""
    return tuple(one for one in causes if one.strength is not Strength.UNLIKELY and (one.pro or not one.contra))
