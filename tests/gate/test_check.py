"""`logdoctor check` as CI runs it: the real command in a process of its own, one test for each way it can end."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest

from logdoctor.cli import main
from logdoctor.cli.check import EXIT_CODES, command
from logdoctor.config import Config, FailOn, Preset
from logdoctor.diagnosis import analyze
from logdoctor.gate.judge import judge
from logdoctor.gated import Outcome, Verdict
from logdoctor.reports.formats import FORMATS
from logdoctor.sources.discovery.discover import Skipped

NAN = float("nan")


def falling(points: int = 200, seed: int = 0, start: float = 2.0, end: float = 0.4) -> list[float]:
    """A sound loss with batch noise."""
    noise = random.Random(seed)
    return [end + (start - end) * math.exp(-4 * i / points) + noise.gauss(0, 0.01) for i in range(points)]


def write_csv(folder: Path, **columns: Sequence[float]) -> Path:
    """Write one run: a column a series, a row a step."""
    folder.mkdir(parents=True, exist_ok=True)
    values = (",".join(f"{one:.6g}" for one in row) for row in zip(*columns.values(), strict=True))
    rows = [f"{step},{row}" for step, row in enumerate(values)]
    (folder / "metrics.csv").write_text("\n".join(["step," + ",".join(columns), *rows]) + "\n", encoding="utf-8")
    return folder


def check(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as CI does; an error of ours must never look like an answer."""
    line = [sys.executable, "-m", "logdoctor", "check", *map(str, arguments)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=cwd, env=environment)
    assert "Traceback" not in done.stderr
    return done


def here(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run any command in this process, which is faster; what it says comes back on one line."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(one) for one in arguments])
    return subprocess.CompletedProcess([], code, " ".join(out.getvalue().split()), " ".join(err.getvalue().split()))


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "runs" / "sound", train_loss=falling(), val_loss=falling(seed=1, end=0.45)).parent


@pytest.fixture
def bad(sound: Path) -> Path:
    losses = falling()
    write_csv(sound / "bad", train_loss=losses[:120] + [NAN] * 80, val_loss=losses)
    return sound


def punch(file: Path, share: float = 0.5, size: int = 300) -> None:
    """Overwrite a stretch of a file with NUL bytes, as a network file system does after power is lost."""
    content = bytearray(file.read_bytes())
    at = int(share * len(content))
    content[at : at + size] = bytes(size)
    file.write_bytes(content)


