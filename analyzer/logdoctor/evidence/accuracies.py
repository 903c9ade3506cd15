"""How often a classifier is right at the beginning and the end of a run, in training and in validation."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf, log
from typing import NamedTuple

from logdoctor.run import Run, Series
from logdoctor.run.naming import is_bare_split, stem_of, words
from logdoctor.run.roles import TrainError, TrainLoss, TrainMetric, ValError, ValLoss, ValMetric
from logdoctor.run.vocabulary import PREFERENCE
from logdoctor.signals.optimization.accuracy import (
    ERRORS,
    accuracy_unit,
    is_accuracy,
    is_of_classes,
    one_class_at_a_time,
    right_by_error_rates,
)
from logdoctor.signals.optimization.chance import ChanceLevels, most_entropy
from logdoctor.signals.settings.hyperparameters import Hyperparameters
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number

TOKENS = frozenset("perplexity ppl token tokens vocab tokenizer block seq bleu wer cer".split())
"""Words of names and settings of language models, whose accuracies end low and rightly so."""

NEAR_GUESSING = 3.0
"""How many times better than guessing a first accuracy may be: evaluations begin a little late. Language models, whose
loss begins at ln of the vocabulary or was brought down before, begin ten times better."""

LARGEST_COUNT = log(100_000)
"""First loss from which it is not taken for ln C of any number of classes."""

UNTRAINED = 1.5
"""First accuracy in units of that of guessing, up to which nothing has been learnt: over few rows it is no more
exact."""

MANY = 10
"""Classes that are assumed where nothing tells how many there are."""

SMOOTHED = 1.25
"""Evenness from which labels are smoothed: the loss is higher than mistakes can make it."""

FEW_EVALUATIONS = 5
"""Evaluations of an accuracy from which its last fifth says where it ends, and not one lucky value."""

ENDS_AT_ONE = frozenset("acc accuracy accuracies top1 acc1 auc auroc f1".split())
"""Words of metrics that end at 1, or at 100."""

OF_WHAT_IS_FOUND = frozenset("recall precision hit hits hr iou miou dice".split())
"""Words of shares of what is found, which may end far below 1."""


def accuracies(run: Run, least: float = 1) -> list[Series]:
    """Return the finite values of the accuracies and error rates of a run, as accuracies, that have as many or more."""
    named = [one for role in (TrainMetric, ValMetric) for one in run.all(role) if is_accuracy(one.name)]
    finite = [one.finite for one in (*named, *right_by_error_rates(run))]
    return [one for one in finite if len(one) >= least]


def class_accuracies(run: Run, *roles: type[TrainMetric | ValMetric]) -> list[Series]:
    """Return the finite values of the accuracies among classes in some roles, or in training and validation."""
    named = [one for role in roles or (TrainMetric, ValMetric) for one in run.all(role) if is_of_classes(one.name)]
    return [one.finite for one in named if len(one.finite)]


def first_accuracy(series: Series) -> float:
    """Return where an accuracy begins, from 0 to 1."""
    return float(series.values[0]) / accuracy_unit(series.values)


def end_accuracy(series: Series) -> float:
    """Return where an accuracy ends, the median of its last fifth, from 0 to 1."""
    return median(series.values[-max(1, len(series) // 5) :]) / accuracy_unit(series.values)


def best_accuracy(run: Run) -> float:
    """Return where the best of all accuracies ends, from 0 to 1; 0 where there is none."""
    return max(map(end_accuracy, accuracies(run)), default=0.0)


def poor_accuracy(run: Run, limit: float) -> str:
    """Say where the accuracies of a classifier end when none of them passes a limit (0 to 1), or nothing.

    Language models, whose accuracy is bounded by the entropy of text, and preference tuning are no classifiers. Nor is
    a run whose first accuracy is far above the 1 / C that a first loss of ln C means, nor one that is never right: it
    compares numbers that are never equal, such as the targets of a regression.
    """
    train = run.find(TrainLoss)
    named = {word for name in (*run.hyperparameters, *(one.name for one in run.series)) for word in words(name)}
    found = accuracies(run, FEW_EVALUATIONS)
    if named & (TOKENS | PREFERENCE) or not found or train is None or not len(train.finite):
        return ""
    first = min(first_accuracy(one) for one in found)
    if first > 0 and log(first / NEAR_GUESSING) > -float(train.finite.values[0]):
        return ""
    best = max(end_accuracy(one) for one in found)
    ever_right = any(one.values.any() for one in found)
    return f"{found[0].name} ends at {number(end_accuracy(found[0]))}" if best < limit and ever_right else ""


def better_than_guessing(run: Run) -> float:
    """Return how far the best accuracy has come from guessing (0) to being always right (1)."""
    guess = accuracy_of_guessing(run)
    return (best_accuracy(run) - guess) / (1 - guess)


def accuracy_of_guessing(run: Run) -> float:
    """Return 1 / C for the C whose ln C is nearest to the first training loss; 0, as of very many, without one."""
    train = run.find(TrainLoss)
    known = train is not None and len(train.finite) and train.finite.values[0] < LARGEST_COUNT
    return 1 / max(2, round(exp(float(train.finite.values[0])))) if train is not None and known else 0.0


def evenness(loss: float, wrong: float, level: float) -> float:
    """Return a loss in units of the most that so many mistakes cost a calibrated model.

    `wrong` is the share of mistakes, between 0 and 1, `level` the loss of guessing, ln C. It is 1 where every row, and
    every wrong class, is as likely to be wrong as any other, as with wrong labels; less where some rows are hard and
    the others easy, as dropout, noise and mixup leave them (Jensen); more where labels are smoothed.
    """
    return loss / most_entropy(1 - wrong, max(exp(level), 2.0)) if 0 < wrong < 1 else inf


def level_of_guessing(run: Run) -> float:
    """Return ln C as settings name it or as an untrained model has it, by its first loss and accuracy.

    Where neither is there: that of many classes, or the first loss where it is higher.
    """
    named = ChanceLevels.measure(run).named_by_settings
    if named is not None:
        return named.level
    first = [one.finite.values[0] for role in (TrainLoss, ValLoss) for one in run.all(role) if len(one.finite)]
    right = list(map(first_accuracy, accuracies(run)))
    highest = float(max(first, default=0.0))
    return highest if min(right, default=1.0) <= UNTRAINED * exp(-highest) else max(highest, log(MANY))


class EndAccuracy(NamedTuple):
    """One accuracy at the end of a run, as shares."""

    name: str
    """That of the series of validation."""
    validation: float
    training: float | None
    """By the same metric, if it is logged."""


def counts_right_answers(name: str) -> bool:
    """Whether a metric is a share of right answers, of one kind or another."""
    return bool((ENDS_AT_ONE | OF_WHAT_IS_FOUND) & set(words(name)))


def end_accuracies(run: Run) -> Iterator[EndAccuracy]:
    """Yield the accuracies of validation, each with that of training."""
    training = {stem_of(one.name): one.finite for one in run.all(TrainMetric) if len(one.finite)}
    for series in run.all(ValMetric):
        if len(series.finite) and (ENDS_AT_ONE & set(words(series.name)) or is_bare_split(series.name)):
            theirs = training.get(stem_of(series.name))
            ends = None if theirs is None else end_accuracy(theirs)
            yield EndAccuracy(series.name, end_accuracy(series.finite), ends)


def left_behind(run: Run) -> float:
    """Return how far accuracies of validation end below those of training, as a share of these: the least of several.

    0 where none is logged of both.
    """
    ends = ((one.validation, one.training) for one in end_accuracies(run) if one.training)
    return min((1 - held_out / trained for held_out, trained in ends), default=0.0)


def _end_error_rates(run: Run) -> Iterator[EndAccuracy]:
    """Yield the same of error rates, `val_error`, each as one less the error; where no split is named, of any.

    Where training logs none, nothing is known of its mistakes.
    """
    rates = {
        role: {stem_of(one.name): one for one in run.all(role) if _counts_mistakes(one)}
        for role in (TrainError, ValError)
    }
    for stem, series in (rates[ValError] or rates[TrainError]).items():
        beside = rates[TrainError].get(stem) if rates[ValError] else None
        ends = None if beside is None else 1 - end_accuracy(beside.finite)
        yield EndAccuracy(series.name, 1 - end_accuracy(series.finite), ends)


def _counts_mistakes(series: Series) -> bool:
    """Whether a series is a share of mistakes by its name and its values: errors of a regression are called so, too."""
    values = series.finite.values
    return len(values) > 0 and bool(ERRORS & set(words(series.name)) and 0 <= values.min() <= values.max() <= 1)


def errs_evenly(run: Run, loss: float, ratio: float, even: float) -> bool:
    """Whether a classifier errs in training as wrong labels make it: more than in validation, and on any row alike.

    `loss` is that of training, `ratio` the most mistakes of validation as a share of those of training, and `even` the
    least evenness. Without logged settings the answer is no, for mixup is then as likely. Where no accuracy is logged
    it is yes.
    """
    return all(
        Hyperparameters(run)
        and theirs is not None
        and 1 - mine <= ratio * (1 - theirs)
        and even <= evenness(loss, 1 - theirs, level_of_guessing(run)) < SMOOTHED
        for _, mine, theirs in (*end_accuracies(run), *_end_error_rates(run))
    )


def answers_by_class(run: Run) -> bool:
    """Whether an accuracy of training shows one class at a time, so that all it learns is their shares."""
    return any(is_of_classes(one.name) and one_class_at_a_time(one.finite) for one in run.all(TrainMetric))
