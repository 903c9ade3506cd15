"""A metric that shows one and the same value whatever a network learns: what it tells, and why it does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import ceil, exp, inf, log

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.finding import Cause, Fix, Strength, likely_if
from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import Reward, TrainLoss, TrainMetric, ValError, ValLoss, ValMetric
from logdoctor.run.vocabulary import WINS
from logdoctor.signals import Schedule, Trend
from logdoctor.signals.optimization.accuracy import (
    accuracy_unit,
    as_share,
    cost_of_mistakes,
    errs_alike,
    is_accuracy,
    is_too_cheap,
    right_by_word_errors,
    rose_by_degrees,
    rose_in_hundredths,
)
from logdoctor.signals.optimization.chance import knows_shares_alone, least_of_one_answer, most_entropy
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.rounding import in_hundredths
from logdoctor.wording import course, number, percent

_OF_A_SIZE = re.compile(r"_(?:s|m|l|small|medium|large)$")
"""What COCO's metrics add for objects of one size: `mAP_s`."""

DEAD = 0.01
"""Rate as a share of its peak below which weights hardly move, and no metric does, as for lr-decayed-too-early."""

HALF = 0.5
"""Accuracy above which one class may hold most examples."""

NEXT_TO_NOTHING = 0.005
"""Score up to which nothing is right but by luck."""

OFTEN_ZERO = 0.25
"""Share of its values that are 0, from which such a score is not on its way up."""

NO_DIGIT, MOST_GUESSED = 1e-4, 5.0
"""Distance of a loss from a margin or ln C that is rounding, and the largest ln C from which others lie further."""

NEARLY_ALL = 0.9
"""Accuracy from which few answers are left to move: of a hundred, those of one class of ten at most."""

TWICE = 2.0
"""Training loss in units of the least that one answer has, up to which either may be."""

EARNED = 20
"""Rewards that tell of a course."""

FIRST = 3
"""The first of them that tell where it began."""

RISEN = 0.5
"""Their rise as a share of their range from which more is earned."""

UNMOVED = 0.02
"""Change of the training loss from its first third to its last, as a share, up to which it has not moved."""

SURE = 4.0
"""Fall of the loss in units of its standard error from which it falls: one in thirty thousand by chance."""

LITTLE = 0.05
"""Fall as a share up to which that is little."""

EARLY = 0.1
"""Share of its values, rounded up, by which a metric rests that never learnt; one that rests later may have learnt all
there is."""

MANY_CLASSES = 1000
"""Classes from which on a first loss is no longer that of guessing among them."""

HARDLY_MORE = 1.2
"""Training loss in units of the most that so many right answers cost, up to which batches and dropout may lift it."""

TO_TELL = "the share of each class among the answers: one class alone is the network's, several point at the metric"
"""What to log where nothing says why a metric rests."""


def one_value_causes(
    series: Series, since: int, train: Trend[TrainLoss] | None, metrics: Sequence[Series], *, falls: bool
) -> tuple[Cause, ...]:
    """Return why a metric, one of some, shows one value from an index on."""
    value, beside, other_task = float(series.values[-1]), _largest_class(metrics), of_other_task(metrics, train)
    fell = since > 0
    learns = [f"the training loss falls to {number(train.end)} all the same"] if falls and train is not None else []
    all_right = "the training loss is 0, as if all were right: the labels may hold nothing to find"
    empty = [all_right] if _is_zero(train) else []
    majority = may_be_majority(value)
    shares = [f"{number(value)} may be the share of the largest class"] if majority else []
    shares += [f"{beside} meanwhile: that may be the largest class"] if value == 0 and beside else []
    still = not fell and unmoved(train) and not bool(np.ptp(series.values))
    imbalance = because("class-imbalance", likely_if(shares and (not fell or value == 0)), pro=shares)
    dead = because(
        "dead-activations",
        likely_if(fell and not shares),
        pro=[f"it was at {number(float(series.values[:since].max()))} before"] if fell else [],
        contra=learns,
    )
    return ranked(
        *((imbalance, dead) if shares else (dead, imbalance)),
        because(
            "labels-do-not-match",
            likely_if(value == 0 and (empty or (learns and not shares))),
            pro=[*learns, *empty] if value == 0 else [],
        ),
        because(
            "optimizer-not-stepping",
            likely_if(not (majority or empty)) if still else Strength.UNLIKELY,
            pro=["neither the metric nor the training loss has moved since the first value"] if still else [],
            contra=[] if still else ["the training loss or the metric has moved"],
        ),
        because(
            "wrong-loss-or-output",
            likely_if(other_task or (learns and value == 0 and not shares)),
            pro=[other_task, *learns],
            fixes=[Fix("measure a regression by an error in the unit of its targets, not by an accuracy")]
            if other_task
            else [],
        ),
    )


