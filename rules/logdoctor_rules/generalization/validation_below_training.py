"""Validation that looks better than training, and stays so."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Finding,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    Strength,
    TrainLoss,
    TrainMetric,
    ValLoss,
    ValMetric,
    because,
    confidence_from,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, line
from logdoctor.run.naming import stem_of, words
from logdoctor.signals import Gap, Trend
from logdoctor.signals.trend import MEDIAN_EFFICIENCY
from logdoctor.wording import number, percent

REGULARISERS = frozenset("dropout drop droppath mixup cutmix smoothing augment augmentation augmentations aug".split())
"""Words of settings that make training look worse than validation."""

RESTLESS = 0.2
"""Noise of validation as a share of its level, above which the set is too small to be called easier."""

ACCURACY = frozenset({"acc", "accuracy", "top1", "acc1", "auc", "auroc", "f1"})
"""Words of metrics that end at 1, or at 100."""


@dataclass(frozen=True)
class ValidationBelowTraining(Rule):
    """Validation loss lies clearly below training loss to the end of the run.

    Dropout, augmentation, mixup and averages over an epoch make that normal: then it is a note, and only a large lead
    is worth one. It is a warning where such reasons cannot explain it: validation is all but solved while training is
    far from it, or the settings are logged and name nothing that regularises so.
    """

    id = "validation-below-training"
    title = "Validation loss stays below training loss"
    severity = Severity.WARNING
    causes = ("train-mode-regularisation", "leakage", "validation-set-differs")
    references = ("Schoop et al. (2021), UMLAUT, doi:10.1145/3411764.3445538",)

    max_ratio: float = threshold(
        0.6, "validation loss as a share of training loss; dropout and mild augmentation leave 0.7 and more"
    )
    min_lead: float = threshold(
        0.1, "lead as a share of what training gained: where both are almost zero, a ratio says little"
    )
    min_z: float = threshold(
        4.0, "lead in units of its standard error over the last third; one in thirty thousand by chance"
    )
    min_lasting: float = threshold(
        0.7, "lead at the end in units of that in the middle of the run; less, and it is closing: averages lag early on"
    )
    solved: float = threshold(
        0.05, "error (1 minus accuracy) of validation up to which it is all but solved (UMLAUT warns above 0.95)"
    )
    perfect: float = threshold(
        0.01,
        "the same where no settings are logged: mixup, unnamed, leaves a few percent; copies of answers nothing",
    )
    unsolved: float = threshold(
        0.2, "error of training from which it is far from solved; strong dropout on small networks leaves 0.15"
    )
    min_points: float = threshold(6.0, "values of validation loss: three in each half")

    examples = (
        fires(
            "validation is solved, training is not, and no setting says why",
            settings={"learning_rate": 0.001},
            train_loss=decay(2.3, 1.0),
            val_loss=decay(2.3, 0.1),
            train_accuracy=line(0.1, 0.65),
            val_accuracy=decay(0.1, 0.98),
        ),
        fires(
            "nothing regularises, by the settings",
            settings={"dropout": 0.0, "learning_rate": 0.001},
            train_loss=decay(2.3, 1.0),
            val_loss=decay(1.2, 0.3),
        ),
        fires(
            "validation is good, but not solved (a note)",
            train_loss=decay(2.3, 1.0),
            val_loss=decay(2.3, 0.25),
            train_accuracy=line(0.1, 0.65),
            val_accuracy=decay(0.1, 0.91),
        ),
        fires(
            "training is not far behind (a note)",
            train_loss=decay(2.3, 0.5),
            val_loss=decay(2.3, 0.1),
            train_accuracy=decay(0.1, 0.88),
            val_accuracy=decay(0.1, 0.98),
        ),
        fires(
            "validation is perfect, training is not, and nothing is known of the settings",
            train_loss=decay(2.3, 1.0),
            val_loss=decay(2.3, 0.05),
            train_accuracy=line(0.1, 0.7),
            val_accuracy=decay(0.1, 0.9999),
        ),
        fires("a large lead (a note)", train_loss=decay(6.9, 2.8), val_loss=decay(6.9, 0.9)),
        fires(
            "mixup leaves training far behind (a note)",
            settings={"mixup": 0.8},
            train_loss=decay(2.3, 1.0),
            val_loss=decay(2.3, 0.1),
            train_accuracy=line(0.1, 0.65),
            val_accuracy=decay(0.1, 0.98),
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
        silent("too few values", train_loss=line(2.3, 1.9, 5), val_loss=line(1.2, 0.9, 5)),
    )

    def check(self, run: Run, gap: Gap) -> Iterator[Finding]:
        """Compare the two at the end of the run and in its middle."""
        train, val = gap.train, gap.val
        lead = gap.train_level - val.level
        third = max(1, len(lead) // 3)
        if len(val) < self.min_points or val.end <= 0 or train.fall <= 0:
            return
        end, middle = float(np.median(lead[-third:])), float(np.median(lead[third:-third]))
        noise = float(np.hypot(_error_of_third(train), _error_of_third(val)))
        least = max(self.min_lead * max(train.fall, 0.0), self.min_z * noise)
        if end <= least or val.end > self.max_ratio * train.end or end < self.min_lasting * middle:
            return
        named, off = _regularisers(run)
        solved = self._solved(run, self.solved)
        suspicious = not named and bool(run.hyperparameters or self._solved(run, self.perfect))
        suspicious = suspicious and val.noise <= RESTLESS * val.end  # a handful of examples may be easy by luck
        regularised = [f"the settings name {', '.join(named)}"] if named else []
        series = val.series
        yield self.finding(
            f"{series.name} ends at {number(val.end)}, {percent(val.end / train.end)} of {train.series.name} "
            f"({number(train.end)}), and its lead does not shrink" + (f"; {solved}" if solved else ""),
            Span(series.name, int(val.steps[-third]), int(series.steps[-1]), "below training"),
            Span(train.series.name, int(train.series.steps[0]), int(train.series.steps[-1])),
            severity=Severity.WARNING if suspicious else Severity.NOTE,
            confidence=confidence_from(end / least, len(val)),
            causes=ranked(
                because(
                    "train-mode-regularisation",
                    Strength.UNLIKELY if suspicious else Strength.LIKELY,
                    pro=regularised,
                    contra=[*([f"the settings say {', '.join(off)}"] if off and not named else [])],
                ),
                because(
                    "leakage",
                    Strength.LIKELY if suspicious and solved else Strength.POSSIBLE,
                    pro=[solved][: bool(solved)],
                ),
                because(
                    "validation-set-differs",
                    Strength.LIKELY if suspicious else Strength.POSSIBLE,
                    pro=[f"validation begins at {number(val.first)}, training at {number(train.first)}"]
                    if val.first < self.max_ratio * train.first
                    else [],
                ),
            ),
            evidence={
                "lead at the end": Quantity(end),
                "lead in the middle": Quantity(middle),
                "validation over training": Quantity(val.end / train.end, "ratio"),
                "to tell them apart": Quantity("evaluate the training set in evaluation mode and log it"),
            },
        )

    def _solved(self, run: Run, error: float) -> str:
        """Say so where an accuracy of validation is near 1 and the same of training is far below; else nothing."""
        training = {stem_of(one.name): one.finite.values for one in run.all(TrainMetric) if len(one.finite)}
        for series in run.all(ValMetric):
            theirs, mine = training.get(stem_of(series.name)), series.finite.values
            if theirs is None or not len(mine) or not ACCURACY & set(words(series.name)):
                continue
            unit = 100.0 if max(mine.max(), theirs.max()) > 1.5 else 1.0
            wrong = [1 - float(np.median(values[-max(1, len(values) // 10) :])) / unit for values in (mine, theirs)]
            if wrong[0] <= error and wrong[1] >= self.unsolved:
                return f"{series.name} is {number(1 - wrong[0])} where training has {number(1 - wrong[1])}"
        return ""


def _error_of_third(trend: Trend[TrainLoss] | Trend[ValLoss]) -> float:
    """Return the standard error of the median of a third of the points."""
    return MEDIAN_EFFICIENCY * trend.noise / math.sqrt(max(len(trend) / 3, 1.0))


def _regularisers(run: Run) -> tuple[list[str], list[str]]:
    """Return the settings that regularise, and those that say that they are switched off."""
    settings = {name: value for name, value in run.hyperparameters.items() if REGULARISERS & set(words(name))}
    on = [f"{name} {value}" for name, value in settings.items() if value not in (0, None, False, "", "none", "None")]
    off = [f"{name} {value}" for name, value in settings.items() if value in (0, False) and value is not None]
    return on, off
