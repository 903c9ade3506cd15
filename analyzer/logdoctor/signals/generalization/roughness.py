"""How far validation jumps from one evaluation to the next, beside how far training does over the same steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss
from logdoctor.signals.generalization.gap import Gap
from logdoctor.signals.statistics.correlation import correlation
from logdoctor.signals.statistics.median import median, quantile
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_EVALUATIONS = 8
"""Evaluations below which jumps cannot be told from the course of learning."""

KINK = 1.5**0.5
"""The distance of a point from the middle of its neighbours is this many times the noise, for noise alone."""

USUAL = 0.8
"""Quantile of the jumps that is taken for the usual one: if one evaluation in ten jumps, three kinks in ten are
large."""

NORMAL_USUAL = 1.2816
"""The same quantile of the size of normal noise, in standard deviations."""

TOGETHER = 0.8
"""Correlation of the moves of two losses, from which one reason moves both; ten unrelated moves reach it once in a
hundred times."""

AS_FAR = 3.0
"""Jumps of validation in units of those of training up to which one reason is enough for both."""


@dataclass(frozen=True)
class Roughness:
    """The later half of the evaluations, each against the middle of its neighbours."""

    gap: Gap
    evaluated: Series | None = None
    """The training loss where it, too, is evaluated at the steps of validation, as nanoGPT does."""

    @classmethod
    def measure(cls, gap: Gap, run: Run) -> Roughness:
        """Look at both losses; raises Unmeasurable where there are fewer than MIN_EVALUATIONS evaluations."""
        if len(gap.val) < MIN_EVALUATIONS:
            raise Unmeasurable(f"{gap.val.series.name} has {len(gap.val)} values, fewer than {MIN_EVALUATIONS}")
        at = gap.val.series.steps
        beside = (one.finite for one in run.all(TrainLoss) if one.axis is gap.val.series.axis)
        return cls(gap, next((one for one in beside if np.array_equal(one.steps, at)), None))

    @cached_property
    def _late(self) -> int:
        return len(self.gap.val) // 2

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """(k,) validation loss over the later half of the evaluations."""
        return self.gap.val.series.values[self._late :]

    @cached_property
    def train_values(self) -> NDArray[np.float64]:
        """(k,) training loss between those evaluations: the mean of what was logged since the one before.

        The losses evaluated there instead where they jump less: means of a few batches jump by themselves.
        """
        logged = self._logged_between
        evaluated = logged if self.evaluated is None else self.evaluated.values[self._late :]
        return min(logged, evaluated, key=_relative_jump)

    @property
    def _logged_between(self) -> NDArray[np.float64]:
        train, val = self.gap.train.series, self.gap.val.series
        train_at, val_at = self.gap.places(train.steps, val.steps)
        ends = np.searchsorted(train_at, val_at, side="right")
        begins, counts = ends[:-1], np.diff(ends)
        means = np.asarray(np.interp(val_at[1:], train_at, train.values))  # where nothing was logged in between
        some = counts > 0
        if some.any():
            means[some] = np.add.reduceat(train.values[: ends[-1]], begins[some]) / counts[some]
        return means[max(self._late - 1, 0) :]

    @cached_property
    def jumps(self) -> float:
        """Usual jump of validation between evaluations, as a standard deviation."""
        return usual_jump(self.values)

    @cached_property
    def train_jumps(self) -> float:
        """The same of training over the same steps."""
        return usual_jump(self.train_values)

    @cached_property
    def over_train(self) -> float:
        """Jumps of validation in units of those of training, each as a share of its own level.

        0 where training, evaluated at the same steps, jumps with it and about as far: then it is the model that jumps.
        """
        if self._moves_together:
            return 0.0
        mine, theirs = _relative_jump(self.values), _relative_jump(self.train_values)
        return mine / theirs if theirs > 0 else float("inf") if mine > 0 else 0.0

    @property
    def _moves_together(self) -> bool:
        if self.evaluated is None:
            return False
        both = self.values, self.evaluated.values[self._late :]
        moves = [np.diff(one) for one in both]
        if _relative_jump(both[0]) > AS_FAR * _relative_jump(both[1]):
            return False
        return correlation(*moves) >= TOGETHER

    @cached_property
    def early_jumps(self) -> float:
        """Usual jump of validation over the third quarter of the evaluations."""
        return usual_jump(self.values[: len(self.values) // 2 + 1])

    @cached_property
    def last_jumps(self) -> float:
        """Usual jump of validation over the last quarter of the evaluations."""
        return usual_jump(self.values[-(len(self.values) // 2) - 1 :])

    @cached_property
    def lasting(self) -> float:
        """Jumps of the last quarter in units of those of the quarter before; as ratios where those shrink less."""
        half = len(self.values) // 2 + 1
        scales = [self.values, np.log(self.values)] if (self.values > 0).all() else [self.values]
        pairs = [(usual_jump(one[:half]), usual_jump(one[-half:])) for one in scales]
        return max(late / early if early > 0 else 1.0 for early, late in pairs)

    @cached_property
    def upward(self) -> float:
        """Share of the large deviations from the usual level that lie above it: 1 where validation only jumps up.

        Of a loss that is never negative they are compared as ratios: it cannot fall by more than it is.
        """
        values = np.log(self.values) if (self.values > 0).all() else self.values
        away = values - median(values)
        large = away[np.abs(away) > usual_jump(values)]
        return float((large > 0).mean()) if len(large) else 0.5


def _relative_jump(values: NDArray[np.float64]) -> float:
    """Return the usual jump as a share of the level; 0 where that is 0."""
    level = abs(median(values))
    return usual_jump(values) / level if level > 0 else 0.0


def usual_jump(values: NDArray[np.float64]) -> float:
    """Return how far points usually lie from the middle of their neighbours, in standard deviations of noise.

    One wild value does not count, and neither does a straight slope; values that jump one time in ten do.
    """
    if len(values) < 3:
        return 0.0
    kinks = np.abs(values[1:-1] - (values[:-2] + values[2:]) / 2)
    return quantile(kinks, USUAL) / (KINK * NORMAL_USUAL)
