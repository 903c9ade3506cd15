"""Whether a log ends before a network could have begun to learn."""

from __future__ import annotations

import numpy as np

from logdoctor.evidence.boosted_trees import is_boosted
from logdoctor.evidence.told_by_settings import FEW_UPDATES
from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import Counter, ValLoss, ValMetric
from logdoctor.signals import Hyperparameters, Schedule, came_to_its_end, plan_of
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.signals.statistics.median import median
from logdoctor.wording import counted

JUST_BEGUN = 10
"""Times the few updates that every network needs in which a run may rest at first; by then a sound one falls, however
long its warm-up is to take."""

BEGINNING = 0.1
"""Share of what was planned that is its beginning: warm-ups take no more."""

THROWN = 3.0
"""Highest loss in units of the first, up to which a sound run overshoots: one that was thrown higher has broken."""

EVALUATED = 0.5
"""Share of the steps of a loss at which a run is evaluated whose steps are epochs, as trackers are often given them."""


def too_early(run: Run, loss: Series, schedule: Schedule | None, settings: Hyperparameters) -> str:
    """Say, as the end of a clause, why it is too early to call a loss stuck, or nothing.

    The first few batches of a sound run, and more of them at the beginning of its plan or while its rate warms up, look
    like those of a dead one. Only steps count updates: between two epochs there may be any number of them, and between
    two rows that nothing counts. A run that is over was meant to learn in as many, and a tree is no small update.
    """
    if is_boosted(run, loss) or came_to_its_end(run, settings, schedule) or _counts_epochs(run, loss):
        return ""
    updates = loss.last_step - loss.first_step + 1
    has_just_begun = updates < JUST_BEGUN * FEW_UPDATES and loss.axis in (Axis.STEP, Axis.INDEX)
    if has_just_begun and schedule is not None and schedule.ends_warming_up:
        return ", but the rate is still warming up"
    if is_short_of(FEW_UPDATES, run, loss):
        return f", but the log shows no more than {counted(updates, 'update')}"
    plan = plan_of(run, settings)
    is_beginning = has_just_begun and not begins_late(loss) and loss.values.max() <= THROWN * loss.values[0]
    if is_beginning and plan is not None and plan.reached <= BEGINNING * plan.planned:
        return f", but that is the beginning of {counted(round(plan.planned), plan.unit)}"
    return ""


def is_short_of(updates: int, run: Run, loss: Series) -> bool:
    """Whether a loss whose steps are updates of a network, as far as is known, was logged for fewer than some."""
    counts_updates = loss.axis is Axis.STEP and not is_boosted(run, loss) and not _counts_epochs(run, loss)
    return counts_updates and loss.last_step - loss.first_step + 1 < updates


def _counts_epochs(run: Run, loss: Series) -> bool:
    """Whether the steps of a loss are epochs: no run is evaluated after single updates, and no epoch over."""
    counters = (one.finite.values for one in run.all(Counter) if words(one.name)[-1:] == ("epoch",))
    if any(len(epochs) > 1 and median(np.diff(epochs)) >= 1 for epochs in counters):
        return True
    evaluated = (one.steps for one in (*run.all(ValLoss), *run.all(ValMetric)) if one.axis is loss.axis)
    return any(np.isin(loss.steps, steps).mean() > EVALUATED for steps in evaluated)
