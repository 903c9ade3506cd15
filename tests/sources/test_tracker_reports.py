"""What Comet and Neptune keep until they can send it: every point, the settings, and what is damaged."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import inf, isnan
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED

import pytest
from tests.damaged.reports import comet_archive, comet_message, neptune_operation

from logdoctor import load
from logdoctor.errors import NoRunError
from logdoctor.run import State
from logdoctor.run.notice import INTERRUPTED_WRITE

KEY = "0a" * 16


def lines_of(records: Iterable[Any]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in records).encode()


@pytest.mark.parametrize("name", [f"{KEY}.zip", f"{KEY}-QVzYaI.zip"])
def test_an_archive_of_comet_is_read_where_it_lies(tmp_path: Path, name: str) -> None:
    messages = [comet_message(step, 2.0 / step, "train/loss") for step in range(1, 9)]
    counted = {"paramName": "curr_step", "paramValue": 1, "source": "auto-logged"}
    given = {"paramName": "lr", "paramValue": 0.001, "source": "manual"}
    messages += [{"payload": {"param": one}, "type": "parameter_msg"} for one in (given, counted)]
    (tmp_path / name).write_bytes(comet_archive(lines_of(messages), ZIP_DEFLATED))
    (run,) = load(tmp_path)
    (series,) = run.series
    assert (series.name, series.steps.tolist()) == ("train/loss", list(range(1, 9)))
    assert dict(run.hyperparameters) == {"lr": 0.001}


def test_values_of_comet_that_json_cannot_hold_are_values(tmp_path: Path) -> None:
    values: list[float | str] = [2.5, "NaN", "Infinity", "1.25"]
    (tmp_path / "messages.json").write_bytes(lines_of(comet_message(i, one) for i, one in enumerate(values)))
    (run,) = load(tmp_path)
    found = run.series[0].values.tolist()
    assert (found[0], isnan(found[1]), *found[2:]) == (2.5, True, inf, 1.25)


def test_a_context_of_comet_is_part_of_the_name(tmp_path: Path) -> None:
    messages = [comet_message(1, 0.5, "loss", context=one) for one in ("train", "validate")]
    (tmp_path / "messages.json").write_bytes(lines_of(messages))
    (run,) = load(tmp_path)
    assert [one.name for one in run.series] == ["train_loss", "validate_loss"]


def test_a_torn_message_within_an_archive_is_named(tmp_path: Path) -> None:
    whole = lines_of(comet_message(i, 0.5) for i in range(3))
    (tmp_path / f"{KEY}.zip").write_bytes(comet_archive(whole + b'{"payload":{"metr'))
    (run,) = load(tmp_path)
    (notice,) = run.notices
    assert len(run.series[0]) == 3
    assert (notice.line_start, notice.cause) == (4, INTERRUPTED_WRITE)


def test_an_archive_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    (tmp_path / f"{KEY}.zip").write_bytes(comet_archive(b" " * 10_000_000, ZIP_DEFLATED))
    (run,) = load(tmp_path)
    assert not run.series
    assert "10,000,000 bytes" in run.notices[0].message


def test_a_cut_archive_is_told_of(tmp_path: Path) -> None:
    data = comet_archive(lines_of(comet_message(i, 0.5) for i in range(30)))
    (tmp_path / f"{KEY}.zip").write_bytes(data[: len(data) // 2])
    (run,) = load(tmp_path)
    assert "damaged archive" in run.notices[0].message


@pytest.mark.parametrize("name", ["model.zip", f"{KEY}.zip"])
def test_other_archives_are_left_alone(tmp_path: Path, name: str) -> None:
    other = comet_archive(lines_of([comet_message(1, 0.5)])) if name == "model.zip" else b"PK\x05\x06" + bytes(18)
    (tmp_path / name).write_bytes(other)
    with pytest.raises(NoRunError):
        load(tmp_path)


def test_the_files_of_one_neptune_run_are_one_run(tmp_path: Path) -> None:
    for first in (0, 5):
        operations = [neptune_operation([(step, 1.0 / (step + 1))]) for step in range(first, first + 5)]
        (tmp_path / f"data-{first + 1}.log").write_bytes(lines_of(operations))
    (run,) = load(tmp_path)
    assert run.series[0].steps.tolist() == list(range(10))


def test_settings_of_neptune_are_those_of_the_program(tmp_path: Path) -> None:
    def assign(kind: str, value: Any, *path: str) -> dict[str, Any]:
        return {"obj": {"type": kind, "path": path, "value": value}, "version": 1, "at": 1.0}

    settings = [
        assign("AssignString", "host", "sys", "hostname"),
        assign("AssignBool", True, "sys", "failed"),
        assign("AssignFloat", 0.001, "params", "lr"),
    ]
    (tmp_path / "data-1.log").write_bytes(lines_of([*settings, neptune_operation([(0, 1.0), (1, 0.5)])]))
    (run,) = load(tmp_path)
    assert dict(run.hyperparameters) == {"params.lr": 0.001}
    assert run.state is State.INTERRUPTED


@pytest.mark.parametrize("bad", [10**30, True, "first"])
def test_a_step_of_neptune_that_is_none_costs_its_line(tmp_path: Path, bad: object) -> None:
    operations = [neptune_operation([(0, 2.5)]), neptune_operation([(1, 2.0), (bad, 1.5)]), neptune_operation([(2, 1)])]
    (tmp_path / "data-1.log").write_bytes(lines_of(operations))
    (run,) = load(tmp_path)
    assert run.series[0].steps.tolist() == [0, 2]
    assert (run.notices[0].line_start, run.notices[0].line_end) == (2, 2)
