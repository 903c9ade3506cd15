"""Lines that could not be used: where they lie in their file, and the notices that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.tables.text import Block, read_blocks

MOST_NOTICES = 50
"""How many damaged places of one file are listed one by one; the rest share the last notice."""


@dataclass(frozen=True)
class Span:
    """Lines that could not be used."""

    line: int
    byte_start: int
    byte_end: int
    reason: str
    """What is wrong, as the end of a sentence about the line."""
    cause: str = ""
    """As in a notice."""

    @classmethod
    def of(cls, block: Block, i: int, reason: str, cause: str = "") -> Span:
        """Say what is wrong with one line of a block, counted from 0."""
        return cls(block.first + i, int(block.offsets[i]), int(block.offsets[i + 1]), reason, cause)


def spans_of(path: Path, lines: NDArray[np.int64], reasons: Sequence[str]) -> Iterator[Span]:
    """Yield the places of some lines, given in rising order with what is wrong with each.

    The file is read once more for it; raises OSError.
    """
    done = 0
    for block in read_blocks(path):
        end = int(np.searchsorted(lines, block.first + len(block.lines)))
        for k in range(done, end):
            yield Span.of(block, int(lines[k]) - block.first, reasons[k])
        done = end
        if done == len(lines):
            return


def damage_notices(path: Path, spans: Iterable[Span]) -> Iterator[Notice]:
    """Yield one notice for each stretch of neighbouring lines that could not be used, in the order of the file."""
    damage = Damage(path)
    for span in spans:
        damage.add(span)
    return damage.notices()


@dataclass(frozen=True)
class _Stretch:
    """Lines from one to another that could not be used."""

    first: Span
    last: Span
    lines: int = 1

    def with_another(self, other: _Stretch) -> _Stretch:
        first = min(self.first, other.first, key=lambda one: one.byte_start)
        return _Stretch(first, max(self.last, other.last, key=lambda one: one.byte_end), self.lines + other.lines)


class Damage:
    """Lines of a file that could not be used, as they are found; however many they are, few places are held."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = 0
        self._places: list[_Stretch] = []
        self._others: _Stretch | None = None
        """What lies beyond MOST_NOTICES."""

    def __len__(self) -> int:
        return self._lines

    def add(self, span: Span) -> None:
        """Add a line."""
        self._lines += 1
        self._put(_Stretch(span, span), self._places)

    def notices(self) -> Iterator[Notice]:
        """Yield one notice for each stretch of neighbouring lines, in the order of the file, and one for the others."""
        places: list[_Stretch] = []
        for one in sorted(self._places, key=lambda one: one.first.byte_start):
            self._put(one, places)
        self._places = places
        yield from (_damage_notice(self._path, one, scattered=False) for one in places)
        if self._others is not None:
            yield _damage_notice(self._path, self._others, scattered=True)

    def _put(self, one: _Stretch, places: list[_Stretch]) -> None:
        if places and places[-1].first.byte_start <= one.first.byte_start <= places[-1].last.byte_end:
            places[-1] = places[-1].with_another(one)
        elif len(places) < MOST_NOTICES:
            places.append(one)
        else:
            self._others = one if self._others is None else self._others.with_another(one)


def _damage_notice(path: Path, stretch: _Stretch, *, scattered: bool) -> Notice:
    first, last = stretch.first, stretch.last
    if first.line == last.line:
        message = f"Line {first.line} {first.reason}."
    elif scattered:
        message = f"{stretch.lines} lines from {first.line} to {last.line} were not used; the first {first.reason}."
    else:
        message = f"Lines {first.line} to {last.line} were not used; the first {first.reason}."
    return Notice(DAMAGE, str(path), message, first.byte_start, last.byte_end, first.line, last.line, first.cause)
