"""How a loss came to rest at the level of guessing, and whether that of new data never leaves it."""

from __future__ import annotations

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import end_accuracy
from logdoctor.evidence.stuck import Beginning
from logdoctor.evidence.told_by_settings import few_updates, tiny_model
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Axis, Run
from logdoctor.run.roles import TrainLoss, ValLoss, ValMetric
from logdoctor.signals import Chance, ChanceLevels, Hyperparameters, Trend
from logdoctor.signals.accuracy import is_accuracy
from logdoctor.wording import number

BLOWN_UP = 3.0
"""Loss in units of its start, or of ln C, from which it blew up: He-initialised networks start at up to 1.5."""

FORGOT, FORGOT_NOISE = 0.01, 4.0
"""How far below chance a loss must have been to have learnt: as a share of it, and in units of the level's noise."""

FELL = 1.1
"""Start in units of ln C from which the loss fell to chance rather than began there."""

WORSE = 0.05
"""How far above chance a loss rests, as a share of it, only where every update throws it off: one constant answer
reaches chance."""

BELOW, ABOVE = 0.04, 0.08
"""How far below and above ln C a validation loss may wander that knows nothing: labels of other rows, of which a
network knows the shares alone, leave it within 3 % and lift it once they are learnt by heart."""

GUESSED, GUESSED_MORE = 0.6, 0.06
"""How far above 1 / C an accuracy of guessing may end, as a share of it and at most: sets of a hundred examples waver
by so much."""

BY_HEART, KEPT = 0.02, 0.5
"""Fall of the training loss as a share of ln C that is learning, and the part of it that validation must lack."""

EVALUATIONS = 8
"""Evaluations that it takes: features of the data may show late."""

SURE = 4.0
"""The same fall in units of its standard error."""


def learns_by_heart_alone(
    run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels
) -> tuple[Chance, str] | None:
    """Return the level that validation never leaves while training falls, and the accuracy that says it guesses.

    Features of the data would show on new data too, before anything is learnt by heart. None where validation gains,
    or rises as that of overfitting does, where no accuracy says how many classes there are, and where the settings
    name what else keeps a network from learning: next to no hidden units, or few updates.
    """
    found = (one.finite for one in run.all(ValMetric) if is_accuracy(one.name))
    accuracies = [one for one in found if len(one) >= EVALUATIONS]
    if val is None or not accuracies or len(val) < EVALUATIONS:
        return None
    if tiny_model(run) or few_updates(train.series, Hyperparameters.measure(run)):
        return None
    for one in chance.levels:
        level, classes = one.level, one.classes
        fall = min(train.start, level) - train.end
        lacks = val.end - train.end >= KEPT * fall and train.sure_fall > SURE
        limit = 1 / classes + min(GUESSED / classes, GUESSED_MORE)
        rests = (1 - BELOW) * level <= float(val.level.min()) and float(val.level.max()) <= (1 + ABOVE) * level
        begins = abs(train.start / level - 1) <= ABOVE and one.larger_share is None and not one.is_preference
        guesses = all(end_accuracy(each) <= limit for each in accuracies)
        if rests and begins and lacks and guesses and fall >= BY_HEART * level:
            best = float(np.median(accuracies[0].values[-EVALUATIONS:]))
            return one, f"{accuracies[0].name} ends at {number(best)}"
    return None


def by_heart_causes(train: Trend[TrainLoss], guesses: str) -> tuple[Cause, ...]:
    """Return why nothing of what is learnt holds for new data."""
    fell = f"{train.series.name} falls all the same: what it learns holds for its own examples alone"
    return ranked(
        because(
            "labels-do-not-match",
            Strength.LIKELY,
            pro=[guesses, fell],
            fixes=[Fix("look at some inputs beside their labels, as they come out of the loader")],
        ),
        because("validation-set-differs"),
        because("too-little-data"),
    )


def came_to_chance(train: Trend[TrainLoss], chance: Chance) -> Beginning:
    """Say how the loss came to rest: from above, after a blow-up, or from a first value that was far too high."""
    highest, first = float(train.series.values.max()), train.first
    began_high, blew_up = first > BLOWN_UP * chance.level, highest > BLOWN_UP * max(first, chance.level)
    fell = first - 3 * train.noise > FELL * chance.level
    below = train.best < (1 - FORGOT) * chance.level and train.best < chance.level - FORGOT_NOISE * train.level_noise
    forgot = below and not (fell or blew_up)
    worse = train.end > (1 + WORSE) * chance.level and train.end - chance.level > 3 * train.level_noise
    series, last = train.series, int(train.series.steps[-1])
    return Beginning(
        fell=f"the loss fell from {number(first)} to chance and stopped there" if fell else "",
        blew_up=f"the loss rose from {number(first)} to {number(highest)} before" if blew_up else "",
        began_high=f"the first loss is {number(first)}" if began_high else "",
        forgot=f"the loss had come down to {number(train.best)} and went back up without a blow-up" if forgot else "",
        worse=f"the loss rests at {number(train.end)}, above the {number(chance.level)} of guessing" if worse else "",
        updates=last if series.axis is Axis.STEP else None,
    )
