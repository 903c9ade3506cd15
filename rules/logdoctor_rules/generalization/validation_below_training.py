"""Validation loss that stays below training loss."""

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
    Severity,
    Span,
    TrainLoss,
    confidence_from,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import Curve, decay, flat, line, rise
from logdoctor.evidence.accuracies import end_accuracies, errs_evenly
from logdoctor.evidence.generalization.validation_lead import (
    EVALUATED,
    Lead,
    LeadSigns,
    ahead_at_first,
    are_means,
    begins_early,
    evaluated_alike,
    in_another_unit,
    trails_evaluated,
)
from logdoctor.evidence.told_by_settings import regularisers
from logdoctor.run.roles import TrainComponentLoss
from logdoctor.signals import Gap, Trend
from logdoctor.wording import number, percent

RESTLESS = 0.1
"""Noise of validation as a share of its level, above which the set is too small to be called easier."""

STEADY = 0.07
"""Noise of validation as a share of training's level, up to which a lead is no luck: a handful of rows have more."""

KEPT = 0.5
"""Part of its fall that training must still have at the end: what rises leaves validation behind by itself."""

UNLEARNT = 0.3
"""Training loss as a share of its start, from which it is far from solved where no metric says so."""

FAR_BELOW = 0.25
"""Validation as a share of training up to which no usual dropout or noise leaves it, whatever a log left out."""

_SELDOM = Curve(decay(1.0, 0.28, half_life=0.12).values[::4], frozenset(at for at in range(120) if at % 4))

_SINCE_START = Curve(np.cumsum(decay(0.9, 0.06, half_life=0.1).noisy(0.01).values) / np.arange(1, 121))
_EVERY_TENTH = Curve(decay(0.3, 0.11, half_life=0.1).values[9::10], frozenset(at for at in range(120) if at % 10 != 9))


