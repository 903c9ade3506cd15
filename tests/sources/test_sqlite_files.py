"""Databases as they lie about: written ahead, locked, half-changed, damaged. Nothing is written beside them."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from tests.sources.read_back import curve

from logdoctor import load
from logdoctor.errors import UnreadableLogError
from logdoctor.reading import look
from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE, INTERPRETATION
from logdoctor.sources.sqlite import sqlite_file
from logdoctor.sources.sqlite.sqlite_file import opened

SCHEMA = """
CREATE TABLE metrics (key TEXT, value REAL, timestamp INTEGER, run_uuid TEXT, step INTEGER, is_nan BOOLEAN,
    PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, status TEXT);
CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);
"""
STEPS = 4000
_INTERIOR_TABLE = 5
"""First byte of a page that leads to others (https://www.sqlite.org/fileformat2.html#b_tree_pages)."""


def rows(first: int, last: int, run: str = "a") -> Iterator[tuple[object, ...]]:
    return (("loss", 1 / (i + 1), 1_750_000_000_000 + i, run, i, 0) for i in range(first, last))


def written(path: Path, mode: str = "DELETE", count: int = STEPS) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA journal_mode = {mode}")
        database.executescript(SCHEMA)
        database.execute("INSERT INTO runs VALUES ('a', 'red-owl', 'FINISHED')")
        database.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows(0, count))
        database.commit()
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def the_run(path: Path) -> Run:
    (run,) = load(path)
    return run


@pytest.mark.parametrize("mode", ["DELETE", "WAL", "TRUNCATE", "PERSIST"])
def test_reading_leaves_the_folder_as_it_was(tmp_path: Path, mode: str) -> None:
    written(tmp_path / "mlflow.db", mode)
    before = files(tmp_path)
    assert len(curve(the_run(tmp_path))) == STEPS
    assert files(tmp_path) == before


def test_rows_that_only_the_log_has_are_read_beside_a_living_writer(tmp_path: Path) -> None:
    path = written(tmp_path / "mlflow.db", "WAL", count=100)
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows(100, STEPS))
        writer.commit()
        writer.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows(STEPS, STEPS + 500))  # not committed
        before = files(tmp_path)
        run = the_run(tmp_path)
        assert files(tmp_path) == before
        writer.rollback()
    assert curve(run) == {step: 1 / (step + 1) for step in range(STEPS)}
    assert run.notices == ()


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """A database and its log as a killed writer leaves them."""
    path = written(tmp_path / "mlflow.db", "WAL", count=100)
    (tmp_path / "left").mkdir()
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        for first in range(100, STEPS, 100):
            writer.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows(first, first + 100))
            writer.commit()
        for name in ("mlflow.db", "mlflow.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / "left" / name)
    return tmp_path / "left"


def test_what_a_killed_writer_left_is_read(crashed: Path) -> None:
    before = files(crashed)
    assert curve(the_run(crashed)) == {step: 1 / (step + 1) for step in range(STEPS)}
    assert files(crashed) == before


@pytest.mark.parametrize("cut", [1, 100, 5000, 100_000])
def test_a_log_that_is_cut_holds_its_whole_transactions(crashed: Path, cut: int) -> None:
    log = crashed / "mlflow.db-wal"
    log.write_bytes(log.read_bytes()[:-cut])
    ours = curve(the_run(crashed))
    with closing(sqlite3.connect(crashed / "mlflow.db")) as database:  # SQLite's own recovery is the oracle
        theirs = dict(database.execute("SELECT step, value FROM metrics"))
    assert ours == theirs
    assert len(ours) < STEPS


def test_a_log_with_a_flipped_bit_is_read_up_to_it(crashed: Path) -> None:
    log = crashed / "mlflow.db-wal"
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 4
    log.write_bytes(content)
    ours = curve(the_run(crashed))
    with closing(sqlite3.connect(crashed / "mlflow.db")) as database:
        assert ours == dict(database.execute("SELECT step, value FROM metrics"))


def test_a_log_too_large_for_memory_is_said(crashed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "LARGEST_IN_MEMORY", 1000)
    run = the_run(crashed)
    assert curve(run) == {step: 1 / (step + 1) for step in range(100)}
    (notice,) = run.notices
    assert notice.kind == DAMAGE
    assert "mlflow.db-wal were not read" in notice.message


def test_a_locked_database_is_read_as_it_lies_and_said(tmp_path: Path) -> None:
    path = written(tmp_path / "mlflow.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        run = the_run(tmp_path)
    assert len(curve(run)) == STEPS
    assert [notice.kind for notice in run.notices] == [INTERPRETATION]


@pytest.mark.parametrize("fill", [b"\xff", b"\0"])
def test_a_damaged_page_costs_at_most_the_rows_on_it(tmp_path: Path, fill: bytes) -> None:
    path = written(tmp_path / "mlflow.db")
    content = path.read_bytes()
    truth = {step: 1 / (step + 1) for step in range(STEPS)}
    for place in range(4096 * 6, len(content), 4096 * 5):
        path.write_bytes(content[:place] + fill * 4096 + content[place + 4096 :])
        run = the_run(tmp_path)
        found = curve(run)
        assert found.items() <= truth.items()
        assert len(found) > STEPS - 200
        assert {notice.kind for notice in run.notices} == {DAMAGE}


def test_tables_without_an_index_are_read_around_their_damage(tmp_path: Path) -> None:
    path = written(tmp_path / "mlflow.db")
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "CREATE TABLE m AS SELECT * FROM metrics; DROP TABLE metrics; ALTER TABLE m RENAME TO metrics; VACUUM"
        )
    content = path.read_bytes()
    place = content.index(b"loss", len(content) // 2) // 4096 * 4096
    path.write_bytes(content[:place] + b"\0" * 4096 + content[place + 4096 :])
    run = the_run(tmp_path)
    lost = set(range(STEPS)) - curve(run).keys()
    assert 10 < len(lost) < 200
    assert lost == set(range(min(lost), max(lost) + 1))
    assert any(f"behind row {min(lost)}; it was read on from row {max(lost) + 2}" in n.message for n in run.notices)


def test_a_value_that_is_no_number_is_said(tmp_path: Path) -> None:
    path = written(tmp_path / "mlflow.db", count=10)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE metrics SET value = 'x' WHERE step = 3")
        database.execute("UPDATE metrics SET step = 'x' WHERE step = 5")
        database.commit()
    run = the_run(tmp_path)
    assert sorted(curve(run)) == [0, 1, 2, 4, 6, 7, 8, 9]
    (notice,) = run.notices
    assert notice.message.startswith("2 rows of the table metrics")


def test_a_view_in_the_place_of_a_table_is_not_asked(tmp_path: Path) -> None:
    path = written(tmp_path / "mlflow.db", count=10)
    with closing(sqlite3.connect(path)) as database:
        database.executescript("ALTER TABLE metrics RENAME TO hidden; CREATE VIEW metrics AS SELECT * FROM hidden;")
    assert look([tmp_path]).skipped.left_alone == ("mlflow.db",)


def test_work_in_a_database_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "_STEPS_A_CHECK", 100)
    monkeypatch.setattr(sqlite_file, "_FEWEST_CHECKS", 10)
    path = written(tmp_path / "mlflow.db", count=10)
    with opened(path) as database, pytest.raises(sqlite3.OperationalError, match="interrupted"):
        database.connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        )


