"""The learning rate over a run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import LearningRate
from logdoctor.signals.trend import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANGE_TEST_FACTOR = 100.0
"""A range test raises the rate over at least two decades (Smith 2017, arXiv:1506.01186, uses two to six)."""

RANGE_TEST_MIDDLE = 0.25
"""Share of the last rate that the middle rate of a range test lies below: 0.1 for two decades in equal ratios. For a
straight ramp, which is a warm-up that the log does not see the end of, it is 0.5."""

RANGE_TEST_RISES = 0.95
"""Share of steps on which the rate of a range test rises; a warm-up stops rising early in the run."""


@dataclass(frozen=True)
class Schedule:
    """The logged learning rate, at least two finite values of it."""

    series: Series

    @classmethod
    def measure(cls, run: Run) -> Schedule:
        """Read the schedule from the run's rate; raises Unmeasurable where it was logged less than twice."""
        series = run.find(LearningRate)
        if series is None or len(series.finite) < 2:
            raise Unmeasurable("no learning rate in this run")
        return cls(series.finite)

    @cached_property
    def rates(self) -> NDArray[np.float64]:
        """(n,) the rate at each logged step."""
        return self.series.values

    @cached_property
    def peak(self) -> float:
        """The highest rate."""
        return float(self.rates.max())

    @cached_property
    def is_range_test(self) -> bool:
        """Whether the rate only ever rises, over two decades or more."""
        rises = np.diff(self.rates) > 0
        positive = self.rates[self.rates > 0]
        return bool(
            len(positive)
            and rises.mean() >= RANGE_TEST_RISES
            and positive[-1] / positive[0] >= RANGE_TEST_FACTOR
            and np.median(positive) <= RANGE_TEST_MIDDLE * positive[-1]
        )

    def at(self, step: int) -> float:
        """Return the rate in force at a step."""
        index = int(np.searchsorted(self.series.steps, step, side="right")) - 1
        return float(self.rates[max(index, 0)])

    def share_at(self, step: int) -> float:
        """Return the rate in force at a step as a share of the peak."""
        return self.at(step) / self.peak if self.peak > 0 else 0.0

    def dead_from(self, share: float) -> int | None:
        """Return the step from which the rate stays below a share of its peak to the end; None when it does not."""
        alive = np.flatnonzero(self.rates >= share * self.peak)
        return int(self.series.steps[alive[-1] + 1]) if len(alive) and alive[-1] + 1 < len(self.rates) else None

    @cached_property
    def restarts(self) -> NDArray[np.int64]:
        """Steps at which the rate jumps up to twice its value or more after it had decayed."""
        before, after = self.rates[:-1], self.rates[1:]
        decayed = np.maximum.accumulate(before) > 2 * before
        return self.series.steps[1:][decayed & (after >= 2 * before)]
