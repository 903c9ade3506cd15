"""Numbers that go on by like amounts, as those of counters do, in a byte or two each instead of eight.

A counter is needed until every series has its steps and is then let go: beside these it must not take as much again.
Nothing is rounded: the numbers that come out are those that went in, bit for bit.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.tables.compact.pieces import PIECE
from logdoctor.sources.tables.compact.rows import Rows

PART = PIECE // 4
"""Numbers that are packed together."""

_MOST_BYTES = PART * 4
"""Average size of the parts of a column that stays packed: half of what its numbers take."""

_SHORT = (np.int8, np.int16, np.int32)


@dataclass(frozen=True, eq=False)
class _Part:
    """PART numbers as the first of them and the moves from each to the next."""

    first: np.int64
    moves: NDArray[np.signedinteger]
    """(PART - 1,) or one for all."""
    shift: int
    """Binary zeros at the end of every move, which are left out."""
    whole: bool
    """Whether these are moves of whole numbers, or of the bits of floats."""

    def numbers(self) -> NDArray[np.float64]:
        found = np.empty(PART, np.int64)
        found[0], found[1:] = self.first, self.moves
        found[1:] <<= self.shift
        np.cumsum(found, out=found)
        return found.astype(np.float64) if self.whole else found.view(np.float64)


class Values:
    """The numbers of a column, packed or not."""

    def __init__(self, parts: list[_Part | NDArray[np.float64]], rest: NDArray[np.float64]) -> None:
        self._parts, self._rest = parts, rest

    @classmethod
    def of(cls, numbers: NDArray[np.float64]) -> Values:
        """Hold numbers as they are."""
        return cls([], numbers)

    def __len__(self) -> int:
        return PART * len(self._parts) + len(self._rest)

    def all(self) -> NDArray[np.float64]:
        """Return all numbers, which from then on are held so."""
        if self._parts:
            self._rest, self._parts = _unpacked(self._parts, self._rest), []
        return self._rest

    def pieces(self) -> Iterator[NDArray[np.float64]]:
        """Yield the numbers as `pieces` does, those that are packed made anew."""
        for first in range(0, max(1, len(self)), PIECE):
            if first >= PART * len(self._parts):
                start = first - PART * len(self._parts)
                yield self._rest[start : start + PIECE]
            else:
                parts = self._parts[first // PART : (first + PIECE) // PART]
                yield _unpacked(parts, self._rest[: PIECE - PART * len(parts)])

    def over_all(self, rows: Rows, count: int) -> Iterator[NDArray[np.float64]]:
        """Yield, piece by piece, the number of each of `count` rows of a table, of which some have these; else NaN."""
        if rows.are_all(count):
            yield from self.pieces()
            return
        held = np.zeros(0)
        rest = self.pieces()
        for first, here in zip(range(0, max(1, count), PIECE), rows.within(count), strict=True):
            found = int(np.count_nonzero(here)) if here.dtype == np.bool_ else len(here)
            if len(held) < found:
                held = np.concatenate([held, next(rest)])
            numbers = np.full(min(PIECE, count - first), np.nan)
            numbers[here] = held[:found]
            held = held[found:]
            yield numbers

    def chosen(self, points: Iterable[NDArray[np.bool_]], count: int) -> Values:
        """Return some of the numbers, given how many and as masks over stretches that follow each other."""
        if self._parts:
            return self._chosen_of_packed(points)
        found = np.empty(count)
        start = end = 0
        for mask in points:
            here = self._rest[start : start + len(mask)][mask]
            found[end : end + len(here)] = here
            start, end = start + len(mask), end + len(here)
        return Values.of(found)

    def keep(self, points: Iterable[NDArray[np.bool_]], count: int) -> None:
        """Let go of all but some of the numbers, given as to `chosen`."""
        kept = self.chosen(points, count)
        self._parts, self._rest = kept._parts, kept._rest

    def _chosen_of_packed(self, points: Iterable[NDArray[np.bool_]]) -> Values:
        found, held = GrowingValues(), np.zeros(0)
        rest = self.pieces()
        for mask in points:
            while len(held) < len(mask):
                held = np.concatenate([held, next(rest)])
            found.add(held[: len(mask)][mask])
            held = held[len(mask) :]
        return found.all()


class GrowingValues:
    """Numbers as they come, packed as long as that is worth it."""

    def __init__(self) -> None:
        self._parts: list[_Part | NDArray[np.float64]] = []
        self._bytes = 0
        self._is_packed = True
        self._rest = array("d")

    def __len__(self) -> int:
        return PART * len(self._parts) + len(self._rest)

    def add(self, values: NDArray[np.float64]) -> None:
        """Add some at the end."""
        for first in range(0, len(values), PART):
            self._rest.frombytes(values[first : first + PART].tobytes())
            if self._is_packed and len(self._rest) >= PART:
                self._pack()

    def all(self) -> Values:
        """Return all of them; none can be added any more while they are in use."""
        rest = np.frombuffer(self._rest, np.float64)
        return Values(self._parts, rest)

    def _pack(self) -> None:
        numbers = np.frombuffer(self._rest[:PART], np.float64)
        part = _packed(numbers)
        self._bytes += numbers.nbytes if part is None else part.moves.nbytes
        self._parts.append(numbers if part is None else part)
        del self._rest[:PART]
        if self._bytes > _MOST_BYTES * len(self._parts):
            self._rest = array("d", _unpacked(self._parts, np.frombuffer(self._rest)).tobytes())
            self._parts, self._is_packed = [], False


def _packed(numbers: NDArray[np.float64]) -> _Part | None:
    """Pack numbers, or return None where that saves less than half."""
    with np.errstate(invalid="ignore"):
        whole = numbers.astype(np.int64)
    bits = numbers.view(np.int64)
    is_whole = bool((whole.astype(np.float64).view(np.int64) == bits).all())
    found = whole if is_whole else bits
    moves = np.diff(found)
    used = int(np.bitwise_or.reduce(moves))
    shift = (used & -used).bit_length() - 1 if used else 0
    moves >>= shift
    low, high = int(moves.min()), int(moves.max())
    if low == high:
        return _Part(found[0], moves[:1].copy(), shift, is_whole)
    for kind in _SHORT:
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return _Part(found[0], moves.astype(kind), shift, is_whole)
    return None


def _unpacked(parts: list[_Part | NDArray[np.float64]], rest: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.empty(PART * len(parts) + len(rest))
    for i, part in enumerate(parts):
        found[i * PART : (i + 1) * PART] = part.numbers() if isinstance(part, _Part) else part
    found[PART * len(parts) :] = rest
    return found
