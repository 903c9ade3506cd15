"""Spikes: sudden excursions of a loss above what came just before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from logdoctor.run import Axis, Role, Series
from logdoctor.signals.statistics.median import median, quantile, row_medians
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA, ROUNDING
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

R = TypeVar("R", bound=Role)

MIN_SPIKE_POINTS = 20
"""Points below which there is no "just before" to compare with."""

WINDOW = (5, 50)
"""Fewest and most points that make the level before an excursion."""

NEARBY = 10
"""Windows on either side of an excursion whose ordinary points show the noise around it: a thousand points, of which
ten make the highest hundredth."""

LEAP = 10.0
"""Factor over all values before from which a jump in the first window is one, however few they are."""

LASTS = 3
"""Points of averages of an epoch that must lie low, and later high, in a row for a relapse."""

LASTS_SMOOTHED = 5
"""The same of points of a smoothed level: fewer may be two hard batches."""

LASTS_SHARE = 0.02
"""The same as a share of all points: among many, what is rare happens."""

LOST = 0.5
"""Share of what was gained that a relapse loses: warm restarts and curricula seldom give back half."""

SUBSTANCE = 0.3
"""Share of its whole gain that a run must have gained before it can relapse; until then, it has hardly begun."""

LEARNT = 0.3
"""The same as a share of the start: less may be noise of a smoothed loss that hardly falls."""

DISTINCT = 2.0
"""Height of a relapse in units of the 90th percentile of how far other points of the level lie above its lowest so
far."""

RELAPSE_Z = 6.0
"""Height of a relapse in units of the noise of the level."""

BACK = 0.2
"""An excursion is over once no more than this share of its height is left."""

BRIEF = 8
"""Points of most excursions, at most."""

ALIKE = 0.15
"""Distance from the usual height as a share of it up to which jumps are alike: one bad row makes the same jump whenever
its batch comes. Noise and rates too high make jumps of all sizes."""

MOST = 0.75
"""The share of all jumps that must be alike for it to be one row."""

AGAIN = 3
"""How many of them."""

TAIL = 0.99
"""Quantile of ordinary heights that an event has to stand out from."""

ABOVE_IT = 3
"""Points that must lie above the quantile that is taken for the tail: fewer might be one or two other events."""

Z_SCORE = 10.0
"""Heights in units of the noise before from which an excursion is looked at. Log-normal batch noise of a factor of two
stays below 7; OLMo-core's 6 sigma and the usual 3.5 MAD fire on it."""


@dataclass(frozen=True)
class Spike:
    """One excursion."""

    index: int
    """Where the loss jumps."""
    last: int
    """The last point before the loss is back, or the last of the run."""
    peak: float
    """The highest value."""
    level: float
    """Median of the points just before."""
    sigma: float
    """Noise of the points just before."""
    fallen: float
    """How far the loss had fallen by then."""
    recovered: bool

    @property
    def height(self) -> float:
        """Peak above the level before."""
        return self.peak - self.level


def points_away(spike: Spike, series: Series) -> int | None:
    """Count the points until a loss is near its level before an excursion, None where it never is.

    A fifth of its height is near, but no more than half of what had been learnt, nor than twice the level: of a jump
    over thirteen powers of ten, a fifth is as lost as all of it, and who comes down to guessing has kept nothing.
    """
    ahead = series.values[spike.index :]
    left = min(BACK * spike.height, LOST * max(spike.fallen, 0.0), abs(spike.level))
    near = spike.level + max(left, 3 * spike.sigma)
    highest = int(np.argmax(ahead[: spike.last - spike.index + 1]))
    back = np.flatnonzero(ahead[highest:] <= near)
    return highest + int(back[0]) if len(back) else None


