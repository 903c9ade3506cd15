"""What fuzzing found in the reader of text logs, byte for byte: a torn line costs that line and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from logdoctor.run.notice import DAMAGE
from logdoctor.sources.text_log import TextLog

Points = list[tuple[int, float]]


def read(folder: Path, content: bytes) -> tuple[dict[str, Points], list[int | None]]:
    """Return the points by name, and the lines that damage is said of."""
    path = folder / "train.log"
    path.write_bytes(content)
    logs = list(TextLog().read(path))
    points = {
        series.name: list(zip(series.steps.tolist(), series.values.tolist(), strict=True))
        for log in logs
        for series in log.series
    }
    return points, [notice.line_start for log in logs for notice in log.notices if notice.kind == DAMAGE]


def put_in(lines: list[bytes], number: int, line: bytes) -> bytes:
    """Return a log with one more line, which then has this number."""
    return b"\n".join([*lines[: number - 1], line, *lines[number - 1 :]]) + b"\n"


EPOCHS = [b"Epoch %d0 | train_loss=1.%d | val_loss=2.%d" % (i, 9 - i, 9 - i) for i in range(1, 9)]
STEPS = [b"step %d0 loss %d.421e+00" % (i, 9 - i) for i in range(1, 9)]
PAIRS = [b"step %d0: loss 1.%d, val_loss 2.%d" % (i, 9 - i, 9 - i) for i in range(1, 9)]
DICTS = [b"{'step': %d0, 'loss': %d.355e+00, 'eval_loss': 2.565e+00}" % (i, 9 - i) for i in range(1, 9)]
DATED = [b"2024-01-02 03:04:05,678 - iteration %d0 - loss: 0.%d - grad_norm: 1.%d" % (i, i, i) for i in range(1, 9)]
OF_MANY = [b"[INFO] iter %d0/1000 loss: 1.%d lr: 0.%d" % (i, 9 - i, i) for i in range(1, 9)]
METERS = [b"Epoch: [%d0] Loss %d.806e+00 Acc@1 1.996e+00" % (i, 9 - i) for i in range(1, 9)]


@pytest.mark.parametrize(
    ("lines", "torn"),
    [
        (EPOCHS, b"Epoch 30 5690273 | val_loss=2.2"),
        (EPOCHS, b"Epoch 30 | trai65 | val_loss=2.2"),
        (EPOCHS, b"Epoch 30 | train_loss=1.7 || train_loss=1.7 | val_loss=2.2"),
        (STEPS, b"step 30 loss 2.303ep 10 loss 1.421e+00"),
        (PAIRS, b"step 30: loss 1.7, val_lo73900384, val_loss 2.2"),
        (PAIRS, b"step 30: loss 1.7, val_loss 2.31.3, val_loss 2.2"),
        (DICTS, b"{'step': 30, 'loss': 1.9: 4.254e-01, 'eval_loss': 1.616e+00}"),
        (DICTS, b"{'step': 30, 'loss': 5.053ep': 60, 'loss': 5.082e-01, 'eval_loss': 2.839e+00}"),
        (DICTS, b"{'step': 30, 'loss': 2.230e+07.359e-01, 'eval_loss': 1.994e+00}"),
        (DICTS, b"{'step': 30, 'loss': 3.9"),
        (DATED, b"2024-01-02 03:04:05,678 - iteration 30 - loss: 0.3 - grad_norm: 1.7-02 03:04:05,678 - iteration 10 - "
                b"loss: 0.1 - grad_norm: 1.1"),
        (DATED, b"2024-01-02 03:04:05,678 - iteration 30 - loss: 0.3 - grad_oss: 0.1 - grad_norm: 1.1"),
        (OF_MANY, b"[INFO] iter 30/1000 lo0 loss: 1.9 lr: 0.1"),
        (OF_MANY, b"[INFO] iter 30/1000 loss: 0.089: 1.9229"),
        (METERS, b"Epoch: [30] Lo40e+00 Acc@1 1.903e+00"),
        (DICTS, b"{'step': 30, 'loss': 2.642'eval_loss': 6.755e-01}"),
        (METERS, b"Epoch: [30] Loss +00 Acc@1 1.903e+00"),
        (METERS, b"Epoch: [30] Loss -01 Acc@1 1.903e+00"),
        (DICTS, b"{'step': 30, 'loss' 'eval_loss': 1.727e+00}"),
        (DICTS, b"{'step': 30, 'loss'49039554382}"),
        (DICTS, b"{'step': 30, 'loss': 2.575e+00, '1446, 'eval_loss': 2.574e+00}"),
        (DICTS, b"{'step': 30, 'loss': 0.s': 9.521e-01}"),
        (DICTS, b"{'step': 30, 'loss':'eval_loss': 9.521e-01}"),
        (PAIRS, b"step 30: loss 1.val_loss 2.5"),
        (PAIRS, b"step 30: loss 1loss 2.5"),
        (EPOCHS, b"Epoch 30 | train_loss=1s=2.4"),
        (OF_MANY, b"[INFO] iter 30/100/1000 loss: 1.5 lr: 0.2"),
        (METERS, b"Epoch: [307.795e-01 Acc@1 1.907e+00"),
        (METERS, b"Epoch: [30] Loss 0.8037@1 1.907e+00"),
        (DATED, b"2024-01-02 03:04:05,678 - iteration 30 - loss5,678 - iteration 10 - loss: 0.1 - grad_norm: 1.1"),
        (PAIRS, b"step 30: 10: loss 1.8, val_loss 2.8"),
        (DICTS, b"{'step': 30,': 4.355e-01, 'eval_loss': 1.565e+00}"),
        (DICTS, b"{'step': 30, 'loss': , 'eval_loss': 1.565e+00}"),
        (DICTS, b"{'step': 30, 'loss': 6.355ee+00, 'eval_loss': 1.565e+00}"),
        (DICTS, b"{'step': 30, 'loss': 6.355e+00, e+00, 'eval_loss': 1.565e+00}"),
        (DICTS, b"{'step': 30, 'loss': 6.355e+00, 'eval_loss 1.565e+00}"),
        (PAIRS, b"step 30: loss 1.6s 2.5"),
        (PAIRS, b"step 30:: loss 1.6, val_loss 2.5"),
        (OF_MANY, b"[INFO] iter 30/100s: 1.5 lr: 0.2"),
        (OF_MANY, b"[INFO] iter 30/loss: 1.5 lr: 0.2"),
        (EPOCHS, b"Epoch 30 =1.7 | val_loss=2.5"),
        (EPOCHS, b"Epoch 30 | train | val_loss=2.5"),
        (EPOCHS, b"Epoch 30 | train_loss=val_loss=2.5"),
        (METERS, b"Epoch: [30] Los 5.806e+00 Acc@1 1.881e+00"),
        (METERS, b"Epoch: [30]724 Acc@1 1.881e+00"),
        (METERS, b"Epoch 2.806e+00 Acc@1 1.881e+00"),
        (DATED, b"2024-01-02 03:04:05,678 - iteration 30 - loss: 0.4- grad_norm: 1.5"),
        (DATED, b"2024-01-02 03:04:05,678 - iteration 30 - loss: 0.4m: 1.5"),
        (DATED, b"2024-01-02 03:04:05,678 - iteration 30 -0.4 - grad_norm: 1.5"),
        (PAIRS, b"step 30: loss 1.6, val_loss 2.6e.190e+00, val_loss 2.5"),
    ],
)  # fmt: skip
def test_a_line_grown_together_of_two_costs_that_line(tmp_path: Path, lines: list[bytes], torn: bytes) -> None:
    whole, nothing = read(tmp_path, b"\n".join(lines) + b"\n")
    assert nothing == []
    assert read(tmp_path, put_in(lines, 4, torn)) == (whole, [4])


@pytest.mark.parametrize(
    "line",
    [
        b"Epoch 35 | val_loss=2.2",  # leaves out what is not finite, as Megatron does
        b"Epoch 35 | train_loss=-1.7 | val_loss=2.2",
        b"Epoch 35 | train_loss=nan | val_loss=2.2",
        b"Epoch   35 | train_loss=1.75 | val_loss=  2.2",
        b"Epoch 35 | train_loss=1.75 | val_loss=2.2 | lr=0.1",
        b"Epoch 35 | train_loss=+1.75 | val_loss=2.2",
        b"Epoch 35 | train_loss=[1.75 1.5] | val_loss=2.2",
    ],
)
def test_a_line_that_says_less_or_more_is_whole(tmp_path: Path, line: bytes) -> None:
    points, damaged = read(tmp_path, put_in(EPOCHS, 4, line))
    assert (35, 2.2) in points["val_loss"]
    assert damaged == []


def test_a_length_of_an_epoch_is_whole(tmp_path: Path) -> None:
    """`7/795e-01` is grown together out of two numbers."""
    points, _ = read(
        tmp_path, put_in(METERS, 3, b"Epoch: [20] Loss 2.715e+00 Acc@102.616e+00 7/795e-01 Acc@1 1.907e+00")
    )
    assert all(step in range(10, 90, 10) for step, _ in points["Loss"])
    assert "iter" not in points


def test_a_unit_that_changes_is_no_damage(tmp_path: Path) -> None:
    lines = [b"step %d0: loss 1.%d, dt 98%d.2ms" % (i, i, i) for i in range(1, 9)]
    points, damaged = read(tmp_path, put_in(lines, 4, b"step 35: loss 1.5, dt 1.2s"))
    assert (35, 1.5) in points["loss"]
    assert damaged == []


@pytest.mark.parametrize(
    "line",
    [
        b"2024-01-02 03:04:05,678 - iteration 35 - loss: 0.3 - grad_norm: 1.4\x082024-01-02 03:04:05,678 - 6",
        b"2024-01-02 03:04:05,678 - iteration 35 - loss: 0.3 - grad_norm: 1.\x0868",
        b"2024-01-02 03:04:05,678 - iteration 35 - loss: 0.3 - grad_norm: 1\x08.68",
        b"2024-01-02 03:04:05,678 - iteration 35 - loss: 0.3 - grad_norm: 1.221.e+00",
    ],
)
def test_a_number_with_something_in_it_is_no_number(tmp_path: Path, line: bytes) -> None:
    points, _ = read(tmp_path, put_in(DATED, 4, line))
    assert [step for step, _ in points["grad_norm"]] == [10, 20, 30, 40, 50, 60, 70, 80]


def test_the_number_of_a_version_is_no_damage(tmp_path: Path) -> None:
    points, damaged = read(tmp_path, b"\n".join([b"torch 2.1", b"torch 2.1.0", *EPOCHS]) + b"\n")
    assert len(points["train_loss"]) == len(EPOCHS)
    assert damaged == []


def test_groups_of_digits_that_are_none(tmp_path: Path) -> None:
    points, _ = read(tmp_path, put_in(DICTS, 4, b"{'step': 35, 'loss': 1,000,35 'eval_loss': 3.500e-01}"))
    assert (35, 1000.0) not in points["loss"]


def test_a_rank_of_five_thousand_digits(tmp_path: Path) -> None:
    points, _ = read(tmp_path, put_in(EPOCHS, 4, b"[rank" + b"9" * 5000 + b"]: Epoch 35 | train_loss=1.5"))
    assert len(points["train_loss"]) >= 8


def test_an_epoch_of_more_steps_than_can_be_counted(tmp_path: Path) -> None:
    lines = [b"Epoch: [%d] Loss 2.%d Acc@\xb1 1/6360996212450493" % (10 * i, i) for i in range(1, 5)]
    points, _ = read(tmp_path, b"\n".join(lines) + b"\n")
    assert points["Loss"] == [(10, 2.1), (20, 2.2), (30, 2.3), (40, 2.4)]
    assert not any(value > 1e12 for of in points.values() for _, value in of)


@pytest.mark.parametrize("speed", [b"inf", b"nan", b"1e999", b"0.0"])
def test_a_run_of_infinite_speed(tmp_path: Path, speed: bytes) -> None:
    lines = [b"{'loss': %d.5, 'learning_rate': 0.1, 'epoch': 0.%d}" % (9 - i, i) for i in range(1, 9)]
    end = b"{'train_runtime': 10.5, 'train_steps_per_second': %s, 'train_loss': 2.0, 'epoch': %s}"
    for epoch in (b"1.0", b"0.0", b"inf"):
        points, _ = read(tmp_path, b"\n".join([*lines, end % (speed, epoch)]) + b"\n")
        assert [value for _, value in points["loss"]] == [8.5, 7.5, 6.5, 5.5, 4.5, 3.5, 2.5, 1.5]


def test_the_last_line_without_its_end(tmp_path: Path) -> None:
    whole, _ = read(tmp_path, b"\n".join(EPOCHS) + b"\n")
    for between in (b"1,2,3,4,5,6,7,8,9", b"", b"\0" * 50):
        points, damaged = read(tmp_path, put_in(EPOCHS, 8, between)[:-1])
        assert points["train_loss"] == whole["train_loss"]
        assert set(whole["val_loss"][:-1]) <= set(points["val_loss"]) <= set(whole["val_loss"])
        assert (whole["val_loss"][-1] in points["val_loss"]) or 9 in damaged
