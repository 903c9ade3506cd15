"""Signs that a loss does not settle, and why: the form of its swings, the rate, and the settings that make noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from logdoctor.evidence.rate_fixes import decayed_from_there
from logdoctor.evidence.siblings import with_tested_fixes
from logdoctor.evidence.stability.event import Kind
from logdoctor.evidence.stability.harmless_rise import measures_something_else
from logdoctor.evidence.stability.rounds import comes_in_rounds
from logdoctor.evidence.stability.surroundings import Surroundings
from logdoctor.evidence.stability.training_jumps import steps_up_with_stage
from logdoctor.evidence.usual_rates import above_usual, is_far_too_high, rate_height
from logdoctor.evidence.weighing import FAIR, STRONG, WEAK, Clue
from logdoctor.finding import Cause, Span
from logdoctor.run import Axis, Run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import (
    BatchNoise,
    Hyperparameters,
    JointSwings,
    Schedule,
    Siblings,
    Swings,
    Trend,
    weight_repeats,
)
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number

USUAL = {"learning-rate-too-high": 1.0, "batch-too-small": 0.0, "data-not-shuffled": 0.0}
"""How usual each cause is where the log shows nothing of it, in the unit of a clue's weight."""

SMALL_BATCH = 8
"""Examples in an update from which down the gradient of one differs from the next by as much as its size."""

UNRELATED = 0.34
"""Correlation of values close by up to which they look unrelated: that of fifty such stays below nineteen times in
twenty."""

DECAYED = 0.1
"""Share of its peak that a rate falls below when it decays: the usual step of a schedule."""

LATE = "in the later half of the run"


@dataclass(frozen=True)
class Sign:
    """One sign that a loss does not settle: what a finding says of it, and what it speaks for."""

    clause: str
    margin: float
    """How far it goes beyond what a sound run does, from 1 on."""
    clue: Clue | None = None
    beside: tuple[Span, ...] = ()
    """Where other series show it."""
    since: int | None = None
    """Step from which the loss shows it; None where that is the later half of the run."""
    is_alone: bool = False
    """Whether nothing but the loss shows it, which may have another reason than the model."""


def instability(clause: str, margin: float, since: int | None = None, *, alone: bool = False) -> Iterator[Sign]:
    """Yield the sign that a loss is thrown about, which speaks for the learning rate; nothing for a margin below 1."""
    if margin >= 1:
        clue = Clue("learning-rate-too-high", STRONG, clause)
        yield Sign(f"is unstable: {clause}", margin, clue, since=since, is_alone=alone)


def moves_together(joint: JointSwings, margin: float) -> Sign:
    """Return the sign that validation swings with training: not noise of either, but the model itself."""
    clause = f"and validation rise and fall by a factor of {number(joint.spread)} {LATE}"
    clue = Clue("learning-rate-too-high", FAIR, "validation jumps as far")
    return Sign(clause, margin, clue, (Span(*joint.stretch, "with it"),))


