"""Accuracies: which series are accuracies, and whether they are logged as shares or in percent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainError, TrainMetric, ValError, ValMetric
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

ACCURACY = frozenset({"acc", "accu", "accuracy", "accuracies", "top1", "acc1"})

SEVERAL_BEST = ("3", "5", "10")
"""The k of top-k accuracies that are usually logged beside top-1."""

OF_SEVERAL = frozenset({f"{word}{count}" for word in ("top", "acc") for count in SEVERAL_BEST})
"""Words of top-k accuracies."""

ERRORS, OF_CLASSES = frozenset({"err", "error", "errors"}), frozenset({"rate", "top1", "classification"})
"""Words that together name a share of examples that were taken for another class (`error_rate`, `top1_err`)."""

OF_PARTS = frozenset(
    "word words char character token tokens phone phoneme syllable bit block packet equal edit match label slot "
    "sentence sentences utterance utterances diarization speaker".split()
)
"""Words of rates of errors that count something else than examples of a class."""

OF_SPEECH = frozenset({"wer", "cer"})
"""Words of the shares of words and characters that were recognised wrongly."""

MOST_WORDS = 10.0
"""Wrong words for each that was spoken up to which they are counted in units of those: more is in percent."""

WHAT_IS_LEFT = "1 - "
"""What stands before the name of an error where it is taken for an accuracy."""

LEFT_OF_100 = "100 - "
"""The same where it is in per cent."""

OF_TOKENS = frozenset({"token", "tokens"})
"""Words of the names of accuracies of language models, which end low and rightly so."""

LARGEST_SHARE = 1.5
"""An accuracy that passes this is in percent; a share may pass 1 by rounding or smoothing."""

ROUNDING = 3e-4
"""How far a share of few examples may lie from its fraction: logs keep four digits."""

VERY_FEW = 10
"""Examples up to which one value between none and all, repeated, tells their number; of more it takes two."""

TOLD_BY = 100
"""Values that are tried first: where any value is no multiple of 1 / n, one of these mostly is not."""

SEVERAL = 2
"""Evaluations between none and all right, and other than the last, before their number tells how many examples."""

KINDS = 4
"""Evaluations for each distinct value, from which a few values that take turns are shares of single classes: the model
gives every input one answer, which changes."""

MORE_MISTAKES = 3.0
"""Mistakes at first in units of those at the end, from which the model has learnt."""

ROSE = 0.1
"""Rise of a metric as a share of where it rests, from which it has learnt; guessing wavers by less."""

DEGREES = 4
"""Values in a row that show learning if each is higher than the one before: once in 24 times by chance."""

HUNDREDTHS = 100
"""Parts of one in which two decimals, or whole per cent, tell an accuracy."""

HIGH = 0.9
"""Accuracy from which hardly any model gives all inputs one answer: seldom does one class have so large a share."""

ANOTHER = 3.0
"""Errors on other data, in units of those on one set, from which they are not those of one answer for every input."""

CHEAP = 0.1
"""Loss in units of the least that its wrong answers cost, from which down it is no loss of such answers: a focal loss
costs a quarter of it."""


def as_share(accuracy: float) -> float:
    """Return one accuracy as a share of 1: above that, it is in percent."""
    return accuracy / 100 if accuracy > 1 else accuracy


def cost_of_mistakes(accuracy: float) -> float:
    """Return the least that answers cost in nats of which a share is right.

    A class that is not the most probable one has a half at most, and costs ln 2 at least.
    """
    return (1 - accuracy) * log(2)


def cost_in_words(accuracy: float, loss: str = "the loss") -> str:
    """Say what the wrong ones among them cost."""
    least = number(cost_of_mistakes(accuracy))
    return f"with {percent(1 - accuracy)} of the answers wrong {loss} would be {least} at least"


def is_too_cheap(loss: float, accuracy: float) -> bool:
    """Tell whether a loss is too small for the answers that an accuracy calls wrong: they are not of the same."""
    return 0 <= loss < CHEAP * cost_of_mistakes(accuracy)


def is_accuracy(name: str) -> bool:
    """Tell whether a series is an accuracy, by its name, or what an error rate leaves right."""
    is_left = name.startswith((WHAT_IS_LEFT, LEFT_OF_100)) and is_error_rate(name)
    return is_left or not ACCURACY.isdisjoint(words(name))


def is_of_classes(name: str) -> bool:
    """Tell whether a series is an accuracy of the one best answer among classes, of which some values are guessing.

    It is not where the best five or so count (`acc_top5`, `Acc@5`), nor of a language model's tokens
    (`mean_token_accuracy`, `token_acc`), whose entropy is that of the text.
    """
    return is_accuracy(name) and not (_counts_several(name) or OF_TOKENS & set(words(name)))


def _counts_several(name: str) -> bool:
    """Tell whether an accuracy or error is of the top k, by its name."""
    named = words(name)
    of_best = {"acc", "accuracy", "top", "err", "rate"}
    counted = any(one in of_best and after in SEVERAL_BEST for one, after in pairwise(named))
    return counted or not OF_SEVERAL.isdisjoint(named)


def accuracies_of_classes(run: Run) -> list[Series]:
    """Return the accuracies among classes of a run, those of training first, and what its error rates leave right."""
    metrics = [one for role in (TrainMetric, ValMetric) for one in run.all(role) if is_of_classes(one.name)]
    return [*metrics, *right_by_error_rates(run)]


def right_by_error_rates(run: Run) -> list[Series]:
    """Return what the error rates of a run leave right, as accuracies called `1 - error_rate`, if it has none yet."""
    errors = [one for role in (TrainError, ValError) for one in run.all(role) if is_error_rate(one.name)]
    there = {one.name for one in run.series}
    return [right for one in errors if len(one.finite) and (right := _what_is_right(one)).name not in there]


def with_what_is_right(run: Run) -> Run:
    """Return a run that logs error rates and no accuracy with what they leave right: an accuracy told otherwise."""
    if any(is_of_classes(one.name) for role in (TrainMetric, ValMetric) for one in run.all(role)):
        return run
    right = right_by_error_rates(run)
    return replace(run, series=(*run.series, *right)) if right else run


def right_by_word_errors(run: Run) -> list[Series]:
    """Return what the shares of wrong words and characters leave right; below zero where too many were said."""
    errors = [one for role in (TrainError, ValError) for one in run.all(role) if OF_SPEECH & set(words(one.name))]
    return [_what_is_right(one, MOST_WORDS) for one in errors if len(one.finite)]


def logged_name(right: str) -> str:
    """Return under which name the log has what an accuracy was taken from."""
    return right.removeprefix(WHAT_IS_LEFT).removeprefix(LEFT_OF_100)


def as_logged(run: Run) -> list[Series]:
    """Return the curves of a run without those that tell another of it otherwise."""
    names = {one.name for one in run.series}
    return [one for one in run.series if (logged := logged_name(one.name)) == one.name or logged not in names]


def is_error_rate(name: str) -> bool:
    """Tell whether a series is the share of examples that were taken for another class, by its name."""
    named = set(words(name))
    return bool(named & ERRORS and named & OF_CLASSES) and not (named & OF_PARTS or _counts_several(name))


def _what_is_right(errors: Series, most: float = 1 + ROUNDING) -> Series:
    """Return what errors leave right: of everything, which is 100 where there are more than `most` of one."""
    role = TrainMetric if errors.role is TrainError else ValMetric
    everything, left = (100.0, LEFT_OF_100) if errors.finite.values.max() > most else (1.0, WHAT_IS_LEFT)
    return replace(errors, name=f"{left}{errors.name}", role=role, values=everything - errors.values)


def accuracy_unit(values: NDArray[np.float64]) -> float:
    """Return what an accuracy of everything right is logged as: 1, or 100; of values (n,), at least one."""
    return 100.0 if values.max() > LARGEST_SHARE else 1.0


def is_in_percent(series: Series) -> bool:
    """Tell whether a series is an accuracy in per cent: by its name, and by values that no share has."""
    return is_accuracy(series.name) and len(series.finite) > 0 and accuracy_unit(series.finite.values) > 1


def rose_in_hundredths(before: NDArray[np.float64]) -> bool:
    """Tell whether a metric began with DEGREES rising values and is logged in whole per cent, or of 100 examples.

    So coarse a log repeats one value where a model rests. A model with one answer for every input would jump between
    the shares of the classes instead of rising by degrees.
    """
    rises = len(before) >= DEGREES and bool((np.diff(before[:DEGREES]) > 0).all())
    return rises and _are_shares(before / accuracy_unit(before), HUNDREDTHS)


def rose_by_degrees(before: NDArray[np.float64]) -> bool:
    """Tell whether a metric passed DEGREES highs, one above the other; of the values before it came to rest."""
    return len(np.unique(np.maximum.accumulate(before))) >= DEGREES


def errs_alike(series: Series, others: Iterable[Series]) -> bool:
    """Tell whether no other accuracy ends with far more errors than one does, as with one answer for every input.

    The answered class has about the same share in all data. A metric that is no accuracy is not compared.
    """
    if not is_accuracy(series.name):
        return True
    wrong = 1 - float(series.values[-1]) / accuracy_unit(series.values)
    ends = [one.values for one in others if len(one) and is_accuracy(one.name)]
    return all(1 - median(one[-3:]) / accuracy_unit(one) <= ANOTHER * wrong for one in ends)


def answers_differ(series: Series, others: Iterable[Series]) -> bool:
    """Tell whether a high accuracy rests while another on the same data moves: the model answers by the input.

    So does one among the best five of ten classes beside the best one.
    """
    high = is_accuracy(series.name) and float(series.values[-1]) >= HIGH * accuracy_unit(series.values)
    beside = [one for one in others if one.split is series.split and is_accuracy(one.name)]
    late = [one.values[one.steps >= series.steps[0]] for one in beside]
    return high and any(len(one) > 1 and np.ptp(one) > 0 for one in late)


def examples_behind(values: NDArray[np.float64], most: int) -> int | None:
    """Return how many examples an accuracy is measured on where all its values are multiples of 1 / n, or None.

    The smallest such number, up to `most`; of values (n,), at least one.
    """
    shares = np.unique(np.round(values / accuracy_unit(values), 6))
    inner = shares[(shares > ROUNDING) & (shares < 1 - ROUNDING)]
    for n in range(2, most + 1):
        if len(inner) >= (1 if n <= VERY_FEW else 2) and _are_shares(inner[:TOLD_BY], n) and _are_shares(inner, n):
            return n
    return None


def _are_shares(values: NDArray[np.float64], n: int) -> bool:
    """Tell whether values (k,) are multiples of 1 / n, up to rounding."""
    return bool(np.abs(values - np.round(values * n) / n).max() <= ROUNDING)


def examples_of(series: Series, most: int) -> int:
    """Return how many examples an accuracy is measured on where all its values are multiples of 1 / n, or 0."""
    if not is_accuracy(series.name) or not len(series):
        return 0
    return examples_behind(series.values, most) or 0


def has_one_decimal(series: Series) -> bool:
    """Tell whether every value is a share with one decimal: that of ten examples, or of any number, and rounded."""
    return bool(np.array_equal(series.values, np.round(series.values, 1))) and accuracy_unit(series.values) == 1


def moves_often(series: Series) -> bool:
    """Tell whether SEVERAL values of an accuracy lie between none and all, and elsewhere than the last."""
    shares = series.values / accuracy_unit(series.values)
    return int(np.count_nonzero((shares > 0) & (shares < 1) & (shares != shares[-1]))) >= SEVERAL


def one_class_at_a_time(series: Series) -> bool:
    """Tell whether an accuracy takes turns between few values that can all be shares of classes of one set of data.

    A model that gives every input the same answer shows them, and nothing that has learnt.
    """
    if not is_of_classes(series.name) or not len(series):
        return False
    shares = np.unique(series.values / accuracy_unit(series.values))
    return 1 < len(shares) <= len(series) / KINDS and float(shares[0]) > 0 and float(shares.sum()) <= 1


def erred_more(accuracy: float, before: NDArray[np.float64]) -> bool:
    """Tell whether mistakes were far more among the accuracies before one: it has learnt, however high it began."""
    if not len(before):
        return False
    all_right = accuracy_unit(before)
    return all_right - float(before.min()) > MORE_MISTAKES * (all_right - accuracy)


def rose_to(value: float, before: NDArray[np.float64]) -> bool:
    """Tell whether a metric came to its value from well below, of the values before it: it has learnt, and rests."""
    if not len(before):
        return False
    low, high = float(before.min()), float(before.max())
    return value - low > ROSE * value and value > (low + high) / 2
