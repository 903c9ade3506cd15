"""What says that a loss which rests could have gone lower."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logdoctor.evidence.accuracies import FEW_EVALUATIONS
from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Sibling, Trend
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.trend import BAND_SIGMAS
from logdoctor.wording import number

WITHOUT_SIBLING = 1.35
"""Margin of a finding that no sibling corroborates: enough for medium confidence, never for high."""

FALLING = 0.3
"""Fall of validation while training looks flat, as a share of all that training fell: a straight line has 0.6 left."""


@dataclass(frozen=True)
class MoreToBeHad:
    """A sibling, an accuracy or a rate that says so."""

    lower: Sibling | None
    """The sibling whose loss ends much lower."""
    poor: str
    """A clause about an accuracy that is poor; empty where none is."""
    beyond: str
    """A clause about a rate far beyond what trains; empty where it is not."""

    @property
    def said(self) -> str:
        """The first of them, as a clause; empty where nothing says so."""
        reaches = f"sibling run {self.lower.run.name} reaches {number(self.lower.train.end)}" if self.lower else ""
        return reaches or self.poor or self.beyond


def share_lower(train: Trend[TrainLoss], sibling: Sibling) -> float:
    """Return how much lower a sibling ends, as a share of all that it gained."""
    gained = max(sibling.train.start, train.start) - sibling.train.end
    return (train.end - sibling.train.end) / gained if gained > 0 else 0.0


def memorises(sibling: Run, run: Run) -> bool:
    """Whether a sibling's validation loss ends no lower, so that its lower training loss is memory, not learning."""
    theirs, ours = (one.find(ValLoss) for one in (sibling, run))
    if theirs is None or ours is None or min(len(theirs.finite), len(ours.finite)) < FEW_EVALUATIONS:
        return False
    ends = [median(one.finite.values[-max(1, len(one.finite) // 10) :]) for one in (theirs, ours)]
    return ends[0] >= ends[1]


def hides_a_fall(train: Trend[TrainLoss], val: Trend[ValLoss] | None, since: int) -> bool:
    """Whether validation falls from a block of training on, by much of what that fell: batch noise looks flat then."""
    if val is None or val.series.axis is not train.series.axis:
        return False
    then = float(np.interp(train.steps[since], val.steps, val.level))
    least = max(FALLING * (train.start - train.end), BAND_SIGMAS * val.level_noise)
    return then - val.end > least and val.thirds[0] > val.thirds[1] > val.thirds[2]