@dataclass(frozen=True, eq=False)
class SwingingLoss:
    """The swings of a training loss beside what may explain them: validation, batches, the rate, the settings."""

    run: Run
    swings: Swings[TrainLoss]
    val: Trend[ValLoss] | None
    joint: JointSwings | None
    noise: BatchNoise | None
    schedule: Schedule | None
    settings: Hyperparameters
    around: Surroundings

    @property
    def is_planned(self) -> bool:
        """Whether the rate, the weight of a term or the order of the data goes to and fro by plan, or a task begins."""
        series, schedule = self.swings.trend.series, self.schedule
        by_rate = schedule is not None and (schedule.is_range_test or len(schedule.restarts) >= 2)
        by_weight = weight_repeats(self.run, series.axis)
        return by_rate or by_weight or comes_in_rounds(series) or steps_up_with_stage(self.swings.trend, self.run)

    @cached_property
    def rate_is_high(self) -> bool:
        """Whether hardly any network trains at its rate."""
        return is_far_too_high(self.settings)

    @property
    def circles_a_minimum(self) -> bool:
        """Whether it has learnt more than it swings by, at a rate that others take and that has not decayed."""
        swings, schedule = self.swings, self.schedule
        decays = schedule is not None and schedule.share_at(swings.trend.series.last_step) <= DECAYED
        thrown = self.rate_is_high or swings.above_start or swings.thrown_again
        return swings.kept_gain > swings.amplitude and not (thrown or decays)

    @property
    def rises_harmlessly(self) -> bool:
        """Whether it is far above its start because of its examples, boxes or loss weights."""
        return measures_something_else(self.run, self.swings.trend, self.val, self.swings.far_above)

    @property
    def is_corroborated(self) -> bool:
        """Whether more than the loss says that the model is worse while it lies far above its start."""
        trend, since = self.swings.trend, self.swings.thrown_from
        if not self.swings.above_start:
            return False
        event = self.around.at(Kind.RISE, trend.series, int(np.searchsorted(trend.series.steps, since)))
        before, high = trend.level[trend.steps < since], trend.level[trend.level > self.swings.far_above]
        lowest = float(before.min()) if len(before) else trend.start
        return self.around.corroboration.of_rise(event, trend.start, lowest, median(high))

    @property
    def batches_explain_highs(self) -> bool:
        """Whether single batches lie as far apart as its highest values, at a rate that is not why."""
        return not self.rate_is_high and self.noise is not None and self.noise.explains_highs

    def is_of_training_alone(self, *, structured: bool) -> bool:
        """Whether validation is calm meanwhile, and neither the rate nor the form of the swings says otherwise."""
        calm = self.joint is not None and self.joint.validation_is_calm
        return calm and not (self.rate_is_high or structured)

    def clues(self, *, structured: bool) -> Iterator[Clue]:
        """Weigh the form of the swings, the rate at which they last, and the settings that make batches noisy."""
        series, memory = self.swings.trend.series, self.swings.memory
        shown, settings = f"correlation of neighbouring values {number(round(memory, 2))}", self.settings
        if structured:
            circles = f"the loss moves around a level that it does not reach ({shown})"
            yield Clue("learning-rate-too-high", FAIR, circles)
            yield Clue("batch-too-small", -FAIR, f"the swings are not random ({shown})")
            yield Clue("data-not-shuffled", WEAK if memory > 0 else -FAIR, "" if memory > 0 else shown)
        elif abs(memory) <= UNRELATED:
            yield Clue("batch-too-small", FAIR, f"neighbouring values are unrelated, as batch noise is ({shown})")
        if series.axis is Axis.EPOCH:
            yield Clue("data-not-shuffled", -FAIR, "each value averages an epoch, which holds all data")
        if rate_height(self.run, settings) is not None and (high := above_usual(self.run, settings)):
            yield Clue("learning-rate-too-high", STRONG, high)
        if self.schedule is not None and self.schedule.share_at(series.last_step) <= DECAYED:
            yield Clue("learning-rate-too-high", -FAIR, "the swings go on after the rate has decayed")
        if settings.batch_size is not None:
            size = settings.batch_size * settings.accumulation
            weight = STRONG if size <= SMALL_BATCH else -WEAK
            yield Clue("batch-too-small", weight, f"an update sees {number(size)} examples")

    def with_fixes(self, cause: Cause, siblings: Siblings) -> Cause:
        """Put the fixes that siblings tested into a cause, and what follows from where the loss swings."""
        fixable = with_tested_fixes(cause, siblings)
        circles = cause.id == "learning-rate-too-high" and self.circles_a_minimum
        return decayed_from_there(fixable, self.run) if circles else fixable

    @property
    def to_log(self) -> list[str]:
        """Which quantities that are not known would tell the causes apart."""
        size = "the batch size: swings of a small batch shrink with the root of its size, those of the rate do not"
        rate = "the learning rate: swings that shrink in proportion when it decays are its own"
        unknown = ((self.settings.batch_size, size), (self.schedule, rate))
        return [quantity for known, quantity in unknown if known is None]
