"""How the level of a loss changed after an event, and how well both levels are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.trend import Trend

AROUND = 20
"""Values whose median is a level: it is known to a third of the noise of one."""

SURE = 4.0
"""Standard errors from which a change is no chance."""

LEARNING = 0.02
"""Change as a share of the level before from which it is one: the slowest sound public runs fell by more."""


@dataclass(frozen=True)
class Change:
    """The level of a loss before and after."""

    before: float
    after: float
    error: float
    """Standard error of their difference."""

    @classmethod
    def since(cls, train: Trend[Any], step: int) -> Change | None:
        """Compare the last values before a step with the end; None where nothing comes after.

        With too little before, the first fifth of what comes after stands for it.
        """
        values, steps = train.series.values, train.series.steps
        before, after = values[steps < step][-AROUND:], values[steps >= step]
        if not len(after):
            return None
        fifth = max(1, len(after) // 5)
        before = before if len(before) >= AROUND // 4 else after[:fifth]
        after = after[-min(AROUND, fifth) :]
        return cls(median(before), median(after), train.error_of(len(before), len(after)))

    @property
    def least(self) -> float:
        """The least difference that counts as a change."""
        return max(LEARNING * abs(self.before), SURE * self.error)

    @property
    def falls(self) -> bool:
        """Whether the loss surely ends lower."""
        return self.before - self.after > self.least

    @property
    def rises(self) -> bool:
        """Whether the loss surely ends higher."""
        return self.after - self.before > self.least
