"""Histories in YAML, HTML and NumPy's files, and what is said of formats that are not read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from logdoctor import load
from logdoctor.reading import look
from logdoctor.run.notice import DAMAGE

LOSS = [2.5, 1.5, 1.0, 0.75, 0.5]


def test_yaml_that_breaks_off_is_read_up_to_there(tmp_path: Path) -> None:
    text = yaml.safe_dump([{"epoch": i, "loss": loss} for i, loss in enumerate(LOSS)])
    begun = "- epoch: 5\n"
    (tmp_path / "log.yaml").write_text(text + begun + "  loss: {a: [0.2")
    (run,) = load(tmp_path)
    assert run.series[0].values.tolist() == LOSS
    (damage,) = [one for one in run.notices if one.kind == DAMAGE]
    assert (damage.byte_start, damage.byte_end) == (len(text + begun), (tmp_path / "log.yaml").stat().st_size)


def test_a_configuration_beside_a_log_is_no_history(tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text("epoch,loss\n1,0.5\n2,0.25\n")
    (tmp_path / "train.yaml").write_text("loss:\n  weights: [0.5, 0.25, 0.75, 1.5]\nlr: 0.001\n")
    (run,) = load(tmp_path)
    assert [one.path for one in run.sources] == ["losses.csv"]


def test_a_matrix_of_numpy_is_a_run_for_each_row(tmp_path: Path) -> None:
    losses = np.array([LOSS, [2 * one for one in LOSS]])
    np.savez_compressed(tmp_path / "history.npz", train_loss=np.asfortranarray(losses), images=np.zeros((2, 3, 3)))
    assert [one.values.tolist() for run in load(tmp_path) for one in run.series] == losses.tolist()


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("history.xlsx", b"PK\x03\x04", "a spreadsheet; save the sheet with the curves as CSV"),
        ("losses.mat", b"MATLAB 5.0 MAT-file", "MATLAB's; write the curves to CSV"),
        ("wandb_logs.zip", b"PK\x03\x04", "an archive; unpack it"),
        ("train.log.zst", b"\x28\xb5\x2f\xfd", "compressed with Zstandard; unpack it"),
    ],
)
def test_what_is_not_read_is_said_with_what_to_do(tmp_path: Path, name: str, content: bytes, advice: str) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "log.csv").write_text("epoch,loss\n1,0.5\n2,0.25\n")
    (told,) = look([tmp_path]).skipped.not_read
    assert advice in told


def test_objects_that_numpy_pickled_are_not_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "ran"),)

    np.save(tmp_path / "history.npy", np.array(Trap(), object), allow_pickle=True)
    (tmp_path / "log.csv").write_text("epoch,loss\n1,0.5\n2,0.25\n")
    (told,) = look([tmp_path]).skipped.not_read
    assert "np.savez" in told
    assert not (tmp_path / "ran").exists()
