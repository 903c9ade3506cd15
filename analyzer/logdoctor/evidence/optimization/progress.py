"""Whether a run makes progress: how far a loss has come, whether it goes on falling, and whether new data follow."""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np

from logdoctor.evidence.accuracies import FEW_EVALUATIONS, LARGEST_COUNT, accuracies, end_accuracy, first_accuracy
from logdoctor.evidence.optimization.first_loss import is_evaluated_before
from logdoctor.evidence.optimization.pretrained import BELOW_GUESSING, FAIR
from logdoctor.evidence.usual_rates import MODEST, greatest_height
from logdoctor.run import Axis, Run, Split
from logdoctor.run.naming import role_of
from logdoctor.run.roles import TrainComponentLoss, TrainLoss, ValLoss
from logdoctor.signals import Hyperparameters, Trend
from logdoctor.signals.optimization.accuracy import is_of_classes
from logdoctor.signals.optimization.chance import entropy, most_entropy
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.rounding import in_hundredths
from logdoctor.wording import number

SMOOTHING = 0.1
"""Share of the labels that are spread over all classes, as papers since Szegedy et al. (2016) and timm do."""

STRONG_SMOOTHING = 0.2
"""The most that recipes spread, which is granted to a classifier that makes next to no errors any more."""

FAR_FEWER = 1 / 6
"""Errors at the end as a share of those at the beginning from which down it does: nine of ten are right, of four."""

FEWER = 0.5
"""Errors at the end as a share of those at the beginning from which down a classifier has come far."""

HALF = 0.5
"""End of a term of the loss as a share of its beginning from which down it has come far."""

STEADY = 0.9
"""Share of evaluations that are lower than the one before, from which a loss falls steadily."""

STEADY_STEPS = 4
"""Evaluations that it takes: so many fall by chance once in a hundred times, if seldom alone."""

HINTS = 2
"""The same number from which on it is left open whether the run learns."""

SEEN = 6
"""Evaluations whose beginning and end show whether validation falls: two in each third."""

RISES = 3
"""Last of fewer evaluations that each lie above the one before, where validation ends above its first value."""

LOST = 0.05
"""Rise above the loss of the untrained network, as a share of it, that no wavering explains."""

ALIKE = 0.1
"""Difference of training and validation at the end, as a share, within which they show the same data."""

BATCHES = 20
"""Logged losses of single batches from which a level can be told."""

GUESSES = 0.05
"""Accuracy above exp(-loss) of the first up to which it is that of guessing: that of ten classes wavers by as much in
sets of a hundred."""

ROUNDING = 2e-4
"""Fall as a share of the start that is none, whatever its course: 0.0004 of ln 32, by which embeddings that have come
together still move."""

NEXT_TO_NONE = 1e-3
"""The same of a training loss that levels off while validation gains nothing: dead units leave 7e-4 to the last bias, a
tenth of what the least fine-tunings gain."""

FOLLOWS = 0.25
"""Fall of validation as a share of that of training, up to which it does not follow."""

HUNDREDTH = 0.01
"""Last digit of a rounded loss."""

TENTH = 0.1
"""The loss up to which that digit is a good part of it."""

UNSURE = 2.5
"""Fall of a training loss from its first third to its last in units of its standard error up to which it may be chance,
one in a hundred and sixty."""

MANY = 100
"""Values below which that limit is in proportion less, for the noise of few is not well known."""

THROWN = 2.0
"""Highest loss in units of the first from which it was thrown up, and what comes after is no fall but the way back."""


