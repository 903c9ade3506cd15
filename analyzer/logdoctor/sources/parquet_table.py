"""Histories as Parquet: tables of curves written by pandas and polars, and the runs that W&B exports."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import INTERPRETATION
from logdoctor.sources.parquet.parquet_file import INSTALL, column_names, footer_of, library, rows_of
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.tables.compact.lines import Lines
from logdoctor.sources.tables.counters import counts, normal
from logdoctor.sources.tables.json.records import add_records, names_data
from logdoctor.sources.tables.likeness import PLAIN_COUNTERS, is_set_of_curves, is_training, tells_loss
from logdoctor.sources.tables.row_times import MOMENTS
from logdoctor.sources.tables.table import Table, TableBuilder
from logdoctor.sources.tables.table_logs import read_logs

_INDEX = "__index_level_0__"
"""What pandas calls an index without a name."""

_OF_WANDB = frozenset({"_runtime", "_timestamp"})
"""What stands beside `_step` in a history of W&B, one of them at least."""

_AT_A_TIME = 1000
"""Rows that become columns together."""

_LIBRARY_MISSING = f"This table is Parquet, {INSTALL}."


class ParquetTable(Source):
    """A table of curves, with a counter or without, read with pyarrow where it is installed.

    A missing value is "not logged". pandas writes NaN as missing, too, so that a NaN loss cannot be told from a gap.
    """

    name = "parquet"
    patterns = ("*.parquet",)
    precedence = 15

    def recognizes(self, head: Head) -> bool:
        """Tell it by the names of its columns, and by its first rows where they can be read: most such files are data.

        Only names that nothing but a training has will do.
        """
        if not _tells_history(column_names(footer_of(head))):
            return False
        if (parquet := library()) is None:
            return True
        try:
            return is_training(_table(head.path, islice(rows_of(head.path, parquet, []), _AT_A_TIME)))
        except UnreadableLogError:
            return True  # reading it tells what is wrong

    def read(self, path: Path) -> Iterator[Log]:
        """Read every column against the finest counter, or say what to install."""
        if (parquet := library()) is None:
            yield Log(notices=(Notice(INTERPRETATION, str(path), _LIBRARY_MISSING),))
            return
        notices: list[Notice] = []
        table = _table(path, rows_of(path, parquet, notices))
        if not table.rows and notices:
            raise UnreadableLogError(f"{path}: damaged: {notices[0].message}")
        yield from read_logs(table, notices)


def _tells_history(names: Collection[str]) -> bool:
    """Tell the columns of a training's history from those of data, which may have a step or a loss as well."""
    plain = {normal(name) for name in names}
    if "_step" in plain and plain & _OF_WANDB:
        return True
    if any(map(names_data, names)):
        return False
    quantities = [name for name in names if not counts(name) and normal(name) not in MOMENTS and name != _INDEX]
    if plain & PLAIN_COUNTERS:
        return any(map(tells_loss, quantities))
    return len(quantities) > 1 and is_set_of_curves(quantities) and any(map(tells_loss, quantities))


def _table(path: Path, rows: Iterator[dict[str, Any]]) -> Table:
    table = TableBuilder(path)
    done = 0
    while records := [_plain(row) for row in islice(rows, _AT_A_TIME)]:
        add_records(table, records, np.arange(done, done + len(records)))
        done += len(records)
    return replace(table.build(), lines=Lines())


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON would hold it."""
    return {"" if name == _INDEX else name: _of_json(value) for name, value in row.items()}


def _of_json(value: Any) -> Any:
    if isinstance(value, date):  # a moment is one, too
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
