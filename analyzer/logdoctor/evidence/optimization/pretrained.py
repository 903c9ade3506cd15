"""Whether a run began untrained, or was fine-tuned or resumed from earlier training."""

from __future__ import annotations

from math import log

import numpy as np

from logdoctor.evidence.accuracies import accuracies, first_accuracy
from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import Counter, TrainComponentLoss, TrainLoss
from logdoctor.signals import ChanceLevels, Trend
from logdoctor.signals.optimization.accuracy import is_accuracy
from logdoctor.signals.optimization.chance import COMMON_CLASSES
from logdoctor.signals.optimization.stand_ins import is_of_errors
from logdoctor.signals.statistics.beginning import LATE, begins_late
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, place

KNOWS = 0.7
"""First loss as a share of ln C below which a network knows something: label smoothing and priors keep 0.8."""

FAIR = 0.6
"""First accuracy from which a classifier has been trained, where its loss is not that of guessing between two."""

OF_TWO = (0.6, 0.75)
"""Losses of a network that guesses between two, uneven classes included: its accuracy may be the share of one."""

AT_REFERENCE = 0.02
"""Relative distance from ln 2 of a first loss that is exact: a policy and its reference are one network at first."""

BELOW_GUESSING = 0.6
"""A first loss below that of guessing between two: of nothing that is known to be a classifier, and untrained."""

NEAR = 0.25
"""Relative distance from a level of guessing within which a first loss may be that of an untrained network."""

LEVELS = (1.0, *(log(classes) for classes in (*COMMON_CLASSES, 3, 5)))
"""Losses of guessing that are common: the variance of normalised targets, and ln C."""

FEW_RIGHT, HALF_RIGHT = 0.1, 0.5
"""Accuracies of guessing among ten classes, below which all of more lie, and between two. Those of three to nine are
accuracies that a network may well have come to."""

TERMS = 2
"""Losses beside the training loss from which it is their sum; one is another measure of the same."""


def has_begun_before(run: Run, series: Series) -> bool:
    """Whether a log, or the epochs that are logged beside its steps, begin late."""
    counted = [one.finite.values for one in run.all(Counter) if words(one.name)[-1:] == ("epoch",)]
    went_on = any(len(one) and one[0] - 1 > LATE * one[-1] for one in counted)
    return begins_late(series) or went_on


def knows_more_than_chance(loss: Trend[TrainLoss]) -> bool:
    """Whether errors that stand in for a loss are fewer than those of guessing: between two classes, or among ten.

    Of a metric that is no accuracy nobody knows what guessing gives.
    """
    right = 1 - median(loss.series.values)
    few = right <= (1 + NEAR) * FEW_RIGHT or abs(right - HALF_RIGHT) <= NEAR * FEW_RIGHT
    return is_of_errors(loss.series) and not (few and is_accuracy(loss.series.name))


def trained_before(run: Run, train: Trend[TrainLoss], chance: ChanceLevels) -> str:
    """Say what shows that a run began where it was good already, or nothing: fine-tuning, a resumed run."""
    said = chance.named_by_settings
    if said is not None:
        known = 0 < train.first < KNOWS * said.level
        return f"the first loss is {number(train.first)}, below the {number(said.level)} of guessing" if known else ""
    first = min(((first_accuracy(one), one.name) for one in accuracies(run)), default=None)
    if first is None or OF_TWO[0] <= train.initial <= OF_TWO[1]:
        return ""
    return f"{first[1]} begins at {number(first[0])}" if first[0] >= FAIR else ""


def fell_before(series: Series, level: float, chance: ChanceLevels) -> str:
    """Say, as the end of a clause, that a loss may have fallen before it was logged first, or nothing.

    So it may where updates came before, and it lies below what guessing costs: among the classes that the settings
    name, or by any usual guess. The first value of steps is that of an untrained network where it comes before the
    second update, that of an epoch a mean over its steps; but of every fifth epoch, the first need not be logged.
    """
    first, said = series.first_step, chance.named_by_settings
    late = first > 1 or (first == 1 and series.axis is not Axis.STEP and median(np.diff(series.steps)) > 1)
    known = 0 < level < (BELOW_GUESSING if said is None else KNOWS * said.level)
    return f", or fell before {place(series, first)}" if late and known else ""


def slow_by_design(run: Run, train: Trend[TrainLoss], chance: ChanceLevels) -> str:
    """Say why a slow fall may be what was meant, or nothing.

    A preference loss falls slowly from ln 2: known by its names, or by a first value of exactly that in a run that is
    not said to be a classifier, and logs no two terms of a sum. What begins below any guessing may be a fine-tuning.
    """
    if any(one.is_preference for one in chance.levels):
        return "a preference loss falls slowly from ln 2"
    if chance.named_by_settings is not None or accuracies(run, least=0):
        return ""
    if abs(train.first / log(2) - 1) <= AT_REFERENCE and len(run.all(TrainComponentLoss)) < TERMS:
        return f"it begins at {number(train.first)}, where a preference loss begins, which falls slowly"
    return f"it begins at {number(train.first)}, as a fine-tuning may" if 0 < train.start < BELOW_GUESSING else ""


def may_be_untrained(first: float, chance: ChanceLevels) -> bool:
    """Whether a loss is one that a network may have that has seen nothing: ln C, or that of any common guess."""
    known = [one.level for one in chance.levels if not one.by_level_alone and one.larger_share is None]
    levels = known or LEVELS
    return first <= (1 + NEAR) * min(levels) or any(abs(first / level - 1) <= NEAR for level in levels)
