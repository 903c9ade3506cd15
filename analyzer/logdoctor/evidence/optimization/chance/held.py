"""Whether training or validation loss ever passes the level of guessing."""

from __future__ import annotations

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import class_accuracies, end_accuracy
from logdoctor.evidence.optimization.chance.level import (
    EVALUATIONS,
    GUESSED_MORE,
    at_chance,
    came_to_chance,
    named,
)
from logdoctor.evidence.optimization.stuck.causes import stuck_causes
from logdoctor.evidence.optimization.stuck.signs import StuckSigns
from logdoctor.evidence.told_by_settings import few_updates, tiny_model
from logdoctor.evidence.usual_rates import is_far_too_high
from logdoctor.finding import Cause, Fix, Observation, Strength
from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss, TrainMetric, ValLoss, ValMetric
from logdoctor.signals import Chance, ChanceLevels, Hyperparameters, Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit
from logdoctor.signals.optimization.chance import COMMON_CLASSES
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, stretch

BELOW = 0.04
"""How far below ln C a validation loss may wander that knows nothing, as a share of it: labels of other rows, of which
a network knows the shares alone, leave it within 3 %."""

ABOVE = 0.08
"""How far above: they lift it once they are memorised."""

GUESSED = 0.6
"""How far above 1 / C an accuracy of guessing may end, as a share of it; `GUESSED_MORE` bounds it for few classes."""

NOT_FAR_ABOVE = 1.1
"""End of a training loss in units of ln C up to which it is that of guessing among C, and not of a few more classes of
which some have been learnt; the losses of language models are over twice what their accuracies would name."""

NEAR_ABOVE = 0.05
"""End of a training loss above ln C, as a share of it, from which it may be on its way below: running means of a first
epoch begin high, and follow the network late."""

GOES_ON = 0.5
"""Fall between the last two thirds of a run, as a part of that distance, from which it is."""

OF_MORE = 1.5
"""First training loss in units of ln C from which there are more classes than an accuracy near 1 / C says: of three,
with half of the answers right, it begins at 1.58 ln 2."""

MEMORISED = 0.02
"""Fall of the training loss as a share of ln C, or of its start, that is learning or at least a move."""

SURE = 4.0
"""The same fall in units of its standard error."""

KEPT = 0.5
"""The part of it that validation must lack, for it to be memory."""

FORGETS = 0.02
"""Distance from ln C within which validation ends, as a share of it, where it had been lower."""


def held_at_chance(
    run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels, stuck: StuckSigns
) -> Observation | None:
    """Return the loss that never passes the level of guessing: training where none does, or validation alone."""
    if (found := _never_better(run, train, val, chance)) is not None:
        (level, guesses), series = found, train.series
        message = f"{series.name} never comes below {named(level)}, over {_all(series)}, and {guesses}"
        return at_chance(train, series, message, stuck_causes(stuck.after(came_to_chance(train, level))), level)
    if val is None or (found := _only_memorises(run, train, val, chance)) is None:
        return None
    (level, guesses), series = found, val.series
    also = f"and {guesses}, " if guesses else ""
    message = (
        f"{series.name} never leaves {named(level)}, over {_all(series)}, {also}"
        f"while {train.series.name} falls to {number(train.end)}"
    )
    return at_chance(train, series, message, _causes_of_memorising(train, guesses), level)


def _only_memorises(
    run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels
) -> tuple[Chance, str] | None:
    """Return the level that validation never leaves while training falls, and what the accuracy says that guesses.

    Features of the data would show on new data too, before anything is memorised. None where validation gains,
    or rises as that of overfitting does, where neither an accuracy nor the settings say how many classes there are, and
    where the settings name what else keeps a network from learning: next to no hidden units, or few updates.
    """
    found = class_accuracies(run, ValMetric)
    accuracies = [one for one in found if len(one) >= EVALUATIONS]
    if val is None or len(accuracies) < len(found) or len(val) < EVALUATIONS:
        return None
    if tiny_model(run) or few_updates(train.series, Hyperparameters.measure(run)):
        return None
    for one in chance.levels:
        guesses = all(end_accuracy(each) <= _guessed(one) for each in accuracies)
        known = accuracies or one.by_settings
        if known and guesses and _only_training_falls(train, val, one):
            return one, _ends(accuracies[0]) if accuracies else ""
    return None


def _only_training_falls(train: Trend[TrainLoss], val: Trend[ValLoss], chance: Chance) -> bool:
    """Whether training surely falls from a level of guessing, and validation stays there and lacks most of the fall."""
    level = chance.level
    if chance.larger_share is not None or chance.is_preference:
        return False
    fall = min(train.start, level) - train.end
    falls = abs(train.start / level - 1) <= ABOVE and fall >= MEMORISED * level and train.sure_fall > SURE
    rests = (1 - BELOW) * level <= float(val.level.min()) and float(val.level.max()) <= (1 + ABOVE) * level
    return falls and rests and val.end - train.end >= KEPT * fall