@dataclass(frozen=True)
class ValidationBelowTraining(Rule):
    """Validation loss lies clearly below training loss to the end of the run.

    Dropout, augmentation, mixup, label smoothing and means over an epoch make that normal, and few logs name them all:
    then it is a note, and only for a large lead. It is a warning where they cannot explain it: validation makes no
    mistakes while training makes many, led before a regulariser could hide anything, is in another unit, or leads
    by a good part of all that training gained and no setting names a regulariser. The last needs, of a classifier,
    logged settings (mixup is common) and as many mistakes as its loss implies (smoothed labels raise the loss alone).
    """

    id = "validation-below-training"
    title = "Validation loss stays below training loss"
    severity = Severity.WARNING
    causes = ("train-mode-regularisation", "leakage", "validation-set-differs", "label-noise", "wrong-loss-or-output")
    references = ("Schoop et al. (2021), UMLAUT, doi:10.1145/3411764.3445538",)
    limits = "Needs 6 validation losses. Leakage and dropout look alike until training is evaluated without dropout."

    max_ratio: float = threshold(
        0.65, "validation loss as a share of training loss; dropout and mild augmentation leave 0.7 and more"
    )
    max_ratio_evaluated: float = threshold(
        0.75,
        "the same where training is evaluated as validation is, so that no regulariser lies between them; sets drawn "
        "alike leave 0.8 and more (measured on 100 small networks)",
    )
    min_lead: float = threshold(
        0.1, "lead as a share of what training gained: where both are almost zero, a ratio says little"
    )
    far: float = threshold(
        0.25,
        "the same from which no usual regulariser explains it: sound runs with dropout or noise on their inputs stay "
        "below 0.15, wrong labels in training leave 0.3 and more (and mixup and smoothed labels of classifiers)",
    )
    min_z: float = threshold(
        4.0, "lead in units of its standard error over the last two thirds; one in thirty thousand by chance"
    )
    min_lasting: float = threshold(
        0.7, "lead at the end in units of that in the middle of the run; less, and it is closing: averages lag early on"
    )
    solved: float = threshold(
        0.002,
        "error (1 minus accuracy) of validation up to which it is solved; mixup and augmentation leave half a percent "
        "on the easiest sets, copies of answers nothing",
    )
    unsolved: float = threshold(
        0.2, "error of training from which it is far from solved; strong dropout on small networks leaves 0.15"
    )
    min_even: float = threshold(
        0.88,
        "training loss of a classifier in units of the most that its mistakes can cost: wrong labels leave 0.8 to 1, "
        "dropout and noise on the inputs 0.65 to 0.88, mixup 0.5 to 0.92 (measured on 250 small networks)",
    )
    min_points: float = threshold(6.0, "values of validation loss: three in each half")

    examples = (
        fires(
            "validation is divided by its examples, after a mean over batches of 64",
            train_loss=decay(2.3, 0.3),
            val_loss=decay(2.3 / 64, 0.35 / 64),
        ),
        fires(
            "validation makes no mistakes, training does, and no setting says why",
            settings={"learning_rate": 0.001},
            train_loss=decay(2.3, 1.0),
            val_loss=decay(2.3, 0.1),
            train_accuracy=line(0.1, 0.7),
            val_accuracy=decay(0.1, 1.0),
        ),
        fires(
            "the same where nothing is known of training but its loss",
            train_loss=decay(2.3, 1.0),
            val_loss=decay(2.3, 0.1),
            val_accuracy=decay(0.1, 1.0),
        ),
        fires(
            "validation was ahead before anything was learnt",
            settings={"learning_rate": 0.001},
            train_loss=decay(1.6, 0.9, 40, half_life=0.3),
            val_loss=decay(1.0, 0.45, 40, half_life=0.3),
        ),
        fires(
            "the same, and nobody knows what the settings add to the means of training (a note)",
            train_loss=decay(1.6, 0.9, 40, half_life=0.3),
            val_loss=decay(1.0, 0.45, 40, half_life=0.3),
        ),
        fires(
            "the same through noise that hides it in each third of the run",
            settings={"learning_rate": 0.001},
            train_loss=decay(1.6, 0.9, 40, half_life=0.3).noisy(0.36, seed=5),
            val_loss=decay(1.0, 0.45, 40, half_life=0.3).noisy(0.01),
        ),
        fires(
            "ahead before anything was learnt, but another loss has other terms (a note)",
            train_loss=decay(1.6, 0.9, 40, half_life=0.3),
            train_aux_loss=decay(0.6, 0.4, 40),
            val_loss=decay(1.0, 0.45, 40, half_life=0.3),
        ),
        fires(
            "ahead of late evaluations alone (a note)",
            train_loss=decay(2.9, 0.9, 40, half_life=0.01),
            val_loss=decay(0.6, 0.45, 40, half_life=0.3),
        ),
        fires(
            "unnamed augmentation leaves training far behind (a note)",
            settings={"learning_rate": 0.001},
            train_loss=decay(2.3, 0.57, half_life=0.03),
            val_loss=decay(2.3, 0.24, half_life=0.03),
        ),
        fires(
            "training is not far behind (a note)",
            train_loss=decay(2.3, 0.5),
            val_loss=decay(2.3, 0.1),
            train_accuracy=decay(0.1, 0.88),
            val_accuracy=decay(0.1, 1.0),
        ),
        fires(
            "a large lead that no setting explains",
            settings={"learning_rate": 0.001},
            train_loss=decay(6.9, 2.8),
            val_loss=decay(6.9, 0.9),
        ),
        fires("the same, and no settings are logged (a note)", train_loss=decay(6.9, 2.8), val_loss=decay(6.9, 0.9)),
        fires("far below, though no settings are logged", train_loss=decay(6.9, 2.8), val_loss=decay(6.9, 0.3)),
        fires(
            "a classifier errs as much more in training, in whatever row",
            settings={"learning_rate": 0.001, "num_classes": 1000},
            train_loss=decay(6.9, 2.8),
            val_loss=decay(6.9, 0.9),
            train_accuracy=decay(0.0, 0.643),
            val_accuracy=decay(0.0, 0.9),
        ),
        fires(
            "no settings are logged of a classifier, which mixup may keep from being right (a note)",
            train_loss=decay(6.9, 2.8),
            val_loss=decay(6.9, 0.9),
            train_accuracy=decay(0.0, 0.643),
            val_accuracy=decay(0.0, 0.9),
        ),
        fires(
            "smoothed labels raise the loss alone (a note)",
            settings={"learning_rate": 0.001},
            train_loss=decay(2.3, 0.98),
            val_loss=decay(2.3, 0.38),
            train_accuracy=decay(0.1, 0.97),
            val_accuracy=decay(0.1, 0.96),
        ),
        fires(
            "smoothed labels, of a classifier by its share of mistakes (a note)",
            train_loss=decay(1.1, 0.34, 40),
            val_loss=decay(1.1, 0.09, 40),
            val_error=decay(0.6, 0.0, 40),
        ),
        fires(
            "a classifier of whose mistakes in training nothing is known (a note)",
            settings={"learning_rate": 0.001},
            train_loss=decay(2.3, 0.98),
            val_loss=decay(2.3, 0.38),
            val_accuracy=decay(0.1, 0.96),
        ),
        fires(
            "a large lead of a few rows (a note)",
            settings={"learning_rate": 0.001},
            train_loss=decay(6.9, 2.8),
            val_loss=decay(6.9, 0.9).noisy(0.25, seed=4),
        ),
        fires(
            "mixup leaves training far behind (a note)",
            settings={"mixup": 0.8},
            train_loss=decay(2.3, 1.0),
            val_loss=decay(2.3, 0.1),
            train_accuracy=line(0.1, 0.65),
            val_accuracy=decay(0.1, 1.0),
        ),
        fires(
            "mistakes that some rows make and others do not, as dropout has it (a note)",
            settings={"learning_rate": 0.001, "num_classes": 1000},
            train_loss=decay(6.9, 2.8),
            val_loss=decay(6.9, 0.9),
            train_accuracy=decay(0.0, 0.615),
            val_accuracy=decay(0.0, 0.9),
        ),
        fires(
            "a classifier ahead at first (a note)",
            train_loss=decay(1.6, 0.9, 40, half_life=0.3),
            val_loss=decay(1.0, 0.45, 40, half_life=0.3),
            val_accuracy=decay(0.5, 0.9, 40, half_life=0.3),
        ),
        fires(
            "ahead before anything was learnt, while training learns noise by heart",
            axis=Axis.STEP,
            train_loss=decay(1.6, 0.5, half_life=0.3),
            val_loss=_SELDOM,
        ),
        silent(
            "training is a mean since its start, as of a meter that is never reset",
            axis=Axis.STEP,
            train_loss=_SINCE_START,
            val_loss=_EVERY_TENTH,
        ),
        silent(
            "training diverges and leaves validation behind",
            train_loss=decay(6.0, 3.0, 40).then(rise(60.0, 80)),
            val_loss=decay(6.0, 1.5),
        ),
        fires(
            "training is evaluated as validation is, before its first batch too",
            axis=Axis.STEP,
            loss=decay(2.3, 1.0),
            train_loss=decay(2.3, 1.0, 12),
            val_loss=decay(2.2, 0.5, 12),
            train_accuracy=decay(0.1, 0.7, 12),
            val_accuracy=decay(0.1, 0.88, 12),
        ),
        fires(
            "the same where dropout lifts the losses of batches above it",
            axis=Axis.STEP,
            loss=decay(2.3, 1.0),
            train_loss=decay(2.3, 0.7, 12),
            val_loss=decay(2.2, 0.5, 12),
            train_accuracy=decay(0.1, 0.7, 12),
            val_accuracy=decay(0.1, 0.88, 12),
        ),
        silent(
            "training is evaluated to as much as validation, until its evaluation breaks",
            axis=Axis.STEP,
            loss=decay(2.3, 1.0),
            train_loss=decay(2.3, 1.15, 12).with_value(8, np.nan, np.nan, np.nan),
            val_loss=decay(2.25, 1.15, 12),
        ),
        fires(
            "means of an epoch stand at the steps of validation (a note)",
            axis=Axis.STEP,
            loss=decay(2.3, 1.0),
            train_loss=decay(1.8, 1.0, 12),
            val_loss=decay(1.7, 0.5, 12),
            train_accuracy=decay(0.1, 0.7, 12),
            val_accuracy=decay(0.1, 0.88, 12),
        ),
        silent("dropout", train_loss=decay(2.3, 1.0), val_loss=decay(2.3, 0.7)),
        silent("both are almost zero", train_loss=decay(2.3, 0.1), val_loss=decay(2.3, 0.03)),
        silent("averages lag early on", train_loss=decay(2.3, 0.2, half_life=0.15), val_loss=decay(1.6, 0.2)),
        silent("the lead closes", train_loss=line(2.3, 0.5), val_loss=flat(0.28)),
        silent(
            "within the noise",
            train_loss=decay(2.3, 0.9, 12).noisy(0.8, seed=1),
            val_loss=decay(2.3, 0.5, 12).noisy(0.1, seed=40),
        ),
        silent("validation above training", train_loss=decay(2.3, 0.3), val_loss=decay(2.3, 0.6)),
        fires(
            "training is evaluated to a good deal more than validation, and dropout hides little of it",
            axis=Axis.STEP,
            varies={"steps counted from one": "an evaluation at step 1 need not come before training"},
            loss=decay(2.3, 1.0),
            train_loss=decay(2.3, 1.57, 12),
            val_loss=decay(2.25, 1.15, 12),
        ),
        silent("too few values", train_loss=line(2.3, 1.9, 5), val_loss=line(1.2, 0.9, 5)),
    )

    def check(self, run: Run, gap: Gap) -> Iterator[Finding]:
        """Compare the two at the end of the run and in its middle."""
        train, val = gap.train, gap.val
        if len(val) < self.min_points or val.end <= 0 or train.fall <= 0:
            return
        lead = Lead.of(gap)
        margin = min(lead.end / (self.min_lead * train.fall), lead.lasting / max(self.min_z * lead.noise, 1e-300))
        if margin <= 1 or train.lost > (1 - KEPT) * train.fall:
            return
        alike = evaluated_alike(run, val.series)
        trails = trails_evaluated(alike, lead, self.max_ratio_evaluated)
        if not trails and lead.validation > self.max_ratio * min(lead.training, train.thirds[2]):
            return
        if lead.end < self.min_lasting * lead.middle:
            return
        early = ahead_at_first(run, lead) or trails
        signs = self._signs(run, lead, early)
        unsure = Confidence.MEDIUM if run.hyperparameters else Confidence.LOW
        ends = f"ends at {number(lead.validation)}, {percent(lead.ratio)} of {train.series.name}"
        lasts = f"{val.series.name} {ends} ({number(lead.training)}), and its lead does not shrink"
        yield self.finding(
            "; ".join(filter(None, (lasts, signs.solved, signs.divided or early))),
            Span(val.series.name, lead.since, val.series.last_step, "below training"),
            Span(train.series.name, train.series.first_step, train.series.last_step),
            severity=Severity.WARNING if signs.suspicious or signs.far or signs.divided else Severity.NOTE,
            confidence=unsure if signs.far else confidence_from(margin, len(val)),
            causes=signs.causes(),
            evidence={
                "lead at the end": Quantity(lead.end),
                "lead in the middle": Quantity(lead.middle),
                "validation over training": Quantity(lead.ratio, "ratio"),
            },
            to_tell_apart=() if signs.regularisers or signs.divided or alike is not None else [EVALUATED],
        )

    def _signs(self, run: Run, lead: Lead, early: str) -> LeadSigns:
        """Gather why validation may lead; a lead that is large is a sign where nothing else explains it."""
        train, has_terms = lead.gap.train, bool(run.all(TrainComponentLoss))
        (named, off), solved = regularisers(run), self._solved(run, train)
        # Of means of an epoch without settings nobody knows what dropout or noise on the inputs adds to them.
        known = bool(run.hyperparameters) or not are_means(lead.gap) or lead.ratio <= FAR_BELOW
        divided = "" if has_terms else in_another_unit(lead)
        suspicious = self._is_suspicious(lead, solved="" if named else solved, early=early) and (known or bool(solved))
        large = known and not (named or suspicious or has_terms) and self._is_large(run, lead)
        far = f"the lead is {percent(lead.end / train.fall)} of what training gained" if large else ""
        return LeadSigns(named, off, solved, early, far, divided, suspicious)

    @staticmethod
    def _is_suspicious(lead: Lead, *, solved: str, early: str) -> bool:
        """Whether no regulariser explains the lead: validation is solved, or was ahead before there was anything to it.

        And it is no luck: a handful of examples may be easy.
        """
        by_answers = bool(solved) and lead.restless <= RESTLESS * lead.training
        return by_answers or (bool(early) and lead.restless <= RESTLESS * lead.validation)

    def _is_large(self, run: Run, lead: Lead) -> bool:
        """Whether the lead is a good part of all that training gained, and its errors are as even as wrong labels."""
        far = lead.end >= self.far * lead.gap.train.fall and lead.restless <= STEADY * lead.training
        # Means of an epoch do not show where training began: most may be learnt by the first.
        shows_start = not are_means(lead.gap) or begins_early(lead.gap) or lead.ratio <= FAR_BELOW
        told = shows_start or any(end_accuracies(run))
        return far and told and errs_evenly(run, lead.training, self.max_ratio, self.min_even)

    def _solved(self, run: Run, train: Trend[TrainLoss]) -> str:
        """Say so where validation makes no mistakes and training, by the same metric or by its loss, does."""
        for name, mine, theirs in end_accuracies(run):
            if 1 - mine > self.solved:
                continue
            if theirs is not None and 1 - theirs >= self.unsolved:
                return f"{name} is {number(mine)} where training has {number(theirs)}"
            if theirs is None and train.end >= UNLEARNT * train.start:
                return f"{name} is {number(mine)}, {train.series.name} still {number(train.end)}"
        return ""
