"""Small files that would cost much memory or depth: archives of zeros, and YAML that nests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from logdoctor import load
from logdoctor.sources.numpy_arrays import MOST_NUMBERS


def test_an_archive_of_zeros_is_read_as_far_as_memory_allows(tmp_path: Path) -> None:
    zeros = np.zeros(MOST_NUMBERS // 2, np.int8)
    np.savez_compressed(tmp_path / "losses.npz", loss_a=zeros, loss_b=zeros, loss_c=zeros, val_loss=np.array([0.5, 1]))
    (run,) = load(tmp_path)
    assert [one.name for one in run.series] == ["loss_a", "loss_b"]


def test_a_document_that_nests_too_deep_behind_its_beginning(tmp_path: Path) -> None:
    deep = "# " + "x" * 100_000 + "\ntail:\n  " + "- " * 5000 + "0.5\n"
    (tmp_path / "history.yaml").write_text("epoch: [1, 2, 3, 4]\ntrain_loss: [0.5, 0.4, 0.3, 0.2]\n" + deep)
    (run,) = load(tmp_path)
    assert [one.values.tolist() for one in run.series] == [[0.5, 0.4, 0.3, 0.2]]
    assert [one.kind for one in run.notices] == ["damage"]
