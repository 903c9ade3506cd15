"""The gradient norm against its own history: what is usual, and where it leaves that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import GradNorm
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA
from logdoctor.signals.statistics.smoothing import MAX_BLOCKS, block_medians
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_HISTORY = 10
"""Values before which nothing is usual yet: the first gradients of a run are large and fall."""

RECENT: tuple[int, float] = (5, 0.2)
"""Fewest blocks, and share of the blocks so far, that make the recent past."""

LAST = 3
"""Values that are "just before" an event."""

GAP = 3
"""Ordinary values in a row that part two bursts, or a block of a long log: an exploding norm dips now and then."""


@dataclass(frozen=True)
class Burst:
    """A stretch in which the gradient norm lies far above its history."""

    first: int
    """Index of its first value among the measured ones."""
    last: int
    count: int
    """How many of its values lie far above."""
    usual: float
    """The level of the history before it."""
    peak: float
    lasts: bool
    """Whether it reaches the end of what was measured."""

    @property
    def factor(self) -> float:
        """Peak over the usual level."""
        return self.peak / self.usual


@dataclass(frozen=True)
class GradientHistory:
    """The finite positive values of the gradient norm, and how far each lies above what came before, in decades.

    Norms vary by factors, so levels and noise are those of their logarithms. What came before is the lower of two
    medians: of the first half of the past, which a norm that doubles again and again leaves behind, and of the recent
    past, which lets an early large norm be forgotten. A norm that grows straight from nothing stays within a factor of
    four of the former.
    """

    series: Series
    above: NDArray[np.float64] = field(repr=False)
    """(n,) log10 of each value over the level before it; -inf where there is too little before."""
    noise: float
    """Standard deviation of single values around their level, in decades."""

    @classmethod
    def measure(cls, run: Run) -> GradientHistory:
        """Measure the gradient norm of a run; raises Unmeasurable when it has too few values to have a history."""
        logged = run.find(GradNorm)
        if logged is None:
            raise Unmeasurable("no gradient norm in this run")
        finite = logged.finite
        positive = finite.take(finite.values > 0)
        if len(positive) <= MIN_HISTORY:
            raise Unmeasurable(
                f"{logged.name} has {len(positive)} finite values above zero, not more than {MIN_HISTORY}"
            )
        decades = np.log10(positive.values)
        noise = MAD_TO_SIGMA * median(np.abs(np.diff(decades))) / np.sqrt(2)
        return cls(positive, decades - _levels_before(decades), noise)

    def rise_until(self, step: int) -> float | None:
        """Return the factor by which the last values before a step lie above what came before; None with too few."""
        last = self.above[: np.searchsorted(self.series.steps, step)][-LAST:]
        return float(10.0 ** last.max()) if len(last) and np.isfinite(last.max()) else None

    def bursts(self, factor: float, z: float) -> list[Burst]:
        """Return the stretches that lie above what came before by a factor and by z times the noise."""
        over = np.flatnonzero(self.above >= max(np.log10(max(factor, 1e-300)), z * self.noise))
        if not len(over):
            return []
        gap = max(GAP, len(self.series) // MAX_BLOCKS)
        parts = np.split(over, np.flatnonzero(np.diff(over) > gap) + 1)
        return [self._burst(part) for part in parts]

    def _burst(self, over: NDArray[np.intp]) -> Burst:
        first, last = int(over[0]), int(over[-1])
        values = self.series.values
        return Burst(
            first=first,
            last=last,
            count=len(over),
            usual=float(values[first] / 10.0 ** self.above[first]),
            peak=float(values[first : last + 1].max()),
            lasts=last >= len(values) - 1 - GAP,
        )


def _levels_before(decades: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each value the level of what came before its block, shape (n,); inf where that is too little."""
    n = len(decades)
    block = int(np.ceil(n / MAX_BLOCKS))
    medians = block_medians(decades, block)
    before = np.full(len(medians), np.inf)
    for j in range(max(-(-MIN_HISTORY // block), RECENT[0]), len(medians)):
        recent = max(RECENT[0], int(RECENT[1] * j))
        before[j] = min(median(medians[: max(j // 2, 1)]), median(medians[max(j - recent, 0) : j]))
    return before[np.arange(n) // block]
