"""Positions in a chart: scales, areas, ticks, and which points represent a long series."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from logdoctor.reports.scale import LOGARITHMIC_FROM
from logdoctor.run import Series
from logdoctor.signals.logging.holes import holes

MARGIN = 0.06
"""Share of an axis that stays free above and below a curve."""

FLAT = 0.2
"""An axis spans at least this share of its values, so that flat looks flat."""

GAP_PACES = 4.0
"""Distance between logged steps, in units of the usual one, from which a line is broken."""

START = 0.05
"""The first part of an axis whose values may be left out."""

STANDS_OUT = 2.0
"""How many times taller they must make it for that."""

STEPS, FINER, FEWEST_TICKS = (1, 2, 5, 10), (0.5, 1, 2, 5), 3
"""Steps between round values in powers of ten, the next finer of each, and the ticks under which that is taken."""

TINY = 1e-300
"""Below it a logarithmic axis has no room for ticks."""

FLOAT_MAX = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class Scale:
    """One axis: from `low` to `high`, linear or logarithmic."""

    low: float
    high: float
    logarithmic: bool = False

    def at(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where values lie, 0 at `low` and 1 at `high`; values must be finite, and positive on a log scale."""
        low, high = self.low, self.high
        if self.logarithmic:
            values, low, high = np.log10(values), math.log10(low), math.log10(high)
        unit = max(abs(low), abs(high)) or 1.0  # so that no difference overflows
        return np.asarray((values / unit - low / unit) / ((high / unit - low / unit) or 1.0))

    def place(self, value: float) -> float:
        """Return where one value lies."""
        return float(self.at(np.array([value]))[0])

    def ticks(self, about: int) -> tuple[float, ...]:
        """Return round values on the axis, roughly so many."""
        return log_ticks(self.low, self.high, about) if self.logarithmic else round_ticks(self.low, self.high, about)


