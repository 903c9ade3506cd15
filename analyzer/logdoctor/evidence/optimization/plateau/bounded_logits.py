"""Whether logits are bounded, as by a second softmax: cross-entropy rests high though the answers are right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import e, log

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import accuracies, end_accuracy
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Run
from logdoctor.run.roles import TrainComponentLoss, TrainLoss, ValLoss
from logdoctor.signals import ChanceLevels, Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_of_classes
from logdoctor.signals.optimization.chance import COMMON_CLASSES, most_entropy
from logdoctor.wording import number

RIGHT = 0.75
"""Accuracy over the later half of a run from which a model knows the answers."""

RISEN = 0.1
"""Rise of that accuracy if the model learnt them there."""

UNSURE = 2.0
"""Loss in units of what so many mistakes cost at most one who is as sure as he is right."""

NEAR = 0.02
"""Relative distance of a first loss from ln C, and of a last one from the floor."""

ROUNDED = 0.005
"""The same below the floor of a number of classes that nothing names: no loss goes below it but for its rounding, where
every second one that a penalty holds up would be near some floor."""

LATER = 0.5
"""Fall of the last third of a run in units of that of the middle one, up to which a loss levels off."""

MOST_RIGHT = 0.95
"""Accuracy from which training alone tells, at the floor: labels smoothed by a tenth leave a third of it."""

FEWEST, MOST = 3, 12
"""Classes of which a last loss at the floor tells, however uncommon they are: those of neighbours are 5 % apart."""

MIN_VALUES = 6
"""Values and evaluations that it takes to say so, two in each third."""


@dataclass(frozen=True)
class Floor:
    """The least loss that is left of ln C where probabilities are taken for logits."""

    classes: int
    least: float
    said: str
    """How it comes about."""
    function: str
    """What is applied twice."""
    other_loss: str
    """What a loss may be of instead, which fits what the function gives."""


BALANCED = Floor(
    2,
    (log(1 + 1 / e) + log(2)) / 2,
    "(ln(1 + 1/e) + ln 2) / 2, is the least that a sigmoid before the binary cross-entropy leaves of two classes of "
    "the same size",
    "sigmoid",
    "probabilities",
)
"""Behind a second sigmoid a positive label costs at least ln(1 + 1/e), a negative one ln 2."""


@dataclass(frozen=True)
class Cap:
    """Right answers whose loss rests high."""

    said: str
    """Which accuracy is good."""
    at_floor: Floor | None
    """The least loss that is possible, where training rests there; None where it rests above."""

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Why outputs stay unsure of right answers; what else holds a loss up does so at any height."""
        known = f"{self.said}, so the answers are known, but not surely"
        cause, strength = "wrong-loss-or-output", Strength.LIKELY
        if self.at_floor is None:
            cap = because(cause, strength, pro=[known])
            return ranked(cap, because("over-regularised"), because("learning-rate-too-low"))
        least = f"{number(self.at_floor.least)}, {self.at_floor.said}"
        fix = Fix(
            f"give the loss logits: leave out the {self.at_floor.function} before it, or take a loss of "
            f"{self.at_floor.other_loss}"
        )
        return (replace(because(cause, strength, pro=[known, least]), fixes=(fix,)),)


def cannot_be_sure(run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels) -> Cap | None:
    """Tell of a good accuracy though the losses level off above what a second softmax leaves of ln C; else None.

    A softmax of probabilities lies between 1 / (1 + (C - 1) e) and 1 / (1 + (C - 1) / e), so that the loss of all right
    answers, given with certainty, is ln(1 + (C - 1) / e): 1.46 of ten classes, where smoothed labels leave 0.5. Cosines
    without a scale do the same, and a second sigmoid of two classes. A sum of several losses is not judged.
    """
    right = [one for one in accuracies(run, MIN_VALUES) if is_of_classes(one.name)]
    losses = [one for one in (train, val) if one is not None]
    if not right or min(map(len, losses)) < MIN_VALUES or run.all(TrainComponentLoss):
        return None
    shares = [one.values / accuracy_unit(one.values) for one in right]
    if any(one[len(one) // 2 :].min() < max(RIGHT, one[0] + RISEN) for one in shares):
        return None
    share, said = min(map(end_accuracy, right)), chance.named_by_settings
    if val is None and share < MOST_RIGHT:
        return None
    usual = COMMON_CLASSES if said is None else (said.classes,)
    tried = {*usual, *(range(FEWEST, MOST + 1) if said is None else ())}
    floors = [_of_softmax(classes) for classes in sorted(tried)] + [BALANCED] * (BALANCED.classes in tried)
    fitting = (one for one in floors if _rests_on_floor(train, val, one, share, is_usual=one.classes in usual))
    if (floor := next(fitting, None)) is None:
        return None
    at_floor = floor if train.end <= (1 + NEAR) * floor.least else None
    return Cap(f"{right[0].name} ends at {number(end_accuracy(right[0]))}", at_floor)


def _of_softmax(classes: int) -> Floor:
    """Return the loss of all right answers, given with certainty, behind a second softmax."""
    least = f"ln(1 + {classes - 1}/e), is the least that a softmax before the cross-entropy leaves among"
    return Floor(classes, log(1 + (classes - 1) / e), f"{least} {classes} classes", "softmax", "log-probabilities")


def _rests_on_floor(
    train: Trend[TrainLoss], val: Trend[ValLoss] | None, floor: Floor, share: float, *, is_usual: bool
) -> bool:
    """Whether losses begin at guessing among some classes and level off on the floor, or above what is fair.

    `share` is that of right answers; a number of classes that is not usual tells on the floor alone.
    """
    level = log(floor.classes)
    is_on_floor = train.end <= (1 + NEAR) * floor.least
    if not is_on_floor and (val is None or not is_usual or floor is BALANCED):
        return False
    first_epoch = floor.least < train.first < level and is_on_floor  # whose mean has begun to fall
    if abs(train.first / level - 1) > NEAR and not first_epoch:
        return False
    fair = most_entropy(share, floor.classes) if share < 1 else 0.0
    least = max((1 - (NEAR if is_usual else ROUNDED)) * floor.least, UNSURE * fair)
    return all(_levels_off(one, least) for one in (train, val) if one is not None)


def _levels_off(loss: Trend[TrainLoss] | Trend[ValLoss], least: float) -> bool:
    first, middle, last = loss.thirds
    return loss.best >= least and first - middle > 0 and middle - last <= LATER * (first - middle)
