"""A training loss that is added up over its batch, where that of validation is averaged."""

from __future__ import annotations

from logdoctor.causes import because
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Hyperparameters, given_rate
from logdoctor.wording import number

MANY = 8
"""Examples in a batch from which a sum stands out: the two losses of an untrained network differ by a half at most."""

NEAR = 0.2
"""Relative distance within which a ratio is the number of examples in a batch."""


def summed_loss(run: Run, settings: Hyperparameters) -> str:
    """Say so where the first training loss is as many times that of validation as a batch has examples."""
    return _said(*found) if (found := _ratio(run, settings)) is not None else ""


def summed_cause(run: Run, settings: Hyperparameters) -> Cause:
    """Return the cause with the rate that the average would need; unlikely where nothing is added up."""
    found, rate = _ratio(run, settings), given_rate(run)
    if found is None:
        return because("wrong-loss-or-output", Strength.UNLIKELY)
    batch = found[0]
    lower = f", or lower the rate from {number(rate)} to {number(rate / batch)}" if rate is not None else ""
    fix = Fix(f"average the loss over the batch{lower}", basis="this run's batch size")
    return because("wrong-loss-or-output", Strength.LIKELY, pro=[_said(*found)], fixes=[fix])


def _said(batch: float, train: str, val: str, first: tuple[float, float]) -> str:
    return (
        f"{train} begins at {number(first[0])}, {val} at {number(first[1])}: {number(batch)} times less, which is the "
        "batch size, so that training adds up what it should average"
    )


def _ratio(run: Run, settings: Hyperparameters) -> tuple[float, str, str, tuple[float, float]] | None:
    train, val, batch = run.find(TrainLoss), run.find(ValLoss), settings.batch_size
    if train is None or val is None or batch is None or batch < MANY:
        return None
    if not (len(train.finite) and len(val.finite)):
        return None
    first = float(train.finite.values[0]), float(val.finite.values[0])
    if first[1] <= 0 or abs(first[0] / first[1] / batch - 1) > NEAR:
        return None
    return batch, train.name, val.name, first
