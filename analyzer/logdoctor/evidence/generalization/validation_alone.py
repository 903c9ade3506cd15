"""Validation loss that rises where no training loss is logged to compare it with."""

from __future__ import annotations

import numpy as np

from logdoctor.evidence.generalization.validation_rise import by_chance, stays_up
from logdoctor.run import Run
from logdoctor.run.roles import ValLoss
from logdoctor.signals import Trend
from logdoctor.signals.optimization.stand_ins import TRAINED_BY

TELL_APART = "the training loss: what memorises falls on there, what diverges rises there too"

POINTS = 12
"""Evaluations that such a loss needs, more than beside training: nothing corroborates it."""

RISES = 0.2
"""Rise since the minimum as a share of it, as for losses that came from far above (see `overfitting`)."""

REGAINED = 0.5
"""The same as a share of the fall to the minimum: a schedule of the loss gives back less."""

SIGMAS = 4.0
"""Rise in units of the noise of the level, as for `overfitting`."""

AT_ONCE = 0.5
"""Part of the rise that may come from one level to the next: what is memorised comes little by little."""

MEMORISED = 10.0
"""End in units of the start up to which it may be: a guess that is surely wrong costs up to ten times (see
`comparison.outcome`)."""

STILL_HIGHEST = 0.8
"""Part of the highest rise since the minimum at which it ends: it does not come down again."""


def risen_alone(run: Run, val: Trend[ValLoss]) -> float:
    """Return how far a validation loss ends above its minimum, in units of what it takes; 0 where that is nothing.

    It is nothing, too, where it leaps up or ends far beyond its start, as of a model that is lost.
    """
    if any(run.all(role) for role in TRAINED_BY) or len(val) < POINTS or val.best <= 0:
        return 0.0
    since = val.since(val.best_step)
    risen, highest = val.end - val.best, float(since.max()) - val.best
    least = max(RISES * val.best, REGAINED * (val.start - val.best), by_chance(val, SIGMAS))
    high = risen >= max(least, STILL_HIGHEST * highest) and stays_up(val)
    gradual = float(np.diff(since).max(initial=0.0)) <= AT_ONCE * risen and val.end <= MEMORISED * val.start
    return risen / least if high and gradual else 0.0
