"""Logs that the loggers of frameworks really wrote, against the values that they were given.

`tests/sources/fixtures/frameworks/<name>.py` writes the folder and the truth of each.
"""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from logdoctor import load
from logdoctor.cli import main
from logdoctor.run import Run, Series, Setting, State

FIXTURES = Path(__file__).parent / "fixtures" / "frameworks"

ROLES: dict[str, dict[str, str]] = {
    "accelerate_tensorboard": {"train_loss": "train-loss", "eval_loss": "validation-loss"},
    "catalyst_console": {"loss": "train-loss", "valid loss": "validation-loss"},
    "catalyst_csv": {"train/loss": "train-loss", "valid/loss": "validation-loss"},
    "clearml_offline": {"loss/train": "train-loss", "loss/validation": "validation-loss"},
    "deepspeed_csv": {"train_loss": "train-loss"},
    "dvclive_tsv": {"train/loss": "train-loss", "eval/loss": "validation-loss"},
    "espnet_log": {"loss": "train-loss", "valid loss": "validation-loss", "lr": "learning-rate"},
    "fairseq_json": {"loss": "train-loss", "valid loss": "validation-loss", "gnorm": "gradient-norm"},
    "fairseq_simple": {"loss": "train-loss", "valid loss": "validation-loss", "gnorm": "gradient-norm"},
    "fastai_csv": {"train_loss": "train-loss", "valid_loss": "validation-loss"},
    "hf_trainer": {"loss": "train-loss", "eval_loss": "validation-loss", "grad_norm": "gradient-norm"},
    "ignite_bar": {"training/batchloss": "train-loss", "validation/loss": "validation-loss"},
    "keras_csv": {
        "loss": "train-loss",
        "val_loss": "validation-loss",
        "accuracy": "train-metric",
        "val_accuracy": "validation-metric",
    },
    "keras_tensorboard": {
        "loss": "train-loss",
        "val_loss": "validation-loss",
        "accuracy": "train-metric",
        "val_accuracy": "validation-metric",
    },
    "lightning_bar": {"val_loss": "validation-loss"},
    "lightning_csv": {"train_loss_step": "train-loss", "val_loss": "validation-loss"},
    "lightning_tensorboard": {"train_loss": "train-loss", "val_loss": "validation-loss"},
    "mmcv_log": {"loss": "train-loss", "mse": "validation-error"},
    "mmengine_json": {"loss": "train-loss"},
    "monai_handlers": {"train_loss": "train-loss", "val_mean_squared_error": "validation-error"},
    "nnunet_log": {
        "train_loss": "train-loss",
        "val_loss": "validation-loss",
        "lr": "learning-rate",
        "Pseudo dice": "validation-metric",
    },
    "open_clip_log": {"train/loss": "train-loss", "clip_val_loss": "validation-loss"},
    "paddle_hapi": {"loss": "train-loss", "eval loss": "validation-loss"},
    "ray_tune": {"train_loss": "train-loss", "val_loss": "validation-loss"},
    "sacred_files": {"training.loss": "train-loss", "validation.loss": "validation-loss"},
    "spacy_jsonl": {"score": "train-metric"},
    "speechbrain_lines": {"train loss": "train-loss", "valid loss": "validation-loss"},
    "stable_baselines3_csv": {
        "rollout/ep_rew_mean": "reward",
        "train/loss": "policy-loss",
        "train/entropy_loss": "policy-loss",
    },
    "swanlab_local": {"train/loss": "train-loss", "val/loss": "validation-loss"},
    "tensorboardx_json": {"loss/train": "train-loss", "loss/val": "validation-loss"},
    "tf_estimator": {"loss": "train-loss", "eval/loss": "validation-loss"},
    "timm_summary": {"train_loss": "train-loss", "eval_loss": "validation-loss"},
    "torch_tensorboard": {
        "loss/train": "train-loss",
        "loss/val": "validation-loss",
        "lr": "learning-rate",
        "grad_norm": "gradient-norm",
    },
    "torchrl_csv": {"train/loss": "policy-loss", "eval/reward": "reward"},
    "torchtune_disk": {"loss": "train-loss", "grad_norm": "gradient-norm"},
    "ultralytics_csv": {
        "train/loss": "train-loss",
        "val/loss": "validation-loss",
        "metrics/accuracy_top1": "validation-metric",
    },
    "ultralytics_detection": {
        "train/box_loss": "train-loss",
        "train/cls_loss": "train-component-loss",
        "val/box_loss": "validation-loss",
        "metrics/mAP50(B)": "validation-metric",
        "lr/pg0": "learning-rate",
    },
    "visualdl_records": {"Train/loss": "train-loss", "Evaluate/loss": "validation-loss"},
    "yolox_log": {"total_loss": "train-loss", "lr": "learning-rate"},
}
"""What each quantity is to be taken for. A loss beside rewards is a policy's."""

