"""The moment at which a loss breaks: what the log shows just before it, at it and after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.evidence.stability.norm_before import NormBefore
from logdoctor.evidence.stability.onset import LOOK_BACK, RUN_UP
from logdoctor.evidence.stability.rate_before import RateBefore, RateJump
from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import (
    Loss,
    LossScale,
    TrainError,
    TrainLoss,
    TrainMetric,
    ValError,
    ValLoss,
    ValMetric,
)
from logdoctor.signals import Hyperparameters, Siblings
from logdoctor.signals.optimization.accuracy import logged_name
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.smoothing import SMOOTHED, block_medians, block_size, running_median
from logdoctor.wording import number, place

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNEVEN = 3.0
"""Largest loss of late batches in units of the usual one, from which they are uneven: those of sound data differ by
half, and of a small loss that comes from a few rows by threefold and more."""

LEARNT = 0.2
"""Fall before an event, as a share of the start, from which a run had learnt something that it could lose."""

FAR_ABOVE_START = 10.0
"""Loss in units of its first values that no other data cost: they cost what an untrained network pays, or some times
that."""

EXPLODES = 1e3
"""Factor by which a loss outgrows its start within some updates only where every update overshoots."""

OF_CLASSES = frozenset("acc accuracy accuracies top1 top5 err error f1 auc auroc precision recall".split())
"""Words of metrics that only a choice among classes has."""


class Kind(StrEnum):
    """How a loss breaks."""

    NON_FINITE = "non-finite"
    RISE = "rise"
    """It rises for good."""
    JUMP = "jump"
    """It jumps and comes back, or begins to."""


@dataclass(frozen=True, eq=False)
class Event:
    """One moment of a run and what lies around it."""

    run: Run = field(repr=False)
    settings: Hyperparameters = field(repr=False)
    siblings: Siblings = field(repr=False)
    kind: Kind
    series: Series
    """The curve that breaks, every value of it."""
    onset: int
    """Index of the first point that belongs to the event."""
    index: int
    """Index of the point where it is broken: equal to `onset` where it comes at once."""
    back_after: int | None = None
    """Points until the loss is back, or most of a jump is gone; None where it never is."""
    back_to_level: bool = True
    """Whether it comes back near its level, and not only down from a giant jump."""

    @cached_property
    def step(self) -> int:
        """The step where it is broken."""
        return int(self.series.steps[self.index])

    @cached_property
    def onset_step(self) -> int:
        """The step at which it begins."""
        return int(self.series.steps[self.onset])

    @cached_property
    def rate(self) -> RateBefore:
        """The learning rate around it."""
        first_sign = self.onset if self.norm.left is None else int(np.searchsorted(self.series.steps, self.norm.left))
        return RateBefore(self.run, self.series, min(first_sign, self.onset), self.index)

    @cached_property
    def norm(self) -> NormBefore:
        """The gradient norm up to its onset."""
        return NormBefore(self.run, self.settings, self.series, self.onset_step)

    @property
    def run_up(self) -> int:
        """Points from the onset to the break."""
        return self.index - self.onset

    @cached_property
    def before(self) -> NDArray[np.float64]:
        """The finite values before the onset."""
        values = self.series.values[: self.onset]
        return values[np.isfinite(values)]

    @cached_property
    def first(self) -> float | None:
        """Where the loss began, None where its first value is the event."""
        if not len(self.before):
            return None
        few = len(self.before) < LOOK_BACK or self.averages  # batch noise calls for more than one value
        return median(self.before[: 1 if few else RUN_UP])

    @cached_property
    def level(self) -> float | None:
        """The usual value just before the onset."""
        last = min(LOOK_BACK, max(RUN_UP, len(self.before) // 4))
        return median(self.before[-last:]) if len(self.before) else None

    @cached_property
    def uneven(self) -> bool:
        """Whether losses of batches differ widely just before the onset, as where a few answers are surely wrong."""
        last = self.before[-10 * LOOK_BACK :]
        last = last[len(last) // 3 :]
        return len(last) > RUN_UP and float(last.max()) >= UNEVEN * abs(median(last))

    @cached_property
    def highest(self) -> float:
        """The highest finite value at or after the onset, up to the break and some points after it, or its level."""
        values = self.series.values[max(self.onset - 1, 0) : self.index + LOOK_BACK]
        finite = values[np.isfinite(values)]
        return max(float(np.abs(finite).max()), abs(self.level or 0.0)) if len(finite) else np.inf

    @property
    def risen_to(self) -> float:
        """The highest finite value from the onset up to the break; the level before it where there is none."""
        values = self.series.values[self.onset : self.index + 1]
        return max(values[np.isfinite(values)].tolist(), default=self.level or 0.0)

    @property
    def exploded(self) -> bool:
        """Whether the loss went far above its first values."""
        return self.first is not None and self.highest >= FAR_ABOVE_START * abs(self.first)

    @property
    def had_exploded(self) -> bool:
        """Whether the loss lay far above its start for some while before the event: what breaks had broken before."""
        return bool(self.first) and self.level is not None and abs(self.level) >= EXPLODES * abs(self.first or 0.0)

    @cached_property
    def learnt(self) -> bool:
        """Whether the loss had fallen before the event, over more than a value or two, and had not exploded since."""
        if self.first is None or self.had_exploded or len(self.before) <= (0 if self.averages else RUN_UP):
            return False
        block = block_size(len(self.before))
        width = SMOOTHED if len(self.before) > SMOOTHED else 1
        level = block_medians(self.before, block) if block > 1 else running_median(self.before, width)
        return self.first - float(level.min()) >= LEARNT * abs(self.first)

    @property
    def averages(self) -> bool:
        """Whether each value is that of an epoch, within which a loss may rise unseen."""
        return self.series.axis is Axis.EPOCH

    @cached_property
    def falls_back(self) -> int | None:
        """Points from the peak until the loss is below its start again, and nineteen twentieths of the rise are gone.

        None where it never is: ten times the start is far below a peak of 10,000 times, but the loss is not back.
        """
        values, level = self.series.values[self.index :], self.level
        finite = values[:LOOK_BACK][np.isfinite(values[:LOOK_BACK])]
        if level is None or not len(finite):
            return None
        peak = int(np.argmax(values[:LOOK_BACK]))
        gone = level + (values[peak] - level) / LOOK_BACK
        low = np.flatnonzero(values[peak:] <= (gone if self.first is None else min(gone, max(self.first, level))))
        return int(low[0]) if len(low) else None

    @cached_property
    def is_of_one_step(self) -> bool:
        """Whether one step alone costs far more than ever, and the very next one no more than those before."""
        values, at = self.series.values, self.index
        beside = self.series.steps[at - 1 : at + 2]
        if self.averages or not 0 < at < len(values) - 1 or (np.diff(beside) != 1).any() or self.onset != at:
            return False
        return self.exploded and bool(values[at + 1] <= self.before[-LOOK_BACK:].max())

    @property
    def comes_after_updates(self) -> bool:
        """Whether updates had been made before the first value: the first loss is not that of the initial weights."""
        return self.averages or self.series.first_step > 1

    @property
    def at_once(self) -> bool:
        """Whether it comes out of a quiet curve, without a rise over several points before it."""
        enough = len(self.before) > (1 if self.averages else RUN_UP)
        return self.run_up < RUN_UP and enough and not (self._grew_unseen or self.had_exploded)

    @property
    def struck_at(self) -> int:
        """Index of the value whose batch is to be looked at: the first that leaves a quiet curve, else the break."""
        leaps = self.jumped_to is not None or (self.kind is Kind.JUMP and self.at_once)
        return self.onset if leaps else self.index

    @cached_property
    def jumped_to(self) -> float | None:
        """What the loss jumped to out of a quiet curve just before it was no number any more; None where it did not."""
        begun = float(self.series.values[self.onset])
        if self.kind is not Kind.NON_FINITE or not self.run_up or not self.at_once or not self.level:
            return None
        return begun if abs(begun) >= EXPLODES * abs(self.level) else None

    @property
    def _grew_unseen(self) -> bool:
        """Whether the loss had exploded by the last number before a NaN, over updates that were not all logged."""
        if self.kind is not Kind.NON_FINITE or not self.run_up or self.level is None or self.averages:
            return False
        sparse = int(self.series.steps[self.index] - self.series.steps[self.index - 1]) > 1
        return sparse and self.highest >= EXPLODES * abs(self.level)

    @cached_property
    def broke_before(self) -> tuple[tuple[int, str], ...]:
        """Step and name of other losses that were NaN or infinite before this one; the earliest first.

        An evaluation between its last sound value and the event shows the same weights: it was not first. A single
        value is the summary of a run. Of weights that had exploded it does not matter which overflows first.
        """
        if self.had_exploded:
            return ()
        found = []
        for one in self.run.all(Loss):
            bad = np.flatnonzero(~np.isfinite(one.curve.values))
            if not self._is_ours(one) and one.axis is self.series.axis and len(bad) and len(one) > 1:
                found.append((int(one.curve.steps[bad[0]]), one.name))
        sound = self.series.steps[: self.index][-1:]
        return tuple(sorted(one for one in found if len(sound) and one[0] <= sound[0]))

    @cached_property
    def overconfident(self) -> tuple[float, float] | None:
        """Lowest and last validation loss before the event, where it had clearly risen again; None elsewhere."""
        held_out = self.run.beside(self.series, ValLoss)
        if held_out is None or self._is_ours(held_out):
            return None
        values = held_out.finite.values[held_out.finite.steps < self.onset_step]
        if len(values) < RUN_UP or values[-1] < (1 + LEARNT) * values.min() or values.min() <= 0:
            return None
        return float(values.min()), float(values[-1])

    @cached_property
    def held_out_beside(self) -> tuple[float, float] | None:
        """The last validation loss before the event and the usual one of the next few; None where one is missing."""
        held_out = self.run.beside(self.series, ValLoss)
        if held_out is None or self._is_ours(held_out):
            return None
        steps, values = held_out.finite.steps, held_out.finite.values
        before, after = values[steps < self.onset_step][-1:], values[steps >= self.step][:RUN_UP]
        return (float(before[0]), median(after)) if len(before) and len(after) else None

    def _is_ours(self, series: Series) -> bool:
        """Whether a series is the one that breaks: training and validation may give their series the same name."""
        return (series.name, series.split) == (self.series.name, self.series.split)

    @cached_property
    def classifies(self) -> str:
        """Name of a logged metric that only classifiers have; empty where there is none."""
        metrics = (one for role in (TrainMetric, ValMetric, TrainError, ValError) for one in self.run.all(role))
        return next((logged_name(one.name) for one in metrics if OF_CLASSES & set(words(one.name))), "")

    @cached_property
    def training_is_masked(self) -> bool:
        """Whether the training loss ends in nothing but zeros, as some trainers write for NaN."""
        series = self.run.find(TrainLoss)
        return series is not None and len(series.finite) > RUN_UP and not series.finite.values[-RUN_UP:].any()

    @cached_property
    def scale_fell(self) -> tuple[float, float] | None:
        """The loss scale before it was cut to an eighth or less by the time of the event, and after."""
        scale = self.run.beside(self.series, LossScale)
        upto = scale.finite.values[scale.finite.steps <= self.step] if scale is not None else np.empty(0)
        if not len(upto) or upto[-LOOK_BACK:].max() < 8 * upto[-1]:
            return None
        return float(upto[-LOOK_BACK:].max()), float(upto[-1])

    @property
    def rate_jump(self) -> str:
        """Say where the learning rate jumped before the break, if it did."""
        jump = self.rate.jump
        return f"{_jumped(jump)} at {place(self.series, jump.step)}" if jump is not None else ""

    @cached_property
    def timeline(self) -> tuple[tuple[int, str], ...]:
        """What happened before the break and at it, in order of steps."""
        return tuple(sorted(self._signs(), key=lambda one: one[0]))

    def _signs(self) -> Iterator[tuple[int, str]]:
        if jump := self.rate.jump:
            yield jump.step, _jumped(jump)
        if self.norm.left is not None and self.norm.usual:
            yield self.norm.left, f"the gradient norm left its usual {number(self.norm.usual)}"
        if self.norm.broke_first is not None and self.kind is Kind.NON_FINITE:
            yield self.norm.broke_first, "the gradient norm was no longer finite"
        if self.run_up >= RUN_UP and self.level is not None and self.kind is not Kind.RISE:
            yield self.onset_step, f"{self.series.name} began to rise from {number(self.level)}"
        if self.jumped_to is not None:
            yield self.onset_step, f"{self.series.name} jumped from {number(self.level)} to {number(self.jumped_to)}"

    @property
    def cue(self) -> str:
        """Return the earliest sign before the break as the end of a sentence; empty where there was none."""
        signs = self.timeline
        return f"; before that, {signs[0][1]} at {place(self.series, signs[0][0])}" if signs else ""

    @property
    def order(self) -> str:
        """Return all signs before the break in the order of their steps; empty where there are fewer than two."""
        parts = [f"{sign} at {place(self.series, step)}" for step, sign in self.timeline]
        return ", then ".join(parts) if len(parts) > 1 else ""


def _jumped(jump: RateJump) -> str:
    return f"the learning rate jumped from {number(jump.before)} to {number(jump.after)}"
