"""The typical course of the training loss within an epoch: all epochs laid over each other (epoch folding).

As for variable stars: Stellingwerf (1978), Period determination using phase dispersion minimization.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss
from logdoctor.signals.data.epoch_starts import Cut, epoch_starts
from logdoctor.signals.data.epochs import EDGE, Epochs, finest
from logdoctor.signals.data.period import MIN_PERIOD_POINTS, MIN_PERIODS
from logdoctor.signals.statistics.correlation import correlation
from logdoctor.signals.statistics.median import column_medians, group_medians, median
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA, ROUNDING
from logdoctor.signals.statistics.trend import MEDIAN_EFFICIENCY, Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

PHASES = 20
"""Parts of an epoch that its course is made of, where there are as many."""

PHASE_POINTS = 4
"""Points that each of them holds."""

BATCHES = 40
"""Batches of an epoch up to which each is a part of its own: batches in order may be as different as their classes."""

MIN_AN_EPOCH = 3
"""Points of an epoch below which what happens within it is not told from what happens over many."""

SEEN = 3
"""Epochs that each part must be seen in, or all of them: a median of fewer is no median."""

TWICE = 2
"""Epochs that each part must be seen in where it is a single batch: what differs from epoch to epoch is then noise
alone, outliers aside."""

FAR_OUT = 10.0
"""Noise of a point beyond which one is drawn in where no median does."""

FEW_FACTORS = (1.0, 1.0, 1.196, 1.495, 1.363, 1.206, 1.2, 1.14, 1.129, 1.107)
"""How many times too small the median absolute deviation of so many values is; of more, n / (n - 0.8).

