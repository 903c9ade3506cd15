"""Whether a network gives every input the same answer at each of few evaluations, and loses no less for training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from logdoctor.evidence.optimization.chance.level import at_chance, came_to_chance
from logdoctor.evidence.optimization.stuck.causes import stuck_causes
from logdoctor.evidence.optimization.stuck.signs import StuckSigns
from logdoctor.finding import Observation
from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss, ValMetric
from logdoctor.signals import Chance, Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_of_classes
from logdoctor.signals.optimization.chance import least_of_one_answer
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.rounding import in_hundredths
from logdoctor.wording import number

EVALUATIONS = range(4, 6)
"""Evaluations of which it tells: of 1,100 sound runs, none shows one accuracy below one half at as many while its
losses stay. Of six and more constant-metric tells, whatever the losses do."""

OTHERWISE = 5
"""One in so many may give another accuracy: the share of another class, where that is answered for once."""

HALF = 0.5
"""Accuracy from which one class may hold most examples, and a network that knows more may answer it always."""

NO_LESS = 0.98
"""Last validation loss as a share of the first from which nothing was gained."""

MOVES = 0.001
"""Range of the later validation losses as a share of them from which the weights move: where they rest, answers do,
whatever they are."""

WANDERS = 0.01
"""Range of those losses as a share of the lowest from which each step moves the one answer too far: at a rate of 1e-3
Adam leaves it within a thousandth."""

SAME = "every input gets the same answer"


def one_answer_always(
    run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, stuck: StuckSigns
) -> Observation | None:
    """Return the loss of validation whose accuracy stays at one value while it knows no more than one answer does."""
    accuracies = [one.finite for one in run.all(ValMetric) if is_of_classes(one.name)]
    if val is None or not accuracies or len(val) not in EVALUATIONS or not all(map(_stays, accuracies)):
        return None
    first, lost = accuracies[0], val.series.values
    value = median(first.values)
    share = value / accuracy_unit(first.values)
    least, late = least_of_one_answer(share), lost[len(lost) // 2 :]
    knows = min(train.end, float(lost.min())) < least or lost[-1] < NO_LESS * lost[0]
    rests = float(np.ptp(late)) < MOVES * median(late)
    if knows or rests:
        return None
    message = (
        f"{first.name} is {number(value)} at {(first.values == value).sum()} of {len(first)} evaluations, and "
        f"{val.series.name} goes from {number(float(lost[0]))} to {number(float(lost[-1]))}: {SAME}"
    )
    came = came_to_chance(train, Chance(0, train.end, SAME))
    # To fall to what the shares of the answers leave of a loss takes no more than the last biases.
    beginning = replace(came, guesses=SAME, classes=None, fell="", worse=_wanders(val))
    return at_chance(train, val.series, message, stuck_causes(stuck.after(beginning)))


def _wanders(val: Trend[ValLoss]) -> str:
    """Say so where the loss of that one answer wanders, which steps of an ordinary length bring to its best; or not."""
    lost = val.series.values[1:]
    low, high = float(lost.min()), float(lost.max())
    turns = float(np.diff(lost).max()) > 0 > float(np.diff(lost).min())
    if not turns or high - low < WANDERS * low:
        return ""
    return f"{val.series.name} wanders between {number(low)} and {number(high)}, though every input gets one answer"


def _stays(accuracy: Series) -> bool:
    """Whether it shows one value, of a class that holds fewer than half of the examples, nearly always.

    In whole hundredths a network that has learnt all it will, or is tuned on, shows one value as well.
    """
    values = accuracy.values
    if len(values) not in EVALUATIONS:
        return False
    value, unit = median(values), accuracy_unit(values)
    stays = 0 < value < HALF * unit and int((values != value).sum()) <= len(values) / OTHERWISE
    return stays and not in_hundredths(values / unit)