def _never_better(
    run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels
) -> tuple[Chance, str] | None:
    """Return the level that no loss ever comes below while every accuracy guesses, and what the first of those says.

    The loss may rest above it, or fall towards it: who guesses, and is surer than he should be, loses more. None where
    it has not moved, which is another finding, or lies so far above that it may be a loss of more classes, as that of a
    language model, or of another kind; a rate at which hardly any network trains explains that, too.
    """
    accuracies = class_accuracies(run)
    moved = min(train.first, train.start) - train.end > MEMORISED * train.start  # else it is thrown far above
    if not moved or min((len(one) for one in accuracies), default=0) < EVALUATIONS:
        return None
    any_height = is_far_too_high(Hyperparameters(run))
    counts = {*COMMON_CLASSES, *(each.classes for each in chance.levels if each.by_settings)}
    for one in chance.levels:
        if one.classes not in counts or not one.by_accuracy or one.larger_share is not None:
            continue
        guesses = all(_guesses(each, one) for each in accuracies)
        if (guesses and _never_below(train, val, one, any_height=any_height)) or _ends_guessing(run, train, val, one):
            return one, _ends(accuracies[0])
    return None


def _never_below(train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: Chance, *, any_height: bool) -> bool:
    """Whether neither loss ever comes below a level, and training is not so far above that it may be another one's."""
    level = chance.level
    lowest = min(float(one.level.min()) for one in (train, val) if one is not None)
    if lowest < (1 - BELOW / 2) * level:
        return False
    near = train.end <= NOT_FAR_ABOVE * level and (train.first <= OF_MORE * level or _begins_near(val, level))
    return any_height or (near and (chance.by_settings or not _goes_on(train, level)))


def _begins_near(val: Trend[ValLoss] | None, level: float) -> bool:
    """Whether validation is near a level from its first evaluation on, however far training was thrown before.

    Of more classes, all that is learnt would have to come before it, and none after: it surely falls no more.
    """
    if val is None or len(val) < EVALUATIONS or val.thirds[1] - val.thirds[2] > SURE * val.error_between_thirds:
        return False
    return max(val.first, float(val.level.max())) <= NOT_FAR_ABOVE * level


def _goes_on(train: Trend[TrainLoss], level: float) -> bool:
    """Whether a training loss is well above a level, and comes so much nearer that it would soon be below."""
    left, fell = train.end - level, train.thirds[1] - train.thirds[2]
    return left > NEAR_ABOVE * level and fell > GOES_ON * left


def _ends_guessing(run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: Chance) -> bool:
    """Whether training guesses all along, however far above the level it began, and validation ends so, too.

    With units dropped in training, validation may be the better for a while.
    """
    theirs, ours = class_accuracies(run, TrainMetric), class_accuracies(run, ValMetric)
    if val is None or not (theirs and ours) or len(val) < EVALUATIONS or train.end > NOT_FAR_ABOVE * chance.level:
        return False
    held = float(train.level.min()) >= (1 - FORGETS) * chance.level and abs(val.thirds[2] / chance.level - 1) <= FORGETS
    return held and all(_guesses(one, chance) for one in theirs) and all(_guesses(one, chance, 2) for one in ours)


def guesses_all_along(run: Run, chance: ChanceLevels) -> bool:
    """Whether every accuracy of a run is that of guessing among a number of classes that one of them tells."""
    accuracies = class_accuracies(run)
    if min((len(one) for one in accuracies), default=0) < EVALUATIONS:
        return False
    told = (one for one in chance.levels if one.by_accuracy and one.larger_share is None)
    return any(all(_guesses(each, one) for each in accuracies) for one in told)


def _guesses(accuracy: Series, chance: Chance, first: int = 0) -> bool:
    """Whether an accuracy is that of guessing in each third of the run, from one of them (0 to 2) on."""
    most = _guessed(chance) * accuracy_unit(accuracy.values)
    return all(median(part) <= most for part in np.array_split(accuracy.values, 3)[first:])


def _guessed(chance: Chance) -> float:
    """Return where an accuracy of guessing may end at most."""
    return 1 / chance.classes + min(GUESSED / chance.classes, GUESSED_MORE)


def _all(series: Series) -> str:
    return stretch(series, series.first_step, series.last_step)


def _ends(accuracy: Series) -> str:
    return f"{accuracy.name} ends at {number(median(accuracy.values[-EVALUATIONS:]))}"


def _causes_of_memorising(train: Trend[TrainLoss], guesses: str) -> tuple[Cause, ...]:
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
