"""A model that loses what it knew while it learns something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from logdoctor import (
    Finding,
    Quantity,
    Rule,
    Run,
    Series,
    Severity,
    Span,
    Strength,
    TrainLoss,
    ValLoss,
    ValMetric,
    because,
    confidence_from,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line
from logdoctor.evidence.generalization.other_sets import other_sets
from logdoctor.evidence.rate_fixes import with_lower_rate
from logdoctor.signals import Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_of_classes
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, place

LEVEL = 3
"""Values whose median is a level."""

ALWAYS = 0.95
"""Accuracy of a task that is right nearly always."""

UNTAUGHT = 0.8
"""Training loss as a share of its start above which little has been learnt yet."""

TUNED: dict[str, Any] = {"train_loss": decay(4.3, 0.8), "val_loss": decay(2.7, 0.9, 8)}


@dataclass(frozen=True)
class Forgetting(Rule):
    """The loss on another held-out set rises from its first value on, while validation falls.

    Or an accuracy of one task falls to less than half of its best and stays there, while that of another rises.

    Weights that learn a new task are taken from the old one. A set whose loss rests, or rises as validation does, is no
    finding; nor is a term of the validation loss.
    """

    id = "forgetting"
    title = "The model forgets what it knew while it learns"
    severity = Severity.WARNING
    causes = ("knowledge-overwritten", "learning-rate-too-high")
    references = (
        "Kirkpatrick et al. (2017), Overcoming catastrophic forgetting in neural networks, arXiv:1612.00796",
        "Biderman et al. (2024), LoRA Learns Less and Forgets Less, arXiv:2405.09673",
    )
    limits = (
        "Needs 5 values of a validation loss that falls and of the loss on another set, which has no counterpart in "
        "training, begins near it and comes to lie above it; what was lost before the first evaluation, nobody sees."
    )
    explains = ("still-improving", "loss-spike", "plateau", "constant-metric")

    min_rise: float = threshold(
        0.1, "rise as a share of the first value: fine-tuning by a little costs other tasks a few percent"
    )
    min_share: float = threshold(
        0.7, "share of the changes from one evaluation to the next that must be rises: noise goes up as often as down"
    )
    min_points: float = threshold(5.0, "values of each: a rise of four steps is one in sixteen by chance")
    kept: float = threshold(
        0.5, "late accuracies as a share of the best level up to which a task is lost: rehearsal keeps more than half"
    )
    min_accuracy: float = threshold(
        0.2, "best accuracy of the task that is lost, and rise of the other since: sets of some examples waver by less"
    )
    learning: float = threshold(
        0.7,
        "training loss at the end as a share of its start: a model that names one class after the other learns nothing",
    )

    examples = (
        fires("a general set gets worse all along", val_general_loss=decay(2.7, 4.0, 8), **TUNED),
        fires(
            "answers of the first task are lost to the second",
            train_loss=decay(1.5, 0.6, 12).followed_by(decay(2.8, 0.4, 12)),
            val_acc_first=decay(0.3, 0.6, 12).followed_by(flat(0.0, 12)),
            val_acc_second=flat(0.0, 12).followed_by(decay(0.3, 0.86, 12)),
        ),
        fires(
            "a little more than half of it is lost",
            train_loss=decay(1.5, 0.6, 12).followed_by(decay(2.8, 0.4, 12)),
            val_acc_first=flat(0.6, 12).followed_by(flat(0.28, 12)),
            val_acc_second=flat(0.0, 12).followed_by(flat(0.8, 12)),
        ),
        silent(
            "the other rises by no more than small sets waver",
            train_loss=decay(1.5, 0.6, 12).followed_by(decay(2.8, 0.4, 12)),
            val_acc_first=flat(0.6, 12).followed_by(flat(0.0, 12)),
            val_acc_second=flat(0.0, 12).followed_by(flat(0.18, 12)),
        ),
        silent(
            "answers of the first task are kept beside the second",
            train_loss=decay(1.5, 0.6, 12).followed_by(decay(2.2, 0.5, 12)),
            val_acc_first=decay(0.3, 0.6, 12).followed_by(flat(0.55, 12)),
            val_acc_second=flat(0.0, 12).followed_by(decay(0.3, 0.8, 12)),
        ),
        silent(
            "one class is named after the other, and nothing learnt",
            train_loss=flat(1.1, 24).noisy(0.02),
            val_acc_class0=flat(0.9, 12).followed_by(flat(0.0, 12)),
            val_acc_class1=flat(0.0, 12).followed_by(flat(0.9, 12)),
        ),
        silent(
            "one class is named for everything at first, and told from the others with mistakes later",
            train_loss=decay(1.6, 0.8, 20),
            val_acc_neutral=given([0.99, 0.97]).followed_by(decay(0.8, 0.4, 18)),
            val_acc_happy=given([0.0, 0.02]).followed_by(decay(0.3, 0.85, 18)),
        ),
        silent("a little worse", val_general_loss=decay(2.7, 2.9, 8), **TUNED),
        silent(
            "up and down, and ends higher",
            val_general_loss=given([2.7, 2.9, 2.6, 2.95, 2.65, 3.3, 3.05, 3.1]),
            **TUNED,
        ),
        silent("rests", val_general_loss=flat(2.7, 8).noisy(0.02), **TUNED),
        silent(
            "a term of the loss, which training has too",
            val_general_loss=decay(2.7, 4.0, 8),
            train_general_loss=decay(2.7, 2.0),
            **TUNED,
        ),
        silent(
            "the divergence of an autoencoder, without its weight: it rises as the code is used",
            val_kl_loss=decay(2.7, 4.0, 8),
            **TUNED,
        ),
        silent("what begins far above validation is another measure", val_distance_loss=decay(15.0, 40.0, 8), **TUNED),
        silent(
            "validation rises as well",
            train_loss=decay(4.3, 0.8),
            val_loss=line(2.0, 2.6, 8),
            val_general_loss=decay(2.7, 4.0, 8),
        ),
        silent(
            "few evaluations",
            train_loss=decay(4.3, 0.8),
            val_loss=decay(2.7, 0.9, 4),
            val_general_loss=decay(2.7, 4.0, 4),
        ),
    )

    def check(self, run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> Iterator[Finding]:
        """Compare the course of the other sets with that of validation; tell of the one that lost most."""
        found = next(self._of_accuracies(run, train), None) if train.end <= self.learning * train.start else None
        if found is not None:
            yield found
        elif val is not None:
            yield from self._of_losses(run, train, val)

    def _of_accuracies(self, run: Run, train: Trend[TrainLoss]) -> Iterator[Finding]:
        """Report a task whose answers are no longer right while those of another become so."""
        tasks = [one.finite for one in run.all(ValMetric) if is_of_classes(one.name)]
        tasks = [one for one in tasks if len(one) >= 2 * self.min_points]
        for lost in tasks:
            before = lost.values[: np.argmax(lost.values) + 1]
            best, late = median(np.sort(before)[-LEVEL:]), lost.values[-(len(lost) // 4) :]
            unit, at = accuracy_unit(lost.values), lost.steps[len(before) - 1]
            known = best >= self.min_accuracy * unit
            if not known or late.max() > self.kept * best or _is_named_for_everything(lost, train):
                continue
            rises = ((_since(one, int(at)) / accuracy_unit(one.values), one) for one in tasks if one is not lost)
            gained, other = next((pair for pair in rises if pair[0] >= self.min_accuracy), (0.0, None))
            if other is None:
                continue
            end, fall = median(late), f"{lost.name} falls from {number(best)} to"
            yield self.finding(
                f"{fall} {number(end)} while {other.name} rises to {number(median(other.values[-LEVEL:]))}",
                Span(lost.name, int(at), lost.last_step, "lost"),
                Span(other.name, int(at), other.last_step, "learnt"),
                confidence=confidence_from(self.kept * best / max(end, 0.1 * best), len(lost)),
                causes=ranked(
                    because("knowledge-overwritten", Strength.LIKELY, pro=[f"{fall} {number(end)}, and stays there"]),
                    with_lower_rate(because("learning-rate-too-high"), run),
                ),
                evidence={"best": Quantity(best), "end": Quantity(end), "rise of the other": Quantity(gained, "share")},
            )

    def _of_losses(self, run: Run, train: Trend[TrainLoss], val: Trend[ValLoss]) -> Iterator[Finding]:
        if val.end >= val.first or train.end >= train.start or len(val) < self.min_points:
            return
        found = [(self._rise(one), one) for one in other_sets(run, val.series) if len(one) >= self.min_points]
        rise, series = max(found, key=lambda one: one[0], default=(0.0, None))
        if series is None or rise < self.min_rise:
            return
        first, end = float(series.values[0]), _end(series)
        yield self.finding(
            f"{series.name} rises from {number(first)} at {place(series, series.first_step)} to {number(end)} while "
            f"{val.series.name} falls to {number(val.end)}",
            Span(series.name, series.first_step, series.last_step, "rising"),
            Span(val.series.name, val.series.first_step, val.series.last_step, "falling"),
            confidence=confidence_from(rise / self.min_rise, 2 * len(series)),
            causes=ranked(
                because("knowledge-overwritten", Strength.LIKELY, pro=[f"{series.name} rises from its first value on"]),
                with_lower_rate(because("learning-rate-too-high"), run),
            ),
            evidence={"first": Quantity(first), "end": Quantity(end), "rise": Quantity(rise, "share of the first")},
        )

    def _rise(self, series: Series) -> float:
        """Return how far a loss has risen, as a share of its first value; 0 where it goes up and down."""
        first, steady = float(series.values[0]), float(np.mean(np.diff(series.values) > 0))
        return (_end(series) - first) / first if first > 0 and steady >= self.min_share else 0.0


def _is_named_for_everything(task: Series, train: Trend[TrainLoss]) -> bool:
    """Whether a task is nearly always right only as long as little is learnt: any input is taken for one of it."""
    always = np.flatnonzero(task.values >= ALWAYS * accuracy_unit(task.values))
    if not len(always) or task.axis is not train.series.axis:
        return False
    at, losses = task.steps[always[-1]], train.series
    loss = max(np.interp(at, train.steps, train.level), np.interp(at, losses.steps, losses.values))
    return bool(loss >= UNTAUGHT * train.start)


def _since(series: Series, step: int) -> float:
    """Return how far a metric has risen since a step, by medians."""
    then = series.values[series.steps <= step][-LEVEL:]
    return median(series.values[-LEVEL:]) - median(then) if len(then) else 0.0


def _end(series: Series) -> float:
    """Return where a loss ends: the lower one of its last two values."""
    return float(series.values[-2:].min())
