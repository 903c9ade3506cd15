"""Whether training or validation loss ever passes the level of guessing, and how it came to rest there."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import end_accuracy
from logdoctor.evidence.optimization.stuck import stuck_causes
from logdoctor.evidence.optimization.stuck_signs import Beginning
from logdoctor.evidence.told_by_settings import few_updates, tiny_model
from logdoctor.evidence.usual_rates import is_far_too_high
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Axis, Run, Series
from logdoctor.run.roles import TrainLoss, TrainMetric, ValLoss, ValMetric
from logdoctor.signals import Chance, ChanceLevels, Hyperparameters, Siblings, Trend, UpdateSigns
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_accuracy, is_of_classes
from logdoctor.signals.optimization.chance import COMMON_CLASSES
from logdoctor.signals.optimization.stand_ins import is_held_out
from logdoctor.wording import apart, number, stretch

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOWN_UP = 3.0
"""Loss in units of its start, or of ln C, from which it blew up: He-initialised networks start at up to 1.5."""

FORGOT = 0.01
"""How far below chance a loss must have been to have learnt, as a share of it."""

FORGOT_NOISE = 4.0
"""The same in units of the level's noise."""

FORGOT_LITTLE, FORGOT_SURELY = 0.003, 12.0
"""The same of what was surely learnt, and gone soon: weights that are pulled to zero never get further."""

WENT_BACK = 0.5
"""Part of the way from its lowest back to chance that a loss must end at to have gone back up."""

FELL = 1.1
"""Start in units of ln C from which the loss fell to chance rather than began there."""

WORSE = 0.05
"""How far above chance a loss rests, as a share of it, only where every update throws it off: one constant answer
reaches chance."""

BELOW = 0.04
"""How far below ln C a validation loss may wander that knows nothing, as a share of it: labels of other rows, of which
a network knows the shares alone, leave it within 3 %."""

ABOVE = 0.08
"""How far above: they lift it once they are memorised."""

GUESSED = 0.6
"""How far above 1 / C an accuracy of guessing may end, as a share of it."""

GUESSED_MORE = 0.06
"""The same at most, where there are few classes: sets of a hundred examples waver by so much."""

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

KEPT = 0.5
"""The part of it that validation must lack, for it to be memory."""

CLEARLY_ABOVE = 0.2
"""Accuracy above 1 / C that guessing does not reach on any set of a hundred examples or more."""

OTHERS_UNEVEN = 0.04
"""Share of the entropy by which that of uneven classes lies lower at most, of which only the largest share is known:
shares that fall evenly to a quarter of the largest take 3 %."""

FORGETS = 0.02
"""Distance from ln C within which validation ends, as a share of it, where it had been lower."""

EVALUATIONS = 6
"""Evaluations that it takes, two in each third of the run: features of the data may show late."""

SURE = 4.0
"""The same fall in units of its standard error."""

FEW_ACCURACIES = 4
"""Training accuracies whose last three say where it ended."""


@dataclass(frozen=True)
class HeldAtChance:
    """A loss that never passes the level of guessing, over all of a run."""

    level: Chance
    series: Series
    said: str
    causes: tuple[Cause, ...]


def held_at_chance(
    run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels, siblings: Siblings
) -> HeldAtChance | None:
    """Say which loss never passes the level of guessing: none at all, or that of validation while training falls."""
    if (found := never_better(run, train, val, chance)) is not None:
        (level, guesses), series = found, train.series
        causes = stuck_causes(UpdateSigns(run), Hyperparameters(run), siblings, came_to_chance(train, level))
        return HeldAtChance(
            level, series, f"{series.name} never comes below {named(level)}, over {_all(series)}, and {guesses}", causes
        )
    if val is None or (found := only_memorises(run, train, val, chance)) is None:
        return None
    (level, guesses), series = found, val.series
    said = f"{series.name} never leaves {named(level)}, over {_all(series)}, " + (f"and {guesses}, " if guesses else "")
    said += f"while {train.series.name} falls to {number(train.end)}"
    return HeldAtChance(level, series, said, causes_of_memorising(train, guesses))


def named(level: Chance) -> str:
    """Name a level, as a noun."""
    if level.larger_share is not None:
        if level.classes == 2:
            return f"the entropy of two classes, one with a share of {number(level.larger_share)}"
        return f"the entropy of {level.classes} classes, the largest with a share of {number(level.larger_share)}"
    return f"the level of guessing among {level.classes} classes (ln {level.classes} = {number(level.level)})"


def band(level: Chance, tolerance: float) -> tuple[float, float]:
    """Return the middle and the half width of what counts as a level, of a tolerance as a share of it."""
    if level.larger_share is None or level.classes == 2:
        return level.level, tolerance * level.level
    return (1 - OTHERS_UNEVEN / 2) * level.level, (tolerance + OTHERS_UNEVEN / 2) * level.level


def has_learnt(run: Run, loss: Series, chance: Chance) -> bool:
    """Whether an accuracy of the data of a loss ended well above guessing: then the level is at chance by accident.

    Pairs that a policy ranks as wanted say nothing of a preference loss at chance: the least margin ranks them. So does
    the least difference the examples of a batch, which a fresh network, too, may find; what is learnt makes them more.
    """
    if chance.is_preference:
        return False
    role = ValMetric if is_held_out(loss) else TrainMetric
    logged = (one.finite.values for one in run.all(role) if is_accuracy(one.name))
    return any(_ends_above_guessing(values, chance) for values in logged if len(values) >= FEW_ACCURACIES)


