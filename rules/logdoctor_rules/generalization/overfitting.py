"""Validation loss that rises while training loss falls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Finding,
    Fix,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    Strength,
    ValLoss,
    ValMetric,
    because,
    confidence_from,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, line, rise
from logdoctor.signals import Gap, Trend
from logdoctor.signals.trend import SMOOTHED
from logdoctor.wording import axis_word, number, percent, place


@dataclass(frozen=True)
class Overfitting(Rule):
    """The network has begun to fit what is particular to the training set.

    Validation loss passed its minimum and has since risen by more than its own noise, while training loss went on
    falling over the same steps. One noisy last point is nothing; where both rise, that is divergence.
    """

    id = "overfitting"
    title = "Validation loss rises while training loss falls"
    severity = Severity.WARNING
    causes = ("under-regularised", "too-little-data", "label-noise")
    references = (
        "Prechelt (1998), Early Stopping - But When?, doi:10.1007/3-540-49430-8_3",
        "OverfitGuard, Li et al. (2024), IEEE Access",
    )
    explains = ("generalization-gap", "still-improving")

    min_rise: float = threshold(
        0.05,
        "rise after the minimum as a share of the fall from where either loss began; sound public runs: below 0.01",
    )
    min_ratio: float = threshold(
        0.2,
        "rise as a share of the minimum that counts however little of the fall it is: losses that came from far above; "
        "validation sets of a hundred examples waver by less",
    )
    min_level: float = threshold(
        0.05,
        "rise as a share of the minimum: 5 % over a smoothed one tells 39 of the 40 real curves of OverfitGuard right",
    )
    min_z: float = threshold(
        4.0, "rise in units of the noise of the validation level: one in thirty thousand by chance"
    )
    min_train_fall: float = threshold(
        0.005,
        "fall of the training loss since the best step as a share of its whole fall: it must have gone on falling",
    )
    min_train_share: float = threshold(
        0.1,
        "the same as a share of the level at the best step, for losses that are almost zero by then; either suffices",
    )
    min_points: float = threshold(5.0, "values of validation loss: a minimum with something on both sides")

    examples = (
        fires(
            "validation turns up at step 40",
            train_loss=decay(2.3, 0.1).noisy(0.01),
            val_loss=decay(2.3, 0.9, 40).then(rise(0.4, 80)).noisy(0.02),
        ),
        fires("rises from the first epoch", train_loss=decay(2.3, 0.1, 20), val_loss=line(1.0, 1.6, 20)),
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
            "a rise that is small against the level, but not against what was gained",
            train_loss=decay(2.3, 0.1),
            val_loss=decay(2.3, 1.6, 40).then(rise(0.15, 80)),
        ),
        fires(
            "a rise that is small against what was gained, but not against the level",
            train_loss=decay(40.0, 0.01),
            val_loss=decay(40.0, 0.2, 40).then(rise(0.1, 80)),
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
        silent(
            "training has all but stopped",
            train_loss=decay(2.3, 0.5, 40, half_life=0.05).followed_by(line(0.5, 0.495, 80)),
            val_loss=decay(2.3, 0.9, 60, half_life=0.05).then(rise(0.2, 60)),
        ),
        silent("four epochs", train_loss=line(1.6, 0.2, 4), val_loss=line(1.0, 1.6, 4)),
    )

    def check(self, run: Run, gap: Gap, metric: Trend[ValMetric] | None) -> Iterator[Finding]:
        """Compare what each loss has done since validation was at its best."""
        train, val = gap.train, gap.val
        # What was learnt within the first epoch shows in the training loss alone.
        risen, fall = val.end - val.best, max(val.start, train.start) - val.best
        # The lowest of m independent values lies sqrt(2 ln m) sigmas below their level by luck alone.
        luck = np.sqrt(2 * np.log(max(len(val.level) / SMOOTHED, 1.0)))
        material = min(self.min_rise * fall, self.min_ratio * abs(val.best))
        least = max(material, self.min_level * abs(val.best), (self.min_z + luck) * val.level_noise)
        if len(val) < self.min_points or risen < least or risen <= 0:
            return
        was = float(gap.train_level[val.best_at])
        going_on = min(self.min_train_fall * max(train.fall, 0.0), self.min_train_share * abs(was))
        if was - train.end <= max(going_on, train.level_noise):
            return
        best, series = place(val.series, val.best_step), val.series
        last = int(series.steps[-1])
        saved = percent((last - val.best_step) / max(last - int(series.steps[0]), 1))
        named = any("decay" in name.lower() or "dropout" in name.lower() for name in run.hyperparameters)
        unnamed = ["the settings name neither weight decay nor dropout"] if run.hyperparameters and not named else []
        yield self.finding(
            f"{series.name} rises from {number(val.best)} in {best} to {number(val.end)} "
            f"while {train.series.name} falls to {number(train.end)}",
            Span(series.name, val.best_step, last, "rising"),
            Span(train.series.name, val.best_step, int(train.series.steps[-1]), "falling"),
            confidence=confidence_from(risen / max(least, 1e-300), 2 * len(val)),
            causes=ranked(
                because(
                    "under-regularised",
                    Strength.LIKELY,
                    pro=unnamed,
                    fixes=[Fix(f"keep the checkpoint of {best}", basis=f"read from this curve, saves {saved}")],
                ),
                because("too-little-data"),
                because("label-noise", Strength.UNLIKELY),
            ),
            evidence={
                "lowest": Quantity(val.best),
                "end": Quantity(val.end),
                "noise": Quantity(val.noise),
                f"best {axis_word(series.axis)}": Quantity(val.best_step),
                **self._decides_as_well(val, metric),
            },
        )

    @staticmethod
    def _decides_as_well(val: Trend[ValLoss], metric: Trend[ValMetric] | None) -> dict[str, Quantity]:
        """Say so where the metric has not fallen since the best step: then the model is only too certain."""
        if metric is None or metric.end < float(np.interp(val.best_step, metric.steps, metric.level)):
            return {}
        text = (
            f"{metric.series.name} is still at its level or better: too certain of its mistakes, not worse at deciding"
        )
        return {"metric": Quantity(text)}