Croux and Rousseeuw (1992), Time-efficient algorithms for two highly robust estimators of scale."""

ROUNDS = 5
"""Rounds in which the course and the slow change are estimated by turns, each from what the other leaves: each round
shrinks the error to a third or less."""

CHANCE = 2.6
"""Correlation of noise in units of the root of how many parts it has, that it exceeds once in two hundred times."""

SAME = 0.9
"""The highest correlation that is asked for: epochs that agree so far are the same."""

FEW = 8
"""Rounds below which they need not be epochs where only the curve tells them: what is done a few times by plan, as a
reset of parameters, comes round three to five times in sound runs, data in order nine times and more (measured)."""

NUDGE = 1e-6
"""Share of a part by which points are moved, so that rounding always puts a point on an edge into the same part."""


@dataclass(frozen=True, eq=False)
class EpochCourse:
    """The typical course of the training loss within an epoch, and how sure it is.

    A log that is coarser, or has lost points, sees other parts of each epoch, and all of them in some epochs: so few
    points an epoch do, as long as there are many epochs.
    """

    epochs: Epochs
    phases: int
    """Parts that each epoch is divided in."""

    @classmethod
    def measure(cls, train: Trend[TrainLoss], run: Run) -> EpochCourse:
        """Cut the loss into epochs by whatever tells them; raises Unmeasurable where too little of each was logged."""
        series = finest(train.series, run)
        for cut in epoch_starts(series, run):
            lengths = np.diff(cut.starts)
            if len(lengths) < MIN_PERIODS:
                continue
            if median(lengths) >= MIN_AN_EPOCH:
                if (divided := cls(Epochs(series, cut), PHASES)._divided()) is not None:
                    return divided._or_shorter(cut.parts)
                if cut.known_from:
                    break  # the same few phases in several epochs are no more
            elif cut.known_from and median(lengths) <= 1:
                raise Unmeasurable(f"no epoch has more than one logged point: {cut.known_from}")
        raise Unmeasurable(f"no {MIN_PERIODS} epochs of enough logged points can be told apart")

    def _or_shorter(self, parts: Sequence[Cut]) -> EpochCourse:
        """Return the course of shorter epochs where they are all the same, and these are not alike.

        Where many points of each were logged, the curve alone has told after how many it repeats itself.
        """
        if self._usual > BATCHES or self.agreement >= self.by_chance:
            return self
        series = self.epochs.series
        enough = (one for one in parts if median(np.diff(one.starts)) >= MIN_AN_EPOCH)
        shorter = (EpochCourse(Epochs(series, one), PHASES)._divided() for one in enough)
        return next((one for one in shorter if one is not None and one.agreement >= SAME), self)

    @cached_property
    def in_logarithms(self) -> EpochCourse:
        """The same of the logarithms of a loss: there, a saw keeps its height while the loss falls by decades.

        What is zero, or below it, counts as the lowest that is not.
        """
        series = self.epochs.series
        lowest = float(series.values[series.values > 0].min()) if (series.values > 0).any() else 1.0
        logs = replace(series, values=np.log(np.maximum(series.values, lowest)))
        return replace(self, epochs=replace(self.epochs, series=logs))

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """(e + 1,) step between the last logged point of each epoch and the first of the next.

        Epochs of one length are laid on a line: where an epoch ends lies anywhere between two points, where all do is
        known much better.
        """
        steps, starts = self.epochs.series.steps.astype(float), self.epochs.starts
        pace = median(np.diff(steps))
        padded = np.concatenate([[steps[0] - pace], steps, [steps[-1] + pace]])
        between = (padded[starts] + padded[starts + 1]) / 2
        at = np.arange(len(between), dtype=float)
        fitted = float(np.polyfit(at, between, 1)[0])
        for length in (self.epochs.cut.length or round(fitted), fitted):
            line = at * length + np.mean(between - at * length)
            if np.abs(line - between).max() <= pace:
                return np.asarray(line)
        return np.asarray(between)

    @property
    def length(self) -> float:
        """Steps of the usual epoch."""
        return median(np.diff(self.bounds))

    @property
    def is_of_few(self) -> bool:
        """Whether only the curve tells the epochs, and so few that they may be rounds of something else."""
        return not self.epochs.is_known and self.epochs.count < FEW

    @property
    def level(self) -> float:
        """Median of all epochs but the first."""
        return median(self.epochs.series.values[self.epochs.starts[1] :])

    @cached_property
    def _values(self) -> NDArray[np.float64]:
        """(n,) values of the whole epochs."""
        return self.epochs.series.values[self.epochs.starts[0] : self.epochs.starts[-1]]

    @cached_property
    def _at(self) -> NDArray[np.float64]:
        """(n,) where they lie, in epochs."""
        steps = self.epochs.series.steps[self.epochs.starts[0] : self.epochs.starts[-1]]
        inside = np.interp(steps, self.bounds, np.arange(len(self.bounds)))
        return np.minimum(inside, np.nextafter(len(self.bounds) - 1, 0))

    @cached_property
    def _usual(self) -> float:
        """Points of the usual epoch."""
        return median(np.diff(self.epochs.starts))

    @cached_property
    def _together(self) -> int:
        """Epochs that share one mean, so that it is one of as many points as make a shape."""
        return max(1, math.ceil(MIN_PERIOD_POINTS / self._usual))

    def _divided(self) -> EpochCourse | None:
        """Return this with its epochs divided into parts: batches where there are few, else as many as are seen."""
        batches = len(np.unique(np.round(self._at % 1 * self.length)))
        if batches <= BATCHES and self.most_phases(batches) == batches:
            return replace(self, phases=batches)
        if batches <= BATCHES and self.most_phases(batches, TWICE) == batches:
            drawn_in = replace(self.epochs, series=_without_outliers(self.epochs.series))
            return replace(self, phases=batches, epochs=drawn_in)
        phases = self.most_phases(min(PHASES, len(self._values) // PHASE_POINTS))
        return replace(self, phases=phases) if phases else None

    def most_phases(self, most: int, times: int = SEEN) -> int:
        """Return into how many parts, at most, epochs can be divided so that each part is seen so often; else 0."""
        epoch, rest = np.divmod(self._at, 1)
        late, rows = epoch >= self._together, len(self.bounds) - 1 - self._together
        if len(self.bounds) - 1 < MIN_PERIODS * self._together:
            return 0
        phases = most
        while phases >= MIN_PERIOD_POINTS:
            part = (rest[late] * phases + NUDGE).astype(int) % phases
            cells = np.bincount(epoch[late].astype(int) * phases + part, minlength=(rows + self._together) * phases)
            if (cells.reshape(-1, phases) > 0).sum(axis=0).min() >= min(times, rows):
                return phases
            phases = phases - 1 if phases <= BATCHES else max(phases // 2, BATCHES)
        return 0

    def _folded(self, phases: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (e, p) the middle of each part of each epoch without the slow change, NaN where none was logged.

        And (m,) the means whose change is the slow one, of some epochs each. The first epoch falls: it is left out of
        the course.
        """
        epoch = np.floor(self._at)
        part = ((self._at - epoch) * phases + NUDGE).astype(int) % phases
        rows = len(self.bounds) - 1
        cell = epoch.astype(int) * phases + part
        group = np.minimum(epoch // self._together, max(rows // self._together - 1, 0)).astype(int)
        size = np.bincount(group)
        middles = np.bincount(group, self._at) / size
        course = np.zeros(phases)
        for _ in range(ROUNDS if self._usual < 2 * PHASES else 1):  # else each epoch shows all of its course
            means = np.bincount(group, self._values - course[part]) / size
            left = self._values - _line_through(self._at, middles, means)
            cells = group_medians(left, cell, rows * phases).reshape(rows, phases)[self._together :]
            course = column_medians(cells)
        return cells, means

    @cached_property
    def _measured(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self._folded(self.phases)

    @property
    def cells(self) -> NDArray[np.float64]:
        """(e, p) course of every epoch but the first around the slow change of the loss, NaN where none was logged.

        A loss that only falls leaves next to nothing; what an epoch takes back at its end stays.
        """
        return self._measured[0]

    @cached_property
    def changes(self) -> NDArray[np.float64]:
        """(m,) what each epoch loses, each time from the mean of some to that of the next."""
        return np.diff(self._measured[1]) / self._together

    @cached_property
    def profile(self) -> NDArray[np.float64]:
        """(p,) typical course within an epoch."""
        return column_medians(self.cells)

    @cached_property
    def amplitude(self) -> float:
        """How far the typical epoch reaches from its lowest to its highest part."""
        return float(np.ptp(self.profile))

    @cached_property
    def noise(self) -> float:
        """Standard error of one part of the typical course, from how single epochs differ from it."""
        spread = MAD_TO_SIGMA * float(np.nanmedian(np.abs(self.cells - self.profile)))
        seen = int(np.median((~np.isnan(self.cells)).sum(axis=0)))
        spread *= FEW_FACTORS[seen] if seen < len(FEW_FACTORS) else seen / (seen - 0.8)
        floor = ROUNDING * median(np.abs(self.epochs.series.values))
        return max(spread * MEDIAN_EFFICIENCY / math.sqrt(seen), floor)

    @cached_property
    def agreement(self) -> float:
        """Correlation between every other time that a part was seen and the rest: 1 where each repeats the last."""
        seen = ~np.isnan(self.cells)
        odd = np.cumsum(seen, axis=0) % 2 == 1
        halves = [np.nanmean(np.where(seen & one, self.cells, np.nan), axis=0) for one in (odd, ~odd)]
        return correlation(*halves)

    @property
    def by_chance(self) -> float:
        """What that correlation reaches seldom where no epoch repeats another: the fewer parts, the more.

        Parts that were seen but twice have to be the same: their noise is known no better.
        """
        seen = (~np.isnan(self.cells)).sum(axis=0).min()
        return min(CHANCE / math.sqrt(self.phases - 1), SAME) if seen >= min(SEEN, len(self.cells)) else SAME

    @cached_property
    def _in_detail(self) -> NDArray[np.float64]:
        """The typical course in as many parts as an epoch has points, or more."""
        shortest = int(np.diff(self.epochs.starts[1:]).min())
        cells, _ = self._folded(max(self.most_phases(max(shortest, self.phases)), self.phases))
        return column_medians(cells)

    @cached_property
    def sharpest(self) -> float:
        """Largest step from one point of the typical epoch to the next, as a share of its height.

        Swings of an optimizer are smooth: pi over the points of an epoch, some times that with overtones. Data in order
        make steps, up to 1.
        """
        profile = self._in_detail
        height = float(np.ptp(profile))
        return float(np.abs(np.diff(profile, append=profile[0])).max()) / height if height > 0 else 0.0

    @cached_property
    def without_one(self) -> float:
        """Height of the typical epoch without the one point that stands out most, as a share of its height.

        A last batch that is smaller is such a point where the loss depends on the size of the batch, and one bad row in
        a fixed order is another.
        """
        profile = np.sort(self._in_detail)
        height = float(np.ptp(profile))
        return min(float(np.ptp(profile[1:])), float(np.ptp(profile[:-1]))) / height if height > 0 else 0.0

    @cached_property
    def averaging(self) -> float:
        """How much the curve moves late in an epoch, as a share of early on: the typical course's where points are few.

        See `Epochs.averaging`.
        """
        if self._usual >= MIN_PERIOD_POINTS:
            return self.epochs.averaging
        moves = np.abs(np.diff(self.profile))
        fifth = max(2, round(EDGE * len(moves)))
        return float(median(moves[-fifth:]) / max(median(moves[:fifth]), np.finfo(float).tiny))

    @cached_property
    def decline(self) -> float:
        """What the usual epoch gains: fall of its mean from the one before."""
        return median(-self.changes[1:])


def _without_outliers(series: Series) -> Series:
    """Return a loss whose values lie no further from its level than noise does, by far."""
    trend: Trend[TrainLoss] = Trend.measure(series)
    level, reach = np.interp(series.steps, trend.steps, trend.level), FAR_OUT * trend.noise
    return replace(series, values=np.clip(series.values, level - reach, level + reach))


def _line_through(
    at: NDArray[np.float64], middles: NDArray[np.float64], means: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the line through the means of the epochs, going on beyond the middle of the last as it came."""
    inside = np.interp(at, middles, means)
    slope = (means[-1] - means[-2]) / (middles[-1] - middles[-2])
    return np.asarray(np.where(at > middles[-1], means[-1] + slope * (at - middles[-1]), inside))
