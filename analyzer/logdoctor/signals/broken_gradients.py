"""Where the gradient norm is NaN or infinite although the loss is a number."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import GradNorm, TrainLoss
from logdoctor.signals.masked import masked
from logdoctor.signals.trend import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class BrokenGradients:
    """The gradient norm up to where the loss is lost, without the steps whose loss only stands for a NaN."""

    series: Series
    mask: NDArray[np.bool_] = field(repr=False)
    """(n,) true where the norm is NaN or infinite."""

    @classmethod
    def measure(cls, run: Run) -> BrokenGradients:
        """Look at the gradient norm of a run; raises Unmeasurable without one, or without a loss on its axis."""
        logged, loss = run.find(GradNorm), run.find(TrainLoss)
        if logged is None or not len(logged):
            raise Unmeasurable("no gradient norm in this run")
        if loss is None or not len(loss) or loss.axis is not logged.axis:
            raise Unmeasurable("no train loss on the axis of the gradient norm in this run")
        curve = logged.curve
        lost = loss.curve.steps[~np.isfinite(loss.curve.values)]
        hidden = loss.curve.steps[masked(loss.curve, curve)]
        alive = ~np.isin(curve.steps, hidden) & (curve.steps < lost[0] if len(lost) else True)
        series = curve.take(alive)
        return cls(series, ~np.isfinite(series.values))

    @cached_property
    def leading(self) -> int:
        """How many values at the start are no numbers, without a sound one among them."""
        return len(self.mask) if self.mask.all() else int(np.argmin(self.mask))

    def after(self, start: int) -> NDArray[np.intp]:
        """Return the indices of the values from `start` on that are no numbers."""
        return np.asarray(start + np.flatnonzero(self.mask[start:]))

    def longest(self, start: int) -> int:
        """Return the most values in a row, from `start` on, that are no numbers."""
        sound = np.flatnonzero(~self.mask[start:])
        bounds = np.concatenate([[-1], sound, [len(self.mask) - start]])
        return int(np.diff(bounds).max()) - 1
