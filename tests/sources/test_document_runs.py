"""JSON documents that hold several runs beside each other, and those that hold parts of one."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from logdoctor import load
from logdoctor.errors import NoRunError


def runs_of(tmp_path: Path, document: Any) -> dict[str, dict[str, list[float]]]:
    """Return the curves of each run that a document holds."""
    (tmp_path / "results.json").write_text(json.dumps(document))
    return {run.name: {one.name: one.values.tolist() for one in run.series} for run in load(tmp_path)}


FALLING = {f"lr{rate}": {"train_loss": [rate, 0.5, 0.25], "val_loss": [rate, 0.75, 0.5]} for rate in (1.5, 2.5)}


@pytest.mark.parametrize(
    "document",
    [
        FALLING,
        {"settings": {"batch_size": 32}, "results": FALLING},
        {
            name: [{"train_loss": loss, "val_loss": other} for loss, other in zip(*one.values(), strict=True)]
            for name, one in FALLING.items()
        },
        [{"name": name, "config": {"lr": 0.5}, "history": one} for name, one in FALLING.items()],
        {"runs": [{"run_id": name, "seed": 3, **one} for name, one in FALLING.items()]},
        [{"name": name, "epochs": 3 + i, **one} for i, (name, one) in enumerate(FALLING.items())],
    ],
    ids=[
        "objects",
        "inner objects",
        "lists of records",
        "histories in a list",
        "curves in a list",
        "runs of any length",
    ],
)
def test_runs_beside_each_other_are_runs(tmp_path: Path, document: Any) -> None:
    assert runs_of(tmp_path, document) == {f".:results, {name}": one for name, one in FALLING.items()}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            {"small": FALLING, "large": FALLING},
            {f"{size}/{name}": one for size in ("small", "large") for name, one in FALLING.items()},
        ),
        (
            {
                "0.5": {"42": FALLING["lr1.5"], "7": FALLING["lr2.5"]},
                "2.0": {"42": FALLING["lr2.5"], "7": FALLING["lr1.5"]},
            },
            {
                "0.5/42": FALLING["lr1.5"],
                "0.5/7": FALLING["lr2.5"],
                "2.0/42": FALLING["lr2.5"],
                "2.0/7": FALLING["lr1.5"],
            },
        ),
        (
            {"alone": FALLING["lr1.5"], "large": FALLING},
            {"alone": FALLING["lr1.5"], **{f"large/{name}": one for name, one in FALLING.items()}},
        ),
        (
            {rate: {"42": one} for rate, one in FALLING.items()},
            {rate: {f"42/{curve}": values for curve, values in one.items()} for rate, one in FALLING.items()},
        ),
    ],
    ids=["models at several rates", "seeds of each setting", "a run beside a group", "one seed of each"],
)
def test_runs_in_groups_are_runs(tmp_path: Path, document: Any, expected: dict[str, Any]) -> None:
    assert runs_of(tmp_path, document) == {f".:results, {name}": one for name, one in expected.items()}


@pytest.mark.parametrize(
    "parts",
    [
        {"generator": FALLING["lr1.5"], "discriminator": FALLING["lr2.5"]},
        {"train": {"loss": [2.5, 1.5, 0.5]}, "val": {"loss": [2.5, 1.5, 1.0]}},
    ],
    ids=["networks of a GAN", "splits"],
)
def test_groups_of_parts_are_no_runs_of_their_own(tmp_path: Path, parts: Any) -> None:
    assert len(runs_of(tmp_path, {"small": parts, "large": parts})) < 4


def test_what_a_bound_names_above_its_splits_is_read(tmp_path: Path) -> None:
    curves = {"train": [2.5, 1.5, 0.5], "val": [2.5, 1.75, 1.0]}
    found = runs_of(tmp_path, {"elbo_b4": curves})
    assert found == {".": {f"elbo_b4/{name}": values for name, values in curves.items()}}


def test_runs_in_a_list_without_names_are_numbered_and_keep_their_settings(tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_text(
        json.dumps([{"lr": rate, "train_losses": [2.5, rate, 0.5]} for rate in (0.1, 0.2)])
    )
    found = {run.name: run.hyperparameters for run in load(tmp_path)}
    assert found == {".:sweep, 0": {"lr": 0.1}, ".:sweep, 1": {"lr": 0.2}}


@pytest.mark.parametrize(
    "document",
    [
        {"generator": FALLING["lr1.5"], "discriminator": FALLING["lr2.5"]},
        {"loss": {"train": [2.5, 1.5, 0.5], "val": [2.5, 1.5, 1.0]}, "accuracy": {"train": [0.5, 0.75, 0.875]}},
        {"train": {"loss": [2.5, 1.5, 0.5]}, "val": {"loss": [2.5, 1.5, 1.0]}},
        {"encoder": {"loss": [2.5, 1.5, 0.5]}, "decoder": {"loss": [2.5, 1.5, 1.0]}},
        {f"epoch_{i}": one for i, one in enumerate(FALLING.values())},
        [{"epoch": i, **one} for i, one in enumerate(FALLING.values())],
        {**FALLING["lr1.5"], "per_class": {"cat": {"val_loss": [1.5, 0.5, 0.25]}, "dog": {"val_loss": [1.5, 1, 0.5]}}},
    ],
    ids=[
        "networks of a GAN",
        "measures",
        "splits",
        "parts of a model",
        "epochs by name",
        "epochs in a list",
        "more of one run",
    ],
)
def test_parts_of_one_run_are_one_run(tmp_path: Path, document: Any) -> None:
    assert len(runs_of(tmp_path, document)) == 1


COURSE = [3.0 * 0.9**i for i in range(40)]
"""Losses of the batches of four epochs."""


@pytest.mark.parametrize(
    "document",
    [
        {"train_loss": [COURSE, [2 * one for one in COURSE]]},
        {"0": {"train_loss": COURSE, "val_loss": COURSE}, "1": {"train_loss": COURSE, "val_loss": COURSE}},
        [{"train_losses": COURSE}, {"train_losses": COURSE}],
    ],
    ids=["a list for each seed", "folds by number", "seeds in a list"],
)
def test_what_starts_over_is_another_run(tmp_path: Path, document: Any) -> None:
    assert [len(values) for run in runs_of(tmp_path, document).values() for values in run.values()][:2] == [40, 40]
    assert len(runs_of(tmp_path, document)) == 2


def _by_epoch(loss: list[float]) -> list[list[float]]:
    return [loss[10 * i : 10 * i + 10] for i in range(4)]


@pytest.mark.parametrize(
    "document",
    [
        {"train_loss": _by_epoch(COURSE)},
        {str(i): {"train_loss": one, "val_loss": one} for i, one in enumerate(_by_epoch(COURSE))},
        {str(i): {"train": {"loss": one}, "val": {"loss": [one[-1]]}} for i, one in enumerate(_by_epoch(COURSE))},
        {f"epoch_{i}": {"train_loss": one, "val_loss": one[-1]} for i, one in enumerate(_by_epoch(COURSE))},
        [{"epoch": i, "train_loss": one} for i, one in enumerate(_by_epoch(COURSE))],
    ],
    ids=["a list for each epoch", "epochs by number", "one value", "epochs by name", "epochs in a list"],
)
def test_what_goes_on_is_one_run(tmp_path: Path, document: Any) -> None:
    ((_, curves),) = runs_of(tmp_path, document).items()
    assert curves.get("train_loss", curves.get("train/loss")) == COURSE


def test_losses_of_several_tasks_are_no_course(tmp_path: Path) -> None:
    document = [{"epoch": i, "losses": [2.5 - i / 8, 0.5 - i / 50, 0.125]} for i in range(6)]
    ((_, curves),) = runs_of(tmp_path, document).items()
    assert sorted(curves) == ["losses/0", "losses/1", "losses/2"]


def test_a_list_of_lists_in_a_file_called_after_its_loss(tmp_path: Path) -> None:
    (tmp_path / "losses.json").write_text(json.dumps([COURSE, COURSE[:20]]))
    assert [len(one) for run in load(tmp_path) for one in run.series] == [40, 20]


def test_losses_of_tasks_near_each_other_are_no_course(tmp_path: Path) -> None:
    document = [{"epoch": i, "head_losses": [2 * 0.9**i, 2 * 0.9**i - 0.125]} for i in range(20)]
    ((_, curves),) = runs_of(tmp_path, document).items()
    assert sorted(curves) == ["head_losses/0", "head_losses/1"]


@pytest.mark.parametrize(("rows", "columns"), [(20, 20), (300, 20)], ids=["a surface", "the losses of each example"])
def test_more_rows_than_a_curve_has_values_are_no_runs(tmp_path: Path, rows: int, columns: int) -> None:
    surface = [[2.5 + (7 * i + 3 * j) % 11 / 8 for j in range(columns)] for i in range(rows)]
    (tmp_path / "val_losses.json").write_text(json.dumps(surface))
    with pytest.raises(NoRunError):
        load(tmp_path)


def test_a_long_list_of_courses_takes_no_time_to_tell(tmp_path: Path) -> None:
    loss = [2.5 * 0.9999**i for i in range(20_000)]
    document = {"train_loss": [[*loss[2 * i : 2 * i + 2], loss[2 * i + 1]] for i in range(10_000)]}
    begun = time.perf_counter()
    ((_, curves),) = runs_of(tmp_path, document).items()
    assert len(curves["train_loss"]) == 30_000
    assert time.perf_counter() - begun < 20
