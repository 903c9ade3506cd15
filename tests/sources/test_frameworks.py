"""Logs that the loggers of frameworks really wrote, against the values that they were given.

`tests/sources/fixtures/frameworks/<name>.py` writes the folder and the truth of each.
"""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from logdoctor import Severity, load
from logdoctor.cli import main
from logdoctor.diagnosis import analyze
from logdoctor.run import Run, Series, Setting, State

FIXTURES = Path(__file__).parent / "fixtures" / "frameworks"

ROLES: dict[str, dict[str, str]] = {
    "accelerate_tensorboard": {"train_loss": "train-loss", "eval_loss": "validation-loss"},
    "axolotl_trainer": {
        "loss": "train-loss",
        "eval_loss": "validation-loss",
        "ppl": "train-error",
        "eval_ppl": "validation-error",
        "learning_rate": "learning-rate",
        "grad_norm": "gradient-norm",
    },
    "baselines_logger": {"eprewmean": "reward", "value_loss": "policy-loss", "policy_entropy": "entropy"},
    "catalyst_console": {"loss": "train-loss", "valid loss": "validation-loss"},
    "catalyst_csv": {"train/loss": "train-loss", "valid/loss": "validation-loss"},
    "catboost_info": {
        "learn/Logloss": "train-loss",
        "validation/Logloss": "validation-loss",
        "learn/Accuracy": "train-metric",
        "validation/Accuracy": "validation-metric",
    },
    "catboost_tests": {
        "learn/Logloss": "train-loss",
        "learn/Accuracy": "train-metric",
        "first/Logloss": "validation-loss",
        "last/Logloss": "validation-loss",
        "last/Accuracy": "validation-metric",
    },
    "cleanrl_ppo": {
        "charts/episode_reward": "reward",
        "charts/learning_rate": "learning-rate",
        "losses/policy_loss": "policy-loss",
        "losses/entropy": "entropy",
    },
    "clearml_offline": {"loss/train": "train-loss", "loss/validation": "validation-loss"},
    "clu_metric_writers": {
        "train_loss": "train-loss",
        "eval_loss": "validation-loss",
        "learning_rate": "learning-rate",
    },
    "composer_trainer": {"loss/train/total": "train-loss", "metrics/eval/MulticlassAccuracy": "validation-metric"},
    "deepspeed_csv": {"train_loss": "train-loss"},
    "deepspeed_pipeline": {"train_loss": "train-loss", "lr": "learning-rate"},
    "dvclive_tsv": {"train/loss": "train-loss", "eval/loss": "validation-loss"},
    "espnet_log": {"loss": "train-loss", "valid loss": "validation-loss", "lr": "learning-rate"},
    "fabric_csv": {"loss": "train-loss", "val_loss": "validation-loss", "lr": "learning-rate"},
    "fairseq_json": {"loss": "train-loss", "valid loss": "validation-loss", "gnorm": "gradient-norm"},
    "fairseq_simple": {"loss": "train-loss", "valid loss": "validation-loss", "gnorm": "gradient-norm"},
    "fastai_csv": {"train_loss": "train-loss", "valid_loss": "validation-loss"},
    "hf_trainer": {"loss": "train-loss", "eval_loss": "validation-loss", "grad_norm": "gradient-norm"},
    "hf_trainer_4": {
        "loss": "train-loss",
        "eval_loss": "validation-loss",
        "eval_accuracy": "validation-metric",
        "grad_norm": "gradient-norm",
    },
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
    "lightgbm_console": {
        "training's binary_logloss": "train-loss",
        "valid_1's binary_logloss": "validation-loss",
        "training's auc": "train-metric",
        "valid_1's auc": "validation-metric",
    },
    "lightning_bar": {"val_loss": "validation-loss"},
    "lightning_csv": {"train_loss_step": "train-loss", "val_loss": "validation-loss"},
    "lightning_tensorboard": {"train_loss": "train-loss", "val_loss": "validation-loss"},
    "litgpt_pretrain": {"loss": "train-loss", "val_loss": "validation-loss", "learning_rate": "learning-rate"},
    "llama_factory": {
        "loss": "train-loss",
        "eval_loss": "validation-loss",
        "learning_rate": "learning-rate",
        "grad_norm": "gradient-norm",
    },
    "mmcv_log": {"loss": "train-loss", "mse": "validation-error"},
    "mmengine_json": {"loss": "train-loss"},
    "monai_handlers": {"train_loss": "train-loss", "val_mean_squared_error": "validation-error"},
    "ms_swift": {
        "loss": "train-loss",
        "eval_loss": "validation-loss",
        "learning_rate": "learning-rate",
        "grad_norm": "gradient-norm",
        "token_acc": "train-metric",
        "eval_token_acc": "validation-metric",
    },
    "nemo_exp": {"reduced_train_loss": "train-loss", "val_loss": "validation-loss", "lr": "learning-rate"},
    "nnunet_log": {
        "train_loss": "train-loss",
        "val_loss": "validation-loss",
        "lr": "learning-rate",
        "Pseudo dice": "validation-metric",
    },
    "open_clip_log": {"train/loss": "train-loss", "clip_val_loss": "validation-loss"},
    "paddle_hapi": {"loss": "train-loss", "eval loss": "validation-loss"},
    "ray_tune": {"train_loss": "train-loss", "val_loss": "validation-loss"},
    "rllib_tune": {
        "env_runners/episode_return_mean": "reward",
        "learners/default_policy/total_loss": "policy-loss",
        "learners/default_policy/entropy": "entropy",
        "learners/default_policy/default_optimizer_learning_rate": "learning-rate",
    },
    "rllib_tune_older": {
        "env_runners/episode_return_mean": "reward",
        "evaluation/env_runners/episode_return_mean": "reward",
        "info/learner/default_policy/learner_stats/total_loss": "policy-loss",
        "info/learner/default_policy/learner_stats/kl": "kl-divergence",
        "info/learner/default_policy/learner_stats/entropy": "entropy",
    },
    "sacred_files": {"training.loss": "train-loss", "validation.loss": "validation-loss"},
    "sentence_transformers_trainer": {
        "loss": "train-loss",
        "eval_loss": "validation-loss",
        "eval_held-out_spearman_cosine": "validation-metric",
    },
    "sklearn_mlp": {"loss": "train-loss", "Validation score": "validation-metric"},
    "skorch_table": {"train_loss": "train-loss", "valid_loss": "validation-loss"},
    "skrl_tensorboard": {
        "Reward / Total reward (mean)": "reward",
        "Loss / Policy loss": "policy-loss",
        "Loss / Value loss": "policy-loss",
    },
    "spacy_console": {"CATS_SCORE": "validation-metric", "SCORE": "validation-metric"},
    "spacy_jsonl": {"score": "validation-metric"},
    "speechbrain_lines": {"train loss": "train-loss", "valid loss": "validation-loss"},
    "stable_baselines3_console": {
        "rollout/ep_rew_mean": "reward",
        "train/value_loss": "policy-loss",
        "train/entropy_loss": "policy-loss",
        "train/learning_rate": "learning-rate",
    },
    "stable_baselines3_csv": {
        "rollout/ep_rew_mean": "reward",
        "train/loss": "policy-loss",
        "train/entropy_loss": "policy-loss",
    },
    "swanlab_local": {"train/loss": "train-loss", "val/loss": "validation-loss"},
    "tensorboard_csv_download": {"loss_train": "train-loss", "loss_val": "validation-loss"},
    "tensorboard_json_download": {"loss_train": "train-loss", "loss_val": "validation-loss"},
    "tensorboardx_json": {"loss/train": "train-loss", "loss/val": "validation-loss"},
    "tf_estimator": {"loss": "train-loss", "eval/loss": "validation-loss"},
    "tianshou_tensorboard": {
        "training/returns_stat/mean": "reward",
        "test/returns_stat/mean": "reward",
        "update/loss/mean": "policy-loss",
        "update/vf_loss/mean": "policy-loss",
    },
    "timm_summary": {"train_loss": "train-loss", "eval_loss": "validation-loss"},
    "torch_tensorboard": {
        "loss/train": "train-loss",
        "loss/val": "validation-loss",
        "lr": "learning-rate",
        "grad_norm": "gradient-norm",
    },
    "torchrl_csv": {"train/loss": "policy-loss", "eval/reward": "reward"},
    "torchtitan_metrics": {
        "loss": "train-loss",
        "validation loss": "validation-loss",
        "grad_norm": "gradient-norm",
        "lr": "learning-rate",
    },
    "torchtune_disk": {"loss": "train-loss", "grad_norm": "gradient-norm"},
    "trl_dpo": {
        "loss": "train-loss",
        "eval_loss": "validation-loss",
        "grad_norm": "gradient-norm",
        "rewards/accuracies": "train-metric",
        "rewards/margins": "train-metric",
        "eval_rewards/margins": "validation-metric",
    },
    "trl_grpo": {
        "loss": "policy-loss",
        "reward": "reward",
        "kl": "kl-divergence",
        "grad_norm": "gradient-norm",
        "entropy": "entropy",
        "rewards/cats/mean": "reward",
    },
    "trl_sft": {
        "loss": "train-loss",
        "eval_loss": "validation-loss",
        "grad_norm": "gradient-norm",
        "learning_rate": "learning-rate",
        "mean_token_accuracy": "train-metric",
        "eval_mean_token_accuracy": "validation-metric",
    },
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
    "unsloth_sft": {"loss": "train-loss", "grad_norm": "gradient-norm", "learning_rate": "learning-rate"},
    "verl_tracking": {
        "critic/rewards/mean": "reward",
        "actor/grad_norm": "gradient-norm",
        "actor/lr": "learning-rate",
        "actor/entropy": "entropy",
        "actor/pg_loss": "policy-loss",
        "val-core/gsm8k/reward/mean@1": "reward",
    },
    "visualdl_records": {"Train/loss": "train-loss", "Evaluate/loss": "validation-loss"},
    "xgboost_console": {
        "train-logloss": "train-loss",
        "eval-logloss": "validation-loss",
        "train-auc": "train-metric",
        "eval-auc": "validation-metric",
    },
    "yolox_log": {"total_loss": "train-loss", "lr": "learning-rate"},
}
"""What each quantity is to be taken for. A loss beside rewards is a policy's."""

