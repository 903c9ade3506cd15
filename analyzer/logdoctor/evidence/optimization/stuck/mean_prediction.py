"""Whether a regression predicts the mean of its targets, whatever the input."""

from __future__ import annotations

import numpy as np

from logdoctor.evidence.usual_rates import MODEST, greatest_height
from logdoctor.run import Run
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainLoss, TrainMetric, ValLoss, ValMetric
from logdoctor.signals import Hyperparameters, Trend
from logdoctor.signals.optimization.stand_ins import is_of_errors
from logdoctor.signals.optimization.update_signs import ONE_LEVEL
from logdoctor.signals.stability.explosion import RESTS, UNLEARNT, VARIANCE
from logdoctor.wording import number

MIN_EVALUATIONS = 10
"""Evaluations from which the later half shows whether validation rests: MEDIUM_POINTS, enough to suspect."""

MIN_COEFFICIENTS = 8
"""Coefficients of determination below which none that passes 0 may be chance: as many as no-learning asks of losses."""

REACHED = 0.2
"""Height of the first validation loss above its last, as a share, that finding the mean of the targets may take; and
of the best one above the variance, where the mean is not quite found."""

SAME_LEVEL = 0.01
"""Relative difference of the first and last third of validation, and of its lowest and its end, while it rests."""

EXPLAINED = 0.9
"""Validation at its end in units of its first value, or of the variance where it began above that, below which a tenth
of the variance is explained: a sound regression on noisy targets may rest there from its second epoch on."""

UNTRAINED = 3.0
"""First evaluation in units of all that come after, from which the first updates threw the run."""

SIGMAS = 3.0
"""Standard errors of the difference by which the first third of training may lie off the last by chance."""

NO_FALL = 4.0
"""Fall of validation in units of its standard error up to which it may be chance, as in no-learning."""


def guesses_the_mean(run: Run, train: Trend[TrainLoss], val: Trend[ValLoss], settings: Hyperparameters) -> bool:
    """Whether both losses rest at the variance of normalised targets, after validation has found their mean at most.

    Validation tells what the batch noise of training hides: after its first evaluations it never falls, or it does not
    move at all any more; where the first updates threw the run, all but the first are at one level. A fine-tuning of
    text may end at such a loss by chance, but its validation falls steadily, at a rate far below that at which networks
    are trained from scratch.
    """
    if len(val) < MIN_EVALUATIONS or not _rests(train) or is_of_errors(train.series):
        return False
    at_usual_rate = (greatest_height(run, settings) or 0.0) >= MODEST
    one_level = np.ptp(val.series.values[1:]) <= SAME_LEVEL * val.end
    if one_level and val.first > UNTRAINED * val.end:
        return at_usual_rate
    if train.end < UNLEARNT * train.first or val.end < EXPLAINED * min(val.first, 1.0):
        return False
    first, _, last = val.thirds
    found = 0 < val.start <= (1 + REACHED) * val.end and val.best >= (1 - SAME_LEVEL) * val.end
    if not found or abs(first - last) > 2 * SAME_LEVEL * last:
        return False
    if at_usual_rate:
        return True
    frozen = float(np.ptp(val.series.values[len(val) // 2 :])) <= ONE_LEVEL * last
    return abs(first - last) <= SAME_LEVEL * last and (frozen or abs(val.sure_fall) <= NO_FALL)


def explains_nothing(run: Run, train: Trend[TrainLoss]) -> str:
    """Say which coefficient of determination never passes that of the mean, 0, where no other does, or nothing.

    Nothing, too, where training surely falls, or validation is far worse than its mean: what is learnt may hold for
    other data.
    """
    found = [one.finite for role in (ValMetric, TrainMetric) for one in run.all(role) if "r2" in words(one.name)]
    shown = [one for one in found if len(one)]
    if not shown or len(shown[0]) < MIN_COEFFICIENTS or train.sure_fall > NO_FALL:
        return ""
    best = max(float(one.values.max()) for one in shown)
    return f"{shown[0].name} never passes {number(best)}: the mean explains as much" if -REACHED <= best <= 0 else ""


def _rests(train: Trend[TrainLoss]) -> bool:
    """Whether training rests at the variance of normalised targets, as far as its batch noise tells."""
    beginning, _, end = train.thirds
    most = RESTS * end + SIGMAS * train.error_between_thirds
    return VARIANCE[0] <= end <= VARIANCE[1] and abs(beginning - end) <= most
