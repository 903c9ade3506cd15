"""What a training prints twice is one value: a line of two handlers, a result in a summary; what differs stays."""

from __future__ import annotations

from math import exp
from pathlib import Path

import pytest

from logdoctor import Run, load
from logdoctor.run.roles import TrainLoss, ValLoss

FALL = [round(0.3 + 2 * exp(-i / 3), 4) for i in range(12)]
HELD_OUT = [round(value + 0.125, 4) for value in FALL]

TWICE = {
    "two handlers": "INFO:root:Epoch {i}: loss {a} val_loss {b}\nEpoch {i}: loss {a} val_loss {b}\n",
    "the same line": "2024-01-01 10:00:00,123 - INFO - Epoch {i} - loss: {a}\n" * 2,
    "lines that count nothing": "loss: {a}, acc: {b}\nINFO:root:loss: {a}, acc: {b}\n",
    "below a heading": "Epoch {i}\nloss: {a}, val_loss: {b}\nINFO:root:Epoch {i}\nINFO:root:loss: {a}, val_loss: {b}\n",
    "a summary": "Epoch {i}: train_loss={a} val_loss={b}\nValidation loss: {b}\n",
    "a result, and the line of the epoch": "Epoch {i}/12 train_loss: {a}\nval_loss: {b}\nEpoch {i}/12 val_loss: {b}\n",
}


def read(folder: Path, text: str) -> Run:
    (folder / "train.log").write_text(text)
    (run,) = load(folder)
    return run


@pytest.mark.parametrize("kind", TWICE)
def test_what_is_printed_twice_counts_once(kind: str, tmp_path: Path) -> None:
    pairs = enumerate(zip(FALL, HELD_OUT, strict=True), 1)
    run = read(tmp_path, "".join(TWICE[kind].format(i=i, a=a, b=b) for i, (a, b) in pairs))
    for role, values in ((TrainLoss, FALL), (ValLoss, HELD_OUT)):
        found = [one.values.tolist() for one in run.all(role)]
        assert found in ([values], []) if role is ValLoss else found == [values]
    assert run.notices == ()


def test_two_values_that_differ_once_are_two(tmp_path: Path) -> None:
    other = [*HELD_OUT[:7], 0.9, *HELD_OUT[8:]]
    text = "".join(
        f"Epoch {i}: train_loss={a} val_loss={b}\nValidation loss: {c}\n"
        for i, (a, b, c) in enumerate(zip(FALL, HELD_OUT, other, strict=True), 1)
    )
    assert sorted(one.values.tolist() for one in read(tmp_path, text).all(ValLoss)) == sorted([HELD_OUT, other])


def test_a_loss_that_stands_still_for_two_lines_is_not_printed_twice(tmp_path: Path) -> None:
    values = [2.5, 2.5, 2.0, 2.0, 1.5, 1.25, 1.0, 1.0, 0.75, 0.75, 0.5, 0.5]
    run = read(tmp_path, "".join(f"loss: {value}\n" for value in values))
    loss = run.find(TrainLoss)
    assert loss is not None
    assert loss.values.tolist() == values


def test_what_the_first_box_told_is_told_anew_by_those_below(tmp_path: Path) -> None:
    """The end of a log of Stable-Baselines3 begins in the middle of a box; what is small differs by little."""
    small = [5.02e-08, 8.49e-08, 6.82e-08, 8.47e-08]
    boxes = [
        f"|    total_timesteps      | {2048 * i}       |\n"
        "| train/                  |              |\n"
        "|    learning_rate        | 0.00025      |\n"
        f"|    value_loss           | {value}     |\n"
        "-----------------------------------------\n"
        for i, value in enumerate(small, 1)
    ]
    above = "| rollout/                |              |\n|    ep_rew_mean          | 0.016        |\n"
    above += "| time/                   |              |\n"
    run = read(tmp_path, boxes[0] + "".join(f"{'-' * 41}\n{above}{box}" for box in boxes[1:]))
    found = {one.name: one.values.tolist() for one in run.series}
    assert found["train/value_loss"] == small
    assert found["train/learning_rate"] == [0.00025] * 4