SETTINGS: dict[str, dict[str, Setting]] = {
    "accelerate_tensorboard": {"lr": 0.01, "batch_size": 32},
    "clearml_offline": {"lr": 0.01, "batch_size": 32},
    "clu_metric_writers": {"learning_rate": 0.01, "batch_size": 32},
    "dvclive_tsv": {"lr": 0.01, "batch_size": 32},
    "hf_trainer_4": {
        "num_train_epochs": 4,
        "Gradient Accumulation steps": 2,
        "learning_rate": 0.005,
        "lr_scheduler_warmup_ratio": 0.1,
        "optimizer": "adamw_torch_fused",
        "adam_beta2": 0.999,
    },
    "lightning_csv": {"rate": 0.05, "width": 4},
    "lightning_tensorboard": {"rate": 0.05, "width": 4},
    "llama_factory": {"num_train_epochs": 3, "train_batch_size": 4, "Gradient Accumulation steps": 2},
    "mmcv_log": {"seed": 0},
    "ms_swift": {"learning_rate": 0.01, "warmup_ratio": 0.1, "num_train_epochs": 3, "gradient_accumulation_steps": 2},
    "nnunet_log": {"batch_size": 2},
    "open_clip_log": {"lr": 0.001, "batch_size": 8, "epochs": 3, "wd": 0.2},
    "ray_tune": {"lr": 0.01, "batch_size": 32},
    "rllib_tune": {"lr": 3e-4, "gamma": 0.99, "minibatch_size": 64},
    "rllib_tune_older": {"lr": 3e-4, "gamma": 0.99, "minibatch_size": 64},
    "sacred_files": {"lr": 0.01, "batch_size": 32},
    "swanlab_local": {"lr": 0.01, "batch_size": 32},
    "tensorboardx_json": {"lr": 0.01, "amp": True},
    "torch_tensorboard": {"lr": 0.01, "batch_size": 32, "optimizer": "SGD", "amp": 1},
    "ultralytics_csv": {"epochs": 3, "batch": 8},
    "ultralytics_detection": {"epochs": 10, "batch": 16, "lr0": 0.002},
    "visualdl_records": {"lr": 0.01, "bsize": 32},
}


