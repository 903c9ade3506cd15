"""Trackio's export of a project as Parquet: the columns of its database, one for each metric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Setting
from logdoctor.run.notice import INTERPRETATION
from logdoctor.sources.parquet.parquet_file import INSTALL, footer_of, library, rows_of
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.tables.json.records import settings_of
from logdoctor.sources.tables.json.run_records import RunRecords
from logdoctor.sources.tables.table_logs import read_logs

_COLUMNS = ("run_name", "timestamp", "step")
"""Columns that together only the table of metrics has: those of the machine and of settings have no step."""

_ABOUT_THE_ROW = frozenset({"id", "run_id", "run_name", "log_id", "space_id"})
_MOST_SETTINGS = 10_000
"""Rows of settings that are read, one for each run."""

_LIBRARY_MISSING = (
    f"Trackio exported this project as Parquet, {INSTALL}, or analyze the project's database (`<project>.db`)."
)


class TrackioParquet(Source):
    """Every run of a project (`<project>.parquet`, `metrics.parquet`), read with pyarrow where it is installed.

    Settings lie beside it: `<project>_configs.parquet`, `aux/configs.parquet`. See trackio/sqlite_storage.py.
    """

    name = "trackio-parquet"
    patterns = ("*.parquet",)
    precedence = 43

    def recognizes(self, head: Head) -> bool:
        """Tell it by the names of its columns, which the end of the file describes; this takes no library."""
        footer = footer_of(head)
        return all(
            bytes([len(name)]) + name.encode() in footer for name in _COLUMNS
        )  # Thrift: the length, then the name

    def read(self, path: Path) -> Iterator[Log]:
        """Read the runs in the order of their names, or say what to install."""
        if (parquet := library()) is None:
            yield Log(notices=(Notice(INTERPRETATION, str(path), _LIBRARY_MISSING),))
            return
        runs, notices = RunRecords(path), list[Notice]()
        for row in rows_of(path, parquet, notices, "run_name"):
            runs.add(_run(row), {name: value for name, value in row.items() if name not in _ABOUT_THE_ROW})
        if not runs and notices:
            raise UnreadableLogError(f"{path}: damaged: {notices[0].message}")
        settings = _settings(path, parquet)
        for run, table in runs.tables():
            for log in read_logs(table, notices):
                yield replace(log, label=run, hyperparameters=settings.get(run, {}))
            notices = []


def _settings(path: Path, parquet: Any) -> Mapping[str, Mapping[str, Setting]]:
    beside = (path.with_name(f"{path.stem}_configs.parquet"), path.parent / "aux" / "configs.parquet")
    settings: dict[str, Mapping[str, Setting]] = {}
    for file in beside:
        with suppress(UnreadableLogError, OSError):
            rows = rows_of(file, parquet, [], "run_name") if file.is_file() else ()
            settings.update((_run(row), settings_of(dict(_given(row)))) for row in islice(rows, _MOST_SETTINGS))
    return settings


def _given(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name not in _ABOUT_THE_ROW | {"created_at"} and not name.startswith("_"):
            yield name, value


def _run(row: Mapping[str, Any]) -> str:
    return str(row["run_name"])
