"""Whether batch after batch costs exactly what guessing does: then the outputs are alike, whatever the input."""

from __future__ import annotations

from math import exp, log

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import class_accuracies
from logdoctor.evidence.optimization.chance.level import at_chance
from logdoctor.evidence.rates import rate_too_high
from logdoctor.finding import Observation, Strength
from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Schedule, Siblings, Trend
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.wording import number, place

ENOUGH = 4
"""Losses in a row, up to the end, that are one value to all digits: what tells examples apart costs more or less."""

DIGITS = 1e-6
"""Relative distance of that value from ln C: logs keep six digits."""

MOST = 2000
"""Classes up to which no loss comes so near to an ln C by chance; of these, one in thirty would near the largest."""


def uniform_outputs(
    run: Run, train: Trend[TrainLoss], siblings: Siblings, schedule: Schedule | None
) -> Observation | None:
    """Return the first training loss that came to exactly ln C and stays there; None where none does.

    One that is there from its first value on may be of a last layer of zeros, as may one whose rate still warms up.
    """
    if schedule is not None and schedule.ends_warming_up:
        return None
    for one in (each.finite for each in run.all(TrainLoss)):
        begin = after_last(one.values != one.values[-1:])
        if not begin or len(one) - begin < ENOUGH or not 0 < one.values[-1] <= log(MOST):
            continue
        level, since = float(one.values[-1]), int(one.steps[begin])
        classes = round(exp(level))
        if classes > 1 and abs(level / log(classes) - 1) <= DIGITS and not _answers_move(run, one, since):
            exactly = f"{one.name} is exactly ln {classes:,} = {number(level)} from {place(one, since)} on"
            alike = "the outputs are alike for all classes, whatever the input"
            dead = because("dead-activations", Strength.LIKELY, pro=[alike])
            causes = ranked(dead, rate_too_high(siblings, Strength.POSSIBLE))
            return at_chance(train, one, f"{exactly}: {alike}", causes)
    return None


def _answers_move(run: Run, loss: Series, since: int) -> bool:
    """Whether an accuracy beside a loss takes three values and more from a step on: answers differ."""
    right = (one for one in class_accuracies(run) if one.axis is loss.axis)
    return any(len(np.unique(one.values[one.steps >= since])) > 2 for one in right)
