"""An accuracy that stays where it began beside a loss far too small for so many mistakes: it is computed wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from logdoctor.run import Run
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainLoss, TrainMetric, ValLoss, ValMetric
from logdoctor.signals import Trend
from logdoctor.signals.optimization.accuracy import (
    accuracy_unit,
    cost_in_words,
    cost_of_mistakes,
    is_of_classes,
    is_too_cheap,
)
from logdoctor.signals.statistics.trend import trend_or_none

MOSTLY_WRONG = 0.6
"""Accuracy up to which it may be that of guesses, of two classes at most; one that was learnt before rests above while
a student comes nearer to its teacher."""

PROBES = frozenset("probe knn linear online".split())
"""Words of accuracies of another classifier, on what is learnt: their mistakes are none of the loss."""


@dataclass(frozen=True)
class RestingAccuracy:
    """An accuracy and the loss of the same data."""

    metric: Trend[Any]
    loss: Trend[Any]

    @property
    def level(self) -> float:
        """Where it stays, from 0 to 1."""
        return self.metric.thirds[2] / accuracy_unit(self.metric.series.values)

    @property
    def cost(self) -> float:
        """What the mistakes cost at least that it counts."""
        return cost_of_mistakes(self.level)

    @property
    def said(self) -> str:
        """What they cost, in words."""
        return cost_in_words(self.level)

    def contradicts(self, min_z: float) -> bool:
        """Whether it wavers about one level while the loss comes from what mistakes cost to far less.

        One that is exactly one value is another finding; one that rises may ask for more than the loss does, such as
        whole sentences; and a loss that was never so large is divided by something. A loss of exactly zero, or one that
        ends before the accuracy does, has turned NaN.
        """
        first, _, last = self.metric.thirds
        metric, loss = self.metric.series, self.loss.series
        lasts = metric.axis is loss.axis and metric.last_step <= loss.last_step + max(self.metric.pace, self.loss.pace)
        wavers = last - first <= min_z * self.metric.error_between_thirds and bool(np.ptp(metric.values))
        cheap = self.loss.start >= self.cost and self.loss.end > 0 and is_too_cheap(self.loss.end, self.level)
        return lasts and wavers and cheap and self.level <= MOSTLY_WRONG


def accuracies_at_rest(run: Run, min_points: float, min_z: float) -> Iterator[RestingAccuracy]:
    """Yield the accuracies of training and of validation that the loss of the same data contradicts."""
    for of_loss, of_metric in ((TrainLoss, TrainMetric), (ValLoss, ValMetric)):
        loss = trend_or_none(run.find(of_loss))
        named = (trend_or_none(one) for one in run.all(of_metric) if _is_of_loss(one.name))
        for metric in named:
            if loss is None or metric is None or len(metric) < min_points:
                continue
            if (found := RestingAccuracy(metric, loss)).contradicts(min_z):
                yield found


def _is_of_loss(name: str) -> bool:
    return is_of_classes(name) and PROBES.isdisjoint(words(name))
