"""The form of a table written as text: separator, header, and use of commas."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from logdoctor.sources.tables.counters import counts
from logdoctor.sources.tables.numbers import MISSING, parse_number
from logdoctor.sources.tables.text import readable

SEPARATORS = (",", "\t", ";", "|")

_SAMPLE_LINES = 50
"""How many lines decide about the separator."""

_FEWEST_ALIKE = 0.3
"""Share of lines with as many cells as the first that a separator must exceed; the header may change on the way."""

MOST_TITLES = 2
"""Lines above a header that may tell what the table is of."""

_UNNAMED = "Unnamed: "
"""How pandas calls a level of a header that is empty, with its place."""

_FEWEST_GROUPED = 3
"""Columns of a table that has groups of them: an index, and two of one group."""

_DECIMAL_COMMA = re.compile(r"\b0,[0-9]|[0-9],(?![0-9]{3}\b)[0-9]")

_TELLS_SEPARATOR = re.compile(r"sep=.", re.I)
"""A first line that is meant for Excel."""

NAMELESS = frozenset({"0", ",0"})
"""How pandas heads a column without a name."""

Row = list[str]


@dataclass(frozen=True)
class Form:
    """How a file writes its table."""

    separator: str
    header: tuple[str, ...]
    """One name for each column, no two alike."""
    header_line: str
    """The header as it stands in the file, or what stands where it should be."""
    first: int
    """Index of the first line below the header."""
    comments: tuple[str, ...] = ()
    """The titles above the header, and the lines there that begin with `#`."""
    decimal_comma: bool = False
    unheaded: int | None = None
    """Place of a cell that every row has, empty, and the header has not: two separators written for one."""

    def cells(self, line: str) -> Row | None:
        """Cut a line into cells; None when it ends inside quotes, for no logger writes cells of several lines."""
        row = self._cut(line)
        if self.unheaded is None or row is None or len(row) != len(self.header) + 1 or row[self.unheaded].strip():
            return row
        return row[: self.unheaded] + row[self.unheaded + 1 :]

    def _cut(self, line: str) -> Row | None:
        if not self.decimal_comma:
            return split(line, self.separator)
        if self.separator != ",":
            return split(line.replace(",", "."), self.separator)
        row = split(line, self.separator)  # pandas puts numbers with a decimal comma into quotes then
        return None if row is None else [cell.replace(",", ".") for cell in row]


def split(line: str, separator: str) -> Row | None:
    """Cut a row into cells, quoted ones whole whatever is in them; None when it ends inside quotes or behind a row."""
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader((line,), delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def form_of(lines: Sequence[str], header: Sequence[str] = ()) -> Form | None:
    """Find out the form of a file from its first lines; None when they are no table, or one without a header.

    A line above the header that no separator cuts is the title of the table, and so is a second one. A line for
    Excel is left out.
    """
    told = int(bool(lines) and _TELLS_SEPARATOR.fullmatch(lines[0]) is not None)
    for titles in range(told, min(MOST_TITLES, len(lines)) + 1):
        if (form := _form_of(lines[titles:], header)) is not None:
            return replace(form, first=form.first + titles, comments=(*lines[:titles], *form.comments))
        if titles == len(lines):
            return None
        if any(separator in lines[titles] for separator in SEPARATORS) and not _TELLS_SEPARATOR.fullmatch(
            lines[titles]
        ):
            return None
    return None


def _form_of(lines: Sequence[str], header: Sequence[str]) -> Form | None:
    comments = tuple(line for line in lines[:_SAMPLE_LINES] if line.startswith("#"))
    sample = [(i, line) for i, line in enumerate(lines[:_SAMPLE_LINES]) if line.strip() and not line.startswith("#")]
    if not sample:
        return None
    separator = _separator_below([line for _, line in sample], header)
    first, top = sample[0]
    names = split(top, separator) if separator else None
    if separator is None or names is None:
        return None
    if levels := _levels([split(line, separator) for _, line in sample[: MOST_TITLES + 1]]):
        names, (first, top) = _joined(levels), sample[len(levels) - 1]
        first += 1
    elif is_header(names):
        first += 1
    elif above := _commented_header(comments, separator, len(names)):
        names = above
    elif len(header) == len(names):
        first += top.strip() in NAMELESS
        names = list(header)
    else:
        return None
    below = [line for i, line in sample if i >= first]
    if separator == ",":
        below = [cell for line in below if '"' in line for cell in split(line, separator) or ()]
    decimal_comma = has_decimal_commas(below)
    unheaded = _unheaded([split(line, separator) or [] for i, line in sample if i >= first], len(names))
    return Form(separator, unique_names(names), top, first, comments, decimal_comma, unheaded)


def _separator_below(lines: Sequence[str], header: Sequence[str]) -> str | None:
    """Return what separates the cells of lines, of which a header from elsewhere may say how many there are."""
    if separator := _separator(lines):
        return separator
    if len(header) == 1 or _is_name_above_numbers(lines):
        return SEPARATORS[0]  # of one column, which nothing separates
    numbers_alone = len(header) > 1 and all(line.count(" ") + 1 == len(header) for line in lines)
    return " " if numbers_alone else None  # `print(epoch, loss, file=log)`


def is_header(cells: Sequence[str], like: Sequence[str] = ()) -> bool:
    """Tell whether cells are names: no number among them, few empty, and one of them known when there is a header."""
    names = [cell.strip().lstrip("\ufeff") for cell in cells]
    named = [name for name in names if name not in MISSING]
    if not named or len(named) * 2 < len(names) or any(map(_is_number, named)):
        return False
    return not like or not set(named).isdisjoint(like)


def _levels(rows: Sequence[Row | None]) -> list[Row]:
    """Return the lines of a header of two levels, as pandas writes one of several; none where it has one.

    The upper level names groups of columns: it says a name again, or leaves it out behind the first of a group. Below
    both, pandas names the index.
    """
    upper, lower, *below = rows if len(rows) > 1 else (None, None)
    if upper is None or lower is None or len(lower) != len(upper) or len(upper) < _FEWEST_GROUPED:
        return []
    groups, names = _cells_named(upper), _cells_named(lower)
    if len(set(groups)) == len(groups) >= len(upper) - 1 or len(names) < 2 or any(map(_is_number, groups + names)):
        return []
    if len(set(_joined([upper, lower]))) < len(upper) or any(map(_counts_in_words, upper, lower)):
        return []
    names_index = below and below[0] is not None and len(below[0]) == len(upper) and _names_first_alone(below[0])
    return [upper, lower, below[0]] if names_index and below[0] is not None else [upper, lower]


def _counts_in_words(group: str, name: str) -> bool:
    """Tell a counter with a word below it: no name, but a first row that cannot be used."""
    return (
        bool(group.strip())
        and counts(group.strip())
        and name.strip() not in MISSING
        and not name.strip().startswith(_UNNAMED)
    )


def _cells_named(row: Row) -> list[str]:
    return [cell.strip() for cell in row if cell.strip() not in MISSING]


def _names_first_alone(row: Row) -> bool:
    return bool(row[0].strip()) and not _is_number(row[0]) and not any(cell.strip() for cell in row[1:])


def _joined(levels: Sequence[Row]) -> Row:
    """Return a name for each column of all levels; one that the uppermost leaves out is that of the column before."""
    upper: Row = []
    for i, cell in enumerate(levels[0]):
        upper.append(cell if cell.strip() or i < 2 else upper[-1])
    columns = zip(upper, *levels[1:], strict=True)
    return ["/".join(cell.strip() for cell in cells if cell.strip()) for cells in columns]


def _separator(lines: Sequence[str]) -> str | None:
    """Return the separator that cuts most lines into as many cells as the first, and into at least two.

    Where none does, the columns may have changed early on: lines count that are cut as the one before them is.
    """
    all_widths = {separator: _widths(lines, separator) for separator in SEPARATORS}
    for alike in (_as_the_first, _as_the_one_before):
        shares = {separator: alike(widths) for separator, widths in all_widths.items() if widths[0] > 1}
        if shares and max(shares.values()) > _FEWEST_ALIKE:
            return max(shares, key=lambda separator: shares[separator])
    return None


def _widths(lines: Sequence[str], separator: str) -> list[int]:
    """Return into how many cells each line is cut, less one that is empty in every row and that the header has not."""
    rows = [split(line, separator) or [] for line in lines]
    if len(rows[0]) > 1 and _unheaded(rows[1:], len(rows[0])) is not None:
        return [len(rows[0])] * len(rows)
    return [len(row) for row in rows]


def _unheaded(rows: Sequence[Row], width: int) -> int | None:
    """Return the place of the one cell that is empty in every row, where each has one more than the header.

    A separator ends every row then, or stands twice, as flair writes it behind the training loss.
    """
    if not rows or any(len(row) != width + 1 for row in rows):
        return None
    empty = [i for i in range(width + 1) if not any(row[i].strip() for row in rows)]
    return empty[0] if len(empty) == 1 else width if width in empty else None


def _as_the_first(widths: Sequence[int]) -> float:
    return widths.count(widths[0]) / len(widths)


def _as_the_one_before(widths: Sequence[int]) -> float:
    """Return the share of lines that are as wide as the one before; 0 where the second is not, or one has no cells."""
    if min(widths) < 2 or widths[:1] != widths[1:2]:
        return 0.0
    return sum(here == before for before, here in pairwise(widths)) / len(widths)


def _is_name_above_numbers(lines: Sequence[str]) -> bool:
    """Tell one column under its name."""
    return len(lines) > 2 and is_header(lines[:1]) and all(map(_is_number, lines[1:]))


def has_decimal_commas(lines: Sequence[str]) -> bool:
    """Tell whether commas are decimal points, as spreadsheets write them in many countries, and not thousands."""
    text = "\n".join(lines)
    return bool(_DECIMAL_COMMA.search(text)) and not re.search(r"[0-9]\.[0-9]", text)


def _commented_header(comments: Sequence[str], separator: str, width: int) -> Row | None:
    """Return the last comment as a header, which is how numpy.savetxt writes one."""
    names = split(comments[-1].lstrip("# "), separator) if comments else None
    return names if names and len(names) == width and is_header(names) else None


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Clean the names of columns: a second `loss` becomes `loss.1`, a nameless third column `column 3`."""
    header: list[str] = []
    copies: dict[str, int] = {}
    for i, raw in enumerate(names):
        name = readable(raw).strip().lstrip("\ufeff").strip() or (f"column {i + 1}" if i else "")
        copies[name] = copies.get(name, -1) + 1
        header.append(f"{name}.{copies[name]}" if copies[name] else name)
    return tuple(header)
