"""Files that remember where their bytes come from, so that after any damage it is known what is still whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEW = -1
"""Origin of a byte that was not in the sound file at this value."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """Bytes of a file, damaged or not."""

    data: bytes
    origin: NDArray[np.int64]
    """Where in the sound file each byte stood, or NEW."""

    @classmethod
    def of(cls, data: bytes) -> Pieces:
        """Begin with a sound file."""
        return cls(data, np.arange(len(data)))

    def __len__(self) -> int:
        return len(self.data)

    def holds(self, start: int, end: int) -> bool:
        """Whether these bytes of the sound file still stand together somewhere."""
        return any(
            np.array_equal(self.origin[at : at + end - start], np.arange(start, end))
            for at in np.flatnonzero(self.origin == start)
        )

    def replaced(self, at: int, count: int, new: bytes) -> Pieces:
        """Put new bytes in the place of some; a byte that comes out as it was is as it was."""
        end = min(at + count, len(self))
        origin = np.full(len(new), NEW)
        same = min(len(new), end - at) if len(new) == end - at else 0
        if same:
            kept = np.frombuffer(new, np.uint8) == np.frombuffer(self.data[at:end], np.uint8)
            origin[kept] = self.origin[at:end][kept]
        return Pieces(
            self.data[:at] + new + self.data[end:], np.concatenate([self.origin[:at], origin, self.origin[end:]])
        )

    def rearranged(self, *spans: tuple[int, int]) -> Pieces:
        """Put spans of the file one after another, in any order and as often as they are named."""
        data = b"".join(self.data[slice(*span)] for span in spans)
        return Pieces(data, np.concatenate([self.origin[slice(*span)] for span in spans]))


Damage = Callable[[Pieces, random.Random], Pieces]


def flip_bits(count: int) -> Damage:
    """Flip some bits anywhere."""

    def damage(file: Pieces, rng: random.Random) -> Pieces:
        for _ in range(count if len(file) else 0):
            at = rng.randrange(len(file))
            file = file.replaced(at, 1, bytes([file.data[at] ^ 1 << rng.randrange(8)]))
        return file

    return damage


def nul_page(size: int) -> Damage:
    """Write NULs over one page, pages counted from the first byte of the file."""

    def damage(file: Pieces, rng: random.Random) -> Pieces:
        at = rng.randrange(max(1, -(-len(file) // size))) * size
        return file.replaced(at, size, bytes(min(size, len(file) - at)))

    return damage


def lose(size: int) -> Damage:
    """Take some bytes out."""

    def damage(file: Pieces, rng: random.Random) -> Pieces:
        return file.replaced(rng.randrange(len(file) + 1), size, b"")

    return damage


def insert_garbage(longest: int) -> Damage:
    """Put random bytes in."""

    def damage(file: Pieces, rng: random.Random) -> Pieces:
        return file.replaced(rng.randrange(len(file) + 1), 0, rng.randbytes(rng.randint(1, longest)))

    return damage


def overwrite(longest: int) -> Damage:
    """Write random bytes over some."""

    def damage(file: Pieces, rng: random.Random) -> Pieces:
        at, count = rng.randrange(len(file) + 1), rng.randint(1, longest)
        return file.replaced(at, count, rng.randbytes(min(count, len(file) - at)))

    return damage


def cut(file: Pieces, rng: random.Random) -> Pieces:
    """Cut the end off."""
    return file.rearranged((0, rng.randrange(len(file) + 1)))


def repeat(file: Pieces, rng: random.Random) -> Pieces:
    """Write a part twice."""
    first, last = sorted(rng.choices(range(len(file) + 1), k=2))
    return file.rearranged((0, last), (first, len(file)))


def swap(file: Pieces, rng: random.Random) -> Pieces:
    """Exchange two neighbouring parts."""
    a, b, c = sorted(rng.choices(range(len(file) + 1), k=3))
    return file.rearranged((0, a), (b, c), (a, b), (c, len(file)))
