"""The learning-rate schedule as it was logged: its peak, decay, restarts and jumps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import asin, ceil, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import LearningRate, TrainLoss
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.rounding import in_few_decimals, largest_shown_as_zero
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANGE_TEST_FACTOR = 100.0
"""A range test raises the rate over at least two decades (Smith 2017, arXiv:1506.01186, uses two to six)."""

RANGE_TEST_MIDDLE = 0.25
"""Median rate of a range test as a share of its last, at most: 0.1 for two decades in equal ratios. In a straight ramp,
a warm-up that goes on beyond the log, it is 0.5."""

RANGE_TEST_RISES = 0.95
"""Share of steps on which the rate of a range test rises; a warm-up stops rising early in the run."""

RANGE_TEST_APART = 20
"""Parts of a range test: rates are compared that are one part apart, for few decimals show several low rates as one."""

ROUNDED_AWAY = 8.0
"""Rate in units of the largest that is logged as zero, up to which equal rates may be a rise that was rounded away: two
decades in RANGE_TEST_APART parts rise by a quarter in each."""

TURN = 0.1
"""Share of the peak that the rate must move back by for a turn: rounding and steps of a staircase move it less."""

LOW = 0.1
"""Share of the peak that counts as the bottom of a schedule: what cosine schedules keep as their floor."""

ALIKE = 0.05
"""Difference as a share of the peak within which two stretches of a schedule are the same."""

JUMP = 0.25
"""Change between two logged rates, as a share of the peak, that no ramp of more than a few points makes."""

ROUNDED = 0.01
"""Relative difference of two rates that rounding may make, and that does not matter."""

REPEATED = 10
"""Points over which a schedule is compared with its own beginning."""

WARMS_UP = 2.0
"""Rate at its peak in units of the first from which the way there is a warm-up."""

JUST_NOW = 0.1
"""Share of the log, at its end, in which a rate comes to its peak that is still warming up."""


@dataclass(frozen=True)
class RateRebound:
    """A place where the rate, having come down, goes up again as gradually as it fell."""

    top: int
    """Step at which the fall began."""
    bottom: int
    """Step of the lowest rate."""
    again: int
    """Step at which the rise ended."""


@dataclass(frozen=True)
class RateReset:
    """A place where the rate jumps back to how it was at the beginning, or to where it never was."""

    step: int
    """The first step after the jump."""
    before: float
    """The rate before it."""
    after: float
    """The rate after it."""
    repeats: bool = True
    """Whether the schedule goes on from there as it did from its beginning."""
    comes_again: bool = False
    """Whether the rate makes the same jump another time, as cycles do."""


@dataclass(frozen=True)
class Schedule:
    """The logged learning rate, at least two finite values of it."""

    series: Series
    is_exact: bool = False
    """Whether a zero is one: the losses beside the rates have more decimals than a log that rounds."""

    @classmethod
    def measure(cls, run: Run) -> Schedule:
        """Read the schedule from the run's rate; raises Unmeasurable where it was logged less than twice."""
        series, train = run.find(LearningRate), run.find(TrainLoss)
        if series is None or len(series.finite) < 2:
            raise Unmeasurable("no learning rate in this run")
        return cls(series.finite, is_exact=train is not None and not in_few_decimals(train.finite.values))

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
        distance = max(1, len(self.rates) // RANGE_TEST_APART)
        before, after = self.rates[:-distance], self.rates[distance:]
        rises = (after > before) | ((after == before) & (after <= ROUNDED_AWAY * self._shown_as_zero))
        positive = self.rates[self.rates > 0]
        return bool(
            len(positive)
            and rises.mean() >= RANGE_TEST_RISES
            and positive[-1] / positive[0] >= RANGE_TEST_FACTOR
            and median(positive) <= RANGE_TEST_MIDDLE * positive[-1]
        )

    @property
    def _shown_as_zero(self) -> float:
        """The largest rate that the decimals of the log show as zero."""
        return 0.0 if self.is_exact else largest_shown_as_zero(self.rates)

    @property
    def ends_warming_up(self) -> bool:
        """Whether the rate is still warming up when the log ends."""
        begin, end = self.series.first_step, self.series.last_step
        only_rises = bool((np.diff(self.rates) >= 0).all()) and self.peak > WARMS_UP * self.rates[0]
        return only_rises and self.peak_step > end - JUST_NOW * (end - begin)

    @cached_property
    def peak_step(self) -> int:
        """The step at which the rate first reaches its peak: the end of a warm-up."""
        return int(self.series.steps[int(np.argmax(self.rates >= 0.999 * self.peak))])

    @cached_property
    def settled_step(self) -> int:
        """The step from which the rate stays at its last value: the end of a schedule."""
        moving = np.flatnonzero(np.abs(self.rates - self.rates[-1]) > 1e-3 * self.peak)
        return int(self.series.steps[moving[-1] + 1]) if len(moving) else self.series.first_step

    @cached_property
    def spent(self) -> NDArray[np.float64]:
        """(n,) share of all learning done by each logged step, were learning in proportion to the rate."""
        pieces = np.append(0.0, np.diff(self.series.steps) * self.rates[:-1])
        total = float(pieces.sum())
        return np.cumsum(pieces) / total if total > 0 else np.linspace(0.0, 1.0, len(self.rates))

    @cached_property
    def turns(self) -> tuple[int, ...]:
        """Indices of the first rate, of every high and low in turn, and of the last rate."""
        rates, least = self.rates, TURN * self.peak
        found, high, low, up = [0], 0, 0, 0
        for i in _extremes(rates):
            high = i if rates[i] > rates[high] else high
            low = i if rates[i] < rates[low] else low
            if up >= 0 and rates[high] - rates[i] > least:
                found += [high] if high else []
                up, high, low = -1, i, i
            elif up <= 0 and rates[i] - rates[low] > least:
                found += [low] if low else []
                up, high, low = 1, i, i
        return (*found, len(rates) - 1)

    @cached_property
    def bounces(self) -> tuple[RateRebound, ...]:
        """Places where the rate comes back up from the bottom as gradually as it fell.

        A triangular cycle (Smith 2017) is none: it begins with a rise as long as its falls. Nor is a restart, which
        jumps.
        """
        steps, rates, turns = self.series.steps, self.rates, self.turns
        cyclic = len(turns) > 2 and rates[turns[1]] > rates[0] and _as_long(steps, turns[1], turns[0], turns[2])
        found = [
            RateRebound(int(steps[top]), int(steps[bottom]), int(steps[again]))
            for (top, bottom), (_, again) in pairwise(pairwise(turns))
            if rates[top] > rates[bottom] <= LOW * self.peak
            and again - bottom >= 2
            and (_as_long(steps, bottom, top, again) or again == len(rates) - 1)
            and np.diff(rates[bottom : again + 1]).max() <= 0.6 * (rates[again] - rates[bottom])
        ]
        return () if cyclic else tuple(found)

    @cached_property
    def returns(self) -> tuple[RateReset, ...]:
        """Jumps after which the schedule goes as it went at the beginning.

        Up after a decay, or down by half to a warm-up that is gone through again. A jump after a decay to half and
        more, to twice the highest rate so far, which no schedule plans, counts too. Back up after less than that, it
        must fall again as it first did: a rate that is lowered for a while and comes back is constant before and after.
        """
        steps, rates = self.series.steps, self.rates
        ramp = int(np.argmax(rates >= 0.999 * self.peak))
        falling = np.flatnonzero(np.diff(rates[ramp:]) < 0)
        falls = int(steps[ramp + 1 + falling[0]] - steps[0]) if len(falling) else int(steps[-1])
        before, after, highest = rates[:-1], rates[1:], np.maximum.accumulate(rates)[:-1]
        down = (before >= 2 * after) & (before > LOW * self.peak) & (ramp > 0)
        found, knows_highest = [], not begins_late(self.series)
        for i in np.flatnonzero(((after > before) | down) & (np.abs(after - before) > JUMP * self.peak)) + 1:
            is_large = bool(rates[i] < rates[i - 1] or highest[i - 1] > 2 * rates[i - 1])
            least = ramp + 1 if is_large else int(np.searchsorted(steps, steps[i] + falls)) - i
            ahead = steps[i : i + max(REPEATED, least + 1)] - steps[i]
            at_start = np.interp(steps[0] + ahead, steps, rates)
            alike = np.abs(rates[i : i + len(ahead)] - at_start) <= ALIKE * self.peak
            repeats = bool(len(ahead) > least and alike.all())
            if repeats or (knows_highest and rates[i] >= 2 * highest[i - 1] > 4 * rates[i - 1]):
                same = np.maximum(np.abs(before - rates[i - 1]), np.abs(after - rates[i])) <= ALIKE * self.peak
                found.append(
                    RateReset(int(steps[i]), float(rates[i - 1]), float(rates[i]), repeats, int(same.sum()) > 1)
                )
        return tuple(found)

    def at(self, step: int) -> float:
        """Return the rate in force at a step."""
        index = int(np.searchsorted(self.series.steps, step, side="right")) - 1
        return float(self.rates[max(index, 0)])

    def share_at(self, step: int) -> float:
        """Return the rate in force at a step as a share of the peak."""
        return self.at(step) / self.peak if self.peak > 0 else 0.0

    def dead_from(self, share: float) -> int | None:
        """Return the step from which the rate stays below a share of its peak to the end; None when it does not.

        Two tenfold steps of a staircase leave exactly one percent, which a log rounds up or down. Where its few
        decimals show a larger rate as zero, it is taken for the end of a cosine; so low a rate as a tenfold step
        leaves must be seen.
        """
        alive = np.flatnonzero(self.rates >= (1 - ROUNDED) * share * self.peak)
        if self.peak <= 0 or not len(alive) or alive[-1] + 1 == len(self.rates):
            return None
        begun, died, last = (int(self.series.steps[at]) for at in (0, alive[-1] + 1, -1))
        hidden = self._shown_as_zero / self.peak
        if hidden >= LOW:
            return None
        if hidden > share:
            died = begun + ceil((died - begun) / (1 - _end_of_cosine_below(hidden)))
        return died if died < last else None

    @cached_property
    def restarts(self) -> NDArray[np.int64]:
        """Steps at which the rate jumps up to twice its value or more after it had decayed."""
        before, after = self.rates[:-1], self.rates[1:]
        decayed = np.maximum.accumulate(before) > 2 * before
        return self.series.steps[1:][decayed & (after > before) & (after >= 2 * before)]


def _end_of_cosine_below(share: float) -> float:
    """Return the share of a cosine schedule, at its end, over which the rate is below a share of its peak."""
    return 2 * asin(sqrt(share)) / pi


def _extremes(values: NDArray[np.float64]) -> list[int]:
    """Return where a curve changes its direction, the first index of a flat, and where it comes to rest."""
    moves = np.flatnonzero(np.diff(values))
    flips = np.flatnonzero(np.diff(np.sign(np.diff(values)[moves])))
    return [*(moves[flips] + 1).tolist(), *(moves[-1:] + 1).tolist()]


def _as_long(steps: NDArray[np.int64], middle: int, one: int, other: int) -> bool:
    """Whether two stretches from a middle point are of one length, to a factor of two."""
    a, b = abs(int(steps[middle] - steps[one])), abs(int(steps[other] - steps[middle]))
    return a <= 2 * b and b <= 2 * a
