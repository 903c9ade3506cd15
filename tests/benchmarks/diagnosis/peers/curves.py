"""A run as peers see it: arrays of values, one a step or one an epoch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logdoctor import Run, Series, TrainLoss, TrainMetric, ValLoss, ValMetric
from logdoctor.run import Role
from logdoctor.run.naming import words
from logdoctor.run.roles import Loss
from logdoctor.run.series import same_axis

Values = NDArray[np.float64]

NONE: Values = np.array([], dtype=np.float64)
"""What was not logged."""


def values_of(run: Run, role: type[Role]) -> Values:
    """Return the values of a role in the order of steps, NaN and infinities among them."""
    series = run.find(role)
    return NONE if series is None else series.curve.values


def values_named(run: Run, *wanted: str) -> Values:
    """Return the values of the first series, no loss, whose name holds all of these words."""
    found = next((s for s in run.series if set(wanted) <= set(words(s.name)) and not issubclass(s.role, Loss)), None)
    return NONE if found is None else found.curve.values


def accuracy(run: Run, role: type[Role]) -> Series | None:
    """Return the accuracy of a split as a share of one."""
    found = next((s for s in run.all(role) if {"acc", "accuracy", "top1", "acc1"} & set(words(s.name))), None)
    if found is None or not len(found.finite):
        return None
    percent = bool(found.finite.values.max() > 1.5)
    return Series.of(found.name, found.steps, found.values / (100 if percent else 1), axis=found.axis).curve


@dataclass(frozen=True)
class Epochs:
    """What a Keras callback is given: one value an epoch, an epoch being what lies between two evaluations.

    Where nothing was evaluated, every logged point is an epoch. A curve that was not logged is empty.
    """

    train_loss: Values
    validation_loss: Values
    train_accuracy: Values
    validation_accuracy: Values


def epochs(run: Run) -> Epochs:
    """Cut a run into epochs."""
    train_accuracy, validation_accuracy = accuracy(run, TrainMetric), accuracy(run, ValMetric)
    train, validation = run.find(TrainLoss), run.find(ValLoss)
    ends = validation or validation_accuracy or train or train_accuracy
    if ends is None:
        return Epochs(NONE, NONE, NONE, NONE)
    return Epochs(*(_means(one, ends) for one in (train, validation, train_accuracy, validation_accuracy)))


def _means(series: Series | None, ends: Series) -> Values:
    """Return the mean of a series since the end before, for each end; where it has no point there, its last mean."""
    if series is None or not len(series):
        return NONE
    curve, places = series.curve, ends.curve.steps.astype(float)
    if not same_axis([series, ends]):
        places = places / max(places[-1], 1) * curve.steps[-1]
    stops = np.searchsorted(curve.steps, places, side="right")
    means: list[float] = []
    for start, stop in zip([0, *stops[:-1]], stops, strict=True):
        means.append(float(curve.values[start:stop].mean()) if stop > start else means[-1] if means else np.nan)
    return np.array(means)
