"""What became of the training loss after something else went wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logdoctor.run.roles import TrainLoss
from logdoctor.signals.change import SURE, Change
from logdoctor.signals.nonfinite import NonFiniteLosses
from logdoctor.signals.spikes import Spikes
from logdoctor.signals.trend import Trend

OF_GAIN = 0.3
"""Rise as a share of what the loss had gained by then that counts as harm: smaller ones cost a sound run nothing."""

OF_LEVEL = 0.1
"""The same as a share of the level before: seeds and batch noise of sound short runs reach less."""

REACH = 5
"""Logged losses after an event within which theirs belongs to it."""


@dataclass(frozen=True)
class Harm:
    """One thing that the loss did."""

    step: int
    before: float
    """The level before it, NaN where none is known."""
    after: float
    """The level, the peak or the value that is no number."""
    lasts: bool
    """Whether it never came back."""

    @property
    def is_loss_of_numbers(self) -> bool:
        """Whether the loss became NaN or infinite."""
        return not np.isfinite(self.after)


@dataclass(frozen=True)
class LossHarm:
    """The training loss, asked what happened to it around a step."""

    train: Trend[TrainLoss]
    losses: NonFiniteLosses
    spikes: Spikes[TrainLoss] | None

    @classmethod
    def measure(cls, train: Trend[TrainLoss], losses: NonFiniteLosses, spikes: Spikes[TrainLoss] | None) -> LossHarm:
        """Gather what is known of the training loss."""
        return cls(train, losses, spikes)

    def lost_before(self, step: int) -> float:
        """Return the rise of the level above its lowest before a step, in units of what counts as harm."""
        level = self.train.level[self.train.steps < step]
        if not len(level):
            return 0.0
        risen = float(level[-1] - level.min())
        return risen / self._least(float(level.min())) if risen > SURE * self.train.level_noise else 0.0

    def after(self, begin: int, end: int, *, lasts: bool) -> Harm | None:
        """Return the harm that followed something from one step to another; None where there was none.

        What lasts to the end of the log is blamed for what the loss does from its beginning on, else for what begins
        at once.
        """
        series, reach = self.train.series, end + REACH * self.train.pace
        for one in self.losses.found:
            if one.series.role is TrainLoss and begin <= one.first_step and (lasts or one.first_step <= reach):
                before = float(one.before[-1]) if len(one.before) else float("nan")
                return Harm(one.first_step, before, float(one.series.values[one.first]), lasts=True)
        change = Change.since(self.train, begin) if lasts else None
        if change is not None and change.rises and change.after - change.before >= self._least(change.before):
            return Harm(begin, change.before, change.after, lasts=True)
        for spike in self.spikes.found if self.spikes is not None else ():
            at = int(series.steps[spike.index])
            if at <= begin <= int(series.steps[spike.last]):
                return None  # the loss moved with it or before it: one bad batch does both
            if begin < at <= reach and spike.height >= self._least(spike.level):
                return Harm(at, spike.level, spike.peak, lasts=not spike.recovered)
        return None

    def _least(self, level: float) -> float:
        """Return the least rise from a level that is harm."""
        least = max(OF_GAIN * (self.train.start - level), OF_LEVEL * abs(level))
        return max(least, float(np.finfo(float).tiny))