@dataclass(frozen=True)
class Spikes(Generic[R]):
    """All excursions of more than `z` times the noise before them, in order."""

    series: Series
    found: tuple[Spike, ...]
    tail: float
    """Height that the highest hundredth of ordinary points reaches above what came before and lies around them."""

    @classmethod
    def measure(cls, series: Series) -> Spikes[R]:
        """Find the excursions of a series; raises Unmeasurable when it is too short."""
        return series.finite.once(cls._of)

    @classmethod
    def _of(cls, finite: Series) -> Spikes[R]:
        values = finite.values
        if len(values) < MIN_SPIKE_POINTS:
            raise Unmeasurable(f"{finite.name} has {len(values)} values, fewer than {MIN_SPIKE_POINTS}")
        window = int(np.clip(len(values) // 40, *WINDOW))
        level, sigma = _just_before(values, window)
        found = tuple(_excursions(values, level, sigma))
        return cls(finite, found, _ordinary_tail(values, np.minimum(level, around(values, window)), found, window))

    def tail_at(self, spike: Spike) -> float:
        """Return the tail around one excursion of a long log, or that of all of it where that is more.

        While much is left to learn the noise of single batches is larger than at the end, which is most of a long run.
        """
        values, reach = self.series.values, NEARBY * WINDOW[1]
        if len(values) <= 2 * reach:
            return self.tail
        near = slice(max(spike.index - reach, 0), spike.last + 1 + reach)
        level = around(values[near], WINDOW[1])
        here = spike.index - near.start
        level[here : here + spike.last - spike.index + 1] = np.inf
        return max(self.tail, _ordinary_tail(values[near], level, (), WINDOW[1]))


def are_alike(heights: NDArray[np.float64]) -> bool:
    """Whether these are jumps of one height, as the same bad rows make."""
    if len(heights) < AGAIN:
        return False
    usual = median(heights)
    return bool(np.mean(np.abs(heights - usual) <= ALIKE * usual) >= MOST)


def same_again(spikes: Spikes[R], least: float = 0.0) -> tuple[Spike, ...]:
    """Return the jumps of one or two points where they are all alike and come again through a third of the log.

    The usual one of them must have the least height: the highest of a heavy tail are alike, too.
    """
    brief = tuple(one for one in spikes.found if one.last - one.index < 2)
    spread = len(brief) > 1 and brief[-1].index - brief[0].index >= len(spikes.series) / 3
    heights = np.array([one.height for one in brief])
    alike = are_alike(heights) and median(heights) >= least
    return brief if spread and alike and len(brief) >= MOST * len(spikes.found) else ()


def comes_again(series: Series) -> bool:
    """Whether a loss makes the same jump again and again, and is back at once: the data do that, not the weights."""
    return len(series.finite) >= MIN_SPIKE_POINTS and bool(same_again(Spikes.measure(series)))


def relapses(train: Trend[R]) -> list[Spike]:
    """Return where a run lost half of what it had gained and won it back later, by its level, not by single points.

    Averages of an epoch are levels as they are. What is not won back is no relapse but a divergence.
    """
    averages = train.block == 1 and train.series.axis is Axis.EPOCH
    level = train.series.values if averages else train.level
    noise = train.noise if averages else train.level_noise
    least = LASTS if averages else max(LASTS_SMOOTHED, int(LASTS_SHARE * len(level)))
    if len(level) < 2 * least:
        return []
    held = np.lib.stride_tricks.sliding_window_view(level, least).max(axis=1)  # where it stayed as long below
    lowest = np.minimum.accumulate(np.concatenate([np.full(least - 1, np.inf), held]))
    gained, risen = train.start - lowest, level - lowest
    learnt = gained >= max(SUBSTANCE * float(gained[-1]), LEARNT * abs(train.start))
    high = learnt & (risen >= LOST * gained) & (risen >= RELAPSE_Z * noise)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], high, [False]]).astype(int)))
    found = []
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        height = float(risen[begin:end].max())
        back = np.flatnonzero(risen[end:] <= BACK * height)
        if end - begin < least or not len(back):
            continue
        others = learnt.copy()
        others[begin : end + int(back[0])] = False
        if others.any() and height < DISTINCT * float(np.quantile(risen[others], 0.9)):
            continue
        first, last = (int(np.searchsorted(train.series.steps, train.steps[one])) for one in (begin, end - 1))
        peak = float(level[begin:end].max())
        found.append(Spike(first, last, peak, float(lowest[begin]), noise, float(gained[begin]), recovered=True))
    return found


