"""Trackio's database of a project: a row a call of its logger, with the metrics as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.sqlite.sqlite_file import Gaps, damage_in, damage_of, has_tables, intact_rows, is_sqlite, opened
from logdoctor.sources.tables.json_text import decode
from logdoctor.sources.tables.lines import Lines
from logdoctor.sources.tables.records import add_records, settings_of
from logdoctor.sources.tables.table import Table, TableBuilder
from logdoctor.sources.tables.table_logs import read_logs

_AT_A_TIME = 1000
"""Rows of one run that are kept as they were logged before they become arrays."""


class TrackioDatabase(Source):
    """Every run of a project (`<project>.db`); numbers that are not finite are the texts "NaN" and "Infinity"."""

    name = "trackio"
    patterns = ("*.db",)
    precedence = 44

    def recognizes(self, head: Head) -> bool:
        """Tell it by the table of its metrics."""
        return is_sqlite(head) and has_tables(head.path, metrics="timestamp run_name step metrics")

    def read(self, path: Path) -> Iterator[Log]:
        """Read the runs in the order of their names."""
        with opened(path) as database:
            notices = database.notices + damage_of(path, database)
            known = has_tables(path, configs="run_name config")
            gaps: dict[str, Gaps] = {"configs": [], "metrics": []}
            configs = intact_rows(database, "configs", "run_name, config", gaps["configs"]) if known else ()
            settings = {str(run): config for run, config in configs}
            runs: dict[str, _History] = {}
            for run, *row in intact_rows(database, "metrics", "run_name, step, timestamp, metrics", gaps["metrics"]):
                runs.setdefault(str(run), _History(path)).add(*row)
        if not runs and gaps["metrics"]:
            raise UnreadableLogError(f"{path}: damaged: no row of the table metrics can be read")
        notices += tuple(notice for table, found in gaps.items() for notice in damage_in(path, table, found))
        for run, history in sorted(runs.items()):
            text = f"{history.lost} rows of run {run} hold no JSON and were not used"
            odd = (Notice(DAMAGE, str(path), text),) if history.lost else ()
            for log in read_logs(history.table(), notices + odd):
                yield replace(log, label=run, hyperparameters=settings_of(_object(settings.get(run))))
            notices = ()


class _History:
    """The rows of one run, as they come."""

    def __init__(self, path: Path) -> None:
        self.lost = 0
        """Rows that hold no JSON."""
        self._table = TableBuilder(path)
        self._last: list[dict[str, Any]] = []

    def add(self, step: object, timestamp: object, metrics: object) -> None:
        """Take one row."""
        record = _record(step, timestamp, metrics)
        if record is None:
            self.lost += 1
            return
        self._last.append(record)
        if len(self._last) >= _AT_A_TIME:
            self._put_away()

    def table(self) -> Table:
        """Return all rows."""
        self._put_away()
        return replace(self._table.build(), lines=Lines())

    def _put_away(self) -> None:
        add_records(self._table, self._last, np.arange(self._table.rows, self._table.rows + len(self._last)))
        self._last = []


def _record(step: object, timestamp: object, metrics: object) -> dict[str, Any] | None:
    values = _object(metrics)
    return {"step": step, "timestamp": timestamp, **values} if values else None


def _object(stored: object) -> dict[str, Any]:
    """Return the JSON object in a text, or in the bytes that newer versions store, or an empty one."""
    text = stored.decode("utf-8", "replace") if isinstance(stored, bytes) else stored
    with suppress(ValueError):
        if isinstance(text, str) and isinstance(found := decode(text), dict):
            return {name: value for name, value in found.items() if not name.startswith("_")}
    return {}
