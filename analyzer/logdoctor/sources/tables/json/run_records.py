"""Records of several runs in any order, to one table per run; few records are kept in memory as they were logged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from logdoctor.sources.tables.compact.lines import Lines
from logdoctor.sources.tables.json.records import Record, add_records
from logdoctor.sources.tables.table import Table, TableBuilder

_AT_A_TIME = 1000
"""Records of one run that become arrays together."""

_MOST_HELD = 50_000
"""Records of all runs that are held."""


class RunRecords:
    """The records of a file, by run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tables: dict[str, TableBuilder] = {}
        self._last: dict[str, list[Record]] = {}
        self._held = 0

    def __len__(self) -> int:
        return len(self._tables.keys() | self._last.keys())

    def add(self, run: str, record: Record) -> None:
        """Put a record behind the others of its run."""
        last = self._last.setdefault(run, [])
        last.append(record)
        self._held += 1
        if len(last) == _AT_A_TIME:
            self._put_away(run)
        elif self._held > _MOST_HELD:
            for one in list(self._last):
                self._put_away(one)

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Yield the runs in the order of their names, each with its table, which is then let go."""
        for run in list(self._last):
            self._put_away(run)
        for run in sorted(self._tables):
            yield run, replace(self._tables.pop(run).build(), lines=Lines())

    def _put_away(self, run: str) -> None:
        table = self._tables.setdefault(run, TableBuilder(self._path))
        records = self._last.pop(run)
        add_records(table, records, np.arange(table.rows, table.rows + len(records)))
        self._held -= len(records)
