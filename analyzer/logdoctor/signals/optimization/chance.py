"""Chance levels: the loss of a model that guesses, ln C for C classes that are equally likely."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil, inf, log

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Run, Series, as_number
from logdoctor.run.naming import words, words_of_preference
from logdoctor.run.roles import TrainLoss, TrainMetric, ValLoss, ValMetric
from logdoctor.run.vocabulary import PERPLEXITIES
from logdoctor.signals.optimization.accuracy import (
    accuracies_of_classes,
    accuracy_unit,
    as_share,
    is_of_classes,
    one_class_at_a_time,
    rose_by_degrees,
)
from logdoctor.signals.settings.hyperparameters import Hyperparameters
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.trend import Trend

CLASS_SETTINGS = frozenset({"num_classes", "n_classes", "nb_classes", "num_labels", "classes", "n_class", "num_class"})
"""Hyper-parameters that give the number of classes."""

COMMON_CLASSES = (2, 4, 10, 100, 1000)
"""Class counts at which the level alone is telling: binary and preference tasks, four-way choice, CIFAR-10 and MNIST,
CIFAR-100, ImageNet."""

ACCURACY_IS_CHANCE = 0.2
"""Relative distance of an accuracy from 1 / C within which it says that the model guesses."""

AUC_WORDS, PRECISION_RECALL_WORDS = frozenset({"auc", "auroc"}), frozenset({"pr", "prc"})
"""Words of the area under the ROC curve, where guessing gives one half; and of that under precision and recall, where
it gives something else."""

AUC_TOLERANCE = 0.02
"""Largest distance from one half of an AUC that ranks nothing. It may rise by half of that from its first third to its
last: a model that learns a weak signal from many examples rises by little, but surely."""

RISEN = 0.5
"""An accuracy that began below this share of its resting level has risen, and is no guessing, whatever the level."""

CONSTANT = 5
"""Evaluations that must give the very same accuracy before it counts as the share of a class."""

BEFORE = 10
"""One in so many evaluations, rounded up, may come before the model settles for the larger class: the first of few."""

UNEVEN = (0.5, 0.99)
"""Shares of the larger of two classes between which the entropy of the shares is a level of its own."""

LOPSIDED = 0.75
"""Accuracy from which, if it comes from one answer for every input, one class has most of the examples."""

AT_LEVEL = 0.05
"""Relative distance from ln C up to which a first loss is that of a fresh network among C classes."""

FAR_FEWER = 5
"""Factor between the classes that a first loss and that an accuracy speak for, from which the first loss may be an
accident: dropout throws it far above the level of few classes."""

AT_END = 0.1
"""Relative distance from the level of the fewer classes within which both losses must then end."""

EXACTLY = 0.02
"""Relative distance from ln C up to which a first loss speaks for any number of classes, and not only for a common one;
asked only where the accuracy says that nothing is learnt."""

MOST_EXACTLY = 20
"""Largest number of classes that is told so: there ln C of the next is 1.6 % higher, and the nearest one is taken."""

MIN_BATCH = 8
"""Smallest batch whose size tells the level of a loss that compares its examples (contrastive losses)."""

ALL_ALIKE = 1e-3
"""Relative distance from that level within which such a loss ends where all examples look alike to the model: that
level is exact, and shows in four digits."""

ALL_ALONG = 0.01
"""Relative distance from that level within which the whole curve stays where examples are told apart too faintly: at a
temperature far too high all similarities, divided by it, are next to equal."""

NOT_LN_2 = frozenset("ipo hinge sppo_hard nca_pair apo_zero apo_down".split())
"""Losses of preferences that are not ln 2 where policy and reference agree: (1 / 2 beta)^2 of IPO, 1 of a hinge."""

NOT_LOGISTIC = 2.0
"""First loss in units of ln 2 from which a preference loss is no logistic one: two of those, added up, begin there."""

MIN_THIRD = 4
"""Accuracies in a third of a run from which it is no luck that most of one third lie above most of another."""

BEATEN = 0.5
"""Share of what guessing gets wrong that the model gets right, from which its loss is not that of a lost network."""

MAX_CLASSES_FROM_ACCURACY = 50
"""Above this, an accuracy near 1 / C is too small to tell neighbouring C apart."""


@dataclass(frozen=True)
class Chance:
    """One level that guessing would give, and how we know of it."""

    classes: int
    level: float
    """In nats."""
    known_from: str
    """What names the number of classes, as a clause."""
    by_level_alone: bool = False
    """True when nothing but the level speaks for it."""
    by_accuracy: bool = False
    """True when an accuracy rests where guessing puts it: whatever the loss does, nothing is learnt."""
    larger_share: float | None = None
    """Share of the largest class where they are uneven: the level is then the entropy of the shares."""
    by_settings: bool = False
    """True when the settings name the number of classes."""
    is_preference: bool = False
    """True for the loss of preference tuning, where guessing means that policy and reference agree."""
    is_of_batch: bool = False
    """True where the classes are the examples of a batch, each to be told from the others."""


@dataclass(frozen=True)
class ChanceLevels:
    """All levels that guessing could give in a run, the best supported first."""

    levels: tuple[Chance, ...] = field(default=())
    right: float = 0.0
    """Share of the answers that are right at the end, by the best accuracy that rose; 0 where none did."""

    @classmethod
    def measure(cls, run: Run) -> ChanceLevels:
        """Collect the levels from settings, from accuracies, from the kind of loss and from common class counts.

        There are none where a perplexity stands for the loss: it is not in nats, and a language model that is right in
        two fifths of the cases does not guess among two.
        """
        train = run.find(TrainLoss)
        if train is not None and not PERPLEXITIES.isdisjoint(words(train.name)):
            return cls()
        return cls(
            (
                *_from_settings(run), *_from_accuracy(run), *_from_ranking(run), *_from_shares(run),
                *_from_preference(run), *_from_batch(run), *_from_level(),
            ),
            _right_answers(run),
        )  # fmt: skip

    def is_beaten(self, one: Chance) -> bool:
        """Whether the model gets right BEATEN of what guessing gets wrong."""
        guessed = 1 / one.classes
        return self.right - guessed > BEATEN * (1 - guessed)

    @property
    def named_by_settings(self) -> Chance | None:
        """The level of the number of classes that the settings name."""
        return next((one for one in self.levels if one.by_settings), None)


def entropy(share: float) -> float:
    """Return the entropy in nats of two classes of which one has a share between 0 and 1, both excluded."""
    return -share * log(share) - (1 - share) * log(1 - share)


def most_entropy(share: float, classes: float) -> float:
    """Return the entropy in nats of classes (two or more) of which one has a share and the others are alike.

    The number of classes need not be whole: it may come from a loss.
    """
    return entropy(share) + (1 - share) * log(classes - 1)


def _entropy_of_share(share: float) -> float:
    """Return the least loss in nats of knowing nothing but the share of the larger class, also given in percent.

    That of two classes; more have more. Infinity where the figure can be no such share.
    """
    share = as_share(share)
    return entropy(share) if UNEVEN[0] < share < 1 else inf


def least_of_one_answer(share: float) -> float:
    """Return the least loss in nats of giving every input one answer that is right in a share of the cases.

    That of as few and as even classes as can be; the share may be in percent. Infinity where it can be no such share.
    """
    share = as_share(share)
    return -log(share) if 0 < share <= UNEVEN[0] else _entropy_of_share(share)


def knows_shares_alone(accuracy: float, train: Trend[TrainLoss] | None) -> bool:
    """Tell whether a loss fell no further than knowing the class shares takes it, at an accuracy of LOPSIDED or more.

    Then one answer for every input explains both, whatever the accuracy did; it may be in percent.
    """
    lopsided = LOPSIDED <= as_share(accuracy) < 1
    return lopsided and train is not None and _entropy_of_share(accuracy) <= train.end < train.start


def _from_settings(run: Run) -> list[Chance]:
    named = (as_number(value) for name, value in run.hyperparameters.items() if _names_classes(name))
    counts = [round(one) for one in named if one is not None and one >= 2 and one.is_integer()]
    return [Chance(one, log(one), f"the settings name {one} classes", by_settings=True) for one in counts]


def _names_classes(setting: str) -> bool:
    return setting.lower().rpartition(".")[2] in CLASS_SETTINGS


def _from_accuracy(run: Run) -> list[Chance]:
    """Return the levels of the counts of classes that a resting accuracy of 1 / C stands for, common counts first."""
    return [level for series in accuracies_of_classes(run) for level in _from_one(series, run)]


def _right_answers(run: Run) -> float:
    """Return the best accuracy at the end, of those that rose: one that never moved may be the share of a class.

    An accuracy rose where most of its last third lies above most of its first, or where it climbed over several values
    and stays above the first. One that takes turns between the shares of classes did not.
    """
    right = 0.0
    for one in (series.finite for series in accuracies_of_classes(run)):
        third = len(one) // 3
        if third < MIN_THIRD or one_class_at_a_time(one):
            continue
        begins, ends = one.values[:third], one.values[-third:]
        rose_soon = rose_by_degrees(one.values) and one.values[0] < ends.min()
        if rose_soon or np.quantile(begins, 0.75) < np.quantile(ends, 0.25):
            right = max(right, median(ends) / accuracy_unit(one.values))
    return right


def _from_one(accuracy: Series, run: Run) -> Iterator[Chance]:
    """Yield the levels that one accuracy stands for, unless the loss begins at guessing among more classes."""
    values = accuracy.finite.values
    if len(values) < 2:
        return
    level = median(values[len(values) // 2 :])
    share, more = level / accuracy_unit(values), _begins_at(run)
    if share <= 0 or values[0] < RISEN * level:
        return
    likely = _likely_counts(values, share)
    for classes in dict.fromkeys((*COMMON_CLASSES, *likely)):
        guesses = abs(share * classes - 1) <= ACCURACY_IS_CHANCE
        if not 2 <= classes <= MAX_CLASSES_FROM_ACCURACY or not guesses:
            continue
        if classes >= more or (likely and classes * FAR_FEWER <= more and _ends_at(run, classes)):
            text = f"{accuracy.name} rests at {share:.3g}, which is guessing among {classes} classes"
            yield Chance(classes, log(classes), text, by_accuracy=True)


def _from_ranking(run: Run) -> list[Chance]:
    """Return the level of two classes for an AUC that never leaves one half."""
    found = []
    for series in (*run.all(TrainMetric), *run.all(ValMetric)):
        values = series.finite.values
        named = set(words(series.name))
        if len(values) < CONSTANT or not AUC_WORDS & named or PRECISION_RECALL_WORDS & named:
            continue
        areas = values / accuracy_unit(values)
        third = len(areas) // 3
        rises = median(areas[-third:]) - median(areas[:third]) > AUC_TOLERANCE / 2
        if np.abs(areas - 0.5).max() <= AUC_TOLERANCE and not rises:
            text = f"{series.name} rests at {median(areas):.3g}, which is no ranking at all"
            found.append(Chance(2, log(2), text, by_accuracy=True))
    return found


def _likely_counts(values: NDArray[np.float64], accuracy: float) -> tuple[int, ...]:
    """Return the counts of classes that an accuracy lies next to; none where it has risen: any value is near one."""
    third = -(-len(values) // 3)
    if median(values[-third:]) > (1 + ACCURACY_IS_CHANCE) * median(values[:third]):
        return ()
    return round(1 / accuracy - 0.25), round(1 / accuracy + 0.25)


def _begins_at(run: Run) -> int:
    """Return the most common count of classes whose level the training loss begins at, or 0.

    Where it begins at ln 10, an accuracy of 0.48 is half of ten classes, learnt, and not guessing among two.
    """
    train = run.find(TrainLoss)
    if train is None or not len(train.finite):
        return 0
    first = float(train.finite.values[0])
    return max((c for c in COMMON_CLASSES if abs(first / log(c) - 1) <= AT_LEVEL), default=0)


def _ends_at(run: Run, classes: int) -> bool:
    """Whether both losses end at the level of a count of classes: then where they began is an accident."""
    ends = [median(one.values[-max(1, len(one) // BEFORE) :]) for one in _losses(run)]
    return len(ends) > 1 and all(abs(end / log(classes) - 1) <= AT_END for end in ends)


def _losses(run: Run) -> list[Series]:
    found = [one.finite for role in (TrainLoss, ValLoss) for one in (run.find(role),) if one is not None]
    return [one for one in found if len(one)]


def _begins_exactly_at(run: Run) -> int:
    """Return the count of classes whose level the first training or validation loss lies at, or 0.

    So does the median of all validation losses, where there are enough: single values waver by more than the levels of
    neighbouring counts lie apart, and where nothing is learnt, all values stay there.
    """
    losses = _losses(run)
    firsts = [float(one.values[0]) for one in losses]
    firsts += [median(one.values) for one in losses if one.role is ValLoss and len(one) >= CONSTANT]
    near = {c: min(abs(first / log(c) - 1) for first in firsts) for c in range(3, MOST_EXACTLY + 1) if firsts}
    best = min(near, key=near.__getitem__, default=0)
    return best if near.get(best, inf) <= EXACTLY else 0


def _from_shares(run: Run) -> list[Chance]:
    """Return the levels of uneven classes: an accuracy that stays at one value from the start is the share of a class.

    So are a few values that take turns. There are two classes, or as many as the settings or the first loss name.
    """
    named = max((one.classes for one in _from_settings(run)), default=0)
    found, more = [], named or _begins_at(run) or _begins_exactly_at(run)
    for series in run.all(ValMetric):
        every = series.finite.values
        before = max(min(ceil(len(every) / BEFORE), len(every) - CONSTANT), 0)
        values = every[before:] / (accuracy_unit(every) if len(every) else 1.0)
        kinds = len(np.unique(values))
        turns = one_class_at_a_time(series.finite.take(slice(before, None)))
        at_rest = len(values) >= CONSTANT and (kinds == 1 or turns)
        if not (is_of_classes(series.name) and at_rest and 0 < values.max() < UNEVEN[1]):
            continue
        share = float(values.max())
        text = f"{series.name} stays at {share:.3g}, the share of the largest class"
        if kinds > 1:
            text = f"{series.name} takes only {kinds} values, the shares of single classes"
        if share > UNEVEN[0] and kinds == 1:
            found.append(Chance(2, _entropy_of_share(share), text, by_accuracy=True, larger_share=share))
        elif more > 2 and share > (1 + ACCURACY_IS_CHANCE) / more:  # half of many classes is learnt, not guessed
            found.append(Chance(more, most_entropy(share, more), text, by_accuracy=True, larger_share=share))
    return found


def _from_preference(run: Run) -> list[Chance]:
    tunes = any(words_of_preference(one.name) for one in run.series)
    if run.find(TrainLoss) is None or not tunes or _is_no_logistic_loss(run):
        return []
    text = "a preference loss begins at ln 2 when policy and reference agree"
    return [Chance(2, log(2), text, is_preference=True)]


def _is_no_logistic_loss(run: Run) -> bool:
    """Whether a loss of preferences is of a kind that does not begin at ln 2: by its name, or by its first value.

    Where the first margin is exactly 0, policy and reference agree, and a logistic loss is ln 2.
    """
    kinds = {str(value).lower() for name, value in run.hyperparameters.items() if name.lower().endswith("loss_type")}
    if kinds & NOT_LN_2:
        return True
    train = run.find(TrainLoss)
    margins = [one.finite for one in run.series if {"margin", "margins"} & set(words(one.name)) and len(one.finite)]
    if train is None or not len(train.finite):
        return False
    first = train.finite
    agree = any(one.values[0] == 0 and one.steps[0] == first.steps[0] for one in margins)
    return agree and float(first.values[0]) > NOT_LOGISTIC * log(2)


def _from_batch(run: Run) -> list[Chance]:
    """Return the levels of losses that tell each example of a batch from the others: the logarithm of their number.

    InfoNCE, CLIP and in-batch ranking compare B examples; SimCLR has two views of each and compares one with 2 B - 1.
    """
    train, settings = run.find(TrainLoss), Hyperparameters(run)
    if train is None or len(train.finite) < CONSTANT:
        return []
    values = train.finite.values
    end = median(values[len(values) // 2 :])
    sizes = {round(one) for one in (settings.micro_batch, settings.batch_size) if one is not None and one >= MIN_BATCH}
    levels = sorted({count for one in sizes for count in (one, 2 * one - 1)})
    text = "a batch holds {}, each told from the others"
    near = [(c, float(np.abs(values / log(c) - 1).max())) for c in levels if abs(end / log(c) - 1) <= ALL_ALONG]
    faint = {c for c, most in near if most <= ALL_ALONG}
    return [
        Chance(c, log(c), text.format(c), is_of_batch=True)
        for c, _ in near
        if c in faint or abs(end / log(c) - 1) <= ALL_ALIKE
    ]


def _from_level() -> list[Chance]:
    reason = "the level is that of guessing among {} classes"
    return [Chance(c, log(c), reason.format(c), by_level_alone=True) for c in COMMON_CLASSES]
