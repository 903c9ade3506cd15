"""Write a history as the frameworks write theirs: the same names, the same order, the same gaps."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from .history import History, Row, interleaved

Writer = Callable[[Path, History], None]
"""Writes a history into a folder."""

START = 1_750_000_000.0
"""When every run begins: a fixed clock keeps the files reproducible."""

SECONDS = 0.05
"""How long each step takes."""

KERAS = {
    "accuracy": "accuracy",
    "learning_rate": "learning_rate",
    "loss": "loss",
    "validation_accuracy": "val_accuracy",
    "validation_f1": "val_f1",
    "validation_loss": "val_loss",
}
HUGGING_FACE = {
    "gradient_norm": "grad_norm",
    "learning_rate": "learning_rate",
    "loss": "loss",
    "validation_accuracy": "eval_accuracy",
    "validation_loss": "eval_loss",
}
LIGHTNING = {
    "accuracy": "train_acc",
    "gradient_norm": "grad_2.0_norm_total",
    "loss": "train_loss",
    "validation_accuracy": "val_acc",
    "validation_loss": "val_loss",
}
PLAIN = {
    "loss": "loss",
    "gradient_norm": "grad_norm",
    "learning_rate": "lr",
    "validation_loss": "val_loss",
}
SLASHED = {
    "loss": "train/loss",
    "accuracy": "train/accuracy",
    "gradient_norm": "train/grad_norm",
    "learning_rate": "train/lr",
    "validation_loss": "val/loss",
    "validation_accuracy": "val/accuracy",
}


def renamed(row: Row, names: Mapping[str, str]) -> Row:
    """Keep what has a name there, under that name and in that order."""
    return {theirs: row[ours] for ours, theirs in names.items() if ours in row}


# Keras.


def keras_csv(folder: Path, history: History) -> None:
    """Write what `keras.callbacks.CSVLogger("training.log")` does: epochs from 0, columns sorted."""
    rows: list[Row] = [{"epoch": epoch, **row} for epoch, row in enumerate(keras_rows(history))]
    _table(folder / "training.log", list(rows[0]), rows)


def keras_history(folder: Path, history: History) -> None:
    """Write `json.dump(model.fit(...).history)`: a list for each name."""
    rows = keras_rows(history)
    _json(folder / "history.json", {name: [row[name] for row in rows] for name in rows[0]})


def keras_rows(history: History) -> list[Row]:
    """Return a row for each epoch; Keras logs the rate only where a schedule changes it."""
    rows = history.epochs()
    scheduled = len({row.get("learning_rate") for row in rows}) > 1
    names = {ours: theirs for ours, theirs in KERAS.items() if scheduled or ours != "learning_rate"}
    return [renamed(row, names) for row in rows]


# Comma-separated tables.


def lightning_csv(
    folder: Path,
    history: History,
    *,
    every: int,
    learning_rate: str | None = None,
    names: Mapping[str, str] = LIGHTNING,
) -> None:
    """Write what Lightning's `CSVLogger` does: one sparse row for each call, columns sorted, steps from 0."""
    rows: list[Row] = []
    for row in interleaved(history.every(every), history.validations()):
        at = {"epoch": math.ceil(history.epoch_at(row["step"])) - 1, "step": int(row["step"]) - 1}
        if learning_rate and "learning_rate" in row:
            rows.append({learning_rate: row["learning_rate"], "step": at["step"]})
        rows.append({**at, **renamed(row, names)})
    _table(folder / "metrics.csv", sorted({name for row in rows for name in row}), rows)
    _yaml(folder / "hparams.yaml", history.settings)


def ultralytics_csv(folder: Path, history: History) -> None:
    """Write the `results.csv` of a YOLOv8 classifier: cells padded to 23 characters, epochs from 0."""
    rows = [
        {
            "epoch": row["epoch"] - 1,
            "train/loss": row["loss"],
            "metrics/accuracy_top1": row["validation_accuracy"],
            "val/loss": row["validation_loss"],
            "lr/pg0": row["learning_rate"],
        }
        for row in history.epochs()
    ]
    lines = [[f"{name:>23}" for name in rows[0]]]
    lines += [[f"{value:>23.5g}" for value in row.values()] for row in rows]
    (folder / "results.csv").write_text("".join(",".join(line) + "\n" for line in lines))
    names = {"lr": "lr0", "batch_size": "batch", "epochs": "epochs", "optimizer": "optimizer", "seed": "seed"}
    settings = {theirs: history.settings[ours] for ours, theirs in names.items()}
    _yaml(folder / "args.yaml", {"task": "classify", **settings})


