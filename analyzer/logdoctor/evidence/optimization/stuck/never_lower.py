"""Whether a loss is never again as low as before the first update, or only rises from there."""

from __future__ import annotations

from math import exp, log

from logdoctor.evidence.accuracies import FEW_EVALUATIONS, class_accuracies, end_accuracy
from logdoctor.evidence.optimization.first_loss import is_evaluated_before
from logdoctor.run import Axis, Run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Trend
from logdoctor.wording import number

LOST = 0.05
"""Rise above the loss of the untrained network, as a share of it, that no wavering explains."""

AFTER = 3
"""Evaluations after the first update that must all lie above the one before it."""

ALIKE = 0.1
"""Difference of training and validation at the end, as a share, within which they show the same data."""

BATCHES = 20
"""Logged losses of single batches from which a level can be told."""

GUESSES = 0.05
"""Accuracy above exp(-loss) of the first up to which it is that of guessing: that of ten classes wavers by as much in
sets of a hundred."""

THROWN = 2.0
"""Highest loss in units of the first from which it was thrown up, and what comes after is no fall but the way back."""


def worse_than_untrained(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> str:
    """Say so where validation was lower before the first update than it ever is again, and training ends above it.

    Both end alike, so that they show the same data: a model that learns one kind of data may forget another.
    """
    if val is None or len(val) <= AFTER or not is_evaluated_before(val, train):
        return ""
    lowest, worse = float(val.series.values[1:].min()), (1 + LOST) * val.first
    if not 0 < worse < min(lowest, train.end) or abs(val.end - train.end) > ALIKE * val.end:
        return ""
    return f"{val.series.name} is {number(val.first)} before training and never below {number(lowest)} after it"


def only_rises(val: Trend[ValLoss], least: float, min_z: float) -> bool:
    """Whether validation never lies below where it began, and surely rises from there by a share of it."""
    return float(val.level.min()) >= val.start > 0 and -val.sure_fall > min_z and val.end > (1 + least) * val.start


def only_came_back(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> bool:
    """Whether a loss was thrown up after its first value, and has come down to no less than that since, as validation.

    Of a difference, which may be negative, no part is a height.
    """
    values = train.series.values
    thrown = values.max() >= THROWN * train.first and values.min() > 0
    return bool(thrown and val is not None and train.end >= train.first and val.end >= val.first)


def never_as_low_again(run: Run, train: Trend[TrainLoss]) -> str:
    """Say so where the first batch, before any update, was lower than the loss ever is again, and accuracies guess.

    A first batch may be easy by chance; with answers no better than guesses at the end, it was not.
    """
    series, known = train.series, class_accuracies(run)
    right = max((end_accuracy(one) for one in known if len(one) >= FEW_EVALUATIONS), default=1.0)
    logged = len(train) >= BATCHES and series.axis is Axis.STEP and series.steps[0] <= 1
    if not logged or train.first < log(2) or right > exp(-train.first) + GUESSES:
        return ""
    lowest = train.best if train.first < train.best else 0.0
    return f"it is {number(train.first)} before the first update and {number(lowest)} at best after it" * (lowest > 0)
