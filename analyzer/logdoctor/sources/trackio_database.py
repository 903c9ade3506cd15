"""Trackio's database of a project: one row per call of its logger, with the metrics as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.sqlite.sqlite_file import Gaps, damage_in, damage_of, has_tables, intact_rows, is_sqlite, opened
from logdoctor.sources.tables.json.json_text import decode
from logdoctor.sources.tables.json.records import settings_of
from logdoctor.sources.tables.json.run_records import RunRecords
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
            gaps: dict[str, Gaps] = {"configs": [], "metrics": []}
            configs = intact_rows(database, "configs", "run_name, config", gaps["configs"]) if known else ()
            settings = {str(run): config for run, config in configs}
            runs, lost = RunRecords(path), Counter[str]()
            for run, *row in intact_rows(database, "metrics", "run_name, step, timestamp, metrics", gaps["metrics"]):
                if record := _record(*row):
                    runs.add(str(run), record)
                else:
                    lost[str(run)] += 1
        if not runs and not lost and gaps["metrics"]:
            raise UnreadableLogError(f"{path}: damaged: no row of the table metrics can be read")
        notices += tuple(notice for table, found in gaps.items() for notice in damage_in(path, table, found))
        notices += tuple(
            Notice(DAMAGE, str(path), f"{rows} rows of run {run} hold no JSON and were not used")
            for run, rows in sorted(lost.items())
        )
        for run, table in runs.tables():
            for log in read_logs(table, notices):
                yield replace(log, label=run, hyperparameters=settings_of(_object(settings.get(run))))
            notices = ()
        if notices:
            yield Log(notices=notices)


def _record(step: object, timestamp: object, metrics: object) -> dict[str, Any]:
    """Return a row as it was logged, empty where its metrics are no JSON."""
    values = _object(metrics)
    return {"step": step, "timestamp": timestamp, **values} if values else {}


def _object(stored: object) -> dict[str, Any]:
    """Return the JSON object in a text, or in the bytes that newer versions store, or an empty one."""
    text = stored.decode("utf-8", "replace") if isinstance(stored, bytes) else stored
    with suppress(ValueError):
        if isinstance(text, str) and isinstance(found := decode(text), dict):
            return {name: value for name, value in found.items() if not name.startswith("_")}
    return {}
