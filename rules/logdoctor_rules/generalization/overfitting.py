"""Validation loss that rises while training loss falls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Confidence,
    Finding,
    Quantity,
    Rule,
    Run,
    Series,
    Severity,
    Span,
    TrainLoss,
    ValLoss,
    ValMetric,
    because,
    confidence_from,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import Curve, decay, flat, given, line, rise
from logdoctor.evidence.generalization.best_validation import keep_the_best, share_after_best, steps_since, was_no_best
from logdoctor.evidence.generalization.overfit import Overfit, to_tell_overfit
from logdoctor.evidence.generalization.second_descent import second_descent
from logdoctor.evidence.generalization.validation_alone import TELL_APART, risen_alone
from logdoctor.evidence.generalization.validation_rise import (
    HALVED,
    by_chance,
    falls_on,
    part_to_rise,
    rises_ever,
    rises_from_rest,
)
from logdoctor.signals import Gap, Hyperparameters, Swings, Trend
from logdoctor.signals.generalization.gap import evaluated_beside
from logdoctor.signals.optimization.stand_ins import StandIn
from logdoctor.wording import axis_word, number, place


@dataclass(frozen=True)
class Overfitting(Rule):
    """The network has begun to fit what is particular to the training set.

    Validation loss has risen from its minimum by more than its noise, while training loss went on falling, or came to
    rest far below. One last value is a note at most; where both rise, that is divergence. Where validation comes down
    again (double descent), it is a note once half of the rise is gone. It is nothing where nearly all was learnt after
    the minimum: a detector that finds nothing has little to lose. Without a training loss, it takes a larger rise.
    """

    id = "overfitting"
    title = "Validation loss rises after its best"
    severity = Severity.WARNING
    causes = (
        "under-regularised", "too-little-data", "label-noise", "labels-do-not-match", "validation-set-differs",
        "overconfidence",
    )  # fmt: skip
    references = (
        "Prechelt (1998), Early Stopping - But When?, doi:10.1007/3-540-49430-8_3",
        "OverfitGuard, Li et al. (2024), IEEE Access",
        "Nakkiran et al. (2019), Deep Double Descent, arXiv:1912.02292",
        "Arpit et al. (2017), A Closer Look at Memorization in Deep Networks, arXiv:1706.05394",
    )
    limits = (
        "Needs 5 validation losses and a training loss that falls on while they rise, or 12 where none is logged. "
        "Silent where validation logs metrics alone; a validation set that overlaps training hides it."
    )
    stand_ins = (StandIn.ERRORS,)
    explains = (
        "generalization-gap", "still-improving", "metric-loss-disagreement", "noisy-validation", "constant-metric",
    )  # fmt: skip

    min_rise: float = threshold(
        0.05, "rise after the minimum as a share of the fall from where either loss began; sound runs stay below 0.01"
    )
    least_rise: float = threshold(
        0.02, "the same up to which it is a note: what has fallen to next to nothing may double without harm"
    )
    min_ratio: float = threshold(
        0.2,
        "rise as a share of the minimum that counts however little of the fall it is: losses that came from far above; "
        "validation sets of a hundred examples waver by less",
    )
    min_ratio_halved: float = threshold(
        0.12, "the same where training has come down to less than half since: what it learns there is by heart"
    )
    min_level: float = threshold(
        0.05,
        "rise as a share of the minimum: 5 % over a smoothed one tells 39 of the 40 real curves of OverfitGuard right",
    )
    min_z: float = threshold(
        4.0, "rise in units of the noise of the validation level: one in thirty thousand by chance"
    )
    min_fall: float = threshold(
        0.03,
        "fall of the metric from its best as a share of it, from which the model decides worse: wrong labels learnt by "
        "heart cost a tenth",
    )
    min_train_fall: float = threshold(
        0.005,
        "fall of the training loss since the best step as a share of its whole fall: it must have gone on falling",
    )
    min_train_share: float = threshold(
        0.1,
        "the same as a share of the level at the best step, for losses that are almost zero by then; either suffices",
    )
    min_left: float = threshold(
        0.3, "rise as a share of the fall that counts beside a training loss at rest: as much as a gap (see there)"
    )
    min_descent: float = threshold(
        0.15, "fall over the last fifth of the run, and since the peak, as a share of the rise: it is coming down again"
    )
    max_back: float = threshold(0.5, "part of the rise that is gone again, above which it is a note: little is left")
    min_points: float = threshold(5.0, "values of validation loss: a minimum with something on both sides")

    examples = (
        fires(
            "a loss that came from far above, and of which training has learnt the rest by heart",
            train_loss=decay(8.8, 0.2, 60, half_life=0.15).noisy(0.01),
            val_loss=decay(8.8, 1.5, 30, half_life=0.1).followed_by(line(1.5, 1.76, 30)).noisy(0.01),
        ),
        silent(
            "the same, of which validation has hardly risen yet",
            train_loss=decay(8.8, 0.2, 60, half_life=0.15).noisy(0.01),
            val_loss=decay(8.8, 1.5, 30, half_life=0.1).followed_by(line(1.5, 1.64, 30)).noisy(0.01),
        ),
        fires(
            "four evaluations, each higher than the last",
            axis=Axis.STEP,
            train_loss=decay(0.7, 0.4).noisy(0.02),
            val_loss=Curve(np.array([0.69, 0.7, 0.73, 0.79]), frozenset(range(120)) - {29, 59, 89, 119}),
        ),
        silent(
            "four evaluations, each a little higher",
            axis=Axis.STEP,
            train_loss=decay(0.7, 0.4).noisy(0.02),
            val_loss=Curve(np.array([0.69, 0.7, 0.72, 0.75]), frozenset(range(120)) - {29, 59, 89, 119}),
        ),
        fires(
            "five epochs, each worse than the last from the second on",
            train_loss=given([0.153, 0.087, 0.049, 0.029, 0.02]),
            val_loss=given([0.135, 0.129, 0.146, 0.182, 0.193]),
        ),
        silent(
            "five epochs, the last of which is better again",
            train_loss=given([0.153, 0.087, 0.049, 0.029, 0.02]),
            val_loss=given([0.135, 0.129, 0.146, 0.182, 0.173]),
        ),
        silent(
            "five epochs, each a little worse than the last",
            train_loss=given([0.153, 0.127, 0.119, 0.109, 0.102]),
            val_loss=given([0.135, 0.129, 0.131, 0.133, 0.134]),
        ),
        fires(
            "validation turns up at step 40",
            train_loss=decay(2.3, 0.1).noisy(0.01),
            val_loss=decay(2.3, 0.9, 40).then(rise(0.4, 80)).noisy(0.02),
        ),
        fires("rises from the first epoch", train_loss=decay(2.3, 0.1, 20), val_loss=line(1.0, 1.6, 20)),
        fires(
            "labels of other rows, learnt by heart",
            train_loss=decay(2.31, 1.5, 20),
            val_loss=line(2.31, 2.7, 20),
            val_accuracy=flat(0.1, 20).noisy(0.01),
        ),
        fires(
            "noise hides the rise, and the accuracy falls by a tenth",
            train_loss=decay(0.9, 0.7, 160).noisy(0.03),
            val_loss=decay(1.0, 0.48, 40).then(rise(0.05, 120)).noisy(0.03, seed=3),
            val_accuracy=decay(0.7, 0.97, 40).then(line(0.0, -0.13, 120)).noisy(0.02),
        ),
        fires("few epochs", train_loss=line(1.6, 0.2, 8), val_loss=decay(1.6, 1.2, 3).then(line(0.0, 0.5, 5))),
        fires(
            "training goes on falling, if only a little",
            train_loss=decay(2.3, 0.5, 60, half_life=0.05).followed_by(line(0.5, 0.47, 60)),
            val_loss=decay(2.3, 0.9, 60, half_life=0.05).then(rise(0.2, 60)),
        ),
        fires(
            "training is almost zero, and goes on falling",
            train_loss=decay(2.3, 0.02, 60, half_life=0.05).followed_by(line(0.02, 0.012, 60)),
            val_loss=decay(2.3, 0.9, 60, half_life=0.05).then(rise(0.2, 60)),
        ),
        fires(
            "training goes on falling under noise that hides it from point to point",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.72, 200, half_life=0.05).followed_by(line(0.72, 0.58, 600)).noisy(0.3, seed=10),
            val_loss=decay(2.3, 0.9, 200, half_life=0.05).then(rise(0.4, 600)),
        ),
        fires(
            "a rise that is small against the level, but not against what was gained",
            train_loss=decay(2.3, 0.1),
            val_loss=decay(2.3, 1.6, 40).then(rise(0.15, 80)),
        ),
        fires(
            "a rise that is small against what was gained, but not against the level",
            train_loss=decay(40.0, 0.01),
            val_loss=decay(40.0, 1.2, 40).then(rise(0.6, 80)),
        ),
        fires(
            "next to nothing, and a half more of it (a note)",
            train_loss=decay(1.2, 0.007, half_life=0.05),
            val_loss=decay(1.2, 0.019, 60, half_life=0.05).then(rise(0.008, 60)),
        ),
        fires(
            "comes down again from its peak (a note)",
            train_loss=decay(2.3, 0.02).noisy(0.001),
            val_loss=decay(2.3, 0.9, 40).then(rise(1.0, 30)).then(line(0.0, -0.8, 50)),
        ),
        fires(
            "has begun to come down again",
            train_loss=decay(2.3, 0.02).noisy(0.001),
            val_loss=decay(2.3, 0.9, 40).then(rise(1.0, 50)).then(line(0.0, -0.4, 30)),
        ),
        fires(
            "a little below its peak at the end",
            train_loss=decay(2.3, 0.02).noisy(0.001),
            val_loss=decay(2.3, 0.9, 40).then(rise(1.0, 50)).then(line(0.0, -0.1, 30)),
        ),
        fires(
            "wrong labels are learnt late, at the cost of the rest",
            train_loss=line(2.3, 0.1),
            val_loss=decay(2.3, 1.2, 40).then(rise(1.0, 80)),
            val_accuracy=decay(0.1, 0.8, 40).then(line(0.0, -0.25, 80)),
        ),
        fires(
            "a small rise, and the metric falls with it",
            train_loss=line(1.4, 0.65),
            val_loss=decay(1.4, 0.5, 40).then(rise(0.035, 80)),
            val_accuracy=decay(0.25, 0.96, 40).then(line(0.0, -0.04, 80)),
        ),
        silent(
            "a small rise, and the metric keeps its level",
            train_loss=line(1.4, 0.65),
            val_loss=decay(1.4, 0.5, 40).then(rise(0.035, 80)),
            val_accuracy=decay(0.25, 0.96, 40).then(line(0.0, -0.02, 80)),
        ),
        fires(
            "validation is another kind of data",
            train_loss=decay(2.3, 0.6),
            val_loss=decay(4.5, 3.0, 40).then(rise(0.6, 80)),
        ),
        fires(
            "too certain, but as right as ever",
            train_loss=decay(2.3, 0.1),
            val_loss=decay(2.3, 0.9, 40).then(rise(0.5, 80)),
            val_accuracy=decay(0.1, 0.8),
        ),
        fires(
            "regularised, and overfits all the same",
            settings={"dropout": 0.5, "weight_decay": 0.1},
            train_loss=decay(2.3, 0.02),
            val_loss=decay(2.3, 0.9, 40).then(rise(0.5, 80)),
        ),
        silent(
            "a detector that finds nothing at first has little to lose",
            train_loss=decay(3.1, 1.2),
            val_loss=decay(0.16, 0.1, 20).followed_by(decay(4.6, 0.95, 100, half_life=0.1)),
            val_accuracy=flat(0.0, 20).followed_by(decay(0.1, 0.75, 100)),
        ),
        fires(
            "a detector that finds less and less",
            train_loss=decay(3.1, 1.2),
            val_loss=decay(4.6, 0.95, 60, half_life=0.1).then(rise(0.6, 60)),
            val_accuracy=decay(0.0, 0.75, 60).then(line(0.0, -0.1, 60)),
        ),
        fires(
            "learns only after the minimum, and ends far above training",
            train_loss=decay(2.3, 0.02).noisy(0.001),
            val_loss=decay(2.3, 0.9, 40).then(rise(1.0, 50)).then(line(0.0, -0.6, 30)),
            val_accuracy=flat(0.5, 40).followed_by(line(0.5, 0.6, 80)),
        ),
        fires(
            "learns on for a while after the minimum, as some do while they overfit",
            train_loss=decay(2.3, 0.02).noisy(0.001),
            val_loss=decay(2.3, 0.9, 40).then(rise(1.0, 50)).then(line(0.0, -0.6, 30)),
            val_accuracy=line(0.1, 0.35, 40).followed_by(line(0.35, 0.75, 80)),
        ),
        silent(
            "training is finite over the first third of the rise",
            train_loss=decay(2.3, 0.4, 72).followed_by(flat(np.inf, 48)),
            val_loss=decay(2.3, 0.9, 40).then(rise(1.0, 80)),
        ),
        silent(
            "training is not finite from the best epoch on",
            train_loss=decay(2.3, 1.0, 20).followed_by(flat(np.inf, 100)),
            val_loss=decay(2.3, 0.9, 20).followed_by(flat(1.9, 100).noisy(0.02)),
        ),
        silent("both still falling", train_loss=decay(2.3, 0.2), val_loss=decay(2.3, 0.6)),
        silent("validation stays on a noisy floor", train_loss=decay(2.3, 0.1), val_loss=decay(2.3, 0.9).noisy(0.05)),
        silent(
            "the lowest of many noisy values lies low by luck",
            train_loss=decay(2.3, 0.1).noisy(0.01),
            val_loss=decay(2.3, 0.9, half_life=0.05).noisy(0.1, seed=22),
        ),
        silent(
            "a rise by two percent",
            train_loss=decay(2.3, 0.1),
            val_loss=decay(2.3, 2.0, 40).then(rise(0.045, 80)),
        ),
        silent(
            "a rise too small to matter", train_loss=decay(2.3, 0.1), val_loss=decay(2.3, 0.9, 40).then(rise(0.02, 80))
        ),
        silent(
            "a rise that is small against what was gained",
            train_loss=decay(40.0, 0.1),
            val_loss=decay(40.0, 9.0, 40).then(rise(1.0, 80)),
        ),
        silent(
            "a rise within the noise",
            train_loss=decay(2.3, 0.1),
            val_loss=decay(2.3, 0.9, 60).then(rise(0.1, 60)).noisy(0.3),
        ),
        silent(
            "both rise: that is divergence",
            train_loss=decay(2.3, 0.5, 60).then(rise(0.4, 60)),
            val_loss=decay(2.3, 0.6, 60).then(rise(0.4, 60)),
        ),
        silent(
            "training has stopped too",
            train_loss=decay(2.3, 0.5, 40, half_life=0.05).then(flat(0.0, 80)),
            val_loss=decay(2.3, 0.9, 60, half_life=0.05).then(rise(0.2, 60)),
        ),
        fires(
            "training has stopped too, and validation leaves it far behind",
            train_loss=decay(0.9, 0.4, half_life=0.05).noisy(0.02),
            val_loss=decay(0.9, 0.41, 40, half_life=0.1).then(rise(0.8, 80)).noisy(0.01),
        ),
        silent(
            "a bad batch throws the weights, and validation never comes back",
            train_loss=decay(2.3, 0.3, 60, half_life=0.1).followed_by(decay(9.0, 0.3, 60, half_life=0.1)).noisy(0.01),
            val_loss=decay(2.3, 0.3, 60, half_life=0.1).followed_by(decay(9.0, 0.9, 60, half_life=0.1)).noisy(0.01),
        ),
        silent(
            "validation jumps about, and ends in a jump",
            train_loss=given([0.6, 0.6, 0.55, 0.55, 0.48, 0.51, 0.46, 0.51, 0.53]),
            val_loss=given([0.57, 0.53, 0.54, 0.76, 0.22, 0.44, 1.15, 0.32, 2.0]),
        ),
        silent(
            "training has stopped too, at next to nothing, of which validation is the double",
            train_loss=decay(2.3, 0.05, 30, half_life=0.05).followed_by(flat(0.05, 90)).noisy(0.005),
            val_loss=decay(2.3, 0.1, 40, half_life=0.1).then(rise(0.25, 80)).noisy(0.005),
        ),
        silent(
            "training has all but stopped",
            train_loss=decay(2.3, 0.5, 40, half_life=0.05).followed_by(line(0.5, 0.495, 80)),
            val_loss=decay(2.3, 0.9, 60, half_life=0.05).then(rise(0.2, 60)),
        ),
        fires(
            "no training loss is logged, and validation rises for most of the run",
            val_loss=decay(1.12, 0.93, 10).then(rise(0.4, 55)).noisy(0.008),
        ),
        silent(
            "no training loss is logged, and validation rises by a tenth",
            val_loss=decay(1.12, 0.93, 10).then(rise(0.09, 55)).noisy(0.008),
        ),
        silent(
            "no training loss is logged, and validation comes down again",
            val_loss=decay(1.12, 0.93, 10).then(rise(0.4, 35)).then(line(0.0, -0.2, 20)).noisy(0.008),
        ),
        silent(
            "no training loss is logged, and validation leaps up and stays there",
            val_loss=decay(2.3, 0.5, 20).followed_by(flat(2.3, 30)).noisy(0.01),
        ),
        silent(
            "no training loss is logged, and validation ends far beyond its start",
            val_loss=decay(2.3, 0.5, 20).followed_by(line(2.0, 80.0, 30)),
        ),
        silent(
            "validation rises beside the two losses of a game",
            d_loss=flat(0.6, 50).noisy(0.05),
            g_loss=flat(1.0, 50).noisy(0.1),
            val_loss=decay(1.5, 0.5, 15).then(rise(0.9, 35)).noisy(0.01),
        ),
        silent(
            "no training loss is logged, and validation jumps about and ends in a jump",
            val_loss=given([1.3, 0.66, 0.47, 0.79, 0.41, 0.4, 0.4, 1.26, 1.15, 1.4, 1.38, 0.4]),
        ),
        silent(
            "no training loss is logged, and validation loses less than it had gained",
            val_loss=decay(4.0, 0.5, 30).then(rise(0.9, 35)).noisy(0.008),
        ),
        fires(
            "no loss is logged, and the accuracy of validation falls while that of training rises",
            train_acc=rise(1.0, 60).noisy(0.002),
            val_acc=rise(0.8, 15).then(line(0.0, -0.2, 45)).noisy(0.005),
        ),
        silent(
            "no loss is logged, and the accuracy of validation falls by a percentage point",
            train_acc=rise(1.0, 60).noisy(0.002),
            val_acc=rise(0.97, 15).then(line(0.0, -0.01, 45)).noisy(0.0005),
        ),
        silent(
            "validation was best before the first update, and training never comes down to it",
            axis=Axis.STEP,
            train_loss=decay(4.6, 2.95, 50, half_life=0.1).noisy(0.04).without(0, 0),
            val_loss=given([1.8, 3.0, 2.95, 2.9, 2.9]),
        ),
        silent("four epochs, the second the best", train_loss=line(1.6, 0.2, 4), val_loss=given([1.1, 1.0, 1.3, 1.6])),
    )

    def check(
        self,
        run: Run,
        val: Trend[ValLoss],
        gap: Gap | None,
        settings: Hyperparameters,
        metric: Trend[ValMetric] | None,
        swings: Swings[TrainLoss] | None,
    ) -> Iterator[Finding]:
        """Compare what each loss has done since validation was at its best."""
        if gap is None:
            if margin := risen_alone(run, val):
                yield self._alone(val, margin)
            return
        if (swings is not None and swings.thrown_again) or was_no_best(run, gap, metric):
            return  # validation rises for weights that were blown up, or nothing was learnt before
        # What was learnt within the first epoch shows in the training loss alone.
        fall = max(val.start, gap.train.start) - val.best
        trained = evaluated_beside(run, gap)
        least, risen = self._least_rise(gap, metric, fall, trained), val.end - val.best
        has_risen = risen >= least and (len(val) >= self.min_points or rises_ever(val, trained))
        if has_risen and (self._training_falls_on(gap) or rises_from_rest(gap, self.min_left * fall)):
            yield self._risen(run, gap, Overfit(gap, settings, metric), least, is_small=risen < self.least_rise * fall)

    def _risen(self, run: Run, gap: Gap, overfit: Overfit, least: float, *, is_small: bool) -> Finding:
        """Report a rise of validation beside a training loss that falls on, or rests far below."""
        train, val, series, (best_step, lowest) = gap.train, gap.val, gap.val.series, gap.val.best_point
        descent, falls = second_descent(val, self.min_z, self.min_descent), self._training_falls_on(gap)
        is_last_alone = int(np.argmin(series.values)) == len(series) - 2
        is_note = is_small or is_last_alone or (descent is not None and descent.share > self.max_back)
        margin, causes = (val.end - val.best) / least, overfit.causes(fixes=[keep_the_best(val)])
        return self.finding(
            f"{series.name} rises from {number(lowest)} at {place(series, best_step)} to {number(val.end)} "
            f"while {train.series.name} {'falls to' if falls else 'rests at'} {number(train.end)}"
            + (descent.clause(run) if descent else ""),
            Span(series.name, best_step, series.last_step, "rising"),
            Span(train.series.name, *steps_since(train, best_step), "falling" if falls else "at rest"),
            severity=Severity.NOTE if is_note else self.severity,
            confidence=Confidence.LOW if descent or is_last_alone else confidence_from(margin, 2 * len(val)),
            causes=causes,
            to_tell_apart=to_tell_overfit(causes),
            evidence={
                "lowest": Quantity(lowest),
                "end": Quantity(val.end),
                "noise": Quantity(val.noise),
                f"best {axis_word(series.axis)}": Quantity(best_step),
                "steps after the best": Quantity(share_after_best(val), "share"),
                **({"come down since its peak": Quantity(descent.share, "share of the rise")} if descent else {}),
                **({"metric": Quantity(overfit.certain)} if overfit.certain else {}),
            },
        )

    def _alone(self, val: Trend[ValLoss], margin: float) -> Finding:
        """Report a rise beside which no training loss is logged: it may rise, too."""
        series, (best_step, lowest) = val.series, val.best_point
        return self.finding(
            f"{series.name} rises from {number(lowest)} at {place(series, best_step)} to {number(val.end)}; "
            "no training loss is logged beside it",
            Span(series.name, best_step, series.last_step, "rising"),
            confidence=confidence_from(margin, len(val)).at_most(Confidence.MEDIUM),
            causes=[because("under-regularised", fixes=[keep_the_best(val)]), because("too-little-data")],
            to_tell_apart=[TELL_APART],
            evidence={"lowest": Quantity(lowest), "end": Quantity(val.end), "noise": Quantity(val.noise)},
        )

    def _least_rise(self, gap: Gap, metric: Trend[ValMetric] | None, fall: float, trained: Series | None) -> float:
        """Return by how much validation must rise: a share of its fall, or of its lowest, and more than its noise."""
        val, part = gap.val, part_to_rise(metric, self.min_fall, self.min_z)
        ratio = self.min_ratio_halved if 0 < gap.train.end < HALVED * gap.train_at_best else self.min_ratio
        material = part * min(self.min_rise * fall, ratio * abs(val.best))
        return max(material, self.min_level * abs(val.best), by_chance(val, part * self.min_z, trained), 1e-300)

    def _training_falls_on(self, gap: Gap) -> bool:
        """Whether training has fallen on since validation was best; by next to nothing, where that is sure."""
        train, was = gap.train, gap.train_at_best
        least = min(self.min_train_fall * max(train.fall, 0.0), self.min_train_share * abs(was))
        return was - train.end > (-train.level_noise if falls_on(gap, least) else max(least, train.level_noise))
