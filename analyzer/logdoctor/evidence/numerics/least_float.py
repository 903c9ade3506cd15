"""What Caffe logs for a NaN: the cost of the smallest float32, which it takes for a probability of 0 or NaN."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logdoctor.causes import because
from logdoctor.evidence.rates import rate_too_high
from logdoctor.finding import Cause, Confidence, Quantity, Span, Strength
from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Siblings
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.wording import place

COST = -float(np.log(np.finfo(np.float32).tiny))
"""Its loss then: 87.3365 (`FLT_MIN` in its softmax loss)."""

DIGITS = 5e-4
"""Distance from that up to which a loss is that: it prints six digits, and means of some batches are a little off."""

LEAST = 3
"""Values there that are no coincidence."""

LEAST_ALONE = 2
"""The same where the log shows no other: a loss that passes there comes from somewhere."""


@dataclass(frozen=True)
class LeastFloat:
    """A loss that ends at that cost."""

    series: Series
    first: int
    """Index of the first of those values."""

    @property
    def step(self) -> int:
        """The step of that."""
        return int(self.series.steps[self.first])

    @property
    def said(self) -> str:
        """What is to be said of it."""
        stays = f"{self.series.name} is {COST:.4f} from {place(self.series, self.step)} on"
        return f"{stays}: what a probability of 0 or NaN costs at the smallest float32"

    @property
    def span(self) -> Span:
        """Where it is."""
        return Span(self.series.name, self.step, self.series.last_step, "masked")

    @property
    def confidence(self) -> Confidence:
        """High where the log shows another loss before."""
        return Confidence.HIGH if self.first else Confidence.MEDIUM

    @property
    def evidence(self) -> dict[str, Quantity]:
        """How often it was logged."""
        return {"masked values": Quantity(len(self.series) - self.first, "values")}


def at_least_float(run: Run) -> LeastFloat | None:
    """Return the first training loss that ends there; None where none does."""
    for one in run.all(TrainLoss):
        first = after_last(~(np.abs(one.curve.values - COST) <= DIGITS))
        if len(one.curve) - first >= (LEAST if first else LEAST_ALONE):
            return LeastFloat(one.curve, first)
    return None


def causes_of_least_float(siblings: Siblings) -> tuple[Cause, ...]:
    """Return what makes every probability 0 or NaN, the most usual first."""
    others = ("data-not-normalised", "label-out-of-range", "bad-initialization")
    return (rate_too_high(siblings, Strength.POSSIBLE), *map(because, others))
