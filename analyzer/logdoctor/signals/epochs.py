"""The training loss cut into epochs: what repeats within each of them, and what happens between them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Axis, Run, Series
from logdoctor.run.roles import TrainLoss
from logdoctor.signals.epoch_starts import epoch_starts
from logdoctor.signals.period import MIN_PERIOD_POINTS, MIN_PERIODS
from logdoctor.signals.trend import MAD_TO_SIGMA, MEDIAN_EFFICIENCY, ROUNDING, Trend, Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

PHASES = 20
"""Parts of an epoch that its typical course is made of, where there are as many points."""

EDGE = 0.2
"""Share of an epoch at each end whose moves are compared."""

JOINED, REPEATED = 4, 8
"""Most epochs that are taken together until they have as many points each time, and how many times they must be there:
their course has more phases, and fewer repeats of each."""

OUTLYING = 4.0
"""Noise of single points beyond which one is drawn in before a line is laid: a spike is no slope."""


@dataclass(frozen=True)
class Epochs:
    """The points of the training loss, an epoch at a time. Only whole epochs count."""

    series: Series
    """The finite points of the training loss."""
    starts: NDArray[np.intp] = field(repr=False)
    """(e + 1,) index of the first point of each epoch, and of the first after the last."""
    known_from: str
    """What tells where the epochs begin, as a clause; empty when the curve alone does."""
    together: int = 1
    """How many epochs are taken as one."""

    @classmethod
    def measure(cls, train: Trend[TrainLoss], run: Run) -> Epochs:
        """Find where epochs begin: from a logged epoch, from settings, or from a curve that repeats itself.

        Raises Unmeasurable where there are fewer than MIN_PERIODS whole epochs of MIN_PERIOD_POINTS points.
        """
        series = _finest(train.series, run)
        if series.axis is Axis.EPOCH and np.median(np.diff(series.steps)) >= 1:
            raise Unmeasurable("the training loss is logged once an epoch")
        for starts, known_from in epoch_starts(series, run):
            lengths = np.diff(starts)
            if len(lengths) >= MIN_PERIODS and np.median(lengths) >= MIN_PERIOD_POINTS:
                return cls(series, starts, known_from)
            if known_from and len(lengths) >= MIN_PERIODS and np.median(lengths) <= 1:
                raise Unmeasurable(f"no epoch has more than one logged point: {known_from}")
        raise Unmeasurable(f"no {MIN_PERIODS} epochs of {MIN_PERIOD_POINTS} logged points can be told apart")

    @property
    def is_known(self) -> bool:
        """Whether something beside the curve tells where epochs begin."""
        return bool(self.known_from)

    @cached_property
    def joined(self) -> Epochs | None:
        """The same, some epochs at a time, where a logged step straddles two and each is seen at other phases.

        None where every epoch has as many points, or no JOINED of them do, REPEATED times over.
        """
        lengths = np.diff(self.starts)
        for many in range(2, JOINED + 1) if np.ptp(lengths) else ():
            starts = self.starts[::many]
            if len(starts) > REPEATED and not np.ptp(np.diff(starts)):
                return replace(self, starts=starts, together=many)
        return None

    @property
    def count(self) -> int:
        """How many whole epochs there are."""
        return len(self.starts) - 1

    @cached_property
    def length(self) -> float:
        """Steps from the beginning of one epoch to that of the next."""
        return float(np.median(np.diff(self.starts)) * np.median(np.diff(self.series.steps)))

    @cached_property
    def in_logarithms(self) -> Epochs:
        """The same of the logarithms of a loss: there, a saw keeps its height while the loss falls by decades.

        What is zero, or below it, counts as the lowest that is not.
        """
        values = self.series.values
        lowest = float(values[values > 0].min()) if (values > 0).any() else 1.0
        return replace(self, series=replace(self.series, values=np.log(np.maximum(values, lowest))))

    def first_step(self, epoch: int) -> int:
        """Return the step of the first point of an epoch, counted from 0."""
        return int(self.series.steps[self.starts[epoch]])

    @cached_property
    def cycles(self) -> NDArray[np.float64]:
        """(e - 1, p) course of every epoch but the first in phases, around the line through the means of the epochs.

        A loss that only falls leaves next to nothing; what an epoch takes back at its end stays.
        """
        return self._folded(min(PHASES, self._shortest // 2))

    def _folded(self, phases: int) -> NDArray[np.float64]:
        means = np.array([float(np.mean(part)) for part in self._parts])
        middles = (self.starts[:-1] + self.starts[1:] - 1) / 2
        line = _line_through(np.arange(len(self.series)), middles, means)
        rows = [
            [float(np.median(piece)) for piece in np.array_split(self.series.values[a:b] - line[a:b], phases)]
            for a, b in zip(self.starts[1:-1], self.starts[2:], strict=True)
        ]
        return np.array(rows)

    @cached_property
    def _shortest(self) -> int:
        """Points of the shortest epoch after the first."""
        return int(np.diff(self.starts[1:]).min())

    @property
    def _parts(self) -> list[NDArray[np.float64]]:
        return [self.series.values[a:b] for a, b in zip(self.starts[:-1], self.starts[1:], strict=True)]

    @cached_property
    def profile(self) -> NDArray[np.float64]:
        """(p,) typical course within an epoch."""
        return np.asarray(np.median(self.cycles, axis=0))

    @cached_property
    def amplitude(self) -> float:
        """How far the typical epoch reaches from its lowest to its highest phase."""
        return float(np.ptp(self.profile))

    @cached_property
    def noise(self) -> float:
        """Standard error of one phase of the typical course, from how single epochs differ from it."""
        spread = MAD_TO_SIGMA * float(np.median(np.abs(self.cycles - self.profile)))
        floor = ROUNDING * float(np.median(np.abs(self.series.values)))
        return max(spread * MEDIAN_EFFICIENCY / math.sqrt(len(self.cycles)), floor)

    @cached_property
    def agreement(self) -> float:
        """Correlation between the course of every other epoch and that of the rest: 1 where each repeats the last."""
        odd, even = self.cycles[::2].mean(axis=0), self.cycles[1::2].mean(axis=0)
        return _correlation(odd, even)

    @cached_property
    def sharpest(self) -> float:
        """Largest step from one point of the typical epoch to the next, as a share of its height.

        Swings of an optimizer are smooth: pi over the points of an epoch, some times that with overtones. Data in order
        make steps, up to 1.
        """
        profile = np.median(self._folded(self._shortest), axis=0)
        height = float(np.ptp(profile))
        return float(np.abs(np.diff(profile, append=profile[0])).max()) / height if height > 0 else 0.0

    @cached_property
    def without_one(self) -> float:
        """Height of the typical epoch without the one point that stands out most, as a share of its height.

        A last batch that is smaller is such a point where the loss depends on the size of the batch, and one bad row in
        a fixed order is another.
        """
        profile = np.sort(np.median(self._folded(self._shortest), axis=0))
        height = float(np.ptp(profile))
        return min(float(np.ptp(profile[1:])), float(np.ptp(profile[:-1]))) / height if height > 0 else 0.0

    @cached_property
    def decline(self) -> float:
        """What the usual epoch gains: fall of its mean from the one before."""
        means = np.array([float(np.mean(part)) for part in self._parts[1:]])
        return float(np.median(-np.diff(means)))

    @cached_property
    def averaging(self) -> float:
        """How much the curve moves from point to point at the end of an epoch, as a share of its beginning.

        A mean that starts anew in each epoch moves ever less: its n-th value changes by 1 / n of what is new.
        """
        early, late = [], []
        for part in self._parts:
            moves = np.abs(np.diff(part))
            fifth = max(2, round(EDGE * len(moves)))
            early.append(float(np.median(moves[:fifth])))
            late.append(float(np.median(moves[-fifth:])))
        return float(np.median(late) / max(float(np.median(early)), np.finfo(float).tiny))

    @cached_property
    def below_zero(self) -> float:
        """Share of what a mean of the epoch so far must have taken in, to move as the curve does, that lies below zero.

        Where the loss itself goes below zero, nothing is known: 0.
        """
        if self.series.values.min() < 0:
            return 0.0
        taken_in = [np.diff(part * np.arange(1, len(part) + 1)) for part in self._parts]
        return float(np.median([np.mean(one < 0) for one in taken_in]))

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
        return 2 * self._sigma / math.sqrt(float(np.median(np.diff(self.starts))))

    @cached_property
    def _sigma(self) -> float:
        """Standard deviation of single points, from second differences."""
        return MAD_TO_SIGMA * float(np.median(np.abs(np.diff(self.series.values, 2)))) / math.sqrt(6)


def _finest(series: Series, run: Run) -> Series:
    """Return the training loss of the most values: DeepOBS logs one of every batch beside that of the epoch."""
    others = (one.finite for one in run.all(TrainLoss) if one.axis is Axis.STEP)
    return max((series, *others), key=len)


def _line_through(
    at: NDArray[np.intp], middles: NDArray[np.float64], means: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the line through the means of the epochs, going on beyond the middle of the last as it came."""
    inside = np.interp(at, middles, means)
    slope = (means[-1] - means[-2]) / (middles[-1] - middles[-2])
    return np.asarray(np.where(at > middles[-1], means[-1] + slope * (at - middles[-1]), inside))


def _ends_of_line(values: NDArray[np.float64], reach: float) -> tuple[float, float]:
    """Return both ends of the line of least squares; points farther from it than `reach` are drawn in first."""
    at = np.linspace(-0.5, 0.5, len(values))
    drawn = values
    for _ in range(2):
        middle, slope = float(drawn.mean()), float(np.dot(at, drawn) / np.dot(at, at))
        line = middle + slope * at
        drawn = line + np.clip(values - line, -reach, reach) if reach > 0 else values
    return middle - slope / 2, middle + slope / 2


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt(np.dot(a, a) * np.dot(b, b)))
    return float(np.dot(a, b)) / size if size > 0 else 0.0
