"""`mlflow.db`: MLflow's tracking store in SQLite, the default since MLflow 3."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from logdoctor.run import Setting
from logdoctor.sources.mlflow_folder import STATUS, metric_series, setting
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.sqlite_file import has_tables, is_sqlite, opened

_POINTS = """
    SELECT key, step, CASE WHEN is_nan THEN NULL ELSE value END, timestamp FROM metrics
    WHERE run_uuid = ? ORDER BY key, timestamp, step
"""
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
            for run, name, status in database.execute(
                "SELECT run_uuid, name, status FROM runs ORDER BY name, run_uuid"
            ):
                rows = database.execute(_POINTS, (run,))
                series = tuple(
                    metric_series(key, [(step, _value(value), time) for _, step, value, time in points])
                    for key, points in groupby(rows, key=lambda row: str(row[0]))
                )
                params = database.execute("SELECT key, value FROM params WHERE run_uuid = ?", (run,))
                settings: dict[str, Setting] = {str(key): setting(str(value)) for key, value in params}
                if series:
                    yield Log(series, settings, label=f"{name or run}", finished=STATUS.get(str(status)))


def _value(stored: object) -> float:
    if not isinstance(stored, int | float):
        return float("nan")
    return float(np.copysign(np.inf, stored)) if abs(stored) >= LARGEST else float(stored)
