"""Rows of a table whose quoted cells may hold separators and line ends, and the lines that are no rows."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

_LONGEST = 200
"""Lines that one cell may hold: a traceback. One quote that is missing must not swallow what follows."""

_QUOTE = '"'


@dataclass(frozen=True)
class Row:
    """A row, or a line that is none."""

    line: int
    """Its first line, counted from 0 in the lines given."""
    cells: tuple[str, ...] | None


def quoted_rows(lines: Iterable[str], separator: str) -> Iterator[Row]:
    """Yield the rows of lines without their ends; each line with which no row can be begun is one without cells."""
    numbered = zip(count(), lines)
    ahead: deque[tuple[int, str]] = deque()
    while first := ahead.popleft() if ahead else next(numbered, None):
        held = [first]
        is_open = first[1].count(_QUOTE) % 2 == 1
        while is_open and len(held) < _LONGEST and (line := ahead.popleft() if ahead else next(numbered, None)):
            held.append(line)
            is_open = line[1].count(_QUOTE) % 2 == 0
        cells = cells_of([line for _, line in held], separator)
        if cells is None:
            ahead.extendleft(reversed(held[1:]))
        yield Row(first[0], cells)


def cells_of(lines: list[str], separator: str) -> tuple[str, ...] | None:
    """Return the cells of one row; None where the lines are not one."""
    try:
        rows = list(csv.reader((f"{line}\n" for line in lines), delimiter=separator, strict=True))
    except csv.Error:
        return None
    return tuple(rows[0]) if len(rows) == 1 else None
