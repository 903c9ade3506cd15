"""A training loss that ends above where it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from logdoctor.curves import cosine, decay, flat, geometric, given, line, rise, swing
from logdoctor.evidence import Event, Kind, Surroundings, explain
from logdoctor.evidence.stability.below_zero import runs_away_below
from logdoctor.evidence.stability.harmless_rise import may_be_harmless, only_begins_epoch
from logdoctor.evidence.stability.last_jump import last_jump
from logdoctor.evidence.stability.rise import Rise
from logdoctor.run.text_event import STAGE_BEGUN, TextEvent
from logdoctor.signals import Explosion, Schedule, Spike, Spikes, Trend
from logdoctor.signals.optimization.stand_ins import StandIn
from logdoctor.wording import counted, number, place


@dataclass(frozen=True)
class Divergence(Rule):
    """The training loss rose for good: it ends above its start, or has lost most of what it had gained.

    Or it exploded, often before the first value was logged, and rests where it has learnt next to nothing. Judged on
    the level, at the end of the run: a spike that recovered, a warm restart or noisy batches are no divergence. Where
    validation went on falling, a loss that stays below its start rose for another reason. One that falls below zero
    without end diverges too: its sign is wrong.
    """

    id = "divergence"
    title = "The training loss rises for good"
    severity = Severity.ERROR
    causes = (
        "learning-rate-too-high", "no-gradient-clipping", "missing-warmup", "data-not-normalised", "learning-rate-jump",
        "resumed-without-state", "stale-second-moment", "epsilon-too-small", "data-changed", "bad-batch",
        "bad-initialization", "wrong-loss-or-output", "gradients-not-zeroed",
    )  # fmt: skip
    references = (
        "https://github.com/google-research/tuning_playbook#how-can-optimization-failures-be-debugged-and-mitigated",
    )
    limits = "Needs 4 values. A note where no other curve shows it and part of the gain stays: harder data do the same."
    stand_ins = (StandIn.VALIDATION, StandIn.ERRORS)
    explains = (
        "bad-initial-loss", "constant-metric", "no-learning", "stalled-at-chance", "plateau", "oscillation",
        "loss-spike", "generalization-gap", "overfitting", "slow-convergence", "still-improving", "noisy-validation",
        "metric-loss-disagreement", "missing-warmup", "vanishing-gradients",
    )  # fmt: skip

    above_start: float = threshold(
        0.1,
        "rise of the end above the start, as a share of the start; below a tenth, seeds and batch noise of sound short "
        "runs reach as far",
    )
    lost: float = threshold(
        0.5, "share of the fall that is lost at the end; warm restarts and curricula seldom give back half"
    )
    times: float = threshold(
        30.0,
        "end in units of the lowest from which a loss that fell by decades has lost what it learnt, however little of "
        "its start that is: of seven hundred sound runs none does (measured)",
    )
    explosion: float = threshold(
        10.0, "factor above the start that needs no further points: a log may hold two values before it turns NaN"
    )
    late_points: float = threshold(2.0, "values above the start that the log must end with: one may be a bad batch")
    min_over_tail: float = threshold(
        3.0, "height of such a jump in units of what one ordinary point in a hundred reaches (see loss-spike)"
    )
    min_points: float = threshold(4.0, "values that a smaller rise needs: a start, a lowest point and an end")
    lost_from: float = threshold(4.0, "the same above guessing where nothing is learnt after it: the rate threw it")
    min_z: float = threshold(
        5.0,
        "rise in units of the noise of a point, or of the error of a level of whole tenths of the run; nearly the six "
        "sigma of OLMo-core's skip rule, on the level not the point",
    )
    min_gain: float = threshold(
        0.1, "fall as a share of the start that can be lost; any run that learns achieves it, as in no-learning"
    )

    examples = (
        fires("jumps above the start at once and stays", train_loss=given([3.6]).followed_by(flat(24.0))),
        fires("falls, then rises above its start", train_loss=decay(2.3, 0.5, 60).then(rise(6.0, 60)).noisy(0.02)),
        fires(
            "the same, with an epsilon of next to nothing",
            settings={"optimizer": "Adam", "eps": 1e-12},
            train_loss=decay(2.3, 0.5, 60).then(rise(6.0, 60)).noisy(0.02),
        ),
        fires(
            "the same, of gradients that are never cleared and add up",
            axis=Axis.STEP,
            first_step=1,
            train_loss=decay(2.3, 0.5, 60).then(rise(6.0, 60)).noisy(0.02),
            grad_norm=line(0.4, 48.0).noisy(0.05),
        ),
        fires("loses most of what it gained", train_loss=decay(2.3, 0.5, 60).then(rise(1.3, 60)).noisy(0.02)),
        fires(
            "the average of the first epoch has exploded already",
            settings={"num_classes": 10},
            train_loss=given([1948.0]).followed_by(flat(6.0, 20).noisy(0.8)),
        ),
        fires(
            "a regression that falls by decades, and loses nearly all of it",
            train_loss=given(np.geomspace(0.23, 1.2e-4, 80)).followed_by(flat(0.04, 40)),
        ),
        silent(
            "a loss of next to nothing, and a hundred times that",
            train_loss=given(np.geomspace(2.3, 1e-4, 80)).followed_by(flat(0.01, 40)),
        ),
        silent(
            "falls by decades until inputs are mixed, and validation is right as often as ever",
            train_loss=given(np.geomspace(2.3, 5e-3, 80)).followed_by(flat(0.5, 80)),
            val_accuracy=decay(0.1, 0.93, 160).noisy(0.003),
        ),
        fires(
            "few values, each below the one before down to the lowest, and each later one above",
            axis=Axis.STEP,
            varies={"every second point": "two moves either way are no valley"},
            train_loss=given([15.5, 13.0, 3.8, 2.39, 1.43, 5.82, 7.05, 10.03]),
        ),
        silent(
            "as few values, which come and go",
            axis=Axis.STEP,
            train_loss=given([15.5, 13.0, 3.8, 2.39, 1.43, 7.05, 5.82, 10.03]),
        ),
        silent(
            "a later part of a run, with one bad epoch in it: it comes back to what it had learnt",
            first_step=95,
            train_loss=decay(2e-5, 1e-5, 33).noisy(2e-6).with_value(2, 1.1e-4),
        ),
        silent(
            "falls by decades, and gives back a factor of twenty",
            train_loss=given(np.geomspace(0.23, 2e-3, 80)).followed_by(flat(0.04, 40)),
        ),
        fires("explodes within three values", train_loss=given([354.0, 8.5e19, 1.7e20])),
        fires(
            "a dozen epochs, of which the first two are far below all of the later half",
            train_loss=given([1.75, 2.4, 5.4, 3.3, 5.1, 5.1, 5.1, 5.3, 4.5, 5.8, 4.3, 4.7]),
        ),
        fires(
            "both splits rise",
            train_loss=decay(2.3, 0.5, 60).then(rise(1.3, 60)),
            val_loss=decay(2.3, 0.6, 60).then(rise(1.3, 60)),
        ),
        fires(
            "loses nearly all that it had gained just before the log ends",
            train_loss=decay(4.6, 2.4, 108).noisy(0.1).followed_by(decay(5.6, 4.5, 12).noisy(0.05)),
        ),
        fires(
            "climbs ever faster, and is high in its last values only",
            axis=Axis.STEP,
            train_loss=decay(3.5, 0.1, 24).followed_by(geometric(0.1, 3.2, 16)).noisy(0.01),
        ),
        fires(
            "climbs to a third of what it had gained when the log ends",
            axis=Axis.STEP,
            train_loss=decay(2.5, 0.05, 24).followed_by(geometric(0.05, 1.1, 20)).noisy(0.01),
        ),
        fires(
            "an objective whose weight is raised, or harder data: nothing else tells (a note)",
            train_loss=decay(2.2, 0.5, 15).followed_by(line(0.5, 1.7, 35)).noisy(0.01),
        ),
        fires(
            "a language model breaks, and knows no more than how often each token comes",
            axis=Axis.STEP,
            train_loss=decay(10.9, 3.3, 80).followed_by(flat(7.5, 50)).noisy(0.05),
        ),
        silent(
            "climbs as far in a straight line, as the weight of a term does that is raised by and by",
            axis=Axis.STEP,
            train_loss=decay(2.5, 0.1, 60, half_life=0.05).followed_by(line(0.1, 1.0, 60)).noisy(0.02),
        ),
        silent(
            "climbs as far, ever faster, while validation is right more and more often",
            axis=Axis.STEP,
            train_loss=decay(2.5, 0.1, 60, half_life=0.05).followed_by(geometric(0.1, 1.1, 60)).noisy(0.02),
            val_accuracy=decay(0.1, 0.93).noisy(0.003),
        ),
        silent(
            "is as high in its last values, and lower in between",
            axis=Axis.STEP,
            train_loss=decay(2.5, 0.05, 24)
            .followed_by(geometric(0.05, 0.5, 8))
            .followed_by(flat(0.1, 8))
            .followed_by(geometric(0.1, 1.1, 4))
            .noisy(0.01),
        ),
        silent(
            "the same in the last few values, which one stretch of hard batches explains",
            train_loss=decay(4.6, 2.4, 117).noisy(0.1).followed_by(given([4.4, 4.2, 4.3])),
        ),
        silent(
            "a curriculum: training begins with easy examples, and validation falls all along",
            train_loss=flat(0.06, 30).followed_by(decay(0.2, 0.11, 90)).noisy(0.002),
            val_loss=decay(0.94, 0.11, 120).noisy(0.002),
        ),
        silent(
            "a curriculum: hard examples come when the easy ones are learnt, and validation has them all along",
            axis=Axis.STEP,
            train_loss=decay(1.5, 0.2, 30).followed_by(flat(1.0, 30)).followed_by(flat(2.0, 60)).noisy(0.02),
            val_loss=decay(16.0, 12.0, 30).followed_by(decay(6.0, 1.2, 90)).noisy(0.1),
        ),
        fires(
            "the same, and validation has known better when training was lowest",
            axis=Axis.STEP,
            train_loss=decay(1.5, 0.2, 30).followed_by(flat(1.0, 30)).followed_by(flat(2.0, 60)).noisy(0.02),
            val_loss=decay(16.0, 1.0, 30).followed_by(decay(6.0, 1.2, 90)).noisy(0.1),
        ),
        fires(
            "rises after the last validation, which is measured otherwise",
            axis=Axis.STEP,
            train_loss=decay(0.6, 0.1, 96).followed_by(line(0.5, 3.5, 24)).noisy(0.01),
            val_loss=decay(5.0, 1.0, 90, half_life=0.3).noisy(0.02),
        ),
        fires(
            "explodes just before the log ends",
            train_loss=decay(2.3, 0.3, 110).noisy(0.02).followed_by(given([5.0, 40.0, 300.0])),
        ),
        fires(
            "the rate is back at its peak after a restart",
            train_loss=decay(2.3, 0.2, 81).followed_by(line(0.6, 2.6, 3)).followed_by(flat(2.6, 36)).noisy(0.02),
            lr=cosine(0.1, 80, floor=0.01).followed_by(flat(0.1, 40)),
        ),
        fires(
            "steps up to where guessing would be",
            settings={"optimizer": "adam", "beta2": 0.9999},
            train_loss=decay(2.3, 0.2, 70).followed_by(flat(2.31, 50)).noisy(0.02),
            grad_norm=flat(0.5, 70).followed_by(flat(2.5, 50)).noisy(0.05),
        ),
        fires("raw data, or far too large weights", train_loss=given([826.0]).followed_by(flat(9e6, 30).noisy(1e5))),
        fires(
            "learns, then loses it again, step by noisy step",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.8, 30, half_life=0.1)
            .followed_by(line(0.8, 2.0, 60))
            .followed_by(flat(2.0, 100))
            .noisy(0.35),
        ),
        fires(
            "validation gives back what training, noisier, seems to keep a half of",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.7, 60, half_life=0.1).followed_by(line(0.7, 1.4, 60)).noisy(0.35),
            val_loss=decay(2.3, 0.7, 60, half_life=0.1).followed_by(line(0.7, 1.9, 60)).noisy(0.1),
        ),
        fires(
            "bounces far above its first values throughout",
            axis=Axis.STEP,
            train_loss=given([7.0, 6.7, 7.9]).followed_by(flat(16.0, 27).plus(swing(5.0, 2.3, 27))),
        ),
        fires(
            "bounces far above guessing from the first logged step on",
            settings={"num_classes": 10},
            axis=Axis.STEP,
            train_loss=flat(26.0).noisy(9.0),
        ),
        fires(
            "jumps tenfold after its first value, and bounces",
            train_loss=given([2.3]).followed_by(flat(28.0, 20).noisy(9.0)),
        ),
        fires(
            "explodes within the first epochs and comes down to guessing",
            settings={"num_classes": 5},
            varies={"steps instead of epochs": "the first step's loss is that of the initial weights"},
            train_loss=given([139.0, 56.0, 17.0, 19.0, 5.2, 2.8]).followed_by(flat(1.6, 20).noisy(0.05)),
        ),
        fires(
            "explodes in the middle and rests where it began",
            axis=Axis.STEP,
            train_loss=decay(1.6, 1.2, 40).followed_by(decay(90.0, 1.6, 30, half_life=0.1)).followed_by(flat(1.6, 130)),
        ),
        fires(
            "the first epoch averages five times guessing, the others guess",
            settings={"num_classes": 2},
            varies={"steps instead of epochs": "the loss of the first step is that of the initial weights"},
            train_loss=given([3.4]).followed_by(flat(0.662, 20).noisy(0.001)),
        ),
        silent(
            "the first epoch averages sixty times guessing, the others learn by and by",
            settings={"num_classes": 2},
            varies={"bits instead of nats": "guessing is known in nats"},
            train_loss=given([43.5, 0.6849, 0.6721, 0.6658, 0.6312, 0.6162]),
            val_loss=given([0.6869, 0.6931, 0.6799, 0.6705, 0.6677, 0.6455]),
        ),
        fires(
            "both losses lie six times above guessing throughout",
            settings={"num_classes": 10},
            train_loss=flat(13.5).noisy(2.5),
            val_loss=flat(14.0, 20).noisy(2.0),
        ),
        fires(
            "the same, at an accuracy that is the share of the larger class throughout",
            settings={"num_classes": 2},
            train_loss=flat(5.0).noisy(1.5),
            val_loss=flat(5.2, 20).noisy(1.2),
            val_accuracy=flat(0.8, 20).noisy(0.01),
        ),
        silent(
            "a constant penalty above a loss that falls by little, but surely",
            settings={"num_classes": 10},
            train_loss=decay(14.3, 13.5).noisy(0.05),
            val_loss=decay(14.2, 13.4, 20).noisy(0.02),
        ),
        silent(
            "a sum over examples that become harder, most of which are answered right",
            settings={"num_classes": 10},
            train_loss=decay(230.0, 15.0, 40, half_life=0.05).noisy(4.0).followed_by(flat(28.0, 80).noisy(9.0)),
            val_accuracy=decay(0.6, 0.95, 120, half_life=0.1).noisy(0.003),
        ),
        silent(
            "a sum over some examples, which falls",
            settings={"num_classes": 10},
            train_loss=line(13.5, 9.5).noisy(0.5),
            val_loss=line(13.5, 9.8, 20),
        ),
        fires(
            "raw inputs: thrown a hundredfold at once, and back to the variance of normalised targets",
            axis=Axis.STEP,
            varies={"bits instead of nats": "a variance is not in nats"},
            train_loss=given([50.0, 80.0, 5000.0, 900.0, 12.0, 2.0]).followed_by(flat(1.0, 114).noisy(0.03)),
        ),
        fires(
            "thrown a hundredfold, then learnt by heart, and validation stays there",
            train_loss=given([1.1, *[30.0 if i % 3 else 2.0 for i in range(20)]]).followed_by(flat(0.001, 40)),
            val_loss=given([1.1]).followed_by(flat(500.0, 60).noisy(20.0)),
        ),
        silent(
            "a bank of negatives that is empty at first: the first batch is told from nothing",
            axis=Axis.STEP,
            train_loss=given([0.005]).followed_by(decay(5.9, 3.7, 119)).noisy(0.05),
        ),
        silent(
            "energies of data and of samples, which become like them",
            varies={"bits instead of nats": "the loss is the difference of two scores"},
            loss=line(-0.03, -0.27, 10).followed_by(decay(-0.27, -0.01, 50)),
            energy_pos=line(-0.015, -0.135, 10).followed_by(decay(-0.135, -0.005, 50)),
            energy_neg=line(0.015, 0.135, 10).followed_by(decay(0.135, 0.005, 50)),
        ),
        silent(
            "the same with a penalty on their size",
            varies={"bits instead of nats": "the loss is the difference of two scores"},
            loss=line(-0.03, -0.25, 10).followed_by(decay(-0.25, -0.01, 50)),
            energy_pos=line(-0.015, -0.135, 10).followed_by(decay(-0.135, -0.005, 50)),
            energy_neg=line(0.015, 0.135, 10).followed_by(decay(0.135, 0.005, 50)),
        ),
        fires(
            "energies that run away from each other, the wrong way round",
            loss=line(-0.03, -0.27, 40).followed_by(geometric(0.3, 500.0, 80)),
            energy_pos=line(2.985, 2.865, 40).followed_by(geometric(0.15, 250.0, 80)),
            energy_neg=line(3.015, 3.135, 40).followed_by(geometric(-0.15, -250.0, 80)),
        ),
        fires(
            "preferences that are unlearnt: the loss is as large as the rewards lie apart",
            train_loss=decay(0.7, 0.05, 40).followed_by(line(0.1, 20.0, 80)).noisy(0.01),
            score_chosen=line(0.0, 1.5, 40).followed_by(line(0.0, -10.0, 80)),
            score_rejected=line(0.0, -1.5, 40).followed_by(line(0.0, 10.0, 80)),
        ),
        fires(
            "a negated overlap that is lost again",
            loss=line(-0.03, -0.27, 10).followed_by(decay(-0.27, -0.01, 50)),
        ),
        silent(
            "five tasks, four epochs of each, the earlier ones rehearsed",
            train_loss=given([1.02, 0.04, 0.005, 0.002, 2.5, 0.76, 0.39, 0.2, 2.1, 0.79, 0.24, 0.09]).followed_by(
                given([2.3, 0.94, 0.31, 0.1, 2.6, 0.96, 0.43, 0.28])
            ),
        ),
        silent(
            "one batch, over and over, is learnt by heart within two epochs, and validation stays",
            train_loss=given([0.85, 0.042, 0.011, 0.0055, 0.0034, 0.0023, 0.0017, 0.0013, 0.001, 0.0008]),
            val_loss=line(1.55, 1.71, 10),
        ),
        fires(
            "few values tell it, and validation bears it out",
            axis=Axis.STEP,
            train_loss=decay(1.1, 0.62, 9).followed_by(flat(1.12, 51)).noisy(0.135, seed=1),
            val_loss=given([0.71]).followed_by(flat(1.13, 14).noisy(0.06)),
        ),
        fires(
            "loses all, and a validation of few evaluations comes down, too, but not to where it began",
            axis=Axis.STEP,
            train_loss=decay(1.4, 0.06, 24, half_life=0.2).followed_by(decay(6.0, 1.1, 96, half_life=0.1)).noisy(0.05),
            val_loss=given([0.8, 2.2, 1.9, 1.3, 2.0, 1.4, 1.5, 1.3, 1.2, 1.15, 1.1, 1.1, 1.1, 1.1, 1.1]),
        ),
        fires(
            "two epochs had learnt it, and all is lost at once",
            varies={
                "steps instead of epochs": "two steps may be easy batches",
                "every second point": "one epoch alone is a dip",
                "lost points": "one epoch alone is a dip",
            },
            train_loss=given([1.73, 1.7, 1.66, 1.57, 0.9, 0.68]).followed_by(flat(1.7, 12).noisy(0.04)),
        ),
        silent(
            "a network that is trained already: hard batches lose tens of times what easy ones do",
            axis=Axis.STEP,
            train_loss=flat(0.03, 75).heavy_tailed(1.0, seed=22),
            val_loss=flat(0.06, 3),
        ),
        silent(
            "few values tell it, and validation is as it was",
            axis=Axis.STEP,
            train_loss=decay(1.1, 0.62, 9).followed_by(flat(1.12, 51)).noisy(0.135, seed=1),
            val_loss=given([1.13]).followed_by(flat(1.13, 14).noisy(0.06)),
        ),
        fires(
            "the wrong sign: falls below zero, faster and faster",
            train_loss=given(2.3 - np.geomspace(0.1, 20000.0, 60)),
        ),
        fires(
            "a term with the wrong sign grows, and the sum falls with it",
            train_loss=line(2.3, -900.0, 60).noisy(2.0),
            kl=line(0.1, 903.0, 60).noisy(2.0),
        ),
        fires(
            "a cross-entropy with the wrong sign, and fewer and fewer answers are right",
            train_loss=line(-2.3, -21.0, 60).noisy(0.5),
            val_accuracy=line(0.1, 0.02, 20).noisy(0.005),
        ),
        silent(
            "the log likelihood of a density, which may be below zero",
            train_loss=decay(4.7, -12.0, 60, half_life=0.2).noisy(0.1),
        ),
        silent(
            "losses weighted by a learnt uncertainty, which may be below zero",
            train_loss=line(2.3, -6.8, 60).noisy(0.1),
            val_accuracy=decay(0.3, 0.45, 20),
        ),
        silent(
            "a divergence that grows much less than the evidence",
            train_loss=line(300.0, -90.0, 60).noisy(2.0),
            kl=decay(0.1, 25.0, 60),
        ),
        fires(
            "thrown by its first updates, as a coefficient of determination tells, and comes down to the mean",
            train_loss=geometric(5e19, 1.3, 20),
            val_loss=geometric(3e19, 1.05, 20),
            val_r2=geometric(3e19, 1.05, 20).scaled(-1.0).plus(flat(1.0, 20)),
        ),
        silent(
            "overfits with growing confidence",
            train_loss=decay(1.1, 0.001, 60),
            val_loss=decay(1.1, 0.8, 10).followed_by(line(0.8, 14.0, 50)),
        ),
        silent(
            "thrown a hundredfold at once, and learns after all",
            axis=Axis.STEP,
            train_loss=given([50.0, 80.0, 5000.0, 900.0, 12.0, 2.0]).followed_by(decay(1.0, 0.2, 114).noisy(0.03)),
        ),
        silent(
            "a penalty on the weights comes down with both losses, and the accuracy guesses",
            train_loss=decay(28.0, 0.0, 20, half_life=0.06).plus(flat(2.3, 20)),
            val_loss=decay(20.0, 0.0, 20, half_life=0.06).plus(flat(2.3, 20)),
            val_accuracy=flat(0.1, 20).noisy(0.005),
        ),
        fires(
            "thrown by its second step, and comes down to guessing",
            axis=Axis.STEP,
            first_step=1,
            train_loss=given([2.32, 2100.0, 2500.0, 930.0, 700.0]).followed_by(decay(300.0, 2.4, 115, half_life=0.01)),
            val_accuracy=flat(0.1, 12).noisy(0.01),
        ),
        silent(
            "the first epoch averages three times guessing, the others guess",
            settings={"num_classes": 2},
            varies={"bits instead of nats": "guessing is known in nats"},
            train_loss=given([2.1]).followed_by(flat(0.662, 20).noisy(0.001)),
        ),
        silent(
            "explodes early, and learns after all",
            axis=Axis.STEP,
            train_loss=given([3.2, 40.0, 90.0, 60.0]).followed_by(decay(3.2, 1.0, 116)),
        ),
        silent(
            "a loss summed over the batch, beside the mean of validation",
            axis=Axis.STEP,
            train_loss=decay(74.0, 60.0).noisy(2.0),
            val_loss=given([2.3, 2.0, 1.95, 1.9]),
        ),
        silent(
            "steps up where the log counts another task, which costs more",
            train_loss=decay(2.3, 0.5, 60).noisy(0.02).followed_by(decay(2.1, 1.7, 60).noisy(0.02)),
            val_loss=decay(2.3, 0.6, 60).noisy(0.02).followed_by(decay(2.2, 1.8, 60).noisy(0.02)),
            task_id=flat(0.0, 60).followed_by(flat(1.0, 60)),
        ),
        fires(
            "the same step halfway through the second task",
            train_loss=decay(2.3, 0.5, 60).noisy(0.02).followed_by(decay(2.1, 1.7, 60).noisy(0.02)),
            val_loss=decay(2.3, 0.6, 60).noisy(0.02).followed_by(decay(2.2, 1.8, 60).noisy(0.02)),
            task_id=flat(0.0, 30).followed_by(flat(1.0, 90)),
        ),
        fires(
            "steps up with another task, and rises on from there",
            train_loss=decay(2.3, 0.5, 60).noisy(0.02).followed_by(line(1.2, 4.0, 60).noisy(0.02)),
            task_id=flat(0.0, 60).followed_by(flat(1.0, 60)),
        ),
        silent(
            "another objective, of which the log names the stage, costs far more, and falls from there",
            train_loss=decay(0.12, 0.017, 12, half_life=0.2).followed_by(decay(2.2, 0.4, 12)),
            events=(TextEvent(STAGE_BEGUN, "[finetune] epoch 12", "out.log", 13, 12),),
        ),
        fires(
            "the same, which nothing learns",
            varies={"every second point": "the step is as large, and few values follow it"},
            train_loss=decay(0.12, 0.017, 12, half_life=0.2).followed_by(flat(2.2, 12).noisy(0.1)),
            events=(TextEvent(STAGE_BEGUN, "[finetune] epoch 12", "out.log", 13, 12),),
        ),
        fires(
            "the same, learnt or not, and answers are right as seldom as at first",
            train_loss=decay(1.5, 0.3, 12, half_life=0.2).followed_by(decay(60.0, 2.3, 30, half_life=0.05)),
            val_accuracy=decay(0.1, 0.9, 12, half_life=0.2).followed_by(flat(0.1, 30).noisy(0.005)),
            events=(TextEvent(STAGE_BEGUN, "phase: main", "log.csv", 13, 12),),
        ),
        silent("one wild last value", train_loss=decay(2.3, 0.3).noisy(0.02).with_value(119, 9.0)),
        silent(
            "nine batches of a detector, the last one hard",
            axis=Axis.STEP,
            train_loss=given([0.41, 0.24, 0.13, 0.08, 0.29, 0.22, 0.12, 0.07, 1.15]),
        ),
        silent(
            "the same, the one before it a little higher than others",
            axis=Axis.STEP,
            train_loss=given([0.41, 0.24, 0.13, 0.08, 0.29, 0.22, 0.12, 0.33, 1.15]),
        ),
        fires(
            "nine batches, the last three of which rise faster and faster",
            axis=Axis.STEP,
            train_loss=given([2.41, 2.24, 2.13, 2.08, 1.9, 1.8, 2.5, 3.5, 6.15]),
        ),
        silent("noise about where it began", train_loss=flat(2.3, 30).noisy(0.6, seed=3)),
        silent(
            "next to nothing is lost",
            train_loss=decay(2.31, 2.27, 30).followed_by(line(2.27, 2.3, 30)).followed_by(flat(2.3, 60)).noisy(0.002),
        ),
        silent(
            "two of many hard batches come last",
            train_loss=decay(2.3, 0.3).noisy(0.02).plus(given([2.4 if i % 20 > 17 else 0.0 for i in range(120)])),
        ),
        silent("three values that rise a little", train_loss=given([2.3, 2.7, 2.9])),
        silent("three values that rise sevenfold", train_loss=given([2.3, 9.0, 15.7])),
        silent("data in order: the loss swings about its start", train_loss=flat(2.3, 200).plus(swing(0.9, 20, 200))),
        silent(
            "a summed loss that rests, of a task with classes",
            settings={"num_classes": 10},
            axis=Axis.STEP,
            train_loss=flat(74.0).noisy(2.0),
        ),
        silent(
            "a summed loss that comes down at once, and rests where nearly all answers are right",
            settings={"num_classes": 10},
            axis=Axis.STEP,
            train_loss=line(147.0, 18.0, 12).followed_by(flat(18.0, 108)).noisy(1.0),
            val_accuracy=given([0.68, 0.87, 0.9, 0.93, 0.94]).followed_by(flat(0.955, 19).noisy(0.003)),
        ),
        silent(
            "a loss that is not in nats, of a task with classes",
            settings={"num_classes": 10},
            train_loss=decay(500.0, 100.0).noisy(2.0),
        ),
        silent("falls", train_loss=decay(2.3, 0.2).noisy(0.05)),
        silent("rises by less than a tenth", train_loss=line(2.3, 2.45)),
        silent("gives back a little", train_loss=decay(2.3, 0.5, 60).then(rise(0.4, 60)).noisy(0.02)),
        silent(
            "the first two values of an epoch, after the end of another",
            axis=Axis.STEP,
            first_step=700,
            train_loss=given([1.79, 1.78, 1.74, 1.73, 1.69, 1.68, 1.64, 1.64, 1.6, 2.0, 1.96]),
            epoch=given([20.0] * 9 + [21.0] * 2),
        ),
        silent(
            "nine epochs in the midst of a run, which fall by a third and rise again: far more was learnt before",
            axis=Axis.EPOCH,
            first_step=39,
            train_loss=given([0.188, 0.16, 0.144, 0.133, 0.139, 0.171, 0.212, 0.178, 0.174]),
        ),
        fires(
            "goes on rising in the first values of the second epoch",
            axis=Axis.STEP,
            train_loss=line(2.3, 1.0, 20).followed_by(given([3.0, 4.0, 5.0, 7.0])),
            epoch=given([0.0] * 20 + [1.0] * 4),
        ),
        fires(
            "gives back what it had gained within the only epoch of the log, which began before it",
            axis=Axis.STEP,
            first_step=700,
            train_loss=line(2.3, 1.0, 20).followed_by(line(1.0, 2.2, 20)),
            epoch=flat(20.0, 40),
        ),
        silent("wanders within its noise", train_loss=line(0.5, 0.6).noisy(0.1)),
        silent("a spike that recovers", train_loss=decay(2.3, 0.2).with_value(50, 40.0, 20.0, 4.0)),
        silent(
            "a curriculum: validation goes on falling",
            train_loss=decay(6.8, 1.5, 40).then(rise(2.9, 80)),
            val_loss=decay(6.8, 2.5),
        ),
        silent("a range test", train_loss=decay(2.3, 0.6, 80).then(rise(9.0, 40)), lr=geometric(1e-6, 10.0)),
        silent(
            "a difference of two terms, which goes both ways",
            train_loss=given([0.0001, 0.0016, 0.0044, -0.0039, 0.0047, 0.0024, 0.0002, 0.0013, -0.0092, 0.0061]),
        ),
        silent("warm restarts", train_loss=decay(2.3, 0.3).plus(cosine(0.15, cycles=4)), lr=cosine(0.1, cycles=4)),
        silent(
            "a dozen epochs that vary as much as they have risen",
            train_loss=given([1.75, 2.4, 5.4, 3.3, 5.1, 3.1, 5.1, 5.3, 3.2, 6.8, 3.3, 4.7]),
        ),
        silent(
            "bad batches, one by one, as far apart as nothing that lasts is",
            axis=Axis.STEP,
            train_loss=decay(1.2, 0.3, 240)
            .noisy(0.02)
            .plus(given([{100: 9e4, 150: 4e4, 230: 2e4}.get(i, 0.0) for i in range(240)])),
        ),
        silent(
            "validation keeps what training, noisier, seems to give back a half of",
            axis=Axis.STEP,
            train_loss=decay(2.3, 0.7, 60, half_life=0.1).followed_by(line(0.7, 1.4, 60)).noisy(0.35),
            val_loss=decay(2.3, 0.7, 60, half_life=0.1).followed_by(line(0.7, 1.0, 60)).noisy(0.1),
        ),
        fires(
            "no training loss is logged, and validation explodes",
            val_loss=given([1.08, 15.2, 14.3, 14.0, 13.9, 14.3, 36.8, 36.8, 36.8, 36.8]),
        ),
        fires(
            "no loss is logged, and the accuracy falls to chance",
            train_acc=rise(0.9, 30).followed_by(flat(0.1, 30)).noisy(0.005),
        ),
        fires(
            "nothing is logged but an accuracy of validation, which falls to chance",
            val_acc=line(0.1, 0.9, 30).followed_by(flat(0.1, 30)).noisy(0.005),
        ),
        silent(
            "nothing is logged but an accuracy of validation, which falls by half, as by memorising",
            val_acc=line(0.1, 0.6, 10).followed_by(line(0.6, 0.3, 50)).noisy(0.005),
        ),
        silent(
            "no training loss is logged, and validation rises to three times its start, as by memorising",
            val_loss=decay(0.7, 0.4, 20).then(rise(1.7, 40)).noisy(0.01),
        ),
    )

    def check(
        self,
        run: Run,
        rise: Rise,
        schedule: Schedule | None,
        spikes: Spikes[TrainLoss] | None,
        explosion: Explosion | None,
        around: Surroundings,
    ) -> Iterator[Finding]:
        """Compare the level at the end with the start and with the lowest; else look for what the level hides."""
        if schedule is not None and schedule.is_range_test:
            return
        if (away := runs_away_below(run, rise.train)) is not None:
            yield self.observed(away)
            return
        explodes = rise.above_start >= (self.explosion - 1) * abs(rise.start) > 0 and not rise.train.crosses_zero
        exploded = explodes or (explosion is not None and explosion.times >= self.explosion)
        if may_be_harmless(around, rise, exploded=exploded):
            return
        margin, lost = self._lasting(rise, explodes=explodes)
        if not margin or (explosion and explosion.precedes_log) or (len(rise.train) < self.min_points and not explodes):
            yield from self._hidden(rise, spikes, explosion, around)
        elif explodes or not (only_begins_epoch(run, rise.train) or rise.is_last_value_alone):
            confidence = Confidence.HIGH if explodes else confidence_from(margin, 2 * len(rise.train))
            yield self._rises(rise, lost, confidence, around)

    def _lasting(self, rise: Rise, *, explodes: bool) -> tuple[float, str]:
        """Return the margin by which the level rose for good, 0 where it did not, and what it lost of its gain."""
        exceeds = rise.beyond_start(self.above_start, self.min_z, whatever_noise=explodes)
        of_gain = rise.beyond_gain(self.lost, self.min_gain, self.min_z)
        loses = of_gain or rise.beyond_decades(self.times, self.lost, self.min_z)
        return max(exceeds, loses), rise.what_is_lost(in_decades=not of_gain) if loses and not exceeds else ""

    def _hidden(
        self, rise: Rise, spikes: Spikes[TrainLoss] | None, explosion: Explosion | None, around: Surroundings
    ) -> Iterator[Finding]:
        """Report an explosion that came before the first value or shows in validation, or a jump that ends the log."""
        if explosion is not None and explosion.is_lost and explosion.times >= self._least(explosion):
            yield self._never_recovers(rise.train, explosion, explosion.gain(rise.train.end), around)
        elif rise.val is not None and (seen := rise.held_out_lost) is not None:
            yield self._never_recovers(rise.train, seen, f"while validation stays at {number(rise.val.end)}", around)
        elif spikes is not None and (jump := self._last_jump(rise, spikes)) is not None:
            yield self._ends_high(jump, spikes, rise.start, around)

    def _rises(self, rise: Rise, lost: str, confidence: Confidence, around: Surroundings) -> Finding:
        event = around.rise(rise.train, from_start=rise.train.first >= self.explosion * abs(rise.start) > 0)
        message = rise.message(place(event.series, event.onset_step), lost)
        return around.weigh_rise(self._broken(message, event, confidence, rise.levels), event, rise)

    def _broken(self, message: str, event: Event, confidence: Confidence, evidence: Mapping[str, float]) -> Finding:
        why, series = explain(event, self.causes), event.series
        order = {"what came before": Quantity(event.order)} if event.order else {}
        return self.finding(
            f"{series.name} {message}{event.cue}",
            Span(series.name, event.onset_step, series.last_step, "rising" if event.index else "exploded before"),
            confidence=confidence,
            causes=why.causes,
            to_tell_apart=why.to_tell_apart,
            evidence={name: Quantity(value) for name, value in evidence.items()} | order,
        )

    def _never_recovers(self, train: Trend[TrainLoss], seen: Explosion, ends: str, around: Surroundings) -> Finding:
        start = f"{number(seen.start)}{seen.known_from and f' ({seen.known_from})'}"
        return self._broken(
            f"explodes to {number(seen.peak)} from {start} and ends at {number(train.end)}, {ends}",
            around.at(Kind.RISE, train.series, seen.index),
            confidence_from(seen.times / self._least(seen), 2 * len(train)),
            {"start": seen.start, "highest": seen.peak, "end": train.end},
        )

    def _least(self, seen: Explosion) -> float:
        return self.lost_from if seen.known_from else self.explosion

    def _last_jump(self, rise: Rise, spikes: Spikes[TrainLoss]) -> Spike | None:
        above = rise.start + self.above_start * abs(rise.start)
        gained = 0.0 if rise.validation_falls else self.min_gain * abs(rise.start)
        jump = last_jump(spikes, above=above, least=int(self.late_points), gained=gained, lost=self.lost)
        return jump if jump is not None and jump.height >= self.min_over_tail * spikes.tail else None

    def _ends_high(self, jump: Spike, spikes: Spikes[TrainLoss], start: float, around: Surroundings) -> Finding:
        """Report a run that was stopped soon after it blew up: the jump is too short to move the level."""
        lasts = spikes.series.values[jump.index :]
        high = float(lasts[-max(1, int(self.late_points)) :].min()) >= self.explosion * abs(start)
        return self._broken(
            f"jumps from {number(jump.level)} to {number(jump.peak)} in the last "
            f"{counted(len(lasts), 'value')} of the log and does not come back",
            around.jump(spikes.series, jump),
            Confidence.HIGH if high else Confidence.MEDIUM,
            {"level before": jump.level, "end": float(lasts[-1]), "start": start},
        )
