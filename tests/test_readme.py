"""What the README shows is what the program does."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from logdoctor.cli import commands, main
from logdoctor.config import parse_config

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def without_seconds(text: str) -> str:
    return re.sub(r"\(\d+\.\d s\)", "", text)


def test_the_transcript_is_current(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Set UPDATE_GOLDEN=1 to write the transcript anew."""
    monkeypatch.chdir(ROOT)
    mark = re.search(r"<!-- transcript -->\n```\n\$ logdoctor ([^\n]*)\n(.*?)\n```", README, re.DOTALL)
    assert mark is not None
    assert main([*mark[1].split(), "--color", "never"]) == 0
    said = capsys.readouterr().out.rstrip()
    if os.environ.get("UPDATE_GOLDEN"):
        (ROOT / "README.md").write_text(README.replace(mark[2], said), encoding="utf-8")
    else:
        assert without_seconds(said) == without_seconds(mark[2])


def test_the_configuration_is_accepted() -> None:
    tables = fenced("toml")
    assert tables
    for table in tables:
        parse_config(tomllib.loads(table), Path("logdoctor.toml"))


def test_the_python_example_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    (program,) = fenced("python")
    exec(compile(program.replace('"runs/"', '"sample_logs/nan-loss"'), "README.md", "exec"), {})
    assert "turns NaN" in capsys.readouterr().out


def test_every_command_is_described() -> None:
    described = set(re.findall(r"^\| `logdoctor (\w+)", README, re.MULTILINE))
    assert described == set(commands.commands)
