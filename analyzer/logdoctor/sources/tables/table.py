"""A table as it was logged: rows in the order of writing, columns that hold a value in some of them.

CSV files and JSON records both become this, so that everything that follows (which column counts, which NaN means "not
logged") is decided once for all of them, in `table_logs`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.tables.compact.lines import Lines
from logdoctor.sources.tables.compact.packed import GrowingValues, Values
from logdoctor.sources.tables.compact.pieces import PIECE, pieces
from logdoctor.sources.tables.compact.rows import GrowingRows, Numbers, Rows
from logdoctor.sources.tables.numbers import Cells

MOST_COLUMNS = 20_000
"""Columns of one table that are read: ten times what the norms of every layer of a large model take.

As many words are told apart in a column that names runs, splits or quantities.
"""

_MOST_UNREAD = 10 * MOST_COLUMNS
"""Names of other columns that are counted."""


@dataclass(frozen=True, eq=False)
class Column:
    """One quantity: a row without a value is absent, a row with NaN has the value NaN."""

    name: str
    where: Rows
    """The n rows that hold a value."""
    held: Values
    """(n,) the values."""
    texts: Rows = field(default_factory=lambda: Rows(0))
    """Rows of the file's table whose cell is neither a number nor empty."""

    @classmethod
    def of(cls, name: str, rows: Numbers, values: NDArray[np.float64]) -> Column:
        """Make a column of the numbers of its rows, rising from 0, and its values."""
        return cls(name, Rows.at(rows), Values.of(values))

    @property
    def rows(self) -> Numbers:
        """(n,) numbers of the rows that hold a value, made anew."""
        return self.where.numbers()

    @property
    def values(self) -> NDArray[np.float64]:
        """(n,) the values, which are held so from then on: counters take less as long as they are read in pieces."""
        return self.held.all()

    def pieces(self) -> Iterator[NDArray[np.float64]]:
        """Yield the values piece by piece."""
        return self.held.pieces()

    @property
    def is_prose(self) -> bool:
        """Whether most of what the column holds is text."""
        return len(self.texts) >= max(1, len(self))

    def __len__(self) -> int:
        return len(self.held)

    def take(self, points: NDArray[np.bool_]) -> Column:
        """Keep the points of a mask."""
        if points.all():
            return self
        held = self.held.chosen(pieces(points), int(np.count_nonzero(points)))
        return replace(self, where=self.where.take(points), held=held)

    def without(self, rows: Rows, count: int) -> Column:
        """Leave out the points in some of `count` rows of a table; this column is used up: nothing is held twice."""
        where = self.where.minus(rows, count)
        points = zip(rows.masks(count), self.where.within(count), strict=True)
        self.held.keep((~mask[mine] for mask, mine in points), len(where))
        return replace(self, where=where)

    def without_any(self) -> Column:
        """Return the column without a point."""
        return replace(self, where=Rows(0), held=Values.of(np.zeros(0)))


@dataclass(frozen=True, eq=False)
class Labels:
    """A column of words that says whose numbers stand in a row: the split, the run, the name of the quantity."""

    name: str
    codes: NDArray[np.signedinteger]
    """(rows of the table,) index into `words`, or -1 where the row has no word; beyond all of them in rows unread."""
    words: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """Columns over common rows."""

    path: Path
    rows: int
    columns: tuple[Column, ...]
    """In the order of the file."""
    labels: tuple[Labels, ...] = ()
    lines: Lines = field(default_factory=Lines, repr=False)
    """In which line of the file each row stands; empty where the file has no lines to speak of."""
    unread: int = 0
    """How many columns were not read, because there are too many."""

    def take(self, rows: NDArray[np.bool_]) -> Table:
        """Keep some of the rows, given as a mask."""
        if rows.all():
            return self
        where = self._where(rows)
        columns = (
            replace(one, where=here, held=one.held.chosen(_within(one.where, rows), len(here)))
            for one, here in zip(self.columns, where, strict=True)
        )
        return self._of_rows(rows, columns)

    def without(self, lost: NDArray[np.bool_]) -> Table:
        """Leave out some rows, given as a mask; this table is used up, so that nothing is held twice."""
        if not lost.any():
            return self
        rows = ~lost
        where = self._where(rows)
        for one, here in zip(self.columns, where, strict=True):
            one.held.keep(_within(one.where, rows), len(here))
        return self._of_rows(rows, (replace(one, where=here) for one, here in zip(self.columns, where, strict=True)))

    def _where(self, rows: NDArray[np.bool_]) -> list[Rows]:
        """Return the rows of each column that are in a mask, counted among these; many columns have the same rows."""
        kept = {key: one.among(rows) for key, one in {one.where.key: one.where for one in self.columns}.items()}
        return [kept[one.where.key] for one in self.columns]

    def _of_rows(self, rows: NDArray[np.bool_], columns: Iterable[Column]) -> Table:
        labels = tuple(replace(one, codes=one.codes[rows]) for one in self.labels)
        count = int(np.count_nonzero(rows))
        return Table(self.path, count, tuple(columns), labels, self.lines.take(rows), self.unread)

    def renamed(self, names: Mapping[str, str]) -> Table:
        """Return the same table with other names for some columns."""
        return self.with_columns(replace(one, name=names.get(one.name, one.name)) for one in self.columns)

    def with_columns(self, columns: Iterable[Column]) -> Table:
        """Return the same rows with other columns."""
        return replace(self, columns=tuple(columns))


