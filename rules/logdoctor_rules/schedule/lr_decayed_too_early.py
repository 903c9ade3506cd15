"""A learning rate that is almost zero while there is still much to learn."""

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
    Severity,
    Span,
    TrainLoss,
    ValLoss,
    confidence_from,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, geometric, given, line
from logdoctor.evidence.schedule.dead_rate import causes_of_dead_rate
from logdoctor.evidence.schedule.learning_spent import WithoutRate, rested_at_high_rate
from logdoctor.signals import Hyperparameters, Schedule, Trend
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.wording import axis_word, number, percent, place

HIDDEN = 12.0
"""Fall of the training loss in units of its standard error below which validation may show better how it went."""


@dataclass(frozen=True)
class LrDecayedTooEarly(Rule):
    """The learning rate goes to almost zero long before the end of the run, while the loss is falling.

    Progress is measured against the sum of the rates instead of the steps, so that the slowdown that any decay causes
    is not mistaken for convergence. A loss that came to rest while the rate was high has lost nothing.
    """

    id = "lr-decayed-too-early"
    title = "The learning rate dies while the loss is still falling"
    severity = Severity.WARNING
    causes = ("schedule-decays-too-soon", "scheduler-stepped-wrongly")
    references = ("https://github.com/google-research/tuning_playbook",)
    limits = (
        "Needs a logged rate that stays below a hundredth of its peak for a quarter of the run; a schedule known only "
        "from the settings is not judged. How much a higher rate would have gained is not measured."
    )
    explains = (
        "no-learning", "stalled-at-chance", "plateau", "slow-convergence", "still-improving", "underfitting",
        "constant-metric",
    )  # fmt: skip

    dead_rate: float = threshold(
        0.01, "rate as a share of its peak below which nothing is learnt; cosines pass it in their last 6 %"
    )
    dead_share: float = threshold(
        0.25,
        "share of the run trained without rate: of sound schedules, step decays by 1000 come nearest with 10 to 20 %",
    )
    mostly_dead: float = threshold(
        0.7,
        "the same from which the last values around the death of the rate will do, and one standard error of fall: no "
        "schedule is meant to be so",
    )
    min_gain: float = threshold(
        0.08,
        "fall between the second and the fourth fifth of the rate-weighted run, as a share of the whole fall: an "
        "exponential that is done within the run gains less, small language models, stopped at a third, gain 0.2",
    )
    min_z: float = threshold(3.0, "the same fall in units of its standard error: one in seven hundred by chance")
    max_late: float = threshold(
        0.1, "fall after the rate died as a share of the whole fall, from which on the rest of the rate still teaches"
    )
    unlearnt: float = threshold(
        0.7,
        "end as a share of the start from which a run that had no rate for most of its time has hardly begun to learn, "
        "whatever its noise lets show",
    )
    min_since: float = threshold(6.0, "values of the loss without rate that this takes: two for each third of them")
    failed: float = threshold(
        0.1, "fall as a share of the start below which nothing was learnt (no-learning): an error, not a warning"
    )

    examples = (
        fires(
            "a cosine over a third of the run",
            train_loss=decay(2.3, 1.2, 80, half_life=0.4).then(flat(0.0, 160)).noisy(0.02),
            lr=cosine(0.1, 80).followed_by(flat(0.0, 160)),
        ),
        fires(
            "it had learnt nothing yet",
            train_loss=line(2.3, 2.2, 60).followed_by(flat(2.2, 180)).noisy(0.005),
            lr=cosine(0.1, 60).followed_by(flat(0.0, 180)),
        ),
        fires(
            "an exponential decay, done at a quarter",
            train_loss=decay(2.3, 1.5, 60, half_life=0.4).then(flat(0.0, 180)).noisy(0.01),
            lr=geometric(0.1, 1e-9, 240),
        ),
        fires(
            "a linear decay over two fifths, and a little gain at its last, low rates",
            train_loss=line(2.3, 1.5, 48).followed_by(decay(1.5, 1.45, 72)).noisy(0.002),
            lr=line(0.1, 0.0, 48).followed_by(flat(1e-5, 72)),
        ),
        fires(
            "a schedule that is over after two epochs",
            train_loss=given([2.14, 1.55, *[1.2] * 10]),
            lr=given([0.0183, 0.00612, *[0.0] * 10]),
        ),
        silent(
            "a schedule that is over after two epochs, and so is the run soon after",
            train_loss=given([2.14, 1.55, *[1.2] * 5]),
            lr=given([0.0183, 0.00612, *[0.0] * 5]),
        ),
        silent(
            "the end of such a run alone, which tells neither the peak nor what was learnt",
            axis=Axis.STEP,
            train_loss=decay(2.3, 1.2, 80, half_life=0.4).then(flat(0.0, 160)).noisy(0.02).without(0, 60),
            lr=cosine(0.1, 80).followed_by(flat(0.0, 160)).without(0, 60),
        ),
        silent("a cosine to zero", train_loss=decay(2.3, 0.5).noisy(0.01), lr=cosine(0.1)),
        silent(
            "a cosine to zero, in the decimals that were printed",
            train_loss=given(np.round(decay(2.3, 0.5, half_life=0.4).noisy(0.01).values, 4)),
            lr=given(np.round(cosine(0.002).values, 3)),
        ),
        fires(
            "zero from a third on, in a log of all decimals, which shows no lower rate as zero",
            train_loss=decay(2.3, 1.2, 80, half_life=0.4).then(flat(0.0, 160)).noisy(0.02),
            lr=flat(0.001, 80).followed_by(flat(0.0, 160)),
        ),
        silent(
            "the loss had come to rest",
            train_loss=decay(2.3, 1.2, 240, half_life=0.02).noisy(0.02),
            lr=cosine(0.1, 120).followed_by(flat(0.0, 120)),
        ),
        silent(
            "lowered whenever validation had come to rest, while training falls a little at each step",
            train_loss=decay(0.31, 0.12, 30, half_life=0.2)
            .followed_by(flat(0.107, 10))
            .followed_by(flat(0.1, 10))
            .followed_by(flat(0.098, 30))
            .noisy(0.0005),
            val_loss=decay(0.19, 0.142, 80, half_life=0.04).noisy(0.001),
            lr=flat(1e-2, 30).followed_by(flat(1e-3, 10)).followed_by(flat(2e-4, 10)).followed_by(flat(2e-5, 30)),
        ),
        fires(
            "validation averages what training adds up, and stops with it",
            train_loss=decay(230.0, 120.0, 80, half_life=0.4).then(flat(0.0, 160)).noisy(1.0),
            val_loss=decay(2.3, 1.2, 80, half_life=0.4).then(flat(0.0, 160)).noisy(0.005),
            lr=cosine(0.1, 80).followed_by(flat(0.0, 160)),
        ),
        silent(
            "zero for the last fifth",
            train_loss=decay(2.3, 1.2, 200, half_life=0.4).then(flat(0.0, 40)).noisy(0.02),
            lr=cosine(0.1, 200).followed_by(flat(0.0, 40)),
        ),
        silent(
            "a floor of five percent",
            train_loss=decay(2.3, 1.2, 80, half_life=0.4).then(flat(0.0, 160)).noisy(0.02),
            lr=cosine(0.1, 80, floor=0.005).followed_by(flat(0.005, 160)),
        ),
        silent(
            "steps by ten, the loss falls at each",
            train_loss=decay(2.3, 0.6, 100, half_life=0.05)
            .followed_by(decay(0.4, 0.2, 60))
            .followed_by(flat(0.18, 90))
            .noisy(0.02),
            lr=flat(0.1, 100).followed_by(flat(0.01, 40)).followed_by(flat(5e-4, 110)),
        ),
        silent(
            "goes on falling without the rate",
            train_loss=decay(2.3, 0.6, 240, half_life=0.4).noisy(0.02),
            lr=cosine(0.1, 80).followed_by(flat(5e-4, 160)),
        ),
        silent(
            "the loss had come to rest, and two of its few values lie at the outer ends of what is compared",
            train_loss=given([1.3, 0.422, 0.3067, 0.3004, *[0.3] * 8]),
            lr=given([0.021, 0.029, 0.029, 0.021, *[0.0] * 8]),
        ),
        fires(
            "validation shows what batch noise hides",
            train_loss=decay(2.3, 1.7, 80, half_life=0.4).then(flat(0.0, 160)).noisy(0.3, seed=1),
            val_loss=decay(2.3, 1.7, 80, half_life=0.4).then(flat(0.0, 160)).noisy(0.001),
            lr=cosine(0.1, 80).followed_by(flat(0.0, 160)),
        ),
        fires(
            "a rate that dies at once, and noise that hides the little it gained",
            train_loss=decay(2.3, 2.2, 10).then(flat(0.0, 110)).noisy(0.1, seed=2),
            lr=geometric(0.1, 1e-20, 120),
        ),
        silent(
            "the same of a loss that fell far at once",
            train_loss=line(2.3, 1.4, 8).followed_by(flat(1.4, 112)),
            lr=flat(0.1, 28).followed_by(flat(0.0, 92)),
        ),
        silent(
            "the same of a log that is too short to tell",
            train_loss=flat(2.3, 6),
            lr=geometric(0.1, 1e-20, 6),
        ),
        silent(
            "the same of a loss that had come to rest, evaluated first when most of its fall was over",
            train_loss=decay(2.3, 1.2, 240, half_life=0.02).noisy(0.3, seed=1),
            val_loss=decay(2.3, 1.2, 240, half_life=0.02).noisy(0.001).without(0, 13),
            lr=cosine(0.1, 120).followed_by(flat(0.0, 120)),
        ),
        silent(
            "falls, perhaps, under noise",
            train_loss=decay(2.3, 1.7, 80, half_life=0.4).then(flat(0.0, 160)).noisy(0.3, seed=1),
            lr=cosine(0.1, 80).followed_by(flat(0.0, 160)),
        ),
    )

    def check(
        self, train: Trend[TrainLoss], val: Trend[ValLoss] | None, schedule: Schedule, settings: Hyperparameters
    ) -> Iterator[Finding]:
        """Ask whether the loss fell while there was a rate, and stopped with it, in validation where noise hides it."""
        died = self._died(schedule)
        if died is None:
            return
        found = self._stopped(WithoutRate(train, schedule, died, train.start, settings.accumulation))
        if found is None and val is not None and train.sure_fall < HIDDEN:
            start = max(train.start, val.start)  # the first evaluation comes late
            found = self._stopped(WithoutRate(val, schedule, died, start, settings.accumulation))
        rested = val is not None and rested_at_high_rate(train, val, schedule, self.min_gain)
        if found is not None and not rested:
            yield found

    def _stopped(self, loss: WithoutRate) -> Finding | None:
        """Report a loss that fell until the rate died, or had hardly moved by then, and that rests since."""
        if len(loss.since) < 3:
            return None
        mostly, began = loss.share >= self.mostly_dead, loss.trend.start
        gain, error = loss.gain(coarsely=mostly)
        if loss.falls_since > self.max_late * max(loss.fall, 0.0) + self.min_z * error:
            return None
        least = max(self.min_gain * loss.fall, (1.0 if mostly else self.min_z) * error, 1e-300)
        stopped = loss.fall > 0 and gain >= least
        unlearnt = mostly and loss.end >= self.unlearnt * began > 0 and len(loss.since) >= self.min_since
        if not (stopped or unlearnt):
            return None
        margin = gain / max(self.min_gain * loss.fall, self.min_z * error, 1e-300)
        confidence = confidence_from(margin, len(loss.trend))
        return self._dies(
            loss,
            "fell until the rate died" if stopped else "had hardly moved by then",
            Confidence.MEDIUM if unlearnt and confidence is Confidence.LOW else confidence,
            Severity.ERROR if loss.fall < self.failed * abs(began) else self.severity,
        )

    def _dies(self, loss: WithoutRate, before: str, confidence: Confidence, severity: Severity) -> Finding:
        rate, died = loss.schedule.series, loss.died
        low = f"below {percent(self.dead_rate)} of its peak of {number(loss.schedule.peak)}"
        return self.finding(
            f"{rate.name} is {low} from {place(rate, died)} on, for {percent(loss.share)} of the run; "
            f"{loss.trend.series.name} {before} and stays at {number(loss.end)}",
            Span(rate.name, died, rate.last_step, "without rate"),
            confidence=confidence,
            severity=severity,
            causes=causes_of_dead_rate(loss, self.dead_rate),
            evidence={
                f"{axis_word(rate.axis)} in which the rate died": Quantity(died),
                "trained without rate": Quantity(loss.share, "share of the run"),
                "end": Quantity(loss.end),
            },
        )

    def _died(self, schedule: Schedule) -> int | None:
        """Return the step at which the rate died, if a good part of the run came after it."""
        died, first, last = schedule.dead_from(self.dead_rate), schedule.series.first_step, schedule.series.last_step
        if died is None or last - died < self.dead_share * (last - first):
            return None
        return None if schedule.is_range_test or begins_late(schedule.series) else died
