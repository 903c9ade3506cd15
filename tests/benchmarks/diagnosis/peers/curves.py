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
    """Cut a run into epochs; an evaluation before anything was trained ends none."""
    curves = (run.find(TrainLoss), run.find(ValLoss), accuracy(run, TrainMetric), accuracy(run, ValMetric))
    train, validation, train_accuracy, validation_accuracy = curves
    ends = validation or validation_accuracy or train or train_accuracy
    if ends is None:
        return Epochs(NONE, NONE, NONE, NONE)
    stops = [_stops(one, ends) for one in curves if one]
    trained = np.all([each > 0 for each in stops], axis=0)
    return Epochs(*(_means(one, _stops(one, ends), trained) if one else NONE for one in curves))


def _stops(series: Series, ends: Series) -> NDArray[np.intp]:
    """Return for each end how many points of a series lie up to there."""
    curve, places = series.curve, ends.curve.steps.astype(float)
    if not same_axis([series, ends]) and len(curve):
        places = places / max(places[-1], 1) * curve.steps[-1]
    return np.searchsorted(curve.steps, places, side="right")


def _means(series: Series, stops: NDArray[np.intp], wanted: NDArray[np.bool_]) -> Values:
    """Return the mean of a series between each wanted stop and the one before; where nothing lies there, the last."""
    starts = np.append(0, stops[:-1])
    means: list[float] = []
    for start, stop in zip(starts[wanted], stops[wanted], strict=True):
        means.append(means[-1] if means and start == stop else float(series.curve.values[start:stop].mean()))
    return np.array(means)