def _just_before(values: NDArray[np.float64], window: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return median and noise of the `window` points before each point, shapes (n,) and (n,).

    Both are taken from the last whole block of `window` points that lies before the point, which costs O(n).
    Points of the first block have themselves as reference and are no excursions, unless they leap over all before.
    """
    n = len(values)
    blocks = values[: n // window * window].reshape(-1, window)
    medians = row_medians(blocks)
    deviations = MAD_TO_SIGMA * row_medians(np.abs(blocks - medians[:, None]))
    # Steady descent is no noise: a block's spread counts only beyond what its slope explains.
    block_of = np.minimum(np.maximum(np.arange(n) // window - 1, 0), len(medians) - 1)
    level = medians[block_of]
    level[:window] = np.inf
    for i in range(2, window):
        if values[i] >= LEAP * values[:i].max() > 0:
            level[i] = median(values[:i])
    # The quietest block must not make the next one look wild, nor must the last digit of a rounded log.
    quiet = at_least_rounding(median(deviations) / 2, values)
    floor = np.maximum(quiet, ROUNDING * np.abs(medians))
    return level, np.maximum(deviations, floor)[block_of]


def at_least_rounding(noise: float, values: NDArray[np.float64]) -> float:
    """Return noise, or what the last digit of a log makes of it where that is more.

    That digit is no larger than any move from a value to the next: hardly ever do all have to be put in order.
    """
    moves = np.abs(np.diff(values))
    smallest = float(moves.min(where=moves > 0, initial=np.inf))
    return max(noise, last_digit(values) / np.sqrt(12)) if smallest / np.sqrt(12) > noise else noise


def last_digit(values: NDArray[np.float64]) -> float:
    """Return the smallest step between values that differ: what a log rounds to, next to nothing where it does not."""
    steps = np.diff(np.unique(values))
    return float(steps.min()) if len(steps) else 0.0


def around(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Return the level around each point, shape (n,): between the medians of blocks of `window` points."""
    medians = row_medians(values[: len(values) // window * window].reshape(-1, window))
    middles = (np.arange(len(medians)) + 0.5) * window - 0.5
    level: NDArray[np.float64] = np.interp(np.arange(len(values)), middles, medians)
    level[:window] = np.inf
    return level


def _ordinary_tail(
    values: NDArray[np.float64], level: NDArray[np.float64], found: tuple[Spike, ...], window: int
) -> float:
    """Return how far ordinary points reach above the level before and around them: the tail of the batch noise.

    While a loss falls, what came before lies above most points; the coarser the log, the more.

    The highest excursion is left out, and where much was learnt before it and it is no single value, the two windows
    after it, whose level before is that of a model that was just thrown. The others are not: a loss whose noise has a
    heavy tail makes many excursions all over, and then they are its noise; events are few. Of few points, a lower
    quantile is carried on as a tail that falls by the same factor for each so much height: how seldom a loss is logged
    must not matter.
    """
    ordinary = np.isfinite(level)
    if found:
        highest = max(found, key=lambda one: one.height)
        thrown = highest.last > highest.index and highest.fallen >= LEARNT * (highest.level + highest.fallen)
        ordinary[highest.index : highest.last + 1 + 2 * window * thrown] = False
    heights = (values - level)[ordinary]
    if not len(heights):
        return 0.0
    above = min(max(1 - TAIL, ABOVE_IT / len(heights)), 0.5)
    return max(quantile(heights, 1 - above) * float(np.log(1 - TAIL) / np.log(above)), 0.0)


def _excursions(values: NDArray[np.float64], level: NDArray[np.float64], sigma: NDArray[np.float64]) -> list[Spike]:
    highest = np.maximum.accumulate(values)
    found: list[Spike] = []
    above = values > level + Z_SCORE * sigma
    above[1:] &= values[1:] > values[:-1]  # on its way down, an excursion is no other one
    for i in np.flatnonzero(above).tolist():
        if found and i <= found[-1].last:
            continue
        found.append(_follow(values, i, float(level[i]), float(sigma[i]), float(highest[i - 1])))
    return found


def _follow(values: NDArray[np.float64], i: int, level: float, sigma: float, highest: float) -> Spike:
    """Follow an excursion from its jump until the loss is back; looks twice as far each time that it is not.

    Most are back within a few points, which are looked at one by one: a long log may have thousands of them.
    """
    peak = float(values[i])
    for last, value in enumerate(values[i + 1 : i + BRIEF].tolist(), start=i):
        if value <= level + max(BACK * (max(peak, value) - level), 3 * sigma):
            return Spike(i, last, peak, level, sigma, highest - level, recovered=True)
        peak = max(peak, value)
    reach = 64
    while True:
        ahead = values[i : i + reach]
        running_peak = np.maximum.accumulate(ahead)
        is_back = ahead <= level + np.maximum(BACK * (running_peak - level), 3 * sigma)
        end = int(is_back.argmax())
        recovered = bool(is_back[end])
        if recovered or i + reach >= len(values):
            break
        reach *= 2
    end = end if recovered else len(ahead)
    return Spike(
        index=i,
        last=i + end - 1,
        peak=float(running_peak[end - 1]),
        level=level,
        sigma=sigma,
        fallen=highest - level,
        recovered=recovered,
    )