# JSON.


def records(folder: Path, history: History, *, every: int, names: Mapping[str, str] = HUGGING_FACE) -> None:
    """Write a home-made list of records, evaluations among the steps."""
    rows = interleaved(history.every(every), history.validations())
    _json(folder / "log.json", [{"step": int(row["step"]), **renamed(row, names)} for row in rows])


def json_lines(folder: Path, history: History, *, every: int = 1, names: Mapping[str, str] = PLAIN) -> None:
    """Write a home-made `metrics.jsonl`, rounded to six digits; a resumed process appends."""
    parts = (interleaved(part.every(every), part.validations()) for part in history.processes())
    rows = (row for part in parts for row in part)
    lines = [{"step": int(row["step"]), **_rounded(renamed(row, names))} for row in rows]
    _lines(folder / "metrics.jsonl", lines)


def deepobs(folder: Path, history: History, *, problem: str = "diabetes_mlp") -> None:
    """Write what DeepOBS does: both splits before training and after each epoch, and every batch."""
    accuracies = {"train_accuracies": "accuracy", "test_accuracies": "validation_accuracy"}
    known = {theirs: ours for theirs, ours in accuracies.items() if ours in history.evaluations[0]}
    named = {"optimizer", "lr", "batch_size", "epochs", "num_classes", "seed"}
    content: dict[str, object] = {
        "train_losses": [row["loss"] for row in history.evaluations],
        "test_losses": [row["validation_loss"] for row in history.evaluations],
        "minibatch_train_losses": [row["loss"] for row in history.steps],
        **{theirs: [row[ours] for row in history.evaluations] for theirs, ours in known.items()},
        "optimizer": history.settings["optimizer"],
        "testproblem": problem,
        "batch_size": history.settings["batch_size"],
        "num_epochs": history.settings["epochs"],
        "learning_rate": history.settings["lr"],
        "random_seed": history.settings["seed"],
        "train_log_interval": 1,
        "hyperparams": {name: value for name, value in history.settings.items() if name not in named},
    }
    _json(folder / f"random_seed__{history.settings['seed']}__2025-06-15-15-06-40.json", content)


def trainer_state(folder: Path, history: History, *, every: int, names: Mapping[str, str] = HUGGING_FACE) -> None:
    """Write the `trainer_state.json` of Hugging Face's Trainer."""
    rows = history.windows(every)
    log = [
        {**renamed(row, names), "epoch": history.epoch_at(row["step"]), "step": int(row["step"])}
        for row in interleaved(rows, history.validations())
    ]
    last = int(history.steps[-1]["step"])
    summary = {"train_loss": sum(row["loss"] for row in rows) / len(rows), "train_runtime": last * SECONDS}
    log.append({**summary, "epoch": history.epoch_at(last), "step": last})
    state = {
        "best_metric": None,
        "best_model_checkpoint": None,
        "epoch": history.epoch_at(last),
        "global_step": last,
        "is_hyper_param_search": False,
        "is_local_process_zero": True,
        "is_world_process_zero": True,
        "log_history": log,
        "logging_steps": every,
        "max_steps": history.total_steps,
        "num_train_epochs": history.settings["epochs"],
        "train_batch_size": history.settings["batch_size"],
        "trial_name": None,
        "trial_params": None,
    }
    (folder / "trainer_state.json").write_text(json.dumps(state, indent=2, sort_keys=True) + "\n")


def llama_factory(folder: Path, history: History, *, every: int) -> None:
    """Write the `trainer_log.jsonl` of LLaMA-Factory; a resumed process appends."""
    names = {"loss": "loss", "validation_loss": "eval_loss", "learning_rate": "lr"}
    lines: list[dict[str, object]] = []
    for part in history.processes():
        total = part.total_steps
        for row in interleaved(part.windows(every), part.validations()):
            step = int(row["step"])
            lines.append({
                "current_steps": step,
                "total_steps": total,
                **_rounded(renamed(row, names)),
                "epoch": round(part.epoch_at(step), 4),
                "percentage": round(100 * step / total, 2),
                "elapsed_time": _clock(step * SECONDS),
                "remaining_time": _clock((total - step) * SECONDS),
            })  # fmt: skip
    _lines(folder / "trainer_log.jsonl", lines)