class _Growing:
    """A column that block after block is added to, in as much memory as it takes in the end."""

    def __init__(self) -> None:
        self.rows: GrowingRows | None = None
        """Where the values stand; None while every row from the first on has one."""
        self.values = GrowingValues()
        self.texts: GrowingRows | None = None

    def add(self, cells: Cells, first: int, known: dict[bytes, bytes]) -> None:
        """Add the cells of a block of which the first row has this number; `known` is shared by all columns."""
        count = len(cells.rows)
        if self.rows is None and count and (len(self.values) < first or (cells.rows != np.arange(count)).any()):
            self.rows = GrowingRows(known)
            for start in range(0, len(self.values), PIECE):
                self.rows.add(np.arange(start, min(start + PIECE, len(self.values))))
        if self.rows is not None:
            self.rows.add(cells.rows + first)
        self.values.add(cells.values)
        if len(cells.texts):
            self.texts = self.texts or GrowingRows(known)
            self.texts.add(cells.texts + first)

    def column(self, name: str) -> Column:
        """Return the column, which is then used up."""
        where = Rows(len(self.values)) if self.rows is None else self.rows.all()
        texts = Rows(0) if self.texts is None else self.texts.all()
        return Column(name, where, self.values.all(), texts)


class _GrowingLabels:
    """The words of a column as they come, in one byte each as long as they are few."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._codes = array("b")

    def add(self, words: Mapping[int, str], first: int) -> None:
        """Add the words of a block of which the first row has this number."""
        known = self._words
        codes = np.full(max(words, default=-1) + 1, -1, np.int16)
        for row, word in words.items():
            codes[row] = (
                known.setdefault(word, len(known)) if len(known) < MOST_COLUMNS else known.get(word, len(known))
            )
        if len(known) > np.iinfo(np.int8).max and self._codes.typecode == "b":
            self._codes = array("h", self._codes)
        self._fill(first)
        self._codes.frombytes(codes.astype(self._codes.typecode).tobytes())

    def labels(self, name: str, rows: int) -> Labels:
        """Return the words of all rows."""
        self._fill(rows)
        return Labels(name, np.frombuffer(self._codes, np.dtype(self._codes.typecode)), tuple(self._words))

    def _fill(self, rows: int) -> None:
        """Add rows without a word."""
        self._codes.frombytes(b"\xff" * (rows - len(self._codes)) * self._codes.itemsize)


class TableBuilder:
    """Puts a table together from blocks of rows that follow each other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        """Rows of the blocks that are complete; a block's own rows count from 0."""
        self._columns: dict[str, _Growing] = {}
        self._known: dict[bytes, bytes] = {}
        self._labels: dict[str, _GrowingLabels] = {}
        self._lines = Lines()
        self._unread: dict[str, None] = {}

    def add(self, name: str, cells: Cells) -> None:
        """Add what the present block holds of one column."""
        column = self._columns.get(name)
        if column is None:
            if len(self._columns) >= MOST_COLUMNS:
                if len(self._unread) < _MOST_UNREAD:
                    self._unread[name] = None
                return
            column = self._columns[name] = _Growing()
        column.add(cells, self.rows, self._known)

    def label(self, name: str, words: Mapping[int, str]) -> None:
        """Add what the present block holds of a column of words, by row."""
        self._labels.setdefault(name, _GrowingLabels()).add(words, self.rows)

    def end_block(self, lines: NDArray[np.int64]) -> None:
        """Close the present block, given the line of each of its rows."""
        self._lines.add(lines)
        self.rows += len(lines)

    def build(self) -> Table:
        """Return the table of all blocks; this is used up."""
        self._known.clear()
        shared: dict[tuple[int, bytes], Rows] = {}
        columns = tuple(column.column(name) for name, column in self._columns.items())
        self._columns.clear()
        columns = tuple(replace(one, where=shared.setdefault(one.where.key, one.where)) for one in columns)
        labels = tuple(one.labels(name, self.rows) for name, one in self._labels.items())
        self._labels.clear()
        return Table(self.path, self.rows, columns, labels, self._lines, len(self._unread))


def _within(where: Rows, rows: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
    """Yield, piece by piece, which of the values that stand in some rows stand in others."""
    for first, mine in zip(range(0, max(1, len(rows)), PIECE), where.within(len(rows)), strict=True):
        yield rows[first : first + PIECE][mine]
