"""Where the epochs of a loss begin: by a counter, settings, evaluations, or a curve that repeats itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import Counter, ValLoss
from logdoctor.signals.data.period import MIN_PERIODS, repeating_period
from logdoctor.signals.settings.hyperparameters import PLANNED_EPOCHS, PLANNED_STEPS, Hyperparameters
from logdoctor.signals.statistics.noise import ROUNDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS_PER_EPOCH = tuple(
    tuple(name.split())
    for name in (
        "steps per epoch", "batches per epoch", "num batches per epoch", "iters per epoch", "iterations per epoch",
        "num update steps per epoch", "train steps per epoch", "epoch length",
    )
)  # fmt: skip
"""Names of the setting that gives the length of an epoch in steps."""

FEW = 4
"""Most evaluations after which a curve repeats itself, or parts of one."""

MISFIT = 0.1
"""How far a curve may miss such a period, as a share of it."""

REGULAR = 0.8
"""Share of the evaluations that are the usual steps apart where the others were lost: a careless log loses a few."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A way to cut a loss into epochs."""

    starts: NDArray[np.intp]
    """(e + 1,) index of the first point of each epoch, and of the first after the last."""
    known_from: str = ""
    """What tells where the epochs begin, as a clause; empty where the curve alone does."""
    length: float | None = None
    """Steps of an epoch where they are known as a number."""
    parts: tuple[Cut, ...] = ()
    """The same for halves, thirds and quarters of it, where several epochs may pass from one place to the next."""


def epoch_starts(series: Series, run: Run) -> Iterator[Cut]:
    """Yield ways to cut a loss into epochs, the surest first."""
    for counter in run.all(Counter):
        named = {"epoch", "epochs"} & set(words(counter.name)) and len(counter.finite) > 1
        if named and counter.axis == series.axis and (aligned := _aligned(counter, series)) is not None:
            yield Cut(_from_counter(series, aligned), f"{counter.name} is logged")
    settings = Hyperparameters.measure(run)
    for steps in (settings.number(STEPS_PER_EPOCH), _planned(settings, series), _evaluated(settings, series, run)):
        if steps and series.axis is Axis.STEP:
            yield Cut(_from_length(series, steps), f"the settings give {steps:.0f} steps to an epoch", steps)
    pace, between = series.once(_pace), _between_evaluations(series, run)
    period = series.once(_period)
    if period is not None:
        if between and (part := _shared(period * pace, between)):
            yield Cut(_from_length(series, part), length=part)
            yield Cut(_from_length(series, between), length=between)
        count = int((series.steps[-1] - series.steps[0]) / (period * pace))
        ends = series.steps[-1] + pace - period * pace * np.arange(count, -1, -1)  # whole periods, back from the end
        yield Cut(np.searchsorted(series.steps, ends - pace / 2).astype(np.intp), length=period * pace)
    elif not settings.number(PLANNED_EPOCHS) and between is not None:
        parts = tuple(Cut(_from_length(series, between / k), length=between / k) for k in range(2, FEW + 1))
        yield Cut(_from_length(series, between), f"it is evaluated every {between:,.0f} steps", between, parts)


def _aligned(counter: Series, series: Series) -> Series | None:
    """Return an epoch counter at the places of a loss, or None where the two cannot be laid beside each other.

    Places in a file are those of each series alone: they agree where both end at the same one, or where the counter,
    without what evaluations repeat of it, has a value for each loss.
    """
    finite = counter.finite
    if counter.axis is not Axis.INDEX or finite.steps[-1] == series.steps[-1]:
        return finite
    new = np.flatnonzero(np.diff(finite.values, prepend=-np.inf) > 0)
    if len(new) != len(series):
        return None
    return replace(finite.take(new), steps=series.steps)


def _pace(series: Series) -> float:
    """Return the steps from one logged value to the next, the usual number."""
    return float(np.median(np.diff(series.steps)))


def _period(series: Series) -> float | None:
    """Return the number of values after which a curve repeats itself, or None."""
    return repeating_period(_every(series.once(_pace), series))