def sacred(folder: Path, history: History, *, every: int, names: Mapping[str, str] = SLASHED) -> None:
    """Write what Sacred's `FileStorageObserver` does: lists for each quantity, and the settings beside them."""
    quantities: dict[str, dict[str, list[object]]] = {}
    for row in interleaved(history.every(every), history.validations()):
        now = datetime.fromtimestamp(START + row["step"] * SECONDS, UTC).replace(tzinfo=None).isoformat()
        for name, value in renamed(row, names).items():
            lists = quantities.setdefault(name.replace("/", "."), {"steps": [], "timestamps": [], "values": []})
            for key, item in zip(lists, (int(row["step"]), now, value), strict=True):
                lists[key].append(item)
    _json(folder / "metrics.json", quantities)
    _json(folder / "config.json", dict(history.settings))


# MLflow.


def mlflow(folder: Path, history: History, *, every: int, names: Mapping[str, str] = PLAIN) -> None:
    """Write a run of MLflow's file store: a file for each metric, `milliseconds value step` a line."""
    for part in ("metrics", "params"):
        (folder / part).mkdir()
    state = {"run_id": "0" * 32, "run_name": "sample", "start_time": int(1000 * START), "status": 3}
    _yaml(folder / "meta.yaml", state)
    for name, value in history.settings.items():
        (folder / "params" / name).write_text(str(value))
    for row in interleaved(history.every(every), history.validations()):
        now = int(1000 * (START + row["step"] * SECONDS))
        for name, value in renamed(row, names).items():
            with (folder / "metrics" / name).open("a") as file:
                file.write(f"{now} {value} {int(row['step'])}\n")


# TensorBoard, by the real writers.


def tensorboard(
    folder: Path, history: History, *, every: int, hparams: bool = False, names: Mapping[str, str] = SLASHED
) -> None:
    """Write with torch's SummaryWriter: one file for each process, and `add_hparams` if asked for."""
    from torch.utils.tensorboard import SummaryWriter

    for number, part in enumerate(history.processes()):
        start = START + number * 86_400
        with _fixed_clock(folder, start):
            writer = SummaryWriter(str(folder))
            for row in interleaved(part.every(every), part.validations()):
                for tag, value in renamed(row, names).items():
                    writer.add_scalar(tag, value, int(row["step"]), walltime=start + row["step"] * SECONDS)
            if hparams:
                final = {"hparam/val_loss": part.evaluations[-1]["validation_loss"]}
                writer.add_hparams(dict(part.settings), final)
            writer.close()


def tensorboard_pairs(folder: Path, history: History) -> None:
    """Write with torch's `add_scalars`: a folder for each curve, and one tag in all of them."""
    from torch.utils.tensorboard import SummaryWriter

    with _fixed_clock(folder, START):
        writer = SummaryWriter(str(folder))
        for row in history.epochs():
            pair = {"train": row["loss"], "val": row["validation_loss"]}
            now = START + row["step"] * SECONDS
            writer.add_scalars("loss", pair, int(row["epoch"]), walltime=now)
            writer.add_scalar("lr", row["learning_rate"], int(row["epoch"]), walltime=now)
        writer.close()


def tensorboardx(folder: Path, history: History, *, every: int, names: Mapping[str, str] = SLASHED) -> None:
    """Write with tensorboardX."""
    import tensorboardX

    with _fixed_clock(folder, START):
        writer = tensorboardX.SummaryWriter(str(folder))
        for row in interleaved(history.every(every), history.validations()):
            for tag, value in renamed(row, names).items():
                writer.add_scalar(tag, value, int(row["step"]), walltime=START + row["step"] * SECONDS)
        writer.close()


@contextmanager
def _fixed_clock(folder: Path, now: float) -> Iterator[None]:
    """Let event files be opened at a fixed time on a fixed host, and end the names of torch's the same way."""
    with (
        patch("time.time", lambda: now),
        patch("socket.gethostname", lambda: "trainer"),
        patch("os.getpid", lambda: 4711),
    ):
        yield
    for file in folder.rglob(f"*tfevents.{now:.0f}.trainer.4711.*"):
        file.rename(file.with_name(f"events.out.tfevents.{now:.0f}.trainer.4711.0"))


# Spelling.


def _table(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, header, restval="")
        table.writeheader()
        table.writerows(rows)


def _json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content) + "\n")


def _lines(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def _yaml(path: Path, settings: Mapping[str, object]) -> None:
    path.write_text("".join(f"{name}: {value}\n" for name, value in sorted(settings.items())))


def _rounded(row: Row) -> Row:
    return {name: float(f"{value:.6g}") for name, value in row.items()}


def _clock(seconds: float) -> str:
    return time.strftime("%-H:%M:%S", time.gmtime(seconds))
