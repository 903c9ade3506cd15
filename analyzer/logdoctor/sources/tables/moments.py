"""When a row was written: columns of dates and times, recognised by name and size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from logdoctor.run.naming import words
from logdoctor.sources.tables.numbers import CellParser, parse_number, parse_time
from logdoctor.sources.tables.table import Column, Table

MOMENTS = frozenset({
    "wall time", "wall_time", "walltime", "_timestamp", "timestamp", "timestamps", "time_stamp", "datetime", "date",
    "date_time", "created_at", "logged_at", "ts", "time",
})  # fmt: skip
"""Names of columns that may hold the moment of logging."""

_TIMES = frozenset({"time", "elapsed", "duration", "eta", "remaining"})
"""Words in a name that allow clocks in a column."""

_SINCE, _UNTIL = 1e9, 4e9
"""Seconds since 1970, from 2001 to 2096, that are taken for moments; smaller numbers are durations."""

_UNITS = (1.0, 1e-3)
"""Seconds and milliseconds."""


def parser_of(name: str) -> CellParser:
    """Return how to read the cells of a column, which its name tells."""
    holds_times = name.strip().lower() in MOMENTS or not _TIMES.isdisjoint(words(name))
    return parse_time if holds_times else parse_number


def without_moments(table: Table) -> tuple[Table, NDArray[np.float64] | None]:
    """Take the column out that holds the moment of logging; return it in seconds since 1970, NaN where unknown."""
    for column in table.columns:
        seconds = _seconds(column)
        if seconds is not None:
            moments = np.full(table.rows, np.nan)
            column.where.put(seconds, moments)
            return table.with_columns(one for one in table.columns if one is not column), moments
    return table, None


def _seconds(column: Column) -> NDArray[np.float64] | None:
    if column.name.strip().lower() not in MOMENTS or not len(column):
        return None
    for unit in _UNITS:
        seconds = column.values * unit
        if ((seconds > _SINCE) & (seconds < _UNTIL)).all():
            return seconds
    return None
