"""The lines of a file in which the rows of a table stand, kept as ranges because most rows follow each other."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.tables.compact.pieces import PIECE


class Lines:
    """The line of each row, counted from 1; empty where a file has no lines to speak of."""

    def __init__(self) -> None:
        self._count = 0
        self._rows, self._lines = array("q"), array("q")
        """The first row of each stretch of neighbouring lines, and its line."""

    def __len__(self) -> int:
        return self._count

    def add(self, lines: NDArray[np.int64]) -> None:
        """Add the lines of the next rows."""
        if not len(lines):
            return
        begins = np.flatnonzero(np.diff(lines, prepend=self._last(lines)) != 1)
        self._rows.frombytes((begins + self._count).tobytes())
        self._lines.frombytes(lines[begins].tobytes())
        self._count += len(lines)

    def at(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the lines of some rows."""
        firsts, lines = np.frombuffer(self._rows, np.int64), np.frombuffer(self._lines, np.int64)
        stretch = np.searchsorted(firsts, rows, side="right") - 1
        return np.asarray(lines[stretch] + (rows - firsts[stretch]))

    def take(self, rows: NDArray[np.bool_]) -> Lines:
        """Keep the rows of a mask."""
        if not self._count:
            return self
        kept = Lines()
        for first in range(0, len(rows), PIECE):
            kept.add(self.at(first + np.flatnonzero(rows[first : first + PIECE])))
        return kept

    def _last(self, more: NDArray[np.int64]) -> int:
        """Return the last line; in front of the first row anything that does not lead to it."""
        return self._lines[-1] + self._count - 1 - self._rows[-1] if self._count else int(more[0])
