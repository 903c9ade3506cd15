"""Where the gradient norm is NaN or infinite although the loss, if one is logged, is finite."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import GradNorm
from logdoctor.signals.numerics.masked import MaskedLoss
from logdoctor.signals.statistics.trend import Unmeasurable

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
        sound = np.flatnonzero(~self.mask)
        begin = int(sound[-1]) + 1 if len(sound) else 0
        return int(self.series.steps[begin]) if begin < len(self.mask) else None

    def after(self, start: int) -> NDArray[np.intp]:
        """Return the indices of the values from `start` on that are no numbers."""
        return np.asarray(start + np.flatnonzero(self.mask[start:]))

    def longest(self, start: int) -> int:
        """Return the most values in a row, from `start` on, that are no numbers."""
        sound = np.flatnonzero(~self.mask[start:])
        bounds = np.concatenate([[-1], sound, [len(self.mask) - start]])
        return int(np.diff(bounds).max()) - 1
