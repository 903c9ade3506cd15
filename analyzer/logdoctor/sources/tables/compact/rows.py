"""Which rows of a table hold a value of a column, in one bit per row: row numbers would take as much as the values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.tables.compact.growing import GrowingNumbers
from logdoctor.sources.tables.compact.pieces import PIECE, pieces, rises
from logdoctor.sources.tables.numbers import NO_ROWS

_Number = TypeVar("_Number", bound=np.generic)

Numbers = NDArray[np.int64] | NDArray[np.int32]

_STRETCH = 8192
"""Rows of a column that are put away together."""

_MOST_KNOWN = 1024
"""Stretches of bits that are remembered, to keep those once that come again in other columns."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of a table, counted from 0 and rising; a row that two cells share the name of stands there twice."""

    count: int
    bits: NDArray[np.uint8] | None = None
    """A bit for each row up to the last one; None where these are the first ones, without a gap."""
    listed: Numbers | None = None
    """Their numbers, where one stands there twice, or where they are so few that this takes less."""

    @classmethod
    def at(cls, numbers: Numbers) -> Rows:
        """Keep rows by their numbers."""
        if not len(numbers):
            return cls(0)
        if not rises(numbers):
            return cls(len(numbers), listed=numbers)
        if int(numbers[-1]) == len(numbers) - 1:
            return cls(len(numbers))
        if _are_few(len(numbers), int(numbers[-1]) // 8 + 1):
            return cls(len(numbers), listed=_shortest(numbers))
        return cls.of_masks(cls(len(numbers), listed=numbers).masks(int(numbers[-1]) + 1))

    @classmethod
    def chosen(cls, mask: NDArray[np.bool_]) -> Rows:
        """Keep the rows of a mask."""
        return cls.of_masks(pieces(mask))

    @classmethod
    def of_masks(cls, masks: Iterable[NDArray[np.bool_]]) -> Rows:
        """Keep the rows of a mask that comes piece by piece."""
        packed, rest = [], np.zeros(0, np.bool_)
        for piece in masks:
            mask = np.concatenate([rest, piece]) if len(rest) else piece
            whole = len(mask) // 8 * 8
            packed.append(np.packbits(mask[:whole]))
            rest = mask[whole:]
        return cls.of_bits(np.concatenate([*packed, np.packbits(rest)]))

    @classmethod
    def of_bits(cls, bits: NDArray[np.uint8]) -> Rows:
        """Keep the rows of which the bits are set."""
        count = sum(int(np.bitwise_count(piece).sum(dtype=np.int64)) for piece in pieces(bits))
        if not count:
            return cls(0)
        bits = bits[: len(bits) - _zeros_at_end(bits)]
        if 8 * len(bits) - _zeros_at_end(np.unpackbits(bits[-1:])) == count:
            return cls(count)
        rows = cls(count, bits)
        return cls(count, listed=_shortest(rows.numbers())) if _are_few(count, len(bits)) else rows

    def __len__(self) -> int:
        return self.count

    def are_all(self, rows: int) -> bool:
        """Tell whether these are all of so many rows."""
        return self.bits is None and self.listed is None and self.count == rows

    @cached_property
    def key(self) -> tuple[int, bytes]:
        """The same for columns that have their values in the same rows, which most have."""
        held = self.bits if self.listed is None else self.listed
        return self.count, b"" if held is None else blake2b(np.ascontiguousarray(held).data).digest()

    def numbers(self) -> Numbers:
        """Return the numbers of the rows, in half the memory where they allow."""
        if self.listed is not None:
            return self.listed
        if self.bits is None:
            short = self.count <= np.iinfo(np.int32).max
            return np.arange(self.count, dtype=np.int32) if short else np.arange(self.count)
        found: Any = np.empty(self.count, np.int32 if 8 * len(self.bits) <= np.iinfo(np.int32).max else np.int64)
        end = 0
        for first in range(0, len(self.bits), PIECE):
            here = np.flatnonzero(np.unpackbits(self.bits[first : first + PIECE]))
            found[end : end + len(here)] = here + 8 * first
            end += len(here)
        return found  # type: ignore[no-any-return]

    def mask(self, rows: int) -> NDArray[np.bool_]:
        """Return a mask over so many rows of a table."""
        return np.concatenate(list(self.masks(rows)))

    def masks(self, rows: int) -> Iterator[NDArray[np.bool_]]:
        """Yield a mask over so many rows of a table piece by piece."""
        for first, here in zip(range(0, max(1, rows), PIECE), self.within(rows), strict=True):
            if here.dtype == np.bool_:
                yield here  # type: ignore[misc]
            else:
                mask = np.zeros(min(PIECE, rows - first), np.bool_)
                mask[here] = True
                yield mask

    def within(self, rows: int) -> Iterator[NDArray[np.bool_] | NDArray[np.int64]]:
        """Yield, for each piece of an array over so many rows, a mask or indices that choose these rows of it."""
        for first in range(0, max(1, rows), PIECE):
            size = min(PIECE, rows - first)
            if self.listed is not None:
                start, end = np.searchsorted(self.listed, np.array([first, first + size], self.listed.dtype)).tolist()
                yield self.listed[start:end].astype(np.int64) - first
                continue
            mask = np.zeros(size, np.bool_)
            if self.bits is None:
                mask[: max(0, self.count - first)] = True
            else:
                bits = np.unpackbits(self.bits[first // 8 : (first + PIECE) // 8])[:size]
                mask[: len(bits)] = bits
            yield mask

    def of(self, array: NDArray[_Number]) -> NDArray[_Number]:
        """Return the elements of an array over all rows that stand in these: a copy, or itself where they are all."""
        if self.are_all(len(array)):
            return array
        found = np.empty(self.count, array.dtype)
        end = 0
        for first, chosen in zip(range(0, max(1, len(array)), PIECE), self.within(len(array)), strict=True):
            here = array[first : first + PIECE][chosen]
            found[end : end + len(here)] = here
            end += len(here)
        return found

    def among(self, kept: NDArray[np.bool_]) -> Rows:
        """Return those of the rows that are in a mask over all, counted among these."""
        if self.listed is None:
            masks = zip(self.masks(len(kept)), range(0, max(1, len(kept)), PIECE), strict=True)
            return Rows.of_masks(mask[kept[first : first + PIECE]] for mask, first in masks)
        return Rows.at((np.cumsum(kept) - 1)[self.listed[kept[self.listed]]])

    def take(self, points: NDArray[np.bool_]) -> Rows:
        """Keep some of the rows, given as a mask over them."""
        return Rows.at(self.numbers()[points]) if self.listed is not None else Rows.of_masks(self._taken(points))

    def _taken(self, points: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
        done = 0
        for mask in self.masks(self.count if self.bits is None else 8 * len(self.bits)):
            count = int(np.count_nonzero(mask))
            mask[mask] = points[done : done + count]
            done += count
            yield mask

    def minus(self, others: Rows, rows: int) -> Rows:
        """Return those that are not among others, out of so many rows of a table."""
        if self.listed is not None:
            return Rows.at(self.listed[~others.mask(rows)[self.listed]])
        return Rows.of_masks(mine & ~theirs for mine, theirs in zip(self.masks(rows), others.masks(rows), strict=True))

    def is_in(self, others: Rows, rows: int) -> bool:
        """Tell whether all of these are among others, out of so many rows of a table."""
        return not any(
            (mine & ~theirs).any() for mine, theirs in zip(self.masks(rows), others.masks(rows), strict=True)
        )


class GrowingRows:
    """Rows of a table as they come; of columns that have the same ones the bits are kept once."""

    def __init__(self, known: dict[bytes, bytes]) -> None:
        self._known = known
        """Bits of stretches that any column had of late."""
        self._bits: list[tuple[int, bytes]] = []
        """Where a stretch begins in the bits of all rows, and its bits."""
        self._listed: list[Numbers] = []
        """Stretches in which few rows are, or one stands twice; both kinds are in the order of the rows."""
        self._last = GrowingNumbers(NO_ROWS)
        self._end, self._twice = -1, False

    def add(self, numbers: NDArray[np.int64]) -> None:
        """Add rows behind those before."""
        self._last.add(numbers)
        if len(self._last) >= _STRETCH:
            self._put_away()

    def all(self) -> Rows:
        """Return all of them, which are then used up."""
        self._put_away()
        bits, listed = self._bits, self._listed
        self._bits, self._listed = [], []
        if self._twice or not bits:
            stretches = sorted(
                [*(_numbers(*one) for one in bits), *listed], key=lambda one: (int(one[0]), int(one[-1]))
            )
            return Rows.at(np.concatenate(stretches).astype(np.int64) if stretches else NO_ROWS)
        ends = [8 * (start + len(packed)) for start, packed in bits] + [int(numbers[-1]) + 1 for numbers in listed]
        whole = np.zeros((max(ends) + 7) // 8, np.uint8)
        for start, packed in bits:
            whole[start : start + len(packed)] |= np.frombuffer(packed, np.uint8)
        for numbers in listed:
            np.bitwise_or.at(whole, numbers // 8, np.right_shift(128, numbers % 8).astype(np.uint8))
        return Rows.of_bits(whole)

    def _put_away(self) -> None:
        numbers = self._last.all()
        self._last = GrowingNumbers(NO_ROWS)
        if not len(numbers):
            return
        start = int(numbers[0]) // 8
        self._twice = self._twice or int(numbers[0]) == self._end or not rises(numbers)
        self._end = int(numbers[-1])
        if self._twice or _are_few(len(numbers), int(numbers[-1]) // 8 + 1 - start):
            self._listed.append(numbers)
            return
        mask = np.zeros(int(numbers[-1]) + 1 - 8 * start, np.bool_)
        mask[numbers - 8 * start] = True
        packed = np.packbits(mask).tobytes()
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._bits.append((start, self._known.setdefault(packed, packed)))


def _numbers(start: int, packed: bytes) -> NDArray[np.int64]:
    return np.flatnonzero(np.unpackbits(np.frombuffer(packed, np.uint8))) + 8 * start


def _are_few(count: int, size: int) -> bool:
    """Tell whether the numbers of rows take less than so many bytes of bits."""
    return 4 * count < size


def _shortest(numbers: Numbers) -> Numbers:
    return numbers.astype(np.int32) if int(numbers[-1]) <= np.iinfo(np.int32).max else numbers


def _zeros_at_end(numbers: NDArray[np.uint8]) -> int:
    """Return how many zeros follow the last number that is none."""
    for end in range(len(numbers), 0, -PIECE):
        found = np.flatnonzero(numbers[max(0, end - PIECE) : end])
        if len(found):
            return len(numbers) - max(0, end - PIECE) - int(found[-1]) - 1
    return len(numbers)
