"""A training loss that repeats the same course in every epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, log

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
    because,
    confidence_from,
    fires,
    likely_if,
    silent,
    threshold,
)
from logdoctor.curves import Curve, cosine, decay, flat, given, line, swing
from logdoctor.signals import EpochCourse, Schedule, Trend, weight_repeats
from logdoctor.signals.statistics.median import median
from logdoctor.wording import axis_word, counted, number, percent

ALIKE = 0.7
"""Correlation of odd and even epochs from which they repeat each other, where only the curve tells the epoch: data in
order give 0.9 and more, one wild stretch that no epoch repeats 0.4."""

IMPOSSIBLE = 0.05
"""Share of what a mean must have taken in below zero, from which the curve is none; of means it is 0."""

LONE = 0.4
"""Height without the one point that stands out most, as a share of it, up to which one batch makes the saw, not an
order of the data: a smaller last batch of a contrastive or summed loss. What is left may be a saw of its own."""

_SAW = np.tile(np.linspace(-0.5, 0.5, 40), 10)
_PHASE = given(np.repeat(np.arange(10.0), 40))
_FRESH = np.random.default_rng(3).normal(0.0, 1.0, 400).reshape(10, 40)
_METER = given((np.cumsum(1.0 + 3 * 0.6 ** np.arange(40) + 0.2 * np.abs(_FRESH), axis=1) / np.arange(1, 41)).ravel())
_RISEN = np.tile(np.exp(-np.arange(40) / 1.5) + np.where(np.arange(40) > 35, 0.3, 0.0), 10)
_HARD = np.where(np.arange(400) % 40 == 39, 2.0, 0.0)
_SELDOM = np.arange(250) * 4 / 25  # 25 steps make an epoch, and every fourth is logged
_BLOCKS = given(np.tile(np.where(np.arange(25) < 12, 0.4, -0.4) + np.random.default_rng(1).normal(0.0, 0.2, 25), 16))
_STAIRS = given(np.repeat([3.0, 2.4, 1.8, 1.2, 0.6], 40))


@dataclass(frozen=True)
class EpochSawtooth(Rule):
    """The training loss goes through the same rise and fall in every epoch: the data come in the same order.

    Data sorted by class, source or length make the network learn what came last and forget the rest. Cyclic learning
    rates or term weights have the same effect on purpose, and a mean that restarts in each epoch looks similar.
    """

    id = "epoch-sawtooth"
    title = "The training loss repeats the same sawtooth in every epoch"
    severity = Severity.WARNING
    causes = ("data-not-shuffled",)
    references = ("Bengio (2012), Practical recommendations for gradient-based training, arXiv:1206.5533, section 3.1",)
    limits = (
        "Needs 3 epochs of 8 logged points, or more epochs of 3 points; where no counter marks the epochs, 16 points "
        "in each and a sharp jump, and fewer than 8 epochs are a note: other things come round too. Losses logged "
        "once per epoch hide the order of the data."
    )
    explains = ("oscillation", "loss-spike", "plateau", "underfitting", "constant-metric")

    min_share: float = threshold(
        0.2, "height of the saw as a share of what was gained, or of the level where that is larger"
    )
    min_exact_share: float = threshold(
        0.1,
        "the same where every epoch is the same as every other; random batches in a fixed order repeat their noise "
        "too, below 0.1",
    )
    min_factor: float = threshold(
        3.0,
        "factor from the lowest to the highest of a saw that every epoch repeats, whatever was gained: a loss that "
        "falls by decades makes any saw small beside its start",
    )
    min_agreement: float = threshold(
        0.9,
        "correlation of odd and even epochs from which they are the same; of sound runs 0.75, of data in order 0.94",
    )
    min_exact_z: float = threshold(
        15.0, "height of such a saw in units of the noise of the typical epoch; sound runs reach 10"
    )
    min_z: float = threshold(
        6.0, "height in units of the noise of the typical epoch: the range of twenty phases of noise stays below 5"
    )
    min_over_decline: float = threshold(
        2.0, "height in units of what an epoch gains: a loss that falls in steps, once an epoch, has 1"
    )
    min_jump: float = threshold(
        0.4,
        "largest step from point to point as a share of the height, where only the curve tells the epoch: a wave of 40 "
        "points has 0.08, with the overtones of momentum 0.2",
    )
    averaging: float = threshold(
        0.35,
        "how much the curve moves late in an epoch, as a share of early on, up to which it is a mean that starts anew "
        "in each epoch; such a mean moves by 1 / n, which is a tenth",
    )

    examples = (
        fires("sorted data, epochs are logged", axis=Axis.STEP, epoch=_PHASE,
              train_loss=decay(2.0, 1.0, 400).plus(given(0.8 * _SAW)).noisy(0.1)),
        fires("sorted data, the curve alone tells", axis=Axis.STEP,
              train_loss=decay(2.0, 1.0, 400).plus(given(0.8 * _SAW)).noisy(0.05)),
        fires("a wave within each epoch", axis=Axis.STEP, epoch=_PHASE,
              train_loss=decay(2.0, 1.0, 400).plus(swing(0.5, 40, 400)).noisy(0.05)),
        fires("a mean that starts anew in each epoch (a note)", axis=Axis.STEP, epoch=_PHASE,
              train_loss=_METER),
        fires("a saw that moves most early in an epoch, and is no mean", axis=Axis.STEP, epoch=_PHASE,
              train_loss=decay(2.0, 1.0, 400).plus(given(2.0 * _RISEN)).noisy(0.004)),
        fires("sorted data in batches that differ", axis=Axis.STEP, epoch=_PHASE,
              train_loss=decay(2.0, 1.0, 400).plus(given(0.8 * _SAW)).noisy(0.28, seed=1)),
        fires("sorted data, and six points logged an epoch", axis=Axis.STEP, epoch=given(np.floor(_SELDOM)),
              train_loss=decay(2.0, 1.0, 250).plus(given(0.8 * (_SELDOM % 1 - 0.5))).noisy(0.1)),
        fires("sorted data, evaluated every second epoch, and three points logged an epoch", axis=Axis.STEP,
              train_loss=Curve(decay(1.5, 0.9, 400).plus(_BLOCKS).noisy(0.02).values[3::8],
                               frozenset(i for i in range(400) if i % 8 != 3)),
              val_loss=Curve(decay(1.5, 0.8, 8).values, frozenset(i for i in range(400) if i % 50 != 49))),
        silent("shuffled data, and six points logged an epoch", axis=Axis.STEP,
               epoch=given(np.floor(_SELDOM)), train_loss=decay(2.0, 1.0, 250).noisy(0.3)),
        fires("a small saw that every epoch repeats", axis=Axis.STEP, epoch=_PHASE,
              train_loss=decay(2.0, 1.0, 400).plus(given(0.18 * _SAW)).noisy(0.01)),
        fires("a saw of a loss that falls by decades", axis=Axis.STEP, epoch=_PHASE,
              train_loss=given(np.exp(decay(1.0, -4.5, 400, half_life=0.05).values + 1.5 * _SAW)).noisy(0.0005)),
        silent("a smaller one of a loss that falls by decades", axis=Axis.STEP, epoch=_PHASE,
               train_loss=given(np.exp(decay(1.0, -4.5, 400, half_life=0.05).values + 0.9 * _SAW)).noisy(0.0005)),
        silent("a noisier one of a loss that falls by decades", axis=Axis.STEP, epoch=_PHASE,
               train_loss=given(
                   np.exp(decay(1.0, -4.5, 400, half_life=0.05).values + 1.3 * _SAW + 0.6 * _FRESH.ravel()))),
        silent("shuffled", axis=Axis.STEP, epoch=_PHASE, train_loss=decay(2.0, 1.0, 400).noisy(0.2)),
        silent("a small saw", axis=Axis.STEP, epoch=_PHASE,
               train_loss=decay(2.0, 1.0, 400).plus(given(0.09 * _SAW)).noisy(0.004)),
        silent("a small saw that epochs repeat more or less", axis=Axis.STEP, epoch=_PHASE,
               train_loss=decay(2.0, 1.0, 400).plus(given(0.18 * _SAW)).noisy(0.032, seed=8)),
        silent("a small saw, and one epoch that is another", axis=Axis.STEP, epoch=_PHASE,
               train_loss=decay(2.0, 1.0, 400)
               .plus(given(0.18 * _SAW + 0.3 * np.where(_PHASE.values == 5, _FRESH.ravel(), 0.0)))
               .noisy(0.01)),
        silent("a saw within the noise", axis=Axis.STEP, epoch=_PHASE,
               train_loss=decay(2.0, 1.0, 400).plus(given(0.6 * _SAW)).noisy(0.6)),
        silent("a small saw within the noise", axis=Axis.STEP, epoch=_PHASE,
               train_loss=decay(2.0, 1.0, 400).plus(given(0.3 * _SAW)).noisy(0.2, seed=7)),
        silent("another course in every epoch", axis=Axis.STEP, epoch=_PHASE,
               train_loss=decay(2.0, 1.0, 400).plus(swing(0.5, 27, 400))),
        silent("falls in steps, once an epoch", axis=Axis.STEP, epoch=given(_PHASE.values[:200]),
               train_loss=_STAIRS.noisy(0.01)),
        silent("a wave, and nothing tells the epoch", axis=Axis.STEP,
               train_loss=decay(2.0, 1.0, 400).plus(swing(0.5, 40, 400)).noisy(0.02)),
        silent("the rate cycles with the epochs", axis=Axis.STEP, epoch=_PHASE, lr=cosine(0.1, 400, cycles=10),
               train_loss=decay(2.0, 1.0, 400).plus(given(-0.8 * _SAW)).noisy(0.1)),
        silent("a weight of the loss is annealed in cycles", axis=Axis.STEP, beta=given(0.5 + _SAW),
               train_loss=decay(2.0, 1.0, 400).plus(given(0.8 * _SAW)).noisy(0.02)),
        fires("a weight of the loss is annealed once", axis=Axis.STEP, beta=line(0.0, 1.0, 400),
              train_loss=decay(2.0, 1.0, 400).plus(given(0.8 * _SAW)).noisy(0.02)),
        fires("one batch stands out of a saw that the others make, too", axis=Axis.STEP, epoch=_PHASE,
              train_loss=decay(2.0, 1.0, 400).plus(given(1.2 * _SAW + _HARD)).noisy(0.02)),
        silent("the last batch of every epoch is a smaller one, whose loss is lower", axis=Axis.STEP, epoch=_PHASE,
               train_loss=flat(4.2, 400).plus(given(np.where(np.arange(400) % 40 == 39, -1.0, 0.0))).noisy(0.01)),
        silent("falls steadily", axis=Axis.STEP, epoch=_PHASE, train_loss=line(3.0, 0.2, 400)),
        silent("flat", axis=Axis.STEP, epoch=_PHASE, train_loss=flat(1.0, 400).noisy(0.1)),
    )  # fmt: skip

    def check(
        self, run: Run, train: Trend[TrainLoss], course: EpochCourse, schedule: Schedule | None
    ) -> Iterator[Finding]:
        """Ask whether every epoch takes the same course, how high it is, and what else would make it."""
        epochs, level = course.epochs, course.level
        seen, margin = self._in_values_or_logarithms(course, train)
        if margin <= 1 or (seen.without_one <= LONE and margin * seen.without_one <= 1):
            return
        if schedule is not None and (schedule.is_range_test or _cycles_with(schedule, course.length)):
            return
        if weight_repeats(run, train.series.axis, course.length):
            return
        series, unit = epochs.series, axis_word(epochs.series.axis)
        is_mean = epochs.is_known and course.averaging <= self.averaging and epochs.below_zero <= IMPOSSIBLE
        height = number(seen.amplitude) if seen is course else f"a factor of {number(float(np.exp(seen.amplitude)))}"
        shares = [(int(extreme(seen.profile)) + 0.5) / len(seen.profile) for extreme in (np.argmax, np.argmin)]
        top, bottom = (f"{percent(share)} of an epoch" for share in shares)
        unknown = f"the curve repeats itself every {course.length:.0f} {unit}s"
        told = f"where epochs begin is known, for {epochs.known_from}" if epochs.known_from else unknown
        agree = f"epochs agree with a correlation of {seen.agreement:.2f}"
        a_mean = (
            ["the logged loss is a mean since the epoch began: log the loss of each batch to tell"] if is_mean else []
        )
        yield self.finding(
            f"{series.name} repeats its course in each of {counted(epochs.count, 'epoch')} of {course.length:,.0f} "
            f"{unit}s: {height} from its highest, at {top}, to its lowest, at {bottom}"
            + ("; it is a mean that starts anew in each epoch" if is_mean else ""),
            Span(series.name, epochs.first_step(1), series.last_step, "the same saw"),
            severity=Severity.NOTE if is_mean or course.is_of_few else self.severity,
            confidence=confidence_from(margin, 10 * epochs.count if epochs.is_known else 10),
            causes=[because("data-not-shuffled", likely_if(not is_mean), pro=[agree, told], contra=a_mean)],
            evidence={
                "height": Quantity(course.amplitude),
                "height as a share of the level": Quantity(course.amplitude / level if level else inf, "share"),
                "steps of an epoch": Quantity(course.length, "steps"),
                "correlation of epochs": Quantity(round(seen.agreement, 3)),
                "how epochs are known": Quantity(told),
            },
        )

    def _in_values_or_logarithms(self, course: EpochCourse, train: Trend[TrainLoss]) -> tuple[EpochCourse, float]:
        """Return the course and its height in units of the least: in logarithms where it is next to nothing at last."""
        margin = self._margin(course, self._least(course, max(train.start - course.level, abs(course.level))))
        if margin > 1 or course.level >= self.min_share * train.start:
            return course, margin
        seen = course.in_logarithms
        return seen, self._margin(seen, self._least_exact(seen, log(self.min_factor)))

    def _least(self, course: EpochCourse, scale: float) -> float:
        """Return the least height of a saw, which is lower where every epoch is the same."""
        usual = max(self.min_share * scale, self.min_z * course.noise, self.min_over_decline * course.decline)
        return min(usual, self._least_exact(course, self.min_exact_share * scale))

    def _least_exact(self, course: EpochCourse, height: float) -> float:
        if course.agreement < self.min_agreement:
            return inf
        return max(height, self.min_exact_z * course.noise, self.min_over_decline * course.decline)

    def _margin(self, course: EpochCourse, least: float) -> float:
        """Return the height in units of the least; 0 where epochs share nothing, or but a wave that tells them."""
        sharp = course.epochs.is_known or (course.sharpest >= self.min_jump and course.agreement >= ALIKE)
        return course.amplitude / max(least, 1e-300) if sharp and course.agreement >= course.by_chance else 0.0


def _cycles_with(schedule: Schedule, length: float) -> bool:
    """Whether the rate restarts once an epoch, or a whole number of times or epochs."""
    restarts = schedule.restarts
    if len(restarts) < 2:
        return False
    period = median(np.diff(restarts))
    ratio = max(period / length, length / period)
    return abs(ratio - round(ratio)) <= 0.1
