"""A first loss that no freshly initialised network should have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import ClassVar

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
    fires,
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, geometric, given, line
from logdoctor.evidence.optimization.first_loss import (
    CAUSES,
    TOO_SMALL,
    begins_above_guessing,
    falls_below_a_sum,
    is_before_training,
    is_evaluated_before,
    last_at_once,
    penalty_causes,
    right_after,
    starts_at_chance,
    term_guesses,
    thrown_by_rate,
    too_large_causes,
)
from logdoctor.evidence.usual_rates import is_far_too_high
from logdoctor.signals import Chance, ChanceLevels, Hyperparameters, Trend
from logdoctor.signals.optimization.chance import MAX_CLASSES_FROM_ACCURACY
from logdoctor.signals.optimization.penalty import falls_like_penalty
from logdoctor.signals.stability.explosion import rests_at_variance
from logdoctor.wording import number, place

SETTINGS = "the settings"
"""How a level that the settings name says where it is known from."""

TEN = {"num_classes": 10}
LN10 = log(10)
AVERAGE = {"steps instead of epochs": "a value at a step is no average"}


@dataclass(frozen=True)
class BadInitialLoss(Rule):
    """The first loss of a classifier is far from ln C, the loss of a network that has seen nothing.

    Far above, the outputs are too large at the start, because of their weights or of inputs that are not normalised,
    and the first updates are spent on shrinking them. Far below, the network already knows the labels: a pretrained
    start, or leakage. If C is unknown, a loss that falls to a small fraction of itself at once started from such
    outputs. Logs that begin late are not judged; a first value that averages many updates, only if it is far off.
    """

    id = "bad-initial-loss"
    title = "The loss starts far from that of an untrained network"
    severity = Severity.WARNING
    causes = (*CAUSES, "leakage")
    references = ("https://karpathy.github.io/2019/04/25/recipe/",)
    limits = "Needs 6 values from the start and a known number of classes; otherwise 12 and a sudden fall to a twelfth."
    varies: ClassVar[Mapping[str, str]] = {"bits instead of nats": "ln C is the level of guessing in nats"}

    max_start: float = threshold(
        2.0, "first loss in units of ln C: He-initialised outputs of variance 1 to 2 start at up to 1.5"
    )
    max_average: float = threshold(
        5.0, "the same where the first value may be an average, into which a first overshoot of the rate goes"
    )
    min_start: float = threshold(
        0.5, "first loss in units of ln C below which the network knows something: label smoothing and priors keep 0.8"
    )
    drop: float = threshold(
        12.0, "factor by which a loss of unknown kind must fall at once: targets that are only off-centre give 2 to 10"
    )
    ordinary: float = threshold(
        2.8,
        "first loss of unknown kind up to which outputs are of the usual size, however far and fast it falls: guessing "
        "among ten classes costs 2.3, the variance of normalised targets is 1",
    )
    to_variance: float = threshold(
        30.0,
        "the same for a loss that takes longer, and then rests where guessing the mean of normalised targets is: of a "
        "loss that goes on falling, how far it fell says nothing; squared for one that first rises",
    )
    rest: float = threshold(
        0.5, "end as a share of the level after that drop, below which the run went on learning: then it is a note"
    )
    min_points: float = threshold(
        6.0, "values that a run needs to have a beginning: the first and five after it, if something names its level"
    )
    min_points_alone: float = threshold(12.0, "the same where nothing does: those, and as many again")

    examples = (
        fires("ten times ln 10", settings=TEN, axis=Axis.STEP, train_loss=decay(23.0, 0.3).noisy(0.02)),
        fires(
            "ten epochs, the first of which a rate far too high threw by decades",
            settings={"optimizer": "SGD", "lr": 1.0, "momentum": 0.9},
            train_loss=given([3e13, 2e12, 3.5e10, 7e8, 1.2e7, 2.2e5, 4300.0, 85.0, 2.6, 1.4]),
        ),
        fires(
            "raw inputs, whose first update throws the loss up, until only the mean of the targets is left",
            axis=Axis.STEP,
            train_loss=given([5e8, *np.geomspace(4e12, 1.0, 79)]).followed_by(flat(1.0, 220).noisy(0.1)),
        ),
        fires("two and a half times ln 10", settings=TEN, axis=Axis.STEP, train_loss=decay(5.8, 0.3).noisy(0.02)),
        fires(
            "an accuracy at chance names ten classes, over epochs",
            train_loss=decay(121.0, 7.5),
            train_accuracy=decay(0.104, 0.69),
        ),
        fires(
            "an average at a rate of 3",
            settings={**TEN, "lr": 3.0},
            train_loss=given([371.0, *decay(9.0, 2.3, 60).values]),
        ),
        fires(
            "a model of tokens, whose embeddings begin far too large, above guessing in any vocabulary",
            axis=Axis.STEP,
            settings={"block_size": 32, "init_from": "scratch"},
            train_loss=decay(16.1, 2.3, half_life=0.04).noisy(0.05),
        ),
        fires(
            "added up over a batch of 64, and thrown before the first evaluation",
            axis=Axis.STEP,
            settings={"batch_size": 64, "lr": 0.05},
            train_loss=given([147.4, 2900.0, 234.0]).followed_by(flat(120.0, 57).noisy(4.0)),
            val_loss=given([3.08]).followed_by(flat(2.42, 11).noisy(0.05)),
            val_accuracy=given([0.1028, 0.0972, 0.1, 0.0972, 0.0944, 0.125, 0.1306, 0.1278, 0.1111, 0.1, 0.1, 0.0972]),
        ),
        silent(
            "a regression whose rounded answers are right now and then",
            train_loss=decay(262.8, 195.0, 8, half_life=0.1),
            val_loss=decay(114.8, 93.5, 8, half_life=0.2),
            train_accuracy=line(0.0716, 0.0862, 8),
            val_accuracy=given([0.084, 0.133, 0.098, 0.086, 0.067, 0.103, 0.099, 0.104]),
        ),
        silent(
            "a model of tokens, whose loss is added up over the sequence",
            axis=Axis.STEP,
            settings={"block_size": 32},
            train_loss=decay(148.0, 74.0, half_life=0.04).noisy(0.5),
        ),
        silent(
            "letters of which four in ten are told, as chance would of two classes: validation never comes near ln 2",
            axis=Axis.STEP,
            train_loss=decay(4.1, 1.3).noisy(0.05),
            val_loss=decay(2.6, 2.2, 6),
            val_accuracy=line(0.37, 0.41, 6),
        ),
        silent(
            "a model of speech, whose frames outnumber its letters",
            axis=Axis.STEP,
            settings={"vocab_size": 32, "ctc_loss_reduction": "mean"},
            train_loss=decay(16.1, 0.4, half_life=0.04).noisy(0.05),
        ),
        silent(
            "a model of tokens that is fitted to measured targets",
            axis=Axis.STEP,
            settings={"vocab_size": 30522},
            train_loss=decay(36.0, 1.4, half_life=0.04).noisy(0.05),
            eval_pearson=line(0.2, 0.8, 6),
        ),
        silent(
            "a model that was trained on gaps, and begins its fine-tuning above guessing",
            axis=Axis.STEP,
            settings={"vocab_size": 250112, "_name_or_path": "google/mt5-small"},
            train_loss=decay(21.0, 2.4, half_life=0.04).noisy(0.05),
        ),
        silent(
            "a model of tokens, whose losses are added up over the parts of a batch",
            axis=Axis.STEP,
            settings={"vocab_size": 50257, "gradient_accumulation_steps": 8},
            train_loss=decay(30.0, 11.0, half_life=0.04).noisy(0.05),
        ),
        silent(
            "a student: the divergence from its teacher is scaled, and the cross-entropy beside it begins at guessing",
            settings=TEN,
            train_loss=decay(30.0, 0.3).noisy(0.02),
            train_loss_ce=decay(2.4, 0.3).noisy(0.02),
        ),
        fires(
            "a sum of which the cross-entropy itself begins far above guessing",
            settings=TEN,
            train_loss=decay(30.0, 0.3).noisy(0.02),
            train_loss_ce=decay(25.0, 0.3).noisy(0.02),
        ),
        fires("an average far above ln 10", settings=TEN, train_loss=decay(30.0, 0.3).noisy(0.02)),
        fires("far below ln 10", settings=TEN, axis=Axis.STEP, train_loss=decay(0.7, 0.1).noisy(0.01)),
        fires("falls to a thirtieth at once and rests", train_loss=given([15.0, *[0.41] * 60]).noisy(0.01)),
        fires(
            "falls by decades, to where guessing the mean of normalised targets would be",
            train_loss=given([1500.0, 400.0, 130.0, 100.0, 75.0, 30.0]).followed_by(
                decay(30.0, 0.9, 90, half_life=0.04)
            ),
        ),
        fires(
            "falls fortyfold, by and by, to where guessing the mean of normalised targets is",
            train_loss=given([40.0, 30.0, 20.0, 12.0, 8.0, 5.0, 3.0, 2.0, 1.4, 1.1]).followed_by(
                flat(1.0, 110).noisy(0.02)
            ),
        ),
        fires(
            "above any guessing, and an accuracy that says that it is a classifier's",
            axis=Axis.STEP,
            train_loss=given([15.3, 25.6, 9.2, 7.5]).followed_by(decay(5.0, 0.4)),
            val_accuracy=decay(0.31, 0.9),
        ),
        fires(
            "eight epochs of a loss with a penalty on the weights, which melts away in validation as well (a note)",
            train_loss=given([14.2, 9.1, 6.0, 4.2, 3.1, 2.5, 2.1, 1.9]),
            val_loss=given([11.0, 7.3, 5.0, 3.6, 2.8, 2.3, 2.0, 1.85]),
            val_accuracy=given([0.35, 0.6, 0.65, 0.7, 0.73, 0.75, 0.76, 0.77]),
        ),
        fires(
            "eight epochs of such a loss: its first value alone tells",
            train_loss=given([5300.0, 2600.0, 1700.0, 1300.0, 1100.0, 950.0, 850.0, 780.0]),
            val_accuracy=given([0.09, 0.2, 0.3, 0.36, 0.4, 0.43, 0.46, 0.48]),
        ),
        fires(
            "thrown by the first updates at a rate of 1 of Adam, then learns",
            settings={"optimizer": "Adam", "lr": 1.0},
            train_loss=flat(109.0, 1).followed_by(decay(4.0, 0.2)),
        ),
        fires("falls to a thirtieth at once, then learns", train_loss=flat(27.8, 1).followed_by(decay(0.75, 0.1))),
        fires(
            "fifty times ln 10, and an accuracy at which no sum of losses could have fallen so far",
            settings=TEN,
            axis=Axis.STEP,
            train_loss=decay(132.0, 8.0),
            val_accuracy=decay(0.1, 0.65),
        ),
        fires(
            "above any guessing at a rate of 3, and comes down as the rate does",
            axis=Axis.STEP,
            train_loss=line(22.0, 2.1, 120).noisy(0.3),
            lr=cosine(3.0, 120),
        ),
        silent(
            "a regression that comes down as far at an ordinary rate",
            axis=Axis.STEP,
            train_loss=line(22.0, 2.1, 120).noisy(0.3),
            lr=cosine(0.1, 120),
        ),
        fires(
            "above any guessing, and validation guesses among ten at first",
            axis=Axis.STEP,
            train_loss=decay(127.0, 14.0, half_life=0.3).noisy(4.0),
            val_accuracy=given([0.1, 0.11, 0.105]).followed_by(line(0.13, 0.45, 12)),
        ),
        silent(
            "above any guessing, and a tenth of the tokens is right: it may be a sum over a sentence",
            axis=Axis.STEP,
            train_loss=decay(61.0, 31.0, half_life=0.3).noisy(4.0),
            train_token_acc=flat(0.1).noisy(0.02),
        ),
        silent(
            "a sum over all examples, and an accuracy that was first measured after four epochs",
            train_loss=geometric(8260.0, 26.0, 20),
            train_accuracy=line(0.93, 0.999, 20).without(0, 3),
        ),
        silent(
            "a sum of losses, and validation guesses among ten at first",
            axis=Axis.STEP,
            train_loss=decay(127.0, 64.0, half_life=0.3).noisy(4.0),
            val_accuracy=given([0.1, 0.11, 0.105]).followed_by(line(0.13, 0.45, 12)),
        ),
        silent(
            "a language model, of whose next words a third is right from its first evaluation on",
            axis=Axis.STEP,
            train_loss=decay(10.8, 3.3, half_life=0.03).noisy(0.05),
            val_accuracy=given([0.31, 0.33, 0.345]).followed_by(line(0.36, 0.42, 12)),
        ),
        silent(
            "half of ten classes are learnt at once: two classes would begin at 0.69",
            train_loss=decay(2.21, 1.1, half_life=0.05).noisy(0.01),
            val_accuracy=flat(0.48).noisy(0.01),
        ),
        silent(
            "five classes, half of them learnt from the first evaluation on",
            axis=Axis.STEP,
            train_loss=decay(1.62, 0.6).noisy(0.02),
            val_accuracy=flat(0.48, 40).noisy(0.01),
        ),
        silent(
            "a language model's first epoch, right half the time: it never comes near guessing among two",
            train_loss=given([3.9, 3.5, 3.2, 3.0, 2.9, 2.8, 2.75, 2.7, 2.65, 2.6, 2.57, 2.55, 2.53, 2.51, 2.5]),
            train_accuracy=given(
                [0.52, 0.58, 0.62, 0.65, 0.67, 0.68, 0.69, 0.7, 0.71, 0.72, 0.725, 0.73, 0.735, 0.74, 0.745]
            ),
        ),
        silent(
            "half of ten classes is known from before: seven in ten are right at a loss that two never rest at",
            train_loss=given([4.22, 1.51, 1.24, 1.14, 1.08, 1.02, 0.98, 0.95, 0.945, 0.94, 0.94, 0.94]),
            train_accuracy=given([0.459, 0.5, 0.58, 0.64, 0.66, 0.661, 0.68, 0.705, 0.69, 0.7, 0.7, 0.7]),
        ),
        silent(
            "four classes, of which the first epoch has learnt something: its accuracy is no guessing among two",
            train_loss=given([3.85]).followed_by(decay(1.05, 0.13, 29)),
            train_accuracy=given([0.41]).followed_by(decay(0.54, 0.95, 29)),
        ),
        silent(
            "a sum of losses, and its accuracy",
            settings=TEN,
            axis=Axis.STEP,
            train_loss=decay(74.0, 32.0),
            val_accuracy=decay(0.1, 0.65),
        ),
        silent("starts at ln 10", settings=TEN, axis=Axis.STEP, train_loss=decay(LN10, 0.3).noisy(0.02)),
        fires(
            "a penalty on the weights comes down with both losses (a note)",
            settings=TEN,
            train_loss=decay(28.0, 0.0, 20, half_life=0.06).plus(flat(2.3, 20)),
            val_loss=decay(20.0, 0.0, 20, half_life=0.06).plus(flat(2.3, 20)),
        ),
        silent(
            "starts a little above ln 10", settings=TEN, axis=Axis.STEP, train_loss=decay(1.6 * LN10, 0.3).noisy(0.02)
        ),
        silent("starts a little below ln 10", settings=TEN, axis=Axis.STEP, train_loss=decay(1.7, 0.1).noisy(0.01)),
        silent("the first epoch is an average", settings=TEN, varies=AVERAGE, train_loss=decay(0.7, 0.1).noisy(0.01)),
        silent("an average somewhat above ln 10", settings=TEN, varies=AVERAGE, train_loss=decay(9.0, 0.3).noisy(0.02)),
        silent("resumed", settings=TEN, axis=Axis.STEP, first_step=500, train_loss=decay(23.0, 0.3)),
        silent("a sum of losses that never comes near", settings=TEN, axis=Axis.STEP, train_loss=line(30.0, 20.0)),
        silent(
            "thrown by its first updates before it comes down to the mean: what it began with is another matter",
            train_loss=given([250.0, 2e7, 6e5, 5e4, 3000.0, 200.0, 20.0, 4.0, 1.5, 1.1, *[1.0] * 20]),
        ),
        silent("a regression that learns", train_loss=decay(26000.0, 3000.0)),
        silent(
            "begins at ln 10, and an easy task is learnt at once",
            train_loss=flat(2.38, 1).followed_by(decay(0.14, 0.02)),
        ),
        silent("an error of small targets", train_loss=flat(0.0042, 1).followed_by(flat(0.00009, 60).noisy(0.00001))),
        silent("targets off-centre", train_loss=given([10.0, *decay(1.0, 0.7, 60).values])),
        fires("six values", settings=TEN, axis=Axis.STEP, train_loss=decay(23.0, 0.3, 6)),
        silent("too short", settings=TEN, axis=Axis.STEP, train_loss=decay(23.0, 0.3, 5)),
        silent("too short where nothing names its level", train_loss=given([15.0, *[0.41] * 10]).noisy(0.01)),
        silent(
            "two and a half times ln 10 at every other step: the first comes after an update, which may have thrown it",
            settings=TEN,
            axis=Axis.STEP,
            train_loss=decay(5.8, 0.3, 40).noisy(0.02).without(0, 0).without(2, 2),
        ),
        silent(
            "thrown up by the first updates from a usual loss",
            axis=Axis.STEP,
            train_loss=given([5.2, 4.9, 5.1, *np.geomspace(4e12, 1.0, 77)]).followed_by(flat(1.0, 220).noisy(0.1)),
        ),
        silent(
            "ten epochs that come down by decades at a usual rate",
            settings={"optimizer": "SGD", "lr": 0.01, "momentum": 0.9},
            train_loss=given([3e13, 2e12, 3.5e10, 7e8, 1.2e7, 2.2e5, 4300.0, 85.0, 2.6, 1.4]),
        ),
    )

    def check(
        self,
        run: Run,
        train: Trend[TrainLoss],
        val: Trend[ValLoss] | None,
        chance: ChanceLevels,
        settings: Hyperparameters,
    ) -> Iterator[Finding]:
        """Compare the first value with ln C, or with what comes right after it."""
        series = train.series
        begins = series.steps[0] <= max(train.pace, 1.0)
        if len(train) < self.min_points or not begins:
            return
        at_chance = starts_at_chance(run, series)
        named = next((one for one in (*at_chance, *chance.levels) if not one.by_level_alone), None)
        if named is not None and term_guesses(run, train, named.level):
            return
        single = series.axis is Axis.STEP and not at_chance and is_before_training(series)
        found, long = list[Finding](), len(train) >= self.min_points_alone
        if named is not None:
            above = falls_below_a_sum(run, train, named)
            found = list(self._against(named, train, settings, single=single, above=above, val=val))
        elif (classified := begins_above_guessing(run, train)) or long or thrown_by_rate(train, settings):
            found = list(self._dropped(train, settings, classified=classified, melting=falls_like_penalty(train, val)))
        if (
            long
            and not found
            and val is not None
            and is_evaluated_before(val, train)
            and val.first >= self.drop * right_after(train)
        ):
            found = list(self._dropped(val, settings, classified=False, melting=False))
        yield from found

    def _against(
        self,
        named: Chance,
        train: Trend[TrainLoss],
        settings: Hyperparameters,
        *,
        single: bool,
        above: bool,
        val: Trend[ValLoss] | None,
    ) -> Iterator[Finding]:
        first, ratio = train.first, train.first / named.level
        is_entropy = train.best <= self.max_start * named.level or above
        elsewhere = val is not None and val.best > self.max_start * named.level
        may_be_more = named.by_accuracy and (elsewhere or first <= log(MAX_CLASSES_FROM_ACCURACY))  # half are learnt
        high = is_entropy and ratio >= (self.max_start if single else self.max_average) and not may_be_more
        low = single and 0 < ratio <= self.min_start and named.known_from.startswith(SETTINGS)
        if not (high or low):
            return
        series = train.series
        # Large weights leave more behind than a penalty that melts away.
        melting = train.end <= self.max_start * named.level and falls_like_penalty(train, val)
        guessing = f"the {number(named.level)} of guessing among {named.classes} classes"
        start = f"{series.name} starts at {number(first)}, {number(ratio)} times {guessing}"
        causes = too_large_causes(train, [start], settings, named.level, single=single) if high else TOO_SMALL
        causes = penalty_causes([start]) if high and melting else causes
        yield self.finding(
            f"{start} ({named.known_from})",
            Span(series.name, series.first_step, int(series.steps[1]), "start"),
            confidence=confidence_from(ratio / self.max_start, len(train)) if high else Confidence.MEDIUM,
            severity=self.severity if high and not melting else Severity.NOTE,
            causes=causes,
            evidence={"first loss": Quantity(first, "nats"), "ln C": Quantity(round(named.level, 4), "nats")},
        )

    def _dropped(
        self, trend: Trend[TrainLoss] | Trend[ValLoss], settings: Hyperparameters, *, classified: bool, melting: bool
    ) -> Iterator[Finding]:
        """Judge a loss of unknown kind by its fall within the first values, one that is known by its first value."""
        series, after, thrown = trend.series, right_after(trend), thrown_by_rate(trend, settings)
        guesses = rests_at_variance(trend, late=True)
        rose = after > trend.first  # the first update may have thrown the first value, too
        to_variance = guesses and trend.first >= self.to_variance ** (2 if rose else 1) * trend.end
        at_once = trend.first > self.ordinary and (trend.first >= self.drop * after > 0 or to_variance)
        if not at_once and not classified and not thrown:
            return
        rests = trend.end > self.rest * after or guesses
        loud = rests or thrown or (classified and not melting) or is_far_too_high(settings)
        last = int(series.steps[last_at_once(trend)])
        starts = f"{series.name} starts at {number(trend.first)}"
        moves = f"{series.name} {'rises' if rose else 'falls'} from {number(trend.first)} to {number(after)} at once"
        said = f"{starts}, above the loss of guessing in any vocabulary" if classified else moves
        said = f"{starts} with {thrown}" if thrown and not at_once else said
        by = f", by {place(series, last)}" if said == moves else ""
        causes = penalty_causes([said]) if melting and not loud else too_large_causes(trend, [said], settings)
        yield self.finding(
            f"{said}{by}"
            + (f", and ends at {number(trend.end)}: what it lost was the scale of the outputs" if rests else ""),
            Span(series.name, series.first_step, last, "falls at once"),
            confidence=Confidence.MEDIUM,
            severity=self.severity if loud else Severity.NOTE,
            causes=causes,
            evidence={"first loss": Quantity(trend.first), "loss right after it": Quantity(after)},
        )
