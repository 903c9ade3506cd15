"""Settings by whatever name a framework gives them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from logdoctor import analyze
from logdoctor.curves import decay, flat, line
from logdoctor.rule import example_run
from logdoctor.run import Run
from logdoctor.signals import Hyperparameters


def given(**settings: object) -> Hyperparameters:
    return Hyperparameters.measure(Run("run", hyperparameters=settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "norm"),
    [
        ({"max_grad_norm": 1.0}, 1.0),
        ({"trainer.gradient_clip_val": 0.5}, 0.5),
        ({"clip_grad": None}, None),
        ({"clip-grad": 0}, 0.0),
        ({"gradient_clipping": False}, 0.0),
        ({"optim/grad_clip": True}, None),
        ({"clip_range": 0.2}, None),
        ({}, None),
    ],
)
def test_the_clip_threshold_is_found_under_every_name(settings: dict[str, object], norm: float | None) -> None:
    assert given(**settings).clip_norm == norm


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"precision": "16-mixed"}, "precision 16-mixed"),
        ({"fp16": True}, "fp16 True"),
        ({"trainer.precision": 16}, "trainer.precision 16"),
        ({"precision": "bf16-mixed"}, ""),
        ({"bf16": True, "fp16": False}, ""),
        ({"precision": 32}, ""),
        ({"dtype": "float16"}, "dtype float16"),
        ({"dtype": "bfloat16"}, ""),
    ],
)
def test_half_precision_is_told_by_any_of_its_settings(settings: dict[str, object], said: str) -> None:
    assert given(**settings).half_precision == said


@pytest.mark.parametrize(
    ("name", "adaptive"),
    [("AdamW", True), ("adamw_torch_fused", True), ("SGD", False), ("RMSprop", True), (None, None)],
)
def test_adaptive_optimizers(name: str | None, adaptive: bool | None) -> None:
    assert given(**({"optimizer": name} if name else {})).is_adaptive is adaptive


def test_an_effective_batch_goes_before_a_micro_batch() -> None:
    told = given(per_device_train_batch_size=4, train_batch_size=32, gradient_accumulation_steps=8)
    assert (told.batch_size, told.accumulation) == (32, 8)


def test_a_batch_size_may_be_abbreviated() -> None:
    assert Hyperparameters(example_run({"bs": 2, "lr": 0.1})).batch_size == 2


def test_a_run_without_settings_says_nothing() -> None:
    told = given()
    assert not told
    assert (told.clip_norm, told.half_precision, told.weight_decay, told.warmup) == (None, "", None, None)
    assert told.accumulation == 1


@pytest.mark.parametrize(
    ("settings", "patience"),
    [
        ({"early_stopping_patience": 5}, 5.0),
        ({"patience": 100}, 100.0),
        ({"callbacks.early_stopping.patience": 3}, 3.0),
        ({"early_stopping": True}, 0.0),
        ({"early_stopping": False}, None),
        ({"early_stopping_patience": None}, None),
        ({"lr_patience": 5}, None),
        ({"scheduler.patience": 5}, None),
        ({}, None),
    ],
)
def test_patience_is_that_of_the_run_not_of_its_scheduler(settings: dict[str, object], patience: float | None) -> None:
    assert given(**settings).patience == patience


def test_the_micro_batch_is_what_goes_through_the_model_at_once() -> None:
    assert given(per_device_train_batch_size=4, train_batch_size=32).micro_batch == 4
    assert given(batch_size=64).micro_batch == 64


@pytest.mark.parametrize(
    ("rate", "optimizer"), [("lr-AdamW/pg1", "adamw"), ("lr-SGD", "sgd"), ("learning_rate", "")], ids=str
)
def test_the_optimizer_may_stand_in_the_name_of_the_rate(rate: str, optimizer: str) -> None:
    run = example_run(**{"train_loss": decay(2.3, 0.2), rate: flat(0.1)})  # type: ignore[arg-type]
    assert Hyperparameters.measure(run).optimizer == optimizer


@pytest.mark.parametrize(
    ("settings", "recipe"),
    [
        ({"max_steps": 400, "num_train_epochs": 4, "logging_steps": 1, "train_batch_size": 8}, False),
        ({"optim": "adamw_torch", "max_steps": 400}, True),
        ({"lr": 0.1}, True),
        ({}, False),
    ],
)
def test_what_a_trainer_counts_by_is_no_recipe(settings: dict[str, object], recipe: bool) -> None:
    assert bool(given(**settings)) is recipe


def test_no_regularisation_is_missed_where_only_a_trainer_counts(tmp_path: Path) -> None:
    losses = zip(decay(0.7, 0.001, 30).values, line(0.7, 0.45, 10).followed_by(line(0.46, 0.9, 20)).values, strict=True)
    history = [{"step": i, "loss": a, "eval_loss": b} for i, (a, b) in enumerate(losses, 1)]
    (tmp_path / "trainer_state.json").write_text(
        json.dumps({"log_history": history, "max_steps": 30, "num_train_epochs": 3, "logging_steps": 1})
    )
    (found,) = (one for _, one in analyze(tmp_path, now=1e12).findings() if one.rule == "overfitting")
    assert found.causes[0].id == "too-little-data"
