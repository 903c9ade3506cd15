"""Where the gradient norm is NaN or infinite although the loss, if one is logged, is finite."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import GradNorm
from logdoctor.signals.numerics.masked import MaskedLoss
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class BrokenGradients:
    """The gradient norm up to where the loss is lost, without the steps whose loss only stands for a NaN."""

    series: Series
    mask: NDArray[np.bool_] = field(repr=False)
    """(n,) true where the norm is NaN or infinite."""
    alone: bool = False
    """Whether the run logs no training loss."""

    @classmethod
    def measure(cls, run: Run, masked: MaskedLoss | None) -> BrokenGradients:
        """Look at the gradient norm; raises Unmeasurable where none is logged, or not on the axis of the loss."""
        if masked is None:
            lonely = run.find(GradNorm)
            if lonely is None or not len(lonely):
                raise Unmeasurable("no gradient norm in this run")
            return cls(lonely.curve, ~np.isfinite(lonely.curve.values), alone=True)
        loss, norm = masked.series, masked.gradient
        if norm is None:
            raise Unmeasurable(f"no gradient norm on the axis of {loss.name} in this run")
        lost = loss.steps[~np.isfinite(loss.values)]
        alive = ~np.isin(norm.steps, loss.steps[masked.mask])
        series = norm.take(alive & (norm.steps < lost[0]) if len(lost) else alive)
        return cls(series, ~np.isfinite(series.values))

    @cached_property
    def leading(self) -> int:
        """How many values at the start are no numbers, without a sound one among them."""
        return len(self.mask) if self.mask.all() else int(np.argmin(self.mask))

    @cached_property
    def trailing_step(self) -> int | None:
        """Step from which every norm to the end is no number, or None where the last one is."""
        begin = after_last(~self.mask)
        return int(self.series.steps[begin]) if begin < len(self.mask) else None

    def since(self, start: int) -> BrokenGradients:
        """Return the values from an index on."""
        return replace(self, series=self.series.take(slice(start, None)), mask=self.mask[start:])

    @property
    def broken(self) -> Series:
        """The values that are no numbers."""
        return self.series.take(self.mask)

    @property
    def share(self) -> float:
        """Part of the values that are no numbers."""
        return float(self.mask.sum()) / max(len(self.mask), 1)

    @cached_property
    def longest(self) -> int:
        """The most values in a row that are no numbers."""
        sound = np.flatnonzero(~self.mask)
        return int(np.diff(np.concatenate([[-1], sound, [len(self.mask)]])).max()) - 1
