"""Where losses are NaN or infinite."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import Loss, TrainLoss
from logdoctor.signals.trend import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class NonFinite:
    """The NaN and infinite values of one curve."""

    series: Series
    """The run's curve, every value of it."""
    mask: NDArray[np.bool_] = field(repr=False)
    """(n,) true where the value is NaN or infinite."""

    @classmethod
    def of(cls, series: Series) -> NonFinite:
        """Find the values of a series that are no numbers."""
        return cls(series.curve, ~np.isfinite(series.curve.values))

    @cached_property
    def count(self) -> int:
        """How many values are not finite."""
        return int(self.mask.sum())

    @cached_property
    def first(self) -> int:
        """Index of the first value that is not finite."""
        return int(np.argmax(self.mask))

    @property
    def first_step(self) -> int:
        """Step of the first value that is not finite."""
        return int(self.series.steps[self.first])

    @cached_property
    def before(self) -> NDArray[np.float64]:
        """The finite values before the first that is not."""
        return self.series.values[: self.first]

    @cached_property
    def recovered(self) -> int:
        """How many finite values come after the first that is not."""
        return int((~self.mask[self.first :]).sum())

    @property
    def word(self) -> str:
        """What the first value is."""
        value = float(self.series.values[self.first])
        return "NaN" if np.isnan(value) else "infinite"


@dataclass(frozen=True)
class NonFiniteLosses:
    """Every loss of a run that has NaN or infinite values, the earliest first."""

    found: tuple[NonFinite, ...]

    @classmethod
    def measure(cls, run: Run) -> NonFiniteLosses:
        """Look at every loss of a run; raises Unmeasurable when it logs none.

        A held-out loss that is NaN from its first value to its last while training's is finite was never computed, and
        is left out, unless a metric of the same split is finite: then the split was evaluated, and its loss is NaN.
        """
        losses = run.all(Loss)
        if not losses:
            raise Unmeasurable("no loss in this run")
        measured = [NonFinite.of(one) for one in losses if len(one)]
        training_is_sound = any(one.series.role is TrainLoss and not one.count for one in measured)
        evaluated = {one.split for one in run.series if not issubclass(one.role, Loss) and len(one.finite)}

        def was_computed(one: NonFinite) -> bool:
            return not one.mask.all() or one.series.role is TrainLoss or one.series.split in evaluated

        found = [one for one in measured if one.count and (was_computed(one) or not training_is_sound)]
        return cls(tuple(sorted(found, key=lambda one: (one.series.role is not TrainLoss, one.first_step))))
