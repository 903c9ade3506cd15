"""Where the epochs of a loss begin: by a counter, settings, evaluations, or a curve that repeats itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import Counter, ValLoss
from logdoctor.signals.hyperparameters import PLANNED_EPOCHS, PLANNED_STEPS, Hyperparameters
from logdoctor.signals.period import MIN_PERIODS, repeating_period
from logdoctor.signals.trend import ROUNDING

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

FEW, MISFIT = 4, 0.1
"""Most evaluations after which a curve repeats itself, and how far it may miss the last, as a share of one."""


def epoch_starts(series: Series, run: Run) -> Iterator[tuple[NDArray[np.intp], str]]:
    """Yield, the surest first, ways to cut a loss into epochs, each with what tells it as a clause.

    A way is (e + 1,) the index of the first point of each epoch, and of the first after the last. The clause is empty
    where the curve alone tells it.
    """
    for counter in run.all(Counter):
        named = {"epoch", "epochs"} & set(words(counter.name)) and len(counter.finite) > 1
        if named and counter.axis == series.axis and (aligned := _aligned(counter, series)) is not None:
            yield _from_counter(series, aligned), f"{counter.name} is logged"
    settings = Hyperparameters.measure(run)
    for steps in (settings.number(STEPS_PER_EPOCH), _planned(settings), _evaluated(settings, series, run)):
        if steps and series.axis is Axis.STEP:
            yield _from_length(series, steps), f"the settings give {steps:.0f} steps to an epoch"
    period, between = repeating_period(series.values), _between_evaluations(series, run)
    if period is not None:
        if between and _fits(period * float(np.median(np.diff(series.steps))), between):
            yield _from_length(series, between), f"it is evaluated every {between:,.0f} steps, and repeats itself so"
        count = int((len(series) - 1) / period)
        skipped = len(series) - count * period  # whole periods, counted back from the end
        yield np.round(skipped + period * np.arange(count + 1)).astype(np.intp), ""
    elif not settings.number(PLANNED_EPOCHS) and between is not None:
        yield _from_length(series, between), f"it is evaluated every {between:,.0f} steps"


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


def _planned(settings: Hyperparameters) -> float | None:
    steps, epochs = settings.number(PLANNED_STEPS), settings.number(PLANNED_EPOCHS)
    return steps / epochs if steps and epochs and steps > epochs > 0 else None


def _evaluated(settings: Hyperparameters, series: Series, run: Run) -> float | None:
    """Return the steps of an epoch where each of the planned epochs was evaluated, and holds whole logged steps."""
    epochs = settings.number(PLANNED_EPOCHS)
    evaluated = run.find(ValLoss)
    if not epochs or evaluated is None or not len(evaluated.finite):
        return None
    at, pace = evaluated.finite.steps, float(np.median(np.diff(series.steps)))
    if evaluated.axis is Axis.EPOCH and epochs - 1 <= at[-1] <= epochs:
        steps = (series.steps[-1] - series.steps[0] + pace) / epochs
    elif evaluated.axis is series.axis and _are_ends_of_epochs(at, epochs) and at[-1] + pace > series.steps[-1]:
        steps = at[-1] / epochs
    else:
        return None
    # Where a logged step straddles two epochs, every other epoch is seen at other phases.
    return float(steps) if (steps / pace).is_integer() else None


def _are_ends_of_epochs(steps: NDArray[np.int64], epochs: float) -> bool:
    """Whether each step, of which some may be missing, ends one of so many epochs of one length, the last the last."""
    ended = steps * epochs / max(int(steps[-1]), 1)
    return len(steps) >= epochs / 2 and bool((np.abs(ended - np.round(ended)) < ROUNDING * epochs).all())


def _fits(period: float, between: float) -> bool:
    """Whether a curve repeats itself after one or a few evaluations: it is seen at other phases in each of them."""
    times = round(period / between)
    return 1 <= times <= FEW and abs(period - times * between) <= MISFIT * between


def _between_evaluations(series: Series, run: Run) -> float | None:
    """Return the steps from one evaluation to the next where they are regular: most runs evaluate once an epoch.

    Where the number of epochs is known, it has told already whether they do.
    """
    evaluated = run.find(ValLoss)
    if evaluated is None or evaluated.axis is not Axis.STEP or series.axis is not Axis.STEP:
        return None
    apart = np.diff(evaluated.finite.steps)
    if len(apart) < MIN_PERIODS - 1 or np.ptp(apart) > 0:
        return None
    return float(apart[0])


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
