"""The parts of the script that makes sample_logs/, and what it left there."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from tests.sample_training.__main__ import RECIPES, TARGET, make
from tests.sample_training.history import History
from tests.sample_training.printed import hugging_face, keras_epochs, nanogpt
from tests.sample_training.recipe import Recipe
from tests.sample_training.train import cosine, one_cycle, step_decay, warm_restarts


def history_of(*losses: float, steps_per_epoch: int = 2) -> History:
    steps = [
        {"step": step, "loss": loss, "gradient_norm": 1.0, "learning_rate": 0.1 / step}
        for step, loss in enumerate(losses, 1)
    ]
    evaluations = [
        {"step": step, "loss": 0.0, "validation_loss": 10.0 * step}
        for step in range(0, len(losses) + 1, steps_per_epoch)
    ]
    settings = {"epochs": len(losses) / steps_per_epoch, "batch_size": 8}
    return History(settings, steps_per_epoch, len(losses), steps, evaluations)


def test_an_epoch_is_the_mean_of_its_steps_and_the_evaluation_at_its_end() -> None:
    assert history_of(4.0, 2.0, 1.0, 3.0).epochs() == [
        {"epoch": 1, "loss": 3.0, "learning_rate": 0.05, "step": 2, "validation_loss": 20.0},
        {"epoch": 2, "loss": 2.0, "learning_rate": 0.025, "step": 4, "validation_loss": 40.0},
    ]


def test_a_window_that_is_not_full_is_not_logged() -> None:
    assert [(row["step"], row["loss"]) for row in history_of(4.0, 2.0, 1.0, 3.0, 9.0).windows(2)] == [
        (2, 3.0),
        (4, 2.0),
    ]


PRINTED = {
    nanogpt: (
        "tokens per iteration will be: 512",
        "Overriding: epochs = 2.0",
        "Overriding: batch_size = 8",
        "step 0: train loss 0.0000, val loss 0.0000",
        "iter 2: loss 2.0000, time 50.00ms, mfu 12.30%",
        "step 2: train loss 0.0000, val loss 20.0000",
    ),
    hugging_face: (
        "{'loss': 3.0, 'grad_norm': 1.0, 'learning_rate': 0.05, 'epoch': 1.0}",
        "{'eval_loss': 20.0, 'epoch': 1.0}",
    ),
}


@pytest.mark.parametrize("write", PRINTED)
def test_what_scripts_print(write: Callable[..., None], tmp_path: Path) -> None:
    write(tmp_path, history_of(4.0, 2.0, 1.0, 3.0), every=2)
    assert set((tmp_path / "train.log").read_text().splitlines()) >= set(PRINTED[write])


def test_what_keras_prints(tmp_path: Path) -> None:
    keras_epochs(tmp_path, history_of(4.0, 2.0, 1.0, 3.0))
    assert (tmp_path / "train.log").read_text().splitlines()[:2] == [
        "Epoch 1/2.0",
        "2/2 - 0s - 50ms/step - learning_rate: 0.0500 - loss: 3.0000 - val_loss: 20.0000",
    ]


def test_schedules_pass_through_their_landmarks() -> None:
    assert [cosine(at) for at in (0.0, 0.5, 1.0)] == pytest.approx([1, 0.5, 0])
    assert [warm_restarts(4)(at) for at in (0.0, 0.249, 0.25)] == pytest.approx([1, 0, 1], abs=1e-4)
    assert [step_decay(0.4, 0.75)(at) for at in (0.39, 0.4, 0.75)] == pytest.approx([1, 0.1, 0.01])
    assert [one_cycle(0.3)(at) for at in (0.0, 0.3, 1.0)] == pytest.approx([0.04, 1, 0])


def test_folders_and_recipes_belong_together() -> None:
    described = {path.parent.relative_to(TARGET).as_posix() for path in TARGET.rglob("expected.json")}
    assert described == {recipe.folder for recipe in RECIPES}
    assert sum(path.stat().st_size for path in TARGET.rglob("*")) < 4_000_000


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.folder)
def test_what_is_expected_is_what_was_planted(recipe: Recipe) -> None:
    assert json.loads((TARGET / recipe.folder / "expected.json").read_text()) == recipe.expected
    assert bool(recipe.planted) == any(sample.expect for sample in recipe.samples.values())


def test_a_recipe_trains_and_writes(tmp_path: Path) -> None:
    make(next(recipe for recipe in RECIPES if recipe.folder == "nan-loss-at-once"), tmp_path)
    lines = (tmp_path / "nan-loss-at-once" / "metrics.jsonl").read_text().splitlines()
    losses = [row["loss"] for row in map(json.loads, lines) if "loss" in row]
    assert len(losses) == 90
    assert math.isfinite(losses[0])
    assert math.isnan(losses[-1])
