"""Trackio's database of a project: a row a call of its logger, with the metrics as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.sqlite.sqlite_file import Rows, damage_in, damage_of, has_tables, intact_rows, is_sqlite, opened
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
            notices = database.notices + damage_of(path, database)
            known = has_tables(path, configs="run_name config")
            configs = intact_rows(database, "configs", "run_name, config") if known else Rows([])
            found = intact_rows(database, "metrics", "run_name, step, timestamp, metrics")
        if not found.rows and found.gaps:
            raise UnreadableLogError(f"{path}: damaged: no row of the table metrics can be read")
        notices += damage_in(path, "configs", configs.gaps) + damage_in(path, "metrics", found.gaps)
        settings = {str(run): config for run, config in configs.rows}
        for run, rows in groupby(sorted(found.rows, key=_run), key=_run):
            read = [_record(step, timestamp, metrics) for _, step, timestamp, metrics in rows]
            whole = [row for row in read if row is not None]
            lost = len(read) - len(whole)
            text = f"{lost} rows of run {run} hold no JSON and were not used"
            odd = (Notice(DAMAGE, str(path), text),) if lost else ()
            for log in read_logs(table_of(path, whole), notices + odd):
                yield replace(log, label=run, hyperparameters=settings_of(_object(settings.get(run))))
            notices = ()


def _run(row: tuple[object, ...]) -> str:
    return str(row[0])


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
