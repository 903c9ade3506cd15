"""Arrays that a script saves beside its log: one run, whose epochs the log tells."""

from __future__ import annotations

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
