"""A run that Trackio itself wrote, as SQL of its two tables."""

from __future__ import annotations

import math
import sqlite3
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from logdoctor import load
from logdoctor.errors import NoRunError
from logdoctor.run.notice import DAMAGE

SQL = (Path(__file__).parent / "fixtures" / "trackio" / "trackio.sql").read_text()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "fixture.db"
    with closing(sqlite3.connect(path)) as written:
        written.executescript(SQL)
    return path


def test_the_points_of_a_real_run(database: Path) -> None:
    (run,) = load(database)
    values = {one.name: dict(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in run.series}
    assert math.isnan(values["train/loss"].pop(40))
    assert values["train/loss"] == {10 * step: 2.5 * 0.5**step for step in range(6) if step != 4}
    assert values["grad_norm"] == {10 * step: math.inf if step == 4 else 1.0 for step in range(6)}
    assert run.hyperparameters == {"learning_rate": 0.003, "optimizer": "AdamW"}
    assert all(one.wall_times is not None for one in run.series)


def test_several_runs_of_a_project(database: Path) -> None:
    with closing(sqlite3.connect(database)) as written:
        written.execute(
            "INSERT INTO metrics (run_id, timestamp, run_name, step, metrics) VALUES "
            "('x', '2026-11-21T05:51:27+00:00', 'red-owl', 0, '{\"train/loss\": 2.0}'),"
            "('x', '2026-11-21T05:51:28+00:00', 'red-owl', 1, '{\"train/loss\": 1.5}')"
        )
        written.commit()
    assert [run.name for run in load(database)] == [".:calm-fox", ".:red-owl"]


def test_a_row_that_is_no_json_is_said(database: Path) -> None:
    with closing(sqlite3.connect(database)) as written:
        written.execute("UPDATE metrics SET metrics = '{\"train/loss\": 1' WHERE step = 20")
        written.commit()
    (run,) = load(database)
    (notice,) = run.notices
    assert (notice.kind, "1 rows of run calm-fox" in notice.message) == (DAMAGE, True)
    assert [len(one) for one in run.series if one.name == "train/loss"] == [5]


PARQUET = Path(__file__).parent / "fixtures" / "trackio" / "parquet"
"""What Trackio exported of a project of two runs."""


def test_the_points_of_an_export_as_parquet() -> None:
    first, second = load(PARQUET)
    values = {one.name: dict(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in first.series}
    assert math.isnan(values["train/loss"].pop(40))
    assert values["train/loss"] == {10 * step: 2.5 * 0.5**step for step in range(6) if step != 4}
    assert values["val/loss"] == {20: 0.75, 50: 3 * 0.5**5}
    assert first.hyperparameters == {"learning_rate": 0.25, "optimizer": "AdamW"}
    assert (first.name, second.name) == (".:calm-fox", ".:red-owl")


def test_without_pyarrow_an_export_is_answered_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (run,) = load(PARQUET)
    assert run.series == ()
    (said,) = run.notices
    assert "pip install 'logdoctor[parquet]'" in said.message


def test_an_export_that_is_damaged_is_said(tmp_path: Path) -> None:
    whole = (PARQUET / "metrics.parquet").read_bytes()
    (tmp_path / "metrics.parquet").write_bytes(whole[:4] + bytes(2000) + whole[2004:])
    (run,) = load(tmp_path)
    (said,) = run.notices
    assert (said.kind, said.path) == (DAMAGE, "metrics.parquet")


def test_an_export_that_lost_the_name_of_a_column_is_said(tmp_path: Path) -> None:
    whole = (PARQUET / "metrics.parquet").read_bytes()
    schema = whole.rindex(b"PAR1") - int.from_bytes(whole[-8:-4], "little")
    (tmp_path / "metrics.parquet").write_bytes(whole[:schema] + whole[schema:].replace(b"run_name", b"run_nbme", 1))
    (run,) = load(tmp_path)
    (said,) = run.notices
    assert said.message.endswith("damaged: no column is called run_name")


def test_a_data_set_in_parquet_is_left_alone(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"text": ["a", "b"], "label": [0, 1], "step": [1, 2]}), tmp_path / "train.parquet")
    with pytest.raises(NoRunError):
        load(tmp_path)


def export(path: Path, columns: Mapping[str, object], rows_a_group: int) -> Path:
    parquet.write_table(pa.table(dict(columns)), path, row_group_size=rows_a_group, compression="none")
    return path


def test_a_damaged_group_of_rows_costs_itself(tmp_path: Path) -> None:
    steps = list(range(400))
    losses = [2.5 - step / 256 for step in steps]
    columns = {"run_name": ["fox", "owl"] * 200, "timestamp": ["2026-01-01"] * 400, "step": steps, "loss": losses}
    path = export(tmp_path / "metrics.parquet", columns, 100)
    third = parquet.ParquetFile(path).metadata.row_group(2)
    place = third.column(3).dictionary_page_offset or third.column(3).data_page_offset
    content = path.read_bytes()
    path.write_bytes(content[:place] + b"\xff" * 40 + content[place + 40 :])
    runs = {run.name: run for run in load(tmp_path)}
    found = {
        step: value
        for run in runs.values()
        for one in run.series
        for step, value in zip(one.steps.tolist(), one.values.tolist(), strict=True)
    }
    assert found == {step: loss for step, loss in zip(steps, losses, strict=True) if not 200 <= step < 300}
    assert set(runs) == {".:fox", ".:owl"}
    (said,) = {notice.message for run in runs.values() for notice in run.notices}
    assert said.startswith("Rows 200 to 299 could not be read: ")


def test_an_export_that_claims_more_rows_than_it_can_hold(tmp_path: Path) -> None:
    """A column that repeats one value takes next to nothing."""
    count = 2_000_000
    columns = {"run_name": ["fox"] * count, "timestamp": ["2026"] * count, "step": [1] * count, "loss": [0.5] * count}
    path = export(tmp_path / "metrics.parquet", columns, count)
    assert path.stat().st_size < 100_000
    begun = time.process_time()
    (run,) = load(tmp_path)
    assert time.process_time() - begun < 5
    assert [len(one) for one in run.series if one.name == "loss"] == [100_000]
    assert "more rows than a file of this size can hold" in run.notices[0].message


def test_a_page_that_claims_a_gigabyte_is_not_made_room_for(tmp_path: Path) -> None:
    """Found by fuzzing: with a buffer of its own, pyarrow set a gigabyte aside before it read."""
    columns = {"run_name": ["fox"] * 50, "timestamp": ["2026-01-01"] * 50, "step": list(range(50)), "loss": [0.5] * 50}
    path = export(tmp_path / "metrics.parquet", columns, 50)
    content = path.read_bytes()
    header = b"\x15\x04\x15\x80\x02\x15\xff\xff\xff\xff\x0a"  # a page of 1.4 GB in Thrift's compact form
    path.write_bytes(content[:4] + header + content[4 + len(header) :])
    begun = time.process_time()
    (run,) = load(tmp_path)
    assert time.process_time() - begun < 2
    assert run.series == ()
    assert "Rows 0 to 49 could not be read" in run.notices[0].message


def test_rows_that_are_all_no_json_are_said(tmp_path: Path, database: Path) -> None:
    with closing(sqlite3.connect(database)) as written:
        written.execute("UPDATE metrics SET metrics = '{torn'")
        written.commit()
    (run,) = load(database)
    assert run.series == ()
    assert all("hold no JSON" in notice.message for notice in run.notices)
    assert run.notices
