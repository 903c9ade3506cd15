"""A training loss that falls steadily but far too slowly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from logdoctor import (
    Axis,
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
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, given, line
from logdoctor.evidence.optimization.pretrained import slow_by_design
from logdoctor.evidence.optimization.slow.causes import slow_causes, to_tell_slow
from logdoctor.evidence.optimization.slow.fall import SlowFall, SlowFallThresholds
from logdoctor.evidence.optimization.slow.left_behind import leaves_behind
from logdoctor.evidence.optimization.stuck.too_early import is_short_of
from logdoctor.signals import ChanceLevels, Hyperparameters, Schedule, Siblings, Trend
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.signals.statistics.step_losses import with_points
from logdoctor.wording import apart, counted

STEPS = np.linspace(0.0, 1.0, 120)
SPENT = STEPS + np.sin(np.pi * STEPS) / np.pi
"""The sum of the rates of a cosine schedule, as a share of the whole."""

POOR: dict[str, Any] = {"train_loss": given(2.3 - 0.1 * SPENT).noisy(0.0003), "val_accuracy": given(0.1 + 0.2 * SPENT)}


@dataclass(frozen=True)
class SlowConvergence(Rule):
    """The training loss falls in an almost straight line through a long run, and has not come far at its end.

    Learning that works has diminishing returns: most of the fall comes first. A straight line over a whole long run
    means that learning has hardly begun. Short runs are not judged: the first steps of any run look like that.
    """

    id = "slow-convergence"
    title = "The training loss falls far too slowly"
    severity = Severity.WARNING
    causes = (
        "learning-rate-too-low", "over-regularised", "data-not-normalised", "batch-too-large", "model-too-small",
        "clipping-too-tight", "label-noise",
    )  # fmt: skip
    references = ("Shen et al. (2018), the loss curves of learning rates, cs231n.github.io/neural-networks-3/#loss",)
    limits = (
        "Needs 12 values; 8 with validation, 6 if its accuracy is poor. A note unless the run is known to have "
        "ended, or is evaluated and no plan says that it stopped on its way."
    )
    explains = ("still-improving", "lr-out-of-range", "underfitting", "constant-metric")

    min_pace: float = threshold(
        0.6,
        "slope at two thirds of the run in units of that at one third: 1 for a straight line, 0.5 for a logarithmic "
        "fall, as language models show; sound public runs stay below 0.5",
    )
    min_pace_by_rate: float = threshold(
        0.75,
        "the same where a rate is logged that falls, by the sum of the rates: a run that learns slows down to 0.6 by "
        "that measure, too",
    )
    max_pace: float = threshold(
        1.4, "the same, above which the fall came late, after something changed; slow learning keeps to 1.1"
    )
    max_bend: float = threshold(
        0.07,
        "deviation from a straight line as a share of the fall, noise aside, above which the loss falls in steps, as "
        "in epochs of a fine-tuning that memorises (0.1 for three); the paces above keep to 0.06",
    )
    min_left: float = threshold(
        0.5, "end as a share of the start above which a run has not come far; a loss that crosses zero has"
    )
    min_left_at_low: float = threshold(
        0.25, "the same at a low rate of SGD, of a fall that bends too little to have levelled off, as sound ones do"
    )
    some_way: float = threshold(
        0.7, "end as a share of the start from which down a run has come some way, though not far"
    )
    min_pace_some_way: float = threshold(
        0.72, "pace of such a run; sound ones of few epochs, which level off above nothing, have 0.6 to 0.7"
    )
    hardly: float = threshold(
        0.85,
        "the same for a run that has hardly moved: where no rate is logged, a cosine schedule is assumed then, given a "
        "poor accuracy or a validation loss that shows the same; of sound runs only fine-tunings end there",
    )
    low_rate: float = threshold(
        0.01,
        "rate in units of the highest that trains with its optimizer (0.01 with Adam, an effective 2 with SGD) from "
        "which down it is no surprise that learning is slow; of Adam, at which fine-tuning is sound, only with a poor "
        "accuracy",
    )
    poor_accuracy: float = threshold(
        0.6, "best accuracy below which a classifier has not come far (AUTOTRAINER's theta for training accuracy)"
    )
    barely: float = threshold(
        0.1,
        "way of the best accuracy from guessing to being always right up to which a classifier that has hardly moved "
        "has barely begun, whatever the shape of its curve",
    )
    barely_epochs: float = threshold(
        20.0, "epochs from which on that is slow: sound classifiers have left guessing after a few, hard ones after ten"
    )
    seen: float = threshold(
        0.5, "part of the fall that evaluations must see to be judged instead: the first may come after most of it"
    )
    min_z: float = threshold(
        12.0,
        "fall in units of its standard error: its pace is known to a third of itself; in proportion to few values",
    )
    min_points: float = threshold(
        12.0, "values that a curve's shape needs, four a third; 2 in 3 with validation, half if its answers are poor"
    )
    min_updates: float = threshold(
        100.0,
        "updates, where steps count them, before which no fall is slow in a run that is hardly evaluated: at 1e-3 Adam "
        "has then moved a weight by 0.1, as far as those of a layer of a hundred inputs lie apart from the first on",
    )

    examples = (
        fires("a straight line", train_loss=line(3.58, 3.49)),
        fires("nearly straight", train_loss=decay(354.0, 100.0, half_life=0.8)),
        fires("a straight line under noise", train_loss=line(3.58, 3.2).noisy(0.03)),
        fires(
            "a straight line by the sum of the rates",
            train_loss=given(2.3 - 0.2 * SPENT).noisy(0.002),
            lr=cosine(1e-4),
        ),
        fires("pulled to zero", settings={"weight_decay": 0.3}, train_loss=line(3.58, 3.49)),
        fires(
            "a thousand updates of a large batch",
            axis=Axis.STEP,
            settings={"batch_size": 65536},
            train_loss=line(3.58, 3.3, 700),
        ),
        fires(
            "a straight line over many steps", axis=Axis.STEP, settings={"max_steps": 700}, train_loss=line(3.58, 3.3)
        ),
        fires(
            "batch noise hides what validation shows",
            train_loss=line(3.58, 3.3).noisy(0.2),
            val_loss=line(3.6, 3.4, 20),
        ),
        fires("a classifier whose schedule is not logged", **POOR),
        fires(
            "levels off as under a schedule, at a rate far below the usual of SGD",
            settings={"optimizer": "SGD", "lr": 1e-3},
            train_loss=given(2.3 - 0.7 * SPENT).noisy(0.001),
        ),
        fires(
            "falls to a third without levelling off, at such a rate",
            settings={"optimizer": "SGD", "lr": 1e-3},
            train_loss=given(1.5 * np.exp(-1.1 * STEPS)).noisy(0.001),
        ),
        fires(
            "two hidden units, and a sibling of 64 that ends far lower",
            settings={"hidden": 2, "lr": 2e-3, "optimizer": "adam"},
            siblings=(example_run({"hidden": 64, "lr": 2e-3, "optimizer": "adam"}, train_loss=decay(1.66, 0.05, 40)),),
            train_loss=line(1.66, 1.2, 40).noisy(0.005),
        ),
        fires(
            "clipped to next to nothing",
            settings={"optimizer": "sgd", "lr": 0.05, "grad_clip": 1e-4},
            train_loss=line(2.30, 2.2, 40).noisy(0.003),
        ),
        fires(
            "a trial of eighty updates (a note)",
            axis=Axis.STEP,
            settings={"max_steps": 80},
            train_loss=line(2.3, 1.6, 80),
        ),
        fires(
            "a hundred and twenty updates, all that were planned",
            axis=Axis.STEP,
            settings={"max_steps": 120},
            train_loss=line(2.3, 1.6, 120),
        ),
        silent(
            "falls to a third and levels off, at such a rate",
            settings={"optimizer": "SGD", "lr": 1e-3},
            train_loss=given(0.3 + 1.2 * np.exp(-2.1 * STEPS)).noisy(0.001),
        ),
        silent(
            "comes far at such a rate",
            settings={"optimizer": "SGD", "lr": 1e-3},
            train_loss=given(1.5 - 1.3 * STEPS).noisy(0.001),
        ),
        silent(
            "falls to a third without levelling off, at a usual rate",
            settings={"optimizer": "SGD", "lr": 0.1},
            train_loss=given(1.5 * np.exp(-1.1 * STEPS)).noisy(0.001),
        ),
        silent(
            "the same at a usual rate",
            settings={"optimizer": "SGD", "lr": 0.1},
            train_loss=given(2.3 - 0.7 * SPENT).noisy(0.001),
        ),
        silent(
            "a fine-tuning with Adam at such a rate",
            settings={"optimizer": "AdamW", "lr": 2e-5},
            train_loss=given(2.3 - 0.7 * SPENT).noisy(0.001),
        ),
        silent(
            "batch noise hides a fast beginning, which came before the first evaluation",
            train_loss=decay(3.6, 3.0, half_life=0.02).noisy(0.1),
            val_loss=line(3.1, 2.9, 20),
        ),
        silent(
            "a fine-tuning: the classes are known, and the loss begins far below guessing",
            settings={"num_classes": 100},
            train_loss=line(0.9, 0.8),
        ),
        silent("a fine-tuning: its accuracy begins fair", train_loss=line(0.9, 0.8), val_accuracy=line(0.7, 0.73, 20)),
        silent(
            "a fine-tuning whose first batch happens to cost what a guess between two does",
            train_loss=line(0.52, 0.47).noisy(0.005).with_value(0, 0.65),
            val_accuracy=line(0.85, 0.86, 20),
        ),
        fires(
            "a preference loss, which falls slowly by design (a note)",
            train_loss=line(0.6931, 0.64).noisy(0.001).with_value(0, 0.6931),
        ),
        fires("few evaluations", train_loss=line(3.58, 3.3).noisy(0.2), val_loss=line(3.6, 3.4, 13)),
        fires(
            "fewer, the first of them late",
            train_loss=line(3.58, 3.3).noisy(0.2),
            val_loss=line(3.54, 3.34, 7).without(0, 0),
        ),
        fires(
            "seven evaluations, the first of them at a seventh of the run",
            train_loss=line(3.58, 3.3).noisy(0.2),
            val_loss=line(3.6, 3.4, 8).without(0, 0),
        ),
        fires(
            "seven evaluations, the second of which lies a little low",
            train_loss=line(3.58, 3.3).noisy(0.2),
            val_loss=given([3.6, 3.535, 3.504, 3.473, 3.442, 3.411, 3.38]),
        ),
        fires(
            "six evaluations, which are less sure than the training loss",
            settings={"optimizer": "SGD", "lr": 1e-3},
            train_loss=line(3.58, 3.3).noisy(0.06, seed=1),
            val_loss=given([3.6, 3.51, 3.53, 3.45, 3.45, 3.4]),
        ),
        fires(
            "six epochs of a classifier, which validation and a poor accuracy bear out",
            train_loss=line(2.3, 2.2, 6),
            val_loss=line(2.3, 2.22, 6),
            val_accuracy=line(0.1, 0.2, 6),
        ),
        silent(
            "eight epochs among a thousand classes, which come down by a third",
            train_loss=line(6.9, 4.45, 8),
            val_loss=line(6.8, 4.35, 8),
            val_accuracy=line(0.001, 0.21, 8),
        ),
        fires("eight values, and validation says the same", train_loss=line(2.3, 2.2, 8), val_loss=line(2.3, 2.22, 8)),
        silent(
            "the same with a fair accuracy: six epochs of a fine-tuning look like that",
            train_loss=line(2.3, 2.2, 6),
            val_loss=line(2.3, 2.22, 6),
            val_accuracy=line(0.5, 0.7, 6),
        ),
        fires("a log that begins at its sixth epoch", first_step=5, train_loss=line(3.58, 3.3)),
        fires(
            "validation, too, falls as under a schedule that is not logged",
            train_loss=POOR["train_loss"],
            val_loss=POOR["train_loss"],
        ),
        silent(
            "validation levels off, but not as under a schedule, which would bring it to rest: little can be learnt",
            train_loss=decay(1.09, 1.0, 20, half_life=0.4).noisy(0.0003),
            val_loss=decay(1.0, 0.93, 20, half_life=0.4).noisy(0.0003),
        ),
        silent(
            "falls evenly, and validation stays behind: it overfits what it knows",
            train_loss=line(2.2, 1.6, 40),
            val_loss=flat(2.9, 40).noisy(0.02),
        ),
        silent(
            "validation rises: more of it would only overfit more",
            train_loss=line(2.2, 1.6, 40),
            val_loss=given([2.22, 2.2, 2.24, 2.3]),
        ),
        silent(
            "ten epochs that fall in a line, and validation, which has come to rest",
            train_loss=line(3.56, 3.12, 10).noisy(0.005),
            val_loss=decay(4.13, 3.69, 10, half_life=0.1),
        ),
        silent(
            "levels off by the steps alone, with most of its errors gone",
            train_loss=given(0.7 - 0.25 * SPENT).noisy(0.002),
            val_accuracy=given(0.5 + 0.33 * SPENT),
            lr=cosine(0.05),
        ),
        fires(
            "the same accuracy beside a loss that has hardly fallen",
            train_loss=given(2.3 - 0.7 * SPENT).noisy(0.002),
            val_accuracy=given(0.1 + 0.8 * SPENT),
            lr=cosine(0.05),
        ),
        fires(
            "straight by the sum of the rates but for the first of eleven epochs, which lies a little high",
            train_loss=given([2.318, *(2.3 - 0.1 * SPENT[11::12])]),
            val_loss=given([2.318, *(2.3 - 0.1 * SPENT[11::12])]),
            val_accuracy=line(0.1, 0.3, 11),
            lr=cosine(0.05, 11),
        ),
        silent("learns", train_loss=decay(2.3, 0.2)),
        silent(
            "levels off as under a schedule, and validation does earlier",
            train_loss=POOR["train_loss"],
            val_loss=decay(2.3, 2.2, half_life=0.1).noisy(0.0003),
        ),
        silent("a little fall that levels off", train_loss=decay(2.3, 1.9, half_life=0.15)),
        silent("comes far", train_loss=line(2.3, 0.4)),
        silent("comes below zero", train_loss=line(2.3, -6.8)),
        silent("does not fall", train_loss=flat(2.3).noisy(0.05)),
        silent("falls within its noise", train_loss=line(2.3, 2.2).noisy(0.05, seed=3)),
        silent("levels off", train_loss=given(3.58 - 0.3 * STEPS * (1 - 0.455 * STEPS))),
        silent("falls faster and faster", train_loss=given(3.58 - 0.06 * STEPS * (1 + 3.5 * STEPS))),
        silent("falls from epoch to epoch", train_loss=given(np.repeat([2.0, 1.6, 1.25], 40)).noisy(0.03)),
        fires("comes some way, and slows down a little", train_loss=given(3.0 - 1.34 * STEPS * (1 - 0.25 * STEPS))),
        silent("comes some way, and slows down", train_loss=given(3.0 - 1.5 * STEPS * (1 - 0.35 * STEPS))),
        fires("slows down as much, but comes less far", train_loss=given(3.0 - 1.26 * STEPS * (1 - 0.35 * STEPS))),
        silent(
            "falls with the logarithm of the steps", train_loss=given(3.0 - 0.45 * np.log(np.linspace(0.02, 1, 120)))
        ),
        silent("levels off as under a schedule, the accuracy is not known", train_loss=POOR["train_loss"]),
        silent(
            "levels off as under a schedule, with a fair accuracy",
            train_loss=POOR["train_loss"],
            val_accuracy=given(0.25 + 0.37 * SPENT),
        ),
        silent(
            "levels off as under a schedule, after a fair fall",
            train_loss=given(2.3 - 0.5 * SPENT).noisy(0.001),
            val_accuracy=POOR["val_accuracy"],
        ),
        silent(
            "smoothed labels, and nine answers of ten are right",
            varies={"bits instead of nats": "the loss that so few errors cost is known in nats"},
            train_loss=given([1.57, 1.45, 1.34, 1.24, 1.15, 1.08, 1.01, 0.956, 0.912, 0.878, 0.856, 0.845]),
            val_loss=given([1.48, 1.3, 1.19, 1.09, 1.0, 0.946, 0.912, 0.882, 0.873, 0.858, 0.851, 0.85]),
            val_accuracy=given([0.43, 0.53, 0.72, 0.75, 0.79, 0.84, 0.86, 0.88, 0.87, 0.88, 0.89, 0.89]),
            lr=line(3.68e-3, 1.1e-5, 12),
        ),
        silent(
            "levels off by the sum of the rates, in twelve values, the first of which fall fastest",
            train_loss=given([1.57, 1.37, 1.24, 1.15, 1.06, 0.977, 0.924, 0.894, 0.872, 0.86, 0.849, 0.845]),
            lr=line(3.68e-3, 1.1e-5, 12),
        ),
        silent("a log that begins late", first_step=200, train_loss=line(3.58, 3.3)),
        silent("too short", train_loss=line(10.9, 9.8, 10)),
        silent(
            "falls ever faster, and has come some way",
            train_loss=given(
                [1.275, 1.246, 1.228, 1.207, 1.18, 1.145, 1.12, 1.081, 1.033, 0.982, 0.923, 0.878, 0.823, 0.774]
            ),
            val_loss=given(
                [1.226, 1.222, 1.219, 1.217, 1.214, 1.208, 1.199, 1.184, 1.167, 1.146, 1.121, 1.095, 1.069, 1.043]
            ),
        ),
        silent(
            "a steep beginning within the first logged interval",
            train_loss=line(3.15, 2.45, 40).with_value(0, 3.64).noisy(0.02),
            val_loss=line(3.1, 2.4, 10),
        ),
        silent(
            "batch noise, and evaluations that begin after most of the fall",
            axis=Axis.STEP,
            train_loss=decay(4.65, 2.6, 800, half_life=0.03).plus(flat(0.0, 26).followed_by(flat(0.0, 774).noisy(1.0))),
            val_loss=line(3.32, 3.02, 800).noisy(0.02).without(0, 132),
        ),
        silent("falls, then rests", train_loss=line(3.58, 3.3, 70).then(flat(3.3, 50))),
        silent("falls only after the rate was changed", train_loss=line(2.04, 1.97, 70).then(decay(1.97, 1.8, 50))),
        silent(
            "slows down by the sum of the rates, too",
            train_loss=given(2.3 - 0.2 * SPENT * (1 - 0.37 * SPENT)).noisy(0.0003),
            lr=cosine(1e-4),
        ),
        fires(
            "hardly better than guessing among nine after 35 epochs, by a curve that bends and falls again",
            varies={
                "steps instead of epochs": "how many epochs were spent is not known of steps",
                "bits instead of nats": "what guessing is right in follows from a first loss of ln C nats",
            },
            train_loss=decay(2.211, 2.17, 20, half_life=0.05).followed_by(decay(2.168, 2.11, 15)).noisy(0.003),
            train_accuracy=line(0.118, 0.179, 35).noisy(0.003),
            val_loss=decay(2.19, 2.15, 20).followed_by(decay(2.14, 2.12, 15)).noisy(0.005),
            val_accuracy=line(0.134, 0.18, 35).noisy(0.01),
        ),
        silent(
            "the same curve of a classifier that gives one answer all along",
            train_loss=decay(2.211, 2.17, 20, half_life=0.05).followed_by(decay(2.168, 2.11, 15)).noisy(0.003),
            val_loss=decay(2.19, 2.15, 20).followed_by(decay(2.14, 2.12, 15)).noisy(0.005),
            val_accuracy=flat(0.17, 35),
        ),
        silent(
            "eight times as often right as guesses among a hundred, where it levels off",
            train_loss=decay(4.6, 4.24, 25, half_life=0.15).noisy(0.002),
            train_accuracy=decay(0.01, 0.08, 25, half_life=0.15).noisy(0.0005),
            val_loss=decay(4.6, 4.33, 25, half_life=0.15).noisy(0.003),
            val_accuracy=decay(0.01, 0.072, 25, half_life=0.15).noisy(0.0005),
        ),
        silent(
            "no better than that after 17 epochs",
            train_loss=decay(2.211, 2.17, 10, half_life=0.05).followed_by(decay(2.168, 2.11, 7)).noisy(0.001),
            train_accuracy=line(0.118, 0.179, 17).noisy(0.003),
            val_loss=decay(2.19, 2.15, 10).followed_by(decay(2.14, 2.12, 7)).noisy(0.001),
            val_accuracy=line(0.134, 0.18, 17).noisy(0.01),
        ),
        silent(
            "the same curve of three classes, of which some is learnt",
            train_loss=decay(1.106, 1.085, 20, half_life=0.05).followed_by(decay(1.084, 1.055, 15)).noisy(0.0015),
            train_accuracy=line(0.34, 0.42, 35).noisy(0.003),
            val_loss=decay(1.095, 1.075, 20).followed_by(decay(1.07, 1.06, 15)).noisy(0.0025),
            val_accuracy=line(0.35, 0.41, 35).noisy(0.005),
        ),
        silent(
            "labels are smoothed by more than usual, and few answers are wrong at the end",
            train_loss=given(1.61 - 0.74 * SPENT).noisy(0.03),
            lr=cosine(4e-3),
            val_accuracy=given(0.34 + 0.56 * SPENT).noisy(0.005),
        ),
        fires(
            "a straight line to the end, of validation too",
            train_loss=line(3.56, 3.1, 24).noisy(0.008),
            val_loss=line(4.0, 3.6, 24).noisy(0.002),
        ),
        silent(
            "the same, where validation has come to rest: what is left to learn holds for training alone",
            train_loss=line(3.56, 3.1, 24).noisy(0.008),
            val_loss=line(4.0, 3.63, 16).followed_by(flat(3.63, 8)).noisy(0.002),
        ),
        fires(
            "dropout holds training back: validation begins beside it, and leaves it behind",
            train_loss=line(1.84, 1.62, 24).noisy(0.008),
            val_loss=line(1.8, 1.3, 24).noisy(0.005),
        ),
        silent("still warming up", train_loss=line(3.58, 3.3), lr=line(0.0, 0.1)),
    )

    def check(
        self,
        run: Run,
        train: Trend[TrainLoss],
        val: Trend[ValLoss] | None,
        schedule: Schedule | None,
        settings: Hyperparameters,
        siblings: Siblings,
        chance: ChanceLevels,
    ) -> Iterator[Finding]:
        """Judge the shape of the whole curve, that of the losses of steps where epochs are too few."""
        train = with_points(run, train, int(self.min_points))
        fall = SlowFall(run, train, val, schedule, settings, self.thresholds_for(SlowFallThresholds))
        if fall.is_short or begins_late(train.series) or fall.rate_warms_up or fall.margin < 1 or fall.came_far:
            return
        if not fall.is_straight or fall.levels_off or fall.is_of_a_trained_model(chance) or leaves_behind(train, val):
            return
        by_design = slow_by_design(run, train, chance)
        is_short = is_short_of(int(self.min_updates), run, train.series)
        is_over = fall.has_barely_begun or (fall.is_complete and not is_short) or fall.is_no_trial
        shown, pace = fall.shown, fall.pace
        series, (started, ended) = shown.series, apart(shown.start, shown.end)
        note = "slow" if fall.came_some_way_at_low_rate else "straight"
        causes = slow_causes(series, train, settings, siblings, by_design)
        yield self.finding(
            f"{series.name} falls from {started} to only {ended} in {counted(len(series), 'logged value')}, {fall.how}",
            Span(series.name, series.first_step, series.last_step, note),
            severity=self.severity if is_over and not by_design else Severity.NOTE,
            confidence=confidence_from(fall.margin, 2 * len(shown)),
            causes=causes,
            to_tell_apart=to_tell_slow(causes),
            evidence={
                "start": Quantity(shown.start),
                "end": Quantity(shown.end),
                **({"pace of the later half": Quantity(pace, "share of the earlier")} if np.isfinite(pace) else {}),
            },
        )
