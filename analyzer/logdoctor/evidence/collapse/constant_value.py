"""Why a metric, or a validation loss, shows one and the same value whatever a network learns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import exp, inf, log

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.collapse.resting_metric import (
    HALF,
    SURE,
    RestingMetric,
    counts_wins,
    is_zero,
    may_be_majority,
    unmoved,
)
from logdoctor.finding import Cause, Fix, Strength, likely_if
from logdoctor.run import Axis, Run, Series
from logdoctor.run.roles import Reward, TrainLoss, TrainMetric, ValError, ValLoss, ValMetric
from logdoctor.signals import Schedule, Trend
from logdoctor.signals.optimization.accuracy import (
    accuracy_unit,
    cost_in_words,
    cost_of_mistakes,
    is_accuracy,
    is_too_cheap,
    right_by_word_errors,
)
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.rounding import in_hundredths
from logdoctor.wording import course, number

_OF_A_SIZE = re.compile(r"_(?:s|m|l|small|medium|large)$")
"""What COCO's metrics add for objects of one size: `mAP_s`."""

DEAD = 0.01
"""Rate as a share of its peak below which weights hardly move, and no metric does, as for lr-decayed-too-early."""

NO_DIGIT, MOST_GUESSED = 1e-4, 5.0
"""Distance of a loss from a margin or ln C that is rounding, and the largest ln C from which others lie further."""

EARNED = 20
"""Rewards that tell of a course."""

FIRST = 3
"""The first of them that tell where it began."""

RISEN = 0.5
"""Their rise as a share of their range from which more is earned."""

ALL_RIGHT = "the training loss is 0, as if all were right: the labels may hold nothing to find"


TO_TELL = "the share of each class among the answers: one class alone is the network's, several point at the metric"
"""What to log where nothing says why a metric rests."""


def one_value_causes(rest: RestingMetric, *, falls: bool) -> tuple[Cause, ...]:
    """Return why a metric shows one value while the training loss falls, or does not."""
    train, value, fell = rest.train, rest.value, rest.since > 0
    learns = [f"the training loss falls to {number(train.end)} all the same"] if falls and train is not None else []
    empty = [ALL_RIGHT] if is_zero(train) else []
    shares = _shares(rest)
    in_vain = bool(learns) and value == 0 and not shares
    imbalance = because("class-imbalance", likely_if(shares and (not fell or value == 0)), pro=shares)
    dead = because(
        "dead-activations",
        likely_if(fell and not shares),
        pro=[f"it was at {number(float(rest.before.max()))} before"] if fell else [],
        contra=learns,
    )
    labels = because(
        "labels-do-not-match",
        likely_if(value == 0 and (empty or in_vain)),
        pro=[*learns, *empty] if value == 0 else [],
    )
    return ranked(
        *((imbalance, dead) if shares else (dead, imbalance)),
        labels,
        _not_stepping(rest, likely=not (may_be_majority(value) or empty)),
        _wrong_loss(of_other_task(rest.metrics, train), learns, in_vain=in_vain),
    )


def _shares(rest: RestingMetric) -> list[str]:
    """Say that the value, or that of another metric beside a zero, may be the share of the largest class."""
    if may_be_majority(rest.value):
        return [f"{number(rest.value)} may be the share of the largest class"]
    beside = _largest_class(rest.metrics) if rest.value == 0 else ""
    return [f"{beside} meanwhile: that may be the largest class"] if beside else []


def _not_stepping(rest: RestingMetric, *, likely: bool) -> Cause:
    if rest.since or np.ptp(rest.series.values) or not unmoved(rest.train):
        moved = "the training loss or the metric has moved"
        return because("optimizer-not-stepping", Strength.UNLIKELY, contra=[moved])
    still = "neither the metric nor the training loss has moved since the first value"
    return because("optimizer-not-stepping", likely_if(likely), pro=[still])


def _wrong_loss(other_task: str, learns: Sequence[str], *, in_vain: bool) -> Cause:
    fix = Fix("measure a regression by an error in the unit of its targets, not by an accuracy")
    return because(
        "wrong-loss-or-output",
        likely_if(other_task or in_vain),
        pro=[other_task, *learns],
        fixes=[fix] if other_task else [],
    )


def of_other_task(metrics: Sequence[Series], train: Trend[TrainLoss] | None) -> str:
    """Say that a training loss is too small for the answers that an accuracy calls wrong, as of a regression.

    A loss that was never so large may be divided by something: by the examples instead of the batches.
    """
    for one in metrics:
        if train is None or one.role is not TrainMetric or not len(one) or not is_accuracy(one.name):
            continue
        right = float(one.values[-1]) / accuracy_unit(one.values)
        if is_too_cheap(train.end, right):
            divided = ", or divided by something" if train.start < cost_of_mistakes(right) else ""
            is_other = f"it is of another task than {one.name}{divided}"
            return f"{train.series.name} is {number(train.end)}; {cost_in_words(right, 'it')}: {is_other}"
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
        if len(one) < needed or not one.values[0]:
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


def _largest_class(metrics: Sequence[Series]) -> str:
    """Say which other metric stands above one half, as an accuracy does that always names the largest class."""
    for one in metrics:
        if len(one) and "acc" in one.name.lower() and HALF < one.values[-1] < 1:
            return f"{one.name} is {number(float(one.values[-1]))}"
    return ""


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
