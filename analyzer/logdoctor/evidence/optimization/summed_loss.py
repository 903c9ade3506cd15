"""A training loss that is added up over its batch, where that of validation is averaged."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logdoctor.causes import because
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Run, Series
from logdoctor.run.naming import stem_of
from logdoctor.run.roles import TrainComponentLoss, TrainLoss, ValComponentLoss, ValLoss
from logdoctor.signals import Hyperparameters, given_rate
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number

MANY = 8
"""Examples in a batch from which a sum stands out: the two losses of an untrained network differ by a half at most."""

NEAR = 0.2
"""Relative distance within which a ratio is the number of examples in a batch."""

NEAR_GUESSING = 0.03
"""The same of the first loss and what guessing costs: untrained networks begin there; raw inputs may by chance."""

AVERAGED = 3.0
"""First validation loss in units of training's, one example's share of it, up to which it is averaged."""

BESIDE = 5
"""Training losses before the first evaluation that must be as many times as large, by half at least."""


def summed_loss(run: Run, settings: Hyperparameters) -> str:
    """Say so where the first training loss is as many times that of validation as a batch has examples."""
    train, val, batch = run.find(TrainLoss), run.find(ValLoss), settings.batch_size
    if train is None or val is None or batch is None or batch < MANY:
        return ""
    if not (len(train.finite) and len(val.finite)):
        return ""
    first, held_out = float(train.finite.values[0]), float(val.finite.values[0])
    if held_out <= 0 or abs(first / held_out / batch - 1) > NEAR:
        return ""
    if any(abs(ratio / batch - 1) > 2 * NEAR for ratio in _ratios_of_terms(run)):
        return ""  # one sum makes all its terms as many times as large
    if train.axis is val.axis:  # what fell before the first evaluation was learnt, not added up
        before = train.finite.values[train.finite.steps <= val.finite.steps[0]][-BESIDE:]
        if len(before) and median(before) / held_out < batch / 2:
            return ""
    return (
        f"{train.name} begins at {number(first)}, {val.name} at {number(held_out)}: {number(batch)} times less, which "
        "is the batch size, so that training adds up what it should average"
    )


def guesses_in_sum(series: Series, settings: Hyperparameters, guessing: float) -> str:
    """Say so where a first loss is what guessing costs times the number of examples in a batch, or nothing.

    Outputs that are too large may hit that size by chance; they lift validation as far.
    """
    batch, first, val = settings.batch_size, float(series.finite.values[0]), settings.run.find(ValLoss)
    if batch is None or batch < MANY or guessing <= 0 or abs(first / guessing / batch - 1) > NEAR_GUESSING:
        return ""
    if val is None or not len(val.finite) or not 0 < val.finite.values[0] < first * AVERAGED / batch:
        return ""
    return (
        f"{series.name} begins at {number(first)}, {number(batch)} times the {number(guessing)} of guessing, and a "
        f"batch has {number(batch)} examples: training adds up what it should average"
    )


def _ratios_of_terms(run: Run) -> Iterator[float]:
    """Yield how many times as large each term of the loss begins in training as the same term in validation."""
    held_out = {stem_of(one.name): one.finite.values for one in run.all(ValComponentLoss)}
    for term in run.all(TrainComponentLoss):
        theirs = held_out.get(stem_of(term.name), np.zeros(0))
        if len(term.finite) and len(theirs) and theirs[0] > 0:
            yield float(term.finite.values[0]) / float(theirs[0])


def summed_cause(summed: str, run: Run, settings: Hyperparameters) -> Cause:
    """Return the cause that a clause of `summed_loss` speaks for, with the rate that the average would need."""
    batch, rate = settings.batch_size, given_rate(run)
    if not summed or batch is None:
        return because("wrong-loss-or-output", Strength.UNLIKELY)
    lower = f", or lower the rate from {number(rate)} to {number(rate / batch)}" if rate is not None else ""
    fix = Fix(f"average the loss over the batch{lower}", basis="this run's batch size")
    return because("wrong-loss-or-output", Strength.LIKELY, pro=[summed], fixes=[fix])
