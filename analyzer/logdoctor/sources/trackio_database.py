"""Trackio's database of a project: a row a call of its logger, with the metrics as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.sqlite_file import has_tables, is_sqlite, opened
from logdoctor.sources.tables.json_text import decode
from logdoctor.sources.tables.records import settings_of, table_of
from logdoctor.sources.tables.table_logs import read_logs


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
            named = has_tables(path, configs="run_name config")
            configs = dict(database.execute("SELECT run_name, config FROM configs")) if named else {}
            found = database.execute("SELECT run_name, step, timestamp, metrics FROM metrics ORDER BY run_name, id")
            for run, rows in groupby(found, key=lambda row: str(row[0])):
                read = [_row(step, timestamp, metrics) for _, step, timestamp, metrics in rows]
                whole = [row for row in read if row is not None]
                lost = len(read) - len(whole)
                text = f"{lost} rows of run {run} hold no JSON and were not used"
                notices = (Notice(DAMAGE, str(path), text),) if lost else ()
                for log in read_logs(table_of(path, whole), notices):
                    yield replace(log, label=run, hyperparameters=settings_of(_object(configs.get(run))))


def _row(step: object, timestamp: object, metrics: object) -> dict[str, Any] | None:
    values = _object(metrics)
    return {"step": step, "timestamp": timestamp, **values} if values else None


def _object(stored: object) -> dict[str, Any]:
    """Return the JSON object in a text, or in the bytes that newer versions store, or an empty one."""
    text = stored.decode("utf-8", "replace") if isinstance(stored, bytes) else stored
    with suppress(ValueError):
        if isinstance(text, str) and isinstance(found := decode(text), dict):
            return {name: value for name, value in found.items() if not name.startswith("_")}
    return {}
