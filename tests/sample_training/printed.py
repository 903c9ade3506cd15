"""Write a history as training scripts print it to a terminal, kept as `train.log`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from .history import History, interleaved
from .write import HUGGING_FACE, SECONDS, keras_rows, renamed


def nanogpt(folder: Path, history: History, *, every: int, settings: bool = True, ends: Sequence[str] = ()) -> None:
    """Write what nanoGPT's train.py prints: the loss of a step now and then, at evaluations both mean losses.

    `ends` are the lines that an exception prints.
    """
    lines = [f"tokens per iteration will be: {int(history.settings.get('batch_size', 1)) * 64:,}"]
    if settings:
        lines = [f"Overriding: {name} = {value}" for name, value in history.settings.items()] + lines
    for part in history.processes():
        evaluations = [{f"estimated_{name}": value for name, value in row.items()} for row in part.evaluations]
        held = [{**row, "step": row["estimated_step"]} for row in evaluations]
        for row in interleaved(part.every(every), held):
            at = int(row["step"])
            if "estimated_loss" in row:
                known = row["estimated_loss"], row["estimated_validation_loss"]
                lines.append(f"step {at}: train loss {known[0]:.4f}, val loss {known[1]:.4f}")
            else:
                lines.append(f"iter {at}: loss {row['loss']:.4f}, time {1000 * SECONDS:.2f}ms, mfu 12.30%")
    _lines(folder, [*lines, *ends])


def hugging_face(folder: Path, history: History, *, every: int, names: Mapping[str, str] = HUGGING_FACE) -> None:
    """Write what Hugging Face's Trainer prints: a Python dictionary for each log, rounded, without the step."""
    loss_first = {"loss": names["loss"], **names}
    lines = []
    for part in history.processes():
        for row in interleaved(part.windows(every), part.validations()):
            values = {name: _short(name, value) for name, value in renamed(row, loss_first).items()}
            lines.append(repr({**values, "epoch": round(part.epoch_at(row["step"]), 2)}))
    took = float(f"{SECONDS * len(history.steps):.4f}")
    last = round(history.epoch_at(history.steps[-1]["step"]), 2)
    _lines(folder, [*lines, repr({"train_runtime": took, "epoch": last})])


def _short(name: str, value: float) -> float:
    return value if name == "learning_rate" else float(f"{value:.4f}" if abs(value) < 1e4 else f"{value:.6g}")


def keras_epochs(folder: Path, history: History) -> None:
    """Write what `model.fit(verbose=2)` of Keras 3 prints: two lines for each epoch."""
    steps = history.steps_per_epoch
    lines = []
    for epoch, row in enumerate(keras_rows(history), 1):
        values = [
            f"{name}: {value:.4f}" if abs(value) > 1e-3 else f"{name}: {value:.4e}" for name, value in row.items()
        ]
        took = f"{steps * SECONDS:.0f}s - {1000 * SECONDS:.0f}ms/step"
        lines += [f"Epoch {epoch}/{history.settings['epochs']}", f"{steps}/{steps} - {took} - {' - '.join(values)}"]
    _lines(folder, lines)


def mnist_example(folder: Path, history: History, *, every: int, validation_rows: int) -> None:
    """Write what the MNIST example of pytorch/examples prints, for batches that fill the epochs."""
    size, steps = int(history.settings["batch_size"]), history.steps_per_epoch
    lines = []
    for row in interleaved(history.steps, history.validations()):
        epoch, batch = divmod(int(row["step"]) - 1, steps)
        if "validation_loss" in row:
            right = round(row["validation_accuracy"] * validation_rows)
            share = f"{right}/{validation_rows} ({100 * right / validation_rows:.0f}%)"
            lines += ["", f"Test set: Average loss: {row['validation_loss']:.4f}, Accuracy: {share}", ""]
        elif batch % every == 0:
            seen = f"[{batch * size}/{steps * size} ({100 * batch / steps:.0f}%)]"
            lines.append(f"Train Epoch: {epoch + 1} {seen}\tLoss: {row['loss']:.6f}")
    _lines(folder, lines)


def dcgan_example(folder: Path, history: History, *, every: int) -> None:
    """Write the losses as the DCGAN example of pytorch/examples prints them, without its means of the outputs."""
    per_epoch = history.steps_per_epoch
    epochs = math.ceil(history.total_steps / per_epoch)
    lines = []
    for row in history.every(every):
        epoch, batch = divmod(int(row["step"]) - 1, per_epoch)
        at = f"[{epoch}/{epochs}][{batch}/{per_epoch}]"
        lines.append(f"{at} Loss_D: {row['d_loss']:.4f} Loss_G: {row['g_loss']:.4f}")
    _lines(folder, lines)


def _lines(folder: Path, lines: Sequence[str]) -> None:
    (folder / "train.log").write_text("\n".join(lines) + "\n")
