"""The points of an event file, tag by tag, as its blocks come: never held twice, and without their places in the file.

Where a point lies matters only against a few places: in front of which damage, of which restart it was written. Such
places are marks, and a column keeps how many marks stand in front of its points.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Series
from logdoctor.sources.event_file.event_columns import Points

GROWTH = 1.03
"""How much longer arrays become when they are full: that much memory at most is not used."""

_PIECE = 1024 * 1024
"""Points that are moved at once."""


class Marks:
    """Places of a file that matter, counted as they come, block by block."""

    def __init__(self) -> None:
        self.before = 0
        """How many lie in front of the block that is read."""
        self._here = np.empty(0, np.int64)

    def add_block(self, places: Sequence[int]) -> None:
        """Go on to the next block, which has marks at these places, rising."""
        self.before += len(self._here)
        self._here = np.array(places, np.int64)

    def in_front_of(self, places: NDArray[np.int64]) -> NDArray[np.int64] | int:
        """Count the marks in front of places of this block, which rise: (n,), or one number that all share."""
        return self.before + np.searchsorted(self._here, places) if len(self._here) else self.before


class Stretches:
    """How many marks stand in front of each point of a column: the stretches of points that have the same."""

    def __init__(self) -> None:
        self._marks, self._firsts = [0], [0]

    def add(self, count: int, marks: NDArray[np.int64] | int) -> None:
        """Put points behind the `count` that there are; `marks` is what `Marks.in_front_of` tells of them."""
        if isinstance(marks, int):
            if marks != self._marks[-1]:
                self._marks.append(marks)
                self._firsts.append(count)
            return
        changes = np.flatnonzero(np.diff(marks, prepend=self._marks[-1]))
        self._marks += marks[changes].tolist()
        self._firsts += (count + changes).tolist()

    def before(self, mark: int, count: int) -> int:
        """Return how many of `count` points stand in front of a mark, counted from 0."""
        return [*self._firsts, count][bisect_right(self._marks, mark)]

    def all(self, count: int) -> Iterator[tuple[int, slice]]:
        """Yield the marks in front of each stretch of `count` points, and the points."""
        for marks, (first, end) in zip(self._marks, pairwise([*self._firsts, count]), strict=True):
            yield marks, slice(first, end)

    def keep(self, points: NDArray[np.bool_]) -> None:
        """Count only some of the points."""
        self._firsts = [int(np.count_nonzero(points[:first])) for first in self._firsts]


class Column:
    """The points of one tag."""

    def __init__(self, points: Points, damage: Marks, restarts: Marks) -> None:
        self.place = int(points.places[0])
        """Where the first one lies in the file."""
        self._count = len(points)
        self._arrays: list[NDArray[Any]] = [np.array(one) for one in (points.steps, points.values, points.wall_times)]
        self._in_tensor: NDArray[np.bool_] | bool = bool(points.in_tensor[0])
        if self._count > 1 and (points.in_tensor != self._in_tensor).any():
            self._in_tensor = np.array(points.in_tensor)
        self._damage, self._restarts = Stretches(), Stretches()
        self._damage.add(0, damage.in_front_of(points.places))
        self._restarts.add(0, restarts.in_front_of(points.places))

    def __len__(self) -> int:
        return self._count

    def add(self, points: Points, damage: Marks, restarts: Marks) -> None:
        """Put the points of a block behind the others; they rise in the file."""
        self._damage.add(self._count, damage.in_front_of(points.places))
        self._restarts.add(self._count, restarts.in_front_of(points.places))
        end = self._count + len(points)
        if isinstance(self._in_tensor, bool) and (points.in_tensor != self._in_tensor).any():
            self._in_tensor = np.full(len(self._arrays[0]), self._in_tensor)
        kinds = [] if isinstance(self._in_tensor, bool) else [(self._in_tensor, points.in_tensor)]
        new = (points.steps, points.values, points.wall_times)
        for array, more in (*zip(self._arrays, new, strict=True), *kinds):
            if end > len(array):
                array.resize(max(end, int(GROWTH * len(array))), refcheck=False)
            array[self._count : end] = more
        self._count = end

    def around(self, damage: int) -> tuple[int | None, int | None]:
        """Return the steps of the points in front of and behind a mark of damage; None where there is no point."""
        at, steps = self._damage.before(damage, self._count), self._arrays[0]
        return int(steps[at - 1]) if at else None, int(steps[at]) if at < self._count else None

    def void(self, steps: NDArray[np.int64], lowest: NDArray[np.intp], counts: NDArray[np.int64]) -> None:
        """Drop the points that restarts void, from the step of each on, and forget these restarts.

        `lowest` is `lowest_ahead` of their steps; `counts` (2, n) takes up how many points and columns each voids. As
        in EventAccumulator, scalar tensors stay: where a tag goes on, its later branch is the curve in any case.
        """
        stays = np.ones(self._count, np.bool_)
        owners = set[int]()
        for before, points in self._restarts.all(self._count):
            if before == len(steps) or self._in_tensor is True:
                continue
            owner = int(lowest[before])
            here = self._arrays[0][points] < steps[owner]
            stays[points] = here if isinstance(self._in_tensor, bool) else here | self._in_tensor[points]
            if (voided := len(here) - int(np.count_nonzero(stays[points]))) > 0:
                counts[0, owner] += voided
                owners.add(owner)
        counts[1, list(owners)] += 1
        self._restarts = Stretches()
        if owners:
            self._keep(stays)

    def _keep(self, points: NDArray[np.bool_]) -> None:
        self._damage.keep(points)
        kinds = [] if isinstance(self._in_tensor, bool) else [self._in_tensor]
        for array in (*self._arrays, *kinds):
            end = 0
            for first in range(0, self._count, _PIECE):
                kept = array[first : min(first + _PIECE, self._count)][points[first : first + _PIECE]]
                array[end : end + len(kept)] = kept
                end += len(kept)
        self._count = int(np.count_nonzero(points))

    def series(self, name: str) -> Series:
        """Return all points in the order of the file; the column is then used up."""
        for array in self._arrays:
            array.resize(self._count, refcheck=False)
        steps, values, wall_times = self._arrays
        return Series(name, steps, values, wall_times)


def lowest_ahead(steps: NDArray[np.int64]) -> NDArray[np.intp]:
    """Find, from each place of an array on, where its smallest element stands; the first of equal ones: (n,)."""
    backwards = steps[::-1]
    is_lowest = backwards == np.minimum.accumulate(backwards)
    return len(steps) - 1 - np.maximum.accumulate(np.where(is_lowest, np.arange(len(steps)), 0))[::-1]
