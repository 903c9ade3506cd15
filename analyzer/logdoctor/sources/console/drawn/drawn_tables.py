"""Tables drawn with characters: a header or a box says what its numbers are, which no line of it does by itself."""

from __future__ import annotations

from logdoctor.sources.console.drawn.boxes import BoxReader
from logdoctor.sources.console.drawn.columns import ColumnReader
from logdoctor.sources.console.drawn.drawn_rows import DrawnRows
from logdoctor.sources.console.rows.streams import Rows, Taken
from logdoctor.sources.console.text.passages import Passage
from logdoctor.sources.console.text.prefixes import stamps_of, unstamped


class DrawnReader:
    """Collects the rows of drawn tables from passage after passage."""

    def __init__(self) -> None:
        self._found = DrawnRows()
        self._columns, self._boxes = ColumnReader(self._found), BoxReader(self._found)

    def take(self, passage: Passage, taken: Taken) -> None:
        """Take the lines of a passage, of which the shapes are known."""
        shapes, fresh = taken.shapes, taken.fresh
        if stamps := stamps_of(set(shapes)):
            shapes = [shape[stamps.get(shape, 0) :] for shape in shapes]
            fresh = list(dict.fromkeys(shapes))
        for shape in fresh:
            if not (self._columns.learn_header(shape) or self._boxes.learn(shape)):
                self._columns.learn_upper_half(shape)
        is_open = self._columns.is_open or self._boxes.is_open
        if not is_open and (self._columns.marks | self._boxes.marks).isdisjoint(shapes):
            return
        lines = map(unstamped, passage.text.split("\n")) if stamps else passage.text.split("\n")
        for i, (shape, line) in enumerate(zip(shapes, lines, strict=True)):
            if not self._columns.take(shape, line, taken.first + i):
                self._boxes.take(shape, line, taken.first + i)

    def streams(self) -> list[Rows]:
        """Return the rows, by the names that they carry."""
        return self._found.streams()
