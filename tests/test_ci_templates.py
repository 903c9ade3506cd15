"""The GitHub Action, the GitLab template and the pre-commit hooks, tried by running their steps."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_logs"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A checkout with logs, and a folder for temporary files in which logdoctor seems installed."""
    for name in ("repository", "temp/logdoctor/bin", "logdoctor-env/bin"):
        (tmp_path / name).mkdir(parents=True)
    for place in ("temp/logdoctor/bin", "logdoctor-env/bin"):
        launcher = tmp_path / place / "logdoctor"
        launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m logdoctor "$@"\n')
        launcher.chmod(0o755)
    for name in ("plateau", "divergence"):
        shutil.copytree(SAMPLES / name, tmp_path / "repository" / "runs" / name)
    shutil.copytree(SAMPLES / "sound", tmp_path / "repository" / "sound logs")
    return tmp_path


class Job:
    """A job of GitHub Actions that runs the bash steps of action.yml as the runner does."""

    def __init__(self, folder: Path, **given: str) -> None:
        self.folder = folder
        self.inputs = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
        self.inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        self.said = self.run("Check")
        outputs = (folder / "output").read_text().splitlines()
        self.outputs = dict(line.split("=", 1) for line in outputs)

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        (step,) = (one for one in ACTION["runs"]["steps"] if one["name"] == name)
        place = {"RUNNER_TEMP": "temp", "GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary"}
        environment = {
            "PATH": os.environ["PATH"],
            **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
            **{name: str(self.folder / file) for name, file in place.items()},
            **{name: self.filled(text) for name, text in step.get("env", {}).items()},
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder / "repository",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def filled(self, text: str) -> str:
        known = {f"inputs.{name}": value for name, value in self.inputs.items()}
        if hasattr(self, "outputs"):
            known |= {f"steps.check.outputs.{name}": value for name, value in self.outputs.items()}
        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: known[match[1]], text)

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text()


class TestAction:
    def test_failing_runs_fail_the_job_with_annotations_a_summary_and_reports(self, workplace: Path) -> None:
        job = Job(workplace, paths="runs")
        assert job.said.returncode == 0, job.said.stderr
        assert "::error" in job.said.stdout
        assert "divergence" in job.summary
        assert job.outputs["verdict"] == "failed"
        assert "</html>" in Path(job.outputs["report"]).read_text()
        assert json.loads(Path(job.outputs["sarif"]).read_text())["version"] == "2.1.0"
        assert job.run("Judge").returncode == 1

    def test_sound_runs_pass_below_a_folder_with_a_space(self, workplace: Path) -> None:
        job = Job(workplace, paths="sound logs\n", summary="false", annotations="false")
        assert (job.outputs["verdict"], job.run("Judge").returncode) == ("passed", 0), job.said.stderr
        assert not (workplace / "summary").exists()
        assert "::" not in job.said.stdout

    def test_an_empty_folder_is_never_green(self, workplace: Path) -> None:
        (workplace / "repository" / "empty").mkdir()
        job = Job(workplace, paths="empty")
        assert (job.outputs["verdict"], job.run("Judge").returncode) == ("inconclusive", 3)

    def test_an_unknown_option_does_not_finish(self, workplace: Path) -> None:
        job = Job(workplace, paths="runs", fail_on="sometimes")
        assert (job.outputs["verdict"], job.run("Judge").returncode) == ("unfinished", 2)

    def test_a_second_use_in_one_job_shows_nothing_of_the_first(self, workplace: Path) -> None:
        first = Job(workplace, paths="runs")
        second = Job(workplace, paths="runs", fail_on="sometimes", summary="false")
        assert first.outputs["report"] != second.outputs["report"]
        assert "No run was judged" in Path(second.outputs["report"]).read_text()
        assert second.summary.count("## logdoctor") == 1

    def test_a_path_is_never_a_command(self, workplace: Path) -> None:
        Job(workplace, paths="$(touch stolen)\n`touch stolen`\n; touch stolen")
        assert not list(workplace.rglob("stolen"))

    def test_inputs_reach_no_script_as_text(self) -> None:
        assert [step["name"] for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")] == []


def gitlab_job(**given: str) -> dict[str, Any]:
    """Return the job of the GitLab component with its inputs filled in."""
    head, body = (ROOT / "templates" / "logdoctor.yml").read_text().split("\n---\n")
    declared = yaml.safe_load(head)["spec"]["inputs"]
    inputs = {name: one["default"] for name, one in declared.items() if "default" in one} | given
    filled = re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda match: inputs[match[1]], body)
    job: dict[str, Any] = yaml.safe_load(filled)["logdoctor"]
    return job


