"""The training loss cut into epochs, and what happens between them; what repeats within each is its course."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Axis, Run, Series
from logdoctor.run.roles import TrainLoss
from logdoctor.signals.data.epoch_starts import Cut, epoch_starts
from logdoctor.signals.data.period import MIN_PERIOD_POINTS, MIN_PERIODS
from logdoctor.signals.statistics.correlation import inner
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

EDGE = 0.2
"""Share of an epoch at each end whose moves are compared."""

OUTLYING = 4.0
"""Noise of single points beyond which one is drawn in before a line is laid: a spike is no slope."""


@dataclass(frozen=True)
class Epochs:
    """The points of the training loss, an epoch at a time. Only whole epochs count."""

    series: Series
    """The finite points of the training loss."""
    cut: Cut = field(repr=False)

    @classmethod
    def measure(cls, train: Trend[TrainLoss], run: Run) -> Epochs:
        """Find where epochs begin: from a logged epoch, from settings, or from a curve that repeats itself.

        Raises Unmeasurable where there are fewer than MIN_PERIODS whole epochs of MIN_PERIOD_POINTS points.
        """
        series = finest(train.series, run)
        for cut in epoch_starts(series, run):
            lengths = np.diff(cut.starts)
            if len(lengths) >= MIN_PERIODS and median(lengths) >= MIN_PERIOD_POINTS:
                return cls(series, cut)
            if cut.known_from and len(lengths) >= MIN_PERIODS and median(lengths) <= 1:
                raise Unmeasurable(f"no epoch has more than one logged point: {cut.known_from}")
        raise Unmeasurable(f"no {MIN_PERIODS} epochs of {MIN_PERIOD_POINTS} logged points can be told apart")

    @property
    def starts(self) -> NDArray[np.intp]:
        """(e + 1,) index of the first point of each epoch, and of the first after the last."""
        return self.cut.starts

    @property
    def known_from(self) -> str:
        """What tells where the epochs begin, as a clause; empty when the curve alone does."""
        return self.cut.known_from

    @property
    def is_known(self) -> bool:
        """Whether something beside the curve tells where epochs begin."""
        return bool(self.known_from)

    @property
    def count(self) -> int:
        """How many whole epochs there are."""
        return len(self.starts) - 1

    @cached_property
    def length(self) -> float:
        """Steps from the beginning of one epoch to that of the next."""
        return median(np.diff(self.starts)) * median(np.diff(self.series.steps))

    def first_step(self, epoch: int) -> int:
        """Return the step of the first point of an epoch, counted from 0."""
        return int(self.series.steps[self.starts[epoch]])

    @property
    def _parts(self) -> list[NDArray[np.float64]]:
        return [self.series.values[a:b] for a, b in zip(self.starts[:-1], self.starts[1:], strict=True)]

    @cached_property
    def averaging(self) -> float:
        """How much the curve moves from point to point at the end of an epoch, as a share of its beginning.

        A mean that starts anew in each epoch moves ever less: its n-th value changes by 1 / n of what is new.
        """
        early, late = [], []
        for part in (one for one in self._parts if len(one) > 1):  # rounding leaves one point to some epochs
            moves = np.abs(np.diff(part))
            fifth = max(2, round(EDGE * len(moves)))
            early.append(median(moves[:fifth]))
            late.append(median(moves[-fifth:]))
        return float(np.median(late) / max(float(np.median(early)), np.finfo(float).tiny))

    @cached_property
    def below_zero(self) -> float:
        """Share of what a mean of the epoch so far must have taken in, to move as the curve does, that lies below zero.

        Where the loss itself goes below zero, nothing is known: 0.
        """
        if self.series.values.min() < 0:
            return 0.0
        taken_in = [np.diff(part * np.arange(1, len(part) + 1)) for part in self._parts]
        return float(np.mean(np.concatenate(taken_in) < 0))

    @cached_property
    def edges(self) -> NDArray[np.float64]:
        """(e, 2) level at the beginning and at the end of each epoch: of the straight line through its points.

        The first epoch bends; its line is that of its later half.
        """
        first, *others = self._parts
        return np.array([_ends_of_line(part, OUTLYING * self._sigma) for part in (first[len(first) // 2 :], *others)])

    @cached_property
    def edge_noise(self) -> float:
        """Standard error of one of those levels: twice that of a mean (the variance of a line at its ends)."""
        return 2 * self._sigma / math.sqrt(median(np.diff(self.starts)))

    @cached_property
    def _sigma(self) -> float:
        """Standard deviation of single points, from second differences."""
        return MAD_TO_SIGMA * median(np.abs(np.diff(self.series.values, 2))) / math.sqrt(6)


def finest(series: Series, run: Run) -> Series:
    """Return the training loss of the most values: DeepOBS logs one of every batch beside that of the epoch.

    Raises Unmeasurable where that is one of whole epochs.
    """
    others = (one.finite for one in run.all(TrainLoss) if one.axis is Axis.STEP)
    most = max((series, *others), key=len)
    if most.axis is Axis.EPOCH:
        raise Unmeasurable("the training loss is logged once an epoch")
    return most


def _ends_of_line(values: NDArray[np.float64], reach: float) -> tuple[float, float]:
    """Return both ends of the line of least squares; points farther from it than `reach` are drawn in first."""
    at = np.linspace(-0.5, 0.5, len(values))
    drawn = values
    for _ in range(2):
        middle, slope = float(drawn.mean()), inner(at, drawn) / inner(at, at)
        line = middle + slope * at
        drawn = line + np.clip(values - line, -reach, reach) if reach > 0 else values
    return middle - slope / 2, middle + slope / 2
