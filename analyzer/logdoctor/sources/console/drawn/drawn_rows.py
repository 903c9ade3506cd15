"""Rows of drawn tables: the cells that name and hold numbers, and the rows that were read so far."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan

import numpy as np

from logdoctor.run.naming import role_of, split_of
from logdoctor.run.roles import Loss
from logdoctor.sources.console.forms.form import Field, Form, Kind
from logdoctor.sources.console.rows.streams import Rows
from logdoctor.sources.console.words.vocabulary import COUNTER_WORDS
from logdoctor.sources.tables.counters import normal
from logdoctor.sources.tables.row_times import parser_of

_SHORT = {"e": "epoch", "#": "step"}
"""spaCy's names of the counters."""

_OF_DEEPXDE = "Test metric"
"""DeepXDE's column of metrics, whose cells hold empty lists where none was asked for."""

RULE = re.compile(r"^[\s|:+=\u2500-\u257f-]*$")
"""A line that is drawn and says nothing."""

Names = tuple[tuple[Kind, str], ...]
"""What the numbers of a row are, in their order."""


@dataclass
class _Collected:
    """Rows of one set of names."""

    names: Names
    lines: list[int] = field(default_factory=list)
    numbers: list[list[float]] = field(default_factory=list)
    passing: bool = False
    """Whether the last row will be overwritten."""

    def rows(self) -> Rows:
        fields = tuple(Field(kind, name, i) for i, (kind, name) in enumerate(self.names))
        numbers = np.array(self.numbers, np.float64).reshape(len(self.lines), len(fields))
        form = Form(fields, counter_first=True, in_table=True)
        return Rows(form, np.array(self.lines, np.int64), tuple(numbers.T.copy()))


class DrawnRows:
    """The rows of all drawn tables of a log, by the names that they carry."""

    def __init__(self) -> None:
        self._found: dict[Names, _Collected] = {}

    def add(
        self, logged: Mapping[str, float], counters: Mapping[str, str], line: int, *, passing: bool = False
    ) -> None:
        """Add the numbers of a row by name; a row at the counter of one that was `passing` stands in its place."""
        order = sorted(logged, key=lambda name: name not in counters)
        kinds = tuple((Kind.COUNTER, counters[n]) if n in counters else (Kind.VALUE, n) for n in order)
        rows = self._found.setdefault(kinds, _Collected(kinds))
        if rows.passing and rows.numbers[-1][0] == logged[order[0]]:
            rows.lines.pop()
            rows.numbers.pop()
        rows.lines.append(line)
        rows.numbers.append([logged[name] for name in order])
        rows.passing = passing

    def streams(self) -> list[Rows]:
        """Return the rows of each set of names."""
        return [collected.rows() for collected in self._found.values()]


def counter_of(name: str) -> str:
    """Return the counter that a column is, in the spelling of tables, or nothing."""
    plain = normal(name).rpartition("/")[2]
    return COUNTER_WORDS.get(plain, "") or _SHORT.get(plain, "")


def number_in(name: str, cell: str) -> float | None:
    """Return the number in the cell of a column, or None."""
    if counter_of(name):
        cell = cell.partition("/")[0]  # Ultralytics: `1/100`
    try:
        if name == _OF_DEEPXDE and cell == "[]":
            return nan  # which tells whose table it is
        if cell[:1] + cell[-1:] == "[]":
            return _sum(name, [parser_of(name)(term.strip()) for term in cell[1:-1].split(",")])
        return parser_of(name)(cell.removesuffix("G"))
    except ValueError:
        return None


def _sum(name: str, terms: Sequence[float | None]) -> float | None:
    """Return what the terms of a loss come to, which DeepXDE lists in a cell; of anything else one number alone."""
    known = [one for one in terms if one is not None]
    is_loss = issubclass(role_of(name, split_of(name)), Loss)
    return sum(known) if known and (is_loss or len(terms) == 1) else None
