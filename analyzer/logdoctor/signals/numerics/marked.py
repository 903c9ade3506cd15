"""A curve of which some values are marked, such as those that are NaN."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class MarkedCurve:
    """A curve and a mark on some of its values."""

    series: Series
    """The run's curve, every value of it."""
    mask: NDArray[np.bool_] = field(repr=False)
    """(n,) true where a value is marked."""

    @cached_property
    def count(self) -> int:
        """How many values are marked."""
        return int(self.mask.sum())

    @cached_property
    def first(self) -> int:
        """Index of the first marked value."""
        return int(np.argmax(self.mask))

    @property
    def first_step(self) -> int:
        """Step of the first marked value."""
        return int(self.series.steps[self.first])

    @cached_property
    def recovered(self) -> int:
        """How many values after the first marked one are not marked."""
        return int((~self.mask[self.first :]).sum()) if self.count else 0
