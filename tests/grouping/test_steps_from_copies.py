"""Arrays that a script saves beside its log: one run, whose epochs the log tells."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from logdoctor import load
from logdoctor.run import Axis


def test_the_log_says_at_which_epoch_the_values_of_an_array_were_logged(tmp_path: Path) -> None:
    loss = 2 * 0.9 ** np.arange(30)
    lines = (f"epoch {i} loss: {one:.4f} val_loss: {1.25 * one:.4f}\n" for i, one in enumerate(loss))
    (tmp_path / "train.log").write_text("".join(lines))
    np.save(tmp_path / "train_losses.npy", loss)
    (run,) = load(tmp_path)
    assert {one.name: one.axis for one in run.series} == {"loss": Axis.EPOCH, "val_loss": Axis.EPOCH}


def test_the_log_counts_the_lists_of_a_history(tmp_path: Path) -> None:
    """Also those that the log does not have, as far as they are as long as one that it has."""
    loss = [round(2 * 0.9**i, 6) for i in range(30)]
    lines = (f"Epoch {i}/30 train_loss {one:.4f}\n" for i, one in enumerate(loss, 1))
    (tmp_path / "train.log").write_text("".join(lines))
    history = {"train_loss": loss, "train_acc": [i / 30 for i in range(30)], "rates": [0.1, 0.01]}
    (tmp_path / "history.json").write_text(json.dumps(history))
    (run,) = load(tmp_path)
    found = {one.name: (one.axis, one.first_step, one.last_step) for one in run.series}
    assert found["train_loss"] == found["train_acc"] == (Axis.EPOCH, 1, 30)
    (kept,) = (one for one in run.series if one.name == "train_loss")
    assert kept.values.tolist() == loss
