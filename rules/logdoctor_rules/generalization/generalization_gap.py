"""Validation loss that ends far above training loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from logdoctor import (
    Finding,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    TrainLoss,
    ValMetric,
    confidence_from,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line, rise
from logdoctor.evidence.accuracies import end_accuracies, first_accuracy, left_behind
from logdoctor.evidence.boosted_trees import is_boosted
from logdoctor.evidence.generalization.gap_at_end import GapAtEnd, GapThresholds
from logdoctor.evidence.generalization.overfit import Overfit, causes_of_answers, to_tell_overfit
from logdoctor.signals import Gap, Hyperparameters, Trend
from logdoctor.wording import number, percent

EVALUATED: dict[str, Any] = {"train loss": decay(0.49, 0.327, 80, half_life=0.05)}
BOOSTED: dict[str, Any] = {
    "train-logloss": decay(0.69, 0.1, half_life=0.15),
    "eval-logloss": decay(0.69, 0.333, half_life=0.05),
}


@dataclass(frozen=True)
class GeneralizationGap(Rule):
    """Training loss goes on falling while validation loss stands still far above it.

    A gap alone is normal. It is a finding when most of what training gained never reached validation: validation has
    been flat for half the run, and the training loss has gone well below half of it. A smaller gap counts if it was
    widest early on: memorisation opens a gap late, so an early one means that the two sets differ. So does validation
    that starts far above an untrained network's loss and falls ever farther behind training. Any gap counts where
    validation has not fallen and ends where training began: nothing that was learnt has reached it.

    Boosted trees fit the training set, tree by tree, until nothing is left of it; what counts is the best round of
    validation. A gap alone is a note there.
    """

    id = "generalization-gap"
    title = "Validation loss stands still far above training loss"
    severity = Severity.WARNING
    causes = ("too-little-data", "under-regularised", "validation-set-differs", "labels-do-not-match")
    references = (
        "Zhang et al. (2017), Understanding deep learning requires rethinking generalization, arXiv:1611.03530",
    )
    limits = (
        "Needs 6 losses or accuracies of validation that have come to rest, and a training loss below half of them. "
        "Two losses that are not computed alike look like a gap."
    )
    explains = ("still-improving", "constant-metric")

    min_gap: float = threshold(
        0.3, "gap at the end as a share of what training gained: less than 70 % of it reached validation"
    )
    max_ratio: float = threshold(0.5, "training loss at the end as a share of validation loss: a factor of two apart")
    max_val_change: float = threshold(
        0.05, "change of validation over the later half as a share of its fall: it stands still"
    )
    max_own_change: float = threshold(
        0.15,
        "the same as a share of its own end: 1.3 that falls by 5 % of a gain of 2.3 stands still, 0.13 that falls by "
        "0.03 goes on",
    )
    min_apart: float = threshold(
        0.15,
        "gap at the end as a share of what training gained that suffices where it was widest early on; batches of "
        "one leave 0.13 in sound runs",
    )
    max_apart: float = threshold(
        0.35, "training loss at the end as a share of validation loss there; batches of one leave 0.45 in sound runs"
    )
    min_errors: float = threshold(
        0.15,
        "part of training's accuracy that validation's lacks at the end, from which that gap suffices as well; "
        "deepchecks calls a tenth a degradation",
    )
    min_wrong: float = threshold(
        0.5,
        "the same where no loss of validation is logged: networks that learn a few labels of a graph by heart lack 0.3",
    )
    reached: float = threshold(
        0.1, "part of what training gained, noise aside, that validation must have gained, else nothing reaches it"
    )
    min_gain: float = threshold(
        0.1,
        "what training must have gained then, as a share of its start; of less, validation must begin where training "
        "does, as that of an untrained network does",
    )
    least_gain: float = threshold(
        0.01, "the same there: of less, weights that stay alike learn the shares of the classes and nothing else"
    )
    beside: float = threshold(0.01, "difference of the two first losses, as a share, up to which they begin together")
    sure: float = threshold(10.0, "fall of training in units of its standard error, without which nothing is learnt")
    min_points: float = threshold(6.0, "values of validation loss: three in each half")

    examples = (
        fires(
            "training goes to zero, validation stands still",
            train_loss=decay(2.3, 0.02),
            val_loss=decay(2.3, 1.3, half_life=0.05),
        ),
        fires(
            "validation learns slowly and stays behind: the gap was widest early on",
            train_loss=decay(2.3, 0.14, 40, half_life=0.05),
            val_loss=decay(2.3, 0.58, 40, half_life=0.1),
        ),
        fires(
            "boosted trees, of which validation is no worse for the last (a note)",
            **BOOSTED,
        ),
        silent(
            "a gap of that size that grew to the end",
            train_loss=decay(2.3, 0.14, 40, half_life=0.1),
            val_loss=decay(2.3, 0.58, 40, half_life=0.1),
        ),
        silent(
            "validation lags early on, and all but catches up",
            train_loss=decay(2.3, 0.14, 40, half_life=0.05),
            val_loss=decay(2.3, 0.43, 40, half_life=0.1),
        ),
        silent(
            "a gap that was widest early on, and not so far above a training loss that rests",
            train_loss=decay(2.3, 0.45, 40, half_life=0.05),
            val_loss=decay(2.3, 1.0, 40, half_life=0.1),
        ),
        silent(
            "a student, most of whose loss is to agree with its teacher: validation measures the labels alone",
            train_loss=decay(2.3, 0.37, 100, half_life=0.05),
            train_ce_loss=decay(1.85, 0.9, 100, half_life=0.05),
            val_loss=decay(1.4, 1.0, 20, half_life=0.05),
        ),
        fires(
            "a divergence that grows to as much",
            train_loss=decay(2.3, 0.37, 100, half_life=0.05),
            train_kl_loss=decay(0.1, 0.95, 100, half_life=0.05),
            val_loss=decay(1.4, 1.0, 20, half_life=0.05),
        ),
        fires(
            "a term that is no larger than the loss itself",
            train_loss=decay(2.3, 0.37, 100, half_life=0.05),
            train_ce_loss=decay(1.85, 0.3, 100, half_life=0.05),
            val_loss=decay(1.4, 1.0, 20, half_life=0.05),
        ),
        fires(
            "validation of another scale, far above an untrained network, and farther and farther from training",
            train_loss=decay(0.1, 0.015),
            val_loss=decay(23.0, 6.8, half_life=0.4),
        ),
        silent(
            "validation that is added up, not averaged, and follows training",
            train_loss=decay(0.1, 0.03, half_life=0.4),
            val_loss=decay(3.2, 0.96, half_life=0.4),
        ),
        fires(
            "training learns a third, validation ends where training began",
            train_loss=decay(1.26, 0.8).noisy(0.03),
            val_loss=line(1.3, 1.265, 8),
        ),
        fires(
            "targets at random, of which a little is learnt by heart",
            train_loss=line(4.6, 4.4).noisy(0.01),
            val_loss=line(4.6, 4.72, 10),
        ),
        silent(
            "of weights that are all alike, which learn the shares of the classes and no more",
            train_loss=line(2.3026, 2.2946).noisy(0.0004),
            val_loss=line(2.3026, 2.3055, 10),
        ),
        silent(
            "the same of a few examples, whose shares differ more: the answers of training are one class at a time",
            train_loss=decay(1.395, 1.3757, 120, half_life=0.05),
            train_accuracy=given([0.25] * 4).followed_by(flat(0.2875, 116)),
            val_loss=decay(1.394, 1.3937, 120),
        ),
        silent(
            "fine-tuning of a little, on validation data that were harder from the first",
            train_loss=line(4.6, 4.4).noisy(0.01),
            val_loss=line(4.8, 4.79, 10),
        ),
        silent(
            "fine-tuning that validation follows a little of the way",
            train_loss=decay(1.26, 0.8).noisy(0.03),
            val_loss=line(1.3, 1.23, 8),
        ),
        silent(
            "validation that jumps too far to tell whether it fell",
            train_loss=decay(1.8, 0.4).noisy(0.03),
            val_loss=given([1.7, 1.65, 0.75, 0.35, 0.15, 0.4, 1.9, 0.45]),
        ),
        silent(
            "validation on a handful of examples, which jumps by more than what parts it from training, and ends below",
            train_loss=given([0.165, 0.086, 0.077, 0.069, 0.057, 0.061, 0.056, 0.054, 0.044, 0.051]),
            val_loss=given([0.747, 0.575, 0.214, 0.354, 0.819, 0.613, 1.119, 0.126, 0.133, 0.047]),
        ),
        silent(
            "the last few batches lie low by chance, as a training loss that is evaluated shows",
            loss=flat(0.33, 80).with_value(0, 0.65).with_value(72, *[0.168] * 8),
            val_loss=decay(0.58, 0.409, 80, half_life=0.05),
            **EVALUATED,
        ),
        silent(
            "single batches, one an epoch, most of which cost far less than their mean",
            train_loss=given([0.66, 0.34, 0.25, 0.2, 0.27, 0.03, 0.15, 0.01, 0.14, 0.13, 0.02, 0.09, 0.02, 0.03, 0.27]),
            val_loss=decay(0.38, 0.163, 15, half_life=0.08),
        ),
        silent(
            "validation is easier than the first batches of training",
            train_loss=decay(1.26, 0.8).noisy(0.03),
            val_loss=line(1.1, 1.12, 8),
        ),
        silent(
            "batches so noisy that nothing is sure to be learnt",
            train_loss=line(1.26, 1.1, 30).noisy(0.3),
            val_loss=line(1.27, 1.29, 8),
        ),
        silent(
            "validation that goes on falling, by little of what training gained and by much of what is left",
            train_loss=given([0.768, 0.1975, 0.0893, 0.0438, 0.0226, 0.0102, 0.0089, 0.0086, 0.0097, 0.005]),
            val_loss=given([0.423, 0.374, 0.29, 0.222, 0.176, 0.159, 0.148, 0.141, 0.131, 0.12]),
        ),
        fires(
            "no loss of validation, whose answers are guesses where those of training are right",
            train_loss=decay(1.6, 0.01),
            train_accuracy=decay(0.2, 1.0),
            val_accuracy=decay(0.2, 0.24).noisy(0.01),
        ),
        fires(
            "the same in percent, on few examples that take a while",
            train_loss=decay(1.6, 0.01),
            train_accuracy=decay(20.0, 100.0),
            val_accuracy=line(10.0, 40.0),
        ),
        silent(
            "no loss of validation, and a part of the answers is wrong, as of a graph with few labels",
            train_loss=decay(1.6, 0.01),
            train_accuracy=decay(0.2, 1.0),
            val_accuracy=decay(0.2, 0.6).noisy(0.01),
        ),
        silent("a small gap", train_loss=decay(2.3, 0.5), val_loss=decay(2.3, 0.7)),
        silent("a constant gap from the start", train_loss=decay(4.0, 2.2), val_loss=decay(5.6, 3.5)),
        silent("validation still falls", train_loss=decay(2.3, 0.02), val_loss=decay(2.3, 1.0, half_life=0.4)),
        silent(
            "validation of a loss that is large still falls",
            train_loss=decay(9.0, 2.5),
            val_loss=decay(9.0, 6.3, half_life=0.19),
        ),
        silent(
            "a large gap of a loss that is large", train_loss=decay(9.0, 3.0), val_loss=decay(9.0, 5.8, half_life=0.05)
        ),
        fires(
            "a gap that most of the gain bridges, but one answer in five that training gets right is wrong",
            train_loss=decay(2.3, 0.02),
            val_loss=decay(2.3, 0.6, half_life=0.05),
            train_accuracy=decay(0.1, 1.0),
            val_accuracy=decay(0.1, 0.8),
        ),
        silent(
            "the same, where one in ten is",
            train_loss=decay(2.3, 0.02),
            val_loss=decay(2.3, 0.6, half_life=0.05),
            train_accuracy=decay(0.1, 1.0),
            val_accuracy=decay(0.1, 0.9),
        ),
        silent(
            "a gap that most of the gain bridges", train_loss=decay(2.3, 0.02), val_loss=decay(2.3, 0.6, half_life=0.05)
        ),
        silent("too few values", train_loss=line(2.3, 0.1, 5), val_loss=flat(1.9, 5)),
        silent(
            "validation rises: that is overfitting",
            train_loss=decay(2.3, 0.02),
            val_loss=decay(2.3, 1.3, 40).then(rise(0.5, 80)),
        ),
        fires(
            "a negated overlap that training fills, and validation does not",
            train_loss=decay(-0.05, -0.99).noisy(0.01),
            val_loss=decay(-0.05, -0.45).noisy(0.01),
        ),
        silent(
            "a negated overlap that validation fills three quarters of",
            train_loss=decay(-0.05, -0.99).noisy(0.01),
            val_loss=decay(-0.05, -0.74).noisy(0.01),
        ),
        silent(
            "likelihoods of counts, which are smaller in the other set",
            train_loss=decay(0.0, -2.7, half_life=0.05).noisy(0.01),
            val_loss=decay(0.0, -1.63, half_life=0.05).noisy(0.01),
        ),
        silent(
            "the same, of counts whose likelihoods end on either side of zero",
            train_loss=decay(2.0, -0.5, half_life=0.05).noisy(0.01),
            val_loss=decay(2.0, 0.4, half_life=0.05).noisy(0.01),
        ),
        fires(
            "validation ends far above zero, and training below",
            train_loss=decay(2.0, -0.5, half_life=0.05).noisy(0.01),
            val_loss=decay(2.0, 0.9, half_life=0.05).noisy(0.01),
        ),
    )

    def check(
        self,
        run: Run,
        train: Trend[TrainLoss],
        gap: Gap | None,
        settings: Hyperparameters,
        metric: Trend[ValMetric] | None,
    ) -> Iterator[Finding]:
        """Compare the two ends, where validation has come to rest; of answers where no loss of it is logged."""
        if gap is not None:
            yield from self._of_losses(run, gap, settings, metric)
        elif metric is not None and len(metric) >= self.min_points and left_behind(run) >= self.min_wrong:
            yield from self._of_answers(run, train, metric)

    def _of_losses(
        self, run: Run, gap: Gap, settings: Hyperparameters, metric: Trend[ValMetric] | None
    ) -> Iterator[Finding]:
        train, val, overfit = gap.train, gap.val, Overfit(gap, settings, metric)
        ends = GapAtEnd(run, gap, overfit.validation.far_off, self.thresholds_for(GapThresholds))
        if len(val) < self.min_points or not ends.is_odd:
            return
        is_usual = is_boosted(run, train.series, val.series) and not (ends.is_far_off or ends.is_untouched)
        half, last = int(val.steps[len(val.steps) // 2]), val.series.last_step
        causes = [one for one in overfit.causes() if one.id in self.causes]
        yield self.finding(
            f"{train.series.name} falls to {number(train.end)} "
            f"while {val.series.name} {ends.state} at {number(val.end)}{ends.began}",
            Span(val.series.name, half, last, "standing still" if ends.rests else "jumping"),
            Span(train.series.name, train.series.first_step, train.series.last_step, "falling"),
            severity=Severity.NOTE if is_usual else self.severity,
            confidence=confidence_from(ends.margin, len(val)),
            causes=causes,
            to_tell_apart=to_tell_overfit(causes),
            evidence={
                "gap": Quantity(gap.end),
                "gap as a share of the gain": Quantity(gap.end / ends.gained, "share"),
                "training end": Quantity(train.end),
                "validation end": Quantity(val.end),
            },
        )

    def _of_answers(self, run: Run, train: Trend[TrainLoss], metric: Trend[ValMetric]) -> Iterator[Finding]:
        series = metric.series
        ends = min((one for one in end_accuracies(run) if one.training), key=lambda one: one.name != series.name)
        trained = ends.training or 0.0
        yield self.finding(
            f"{ends.name} ends at {number(ends.validation)} where training is right in {percent(trained)} of the cases",
            Span(series.name, int(metric.steps[len(metric.steps) // 2]), series.last_step, "far behind"),
            Span(train.series.name, train.series.first_step, train.series.last_step, "falling"),
            confidence=confidence_from((trained - ends.validation) / (self.min_wrong * trained), len(metric)),
            causes=causes_of_answers(no_better=ends.validation - first_accuracy(series) <= self.reached * trained),
            evidence={"training": Quantity(trained, "share"), "validation": Quantity(ends.validation, "share")},
        )
