"""What a restart does to the files of each framework, and how many runs that makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tensorboardX import SummaryWriter

from logdoctor import load
from logdoctor.run.roles import TrainLoss

FALL = [4 * 0.9**step for step in range(40)]
STOPPED, RESUMED = 25, 20
"""The first start logs 25 steps; the second goes on from the checkpoint at 20."""

BOTH = [*range(STOPPED), *range(RESUMED, 40)]


def text(steps: Iterable[int], line: Callable[[int], str]) -> str:
    return "".join(f"{line(step)}\n" for step in steps)


def record(**fields: object) -> str:
    return json.dumps(fields)


APPENDED: dict[str, tuple[str, str]] = {
    "Ultralytics": (
        "results.csv",
        "epoch,train/box_loss,val/box_loss\n" + text(BOTH, lambda i: f"{i},{FALL[i]},{FALL[i]}"),
    ),
    "detectron2": ("metrics.json", text(BOTH, lambda i: record(iteration=i, total_loss=FALL[i]))),
    "DeiT": ("log.txt", text(BOTH, lambda i: record(train_loss=FALL[i], test_loss=FALL[i], epoch=i))),
    "LLaMA-Factory": ("trainer_log.jsonl", text(BOTH, lambda i: record(current_steps=i, total_steps=40, loss=FALL[i]))),
    "ms-swift": ("logging.jsonl", text(BOTH, lambda i: record(loss=FALL[i], global_step=i))),
    "timm": ("summary.csv", "epoch,train_loss,eval_loss\n" + text(BOTH, lambda i: f"{i},{FALL[i]},{FALL[i]}")),
    "Keras, append=True": ("training.log", "epoch,loss,val_loss\n" + text(BOTH, lambda i: f"{i},{FALL[i]},{FALL[i]}")),
    "DVCLive": ("dvclive/plots/metrics/train/loss.tsv", "step\tloss\n" + text(BOTH, lambda i: f"{i}\t{FALL[i]}")),
    "DeepSpeed, header again": (
        "Train_Samples_train_loss.csv",
        "step,train_loss\n"
        + text(range(STOPPED), lambda i: f"{i},{FALL[i]}")
        + "step,train_loss\n"
        + text(range(RESUMED, 40), lambda i: f"{i},{FALL[i]}"),
    ),
    "Catalyst, header again": (
        "train.csv",
        "step,loss\n"
        + text(range(STOPPED), lambda i: f"{i},{FALL[i]}")
        + "step,loss\n"
        + text(range(RESUMED, 40), lambda i: f"{i},{FALL[i]}"),
    ),
    "nohup": ("train.log", text(BOTH, lambda i: f"step {i}: loss {FALL[i]!r}")),
}
"""One file that the second start appends to."""


@pytest.mark.parametrize("name", APPENDED)
def test_a_file_that_is_appended_to_keeps_both_branches(name: str, tmp_path: Path) -> None:
    file, content = APPENDED[name]
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(content)
    (run,) = load(tmp_path)
    loss = run.find(TrainLoss)
    assert loss is not None
    assert loss.rewinds.tolist() == [STOPPED]
    assert loss.curve.steps.tolist() == list(range(40))
    assert loss.curve.values.tolist() == pytest.approx(FALL)


def test_every_start_of_the_hugging_face_trainer_belongs_to_its_state(tmp_path: Path) -> None:
    for start, steps in (("Jan31_12-00-00_host", range(STOPPED)), ("Feb01_12-00-00_host", range(RESUMED, 40))):
        with SummaryWriter(str(tmp_path / "runs" / start)) as writer:
            for step in steps:
                writer.add_scalar("train/loss", FALL[step], step, walltime=1.7e9 + step)
    history = [{"step": step, "loss": round(FALL[step], 4)} for step in range(40)]
    (tmp_path / "trainer_state.json").write_text(json.dumps({"global_step": 40, "log_history": history}))
    (run,) = load(tmp_path)
    loss = run.find(TrainLoss)
    assert loss is not None
    assert (len(loss), loss.rewinds.tolist()) == (45, [STOPPED])
    assert loss.curve.steps.tolist() == list(range(40))


@pytest.mark.parametrize("starts", [("lightning_logs/version_0", "lightning_logs/version_1")])
def test_every_version_of_lightning_is_a_run(starts: tuple[str, str], tmp_path: Path) -> None:
    for start, steps in zip(starts, (range(STOPPED), range(RESUMED, 40)), strict=True):
        (tmp_path / start).mkdir(parents=True)
        rows = text(steps, lambda i: f"0,{i},{FALL[i]}")
        (tmp_path / start / "metrics.csv").write_text(f"epoch,step,train_loss\n{rows}")
    assert [run.name for run in load(tmp_path)] == list(starts)


def rank_log(share: float = 0.0) -> str:
    return text(range(40), lambda i: f"step {i}: loss {FALL[i] + share:.4f}")


@pytest.mark.parametrize("place", ["log_rank{}.txt", "logs-rank{}.txt", "rank_{}/train.log", "attempt_0/{}/stdout.log"])
def test_processes_that_log_the_same_curve_are_one_run(place: str, tmp_path: Path) -> None:
    for rank in range(12):
        file = tmp_path / place.format(rank)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(rank_log())
    (run,) = load(tmp_path)
    assert [(one.path, one.used) for one in run.sources if one.used] == [(place.format(0), True)]
    assert len(run.sources) == 12
    assert not run.notices


def test_processes_that_log_their_own_share_stay_apart(tmp_path: Path) -> None:
    for rank in range(3):
        (tmp_path / f"rank_{rank}").mkdir()
        (tmp_path / f"rank_{rank}" / "train.log").write_text(rank_log(rank / 10))
    assert [run.name for run in load(tmp_path)] == ["rank_0", "rank_1", "rank_2"]
