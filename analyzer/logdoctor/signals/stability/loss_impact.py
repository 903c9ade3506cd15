"""What became of the training loss after a step at which something else went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run.roles import TrainLoss
from logdoctor.signals.numerics.nonfinite import NonFiniteLosses
from logdoctor.signals.stability.change import SURE, Change
from logdoctor.signals.stability.spikes import Spikes
from logdoctor.signals.statistics.trend import MIN_POINTS, Trend
from logdoctor.wording import place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from logdoctor.run import Series

OF_GAIN = 0.3
"""Rise as a share of what the loss gained by then that counts as an impact: smaller ones cost a sound run nothing."""

OF_LEVEL = 0.1
"""The same as a share of the level before: seeds and batch noise of sound short runs reach less."""

OVER_TAIL = 3.0
"""Height of a jump in units of what one ordinary point in a hundred reaches, as in loss-spike."""

OVER_TAIL_ONCE = 8.0
"""The same for a jump of one or two points, which one hard batch explains."""

REACH = 5
"""Logged losses after an event within which theirs belongs to it."""


@dataclass(frozen=True)
class Impact:
    """One thing that the loss did."""

    step: int
    before: float
    """The level before it, NaN where none is known."""
    after: float
    """The level, the peak or the value that is no number."""
    lasts: bool
    """Whether it never came back."""

    @property
    def is_non_finite(self) -> bool:
        """Whether the loss became NaN or infinite."""
        return not np.isfinite(self.after)


@dataclass(frozen=True)
class LossImpact:
    """The training loss, asked what happened to it around a step."""

    train: Trend[TrainLoss]
    losses: NonFiniteLosses
    spikes: Spikes[TrainLoss] | None

    @classmethod
    def measure(cls, train: Trend[TrainLoss], losses: NonFiniteLosses, spikes: Spikes[TrainLoss] | None) -> LossImpact:
        """Gather what is known of the training loss."""
        return cls(train, losses, spikes)

    def state_over(self, broken: Series) -> str:
        """Say what the loss does where another series is broken; Megatron leaves one out of its lines that is NaN."""
        loss = self.train.series
        if loss.last_step >= broken.first_step:
            return f"{loss.name} is finite"
        if loss.last_step + self.train.pace < broken.last_step:
            return f"{loss.name} is no longer logged"
        return f"{loss.name} is finite up to {place(loss, loss.last_step)}"

    def lost_before(self, step: int) -> float:
        """Return the rise of the level above its lowest before a step, in units of what counts as an impact.

        Only what was logged before the step counts: neither a level nor a noise looks ahead.
        """
        level, noise = self._known_before(step)
        if not len(level):
            return 0.0
        risen = float(level[-1] - level.min())
        return risen / self._least(float(level.min())) if risen > SURE * noise else 0.0

    def _known_before(self, step: int) -> tuple[NDArray[np.float64], float]:
        """Return the level before a step and its noise: of many points the blocks that end before it."""
        train, count = self.train, int(np.searchsorted(self.train.series.steps, step))
        if train.block > 1:
            return train.level[: count // train.block], train.level_noise
        if count < MIN_POINTS:
            return train.level[:0], 0.0
        known: Trend[TrainLoss] = Trend.measure(train.series.take(slice(count)))
        return known.level, known.level_noise

    def is_at_rest(self, step: int) -> bool:
        """Whether the loss is a number to the end, and ends after a step as it was before."""
        change = Change.since(self.train, step)
        return not self.losses.found and change is not None and not change.falls and not change.rises

    def after(self, begin: int, end: int, *, lasts: bool) -> Impact | None:
        """Return the impact that followed something from one step to another; None where there was none.

        What lasts to the end of the log is blamed for what the loss does from its beginning on, else for what begins
        soon. Where the loss went on learning in between, neither is to blame.
        """
        impact = (
            self._end_of_numbers(begin, end, lasts=lasts) or self._rise(begin, lasts=lasts) or self._jump(begin, end)
        )
        return None if impact is None or self._learnt_between(begin, impact.step) else impact

    def _end_of_numbers(self, begin: int, end: int, *, lasts: bool) -> Impact | None:
        for one in self.losses.found:
            late = one.first_step > end + REACH * self.train.pace
            if one.series.role is TrainLoss and begin <= one.first_step and (lasts or not late):
                before = float(one.before[-1]) if len(one.before) else float("nan")
                return Impact(one.first_step, before, float(one.series.values[one.first]), lasts=True)
        return None

    def _rise(self, begin: int, *, lasts: bool) -> Impact | None:
        change = Change.since(self.train, begin) if lasts else None
        if change is None or not change.rises or change.after - change.before < self._least(change.before):
            return None
        level, steps = self.train.since(begin), self.train.steps[self.train.steps >= begin]
        lowest = int(steps[int(np.argmin(level))]) if len(level) else begin
        return Impact(lowest, change.before, change.after, lasts=True)

    def _jump(self, begin: int, end: int) -> Impact | None:
        if self.spikes is None:
            return None
        series = self.train.series
        for spike in self.spikes.found:
            at = int(series.steps[spike.index])
            if at <= begin <= int(series.steps[spike.last]):
                return None  # the loss moved with it or before it: one bad batch does both
            tail = self.spikes.tail * (OVER_TAIL_ONCE if spike.last - spike.index < 2 else OVER_TAIL)
            if begin < at <= end + REACH * self.train.pace and spike.height >= max(self._least(spike.level), tail):
                return Impact(at, spike.level, spike.peak, lasts=not spike.recovered)
        return None

    def _learnt_between(self, begin: int, step: int) -> bool:
        """Whether the loss fell, from one step to another, by more than what counts as an impact."""
        level, steps = self.train.level, self.train.steps
        before, between = level[steps < begin], level[(steps >= begin) & (steps <= step)]
        if not len(before) or not len(between):
            return False
        fell = float(before[-1] - between.min())
        return fell > max(OF_LEVEL * abs(float(before[-1])), SURE * self.train.level_noise)

    def _least(self, level: float) -> float:
        """Return the least rise from a level that is an impact."""
        least = max(OF_GAIN * (self.train.start - level), OF_LEVEL * abs(level))
        return max(least, float(np.finfo(float).tiny))
