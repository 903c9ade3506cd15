"""Tables: which column is the axis, which NaN is a gap, whose row it is."""

from __future__ import annotations

from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

from logdoctor.run import Axis, Series
from logdoctor.run.notice import DAMAGE, INTERPRETATION, PADDING
from logdoctor.sources.source import Log
from logdoctor.sources.tables.json.records import Record, table_of
from logdoctor.sources.tables.table_logs import read_logs

Points = list[tuple[int, float]]


def logs(records: list[Record], step_axis: Axis = Axis.STEP) -> list[Log]:
    return list(read_logs(table_of(Path("log"), records), step_axis=step_axis))


def read(records: list[Record], step_axis: Axis = Axis.STEP) -> dict[str, Series]:
    (log,) = logs(records, step_axis)
    return {series.name: series for series in log.series}


def points(series: Series) -> Points:
    return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def kinds(records: list[Record]) -> list[str]:
    return [notice.kind for log in logs(records) for notice in log.notices]


class TestAxis:
    @pytest.mark.parametrize(
        ("counters", "axis", "steps"),
        [
            ({"epoch": [0, 0, 1], "step": [10, 20, 30]}, Axis.STEP, [10, 20, 30]),
            ({"Epoch": [0, 1, 2], "time": [1.5, 2.5, 3.5]}, Axis.EPOCH, [0, 1, 2]),
            ({"num_tokens": [10, 20, 30], "_runtime": [1.5, 2.5, 3.5]}, Axis.TOKENS, [10, 20, 30]),
            ({"consumed samples": [8, 16, 24]}, Axis.SAMPLES, [8, 16, 24]),
            ({"_runtime": [1.5, 2.5, 3.5]}, Axis.TIME, [1, 2, 3]),
            ({"time": [0.5, 0.75, 0.5]}, Axis.INDEX, [0, 1, 2]),
            ({"epoch": [0.25, 0.5, 0.75]}, Axis.INDEX, [0, 1, 2]),
            ({"epoch": [0.25, 0.5, 0.75], "step": [1, 2, 3]}, Axis.STEP, [1, 2, 3]),
            ({"step": [0, 0, 0]}, Axis.INDEX, [0, 1, 2]),
            ({"step": [7, 7, 7], "epoch": [0, 1, 2]}, Axis.EPOCH, [0, 1, 2]),
            ({"_step": [0, 1, 2], "trainer/global_step": [49, 99, 99]}, Axis.STEP, [49, 99, 99]),
            ({"_step": [0, 2, 4], "epoch": [0, 1, 2]}, Axis.STEP, [0, 2, 4]),
            ({"": [0, 1, 2]}, Axis.INDEX, [0, 1, 2]),
            ({"step": [3, 1, 2]}, Axis.STEP, [3, 1, 2]),
            ({}, Axis.INDEX, [0, 1, 2]),
        ],
    )
    def test_the_finest_counter_that_advances(
        self, counters: dict[str, list[float]], axis: Axis, steps: list[int]
    ) -> None:
        loss = read([{**{name: at[i] for name, at in counters.items()}, "loss": 0.5} for i in range(3)])["loss"]
        assert (loss.axis, loss.steps.tolist()) == (axis, steps)

    def test_steps_count_what_the_format_says(self) -> None:
        assert read([{"step": 256, "loss": 1.0}, {"step": 512, "loss": 0.5}], Axis.SAMPLES)["loss"].axis is Axis.SAMPLES

    def test_other_counters_stay_as_series(self) -> None:
        found = read([{"step": i, "epoch": i // 2, "num_tokens": 8 * i, "loss": 0.5} for i in range(4)])
        assert points(found["epoch"]) == [(0, 0), (1, 0), (2, 1), (3, 1)]
        assert points(found["num_tokens"]) == [(0, 0), (1, 8), (2, 16), (3, 24)]
        assert "step" not in found

    def test_a_resumed_run_goes_back_on_its_axis(self) -> None:
        steps = [1, 2, 3, 4, 3, 4, 5]
        assert read([{"step": step, "loss": 0.5} for step in steps])["loss"].steps.tolist() == steps

    def test_epochs_that_repeat_are_too_coarse_to_be_the_axis(self) -> None:
        found = read([{"epoch": i // 3, "loss": float(i)} for i in range(9)])
        assert (found["loss"].axis, found["epoch"].axis) == (Axis.INDEX, Axis.INDEX)
        assert found["loss"].steps.tolist() == list(range(9))

    def test_epoch_rows_inside_a_log_of_steps(self) -> None:
        steps: list[Record] = [{"step": i, "epoch": i // 2, "loss": 1.0} for i in range(4)]
        epochs: list[Record] = [{"epoch": i, "val_loss": 2.0} for i in range(2)]
        found = read([*steps[:2], epochs[0], *steps[2:], epochs[1]])
        assert (found["loss"].axis, found["val_loss"].axis) == (Axis.STEP, Axis.EPOCH)
        assert found["val_loss"].steps.tolist() == [0, 1]

    def test_a_row_without_any_counter_stands_at_the_step_before(self) -> None:
        records: list[Record] = [{"step": 1, "loss": 1.0}, {"step": 2, "loss": 0.5}, {"val_loss": 2.0}]
        assert points(read(records)["val_loss"]) == [(2, 2.0)]
        assert kinds(records) == [INTERPRETATION]

    def test_batches_that_begin_anew_in_each_epoch_are_counted_on(self) -> None:
        records: list[Record] = [
            record
            for epoch in range(3)
            for record in (
                *({"epoch": epoch, "batch": batch, "loss": 1.0} for batch in range(0, 100, 10)),
                {"epoch": epoch, "val_loss": 2.0},
            )
        ]
        found = read(records)
        assert found["loss"].steps.tolist() == list(range(0, 300, 10))
        assert found["val_loss"].steps.tolist() == [90, 190, 290]
        assert kinds(records) == [INTERPRETATION]

    def test_steps_too_large_to_be_told_exactly_are_dropped_and_reported(self) -> None:
        records: list[Record] = [{"step": 1, "loss": 1.0}, {"step": 10**30, "loss": 2.0}, {"step": 3, "loss": 3.0}]
        assert points(read(records)["loss"]) == [(1, 1.0), (3, 3.0)]
        assert kinds(records) == [DAMAGE]

    @pytest.mark.parametrize("step", [inf, 2.5])
    def test_one_step_that_is_none_costs_its_row_alone(self, step: float) -> None:
        found = read([{"step": 1, "loss": 1.0}, {"step": step, "loss": 2.0}, {"step": 3, "loss": 3.0}])
        assert points(found["loss"]) == [(1, 1.0), (3, 3.0)]

    @pytest.mark.parametrize("unit", [1.0, 1e3])
    def test_moments(self, unit: float) -> None:
        found = read([{"step": i, "timestamp": (1.75e9 + i) * unit, "loss": 1.0} for i in range(3)])
        assert list(found) == ["loss"]
        assert found["loss"].wall_times is not None
        assert np.allclose(found["loss"].wall_times, 1.75e9 + np.arange(3))


class TestPadding:
    def test_train_and_validation_that_take_turns(self) -> None:
        records: list[Record] = [
            {"step": i, "loss": 1.0, "lr": 0.1, "val_loss": nan}
            if i % 3
            else {"step": i, "loss": nan, "lr": nan, "val_loss": 2.0}
            for i in range(9)
        ]
        found = read(records)
        assert found["loss"].steps.tolist() == found["lr"].steps.tolist() == [1, 2, 4, 5, 7, 8]
        assert found["val_loss"].steps.tolist() == [0, 3, 6]
        assert kinds(records) == [PADDING]

    def test_a_loss_that_becomes_nan_in_its_own_turns_is_nan(self) -> None:
        records: list[Record] = [
            {"step": i, "loss": 1.0 if i < 6 else nan, "lr": 0.1, "val_loss": nan}
            if i % 3
            else {"step": i, "loss": nan, "lr": nan, "val_loss": 2.0}
            for i in range(12)
        ]
        loss = read(records)["loss"]
        assert loss.steps.tolist() == [1, 2, 4, 5, 7, 8, 10, 11]
        assert np.isnan(loss.values).tolist() == [False] * 4 + [True] * 4

    def test_a_column_logged_at_every_fourth_row(self) -> None:
        values = [2.0 if i % 4 == 0 else nan for i in range(12)]
        assert points(read([{"step": i, "loss": 1.0, "val_loss": values[i]} for i in range(12)])["val_loss"]) == [
            (0, 2.0), (4, 2.0), (8, 2.0),
        ]  # fmt: skip

    def test_nan_at_the_rows_where_a_column_is_due_stays(self) -> None:
        values = [2.0 if i % 4 == 0 and i < 12 else nan for i in range(20)]
        found = read([{"step": i, "loss": 1.0, "val_loss": values[i]} for i in range(20)])["val_loss"]
        assert found.steps.tolist() == [0, 4, 8, 12, 16]
        assert np.isnan(found.values).tolist() == [False] * 3 + [True] * 2

    def test_steps_that_were_not_run_before_the_first_number(self) -> None:
        records: list[Record] = [
            {"step": i, "loss": nan if i < 3 else 1.0, "acc": nan if i < 3 else 0.5} for i in range(6)
        ]
        assert read(records)["loss"].steps.tolist() == [3, 4, 5]
        assert kinds(records) == [PADDING]

    @pytest.mark.parametrize(("name", "value"), [("memory", 1e9), ("lr", 1e-3)])
    def test_steps_that_were_not_run_at_the_end_where_what_no_loss_moves_is_silent_too(
        self, name: str, value: float
    ) -> None:
        records: list[Record] = [
            {"step": i, "loss": nan if i > 2 else 1.0, name: nan if i > 2 else value} for i in range(6)
        ]
        found = read(records)
        assert found["loss"].steps.tolist() == found[name].steps.tolist() == [0, 1, 2]

    def test_arrays_made_of_zeros_for_more_epochs_than_were_run(self) -> None:
        records: list[Record] = [
            {"epoch": i if i < 3 else 0, "loss": float(i < 3), "acc": 0.5 * (i < 3), "lr": 0.1 * (i < 3)}
            for i in range(6)
        ]
        found = read(records)
        assert [series.steps.tolist() for series in found.values()] == [[0, 1, 2]] * 3
        assert kinds(records) == [PADDING]

    @pytest.mark.parametrize(
        "row",
        [{"loss": 0.0, "acc": 1.0}, {"loss": 0.0, "acc": 0.0, "lr": 0.1}, {"loss": 0.0, "val_loss": 0.0}, {"acc": 0.0}],
        ids=["solved", "the program runs on", "no accuracy", "no loss"],
    )
    def test_zeros_that_may_have_been_measured_stay(self, row: Record) -> None:
        records: list[Record] = [
            {"epoch": i, **{name: value if i > 2 else 0.5 for name, value in row.items()}} for i in range(6)
        ]
        assert [len(series) for series in read(records).values()] == [6] * len(row)
        assert kinds(records) == []

    def test_a_loss_of_zero_beside_a_gradient_of_nan_is_a_hidden_nan(self) -> None:
        rows = [(1.0, 0.5, 2.0)] * 3 + [(0.0, 0.0, nan)] * 3 + [(0.0, 0.0, 0.0)] * 3
        records: list[Record] = [
            {"step": i, "loss": loss, "acc": acc, "grad_norm": norm} for i, (loss, acc, norm) in enumerate(rows)
        ]
        for found in (records[:6], records):
            assert [len(series) for series in read(found).values()] == [len(found)] * 3
            assert kinds(found) == []

    @pytest.mark.parametrize("loss", [nan, inf])
    def test_zeros_behind_a_loss_that_is_not_finite_leave_it_in_place(self, loss: float) -> None:
        rows = [(1.0, 0.5)] * 3 + [(loss, 0.0)] * 2 + [(0.0, 0.0)]
        records: list[Record] = [{"step": i, "loss": at, "acc": acc} for i, (at, acc) in enumerate(rows)]
        assert [len(series) for series in read(records).values()] == [6, 6]

    def test_a_metric_that_was_zero_before_is_measured(self) -> None:
        records: list[Record] = [{"step": i, "loss": max(0.0, 3.0 - i), "f1": 0.0} for i in range(6)]
        assert [len(series) for series in read(records).values()] == [6, 6]

    def test_losses_that_are_nan_to_the_end_are_nan(self) -> None:
        records: list[Record] = [
            {"step": i, "loss": nan if i > 2 else 1.0, "val_loss": nan if i > 2 else 2.0} for i in range(6)
        ]
        assert [len(series) for series in read(records).values()] == [6, 6]
        assert kinds(records) == []

    def test_a_loss_that_is_nan_while_the_machine_runs_on_is_nan(self) -> None:
        records: list[Record] = [{"step": i, "loss": nan if i > 2 else 1.0, "iteration-time": 0.5} for i in range(6)]
        assert np.isnan(read(records)["loss"].values).sum() == 3

    def test_a_table_of_nothing_but_nan_stays(self) -> None:
        records: list[Record] = [{"step": i, "loss": nan, "val_loss": nan} for i in range(4)]
        assert [len(series) for series in read(records).values()] == [4, 4]

    def test_a_duration_cannot_be_nan(self) -> None:
        records: list[Record] = [{"step": i, "loss": 1.0, "iteration-time": nan if i == 1 else 0.5} for i in range(4)]
        assert read(records)["iteration-time"].steps.tolist() == [0, 2, 3]


class TestLabels:
    def test_splits_in_a_column_become_part_of_the_name(self) -> None:
        found = read([{"epoch": i, "phase": phase, "loss": 1.0} for i in range(2) for phase in ("train", "val")])
        assert list(found) == ["train/loss", "val/loss"]
        assert found["val/loss"].steps.tolist() == [0, 1]

    def test_other_words_are_no_splits(self) -> None:
        assert list(read([{"epoch": i, "mode": "fast", "loss": 1.0} for i in range(2)])) == ["loss"]

    def test_names_of_quantities_in_a_column(self) -> None:
        found = read([{"step": i, "tag": tag, "value": 1.0} for i in range(2) for tag in ("loss", "acc")])
        assert {name: series.steps.tolist() for name, series in found.items()} == {"loss": [0, 1], "acc": [0, 1]}

    def test_runs_in_a_column_are_parted(self) -> None:
        found = logs([{"fold": fold, "epoch": i, "loss": float(fold)} for fold in range(2) for i in range(3)])
        assert [log.label for log in found] == ["fold=0", "fold=1"]
        assert [[series.name for series in log.series] for log in found] == [["loss"], ["loss"]]
        assert [log.series[0].values.tolist() for log in found] == [[0.0] * 3, [1.0] * 3]

    def test_one_row_for_each_run_is_no_run_each(self) -> None:
        assert len(logs([{"seed": seed, "loss": 1.0} for seed in range(4)])) == 1
