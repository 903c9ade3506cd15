"""A training loss that oscillates instead of settling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Cause,
    Finding,
    Quantity,
    Rule,
    Severity,
    Span,
    Strength,
    TrainLoss,
    confidence_from,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, geometric, given, line, swing
from logdoctor.evidence import causes_of_clues, from_siblings
from logdoctor.evidence.stability.corroboration import NOTHING_ELSE
from logdoctor.evidence.stability.swinging_loss import LATE, USUAL, Sign, SwingingLoss, instability, moves_together
from logdoctor.signals import Siblings, Swings
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.wording import number, percent

_AT = np.arange(120)


@dataclass(frozen=True)
class Oscillation(Rule):
    """The training loss swings around its level through the later half of the run.

    Plain batch noise is no oscillation: neighbouring points of noise are unrelated, while a rate that is too high makes
    the loss swing slowly or zigzag. Only where a point already averages many batches (an epoch, the median of a block),
    where validation jumps with it, or where nothing is learnt at a rate at which hardly any network trains do large
    unrelated swings count too. A loss that was thrown above its start for a good part of the run is as unstable, though
    it may settle when the rate has decayed.
    """

    id = "oscillation"
    title = "The training loss swings instead of settling"
    severity = Severity.WARNING
    causes = ("learning-rate-too-high", "batch-too-small", "data-not-shuffled")
    references = ("https://developers.google.com/machine-learning/crash-course/overfitting/interpreting-loss-curves",)
    limits = (
        "Needs 12 values and judges the later half. Unrelated jumps of single batches pass as noise unless they go far "
        "above the start; swings faster than the log look slower, or like noise. A level above the start that nothing "
        "else bears out is a note, as in divergence."
    )
    explains = ("noisy-validation",)

    min_share: float = threshold(
        0.2,
        "amplitude as a share of what the run had gained and kept, or of the level where that is larger; the damped "
        "swings of sound momentum runs end far below",
    )
    min_share_of_noise: float = threshold(
        0.4, "the same where neighbouring points are unrelated: twice as much, for averages of an epoch are noisy too"
    )
    min_memory: float = threshold(
        0.4,
        "correlation of points one to three apart, positive or negative, from which swings are not batch noise; that "
        "of fifty points stays below 0.34 nineteen times in twenty (2.4 / sqrt(n))",
    )
    min_memory_z: float = threshold(
        3.4,
        "the same times the root of the number of points: what noise of so few reaches once in five hundred times",
    )
    min_lasting: float = threshold(
        0.6, "amplitude of the last third of those swings as a share of all: the ringing after a spike dies out faster"
    )
    wild: float = threshold(
        0.8, "the same from which a loss that gained next to nothing is wild: as far up and down as its level is high"
    )
    min_gain: float = threshold(
        2.0, "such a gain in units of the noise of a point: the first of twenty batches is so far off by luck"
    )
    min_reversals: float = threshold(5.0, "turns in the later half: two and a half whole swings")

    min_above_start: float = threshold(
        0.25, "share of the run that the level spends far above its start, which no curriculum or restart explains"
    )

    min_thrown: float = threshold(
        3.0,
        "times that it goes above eight times its first values after the first tenth: of six hundred sound runs, "
        "some with batches of one example, none does so",
    )

    examples = (
        fires(
            "thrown far above its start, and back as the rate decays",
            axis=Axis.STEP,
            train_loss=decay(0.7, 0.55, 12).followed_by(line(2.8, 1.1, 48)).followed_by(line(1.1, 0.6, 60)).noisy(0.05),
        ),
        silent(
            "above its start for a while",
            axis=Axis.STEP,
            train_loss=decay(0.7, 0.55, 12).followed_by(line(2.8, 0.7, 24)).followed_by(line(0.7, 0.3, 84)).noisy(0.05),
        ),
        silent(
            "both losses step up where the log counts another task",
            train_loss=decay(2.3, 0.5, 60).followed_by(flat(1.9, 20)).noisy(0.02),
            val_loss=decay(2.3, 0.6, 60).followed_by(flat(2.0, 20)).noisy(0.02),
            task_id=flat(0.0, 60).followed_by(flat(1.0, 20)),
        ),
        fires(
            "they do so in the middle of a task",
            train_loss=decay(2.3, 0.5, 60).followed_by(flat(1.9, 20)).noisy(0.02),
            val_loss=decay(2.3, 0.6, 60).followed_by(flat(2.0, 20)).noisy(0.02),
            task_id=flat(0.0, 40).followed_by(flat(1.0, 40)),
        ),
        silent(
            "a curriculum: training begins with easy examples, and validation falls all along",
            axis=Axis.STEP,
            train_loss=flat(0.1, 30).followed_by(decay(0.5, 0.35, 90, half_life=0.3)).noisy(0.02),
            val_loss=decay(0.94, 0.3),
        ),
        silent(
            "five tasks, four epochs of each, the earlier ones rehearsed",
            train_loss=given([1.02, 0.04, 0.005, 0.002, 2.5, 0.76, 0.39, 0.2, 2.1, 0.79, 0.24, 0.09]).followed_by(
                given([2.3, 0.94, 0.31, 0.1, 2.6, 0.96, 0.43, 0.28])
            ),
        ),
        silent(
            "a second term is switched on, and what validation measures goes on falling",
            train_loss=decay(0.52, 0.06, 48).followed_by(decay(2.4, 0.09, 72)).noisy(0.005),
            val_loss=decay(0.3, 0.07, 48, half_life=0.1).followed_by(flat(0.075, 72)).noisy(0.004),
        ),
        silent(
            "the weight of a penalty grows in the first epochs, and the answers become better all along",
            train_loss=line(2.2, 3.8, 6).followed_by(decay(3.7, 2.1, 34, half_life=0.2)).noisy(0.01),
            train_accuracy=decay(0.38, 0.78, 40, half_life=0.2).noisy(0.002),
            val_loss=decay(1.55, 0.67, 40, half_life=0.25).noisy(0.03),
        ),
        fires(
            "the same course, and the answers become worse with it",
            train_loss=line(2.2, 3.8, 6).followed_by(decay(3.7, 2.1, 34, half_life=0.2)).noisy(0.01),
            train_accuracy=line(0.38, 0.12, 6).followed_by(decay(0.14, 0.78, 34, half_life=0.3)).noisy(0.002),
            val_loss=line(1.55, 2.6, 6).followed_by(decay(2.5, 0.9, 34, half_life=0.2)).noisy(0.03),
        ),
        silent(
            "a detector, whose loss grows with the boxes it matches before it falls",
            axis=Axis.STEP,
            loss=line(1.1, 1.8, 30).followed_by(line(1.8, 0.9, 90)).noisy(0.02),
            loss_bbox=line(0.8, 1.4, 30).followed_by(line(1.4, 0.6, 90)).noisy(0.02),
        ),
        fires(
            "a detector that is thrown, while what its boxes lose is only noisy",
            axis=Axis.STEP,
            loss=flat(1.6, 10).followed_by(flat(8.0, 60)).followed_by(decay(8.0, 0.9, 50, half_life=0.1)).noisy(0.03),
            loss_bbox=flat(0.5).noisy(0.05),
        ),
        fires(
            "thrown again and again, and back to almost nothing",
            axis=Axis.STEP,
            train_loss=given([1.1 if i < 3 else 10.0 + i / 5 if i % 31 == 30 else 0.02 for i in range(240)]),
        ),
        silent(
            "one bad row, once an epoch",
            axis=Axis.STEP,
            train_loss=given([1.1 if i < 3 else 30.0 if i % 31 == 30 else 0.02 for i in range(240)]),
        ),
        silent(
            "thrown twice",
            axis=Axis.STEP,
            train_loss=given([1.1 if i < 3 else 30.0 if i in {30, 80} else 0.02 for i in range(100)]),
        ),
        fires("swings slowly", train_loss=decay(2.3, 0.8).plus(swing(0.4, 12))),
        fires(
            "swings slowly, under a rate that decays to zero and stays there",
            train_loss=decay(2.3, 0.8).plus(swing(0.4, 12)),
            lr=cosine(0.1, 110).followed_by(flat(0.0, 10)),
        ),
        fires("zigzags from point to point", train_loss=decay(2.3, 0.8).plus(swing(0.4, 2.3))),
        fires(
            "zigzags from point to point, two thousand times",
            varies={"every second point": "one side of the zigzag is left"},
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.8, 2000).plus(given(np.tile([0.4, 0.0], 1000))).noisy(0.02),
        ),
        fires("a wave of four points", train_loss=decay(2.3, 0.8).plus(swing(0.4, 4.2))),
        fires(
            "swings that shrink and are large still",
            train_loss=decay(2.3, 0.8).plus(given(swing(1.2, 12).values * geometric(2.5, 0.4).values)),
        ),
        fires("swings a little, but steadily", train_loss=decay(2.3, 0.8).plus(swing(0.2, 16))),
        fires(
            "bounces wildly",
            varies={"steps instead of epochs": "an epoch averages many batches; a step that bounces so is batch noise"},
            train_loss=decay(2.3, 1.2).noisy(0.6),
        ),
        fires(
            "single steps are thrown far above the start, again and again",
            axis=Axis.STEP,
            train_loss=decay(0.7, 0.1)
            .plus(given([6.0 + i % 11 if i % 7 in (0, 3) and i > 20 else 0.0 for i in range(120)]))
            .noisy(0.05),
        ),
        fires(
            "long swings, of validation too",
            train_loss=given(decay(2.3, 0.8, 60).values * np.exp(swing(0.4, 14, 60).values)).noisy(0.02),
            val_loss=given(decay(2.3, 0.9, 60).values * np.exp(swing(0.4, 14, 60).values)).noisy(0.02),
        ),
        fires(
            "swings that never come back to where they began",
            train_loss=given([36.0, 36.0, 0.7, 0.7, 0.9, 0.9, 10.0, 10.0]).followed_by(
                decay(20.0, 9.0, 114).plus(swing(2.0, 15, 114))
            ),
        ),
        silent(
            "the same, where they come back",
            train_loss=given([36.0, 36.0, 6.0, 6.0, 7.0, 7.0, 10.0, 10.0]).followed_by(
                decay(20.0, 9.0, 114).plus(swing(2.0, 15, 114))
            ),
        ),
        fires(
            "nothing is learnt at a rate at which hardly any network trains",
            axis=Axis.STEP,
            settings={"optimizer": "SGD", "lr": 40.0},
            train_loss=flat(7.5).noisy(3.0, seed=2).with_value(0, 6.0),
        ),
        silent(
            "batch noise at such a rate, and the loss falls",
            axis=Axis.STEP,
            settings={"optimizer": "SGD", "lr": 40.0},
            train_loss=decay(12.0, 5.0).noisy(2.4, seed=4),
        ),
        fires(
            "a wave passes its lowest in a point, shrinks, and never comes back there",
            axis=Axis.STEP,
            train_loss=given(6.0 * np.exp((0.25 + 1.9 * np.exp(-_AT / 15)) * np.cos(2 * np.pi * _AT / 14))),
        ),
        fires(
            "nothing is learnt at such a rate, though its first batch was a hard one",
            axis=Axis.STEP,
            settings={"optimizer": "SGD", "lr": 40.0},
            train_loss=given(np.abs(flat(6.0).noisy(6.0, seed=2).with_value(0, 11.0).values)),
        ),
        silent(
            "the same in plain batch noise, whose first batch may be hard, too",
            axis=Axis.STEP,
            settings={"optimizer": "SGD", "lr": 6.0},
            train_loss=flat(0.4).noisy(0.09, seed=2).with_value(0, 0.45),
        ),
        silent(
            "epochs of training that swing by luck in the rhythm of what validation hardly shows",
            train_loss=given(decay(2.3, 0.8, 60).values * np.exp(swing(0.4, 14, 60).values)).noisy(0.02),
            val_loss=given(decay(2.3, 0.9, 60).values * np.exp(swing(0.005, 14, 60).values)),
        ),
        silent(
            "the end of a log of noisy batches, which does not show what they gained",
            axis=Axis.STEP,
            train_loss=decay(40.0, 1.2, 240).noisy(0.6).without(0, 119),
        ),
        silent("settles with noise", train_loss=decay(2.3, 0.5).noisy(0.05)),
        silent(
            "hard batches reach the start again",
            axis=Axis.STEP,
            train_loss=decay(0.7, 0.1)
            .plus(given([0.9 if i % 7 in (0, 3) and i > 20 else 0.0 for i in range(120)]))
            .noisy(0.05),
        ),
        silent(
            "three tasks that take turns",
            axis=Axis.STEP,
            train_loss=decay(1.8, 0.6, 150).plus(given([1.6, 0.1, 0.0] * 50)).noisy(0.2),
        ),
        fires(
            "a wave of five points",
            axis=Axis.STEP,
            train_loss=decay(1.8, 0.6, 150).plus(swing(0.8, 5, 150)).noisy(0.2),
        ),
        silent("noisy averages", train_loss=decay(2.3, 0.8).noisy(0.17)),
        silent(
            "noise with a faint swing in it", train_loss=decay(2.3, 0.8, 900).plus(swing(0.11, 12, 900)).noisy(0.14)
        ),
        silent("noise of a few averages, alike by chance", train_loss=decay(2.3, 0.8, 40).noisy(0.17, seed=35)),
        silent("batch noise of a long fine-tuning", train_loss=decay(2.2, 1.9, 2000, half_life=0.02).noisy(0.25)),
        silent(
            "falls in steps, as a schedule does",
            train_loss=decay(2.0, 1.6, 60).followed_by(flat(1.2, 60)).followed_by(flat(0.6, 60)).noisy(0.1),
        ),
        silent(
            "a network is pruned three times, and learns again what it lost",
            train_loss=decay(2.3, 0.27, 20)
            .followed_by(decay(0.36, 0.24, 9))
            .followed_by(decay(0.78, 0.3, 8))
            .followed_by(decay(1.7, 0.55, 11))
            .noisy(0.01),
            val_loss=decay(2.2, 0.28, 20)
            .followed_by(decay(0.35, 0.25, 9))
            .followed_by(decay(0.6, 0.32, 8))
            .followed_by(decay(1.32, 0.53, 11))
            .noisy(0.01),
        ),
        fires(
            "thrown up and learnt down, over and over",
            train_loss=given([2.3, *[2.7, 1.71, 1.17, 0.87, 0.7] * 8]).noisy(0.02),
            val_loss=given([2.5, *[2.97, 1.88, 1.28, 0.95, 0.77] * 8]).noisy(0.02),
        ),
        silent(
            "one jump that training and validation make, and a slow way back",
            train_loss=given([2.3, 1.6, 1.1, 0.8, 0.6, 0.45, 0.35, 0.28, 0.22, 0.19, 0.17, 0.16]).followed_by(
                given([0.15, 0.15, 2.3, 1.5, 1.1, 0.9, 0.8, 0.75, 0.72, 0.7, 0.7, 0.7])
            ),
            val_loss=given([2.3, 1.6, 1.1, 0.8, 0.6, 0.45, 0.35, 0.3, 0.25, 0.22, 0.2, 0.2]).followed_by(
                given([0.2, 0.19, 2.2, 1.5, 1.1, 0.9, 0.85, 0.8, 0.75, 0.74, 0.74, 0.74])
            ),
        ),
        silent(
            "dropout of a network whose epoch is one batch: validation goes down smoothly",
            train_loss=decay(1.4, 0.74).noisy(0.15, seed=3),
            val_loss=decay(1.4, 0.6),
        ),
        fires(
            "the same bouncing, of validation too",
            varies={"steps instead of epochs": "an epoch averages many batches; a step that bounces so is batch noise"},
            train_loss=decay(1.4, 0.74).noisy(0.15, seed=3),
            val_loss=decay(1.4, 0.6).noisy(0.1, seed=5),
        ),
        silent(
            "a network that is trained already: hard batches lose tens of times what easy ones do",
            axis=Axis.STEP,
            train_loss=flat(0.03, 150).heavy_tailed(1.0, seed=8),
            val_loss=flat(0.06, 3),
        ),
        fires(
            "the same, and validation is thrown, too",
            axis=Axis.STEP,
            train_loss=flat(0.03, 150).heavy_tailed(1.0, seed=8),
            val_loss=given([0.06, 0.9, 0.4]),
        ),
        fires(
            "the same at a rate at which hardly any network trains",
            settings={"lr": 8.0},
            axis=Axis.STEP,
            train_loss=flat(0.03, 150).heavy_tailed(1.0, seed=8),
            val_loss=flat(0.06, 3),
        ),
        fires(
            "a recurrent network that forgets all it has learnt, again and again",
            axis=Axis.STEP,
            train_loss=line(1.6, 0.5, 50)
            .followed_by(line(1.7, 0.9, 15))
            .followed_by(line(1.5, 0.3, 75))
            .followed_by(line(1.9, 0.6, 64))
            .noisy(0.25),
        ),
        silent(
            "batch noise about a level that steps up once, as where weights are pruned",
            axis=Axis.STEP,
            train_loss=decay(1.8, 0.55, 576, half_life=0.15).followed_by(decay(1.2, 0.85, 192)).noisy(0.13),
        ),
        silent("small swings", train_loss=decay(2.3, 0.8).plus(swing(0.06, 12))),
        silent("swings of next to nothing on a flat loss", train_loss=flat(2.3).plus(swing(0.03, 12))),
        silent(
            "swings that die out",
            train_loss=given([2.3])
            .followed_by(decay(2.3, 0.3, 40).plus(swing(0.5, 8, 40)))
            .followed_by(flat(0.3, 80).noisy(0.01)),
        ),
        silent(
            "ringing after a spike",
            train_loss=decay(2.3, 0.6, 70).followed_by(decay(9.0, 0.6, 50, half_life=0.15).heavy_tailed(0.4)),
        ),
        silent(
            "a spike that leaves the loss higher, and batch noise there",
            axis=Axis.STEP,
            train_loss=decay(1.2, 0.16, 174)
            .noisy(0.02)
            .with_value(171, 90.0, 4.0, 1.5)
            .followed_by(flat(0.5, 126).noisy(0.07, seed=1)),
        ),
        silent(
            "rings out",
            train_loss=decay(2.3, 0.8, 60).followed_by(
                given(0.8 + flat(0.0, 60).noisy(1.0, seed=9).values * geometric(1.0, 0.05, 60).values)
            ),
        ),
        silent("one slow rise and fall", train_loss=decay(2.3, 0.8).plus(swing(0.4, 120))),
        silent("two slow swings", train_loss=decay(2.3, 0.8).plus(swing(0.4, 24))),
        silent(
            "a range test",
            train_loss=decay(2.3, 0.6, 60).followed_by(line(0.6, 9.0, 60).plus(swing(4.0, 12, 60))),
            lr=geometric(1e-6, 10.0),
        ),
        silent(
            "a weight of the loss is annealed in cycles",
            train_loss=decay(2.3, 0.8, 240).plus(swing(0.4, 40, 240)),
            kl_weight=given(swing(0.5, 40, 240).values + 0.5),
        ),
        silent("warm restarts", train_loss=decay(2.3, 0.5).plus(cosine(0.8, cycles=8)), lr=cosine(0.1, cycles=8)),
    )

    def check(self, loss: SwingingLoss, siblings: Siblings) -> Iterator[Finding]:
        """Look for signs that the loss does not settle, and report the surest; the others speak for its causes."""
        if loss.is_planned:
            return
        structured = loss.swings.has_memory(self.min_memory, self.min_memory_z)
        if signs := sorted(self._signs(loss, structured=structured), key=lambda one: one.is_alone):
            clues = [*loss.clues(structured=structured), *from_siblings(siblings)]
            causes = causes_of_clues(USUAL, [*clues, *(one.clue for one in signs if one.clue is not None)])
            to_log = [] if causes[0].strength is Strength.LIKELY else loss.to_log
            yield self._finding(loss.swings, signs[0], [loss.with_fixes(one, siblings) for one in causes], to_log)

    def _finding(
        self, swings: Swings[TrainLoss], sign: Sign, causes: Sequence[Cause], to_log: Sequence[str]
    ) -> Finding:
        series, since = swings.trend.series, swings.first_step if sign.since is None else sign.since
        unit = "share of the gain, or of the level where that is larger"
        return self.finding(
            f"{series.name} {sign.clause}{NOTHING_ELSE if sign.is_alone else ''}",
            Span(series.name, since, series.last_step, "swinging"),
            *sign.beside,
            severity=Severity.NOTE if sign.is_alone else self.severity,
            confidence=confidence_from(sign.margin, len(swings.trend)),
            causes=causes,
            to_tell_apart=to_log,
            evidence={
                "amplitude": Quantity(swings.amplitude),
                "amplitude as a share": Quantity(swings.share, unit),
                "turns": Quantity(swings.reversals, "turns"),
                "correlation of neighbouring values": Quantity(round(swings.memory, 3)),
            },
        )

    def _signs(self, loss: SwingingLoss, *, structured: bool) -> Iterator[Sign]:
        """Yield the signs that nothing harmless explains, the surest first; noise is large or small beside a gain."""
        swings, joint = loss.swings, loss.joint
        shows_start = not begins_late(swings.trend.series)
        if shows_start and not loss.rises_harmlessly:
            above = f"the level is far above its start through {percent(swings.above_start)} of the run"
            alone = not loss.is_corroborated
            yield from instability(above, swings.above_start / self.min_above_start, swings.thrown_from, alone=alone)
        shows_gain = shows_start or structured or loss.rate_is_high
        if shows_gain and not (loss.is_of_training_alone(structured=structured) or swings.takes_turns):
            yield from self._swings(swings, structured=structured, rate_is_high=loss.rate_is_high)
        if shows_start and not loss.batches_explain_highs:
            often = f"it exceeds eight times its first values {swings.thrown_again} times in later parts of the run"
            yield from instability(often, swings.thrown_again / self.min_thrown)
        if joint is not None and (margin := joint.margin(rate_is_high=loss.rate_is_high)) >= 1:
            yield moves_together(joint, margin)

    def _swings(self, swings: Swings[TrainLoss], *, structured: bool, rate_is_high: bool) -> Iterator[Sign]:
        """Yield a sign where the loss turns often, to the end, and further than batches or epochs make it by chance.

        Where nothing is learnt, noise is enough at a rate at which hardly any network trains.
        """
        share, needed = swings.share, self.min_share if structured else self.min_share_of_noise
        margin = min(share / needed, swings.reversals / self.min_reversals)
        lasts = swings.lasting >= self.min_lasting or swings.lasting_smoothly * share >= self.min_share
        is_wild = share >= self.wild and swings.kept_gain <= self.min_gain * swings.trend.noise
        is_more_than_noise = structured or swings.beyond_noise or (is_wild and rate_is_high)
        if margin >= 1 and lasts and is_more_than_noise:
            height, level = number(swings.amplitude), number(swings.trend.end)
            yield Sign(f"swings by {height} around {level}, {swings.reversals} times {LATE}", margin)
