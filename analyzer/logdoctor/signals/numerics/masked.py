"""Training losses that hide a NaN: exactly zero, or the last value again, beside a gradient that is not finite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import GradNorm, LearningRate, Throughput, TrainLoss, TrainMetric, ValLoss
from logdoctor.signals.numerics.marked import MarkedCurve
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

FROZEN = 3
"""Equal values in a row that are no coincidence of a loss that varied before."""

MEAN_DIGITS = 1e-3
"""Relative distance from the mean of what was logged up to which a value is that mean: logs skip and round steps."""

ORDINARY_ZEROS = 0.05
"""Share of zeros beside sound gradients from which a loss is one that does reach zero (hinge, triplet, perfect fit)."""


@dataclass(frozen=True)
class MaskedLoss(MarkedCurve):
    """The training loss beside the gradient norm; marked are values that stand for a NaN.

    Hugging Face's Trainer replaces a NaN loss in its log by the mean of the losses since the last log
    (`logging_nan_inf_filter`, on by default): where all of them are NaN, that is exactly 0. Other trainers log the mean
    of the whole run so far. The gradient norm beside it shows the NaN. A loss that repeats its last sound value is no
    mask: steps whose gradient is broken are skipped, and the weights stand still.
    """

    gradient: Series | None
    """The run's curve of the gradient norm, where it is logged on the same axis."""

    @classmethod
    def measure(cls, run: Run) -> MaskedLoss:
        """Look at the training loss of a run; raises Unmeasurable when it logs none."""
        loss, gradient = run.find(TrainLoss), run.find(GradNorm)
        if loss is None or not len(loss):
            raise Unmeasurable("no train loss in this run")
        curve = loss.curve
        norms = gradient.curve if gradient is not None and gradient.axis is loss.axis and len(gradient) else None
        return cls(curve, masked(curve, norms), norms)


def masked(loss: Series, gradient: Series | None) -> NDArray[np.bool_]:
    """Return where a loss stands for a NaN, shape (n,)."""
    nothing: NDArray[np.bool_] = np.zeros(len(loss), dtype=bool)
    if gradient is None:
        return nothing
    zero: NDArray[np.bool_] = loss.values == 0
    known, broken = _broken_beside(loss, gradient)
    sound = known & ~broken
    if (zero & sound).sum() > ORDINARY_ZEROS * max(int(sound.sum()), 1):
        zero = nothing
    result: NDArray[np.bool_] = zero & broken
    for first, end in _equal_stretches(loss.values, FROZEN):
        beside = broken[first:end][known[first:end]]
        if len(beside) and beside.all() and (zero[first] or _is_mean(loss.values[first], loss.values[:first])):
            result[first:end] = True
    return result


def ends_masked(run: Run) -> bool:
    """Tell whether the last training loss of a run stands for a NaN: where it ends is not known."""
    return run.once(_ends_masked)


def _ends_masked(run: Run) -> bool:
    try:
        return bool(MaskedLoss.measure(run).mask[-1])
    except Unmeasurable:
        return False


def _is_mean(value: float, before: NDArray[np.float64]) -> bool:
    """Whether a value is the mean of those before it, which varied."""
    sound = before[np.isfinite(before)]
    varied = len(np.unique(sound)) >= FROZEN
    return bool(varied and value != sound[-1] and np.isclose(value, sound.mean(), rtol=MEAN_DIGITS))


def _broken_beside(loss: Series, gradient: Series) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where a gradient norm is logged at the steps of a loss, and where it is no number (or 0 ever after)."""
    no_number = ~np.isfinite(gradient.values)
    after = np.logical_or.accumulate(no_number)
    broken = no_number | (after & (gradient.values == 0))
    at = np.minimum(np.searchsorted(gradient.steps, loss.steps), len(gradient) - 1)
    known = gradient.steps[at] == loss.steps
    return known, known & broken[at]


def _equal_stretches(values: NDArray[np.float64], least: int) -> list[tuple[int, int]]:
    """Return first index and end of every stretch of at least `least` equal finite values."""
    changes = np.flatnonzero(np.diff(values) != 0) + 1  # a NaN differs from everything
    bounds = np.concatenate([[0], changes, [len(values)]])
    long = np.flatnonzero(np.diff(bounds) >= least)
    stretches = zip(bounds[long].tolist(), bounds[long + 1].tolist(), strict=True)
    return [(first, end) for first, end in stretches if np.isfinite(values[first])]


def zero_alone(run: Run, loss: Series, step: int) -> bool:
    """Whether a loss that is zero from a step on is so alone, while the run went on and its weights stood still.

    Padding ends every series in zeros, and a validation loss that moves is that of weights which are trained. Where
    nothing else is logged, the time that each step takes says that it went on.
    """
    beside = [one.curve for one in run.series if one.axis is loss.axis]
    others = [one for one in beside if one.role in (LearningRate, TrainMetric, ValLoss)]
    others = others or [one for one in beside if one.role is Throughput]
    ends = [(one.role, one.values[one.steps >= step]) for one in others]
    went_on = any((end != 0).any() for _, end in ends)
    return went_on and not any(role is ValLoss and _moves(end[np.isfinite(end)]) for role, end in ends)


def _moves(values: NDArray[np.float64]) -> bool:
    """Whether values differ; one alone may."""
    return len(values) == 1 or len(np.unique(values)) > 1
