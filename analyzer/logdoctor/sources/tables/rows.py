"""Which rows of a table hold a value of a column, in a bit for each: the rows themselves take as much as the values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.tables.pieces import PIECE, rises

_Number = TypeVar("_Number", bound=np.generic)

Numbers = NDArray[np.int64] | NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of a table, counted from 0 and rising; a row that two cells share the name of stands there twice."""

    count: int
    bits: NDArray[np.uint8] | None = None
    """A bit for each row up to the last one; None where these are the first ones, without a gap."""
    listed: Numbers | None = None
    """Their numbers, where one stands there twice."""

    @classmethod
    def at(cls, numbers: Numbers) -> Rows:
        """Keep rows by their numbers."""
        if not len(numbers):
            return cls(0)
        if not rises(numbers):
            return cls(len(numbers), listed=numbers)
        if int(numbers[-1]) == len(numbers) - 1:
            return cls(len(numbers))
        mask = np.zeros(int(numbers[-1]) + 1, np.bool_)
        mask[numbers] = True
        return cls(len(numbers), np.packbits(mask))

    @classmethod
    def chosen(cls, mask: NDArray[np.bool_]) -> Rows:
        """Keep the rows of a mask."""
        count = int(np.count_nonzero(mask))
        if mask[:count].all():
            return cls(count)
        return cls(count, np.packbits(mask[: len(mask) - int(np.argmax(mask[::-1]))]))

    def __len__(self) -> int:
        return self.count

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
        mask = np.zeros(rows, np.bool_)
        if self.listed is not None:
            mask[self.listed] = True
        elif self.bits is None:
            mask[: self.count] = True
        else:
            mask[: 8 * len(self.bits)] = np.unpackbits(self.bits, count=min(rows, 8 * len(self.bits)))
        return mask

    def of(self, array: NDArray[_Number]) -> NDArray[_Number]:
        """Return the elements of an array over all rows that stand in these: a copy, or itself where they are all."""
        if self.listed is not None:
            return array[self.listed]
        if self.bits is None:
            return array if self.count == len(array) else array[: self.count].copy()
        found = np.empty(self.count, array.dtype)
        end = 0
        for first in range(0, len(self.bits), PIECE // 8):
            bits = np.unpackbits(self.bits[first : first + PIECE // 8]).view(np.bool_)
            piece = array[8 * first : 8 * first + len(bits)]
            here = piece[bits[: len(piece)]]
            found[end : end + len(here)] = here
            end += len(here)
        return found

    def put(self, values: NDArray[_Number], array: NDArray[_Number]) -> None:
        """Write a value for each of these rows into an array over all."""
        array[self.mask(len(array)) if self.listed is None else self.listed] = values

    def among(self, kept: NDArray[np.bool_]) -> Rows:
        """Return those of the rows that are in a mask over all, counted among these."""
        if self.listed is None:
            return Rows.chosen(self.mask(len(kept))[kept])
        return Rows.at((np.cumsum(kept) - 1)[self.listed[kept[self.listed]]])

    def take(self, points: NDArray[np.bool_]) -> Rows:
        """Keep some of the rows, given as a mask over them."""
        return Rows.at(self.numbers()[points])
