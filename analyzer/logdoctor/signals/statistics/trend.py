"""Level and noise of a series: what a person sees when squinting at a curve."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from logdoctor.run import Axis, Role, Series
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.noise import noise_of, robust_sigma
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
"""Values from which on it is no chance that a half of them lies above the first."""

SOME = 10
"""Values from which on the same is no chance where the distance is far wider than what the half itself varies by."""

FEW_SHOWN = 100
"""Points up to which a reader looks at each: a log that prints them is a page or two."""

MIN_POINTS = 2
"""Values below which there is no curve at all; rules ask for more where they need more."""

LUCKY_SIGMAS = 3.0
"""Noise of the level by which the lowest of some hundred blocks lies below it."""

BAND_SIGMAS = 4.0
"""Noise of the level that a band must hold: of two hundred blocks, none leaves four sigma by chance."""


@dataclass(frozen=True)
class Trend(Generic[R]):
    """A series as a level with noise around it. Values are finite, steps rise strictly.

    The level is the median of blocks of points, so that neither batch noise nor a few outliers move it. A series of
    fewer than MAX_BLOCKS * MIN_BLOCK points is smoothed by a running median of five instead, or not at all when it is
    shorter than a person would smooth.
    """

    series: Series
    """The finite points of the run's curve."""
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
        """Measure a series; raises Unmeasurable where it has fewer than MIN_POINTS finite values, or is summed up."""
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
        """Steps from one logged value to the next, the usual number."""
        return median(np.diff(self.series.steps))

    @cached_property
    def crosses_zero(self) -> bool:
        """Whether values of both signs come: then no level of it is a unit that others can be told in."""
        return bool(self.series.values.min() < 0 < self.series.values.max())

    @cached_property
    def first(self) -> float:
        """The first value, before anything was learnt."""
        return float(self.series.values[0])

    @cached_property
    def begins_untrained(self) -> bool:
        """Whether the first value comes of the first batch: no update has been made that could show in it."""
        return self.series.axis is Axis.STEP and self.series.first_step <= 1

    @cached_property
    def start(self) -> float:
        """Where the run began: the larger of the first value and the first block, for losses fall within a block."""
        return max(self.first, float(self.level[0]))

    @cached_property
    def initial(self) -> float:
        """What a run that explodes at once began with: the smaller of the first value and the first block."""
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
        """What a reader sees as the end: of epochs and of few points the last value, of many the level of the end."""
        few = self.series.axis is Axis.EPOCH or len(self) <= FEW_SHOWN
        return float(self.series.values[-1]) if few else self.end

    @cached_property
    def lowest_shown(self) -> float:
        """What a reader sees as the lowest: of few points the lowest value, of many the lowest level."""
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
        """The lowest level, or the lowest that two neighbouring epochs share: averages of an epoch are levels too."""
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
        """Step and value of what a reader sees as the best: the lowest value of those that make the lowest level.

        Where points are grouped, the level itself: the lowest of a block is luck.
        """
        if self.block > 1:
            return self.best_step, self.best
        first = max(self.best_at - SMOOTHED // 2, 0) if len(self) >= 2 * SMOOTHED else self.best_at
        last = self.best_at + SMOOTHED // 2 if len(self) >= 2 * SMOOTHED else self.best_at
        at = first + int(np.argmin(self.series.values[first : last + 1]))
        return int(self.series.steps[at]), float(self.series.values[at])

    @cached_property
    def fall(self) -> float:
        """How far the level fell from the start to its lowest: what the run achieved."""
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
        """Return the standard error of the median of so many points, or of the difference of two such medians."""
        return float(MEDIAN_EFFICIENCY * self.noise * np.sqrt(sum(1 / max(n, 1.0) for n in points)))

    @cached_property
    def error_of_third(self) -> float:
        """Standard error of the median of a third of the points."""
        return self.error_of(len(self) / 3)

    @cached_property
    def error_between_thirds(self) -> float:
        """Standard error of the difference of the medians of two thirds of the points."""
        return self.error_of(len(self) / 3, len(self) / 3)

    @cached_property
    def sure_fall(self) -> float:
        """Fall from the first to the last third in units of its standard error: how sure it is that the loss falls."""
        error = self.error_between_thirds
        return (self.thirds[0] - self.thirds[2]) / error if error > 0 else 0.0

    @cached_property
    def sure_rise(self) -> float:
        """Rise from the lowest tenth of the run to its last fifth in units of its standard error; 0 for few points."""
        tenths = np.array_split(self.series.values, 10)
        if len(self) < 2 * len(tenths):
            return 0.0
        rise = median(np.concatenate(tenths[-2:])) - min(map(median, tenths))
        error = self.error_of(len(self) / 10, len(self) / 5)
        return float(rise / error) if error > 0 else 0.0

    @cached_property
    def keeps_above(self) -> float:
        """How far the lowest value of the later half lies above the highest of the first three; 0 for few points.

        Of MANY values without a trend, once in some three hundred runs all of the later half lie above. Of fewer, the
        first two count, and the distance must be wider than all of the later half is: of SOME, once in four hundred.
        """
        values = self.series.values
        late = values[len(values) // 2 :]
        if len(values) >= MANY:
            return float(late.min() - values[:3].max())
        above = float(late.min() - values[:2].max())
        return above if len(values) >= SOME and above > float(np.ptp(late)) else 0.0

    def beyond_noise(self, rise: float, sigmas: float, share: float) -> float:
        """Return how far a rise to the end goes beyond what noise makes, from 1 on.

        In units of so much noise of the level, or all of the later half keeps above the first values by a share of the
        end.
        """
        kept = self.keeps_above / max(share * abs(self.end), 1e-300)
        return max(rise / max(sigmas * self.level_noise, 1e-300), kept)

    @cached_property
    def lost(self) -> float:
        """How far the end lies above the lowest level; 0 within what the lowest of many blocks is low by luck."""
        lost = self.end - self.best
        return lost if lost > LUCKY_SIGMAS * self.level_noise else 0.0

    @cached_property
    def ends_lowest(self) -> bool:
        """Whether it has fallen, and ends near its lowest."""
        return self.fall > 0 and self.end - self.best <= 0.1 * self.fall

    def ends_above(self, other: Trend[Any]) -> bool:
        """Whether it ends above another by more than the noise of both ends explains."""
        errors = [one.noise * min(1.0, MEDIAN_EFFICIENCY / (END_SHARE * len(one)) ** 0.5) for one in (self, other)]
        return self.end - other.end > BAND_SIGMAS * float(np.hypot(*errors))

    def at(self, share: float) -> float:
        """Return the level at a share of the run, from 0 to 1."""
        return float(np.interp(share * (len(self.level) - 1), np.arange(len(self.level)), self.level))

    def settled(self, target: float, band: float) -> int:
        """Return the block from which the level stays within a band of a target to the end of the run.

        The noise of the level widens the band. The number of blocks when even the last one lies outside.
        """
        away = np.flatnonzero(np.abs(self.level - target) > band + BAND_SIGMAS * self.level_noise)
        return int(away[-1]) + 1 if len(away) else 0

    def since(self, step: int) -> NDArray[np.float64]:
        """Return the level from a step on."""
        return self.level[self.steps >= step]


def trend_or_none(series: Series | None) -> Trend[Any] | None:
    """Return the trend of a series, None where there is no series, or none that can be measured."""
    try:
        return None if series is None else Trend.measure(series)
    except Unmeasurable:
        return None
