"""Rows whose quoted cells may contain separators and line ends, and lines that are not rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from logdoctor.sources.tables.separated.table_form import split

_LONGEST = 200
"""Lines that one cell may hold: a traceback. One quote that is missing must not swallow what follows."""

_QUOTE = '"'


@dataclass(frozen=True)
class Row:
    """A row, or a line that is none."""

    line: int
    """Its first line, counted from 0 in the lines given."""
    cells: list[str] | None


def quoted_rows(lines: Iterable[str], separator: str) -> Iterator[Row]:
    """Yield the rows of lines without their ends, but empty ones; a line with which no row can begin has no cells."""
    numbered = zip(count(), lines)
    ahead: deque[tuple[int, str]] = deque()
    while first := ahead.popleft() if ahead else next(numbered, None):
        if not first[1]:
            continue
        held = [first]
        is_open = first[1].count(_QUOTE) % 2 == 1
        while is_open and len(held) < _LONGEST and (line := ahead.popleft() if ahead else next(numbered, None)):
            held.append(line)
            is_open = line[1].count(_QUOTE) % 2 == 0
        cells = split("\n".join(line for _, line in held), separator)
        if cells is None:
            ahead.extendleft(reversed(held[1:]))
        yield Row(first[0], cells)
