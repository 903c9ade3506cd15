"""Accuracies: which series are some, and whether they are logged as shares or in percent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run.naming import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

ACCURACY = frozenset({"acc", "accuracy", "accuracies", "top1", "acc1"})

LARGEST_SHARE = 1.5
"""An accuracy that passes this is in percent; a share may pass 1 by rounding or smoothing."""


def is_accuracy(name: str) -> bool:
    """Tell whether a series is an accuracy, by its name."""
    return not ACCURACY.isdisjoint(words(name))


def accuracy_unit(values: NDArray[np.float64]) -> float:
    """Return what an accuracy of everything right is logged as: 1, or 100; of values (n,), at least one."""
    return 100.0 if values.max() > LARGEST_SHARE else 1.0
