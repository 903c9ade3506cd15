"""Where losses are NaN or infinite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series, Split
from logdoctor.run.roles import Loss, Reward, TrainLoss
from logdoctor.signals.numerics.marked import MarkedCurve
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray


class NonFinite(MarkedCurve):
    """The NaN and infinite values of one curve."""

    @classmethod
    def of(cls, series: Series) -> NonFinite:
        """Find the values of a series that are no numbers."""
        return cls(series.curve, ~np.isfinite(series.curve.values))

    @cached_property
    def before(self) -> NDArray[np.float64]:
        """The finite values before the first that is not."""
        return self.series.values[: self.first]

    @property
    def word(self) -> str:
        """What the first value is."""
        value = float(self.series.values[self.first])
        return "NaN" if np.isnan(value) else "infinite"


@dataclass(frozen=True)
class NonFiniteLosses:
    """Every loss of a run that has NaN or infinite values, that of training and the earliest first."""

    found: tuple[NonFinite, ...]
    evaluated: frozenset[Split] = frozenset()
    """The splits of which some quantity is finite: they were evaluated."""

    @classmethod
    def measure(cls, run: Run) -> NonFiniteLosses:
        """Look at every loss of a run; raises Unmeasurable when it logs other things alone."""
        losses = run.all(Loss)
        if run.series and not losses:
            raise Unmeasurable("no loss in this run")
        measured = [NonFinite.of(one) for one in losses if len(one)]
        found = [one for one in measured if one.count and not (run.all(Reward) and _before_the_first_update(one))]
        evaluated = frozenset(one.split for one in run.series if len(one.finite))
        # A value alone sums a run up, at whatever step it was written.
        ordered = sorted(
            found, key=lambda one: (one.series.role is not TrainLoss, len(one.series) == 1, one.first_step)
        )
        return cls(tuple(ordered), evaluated)

    def may_not_be_computed(self, one: NonFinite) -> bool:
        """Whether a held-out loss is NaN throughout, and nothing else of its split shows that it was evaluated."""
        unseen = one.series.role is not TrainLoss and one.series.split not in self.evaluated
        return unseen and bool(one.mask.all())


def _before_the_first_update(one: NonFinite) -> bool:
    """Whether all that is no number stands before the first that is: weights that are NaN never give a number again.

    An agent that fills its memory first has no losses to take the mean of.
    """
    return one.recovered > 0 and bool(one.mask[: one.count].all())
