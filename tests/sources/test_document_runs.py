"""JSON documents that hold several runs beside each other, and those that hold parts of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from logdoctor import load


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
