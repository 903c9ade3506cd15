"""Values that are no numbers, in every way that lines have of putting them: each is a point as any other."""

from __future__ import annotations

from math import inf, isfinite, isnan, nan
from pathlib import Path

import pytest

from logdoctor import load
from logdoctor.errors import NoRunError

POINTS = 12
LOST = 8
"""Points before the value is no number any more."""

LINES = {
    "a space alone": "step {i} loss {v} lr 0.001",
    "a space alone, twice": "epoch {i} train {v} val {v}",
    "brackets before it": "[{i}/400] loss {v} grad {v} lr 1e-3",
    "commas": "iter {i}: loss {v}, time 12.3ms, mfu 1.0%",
    "bars": "step {i} | loss {v} | lr 0.001",
    "dashes": "epoch {i} - loss {v} - acc 0.5",
    "arrows": "epoch {i} >> loss {v} >> acc 0.5",
    "arrows for equals signs": "epoch {i} loss -> {v} acc -> 0.5",
    "dashes for colons": "epoch {i} loss - {v} acc - 0.5",
    "a split behind each": "epoch {i} loss: {v} (train), {v} (val)",
    "sentences": "Epoch {i}. Loss {v}. Acc 0.5.",
    "a number of each split": "step {i}: loss {v}/0.75",
    "brackets": "epoch {i}: acc 0.5 (loss {v}), lr 0.1",
    "a percent sign": "step {i} loss {v}% lr 0.1",
    "a type of torch": "step {i} loss tensor({v}, device='cuda:0', grad_fn=<NllLossBackward0>) lr 0.1",
    "a type of numpy": "step {i} loss: np.float32({v}) lr: 0.1",
    "a type of JAX": "step {i} {{'loss': Array({v}, dtype=float32), 'lr': 0.1}}",
    "a type of TensorFlow": "step {i} {{'loss': <tf.Tensor: shape=(), dtype=float32, numpy={v}>}}",
    "a printed tensor of TensorFlow": "step {i} loss: tf.Tensor({v}, shape=(), dtype=float32)",
    "a list": "step {i} loss [{v}] lr 0.1",
    "Flair": "2026-05-12 09:31:10,123 epoch 1 - iter {i}/100 - loss {v} - lr: 0.5",
    "Deeplearning4j": "06:39:50.616 [main] INFO org.x.ScoreIterationListener - Score at iteration {i} is {v}",
    "MXNet in Scala": "Epoch[{i}] Train-loss=(loss,{v})",
}
OF_JAVA = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


@pytest.mark.parametrize("word", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("form", LINES)
def test_a_value_that_is_no_number_is_a_point(tmp_path: Path, form: str, word: str) -> None:
    lost = OF_JAVA[word] if form == "Deeplearning4j" else word
    values = [lost if i > LOST else f"{3 / (1 + i):.4f}" for i in range(1, POINTS + 1)]
    lines = [LINES[form].format(i=i, v=value) for i, value in enumerate(values, 1)]
    (tmp_path / "train.log").write_text("".join(f"{line}\n" for line in lines))
    (run,) = load(tmp_path)
    found = next(
        one.values.tolist() for one in run.series if "loss" in one.name.lower() or one.name in {"train", "val"}
    )
    ended = {"nan": nan, "inf": inf, "-inf": -inf}[word]
    assert len(found) == POINTS
    assert all(one == ended or (isnan(one) and isnan(ended)) for one in found[LOST:])


@pytest.mark.parametrize(
    "line",
    [
        "step {i} loss {v} | number of nan iterations {i}",
        "step {i} loss {v} | skipped because of inf grads {i}",
        "step {i} loss {v} | nan steps 3",
        "step {i} loss {v} | info level {i}",
        "step {i} loss {v}\ngrad norm inf skipping step {i}",
        "step {i} no nan found lr 0.1 loss {v}",
        "step {i} loss {v} grad nan count 0",
        "step {i} train nan rows 0 test nan rows 0 loss {v}",
        "step {i} loss {v} skipped nan batches {i}",
    ],
)
def test_words_of_a_sentence_are_no_values(tmp_path: Path, line: str) -> None:
    (tmp_path / "train.log").write_text(
        "".join(line.format(i=i, v=f"{3 / (1 + i):.4f}") + "\n" for i in range(1, POINTS))
    )
    (run,) = load(tmp_path)
    assert {one.name for one in run.series} <= {"loss", "lr"}
    assert not any(isnan(one) for series in run.series for one in series.values)


def test_the_norm_of_infinity_is_a_norm(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(
        "".join(f"step {i} loss {3 / (1 + i):.4f} grad inf norm {i / 4}\n" for i in range(POINTS))
    )
    (run,) = load(tmp_path)
    assert {one.name: one.values.tolist() for one in run.series}["norm"] == [i / 4 for i in range(POINTS)]
    assert {one.name for one in run.series} == {"loss", "norm"}


@pytest.mark.parametrize("zeroth", [0, 1])
@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("", "Epoch: [{epoch}][{at:3d}/25]\tTime  0.03 ( 0.03)\tLoss {v} ({v})\n"),
        ("", "epoch {epoch} iter {at}/25 loss {v} ({v})\n"),
        ("Epoch {epoch}/9\n", "  [{at}/25]\tLoss {v} ({v})\n"),
        ("EPOCH {epoch}:\n", "  batch {at} loss: {v} ({v})\n"),
    ],
    ids=["PyTorch's ImageNet example", "words", "headers", "headers alone tell the length"],
)
def test_steps_go_on_where_the_loss_is_no_number(tmp_path: Path, header: str, line: str, zeroth: int) -> None:
    """The lines take another form in the midst of an epoch that is not the first."""
    text, steps = "", []
    for epoch in range(8):
        text += header.format(epoch=epoch + zeroth)
        for at in (5, 10, 15, 20, 25):
            steps.append(25 * epoch + at)
            word = f"{4 / len(steps):.4e}" if len(steps) < 28 else "nan"
            text += line.format(epoch=epoch + zeroth, at=at, v=word)
    (tmp_path / "train.log").write_text(text)
    (run,) = load(tmp_path)
    loss = next(one for one in run.series if one.name.lower() == "loss")
    assert loss.steps.tolist() == steps
    assert not run.notices


