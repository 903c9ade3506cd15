"""A model that fits neither training nor validation data, and has stopped improving."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from logdoctor import (
    Axis,
    Cause,
    Confidence,
    Finding,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    Strength,
    TrainLoss,
    ValLoss,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line
from logdoctor.evidence.accuracies import accuracies, better_than_guessing, poor_accuracy
from logdoctor.evidence.generalization.validation_rise import memorises_only
from logdoctor.evidence.optimization.first_loss import holds_a_penalty
from logdoctor.evidence.optimization.last_gain import keeps_pace, sure_gain
from logdoctor.evidence.optimization.underfit import CAUSES, LEARNT, UnderfitSigns, causes_of_underfit
from logdoctor.evidence.told_by_settings import strong_regularisation, tiny_model
from logdoctor.signals import Gap, Hyperparameters, Schedule, Siblings, Trend
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.wording import number, percent, stretch

ONE_BATCH = "the loss of one batch trained on alone: if it does not fall, rate, loss or labels are wrong, not the size"
"""What to log where nothing says what keeps a model from fitting."""

POOR_FIT: dict[str, Any] = {
    "train_loss": decay(2.45, 1.73, half_life=0.08).noisy(0.02),
    "val_loss": decay(2.3, 1.76, 40, half_life=0.08),
}


@dataclass(frozen=True)
class Underfitting(Rule):
    """Training and validation loss rest together at a high level, though more was to be had.

    A flat end is convergence unless something contradicts it: an accuracy that is little better than guessing on both
    sets and has stopped rising, or settings that regularise far more than usual. An accuracy that is merely poor may be
    all that hard data allow. Language models, whose accuracy is limited by the entropy of text, are not judged by it.
    What a sibling reached is judged by plateau.
    """

    id = "underfitting"
    title = "The model fits neither training nor validation data"
    severity = Severity.WARNING
    causes = CAUSES
    references = ("https://developers.google.com/machine-learning/crash-course/overfitting/overfitting",)
    limits = (
        "Needs both losses, 6 values of one of them, and an accuracy or settings that regularise far more than usual; "
        "a regression without those is not judged. A log does not show how well the data can be fitted at best."
    )
    varies: ClassVar[Mapping[str, str]] = {
        "bits instead of nats": "a classifier is known by its first loss of ln C nats"
    }
    explains = ("still-improving",)

    hardly_better: float = threshold(
        0.25,
        "way of the best accuracy from guessing to being always right up to which it says that more was to be had: "
        "hard data leave sound classifiers at a third and more",
    )
    hardly_fallen: float = threshold(
        0.7,
        "end of the training loss that goes with such an accuracy, as a share of its start, where no settings speak",
    )
    mostly_right: float = threshold(
        0.9,
        "the same way from which a model fits, whatever its loss: a penalty, or a sum over examples, holds that up",
    )
    high_end: float = threshold(
        0.4,
        "end of the training loss as a share of its start, below which the run has fitted a good part: runs that "
        "underfit end above a half",
    )
    high_end_of_tiny: float = threshold(
        0.2, "the same of a network of next to no hidden units, which fits what one line can and no more (TINY)"
    )
    gap: float = threshold(
        0.15, "difference of both losses as a share of the start up to which they rest together; more is a gap"
    )
    flat_share: float = threshold(0.3, "share of the run, up to its end, over which the loss must have come to rest")
    max_gain: float = threshold(
        0.1,
        "fall over that share as a part of the whole fall, or of a tenth of the start: noise aside, "
        "learning that is done gains less",
    )
    max_steady_gain: float = threshold(
        0.07, "the same where it falls as fast as before, as at a slow beginning: less, for it may go on"
    )
    min_z: float = threshold(
        6.0, "fall in units of its standard error from which the run has learnt something: else it is no-learning"
    )
    min_points: float = threshold(6.0, "values that a run needs: two in its flat end")

    examples = (
        fires("a poor accuracy on both sets", **POOR_FIT, val_accuracy=line(0.17, 0.2, 5).followed_by(flat(0.2, 35))),
        fires(
            "a poor training accuracy",
            **POOR_FIT,
            train_accuracy=decay(0.1, 0.29, half_life=0.05).noisy(0.02),
        ),
        fires("a large weight decay", settings={"optimizer": "SGD", "weight_decay": 0.1}, **POOR_FIT),
        fires("a large dropout", settings={"dropout": 0.8}, **POOR_FIT),
        fires(
            "a large dropout, under which the loss creeps down to the end",
            settings={"dropout": 0.8},
            train_loss=decay(2.3, 1.8, half_life=0.05).plus(line(0.0, -0.06, 120)),
            val_loss=decay(2.25, 1.8, 40, half_life=0.05).plus(line(0.0, -0.06, 40)),
        ),
        fires(
            "a large dropout keeps it from learning anything",
            settings={"dropout": 0.9},
            train_loss=flat(2.3).noisy(0.03),
            val_loss=decay(2.3, 2.27, 40, half_life=0.3),
        ),
        fires(
            "a penalty on the weights keeps the loss above guessing",
            train_loss=given([93.0, 38.0, 15.0, 6.0, 3.0, 2.04]).followed_by(decay(1.79, 1.66, 30)),
            val_loss=given([57.6, 22.9, 9.0, 3.9, 2.3, 1.85]).followed_by(decay(1.74, 1.65, 30)),
            train_accuracy=given([0.236]).followed_by(decay(0.39, 0.45, 35)),
        ),
        fires(
            "clipped to next to nothing",
            settings={"optimizer": "sgd", "lr": 0.05, "grad_clip": 1e-4},
            **POOR_FIT,
            val_acc=flat(0.13, 40).noisy(0.005),
        ),
        silent(
            "a large weight decay, and a log that does not show from where the losses came",
            axis=Axis.STEP,
            settings={"optimizer": "SGD", "weight_decay": 0.1},
            train_loss=decay(2.3, 1.8, half_life=0.02).noisy(0.02).without(0, 59),
            val_loss=decay(2.25, 1.8, half_life=0.02).noisy(0.02).without(0, 59),
        ),
        silent(
            "the same, and answers better than that",
            train_loss=given([93.0, 38.0, 15.0, 6.0, 3.0, 2.04]).followed_by(decay(1.79, 1.66, 30)),
            val_loss=given([57.6, 22.9, 9.0, 3.9, 2.3, 1.85]).followed_by(decay(1.74, 1.65, 30)),
            train_accuracy=given([0.236]).followed_by(decay(0.39, 0.85, 35)),
        ),
        silent(
            "a regression, with an accuracy that compares what is never equal",
            train_loss=decay(0.14, 0.111, 40, half_life=0.1).noisy(0.001),
            val_loss=decay(0.15, 0.127, 40, half_life=0.1).noisy(0.001),
            train_accuracy=flat(0.0, 40),
        ),
        fires(
            "a large dropout, and answers that are right in five of six cases",
            settings={"dropout": 0.8},
            **POOR_FIT,
            val_accuracy=decay(0.1, 0.85, 40, half_life=0.08),
        ),
        silent(
            "a large weight decay, and a loss that holds its penalty: the answers are right",
            settings={"optimizer": "SGD", "weight_decay": 0.1},
            train_loss=decay(12.3, 10.3, half_life=0.08).noisy(0.05),
            val_loss=decay(12.0, 10.4, 40, half_life=0.08),
            val_accuracy=decay(0.1, 0.93, 40, half_life=0.08),
        ),
        fires("two hidden units", settings={"hidden_size": 2}, **POOR_FIT),
        fires(
            "a rate at which hardly any network trains",
            settings={"optimizer": "SGD", "lr": 30.0},
            **POOR_FIT,
            val_accuracy=flat(0.2, 40),
        ),
        fires(
            "one hidden unit, which fits the half of it",
            settings={"hidden_size": 1},
            train_loss=decay(1.9, 0.5, half_life=0.08).noisy(0.05),
            val_loss=decay(1.7, 0.55, 40, half_life=0.08),
        ),
        fires(
            "two hidden units learn nothing",
            settings={"hidden_size": 2},
            train_loss=flat(0.69).noisy(0.02),
            val_loss=flat(0.69, 40).noisy(0.003),
        ),
        silent(
            "one hidden unit is enough",
            settings={"hidden_size": 1},
            train_loss=decay(1.9, 0.3, half_life=0.08).noisy(0.02),
            val_loss=decay(1.7, 0.3, 40, half_life=0.08),
        ),
        silent("a flat end, nothing more", **POOR_FIT),
        silent(
            "half of four classes cannot be told apart",
            train_loss=decay(1.39, 1.02, half_life=0.08).noisy(0.03),
            val_loss=decay(1.35, 1.0, 40, half_life=0.08).noisy(0.01),
            val_accuracy=decay(0.3, 0.47, 40, half_life=0.08),
        ),
        silent(
            "the loss says more than the accuracy of a few rows",
            train_loss=decay(1.39, 0.8, half_life=0.08).noisy(0.03),
            val_loss=decay(1.35, 0.81, 40, half_life=0.08).noisy(0.01),
            val_accuracy=given([0.3, 0.4] * 20),
        ),
        silent(
            "few hidden units, while validation goes on falling",
            settings={"hidden_size": 4},
            train_loss=decay(0.68, 0.2, 40, half_life=0.06).noisy(0.03),
            val_loss=given([0.427, 0.329, 0.352, 0.294, 0.268, 0.224, 0.208, 0.255, 0.17, 0.15]),
        ),
        silent("two hidden layers", settings={"num_hidden_layers": 2}, **POOR_FIT),
        silent("a fair accuracy", **POOR_FIT, val_accuracy=decay(0.2, 0.75, 40, half_life=0.08)),
        silent("a usual weight decay", settings={"optimizer": "SGD", "weight_decay": 5e-4}, **POOR_FIT),
        silent("a usual decay of AdamW", settings={"optimizer": "AdamW", "weight_decay": 0.1}, **POOR_FIT),
        silent(
            "a language model",
            settings={"vocab_size": 25},
            **POOR_FIT,
            val_accuracy=decay(0.2, 0.4, 40, half_life=0.08),
        ),
        silent(
            "a language model that was trained before",
            train_loss=decay(3.2, 2.9, half_life=0.08).noisy(0.02),
            val_loss=decay(3.1, 2.92, 40, half_life=0.08),
            val_accuracy=decay(0.39, 0.42, 40, half_life=0.08),
        ),
        silent("the accuracy still rises", **POOR_FIT, val_accuracy=line(0.2, 0.5, 40)),
        silent(
            "fits well, with a large weight decay",
            settings={"optimizer": "SGD", "weight_decay": 0.1},
            train_loss=decay(2.45, 0.3, half_life=0.08),
            val_loss=decay(2.3, 0.35, 40, half_life=0.08),
        ),
        silent(
            "overfits",
            settings={"dropout": 0.8},
            train_loss=decay(2.45, 1.2, half_life=0.08),
            val_loss=decay(2.3, 1.76, 40, half_life=0.08),
        ),
        silent(
            "what little is learnt is learnt by heart",
            train_loss=decay(0.7, 0.6, half_life=0.08),
            val_loss=line(0.69, 0.7, 40),
            val_accuracy=flat(0.52, 40).noisy(0.01),
        ),
        silent(
            "still falls",
            settings={"dropout": 0.8},
            train_loss=line(2.45, 1.73),
            val_loss=line(2.4, 1.76, 40),
        ),
        silent(
            "still falls, in a dozen values",
            settings={"dropout": 0.8},
            train_loss=decay(2.45, 1.6, 12, half_life=0.35),
            val_loss=decay(2.4, 1.62, 12, half_life=0.35),
        ),
        silent(
            "few values, and each goes on where the one before went",
            train_loss=given([2.3, 2.3, 2.25, 2.02, 1.91, 1.8, 1.7, 1.63, 1.57, 1.53, 1.49, 1.45, 1.41, 1.37]),
            val_loss=given([2.3, 2.3, 2.1, 1.95, 1.9, 1.7, 1.63, 1.56, 1.61, 1.51, 1.45, 1.41, 1.42, 1.36]),
            val_accuracy=given([0.1, 0.19, 0.24, 0.29, 0.31, 0.39, 0.41, 0.43, 0.42, 0.44, 0.47, 0.48, 0.49, 0.5]),
        ),
        silent(
            "a dozen values of a slow beginning, which fall as fast as before",
            train_loss=given([2.59, 2.43, 2.36, 2.32, 2.3, 2.29, 2.28, 2.272, 2.265, 2.257, 2.249, 2.241, 2.233]),
            val_loss=given([2.49, 2.39, 2.34, 2.31, 2.295, 2.284, 2.275, 2.267, 2.26, 2.252, 2.244, 2.236]),
            train_accuracy=given([0.09, 0.09, 0.09, 0.1, 0.16, 0.14, 0.15, 0.2, 0.21, 0.22, 0.23, 0.24, 0.24]),
        ),
        silent(
            "too short",
            settings={"dropout": 0.8},
            train_loss=given(decay(2.45, 1.73, 5, half_life=0.08).values),
            val_loss=decay(2.3, 1.76, 5, half_life=0.08),
        ),
        silent(
            "hardly anything was learnt, which no-learning says",
            train_loss=flat(2.3).noisy(0.01),
            val_loss=decay(2.3, 2.29, 40, half_life=0.1).noisy(0.003),
            val_accuracy=flat(0.1, 40),
        ),
    )

    def check(
        self,
        run: Run,
        train: Trend[TrainLoss],
        val: Trend[ValLoss],
        schedule: Schedule | None,
        settings: Hyperparameters,
        siblings: Siblings,
    ) -> Iterator[Finding]:
        """Ask whether both losses rest together, high, and what says that more was to be had."""
        long = [one for one in (train, val) if len(one) >= self.min_points]
        if not long or (schedule is not None and schedule.is_range_test):
            return
        answers = better_than_guessing(run)
        if answers >= self.mostly_right:
            return
        clear = max(long, key=lambda one: one.sure_fall)  # batch noise may hide what the other shows
        signs = UnderfitSigns(
            self._poor_accuracy(run, answers),
            strong_regularisation(settings),
            tiny_model(run),
            holds_a_penalty(run, train),
        )
        validation_rests = len(val) < self.min_points or self._has_come_to_rest(val)
        rests = validation_rests and self._has_come_to_rest(clear)
        rest_high = rests and self._is_high(train, signs) and self._rest_together(train, val)
        hardly_learns = bool(signs.poor_accuracy) and self._learns_hardly_anything(train, val, clear.sure_fall)
        if rest_high and (signs.are_conclusive or hardly_learns):
            yield self._rest_high(train, val, signs, causes_of_underfit(signs, train, settings, siblings))

    def _rest_high(
        self, train: Trend[TrainLoss], val: Trend[ValLoss], signs: UnderfitSigns, causes: tuple[Cause, ...]
    ) -> Finding:
        series = train.series
        since = int(series.steps[int(len(series) * (1 - self.flat_share))])
        return self.finding(
            f"{series.name} and {val.series.name} rest at {number(train.end)} and {number(val.end)} over "
            f"{stretch(series, since, series.last_step)}, {percent(train.end / train.start)} of the start; "
            + signs.clause,
            Span(series.name, since, series.last_step, "rests high"),
            confidence=Confidence.MEDIUM,
            causes=causes,
            to_tell_apart=[] if causes[0].strength is Strength.LIKELY else [ONE_BATCH],
            evidence={
                "training loss": Quantity(train.end),
                "validation loss": Quantity(val.end),
                "end": Quantity(train.end / train.start, "share of the start"),
            },
        )

    def _has_come_to_rest(self, loss: Trend[TrainLoss] | Trend[ValLoss]) -> bool:
        """Whether the loss gains next to nothing over its flat end, beside its whole fall."""
        fall = max(loss.start - loss.end, LEARNT * abs(loss.start))
        most = self.max_steady_gain if keeps_pace(loss, self.flat_share) else self.max_gain
        return sure_gain(loss, self.flat_share) <= most * fall

    def _is_high(self, train: Trend[TrainLoss], signs: UnderfitSigns) -> bool:
        """Whether training has fitted little since its beginning; a penalty on the weights hides how much."""
        least = self.high_end_of_tiny if signs.tiny_network else self.high_end
        return bool(signs.penalty) or (train.end > least * train.start > 0 and not begins_late(train.series))

    def _rest_together(self, train: Trend[TrainLoss], val: Trend[ValLoss]) -> bool:
        """Whether no gap opens; the first evaluation may see validation at rest already."""
        near_start = val.end <= val.start + self.max_gain * abs(val.start)
        return near_start and abs(val.end - train.end) <= self.gap * train.start

    def _learns_hardly_anything(self, train: Trend[TrainLoss], val: Trend[ValLoss], sure_fall: float) -> bool:
        """Whether something is learnt, but so little that a poor accuracy alone says that more was to be had."""
        hardly_fallen = train.end > self.hardly_fallen * train.start and sure_fall >= self.min_z
        return hardly_fallen and not memorises_only(Gap(train, val))

    def _poor_accuracy(self, run: Run, answers: float) -> str:
        """Say so when no accuracy of the run is fair, the best by its way from guessing, and none rises any more."""
        rising = any(
            -sure_gain(Trend.measure(one), self.flat_share) > self.max_gain * float(one.values.max())
            for one in accuracies(run, self.min_points)
        )
        return "" if rising or answers >= self.hardly_better else poor_accuracy(run, 1.0)
