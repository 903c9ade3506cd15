"""Whether a classifier has come far, however slowly its loss falls by now."""

from __future__ import annotations

from math import exp

from logdoctor.evidence.accuracies import FEW_EVALUATIONS, LARGEST_COUNT, accuracies, end_accuracy, first_accuracy
from logdoctor.run import Run, Split
from logdoctor.run.naming import role_of
from logdoctor.run.roles import TrainComponentLoss, TrainLoss
from logdoctor.signals import Trend
from logdoctor.signals.optimization.chance import entropy, most_entropy
from logdoctor.signals.statistics.median import median

SMOOTHING = 0.1
"""Share of the labels that are spread over all classes, as papers since Szegedy et al. (2016) and timm do."""

STRONG_SMOOTHING = 0.2
"""The most that recipes spread, which is granted to a classifier that makes next to no errors any more."""

FAR_FEWER = 1 / 6
"""Errors at the end as a share of those at the beginning from which down it does: nine of ten are right, of four."""

FEWER = 0.5
"""Errors at the end as a share of those at the beginning from which down a classifier has come far."""

HALF = 0.5
"""End of a term of the loss as a share of its beginning from which down it has come far."""

TERMS = 12
"""Values of a term of the loss whose first and last three show how far it has come."""


def came_far(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether a classifier made few of the errors at its end that it made at first, and its loss is that of so few.

    Who errs in a share e of the cases and is as sure as he is right loses the entropy of e, and in those cases no more
    than guessing does, which the loss began with; smoothed labels cost their entropy on top. A loss far above that is
    another one than the accuracy's. Where the loss is but the first of several terms, another may have come far.
    """
    if _another_term_came_far(run, train):
        return True
    found = accuracies(run, FEW_EVALUATIONS)
    if not found:
        return False
    errors, at_first = (max(1 - end(one) for one in found) for end in (end_accuracy, first_accuracy))
    fair = entropy(errors) + errors * train.first if 0 < errors < 1 else 0.0
    classes = max(exp(min(train.first, LARGEST_COUNT)), 2.0)
    spread = STRONG_SMOOTHING if errors <= FAR_FEWER * at_first else SMOOTHING
    smoothed = most_entropy(1 - spread * (1 - 1 / classes), classes)
    return errors <= FEWER * at_first and train.end <= fair + smoothed


def _another_term_came_far(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether the loss is one term of a sum that is not logged, and another has lost half of what it began with."""
    if role_of(train.series.name, Split.TRAIN) is not TrainComponentLoss:
        return False
    others = [one.finite.values for one in run.all(TrainComponentLoss) if one.axis is train.series.axis]
    return any(len(one) >= TERMS and 0 < median(one[-3:]) <= HALF * median(one[:3]) for one in others)
