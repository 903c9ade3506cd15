"""What a restart does to the files of each framework, and how many runs that makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tensorboardX import SummaryWriter
from tests.damaged.chunks import framed, history

from logdoctor import Run, load
from logdoctor.run.notice import RESTART
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


Writer = Callable[[Path, Iterable[int]], None]


def lightning(folder: Path, steps: Iterable[int]) -> None:
    rows = text(steps, lambda i: f"{i // 10},{i},{FALL[i]}")
    (folder / "metrics.csv").write_text(f"epoch,step,train_loss\n{rows}")
    (folder / "hparams.yaml").write_text("lr: 0.1\nseed: 1\n")


def event_file(folder: Path, steps: Iterable[int]) -> None:
    with SummaryWriter(str(folder)) as writer:
        for step in steps:
            writer.add_scalar("train/loss", FALL[step], step, walltime=1.7e9 + step)


def mmengine(folder: Path, steps: Iterable[int]) -> None:
    (folder / "vis_data").mkdir()
    rows = text(steps, lambda i: record(lr=0.1, loss=FALL[i], iter=i, step=i, epoch=1))
    (folder / "vis_data" / "scalars.json").write_text(rows)


def mmcv(name: Path, steps: Iterable[int]) -> None:
    name.rmdir()
    rows = text(steps, lambda i: record(mode="train", epoch=1, iter=i, lr=0.1, loss=FALL[i]))
    name.with_name(f"{name.name}.log.json").write_text(f'{{"seed": 0}}\n{rows}')


def slurm(name: Path, steps: Iterable[int]) -> None:
    name.rmdir()
    name.with_suffix(".out").write_text(text(steps, lambda i: f"step {i} loss {FALL[i]}"))


def wandb(folder: Path, steps: Iterable[int]) -> None:
    content, _ = framed([history({"_step": i, "train/loss": FALL[i]}) for i in steps])
    (folder / f"{folder.name.partition('-')[0]}-{folder.name.rpartition('-')[2]}.wandb").write_bytes(content)


STARTS: dict[str, tuple[Writer, tuple[str, str]]] = {
    "Lightning": (lightning, ("lightning_logs/version_0", "lightning_logs/version_1")),
    "Lightning, ten starts later": (lightning, ("lightning_logs/version_9", "lightning_logs/version_10")),
    "Hugging Face": (event_file, ("runs/Jan31_12-00-00_host", "runs/Feb01_12-00-00_host")),
    "MMEngine": (mmengine, ("work/20240131_120000", "work/20240201_120000")),
    "mmcv": (mmcv, ("work/20240131_120000", "work/20240201_120000")),
    "Slurm": (slurm, ("work/slurm-1001", "work/slurm-1002")),
    "W&B": (wandb, ("wandb/run-20240131_120000-ab12cd34", "wandb/run-20240201_120000-ab12cd34")),
    "NeMo": (event_file, ("exp/2024-01-31_12-00-00", "exp/2024-02-01_12-00-00")),
}
"""Who opens a new folder, or a new file, for every start, and what it is called."""


def starts_of(name: str, tmp_path: Path, *steps: Iterable[int]) -> list[Run]:
    write, places = STARTS[name]
    for place, of_start in zip(places, steps, strict=True):
        (tmp_path / place).mkdir(parents=True)
        write(tmp_path / place, of_start)
    return list(load(tmp_path))


@pytest.mark.parametrize("name", STARTS)
def test_a_start_that_goes_on_in_a_folder_of_its_own_is_the_same_run(name: str, tmp_path: Path) -> None:
    (run,) = starts_of(name, tmp_path, range(STOPPED), range(RESUMED, 40))
    loss = run.find(TrainLoss)
    assert loss is not None
    assert (len(loss), loss.rewinds.tolist()) == (45, [STOPPED])
    assert loss.curve.steps.tolist() == list(range(40))
    assert {place for place in STARTS[name][1] if any(place in one.path for one in run.sources)} == set(STARTS[name][1])
    (said,) = [notice for notice in run.notices if notice.kind == RESTART]
    assert "was resumed here from step 20 on" in said.message


def test_a_start_may_go_on_right_where_the_one_before_ended(tmp_path: Path) -> None:
    (run,) = starts_of("Lightning", tmp_path, range(STOPPED), range(STOPPED, 40))
    loss = run.find(TrainLoss)
    assert loss is not None
    assert (len(loss), loss.rewinds.tolist()) == (40, [])
    assert [notice.kind for notice in run.notices] == [RESTART]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((range(STOPPED), range(40)), id="seeds begin alike"),
        pytest.param((range(STOPPED), range(30, 40)), id="steps between them are missing"),
        pytest.param((range(STOPPED), range(3, 40)), id="a run that logs late"),
        pytest.param((range(STOPPED), range(20, 40, 4)), id="another interval of logging"),
    ],
)
def test_starts_that_may_be_runs_of_their_own_stay_apart(steps: tuple[range, range], tmp_path: Path) -> None:
    assert [run.name for run in starts_of("Lightning", tmp_path, *steps)] == list(STARTS["Lightning"][1])


def test_another_setting_makes_another_run(tmp_path: Path) -> None:
    starts_of("Lightning", tmp_path, range(STOPPED), range(RESUMED, 40))
    (tmp_path / "lightning_logs/version_1/hparams.yaml").write_text("lr: 0.1\nseed: 2\n")
    assert len(load(tmp_path)) == 2


def test_another_level_makes_another_run(tmp_path: Path) -> None:
    starts_of("Lightning", tmp_path, range(STOPPED), range(RESUMED, 40))
    rows = text(range(RESUMED, 40), lambda i: f"{i // 10},{i},{FALL[i] + 2}")
    (tmp_path / "lightning_logs/version_1/metrics.csv").write_text(f"epoch,step,train_loss\n{rows}")
    assert len(load(tmp_path)) == 2


def test_both_logs_of_each_start_of_mmcv_are_one_run(tmp_path: Path) -> None:
    """The text says that an epoch has 310 iterations; of the JSON it can only be seen that 300 were logged."""
    for start, epochs in (("20240131_120000", range(1, 7)), ("20240201_120000", range(5, 10))):
        told = [(epoch, i, 4 * 0.97 ** (epoch * 6 + i / 50)) for epoch in epochs for i in range(50, 301, 50)]
        lines = "".join(
            f"2024-01-31 12:00:00,000 - mmdet - INFO - Epoch [{epoch}][{i}/310]\tlr: 1.000e-02, loss: {loss:.4f}\n"
            for epoch, i, loss in told
        )
        rows = "".join(
            record(mode="train", epoch=epoch, iter=i, lr=0.01, loss=round(loss, 4)) + "\n" for epoch, i, loss in told
        )
        (tmp_path / f"{start}.log").write_text(lines)
        (tmp_path / f"{start}.log.json").write_text(rows)
    (run,) = load(tmp_path)
    loss = run.find(TrainLoss)
    assert loss is not None
    assert (len(loss), len(loss.rewinds), len(loss.curve)) == (11 * 6, 1, 9 * 6)
    assert len(run.sources) == 4


def test_runs_of_other_ids_stay_apart(tmp_path: Path) -> None:
    for name, steps in (("run-20240131_120000-ab12cd34", range(STOPPED)), ("run-20240201_120000-xy56zw78", range(40))):
        (tmp_path / name).mkdir()
        wandb(tmp_path / name, steps)
    assert len(load(tmp_path)) == 2


def test_a_start_that_may_go_on_from_either_of_two_runs_stays_apart(tmp_path: Path) -> None:
    for version, steps in enumerate((range(STOPPED), range(STOPPED), range(RESUMED, 40))):
        (tmp_path / f"version_{version}").mkdir()
        lightning(tmp_path / f"version_{version}", steps)
    assert len(load(tmp_path)) == 3


def test_folders_of_other_names_are_runs_of_their_own(tmp_path: Path) -> None:
    for name, steps in (("first", range(STOPPED)), ("second", range(RESUMED, 40))):
        (tmp_path / name).mkdir()
        lightning(tmp_path / name, steps)
    assert len(load(tmp_path)) == 2


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