def of_other_task(metrics: Sequence[Series], train: Trend[TrainLoss] | None) -> str:
    """Say that a training loss is too small for the answers that an accuracy calls wrong, as of a regression.

    A loss that was never so large may be divided by something: by the examples instead of the batches.
    """
    for one in metrics:
        if train is None or one.role is not TrainMetric or not len(one) or not is_accuracy(one.name):
            continue
        right = float(one.values[-1]) / accuracy_unit(one.values)
        least = cost_of_mistakes(right)
        if is_too_cheap(train.end, right):
            cost = f"{percent(1 - right)} of wrong answers cost {number(least)} at least"
            divided = ", or divided by something" if train.start < least else ""
            is_other = f"it is of another task than {one.name}{divided}"
            return f"{train.series.name} is {number(train.end)}, where {cost}: {is_other}"
    return ""


def causes_of_one_size(metric: Series, metrics: Sequence[Series]) -> tuple[Cause, ...]:
    """Return why the metric of objects of one size rests while that of all moves; nothing of other metrics."""
    whole = _OF_A_SIZE.sub("", metric.name)
    if whole == metric.name or not any(one.name == whole and np.ptp(one.values) > 0 for one in metrics):
        return ()
    told = f"{whole}, of objects of all sizes, moves: there may be few of this size"
    return (because("class-imbalance", Strength.LIKELY, pro=[told]),)


def held_losses(
    run: Run, train: Trend[TrainLoss] | None, least: float, least_of_any: float
) -> Iterator[tuple[Series, tuple[Cause, ...]]]:
    """Yield each loss of validation that is one value in all of enough epochs while that of training surely falls.

    With it, why it does not move. One that is logged at steps, or some epochs apart, may be repeated until the next
    evaluation: `least` values tell where it is what one answer may cost, `least_of_any` otherwise. One that is rounded
    to hundredths rests, and beside another measure of validation that moves it is only logged wrongly.
    """
    if train is None or unmoved(train) or train.sure_fall <= SURE or in_hundredths(train.series.values):
        return
    falls = f"{train.series.name} falls to {number(train.end)} all the same"
    beside = (one.finite.values for role in (ValLoss, ValMetric, ValError) for one in run.all(role))
    moves = any(len(np.unique(values)) > 1 for values in beside)
    for one in (loss.finite for loss in run.all(ValLoss) if loss.axis is Axis.EPOCH and not moves):
        needed = least if len(one) and _may_cost(float(one.values[0])) else least_of_any
        if len(one) < needed or not one.values[0] or np.ptp(one.values):
            continue
        rests = f"{one.name} may be what one answer for all costs, as the margin is of a triplet loss"
        yield (
            one,
            ranked(
                because("wrong-loss-or-output", Strength.POSSIBLE, pro=[rests]),
                because("dead-activations", Strength.POSSIBLE),
                because("optimizer-not-stepping", Strength.UNLIKELY, contra=[falls]),
            ),
        )