def test_a_schema_whose_damage_has_no_name_is_no_crash(tmp_path: Path) -> None:
    path = written(tmp_path / "mlflow.db", count=10)
    torn = (
        path.read_bytes()
        .replace(b"tableparamsparams", b"tablepar\x9dmsparams")
        .replace(b"TABLE params", b"TABLY params")
    )
    path.write_bytes(torn)
    assert not sqlite_file.has_tables(path, metrics="key")
    with pytest.raises(UnreadableLogError, match="malformed database schema"), opened(path):
        pass


def project(path: Path, truth: Mapping[int, float]) -> None:
    """Write a database of Trackio with the losses of some steps."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript("PRAGMA page_size = 512; PRAGMA synchronous = OFF")
        database.execute(
            "CREATE TABLE metrics (id INTEGER PRIMARY KEY, timestamp TEXT, run_name TEXT, step INTEGER, metrics TEXT)"
        )
        rows = [("2026-01-01", "calm-fox", step, json.dumps({"loss": value})) for step, value in truth.items()]
        database.executemany("INSERT INTO metrics (timestamp, run_name, step, metrics) VALUES (?, ?, ?, ?)", rows)
        database.commit()


def test_a_schema_with_a_name_that_is_no_text_costs_nothing(tmp_path: Path) -> None:
    """Found by fuzzing: a flipped bit in the name of the column of numbers, which Python cannot decode."""
    path = tmp_path / "project.db"
    truth = {step: 1 / (step + 1) for step in range(50)}
    project(path, truth)
    path.write_bytes(path.read_bytes().replace(b"(id INTEGER", b"(\xe9d INTEGER"))
    assert curve(the_run(tmp_path)) == truth


def in_circles(path: Path) -> None:
    """Let every page of a database that leads to others lead to one of them again and again."""
    content = bytearray(path.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    for page in range(size, len(content), size):  # the first page holds the schema
        if content[page] == _INTERIOR_TABLE:
            last = content[page + 8 : page + 12]
            count = int.from_bytes(content[page + 3 : page + 5], "big")
            for at in range(page + 12, page + 12 + 2 * count, 2):
                cell = page + int.from_bytes(content[at : at + 2], "big")
                content[cell : cell + 4] = last
    path.write_bytes(content)


def test_a_tree_that_leads_in_circles_gives_each_row_once_and_takes_no_time(tmp_path: Path) -> None:
    """Found by fuzzing: the rows of a few pages were read over and over, and each time were points."""
    path = tmp_path / "project.db"
    truth = {step: 1 / (step + 1) for step in range(20_000)}
    project(path, truth)
    in_circles(path)
    begun = time.process_time()
    (run,) = look([tmp_path]).runs
    assert time.process_time() - begun < 1 + 2 * path.stat().st_size / 1e6
    (loss,) = (series for series in run.series if series.name == "loss")
    found = dict(zip(loss.steps.tolist(), loss.values.tolist(), strict=True))
    assert len(found) == len(loss) > 0
    assert found.items() <= truth.items()
    assert {notice.kind for notice in run.notices} == {DAMAGE}


def test_points_of_a_run_whose_own_row_is_lost(tmp_path: Path) -> None:
    """A damaged key of a run leaves a database that SQLite calls sound."""
    path = written(tmp_path / "mlflow.db", count=20)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE runs SET run_uuid = 'b'")
        database.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows(0, 10, "c"))
        database.commit()
    lost, other = sorted(load(path), key=lambda run: -len(run.series[0]))
    assert [len(curve(run)) for run in (lost, other)] == [20, 10]
    said = [notice.message for run in (lost, other) for notice in run.notices]
    assert any("2 runs have points and no row in the table runs" in message for message in said)