@dataclass(frozen=True)
class Area:
    """The rectangle of one panel, with the scales of its two axes."""

    across: Scale
    upright: Scale
    top: float
    """Pixels above it in the chart."""
    height: int
    """In pixels."""

    def x(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return where steps lie, in percent of the width."""
        return self.across.at(steps.astype(np.float64)) * 100

    def y(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where values lie, in pixels below the top of the area; what lies far outside is cut off."""
        return np.clip((1 - self.upright.at(values)) * self.height, -2 * self.height, 3 * self.height)

    def x_of(self, step: float) -> float:
        """Return where one step lies, in percent of the width."""
        return self.across.place(float(step)) * 100

    def y_of(self, value: float) -> float:
        """Return where one value lies, in pixels below the top of the area."""
        return float(self.y(np.array([value]))[0])


def round_ticks(low: float, high: float, about: int) -> tuple[float, ...]:
    """Return the multiples of 1, 2 or 5 times a power of ten from `low` to `high`, roughly so many."""
    span = high / 2 - low / 2
    if not span > 0 or not math.isfinite(span):
        return (low,)
    raw = 2 * (span / max(about, 1))
    if not math.isfinite(raw) or raw < np.finfo(np.float64).tiny * 10:
        return (low, high)
    power = 10.0 ** math.floor(math.log10(raw))
    place = next(place for place, factor in enumerate(STEPS) if factor * power >= raw * 0.999)
    found = _multiples(low, high, STEPS[place] * power)
    return found if len(found) >= FEWEST_TICKS or about < FEWEST_TICKS else _multiples(low, high, FINER[place] * power)


def _multiples(low: float, high: float, step: float) -> tuple[float, ...]:
    """Return the multiples of a step from `low` to `high`."""
    if not math.isfinite(step):
        return (low, high)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(_rounded(n * step, step) for n in range(first, last + 1))


def _rounded(value: float, step: float) -> float:
    """Take off the noise of a multiplication: 0.30000000000000004."""
    return round(value, max(0, 1 - math.floor(math.log10(step)))) if step < 1e6 else value


def log_ticks(low: float, high: float, about: int) -> tuple[float, ...]:
    """Return powers of ten from `low` to `high`; 1, 2 and 5 times them where there are fewer than three."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    powers = list(range(first, last + 1))
    if len(powers) >= 3:
        every = max(1, math.ceil(len(powers) / max(about, 1)))
        return tuple(10.0**n for n in powers if n % every == 0)
    fine = (factor * 10.0**n for n in range(first - 1, last + 1) for factor in (1, 2, 5))
    found = tuple(one for one in fine if low * (1 - 1e-9) <= one <= high * (1 + 1e-9))
    return found if len(found) > 2 else round_ticks(low, high, about)


def wants_logarithm(values: NDArray[np.float64]) -> bool:
    """Tell whether values span so much that only a logarithmic axis shows them all."""
    finite = values[np.isfinite(values)]
    if not len(finite) or float(finite.min()) <= 0:
        return False
    return float(finite.max()) / LOGARITHMIC_FROM > float(finite.min())


def scale_of(values: Iterable[NDArray[np.float64]], *, logarithmic: bool = False) -> Scale:
    """Return the axis that shows all finite values, with a little room; linear where one is hardly positive."""
    parts = [one[np.isfinite(one)] for one in values]
    finite = np.concatenate(parts) if parts else np.zeros(0)
    if not len(finite):
        return Scale(0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    if logarithmic and low > TINY:
        spread = max(math.log10(high) - math.log10(low), math.log10(1 + FLAT))
        bottom = min(10 ** max(math.log10(low) - MARGIN * spread, -307), low)
        return Scale(bottom, max(10 ** min(math.log10(high) + MARGIN * spread, 308), high), logarithmic=True)
    spread = max(high / 2 - low / 2, FLAT / 2 * max(abs(low), abs(high)) / 2) or 0.5
    middle = low / 2 + high / 2
    reach = min(spread * (1 + 2 * MARGIN), FLOAT_MAX)
    bottom = middle - reach
    if low >= 0 > bottom:
        bottom = 0.0
    return Scale(max(bottom, -FLOAT_MAX), min(middle + reach, FLOAT_MAX))


def outstanding_start(steps: NDArray[np.int64], values: NDArray[np.float64]) -> int:
    """Return how many of the first values would make a linear axis much taller than all others do; 0 if none."""
    if len(values) < 20:
        return 0
    head = max(1, int(np.searchsorted(steps, steps[0] + START * (float(steps[-1]) - float(steps[0])))))
    rest = values[head:]
    if head > len(values) // 4 or not np.isfinite(values).any() or not np.isfinite(rest).any():
        return 0
    low, high = float(np.nanmin(_finite(values))), float(np.nanmax(_finite(rest)))
    limit = high + (STANDS_OUT - 1) * (high - low)
    if not float(np.nanmax(_finite(values))) > limit:
        return 0
    above = np.flatnonzero(_finite(values[:head]) > high)
    return int(above[-1]) + 1


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(values), values, np.nan)


def thinned(values: NDArray[np.float64], at_most: int, keep: Sequence[int] = ()) -> NDArray[np.intp]:
    """Return indices of the points that stand for a series, in order.

    All of them up to `at_most`; beyond it the minimum and maximum of each of `at_most / 2` stretches of equal count,
    the first and the last, every value that is not finite, and the points asked for by `keep`.
    """
    n = len(values)
    if n <= at_most:
        return np.arange(n)
    starts = np.unique(np.linspace(0, n, max(at_most // 2, 1), endpoint=False).astype(np.intp))
    finite = np.isfinite(values)
    chosen = [np.flatnonzero(~finite), np.array([0, n - 1]), np.asarray(keep, dtype=np.intp)]
    for reduce, fill in ((np.minimum.reduceat, np.inf), (np.maximum.reduceat, -np.inf)):
        filled = np.where(finite, values, fill)
        extreme = np.repeat(reduce(filled, starts), np.diff(np.append(starts, n)))
        hits = np.flatnonzero((filled == extreme) & finite)
        stretch = np.searchsorted(starts, hits, side="right")
        chosen.append(hits[np.unique(stretch, return_index=True)[1]])
    return np.unique(np.concatenate(chosen))


def runs_of(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the stretches in which a mask is true, as first index and one past the last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.view(np.int8), [0]))))
    return [(int(first), int(end)) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def gaps(series: Series) -> list[tuple[int, int]]:
    """Return the last step before and the first after every place where logging paused."""
    return [(hole.before, hole.after) for hole in holes(series, GAP_PACES)]


def pieces(series: Series) -> list[tuple[int, int]]:
    """Return the stretches of a curve that one line connects, as first index and one past the last.

    A line breaks at values that are not finite and where logging paused.
    """
    after = {after for _, after in gaps(series)}
    breaks = set(np.flatnonzero(np.isin(series.steps, list(after))).tolist()) if after else set()
    found: list[tuple[int, int]] = []
    for first, end in runs_of(np.isfinite(series.values)):
        cuts = [first, *sorted(cut for cut in breaks if first < cut < end), end]
        found += pairwise(cuts)
    return found