HARMED = {"swanlab_local", "open_clip_log", "ultralytics_detection"}
"""Runs that log a NaN on purpose, learn pictures of noise, or validate before BatchNorm's statistics have settled."""

ALONE: dict[str, dict[str, set[str]]] = {
    "axolotl_trainer": {"train.log": {"loss", "eval_loss", "ppl", "eval_ppl", "grad_norm"}},
    "hf_trainer_4": {"train.log": {"loss", "eval_loss", "eval_accuracy", "grad_norm"}, "README.md": {"eval_accuracy"}},
    "llama_factory": {
        "trainer_log.jsonl": {"loss", "eval_loss", "learning_rate"},
        "trainer_state.json": {"loss", "eval_loss", "learning_rate", "grad_norm"},
        "train.log": {"loss", "eval_loss", "learning_rate", "grad_norm"},
    },
    "ms_swift": {
        "logging.jsonl": {"loss", "eval_loss", "learning_rate", "grad_norm", "token_acc", "eval_token_acc"},
        "train.log": {"loss", "eval_loss", "learning_rate", "grad_norm", "token_acc", "eval_token_acc"},
    },
    "trl_dpo": {"train.log": {"loss", "eval_loss", "grad_norm", "rewards/accuracies", "eval_rewards/margins"}},
    "trl_grpo": {"train.log": {"loss", "reward", "kl", "entropy"}},
    "trl_sft": {"train.log": {"loss", "eval_loss", "learning_rate", "eval_mean_token_accuracy"}},
    "unsloth_sft": {"train.log": {"loss", "grad_norm", "learning_rate"}},
    "verl_tracking": {
        "metrics.jsonl": {"critic/rewards/mean", "actor/lr", "actor/pg_loss", "val-core/gsm8k/reward/mean@1"},
        "train.log": {"critic/rewards/mean", "actor/lr", "actor/pg_loss", "val-core/gsm8k/reward/mean@1"},
    },
}
"""Files that one run was written to besides, and what each of them tells by itself."""


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


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in ALONE.items() for file in files])
def test_a_file_tells_its_run_by_itself(name: str, file: str, tmp_path: Path) -> None:
    written = json.loads((FIXTURES / f"{name}.json").read_text())
    shutil.copy(FIXTURES / name / file, tmp_path)
    (run,) = load(tmp_path)
    for quantity in ALONE[name][file]:
        truth = {int(step): float(value) for step, value in written["series"][quantity]}
        found = {one.role.id for one in run.series if is_truth(one, truth, written["digits"])}
        assert ROLES[name][quantity] in found, (quantity, run.series)