def run_gitlab(job: Mapping[str, Any], folder: Path) -> int:
    script = "\n".join(line for line in job["script"] if "pip install" not in line)
    environment = {**os.environ, **job["variables"]}
    place = folder / "repository"
    (place / "logdoctor-env").symlink_to(folder / "logdoctor-env")
    return subprocess.run(
        ["sh", "-ec", script], cwd=place, env=environment, capture_output=True, check=False
    ).returncode


def test_gitlab_gets_its_reports_and_the_exit_code(workplace: Path) -> None:
    job = gitlab_job(paths="runs", package="logdoctor.whl")
    assert run_gitlab(job, workplace) == 1
    reports = job["artifacts"]["reports"]
    findings = json.loads((workplace / "repository" / reports["codequality"]).read_text())
    assert {"divergence"} <= {one["check_name"] for one in findings}
    assert ET.parse(workplace / "repository" / reports["junit"]).getroot().iter("testcase")


def test_hooks_name_commands_that_exist(workplace: Path) -> None:
    hooks = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    check = hooks["logdoctor-check"]
    committed = [path for path in sorted((workplace / "repository").rglob("*")) if re.search(check["files"], str(path))]
    assert committed
    command = [sys.executable, "-m", "logdoctor", *check["entry"].split()[1:], *map(str, committed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "error divergence" in done.stdout
    config = [sys.executable, "-m", "logdoctor", *hooks["logdoctor-config"]["entry"].split()[1:]]
    (workplace / "repository" / "logdoctor.toml").write_text('fail-onn = "error"\n')
    done = subprocess.run(config, cwd=workplace / "repository", capture_output=True, text=True, check=False)
    assert (done.returncode, "did you mean 'fail-on'" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_their_script(shell: str, workplace: Path) -> None:
    environment = {**os.environ, "_LOGDOCTOR_COMPLETE": f"{shell}_source"}
    program = workplace / "logdoctor-env" / "bin" / "logdoctor"
    done = subprocess.run([program], env=environment, capture_output=True, text=True, check=False)
    assert "_LOGDOCTOR_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("logdoctor ch", ["check"]),
        ("logdoctor check --fail", ["--fail-on"]),
        ("logdoctor check --fail-on w", ["warning"]),
        ("logdoctor check --ignore plateau,nan-l", ["plateau,nan-loss"]),
        ("logdoctor rule overf", ["overfitting"]),
        ("logdoctor analyze -o js", ["json=", "jsonl="]),
        ("logdoctor check ru", "files"),
        ("logdoctor check --config l", "files"),
    ],
)
def test_bash_completes_commands_options_and_paths(line: str, offered: list[str] | str, workplace: Path) -> None:
    """The completion that `eval "$(_LOGDOCTOR_COMPLETE=bash_source logdoctor)"` sets up, asked as bash asks it."""
    words = " ".join(map(shlex.quote, line.split()))
    script = f"""
    compopt() {{ echo files; }}  # works only while a completion runs
    PATH="$1:$PATH"; eval "$(_LOGDOCTOR_COMPLETE=bash_source logdoctor)"
    COMP_WORDS=({words}); COMP_CWORD={len(line.split()) - 1}
    _logdoctor_completion logdoctor; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-c", script, "bash", str(workplace / "logdoctor-env" / "bin")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == (["files"] if offered == "files" else offered)
