"""A loss at the level of guessing: how that is called, how the loss came there, and whether it had learnt after all."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.evidence.accuracies import class_accuracies, end_accuracy
from logdoctor.evidence.optimization.stuck.signs import Beginning
from logdoctor.finding import Cause, Confidence, Observation, Quantity, Span
from logdoctor.run import Axis, Run, Series
from logdoctor.run.roles import TrainLoss, TrainMetric, ValMetric
from logdoctor.signals import Chance, Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_accuracy
from logdoctor.signals.statistics.median import median
from logdoctor.wording import apart, number

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

GUESSED_MORE = 0.06
"""How far above 1 / C an accuracy of guessing may end where there are few classes: sets of a hundred examples waver by
so much."""

CLEARLY_ABOVE = 0.2
"""Accuracy above 1 / C that guessing does not reach on any set of a hundred examples or more."""

OTHERS_UNEVEN = 0.04
"""Share of the entropy by which that of uneven classes lies lower at most, of which only the largest share is known:
shares that fall evenly to a quarter of the largest take 3 %."""

EVALUATIONS = 6
"""Evaluations that it takes, two in each third of the run: features of the data may show late."""

FEW_ACCURACIES = 4
"""Training accuracies whose last three say where it ended."""


def at_chance(
    train: Trend[TrainLoss], series: Series, message: str, causes: tuple[Cause, ...], level: Chance | None = None
) -> Observation:
    """Describe a loss, or a term of one, that shows no more than guessing does, at a level where one is known."""
    end = median(series.values[-max(1, len(series) // 10) :])
    known = {} if level is None else {"chance level": Quantity(round(level.level, 4), "nats")}
    return Observation(
        message,
        Span(series.name, series.first_step, series.last_step, "chance level"),
        Confidence.MEDIUM,
        causes,
        {"level": Quantity(end, "nats"), **known, "training end": Quantity(train.end, "nats")},
    )


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
    role = ValMetric if loss.split.is_held_out else TrainMetric
    logged = (one.finite.values for one in run.all(role) if is_accuracy(one.name))
    return any(_ends_above_guessing(values, chance) for values in logged if len(values) >= FEW_ACCURACIES)


def _ends_above_guessing(accuracies: NDArray[np.float64], chance: Chance) -> bool:
    """Whether accuracies end well above those of guessing; among the examples of a batch, above where they began."""
    unit, guessed = accuracy_unit(accuracies), chance.larger_share or 1 / chance.classes
    if chance.is_of_batch:
        guessed = median(accuracies[:FEW_ACCURACIES]) / unit
    return bool(median(accuracies[-3:]) / unit > guessed + CLEARLY_ABOVE)


def came_down_to_guessing(run: Run) -> str:
    """Say so where a training loss falls at once to what guessing with its accuracy costs, and no further; or nothing.

    A small model would have learnt something; this one was thrown to where it began before it could.
    """
    loss, known = run.find(TrainLoss), class_accuracies(run)
    values = loss.finite.values if loss is not None else np.zeros(0)
    if len(values) < EVALUATIONS or not known:
        return ""
    first, second, end = float(values[0]), float(values[1]), median(values[-FEW_ACCURACIES:])
    best = max(map(end_accuracy, known))
    if not (first > FELL * end and second < FELL * end and 0 < best <= exp(-end) + GUESSED_MORE):
        return ""
    return (
        f"the loss falls from {number(first)} to {number(end)} at once, where an accuracy of {number(best)} is guessing"
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
    gave_back = below and went_back and not (fell or blew_up)
    at_once = _lost_at_once(train, chance) and not blew_up
    forgot = gave_back and not at_once
    lowest, end = apart(train.best, train.end)
    worse = train.end > (1 + WORSE) * chance.level and train.end - chance.level > 3 * train.level_noise
    series, last = train.series, train.series.last_step
    return Beginning(
        fell=f"the loss fell from {number(first)} to chance and stopped there" if fell else "",
        blew_up=f"the loss rose from {number(first)} to {number(highest)} before" if blew_up else "",
        began_high=f"the first loss is {number(first)}" if began_high else "",
        forgot=f"the loss had come down to {lowest} and went back up to {end} without a blow-up" if forgot else "",
        lost_at_once=f"the first loss is {number(first)}, below guessing, and all others are higher" if at_once else "",
        worse=f"the loss rests at {number(train.end)}, above the {number(chance.level)} of guessing" if worse else "",
        updates=last if series.axis is Axis.STEP else None,
        classes=chance.classes,
    )


def _lost_at_once(train: Trend[TrainLoss], chance: Chance) -> bool:
    """Whether the first value alone, the mean of what was learnt by then, lies below guessing."""
    first, others = train.first, train.series.values[1:]
    below = first < (1 - FORGOT) * chance.level - FORGOT_NOISE * train.noise
    return below and bool((others > (first + chance.level) / 2).all())
