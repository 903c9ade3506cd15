"""Several runs in one text log: parted where headings, counters and losses say so, one run otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, nan
from pathlib import Path

import pytest

from logdoctor import Run, load
from logdoctor.cli import main
from logdoctor.diagnosis import analyze
from logdoctor.run import State
from logdoctor.run.notice import PART
from logdoctor.run.roles import TrainLoss

FALL = [round(0.3 + 2 * exp(-i / 3), 4) for i in range(10)]
"""A run from 2.3 down."""

LOWER = [round(0.3 + 0.1 * exp(-i / 3), 4) for i in range(10)]
"""What goes on where that one ended."""


def epochs(losses: Sequence[float], first: int = 1) -> str:
    return "".join(
        f"Epoch {i}/10 - loss: {loss} - val_loss: {loss + 0.1:.4f}\n" for i, loss in enumerate(losses, first)
    )


def said(label: str, losses: Sequence[float], first: int = 1) -> str:
    return "".join(f"{label}{line}\n" for line in epochs(losses, first).splitlines())


def read(folder: Path, text: str) -> list[Run]:
    (folder / "train.log").write_text(text)
    return list(load(folder))


HEADINGS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "models": (
        ["=== Training resnet18, lr=0.1 ===", "=== Training vgg16, lr=0.01 ==="],
        ["Training resnet18, lr=0.1", "Training vgg16, lr=0.01"],
    ),
    "folds": (["Fold 1/5", "Fold 2/5", "Fold 3/5"], ["Fold 1/5", "Fold 2/5", "Fold 3/5"]),
    "folds of a logger": (
        ["2024-01-02 10:01:00,123 INFO ----- fold 0 -----", "2024-01-02 11:07:10,456 INFO ----- fold 1 -----"],
        ["fold 0", "fold 1"],
    ),
    "runs": (["Run 1: seed=1", "Run 2: seed=2"], ["Run 1: seed=1", "Run 2: seed=2"]),
    "experiments": (["Experiment: baseline", "Experiment: dropout"], ["Experiment: baseline", "Experiment: dropout"]),
    "markdown": (["## DenseNet", "## ResNet"], ["DenseNet", "ResNet"]),
    "numbered sections": (["### 3.1 plain\nlr=1e-2", "### 3.2 with ReLU"], ["3.1 plain", "3.2 with ReLU"]),
    "between rules": (
        [f"{'=' * 40}\nBASELINE: plain\n{'=' * 40}", f"{'=' * 40}\nPATH 2: deep (10:11:12)\n{'=' * 40}"],
        ["BASELINE: plain", "PATH 2: deep"],
    ),
    "commands": (
        ["$ python train.py --lr 0.1 --epochs 10", "$ python train.py --lr 0.01 --epochs 10"],
        ["lr=0.1", "lr=0.01"],
    ),
    "commands with an option that has no value": (
        ["python train.py --lr 0.1", "python train.py --lr 0.1 --amp", "python train.py --lr 0.2"],
        ["lr=0.1", "lr=0.1, --amp", "lr=0.2"],
    ),
    "arguments": (
        [f"Namespace(batch_size=32, data='x', lr=0.1, seed={seed}, test=False, note='{'-' * 200}')" for seed in (1, 2)],
        ["seed=1", "seed=2"],
    ),
    "folds of models": (
        ["Model: a\nFold 1/2", "Fold 2/2", "Model: b\nFold 1/2", "Fold 2/2"],
        ["Model: a, Fold 1/2", "Model: a, Fold 2/2", "Model: b, Fold 1/2", "Model: b, Fold 2/2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HEADINGS)
def test_runs_under_headings_are_several_runs(kind: str, tmp_path: Path) -> None:
    headings, names = HEADINGS[kind]
    runs = read(tmp_path, "".join(f"{heading}\n{epochs(FALL)}Test accuracy: 0.9\n\n" for heading in headings))
    assert sorted(run.name for run in runs) == sorted(f".:train, {name}" for name in names)
    for run in runs:
        loss = run.find(TrainLoss)
        assert loss is not None
        assert (loss.steps.tolist(), loss.values.tolist()) == (list(range(1, 11)), FALL)


def test_a_heading_gives_its_settings_beside_those_of_all(tmp_path: Path) -> None:
    text = "batch_size: 32\n=== Training resnet18, lr=0.1 ===\n" + epochs(FALL)
    text += "=== Training vgg16, lr=0.01 ===\n" + epochs(FALL)
    first, second = read(tmp_path, text)
    assert first.hyperparameters == {"batch_size": 32, "lr": 0.1, "training": "resnet18"}
    assert second.hyperparameters == {"batch_size": 32, "lr": 0.01, "training": "vgg16"}


def test_every_line_belongs_to_one_run_and_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = [f"Fold {fold}/3\n{epochs(FALL)}" for fold in (1, 2, 3)]
    parts[1] += "RuntimeError: CUDA out of memory. Tried to allocate 2.00 MiB\n"
    runs = read(tmp_path, "".join(parts))
    places = [(one.line_start, one.line_end) for run in runs for one in run.notices if one.kind == PART]
    assert places == [(1, 11), (12, 23), (24, 34)]
    assert [[event.line for event in run.events] for run in runs] == [[], [23], []]
    assert [run.state is State.FINISHED for run in runs] == [True, False, True]
    assert main(["inspect", str(tmp_path)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "train.log, lines 12-23: The log holds 3 runs one after another; `Fold 2/3` announces this one." in shown


def test_one_note_says_where_the_runs_lie(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text("".join(f"Fold {fold}/2\n{epochs(FALL)}" for fold in (1, 2)))
    found = [one for examined in analyze(tmp_path).runs for one in examined.outcomes.findings]
    assert [one.message for one in found if one.rule == "restart-overlap"] == [
        "train.log, lines 1 to 11: The log holds 2 runs one after another; `Fold 1/2` announces this one.",
        "train.log, lines 12 to 22: The log holds 2 runs one after another; `Fold 2/2` announces this one.",
    ]


def test_a_run_that_failed_is_told_from_the_next(tmp_path: Path) -> None:
    text = f"Run 1: lr=10\n{epochs([2.3, *[nan] * 9])}Run 2: lr=0.1\n{epochs(FALL)}"
    assert [run.name for run in read(tmp_path, text)] == [".:train, Run 1: lr=10", ".:train, Run 2: lr=0.1"]


LABELS = {
    "folds": ([f"Fold {fold} | " for fold in (1, 2, 3)], ["Fold 1", "Fold 2", "Fold 3"]),
    "folds of a logger": (
        ["2024-01-02 10:01:00,123 - INFO - [Fold 1/2] ", "2024-01-02 11:07:10,456 - INFO - [Fold 2/2] "],
        ["Fold 1/2", "Fold 2/2"],
    ),
    "seeds": (["seed=1 ", "seed=2 "], ["seed=1", "seed=2"]),
    "folds of a function called run": (
        ["2024-01-02 10:01:00.123 | INFO     | trainer:run:42 - Fold 1 | ",
         "2024-01-02 11:07:10.456 | INFO     | trainer:run:42 - Fold 2 | "],
        ["Fold 1", "Fold 2"],
    ),
    "models": (["LSTM_e5 ", "GRU "], ["LSTM_e5", "GRU"]),
    "models in brackets": (["[resnet18] ", "[vgg16] "], ["resnet18", "vgg16"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", LABELS)
def test_runs_that_each_line_names_are_several_runs(kind: str, tmp_path: Path) -> None:
    labels, names = LABELS[kind]
    runs = read(tmp_path, "".join(said(label, FALL) for label in labels))
    assert sorted(run.name for run in runs) == sorted(f".:train, {name}" for name in names)
    for run in runs:
        loss = run.find(TrainLoss)
        assert loss is not None
        assert (loss.steps.tolist(), loss.values.tolist()) == (list(range(1, 11)), FALL)


BY_TURNS = {
    "titles": ("Run: {} and measure | ", ["Run: cnn_a and measure", "Run: cnn_b and measure"]),
    "titles of a logger": ("2024-01-02 10:01:00,123 - INFO - Model: {}, ", ["Model: cnn_a", "Model: cnn_b"]),
    "trials": ("Trial {} | ", ["Trial 1", "Trial 2"]),
}


@pytest.mark.parametrize("kind", BY_TURNS)
@pytest.mark.parametrize("turn", [1, 3], ids=["line by line", "three lines each"])
def test_runs_that_each_line_names_are_several_runs_where_they_take_turns(kind: str, turn: int, tmp_path: Path) -> None:
    label, names = BY_TURNS[kind]
    labels = [label.format(one) for one in ((1, 2) if kind == "trials" else ("cnn_a", "cnn_b"))]
    courses = [FALL, [2 * one for one in FALL]]
    parts = [
        said(one, losses[i : i + turn], i + 1)
        for i in range(0, len(FALL), turn)
        for one, losses in zip(labels, courses, strict=True)
    ]
    runs = {run.name: run.find(TrainLoss) for run in read(tmp_path, "".join(parts))}
    assert sorted(runs) == [f".:train, {name}" for name in names]
    for name, losses in zip(names, courses, strict=True):
        loss = runs[f".:train, {name}"]
        assert loss is not None
        assert (loss.steps.tolist(), loss.values.tolist()) == (list(range(1, 11)), losses)


def test_what_two_runs_that_take_turns_have_in_common_is_told_of_both(tmp_path: Path) -> None:
    lines = [f"Run: {name} | Epoch: {i} | loss: {x}\n" for i, x in enumerate(FALL, 1) for name in "ab"]
    assert [len(run.find(TrainLoss) or ()) for run in read(tmp_path, "".join(lines))] == [10, 10]


def test_lines_for_each_split_of_runs_that_take_turns_belong_to_them(tmp_path: Path) -> None:
    lines = [
        f"Fold {fold} | Epoch {i} | {split} loss: {x + fold + 2 * (split == 'val')}\n"
        for i, x in enumerate(FALL, 1)
        for fold in (1, 2)
        for split in ("train", "val")
    ]
    runs = read(tmp_path, "".join(lines))
    assert [[len(one) for one in run.series] for run in runs] == [[10, 10], [10, 10]]


TURNS_OF_ONE = {
    "clients that begin anew in each round": "".join(said(f"Run {i} | ", FALL[:3]) for _ in range(3) for i in (1, 2)),
    "a run that is started again": said("Run 1 | ", FALL[:5]) + said("Run 2 | ", FALL) + said("Run 1 | ", FALL),
    "means over all runs between": "".join(
        "".join(f"Run {k} | Epoch {i} | loss: {x + k}\n" for k in (1, 2)) + f"Epoch {i} | mean loss: {x + 1.5}\n"
        for i, x in enumerate(FALL, 1)
    ),
    "stages of one run, of which the first comes back": said("Experiment: warm | ", FALL[:3])
    + said("Experiment: main | ", FALL[3:7], 4)
    + said("Experiment: warm | ", FALL[7:], 8),
    "splits": "".join(
        f"Run: {split} | Epoch {i} | loss: {x}\n" for i, x in enumerate(FALL, 1) for split in ("train", "val")
    ),
}


@pytest.mark.parametrize("kind", TURNS_OF_ONE)
def test_turns_that_cannot_be_told_apart_stay_one_run(kind: str, tmp_path: Path) -> None:
    assert [run.name for run in read(tmp_path, TURNS_OF_ONE[kind])] == ["."]


def test_a_run_that_each_line_names_is_one_of_its_own_wherever_its_loss_begins(tmp_path: Path) -> None:
    courses = {"cnn": FALL, "gru": LOWER, "lstm": FALL, "mlp": FALL}
    runs = read(tmp_path, "".join(said(f"{name} ", losses) for name, losses in courses.items()))
    assert sorted(run.name for run in runs) == [f".:train, {name}" for name in courses]


@pytest.mark.parametrize("word", ["Fold", "fold", "FOLD"])
def test_the_number_of_a_fold_is_no_setting_however_it_is_spelt(word: str, tmp_path: Path) -> None:
    labels = [said(f"{word} {fold} | ", FALL) for fold in (1, 2, 3)]
    for text in ("".join(labels), "".join(f"=== {word} {i} ===\n{one}" for i, one in enumerate(labels, 1))):
        assert [dict(run.hyperparameters) for run in read(tmp_path, text)] == [{}, {}, {}]


@pytest.mark.parametrize("text", ["=== Seed {} ===\n" + epochs(FALL), said("Seed {} | ", FALL)])
def test_a_seed_is_set_wherever_it_is_said(text: str, tmp_path: Path) -> None:
    runs = read(tmp_path, text.replace("{}", "1") + text.replace("{}", "2"))
    assert [dict(run.hyperparameters) for run in runs] == [{"seed": "1"}, {"seed": "2"}]


def test_what_is_said_of_an_epoch_is_no_other_label(tmp_path: Path) -> None:
    labels = [f"Fold {fold} {line}\nFinished {line}\n" for fold in (1, 2) for line in epochs(FALL).splitlines()]
    assert [run.name for run in read(tmp_path, "".join(labels))] == [".:train, Fold 1", ".:train, Fold 2"]


def test_phases_that_each_line_names_leave_the_runs_of_headings_apart(tmp_path: Path) -> None:
    phases = said("Freeze ", FALL) + said("Unfreeze ", FALL)
    runs = read(tmp_path, f"=== Fold 1 ===\n{phases}=== Fold 2 ===\n{phases}")
    assert [run.name for run in runs] == [".:train, Fold 1", ".:train, Fold 2"]


def test_splits_that_each_line_names_are_one_run(tmp_path: Path) -> None:
    text = "".join(f"Train Epoch {i}: loss {x}\nTest Epoch {i}: loss {x + 1}\n" for i, x in enumerate(FALL * 2, 1))
    (run,) = read(tmp_path, text)
    assert [len(one) for one in run.series] == [20, 20]


ONE_RUN = {
    "phases that each line names": said("trunk ", FALL) + said("whole ", LOWER),
    "phases that only their words tell": said("Freeze ", FALL) + said("Unfreeze ", FALL),
    "tuning after training": said("Pretrain ", FALL) + said("Finetune ", FALL),
    "phases with numbers": said("stage1 ", FALL) + said("stage2 ", FALL),
    "going on": said("Reload ", [3.0]) + said("Resume ", FALL[:5]) + said("Continue ", FALL),
    "networks of one training": said("Generator ", FALL[:5]) + said("Discriminator ", FALL),
    "networks by a letter": said("netG ", FALL) + said("netD ", FALL),
    "a last training after the folds": said("Fold 1 ", FALL) + said("Fold 2 ", FALL) + said("Final ", FALL),
    "clients that take turns": "".join(said(f"[client{i}] ", FALL[:5]) for _ in range(3) for i in range(3)),
    "models that take turns and count on": "".join(said(f"{x} ", FALL[i : i + 5], i + 1) for i in (0, 5) for x in "ab"),
    "a second call of fit": epochs(FALL) + epochs(LOWER),
    "phases": f"=== Stage 1: warm-up ===\n{epochs(FALL)}=== Stage 2: fine-tuning ===\n{epochs(LOWER)}",
    "phases that are called otherwise": f"=== Training head ===\n{epochs(FALL)}=== Training all ===\n{epochs(LOWER)}",
    "phases with a bump": f"=== Training head ===\n{epochs(FALL)}=== Training all ===\n{epochs([0.9, *LOWER[1:]])}",
    "a resumed run": f"=== Training a ===\n{epochs(FALL)}=== Training a ===\n{epochs(LOWER, 8)}",
    "started again after a crash": f"=== Training a ===\n{epochs(FALL[:5])}=== Training a ===\n{epochs(FALL)}",
    "started again another day": (
        f"=== Training a, 2024-01-02 10:00 ===\n{epochs(FALL[:5])}=== Training a, 2024-01-03 11:00 ===\n{epochs(FALL)}"
    ),
    "the same command line again": f"Run 3\n{epochs(FALL[:5])}Run 3\n{epochs(FALL)}",
    "a heading before the second alone": f"{epochs(FALL)}=== Training b ===\n{epochs(FALL)}",
    "headings of results": f"{epochs(FALL)}Fold 1: accuracy 0.9\n{epochs(FALL)}Fold 2: accuracy 0.8\n",
    "tasks that one model learns": f"=== Task 1 ===\n{epochs(FALL)}=== Task 2 ===\n{epochs(FALL)}",
    "counters that go on": f"Fold 1\n{epochs(FALL[:5])}Fold 2\n{epochs(FALL[:5], 6)}",
}


@pytest.mark.parametrize("kind", ONE_RUN)
def test_what_is_one_training_stays_one_run(kind: str, tmp_path: Path) -> None:
    (run,) = read(tmp_path, ONE_RUN[kind])
    loss = run.find(TrainLoss)
    assert run.name == "."
    assert loss is not None
    assert len(loss) == ONE_RUN[kind].count("val_loss")


def test_a_log_of_many_headings_is_read_with_all_its_values(tmp_path: Path) -> None:
    text = "".join(f"=== now {i} ===\nstep {i}: loss {2 - i / 20000:.4f}\n" for i in range(10000))
    (run,) = read(tmp_path, text)
    loss = run.find(TrainLoss)
    assert loss is not None
    assert len(loss) == 10000


SUBJECTS = {
    "two networks by turns": "".join(
        f"{i},{name},{x}\n" for i, x in enumerate(FALL, 1) for name in ("actor", "critic")
    ),
    "two optimizers by turns": "".join(f"{i},{'gd'[i % 2]},{x}\n" for i, x in enumerate(FALL, 1)),
    "changed on the way": "".join(f"{i},{'bs64' if i < 5 else 'bs128'},{x}\n" for i, x in enumerate(FALL, 1)),
    "named in some rows": "".join(f"{i},{'' if i % 2 else 'ab'[i // 2 % 2]},{x}\n" for i, x in enumerate(FALL, 1)),
}


@pytest.mark.parametrize("kind", SUBJECTS)
def test_a_run_that_trains_several_or_changes_its_setting_is_one_run(kind: str, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("epoch,network,loss\n" + SUBJECTS[kind])
    (run,) = load(tmp_path)
    loss = run.find(TrainLoss)
    assert loss is not None
    assert len(loss) == SUBJECTS[kind].count("\n")


def test_models_below_each_other_in_a_table_are_several_runs(tmp_path: Path) -> None:
    rows = [f"{i},{name},{x}\n" for name in ("cnn", "gru") for i, x in enumerate(FALL, 1)]
    (tmp_path / "log.csv").write_text("epoch,model,loss\n" + "".join(rows))
    assert len(list(load(tmp_path))) == 2
