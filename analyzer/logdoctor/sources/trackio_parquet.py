"""Trackio's export of a project as Parquet: the columns of its database, one for each metric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Setting
from logdoctor.run.notice import DAMAGE, INTERPRETATION
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.tables.records import settings_of
from logdoctor.sources.tables.run_records import RunRecords
from logdoctor.sources.tables.table_logs import read_logs

_MAGIC = b"PAR1"
_COLUMNS = ("run_name", "timestamp", "step")
"""Columns that together only the table of metrics has: those of the machine and of settings have no step."""

_ABOUT_THE_ROW = frozenset({"id", "run_id", "run_name", "log_id", "space_id"})
_LONGEST_FOOTER = 1 << 20
"""Bytes of the description at the end of a file that are looked at."""

_AT_A_TIME = 1000
"""Rows that become Python's objects together."""

_SMALLEST_ROW = 4
_FEWEST_ROWS = 100_000
"""Bytes of a row: a column that repeats one value takes next to nothing, so that a small file can claim a billion rows.
As many rows as _FEWEST_ROWS are read of any file."""

_MOST_SETTINGS = 10_000
"""Rows of settings that are read, one for each run."""

_ERRORS = (ValueError, OSError, NotImplementedError)
"""What pyarrow's own errors derive from."""

_LIBRARY_MISSING = (
    "Trackio exported this project as Parquet, which logdoctor reads with pyarrow: `pip install 'logdoctor[parquet]'`, "
    "or analyze the project's database (`<project>.db`)."
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
        return head.start.startswith(_MAGIC) and _has_columns(head.path, head.size)

    def read(self, path: Path) -> Iterator[Log]:
        """Read the runs in the order of their names, or say what to install."""
        try:
            parquet = import_module("pyarrow.parquet")
        except ImportError:
            yield Log(notices=(Notice(INTERPRETATION, str(path), _LIBRARY_MISSING),))
            return
        runs, notices = RunRecords(path), list[Notice]()
        for row in _rows(path, parquet, notices):
            runs.add(_run(row), {name: value for name, value in row.items() if name not in _ABOUT_THE_ROW})
        if not runs and notices:
            raise UnreadableLogError(f"{path}: damaged: {notices[0].message}")
        settings = _settings(path, parquet)
        for run, table in runs.tables():
            for log in read_logs(table, notices):
                yield replace(log, label=run, hyperparameters=settings.get(run, {}))
            notices = []


def _has_columns(path: Path, size: int) -> bool:
    with path.open("rb") as file:
        file.seek(max(size - 8, 0))
        length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
        if magic != _MAGIC or length > min(size, _LONGEST_FOOTER):
            return False
        file.seek(size - 8 - length)
        footer = file.read(length)
    return all(bytes([len(name)]) + name.encode() in footer for name in _COLUMNS)  # Thrift: the length, then the name


def _rows(path: Path, parquet: Any, notices: list[Notice]) -> Iterator[dict[str, Any]]:
    """Yield the rows, one group after the other; a group that is damaged, or claims too many rows, costs itself."""
    try:
        file = parquet.ParquetFile(path, pre_buffer=False, page_checksum_verification=True)
    except _ERRORS as error:
        raise UnreadableLogError(f"{path}: damaged: {_told(error)}") from None
    with file:
        if "run_name" not in file.schema_arrow.names:
            raise UnreadableLogError(f"{path}: damaged: no column is called run_name")
        yield from _sound_rows(file, path, notices)


def _sound_rows(file: Any, path: Path, notices: list[Notice]) -> Iterator[dict[str, Any]]:
    left = max(_FEWEST_ROWS, path.stat().st_size // _SMALLEST_ROW)
    first = 0
    for group in range(file.num_row_groups):
        done, claimed = 0, file.metadata.row_group(group).num_rows
        try:
            for batch in file.iter_batches(_AT_A_TIME, row_groups=[group], use_threads=False):
                left -= len(batch)
                if left < 0:
                    raise ValueError("more rows than a file of this size can hold")
                yield from batch.to_pylist()
                done += len(batch)
        except _ERRORS as error:
            message = f"Rows {first + done} to {first + claimed - 1} could not be read: {_told(error)}"
            notices.append(Notice(DAMAGE, str(path), message))
        first += claimed


def _told(error: Exception) -> str:
    return "".join(one if one.isprintable() else " " for one in str(error)).strip()


def _settings(path: Path, parquet: Any) -> Mapping[str, Mapping[str, Setting]]:
    beside = (path.with_name(f"{path.stem}_configs.parquet"), path.parent / "aux" / "configs.parquet")
    settings: dict[str, Mapping[str, Setting]] = {}
    for file in beside:
        with suppress(UnreadableLogError, OSError):
            rows = _rows(file, parquet, []) if file.is_file() else ()
            settings.update((_run(row), settings_of(dict(_given(row)))) for row in islice(rows, _MOST_SETTINGS))
    return settings


def _given(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name not in _ABOUT_THE_ROW | {"created_at"} and not name.startswith("_"):
            yield name, value


def _run(row: Mapping[str, Any]) -> str:
    return str(row["run_name"])
