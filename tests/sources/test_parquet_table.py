"""Histories as Parquet: every value and gap, and nothing taken from data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import isnan, nan
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from logdoctor import Axis, load
from logdoctor.errors import NoRunError
from logdoctor.sources.parquet import parquet_file
from logdoctor.sources.source import Head

STEPS = range(0, 200, 10)
LOSS = [2.0 / (1 + step) for step in STEPS]
TEXT = ["a text"] * len(STEPS)


def write(folder: Path, columns: Mapping[str, Sequence[object]]) -> None:
    pq.write_table(pa.table({name: list(values) for name, values in columns.items()}), folder / "history.parquet")


def test_a_gap_is_no_nan(tmp_path: Path) -> None:
    write(tmp_path, {"step": STEPS, "loss": [*LOSS[:-1], nan], "val_loss": [1.5, *[None] * (len(STEPS) - 2), 0.5]})
    (run,) = load(tmp_path)
    loss, val = run.series
    assert loss.steps.tolist() == list(STEPS)
    assert (loss.values[:-1].tolist(), isnan(loss.values[-1])) == (LOSS[:-1], True)
    assert (val.steps.tolist(), val.values.tolist()) == ([0, 190], [1.5, 0.5])


def test_curves_without_a_counter_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"loss": LOSS, "val_loss": LOSS})
    (run,) = load(tmp_path)
    assert [one.steps.tolist() for one in run.series] == [list(range(len(STEPS)))] * 2


def test_a_history_of_wandb_is_read_against_its_steps(tmp_path: Path) -> None:
    moments = [1.75e9 + step for step in STEPS]
    write(tmp_path, {"_step": STEPS, "_timestamp": moments, "rollout/ep_rew_mean": LOSS})
    (run,) = load(tmp_path)
    (series,) = run.series
    assert (series.steps.tolist(), series.axis) == (list(STEPS), Axis.STEP)


def test_moments_are_times(tmp_path: Path) -> None:
    write(tmp_path, {"step": STEPS, "loss": LOSS, "time": [datetime(2026, 1, 1) + timedelta(0, i) for i in STEPS]})
    (run,) = load(tmp_path)
    times = run.series[0].wall_times
    assert times is not None
    assert times[1] - times[0] == 10.0


def test_runs_in_one_table_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, {"run": ["a"] * 10 + ["b"] * 10, "step": [*range(10)] * 2, "loss": LOSS})
    assert len(load(tmp_path)) == 2


@pytest.mark.parametrize(
    "columns",
    [
        {"step": STEPS, "reward": LOSS, "action": LOSS},
        {"prompt": TEXT, "step": STEPS, "loss": LOSS},
        {"policy": STEPS, "age": STEPS, "loss": LOSS},
        {"loss": LOSS},
        {"accuracy": LOSS, "precision": LOSS, "recall": LOSS},
        {"epoch": STEPS, "time": LOSS},
    ],
)
def test_data_are_left_alone(tmp_path: Path, columns: Mapping[str, Sequence[object]]) -> None:
    write(tmp_path, columns)
    with pytest.raises(NoRunError):
        load(tmp_path)


def test_without_the_library_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"step": STEPS, "loss": LOSS})
    monkeypatch.setattr("logdoctor.sources.parquet_table.library", lambda: None)
    (run,) = load(tmp_path)
    assert not run.series
    assert "pip install 'logdoctor[parquet]'" in run.notices[0].message


def test_the_names_are_those_that_pyarrow_tells(tmp_path: Path) -> None:
    columns = {
        "step": pa.array([1]),
        "nested": pa.array([{"loss": 1.0, "inner": {"loss": [1.0]}}]),
        "listed": pa.array([[1, 2]]),
        "when": pa.array([datetime(2026, 1, 1)]),
        "pairs": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int32())),
        "some": pa.array([1.5], pa.float16()),
        "loss": pa.array([json.dumps({})]),
    }
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), file)
    data = file.read_bytes()
    head = Head(file, len(data), data)
    assert parquet_file.column_names(parquet_file.footer_of(head)) == tuple(columns)
