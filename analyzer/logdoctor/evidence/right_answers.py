"""What accuracies of training and validation say about two losses that may not be computed alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run
from logdoctor.run.naming import stem_of, words
from logdoctor.run.roles import TrainMetric, ValMetric
from logdoctor.signals.accuracy import accuracy_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOP_AT_ONE = frozenset("acc accuracy accuracies top1 acc1 auc auroc f1".split())
"""Words of metrics that end at 1, or at 100."""

MOSTLY_RIGHT, AS_GOOD = 0.8, 0.02
"""Validation accuracy from which a high training loss without any settings beside it is most often a regularised one
(label smoothing of 0.1 among ten classes leaves 0.5 nats at no mistake, mixup as much), and how far below it that of
training may be to be as good."""


def computed_otherwise(run: Run) -> bool:
    """Whether accuracies speak for a training loss that counts otherwise, as label smoothing, mixup and masks do.

    Training is as often right as validation; or validation is mostly right, training does not say how often, and no
    settings are logged that would name a regulariser.
    """
    training = {stem_of(one.name): one.finite.values for one in run.all(TrainMetric) if len(one.finite)}
    for series in run.all(ValMetric):
        mine = series.finite.values
        if not len(mine) or not TOP_AT_ONE & set(words(series.name)):
            continue
        theirs = training.get(stem_of(series.name))
        as_good = theirs is not None and last_share(theirs) >= last_share(mine) - AS_GOOD
        unknown = theirs is None and not run.hyperparameters and last_share(mine) >= MOSTLY_RIGHT
        if as_good or unknown:
            return True
    return False


def last_share(values: NDArray[np.float64]) -> float:
    """Return the median of the last tenth of a share, in percent or not, as a share."""
    return float(np.median(values[-max(1, len(values) // 10) :])) / accuracy_unit(values)
