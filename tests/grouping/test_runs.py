"""From files to runs: what belongs together, what is a copy, what each run is called and how it ended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from numpy.typing import NDArray
from tensorboardX import SummaryWriter

from logdoctor.errors import NoRunError
from logdoctor.grouping.runs import group
from logdoctor.reading import load, read
from logdoctor.run import Axis, Notice, Run, Series, Split, State
from logdoctor.run.notice import DAMAGE, PART
from logdoctor.run.roles import AdversarialLoss, Counter, LearningRate, Reward, TrainLoss, ValLoss, ValMetric
from logdoctor.sources.csv_table import CsvTable
from logdoctor.sources.discovery.discover import Found
from logdoctor.sources.source import Log

FALL = np.linspace(2.3, 0.4, 40)


def write_csv(path: Path, **columns: Iterable[float]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(columns), *(",".join(repr(float(v)) for v in row) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path


def write_events(folder: Path, scalars: Mapping[str, Iterable[float]], first_step: int = 0, suffix: str = "") -> None:
    with SummaryWriter(str(folder), filename_suffix=suffix) as writer:
        for name, values in scalars.items():
            for step, value in enumerate(values, first_step):
                writer.add_scalar(name, float(value), step, walltime=1.7e9 + step)


def names(runs: Sequence[Run]) -> list[str]:
    return [run.name for run in runs]


def test_a_run_is_named_after_its_folder(tmp_path: Path) -> None:
    write_csv(tmp_path / "sweep" / "lr0.1" / "metrics.csv", epoch=range(40), loss=FALL)
    write_csv(tmp_path / "metrics.csv", epoch=range(40), loss=FALL * 2)
    assert names(load(tmp_path)) == [".", "sweep/lr0.1"]


def test_several_runs_of_one_folder_are_told_apart_by_their_stem(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", epoch=range(40), loss=FALL)
    write_csv(tmp_path / "b.csv", epoch=range(40), loss=FALL * 2)
    assert names(load(tmp_path)) == [".:a", ".:b"]


@pytest.mark.parametrize(
    ("one", "other"), [("discriminator", "generator"), ("netD", "netG"), ("loss_d", "loss_g"), ("D", "G")]
)
def test_the_two_networks_of_a_game_are_one_run(tmp_path: Path, one: str, other: str) -> None:
    write_csv(tmp_path / f"{one}.csv", step=range(40), loss=FALL)
    write_csv(tmp_path / f"{other}.csv", step=range(40), loss=FALL[::-1])
    (run,) = load(tmp_path)
    assert [(series.name, series.role) for series in run.series if series.role is not Counter] == [
        (f"{one}/loss", AdversarialLoss),
        (f"{other}/loss", AdversarialLoss),
    ]


@pytest.mark.parametrize(
    "stems", [("a", "d", "g"), ("d", "h"), ("gan_1", "gan_2"), ("d1", "g2"), ("D", "G", "H"), ("exp_d", "exp_g")]
)
def test_names_that_only_look_like_such_are_runs_of_their_own(tmp_path: Path, stems: Sequence[str]) -> None:
    for factor, stem in enumerate(stems, 1):
        write_csv(tmp_path / f"{stem}.csv", step=range(40), loss=FALL * factor)
    assert len(load(tmp_path)) == len(stems)


def test_a_single_file_is_a_run_of_its_folder(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "deep" / "log.csv", epoch=range(40), loss=FALL)
    (run,) = load(file)
    assert run.name == "."
    assert [source.path for source in run.sources] == ["log.csv"]


def test_event_files_of_one_folder_are_one_curve(tmp_path: Path) -> None:
    write_events(tmp_path, {"loss": FALL[:25]}, suffix=".1")
    write_events(tmp_path, {"loss": FALL[20:]}, first_step=20, suffix=".2")
    (run,) = load(tmp_path)
    loss = run.find(TrainLoss)
    assert loss is not None
    assert len(loss) == 45  # both branches of the overlap stay
    assert loss.curve.steps.tolist() == list(range(40))
    assert loss.curve.values.tolist() == [float(np.float32(v)) for v in FALL]


@pytest.mark.parametrize("name", ["events.out.tfevents.1.host", "{}.bak~", "{}.orig", "{} (1)"])
@pytest.mark.parametrize("share", [1.0, 0.6], ids=["whole", "begun"])
def test_a_copy_of_an_event_file_beside_it_counts_once(tmp_path: Path, name: str, share: float) -> None:
    """A backup, made when there was less of the file, or a download again."""
    write_events(tmp_path, {"loss": FALL, "acc": FALL[::-1]}, suffix=".2")
    (original,) = tmp_path.iterdir()
    content = original.read_bytes()
    copy = tmp_path / name.format(original.name)
    copy.write_bytes(content[: int(share * len(content))])
    (run,) = load(tmp_path)
    assert {one.name: len(one) for one in run.series} == {"loss": len(FALL), "acc": len(FALL)}
    assert [one.path for one in run.sources if one.used] == [
        original.name if share < 1 else min(copy.name, original.name)
    ]


@pytest.mark.parametrize("name", ["metrics (1).csv", "metrics-copy.csv", "metrics.csv.csv"])
def test_a_copy_of_a_table_counts_once(tmp_path: Path, name: str) -> None:
    write_csv(tmp_path / "metrics.csv", step=range(40), loss=FALL)
    write_csv(tmp_path / name, step=range(40), loss=FALL)
    (run,) = load(tmp_path)
    assert [len(one) for one in run.series] == [40]
    assert sorted(one.used for one in run.sources) == [False, True]


def test_a_hard_link_counts_once(tmp_path: Path) -> None:
    write_events(tmp_path, {"loss": FALL}, suffix=".2")
    (original,) = tmp_path.iterdir()
    os.link(original, tmp_path / f"{original.name}.again")
    (run,) = load(tmp_path)
    assert [len(one) for one in run.series] == [len(FALL)]


def test_event_files_of_the_same_values_at_other_times_are_both_kept(tmp_path: Path) -> None:
    """A run that was started again with the same seed logs the same values."""
    for start in (1.6e9, 1.7e9):
        folder = tmp_path / str(start)
        with SummaryWriter(str(folder), filename_suffix=f".{start}") as writer:
            for step, value in enumerate(FALL):
                writer.add_scalar("loss", value, step, walltime=start + step)
        (file,) = folder.iterdir()
        file.rename(tmp_path / file.name)
    (run,) = load(tmp_path)
    assert [len(one) for one in run.series] == [2 * len(FALL)]


def test_the_same_data_in_two_formats_counts_once(tmp_path: Path) -> None:
    write_events(tmp_path, {"train/loss": FALL})
    rows = [{"step": step, "loss": round(float(v), 4)} for step, v in enumerate(FALL)]
    (tmp_path / "trainer_state.json").write_text(json.dumps({"log_history": rows, "global_step": 40}))
    (run,) = load(tmp_path)
    assert [one.name for one in run.all(TrainLoss)] == ["train/loss"]
    assert {source.path.rpartition("/")[2][:7]: source.used for source in run.sources} == {
        "events.": True,
        "trainer": False,
    }


def test_copies_in_checkpoints_belong_to_the_run(tmp_path: Path) -> None:
    rows = [{"step": step, "epoch": step / 10, "loss": float(v)} for step, v in enumerate(FALL)]
    for place, n in ((tmp_path, 40), (tmp_path / "checkpoint-20", 20)):
        place.mkdir(exist_ok=True)
        (place / "trainer_state.json").write_text(json.dumps({"log_history": rows[:n], "global_step": n}))
    (run,) = load(tmp_path)
    loss = run.find(TrainLoss)
    assert loss is not None
    assert len(loss) == 40
    assert [(source.path, source.used) for source in run.sources] == [
        ("checkpoint-20/trainer_state.json", False),
        ("trainer_state.json", True),
    ]


def test_a_log_kept_beside_several_runs_tells_of_the_one_that_holds_its_data(tmp_path: Path) -> None:
    rows = [{"step": step, "epoch": step / 10, "loss": float(v)} for step, v in enumerate(FALL)]
    (tmp_path / "console.log").write_text("".join(f"step {one['step']} loss {one['loss']!r}\n" for one in rows))
    for name, scale in (("hot", 1.0), ("ok", 0.5)):
        folder = tmp_path / "hf" / name
        folder.mkdir(parents=True)
        history = [{**one, "loss": scale * one["loss"]} for one in rows]
        (folder / "trainer_state.json").write_text(json.dumps({"log_history": history, "global_step": 40}))
    runs = load(tmp_path)
    assert [run.name for run in runs] == ["hf/hot", "hf/ok"]
    assert [source.path for source in runs[0].sources] == ["console.log", "hf/hot/trainer_state.json"]
    assert Path(runs[0].folder) == tmp_path / "hf" / "hot"


def test_sub_folders_of_splits_make_one_run(tmp_path: Path) -> None:
    write_events(tmp_path / "train", {"epoch_loss": FALL})
    write_events(tmp_path / "validation", {"epoch_loss": FALL + 0.1})
    (run,) = load(tmp_path)
    train, val = run.find(TrainLoss), run.find(ValLoss)
    assert train is not None
    assert val is not None
    assert (train.name, val.name) == ("train/epoch_loss", "validation/epoch_loss")


def test_add_scalars_folders_belong_to_their_run(tmp_path: Path) -> None:
    write_events(tmp_path, {"lr": [0.1] * 40})
    write_events(tmp_path / "loss_train", {"loss": FALL})
    write_events(tmp_path / "loss_val", {"loss": FALL + 0.1})
    (run,) = load(tmp_path)
    assert run.name == "."
    assert all(run.find(role) is not None for role in (TrainLoss, ValLoss, LearningRate))


def test_a_train_log_that_holds_validation_too_is_that_of_the_whole_training(tmp_path: Path) -> None:
    rows = "".join(f"{epoch},{2 / (epoch + 1)},{3 / (epoch + 1)},{epoch / 8}\n" for epoch in range(6))
    (tmp_path / "train.csv").write_text("epoch,train_loss,valid_loss,accuracy\n" + rows)
    (run,) = load(tmp_path)
    assert {one.name: one.split for one in run.series}["accuracy"] is Split.VALIDATION


def test_files_named_after_splits_make_one_run(tmp_path: Path) -> None:
    write_csv(tmp_path / "train.csv", step=range(40), loss=FALL)
    write_csv(tmp_path / "valid.csv", step=range(40), loss=FALL + 0.1)
    (run,) = load(tmp_path)
    assert run.find(TrainLoss) is not None
    assert run.find(ValLoss) is not None


def test_different_curves_of_one_quantity_in_one_run_are_both_kept(tmp_path: Path) -> None:
    write_events(tmp_path, {"loss": FALL})
    write_csv(tmp_path / "epochs.csv", epoch=range(4), loss=FALL[::10] + 0.01)
    (run,) = load(tmp_path)
    assert sorted(len(one) for one in run.all(TrainLoss)) == [4, 40]


def test_a_console_that_counts_from_one_is_a_copy_where_the_loss_soon_rests_too(tmp_path: Path) -> None:
    """Keras prints epochs from 1 and writes them from 0; what rests agrees wherever it stands, what fell does not."""
    loss = np.append(2.3 - 0.1 * np.arange(8), np.full(14, 1.5727))
    write_csv(tmp_path / "training.csv", epoch=range(22), loss=loss, val_loss=loss + 0.1)
    lines = [f"Epoch {k + 1}/22\n21/21 - 0s - loss: {v:.4f} - val_loss: {v + 0.1:.4f}\n" for k, v in enumerate(loss)]
    (tmp_path / "console.log").write_text("".join(lines))
    assert names(load(tmp_path)) == ["."]


KERAS = [2.1324, 1.5229, 1.1137, 0.9831, 0.8711, 0.8012]


def test_tables_of_steps_and_of_the_means_of_epochs_are_of_one_run(tmp_path: Path) -> None:
    steps, means = np.linspace(2.3, 0.4, 200) + np.tile([0.1, -0.1], 100), np.arange(20, 201, 20)
    write_csv(tmp_path / "steps.csv", step=range(1, 201), loss=steps)
    epochs = {"train_loss": steps.reshape(10, 20).mean(axis=1), "val_loss": FALL[:10]}
    write_csv(tmp_path / "epochs.csv", step=means, **epochs)
    (run,) = load(tmp_path)
    assert {one.name: len(one) for one in run.series} == {"loss": 200, "train_loss": 10, "val_loss": 10}


def test_means_of_the_epochs_of_another_training_are_another_run(tmp_path: Path) -> None:
    steps = np.linspace(2.3, 0.4, 200)
    write_csv(tmp_path / "steps.csv", step=range(1, 201), loss=steps)
    write_csv(tmp_path / "epochs.csv", step=range(20, 201, 20), train_loss=steps.reshape(10, 20).mean(axis=1) * 1.05)
    assert names(load(tmp_path)) == [".:epochs", ".:steps"]


def keras_console(losses: Iterable[tuple[int, float]]) -> str:
    return "".join(
        f"Epoch {i}/6\n29/29 - 0s - 12ms/step - loss: {x:.4f} - val_loss: {x + 0.1:.4f}\n" for i, x in losses
    )


def keras_csv(folder: Path, shift: float = 0.0) -> None:
    losses = np.array(KERAS) + 3e-6 + shift
    write_csv(folder / "training.log", epoch=range(6), loss=losses, val_loss=losses + 0.1)


def test_a_short_console_that_counts_from_one_is_a_copy(tmp_path: Path) -> None:
    keras_csv(tmp_path)
    (tmp_path / "console.log").write_text(keras_console(enumerate(KERAS, 1)))
    (run,) = load(tmp_path)
    assert {(s.name, len(s)) for s in run.series} == {("loss", 6), ("val_loss", 6)}


def test_a_console_may_lack_the_epoch_in_which_the_training_was_interrupted(tmp_path: Path) -> None:
    losses = [*np.linspace(2.3, 0.4, 18).round(4)]
    write_csv(tmp_path / "training.log", epoch=range(18), loss=losses, val_loss=np.add(losses, 0.1))
    printed = [(i, loss) for i, loss in enumerate(losses, 1) if i not in (9, 10)]
    (tmp_path / "console.log").write_text(keras_console(printed))
    (run,) = load(tmp_path)
    assert {(s.name, len(s)) for s in run.series} == {("loss", 18), ("val_loss", 18)}


def test_a_console_of_another_run_that_counts_from_one_is_no_copy(tmp_path: Path) -> None:
    keras_csv(tmp_path, shift=0.02)
    (tmp_path / "console.log").write_text(keras_console(enumerate(KERAS, 1)))
    assert len(load(tmp_path)) == 2


def test_an_accuracy_in_per_cent_is_a_copy_of_the_share(tmp_path: Path) -> None:
    shares = np.linspace(0.39012, 0.99253, 12)
    write_events(tmp_path, {"train/loss": FALL[:12], "train/acc": shares, "val/acc": shares - 0.051})
    (tmp_path / "console.log").write_text(
        "".join(
            f"Epoch: [{i}/12]\tTrain Loss: {loss:.4f}\tTrain Acc: {100 * acc:.2f}%\tVal Acc: {100 * acc - 5.1:.2f}%\n"
            for i, (loss, acc) in enumerate(zip(FALL[:12], shares, strict=True), 1)
        )
    )
    (run,) = load(tmp_path)
    assert {(s.name, len(s)) for s in run.series} == {("train/loss", 12), ("train/acc", 12), ("val/acc", 12)}


def test_identical_data_elsewhere_stays_and_is_noted(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_csv(tmp_path / folder / "log.csv", epoch=range(40), loss=FALL)
    first, second = load(tmp_path)
    assert not first.notices
    assert [notice.kind for notice in second.notices] == ["duplicate"]
    assert "run a" in second.notices[0].message


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    write_csv(tmp_path / "run-1" / "log.csv", epoch=range(40), loss=FALL)
    (tmp_path / "latest-run").symlink_to(tmp_path / "run-1")
    assert names(load(tmp_path)) == ["run-1"]


def test_a_bad_file_harms_nothing_else(tmp_path: Path) -> None:
    write_csv(tmp_path / "good" / "log.csv", epoch=range(40), loss=FALL)
    bad = tmp_path / "bad" / "events.out.tfevents.1700000000.host"
    bad.parent.mkdir()
    bad.write_bytes(b"\x00" * 4096)
    runs = {run.name: run for run in load(tmp_path)}
    assert runs["good"].find(TrainLoss) is not None
    assert [notice.kind for notice in runs["bad"].notices] == ["damage"]
    assert runs["bad"].notices[0].path == "bad/events.out.tfevents.1700000000.host"


def test_each_run_of_a_file_has_what_was_odd_about_the_file_once_and_its_own_place(tmp_path: Path) -> None:
    damage = Notice(DAMAGE, str(tmp_path / "log.csv"), "line 7 is torn", 10, 20)
    logs = tuple(
        Log(
            series=(Series.of("loss", np.arange(40), FALL * seed),),
            notices=(damage, Notice(PART, str(tmp_path / "log.csv"), f"seed {seed} begins", line_start=seed)),
            label=f"seed={seed}",
        )
        for seed in (1, 2, 3)
    )
    found = Found(tmp_path / "log.csv", PurePosixPath("deep/log.csv"), CsvTable(), 100, 0.0, logs)
    for seed, run in enumerate(group([found]), 1):
        assert [one.message for one in run.notices] == [f"seed {seed} begins", "line 7 is torn"]
        assert {one.path for one in run.notices} == {"deep/log.csv"}


@pytest.mark.parametrize(
    ("reached", "age", "state"),
    [(40, 1e6, State.FINISHED), (30, 1e6, State.INTERRUPTED), (30, 60.0, State.WRITING)],
)
def test_how_a_run_ended(tmp_path: Path, reached: int, age: float, state: State) -> None:
    rows = [{"step": step, "loss": float(v)} for step, v in enumerate(FALL[:reached], 1)]
    file = tmp_path / "trainer_state.json"
    file.write_text(json.dumps({"log_history": rows, "global_step": reached, "max_steps": 40}))
    (run,) = read([tmp_path], now=file.stat().st_mtime + age).runs
    assert run.state is state


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(NoRunError, match="no training log found"):
        load(tmp_path)
    with pytest.raises(NoRunError, match="no such file"):
        load(tmp_path / "missing")


def test_a_writer_that_starts_again_voids_what_earlier_files_hold(tmp_path: Path) -> None:
    write_events(tmp_path, {"loss": FALL}, suffix=".1")
    with SummaryWriter(str(tmp_path), purge_step=30, filename_suffix=".2") as writer:
        for step in range(30, 35):
            writer.add_scalar("loss", 0.1, step, walltime=1.8e9 + step)
    (run,) = load(tmp_path)
    loss = run.find(TrainLoss)
    assert loss is not None
    assert loss.steps.tolist() == list(range(35))
    assert [notice.kind for notice in run.notices] == ["restart"]


def test_files_given_one_by_one_keep_their_folders(tmp_path: Path) -> None:
    files = [write_csv(tmp_path / name / "metrics.csv", epoch=range(40), loss=FALL + i) for i, name in enumerate("ab")]
    runs = load(*files)
    assert [run.name for run in runs] == [str(file.parent) for file in files]
    assert not any(len(series.rewinds) for run in runs for series in run.series)


def test_paths_that_overlap_are_read_once(tmp_path: Path) -> None:
    write_events(tmp_path / "a", {"loss": FALL})
    (run,) = load(tmp_path, tmp_path / "a")
    assert [len(series) for series in run.series] == [40]


def test_event_files_of_the_hugging_face_trainer_belong_to_its_state(tmp_path: Path) -> None:
    rows = [{"step": step, "loss": round(float(v), 4)} for step, v in enumerate(FALL)]
    (tmp_path / "trainer_state.json").write_text(json.dumps({"log_history": rows, "global_step": 40}))
    write_events(tmp_path / "runs" / "Jan31_12-00-00_host", {"train/loss": FALL})
    assert names(load(tmp_path)) == ["."]


def test_a_folder_that_happens_to_be_called_test_is_a_run(tmp_path: Path) -> None:
    write_csv(tmp_path / "test" / "metrics.csv", epoch=range(40), loss=FALL)
    write_csv(tmp_path / "other" / "metrics.csv", epoch=range(40), loss=FALL * 2)
    assert names(load(tmp_path)) == ["other", "test"]


def test_add_scalars_of_tensorboardx_belongs_to_its_run(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step, value in enumerate(FALL):
            writer.add_scalar("lr", 0.1, step)
            writer.add_scalars("data/loss", {"train": float(value), "val": float(value) + 0.1}, step)
    (run,) = load(tmp_path)
    assert run.name == "run"
    assert all(run.find(role) is not None for role in (TrainLoss, ValLoss, LearningRate))


def test_every_metric_of_dvclive_belongs_to_one_run(tmp_path: Path) -> None:
    for name in ("train/loss", "eval/loss", "lr"):
        file = tmp_path / "dvclive" / "plots" / "metrics" / f"{name}.tsv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"step\t{file.stem}\n" + "".join(f"{step}\t{0.5**step}\n" for step in range(6)))
    (tmp_path / "dvclive" / "params.yaml").write_text("seed: 3\n")
    (run,) = load(tmp_path)
    assert run.name == "dvclive"
    assert sorted(one.name for one in run.series) == ["eval/loss", "lr", "train/loss"]
    assert run.hyperparameters == {"seed": 3}


def test_losses_of_several_terms_in_files_of_dvclive_belong_to_one_run(tmp_path: Path) -> None:
    """Ultralytics logs three terms of each split; each of them alone would pass for the loss of a run."""
    logged = ("train/box_loss", "train/cls_loss", "val/box_loss", "val/cls_loss", "metrics/mAP50(B)", "lr/pg0")
    for k, name in enumerate(logged):
        file = tmp_path / "dvclive" / "plots" / "metrics" / f"{name}.tsv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"step\t{file.stem}\n" + "".join(f"{step}\t{k + 0.5**step}\n" for step in range(12)))
    (run,) = load(tmp_path)
    assert sorted(one.name for one in run.series) == sorted(logged)


def test_a_capture_is_no_run_beside_the_log_of_its_training(tmp_path: Path) -> None:
    """It counts steps from 0 and measures norms before or after clipping, as the training need not."""
    write_csv(tmp_path / "log.csv", step=range(10, 50), train_loss=FALL, grad_norm=FALL)
    for folder in ("logdoctor-capture", "logdoctor-capture-2"):
        (tmp_path / folder).mkdir()
        lines = (json.dumps({"step": k, "loss": v, "grad_norm": 3 * v}) for k, v in enumerate(FALL.tolist()))
        (tmp_path / folder / "steps.jsonl").write_text("\n".join(lines))
    (run,) = load(tmp_path)
    assert run.name == "."
    assert [(one.name, int(one.steps[0])) for one in run.series] == [("train_loss", 10), ("grad_norm", 10)]
    assert [source.used for source in run.sources] == [True, False, False]


def test_a_capture_tells_the_loss_that_a_log_does_not(tmp_path: Path) -> None:
    write_csv(tmp_path / "eval.csv", step=range(40), eval_loss=FALL)
    (tmp_path / "logdoctor-capture").mkdir()
    lines = (json.dumps({"step": k, "loss": v}) for k, v in enumerate(FALL.tolist()))
    (tmp_path / "logdoctor-capture" / "steps.jsonl").write_text("\n".join(lines))
    (run,) = load(tmp_path)
    assert run.find(TrainLoss) is not None
    assert run.find(ValLoss) is not None


def test_monitors_of_environments_side_by_side_are_one_training(tmp_path: Path) -> None:
    for i in range(3):
        (tmp_path / f"{i}.monitor.csv").write_text(f"#{{}}\nr,l,t\n{i}.5,20,0.5\n2.5,30,0.9\n")
    (run,) = load(tmp_path)
    found = {one.name: one.steps.tolist() for one in run.all(Reward)}
    assert found == {f"env{i}/episode_reward": [20, 50] for i in range(3)}


def test_what_ray_writes_again_in_event_files_counts_once(tmp_path: Path) -> None:
    (tmp_path / "progress.csv").write_text(
        "env_runners/episode_return_mean,num_env_steps_sampled_lifetime\n20.5,400\n21.5,800\n"
    )
    write_events(
        tmp_path, {"ray/tune/env_runners/episode_return_mean": [20.5, 21.5], "ray/tune/only_here": [1.0, 2.0]}, 1
    )
    (run,) = load(tmp_path)
    assert {one.name: one.steps.tolist() for one in run.series} == {
        "env_runners/episode_return_mean": [400, 800],
        "ray/tune/only_here": [1, 2],
    }


def test_a_console_of_three_digits_holds_what_an_event_file_does(tmp_path: Path) -> None:
    rewards = [21.05, 23.4615, 22.8824, 26.4074, 118.376, 98.0689, 12.55, 17.25, 44.4444, 30.125, 9.975]
    write_events(tmp_path, {"rollout/ep_rew_mean": np.array(rewards, np.float32)})
    lines = (f"step: {i} rollout/ep_rew_mean: {reward:.3g}" for i, reward in enumerate(rewards))
    (tmp_path / "train.log").write_text("\n".join(lines) + "\n")
    (run,) = load(tmp_path)
    assert len(run.all(Reward)) == 1


def test_lists_of_episodes_are_no_curves(tmp_path: Path) -> None:
    rows = [
        {"training_iteration": i, "episode_reward_mean": 20.5 + i, "hist_stats": {"episode_reward": [20.5] * (i + 2)}}
        for i in range(3)
    ]
    (tmp_path / "result.json").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (run,) = load(tmp_path)
    assert [one.name for one in run.series] == ["episode_reward_mean"]


def test_what_was_logged_without_steps_is_numbered(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(20):
            writer.add_scalar("val/loss", 2 - step / 20)
            writer.add_scalar("train/loss", 2 - step / 20, 10 * step)
        writer.add_scalar("test/loss", 0.5)
    (run,) = load(tmp_path)
    curves = {one.name: (one.axis, one.curve.steps.tolist()) for one in run.series}
    assert curves == {
        "train/loss": (Axis.STEP, list(range(0, 200, 10))),
        "val/loss": (Axis.INDEX, list(range(20))),
        "test/loss": (Axis.STEP, [0]),
    }
    assert [one.message for one in run.notices] == [
        "All points of `val/loss` stand at step 0: they were logged without steps, and numbered."
    ]


def test_the_table_of_an_evaluator_is_of_held_out_data(tmp_path: Path) -> None:
    rows = "".join(f"{epoch},-1,{1 - 0.5**epoch}\n" for epoch in range(1, 9))
    (tmp_path / "similarity_evaluation_sts-dev_results.csv").write_text(f"epoch,steps,cosine_pearson\n{rows}")
    (run,) = load(tmp_path)
    (correlation,) = run.all(ValMetric)
    assert correlation.name == "cosine_pearson"


def test_the_same_name_in_two_splits_is_two_names(tmp_path: Path) -> None:
    write_csv(tmp_path / "train.csv", step=range(40), loss=FALL, lr=FALL)
    write_csv(tmp_path / "val.csv", step=range(0, 40, 4), loss=FALL[::4] + 0.1)
    (run,) = load(tmp_path)
    told = {series.name: series.role for series in run.series}
    assert told == {"train/loss": TrainLoss, "validation/loss": ValLoss, "lr": LearningRate}


def write_ignite(folder: Path, loss: NDArray[np.float64]) -> None:
    """Write what Ignite's tutorials print, with two decimals, and the event files of such a training."""
    rows = enumerate(loss, 1)
    lines = (
        f"Validation Results - Epoch: {i}  Avg accuracy: {1 - one / 3:.2f} Avg loss: {one:.2f}\n" for i, one in rows
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "out.log").write_text("".join(lines))


@pytest.mark.parametrize("below", ["tb_logs", "."])
def test_a_console_of_two_decimals_is_of_the_run_beside_it(tmp_path: Path, below: str) -> None:
    loss = FALL[::3]
    write_ignite(tmp_path, loss)
    write_events(tmp_path / below, {"validation/nll": loss, "validation/accuracy": 1 - loss / 3})
    (run,) = load(tmp_path)
    assert len(run.sources) == 2


def test_two_decimals_of_another_training_or_of_one_that_stands_still_join_nothing(tmp_path: Path) -> None:
    for folder, loss in (("other", FALL[::3] * 1.05), ("still", np.full(14, 0.4))):
        write_ignite(tmp_path / folder, loss)
        own = FALL[::3] if folder == "other" else loss + 0.001
        write_events(tmp_path / folder / "tb_logs", {"validation/loss": own, "validation/accuracy": 1 - own / 3})
    assert names(load(tmp_path)) == ["other", "other/tb_logs", "still", "still/tb_logs"]
