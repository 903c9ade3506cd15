"""Amazon SageMaker Debugger: its built-in rules on losses, and on a gradient norm where one is logged.

The rules are closed; what they do is read from "List of Debugger built-in rules" (amazon-sagemaker-developer-guide,
doc_source/debugger-built-in-rules.md), with the defaults given there. A step is a step of the log. Left out are the
rules that need weights, activations or inputs.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from logdoctor import GradNorm, Run, TrainLoss, ValLoss

from .curves import Values, epochs, values_of
from .peer import NON_FINITE, NOT_LEARNING, OVERFIT, Alarm, Peer

NUM_STEPS = 10
"""LossNotDecreasing `num_steps`: steps between a loss and the one that it is compared with, at least."""

DIFF_PERCENT = 0.1
"""LossNotDecreasing `diff_percent`: percent by which the loss must have fallen."""

RATIO_THRESHOLD = 0.1
"""Overfit `ratio_threshold`: gap between validation and training loss in units of the training loss.
Its `patience` is one step, its `start_step` the first."""

PATIENCE_TRAIN, PATIENCE_VALIDATION = 5, 10
"""Overtraining: steps without a new optimum, of the training and of the validation loss."""

DELTA = 0.01
"""Overtraining `delta`: what a new optimum must gain."""

VANISHED = 1e-7
"""VanishingGradient `threshold`: mean absolute gradient; here the norm, which is no smaller."""


def judge(run: Run) -> tuple[Alarm, ...]:
    return tuple(_alarms(run))


def _alarms(run: Run) -> Iterator[Alarm]:
    train, validation, gradient = (values_of(run, role) for role in (TrainLoss, ValLoss, GradNorm))
    loss = run.find(TrainLoss)
    if any(not np.isfinite(values).all() for values in (train, validation, gradient)):
        yield Alarm("ExplodingTensor", NON_FINITE)
    if loss is not None and not_decreasing(loss.curve.steps, loss.curve.values):
        yield Alarm("LossNotDecreasing", NOT_LEARNING | {"divergence"})
    seen = epochs(run)
    if len(seen.train_loss) and len(seen.validation_loss):
        if overfit(seen.train_loss, seen.validation_loss):
            yield Alarm("Overfit", OVERFIT)
        if overtrained(seen.train_loss, seen.validation_loss):
            yield Alarm("Overtraining", frozenset({"overfitting", "plateau"}))
    if (gradient < VANISHED).any():
        yield Alarm("VanishingGradient", frozenset({"vanishing-gradients"}))


def compared(steps: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield the places of a loss and of the loss that it is compared with, at every evaluation of LossNotDecreasing."""
    last = steps[0] if len(steps) else 0
    for here in range(len(steps)):
        if steps[here] - last >= NUM_STEPS:
            last = steps[here]
            yield here, int(np.searchsorted(steps, last - NUM_STEPS, side="right")) - 1


def not_decreasing(steps: NDArray[np.int64], loss: Values) -> bool:
    """Whether at any evaluation the loss had not fallen enough."""
    return any(loss[before] - loss[here] < DIFF_PERCENT / 100 * abs(loss[before]) for here, before in compared(steps))


def overfit(train: Values, validation: Values) -> bool:
    return bool(((validation - train) > RATIO_THRESHOLD * np.abs(train)).any())


def overtrained(train: Values, validation: Values) -> bool:
    stale = (since_optimum(train) >= PATIENCE_TRAIN) & (since_optimum(validation) >= PATIENCE_VALIDATION)
    return bool(stale.any())


def since_optimum(values: Values) -> Values:
    """Return for each value how many values ago the last new optimum was."""
    best, at, since = np.inf, 0, []
    for place, value in enumerate(values):
        if value < best - DELTA or not np.isfinite(best):
            best, at = value, place
        since.append(place - at)
    return np.array(since, dtype=np.float64)


SAGEMAKER = Peer("SageMaker", judge)
