"""Validation loss that rises where no training loss is logged to compare it with."""

from __future__ import annotations

from logdoctor.evidence.generalization.validation_rise import by_chance, stays_up
from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Trend

TELL_APART = "log the training loss: what memorises falls on there, what diverges rises there too"

POINTS = 12
"""Evaluations that such a loss needs, more than beside training: nothing bears it out."""

RISES = 0.2
"""Rise since the minimum as a share of it, as for losses that came from far above (see `overfitting`)."""

REGAINED = 0.5
"""The same as a share of the fall to the minimum: a schedule of the loss gives back less."""

LATEST = 0.6
"""Share of the evaluations by which the minimum is reached: a rise at the very end may not last."""

SIGMAS = 4.0
"""Rise in units of the noise of the level, as for `overfitting`."""

STILL_HIGHEST = 0.8
"""Part of the highest rise since the minimum at which it ends: it does not come down again."""


def risen_alone(run: Run, val: Trend[ValLoss]) -> float:
    """Return how far a validation loss ends above its minimum, in units of what it takes; 0 where that is nothing."""
    if run.all(TrainLoss) or len(val) < POINTS or val.best <= 0:
        return 0.0
    risen, highest = val.end - val.best, float(val.since(val.best_step).max()) - val.best
    least = max(RISES * val.best, REGAINED * (val.start - val.best), by_chance(val, SIGMAS))
    early = val.best_at <= LATEST * len(val.level)
    high = risen >= max(least, STILL_HIGHEST * highest) and stays_up(val)
    return risen / least if early and high else 0.0