class TestExitCodes:
    def test_0_nothing_fails(self, sound: Path) -> None:
        done = check(sound, cwd=sound.parent)
        assert (done.returncode, done.stderr) == (0, "")

    def test_1_a_finding_at_the_level_that_fails(self, bad: Path) -> None:
        done = check(bad, cwd=bad.parent)
        assert (done.returncode, done.stderr) == (1, "")
        assert "nan-loss" in done.stdout

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ([], "PATH"),
            (["runs", "--fail-on", "always"], "--fail-on"),
            (["runs", "--select", "nan-los"], "did you mean 'nan-loss'?"),
            (["runs", "--config", "absent.toml"], "absent.toml: no such file"),
            (["runs", "-o", "json=absent/report.json"], "is not a folder"),
        ],
    )
    def test_2_it_could_not_finish(self, arguments: list[str], said: str, bad: Path) -> None:
        done = check(*arguments, cwd=bad.parent)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr

    def test_3_an_empty_folder_is_never_green(self, tmp_path: Path) -> None:
        done = check(".", cwd=tmp_path)
        assert done.returncode == 3
        assert "no training log found" in done.stderr
        assert check(".", "--fail-on", "never", cwd=tmp_path).returncode == 3

    def test_3_a_path_that_is_not_there(self, sound: Path) -> None:
        done = check("runs", "absent", cwd=sound.parent)
        assert done.returncode == 3
        assert "absent: no such file or folder" in done.stderr

    def test_3_a_folder_without_a_run_beside_others(self, sound: Path) -> None:
        (sound.parent / "empty").mkdir()
        done = check("runs", "empty", cwd=sound.parent)
        assert done.returncode == 3
        assert "empty: all runs read: holds no training log" in " ".join(done.stdout.split())
        assert check("runs", "runs/.", cwd=sound.parent).returncode == 0  # the same folder again

    def test_3_what_may_not_be_looked_at(self, sound: Path) -> None:
        found = analyze(sound.parent / "runs", now=2e9)
        skipped = Skipped(in_doubt=("b (Permission denied)",))
        closed = judge(replace(found, skipped=skipped), Config(), [], date(2026, 1, 1))
        assert closed.verdict is Verdict.INCONCLUSIVE
        assert [(one.run, one.message) for one in closed.checks if one.outcome is Outcome.INCONCLUSIVE] == [
            ("b", "Permission denied: whether a run there is sound cannot be told")
        ]

    def test_3_fewer_runs_than_required(self, sound: Path) -> None:
        assert check("runs", "--require-runs", "1", cwd=sound.parent).returncode == 0
        done = check("runs", "--require-runs", "2", cwd=sound.parent)
        assert done.returncode == 3
        assert "1 of 2 required runs found" in done.stdout

    def test_3_no_loss_in_any_run(self, tmp_path: Path) -> None:
        write_csv(tmp_path / "runs" / "a", frobnication=falling(), lr=[0.1] * 200)
        done = check("runs", cwd=tmp_path)
        assert done.returncode == 3
        assert "not answered  a: a training loss: none of two values or more was recognised" in done.stdout

    def test_3_one_value_of_a_loss_is_nothing_to_judge(self, tmp_path: Path) -> None:
        write_csv(tmp_path / "runs" / "a", train_loss=[2.3])
        done = check("runs", cwd=tmp_path)
        assert done.returncode == 3
        assert "not answered  a: a training loss: none of two values or more was recognised" in done.stdout

    @pytest.mark.parametrize("name", ["val_loss", "accuracy", "frobnication"])
    def test_3_a_run_without_a_training_loss_beside_sound_ones(self, name: str, sound: Path) -> None:
        values = [1 - loss / 3 for loss in falling()] if name == "accuracy" else falling()
        write_csv(sound / "other", **{name: values})
        done = here("check", "runs", cwd=sound.parent)
        assert done.returncode == 3
        assert "not answered other: a training loss: none of two values or more was recognised" in done.stdout
        assert "check not answered, 1 check passed" in done.stdout

    def test_an_assertion_answers_for_a_run_without_a_training_loss(self, sound: Path) -> None:
        write_csv(sound / "other", val_loss=falling())
        asserts = '[[assert]]\nrun = "other"\nrole = "validation-loss"\nstatistic = "end"\nmax = 0.6\n'
        (sound.parent / "logdoctor.toml").write_text(asserts, encoding="utf-8")
        assert here("check", "runs", cwd=sound.parent).returncode == 0

    def test_a_run_that_is_left_out_is_said(self, sound: Path) -> None:
        write_csv(sound / "other", frobnication=falling())
        done = here("check", "runs", "--exclude", "oth*", cwd=sound.parent)
        assert done.returncode == 0
        assert "1 run left out by `exclude`: other" in done.stdout
        (sound.parent / "logdoctor.toml").write_text('exclude = "*"\n', encoding="utf-8")
        done = here("check", "runs", cwd=sound.parent)
        assert (done.returncode, done.stdout) == (3, "")
        assert "`exclude` leaves out all 2 runs" in done.stderr

    def test_logs_are_taken_for_finished_however_new(self, tmp_path: Path) -> None:
        """Every file of a CI job has just been written, also the logs of a training that was killed yesterday."""
        run = write_csv(tmp_path / "runs" / "killed", train_loss=falling(40))
        (run / "hparams.yaml").write_text("max_steps: 1000\n", encoding="utf-8")
        states = {}
        for name in ("analyze", "check"):
            done = here(name, "runs", "--output-format", "json", cwd=tmp_path)
            (found,) = json.loads(done.stdout)["runs"]
            states[name] = found["state"], "interrupted-run" in {one["rule"] for one in found["findings"]}
        assert states == {"analyze": ("still being written", False), "check": ("unknown", True)}

    def test_3_a_loss_in_a_damaged_file(self, sound: Path) -> None:
        punch(sound / "sound" / "metrics.csv")
        done = check("runs", cwd=sound.parent)
        assert done.returncode == 3
        assert "metrics.csv" in done.stdout
        assert "cannot be judged" in done.stdout

    def test_3_a_file_that_cannot_be_read_at_all(self, sound: Path) -> None:
        (sound / "other").mkdir()
        (sound / "other" / "events.out.tfevents.1.host").write_bytes(b"<html>login</html>" * 10)
        (sound / "other" / "trainer_state.json").write_text('{"log_history": [{"loss": 1.0, "step": 1}, {"lo', "utf-8")
        done = check("runs", cwd=sound.parent)
        assert done.returncode == 3, done.stdout

    def test_1_goes_before_3(self, bad: Path) -> None:
        punch(bad / "sound" / "metrics.csv")
        done = check("runs", cwd=bad.parent)
        assert done.returncode == 1
        assert "cannot be judged" in done.stdout

    def test_2_goes_before_1(self, bad: Path) -> None:
        (bad.parent / "logdoctor.toml").write_text("[roles]\nloss = 'x'\n", encoding="utf-8")
        assert check("runs", cwd=bad.parent).returncode == 2

    def test_a_rule_that_fails_leaves_it_unfinished(self, bad: Path) -> None:
        code = (
            "import functools, sys\n"
            "from logdoctor_rules.numerics.nan_loss import NanLoss\n"
            "def broken(*_, **__): raise RuntimeError('boom')\n"
            "NanLoss.check = functools.wraps(NanLoss.check)(broken)\n"
            "from logdoctor.cli import main; sys.exit(main(['check', 'runs']))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=bad.parent)
        assert done.returncode == 2
        assert "rule nan-loss failed" in done.stdout


class TestReportsOfNoAnalysis:
    """A report of an earlier analysis must not lie where one of this is looked for."""

    @pytest.mark.parametrize("form", [form for form in FORMATS if form not in ("full", "concise")])
    @pytest.mark.parametrize("command", ["check", "analyze"])
    def test_no_run_found(self, command: str, form: str, sound: Path) -> None:
        assert here(command, "runs", "-o", f"{form}=report", cwd=sound.parent).returncode == 0
        before = (sound.parent / "report").read_text("utf-8")
        shutil.rmtree(sound / "sound")
        done = here(command, "runs", "-o", f"{form}=report", cwd=sound.parent)
        assert (done.returncode, done.stdout) == (3, "")
        after = (sound.parent / "report").read_text("utf-8")
        assert "no training log found" not in before
        assert "no training log found" in after

    def test_settings_that_cannot_be_followed(self, sound: Path) -> None:
        assert here("check", "runs", "-o", "junit=report.xml", cwd=sound.parent).returncode == 0
        assert here("check", "runs", "--ignore", "plato", "-o", "junit=report.xml", cwd=sound.parent).returncode == 2
        report = ElementTree.parse(sound.parent / "report.xml").getroot()
        assert (report.get("tests"), report.get("errors")) == ("1", "1")
        assert "no rule is called" in report.findall(".//error")[0].attrib["message"]

    @pytest.mark.parametrize("wrong", [["--fail-on", "always"], ["--fail-onn", "error"], ["-o", "xml=a"], ["--config"]])
    def test_a_line_that_cannot_be_read(self, wrong: list[str], sound: Path) -> None:
        outputs = ["-o", "json=a.json", "--output=html=b.html"]
        assert here("check", "runs", *outputs, cwd=sound.parent).returncode == 0
        done = here("check", "runs", *outputs, *wrong, cwd=sound.parent)
        assert (done.returncode, done.stdout) == (2, "")
        assert json.loads((sound.parent / "a.json").read_text("utf-8"))["runs"] == []
        assert "No run was judged" in (sound.parent / "b.html").read_text("utf-8")

    def test_a_bug(self, sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert here("check", "runs", "-o", "junit=report.xml", cwd=sound.parent).returncode == 0
        monkeypatch.setattr("logdoctor.diagnosis.diagnose", lambda *_: 1 / 0)
        assert here("check", "runs", "-o", "junit=report.xml", cwd=sound.parent).returncode == 2
        assert "ZeroDivisionError" in (sound.parent / "report.xml").read_text("utf-8")

    def test_a_pipe_or_a_folder_is_left_alone(self, sound: Path) -> None:
        done = here("check", "absent", "-o", "json=runs", cwd=sound.parent)
        assert done.returncode == 2
        assert list(sound.iterdir()) == [sound / "sound"]


class TestFailOn:
    @pytest.mark.parametrize(("level", "code"), [("error", 1), ("warning", 1), ("note", 1), ("never", 0)])
    def test_an_error(self, level: str, code: int, bad: Path) -> None:
        assert here("check", "runs", "--fail-on", level, cwd=bad.parent).returncode == code

    def test_what_is_left_out_does_not_fail(self, bad: Path) -> None:
        everything = json.loads(here("check", "runs", "--output-format", "json", cwd=bad.parent).stdout)
        rules = {one["rule"] for run in everything["runs"] for one in run["findings"] if one["severity"] == "error"}
        assert rules
        assert here("check", "runs", "--ignore", ",".join(rules), cwd=bad.parent).returncode == 0

    @pytest.mark.parametrize(
        ("options", "settings"),
        [
            (["--min-severity", "error", "--fail-on", "warning"], ""),
            (["--min-severity", "error", "--preset", "strict"], ""),
            (["--fail-on", "note"], 'min-severity = "warning"\n'),
        ],
    )
    def test_what_is_left_out_cannot_be_what_fails(self, options: list[str], settings: str, bad: Path) -> None:
        (bad.parent / "logdoctor.toml").write_text(settings, encoding="utf-8")
        done = here("check", "runs", *options, cwd=bad.parent)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("logdoctor: min-severity ")
        assert done.stderr.endswith("is to fail on: lower the one or raise the other")

    def test_the_configuration_says_it(self, bad: Path) -> None:
        (bad.parent / "logdoctor.toml").write_text('fail-on = "never"\n', encoding="utf-8")
        assert here("check", "runs", cwd=bad.parent).returncode == 0
        assert here("check", "runs", "--fail-on", "error", cwd=bad.parent).returncode == 1

    @pytest.mark.parametrize("form", ["full", "concise", "json"])
    def test_a_format_changes_no_exit_code(self, form: str, bad: Path) -> None:
        assert here("check", "runs", "--output-format", form, "-o", f"{form}=out", cwd=bad.parent).returncode == 1
        assert here("check", "runs/sound", "--output-format", form, cwd=bad.parent).returncode == 0


class TestAssertions:
    def write(self, folder: Path, text: str) -> None:
        (folder / "logdoctor.toml").write_text(text, encoding="utf-8")

    def test_pass_fail_and_no_answer(self, sound: Path) -> None:
        self.write(sound.parent, '[[assert]]\nrole = "validation-loss"\nstatistic = "end"\nmax = 0.6\n')
        assert here("check", "runs", cwd=sound.parent).returncode == 0
        self.write(sound.parent, '[[assert]]\nrole = "validation-loss"\nstatistic = "end"\nmax = 0.4\n')
        done = here("check", "runs", cwd=sound.parent)
        assert done.returncode == 1
        assert "failed sound, val_loss: end validation-loss <= 0.4: 0.4" in done.stdout
        self.write(sound.parent, '[[assert]]\nseries = "val_los"\nstatistic = "end"\nmax = 0.6\n')
        done = here("check", "runs", cwd=sound.parent)
        assert done.returncode == 3
        assert "did you mean 'val_loss'?" in done.stdout

    @pytest.mark.parametrize("form", ["full", "concise", "github", "gitlab", "junit", "markdown"])
    def test_the_argument_itself_goes_by_its_folder_in_every_report(self, form: str, sound: Path) -> None:
        self.write(sound.parent, '[[assert]]\nseries = "val_loss"\nstatistic = "best"\nmax = 0.01\n')
        here("check", "runs/sound", "--select", "nan-loss", "-o", f"{form}=report", cwd=sound.parent)
        words = re.split(r"[\s,<>`|\":]+", (sound.parent / "report").read_text("utf-8"))
        assert "sound" in words
        assert "." not in words

    def test_a_level_below_the_one_that_fails_is_advice(self, sound: Path) -> None:
        self.write(sound.parent, '[[assert]]\nseries = "val_loss"\nstatistic = "end"\nmax = 0.4\nlevel = "warning"\n')
        done = here("check", "runs", cwd=sound.parent)
        assert done.returncode == 0
        assert "advice sound: end val_loss <= 0.4" in done.stdout
        assert here("check", "runs", "--fail-on", "warning", cwd=sound.parent).returncode == 1

    def test_damage_leaves_it_open(self, sound: Path) -> None:
        self.write(sound.parent, '[[assert]]\nseries = "val_loss"\nstatistic = "best"\nmax = 9\n')
        punch(sound / "sound" / "metrics.csv")
        assert here("check", "runs", cwd=sound.parent).returncode == 3

    def test_a_run_that_no_assertion_names_must_be_whole_too(self, sound: Path) -> None:
        write_csv(sound / "other", train_loss=falling(seed=5))
        self.write(sound.parent, '[[assert]]\nrun = "other"\nseries = "train_loss"\nstatistic = "best"\nmax = 9\n')
        assert here("check", "runs", cwd=sound.parent).returncode == 0
        punch(sound / "sound" / "metrics.csv")
        assert here("check", "runs", cwd=sound.parent).returncode == 3

    @pytest.mark.parametrize(
        ("table", "said"),
        [
            ('statistic = "bset"\nseries = "a"\nmin = 0', "expected one of best, end"),
            ('statistic = "best"\nseries = "a"', "neither min nor max is given"),
            ('statistic = "best"\nmin = 0', "exactly one of series and role must be given"),
            ('statistic = "best"\nrole = "val-loss"\nmin = 0', "unknown role 'val-loss'"),
            ('statistic = "steps-to"\nseries = "a"\nmax = 1', "target goes with the statistic steps-to"),
            ('statistic = "best"\nseries = "a"\nmin = nan', "expected a number, not nan"),
            ('statistic = "best"\nseries = "a"\nminimum = 1', "did you mean 'min'?"),
            ('series = "a"\nmin = 1', "the key 'statistic' is missing"),
        ],
    )
    def test_what_cannot_be_asked_is_told_with_the_file(self, table: str, said: str, sound: Path) -> None:
        self.write(sound.parent, f"[[assert]]\n{table}\n")
        done = here("check", "runs", cwd=sound.parent)
        assert done.returncode == 2
        assert "logdoctor.toml: assert: entry 1: " in done.stderr
        assert said in done.stderr


class TestSuppressions:
    def test_known_expired_and_unused(self, bad: Path) -> None:
        rules = {
            one["rule"]
            for run in json.loads(here("check", "runs", "--output-format", "json", cwd=bad.parent).stdout)["runs"]
            for one in run["findings"]
            if one["severity"] == "error"
        }
        text = "".join(
            f'[[suppress]]\nrule = "{rule}"\nrun = "bad"\nreason = "known"\nexpires = EXPIRES\n' for rule in rules
        )
        known = bad.parent / "known.toml"
        known.write_text(text.replace("EXPIRES", "9999-01-01"), encoding="utf-8")
        done = here("check", "runs", "--suppressions", "known.toml", cwd=bad.parent)
        assert done.returncode == 0
        assert "suppressed bad: nan-loss: known, until 9999-01-01" in done.stdout
        known.write_text(text.replace("EXPIRES", "2001-01-01"), encoding="utf-8")
        done = here("check", "runs", "--suppressions", "known.toml", cwd=bad.parent)
        assert done.returncode == 1
        assert "expired on 2001-01-01: 1 finding counts again" in done.stdout
        (bad.parent / "logdoctor.toml").write_text('suppress-files = ["known.toml"]', encoding="utf-8")
        known.write_text('[[suppress]]\nrule = "plateau"\n', encoding="utf-8")
        done = here("check", "runs/sound", cwd=bad.parent)
        assert done.returncode == 0
        assert "the suppression of plateau suppresses nothing" in done.stdout

    @pytest.mark.parametrize(
        "arguments",
        [["runs"], ["runs/bad"], ["runs/bad", "runs/sound"], ["runs/bad/metrics.csv"], ["."], ["HERE/runs"]],
    )
    def test_a_path_names_a_run_however_it_is_given(self, arguments: list[str], bad: Path) -> None:
        known = '[[suppress]]\nrule = "*"\nrun = "runs/b*"\nreason = "known"\n'
        (bad.parent / "logdoctor.toml").write_text(known, encoding="utf-8")
        given = [one.replace("HERE", str(bad.parent)) for one in arguments]
        assert here("check", *given, cwd=bad.parent).returncode == 0

    def test_the_preset_strict_asks_for_reasons(self, bad: Path) -> None:
        (bad.parent / "logdoctor.toml").write_text('[[suppress]]\nrule = "nan-loss"\n', encoding="utf-8")
        done = here("check", "runs", "--preset", "strict", cwd=bad.parent)
        assert done.returncode == 2
        assert "gives no reason" in done.stderr


class TestReferences:
    """`reference save`, `show` and `update`, and `check --reference` with what they made."""

    @pytest.fixture
    def seeds(self, tmp_path: Path) -> Path:
        for seed in range(3):
            write_csv(
                tmp_path / "golden" / f"seed{seed}", train_loss=falling(seed=seed), val_loss=falling(seed=seed + 9)
            )
        write_csv(tmp_path / "runs" / "new", train_loss=falling(seed=40), val_loss=falling(seed=41))
        return tmp_path

    def test_save_check_update(self, seeds: Path) -> None:
        saved = here("reference", "save", "golden", "-o", "main.json", "--reason", "release 1", cwd=seeds)
        assert (saved.returncode, saved.stderr) == (0, "")
        assert here("check", "runs", "--reference", "main.json", cwd=seeds).returncode == 0
        again = here("reference", "save", "golden", "-o", "main.json", cwd=seeds)
        assert again.returncode == 2
        assert "reference update" in again.stderr

        write_csv(seeds / "runs" / "new", train_loss=falling(seed=40), val_loss=falling(seed=41, end=0.8))
        done = here("check", "runs", "--reference", "main.json", cwd=seeds)
        assert done.returncode == 1
        assert "failed new: val_loss like reference main: leaves the band at step" in done.stdout
        (seeds / "logdoctor.toml").write_text('[reference]\nfiles = ["main.json"]\natol = 1.0\n', encoding="utf-8")
        assert here("check", "runs", cwd=seeds).returncode == 0
        (seeds / "logdoctor.toml").unlink()

        before = (seeds / "main.json").read_text(encoding="utf-8")
        done = here("reference", "update", "main.json", "runs", "--only-failing", "--reason", "new data", cwd=seeds)
        assert done.returncode == 0
        assert done.stdout.startswith("val_loss: end 0.4")
        assert done.stdout.endswith("1 curve kept")
        after = (seeds / "main.json").read_text(encoding="utf-8")
        assert after != before
        assert json.loads(after)["history"] == ["release 1", "new data"]
        assert json.loads(after)["series"]["train_loss"] == json.loads(before)["series"]["train_loss"]
        assert here("check", "runs", "--reference", "main.json", cwd=seeds).returncode == 0
        shown = here("reference", "show", "main.json", cwd=seeds)
        assert shown.returncode == 0
        assert "reason: new data" in shown.stdout

    def test_3_what_is_missing_or_damaged(self, seeds: Path) -> None:
        assert here("reference", "save", "golden", "-o", "main.json", cwd=seeds).returncode == 0
        assert here("reference", "save", "golden", "-o", "other.json", "--run", "old*", cwd=seeds).returncode == 0
        assert here("check", "runs", "--reference", "other.json", cwd=seeds).returncode == 3
        write_csv(seeds / "runs" / "new", train_loss=falling(seed=40))
        assert here("check", "runs", "--reference", "main.json", cwd=seeds).returncode == 3
        write_csv(seeds / "runs" / "new", train_loss=falling(seed=40), val_loss=falling(seed=41))
        punch(seeds / "runs" / "new" / "metrics.csv")
        assert here("check", "runs", "--reference", "main.json", cwd=seeds).returncode == 3

    @pytest.mark.parametrize(
        ("options", "level", "code"),
        [
            ([], "error", 3),
            (["--preset", "strict"], "error", 3),
            ([], "warning", 0),
            (["--fail-on", "warning"], "warning", 3),
            (["--fail-on", "never"], "error", 0),
        ],
    )
    def test_3_a_regression_from_a_reference_made_elsewhere(
        self, options: list[str], level: str, code: int, seeds: Path
    ) -> None:
        for run in sorted(seeds.glob("golden/*")):
            (run / "hparams.yaml").write_text("torch_version: 2.5.0\n", encoding="utf-8")
        assert here("reference", "save", "golden", "-o", "main.json", cwd=seeds).returncode == 0
        (seeds / "logdoctor.toml").write_text(f'[reference]\nfiles = ["main.json"]\nlevel = "{level}"\n', "utf-8")
        write_csv(seeds / "runs" / "new", train_loss=falling(seed=40), val_loss=falling(seed=41, end=0.8))
        worse = ["check", "runs", "--select", "nan-loss", *options]
        done = here(*worse, cwd=seeds)
        assert done.returncode == (0 if options == ["--fail-on", "never"] or (level, options) == ("warning", []) else 1)
        (seeds / "runs" / "new" / "hparams.yaml").write_text("torch_version: 2.6.0\n", encoding="utf-8")
        done = here(*worse, "-o", "junit=junit.xml", cwd=seeds)
        assert done.returncode == code
        assert "stale reference: leaves the band" in done.stdout
        assert "made elsewhere (torch 2.6.0 for 2.5.0)" in done.stdout
        assert ("<error " in (seeds / "junit.xml").read_text("utf-8")) is (code == 3)

    def test_exact_values(self, seeds: Path) -> None:
        assert here("reference", "save", "golden/seed0", "-o", "smoke.json", "--exact", "20", cwd=seeds).returncode == 0
        assert "all values equal" in here("reference", "show", "smoke.json", cwd=seeds).stdout
        assert here("check", "golden/seed0", "--reference", "smoke.json", cwd=seeds).returncode == 0
        done = here("check", "golden/seed1", "--reference", "smoke.json", cwd=seeds)
        assert done.returncode == 1
        assert "train_loss like reference smoke: differs in 20 of 20 values, first at step 0: " in done.stdout
        done = here("reference", "update", "smoke.json", "golden/seed1", "--reason", "new seed", cwd=seeds)
        assert (done.returncode, "train_loss: 20 values replaced" in done.stdout) == (0, True)
        assert here("check", "golden/seed1", "--reference", "smoke.json", cwd=seeds).returncode == 0

    def test_2_no_reference(self, seeds: Path) -> None:
        done = here("check", "runs", "--reference", "absent.json", cwd=seeds)
        assert done.returncode == 2
        assert "absent.json" in done.stderr

    def test_a_reference_beside_the_logs_is_no_run(self, seeds: Path) -> None:
        assert here("reference", "save", "golden", "-o", "runs/new/main.json", cwd=seeds).returncode == 0
        done = here("check", "runs", "--reference", "runs/new/main.json", cwd=seeds)
        assert done.returncode == 0
        assert "1 run, 2 series" in done.stdout


def test_the_options_offer_what_the_settings_take() -> None:
    """They are written out in the command so that `--help` imports nothing heavy."""
    offered = {one.name: one.type.choices for one in command.params if isinstance(one.type, click.Choice)}
    assert list(offered["fail_on"]) == list(FailOn)
    assert list(offered["preset"]) == list(Preset)
    assert set(EXIT_CODES) == set(Verdict)