SETTINGS: dict[str, dict[str, Setting]] = {
    "accelerate_tensorboard": {"lr": 0.01, "batch_size": 32},
    "clearml_offline": {"lr": 0.01, "batch_size": 32},
    "dvclive_tsv": {"lr": 0.01, "batch_size": 32},
    "lightning_csv": {"rate": 0.05, "width": 4},
    "mmcv_log": {"seed": 0},
    "lightning_tensorboard": {"rate": 0.05, "width": 4},
    "nnunet_log": {"batch_size": 2},
    "open_clip_log": {"lr": 0.001, "batch_size": 8, "epochs": 3, "wd": 0.2},
    "ray_tune": {"lr": 0.01, "batch_size": 32},
    "sacred_files": {"lr": 0.01, "batch_size": 32},
    "swanlab_local": {"lr": 0.01, "batch_size": 32},
    "tensorboardx_json": {"lr": 0.01, "amp": True},
    "torch_tensorboard": {"lr": 0.01, "batch_size": 32, "optimizer": "SGD", "amp": 1},
    "ultralytics_csv": {"epochs": 3, "batch": 8},
    "ultralytics_detection": {"epochs": 10, "batch": 16, "lr0": 0.002},
    "visualdl_records": {"lr": 0.01, "bsize": 32},
}


def only_run(name: str) -> Run:
    (run,) = load(FIXTURES / name)
    return run


def is_truth(series: Series, truth: dict[int, float], digits: int) -> bool:
    points = dict(zip(series.steps.tolist(), series.values.tolist(), strict=True))
    return points.keys() == truth.keys() and all(
        math.isclose(value, truth[step], rel_tol=10.0 ** (1 - digits))
        or (math.isnan(value) and math.isnan(truth[step]))
        for step, value in points.items()
    )


def test_every_framework_is_tested() -> None:
    assert {path.stem for path in FIXTURES.glob("*.json")} == set(ROLES)


@pytest.mark.parametrize("name", ROLES)
def test_every_value_arrives_in_one_run_under_its_role(name: str) -> None:
    written = json.loads((FIXTURES / f"{name}.json").read_text())
    run = only_run(name)
    for quantity, points in written["series"].items():
        truth = {int(step): float(value) for step, value in points}
        found = {one.role.id for one in run.series if is_truth(one, truth, written["digits"])}
        assert ROLES[name][quantity] in found, (quantity, run.series)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_settings_are_found(name: str) -> None:
    settings = only_run(name).hyperparameters
    assert {key: settings.get(key) for key in SETTINGS[name]} == SETTINGS[name]


def test_a_validation_of_mmengine_is_one() -> None:
    assert [one.role.id for one in only_run("mmengine_json").series if one.name == "mse"] == ["validation-error"]


def test_copies_of_one_run_are_listed_and_count_once() -> None:
    used = {source.path: source.used for source in only_run("hf_trainer").sources}
    assert used["trainer_state.json"]
    assert [path for path in used if "tfevents" in path]
    assert not any(used[path] for path in used if path.startswith("checkpoint-"))
    printed, *tables = sorted(only_run("mmengine_json").sources, key=lambda source: not source.path.endswith(".log"))
    assert (printed.format, len(tables)) == ("text", 2)


def test_swanlab_says_how_a_run_ended() -> None:
    assert only_run("swanlab_local").state is State.FINISHED


@pytest.mark.parametrize(("name", "pattern"), [("swanlab_local", "*.swanlab"), ("visualdl_records", "vdlrecords*")])
def test_a_cut_file_gives_what_is_whole_and_says_so(name: str, pattern: str, tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / name, tmp_path / name)
    (file,) = (tmp_path / name).rglob(pattern)
    content = file.read_bytes()
    whole = sum(map(len, only_run(name).series))
    file.write_bytes(content[: len(content) * 2 // 3])
    (run,) = load(tmp_path / name)
    assert 0 < sum(map(len, run.series)) < whole
    assert [notice.byte_end for notice in run.notices] == [len(content) * 2 // 3]


def test_a_line_that_is_no_report_costs_that_line(tmp_path: Path) -> None:
    lines = (FIXTURES / "clearml_offline" / "metrics.jsonl").read_text().splitlines()
    (tmp_path / "metrics.jsonl").write_text("\n".join([*lines, lines[0][:-40]]) + "\n")
    (run,) = load(tmp_path)
    assert [len(one) for one in run.series] == [8, 8]
    assert [(notice.line_start, notice.line_end) for notice in run.notices] == [(len(lines) + 1, len(lines) + 1)]


def test_aim_is_answered_with_how_to_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".aim" / "seqs").mkdir(parents=True)
    (tmp_path / ".aim" / "run_metadata.sqlite").write_bytes(b"SQLite format 3\0" + bytes(100))
    assert main(["analyze", str(tmp_path)]) == 0
    assert "Aim keeps its values in RocksDB" in " ".join(capsys.readouterr().out.split())
