"""A training loss that is exactly zero from its first value on."""

from __future__ import annotations

import numpy as np

from logdoctor.causes import because
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Run
from logdoctor.run.roles import GradNorm, TrainLoss
from logdoctor.signals import Trend

MASKED = "the gradient norm: a NaN there says that the trainer logs a NaN loss as 0"

NOTHING = "the loss is exactly zero from the first value on, so that there is nothing to learn from"

FIXES = (
    Fix("count the labels of one batch that the loss does not ignore (-100 in PyTorch): of none, it is 0"),
    Fix("for one output take a sigmoid and binary cross-entropy: the softmax over one output is always 1"),
)


def is_zero_throughout(train: Trend[TrainLoss]) -> bool:
    """Whether no value is anything but zero."""
    return not train.series.values.any()


def has_gradient(run: Run) -> bool:
    """Whether gradients arrive all the same: the loss of a policy gradient, whose advantages sum to zero, is zero."""
    norm = run.find(GradNorm)
    return norm is not None and len(norm.finite) > 0 and float(np.median(norm.finite.values)) > 0


def why_zero() -> Cause:
    """Say that nothing counts in the loss: no label, or outputs that cannot be wrong."""
    return because("wrong-loss-or-output", Strength.LIKELY, pro=[NOTHING], fixes=FIXES)