def came_far(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether a classifier made few of the errors at its end that it made at first, and its loss is that of so few.

    Who errs in a share e of the cases and is as sure as he is right loses the entropy of e, and in those cases no more
    than guessing does, which the loss began with; smoothed labels cost their entropy on top. A loss far above that is
    another one than the accuracy's. Where the loss is but the first of several terms, another may have come far.
    """
    if _another_term_came_far(run, train):
        return True
    found = accuracies(run, FEW_EVALUATIONS)
    if not found:
        return False
    errors, at_first = (max(1 - end(one) for one in found) for end in (end_accuracy, first_accuracy))
    fair = entropy(errors) + errors * train.first if 0 < errors < 1 else 0.0
    classes = max(exp(min(train.first, LARGEST_COUNT)), 2.0)
    spread = STRONG_SMOOTHING if errors <= FAR_FEWER * at_first else SMOOTHING
    smoothed = most_entropy(1 - spread * (1 - 1 / classes), classes)
    return errors <= FEWER * at_first and train.end <= fair + smoothed


def _another_term_came_far(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether the loss is one term of a sum that is not logged, and another has lost half of what it began with."""
    if role_of(train.series.name, Split.TRAIN) is not TrainComponentLoss:
        return False
    others = [one.finite.values for one in run.all(TrainComponentLoss) if one.axis is train.series.axis]
    return any(len(one) >= 2 * SEEN and 0 < median(one[-3:]) <= HALF * median(one[:3]) for one in others)


def worse_than_untrained(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> str:
    """Say so where validation was lower before the first update than it ever is again, and training ends above it.

    Both end alike, so that they show the same data: a model that learns one kind of data may forget another.
    """
    if val is None or len(val) < SEEN or not is_evaluated_before(val, train):
        return ""
    lowest, worse = float(val.series.values[1:].min()), (1 + LOST) * val.first
    if not 0 < worse < min(lowest, train.end) or abs(val.end - train.end) > ALIKE * val.end:
        return ""
    return f"{val.series.name} is {number(val.first)} before training and never below {number(lowest)} after it"


def fell_early(train: Trend[TrainLoss], least: float, min_z: float) -> bool:
    """Whether the very first values surely lie above the end by so much: a run that falls at once has learnt too."""
    values = train.series.values
    firsts = {1, 5, len(values) // 100, len(values) // 30} - {0}
    above = {n: float(np.median(values[:n])) - train.end for n in firsts}
    return any(a > max(least, min_z * train.error_of(n)) for n, a in above.items())


def only_rises(val: Trend[ValLoss], least: float, min_z: float) -> bool:
    """Whether validation never lies below where it began, and surely rises from there by a share of it."""
    return float(val.level.min()) >= val.start > 0 and -val.sure_fall > min_z and val.end > (1 + least) * val.start


def probably_falls(train: Trend[TrainLoss]) -> bool:
    """Whether a noisy training loss falls more surely than by chance: beside validation that rises, it memorises."""
    return train.sure_fall > UNSURE * min(1.0, len(train) / MANY)


def only_came_back(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> bool:
    """Whether a loss was thrown up after its first value, and has come down to no less than that since, as validation.

    Of a difference, which may be negative, no part is a height.
    """
    values = train.series.values
    thrown = values.max() >= THROWN * train.first and values.min() > 0
    return bool(thrown and val is not None and train.end >= train.first and val.end >= val.first)


def never_as_low_again(run: Run, train: Trend[TrainLoss]) -> str:
    """Say so where the first batch, before any update, was lower than the loss ever is again, and accuracies guess.

    A first batch may be easy by chance; with answers no better than guesses at the end, it was not.
    """
    series, known = train.series, [one.finite for one in accuracies(run) if is_of_classes(one.name)]
    right = max((end_accuracy(one) for one in known if len(one) >= FEW_EVALUATIONS), default=1.0)
    logged = len(train) >= BATCHES and series.axis is Axis.STEP and series.steps[0] <= 1
    if not logged or train.first < log(2) or right > exp(-train.first) + GUESSES:
        return ""
    lowest = train.best if train.first < train.best else 0.0
    return f"it is {number(train.first)} before the first update and {number(lowest)} at best after it" * (lowest > 0)


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
    never_lower = len(val) >= SEEN and float(val.level.min()) >= val.first
    return never_lower and _levels_off(train) and train.start - train.end <= NEXT_TO_NONE * abs(train.start)


def _levels_off(trend: Trend[Any]) -> bool:
    """Whether it falls from the second to the last third by half of what it fell before at most, or not at all."""
    first, middle, last = trend.thirds
    return middle - last <= max(first - middle, 0.0) / 2


def falls_steadily(val: Trend[Any]) -> bool:
    """Whether nearly every evaluation is lower than the one before, as a fine-tuning of what is almost right shows."""
    falls = np.diff(val.series.values) < 0
    return len(falls) >= STEADY_STEPS and float(falls.mean()) >= STEADY


def rounded_away(train: Trend[TrainLoss]) -> bool:
    """Tell whether what is left of a loss, almost from its start on, is less than the digits of the log show."""
    began = float(np.median(train.level[: max(1, len(train.level) // 10)]))
    if 0 < train.end <= TENTH and in_hundredths(train.series.values):
        return began - train.end < HUNDREDTH
    return began == train.end == 0 < float(train.series.values.max())


def breaks_off(run: Run, trend: Trend[Any]) -> bool:
    """Tell whether the last value that was logged is no number: more steps would not go on from the finite ones."""
    logged = run.find(trend.series.role)
    return logged is not None and not np.isfinite(logged.curve.values[-1])


def may_fall(val: Trend[Any]) -> bool:
    """Whether each of few evaluations is lower than the one before, too few to say that it is no chance."""
    falls = np.diff(val.series.values) < 0
    return HINTS <= len(falls) < STEADY_STEPS and bool(falls.all())


def leaves_behind(train: Trend[TrainLoss], val: Trend[Any] | None) -> bool:
    """Whether validation ends above where it began, or lies above training all along and gains nothing of its fall.

    More would only fit more.
    """
    if val is None or val.series.axis is not train.series.axis:
        return False
    if len(val) < SEEN:
        rise = np.diff(val.series.values[-RISES:]) > 0
        return len(rise) == RISES - 1 and bool(rise.all()) and val.end > val.first
    fell = train.thirds[0] - train.thirds[2]
    return val.thirds[0] - val.thirds[2] < FOLLOWS * fell and min(val.thirds) > train.thirds[0]


def memorises(sibling: Run, run: Run) -> bool:
    """Whether a sibling's validation loss ends no lower, so that its lower training loss is memory, not learning."""
    theirs, ours = (one.find(ValLoss) for one in (sibling, run))
    if theirs is None or ours is None or min(len(theirs.finite), len(ours.finite)) < FEW_EVALUATIONS:
        return False
    ends = [float(np.median(one.finite.values[-max(1, len(one.finite) // 10) :])) for one in (theirs, ours)]
    return ends[0] >= ends[1]