@pytest.mark.parametrize("name", ALONE)
def test_no_quantity_comes_twice_where_it_was_written_twice(name: str) -> None:
    names = [one.name for one in only_run(name).series]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", [one for one in ROLES if one not in HARMED])
def test_nothing_is_wrong_with_a_few_sound_steps(name: str) -> None:
    found = analyze(FIXTURES / name).findings()
    assert [finding for _, finding in found if finding.severity is not Severity.NOTE] == []


@pytest.mark.parametrize("name", SETTINGS)
def test_the_settings_are_found(name: str) -> None:
    settings = only_run(name).hyperparameters
    assert {key: settings.get(key) for key in SETTINGS[name]} == SETTINGS[name]


def test_a_validation_of_mmengine_is_one() -> None:
    assert [one.role.id for one in only_run("mmengine_json").series if one.name == "mse"] == ["validation-error"]


def test_a_name_with_a_unit_in_quotes_is_whole(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "axolotl_trainer" / "train.log", tmp_path)
    (run,) = load(tmp_path)
    assert "memory/max_active (GiB)" in {one.name for one in run.series}


def test_batches_of_litgpt_are_steps_and_what_it_prints_again_is_no_curve(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "litgpt_pretrain" / "train.log", tmp_path)
    (run,) = load(tmp_path)
    losses = {one.role.id: one.steps.tolist() for one in run.series if one.role.id.endswith("-loss")}
    assert losses == {"train-loss": list(range(2, 41, 2)), "validation-loss": [10, 20, 30, 40]}
    assert "max_iters" not in run.hyperparameters  # of the evaluation


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
