"""Validation loss that jumps from one evaluation to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Confidence,
    Finding,
    Fix,
    Quantity,
    Rule,
    Series,
    Severity,
    Span,
    ValMetric,
    confidence_from,
    example_run,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line, swing
from logdoctor.evidence.generalization.validation_jumps import (
    CAUSES,
    ValidationJumps,
    causes_of_jumps,
    collapses,
    many_examples,
)
from logdoctor.evidence.generalization.validation_mismatch import ValidationMismatch
from logdoctor.signals import Gap, Hyperparameters, Roughness, Schedule, Siblings, Trend
from logdoctor.signals.optimization.accuracy import examples_of, has_one_decimal, moves_often
from logdoctor.wording import number, place

FEW = 60
"""Examples up to which a validation set is small: the standard error of an accuracy is 4 to 6 %."""

TENTHS = 10
"""Examples whose accuracy is printed as one of any number is with one decimal."""


@dataclass(frozen=True)
class NoisyValidation(Rule):
    """Validation loss jumps from one evaluation to the next far more than training loss does over the same steps.

    Which checkpoint is the best one is then luck. Judged over the later half, and only where it still jumps at the end:
    one spike, a BatchNorm that wavers until the rate has fallen, or a rate that is raised again and again, is nothing.
    An accuracy that takes the values of ten examples or fewer says the same of whatever the loss does: its standard
    error is sqrt(p (1 - p) / n), 0.13 and more around 0.8.
    """

    id = "noisy-validation"
    title = "Validation loss jumps between evaluations"
    severity = Severity.WARNING
    causes = CAUSES
    references = ("https://developers.google.com/machine-learning/crash-course/overfitting/interpreting-loss-curves",)
    limits = (
        "Needs 10 evaluations beside a training loss, and jumps that last to the end. How many examples are evaluated "
        "is known only from the steps in which an accuracy moves."
    )

    min_over_train: float = threshold(
        4.0,
        "jumps in units of those of the training loss over the same steps, each as a share of its level: those of "
        "sound public runs reach twice, for fewer examples are averaged",
    )
    min_share: float = threshold(
        0.05, "jumps (a standard deviation) as a share of what was gained; sound public runs stay below 0.03"
    )
    min_level: float = threshold(
        0.05,
        "the same as a share of the level that is needed at least: a twentieth is what runs differ by",
    )
    restless: float = threshold(
        0.15,
        "the same as a share of the level from which validation jumps whatever the batches of training do; sound runs "
        "stay below 0.1 unless their losses are next to nothing",
    )
    restless_share: float = threshold(
        0.025,
        "such jumps as a share of what was gained: a loss next to nothing may double without harm, and networks that "
        "are trained at a constant rate to it do",
    )
    restless_over_train: float = threshold(
        1.0, "such jumps in units of those of training, whose means of few batches jump too: more than they do"
    )
    wild: float = threshold(
        0.4, "the same as a share of the level from which they matter however much was gained: no best can be told"
    )
    wild_share: float = threshold(
        0.003,
        "such jumps as a share of what was gained, where they are also far beyond those of training: regressions "
        "that gain a hundredfold, judged by a handful of rows",
    )
    handful: float = threshold(
        10.0,
        "examples up to which their accuracy alone says that they are too few: its standard error is 0.1 and more from "
        "0.1 to 0.9; sound public runs have hundreds",
    )
    min_points: float = threshold(10.0, "evaluations: five in the half that is judged")

    examples = (
        fires(
            "training is smooth, validation jumps",
            train_loss=decay(2.3, 0.3, 40).noisy(0.005),
            val_loss=decay(2.3, 0.6, 40).noisy(0.2, seed=1),
        ),
        fires(
            "each update follows one example",
            settings={"batch_size": 1},
            train_loss=decay(2.3, 0.3, 40).noisy(0.005),
            val_loss=decay(2.3, 0.6, 40).noisy(0.2, seed=1),
        ),
        fires(
            "a sibling that clips its gradients is calm on the same set",
            settings={"task": "text", "max_grad_norm": 0.0},
            siblings=(
                example_run(
                    {"task": "text", "max_grad_norm": 1.0}, train_loss=decay(2.3, 0.3, 40), val_loss=decay(2.3, 0.5, 40)
                ),
            ),
            train_loss=decay(2.3, 0.3, 40).noisy(0.005),
            val_loss=decay(2.3, 0.6, 40).noisy(0.2, seed=1),
        ),
        fires(
            "jumps up now and then",
            train_loss=decay(3.9, 2.07, 40).noisy(0.005),
            val_loss=decay(3.9, 2.25, 40)
            .noisy(0.03)
            .with_value(21, 2.8)
            .with_value(25, 2.7, 2.7)
            .with_value(29, 2.8)
            .with_value(33, 2.75)
            .with_value(36, 2.9),
        ),
        fires(
            "jumps less once the rate has fallen",
            train_loss=decay(2.3, 0.3, 40).noisy(0.005),
            val_loss=decay(2.3, 0.6, 30).noisy(0.3, seed=1).followed_by(flat(0.6, 10).noisy(0.21, seed=2)),
            lr=flat(0.1, 30).followed_by(flat(0.03, 10)),
        ),
        fires(
            "five examples are a tiny validation set",
            train_loss=decay(2.3, 0.15, 40).noisy(0.005),
            val_loss=decay(2.3, 0.08, 40).plus(given(np.abs(flat(0.0, 40).noisy(0.2, seed=3).values))),
            val_accuracy=given([1.0 if i % 7 else 0.8 for i in range(40)]),
        ),
        fires(
            "three examples, and few batches between evaluations",
            train_loss=decay(0.9, 0.33, 40).noisy(0.08),
            val_loss=decay(0.9, 0.1, 40).plus(given(np.abs(flat(0.0, 40).noisy(0.05, seed=3).values))),
        ),
        fires(
            "five examples, and a training that jumps as much",
            train_loss=decay(2.3, 0.4, 40).noisy(0.3, seed=2),
            val_loss=decay(2.3, 0.6, 40).noisy(0.2, seed=1),
            val_accuracy=given([0.6 if i % 3 else 0.8 for i in range(40)]),
        ),
        fires(
            "four examples, whatever their loss does",
            train_loss=decay(2.3, 0.02, 40),
            val_loss=decay(2.3, 0.03, 40),
            val_accuracy=given([0.25, 0.5, 0.75, 0.75, *[1.0] * 36]),
        ),
        fires(
            "jumps far above where training began, while training is steady: inputs of another scale",
            train_loss=decay(2.3, 0.04, 40).noisy(0.001),
            val_loss=flat(9.0, 40).noisy(1.2, seed=1),
        ),
        fires(
            "hundreds of examples, which jump together only where the weights do",
            train_loss=decay(2.3, 0.3, 40).noisy(0.005),
            val_loss=decay(2.3, 0.6, 40).noisy(0.2, seed=1),
            val_accuracy=decay(0.3, 0.8113, 40).noisy(0.03, seed=1),
        ),
        silent(
            "one value between none and all is chance",
            train_loss=decay(2.3, 0.02, 40),
            val_loss=decay(2.3, 0.03, 40),
            val_accuracy=given([0.75, *[1.0] * 39]),
        ),
        silent(
            "an accuracy that is printed with one decimal, as that of ten examples would be",
            train_loss=decay(0.6, 0.2, 12),
            val_loss=decay(0.62, 0.25, 12),
            val_accuracy=given([0.6, 0.7, 0.7, 0.8, 0.8, 0.8, 0.9, 0.9, 0.9, 0.8, 0.9, 0.9]),
        ),
        silent(
            "a share of the larger class at which the accuracy stays",
            train_loss=decay(0.69, 0.5, 40),
            val_loss=decay(0.69, 0.5, 40),
            val_accuracy=flat(0.75, 40),
        ),
        silent(
            "warm restarts, each of which lifts the loss for a while",
            train_loss=decay(0.9, 0.05, 40).noisy(0.005),
            val_loss=decay(0.9, 0.06, 40).with_value(19, 0.3).with_value(29, 0.5, 0.3).with_value(36, 0.3, 0.2),
            lr=given(np.tile(np.linspace(0.1, 0.001, 8), 5)),
        ),
        silent(
            "twenty examples, but small jumps",
            train_loss=decay(2.3, 0.4, 40).noisy(0.05),
            val_loss=decay(2.3, 0.6, 40).noisy(0.05, seed=1),
            val_accuracy=given([0.65 if i % 3 else 0.8 for i in range(40)]),
        ),
        silent(
            "many examples, and a training that jumps as much",
            train_loss=decay(2.3, 0.4, 40).noisy(0.3, seed=2),
            val_loss=decay(2.3, 0.6, 40).noisy(0.2, seed=1),
            val_accuracy=decay(0.3, 0.7713, 40).noisy(0.02),
        ),
        fires(
            "two rows, and an error that goes up and down tenfold",
            train_loss=decay(1.0, 0.014, 40, half_life=0.03).noisy(0.0005),
            val_loss=given(np.exp(decay(0.0, -4.8, 40, half_life=0.03).noisy(0.8, seed=7).values)),
        ),
        silent(
            "the same where next to nothing is left",
            train_loss=decay(1.0, 0.005, 40, half_life=0.03).noisy(0.0002),
            val_loss=given(np.exp(decay(0.0, -5.6, 40, half_life=0.03).noisy(0.8, seed=7).values)),
        ),
        silent(
            "a loss next to nothing doubles now and then",
            train_loss=decay(2.3, 0.02, 40).noisy(0.001),
            val_loss=decay(2.3, 0.03, 40).plus(given(np.abs(flat(0.0, 40).noisy(0.02, seed=3).values))),
        ),
        silent(
            "few batches jump more than validation",
            train_loss=decay(0.9, 0.33, 40).noisy(0.25),
            val_loss=decay(0.9, 0.1, 40).plus(given(np.abs(flat(0.0, 40).noisy(0.05, seed=3).values))),
        ),
        silent(
            "both are noisy",
            train_loss=decay(2.3, 0.3, 40).noisy(0.15, seed=2),
            val_loss=decay(2.3, 0.6, 40).noisy(0.2, seed=1),
        ),
        silent(
            "jumps that are small against what was gained",
            train_loss=decay(20.0, 0.2, 40).noisy(0.005),
            val_loss=decay(20.0, 0.6, 40).noisy(0.1, seed=1),
        ),
        silent(
            "jumps that are small against the level",
            train_loss=decay(11.0, 9.9, 40).noisy(0.005),
            val_loss=decay(11.0, 10.2, 40).noisy(0.15, seed=1),
        ),
        silent(
            "wavers until the rate falls",
            train_loss=decay(2.3, 0.3, 40).noisy(0.005),
            val_loss=decay(2.3, 0.6, 30).noisy(0.3, seed=1).followed_by(flat(0.6, 10).noisy(0.03, seed=2)),
        ),
        fires(
            "jumps a third as far at the end, and too far still",
            train_loss=decay(2.3, 0.3, 40).noisy(0.005),
            val_loss=decay(2.3, 0.6, 30).noisy(1.0, seed=1).followed_by(flat(0.6, 10).noisy(0.3, seed=2)),
        ),
        silent("one spike", train_loss=decay(2.3, 0.3, 40), val_loss=decay(2.3, 0.6, 40).with_value(30, 3.0)),
        silent("few evaluations", train_loss=line(2.3, 1.0, 9), val_loss=line(2.3, 1.0, 9).noisy(0.3)),
        silent(
            "overfits smoothly", train_loss=decay(2.3, 0.1, 40), val_loss=decay(2.3, 0.9, 20).then(line(0, 0.6, 20))
        ),
        silent(
            "swings slowly, and training with it",
            train_loss=decay(2.3, 0.8).plus(swing(0.4, 12)),
            val_loss=decay(2.3, 0.9).plus(swing(0.4, 12)),
        ),
    )

    def check(
        self,
        rough: Roughness,
        schedule: Schedule | None,
        metric: Trend[ValMetric] | None,
        settings: Hyperparameters,
        siblings: Siblings,
    ) -> Iterator[Finding]:
        """Compare the jumps of validation with those of training, with the gain and with the level."""
        val, train = rough.gap.val, rough.gap.train
        n = self._examples(metric.series) if metric is not None else 0
        few = f"{metric.series.name} moves in steps of {number(1 / n)}: about {n} examples" if n and metric else ""
        margin = self._margin(rough, rough.jumps, few=bool(few))
        handful = metric is not None and 0 < n <= self.handful and moves_often(metric.series)
        restarts = schedule is not None and len(schedule.restarts) > 1
        calm = self._margin(rough, rough.last_jumps, few=bool(few)) <= 1  # what is left would be no finding
        settles = (restarts or calm) and not few
        if len(val) < self.min_points or settles or (margin <= 1 and not handful):
            return
        many = many_examples(metric.series, FEW) if metric is not None and not n else ""
        is_other = ValidationMismatch(rough.gap, metric, boosted=False).is_other_data
        falls = collapses(metric.series) if metric is not None else ""
        seen = ValidationJumps(rough, schedule, settings, siblings, few, many, falls, is_other)
        series, first = val.series, int(val.series.steps[len(val) // 2])
        jumps = (
            f"{series.name} usually jumps by {number(rough.jumps)} from one evaluation to the next around "
            f"{number(val.end)}, {train.series.name} by {number(rough.train_jumps)} over the same steps"
        )
        yield self.finding(
            jumps if margin > 1 else f"{few}, too few to tell evaluations apart, be it by {series.name}",
            Span(series.name, first, series.last_step, "jumping" if margin > 1 else "of few examples"),
            confidence=confidence_from(margin, len(val)) if margin > 1 else Confidence.MEDIUM,
            causes=causes_of_jumps(seen, [_do_not_trust_the_best(series, rough)]),
            evidence=_evidence(rough),
        )

    def _margin(self, rough: Roughness, jumps: float, *, few: bool) -> float:
        """Return how far jumps of a size go beyond those of sound runs, from 1 on.

        They are large beside the gain and the level, the larger the less they stand out from those of training. Where
        an accuracy tells of few examples, any that stand out are enough.
        """
        gained, level, over = _gained(rough.gap), abs(rough.gap.val.end), rough.over_train
        plain = max(self.min_share * gained, self.min_level * level, 1e-300)
        restless = max(self.restless_share * gained, self.restless * level, 1e-300)
        wild = max(self.wild_share * gained, self.wild * level, 1e-300)
        return max(
            min(over / self.min_over_train, jumps / plain),
            min(over / self.restless_over_train, jumps / restless),
            min(over / self.min_over_train, jumps / wild),
            jumps / max(plain, self.restless * level) if few and over > 0 else 0.0,
        )

    @staticmethod
    def _examples(metric: Series) -> int:
        """Return how many examples are evaluated where an accuracy tells, or 0: tenths may be any share, rounded."""
        n = examples_of(metric, FEW)
        return 0 if n == TENTHS and has_one_decimal(metric) else n


def _gained(gap: Gap) -> float:
    """Return how far validation fell; what was learnt before its first value shows in the training loss alone."""
    return max(gap.val.start, gap.train.start) - gap.val.best


def _evidence(rough: Roughness) -> dict[str, Quantity]:
    gained = _gained(rough.gap)
    share = {"usual jump as a share of the gain": Quantity(rough.jumps / gained, "share")} if gained > 0 else {}
    return {
        "usual jump": Quantity(rough.jumps),
        "usual jump of training": Quantity(rough.train_jumps),
        **share,
        "jumps of the last quarter": Quantity(round(rough.lasting, 2), "times those of the quarter before"),
    }


def _do_not_trust_the_best(series: Series, rough: Roughness) -> Fix:
    best = int(np.argmin(series.values))
    where, lowest = place(series, int(series.steps[best])), number(series.values[best])
    return Fix(
        f"validate on more examples, or average the last evaluations or weights: {where} is not known to be the best, "
        f"for its {lowest} lies within the usual jump of {number(rough.jumps)}",
        basis="read from this curve",
    )
