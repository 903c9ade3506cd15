"""What is judged where a run logs no training loss: its validation loss, or the errors that its metrics count."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from logdoctor.run import Run, Series
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
from logdoctor.signals.optimization.accuracy import OF_TOKENS, WHAT_IS_LEFT, accuracy_unit

TRAINED_BY = (TrainLoss, TrainComponentLoss, AdversarialLoss, PolicyLoss, Reward)
"""What training makes smaller or larger: beside any of it, a validation loss stands in for nothing."""

_SHARES = frozenset("acc accuracy top1 acc1 auc auroc f1 iou miou dice map ap map50 ap50".split())
"""Words of metrics that are 1, or 100, where everything is right."""
_OF_A_PART = frozenset("task fold client domain d disc discriminator fake real".split())
"""Of one task among several, which others may overwrite, or of a discriminator, whose accuracy ends at a half when all
is well."""


class StandIn(StrEnum):
    """What may stand in for the training loss of a run that logs none."""

    VALIDATION = "validation loss"
    ERRORS = "errors"


def with_stand_in(run: Run, kind: StandIn) -> Run | None:
    """Return the run with something in the role of its training loss, or None where it has no such thing or no need.

    A validation loss keeps its name and its split; a term of a sum, which may rise while the others fall, is none. The
    errors of a metric that is a share, called `1 - accuracy`, stand beside it as losses of training and of validation;
    of one that is never above zero, as the accuracy of a regression, there are none.
    """
    if any(run.all(role) for role in TRAINED_BY):
        return None
    if kind is StandIn.VALIDATION and run.find(ValLoss) is not None and not run.all(ValComponentLoss):
        return replace(run, series=tuple(map(_as_training, run.series)))
    if kind is StandIn.ERRORS and not any(run.all(role) for role in (Loss, TrainError, ValError)):
        return _with_errors(run)
    return None


def is_of_errors(series: Series) -> bool:
    """Tell whether a loss is the errors that a metric counts."""
    return series.name.startswith(WHAT_IS_LEFT)


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
    named = {word.rstrip("0123456789") for word in words(series.name)} | set(words(series.name))
    if role is None or not named & _SHARES or named & (OF_TOKENS | _OF_A_PART) or not finite.any():
        return None
    values = 1 - series.values / accuracy_unit(finite)
    return replace(series, name=WHAT_IS_LEFT + series.name, role=role, values=values)
