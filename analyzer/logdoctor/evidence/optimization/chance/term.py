"""A term of a summed loss that rests at the level of guessing, while the other terms bring the sum down."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.optimization.chance.held import ABOVE, BELOW
from logdoctor.evidence.optimization.chance.level import EVALUATIONS, at_chance, named
from logdoctor.finding import Fix, Observation, Strength, likely_if, possible_if
from logdoctor.run import Run, Series
from logdoctor.run.naming import stem_of
from logdoctor.run.roles import TrainComponentLoss, TrainLoss, ValComponentLoss, ValMetric
from logdoctor.signals import Chance, ChanceLevels, Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_of_classes
from logdoctor.signals.statistics.median import median, thirds
from logdoctor.wording import number

GUESSED = 1.35
"""Accuracy on validation in units of 1 / C up to which it is that of guessing: a few hundred examples waver by a
third."""

FALLEN = 0.9
"""Sum of the terms at the end as a share of its start from which the others are learnt; else all of it rests, which is
another finding."""

MEMORISED = 0.01
"""Fall of a term from its first third to its last as a share of its level, from which something is memorised.

What falls from above the level to it has unlearnt wrong guesses, no more.
"""

UNMOVED = 1e-4
"""Range of a term as a share of it up to which nothing that bears on it ever moves."""


def term_at_chance(run: Run, train: Trend[TrainLoss], chance: ChanceLevels) -> Observation | None:
    """Return the term that rests at a level which an accuracy or the settings name, in training and on new data."""
    if train.end > FALLEN * train.start:
        return None
    accuracies = [one.finite for one in run.all(ValMetric) if is_of_classes(one.name)]
    for term, held_out in _pairs(run):
        for level in chance.levels:
            known = level.by_settings or (level.by_accuracy and level.larger_share is None)
            guesses = all(_guesses(one, level) for one in accuracies) and bool(accuracies)
            if known and guesses and _rests(term, level.level) and _rests(held_out, level.level):
                return _found(train, term, held_out, level, accuracies[0])
    return None


def _pairs(run: Run) -> Iterator[tuple[Series, Series]]:
    """Yield the terms of training with the same of validation, where both were evaluated often enough."""
    held_out = {stem_of(one.name): one.finite for one in run.all(ValComponentLoss)}
    for one in run.all(TrainComponentLoss):
        other = held_out.get(stem_of(one.name))
        if other is not None and min(len(other), len(one.finite)) >= EVALUATIONS:
            yield one.finite, other


def _rests(term: Series, level: float) -> bool:
    return (1 - BELOW) * level <= min(thirds(term.values)) and max(thirds(term.values)) <= (1 + ABOVE) * level


def _guesses(accuracy: Series, level: Chance) -> bool:
    if len(accuracy) < EVALUATIONS:
        return False
    return median(accuracy.values[-EVALUATIONS:]) * level.classes <= GUESSED * accuracy_unit(accuracy.values)


def _found(train: Trend[TrainLoss], term: Series, held_out: Series, level: Chance, accuracy: Series) -> Observation:
    ends, right = median(held_out.values[-EVALUATIONS:]), median(accuracy.values[-EVALUATIONS:])
    message = (
        f"{held_out.name} rests at {number(ends)}, {named(level)}, and {accuracy.name} ends at {number(right)}, while "
        f"the other terms bring {train.series.name} down to {number(train.end)}"
    )
    unmoved = float(np.ptp(term.values)) <= UNMOVED * level.level
    begins, _, late = thirds(term.values)
    memorised = min(begins, level.level) - late >= MEMORISED * level.level
    still = f"{term.name} is {number(float(term.values[0]))} at each of {len(term)} values"
    learns = f"{term.name} falls to {number(late)}: what it learns holds for its own examples alone"
    look = Fix("look at some inputs beside their labels for this term, as they come out of the loader")
    causes = ranked(
        because(
            "optimizer-not-stepping",
            Strength.LIKELY if unmoved else Strength.UNLIKELY,
            pro=[still] if unmoved else [],
            contra=[] if unmoved else [f"{term.name} moves"],
            fixes=[Fix("check that the optimizer holds the head of this term, and that it is not frozen or detached")],
        ),
        because("labels-do-not-match", likely_if(memorised), pro=[learns] if memorised else [], fixes=[look]),
        because("learning-rate-too-low", possible_if(not memorised)),
        because("wrong-loss-or-output"),
    )
    return at_chance(train, held_out, message, causes, level)
