"""Whether a loss that hardly falls learns: how surely, how steadily, how early, and by how much it does."""

from __future__ import annotations

from typing import Any

import numpy as np

from logdoctor.evidence.accuracies import accuracies, first_accuracy
from logdoctor.evidence.optimization.pretrained import BELOW_GUESSING, FAIR
from logdoctor.evidence.usual_rates import MODEST, greatest_height
from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Hyperparameters, Trend
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.rounding import in_hundredths
from logdoctor.signals.statistics.trend import THIRDS_TELL

STEADY = 0.9
"""Share of evaluations that are lower than the one before, from which a loss falls steadily."""

STEADY_STEPS = 4
"""Evaluations that it takes: so many fall by chance once in a hundred times, if seldom alone."""

HINTS = 1
"""The same number from which on it is left open whether the run learns: one may be a chance, and a course."""

ROUNDING = 2e-4
"""Fall as a share of the start that is none, whatever its course: 0.0004 of ln 32, by which embeddings that have come
together still move."""

NEXT_TO_NONE = 1e-3
"""The same of a training loss that levels off while validation gains nothing: dead units leave 7e-4 to the last bias, a
tenth of what the least fine-tunings gain."""

HUNDREDTH = 0.01
"""Last digit of a rounded loss."""

TENTH = 0.1
"""The loss up to which that digit is a good part of it."""

UNSURE = 2.5
"""Fall of a training loss from its first third to its last in units of its standard error up to which it may be chance,
one in a hundred and sixty."""

MANY = 100
"""Values below which that limit is in proportion less, for the noise of few is not well known."""


def fell_early(train: Trend[TrainLoss], least: float, min_z: float) -> bool:
    """Whether the very first values surely lie above the end by so much: a run that falls at once has learnt too."""
    values = train.series.values
    firsts = {1, 5, len(values) // 100, len(values) // 30} - {0}
    above = {n: median(values[:n]) - train.end for n in firsts}
    return any(a > max(least, min_z * train.error_of(n)) for n, a in above.items())


def probably_falls(train: Trend[TrainLoss]) -> bool:
    """Whether a noisy training loss falls more surely than by chance: beside validation that rises, it memorises."""
    return train.sure_fall > UNSURE * min(1.0, len(train) / MANY)


def gains_next_to_nothing(
    train: Trend[TrainLoss], val: Trend[ValLoss] | None, settings: Hyperparameters, share: float
) -> bool:
    """Whether both losses fall by less than a share of their start and level off, at a rate at which networks learn.

    However sure such a fall is, it is that of what can be known without the input: how often each answer is right. At
    the rate of a fine-tuning, or one that is not known, validation must gain nothing at all.
    """
    if val is None:
        return False
    if (greatest_height(settings.run, settings) or 0.0) < MODEST:
        return _gains_nothing(settings.run, train, val)
    falls = [max(one.start - one.best, 0.0) <= share * abs(one.start) for one in (train, val)]
    rounded = all(one.start - one.best <= ROUNDING * abs(one.start) for one in (train, val))
    return rounded or (all(falls) and _levels_off(train) and _levels_off(val))


def _gains_nothing(run: Run, train: Trend[TrainLoss], val: Trend[ValLoss]) -> bool:
    """Whether validation never rests below its first value, and training levels off and ends next to where it began.

    So does a run that goes on once it has learnt: not one that began below guessing, or with fair answers.
    """
    if train.first < BELOW_GUESSING or any(first_accuracy(one) >= FAIR for one in accuracies(run)):
        return False
    never_lower = len(val) >= THIRDS_TELL and float(val.level.min()) >= val.first
    return never_lower and _levels_off(train) and train.start - train.end <= NEXT_TO_NONE * abs(train.start)


def _levels_off(trend: Trend[Any]) -> bool:
    """Whether its fall from the middle to the last third is at most half of that before."""
    first, middle, last = trend.thirds
    return middle - last <= max(first - middle, 0.0) / 2


def falls_steadily(val: Trend[Any]) -> bool:
    """Whether nearly every evaluation is lower than the one before, as a fine-tuning of what is almost right shows."""
    falls = np.diff(val.series.values) < 0
    return len(falls) >= STEADY_STEPS and float(falls.mean()) >= STEADY


def may_fall(val: Trend[Any]) -> bool:
    """Whether each of few evaluations is lower than the one before, too few to say that it is no chance.

    What comes down by no more than ROUNDING learns nothing, be it chance or not.
    """
    values = val.series.values
    falls = np.diff(values) < 0
    by_more = values[0] - values[-1] > ROUNDING * abs(values[0])
    return HINTS <= len(falls) < STEADY_STEPS and bool(falls.all() and by_more)


def rounded_away(train: Trend[TrainLoss]) -> bool:
    """Tell whether what is left of a loss, almost from its start on, is less than the digits of the log show."""
    began = median(train.level[: max(1, len(train.level) // 10)])
    if 0 < train.end <= TENTH and in_hundredths(train.series.values):
        return began - train.end < HUNDREDTH
    return began == train.end == 0 < float(train.series.values.max())
