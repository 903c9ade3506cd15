"""Databases of MLflow and Trackio: flipped bits, lost pages and cuts. SQLite has no checksums to tell values by."""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from tests.damaged.lines import damaged, points_of, read
from tests.damaged.pieces import Damage, cut, flip_bits, lose, nul_page, overwrite, swap

from logdoctor.sources.mlflow_database import MlflowDatabase
from logdoctor.sources.source import Source
from logdoctor.sources.trackio_database import TrackioDatabase

SOURCES: tuple[type[Source], ...] = (MlflowDatabase, TrackioDatabase)
MUTATIONS = 1000

_MLFLOW = """
CREATE TABLE metrics (key TEXT, value REAL, timestamp INTEGER, run_uuid TEXT, step INTEGER, is_nan BOOLEAN);
CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, status TEXT);
CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);
INSERT INTO runs VALUES ('a', 'red-owl', 'FINISHED');
INSERT INTO params VALUES ('lr', '0.1', 'a');
"""
_TRACKIO = """
CREATE TABLE metrics (id INTEGER PRIMARY KEY, timestamp TEXT, run_name TEXT, step INTEGER, metrics TEXT);
CREATE TABLE configs (id INTEGER PRIMARY KEY, run_name TEXT, config TEXT);
INSERT INTO configs (run_name, config) VALUES ('calm-fox', '{"lr": 0.1}');
"""
ROWS = 200

_DAMAGE: tuple[Damage, ...] = (
    flip_bits(1), flip_bits(30), nul_page(512), nul_page(4096), overwrite(30), overwrite(500), cut, lose(1), swap,
)  # fmt: skip


@cache
def sound(source: type[Source]) -> bytes:
    """Return an undamaged database of a source."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.db")
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA page_size = 512")
            if source is MlflowDatabase:
                database.executescript(_MLFLOW)
                rows = [("loss", 1 / (i + 1), 1_750_000_000_000 + i, "a", i, 0) for i in range(ROWS)]
                database.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)
            else:
                database.executescript(_TRACKIO)
                texts = [(i, json.dumps({"loss": 1 / (i + 1)})) for i in range(ROWS)]
                query = (
                    "INSERT INTO metrics (timestamp, run_name, step, metrics) VALUES ('2026-01-01', 'calm-fox', ?, ?)"
                )
                database.executemany(query, texts)
            database.commit()
        return path.read_bytes()


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one database and read it."""
    source = rng.choice(SOURCES)
    whole = sound(source)
    data = damaged(whole, rng, _DAMAGE)
    path = folder / "a.db"
    logs = read(source(), path, data)
    assert sorted(one.name for one in folder.iterdir()) == ["a.db"]
    assert path.read_bytes() == data
    if logs is None:
        return
    assert all(len(series) <= ROWS for log in logs for series in log.series), "rows were read twice"
    if data == whole:
        assert points_of(logs)["loss"] == {(i, 1 / (i + 1)) for i in range(ROWS)}
    notices = [notice for log in logs for notice in log.notices]
    read_steps = {step for points in points_of(logs).values() for step, _ in points}
    assert notices or len(read_steps) >= ROWS - 30, f"{ROWS - len(read_steps)} rows are lost and nothing is said"
