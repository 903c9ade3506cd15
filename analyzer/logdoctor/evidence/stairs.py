"""How far a loss falls between epochs and within them: examples that were memorised cost less when they come again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.signals import Epochs

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Stairs:
    """How far a loss falls between epochs, and within them."""

    steps: NDArray[np.float64]
    """(epochs - 1,) the fall from the end of an epoch to the beginning of the next."""
    within: NDArray[np.float64]
    """(epochs - 1,) the fall within each epoch but the first."""
    first: float
    """Where the first epoch ended."""
    last: float
    """Where the last one ended."""
    noise: float
    """Standard error of where an epoch begins or ends."""

    @classmethod
    def of(cls, epochs: Epochs) -> Stairs:
        """Take the level of a loss at both ends of each epoch."""
        begins, ends = epochs.edges[:, 0], epochs.edges[:, 1]
        return cls(ends[:-1] - begins[1:], begins[1:] - ends[1:], ends[0], ends[-1], epochs.edge_noise)

    @property
    def total(self) -> float:
        """All steps together."""
        return float(self.steps.sum())

    @property
    def share(self) -> float:
        """What falls between epochs, of all that falls."""
        return self.total / (self.total + abs(float(self.within.sum()))) if self.total > 0 else 0.0

    @property
    def height(self) -> float:
        """All steps together in units of their noise."""
        return float(self.total / max(self.noise * np.sqrt(2 * len(self.steps)), 1e-300))
