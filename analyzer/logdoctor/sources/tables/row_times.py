"""When a row was written: columns of dates and times, recognised by name and size."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from logdoctor.run.naming import words
from logdoctor.sources.tables.compact.rows import Rows
from logdoctor.sources.tables.counters import canonical, counts, numbers_rows
from logdoctor.sources.tables.numbers import CellParser, parse_number, parse_time
from logdoctor.sources.tables.table import Column, Table

MOMENTS = frozenset({
    "wall time", "wall_time", "walltime", "_timestamp", "timestamp", "timestamps", "time_stamp", "datetime", "date",
    "date_time", "created_at", "logged_at", "ts", "time",
})  # fmt: skip
"""Names of columns that may hold the moment of logging."""

_TIMES = frozenset({"time", "elapsed", "duration", "eta", "remaining"})
"""Words in a name that allow clocks in a column."""

SINCE, _UNTIL = 1e9, 4e9
"""Seconds since 1970, from 2001 to 2096, that are taken for moments; smaller numbers are durations."""

_UNITS = (1.0, 1e-3)
"""Seconds and milliseconds."""

_COUNT = re.compile(r"(?:([A-Za-z]{2,12})[ _:#]{1,3})?([0-9]{1,15})(?: ?(?:/|of) ?[0-9]{1,15})?")
"""A count, behind the word for it and before what it runs to."""


def parser_of(name: str) -> CellParser:
    """Return how to read the cells of a column, which its name tells."""
    holds_times = name.strip().lower() in MOMENTS or not _TIMES.isdisjoint(words(name))
    if holds_times:
        return parse_time
    return partial(_parse_count, canonical(name)) if counts(name) and not numbers_rows(name) else parse_number


def _parse_count(counter: str, text: str) -> float | None:
    """Read where a row stands: `12`, `12/300`, and `Epoch 12` where epochs are counted; `model 12` is a name."""
    told = _COUNT.fullmatch(text.strip())
    return float(told[2]) if told and (told[1] is None or canonical(told[1]) == counter) else parse_number(text)


@dataclass(frozen=True)
class RowTimes:
    """When the rows of a table were written."""

    column: Column
    unit: float
    """Seconds that a number of the column stands for."""
    rows: int
    """Rows of the table."""

    def of(self, where: Rows) -> NDArray[np.float64] | None:
        """Return when some rows were written, in seconds since 1970, or None where one does not say."""
        found = np.empty(len(where))
        end = 0
        moments = self.column.held.over_all(self.column.where, self.rows)
        for piece, here in zip(moments, where.within(self.rows), strict=True):
            seconds = piece[here] * self.unit
            if np.isnan(seconds).any():
                return None
            found[end : end + len(seconds)] = seconds
            end += len(seconds)
        return found


def without_row_times(table: Table) -> tuple[Table, RowTimes | None]:
    """Take the column out that holds the moment of logging."""
    for column in table.columns:
        for unit in _UNITS if column.name.strip().lower() in MOMENTS and len(column) else ():
            if all(bool(((at * unit > SINCE) & (at * unit < _UNTIL)).all()) for at in column.pieces()):
                rest = table.with_columns(one for one in table.columns if one is not column)
                return rest, RowTimes(column, unit, table.rows)
    return table, None
