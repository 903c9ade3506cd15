"""A sudden jump of the training loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Finding,
    GradNorm,
    Quantity,
    Rule,
    Series,
    Severity,
    Span,
    Strength,
    TrainLoss,
    ValLoss,
    because,
    confidence_from,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line, rise
from logdoctor.evidence import rate_too_high
from logdoctor.signals import Schedule, Siblings, Spike, Spikes, Trend
from logdoctor.wording import counted, number, place


@dataclass(frozen=True)
class LossSpike(Rule):
    """The training loss jumped far above what came just before, after the run had begun to learn.

    Early overshoot, heavy-tailed batch noise and steps of a curriculum are no spikes: the jump must stand out of the
    noise before it, be large against what the run had gained, be rare, and come back.
    """

    id = "loss-spike"
    title = "The training loss jumps"
    severity = Severity.WARNING
    causes = ("learning-rate-too-high", "bad-batch", "stale-second-moment", "no-gradient-clipping")
    references = (
        "Chowdhery et al. (2022), PaLM, section 5.1, arXiv:2204.02311",
        "Takase et al. (2023), Spike No More, arXiv:2312.16903",
    )

    min_share: float = threshold(
        0.3, "height as a share of what the run had gained by then; smaller jumps cost a sound run nothing"
    )
    min_level: float = threshold(
        0.2, "height as a share of the level before; batch noise of per-step losses reaches as far"
    )
    min_over_tail: float = threshold(
        3.0,
        "height in units of the height that one ordinary point in a hundred reaches: per-step losses of small batches "
        "have heavy tails, whose largest value of some thousand is two to three times that (measured on sound runs)",
    )
    min_over_tail_once: float = threshold(
        8.0,
        "the same for one or two steps of a per-step loss, which one hard batch explains: those of sound runs of small "
        "models reach 7 (measured); corrupted batches reach hundreds",
    )
    early: float = threshold(
        0.05, "share of the run in which overshoot is normal: the usual length of a warm-up (1 to 5 %)"
    )
    early_factor: float = threshold(
        5.0,
        "height in units of the start from which even an early jump counts; sound overshoot stays below a factor of 3",
    )

    examples = (
        fires("one step jumps and recovers", train_loss=decay(2.3, 0.3).noisy(0.02).with_value(60, 9.0, 3.0)),
        fires(
            "a slow recovery",
            train_loss=decay(2.3, 0.3, 60).noisy(0.02).followed_by(decay(40.0, 0.3, 60, half_life=0.05)),
        ),
        fires("two jumps", train_loss=decay(2.3, 0.3).noisy(0.02).with_value(60, 9.0, 3.0).with_value(90, 5.0)),
        fires("one step of many", axis=Axis.STEP, train_loss=decay(2.3, 0.6, 400).noisy(0.05).with_value(200, 2.1)),
        fires(
            "a giant jump early on",
            varies={"every second point": "the jump then lies in the first window, with nothing before it"},
            train_loss=given([4.5] * 3).followed_by(decay(4.5, 1.3, 200).noisy(0.01)).with_value(7, 1100.0, 19.0),
        ),
        silent("no jump", train_loss=decay(2.3, 0.3).noisy(0.05)),
        silent(
            "overshoot in the first steps", train_loss=decay(9.0, 2.6, 400).noisy(0.02).with_value(12, 20.0, 15.0, 12.0)
        ),
        silent("a small jump", train_loss=decay(2.3, 0.3).noisy(0.01).with_value(60, 0.6)),
        silent("a small jump against a high level", train_loss=line(10.3, 10.0).noisy(0.01).with_value(60, 10.8)),
        silent("heavy-tailed batch noise", train_loss=decay(2.3, 0.3, 2000).heavy_tailed(0.5)),
        silent("a heavy tail over a low level", train_loss=decay(1.0, 0.8, 2000).heavy_tailed(0.6, seed=1)),
        silent("a hard batch", axis=Axis.STEP, train_loss=decay(2.3, 0.6, 400).noisy(0.05).with_value(200, 1.35)),
        silent(
            "a curriculum step that is learnt: validation knows nothing of it",
            train_loss=decay(6.8, 1.5, 60).followed_by(decay(4.0, 1.5, 60, half_life=0.1)).noisy(0.02),
            val_loss=decay(6.8, 2.5),
        ),
        silent(
            "a curriculum step",
            train_loss=decay(6.8, 1.5, 60)
            .noisy(0.02)
            .then(rise(0.02, 60))
            .plus(flat(0.0, 60).followed_by(flat(1.2, 60))),
        ),
        silent(
            "jumps all the time",
            train_loss=decay(2.3, 0.3).noisy(0.02).plus(given([3.0 if i % 12 == 0 else 0.0 for i in range(120)])),
        ),
    )

    def check(
        self,
        spikes: Spikes[TrainLoss],
        trend: Trend[TrainLoss],
        val: Trend[ValLoss] | None,
        grads: Trend[GradNorm] | None,
        schedule: Schedule | None,
        siblings: Siblings,
    ) -> Iterator[Finding]:
        """Keep the excursions that matter; report them as one finding."""
        if schedule is not None and schedule.is_range_test:
            return
        matter = [
            one
            for one in spikes.found
            if self._matters(one, trend, spikes.tail) and one.recovered and not _only_training(one, spikes.series, val)
        ]
        if not matter:
            return
        series, worst = spikes.series, max(matter, key=lambda one: one.height)
        first = int(series.steps[worst.index])
        once = len(matter) == 1 and spikes.series.values[worst.index] >= worst.level + worst.height / 4
        margin = worst.height / max(self.min_share * worst.fallen, self.min_level * abs(worst.level))
        more = f", the largest of {len(matter)} such jumps" if len(matter) > 1 else ""
        several = [f"there are {len(matter)} jumps"] if len(matter) > 1 else []
        yield self.finding(
            f"{series.name} jumps from {number(worst.level)} to {number(worst.peak)} in {place(series, first)} "
            f"and is back after {counted(worst.last - worst.index + 1, 'point')}{more}",
            *(_span(series, one) for one in (worst, *(other for other in matter if other is not worst))),
            confidence=confidence_from(margin, len(trend)),
            causes=ranked(
                rate_too_high(siblings, Strength.POSSIBLE, pro=several),
                because(
                    "bad-batch",
                    Strength.LIKELY if once else Strength.POSSIBLE,
                    pro=["the jump comes at once, with nothing before it, and does not come again"] if once else [],
                    contra=several,
                ),
                because("no-gradient-clipping", pro=_gradient(grads, first)),
                because("stale-second-moment", Strength.UNLIKELY),
            ),
            evidence={
                "level before": Quantity(worst.level),
                "peak": Quantity(worst.peak),
                "noise before": Quantity(worst.sigma),
                "points until back": Quantity(worst.last - worst.index + 1, "points"),
                "jumps": Quantity(len(matter)),
            },
        )

    def _matters(self, spike: Spike, trend: Trend[TrainLoss], tail: float) -> bool:
        large = spike.height >= self.min_share * spike.fallen and spike.height >= self.min_level * abs(spike.level)
        brief = spike.last - spike.index < 2 and trend.series.axis is not Axis.EPOCH
        large = large and spike.height >= (self.min_over_tail_once if brief else self.min_over_tail) * tail
        is_early = spike.index < max(self.early * len(trend), 1)
        return large and (not is_early or spike.height >= self.early_factor * abs(trend.initial))


def _only_training(spike: Spike, series: Series, val: Trend[ValLoss] | None) -> bool:
    """Whether validation, measured during the excursion, knows nothing of it: the data changed, not the model."""
    if val is None or val.series.axis is not series.axis:
        return False
    before = val.level[val.steps < series.steps[spike.index]][-1:]
    during = val.level[(val.steps > series.steps[spike.index]) & (val.steps <= series.steps[spike.last])]
    return bool(len(before) and len(during) and during.max() <= before[0] + 3 * val.level_noise)


def _span(series: Series, spike: Spike) -> Span:
    return Span(series.name, int(series.steps[spike.index]), int(series.steps[spike.last]), "jump")


def _gradient(grads: Trend[GradNorm] | None, step: int) -> list[str]:
    """Say what the gradient norm did just before the jump, where it was logged."""
    if grads is None:
        return []
    before = grads.series.values[grads.series.steps <= step][-3:]
    usual = float(np.median(grads.series.values))
    if not len(before) or before.max() < 3 * usual:
        return []
    return [f"the gradient norm reaches {number(float(before.max()))} just before, its usual value is {number(usual)}"]
