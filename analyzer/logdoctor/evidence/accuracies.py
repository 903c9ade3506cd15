"""How often a classifier is right at its end, in validation and in training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from logdoctor.run import Run
from logdoctor.run.naming import stem_of, words
from logdoctor.run.roles import TrainMetric, ValMetric
from logdoctor.signals.accuracy import accuracy_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENDS_AT_ONE = frozenset("acc accuracy accuracies top1 acc1 auc auroc f1".split())
"""Words of metrics that end at 1, or at 100."""


class EndAccuracy(NamedTuple):
    """One accuracy at the end of a run, as shares."""

    name: str
    """That of the series of validation."""
    validation: float
    training: float | None
    """By the same metric, if it is logged."""


def end_accuracies(run: Run) -> Iterator[EndAccuracy]:
    """Yield the accuracies of validation, each with that of training."""
    training = {stem_of(one.name): one.finite.values for one in run.all(TrainMetric) if len(one.finite)}
    for series in run.all(ValMetric):
        if len(series.finite) and ENDS_AT_ONE & set(words(series.name)):
            theirs = training.get(stem_of(series.name))
            yield EndAccuracy(series.name, _at_end(series.finite.values), None if theirs is None else _at_end(theirs))


def _at_end(values: NDArray[np.float64]) -> float:
    """Return the median of the last tenth of a share, in percent or not, as a share."""
    return float(np.median(values[-max(1, len(values) // 10) :])) / accuracy_unit(values)
