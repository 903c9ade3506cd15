"""Level and noise of a series: what a person sees when squinting at a curve."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from logdoctor.run import Axis, Role, Series
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.noise import TWISTED, noise_of, robust_sigma
from logdoctor.signals.statistics.running_sums import is_summed_anew
from logdoctor.signals.statistics.smoothing import SMOOTHED, block_medians, block_middles, block_size, running_median
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

R = TypeVar("R", bound=Role)

END_SHARE = 0.1
"""Share of the run that counts as its end: the usual averaging window at the end of training."""

MEDIAN_EFFICIENCY = 1.2533
"""The standard error of a median is this many times that of a mean (sqrt(pi / 2), normal noise)."""

MANY = 20
"""Values from which it is no coincidence that all of the later half lie above the first ones."""

SOME = 10
"""Values from which the same is no coincidence if the distance exceeds the range of the later half."""

FEW_SHOWN = 100
"""Points up to which a reader looks at each one: a page or two of printed log."""

MIN_POINTS = 2
"""Finite values below which there is no curve; rules that need more ask for more."""

THIRDS_TELL = 6
"""Points from which the thirds of a curve tell where it goes: two in each."""

LUCKY_SIGMAS = 3.0
"""Standard errors by which the lowest of about a hundred blocks lies below the true level by chance."""

BAND_SIGMAS = 4.0
"""Standard errors of the level that a band must allow for: of two hundred blocks, none leaves four by chance."""


@dataclass(frozen=True)
class Trend(Generic[R]):
    """A series as a level with noise around it. Values are finite, steps strictly increasing.

    The level is the median of blocks of points, so neither batch noise nor a few outliers move it. A series of fewer
    than MAX_BLOCKS * MIN_BLOCK points has one point per block: its level is a running median of five values, or the
    values themselves where there are fewer than ten.
    """

    series: Series
    """The finite points of the curve, shape (n,)."""
    steps: NDArray[np.int64] = field(repr=False)
    """(b,) step in the middle of each block."""
    level: NDArray[np.float64] = field(repr=False)
    """(b,) median of each block."""
    noise: float
    """Standard deviation of single points around the level, from the median absolute deviation."""
    block: int
    """Points in a block."""

    @classmethod
    def measure(cls, series: Series) -> Trend[R]:
        """Measure a series; raises Unmeasurable for fewer than MIN_POINTS finite values, or for a cumulative sum."""
        return series.finite.once(cls._of)

    @classmethod
    def _of(cls, finite: Series) -> Trend[R]:
        values, steps = finite.values, finite.steps
        if len(values) < MIN_POINTS:
            raise Unmeasurable(f"{finite.name} has {len(values)} finite values, fewer than {MIN_POINTS}")
        if is_summed_anew(values):
            raise Unmeasurable(f"{finite.name} is a sum since each epoch began: its level tells nothing")
        block = block_size(len(values))
        level, at = block_medians(values, block), block_middles(steps, block)
        if block == 1:
            level = running_median(values, SMOOTHED) if len(values) >= 2 * SMOOTHED else values
            return cls(finite, at, level, noise_of(values), block)
        return cls(finite, at, level, robust_sigma(values - np.interp(steps, at, level), values), block)

    def __len__(self) -> int:
        return len(self.series)

    @cached_property
    def pace(self) -> float:
        """The median number of steps from one logged value to the next."""
        return median(np.diff(self.series.steps))

    @cached_property
    def crosses_zero(self) -> bool:
        """Whether there are values of both signs: then no ratio of levels means anything."""
        return bool(self.series.values.min() < 0 < self.series.values.max())

    @cached_property
    def first(self) -> float:
        """The first value: the closest that the log comes to the untrained network."""
        return float(self.series.values[0])

    @cached_property
    def begins_untrained(self) -> bool:
        """Whether the first value is that of the first batch, before any update."""
        return self.series.axis is Axis.STEP and self.series.first_step <= 1

    @cached_property
    def start(self) -> float:
        """Where the run began: the larger of the first value and the first block, since losses fall within a block."""
        return max(self.first, float(self.level[0]))

    @cached_property
    def initial(self) -> float:
        """Where a run began that explodes at once: the smaller of the first value and the first block."""
        return min(self.first, float(self.level[0]))

    @cached_property
    def tail(self) -> NDArray[np.float64]:
        """The level over the end of the run: its last tenth, at least one block."""
        return self.level[-max(1, round(END_SHARE * len(self.level))) :]

    @cached_property
    def end(self) -> float:
        """The level at the end of the run."""
        return median(self.tail)

    @cached_property
    def last_shown(self) -> float:
        """What a reader takes for the end: the last value of epochs or few points, otherwise the level at the end.

        Among losses of batches that differ by as much as they are high, the last one is luck.
        """
        few = self.series.axis is Axis.EPOCH or (len(self) <= FEW_SHOWN and self.noise < abs(self.end))
        return float(self.series.values[-1]) if few else self.end

    @cached_property
    def lowest_shown(self) -> float:
        """What a reader takes for the minimum: the lowest value of few points, otherwise the lowest level."""
        return self.best if self.block > 1 else float(self.series.values.min())

    @cached_property
    def best_at(self) -> int:
        """Index of the lowest level."""
        return int(np.argmin(self.level))

    @cached_property
    def best(self) -> float:
        """The lowest level."""
        return float(self.level[self.best_at])

    @cached_property
    def reached(self) -> float:
        """The lowest level, or the lowest that two neighbouring epochs reach: epoch means are levels, too."""
        if self.block > 1 or self.series.axis is not Axis.EPOCH:
            return self.best
        values = self.series.values
        return min(self.best, float(np.maximum(values[:-1], values[1:]).min()))

    @cached_property
    def best_step(self) -> int:
        """The step of the lowest level."""
        return int(self.steps[self.best_at])

    @cached_property
    def best_point(self) -> tuple[int, float]:
        """Step and value that a reader takes for the best: the lowest value among those behind the lowest level.

        Where points are grouped into blocks, the level itself: the lowest point of a block is luck.
        """
        if self.block > 1:
            return self.best_step, self.best
        first = max(self.best_at - SMOOTHED // 2, 0) if len(self) >= 2 * SMOOTHED else self.best_at
        last = self.best_at + SMOOTHED // 2 if len(self) >= 2 * SMOOTHED else self.best_at
        at = first + int(np.argmin(self.series.values[first : last + 1]))
        return int(self.series.steps[at]), float(self.series.values[at])

    @cached_property
    def fall(self) -> float:
        """How far the level fell from the start to its minimum: what the run achieved."""
        return self.start - self.best

    @cached_property
    def level_noise(self) -> float:
        """Standard error of one block of the level."""
        points = self.block if self.block > 1 else (SMOOTHED if len(self) >= 2 * SMOOTHED else 1)
        return self.noise * (MEDIAN_EFFICIENCY / np.sqrt(points) if points > 1 else 1.0)

    @cached_property
    def thirds(self) -> tuple[float, float, float]:
        """Medians of the beginning, the middle and the end of the run, a third of its points each."""
        values, third = self.series.values, max(1, len(self) // 3)
        parts = values[:third], values[third : len(values) - third], values[-third:]
        return tuple(median(part if len(part) else values) for part in parts)  # type: ignore[return-value]

    def error_of(self, *points: float) -> float:
        """Return the standard error of a median over so many points; for two counts, that of the difference."""
        return float(MEDIAN_EFFICIENCY * self.noise * np.sqrt(sum(1 / max(n, 1.0) for n in points)))

    @cached_property
    def error_of_third(self) -> float:
        """Standard error of the median of a third of the points."""
        return self.error_of(len(self) / 3)

    @cached_property
    def error_between_thirds(self) -> float:
        """Standard error of the difference of the medians of the first and the last third of the points.

        Batch noise shrinks as the rate falls, and grows as batches are told apart: each third has its own, but no less
        than that of all, for the noise of fewer points is known less well.
        """
        values, third = self.series.values, len(self) // 3
        parts = (values[:third], values[-third:]) if third >= TWISTED else ()
        first, last = (max(self.noise, noise_of(part)) for part in parts) if parts else (self.noise, self.noise)
        return MEDIAN_EFFICIENCY * float(np.hypot(first, last) / np.sqrt(max(len(self) / 3, 1.0)))

    @cached_property
    def sure_fall(self) -> float:
        """Fall from the first to the last third in standard errors: the z-score of the fall."""
        error = self.error_between_thirds
        return (self.thirds[0] - self.thirds[2]) / error if error > 0 else 0.0

    @cached_property
    def sure_rise(self) -> float:
        """Rise from the lowest tenth of the run to its last fifth in standard errors; 0 for fewer than 20 points."""
        tenths = np.array_split(self.series.values, 10)
        if len(self) < 2 * len(tenths):
            return 0.0
        rise = median(np.concatenate(tenths[-2:])) - min(map(median, tenths))
        error = self.error_of(len(self) / 10, len(self) / 5)
        return float(rise / error) if error > 0 else 0.0

    @cached_property
    def keeps_above(self) -> float:
        """How far the lowest value of the later half lies above the highest of the first three; 0 for few points.

        Without a trend, all of the later half of MANY values lie above the first three in about one run in 300. Of
        fewer, only the first two count, and the distance must exceed the range of the later half: one in 400 for SOME.
        """
        values = self.series.values
        late = values[len(values) // 2 :]
        if len(values) >= MANY:
            return float(late.min() - values[:3].max())
        above = float(late.min() - values[:2].max())
        return above if len(values) >= SOME and above > float(np.ptp(late)) else 0.0

    def beyond_noise(self, rise: float, sigmas: float, share: float) -> float:
        """Return the margin (1 and above counts) by which a rise to the end exceeds noise.

        Either the rise exceeds so many standard errors of the level, or all of the later half stays above the first
        values by this share of the end.
        """
        kept = self.keeps_above / max(share * abs(self.end), 1e-300)
        return max(rise / max(sigmas * self.level_noise, 1e-300), kept)

    @cached_property
    def lost(self) -> float:
        """How far the end lies above the lowest level; 0 where the lowest of many blocks may be that low by luck."""
        lost = self.end - self.best
        return lost if lost > LUCKY_SIGMAS * self.level_noise else 0.0

    @cached_property
    def ends_lowest(self) -> bool:
        """Whether it has fallen, and ends within a tenth of the fall of its minimum."""
        return self.fall > 0 and self.end - self.best <= 0.1 * self.fall

    def ends_above(self, other: Trend[Any]) -> bool:
        """Whether it ends above another by more than BAND_SIGMAS of the noise of both ends."""
        errors = [one.noise * min(1.0, MEDIAN_EFFICIENCY / (END_SHARE * len(one)) ** 0.5) for one in (self, other)]
        return self.end - other.end > BAND_SIGMAS * float(np.hypot(*errors))

    def at(self, share: float) -> float:
        """Return the level after a share of the run, from 0 to 1."""
        return float(np.interp(share * (len(self.level) - 1), np.arange(len(self.level)), self.level))

    def settled(self, target: float, band: float) -> int:
        """Return the index of the block from which the level stays within `target` +- `band` to the end of the run.

        The noise of the level widens the band. Returns the number of blocks where even the last one lies outside.
        """
        return after_last(np.abs(self.level - target) > band + BAND_SIGMAS * self.level_noise)

    def since(self, step: int) -> NDArray[np.float64]:
        """Return the level from a step on, shape (k,)."""
        return self.level[self.steps >= step]


def trend_or_none(series: Series | None) -> Trend[Any] | None:
    """Return the trend of a series, or None where there is no series or it cannot be measured."""
    try:
        return None if series is None else Trend.measure(series)
    except Unmeasurable:
        return None