FAILED_AT_ONCE = {
    "nnU-Net, with a warning between": "2024-01-01 10:00:00.123456: Epoch 0\n"
    "2024-01-01 10:00:00.123456: Current learning rate: 0.01\n"
    "trainer.py:119: RuntimeWarning: invalid value encountered in scalar divide\n"
    "  per_class = [i for i in [2 * i / (2 * i + j + k) for i, j, k in zip(tp, fp, fn)]]\n"
    "2024-01-01 10:04:00.123456: train_loss nan\n"
    "2024-01-01 10:04:00.123456: val_loss nan\n",
    "RVC, of which the logger has the name of the run": "INFO:my-voice:Train Epoch: 1 [0%]\n"
    "INFO:my-voice:[0, 0.0001]\n"
    "INFO:my-voice:loss_disc=nan, loss_gen=nan, loss_fm=nan,loss_mel=nan, loss_kl=9.000\n",
    "rsl_rl": "                     Learning iteration 8391/10000\n\n"
    "                       Computation: 14963 steps/s (collection: 6.407s, learning 0.163s)\n"
    "               Value function loss: inf\n                    Surrogate loss: 0.0000\n",
    "MMEngine": "01/01 10:00:00 - mmengine - INFO - Epoch(train)  [1][ 500/2931]  lr: 2.0e-02  loss: nan  acc: 0.0\n",
    "one line": "My training:\nEpoch 1 | train loss nan | val loss nan\nwhat to do?\n",
}


@pytest.mark.parametrize("name", FAILED_AT_ONCE)
def test_one_record_of_what_failed_at_once_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "train.log").write_text(FAILED_AT_ONCE[name])
    (run,) = load(tmp_path)
    assert any(not isfinite(value) for one in run.series for value in one.values)


def test_two_lines_without_a_count_are_read_that_tell_of_failed_epochs(tmp_path: Path) -> None:
    """What the bar shows goes on: the mean of the epoch alone is lost."""
    bar = "Epoch {i}: 100%|##########| 266/266 [00:42<00:00,  6.22it/s, loss={v}]\nMean Training loss : nan\n"
    (tmp_path / "train.log").write_text("".join(bar.format(i=i, v=1e4 * i) for i in (8, 9)))
    (run,) = load(tmp_path)
    lost = next(one for one in run.series if one.name == "Mean Training loss")
    assert [isnan(value) for value in lost.values] == [True, True]


@pytest.mark.parametrize("odd", ["  validation skipped, val_loss: inf", "  aux loss: nan"])
def test_two_lines_of_a_failed_loss_are_prose_in_a_log_that_goes_on(tmp_path: Path, odd: str) -> None:
    """Else the first would take the place of the curve of the same name."""
    lines = [f"epoch {i} loss {2 * 0.9**i:.3f}\n{odd if i < 2 else f'  val_loss: {0.9**i:.3f}'}" for i in range(30)]
    (tmp_path / "train.log").write_text("\n".join(lines) + "\n")
    (run,) = load(tmp_path)
    assert {one.name: len(one) for one in run.series} == {"loss": 30, "val_loss": 28}


@pytest.mark.parametrize(
    "text",
    [
        "# What to do\nStep 1: check the data.\nStep 2: if loss = nan, lower the learning rate.\n",
        "Step 2: loss: nan means that training diverged.\n",
        "epoch = 0\nbest_loss = float('inf')\nloss = nan\n",
        "epoch: 3\nmin_loss: inf\nval_loss_threshold: inf\noptimizer: adam\n",
        "tests/test_loss.py::test_loss[nan] PASSED\nstep 3: test loss=nan ... ok\n",
        "Epoch 1/10\nbest loss: inf\npatience: 5\n",
        "Epoch 1: val_loss improved from inf to 0.93210, saving model to weights.h5\n",
        "- Version 1.2.3: fixed loss=nan in epoch 3\n",
        "## Changes\n- Epoch 3: loss = nan fixed\n",
        "[1/3] Compiling loss.cpp\n[2/3] loss: nan check enabled\n[3/3] Linking\n",
        "tests/test_loss.py::test_mean 3/10 loss=nan FAILED\n",
    ],
)
def test_what_only_speaks_of_such_a_loss_is_no_log(tmp_path: Path, text: str) -> None:
    (tmp_path / "notes.txt").write_text(text)
    with pytest.raises(NoRunError):
        load(tmp_path)
