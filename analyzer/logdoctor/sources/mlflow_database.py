"""`mlflow.db`: MLflow's tracking store in SQLite, the default since MLflow 3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Series, Setting
from logdoctor.run.notice import DAMAGE, INTERPRETATION
from logdoctor.sources.mlflow_folder import STATUS, Point, metric_series, setting
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.sqlite.sqlite_file import (
    ERRORS,
    Database,
    Gaps,
    damage_in,
    damage_of,
    has_tables,
    intact_rows,
    is_sqlite,
    opened,
)
from logdoctor.sources.tables.compact.growing import GrowingPoints

_COLUMNS = "key, step, CASE WHEN is_nan THEN 'nan' ELSE value END, timestamp"
_POINTS = f"SELECT {_COLUMNS} FROM metrics WHERE run_uuid = ?"  # noqa: S608 - constants

LARGEST = 1.7976931348623157e308
"""What MLflow stores for an infinity (mlflow/store/tracking/sqlalchemy_store.py)."""


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
            damage = damage_of(path, database)
            notices = database.notices + damage
            logs = None
            with suppress(*ERRORS):  # a page is damaged: what stands on the others is read one by one
                logs = None if damage else _logs(path, database)
            if logs is None:
                logs = list(_salvaged(path, database))
        if logs:
            yield replace(logs[0], notices=notices + logs[0].notices)
            yield from logs[1:]


def _logs(path: Path, database: Database) -> list[Log] | None:
    """Return a log for each run, or None where rows of the table metrics belong to none of them."""
    read = database.connection.execute
    logs, rows = [], 0
    for run, name, status in read("SELECT run_uuid, name, status FROM runs ORDER BY name, run_uuid"):
        params = read("SELECT key, value FROM params WHERE run_uuid = ?", (run,))
        settings: dict[str, Setting] = {str(key): setting(str(value)) for key, value in params}
        metrics = _Metrics()
        for row in read(_POINTS, (run,)):
            metrics.add(*row)
        rows += metrics.rows
        series, odd = metrics.series(), metrics.lost_rows(path)
        if series or odd:
            logs.append(Log(series, settings, odd, label=f"{name or run}", finished=STATUS.get(str(status))))
    (all_rows,) = read("SELECT count(*) FROM metrics").fetchone()
    return None if rows < all_rows else logs


def _salvaged(path: Path, database: Database) -> Iterator[Log]:
    """Yield what can be read of a damaged database; a run whose own row is lost goes by its number."""
    gaps: dict[str, Gaps] = {"metrics": [], "runs": [], "params": []}
    metrics: dict[str, _Metrics] = {}
    for run, *row in intact_rows(database, "metrics", f"run_uuid, {_COLUMNS}", gaps["metrics"]):
        metrics.setdefault(str(run), _Metrics()).add(*row)
    runs = intact_rows(database, "runs", "run_uuid, name, status", gaps["runs"])
    named = {str(run): (name, status) for run, name, status in runs}
    params = list(intact_rows(database, "params", "run_uuid, key, value", gaps["params"]))
    if not metrics:
        raise UnreadableLogError(f"{path}: damaged: no row of the table metrics can be read")
    notices = tuple(notice for table, found in gaps.items() for notice in damage_in(path, table, found))
    if nameless := sorted(metrics.keys() - named.keys()):
        message = f"{len(nameless)} runs have points and no row in the table runs; they go by their numbers."
        notices += (Notice(INTERPRETATION, str(path), message),)
    for run, of_run in sorted(metrics.items()):
        name, status = named.get(run, (None, None))
        settings: dict[str, Setting] = {str(key): setting(str(value)) for of, key, value in params if of == run}
        odd = notices + of_run.lost_rows(path)
        yield Log(of_run.series(), settings, odd, label=f"{name or run}", finished=STATUS.get(str(status)))
        notices = ()


class _Metrics:
    """The points of one run, key by key, as their rows come."""

    def __init__(self) -> None:
        self._points: dict[str, GrowingPoints] = {}
        self._lost = 0
        self.rows = 0

    def add(self, key: object, step: object, value: object, time: object) -> None:
        """Take one row."""
        self.rows += 1
        point = _point(step, value, time)
        if point is None:
            self._lost += 1
        else:
            self._points.setdefault(str(key), GrowingPoints()).add(*point)

    def series(self) -> tuple[Series, ...]:
        """Return a series for each key, in the order of the points' times; what was taken is then used up."""
        return tuple(metric_series(key, self._points.pop(key), by_time=True) for key in sorted(self._points))

    def lost_rows(self, path: Path) -> tuple[Notice, ...]:
        """Return a notice of the rows that hold no step or no number."""
        message = f"{self._lost} rows of the table metrics hold no number or no step and were not used."
        return (Notice(DAMAGE, str(path), message),) if self._lost else ()


def _point(step: object, value: object, time: object) -> Point | None:
    if not isinstance(step, int) or not isinstance(time, int | float | None):
        return None
    milliseconds = float("nan") if time is None else float(time)
    if value == "nan":
        return step, float("nan"), milliseconds
    if not isinstance(value, int | float):
        return None
    return step, float(np.copysign(np.inf, value)) if abs(value) >= LARGEST else float(value), milliseconds
