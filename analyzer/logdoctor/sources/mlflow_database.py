"""`mlflow.db`: MLflow's tracking store in SQLite, the default since MLflow 3."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Series, Setting
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.mlflow_folder import STATUS, Point, metric_series, setting
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.sqlite.sqlite_file import (
    Database,
    damage_in,
    damage_of,
    has_tables,
    intact_rows,
    is_sqlite,
    opened,
)

_COLUMNS = "key, step, CASE WHEN is_nan THEN 'nan' ELSE value END, timestamp"
_POINTS = f"SELECT {_COLUMNS} FROM metrics WHERE run_uuid = ? ORDER BY key, timestamp, step"  # noqa: S608 - constants

LARGEST = 1.7976931348623157e308
"""What MLflow stores for an infinity (mlflow/store/tracking/sqlalchemy_store.py)."""

_Row = tuple[object, ...]


class MlflowDatabase(Source):
    """Every run of a tracking database; NaN and infinities, which it keeps in ways of its own, are put back."""

    name = "mlflow-database"
    patterns = ("*.db", "*.sqlite", "*.sqlite3")
    precedence = 45

    def recognizes(self, head: Head) -> bool:
        """Tell it by its tables."""
        return is_sqlite(head) and has_tables(
            head.path, metrics="run_uuid key value step timestamp is_nan", runs="run_uuid name status", params="key"
        )

    def read(self, path: Path) -> Iterator[Log]:
        """Read the runs that logged a metric, in the order of their names."""
        with opened(path) as database:
            notices = database.notices + damage_of(path, database)
            try:
                logs = list(_logs(path, database))
            except sqlite3.DatabaseError:  # a page is damaged: what stands on the others is read one by one
                logs = list(_salvaged(path, database))
        if logs:
            yield replace(logs[0], notices=notices + logs[0].notices)
            yield from logs[1:]


def _logs(path: Path, database: Database) -> Iterator[Log]:
    read = database.connection.execute
    for run, name, status in read("SELECT run_uuid, name, status FROM runs ORDER BY name, run_uuid"):
        params = read("SELECT key, value FROM params WHERE run_uuid = ?", (run,))
        settings: dict[str, Setting] = {str(key): setting(str(value)) for key, value in params}
        series, odd = _series(path, read(_POINTS, (run,)))
        if series or odd:
            yield Log(series, settings, odd, label=f"{name or run}", finished=STATUS.get(str(status)))


def _salvaged(path: Path, database: Database) -> Iterator[Log]:
    """Yield what can be read of a damaged database; a run whose own row is lost goes by its number."""
    metrics = intact_rows(database, "metrics", f"run_uuid, {_COLUMNS}")
    runs = intact_rows(database, "runs", "run_uuid, name, status")
    params = intact_rows(database, "params", "run_uuid, key, value")
    if not metrics.rows:
        raise UnreadableLogError(f"{path}: damaged: no row of the table metrics can be read")
    notices: tuple[Notice, ...] = ()
    for table, found in (("metrics", metrics), ("runs", runs), ("params", params)):
        notices += damage_in(path, table, found.gaps)
    named = {str(run): (name, status) for run, name, status in runs.rows}
    for run, rows in groupby(sorted(metrics.rows, key=_order), key=lambda row: str(row[0])):
        name, status = named.get(run, (None, None))
        settings: dict[str, Setting] = {str(key): setting(str(value)) for of, key, value in params.rows if of == run}
        series, odd = _series(path, (row[1:] for row in rows))
        yield Log(series, settings, notices + odd, label=f"{name or run}", finished=STATUS.get(str(status)))
        notices = ()


def _order(row: _Row) -> tuple[str, str, float, float]:
    run, key, step, _, time = row
    placed = [float(one) if isinstance(one, int | float) else 0.0 for one in (time, step)]
    return (str(run), str(key), placed[0], placed[1])


def _series(path: Path, rows: Iterable[_Row]) -> tuple[tuple[Series, ...], tuple[Notice, ...]]:
    """Return a series for each key, and a notice of the rows that hold no step or no number."""
    series: list[Series] = []
    lost = 0
    for key, of_key in groupby(rows, key=lambda row: str(row[0])):
        read = [_point(*row[1:]) for row in of_key]
        points = [point for point in read if point is not None]
        lost += len(read) - len(points)
        if points:
            series.append(metric_series(key, points))
    message = f"{lost} rows of the table metrics hold no number or no step and were not used."
    return tuple(series), (Notice(DAMAGE, str(path), message),) if lost else ()


def _point(step: object, value: object, time: object) -> Point | None:
    if not isinstance(step, int) or not isinstance(time, int | float | None):
        return None
    milliseconds = float("nan") if time is None else float(time)
    if value == "nan":
        return step, float("nan"), milliseconds
    if not isinstance(value, int | float):
        return None
    return step, float(np.copysign(np.inf, value)) if abs(value) >= LARGEST else float(value), milliseconds