def _every(pace: float, series: Series) -> NDArray[np.float64]:
    """Return the values a pace apart: where a record was lost, what lies between its neighbours."""
    if np.ptp(np.diff(series.steps)) == 0:
        return series.values
    at = np.arange(series.steps[0], series.steps[-1] + pace / 2, pace)
    return np.interp(at, series.steps, series.values)


def _planned(settings: Hyperparameters, series: Series) -> float | None:
    """Return the steps of an epoch by the plan, where the loss does not count its steps otherwise: beyond its end."""
    steps, epochs = settings.number(PLANNED_STEPS), settings.number(PLANNED_EPOCHS)
    if not steps or not epochs or not steps > epochs > 0 or series.steps[-1] > steps:
        return None
    return steps / epochs


def _evaluated(settings: Hyperparameters, series: Series, run: Run) -> float | None:
    """Return the steps of an epoch where the planned epochs were evaluated, half of them or more."""
    epochs = settings.number(PLANNED_EPOCHS)
    evaluated = run.find(ValLoss)
    if not epochs or evaluated is None or not len(evaluated.finite):
        return None
    at, pace = evaluated.finite.steps, series.once(_pace)
    if evaluated.axis is Axis.EPOCH and epochs - 1 <= at[-1] <= epochs:
        return float(series.steps[-1] - series.steps[0] + pace) / epochs
    if evaluated.axis is not series.axis or len(at) < max(epochs / 2, 2):
        return None
    usual = float(np.median(np.diff(at)))
    steps = usual / max(round(usual * epochs / max(series.last_step, 1)), 1)
    for first in (1, 0):  # counted from 0, an epoch ends one step before the next begins
        left = epochs * steps - (series.steps[-1] + 1 - first)
        if 0 <= left < pace and _are_ends(at + 1 - first, steps):
            return steps
    return None


def _are_ends(at: NDArray[np.int64], steps: float) -> bool:
    """Whether each of these is a whole number of epochs of so many steps."""
    ended = at / steps
    return bool((np.abs(ended - np.round(ended)) < ROUNDING * ended.max()).all())


def _shared(period: float, between: float) -> float | None:
    """Return what a curve repeats itself after where that is so many evaluations, or so many halves, thirds, quarters.

    Then it may be seen at other phases in each, or twice as late as it does.
    """
    for parts in range(1, FEW + 1):
        part = between / parts
        times = round(period / part)
        if 1 <= times <= FEW * parts and abs(period - times * part) <= MISFIT * part:
            return part
    return None


def _between_evaluations(series: Series, run: Run) -> float | None:
    """Return the steps from one evaluation to the next where they are regular: most runs evaluate once an epoch.

    Where the number of epochs is known, it has told already whether they do.
    """
    evaluated = run.find(ValLoss)
    if evaluated is None or evaluated.axis is not Axis.STEP or series.axis is not Axis.STEP:
        return None
    intervals = np.diff(evaluated.finite.steps)
    if len(intervals) < MIN_PERIODS - 1:
        return None
    usual = float(np.median(intervals))  # a record that was lost leaves a gap of two
    return usual if np.mean(intervals == usual) >= REGULAR and not (intervals % usual).any() else None


def _from_counter(series: Series, counter: Series) -> NDArray[np.intp]:
    """Cut where the whole number of the epoch rises; a fraction that reaches it closes the epoch before."""
    logged = np.searchsorted(counter.steps, series.steps, side="right") - 1
    epoch = counter.values[np.maximum(logged, 0)]
    fractions = bool((epoch != np.floor(epoch)).any())
    whole = np.ceil(epoch - ROUNDING) if fractions else epoch
    return _whole(np.flatnonzero(np.diff(whole) > 0) + 1, len(series))


def _from_length(series: Series, steps: float) -> NDArray[np.intp]:
    return _whole(np.flatnonzero(np.diff(np.floor((series.steps - series.steps[0]) / steps)) > 0) + 1, len(series))


def _whole(cuts: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """Return the starts of whole epochs: the last counts only where it is about as long as the others."""
    starts = np.concatenate([[0], cuts, [n]]).astype(np.intp)
    lengths = np.diff(starts)
    return starts[:-1] if len(lengths) > 1 and lengths[-1] < 0.9 * np.median(lengths) else starts
