"""What is judged where a run logs no training loss: its validation loss, or the errors that its accuracies count."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from logdoctor.run.naming import words
from logdoctor.run.roles import (
    AdversarialLoss,
    Loss,
    PolicyLoss,
    Reward,
    TrainComponentLoss,
    TrainError,
    TrainLoss,
    TrainMetric,
    ValComponentLoss,
    ValError,
    ValLoss,
    ValMetric,
)
from logdoctor.run.run import Run
from logdoctor.run.series import Series

TRAINED_BY = (TrainLoss, TrainComponentLoss, AdversarialLoss, PolicyLoss, Reward)
"""What training makes smaller or larger: beside any of it, a validation loss stands in for nothing."""

ERROR_OF = "1 - "
"""What the name of an accuracy begins with where its errors are meant."""

_ACCURACY = frozenset({"acc", "accuracy", "top1", "acc1"})
_OF_TOKENS = frozenset({"token", "tokens"})
"""Of language models, whose accuracies end low and rightly so."""
_PERCENT = 1.5
"""Value that only an accuracy in percent passes."""


class StandIn(StrEnum):
    """What may stand in for the training loss of a run that logs none."""

    VALIDATION = "validation loss"
    ERRORS = "errors"


def with_stand_in(run: Run, kind: StandIn) -> Run | None:
    """Return the run with something in the role of its training loss, or None where it has no such thing or no need.

    A validation loss keeps its name and its split; a term of a sum, which may rise while the others fall, is none. The
    errors of an accuracy are called `1 - accuracy`, and stand beside it as losses of training and of validation; of
    one that is never above zero, as of a regression, there are none.
    """
    if any(run.all(role) for role in TRAINED_BY):
        return None
    if kind is StandIn.VALIDATION and run.find(ValLoss) is not None and not run.all(ValComponentLoss):
        return replace(run, series=tuple(map(_as_training, run.series)))
    if kind is StandIn.ERRORS and not any(run.all(role) for role in (Loss, TrainError, ValError)):
        return _with_errors(run)
    return None


def is_of_errors(series: Series) -> bool:
    """Tell whether a loss is the errors that an accuracy counts."""
    return series.name.startswith(ERROR_OF)


def without_stand_in(name: str) -> str:
    """Return the name of the series that was logged."""
    return name.removeprefix(ERROR_OF)


def _as_training(series: Series) -> Series:
    return replace(series, role=TrainLoss) if series.role is ValLoss else series


def _with_errors(run: Run) -> Run | None:
    errors = [error for one in run.series if (error := _errors(one)) is not None]
    if not any(one.role is TrainLoss for one in errors):
        errors = list(map(_as_training, errors))
    return replace(run, series=(*errors, *run.series)) if errors else None


def _errors(series: Series) -> Series | None:
    role = {TrainMetric: TrainLoss, ValMetric: ValLoss}.get(series.role)
    finite = series.finite.values
    named = set(words(series.name))
    if role is None or not named & _ACCURACY or named & _OF_TOKENS or not finite.any():
        return None
    values = 1 - series.values / (100 if finite.max() > _PERCENT else 1)
    return replace(series, name=ERROR_OF + series.name, role=role, values=values)