def _ends_above_guessing(accuracies: NDArray[np.float64], chance: Chance) -> bool:
    """Whether accuracies end well above those of guessing; among the examples of a batch, above where they began."""
    unit, guessed = accuracy_unit(accuracies), chance.larger_share or 1 / chance.classes
    if chance.is_of_batch:
        guessed = float(np.median(accuracies[:FEW_ACCURACIES])) / unit
    return bool(np.median(accuracies[-3:]) / unit > guessed + CLEARLY_ABOVE)


def only_memorises(
    run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels
) -> tuple[Chance, str] | None:
    """Return the level that validation never leaves while training falls, and what the accuracy says that guesses.

    Features of the data would show on new data too, before anything is memorised. None where validation gains,
    or rises as that of overfitting does, where neither an accuracy nor the settings say how many classes there are, and
    where the settings name what else keeps a network from learning: next to no hidden units, or few updates.
    """
    found = [one.finite for one in run.all(ValMetric) if is_of_classes(one.name) and len(one.finite)]
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


def never_better(
    run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels
) -> tuple[Chance, str] | None:
    """Return the level that no loss ever comes below while every accuracy guesses, and what the first of those says.

    The loss may rest above it, or fall towards it: who guesses, and is surer than he should be, loses more. None where
    it has not moved, which is another finding, or lies so far above that it may be a loss of more classes, as that of a
    language model, or of another kind; a rate at which hardly any network trains explains that, too.
    """
    accuracies = _accuracies(run, TrainMetric, ValMetric)
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
    near = train.end <= NOT_FAR_ABOVE * level and train.first <= OF_MORE * level
    return any_height or (near and (chance.by_settings or not _goes_on(train, level)))


def _goes_on(train: Trend[TrainLoss], level: float) -> bool:
    """Whether a training loss is well above a level, and comes so much nearer that it would soon be below."""
    left, fell = train.end - level, train.thirds[1] - train.thirds[2]
    return left > NEAR_ABOVE * level and fell > GOES_ON * left


def _ends_guessing(run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: Chance) -> bool:
    """Whether training guesses all along, however far above the level it began, and validation ends so, too.

    With units dropped in training, validation may be the better for a while.
    """
    theirs, ours = _accuracies(run, TrainMetric), _accuracies(run, ValMetric)
    if val is None or not (theirs and ours) or len(val) < EVALUATIONS or train.end > NOT_FAR_ABOVE * chance.level:
        return False
    held = float(train.level.min()) >= (1 - FORGETS) * chance.level and abs(val.thirds[2] / chance.level - 1) <= FORGETS
    return held and all(_guesses(one, chance) for one in theirs) and all(_guesses(one, chance, 2) for one in ours)


def came_down_to_guessing(run: Run) -> str:
    """Say so where a training loss falls at once to what guessing with its accuracy costs, and no further; or nothing.

    A small model would have learnt something; this one was thrown to where it began before it could.
    """
    loss, known = run.find(TrainLoss), _accuracies(run, TrainMetric, ValMetric)
    values = loss.finite.values if loss is not None else np.zeros(0)
    if len(values) < EVALUATIONS or not known:
        return ""
    first, second, end = float(values[0]), float(values[1]), float(np.median(values[-FEW_ACCURACIES:]))
    best = max(map(end_accuracy, known))
    if not (first > FELL * end and second < FELL * end and 0 < best <= exp(-end) + GUESSED_MORE):
        return ""
    return (
        f"the loss falls from {number(first)} to {number(end)} at once, where an accuracy of {number(best)} is guessing"
    )


def _accuracies(run: Run, *roles: type[TrainMetric | ValMetric]) -> list[Series]:
    found = [one.finite for role in roles for one in run.all(role) if is_of_classes(one.name)]
    return [one for one in found if len(one)]


def _guesses(accuracy: Series, chance: Chance, first: int = 0) -> bool:
    """Whether an accuracy is that of guessing in each third of the run, from one of them (0 to 2) on."""
    most = _guessed(chance) * accuracy_unit(accuracy.values)
    return all(float(np.median(part)) <= most for part in np.array_split(accuracy.values, 3)[first:])


def _guessed(chance: Chance) -> float:
    """Return where an accuracy of guessing may end at most."""
    return 1 / chance.classes + min(GUESSED / chance.classes, GUESSED_MORE)


def _all(series: Series) -> str:
    return stretch(series, series.first_step, series.last_step)


def _ends(accuracy: Series) -> str:
    return f"{accuracy.name} ends at {number(float(np.median(accuracy.values[-EVALUATIONS:])))}"


def causes_of_memorising(train: Trend[TrainLoss], guesses: str) -> tuple[Cause, ...]:
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
    deep = max(0.0, chance.level - train.best)
    below = any(
        deep > share * chance.level and deep > sure * train.level_noise
        for share, sure in ((FORGOT, FORGOT_NOISE), (FORGOT_LITTLE, FORGOT_SURELY))
    )
    went_back = train.end - train.best >= WENT_BACK * (chance.level - train.best)
    forgot = below and went_back and not (fell or blew_up)
    lowest, end = apart(train.best, train.end)
    worse = train.end > (1 + WORSE) * chance.level and train.end - chance.level > 3 * train.level_noise
    series, last = train.series, train.series.last_step
    return Beginning(
        fell=f"the loss fell from {number(first)} to chance and stopped there" if fell else "",
        blew_up=f"the loss rose from {number(first)} to {number(highest)} before" if blew_up else "",
        began_high=f"the first loss is {number(first)}" if began_high else "",
        forgot=f"the loss had come down to {lowest} and went back up to {end} without a blow-up" if forgot else "",
        worse=f"the loss rests at {number(train.end)}, above the {number(chance.level)} of guessing" if worse else "",
        updates=last if series.axis is Axis.STEP else None,
        classes=chance.classes,
    )
