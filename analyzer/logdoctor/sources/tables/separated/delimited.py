"""Text with separators to a table: which rows can be used, and what is wrong with the others.

A row is used when it has as many cells as the header, and a number or nothing in every numeric column. Any other row is
left out and named with its line and bytes: a row that fits by luck would be a wrong number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import INTERPRETATION, INTERRUPTED_WRITE, RESTART, STORAGE_FAULT
from logdoctor.sources.source import Head
from logdoctor.sources.tables.compact.rows import Numbers
from logdoctor.sources.tables.counters import counts
from logdoctor.sources.tables.likeness import is_of_training
from logdoctor.sources.tables.lost_lines import MOST_NOTICES, Damage, Span, spans_of
from logdoctor.sources.tables.numbers import NO_ROWS, parse_cells, parse_number
from logdoctor.sources.tables.row_times import parser_of
from logdoctor.sources.tables.separated.table_form import Form, Row, form_of, is_header, unique_names
from logdoctor.sources.tables.table import Column, Table, TableBuilder
from logdoctor.sources.tables.table_logs import LABELS, label_name
from logdoctor.sources.tables.text import Block, head_block, read_blocks

_PROSE = 20
"""So many cells of text and no number make a column of text, which is no longer read."""

_RECENT = 20
"""How many rows tell whether a last cell without line end is as long as they are."""

_TORN = 0.05
"""Share of text in a numeric column up to which it is damage; with more, text is part of what was logged."""

_ORDINARY = frozenset("0123456789+-.")
"""How an ordinary row begins, unless its first cell is empty."""


@dataclass(frozen=True)
class Reading:
    """What a file holds, and what was odd about it."""

    form: Form
    table: Table
    notices: tuple[Notice, ...]


def read_table(path: Path, header: Sequence[str] = ()) -> Reading:
    """Read a whole file; raises UnreadableLogError when it begins with no table, and OSError.

    `header` names the columns where the format is known to have no header.
    """
    blocks = read_blocks(path)
    top = next(blocks, None)
    form = form_of(top.lines, header) if top else None
    if top is None or form is None:
        raise UnreadableLogError(f"{path}: no table with a header was found at its beginning")
    return _tabulate(path, form, chain((top,), blocks))


def head_table(head: Head, header: Sequence[str] = ()) -> Reading | None:
    """Read the beginning of a file, or return None when it is no table."""
    block = head_block(head)
    form = form_of(block.lines, header)
    return None if form is None else _tabulate(head.path, form, (block,))


def _tabulate(path: Path, form: Form, blocks: Iterable[Block]) -> Reading:
    """Read the blocks of a file into one table."""
    reader = _Reader(path, form)
    for block in blocks:
        reader.take(block)
    return reader.finish()


class _Reader:
    """Reads block after block; the header in force may change on the way."""

    def __init__(self, path: Path, form: Form) -> None:
        self.path = path
        self.form = form
        self.header = form.header
        self.header_line = form.header_line
        self.table = TableBuilder(path)
        self.damage = Damage(path)
        self.notices: list[Notice] = []
        self.headers = 0
        """How many headers came behind the first."""
        self.prose: set[str] = set()
        """Columns that held nothing but text so far; they are no longer read."""
        self.recent: Sequence[str] = ()
        """The last cells of the rows before."""
        self.position = ""
        """The first cell of the row before."""
        self.longer: list[int] = []
        """Lines of the rows with an empty cell more than the header, as separators at the end of each row leave it."""

    def take(self, block: Block) -> None:
        """Sort the lines of a block into rows, headers and damage."""
        if block.overlong:
            self._reject(block, 0, "is too long for a row")
            return
        first = self.form.first if block.first == 1 else 0
        columns = self._columns_at_once(block, first)
        if columns is None:
            self._take_line_by_line(block, first)
        else:
            self._add(block, np.arange(first, len(block.lines)), columns)

    def finish(self) -> Reading:
        """Return the table without the rows that hold text where a number belongs."""
        table = self.table.build()
        torn = np.zeros(table.rows, bool)
        reasons = {}
        for column in filter(_is_torn, table.columns):
            rows = column.texts.numbers()
            reasons[f"has text in the numeric column `{column.name}`"] = rows[~torn[rows]]
            torn[rows] = True
        rows = self._longer_alone(table)
        if len(rows):
            reasons["has more cells than the header and the other rows"] = rows[~torn[rows]]
            torn[rows] = True
        self._reject_torn(table, reasons)
        numeric = [column if _is_numeric(column) else column.without_any() for column in table.columns]
        notices = (*self.notices, *self._more_headers(), *self.damage.notices(), *self._texts(table))
        return Reading(self.form, table.with_columns(numeric).without(torn), notices)

    def _longer_alone(self, table: Table) -> Numbers:
        """Return the few rows with more cells than the header that stand alone: a writer that pads rows goes on so."""
        if not 0 < len(self.longer) <= _TORN * table.rows:
            return NO_ROWS
        longer = np.isin(table.lines.at(np.arange(table.rows)), self.longer)
        alone = longer & ~np.append(True, longer[:-1]) & ~np.append(longer[1:], False)
        return np.flatnonzero(alone)

    def _reject_torn(self, table: Table, reasons: Mapping[str, Numbers]) -> None:
        """Say which rows are left out for text in a column of numbers."""
        if any(map(len, reasons.values())):
            rows = np.concatenate(list(reasons.values()))
            order = np.argsort(rows)
            why = np.repeat(np.array(list(reasons), object), list(map(len, reasons.values())))[order]
            for span in spans_of(self.path, table.lines.at(rows[order].astype(np.int64)), why.tolist()):
                self.damage.add(span)

    def _more_headers(self) -> Iterator[Notice]:
        """Say how many headers there are beyond those that are told of one by one."""
        if self.headers > MOST_NOTICES:
            message = f"The header is repeated or changed {self.headers - MOST_NOTICES} more times."
            yield Notice(RESTART, str(self.path), message)

    def _texts(self, table: Table) -> Iterator[Notice]:
        """Say where columns of numbers hold text so often that it may have been meant."""
        for column in table.columns:
            if len(column) and len(column.texts) and _is_numeric(column) and not _is_torn(column):
                line = int(table.lines.at(column.texts.numbers()[:1].astype(np.int64))[0])
                cells = "1 cell" if len(column.texts) == 1 else f"{len(column.texts)} cells"
                message = f"Column `{column.name}` holds text, not a number, in {cells}, the first on line {line}."
                yield Notice(INTERPRETATION, str(self.path), message, line_start=line, line_end=line)

    def _columns_at_once(self, block: Block, first: int) -> list[Sequence[str]] | None:
        """Cut lines that are all ordinary rows, in C; None when one of them may not be."""
        lines, separator, width = block.lines[first:], self.form.separator, len(self.header)
        if self.form.decimal_comma and separator != ",":
            lines = [line.replace(",", ".") for line in lines]
        text = separator.join(lines)
        if (
            not block.ended
            or '"' in text
            or "\0" in text
            or any(line.count(separator) != width - 1 for line in lines)
            or not {line[:1] for line in lines} <= _ORDINARY | {separator}
            or self.header_line in lines
        ):
            return None
        cells = text.split(separator)
        return [cells[i::width] for i in range(width)]

    def _take_line_by_line(self, block: Block, first: int) -> None:
        rows: list[Row] = []
        places: list[int] = []
        for i, line in enumerate(block.lines[first:], first):
            row = self.form.cells(line)
            if row and row[0][:1] not in _ORDINARY and is_header(row, like=self.header):
                self._add_rows(block, places, rows)
                rows, places = [], []
                self._change_header(block, i, unique_names(row))
            elif line.strip() and not line.startswith("#") and (row := self._fitted(block, i, row)):
                rows.append(row)
                places.append(i)
                self.position = row[0]
        if places and not block.ended and places[-1] == len(block.lines) - 1:
            self._leave_out_cut_cell(block, rows)
        self._add_rows(block, places, rows)

    def _fitted(self, block: Block, i: int, row: Row | None) -> Row | None:
        """Return a row with one cell for each column, or None when it has to be left out."""
        width = len(self.header)
        if "\0" in block.lines[i]:
            self._reject(block, i, "holds NUL bytes, as storage leaves them after a crash", STORAGE_FAULT)
            return self._behind_nuls(block.lines[i])
        breaks_off = INTERRUPTED_WRITE if not block.ended and i == len(block.lines) - 1 else ""
        if row is None:
            self._reject(block, i, "ends inside quotes", breaks_off)
        elif len(row) < width:
            self._reject(block, i, f"has {len(row)} cells where the header has {width}", breaks_off)
        elif any(cell.strip() for cell in row[width:]):
            self._reject(block, i, f"has {len(row)} cells where the header has {width}")
        else:
            if len(row) > width:
                self.longer.append(block.first + i)
            return row[:width]
        return None

    def _behind_nuls(self, line: str) -> Row | None:
        """Return the row behind NULs at the start of a line, if it is whole: it counts on from the row before."""
        row = self.form.cells(line.lstrip("\0"))
        if row is None or "\0" in "".join(row) or len(row) != len(self.header) or not counts(self.header[0]):
            return None
        try:
            before, here = parse_number(self.position), parse_number(row[0])
        except ValueError:
            return None
        return row if before is not None and here is not None and before < here else None

    def _change_header(self, block: Block, i: int, header: tuple[str, ...]) -> None:
        repeated = header == self.header
        message = (
            "The header is repeated: the writer began again."
            if repeated
            else f"From here on the table has other columns: {', '.join(header)}."
        )
        self.header, self.header_line = header, block.lines[i]
        self.headers += 1
        if self.headers > MOST_NOTICES:
            return
        place = (int(block.offsets[i]), int(block.offsets[i + 1]), block.first + i, block.first + i)
        self.notices.append(Notice(RESTART if repeated else INTERPRETATION, str(self.path), message, *place))

    def _leave_out_cut_cell(self, block: Block, rows: list[Row]) -> None:
        """Leave out the last cell of a file without a last line end, unless it cannot be cut off."""
        recent = [*self.recent, *(row[-1] for row in rows)]
        if not block.lines[-1].endswith('"') and not _is_as_long_as_ever(recent):
            rows[-1][-1] = ""
            reason = "has no line end; its last cell may be cut off and was not used"
            self._reject(block, len(block.lines) - 1, reason, INTERRUPTED_WRITE)

    def _reject(self, block: Block, i: int, reason: str, cause: str = "") -> None:
        self.damage.add(Span.of(block, i, reason, cause))

    def _add_rows(self, block: Block, places: list[int], rows: list[Row]) -> None:
        if rows:
            self._add(block, np.array(places), list(zip(*rows, strict=True)))

    def _add(self, block: Block, places: NDArray[np.int64], columns: Sequence[Sequence[str]]) -> None:
        """Add a section of rows below one header, given the columns and the place of each row in the block."""
        for name, column in zip(self.header, columns, strict=True):
            if label_name(name) in LABELS:
                self.table.label(name, {row: word for row, cell in enumerate(column) if (word := cell.strip())})
            if name not in self.prose:
                cells = parse_cells(column, parser_of(name))
                self.table.add(name, cells)
                if not len(cells.rows) and len(cells.texts) >= _PROSE and not is_of_training(name):
                    self.prose.add(name)
        self.recent = columns[-1][-_RECENT:]
        self.position = columns[0][-1] if len(columns[0]) else self.position
        self.table.end_block(places + block.first)


def _is_numeric(column: Column) -> bool:
    """Tell whether the numbers in a column count: they are most of it, or its name promises them."""
    return not column.is_prose or is_of_training(column.name)


def _is_torn(column: Column) -> bool:
    """Tell whether the text in a column is damage: all other cells are numbers."""
    texts = len(column.texts)
    return 0 < texts < len(column) and texts <= max(1, _TORN * len(column))


def _is_as_long_as_ever(cells: Sequence[str]) -> bool:
    """Tell whether the last cell has as many decimals as its writer gives, so that nothing can be missing.

    One that rounds drops zeros at the end (`0.762` beside `0.7667`): most cells have all decimals, and none has more.
    """
    decimals = [len(cell.partition(".")[2]) for cell in cells if cell]
    most = max(decimals, default=0)
    return (
        len(decimals) > 2 and bool(cells[-1]) and decimals[-1] == most > 0 and 2 * decimals.count(most) > len(decimals)
    )
