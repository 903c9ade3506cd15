"""The whole way: folders, files and columns with hostile names on a disk, read and reported by the command."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.reports.hostile import ACTING
from tests.reports.test_hostile_names import commands, harmless

from logdoctor.cli import main
from logdoctor.reports.formats import FORMATS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows refuses such names")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run for each name that a file can have: a table with hostile columns that turns NaN, and a text log."""
    top = tmp_path_factory.mktemp("hostile")
    for at, name in enumerate(ACTING[::2]):
        home = top / f"{at}-{name.replace('/', '').replace(chr(0), '')}".encode("utf-8", "replace")[:200].decode(
            "utf-8", "ignore"
        )
        home.mkdir()
        column = name.replace('"', '""').encode("utf-8", "replace").decode()
        rows = "".join(f"{step},{2.0 - step / 100 if step < 60 else 'nan'},{step}\n" for step in range(100))
        (home / "metrics.csv").write_text(f'step,train_loss,"{column}"\n{rows}', encoding="utf-8")
    (top.joinpath(os.fsdecode(b"file\xe9"))).mkdir()
    rows = "".join(f"epoch {at}: loss: {2.0 - at / 100}\n" for at in range(50))
    said = "RuntimeError: ::error::x ##[error] \x1b[31m<script>\u202e"
    log = top / os.fsdecode(b"file\xe9") / "train.log"
    log.write_text(f"{rows}Traceback (most recent call last):\n{said}\n", encoding="utf-8")
    return top


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_acts_that_lies_on_a_disk(
    name: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["analyze", str(folder), "-o", f"{name}=report"]) == 0
    text = Path("report").read_text(encoding="utf-8", errors="strict")
    harmless(text)
    own = re.findall(r"^::(?:error|warning|notice) title=logdoctor", text, re.MULTILINE) if name == "github" else []
    assert commands(text) == len(own)
    assert "nan-loss" in text


@pytest.mark.parametrize("command", [["inspect"], ["export"], ["export", "--output-format", "csv"]])
def test_nothing_acts_on_standard_output(command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command[0], str(folder), *command[1:]]) == 0
    text = capsys.readouterr().out
    harmless(text)
    assert commands(text) == 0
    assert text.count("\n") > 100
