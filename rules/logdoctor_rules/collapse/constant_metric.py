"""A metric that stays at exactly one value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Cause,
    Finding,
    GradNorm,
    Quantity,
    Reward,
    Rule,
    Run,
    Series,
    Severity,
    Span,
    Strength,
    TrainLoss,
    ValLoss,
    confidence_from,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, given, line
from logdoctor.evidence.collapse.constant_value import (
    TO_TELL,
    causes_of_one_size,
    causes_of_policy,
    held_losses,
    metrics_while_training,
    one_value_causes,
)
from logdoctor.evidence.collapse.no_boxes import without_boxes
from logdoctor.evidence.collapse.resting_metric import RestingMetric, counts_wins, may_be_majority
from logdoctor.evidence.collapse.unrewarded import unrewarded
from logdoctor.finding import HIGH_MARGIN, MEDIUM_MARGIN
from logdoctor.signals import Schedule, Trend
from logdoctor.signals.optimization.accuracy import (
    one_class_at_a_time,
)
from logdoctor.wording import counted, first_of, percent, stretch


@dataclass(frozen=True)
class ConstantMetric(Rule):
    """A metric shows one and the same value to the end of the run while training goes on.

    The model gives every example the same answer, or the metric is computed wrongly; a score never above half a percent
    that comes back to zero counts as zero. A metric that rose to its value has learnt, and one at its best possible
    value cannot improve: neither is a finding. It is only a note where the training loss rests too, where a metric
    reached nine tenths gradually, and for objects of one size if the metric for all sizes moves. A validation loss must
    move, too, while training falls. A reward that rests at its lowest, zero or less, teaches nothing.
    """

    id = "constant-metric"
    title = "A metric never moves"
    severity = Severity.WARNING
    causes = (
        "class-imbalance", "labels-do-not-match", "dead-activations", "wrong-loss-or-output", "optimizer-not-stepping",
        "reward-without-signal", "reward-misses-goal",
    )  # fmt: skip
    references = ("https://karpathy.github.io/2019/04/25/recipe/",)
    limits = "Needs 6 equal values at the end, 8 above one half, 12 above 0.9. A log does not show class shares."

    min_share: float = threshold(
        0.6, "share of the run, up to its end, at one value; hard tasks rest at zero for a while before they break"
    )
    min_points: float = threshold(
        6.0, "values at one value, two in each third: small sets repeat one by chance, hard tasks take time to begin"
    )
    min_high: float = threshold(
        8.0, "the same above one half, where small sets rest that a pretrained network answers well from the first on"
    )
    min_highest: float = threshold(
        12.0,
        "the same above nine tenths at a loss like that of one answer, unless an accuracy on other data rests, too: a "
        "small network at rest repeats itself as well",
    )
    min_rewards: float = threshold(
        12.0, "rewards, all of them alike, four in each third of them: a rare success may take a while"
    )
    learnt: float = threshold(
        0.5,
        "training loss at the end as a share of its start, below which the model learns all the same: a constant above "
        "zero may then be a small, easy set, and is a note; the entropy of two classes of that share is not below",
    )

    examples = (
        fires("accuracy at the majority share", train_loss=decay(0.6, 0.4), val_accuracy=flat(0.9)),
        fires(
            "F1 is zero while the loss falls",
            train_loss=decay(0.7, 0.1),
            val_f1=flat(0.0),
        ),
        fires(
            "no small object is ever found (a note)",
            train_loss=decay(2.3, 0.9, 60),
            val_map=decay(0.0, 0.4, 60),
            val_map_s=flat(0.0, 60),
        ),
        fires("no game is ever won", train_loss=decay(2.3, 0.9, 60), win_rate=flat(0.0, 60)),
        fires(
            "falls back to one class",
            train_loss=decay(2.3, 1.1, 40).then(line(0.0, 1.2, 80)),
            train_accuracy=line(0.1, 0.6, 30).followed_by(flat(0.1, 90)),
        ),
        fires(
            "one class from the start on, as the loss says (a note)",
            train_loss=flat(2.303).noisy(0.001),
            train_accuracy=flat(0.1),
        ),
        fires(
            "validation loss is one value in each epoch, while training falls",
            varies={
                "steps instead of epochs": "a log may repeat one evaluation at each step until the next",
                "bits instead of nats": "a margin is a round number as it is set",
            },
            axis=Axis.EPOCH,
            train_loss=line(0.1902, 0.1775, 7).noisy(0.0003),
            val_loss=flat(0.2, 7),
        ),
        fires(
            "validation loss is one value in twelve epochs, whatever it is",
            varies={"steps instead of epochs": "a log may repeat one evaluation at each step until the next"},
            axis=Axis.EPOCH,
            train_loss=decay(2.3, 1.0, 12),
            val_loss=flat(2.2134, 12),
        ),
        fires(
            "an overlap of a few lucky pixels, which comes back to zero",
            varies={"steps instead of epochs": "of a batch, a few right answers are luck"},
            axis=Axis.EPOCH,
            train_loss=decay(0.62, 0.39, 15, half_life=0.05),
            val_iou=given([0, 0, 0, 7e-5, 1e-3, 1e-3, 0, 7e-4, 1e-3, 1e-3, 0, 5e-4, 3e-4, 1e-4, 0]),
        ),
        fires(
            "both the loss and the overlap are zero: one says that all is right, the other that nothing is",
            axis=Axis.STEP,
            first_step=53_759,
            train_loss=flat(0.0, 14),
            train_iou=flat(0.0, 14),
        ),
        fires(
            "one class, and a loss that creeps as it learns the shares",
            train_loss=decay(1.56, 1.53),
            val_accuracy=flat(0.17),
        ),
        fires(
            "constant while the model learns (a note)",
            train_loss=decay(2.3, 0.3),
            val_accuracy=flat(0.6),
        ),
        fires(
            "one class while the loss falls to the entropy of the shares",
            train_loss=decay(0.6, 0.2),
            val_accuracy=flat(0.96),
        ),
        fires(
            "one class, and a loss that comes down from far above guessing, but not below it",
            train_loss=decay(9000.0, 190.0, 10),
            val_accuracy=flat(0.2171, 10),
        ),
        fires(
            "one class after another, each with its share of the data",
            train_loss=decay(9000.0, 190.0, 10),
            val_accuracy=given([0.2171, 0.2171, 0.2171, 0.2171, 0.2171, 0.2, 0.2171, 0.2171, 0.2, 0.2171]),
        ),
        fires(
            "a share of one class while training learns by heart, and no loss of new data is below that of one answer",
            train_loss=decay(0.44, 0.19, 20, half_life=0.1),
            val_loss=decay(0.36, 0.227, 20, half_life=0.05),
            val_accuracy=given([0.93, 0.947]).followed_by(flat(0.95, 18)),
        ),
        fires(
            "rests when the rate does, and no loss of new data is below that of one answer: it is too sure (a note)",
            train_loss=decay(1.3, 0.12, 40, half_life=0.1),
            val_loss=decay(0.35, 0.305, 40, half_life=0.02),
            val_accuracy=given([0.9, 0.905, 0.91, 0.915, 0.92, 0.93]).followed_by(flat(0.924, 34)),
        ),
        fires(
            "no answer is ever right, however much is earned",
            axis=Axis.STEP,
            reward=decay(0.35, 1.5, 40).noisy(0.02),
            eval_accuracy=flat(0.0, 10),
            policy_loss=flat(0.0, 40).noisy(0.01),
        ),
        fires(
            "no answer ever earns anything",
            axis=Axis.STEP,
            episode_reward=flat(0.0, 40),
            policy_loss=flat(0.0, 40),
        ),
        fires(
            "episodes succeed as often as chance has it, and none is rewarded",
            axis=Axis.STEP,
            episode_reward=flat(0.0, 40),
            success_rate=flat(0.35, 40).noisy(0.08),
        ),
        fires(
            "the goal is met by chance now and then, and never again",
            axis=Axis.STEP,
            episode_reward=flat(0.0, 100).with_value(2, 0.2, 0.2).with_value(30, 0.1, 0.1),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        silent(
            "an accuracy that rests because the rate is dead",
            train_loss=decay(4.6, 2.6, 4).followed_by(flat(2.6, 16)).noisy(0.1),
            val_accuracy=given([0.3, 0.38, 0.3975]).followed_by(flat(0.4014, 17)),
            lr=cosine(1e-3, 4).followed_by(flat(0.0, 16)),
        ),
        silent(
            "the goal is met by chance to the end",
            axis=Axis.STEP,
            episode_reward=flat(0.0, 100).with_value(2, 0.2, 0.2).with_value(30, 0.1, 0.1).with_value(80, 0.1, 0.1),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        silent(
            "penalties are no longer met",
            axis=Axis.STEP,
            episode_reward=flat(0.0, 100).with_value(2, -0.2, -0.2).with_value(30, -0.1, -0.1),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        fires(
            "no episode ever comes to the goal",
            axis=Axis.STEP,
            episode_reward=flat(-200.0, 40),
            policy_loss=flat(0.0, 40).noisy(0.01),
        ),
        fires(
            "the reward is 1 whatever is done, and no gradient comes of it",
            reward=flat(1.0, 40),
            grad_norm=flat(0.0, 40),
            policy_loss=flat(0.0, 40),
        ),
        fires(
            "a detector that is given no boxes learns that nothing is there",
            varies={"steps instead of epochs": "twenty batches may hold no box by chance"},
            axis=Axis.EPOCH,
            train_loss=decay(0.6, 0.03, 20),
            iou_loss=flat(0.0, 20),
            dfl_loss=flat(0.0, 20),
            cls_loss=decay(0.6, 0.03, 20),
            val_map50=flat(0.0, 4),
        ),
        fires(
            "no word is ever recognised, at a loss that came down and rests",
            axis=Axis.STEP,
            train_loss=decay(32.0, 4.98, 30, half_life=0.02).noisy(0.02),
            eval_loss=flat(4.98, 6).noisy(0.01),
            eval_wer=flat(1.0, 6),
        ),
        silent(
            "every episode earns all there is",
            axis=Axis.STEP,
            episode_reward=flat(500.0, 40),
            policy_loss=flat(0.0, 40).noisy(0.01),
        ),
        silent(
            "every word is wrong at first, as it is while characters are learnt",
            axis=Axis.STEP,
            train_loss=decay(32.0, 0.4, 30, half_life=0.1),
            eval_wer=given([1.0, 1.0, 1.0, 0.8, 0.5, 0.35]),
        ),
        silent(
            "a detector one of whose terms is switched off",
            axis=Axis.EPOCH,
            train_loss=decay(0.7, 0.06, 20),
            box_loss=decay(0.1, 0.03, 20),
            bbox_l1_loss=flat(0.0, 20),
            cls_loss=decay(0.6, 0.03, 20),
        ),
        silent(
            "a model of masks whose term of their overlap is switched off",
            axis=Axis.EPOCH,
            train_loss=decay(0.7, 0.1, 20),
            focal_loss=decay(0.3, 0.03, 20),
            dice_loss=decay(0.4, 0.07, 20),
            iou_loss=flat(0.0, 20),
        ),
        silent(
            "a detector that finds boxes, the loss of which is not logged",
            axis=Axis.EPOCH,
            train_loss=decay(0.7, 0.1, 20),
            box_loss=flat(0.0, 20),
            cls_loss=decay(0.6, 0.1, 20),
            val_map50=decay(0.1, 0.7, 20),
        ),
        fires(
            "four late epochs of a detector that is given no boxes",
            varies={"steps instead of epochs": "four batches may hold no box by chance"},
            axis=Axis.EPOCH,
            first_step=67,
            train_loss=line(0.0088, 0.0086, 4),
            iou_loss=flat(0.0, 4),
            dfl_loss=flat(0.0, 4),
            cls_loss=line(0.0088, 0.0086, 4),
        ),
        silent(
            "a detector whose boxes have no weight",
            axis=Axis.EPOCH,
            settings={"box": 0.0, "cls": 0.5},
            train_loss=decay(0.7, 0.1, 20),
            box_loss=flat(0.0, 20),
            cls_loss=decay(0.6, 0.1, 20),
        ),
        silent(
            "25 batches of images that mostly hold no boxes",
            axis=Axis.STEP,
            train_loss=decay(0.7, 0.1, 25),
            box_loss=flat(0.0, 25),
            cls_loss=decay(0.6, 0.1, 25),
        ),
        silent(
            "a detector whose first images hold no boxes",
            axis=Axis.STEP,
            train_loss=decay(0.7, 0.4, 32),
            box_loss=flat(0.0, 12).followed_by(decay(0.1, 0.08, 20)),
            cls_loss=decay(0.6, 0.3, 32),
        ),
        fires(
            "twelve rewards, and nothing earned",
            axis=Axis.STEP,
            episode_reward=flat(0.0, 12),
            policy_loss=flat(0.0, 12).noisy(0.01),
        ),
        silent(
            "nothing is earned yet",
            axis=Axis.STEP,
            episode_reward=flat(0.0, 11),
            policy_loss=flat(0.0, 11).noisy(0.01),
        ),
        silent(
            "the first episodes fail",
            axis=Axis.STEP,
            episode_reward=flat(-200.0, 40).followed_by(line(-200.0, -120.0, 40)),
            policy_loss=flat(0.0, 80).noisy(0.01),
        ),
        silent(
            "few values, which it rose to",
            train_loss=decay(2.3, 0.9, 12),
            val_accuracy=given([0.12, 0.31, *[0.45, 0.46] * 5]),
        ),
        silent("solved from the start", train_loss=decay(0.2, 0.01), val_accuracy=flat(1.0)),
        silent("solved from the start, in percent", train_loss=decay(0.2, 0.01), val_accuracy=flat(100.0)),
        silent(
            "rose to where it is",
            train_loss=decay(1.1, 0.02),
            val_accuracy=line(0.33, 0.967, 20).followed_by(flat(0.967, 100)),
        ),
        fires(
            "rose from any answer to the same for all, and the loss never passes the entropy of the shares",
            train_loss=decay(0.7, 0.24),
            val_accuracy=line(0.75, 0.96, 20).followed_by(flat(0.96, 100)),
        ),
        fires(
            "rose to where nearly all is right, at a loss that so many right answers among seven may cost (a note)",
            train_loss=decay(1.95, 0.2),
            val_accuracy=line(0.75, 0.96, 20).followed_by(flat(0.96, 100)),
        ),
        fires(
            "rests where nearly all is right, in a log that does not show how it came there (a note)",
            axis=Axis.STEP,
            train_loss=decay(1.7, 0.18, 80, half_life=0.15).without(0, 39),
            val_accuracy=line(0.75, 0.96, 20).followed_by(flat(0.96, 60)).without(0, 39),
        ),
        silent(
            "rose by degrees to where two decimals do not tell, at the loss of as many errors",
            train_loss=decay(1.8, 0.34, 24),
            val_accuracy=given([0.65, 0.78, 0.83, 0.87, 0.89, 0.91, 0.91]).followed_by(flat(0.92, 17)),
        ),
        silent(
            "nearly always among the best five, and the best one moves",
            train_loss=decay(2.3, 0.05, 30),
            val_acc_1=decay(90.0, 98.5, 30).noisy(0.3),
            val_acc_5=given([99.0, 99.5, *[99.8] * 28]),
        ),
        silent(
            "all training examples but one are right, those of validation are not",
            train_loss=decay(1.3, 0.014, 25, half_life=0.05),
            train_accuracy=given([0.59, 0.93, 0.96, 0.986, 0.99, 0.996]).followed_by(flat(0.999, 19)),
            val_accuracy=decay(0.8, 0.952, 25, half_life=0.1),
        ),
        silent(
            "rose within one epoch to where all but two of four hundred answers are right, at next to no loss",
            train_loss=decay(0.78, 0.001, 24, half_life=0.05),
            val_accuracy=given([0.935, 0.985, 0.987, 0.992]).followed_by(flat(0.995, 20)),
        ),
        fires(
            "as high at once, and no loss below the entropy of such shares",
            train_loss=decay(0.78, 0.04, 24, half_life=0.05),
            val_accuracy=given([0.935, 0.985, 0.987, 0.992]).followed_by(flat(0.995, 20)),
        ),
        fires(
            "as high, and the loss is little lower than at first",
            train_loss=decay(0.2, 0.108, 24, half_life=0.05),
            val_accuracy=given([0.88, 0.95, 0.96, 0.962]).followed_by(flat(0.97, 20)),
        ),
        silent(
            "rests a little below its best",
            train_loss=decay(1.1, 0.02),
            val_accuracy=line(0.33, 0.98, 20).followed_by(flat(0.967, 100)),
        ),
        silent(
            "zero for the first half",
            train_loss=decay(9.0, 2.0),
            val_map=flat(0.0, 60).followed_by(line(0.0, 0.4, 60)),
        ),
        silent(
            "constant over the later half alone",
            train_loss=decay(2.3, 1.9),
            train_accuracy=line(0.3, 0.2, 60).followed_by(given([0.1] * 60)),
        ),
        silent("a placeholder", train_loss=decay(2.3, 0.3), hp_metric=flat(-1.0), val_score=flat(-1.0)),
        silent(
            "the loss has turned NaN",
            train_loss=line(2.3, 2.2, 10).followed_by(flat(float("nan"), 110)),
            val_accuracy=line(0.1, 0.2, 10).followed_by(flat(0.1, 110)),
        ),
        silent(
            "the loss is NaN from its second value on",
            train_loss=given([2.3]).followed_by(flat(float("nan"), 119)),
            val_accuracy=flat(0.1),
        ),
        fires("six zeros", train_loss=line(0.6, 0.2, 6), val_f1=flat(0.0, 6)),
        fires("six values above zero", train_loss=line(2.3, 2.1, 6), val_accuracy=flat(0.1, 6)),
        silent(
            "six values that a small set may well repeat",
            train_loss=line(0.4, 0.12, 6),
            val_loss=line(0.3, 0.2, 6),
            val_accuracy=flat(0.8667, 6),
        ),
        silent(
            "eight, which a network of few units that has come to rest gets right of 140 examples",
            train_loss=given([0.577, 0.256, 0.122, 0.106, 0.101, 0.0975, 0.0956, 0.0939, 0.0929, 0.0923, 0.0922]),
            val_loss=given([0.401, 0.139, 0.0853, 0.0878, 0.0819, 0.0813, 0.0812, 0.0799, 0.0794, 0.0793, 0.0793]),
            val_accuracy=given([0.9214, 0.95, 0.9786]).followed_by(flat(0.9857, 8)),
        ),
        fires(
            "eight of those, and of the training set as well",
            train_loss=given([0.577, 0.256, 0.122, 0.106, 0.101, 0.0975, 0.0956, 0.0939, 0.0929, 0.0923, 0.0922]),
            val_loss=given([0.401, 0.139, 0.0853, 0.0878, 0.0819, 0.0813, 0.0812, 0.0799, 0.0794, 0.0793, 0.0793]),
            val_accuracy=given([0.9214, 0.95, 0.9786]).followed_by(flat(0.9857, 8)),
            train_accuracy=given([0.8875, 0.9471, 0.9812]).followed_by(flat(0.9839, 8)),
        ),
        fires("eight from the first on", train_loss=decay(0.35, 0.25, 8), val_accuracy=flat(0.94, 8)),
        fires(
            "eight of those at a loss far above that of one answer",
            train_loss=decay(1.38, 1.29, 9),
            val_accuracy=given([0.8575]).followed_by(flat(0.93, 8)),
        ),
        fires(
            "thirteen of those",
            train_loss=decay(0.577, 0.092, 16, half_life=0.06),
            val_loss=decay(0.401, 0.079, 16, half_life=0.04),
            val_accuracy=given([0.9214, 0.95, 0.9786]).followed_by(flat(0.9857, 13)),
        ),
        silent("five values", train_loss=line(2.3, 2.1, 5), val_accuracy=flat(0.1, 5)),
        silent("moves", train_loss=decay(2.3, 0.3), val_accuracy=decay(0.1, 0.9).noisy(0.01)),
        silent(
            "a rate of wins that has yet to count those that come",
            train_loss=decay(0.004, 0.001, 14),
            win_rate=flat(0.0, 14),
            win_count=given([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 5, 6]),
        ),
        silent("too few games to win one", train_loss=decay(2.3, 0.9, 10), win_rate=flat(0.0, 10)),
        silent(
            "validation rests in hundredths, while training falls by one of them",
            varies={"bits instead of nats": "the script has rounded the values in its own unit"},
            axis=Axis.EPOCH,
            train_loss=flat(0.21, 6).followed_by(flat(0.2, 6)),
            val_loss=flat(0.2, 12),
        ),
        silent(
            "an evaluation before ten epochs, which the log repeats in each until the next",
            axis=Axis.EPOCH,
            train_loss=decay(2.3, 1.0, 9),
            val_loss=flat(2.2134, 9),
        ),
        silent(
            "a validation loss that is logged wrongly, beside answers that get better",
            axis=Axis.EPOCH,
            train_loss=decay(2.3, 0.4, 12),
            val_loss=flat(2.5, 12),
            val_accuracy=decay(0.1, 0.8, 12),
        ),
        silent(
            "one evaluation, which the log repeats at each step until the next",
            axis=Axis.STEP,
            train_loss=decay(2.3, 1.7, 40).noisy(0.01),
            val_loss=flat(2.2134, 40),
        ),
        silent(
            "neither validation nor training moves, which is a finding of its own",
            axis=Axis.EPOCH,
            train_loss=flat(2.31, 8).noisy(0.01),
            val_loss=flat(2.3027, 8),
        ),
        silent(
            "a score of next to nothing that has begun to rise",
            axis=Axis.EPOCH,
            train_loss=decay(0.62, 0.39, 15, half_life=0.05),
            val_map=given([0, 0, 0, 0, 0, 0, 1e-4, 2e-4, 2e-4, 4e-4, 7e-4, 1e-3, 2e-3, 3e-3, 4e-3]),
        ),
        silent(
            "such a score that is higher in the later half, and zero at the end",
            axis=Axis.EPOCH,
            train_loss=decay(0.62, 0.39, 12, half_life=0.05),
            val_map=given([0, 0, 0, 1e-4, 0, 3e-4, 1e-3, 0, 2e-3, 1e-3, 3e-3, 0]),
        ),
        silent(
            "the first batches of 256 with a thousand classes, in which one answer is right now and then",
            axis=Axis.STEP,
            train_loss=line(6.95, 6.6, 40).noisy(0.02),
            train_accuracy=given([0, 0.0039, 0, 0, 0.0039, 0, 0, 0, 0.0039, 0] * 4),
        ),
        silent(
            "a hard score that comes back to zero now and then, and has been higher",
            axis=Axis.EPOCH,
            train_loss=decay(0.62, 0.39, 15, half_life=0.05),
            val_map=given([0, 0, 0.01, 0, 0.02, 0.01, 0, 0.03, 0.02, 0, 0.03, 0.02, 0.04, 0.03, 0]),
        ),
        silent(
            "a loss of zero, and all of the overlap there is: nothing is left to learn",
            axis=Axis.STEP,
            first_step=53_759,
            train_loss=flat(0.0, 14),
            train_iou=flat(1.0, 14),
        ),
        silent(
            "the first four epochs of a detector, in which no box may be matched",
            axis=Axis.EPOCH,
            train_loss=line(0.88, 0.6, 4),
            iou_loss=flat(0.0, 4),
            dfl_loss=flat(0.0, 4),
            cls_loss=line(0.88, 0.6, 4),
        ),
    )

    def check(
        self,
        run: Run,
        train: Trend[TrainLoss] | None,
        val: Trend[ValLoss] | None,
        norm: Trend[GradNorm] | None,
        reward: Trend[Reward] | None,
        schedule: Schedule | None,
    ) -> Iterator[Finding]:
        """Look at every metric; the first that never moves is reported, and the others are named with it."""
        if (found := unrewarded(run, norm, self.min_rewards, self.min_share)) is not None:
            yield self.observed(found)
        if (boxes := without_boxes(run)) is not None:
            yield self.observed(boxes)
            return
        metrics = metrics_while_training(run, schedule)
        resting = [rest for one in metrics if (rest := self._resting(one, train, metrics)) is not None]
        if not resting:
            for loss, causes in held_losses(run, train, self.min_points, self.min_highest):
                yield self._constant(RestingMetric(loss, 0, train), (), causes, is_usual=False, harmless=False)
            return
        first = next((one for one in resting if one.value == 0), resting[0])
        falls, of_one_size = first.loss_falls(self.learnt), causes_of_one_size(first.series, metrics)
        causes = of_one_size or causes_of_policy(first.series, reward, train) or one_value_causes(first, falls=falls)
        harmless = falls and first.value > 0 and not first.never_learnt(val)
        is_usual = harmless or bool(of_one_size) or first.may_have_learnt_nearly_all or first.rests_as_the_loss_does
        others = [one.series.name for one in resting if one is not first]
        yield self._constant(first, others, causes, is_usual=is_usual, harmless=harmless)

    def _constant(
        self, rest: RestingMetric, others: Sequence[str], causes: tuple[Cause, ...], *, is_usual: bool, harmless: bool
    ) -> Finding:
        """Report a metric that rests, and the names of others that do."""
        series, alike = rest.series, len(rest.at_rest)
        first, last, share = rest.at_rest.first_step, series.last_step, percent(alike / len(series))
        kinds, of_all = len(np.unique(rest.at_rest.values)), f"of {counted(len(series), 'value')}"
        also = f"; so {'is' if len(others) == 1 else 'are'} {first_of(others)}" if others else ""
        return self.finding(
            f"{series.name} {rest.described} over {stretch(series, first, last)}, {share} of the run{also}",
            Span(series.name, first, last, "one value"),
            severity=Severity.NOTE if is_usual else self.severity,
            confidence=confidence_from(MEDIUM_MARGIN if harmless else HIGH_MARGIN, alike),
            causes=causes,
            to_tell_apart=[] if causes[0].strength is Strength.LIKELY else [TO_TELL],
            evidence={
                "last value": Quantity(rest.value),
                "values alike" if kinds == 1 else f"of these {kinds}": Quantity(alike, of_all),
                "training loss at the end": Quantity(rest.train.end if rest.train is not None else "not logged"),
            },
        )

    def _resting(
        self, series: Series, train: Trend[TrainLoss] | None, metrics: Sequence[Series]
    ) -> RestingMetric | None:
        """Return a metric that never moves again; None where it does, or may well stay."""
        if len(series) < self.min_points:
            return None
        if one_class_at_a_time(series):
            return RestingMetric(series, 0, train, metrics)
        rest = RestingMetric.of(series, train, metrics)
        if len(rest.at_rest) < max(self._least(rest), self.min_share * len(series)) or rest.wins_elsewhere:
            return None
        may_stay = rest.value < 0 or rest.value in (1.0, 100.0) or rest.has_learnt(self.learnt)
        return None if may_stay else rest

    def _least(self, rest: RestingMetric) -> float:
        """Return how many equal values tell that a metric rests."""
        if counts_wins(rest.series):
            return self.min_rewards
        if rest.since and rest.came_to_nearly_all and not rest.rests_elsewhere(self.min_high):
            return self.min_highest
        return self.min_high if may_be_majority(rest.value) else self.min_points
