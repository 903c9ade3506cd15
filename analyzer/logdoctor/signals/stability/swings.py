"""Swings of a loss around its level: how large, how often, and whether they are more than noise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from logdoctor.run import Axis, Role
from logdoctor.signals.stability.spikes import are_alike
from logdoctor.signals.statistics.correlation import REACH, correlation, inner, smoothness
from logdoctor.signals.statistics.median import median, quantile
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

R = TypeVar("R", bound=Role)

MIN_SWING_POINTS = 12
"""Points below which swings cannot be told from a few odd values."""

NORMAL_SPREAD = 2.563
"""Distance between the 10th and the 90th percentile of a normal distribution of unit width."""

NOISE_FACTOR = 3.0
"""Amplitude of block medians, in units of what the noise within the blocks explains, from which they swing; two tasks
that take turns at random reach 2."""

RARE = 3
"""Values at the beginning that tell what a batch of an untrained model costs: the first alone may be an easy one."""

BAND = 3.0
"""Standard errors that chance exceeds once in seven hundred times."""

ABOVE = 1.15
"""Level in units of the start from which a loss has been thrown above it; seeds and batch noise reach a tenth."""

THROWN = 8.0
"""Height in units of the first values that no batch reaches while the model only guesses."""

NOT_RARE = 0.02
"""Share of values above that height from which they are no single event."""

AGAIN = 0.5
"""Lowest level of the first half as a share of that of the second, below which a gain was lost for good."""

TO_AND_FRO = -0.5
"""Lag-1 autocorrelation around the level, down from which a curve goes to and fro from point to point: full gradients
at too high a rate give up to -1, noise 0, and the batches of an epoch -1 over their number."""

PARTS = range(3, 8)
"""How many tasks or data sets may take turns; two in turn look like the zigzag of too high a rate."""

ROUNDS = 8
"""Turns of each task in the later half from which it is not chance that they keep their order."""

OF_PARTS = 0.6
"""Share of the variance that must lie between the tasks: they differ by more than each does from round to round."""

ONE_WAVE = 0.8
"""Share of the power of a round in one frequency, from which it is a wave and no tasks that take turns."""

LONG_ENOUGH = 60
"""Values from which each third, of twenty, shows whether it has a memory of its own."""

LATE_SHARE = 0.5
"""Only the later half is judged: swings that die out early were the optimizer settling."""


@dataclass(frozen=True)
class Swings(Generic[R]):
    """The later half of a curve around its straight trend.

    Curves of a thousand points and more are seen as the medians of their blocks, so that batch noise does not count;
    but not those that go to and fro from point to point, which such a median hides.
    """

    trend: Trend[R]
    first_step: int
    """Where the later half begins."""
    deviation: NDArray[np.float64]
    """(k,) values of the later half minus the line through it."""

    @classmethod
    def measure(cls, series: object) -> Swings[R]:
        """Measure the swings of a series; raises Unmeasurable when it is too short."""
        trend: Trend[R] = Trend.measure(series)  # type: ignore[arg-type]
        in_blocks = trend.block > 1 and not _goes_to_and_fro(trend)
        values = trend.level if in_blocks else trend.series.values
        steps = trend.steps if in_blocks else trend.series.steps
        if len(values) < MIN_SWING_POINTS:
            raise Unmeasurable(f"{trend.series.name} has {len(values)} values, fewer than {MIN_SWING_POINTS}")
        late = int(len(values) * LATE_SHARE)
        return cls(trend, int(steps[late]), detrended(values[late:]))

    @cached_property
    def amplitude(self) -> float:
        """Distance between the 10th and the 90th percentile of the deviation."""
        return _width(self.deviation)

    @property
    def _last(self) -> NDArray[np.float64]:
        """The last third of the deviation."""
        return self.deviation[-max(3, len(self.deviation) // 3) :]

    @cached_property
    def lasting(self) -> float:
        """Amplitude of the last third as a share of the whole: swings that die out fall below 1."""
        return _width(self._last) / self.amplitude if self.amplitude > 0 else 0.0

    @cached_property
    def lasting_smoothly(self) -> float:
        """The same, times how smooth the last third is: batch noise alone lasts, too."""
        return self.lasting * smoothness(self._last)

    @cached_property
    def reversals(self) -> int:
        """How often the curve turns after having moved by at least half the amplitude."""
        return len(turning_points(self.deviation, self.amplitude / 2))

    @cached_property
    def memory(self) -> float:
        """Correlation of deviations one to REACH points apart, the strongest of them.

        0 for noise, near 1 for slow swings, near -1 for a zigzag or a wave of a few points: one of four points has none
        between neighbours, and turns over two points apart.
        """
        return _memory(self.deviation)

    def has_memory(self, least: float, z: float) -> bool:
        """Whether the memory is so large, beyond the noise of so few points, and not that of a single step.

        A step to another level gives the whole curve a memory, but only one of its thirds. Where the loss jumps back
        above its start, it counts all the same: all that was learnt is lost.
        """
        if abs(self.memory) < max(least, z / np.sqrt(len(self.deviation))):
            return False
        if self._late_level.max() >= self.trend.start:
            return True
        thirds = np.array([_memory(part) for part in np.array_split(self.deviation, 3)])
        return len(self.deviation) < LONG_ENOUGH or median(thirds) * np.sign(self.memory) >= least

    @property
    def _late_level(self) -> NDArray[np.float64]:
        """(b,) the level over the half that is judged."""
        return self.trend.level[self.trend.steps >= self.first_step]

    @cached_property
    def takes_turns(self) -> bool:
        """Whether the same few values come around again and again: several tasks or data sets by turns, no swings."""
        steps = self.trend.series.steps[-len(self.deviation) :]
        if self.trend.block > 1 or len(steps) < 2:
            return False
        turn = np.rint((steps - steps[0]) / median(np.diff(steps))).astype(np.int64)
        return any(_come_around(self.deviation, turn, parts) for parts in PARTS)

    @cached_property
    def gain_is_lost(self) -> bool:
        """Whether the loss was far lower in the first half than it is ever again; single low values do not count.

        But where the curve swings smoothly they do: seldom logged, a wave passes its lowest in a point.
        """
        values = self.trend.level if self.trend.block > 1 else self.trend.series.values
        steady = np.median(np.stack([values[:-2], values[1:-1], values[2:]]), axis=0)
        luck = BAND * float(self.deviation.std()) * float(np.sqrt(1 - smoothness(self.deviation) ** 2))
        return _halves_again(steady, 0.0) or _halves_again(values, luck)

    @cached_property
    def kept_gain(self) -> float:
        """How far the loss has come down from its start; 0 where it was far lower in between."""
        return 0.0 if self.gain_is_lost else self.trend.start - self.trend.end

    @cached_property
    def share(self) -> float:
        """The amplitude as a share of the gain that was kept, or of the level where that is larger."""
        return self.amplitude / max(self.kept_gain, abs(self.trend.end), 1e-300)

    @cached_property
    def far_above(self) -> float:
        """Height from which the level lies far above its start; infinity for losses that do not begin above zero."""
        trend = self.trend
        batches = 1 if trend.series.axis is Axis.EPOCH else RARE  # the first may happen to be easy
        start = max(trend.first, median(trend.series.values[:batches]))
        return ABOVE * start + BAND * trend.level_noise if start > 0 else inf

    @cached_property
    def _above(self) -> NDArray[np.bool_]:
        """(b,) where the level lies far above its start."""
        return np.asarray(self.trend.level > self.far_above)

    @cached_property
    def above_start(self) -> float:
        """Share of the run that the level spends far above its start."""
        return float(self._above.mean())

    @cached_property
    def thrown_from(self) -> int:
        """The first step at which the level lies far above its start; the first of all where it never does."""
        return int(self.trend.steps[int(np.argmax(self._above))])

    @cached_property
    def thrown_again(self) -> int:
        """How often the values after the first tenth go above THROWN times the first ones.

        0 where few of them do, or all within a third of the run, as of one event that rings on, or all as far, as of
        one bad row.
        """
        values = self.trend.series.values
        first, late = float(min(values[0], values[1], np.median(values[:RARE]))), values[len(values) // 10 :]
        above = np.concatenate([[False], late > THROWN * first])
        begins = np.flatnonzero(above[1:] & ~above[:-1])
        apart = len(begins) > 1 and int(begins[-1] - begins[0]) >= len(values) / 3
        if first <= 0 or not apart or above.mean() < NOT_RARE or are_alike(late[above[1:]]):
            return 0
        return len(begins)

    @property
    def beyond_noise(self) -> bool:
        """Whether batch noise cannot swing so far: the points are epochs, or blocks that move more than noise does."""
        if self.trend.block > 1:
            return self.amplitude > NOISE_FACTOR * NORMAL_SPREAD * self.trend.level_noise
        return self.trend.series.axis is Axis.EPOCH


def _come_around(values: NDArray[np.float64], turn: NDArray[np.int64], parts: int) -> bool:
    """Whether values of the same place in a round are alike, those of other places differ, and a round is no wave."""
    often = np.bincount(turn % parts, minlength=parts)
    if often.min() < ROUNDS:
        return False
    usual = np.bincount(turn % parts, values, parts) / often
    power = np.abs(np.fft.rfft(usual - usual.mean())[1:]) ** 2
    is_wave = len(power) > 1 and power.max() >= ONE_WAVE * power.sum()
    return bool(usual.var() > OF_PARTS * values.var()) and not is_wave


def _goes_to_and_fro(trend: Trend[R]) -> bool:
    """Whether the later half jumps to the other side of its level at nearly every point."""
    series, half = trend.series, int(len(trend.series) * LATE_SHARE)
    late = series.values[half:] - np.interp(series.steps[half:], trend.steps, trend.level)
    return correlation(late[:-1], late[1:]) <= TO_AND_FRO


def _memory(deviation: NDArray[np.float64]) -> float:
    """Return the strongest correlation of deviations one to REACH points apart."""
    d = deviation - deviation.mean()
    d = d / max(float(np.abs(d).max()), np.finfo(float).tiny)
    power = inner(d, d)
    if power <= 0:
        return 0.0
    return max((inner(d[:-lag], d[lag:]) / power for lag in range(1, REACH + 1)), key=abs)


def _width(deviation: NDArray[np.float64]) -> float:
    """Return the distance between the 10th and the 90th percentile."""
    return quantile(deviation, 0.9) - quantile(deviation, 0.1)


def _halves_again(values: NDArray[np.float64], luck: float) -> bool:
    """Whether the lowest of the first half, which luck may have lowered, lies far below that of the second."""
    half = len(values) // 2
    return 0 < float(values[:half].min()) < AGAIN * float(values[half:].min()) - luck


def detrended(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values minus the line through the medians of their first and last third, without wild outliers.

    What lies further out than the spread of most values is drawn in to that distance: a spike is no swing. Nor is a
    fall that is no straight line, such as the steps of a schedule: where the line falls, what counts is the distance
    from the nearest curve that never rises.
    """
    x = np.arange(len(values), dtype=float)
    third = max(1, len(values) // 3)
    slope = (median(values[-third:]) - median(values[:third])) / max(len(values) - third, 1)
    deviation = values - slope * x
    deviation = deviation - median(deviation)
    low, high = quantile(deviation, 0.1), quantile(deviation, 0.9)
    deviation = np.clip(deviation, low - (high - low), high + (high - low))
    if slope >= 0:
        return np.asarray(deviation)
    calm = deviation + slope * x
    return np.asarray(calm - never_rising(calm))


def never_rising(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the nearest curve (in least squares) that never rises, by pooling neighbours that do."""
    means: list[float] = []
    sizes: list[int] = []
    for value in values.tolist():
        mean, size = value, 1
        while means and means[-1] < mean:
            last, many = means.pop(), sizes.pop()
            mean, size = (mean * size + last * many) / (size + many), size + many
        means.append(mean)
        sizes.append(size)
    return np.repeat(means, sizes)


def turning_points(values: NDArray[np.float64], least: float, most: int | None = None) -> list[int]:
    """Return the first `most` indices at which a curve turns after moving by at least `least`: a zigzag filter."""
    turns: list[int] = []
    low = high = float(values[0]) if len(values) else 0.0
    low_at = high_at = direction = 0
    for i, value in enumerate(values[1:].tolist(), start=1):
        if value < low:
            low, low_at = value, i
        if value > high:
            high, high_at = value, i
        if direction >= 0 and high - value >= least:
            turns += [high_at] * direction
            low, low_at, direction = value, i, -1
        elif direction <= 0 and value - low >= least:
            turns += [low_at] * -direction
            high, high_at, direction = value, i, 1
        else:
            continue
        if len(turns) == most:
            break
    return turns