def _may_cost(loss: float) -> bool:
    """Whether one answer for all may cost just that: a margin, a multiple of 0.05, or ln C."""
    is_margin = abs(20 * loss - round(20 * loss)) <= NO_DIGIT
    classes = max(round(exp(min(loss, MOST_GUESSED))), 2)
    return is_margin or abs(loss - log(classes)) <= NO_DIGIT


def counts_wins(metric: Series) -> bool:
    """Tell a metric of games that were won."""
    return not WINS.isdisjoint(words(metric.name))


def wins_elsewhere(metric: Series, metrics: Sequence[Series]) -> bool:
    """Tell whether another metric of games that were won moves: then this one only rounds it, or has yet to count."""
    others = (one for one in metrics if one.name != metric.name and counts_wins(one))
    return counts_wins(metric) and any(len(np.unique(one.values)) > 1 for one in others)


def causes_of_policy(metric: Series, reward: Trend[Reward] | None, train: Trend[TrainLoss] | None) -> tuple[Cause, ...]:
    """Return why a metric of a policy rests, whether its reward rises or not; nothing of what is no policy."""
    if reward is None and counts_wins(metric) and metric.values[-1] == 0:
        told = f"no game is won: {metric.name} is 0"
        return ranked(because("reward-without-signal", Strength.LIKELY, pro=[told]), because("wrong-loss-or-output"))
    if reward is None or len(reward) < EARNED:
        return ()
    values = reward.series.values
    early, late = min(reward.thirds[0], median(values[:FIRST])), reward.thirds[2]
    rises = late - early > RISEN * float(np.ptp(values))
    if rises and metric.role is ValMetric:
        told = f"{reward.series.name} rises from {number(early)} to {number(late)} meanwhile"
        return ranked(because("reward-misses-goal", Strength.LIKELY, pro=[told]), because("wrong-loss-or-output"))
    if rises or train is not None or metric.values[-1] != 0:
        return ()
    told = f"{reward.series.name} {course(early, late)}: nothing that {metric.name} counts is ever reached"
    return ranked(because("reward-without-signal", Strength.LIKELY, pro=[told]), because("wrong-loss-or-output"))


def rests_since(metric: Series) -> int:
    """Return the index from which a metric has its last value, of one value or more; all of one is next to nothing."""
    if is_next_to_nothing(metric):
        return 0
    return after_last(metric.values != metric.values[-1])


def is_next_to_nothing(metric: Series) -> bool:
    """Tell a score of epochs that is never above half a percent and comes back to 0, as of a few lucky pixels.

    One that is higher in the later half than before has begun to rise; of a batch, one answer in 256 may be right.
    """
    values, half = metric.values, len(metric) // 2
    zero = values == 0
    is_low = zero[-1] and values.min() >= 0 and values.max() <= NEXT_TO_NOTHING and zero.mean() >= OFTEN_ZERO
    return bool(is_low and metric.axis is Axis.EPOCH and values[half:].max() <= values[: half + 1].max())


def said_of(metric: Series) -> str:
    """Say which values a metric rests at."""
    value, kinds = float(metric.values[-1]), len(np.unique(metric.values))
    if kinds > 1 and is_next_to_nothing(metric):
        return f"is 0 time and again, and never above {number(float(metric.values.max()))},"
    return f"is exactly {number(value)}" if kinds == 1 else f"takes only {kinds} different values"


def rests_elsewhere(metric: Series, metrics: Sequence[Series], least: float) -> bool:
    """Tell whether an accuracy on other data has its last value as often: what one small set repeats, two do not."""
    others = (one for one in metrics if one.split is not metric.split and is_accuracy(one.name))
    return any(len(one) - rests_since(one) >= least for one in others if len(one))


def may_be_majority(accuracy: float) -> bool:
    """Tell whether one class may hold as many examples, in shares or in percent."""
    return as_share(accuracy) > HALF


