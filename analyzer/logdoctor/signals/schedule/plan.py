"""How far a run was planned to go, and how far it came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor.run import Axis, Run, State
from logdoctor.run.naming import words
from logdoctor.run.roles import Counter, TrainLoss
from logdoctor.signals.schedule.schedule import LOW, Schedule
from logdoctor.signals.settings.hyperparameters import PLANNED_EPOCHS, PLANNED_STEPS, Hyperparameters
from logdoctor.signals.statistics.median import median

BEYOND = 1.01
"""Share of the plan from which a run that went on beyond it counts something else than the plan does."""

BEHIND = 2.0
"""Usual distances between records that the last one of a run that did its plan may lie behind it."""


@dataclass(frozen=True)
class Plan:
    """What a run was meant to do, in steps or epochs."""

    planned: float
    reached: float
    """The last that was logged; where the log counts from zero, one more."""
    pace: float
    """Usual distance between records: the end of a run may lie so far behind its last record."""
    unit: str
    """"step" or "epoch"."""

    @property
    def missing(self) -> float:
        """What was not done, at least 0."""
        return max(self.planned - self.reached, 0.0)


def plan_of(run: Run, settings: Hyperparameters) -> Plan | None:
    """Return the plan that a run came nearest to, for the first to be reached ends it; None where none is known.

    A plan that the run went beyond counts something else (the steps of a rollout, of a diffusion) and is none.
    """
    plans = [plan for plan in _plans(run, settings) if plan.reached <= BEYOND * plan.planned]
    return min(plans, key=lambda plan: plan.missing / plan.planned, default=None)


def came_to_its_end(run: Run, settings: Hyperparameters, schedule: Schedule | None) -> bool:
    """Tell whether anything says that a run is over: its trainer, its plan, its schedule, or epochs that it counts.

    Epochs say so only of a run that may stop at any: one that broke off on the way of its plan has counted them, too.
    """
    plan, curve = plan_of(run, settings), run.find(TrainLoss)
    may_stop = plan is None or settings.patience is not None
    return (
        run.state is State.FINISHED
        or (plan is not None and plan.missing <= BEHIND * plan.pace)
        or (schedule is not None and float(schedule.rates[-1]) <= LOW * schedule.peak)
        or (may_stop and curve is not None and curve.axis is Axis.EPOCH)
    )


def stopped_on_its_way(run: Run, settings: Hyperparameters, schedule: Schedule | None) -> bool:
    """Tell whether more was planned than a run did, and nothing else says that it is over."""
    return plan_of(run, settings) is not None and not came_to_its_end(run, settings, schedule)


def _plans(run: Run, settings: Hyperparameters) -> Iterator[Plan]:
    steps = run.planned_steps or settings.number(PLANNED_STEPS)
    epochs = settings.number(PLANNED_EPOCHS)
    if steps is not None and steps > 0 and (logged := _reached(run, Axis.STEP)):
        yield Plan(steps, *logged, "step")
    if epochs is not None and epochs > 0 and (counted := _reached_epochs(run, epochs)):
        yield Plan(epochs, *counted, "epoch")


def _reached_epochs(run: Run, planned: float) -> tuple[float, float] | None:
    return _reached(run, Axis.EPOCH) or _counted_epochs(run) or _steps_that_are_epochs(run, planned)


def _reached(run: Run, axis: Axis) -> tuple[float, float] | None:
    """Return how far the series of an axis come, and their pace."""
    series = [one for one in run.series if one.axis is axis and len(one)]
    if not series:
        return None
    longest = max(series, key=lambda one: one.curve.last_step)
    pace = median(np.diff(longest.curve.steps)) if len(longest.curve) > 1 else 1.0
    from_zero = min(int(one.steps.min()) for one in series) == 0
    return float(longest.curve.steps[-1] + from_zero), pace


def _counted_epochs(run: Run) -> tuple[float, float] | None:
    """Return the same of epochs that were logged as a quantity beside steps, a fraction of one at a time."""
    series = [one for one in run.all(Counter) if words(one.name)[-1:] == ("epoch",) and len(one.finite) > 1]
    if not series:
        return None
    return float(series[0].finite.values.max()), max(median(np.diff(series[0].finite.values)), 1.0)


def _steps_that_are_epochs(run: Run, epochs: float) -> tuple[float, float] | None:
    """Return the same of steps that count one by one from the first, and are just as many as the epochs planned.

    So does `writer.add_scalar(name, loss, epoch)`. Fewer may be batches of a run that was broken off.
    """
    curve = run.find(TrainLoss)
    if (
        curve is None
        or len(curve.curve) != epochs
        or not np.array_equal(np.diff(curve.curve.steps), [1] * (len(curve.curve) - 1))
    ):
        return None
    return (epochs, 1.0) if curve.curve.steps[0] <= 1 else None
