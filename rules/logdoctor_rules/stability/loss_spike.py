"""A sudden jump of the training loss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    confidence_from,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import Curve, cosine, decay, flat, geometric, given, line, rise, swing
from logdoctor.evidence import Surroundings, explain
from logdoctor.evidence.stability.begun_anew import begun_anew, clues_of_fresh_start
from logdoctor.evidence.stability.jump_outcome import outcome, outcome_word, values_away
from logdoctor.evidence.stability.onset import RUN_UP
from logdoctor.evidence.stability.training_jumps import (
    JumpyLosses,
    are_swings,
    begins_stage,
    clues_of_many,
    comes_back,
    is_early,
    of_other_data,
    of_restart,
    stays_in_validation,
    swings_about_zero,
)
from logdoctor.evidence.weighing import Clue
from logdoctor.run.text_event import STAGE_BEGUN, TextEvent
from logdoctor.signals import Schedule, Spike, Spikes, Trend
from logdoctor.signals.stability.absurd_jumps import absurd_jumps
from logdoctor.signals.stability.spikes import relapses, same_again
from logdoctor.wording import number, place


@dataclass(frozen=True)
class LossSpike(Rule):
    """The training loss jumped far above what came just before, after the run had begun to learn.

    Early overshoot, heavy-tailed batch noise and steps of a curriculum are no spikes: the jump must stand out of the
    noise before it, be large against what the run had gained, be rare, and come back; or be absurd: a millionfold.
    """

    id = "loss-spike"
    title = "The training loss jumps"
    severity = Severity.WARNING
    causes = (
        "bad-batch",
        "learning-rate-too-high",
        "no-gradient-clipping",
        "stale-second-moment",
        "learning-rate-jump",
        "resumed-without-state",
        "epsilon-too-small",
        "gradients-not-zeroed",
    )
    references = (
        "Chowdhery et al. (2022), PaLM, section 5.1, arXiv:2204.02311",
        "Takase et al. (2023), Spike No More, arXiv:2312.16903",
    )
    limits = "Needs 20 values, 7 where validation jumps too; a note if no other curve shows it and half the gain stays."

    min_share: float = threshold(
        0.3, "height as a share of what the run had gained by then; smaller jumps cost a sound run nothing"
    )
    min_times: float = threshold(
        1000.0,
        "height in units of the level before that counts however little it is of a gain of many decades; as losses go "
        "to zero, jumps of sound runs reach a hundred",
    )
    min_level: float = threshold(
        0.2, "height as a share of the level before; batch noise of per-step losses reaches as far"
    )
    min_over_tail: float = threshold(
        3.0,
        "height in units of what one ordinary point in a hundred reaches; the largest of a thousand per-step losses of "
        "small batches reaches two to three times that (measured on sound runs)",
    )
    min_over_tail_once: float = threshold(
        8.0,
        "the same for one or two steps of a per-step loss, which one hard batch explains: those of sound runs of small "
        "models reach 7 (measured); and for the losses of steps beside one an epoch, which shows what lasts",
    )
    early: float = threshold(
        0.05, "share of the run in which overshoot is normal: the usual length of a warm-up (1 to 5 %)"
    )
    early_factor: float = threshold(
        5.0,
        "height in units of the start from which even an early jump counts; sound overshoot stays below a factor of 3",
    )
    min_again: float = threshold(
        3.0,
        "height in units of the first values of jumps that are all alike, as one bad row makes in every epoch, however "
        "many they are; of sound runs the jumps are not alike",
    )

    examples = (
        fires(
            "a stage of harder data, at the cost of an untrained network (a note)",
            train_loss=decay(2.2, 0.15, 60).followed_by(decay(3.2, 0.2, 60, half_life=0.05)).noisy(0.01),
        ),
        fires(
            "gradients that are never cleared and add up",
            axis=Axis.STEP,
            first_step=1,
            train_loss=decay(2.3, 0.3).noisy(0.02).with_value(80, 3.1, 2.6, 2.2, 1.8, 1.4, 1.0, 0.7),
            grad_norm=line(0.4, 48.0).noisy(0.05),
        ),
        fires(
            "a few logged steps, two of which cost what no batch can",
            axis=Axis.STEP,
            first_step=1_300,
            train_loss=given([6.9e15, 0.0784, 0.0913, 0.05, 3.4e15, 0.0614, 0.0839, 9.3e15]),
        ),
        silent(
            "a few logged steps, the last of which costs a thousand times as much",
            axis=Axis.STEP,
            first_step=1_300,
            train_loss=given([0.0784, 0.0913, 0.05, 0.0614, 0.0839, 0.06, 93.0]),
        ),
        fires(
            "one bad row, once an epoch",
            axis=Axis.STEP,
            train_loss=decay(1.0, 0.4, 400).noisy(0.05).plus(given([8.0 if i % 40 == 25 else 0.0 for i in range(400)])),
        ),
        fires(
            "validation is measured when training is almost back, and lies higher still",
            train_loss=decay(0.7, 0.05, 12).followed_by(given([0.66, 0.19, 0.11, 0.1, 0.08, 0.08, 0.07, 0.07, 0.07])),
            val_loss=decay(0.7, 0.06, 12).followed_by(given([0.24, 0.13, 0.1, 0.1, 0.12, 0.09, 0.09, 0.07, 0.07])),
        ),
        silent(
            "a hard row, once an epoch",
            axis=Axis.STEP,
            train_loss=decay(1.0, 0.4, 400).noisy(0.05).plus(given([2.0 if i % 40 == 25 else 0.0 for i in range(400)])),
        ),
        fires("one step jumps and recovers", train_loss=decay(2.3, 0.3).noisy(0.02).with_value(60, 9.0, 3.0)),
        fires(
            "a slow recovery",
            train_loss=decay(2.3, 0.3, 60).noisy(0.02).followed_by(decay(40.0, 0.3, 60, half_life=0.05)),
        ),
        fires("two jumps", train_loss=decay(2.3, 0.3).noisy(0.02).with_value(60, 9.0, 3.0).with_value(90, 5.0)),
        fires(
            "two steps jump, and the next ones learn and unlearn what was bad in them",
            axis=Axis.STEP,
            train_loss=decay(4.6, 2.6, 80).noisy(0.2).with_value(38, 9.8, 6.2, 3.0, 1.9, 1.4, 1.0, 0.6, 4.1, 4.0, 3.3),
        ),
        fires("one step of many", axis=Axis.STEP, train_loss=decay(2.3, 0.6, 400).noisy(0.05).with_value(200, 2.1)),
        fires(
            "two bad batches, among few logged values",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.6, 75).noisy(0.05).with_value(30, 30.0).with_value(60, 40.0),
        ),
        silent(
            "a jump in the first of a thousand steps, of which each is logged, and later one in twenty",
            axis=Axis.STEP,
            train_loss=Curve(
                decay(8.0, 2.0, 1200).noisy(0.1).with_value(8, 19.0, 12.0, 15.0, 11.0).values[np.r_[:40, 40:1200:20]],
                frozenset(i for i in range(40, 1200) if i % 20),
            ),
        ),
        fires(
            "a giant jump early on",
            train_loss=given([4.5] * 3).followed_by(decay(4.5, 1.3, 200).noisy(0.01)).with_value(7, 1100.0, 19.0),
        ),
        fires(
            "the rate is back at its peak after a restart",
            train_loss=decay(2.3, 0.2, 81).followed_by(decay(6.0, 0.2, 39, half_life=0.05)).noisy(0.01),
            lr=cosine(0.1, 80, floor=0.01).followed_by(flat(0.1, 40)),
        ),
        fires(
            "small gradients divided by a stale second moment",
            settings={"optimizer": "adam", "beta2": 0.9999, "eps": 1e-12},
            train_loss=decay(2.3, 0.2).noisy(0.01).with_value(60, 2.0, 4.0, 3.0, 1.5, 0.9),
            grad_norm=flat(0.1).noisy(0.005).with_value(57, 0.3, 0.9, 2.0, 4.0, 9.0, 8.0),
        ),
        fires("not back at the end", train_loss=decay(2.3, 0.3, 100).noisy(0.02).followed_by(line(9.0, 3.0, 20))),
        fires(
            "forgets most of what it had learnt, and learns it again",
            axis=Axis.STEP,
            train_loss=decay(2.0, 0.5, 60).followed_by(line(1.6, 1.0, 60)).followed_by(decay(1.0, 0.2, 40)).noisy(0.25),
        ),
        fires(
            "a giant jump in the third of few epochs",
            train_loss=given([19.4, 4.5, 1118.0]).followed_by(decay(11.7, 1.3, 22)),
        ),
        fires(
            "jumps while two accuracies rise, as they did before",
            varies={"every second point": "six values come before it, of which the first fall far"},
            train_loss=decay(2.3, 0.2, half_life=0.1).noisy(0.01).with_value(12, 4.4, 4.3, 4.2, 4.0),
            val_accuracy=decay(0.1, 0.9, half_life=0.1).noisy(0.005),
            val_balanced_accuracy=decay(0.1, 0.88, half_life=0.1).noisy(0.005),
        ),
        silent(
            "a second task is added, which is learnt from then on beside the first",
            train_loss=decay(1.5, 0.3, 30, half_life=0.2).followed_by(decay(4.0, 0.3, 30)).noisy(0.01),
            val_acc_first=decay(0.3, 0.8, 30).followed_by(flat(0.75, 30)).noisy(0.01),
            val_acc_second=flat(0.0, 30).followed_by(decay(0.2, 0.8, 30)),
        ),
        silent(
            "another stage of training begins, as the log says",
            axis=Axis.STEP,
            train_loss=decay(1.2, 0.4, 60, half_life=0.1).followed_by(decay(2.3, 0.01, 60, half_life=0.1)).noisy(0.01),
            stage=flat(1.0, 60).followed_by(flat(2.0, 60)),
        ),
        silent(
            "the same in a log that names the stage",
            axis=Axis.STEP,
            train_loss=decay(1.2, 0.4, 60, half_life=0.1).followed_by(decay(2.3, 0.01, 60, half_life=0.1)).noisy(0.01),
            events=(TextEvent(STAGE_BEGUN, "stage: finetune", "log.csv", 62, 60),),
        ),
        fires(
            "the same, long after that stage began",
            axis=Axis.STEP,
            train_loss=decay(1.2, 0.4, 60, half_life=0.1).followed_by(decay(2.3, 0.01, 60, half_life=0.1)).noisy(0.01),
            stage=flat(1.0, 20).followed_by(flat(2.0, 100)),
        ),
        fires(
            "the loss of a task, and the seconds of a stage, which count none",
            axis=Axis.EPOCH,
            train_loss=decay(2.0, 0.3, 20, half_life=0.2).with_value(14, 3.0),
            task_loss=decay(1.8, 0.3, 20, half_life=0.2).with_value(14, 2.7),
            stage_time=flat(3.0, 20).noisy(0.1),
        ),
        silent(
            "the energies of data less those of samples, which drift to either side of zero",
            axis=Axis.STEP,
            train_loss=line(0.018, -0.05, 58)
            .followed_by(line(0.056, 0.046, 10))
            .followed_by(decay(0.036, 0.0, 110, half_life=0.3))
            .followed_by(line(0.012, -0.035, 422))
            .noisy(0.01),
        ),
        silent("no jump", train_loss=decay(2.3, 0.3).noisy(0.05)),
        silent(
            "forgets and learns all the time",
            axis=Axis.STEP,
            train_loss=decay(2.0, 1.0, 40).followed_by(flat(1.0, 480).plus(swing(0.7, 60, 480))).noisy(0.2),
        ),
        silent(
            "single examples, of which some are hard", axis=Axis.STEP, train_loss=decay(2.3, 0.3, 800).heavy_tailed(1.5)
        ),
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
            "classes that are added come down fast at first, and take long to learn",
            axis=Axis.STEP,
            train_loss=decay(2.2, 0.001, 120, half_life=0.1).followed_by(decay(8.0, 0.001, 120, half_life=0.04)),
            val_loss=decay(5.1, 5.0, 120).followed_by(decay(5.0, 0.01, 120, half_life=0.1)),
        ),
        fires(
            "a few bad batches, too few for a stage, of which validation knows nothing",
            train_loss=decay(1.4, 0.12, half_life=0.05).noisy(0.005).with_value(60, 2.3, 2.1, 1.8, 1.5),
            val_loss=decay(1.4, 0.12, half_life=0.05).noisy(0.005),
        ),
        silent(
            "a warm restart of several, soon after which the loss is as high as early on",
            axis=Axis.STEP,
            train_loss=decay(1.1, 0.05, 200, half_life=0.05).noisy(0.003).with_value(165, 0.3, 0.45, 0.4, 0.3, 0.2),
            lr=cosine(0.1, 200, cycles=5),
        ),
        fires(
            "far above where the loss began, after a warm restart",
            axis=Axis.STEP,
            train_loss=decay(1.1, 0.05, 200, half_life=0.05).noisy(0.003).with_value(165, 2.3, 4.5, 4.0, 3.0, 2.0),
            lr=cosine(0.1, 200, cycles=5),
        ),
        silent(
            "a curriculum step",
            train_loss=decay(6.8, 1.5, 60)
            .noisy(0.02)
            .then(rise(0.02, 60))
            .plus(flat(0.0, 60).followed_by(flat(1.2, 60))),
        ),
        fires(
            "the same step in validation, at once and to the end",
            train_loss=decay(6.8, 1.5, 60).noisy(0.02).followed_by(flat(3.2, 60)),
            val_loss=decay(6.8, 1.6, 60).noisy(0.02).followed_by(flat(3.3, 60)),
        ),
        silent(
            "the same, and answers are right as often as before: a term of both losses weighs more",
            train_loss=decay(6.8, 1.5, 60).noisy(0.02).followed_by(flat(3.2, 60)),
            val_loss=decay(6.8, 1.6, 60).noisy(0.02).followed_by(flat(3.3, 60)),
            val_accuracy=decay(0.1, 0.8).noisy(0.003),
        ),
        silent(
            "validation steps up as far, and comes down again",
            train_loss=decay(6.8, 1.5, 60).noisy(0.02).followed_by(flat(3.2, 60)),
            val_loss=decay(6.8, 1.6, 60).noisy(0.02).followed_by(decay(3.3, 1.6, 60, half_life=0.2)),
        ),
        silent(
            "a wave that shrinks goes back and forth through all that was gained",
            axis=Axis.STEP,
            train_loss=decay(9.0, 4.5, 225, half_life=0.18).plus(
                given(8.4 * geometric(1.0, 0.0036, 225).values * np.cos(np.arange(225) / 2.4))
            ),
        ),
        fires(
            "a loss that came down by seven decades at once, and leaps up by five of them",
            axis=Axis.STEP,
            train_loss=given([8e7, 1e8, 3e7, 3e5, 4e6]).followed_by(
                flat(10.0, 60).noisy(2.0).with_value(30, 7e5, 5e5, 2e6)
            ),
        ),
        silent(
            "the same, which leaps up by two of them",
            axis=Axis.STEP,
            train_loss=given([8e7, 1e8, 3e7, 3e5, 4e6]).followed_by(
                flat(10.0, 60).noisy(2.0).with_value(30, 700.0, 500.0, 1000.0)
            ),
        ),
        silent(
            "jumps all the time",
            train_loss=decay(2.3, 0.3).noisy(0.02).plus(given([3.0 if i % 12 == 0 else 0.0 for i in range(120)])),
        ),
        fires(
            "few epochs, of which one is back where the run began, and so is validation",
            varies={"every second point": "six are left"},
            train_loss=given([3.1, 2.4, 2.1, 1.8, 1.5, 1.3, 1.1, 1.0, 3.1, 2.5, 2.1, 1.8, 1.6]),
            val_loss=given([2.6, 2.4, 2.4, 2.4, 2.5, 2.7, 2.8, 3.0, 2.6, 2.5, 2.4, 2.5, 2.5]),
            val_accuracy=given([0.32, 0.37, 0.38, 0.38, 0.38, 0.37, 0.38, 0.37, 0.31, 0.35, 0.37, 0.38, 0.38]),
        ),
        silent(
            "a second task, rehearsed with the first: validation of both goes half of the way back",
            train_loss=decay(1.6, 0.5, 8).followed_by(decay(1.66, 0.48, 11)),
            val_loss=decay(1.35, 0.6, 8).followed_by(decay(1.0, 0.53, 11)),
        ),
        silent(
            "few epochs, and other data from one on: validation knows nothing of it",
            train_loss=given([3.1, 2.4, 2.1, 1.8, 1.5, 1.3, 1.1, 1.0, 3.1, 2.5, 2.1, 1.8, 1.6]),
            val_loss=given([2.6, 2.3, 2.1, 1.9, 1.7, 1.5, 1.4, 1.3, 1.2, 1.1, 1.1, 1.1, 1.1]),
        ),
        silent(
            "three folds, five epochs of each, in one log",
            train_loss=given([2.3, 1.6, 1.2, 1.0, 0.9, 2.28, 1.62, 1.2, 1.01, 0.92, 2.25, 1.62, 1.2, 1.01, 0.92]),
            val_loss=given([2.0, 1.5, 1.3, 1.2, 1.2, 1.98, 1.52, 1.3, 1.22, 1.2, 1.98, 1.52, 1.3, 1.22, 1.2]),
        ),
        silent(
            "few epochs, and another task from one on, as the log says",
            train_loss=given([1.4, 1.1, 0.9, 0.8, 0.7, 0.6, 0.6, 0.6, 1.4, 1.1, 0.9, 0.8, 0.7, 0.6]),
            val_loss=given([1.4, 1.1, 0.9, 0.8, 0.7, 0.6, 0.6, 0.6, 1.4, 1.1, 0.9, 0.8, 0.7, 0.6]),
            task_id=flat(0.0, 8).followed_by(flat(1.0, 6)),
        ),
        silent(
            "few epochs, and harder data from one on, which cost more than the first did",
            train_loss=given([1.4, 1.1, 0.9, 0.8, 0.7, 0.6, 0.6, 0.6, 2.2, 1.7, 1.3, 1.0, 0.9]),
            val_loss=given([1.4, 1.1, 0.9, 0.8, 0.7, 0.6, 0.6, 0.6, 2.2, 1.7, 1.3, 1.0, 0.9]),
        ),
        silent(
            "codes that follow the encoder, which is ahead of them at first",
            total_loss=line(3.2, 2.8, 10).with_value(7, 19.0, 22.0, 9.0).followed_by(decay(1.9, 0.9, 140)).noisy(0.02),
            vq_loss=line(0.1, 0.5, 10).with_value(7, 17.0, 20.0, 7.0).followed_by(decay(0.8, 0.4, 140)).noisy(0.01),
        ),
        fires(
            "the same jump without codes",
            varies={"every second point": "three values are high"},
            total_loss=line(3.2, 2.8, 10).with_value(7, 19.0, 22.0, 9.0).followed_by(decay(1.9, 0.9, 140)).noisy(0.02),
            recon_loss=line(3.1, 2.3, 10).with_value(7, 18.0, 21.0, 8.0).followed_by(decay(1.6, 0.7, 140)).noisy(0.01),
        ),
    )

    def check(
        self,
        losses: JumpyLosses | None,
        train: Trend[TrainLoss],
        val: Trend[ValLoss] | None,
        schedule: Schedule | None,
        around: Surroundings,
    ) -> Iterator[Finding]:
        """Keep the excursions that matter; report those of one series as one finding."""
        if schedule is not None and schedule.is_range_test:
            return
        restarts = schedule is not None and len(schedule.restarts) > 1
        anew = None if restarts else begun_anew(around.run, train)
        if anew is not None and not any(begins_stage(one.index, anew.series, around.run) for one in anew.found):
            yield self._finding(train, anew, list(anew.found), around, relapsed=True, clues=clues_of_fresh_start(anew))
            return
        for trend, spikes in losses or ():
            beside = trend.series is not train.series
            found = self._jumps(trend, spikes, val, around.run, beside=beside)
            back = [one for one in found if not of_restart(one, trend.series, schedule)]
            jumps = [one for one in back if not of_other_data(one, trend.series, val, around.run)]
            lapses = [] if jumps or restarts or beside else relapses(trend)
            relapsed = [one for one in lapses if not of_other_data(one, trend.series, val, around.run)]
            matter = [one for one in jumps or relapsed if not swings_about_zero(one, trend)]
            if matter and not are_swings(matter, trend):
                said = self._finding(trend, spikes, matter, around, relapsed=bool(relapsed))
                yield around.weigh_jumps(said, trend, matter, relapsed=bool(relapsed))
                return
        if absurd := absurd_jumps(train):
            yield self._finding(train, absurd, list(absurd.found), around)

    def _jumps(
        self, trend: Trend[TrainLoss], spikes: Spikes[TrainLoss], val: Trend[ValLoss] | None, run: Run, *, beside: bool
    ) -> list[Spike]:
        """Return the excursions that cost the run something, or come again as high, and are no other data."""
        alike = {one.index for one in same_again(spikes, self.min_again * abs(trend.initial))}
        large = (one for one in spikes.found if one.index in alike or self._matters(one, trend, spikes, beside=beside))
        series = spikes.series
        return [one for one in large if comes_back(one, series) or stays_in_validation(one, series, val, run)]

    def _finding(
        self,
        trend: Trend[TrainLoss],
        spikes: Spikes[TrainLoss],
        matter: list[Spike],
        around: Surroundings,
        *,
        relapsed: bool = False,
        clues: Iterable[Clue] | None = None,
    ) -> Finding:
        series, worst = spikes.series, max(matter, key=lambda one: one.height)
        event, end = around.jump(series, worst), float(series.values[max(worst.index, len(series) - RUN_UP) :].mean())
        margin = worst.height / max(self._least(worst), 1e-300)
        more = f"; the largest of {len(matter)} such jumps" if len(matter) > 1 else ""
        more += f", the first at {place(series, int(series.steps[matter[0].index]))}" if worst is not matter[0] else ""
        why = explain(event, self.causes, clues_of_many(matter, spikes) if clues is None else clues)
        return self.finding(
            f"{series.name} jumps from {number(worst.level)} to {number(worst.peak)} at "
            f"{place(series, event.onset_step)} and {outcome(worst, series, end)}{more}{event.cue}",
            *(_span(series, one) for one in (worst, *(other for other in matter if other is not worst))),
            confidence=Confidence.MEDIUM if relapsed else confidence_from(margin, len(trend)),
            causes=why.causes,
            to_tell_apart=why.to_tell_apart,
            evidence={
                "level before": Quantity(worst.level),
                "peak": Quantity(worst.peak),
                "noise before": Quantity(worst.sigma),
                "outcome": Quantity(outcome_word(worst, series)),
                "points above the level": Quantity(values_away(worst, series), "points"),
                "jumps": Quantity(len(matter)),
                **({"what came before": Quantity(event.order)} if event.order else {}),
            },
        )

    def _least(self, spike: Spike, *, beside: bool = False) -> float:
        """Return the height of a jump that cost the run something; beside a loss of whole epochs, of the gain alone."""
        level = abs(spike.level)
        least = self.min_share * spike.fallen
        return max(least if beside else min(least, self.min_times * level), self.min_level * level)

    def _matters(self, spike: Spike, trend: Trend[TrainLoss], spikes: Spikes[TrainLoss], *, beside: bool) -> bool:
        large = spike.height >= self._least(spike, beside=beside)
        brief = spike.last - spike.index < 2 and trend.series.axis is not Axis.EPOCH
        over_tail = spike.height / (self.min_over_tail_once if brief or beside else self.min_over_tail)
        large = large and over_tail >= spikes.tail and (not brief or over_tail >= spikes.tail_at(spike))
        huge = spike.height >= self.early_factor * abs(trend.initial)
        return large and (huge or not is_early(spike, trend.series, self.early))


def _span(series: Series, spike: Spike) -> Span:
    return Span(series.name, int(series.steps[spike.index]), int(series.steps[spike.last]), "jump")
