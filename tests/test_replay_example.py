"""The worked example of the README: captured, analyzed, replayed, and mended by the fix that the replay tested."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parent.parent / "examples" / "nan_loss"


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}
    line = [sys.executable, "-m", "logdoctor", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environment)


def worst(run: Path) -> dict[str, Any]:
    document = json.loads(command("analyze", run, "--output-format", "json").stdout)
    findings: list[dict[str, Any]] = document["runs"][0]["findings"]
    return findings[0]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "nan"
    # As on a machine that keeps a state every 32 steps within the budget: what a slow one keeps is another.
    kept = ("--every", "32", "--budget", "100")
    done = command("capture", "--run", folder, *kept, "--", "python", EXAMPLE / "train.py")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


@pytest.fixture(scope="module")
def replayed(run: Path) -> subprocess.CompletedProcess[str]:
    before = worst(run)
    assert before["severity"] == "error"
    assert not any(fix["tested"] for cause in before["causes"] for fix in cause["fixes"])
    return command("replay", run, "--recipe", EXAMPLE / "recipe.py", "--device", "cpu")


def test_the_replay_tells_the_cause_and_tests_the_fix(replayed: subprocess.CompletedProcess[str]) -> None:
    assert replayed.returncode == 0, replayed.stderr
    assert f"runs your code: {EXAMPLE / 'recipe.py'}" in replayed.stderr
    assert "the logged ones bit by bit" in replayed.stdout
    assert "the learning rate jumped, confidence high" in replayed.stdout
    (fix,) = (line for line in replayed.stdout.splitlines() if line.startswith("  fix "))
    assert "keep the learning rate at" in fix
    assert fix.endswith(" tested, begun 23 steps before")


def test_the_readme_shows_what_is_printed(replayed: subprocess.CompletedProcess[str]) -> None:
    readme = (EXAMPLE.parents[1] / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^\$ logdoctor replay runs/nan [^\n]*\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    lines = [line for line in shown.splitlines() if line.strip() not in ("", "...")]
    assert len(lines) > 15
    assert [line for line in lines if line not in replayed.stdout.splitlines()] == []


def test_analyze_shows_the_tested_fix(run: Path, replayed: subprocess.CompletedProcess[str]) -> None:
    assert replayed.returncode == 0
    finding = worst(run)
    cause = finding["causes"][0]
    assert (cause["id"], cause["strength"]) == ("learning-rate-jump", "likely")
    assert cause["fixes"][0]["tested"].startswith("replay: ")
    assert cause["fixes"][0]["tested"].endswith(", begun 23 steps before")
    assert "tested by replay" in command("analyze", run).stdout


def test_the_fix_mends_the_training(tmp_path: Path) -> None:
    done = command("capture", "--run", tmp_path, "--", "python", EXAMPLE / "train.py", "--no-restart")
    assert done.returncode == 0
    document = json.loads(command("analyze", tmp_path, "--output-format", "json").stdout)
    assert document["summary"]["errors"] == document["summary"]["warnings"] == 0
