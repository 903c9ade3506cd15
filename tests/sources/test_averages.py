"""What frameworks average before they log, told from logs that their own writers made."""

from __future__ import annotations

from pathlib import Path

import pytest

from logdoctor import load

FRAMEWORKS = Path(__file__).parent / "fixtures" / "frameworks"

AVERAGED = {
    "hf_trainer": ("train/loss", "mean since the value before"),
    "keras_csv": ("loss", "mean over the epoch"),
    "fastai_csv": ("train_loss", "exponential moving average"),
    "mmengine_json": ("loss", "mean of the last 10 steps"),
    "timm_summary": ("train_loss", "mean over the epoch"),
    "stable_baselines3_csv": ("rollout/ep_rew_mean", "mean of the last 100 episodes"),
}


def averages_below(folder: Path) -> dict[str, str]:
    return {one.name: one.average for run in load(folder) for one in run.series}


@pytest.mark.parametrize("framework", AVERAGED)
def test_a_writer_that_averages_is_known(framework: str) -> None:
    name, how = AVERAGED[framework]
    assert averages_below(FRAMEWORKS / framework)[name] == how


@pytest.mark.parametrize("framework", AVERAGED)
def test_validation_is_no_running_average(framework: str) -> None:
    found = averages_below(FRAMEWORKS / framework)
    assert not [name for name, how in found.items() if how and name.startswith(("val", "eval", "valid"))]


def test_a_row_of_validation_is_no_running_average(tmp_path: Path) -> None:
    """MMEngine's rows of validation name no split, and are told by how they count."""
    rows = [f'{{"loss": 1.5, "data_time": 0.1, "time": 0.2, "iter": {k}, "step": {k}}}' for k in (10, 20)]
    rows += ['{"accuracy": 0.5, "loss": 1.75, "data_time": 0.1, "time": 0.2, "step": 1}']
    (tmp_path / "scalars.json").write_text("\n".join([*rows, *rows]))
    found = averages_below(tmp_path)
    assert (found["loss"], found["val/loss"], found["accuracy"]) == ("mean of the last 10 steps", "", "")


@pytest.mark.parametrize(
    "framework", ["lightning_csv", "torch_tensorboard", "torchtune_disk", "accelerate_tensorboard"]
)
def test_nothing_is_said_of_a_writer_that_logs_what_it_is_given(framework: str) -> None:
    assert set(averages_below(FRAMEWORKS / framework).values()) == {""}


LINES = {
    "detectron2": (
        "metrics.json",
        '{"data_time": 0.01, "iteration": 19, "rank_data_time": 0.01, "total_loss": 5.5}\n'
        '{"data_time": 0.01, "iteration": 39, "rank_data_time": 0.01, "total_loss": 4.5}\n',
        "total_loss",
        "median of the last 20 steps",
    ),
    "DETR": (
        "train.log",
        "".join(
            f"Epoch: [0]  [{step:4}/1251]  eta: 0:10:00  lr: 0.0001  loss: {7 - step / 64} (6.9)  time: 0.5  "
            "data: 0.1  max mem: 9000\n"
            for step in (0, 16, 32)
        ),
        "loss",
        "median of the last 20 steps",
    ),
    "Megatron-LM": (
        "train.log",
        "".join(
            f" iteration {step}/ 500 | consumed samples: {step * 256} | global batch size: 256 | "
            f"lm loss: {6 - step / 1000}E+00 | loss scale: 1.0 | grad norm: 1.0 |\n"
            for step in (100, 200, 300)
        ),
        "lm loss",
        "mean since the value before",
    ),
    "Caffe": (
        "caffe.log",
        "I0930 13:31:30.5 14 solver.cpp:45] Initializing solver from parameters: \nbase_lr: 0.01\naverage_loss: 20\n"
        + "".join(
            f"I0930 13:31:34.5 14 solver.cpp:228] Iteration {step}, loss = {3 - step / 1000}\n"
            f"I0930 13:31:34.5 14 solver.cpp:244]     Train net output #0: loss = {3.5 - step / 900:.5f}\n"
            for step in (0, 100, 200)
        ),
        "loss",
        "mean of the last 20 steps",
    ),
    "DeiT": (
        "log.txt",
        '{"train_lr": 0.1, "train_loss": 6.5, "test_loss": 6.25, "epoch": 0, "n_parameters": 5}\n'
        '{"train_lr": 0.1, "train_loss": 6.0, "test_loss": 5.75, "epoch": 1, "n_parameters": 5}\n',
        "train_loss",
        "mean over the epoch",
    ),
}


@pytest.mark.parametrize("framework", LINES)
def test_a_writer_is_known_by_its_lines(framework: str, tmp_path: Path) -> None:
    file, content, name, how = LINES[framework]
    (tmp_path / file).write_text(content)
    assert averages_below(tmp_path)[name] == how


def test_the_outputs_of_a_net_of_caffe_are_single(tmp_path: Path) -> None:
    file, content, name, how = LINES["Caffe"]
    (tmp_path / file).write_text(content)
    assert averages_below(tmp_path) == {name: how, f"train/{name}": ""}
    (tmp_path / file).write_text(content.replace("average_loss: 20", "average_loss: 1"))
    assert set(averages_below(tmp_path).values()) == {""}
