"""Runs that MLflow itself wrote, in its file store and in its database."""

from __future__ import annotations

import math
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.sources.read_back import curve

from logdoctor import load
from logdoctor.reading import look
from logdoctor.run import Axis, Run, State
from logdoctor.run.notice import DAMAGE

FIXTURES = Path(__file__).parent / "fixtures" / "mlflow"
SQL = (FIXTURES / "mlflow.sql").read_text()


@pytest.fixture(params=["folder", "database"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    if request.param == "folder":
        shutil.copytree(FIXTURES / "mlruns", tmp_path / "mlruns")
    else:
        database(tmp_path / "mlflow.db")
    (found,) = load(tmp_path)
    return found


def database(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as written:
        written.executescript(f"PRAGMA foreign_keys = OFF; {SQL}")
    return path


def test_every_point_of_every_metric(run: Run) -> None:
    loss = curve(run, "train/loss")
    assert math.isnan(loss.pop(40))
    assert loss == {10 * step: 2.5 * 0.5**step for step in range(6) if step != 4}
    assert curve(run, "grad_norm") == {10 * step: math.inf if step == 4 else 1.0 for step in range(6)}


def test_points_without_steps_are_counted(run: Run) -> None:
    (series,) = (one for one in run.series if one.name == "val_loss")
    assert series.axis is Axis.INDEX
    assert curve(run, "val_loss") == {step: 2.0 * 0.5**step for step in range(6)}


def test_settings_state_and_times(run: Run) -> None:
    assert run.hyperparameters == {"fp16": True, "learning_rate": 0.003, "optimizer": "AdamW"}
    assert run.state is State.FINISHED
    assert all(one.wall_times is not None and (one.wall_times > 1.7e9).all() for one in run.series)


def test_a_cut_number_is_no_number(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "mlruns", tmp_path / "mlruns")
    loss = tmp_path / "mlruns" / "1" / "run" / "metrics" / "train" / "loss"
    loss.write_text(loss.read_text()[:-3])
    (run,) = load(tmp_path)
    assert list(curve(run, "train/loss")) == [0, 10, 20, 30, 40]
    (notice,) = run.notices
    assert notice.kind == DAMAGE
    assert (notice.line_start, notice.path) == (6, "mlruns/1/run/metrics/train/loss")


def test_an_experiment_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "meta.yaml").write_text("experiment_id: '0'\nname: Default\n")
    assert look([tmp_path]).runs == ()


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE metrics (key, value)")
        other.commit()
    (tmp_path / "text.db").write_text("not a database")
    assert look([tmp_path]).skipped.left_alone == ("other.db", "text.db")


def test_a_damaged_database_is_said(tmp_path: Path) -> None:
    path = database(tmp_path / "mlflow.db")
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)
    reading = look([tmp_path])
    assert reading.skipped.left_alone == ("mlflow.db",) or [n.kind for run in reading.runs for n in run.notices] == [
        DAMAGE
    ]


def test_a_database_that_is_being_written_is_read_as_it_lies(tmp_path: Path) -> None:
    path = database(tmp_path / "mlflow.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        (run,) = load(tmp_path)
    assert len(curve(run, "train/loss")) == 6


def test_reading_writes_nothing(tmp_path: Path) -> None:
    path = database(tmp_path / "mlflow.db")
    before = path.read_bytes()
    load(tmp_path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["mlflow.db"]


@pytest.mark.parametrize("name", ["a%2fb", "..x", "%2e%2e%2fb", "-rf", "a b", "\u202eloss"])
def test_a_metric_may_have_any_name(tmp_path: Path, name: str) -> None:
    run = tmp_path / "0" / "run"
    (run / "metrics").mkdir(parents=True)
    (run / "meta.yaml").write_text("run_id: a\nstatus: 3\n")
    (run / "metrics" / name).write_text("1700000000000 1.5 0\n1700000001000 1.25 1\n")
    (found,) = load(tmp_path)
    (series,) = found.series
    assert (series.name, series.values.tolist()) == (name, [1.5, 1.25])


def test_a_link_among_the_metrics_is_not_followed(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "0"
    (run / "metrics").mkdir(parents=True)
    (run / "meta.yaml").write_text("run_id: a\nstatus: 3\n")
    (run / "metrics" / "loss").write_text("1700000000000 1.5 0\n")
    (tmp_path / "secret").write_text("1700000000000 7 0\n")
    (run / "metrics" / "secret").symlink_to(tmp_path / "secret")
    (run / "metrics" / "up").symlink_to(tmp_path)
    (found,) = load(tmp_path / "runs")
    assert [series.name for series in found.series] == ["loss"]
