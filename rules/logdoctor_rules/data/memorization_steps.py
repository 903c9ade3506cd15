"""A training loss that steps down from one epoch to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Finding,
    Fix,
    Quantity,
    Rule,
    Severity,
    Span,
    ValLoss,
    because,
    confidence_from,
    fires,
    likely_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line
from logdoctor.evidence.stairs import Stairs
from logdoctor.signals import Epochs, Schedule, Trend
from logdoctor.signals.statistics.median import median
from logdoctor.wording import counted, number, percent

STEADY = 2
"""Evaluations after the lowest, each higher than the last, that show a rise where there are too few to know noise."""

_PHASE = given(np.repeat(np.arange(4.0), 50))
_STAIRS = decay(2.6, 1.3, 50).followed_by(flat(0.8, 50)).followed_by(flat(0.4, 50)).followed_by(flat(0.2, 50))
_MILD = decay(2.6, 1.3, 50).followed_by(flat(1.2, 50)).followed_by(flat(1.12, 50)).followed_by(flat(1.05, 50))

_CLICKS = given(np.repeat([0.692, 0.676, 0.656, 0.632], 50)).noisy(0.015, seed=2)

_JUMPS = flat(2.6, 50).followed_by(line(2.2, 6.0, 50)).followed_by(line(5.8, 1.8, 50)).followed_by(line(1.6, 1.5, 50))


@dataclass(frozen=True)
class MemorizationSteps(Rule):
    """The training loss drops where an epoch begins and is flat within it: the model recognises what it has seen.

    Learning that generalises shows throughout an epoch. Fine-tuned language models take mild steps in sound runs, so
    this is a warning only where validation gets worse, and a note where the steps are large and nothing is known about
    validation.
    """

    id = "memorization-steps"
    title = "The training loss steps down once an epoch"
    severity = Severity.WARNING
    causes = ("too-many-epochs", "too-little-data")
    references = (
        "https://www.fast.ai/posts/2023-09-04-learning-jumps/",
        "Zhang et al. (2022), Towards Understanding the Overfitting Phenomenon of Deep CTR Models, arXiv:2209.06053",
    )
    limits = (
        "Needs 3 epochs of 8 logged points, known from a counter or the settings. Without validation only large steps "
        "are reported, as a note: a log does not show whether mild ones do harm."
    )
    explains = ("overfitting", "generalization-gap", "plateau")

    min_share: float = threshold(
        0.6,
        "part of the movement since the first epoch that happens between epochs: a smooth descent has 0.2, a saw 0.5",
    )
    min_z: float = threshold(
        5.0, "height of all steps together in units of the noise of what they join: one in a million by chance"
    )
    min_z_worse: float = threshold(
        3.0, "the same where validation gets worse, which steps by chance have nothing to do with: one in a thousand"
    )
    large: float = threshold(
        0.3,
        "all steps together as a share of the level after the first epoch: mild ones of sound fine-tuning stay below",
    )
    min_total: float = threshold(
        0.005, "the same below which next to nothing is learnt by heart: a loss that stands still steps by chance, too"
    )
    min_worse: float = threshold(
        0.02, "rise of validation after its lowest as a share of the lowest, from which it gets worse; beyond its noise"
    )
    min_worse_share: float = threshold(
        0.1, "the same as a share of all steps together: recommenders gain and lose a few percent of ln 2"
    )

    examples = (
        fires("steps, and validation rises", axis=Axis.STEP, epoch=_PHASE, train_loss=_STAIRS.noisy(0.05),
              val_loss=decay(2.6, 1.3, 60).followed_by(line(1.3, 2.2, 140))),
        fires("mild steps, and validation rises", axis=Axis.STEP, epoch=_PHASE, train_loss=_MILD.noisy(0.01),
              val_loss=decay(2.6, 1.3, 60).followed_by(line(1.3, 1.6, 140))),
        fires("large steps without validation (a note)", axis=Axis.STEP, epoch=_PHASE, train_loss=_STAIRS.noisy(0.05)),
        fires("steps in much noise, and validation rises", axis=Axis.STEP, epoch=_PHASE,
              train_loss=_STAIRS.noisy(0.36, seed=5), val_loss=decay(2.6, 1.3, 60).followed_by(line(1.3, 2.2, 140))),
        fires("a recommender that gains and loses little", axis=Axis.STEP, epoch=_PHASE, train_loss=_CLICKS,
              val_loss=given([0.691, 0.694, 0.698, 0.702])),
        silent("a recommender that loses next to nothing", axis=Axis.STEP, epoch=_PHASE, train_loss=_CLICKS,
               val_loss=given([0.691, 0.692, 0.693, 0.694])),
        silent("the same without validation", axis=Axis.STEP, epoch=_PHASE, train_loss=_STAIRS.noisy(0.36, seed=5)),
        silent("a loss that stands still, with steps of next to nothing", axis=Axis.STEP, epoch=_PHASE,
               train_loss=_STAIRS.scaled(1e-5).plus(flat(3.69, 200)), val_loss=line(3.69, 3.6905, 200)),
        silent("steps within the noise, and validation rises", axis=Axis.STEP, epoch=_PHASE,
               train_loss=_STAIRS.noisy(0.6, seed=1), val_loss=decay(2.6, 1.3, 60).followed_by(line(1.3, 2.2, 140))),
        silent("mild steps without validation", axis=Axis.STEP, epoch=_PHASE, train_loss=_MILD.noisy(0.01)),
        silent("steps, and validation falls", axis=Axis.STEP, epoch=_PHASE, train_loss=_STAIRS.noisy(0.05),
               val_loss=decay(2.6, 0.9, 200, half_life=0.4)),
        silent("steps, and validation is a little above its lowest", axis=Axis.STEP, epoch=_PHASE,
               train_loss=_STAIRS.noisy(0.05), val_loss=decay(2.6, 1.3, 60).followed_by(line(1.3, 1.315, 140))),
        fires("steps, and validation is clearly above its lowest", axis=Axis.STEP, epoch=_PHASE,
              train_loss=_STAIRS.noisy(0.05), val_loss=decay(2.6, 1.3, 60).followed_by(line(1.3, 1.34, 140))),
        silent("falls as much within epochs as between them", axis=Axis.STEP, epoch=_PHASE,
               train_loss=given(_STAIRS.values + line(1.6, 0.0, 200).values).noisy(0.05),
               val_loss=decay(2.6, 1.3, 60).followed_by(line(1.3, 2.2, 140))),
        silent("falls within the epochs, and validation rises: plain overfitting", axis=Axis.STEP, epoch=_PHASE,
               train_loss=line(2.6, 0.2, 200).noisy(0.01),
               val_loss=decay(2.6, 1.3, 60).followed_by(line(1.3, 2.2, 140))),
        silent("steps within the noise", axis=Axis.STEP, epoch=_PHASE, train_loss=_STAIRS.noisy(0.6, seed=3)),
        silent("rises and falls again within epochs", axis=Axis.STEP, epoch=_PHASE, train_loss=_JUMPS.noisy(0.05),
               val_loss=decay(2.6, 1.3, 60).followed_by(line(1.3, 2.2, 140))),
        silent("the rate falls once an epoch", axis=Axis.STEP, epoch=_PHASE, train_loss=_STAIRS.noisy(0.05),
               lr=flat(0.1, 50).followed_by(flat(0.01, 50)).followed_by(flat(1e-3, 50)).followed_by(flat(1e-4, 50))),
    )  # fmt: skip

    def check(self, epochs: Epochs, val: Trend[ValLoss] | None, schedule: Schedule | None) -> Iterator[Finding]:
        """Divide the fall since the first epoch into what happens between epochs and within them."""
        if not epochs.is_known or (schedule is not None and self._decays_between(schedule, epochs)):
            return
        stairs = Stairs.of(epochs)
        worse = val if val is not None and self._gets_worse(val, stairs.total) else None
        if not self._falls_between_epochs(stairs, self.min_z if worse is None else self.min_z_worse):
            return
        if worse is not None or (val is None and stairs.total >= self.large * abs(stairs.first)):
            yield self._finding(epochs, stairs, worse)

    def _falls_between_epochs(self, stairs: Stairs, min_z: float) -> bool:
        """Whether the loss falls at every boundary, beyond its noise, and moves little elsewhere."""
        if stairs.share < self.min_share or not stairs.height >= min_z or stairs.steps.min() <= 0:
            return False
        if stairs.total < self.min_total * abs(stairs.first):
            return False
        # A rise and a fall within epochs cancel out, as after a jump of the rate.
        return not np.abs(stairs.within).max() > 2 * stairs.total

    def _finding(self, epochs: Epochs, stairs: Stairs, worse: Trend[ValLoss] | None) -> Finding:
        """Tell of the steps, and of a validation loss that has become worse meanwhile."""
        series = epochs.series
        spans, rises = [Span(series.name, epochs.first_step(1), series.last_step, "in steps")], ""
        if worse is not None:
            spans.append(Span(worse.series.name, worse.best_step, worse.series.last_step, "rising"))
            rises = f"{worse.series.name} rises from {number(worse.best)} to {number(worse.end)}"
        margin = min(stairs.height / self.min_z, stairs.share / self.min_share * 3)
        left = f"the end is at {percent(float(stairs.last / stairs.first))} of the first epoch's"
        return self.finding(
            f"{series.name} steps down by {number(median(stairs.steps))} where an epoch begins, "
            f"{counted(len(stairs.steps), 'time')}, and moves little within epochs" + (f"; {rises}" if rises else ""),
            *spans,
            severity=Severity.NOTE if worse is None else self.severity,
            confidence=confidence_from(margin, 10 * epochs.count),
            causes=ranked(
                because(
                    "too-many-epochs",
                    likely_if(worse is not None),
                    pro=[f"each of {counted(epochs.count, 'epoch')} begins lower than the last ended", rises],
                    contra=["nothing is known of validation: log its loss once an epoch" if worse is None else ""],
                    fixes=[_stop(epochs, worse)] if worse is not None else [],
                ),
                because("too-little-data", pro=[left]),
            ),
            evidence={
                "share of the movement between epochs": Quantity(stairs.share, "share"),
                "all steps together": Quantity(stairs.total),
                "steps in units of noise": Quantity(round(stairs.height, 1)),
                "epochs": Quantity(epochs.count),
                "known from": Quantity(epochs.known_from),
            },
        )

    def _gets_worse(self, val: Trend[ValLoss], total: float) -> bool:
        """Whether validation has risen since its lowest, beyond its noise or from evaluation to evaluation."""
        since = val.series.values[int(np.argmin(val.series.values)) :]
        steadily = len(since) > STEADY and bool((np.diff(since) > 0).all())
        least = min(self.min_worse * abs(val.best), max(self.min_worse_share * total, 0.0))
        return val.end - val.best > (least if steadily else max(least, 4 * val.level_noise))

    @staticmethod
    def _decays_between(schedule: Schedule, epochs: Epochs) -> bool:
        """Whether the rate itself falls in steps with the epochs: most boundaries see it fall by a fifth or more."""
        cuts = epochs.starts[1:-1]
        falls = [
            schedule.at(int(epochs.series.steps[cut])) < 0.8 * schedule.at(int(epochs.series.steps[cut - 2]))
            for cut in cuts
        ]
        return bool(np.mean(falls) > 0.5) if falls else False


def _stop(epochs: Epochs, val: Trend[ValLoss]) -> Fix:
    """Return the advice to stop in the epoch in which validation was at its lowest."""
    passed = int(np.searchsorted(epochs.series.steps[epochs.starts[1:] - 1], val.best_step)) + 1
    return Fix(f"stop after {counted(min(passed, epochs.count), 'epoch')}", basis="the lowest validation loss")
