"""Why a loss stays where it began: what the run and its siblings say for and against each cause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.rates import above_usual, rate_too_low
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import PREFERENCE, words
from logdoctor.run.roles import TrainLoss, TrainMetric, ValLoss, ValMetric
from logdoctor.signals import Hyperparameters, Schedule, Sibling, Siblings, Stillness, given_rate
from logdoctor.signals.accuracy import accuracy_unit, is_accuracy
from logdoctor.signals.hyperparameters import PLANNED_EPOCHS
from logdoctor.signals.stillness import VANISHED
from logdoctor.signals.trend import Unmeasurable
from logdoctor.wording import number, percent, place

TINY_RATE = 5e-6
"""Rates from here down hardly move any network that has not been trained before; fine-tuning begins at 1e-5."""

LOW_SGD_RATE = 1e-4
"""The same for SGD, whose steps are not scaled: it is used at 1e-2 to 1."""

AMPLE_RATE = 0.1
"""Rates from here up are not too low with any optimizer: the classic rate of SGD, tenfold what Adam stands."""

STRONG_DECAY = 0.05
"""Weight decay of an optimizer without decoupled decay (usual: 1e-5 to 5e-3) that pulls weights to zero."""

STRONG_DECOUPLED_DECAY = 1.0
"""The same for AdamW, whose usual decay is 0.01 to 0.3."""

STRONG_DROPOUT = 0.7
"""Dropout beyond the classic 0.5 and the 0.6 of graph networks."""

SIZE = frozenset("hidden width depth layer layers dim units channels embd heads filters".split())
"""Words of settings that make a model larger."""

TINY = 4
"""Hidden units that no network has that is to fit anything."""

UNITS = frozenset("hidden units neurons embd".split())
"""Words of settings that count units of a layer, where none of COUNTS is beside them."""

COUNTS = frozenset("layer layers num number n depth blocks".split())

TOKENS = frozenset("perplexity ppl token tokens vocab tokenizer block seq bleu wer cer".split())
"""Words of names and settings of language models, whose accuracies end low and rightly so."""

NEAR_GUESSING = 3.0
"""How many times better than guessing a first accuracy may be: evaluations begin a little late. Language models, whose
loss begins at ln of the vocabulary or was brought down before, begin ten times better."""

FEW_EVALUATIONS = 5
"""Evaluations of an accuracy from which its end is one."""

FEW_UPDATES = 50
"""Updates in which no network learns much."""

SHORT = 1000
"""Updates up to which a run has few for a large batch."""

LARGE_BATCH = 4096
"""Examples in a batch from which a run of a thousand updates has few of them for its data."""

WHOLE_BATCH, AN_EPOCH = 100, 3
"""Examples in a batch, and updates an epoch, from and up to which a batch holds most of the data on purpose."""

DEAD_RATE, DEAD_FOR = 0.01, 0.5
"""Share of its peak below which a rate teaches nothing, and the share of the run from which that is most of it."""

CAUSES = (
    "schedule-decays-too-soon", "learning-rate-too-low", "optimizer-not-stepping", "bad-initialization",
    "dead-activations", "learning-rate-too-high", "data-not-normalised", "over-regularised", "labels-do-not-match",
    "batch-too-large",
)  # fmt: skip
"""Everything that `stuck_causes` may name."""


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


def stuck_causes(
    still: Stillness, settings: Hyperparameters, siblings: Siblings, beginning: Beginning = Beginning()
) -> tuple[Cause, ...]:
    """Return the causes, the likely first; those that the run speaks against are left out."""
    died = rate_died(siblings.run)
    low, ample = _low_rate(settings, siblings) or still.creeps, _ample_rate(settings, siblings)
    strong, high = strong_regularisation(settings), above_usual(siblings.run, settings)
    vanished = still.gradient is not None and still.gradient <= VANISHED
    no_gradient = f"the gradient norm is {number(still.gradient)}" if vanished else ""
    few = beginning.updates is not None and beginning.updates <= FEW_UPDATES and settings.batch_size is not None
    signs = (died, low, strong, still.frozen, still.moves, still.saturated, beginning.fell, beginning.blew_up)
    unsaid = not (any(signs) or vanished)
    one_answer = still.one_answer or beginning.guesses
    open_to_data = bool(still.many_answers or still.moves) and not (one_answer or still.descends)
    thrown = still.saturated or still.restless or beginning.worse
    broke = bool(beginning.blew_up or beginning.began_high or thrown or high)
    ends = died or ("" if broke or strong or beginning.forgot else still.stopped)
    sure = bool(low or strong or beginning.forgot or ends)
    forgot = beginning.forgot if strong or not settings else ""
    return ranked(
        *_kept(
            because(
                "schedule-decays-too-soon",
                _strength(bool(ends), possible=False),
                pro=_said(ends),
                fixes=[Fix("log the learning rate beside the loss, and compare its schedule with the run's length")]
                if not died
                else [],
            ),
            rate_too_low(siblings, _strength(bool(low), not ample), pro=_said(low), contra=_said(ample)),
            because(
                "optimizer-not-stepping",
                _strength(
                    bool(still.unused_gradients or (still.frozen and not (low or still.saturated)) or unsaid),
                    not (still.moves or still.saturated),
                ),
                pro=_said("" if still.saturated else still.frozen, still.unused_gradients),
                contra=_said(still.moves, low if still.frozen else "", still.saturated),
                fixes=[Fix("compare one weight before and after a step: if it is equal, the optimizer holds others")],
            ),
            because(
                "bad-initialization",
                _strength(bool(one_answer or vanished) and not (broke or sure or still.frozen), not broke),
                pro=_said(one_answer, no_gradient),
                contra=_said(still.many_answers, still.frozen),
                fixes=[Fix("log the gradient norm of each layer: zero in all but the last is the sign")],
            ),
            because(
                "learning-rate-too-high",
                _strength(bool(beginning.blew_up or thrown or high), bool(beginning.began_high)),
                pro=_said(beginning.blew_up or beginning.began_high, thrown, high),
            ),
            because(
                "data-not-normalised",
                _strength(bool(beginning.began_high or still.saturated) and not beginning.blew_up),
                pro=_said(beginning.began_high, still.saturated),
            ),
            because(
                "dead-activations",
                _strength(bool(beginning.fell) and not (broke or strong or low or ends)),
                pro=_said(beginning.fell, one_answer, no_gradient),
                contra=_said(still.many_answers),
                fixes=[Fix("log the share of units whose activation is zero for a whole batch")],
            ),
            because(
                "over-regularised",
                _strength(bool(strong or forgot), bool(beginning.forgot)),
                pro=_said(strong, beginning.forgot),
            ),
            because(
                "labels-do-not-match",
                _strength(open_to_data and not (sure or broke or vanished)),
                pro=_said(still.many_answers or still.moves),
                contra=_said(one_answer, still.frozen),
            ),
            because(
                "batch-too-large",
                _strength(few, few),
                pro=[f"the run has {beginning.updates} updates, of {number(settings.batch_size)} examples each"],
            ),
        )
    )


def strong_regularisation(settings: Hyperparameters) -> str:
    """Say which setting regularises far more than usual, or nothing."""
    decay, dropout = settings.weight_decay, settings.dropout
    limit = STRONG_DECOUPLED_DECAY if settings.optimizer.endswith("w") else STRONG_DECAY
    if decay is not None and decay >= limit:
        return f"the weight decay is {number(decay)}"
    return f"the dropout is {number(dropout)}" if dropout is not None and dropout >= STRONG_DROPOUT else ""


def rate_died(run: Run) -> str:
    """Say from where on the logged rate is next to nothing, where that is most of the run; nothing elsewhere."""
    try:
        schedule = Schedule.measure(run)
    except Unmeasurable:
        return ""
    died, first, last = schedule.dead_from(DEAD_RATE), int(schedule.series.steps[0]), int(schedule.series.steps[-1])
    if died is None or schedule.is_range_test or last - died < DEAD_FOR * (last - first):
        return ""
    share = f"{percent(DEAD_RATE)} of its peak of {number(schedule.peak)}"
    return f"the rate is below {share} from {place(schedule.series, died)} on"


def few_updates(series: Series, settings: Hyperparameters) -> str:
    """Say so where a run has few updates because its batch is large, or holds all there is: an update an epoch."""
    logged = [series, *settings.run.all(TrainLoss)]  # a loss of steps beside one of epochs
    updates = max((int(one.steps[-1]) for one in logged if one.axis is Axis.STEP and len(one)), default=0)
    batch, epochs = settings.batch_size or 0, settings.number(PLANNED_EPOCHS)
    if not 0 < updates <= SHORT:
        return ""
    if epochs and batch >= WHOLE_BATCH and updates <= AN_EPOCH * epochs:
        return f"the run has {number(updates)} updates in {number(epochs)} epochs, of {number(batch)} examples each"
    return f"the run has {number(updates)} updates in all" if batch >= LARGE_BATCH else ""


def told(cause: str, clause: str) -> Cause:
    """Return a cause that a clause speaks for; without one it is unlikely."""
    return because(cause, _strength(bool(clause), possible=False), pro=_said(clause))


def smaller_model(sibling: Sibling) -> str:
    """Say which setting makes a run's model smaller than a sibling's, or nothing."""
    for name, (here, there) in sibling.differs.items():
        smaller = isinstance(here, int | float) and (there is None or (isinstance(there, int | float) and here < there))
        if smaller and SIZE & set(words(name)):
            return f"{name} is {here}, and {there or 'not set'} in sibling run {sibling.run.name}"
    return ""


def memorises(sibling: Run, run: Run) -> bool:
    """Whether a sibling's validation loss ends no lower, so that its lower training loss is memory, not learning."""
    theirs, ours = (one.find(ValLoss) for one in (sibling, run))
    if theirs is None or ours is None or min(len(theirs.finite), len(ours.finite)) < FEW_EVALUATIONS:
        return False
    ends = [float(np.median(one.finite.values[-max(1, len(one.finite) // 10) :])) for one in (theirs, ours)]
    return ends[0] >= ends[1]


def tiny_model(run: Run) -> str:
    """Say which setting leaves a network next to no hidden units, or nothing."""
    for name, value in run.hyperparameters.items():
        named = set(words(name))
        counts = isinstance(value, int | float) and value is not True and float(value).is_integer()
        if named & UNITS and not named & COUNTS and counts and 1 <= float(value or 0) <= TINY:
            return f"{name} is {value:g}"
    return ""


def poor_accuracy(run: Run, limit: float) -> str:
    """Say where the accuracies of a classifier end when none of them passes a limit (0 to 1), or nothing.

    Language models, whose accuracy ends at the entropy of text, and preference tuning are no classifiers. Nor is taken
    for one whose first accuracy is far from that of guessing, 1 / C, where its first loss is ln C.
    """
    train = run.find(TrainLoss)
    named = {word for name in (*run.hyperparameters, *(one.name for one in run.series)) for word in words(name)}
    found = [one.finite for one in accuracies(run) if len(one.finite) >= FEW_EVALUATIONS]
    if named & (TOKENS | PREFERENCE) or not found or train is None or not len(train.finite):
        return ""
    first = min(first_accuracy(one) for one in found)
    if first > 0 and log(first / NEAR_GUESSING) > -float(train.finite.values[0]):
        return ""
    best = max(end_accuracy(one) for one in found)
    return f"{found[0].name} ends at {number(end_accuracy(found[0]))}" if best < limit else ""


def accuracies(run: Run) -> tuple[Series, ...]:
    """Return the accuracies of a run, those of training first."""
    return tuple(one for role in (TrainMetric, ValMetric) for one in run.all(role) if is_accuracy(one.name))


def first_accuracy(series: Series) -> float:
    """Return where an accuracy begins, from 0 to 1."""
    return float(series.values[0]) / accuracy_unit(series.values)


def end_accuracy(series: Series) -> float:
    """Return where an accuracy ends, the median of its last fifth, from 0 to 1."""
    return float(np.median(series.values[-max(1, len(series) // 5) :])) / accuracy_unit(series.values)


def best_accuracy(run: Run) -> float:
    """Return where the best of all accuracies ends, from 0 to 1; 0 where there is none."""
    return max((end_accuracy(one.finite) for one in accuracies(run) if len(one.finite)), default=0.0)


def _ample_rate(settings: Hyperparameters, siblings: Siblings) -> str:
    """Say so where the rate cannot be what is too low."""
    rate, high = given_rate(siblings.run), above_usual(siblings.run, settings)
    if high:
        return high
    return f"a rate of {number(rate)} is ample with any optimizer" if rate is not None and rate >= AMPLE_RATE else ""


def _low_rate(settings: Hyperparameters, siblings: Siblings) -> str:
    rate = given_rate(siblings.run)
    limit = LOW_SGD_RATE if settings.is_adaptive is False else TINY_RATE
    return f"the rate is {number(rate)}" if rate is not None and rate <= limit else ""


def _strength(likely: bool, possible: bool = True) -> Strength:  # noqa: FBT001, FBT002 - read as a pair of answers
    return Strength.LIKELY if likely else Strength.POSSIBLE if possible else Strength.UNLIKELY


def _said(*clauses: str) -> list[str]:
    return [one for one in clauses if one]


def _kept(*causes: Cause) -> Iterable[Cause]:
    """Leave out what nothing speaks for and something against, or what nothing brought up."""
    return (one for one in causes if one.strength is not Strength.UNLIKELY and (one.pro or not one.contra))
