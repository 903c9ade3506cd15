"""What a script printed before the lists that are its curves."""

from __future__ import annotations

from pathlib import Path

import pytest

from logdoctor.sources.printed_lists import PrintedLists

LISTS = "train_loss = [2.3, 1.9, 1.5, 1.2, 1.0, 0.9]\nval_loss = [2.3, 2.0, 1.7, 1.5, 1.4, 1.35]\n"


@pytest.mark.parametrize(
    "printed",
    [
        "Hyperparameters:\n  optimizer: Adam\n  learning_rate: 0.001\n  epochs: 6\n",
        "Namespace(optimizer='Adam', learning_rate=0.001, epochs=6)\n",
    ],
)
def test_settings_before_the_lists_are_those_of_the_run(tmp_path: Path, printed: str) -> None:
    (path := tmp_path / "result.txt").write_text(printed + LISTS)
    (log,) = PrintedLists().read(path)
    assert dict(log.hyperparameters) == {"optimizer": "Adam", "learning_rate": 0.001, "epochs": 6}
    assert {one.name for one in log.series} == {"train_loss", "val_loss"}


def test_what_is_printed_behind_them_is_none(tmp_path: Path) -> None:
    (path := tmp_path / "result.txt").write_text(LISTS + "best learning_rate: 0.001\n")
    (log,) = PrintedLists().read(path)
    assert not log.hyperparameters
