"""A loss that rests at the level of guessing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import Any, ClassVar

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
    ValLoss,
    confidence_from,
    example_run,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import Curve, decay, flat, given, line
from logdoctor.evidence.optimization.chance.held import held_at_chance
from logdoctor.evidence.optimization.chance.level import came_to_chance, has_learnt, named
from logdoctor.evidence.optimization.chance.one_answer import one_answer_always
from logdoctor.evidence.optimization.chance.pairwise_losses import causes_of_alike
from logdoctor.evidence.optimization.chance.rest import RestAtChance, RestThresholds, values_lost
from logdoctor.evidence.optimization.chance.term import term_at_chance
from logdoctor.evidence.optimization.chance.uniform import uniform_outputs
from logdoctor.evidence.optimization.stuck.causes import CAUSES as STUCK
from logdoctor.evidence.optimization.stuck.causes import stuck_causes, to_tell_stuck
from logdoctor.evidence.optimization.stuck.signs import StuckSigns
from logdoctor.evidence.optimization.stuck.too_early import too_early
from logdoctor.finding import HIGH_MARGIN
from logdoctor.signals import ChanceLevels, Schedule, Siblings, Trend
from logdoctor.signals.optimization.stand_ins import StandIn
from logdoctor.wording import number, stretch

LN2, LN10 = log(2), log(10)

TEN = {"num_classes": 10}
MARGINS: dict[str, Any] = {"rewards/margins": flat(0.0, 40).noisy(0.001)}


@dataclass(frozen=True)
class StalledAtChance(Rule):
    """The training loss rests at ln C, the cross-entropy of guessing among C classes; 0.693 for two.

    The model gives every input the same answer. The number of classes comes from the settings, from an accuracy that
    rests near 1 / C, from an area under the curve of one half, from the kind of loss (preference losses begin at ln 2),
    or, for common counts, from the level itself. A run that stays there for a while and then falls has learnt.
    """

    id = "stalled-at-chance"
    title = "The loss rests at chance level"
    severity = Severity.ERROR
    causes = (
        *STUCK, "reference-equals-policy", "validation-set-differs", "too-little-data", "wrong-loss-or-output",
        "representation-collapse", "temperature-too-high",
    )  # fmt: skip
    references = ("https://karpathy.github.io/2019/04/25/recipe/", "https://github.com/huggingface/trl/issues/1627")
    limits = "Needs a mean cross-entropy in nats; a summed or weighted one, or very uneven classes, go unnoticed."
    stand_ins = (StandIn.VALIDATION,)
    varies: ClassVar[Mapping[str, str]] = {"bits instead of nats": "ln C is the level of guessing in nats"}
    explains = (
        "no-learning", "plateau", "slow-convergence", "generalization-gap", "oscillation", "lr-out-of-range",
        "constant-metric", "underfitting", "loss-spike",
    )  # fmt: skip

    tolerance: float = threshold(
        0.02,
        "relative distance from ln C within which the level counts as chance, where something names C: weight decay "
        "and label noise move it by about a percent",
    )
    tolerance_alone: float = threshold(
        0.01,
        "the same where the level alone speaks: ln C of neighbouring common counts are over 40 % apart, but sound "
        "losses pass through anything",
    )
    resting: float = threshold(0.6, "share of the run, up to its end, that must lie at the level")
    max_start: float = threshold(
        1.5,
        "start in units of ln C above which only a named C counts: a run that came from far above has learnt something",
    )
    max_noise: float = threshold(
        0.06,
        "noise of single points in nats above which only a named C counts: who guesses loses almost the same on every "
        "batch (logits that wander by 0.3 give batches of 32 a noise of 0.05)",
    )
    min_points: float = threshold(
        6.0,
        "values that must lie at a level that something names, where their noise is that of who guesses: two in each "
        "third; nothing is known of fewer",
    )
    min_points_alone: float = threshold(
        8.0,
        "values that must lie at any other, or epochs of training and validation that lie next to it together; fewer "
        "and a slow start looks the same, or the noise of a few batches",
    )

    min_points_exact: float = threshold(
        5.0, "epochs that must each lie next to it where an accuracy guesses; logged steps do while a rate warms up"
    )
    exactly: float = threshold(
        0.001, "relative distance from such an ln C up to which a value lies next to it: four digits print it so"
    )

    examples = (
        fires("0.693 from the first step", train_loss=flat(LN2, 40).noisy(0.001)),
        fires(
            "exactly ln 2 on every batch after the first updates threw it, whatever share of them has the larger class",
            axis=Axis.STEP,
            train_loss=given([0.6773, 2.4587, 5.3353, 1.0234, 10.6901, 1.9899, 0.6869]).followed_by(flat(0.6931, 20)),
            train_accuracy=flat(0.7, 27).noisy(0.05),
        ),
        fires(
            "as many errors as guessing among seven classes makes",
            train_loss=flat(1.946, 30).noisy(0.002),
            error_rate=flat(6 / 7, 30).noisy(0.003),
        ),
        silent(
            "as many wrong whole sentences, which are of no classes either",
            train_loss=flat(1.946, 30).noisy(0.002),
            sentence_error_rate=flat(6 / 7, 30).noisy(0.003),
        ),
        silent(
            "as many wrong words, which are of no classes",
            train_loss=flat(1.946, 30).noisy(0.002),
            word_error_rate=flat(6 / 7, 30).noisy(0.003),
        ),
        silent(
            "near ln 2 on every batch, after it came from far above, and most answers are right",
            axis=Axis.STEP,
            train_loss=given([0.6773, 2.4587, 5.3353, 1.0234, 10.6901, 1.9899, 3.5713]).followed_by(
                flat(0.6931, 40).noisy(0.02)
            ),
            train_accuracy=flat(0.75, 47).noisy(0.05),
        ),
        fires(
            "the first batches of a run, which tell nothing yet (a note)",
            axis=Axis.STEP,
            settings={"num_classes": 1000},
            train_loss=flat(log(1000), 16).noisy(0.02),
        ),
        fires("0.693 under heavy batch noise", train_loss=flat(LN2, 400).noisy(0.05)),
        fires("falls to ln 10 and rests there", train_loss=decay(2.6, LN10, half_life=0.02).noisy(0.002)),
        fires(
            "a little above it in batch noise, however many values show that",
            settings={"num_classes": 7},
            train_loss=flat(1.9987, 264).noisy(0.03, seed=1),
        ),
        silent(
            "farther above it",
            settings={"num_classes": 7},
            train_loss=flat(2.04, 264).noisy(0.03, seed=1),
        ),
        fires("ln 7, named by the settings", settings={"num_classes": 7}, train_loss=flat(log(7)).noisy(0.01)),
        fires(
            "ln 3, named by the accuracy", train_loss=flat(log(3)).noisy(0.005), train_accuracy=flat(0.335).noisy(0.01)
        ),
        fires(
            "comes from far above to a named C",
            settings={"num_classes": 10},
            train_loss=decay(9.0, LN10, half_life=0.02),
        ),
        fires(
            "the entropy of uneven classes",
            train_loss=flat(0.6605, 40).noisy(0.02),
            val_loss=decay(0.68, 0.6605, 20),
            val_accuracy=flat(0.6272, 20),
        ),
        fires("the rate is next to nothing", settings={"lr": 1e-8}, train_loss=flat(LN10, 40).noisy(0.01)),
        fires(
            "the rate is still warming up when the run is over",
            axis=Axis.STEP,
            settings={"lr": 5e-4, "optimizer": "AdamW", "max_steps": 400},
            train_loss=flat(LN2, 400).noisy(0.003),
            lr=line(1e-7, 8e-6, 400),
        ),
        fires(
            "the rate dies at once",
            train_loss=flat(LN10, 40).noisy(0.01),
            lr=given([1e-3, 1e-4, 1e-5]).followed_by(flat(0.0, 37)),
        ),
        fires(
            "the weights never change",
            train_loss=flat(LN10, 40).noisy(0.01),
            val_loss=flat(2.306, 20),
            grad_norm=line(1.0, 190.0, 40),
        ),
        fires(
            "one answer for every input",
            train_loss=flat(LN10, 40).noisy(0.01),
            val_loss=flat(2.305).noisy(0.0005),
            val_accuracy=given([0.0988, 0.0871, 0.0871, 0.0888, 0.0871] * 4),
        ),
        fires(
            "labels of other rows",
            train_loss=flat(LN10, 40).noisy(0.01),
            val_loss=line(2.306, 2.29, 20),
            val_accuracy=flat(0.1, 20).noisy(0.01),
        ),
        fires("pulled to zero", settings={"weight_decay": 0.3}, train_loss=flat(LN10, 40).noisy(0.01)),
        fires(
            "learnt a little, and forgot it",
            settings={"num_classes": 10},
            train_loss=line(2.303, 2.2, 8).followed_by(line(2.2, LN10, 8)).followed_by(flat(LN10, 60)).noisy(0.005),
        ),
        fires(
            "an epsilon that outweighs the gradients",
            settings={"optimizer": "adam", "lr": 1e-3, "eps": 10.0},
            train_loss=flat(LN10, 40).noisy(0.01),
        ),
        fires(
            "one hidden unit, and a sibling of 32 that learns",
            settings={"hidden": 1},
            siblings=(example_run({"hidden": 32}, train_loss=decay(LN10, 0.2)),),
            train_loss=flat(LN10, 40).noisy(0.01),
        ),
        fires(
            "a rate at which nothing is learnt, and the same run at a lower one",
            settings={"lr": 0.8, "hidden": 32, "seed": 5},
            siblings=(example_run({"lr": 0.1, "hidden": 32, "seed": 2}, train_loss=decay(LN10, 0.01)),),
            train_loss=given([2.54, 2.35]).followed_by(flat(2.33, 23).noisy(0.003)),
            val_accuracy=given([0.08, 0.12, 0.1] * 8),
        ),
        silent(
            "a few values at the level of four classes before the loss turns NaN",
            axis=Axis.STEP,
            train_loss=decay(1.38, 1.3, 100, half_life=0.5).noisy(0.02).with_value(12, *[np.nan] * 88),
        ),
        fires(
            "few, large batches",
            axis=Axis.STEP,
            settings={"batch_size": 60000},
            train_loss=flat(LN10, 40).noisy(0.01),
        ),
        fires(
            "few updates, of small batches",
            axis=Axis.STEP,
            settings={"batch_size": 16},
            train_loss=flat(LN10, 40).noisy(0.01),
        ),
        fires("after a blow-up", settings={"num_classes": 10}, train_loss=decay(2.3, LN10).with_value(1, 113.0, 20.0)),
        fires(
            "a preference loss",
            train_loss=flat(LN2, 40).noisy(0.001),
            **MARGINS,
        ),
        fires(
            "a preference loss whose pairs are all ranked as wanted, by next to nothing",
            train_loss=flat(LN2, 40).noisy(0.0001),
            **{"rewards/accuracies": flat(0.99, 40).noisy(0.005), **MARGINS},
        ),
        fires(
            "one of two terms, whose labels are those of other rows, while the other is learnt",
            train_loss=decay(5.3, 2.9, 30).noisy(0.01),
            train_cls_loss=line(2.3, 2.26, 30).noisy(0.003),
            train_reg_loss=decay(3.0, 0.6, 30),
            val_loss=decay(5.2, 3.1, 30).noisy(0.01),
            val_cls_loss=flat(2.31, 30).noisy(0.005),
            val_reg_loss=decay(0.9, 0.06, 30),
            val_acc=flat(0.103, 30).noisy(0.008),
        ),
        fires(
            "no gradient is left in half precision",
            settings={"fp16": True, "lr": 1e-3},
            train_loss=flat(2.3026, 40).noisy(0.003),
            grad_norm=flat(0.0, 40),
        ),
        fires(
            "clipped to next to nothing",
            settings={"optimizer": "sgd", "lr": 0.05, "grad_clip": 1e-5},
            train_loss=flat(2.3026, 40).noisy(0.003),
        ),
        silent(
            "both of two terms are learnt, one of them slowly",
            train_loss=decay(3.3, 1.9, 30).noisy(0.01),
            train_cls_loss=line(2.3, 1.88, 30).noisy(0.003),
            train_reg_loss=decay(1.0, 0.02, 30),
            val_loss=decay(3.2, 2.0, 30).noisy(0.01),
            val_cls_loss=line(2.3, 1.93, 30).noisy(0.005),
            val_reg_loss=decay(0.9, 0.06, 30),
            val_acc=line(0.103, 0.32, 30).noisy(0.008),
        ),
        silent(
            "a loss of preferences that is not logistic, by its name: that of IPO begins at 25 where its beta is 0.1",
            settings={"loss_type": "ipo", "beta": 0.1},
            axis=Axis.STEP,
            train_loss=decay(22.0, 0.6, 40, half_life=0.05).noisy(0.25, seed=2),
            **{**MARGINS, "rewards/margins": decay(0.1, 0.5, 40)},
        ),
        silent(
            "the same by its first value, where the margin is exactly 0",
            varies={"every second point": "the point that tells is the first"},
            axis=Axis.STEP,
            train_loss=decay(22.0, 0.6, 40, half_life=0.05).noisy(0.25, seed=2),
            **{**MARGINS, "rewards/margins": decay(0.0, 0.5, 40)},
        ),
        fires(
            "labels of other rows, learnt by heart",
            train_loss=line(2.31, 2.1, 30).noisy(0.01),
            val_loss=line(2.29, 2.27, 30).noisy(0.005),
            val_accuracy=flat(0.11, 30).noisy(0.01),
        ),
        fires(
            "the same of six evaluations",
            train_loss=line(2.31, 2.1, 30).noisy(0.01),
            val_loss=line(2.29, 2.27, 6).noisy(0.005),
            val_accuracy=flat(0.11, 6).noisy(0.01),
        ),
        silent(
            "the same where validation gains too",
            train_loss=line(2.31, 2.1, 30).noisy(0.01),
            val_loss=line(2.29, 2.15, 30).noisy(0.005),
            val_accuracy=flat(0.11, 30).noisy(0.01),
        ),
        silent(
            "five evaluations, for features may show later",
            train_loss=line(2.31, 2.1, 30).noisy(0.01),
            val_loss=line(2.29, 2.27, 5).noisy(0.005),
            val_accuracy=flat(0.11, 5).noisy(0.01),
        ),
        fires(
            "comes down to a named ln 10 by and by, and no further",
            settings={"num_classes": 10},
            train_loss=decay(2.42, 2.305, 60, half_life=0.2).noisy(0.015),
        ),
        silent(
            "comes down to a named ln 10 and goes on below it",
            settings={"num_classes": 10},
            train_loss=line(2.38, 2.27, 60).noisy(0.015),
        ),
        fires(
            "above ln 10 all along, and the accuracy guesses",
            train_loss=decay(2.6, 2.42, 60).noisy(0.03),
            val_accuracy=flat(0.1, 30).noisy(0.01),
        ),
        fires(
            "thrown far above ln 10 in the first epoch, while validation is near it from the first evaluation on",
            train_loss=given([4.57, 2.46, 2.35, 2.37, 2.36, 2.38, 2.36, 2.37, 2.36, 2.36]),
            val_loss=given([2.44, 2.42, 2.38, 2.37, 2.36, 2.37, 2.38, 2.35, 2.36, 2.37]),
            val_accuracy=given([0.21, 0.09, 0.11, 0.08, 0.11, 0.09, 0.11, 0.08, 0.1, 0.11]),
        ),
        silent(
            "thrown as far, and validation falls to the end: there may be more classes",
            train_loss=given([7.0, 3.0, 2.5, 2.45, 2.4, 2.4, 2.38, 2.37, 2.36, 2.36]),
            val_loss=given([2.48, 2.46, 2.44, 2.42, 2.4, 2.39, 2.38, 2.38, 2.37, 2.37]),
            val_accuracy=given([0.08, 0.085, 0.09, 0.095, 0.1, 0.1, 0.1, 0.105, 0.105, 0.11]),
        ),
        silent(
            "the same, and validation comes from as far: there may be more classes",
            train_loss=given([4.57, 2.46, 2.35, 2.37, 2.36, 2.38, 2.36, 2.37, 2.36, 2.36]),
            val_loss=given([3.6, 2.42, 2.38, 2.37, 2.36, 2.37, 2.38, 2.35, 2.36, 2.37]),
            val_accuracy=given([0.21, 0.09, 0.11, 0.08, 0.11, 0.09, 0.11, 0.08, 0.1, 0.11]),
        ),
        silent(
            "above ln 4 all along, and on its way down through it, as the running means of a first epoch",
            axis=Axis.STEP,
            train_loss=line(1.95, 1.5, 33).noisy(0.005),
            train_accuracy=flat(0.26, 33).noisy(0.01),
        ),
        fires(
            "far above ln 10 all along, at a rate that explains it",
            settings={"optimizer": "SGD", "lr": 10.0},
            train_loss=decay(14.0, 7.0, 60).noisy(1.0),
            val_accuracy=flat(0.1, 30).noisy(0.01),
        ),
        fires(
            "units dropped until training guesses: validation had been better for a while",
            train_loss=decay(4.6, 2.37, 25).noisy(0.05),
            val_loss=line(2.24, 2.31, 25).noisy(0.01),
            train_accuracy=flat(0.105, 25).noisy(0.005),
            val_accuracy=given([*[0.21] * 10, *[0.15] * 5, *[0.1] * 10]).noisy(0.005),
        ),
        silent(
            "the same, and validation keeps what it learnt",
            train_loss=decay(4.6, 2.37, 25).noisy(0.05),
            val_loss=flat(2.15, 25).noisy(0.01),
            train_accuracy=flat(0.105, 25).noisy(0.005),
            val_accuracy=flat(0.21, 25).noisy(0.005),
        ),
        fires(
            "one answer for every input, which changes, of six classes that the first loss names",
            train_loss=decay(1.8, 1.772, 15).noisy(0.005),
            val_loss=given([1.793]).followed_by(flat(1.772, 14).noisy(0.005)),
            val_accuracy=given([0.218, *[0.204] * 4, *[0.218] * 10]),
        ),
        fires(
            "the same, where the first losses lie off and those of all evaluations do not",
            train_loss=decay(1.9, 1.772, 15).noisy(0.005),
            val_loss=given([1.86]).followed_by(flat(1.772, 14).noisy(0.005)),
            val_accuracy=given([0.218, *[0.204] * 4, *[0.218] * 10]),
        ),
        silent(
            "half of the answers are right, and it began as it does of four classes",
            train_loss=decay(1.3, 0.71, 60).noisy(0.03),
            val_accuracy=flat(0.5, 30).noisy(0.01),
        ),
        silent(
            "above ln 3 all along, and a third of the next words is right: a language model",
            train_loss=decay(3.6, 3.3, 60).noisy(0.03),
            val_accuracy=flat(0.333, 30).noisy(0.005),
        ),
        silent(
            "above ln 4 all along, of which an accuracy speaks that rises: there are more classes",
            train_loss=decay(1.79, 1.5, 60).noisy(0.03),
            val_accuracy=line(0.2, 0.33, 30).noisy(0.005),
        ),
        fires(
            "the entropy of four uneven classes, and one answer for every input",
            train_loss=decay(1.41, 1.345, 60, half_life=0.02),
            val_accuracy=given([0.26, 0.26]).followed_by(flat(0.36, 28)),
        ),
        silent(
            "rests lower than the shares of four classes explain, with one accuracy",
            train_loss=decay(1.41, 1.2, 60, half_life=0.02),
            val_accuracy=given([0.26, 0.26]).followed_by(flat(0.36, 28)),
        ),
        fires(
            "labels of other rows, learnt by heart, where the settings name ten classes",
            settings={"num_classes": 10},
            train_loss=line(2.31, 2.1, 30).noisy(0.01),
            val_loss=line(2.29, 2.34, 30).noisy(0.005),
        ),
        fires(
            "labels of other rows, learnt by heart, beside an accuracy of the best five",
            train_loss=line(2.31, 2.1, 30).noisy(0.01),
            val_loss=line(2.29, 2.34, 30).noisy(0.005),
            val_acc_1=flat(10.0, 30).noisy(1.0),
            val_acc_5=flat(52.0, 30).noisy(1.0),
        ),
        fires(
            "none of the pairs of a batch is told from another",
            settings={"train_batch_size": 32},
            varies={"bits instead of nats": "the number of pairs tells of a loss in nats"},
            train_loss=flat(log(32), 30).noisy(0.004).with_value(0, 5.3),
            val_loss=flat(log(32), 8),
        ),
        fires(
            "similarities divided by a temperature far too high: the pairs are ranked, by next to nothing",
            settings={"train_batch_size": 32, "temperature": 100.0},
            varies={"bits instead of nats": "the number of pairs tells of a loss in nats"},
            train_loss=line(log(32), 0.996 * log(32), 30).noisy(0.0004),
            train_top1=flat(0.4, 30).noisy(0.03),
        ),
        silent(
            "the same, where more and more pairs are told apart",
            settings={"train_batch_size": 32},
            train_loss=line(log(32), 0.994 * log(32), 30).noisy(0.0004),
            train_top1=line(0.03, 0.6, 30).noisy(0.03),
        ),
        silent(
            "near the logarithm of the batch size",
            settings={"train_batch_size": 32},
            train_loss=flat(1.003 * log(32), 30).noisy(0.004).with_value(0, 5.3),
            val_loss=flat(1.003 * log(32), 8),
        ),
        silent(
            "comes to ln 10 in the later half", train_loss=line(3.0, LN10, 60).followed_by(flat(LN10, 60).noisy(0.001))
        ),
        silent("a fine-tuning whose loss is noisy about ln 4", train_loss=flat(log(4), 400).noisy(0.1)),
        silent("bounces so wildly that any level is near", train_loss=decay(2.3, 1.2).noisy(0.6)),
        silent("learns", train_loss=decay(LN2, 0.1).noisy(0.01)),
        silent("rests at ln 2 and then breaks away", train_loss=flat(LN2, 70).then(decay(LN2, 0.2, 50))),
        silent("falls slowly, but falls", train_loss=decay(LN2, 0.6, half_life=0.5)),
        silent(
            "passes through ln 10 at the end of a long descent",
            train_loss=decay(13.0, 2.31, 400, half_life=0.04).noisy(0.01),
        ),
        silent("comes from far above to 0.693 by accident", train_loss=decay(9.0, LN2, half_life=0.02)),
        silent("a level that is near ln 2 only", train_loss=flat(LN2 * 1.015).noisy(0.001)),
        silent("too short to tell", train_loss=given([LN2] * 6)),
        fires("six epochs at a level that the settings name", settings=TEN, train_loss=given([LN10] * 6)),
        silent("five of them", settings=TEN, train_loss=given([LN10] * 5)),
        silent("six batches that are thrown about it", settings=TEN, train_loss=given([2.5, 1.9, 2.9, 1.8, 2.6, 2.4])),
        silent(
            "near a named ln C, clearly below", settings={"num_classes": 10}, train_loss=decay(2.6, 2.2, half_life=0.02)
        ),
        silent(
            "a fine-tuning near ln 10 whose validation lies below",
            train_loss=flat(2.32, 15).noisy(0.01),
            val_loss=given([2.276, 2.271, 2.269, 2.268]),
        ),
        silent(
            "batch noise hides a slow fall that validation shows",
            settings={"num_classes": 6},
            train_loss=line(1.792, 1.77, 66).noisy(0.03),
            val_loss=line(1.792, 1.765, 14),
        ),
        silent("accuracy says that it learnt", train_loss=flat(LN2).noisy(0.002), train_accuracy=decay(0.5, 0.95)),
        fires(
            "comes down to ln 2 from a little above, and ranks nothing",
            train_loss=given([0.793, 0.7, 0.696, 0.696, 0.696, 0.695, 0.694]).followed_by(flat(0.6937, 8)),
            val_loss=given([0.727, 0.695, 0.712, 0.696, 0.697, 0.694, 0.697]).followed_by(flat(0.6933, 8).noisy(2e-4)),
            val_auc=flat(0.5002, 15).noisy(0.0005),
        ),
        silent(
            "comes down to ln 2 from a little above, and ranks what it sees",
            train_loss=given([0.793, 0.7, 0.696, 0.696, 0.696, 0.695, 0.694]).followed_by(flat(0.6937, 8)),
            val_loss=given([0.727, 0.695, 0.712, 0.696, 0.697, 0.694, 0.697]).followed_by(flat(0.6933, 8).noisy(2e-4)),
            val_auc=line(0.5, 0.62, 15),
        ),
        fires(
            "five epochs, each at ln 2, and validation gives one answer",
            varies={"steps instead of epochs": "the first few logged steps, while a rate warms up, lie there too"},
            train_loss=given([0.6931, 0.6931, 0.693, 0.6929, 0.6928]),
            train_accuracy=given([0.5037, 0.5052, 0.5066, 0.5158, 0.5173]),
            val_accuracy=given([0.5392, 0.5044, 0.5044, 0.5044, 0.5044]),
        ),
        silent(
            "four such epochs",
            train_loss=given([0.6931, 0.6931, 0.693, 0.6929]),
            train_accuracy=given([0.5037, 0.5052, 0.5066, 0.5158]),
            val_accuracy=given([0.5392, 0.5044, 0.5044, 0.5044]),
        ),
        fires(
            "four such epochs, behind one that had learnt a little, and five of validation",
            varies={"steps instead of epochs": "the first few logged steps, while a rate warms up, lie there too"},
            train_loss=given([1.3563, 1.3864, 1.3864, 1.3864, 1.3863]),
            train_accuracy=given([0.312, 0.2495, 0.2512, 0.2486, 0.2509]),
            val_loss=flat(1.386, 5),
            val_accuracy=flat(0.249, 5),
        ),
        silent(
            "four such epochs, in one of which validation is elsewhere",
            train_loss=given([0.6931, 0.6931, 0.693, 0.6929]),
            train_accuracy=given([0.5037, 0.5052, 0.5066, 0.5158]),
            val_loss=given([0.6931, 0.693, 0.691, 0.6929]),
            val_accuracy=given([0.5392, 0.5044, 0.5044, 0.5044]),
        ),
        silent(
            "five epochs near ln 2",
            train_loss=given([0.6942, 0.6936, 0.6933, 0.6932, 0.6929]),
            train_accuracy=given([0.5055, 0.4978, 0.5022, 0.511, 0.5189]),
        ),
        silent(
            "five logged steps of a preference loss, each at ln 2: the rate warms up",
            axis=Axis.STEP,
            train_loss=given([0.6931, 0.693, 0.6929, 0.6928, 0.6926]),
            train_accuracy=given([0.5037, 0.48, 0.51, 0.5158, 0.5173]),
        ),
        silent(
            "an area under the curve that rises little, but surely",
            train_loss=line(0.695, 0.688, 30).noisy(0.0005),
            val_auc=line(0.5, 0.518, 30).noisy(0.001),
        ),
        silent(
            "half of the area under precision and recall, which is no guessing",
            train_loss=given([0.793, 0.7, 0.696, 0.696, 0.696, 0.695, 0.694]).followed_by(flat(0.6937, 8)),
            val_loss=given([0.727, 0.695, 0.712, 0.696, 0.697, 0.694, 0.697]).followed_by(flat(0.6933, 8).noisy(2e-4)),
            val_pr_auc=flat(0.5002, 15).noisy(0.0005),
        ),
        fires(
            "five evaluations with one accuracy, and a loss that came down at once, to what no setting names",
            axis=Axis.STEP,
            train_loss=decay(4.6, 3.2, half_life=0.005).noisy(0.06),
            val_loss=Curve(np.array([3.23, 3.24, 3.25, 3.22, 3.23]), frozenset(range(120)) - {23, 47, 71, 95, 119}),
            val_accuracy=Curve(np.full(5, 0.192), frozenset(range(120)) - {23, 47, 71, 95, 119}),
        ),
        fires(
            "five epochs, in one of which every input gets another answer",
            train_loss=given([25.5, 3.85, 4.48, 3.48, 3.47]),
            val_loss=given([3.52, 3.41, 3.68, 3.42, 3.54]),
            val_accuracy=given([18.8, 18.8, 18.8, 4.4, 18.8]),
        ),
        silent(
            "five evaluations with one accuracy, while validation learns the shares of the classes",
            train_loss=given([5.1, 4.4, 3.9, 3.6, 3.5]),
            val_loss=given([3.6, 3.4, 3.3, 3.2, 3.2]),
            val_accuracy=flat(0.192, 5),
        ),
        silent(
            "five evaluations with one accuracy, while training is right more often",
            train_loss=given([2.3, 2.2, 2.2, 2.15, 2.1]),
            val_loss=given([2.31, 2.33, 2.31, 2.34, 2.32]),
            train_accuracy=given([0.1, 0.15, 0.19, 0.2, 0.22]),
            val_accuracy=flat(0.112, 5),
        ),
        silent(
            "five evaluations of a network that is tuned on, with one accuracy in whole percents",
            train_loss=given([2.02, 2.03, 2.01, 2.02, 2.0]),
            val_loss=given([2.15, 2.14, 2.15, 2.13, 2.14]),
            val_accuracy=flat(45.0, 5),
        ),
        silent(
            "five evaluations with one accuracy, and weights that rest: that is another finding",
            train_loss=given([3.1, 2.8, 2.8, 2.8, 2.8]),
            val_loss=flat(2.79, 5),
            val_accuracy=flat(0.308, 5),
        ),
        fires(
            "four batches in a row that cost ln 1000 to all six digits",
            axis=Axis.STEP,
            train_loss=given([6.91161, 6.90776, 6.90776, 6.90776, 6.90776]),
        ),
        silent(
            "the first batches of a last layer of zeros, before the rate has warmed up",
            axis=Axis.STEP,
            train_loss=given([6.90776, 6.90776, 6.90776, 6.90776, 6.90774]),
        ),
        silent(
            "a last layer of zeros behind a dropout, while the rate warms up",
            axis=Axis.STEP,
            train_loss=given([6.91161]).followed_by(flat(6.90776, 4)),
            lr=line(1e-6, 5e-6, 5),
        ),
        silent(
            "answers that get better beside such a loss, which is not theirs",
            axis=Axis.EPOCH,
            train_loss=given([1.2]).followed_by(flat(0.693147, 7)),
            val_accuracy=line(0.5, 0.86, 8),
        ),
        silent(
            "the first batches of small weights, which differ in the fourth digit",
            axis=Axis.STEP,
            train_loss=given([6.91161, 6.90812, 6.90779, 6.90771, 6.90764]),
        ),
        silent(
            "three batches in a row that cost ln 1000",
            axis=Axis.STEP,
            train_loss=given([6.91161, 6.9084, 6.90776, 6.90776, 6.90776]),
        ),
        silent(
            "four in a row of another value",
            axis=Axis.STEP,
            train_loss=given([6.91161, 6.90501, 6.90501, 6.90501, 6.90501]),
        ),
        fires("no training loss is logged, and validation rests at ln 2", val_loss=flat(LN2, 60).noisy(0.002)),
        silent(
            "no training loss is logged, and validation rests at ln 2 while three in four of more classes are right",
            val_loss=flat(LN2, 40).noisy(0.01),
            val_acc=line(0.6, 0.75, 40).noisy(0.005),
        ),
        silent(
            "no training loss is logged, and validation comes down to ln 10 and rests there",
            val_loss=given([2.55, 2.45, 2.38, 2.34]).followed_by(flat(2.303, 56).noisy(0.004)),
        ),
        silent("no training loss is logged, and validation passes ln 2", val_loss=line(LN2, 0.66, 60).noisy(0.002)),
    )

    def check(
        self,
        run: Run,
        train: Trend[TrainLoss],
        val: Trend[ValLoss] | None,
        schedule: Schedule | None,
        chance: ChanceLevels,
        stuck: StuckSigns,
        siblings: Siblings,
    ) -> Iterator[Finding]:
        """Report the best supported level at which the run rests."""
        limits = self.thresholds_for(RestThresholds)
        lost = values_lost(run, train.series)
        rests = (RestAtChance(train, level, limits, val, lost) for level in chance.levels)
        for rest in rests:
            learnt = has_learnt(run, train.series, rest.chance) and not rest.is_exact
            if rest.since is None or learnt or rest.is_passed_by_validation:
                continue
            is_sure = stuck.signs.frozen or rest.is_exact
            early = "" if is_sure else too_early(run, train.series, schedule, stuck.settings)
            yield self._resting(run, rest, rest.since, early, stuck)
            return
        found = (
            held_at_chance(run, train, val, chance, stuck)
            or term_at_chance(run, train, chance)
            or one_answer_always(run, train, val, stuck)
            or uniform_outputs(run, train, siblings, schedule)
        )
        if found is not None:
            yield self.observed(found)

    def _resting(self, run: Run, rest: RestAtChance, since: int, early: str, stuck: StuckSigns) -> Finding:
        """Report a loss that rests at a level from a block on."""
        train, level, series = rest.train, rest.chance, rest.train.series
        step = int(train.steps[since])
        alone = level.by_level_alone and level.classes != 2
        alike = causes_of_alike(run, train, level, stuck.signs, stuck.low_rate)
        causes = stuck_causes(stuck.after(came_to_chance(train, level)))
        where = stretch(series, step, series.last_step)
        return self.finding(
            f"{series.name} rests at {number(train.end)}, {named(level)}, over {where}{early}",
            Span(series.name, step, series.last_step, "chance level"),
            severity=Severity.NOTE if early else self.severity,
            confidence=Confidence.LOW
            if early
            else Confidence.MEDIUM
            if alone
            else confidence_from(HIGH_MARGIN, 2 * len(train)),
            causes=ranked(*alike, *causes) if alike else causes,
            to_tell_apart=() if alike else tuple(to_tell_stuck(run, causes)),
            evidence={
                "level": Quantity(train.end, "nats"),
                "chance level": Quantity(round(level.level, 4), "nats"),
                "known from": Quantity(level.known_from),
                "share of the run": Quantity(rest.share, "share"),
            },
        )
