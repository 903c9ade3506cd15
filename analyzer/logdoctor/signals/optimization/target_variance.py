"""The loss of predicting the mean of the targets, as a coefficient of determination beside a squared error tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainLoss, TrainMetric, ValLoss, ValMetric
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

AGREES = 0.05
"""Spread of the variance over all evaluations, as a share of it, up to which the two are of the same data."""

MIN_EVALUATIONS = 3
"""Evaluations that must agree."""


@dataclass(frozen=True)
class TargetVariance:
    """The variance of the targets: R2 is one less the squared error over it, at every evaluation."""

    level: float
    known_from: str
    """The name of the coefficient."""

    @classmethod
    def measure(cls, run: Run) -> TargetVariance:
        """Divide each loss by what R2 leaves of one; raises Unmeasurable where no R2 belongs to a loss."""
        metrics = [one for role in (ValMetric, TrainMetric) for one in run.all(role) if "r2" in words(one.name)]
        losses = [one for role in (ValLoss, TrainLoss) for one in run.all(role)]
        for metric in metrics:
            for loss in losses:
                levels = _levels(loss.finite, metric.finite)
                if len(levels) >= MIN_EVALUATIONS and np.ptp(levels) <= AGREES * (level := median(levels)):
                    return cls(level, metric.name)
        raise Unmeasurable("no R2 belongs to a squared error of this run")


def _levels(loss: Series, metric: Series) -> np.ndarray:
    """Return (n,) the variance by each evaluation of both that explains less than all."""
    _, mine, theirs = np.intersect1d(loss.steps, metric.steps, return_indices=True)
    left = 1 - metric.values[theirs]
    return np.asarray(loss.values[mine][left > 0] / left[left > 0])
