"""Paths as CI services need them: from the top of the checkout, whatever the argument was."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reports.specimens import run

from logdoctor.reports.ci.checkout import Anchor, anchor
from logdoctor.run import Run


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("folder", "files", "path"),
    [
        ("runs/a", ("a/metrics.csv",), "runs/a/metrics.csv"),
        ("runs/a/train", ("a/train/x.csv", "a/y.csv"), "runs/a/train/x.csv"),
        (".", ("metrics.csv",), "metrics.csv"),
        ("deep/runs", ("metrics.csv", "sub/other.csv"), "deep/runs/metrics.csv"),
        ("../elsewhere/a", ("a/metrics.csv",), "a/metrics.csv"),
        ("/scratch/runs/a", ("a/metrics.csv",), "a/metrics.csv"),
    ],
)
def test_paths_are_relative_and_never_lead_upwards(folder: str, files: tuple[str, ...], path: str) -> None:
    assert anchor(run("a", folder, files=files)) == Anchor(path)


def test_an_absolute_argument_within_the_checkout(tmp_path: Path) -> None:
    assert anchor(run("a", str(tmp_path / "runs" / "a"))).path == "runs/a/metrics.csv"


@pytest.mark.parametrize("name", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_the_top_is_where_ci_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv(name, str(tmp_path))
    assert anchor(run("a", "runs/a")).path == "project/runs/a/metrics.csv"


@pytest.mark.parametrize(
    ("files", "path"),
    [
        (("a/events.out.tfevents.1", "a/hparams.yaml"), "a/events.out.tfevents.1"),
        (("a/events.out.tfevents.1", "a/train.log"), "a/train.log"),
        (("a/hparams.yaml",), "a/hparams.yaml"),
    ],
)
def test_a_log_with_lines_is_preferred_and_settings_are_no_log(files: tuple[str, ...], path: str) -> None:
    assert anchor(run("a", "a", files=files)).path == path


def test_a_run_made_by_hand_has_a_path_too() -> None:
    assert anchor(Run("a")).path == "."
