"""A metric that rests at one value: from where on, and whether a model that has learnt may show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, log
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Axis, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainLoss, ValLoss, ValMetric
from logdoctor.run.vocabulary import WINS
from logdoctor.signals import Trend
from logdoctor.signals.optimization.accuracy import (
    answers_differ,
    as_share,
    erred_more,
    errs_alike,
    is_accuracy,
    rose_by_degrees,
    rose_in_hundredths,
    rose_to,
)
from logdoctor.signals.optimization.chance import knows_shares_alone, least_of_one_answer, most_entropy
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.wording import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALF = 0.5
"""Accuracy above which one class may hold most examples."""

NEXT_TO_NOTHING = 0.005
"""Score up to which nothing is right but by luck."""

OFTEN_ZERO = 0.25
"""Share of its values that are 0, from which such a score comes back there: another may be one that training lowers."""

NEARLY_ALL = 0.9
"""Accuracy from which few answers are left to move: of a hundred, those of one class of ten at most."""

TWICE = 2.0
"""Training loss in units of the least that one answer has, up to which either may be."""

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


@dataclass(frozen=True, eq=False)
class RestingMetric:
    """A metric that has one value from an index on, beside the training loss and the metrics of its run."""

    series: Series
    since: int
    train: Trend[TrainLoss] | None
    metrics: Sequence[Series] = ()
    """All of them, itself among them."""

    @classmethod
    def of(cls, series: Series, train: Trend[TrainLoss] | None, metrics: Sequence[Series]) -> RestingMetric:
        """Return a metric from where it has its last value, of one value or more; all of one is next to nothing."""
        return cls(series, _rests_since(series), train, metrics)

    @property
    def value(self) -> float:
        """The last value."""
        return float(self.series.values[-1])

    @property
    def before(self) -> NDArray[np.float64]:
        """The values before it rests."""
        return self.series.values[: self.since]

    @property
    def at_rest(self) -> Series:
        """The metric from there on."""
        return self.series.take(slice(self.since, None))

    @property
    def described(self) -> str:
        """Which values it rests at, as a predicate."""
        rest = self.at_rest
        kinds = len(np.unique(rest.values))
        if kinds > 1 and _is_next_to_nothing(rest):
            return f"is 0 time and again, and never above {number(float(rest.values.max()))},"
        return f"is exactly {number(self.value)}" if kinds == 1 else f"takes only {kinds} different values"

    @property
    def wins_elsewhere(self) -> bool:
        """Whether it counts games that were won, and another does that moves: this one rounds, or has yet to count."""
        others = (one for one in self.metrics if one.name != self.series.name and counts_wins(one))
        return counts_wins(self.series) and any(len(np.unique(one.values)) > 1 for one in others)

    def rests_elsewhere(self, least: float) -> bool:
        """Whether an accuracy on other data has its last value as often: what one small set repeats, two do not."""
        others = (one for one in self.metrics if one.split is not self.series.split and is_accuracy(one.name))
        return any(len(one) - _rests_since(one) >= least for one in others if len(one))

    def loss_falls(self, learnt: float) -> bool:
        """Whether training learnt more than to give one answer: it fell to a share of its start, and below that."""
        train, least = self.train, least_of_one_answer(self.value)
        return train is not None and train.end < min(learnt * train.start, least)

    def has_learnt(self, learnt: float) -> bool:
        """Whether the metric came to its value, or answers differ: then its loss is not that of one answer."""
        if rose_to(self.value, self.before) and not self._may_be_one_class:
            return True
        if answers_differ(self.at_rest, self.metrics):
            return True
        return is_accuracy(self.series.name) and self.loss_falls(learnt) and erred_more(self.value, self.before)

    @property
    def _may_be_one_class(self) -> bool:
        """Whether the loss and the errors of all metrics are those of one answer.

        Those of a model that has learnt may be so, too, and a coarse log does not show how it got there.
        """
        shares_alone = knows_shares_alone(self.value, self.train) and errs_alike(self.series, self.metrics)
        return shares_alone and not rose_in_hundredths(self.before)

    @property
    def came_to_nearly_all(self) -> bool:
        """Whether nearly all answers may be right, at a loss that one answer for all may have, and a sound model."""
        value, train = self.value, self.train
        return as_share(value) >= NEARLY_ALL and train is not None and train.end < TWICE * least_of_one_answer(value)

    @property
    def may_have_learnt_nearly_all(self) -> bool:
        """Whether it came by degrees to where few answers are wrong, or unseen.

        A small validation set shows one value then, of a model that has learnt, as well as of one that has come to name
        the largest class alone. The training loss of the former is no higher than being so often right costs at most,
        were each mistake any of the other classes: as many as the first loss is guessing among.
        """
        right, train = as_share(self.value), self.train
        if not NEARLY_ALL <= right < 1 or not (rose_by_degrees(self.before) or begins_late(self.series)):
            return False
        if train is None:
            return True
        classes = exp(min(max(train.start, log(2)), log(MANY_CLASSES)))
        return train.end <= HARDLY_MORE * most_entropy(right, classes)

    def never_learnt(self, val: Trend[ValLoss] | None) -> bool:
        """Whether it is of validation and rests nearly from the start, at a loss no lower than that of one answer."""
        early = self.series.role is ValMetric and self.since <= ceil(EARLY * len(self.series))
        return early and val is not None and bool(val.level.min() >= least_of_one_answer(self.value))

    @property
    def rests_as_the_loss_does(self) -> bool:
        """Whether the loss does not move either, which is a finding of its own.

        Not one that creeps beside poor answers, nor one that is zero throughout, as if all were right, where the metric
        says that nothing is.
        """
        if self.value == 0 and is_zero(self.train):
            return False
        creeps = self.train is not None and self.train.sure_fall > SURE and not may_be_majority(self.value)
        return unmoved(self.train) and not creeps


def counts_wins(metric: Series) -> bool:
    """Tell a metric of games that were won."""
    return not WINS.isdisjoint(words(metric.name))


def _rests_since(metric: Series) -> int:
    return 0 if _is_next_to_nothing(metric) else after_last(metric.values != metric.values[-1])


def _is_next_to_nothing(metric: Series) -> bool:
    """Tell a score of epochs that is never above half a percent and comes back to 0, as of a few lucky pixels.

    One that is higher in the later half than before has begun to rise; of a batch, one answer in 256 may be right.
    """
    values, half = metric.values, len(metric) // 2
    is_low = values[-1] == 0 and values.max() <= NEXT_TO_NOTHING and (values == 0).mean() >= OFTEN_ZERO
    return bool(is_low and metric.axis is Axis.EPOCH and values[half:].max() <= values[: half + 1].max())


def may_be_majority(accuracy: float) -> bool:
    """Tell whether one class may hold as many examples, in shares or in percent."""
    return as_share(accuracy) > HALF


def unmoved(train: Trend[TrainLoss] | None) -> bool:
    """Tell whether a training loss is where it was; one that came down before it rested is not."""
    if train is None or train.first - train.end > LITTLE * abs(train.first):
        return False
    return abs(train.thirds[0] - train.thirds[2]) <= UNMOVED * abs(train.thirds[0])


def is_zero(train: Trend[TrainLoss] | None) -> bool:
    """Tell whether a training loss is zero throughout."""
    return train is not None and not train.series.values.any()
