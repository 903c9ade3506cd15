"""A training loss that does not move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Confidence,
    Finding,
    GradNorm,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    TrainLoss,
    TrainMetric,
    ValLoss,
    example_run,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import Curve, cosine, decay, flat, given, line
from logdoctor.evidence.optimization.pretrained import has_begun_before, knows_more_than_chance
from logdoctor.evidence.optimization.stuck.causes import CAUSES as STUCK
from logdoctor.evidence.optimization.stuck.causes import stuck_causes, to_tell_stuck
from logdoctor.evidence.optimization.stuck.loss_course import LossCourse, LossCourseThresholds
from logdoctor.evidence.optimization.stuck.never_lower import worse_than_untrained
from logdoctor.evidence.optimization.stuck.pulled_back import pulled_back
from logdoctor.evidence.optimization.stuck.signs import Beginning, StuckSigns
from logdoctor.evidence.optimization.stuck.small_fall import rounded_away
from logdoctor.evidence.optimization.stuck.too_early import too_early
from logdoctor.evidence.optimization.zero_loss import MASKED, has_gradient, is_zero_throughout, why_zero
from logdoctor.evidence.stability.corroboration import NOTHING_ELSE
from logdoctor.evidence.stability.rise import Rise
from logdoctor.evidence.stability.surroundings import Surroundings
from logdoctor.evidence.usual_rates import is_far_too_high
from logdoctor.signals import ChanceLevels, Schedule, Trend, UpdateSigns
from logdoctor.signals.optimization.stand_ins import StandIn
from logdoctor.wording import counted, number

BLOWN_UP = 2.0
"""Rise in units of the first loss from which the loss blew up."""

ONE_BATCH = 8.0
"""The same in units of its noise, as `thrown_at_start` asks of first updates: the hardest of some hundred batches lies
five away."""


@dataclass(frozen=True)
class NoLearning(Rule):
    """The training loss ends where it began: whatever it does, it does not fall.

    A run that was resumed begins at the level that it had reached, and rightly hardly moves; so does a run whose log
    begins late. Only a log that begins at the beginning is judged.
    """

    id = "no-learning"
    title = "The training loss does not fall"
    severity = Severity.ERROR
    causes = (*STUCK, "wrong-loss-or-output")
    references = ("https://karpathy.github.io/2019/04/25/recipe/",)
    limits = (
        "Needs 8 values of a log that begins with the run; 6, or 4 of many digits, where every evaluation gives one "
        "loss. Silent where validation or a metric improves; a note where the loss fell and rose, and nothing else has "
        "it. A task that is learnt late looks the same until then."
    )
    stand_ins = (StandIn.ERRORS,)
    explains = (
        "plateau", "slow-convergence", "still-improving", "oscillation", "lr-out-of-range", "constant-metric",
        "underfitting", "bad-initial-loss",
    )  # fmt: skip

    max_fall: float = threshold(
        0.02,
        "fall as a share of the start that counts as none; the slowest sound public runs fell by more",
    )
    max_move_beside: float = threshold(
        0.005,
        "distance of validation from its start, as a share of it, within which it bears out that nothing is learnt "
        "where batch noise hides training: fine-tunings that gain little gain more",
    )
    max_z: float = threshold(
        4.0, "fall in units of its standard error below which it may be chance; more is learning, however slow"
    )
    min_points: float = threshold(
        8.0, "values a log must have before a run may be called dead: many sound runs are killed by impatience"
    )
    min_frozen: float = threshold(6.0, "the same where every evaluation gives one loss: impatience freezes no weight")
    min_frozen_finely: float = threshold(
        4.0,
        "the same in more decimals than a rounded log shows: none of 1,100 sound runs has such a loss four times",
    )

    examples = (
        fires("flat with noise", train_loss=flat(0.83, 40).noisy(0.003)),
        fires(
            "batch noise like a fall, while validation stays",
            train_loss=line(1.0, 0.95, 60).noisy(0.2, seed=1),
            val_loss=line(1.09, 1.087, 20).noisy(0.0003),
        ),
        fires("exactly flat", train_loss=flat(1.7)),
        fires(
            "the noise of batches shrinks with the rate, and what they fall by is within that of the beginning",
            train_loss=line(1.951, 1.9465, 88).noisy(0.01, seed=2).followed_by(flat(1.945, 176).noisy(0.004, seed=12)),
        ),
        fires(
            "a strong pull on the weights lifts both losses from the third value on, though more answers are right",
            settings={"optimizer": "AdamW", "lr": 2e-3, "weight_decay": 1.5},
            train_loss=decay(1.918, 1.933, 25, half_life=0.3).with_value(1, 1.912, 1.912),
            val_loss=decay(1.9026, 1.9337, 25, half_life=0.3).with_value(1, 1.8999),
            train_accuracy=decay(0.17, 0.24, 25),
        ),
        fires("flat under batch noise", train_loss=flat(3.0, 3000).noisy(0.05)),
        fires(
            "six epochs that each give one loss, of both sets",
            train_loss=flat(2.358, 6),
            val_loss=flat(2.361, 6),
        ),
        fires(
            "ten epochs that go nowhere",
            train_loss=given([0.835, 0.8385, 0.832, 0.834, 0.829, 0.831, 0.836, 0.830, 0.8331, 0.8324]),
        ),
        fires("a log that begins at its fourth epoch", first_step=3, train_loss=flat(0.83, 40).noisy(0.003)),
        fires("the rate is next to nothing", settings={"lr": 1e-8}, train_loss=flat(0.83, 40).noisy(0.003)),
        fires(
            "the rate dies at once",
            train_loss=flat(0.83, 40).noisy(0.003),
            lr=given([1e-3, 1e-4, 1e-5]).followed_by(flat(0.0, 37)),
        ),
        fires("the weights never change", train_loss=flat(0.83, 40).noisy(0.003), val_loss=flat(0.91, 20)),
        fires(
            "outputs that do not change, whatever the input",
            train_loss=flat(0.83, 40).noisy(0.003),
            grad_norm=flat(1e-9, 40),
        ),
        fires(
            "batch noise hides it, and each of few evaluations gives one loss",
            train_loss=flat(0.42, 30).noisy(0.04),
            val_loss=flat(0.4221, 5),
        ),
        fires("labels of other rows", train_loss=flat(0.83, 40).noisy(0.003), val_loss=flat(0.91).noisy(0.002)),
        fires("pulled to zero", settings={"weight_decay": 0.3}, train_loss=flat(0.83, 40).noisy(0.003)),
        fires(
            "an epsilon that outweighs the gradients",
            settings={"optimizer": "adam", "lr": 1e-3, "eps": 10.0},
            train_loss=flat(0.83, 40).noisy(0.003),
        ),
        fires(
            "added up over a batch of 64",
            settings={"batch_size": 64, "lr": 0.05},
            train_loss=flat(147.0, 40).noisy(1.0),
            val_loss=flat(2.31, 20).noisy(0.005),
        ),
        fires(
            "one hidden unit, and a sibling of 32 that learns",
            settings={"hidden": 1},
            siblings=(example_run({"hidden": 32}, train_loss=decay(0.83, 0.2)),),
            train_loss=flat(0.83, 40).noisy(0.003),
        ),
        fires(
            "few updates, of small batches",
            axis=Axis.STEP,
            settings={"batch_size": 16},
            train_loss=flat(1.7, 40).noisy(0.01),
        ),
        fires(
            "three evaluations that agree to the last digit: what training does is batch noise",
            axis=Axis.STEP,
            train_loss=line(4.81, 4.67, 12).noisy(0.15, seed=1).with_value(2, 4.2),
            val_loss=given([4.6813572, 4.6813572, 4.6813572]),
        ),
        fires(
            "few, large batches",
            axis=Axis.STEP,
            settings={"batch_size": 60000},
            train_loss=flat(0.83, 40).noisy(0.003),
        ),
        fires("after a blow-up", train_loss=flat(0.83).noisy(0.003).with_value(3, 9.0, 4.0)),
        fires(
            "finds the mean of normalised targets, and no more",
            varies={"bits instead of nats": "a variance is not in nats"},
            train_loss=flat(1.0, 60).noisy(0.1),
            val_loss=given([1.13, 1.08, 1.05]).followed_by(flat(1.03, 27).noisy(0.008, seed=2)),
        ),
        fires(
            "the same, of outputs that come to rest by and by at a rate at which networks learn",
            varies={"bits instead of nats": "a variance is not in nats"},
            settings={"optimizer": "AdamW", "lr": 2e-3},
            train_loss=flat(1.0, 60).noisy(0.1),
            val_loss=decay(1.15, 1.09, 30),
        ),
        fires(
            "the same of ten evaluations, beside a few batches whose losses are those of a fall",
            train_loss=flat(1.0, 60)
            .noisy(0.28, seed=1)
            .with_value(0, 1.0, 1.4, 1.2, 1.2)
            .with_value(56, 0.8, 0.9, 0.75, 0.8),
            val_loss=decay(1.105, 1.091, 10, half_life=0.05),
            lr=flat(0.01, 60),
        ),
        fires(
            "each of four evaluations a little lower, at a rate that moves nothing",
            settings={"lr": 1e-8},
            train_loss=flat(2.335, 80).noisy(0.008),
            val_loss=line(2.3406, 2.3405, 4),
        ),
        fires(
            "the same under a batch noise like a fall, at a rate that no fine-tuning has",
            varies={"bits instead of nats": "a variance is not in nats"},
            train_loss=line(1.03, 0.9, 60).noisy(0.18),
            val_loss=decay(1.11, 1.09, 30),
            lr=flat(0.05, 60),
        ),
        fires(
            "explains no more than the mean would",
            train_loss=given([42.7, 35.8, 33.7, 34.1, 34.0, 39.4, 33.4, 35.2, 35.8, 39.8, 46.6, 35.3]),
            val_r2=given([-0.13, -0.045, -0.1, -0.006, -0.007, -0.001, -0.08, -0.04, -0.008, -2.1, -0.43, -0.26]),
        ),
        fires(
            "worse than the untrained network, on both sets",
            train_loss=decay(0.74, 0.66, 60, half_life=0.1).noisy(0.02).without(0, 0),
            val_loss=given([0.594]).followed_by(decay(0.733, 0.663, 20)),
        ),
        fires(
            "the first updates throw a trained network away, and four evaluations show it",
            axis=Axis.STEP,
            train_loss=decay(4.6, 2.95, 50, half_life=0.1).noisy(0.04).without(0, 0),
            val_loss=given([1.8, 3.0, 2.95, 2.9]),
        ),
        fires(
            "learns how often each answer is right, and no more",
            train_loss=decay(4.249, 4.234, 25, half_life=0.2).noisy(0.0005),
            val_loss=decay(4.244, 4.234, 8, half_life=0.2),
            lr=cosine(3e-3, 25),
        ),
        fires(
            "no gradient is left in half precision",
            settings={"fp16": True, "lr": 1e-3},
            train_loss=flat(0.83, 40).noisy(0.003),
            grad_norm=flat(0.0, 40),
        ),
        fires(
            "clipped to next to nothing",
            settings={"optimizer": "sgd", "lr": 0.05, "grad_clip": 1e-5},
            train_loss=flat(0.83, 40).noisy(0.003),
        ),
        silent(
            "gains as little at the rate of a fine-tuning",
            train_loss=decay(4.249, 4.234, 25, half_life=0.2).noisy(0.0005),
            val_loss=decay(4.244, 4.234, 8, half_life=0.2),
            lr=cosine(2e-5, 25),
        ),
        silent(
            "gains little, but does not level off",
            train_loss=line(4.249, 4.234, 25).noisy(0.0005),
            val_loss=line(4.244, 4.234, 8),
            lr=cosine(3e-3, 25),
        ),
        fires(
            "gains next to nothing, which levels off, and validation only loses by it",
            train_loss=decay(1.0166, 1.0159, 15, half_life=0.2),
            val_loss=decay(0.9346, 0.9388, 15, half_life=0.2),
        ),
        silent(
            "gains as little, and validation gains, too",
            train_loss=decay(1.0166, 1.0159, 15, half_life=0.2),
            val_loss=decay(0.9388, 0.9346, 15, half_life=0.2),
        ),
        silent(
            "gains as little below guessing: it had learnt before, and goes on",
            train_loss=decay(0.302, 0.3018, 15, half_life=0.2),
            val_loss=decay(0.4, 0.402, 15, half_life=0.2),
        ),
        silent(
            "gains as little at fair answers",
            train_loss=decay(1.0166, 1.0159, 15, half_life=0.2),
            val_loss=decay(0.9346, 0.9388, 15, half_life=0.2),
            val_accuracy=flat(0.72, 15).noisy(0.003),
        ),
        silent(
            "gains ten times as much while validation loses",
            train_loss=decay(1.0166, 1.0096, 15, half_life=0.2),
            val_loss=decay(0.9346, 0.9388, 15, half_life=0.2),
        ),
        fires(
            "a rate at which hardly any network trains explains it, however little of its first epoch is in the log",
            settings={"optimizer": "SGD", "lr": 1.0, "momentum": 0.9, "epochs": 12},
            train_loss=given([1.841, 1.312, 1.361, 1.347, 1.363, 1.464, 2.175, 1.329, 1.489, 1.352, 1.435, 1.763]),
            val_loss=given([1.313, 1.29, 1.317, 1.51, 1.197, 3.124, 1.52, 1.05, 1.273, 1.05, 1.084, 1.255]),
        ),
        fires(
            "falls by what rounding moves",
            train_loss=line(3.4661, 3.4656, 40).noisy(0.00005),
            val_loss=line(5.5452, 5.5449, 12),
            lr=flat(1.0, 40),
        ),
        fires(
            "creeps at a rate that moves nothing",
            train_loss=line(3.43, 3.385, 25).noisy(0.01),
            lr=flat(1e-6, 25),
        ),
        silent(
            "creeps as far at a usual rate",
            train_loss=line(3.43, 3.385, 25).noisy(0.01),
            lr=flat(1e-4, 25),
        ),
        silent(
            "worse than the untrained network on other data, which it forgets",
            train_loss=decay(0.74, 0.3, 60).noisy(0.02).without(0, 0),
            val_loss=given([0.594]).followed_by(decay(0.733, 0.663, 20)),
        ),
        silent(
            "explains more than the mean, if little",
            train_loss=decay(42.7, 35.0, 30).noisy(0.5),
            val_r2=decay(-0.13, 0.12, 30).noisy(0.02),
        ),
        silent(
            "learns its own examples by heart",
            train_loss=decay(1.0, 0.2),
            val_r2=flat(-0.2, 30).noisy(0.02),
        ),
        fires(
            "thrown by its first updates, and at the mean from the second evaluation on",
            varies={"bits instead of nats": "a variance is not in nats"},
            train_loss=given([2.7, 7.1, 6.8, 2.6]).followed_by(flat(1.0, 116).noisy(0.1)),
            val_loss=given([128.8]).followed_by(flat(1.029, 29).noisy(0.001)),
            lr=cosine(0.02),
        ),
        silent(
            "comes to one nat by and by, as a small language model",
            train_loss=decay(4.3, 1.0, 120).noisy(0.02),
            val_loss=given([4.3]).followed_by(decay(1.3, 1.029, 29, half_life=0.1)),
            lr=cosine(1e-3),
        ),
        silent(
            "a fine-tuning that begins near one and gains little",
            settings={"optimizer": "AdamW", "lr": 2e-5},
            train_loss=flat(1.0, 60).noisy(0.1),
            val_loss=decay(1.15, 1.09, 30),
        ),
        silent(
            "a logarithm of an error, which validation lowers by a tenth",
            train_loss=line(-5.87, -5.95, 37).noisy(0.2),
            val_loss=given([-6.23, -6.27, -6.29, -6.31, -6.32, -6.32]),
        ),
        fires(
            "batch noise like a fall, while validation only rises",
            train_loss=line(1.15, 1.05, 110).noisy(0.15, seed=2),
            val_loss=line(1.11, 1.15, 20).noisy(0.001),
        ),
        fires(
            "thrown up at once, and back to no less than it began with",
            train_loss=given([2.07, 19.6, 7.8, 5.2, 3.4]).followed_by(flat(2.85, 145).noisy(0.29)),
            val_loss=given([2.26, 4.47]).followed_by(flat(2.4, 28).noisy(0.15)),
        ),
        fires(
            "few evaluations that hardly differ beside few noisy losses",
            train_loss=flat(1.79, 15).noisy(0.03),
            val_loss=given([1.756457, 1.756106, 1.755987]),
        ),
        silent(
            "falls by a tenth under batch noise, while validation only rises: it memorises",
            train_loss=line(1.1, 0.99, 40).noisy(0.05, seed=3),
            val_loss=line(1.05, 1.12, 40).noisy(0.004),
        ),
        silent(
            "a first batch that is low by chance",
            axis=Axis.STEP,
            train_loss=given([0.1]).followed_by(decay(2.0, 1.0, 99, half_life=0.3).noisy(0.3)),
            val_loss=line(1.0, 1.02, 20),
        ),
        fires(
            "the first batches of a run, which tell nothing yet (a note)",
            axis=Axis.STEP,
            train_loss=flat(10.8, 16).noisy(0.01),
        ),
        fires(
            "few epochs under the name of steps: after each of them it is evaluated",
            axis=Axis.STEP,
            train_loss=flat(5.1, 16).noisy(0.01),
            val_loss=flat(5.2, 16).noisy(0.01, seed=1),
        ),
        fires(
            "few epochs under the name of steps, which a column counts",
            axis=Axis.STEP,
            train_loss=flat(5.1, 16).noisy(0.01),
            epoch=line(0, 15, 16),
        ),
        fires(
            "a rate that is still warming up (a note)",
            axis=Axis.STEP,
            train_loss=flat(10.8, 40).noisy(0.01),
            lr=line(1e-7, 4e-6, 40),
        ),
        silent("learns", train_loss=decay(2.3, 0.2).noisy(0.02)),
        silent("learns a little", train_loss=decay(2.3, 2.2).noisy(0.02)),
        silent("falls slowly but surely", train_loss=line(3.585, 3.53)),
        silent("learns at once, then rests", train_loss=decay(2.3, 0.35, half_life=0.004).noisy(0.01)),
        silent("falls by a thirtieth under noise", train_loss=line(3.6, 3.475, 60).noisy(0.094)),
        silent("a log that begins late", first_step=500, train_loss=flat(0.83, 40).noisy(0.003)),
        silent(
            "steps that begin anew while the epochs beside them go on",
            axis=Axis.STEP,
            train_loss=flat(0.36, 40).noisy(0.02),
            epoch=line(1000.0, 1039.0, 40),
        ),
        fires(
            "epochs beside the steps that begin with the run",
            axis=Axis.STEP,
            train_loss=flat(0.83, 40).noisy(0.003),
            epoch=line(1.0, 40.0, 40),
        ),
        silent("noise hides it, but the accuracy rises", train_loss=flat(0.69).noisy(0.01), train_acc=decay(0.5, 0.95)),
        silent(
            "a fine-tuning that gains little, but steadily",
            train_loss=flat(0.55, 60).noisy(0.04),
            val_loss=given([0.5776, 0.577, 0.5698, 0.5689, 0.568, 0.5678]),
        ),
        silent(
            "batch noise like a fall, and validation moves, if the wrong way",
            train_loss=line(1.0, 0.95, 60).noisy(0.2, seed=1),
            val_loss=line(1.09, 1.097, 20).noisy(0.0003),
        ),
        fires(
            "each of few evaluations is lower, as those of a fine-tuning that is almost done (a note)",
            train_loss=line(2.35, 2.33, 15).noisy(0.02),
            val_loss=given([2.276, 2.271, 2.269, 2.268]),
        ),
        fires(
            "the second of two evaluations is lower by a ten-thousandth",
            axis=Axis.STEP,
            train_loss=flat(1.45, 90).noisy(0.1),
            val_loss=Curve(np.array([1.387, 1.3869]), frozenset(range(90)) - {44, 89}),
        ),
        fires(
            "the second of two evaluations is lower, beside batches whose noise hides as much (a note)",
            axis=Axis.STEP,
            train_loss=flat(1.45, 90).noisy(0.1),
            val_loss=Curve(np.array([1.387, 1.385]), frozenset(range(90)) - {44, 89}),
        ),
        fires(
            "rests below what guessing costs from its fifth step on, as what is learnt before it does (a note)",
            axis=Axis.STEP,
            first_step=5,
            train_loss=flat(0.085, 60).noisy(0.005),
            val_loss=flat(0.086, 60).noisy(0.002),
        ),
        fires(
            "a fine-tuning of ten classes that gains little from its fifth step on (a note)",
            axis=Axis.STEP,
            first_step=5,
            settings={"num_classes": 10},
            train_loss=flat(1.4, 60).noisy(0.05),
        ),
        fires(
            "the weights never change, at such a level",
            axis=Axis.STEP,
            first_step=5,
            train_loss=flat(0.085, 60).noisy(0.005),
            val_loss=flat(0.086, 60),
        ),
        silent(
            "three evaluations that agree in two decimals, which an event file keeps in single precision",
            varies={"bits instead of nats": "the script has rounded the values in its own unit"},
            axis=Axis.STEP,
            train_loss=line(4.81, 4.67, 12).noisy(0.15, seed=1).with_value(2, 4.2),
            val_loss=given([float(np.float32(4.68))] * 3),
        ),
        silent(
            "too short",
            varies={"bits instead of nats": "a rounded loss is known by its digits"},
            train_loss=flat(0.83, 6),
        ),
        silent(
            "rounded to hundredths, of which next to none are left",
            varies={"bits instead of nats": "the script has rounded the values in its own unit"},
            train_loss=flat(0.02, 8),
            val_loss=flat(0.03, 8),
        ),
        silent(
            "few evaluations that are rounded to hundredths and look alike",
            varies={"bits instead of nats": "the script has rounded the values in its own unit"},
            train_loss=given([0.13, 0.12] * 3),
            val_loss=flat(0.15, 6),
        ),
        silent(
            "five epochs that each give one loss",
            varies={"bits instead of nats": "a rounded loss is known by its digits"},
            train_loss=flat(2.358, 5),
            val_loss=flat(2.361, 5),
        ),
        silent("falls late", train_loss=flat(68.0, 60).followed_by(decay(68.0, 24.0, 60))),
        fires(
            "thrown up by the first updates, and guesses to the end, under batch noise",
            varies={"bits instead of nats": "the first loss tells how many classes there are in nats"},
            axis=Axis.STEP,
            train_loss=given([2.29]).followed_by(line(2.62, 2.45, 40).noisy(0.16)),
            val_accuracy=flat(0.1, 41).noisy(0.01),
        ),
        fires(
            "far above what guessing costs and in noise as large, epoch by epoch, and the accuracy guesses",
            train_loss=given([3.99, 3.34, 6.97, 4.86, 4.75, 4.61, 4.98, 6.24, 4.8, 5.1]),
            val_accuracy=given([0.09, 0.093, 0.093, 0.033, 0.091, 0.078, 0.058, 0.103, 0.118, 0.116]),
        ),
        silent(
            "the same, and comes to know one answer in four",
            axis=Axis.STEP,
            train_loss=given([2.29]).followed_by(line(2.62, 2.45, 40).noisy(0.16)),
            val_accuracy=line(0.1, 0.25, 41),
        ),
        silent(
            "next to nothing after the first epoch, rounded to four digits",
            train_loss=given([0.0212, 0.0, 0.0, 0.0001, 0.0001, 0.0, 0.0]).followed_by(flat(0.0, 113)),
        ),
        fires(
            "four epochs with one loss of validation, in all decimals",
            train_loss=given([10.1, 10.49, 10.49, 10.49]),
            val_loss=flat(11.5729341, 4),
        ),
        silent(
            "noisy targets of which a quarter is explained, within an epoch",
            varies={"bits instead of nats": "a variance is not in nats"},
            train_loss=decay(0.95, 0.72, 72, half_life=0.03),
            val_loss=decay(0.85, 0.738, 24, half_life=0.02),
        ),
        fires(
            "exactly zero from the first value on: no label counts",
            train_loss=flat(0.0, 40),
            val_loss=flat(0.0, 40),
        ),
        silent(
            "exactly zero while gradients arrive: a policy gradient",
            train_loss=flat(0.0, 40),
            grad_norm=flat(0.2, 40).noisy(0.05),
        ),
        fires("no loss is logged, and the accuracy stays at a tenth", train_acc=flat(0.1, 60).noisy(0.004)),
        silent("no loss is logged, and the accuracy is high from the start", train_acc=flat(0.94, 60).noisy(0.004)),
        fires(
            "five epochs with one training loss, in all decimals",
            train_loss=flat(0.9870926588773727, 5),
            train_accuracy=flat(0.3359375, 5),
        ),
        silent(
            "five epochs with one training loss, in four decimals",
            varies={"bits instead of nats": "a rounded loss is known by its digits"},
            train_loss=flat(0.9871, 5),
        ),
        fires(
            "four epochs with one loss of training and one of validation, each in four decimals",
            train_loss=flat(7.7233, 4),
            val_loss=flat(8.059, 4),
            val_accuracy=flat(0.5, 4),
        ),
        silent(
            "four epochs with one loss of validation, in four decimals, while that of training moves",
            varies={"bits instead of nats": "a rounded loss is known by its digits"},
            train_loss=given([7.7233, 7.7231, 7.7234, 7.7232]),
            val_loss=flat(8.0591, 4),
        ),
        silent(
            "three epochs with one loss of validation",
            train_loss=given([10.1, 10.49, 10.49]),
            val_loss=flat(11.5729341, 3),
        ),
    )

    def check(
        self,
        run: Run,
        train: Trend[TrainLoss],
        val: Trend[ValLoss] | None,
        metric: Trend[TrainMetric] | None,
        schedule: Schedule | None,
        chance: ChanceLevels,
        stuck: StuckSigns,
        rise: Rise,
        around: Surroundings,
    ) -> Iterator[Finding]:
        """Compare where the loss began with its end and with its lowest."""
        if self._is_unjudgeable(run, train, val, stuck.signs) or (schedule is not None and schedule.is_range_test):
            return
        course = LossCourse(run, train, val, stuck, self.thresholds_for(LossCourseThresholds))
        learns = course.falls or course.validation_falls or course.rises_in(metric)
        if learns and not (course.guesses_the_mean or course.is_in_vain):
            return
        series, is_sure = train.series, stuck.signs.frozen or is_far_too_high(stuck.settings)
        unclear = course.fell_before(chance) or ("" if is_sure else too_early(run, series, schedule, stuck.settings))
        if not (unclear or is_sure) and around.corroboration.is_missing_for(around.rise(train), rise):
            unclear = NOTHING_ELSE
        is_unclear = bool(unclear) or course.may_creep
        confidence = Confidence.LOW if is_unclear else course.confidence(chance, learns=learns)
        is_zero = is_zero_throughout(train)
        if is_zero and has_gradient(run):
            return
        begun = stuck.after(_beginning(train, val, guesses=course.guesses_the_mean))
        causes = (why_zero(),) if is_zero else stuck_causes(begun)
        yield self.finding(
            f"{series.name} is {number(course.began)} at the beginning and {number(train.end)} at the end of "
            f"{counted(len(series), 'logged value')}: {course.clause}{unclear}",
            Span(series.name, series.first_step, series.last_step, "flat"),
            confidence=confidence,
            severity=Severity.NOTE if confidence is Confidence.LOW else self.severity,
            causes=causes,
            to_tell_apart=(MASKED,) if is_zero and run.find(GradNorm) is None else tuple(to_tell_stuck(run, causes)),
            evidence={
                "beginning": Quantity(course.began),
                "end": Quantity(train.end),
                "noise": Quantity(train.noise),
                "fall": Quantity(max(course.fell / course.scale, 0.0), "share of the beginning"),
            },
        )

    def _is_unjudgeable(
        self, run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, signs: UpdateSigns
    ) -> bool:
        """Whether the log is too short, too coarse, or begins too late to say that nothing was learnt."""
        frozen = self.min_frozen_finely if signs.frozen_finely else self.min_frozen
        least = frozen if signs.frozen and (val is not None or signs.frozen_finely) else self.min_points
        learnt_before = knows_more_than_chance(train) or has_begun_before(run, train.series)
        return len(train) < least or rounded_away(train) or learnt_before


def _beginning(train: Trend[TrainLoss], val: Trend[ValLoss] | None, *, guesses: bool) -> Beginning:
    """Say whether the loss blew up on its way, began far above where it rests, lay below it, or rests at a guess."""
    series, first, highest = train.series, train.first, float(train.series.values.max())
    rose = first > 0 and highest - first > BLOWN_UP * first + ONE_BATCH * train.noise
    said = f"the loss rose from {number(first)} to {number(highest)} before"
    blew_up = said if rose else worse_than_untrained(train, val)
    began_high = train.end > 0 and not blew_up and first > BLOWN_UP * train.end
    return Beginning(
        blew_up=blew_up,
        began_high=f"the first loss is {number(first)}" if began_high else "",
        forgot="" if blew_up or began_high else pulled_back(train, val),
        guesses="both losses rest where guessing the mean of normalised targets would be" if guesses else "",
        updates=series.last_step if series.axis is Axis.STEP else None,
    )
