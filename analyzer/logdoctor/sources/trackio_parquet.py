"""Trackio's export of a project as Parquet: the columns of its database, one for each metric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Setting
from logdoctor.run.notice import INTERPRETATION
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.tables.records import settings_of, table_of
from logdoctor.sources.tables.table_logs import read_logs

_MAGIC = b"PAR1"
_COLUMNS = ("run_name", "timestamp", "step")
"""Columns that together only the table of metrics has: those of the machine and of settings have no step."""

_ABOUT_THE_ROW = frozenset({"id", "run_id", "run_name", "log_id", "space_id"})
_LONGEST_FOOTER = 1 << 20
"""Bytes of the description at the end of a file that are looked at."""

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
        settings = _settings(path, parquet)
        rows = sorted(_rows(path, parquet), key=_run)
        for run, of_run in groupby(rows, key=_run):
            records = [{name: value for name, value in row.items() if name not in _ABOUT_THE_ROW} for row in of_run]
            for log in read_logs(table_of(path, records)):
                yield replace(log, label=run, hyperparameters=settings.get(run, {}))


def _has_columns(path: Path, size: int) -> bool:
    with path.open("rb") as file:
        file.seek(max(size - 8, 0))
        length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
        if magic != _MAGIC or length > min(size, _LONGEST_FOOTER):
            return False
        file.seek(size - 8 - length)
        footer = file.read(length)
    return all(bytes([len(name)]) + name.encode() in footer for name in _COLUMNS)  # Thrift: the length, then the name


def _rows(path: Path, parquet: Any) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    except (ValueError, OSError, NotImplementedError) as error:  # what pyarrow's own errors derive from
        said = "".join(one if one.isprintable() else " " for one in str(error)).strip()
        raise UnreadableLogError(f"{path}: damaged: {said}") from None
    if rows and "run_name" not in rows[0]:
        raise UnreadableLogError(f"{path}: damaged: no column is called run_name")
    return rows


def _settings(path: Path, parquet: Any) -> Mapping[str, Mapping[str, Setting]]:
    beside = (path.with_name(f"{path.stem}_configs.parquet"), path.parent / "aux" / "configs.parquet")
    rows: list[dict[str, Any]] = []
    for file in beside:
        with suppress(UnreadableLogError):
            rows += _rows(file, parquet) if file.is_file() else []
    return {_run(row): settings_of(dict(_given(row))) for row in rows}


def _given(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name not in _ABOUT_THE_ROW | {"created_at"} and not name.startswith("_"):
            yield name, value


def _run(row: Mapping[str, Any]) -> str:
    return str(row["run_name"])