def may_be_one_class(metric: Series, since: int, train: Trend[TrainLoss] | None, metrics: Sequence[Series]) -> bool:
    """Tell whether the loss and the errors of all metrics are those of one answer, for one that rests from an index on.

    Those of a model that has learnt may be so, too, and a coarse log does not show how it got there.
    """
    shares_alone = knows_shares_alone(float(metric.values[-1]), train) and errs_alike(metric, metrics)
    return shares_alone and not rose_in_hundredths(metric.values[:since])


def came_to_nearly_all(accuracy: float, train: Trend[TrainLoss] | None) -> bool:
    """Tell whether nearly all answers may be right, at a loss that one answer for all may have, and a sound model."""
    return as_share(accuracy) >= NEARLY_ALL and train is not None and train.end < TWICE * least_of_one_answer(accuracy)


def may_have_learnt_nearly_all(metric: Series, since: int, train: Trend[TrainLoss] | None) -> bool:
    """Tell whether a metric came by degrees to where few answers are wrong, or unseen, and rests from an index on.

    A small validation set shows one value then, of a model that has learnt, as well as of one that has come to name
    the largest class alone. The training loss of the former is no higher than being so often right costs at most, were
    each mistake any of the other classes: as many as the first loss is guessing among.
    """
    right = as_share(float(metric.values[-1]))
    if not NEARLY_ALL <= right < 1 or not (rose_by_degrees(metric.values[:since]) or begins_late(metric)):
        return False
    if train is None:
        return True
    classes = exp(min(max(train.start, log(2)), log(MANY_CLASSES)))
    return train.end <= HARDLY_MORE * most_entropy(right, classes)


def unmoved(train: Trend[TrainLoss] | None) -> bool:
    """Tell whether a training loss is where it was; one that came down before it rested is not."""
    if train is None or train.first - train.end > LITTLE * abs(train.first):
        return False
    return abs(train.thirds[0] - train.thirds[2]) <= UNMOVED * abs(train.thirds[0])


def _largest_class(metrics: Sequence[Series]) -> str:
    """Say which other metric stands above one half, as an accuracy does that always names the largest class."""
    for one in metrics:
        if len(one) and "acc" in one.name.lower() and HALF < one.values[-1] < 1:
            return f"{one.name} is {number(float(one.values[-1]))}"
    return ""


def never_learnt(series: Series, since: int, val: Trend[ValLoss] | None) -> bool:
    """Whether a metric of validation rests nearly from the start, at a loss no lower than that of its one answer."""
    early = series.role is ValMetric and since <= ceil(EARLY * len(series))
    return early and val is not None and bool(val.level.min() >= least_of_one_answer(float(series.values[-1])))


def rests_as_the_loss_does(train: Trend[TrainLoss] | None, value: float) -> bool:
    """Whether the loss does not move either, which is a finding of its own; not one that creeps beside poor answers.

    Nor one that is zero throughout, as if all were right, where the metric says that nothing is.
    """
    if value == 0 and _is_zero(train):
        return False
    creeps = train is not None and train.sure_fall > SURE and not may_be_majority(value)
    return unmoved(train) and not creeps


def _is_zero(train: Trend[TrainLoss] | None) -> bool:
    return train is not None and not train.series.values.any()


def metrics_while_training(run: Run, schedule: Schedule | None) -> list[Series]:
    """Return the finite values of all metrics, and of what errors of words leave right, while the run trained.

    What was measured once the loss was no number any more, or the rate was dead, is another finding.
    """
    named = (*run.all(ValMetric), *run.all(TrainMetric), *right_by_word_errors(run))
    ends = {axis: _last_trained(axis, run, schedule) for axis in Axis}
    return [one.finite.take(one.finite.steps <= ends[one.axis]) for one in named]


def _last_trained(axis: Axis, run: Run, schedule: Schedule | None) -> float:
    losses = [one.finite for one in run.all(TrainLoss) if one.axis is axis]
    last = max((one.last_step for one in losses if len(one)), default=-1) if losses else inf
    died = schedule.dead_from(DEAD) if schedule is not None and schedule.series.axis is axis else None
    return last if died is None else min(last, died)
