"""Growing arrays of row and line numbers, in half the memory for as long as the numbers allow."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.tables.compact.pieces import pieces

Rising = NDArray[np.int64] | NDArray[np.int32]

_LARGEST_SHORT = np.iinfo(np.int32).max


class GrowingNumbers:
    """Integers from 0 on, in four bytes each as long as all of them fit."""

    def __init__(self, numbers: NDArray[np.int64]) -> None:
        self._numbers = array("i")
        self.add(numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Add some at the end."""
        if self._numbers.typecode == "i" and len(numbers) and int(numbers.max()) > _LARGEST_SHORT:
            self._numbers = array("q", self._numbers)
        self._numbers.frombytes(numbers.astype(self._numbers.typecode).tobytes())

    def all(self) -> Rising:
        """Return a view of all of them; none can be added any more while it is in use."""
        return np.frombuffer(self._numbers, np.dtype(self._numbers.typecode))


def places_of(rising: Rising, numbers: Rising, *, behind: bool = False) -> NDArray[np.intp]:
    """Return where numbers would stand in an array that rises, in front of equal ones or behind them.

    As `np.searchsorted`, which makes a longer copy of an array of shorter numbers.
    """
    if rising.dtype.itemsize < numbers.dtype.itemsize:
        numbers = np.minimum(numbers, _LARGEST_SHORT).astype(np.int32)
    return np.searchsorted(rising, numbers, side="right" if behind else "left")


class GrowingPoints:
    """Points of one series as they come, one by one."""

    def __init__(self) -> None:
        self._steps, self._values, self._times = array("q"), array("d"), array("d")

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, step: int, value: float, time: float) -> None:
        """Add a point at the end; raises OverflowError for a step that takes more than eight bytes."""
        self._steps.append(step)
        self._values.append(value)
        self._times.append(time)

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Return views of steps, values and times; no point can be added any more while they are in use."""
        return np.frombuffer(self._steps, np.int64), np.frombuffer(self._values), np.frombuffer(self._times)

    def sort(self) -> None:
        """Put the points in the order of their times, those of one time by step; a point without one comes first."""
        steps, values, times = self.arrays()
        if _are_sorted(times, steps):
            return
        order = np.lexsort((steps, np.where(np.isnan(times), -np.inf, times)))
        for numbers in (steps, values, times):
            numbers[:] = numbers[order]


def _are_sorted(times: NDArray[np.float64], steps: NDArray[np.int64]) -> bool:
    """Tell whether every point has a time, none before that of the point before, and those of one time rising steps."""
    return all(
        bool(((time[1:] > time[:-1]) | ((time[1:] == time[:-1]) & (step[1:] >= step[:-1]))).all())
        for time, step in zip(pieces(times, overlap=1), pieces(steps, overlap=1), strict=True)
    )
