"""Whether a run of few values is thrown back to where it began, in training and in validation at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logdoctor.evidence.weighing import DECISIVE, Clue
from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss, ValMetric
from logdoctor.signals import Spike, Spikes, Trend
from logdoctor.signals.optimization.accuracy import is_of_classes
from logdoctor.signals.stability.spikes import LEARNT, LOST, MIN_SPIKE_POINTS
from logdoctor.wording import number

BEFORE, AFTER = 4, 3
"""Values before the jump, which show a course, and from it on, which show that it is gone again."""

BACK = 0.25
"""Distance from the first value as a share of what was gained within which a loss is back there, of training and of
validation alike: a second task, or other data, begin anywhere."""

LOW = 0.3
"""Share of what was gained that the value before may lie above the lowest: else it was on its way up."""


def begun_anew(run: Run, train: Trend[TrainLoss]) -> Spikes[TrainLoss] | None:
    """Return the one jump by which training and validation lose what they had gained, and win it back from there.

    Of few values alone: in longer logs noise tells what stands out of it. All that is known of validation must go back
    as well, for data that change throw training alone. What begins anew again and again is meant, as folds are.
    """
    series, values = train.series, train.series.values
    if not BEFORE + AFTER <= len(values) < MIN_SPIKE_POINTS:
        return None
    at = BEFORE + int(np.argmax(np.diff(values[BEFORE - 1 : len(values) - AFTER + 1])))
    first, low, before, peak = float(values[0]), float(values[:at].min()), float(values[at - 1]), float(values[at])
    gained = first - low
    learnt = gained >= LEARNT * abs(first) > 0 and before - low <= LOW * gained
    back = abs(peak - first) <= BACK * gained and float(values[at:].max()) == peak
    falls = float(values[-1]) - low <= LOST * gained
    again = bool((np.diff(values[at:]) >= LOST * gained).any())
    if not (learnt and back and falls) or again or min(_ways_back(run, series, at), default=0.0) < 1 - BACK:
        return None
    away = np.flatnonzero(values[at:] - low > LOW * gained)
    spike = Spike(at, at + int(away[-1]), peak, before, train.noise, gained, recovered=True)
    return Spikes(series, (spike,), 0.0)


def clues_of_fresh_start(anew: Spikes[TrainLoss]) -> Iterator[Clue]:
    """Say what such a jump speaks for: weights that are those of an untrained network again."""
    first = number(float(anew.series.values[0]))
    yield Clue("resumed-without-state", DECISIVE, f"it is back where the run began, at {first}, and so is validation")


def _ways_back(run: Run, train: Series, index: int) -> Iterator[float]:
    """Yield which share of the way back to its first value each loss and accuracy of validation goes at that step.

    One that overfits comes down to it, for what it had learnt is gone as well.
    """
    for role in (ValLoss, ValMetric):
        for one in (each.finite for each in run.all(role)):
            counts = one.axis is train.axis and (role is ValLoss or is_of_classes(one.name))
            at = int(np.searchsorted(one.steps, train.steps[index])) if counts else 0
            if 0 < at < len(one) and one.steps[at] == train.steps[index] and one.values[at - 1] != one.values[0]:
                yield float((one.values[at] - one.values[at - 1]) / (one.values[0] - one.values[at - 1]))
