"""The command line: exit codes, what goes where, and how fast help comes."""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import logdoctor
import logdoctor.diagnosis
from logdoctor.cli import COMMANDS, main
from logdoctor.diagnosis import Diagnosis

NAN = float("nan")


def write_run(folder: Path, losses: list[float]) -> Path:
    folder.mkdir(parents=True)
    with (folder / "metrics.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["step", "train_loss", "frobnication"])
        rows.writerows((step, loss, step * 1.5) for step, loss in enumerate(losses))
    return folder


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in a folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder with a sound run and one that turns NaN."""
    falling = [2.3 * 0.95**step + 0.2 for step in range(100)]
    write_run(tmp_path / "runs" / "sound", falling)
    write_run(tmp_path / "runs" / "bad", falling[:60] + [NAN] * 40)
    return tmp_path / "runs"


def command(*arguments: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    environment = {**os.environ, "PYTHONUTF8": "1", **(env or {})}
    line = [sys.executable, "-m", "logdoctor", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environment)


class TestStart:
    """Help comes at once: neither numpy nor anything else heavy is imported for it."""

    @pytest.mark.parametrize(
        "arguments", [["--help"], ["--version"], ["analyze", "--help"], ["check", "-h"], ["reference", "save", "-h"]]
    )
    def test_help_imports_nothing_heavy(self, arguments: list[str]) -> None:
        code = (
            "import sys; from logdoctor.cli import main\n"
            f"assert main({arguments!r}) == 0\n"
            "heavy = {'numpy', 'rich', 'pandas', 'matplotlib', 'jinja2', 'logdoctor_rules'}\n"
            "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()"
        )
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)

    def test_help_of_all_commands_imports_none(self) -> None:
        code = (
            "import sys; from logdoctor.cli import main; main(['--help'])\n"
            "assert [name for name in sys.modules if name.startswith('logdoctor.cli.')] == []"
        )
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_is_listed_and_there(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--help"]) == 0
        assert f"  {name} " in capsys.readouterr().out
        assert main([name, "--help"]) == 0
        assert f"logdoctor {name}" in capsys.readouterr().out

    def test_version(self) -> None:
        done = command("--version")
        assert (done.returncode, done.stdout) == (0, f"logdoctor {logdoctor.__version__}\n")


def test_what_is_damaged_is_said_with_the_finding_and_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.1.host").write_bytes(random.Random(0).randbytes(1700))
    done = command("analyze", tmp_path)
    assert done.stdout.count("Nothing in these 1,700 bytes is a record of an event file.") == 2


class TestExitCodes:
    """0 finished, 2 not finished, 3 no run found, 130 interrupted."""

    def test_finished_also_with_errors_found(self, runs: Path) -> None:
        done = command("analyze", runs)
        assert done.returncode == 0
        assert "1 error," in done.stdout
        assert done.stderr == ""

    @pytest.mark.parametrize("form", ["full", "concise", "json"])
    def test_the_format_does_not_change_it(self, form: str, runs: Path) -> None:
        assert main(["analyze", str(runs), "--output-format", form]) == 0

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ([], "Usage:"),
            (["analyse"], "analyse"),
            (["analyze"], "PATH"),
            (["analyze", ""], "a path is empty"),
            (["analyze", ".", "--frobnicate"], "--frobnicate"),
            (["analyze", ".", "-o", "xml=x"], "is not FORMAT=PATH with one of the formats full, concise, json"),
            (["analyze", ".", "-o", "json=no/such/folder/x.json"], "no/such/folder is not a folder"),
            (["analyze", ".", "-o", "json=."], ". is a folder"),
            (["analyze", ".", "-o", "json=a", "-o", "html=./a"], "a is named for two reports"),
            (["analyze", ".", "--select", "nan-los"], "no rule is called 'nan-los'"),
            (["analyze", ".", "--config", "none.toml"], "none.toml: no such file"),
            (["analyze", ".", "--config", "."], ".: is a folder; name its file"),
            (["analyze", ".", "--jobs", "0"], "0 is not in the range x>=1"),
            (["export", ".", "-o", "points.xlsx"], "no format goes by the extension .xlsx"),
            (["rule", "nan-los"], "did you mean 'nan-loss'?"),
            (["rule", "nan"], "did you mean 'masked-nan' or 'nan-loss'?"),
            (["rule", ""], "`logdoctor rule` lists all"),
        ],
    )
    def test_usage_and_configuration(self, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(arguments) == 2
        assert said in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["analyze", "inspect"])
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            pytest.param(b"", "the file is empty", id="empty"),
            pytest.param(
                b'Traceback (most recent call last):\n  File "train.py", line 3, in <module>\nNameError: no Adam\n',
                "it ends with a failure: NameError: no Adam",
                id="crash",
            ),
            pytest.param(bytes(range(256)) * 8, "the file is binary", id="binary"),
            pytest.param(b"hello world\nno log\n", "recognised as a loss or metric", id="text"),
            pytest.param("hello world\nno log\n".encode("utf-16"), "recognised as a loss or metric", id="utf-16"),
            pytest.param(gzip.compress(b"hello world\nno log\n"), "what the file packs was not recognised", id="gzip"),
        ],
    )
    def test_a_file_that_is_no_log_is_told_why(
        self, name: str, content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "notes.log").write_bytes(content)
        assert main([name, str(tmp_path / "notes.log")]) == 3
        assert said in capsys.readouterr().err

    def test_inspect_points_to_no_inspect(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "notes.log").write_text("hello\n")
        assert main(["inspect", str(tmp_path)]) == 3
        assert "no training log found; no file was recognised as one" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["analyze", "inspect", "export"])
    def test_no_run_found(self, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "empty").mkdir()
        assert main([name, str(tmp_path / "empty")]) == 3
        assert "no training log found" in capsys.readouterr().err
        assert main([name, str(tmp_path / "absent")]) == 3
        assert "no such file or folder" in capsys.readouterr().err
        assert main([name, "s3://bucket/runs"]) == 3
        assert "s3://bucket/runs: an address, and logdoctor opens no connection" in capsys.readouterr().err

    def test_our_bug_is_one_line(
        self, runs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise ValueError("first\nsecond \x1b[31m")

        monkeypatch.setattr(logdoctor.diagnosis, "analyze", fail)
        assert main(["analyze", str(runs)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(r"logdoctor failed: ValueError: first\x0asecond \x1b[31m; please report it")
        monkeypatch.setenv("LOGDOCTOR_TRACEBACK", "1")
        assert main(["analyze", str(runs)]) == 2
        assert "Traceback" in capsys.readouterr().err

    def test_interrupted(self, runs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(logdoctor.diagnosis, "analyze", interrupt)
        assert main(["analyze", str(runs)]) == 130
        assert capsys.readouterr().out == ""

    @pytest.mark.skipif(os.name == "nt", reason="signals differ")
    @pytest.mark.parametrize("command", ["analyze", "check"])
    def test_interrupted_process_shows_no_traceback(self, command: str) -> None:
        code = (
            "import sys, time, logdoctor.diagnosis\n"
            "logdoctor.diagnosis.analyze = lambda *_, **__: (print('ready', flush=True), time.sleep(60))\n"
            f"from logdoctor.cli import main; sys.exit(main([{command!r}, '.']))"
        )
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors.strip()) == (130, b"")

    @pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
    @pytest.mark.parametrize(
        ("shell", "said"),
        [
            ("{line} check runs >&-; echo $?", "1\n"),
            ("{line} analyze runs 2>&- >/dev/null; echo $?", "0\n"),
            (
                "runs=$PWD/runs; mkdir gone; cd gone; rmdir ../gone; {line} analyze $runs 2>&1; echo $?",
                "Error: the current folder no longer exists; change to one that does\n2\n",
            ),
        ],
        ids=["no standard output", "no standard error", "no current folder"],
    )
    def test_odd_places(self, shell: str, said: str, runs: Path) -> None:
        line = f"{sys.executable} -m logdoctor"
        done = subprocess.run(["bash", "-c", shell.format(line=line)], capture_output=True, text=True, check=False)
        assert done.stdout.endswith(said)

    @pytest.mark.parametrize("arguments", [["export", "runs"], ["analyze", "runs"]])
    def test_a_reader_that_goes_away_changes_nothing(self, arguments: list[str], runs: Path) -> None:
        line = f"{sys.executable} -m logdoctor {' '.join(arguments)}; echo code $? >&2"
        done = subprocess.run(["bash", "-c", f"({line}) | true"], capture_output=True, text=True, check=False)
        assert done.stderr == "code 0\n"


class TestAnalyze:
    """What is read, what is asked, and where the answer goes."""

    def test_several_outputs_of_one_reading(
        self, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        readings = []
        real = logdoctor.diagnosis.analyze

        def analyze(*paths: Any, **settings: Any) -> Diagnosis:
            readings.append(paths)
            return real(*paths, **settings)

        monkeypatch.setattr(logdoctor.diagnosis, "analyze", analyze)
        assert main(["analyze", str(runs), "-o", "json=r.json", "-o", "full=r.txt", "--output-format", "concise"]) == 0
        assert capsys.readouterr().out.startswith("bad: error nan-loss: ")
        assert json.loads(Path("r.json").read_text(encoding="utf-8"))["schema"] == "logdoctor/1"
        assert Path("r.txt").read_text(encoding="utf-8").startswith("error  nan-loss  bad ")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json", "r.txt", "runs"]
        assert len(readings) == 1

    def test_a_report_that_fails_leaves_the_old_file_and_nothing_else(
        self, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from logdoctor.reports import json_v1

        Path("r.json").write_text("old", encoding="utf-8")
        monkeypatch.setattr(json_v1, "render", lambda _: 1 / 0)
        assert main(["analyze", str(runs), "-o", "json=r.json"]) == 2
        assert Path("r.json").read_text(encoding="utf-8") == "old"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json", "runs"]

    @pytest.mark.skipif(os.name == "nt", reason="there are no named pipes in folders")
    def test_a_pipe_is_written_to_and_not_replaced(self, runs: Path, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        assert main(["analyze", str(runs), "-o", "json=pipe"]) == 0
        assert json.loads(os.read(reader, 1 << 20))["schema"] == "logdoctor/1"
        os.close(reader)
        assert (tmp_path / "pipe").is_fifo()

    def test_a_link_stays_a_link(self, runs: Path, tmp_path: Path) -> None:
        (tmp_path / "link.json").symlink_to(tmp_path / "target.json")
        assert main(["analyze", str(runs), "-o", "json=link.json"]) == 0
        assert (tmp_path / "link.json").is_symlink()
        assert json.loads((tmp_path / "target.json").read_text(encoding="utf-8"))

    @pytest.mark.parametrize(
        ("options", "left_out"),
        [
            ([], ""),
            (["--select", "nan-loss"], ""),
            (["--select", "overfitting"], "only overfitting was asked"),
            (["--select", "plateau,overfitting"], "only 2 rules were asked"),
            (["--ignore", "plateau", "--ignore", "nan-loss,divergence"], "3 rules were not asked"),
            (
                ["--min-severity", "error", "--min-confidence", "high", "--ignore", "nan-loss,divergence"],
                "2 rules were not asked; notes and warnings are left out; "
                "findings of low and medium confidence are left out",
            ),
            (["--min-severity", "error", "--min-confidence", "high"], ""),
        ],
    )
    def test_what_is_asked(
        self, options: list[str], left_out: str, runs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["analyze", str(runs), *options]) == 0
        out = capsys.readouterr().out
        assert ("nan-loss" in out) is not bool(left_out)
        assert not left_out or " ".join(out.split()).startswith(f"No errors or warnings in 2 runs; {left_out}. ")

    def test_configuration_of_the_current_folder_and_of_a_file(
        self, runs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("logdoctor.toml").write_text('ignore = ["nan-loss"]', encoding="utf-8")
        Path("other.toml").write_text("", encoding="utf-8")
        assert main(["analyze", str(runs), "--output-format", "concise"]) == 0
        assert "nan-loss" not in capsys.readouterr().out
        assert main(["analyze", str(runs), "--output-format", "concise", "--config", "other.toml"]) == 0
        assert "nan-loss" in capsys.readouterr().out

    def test_a_misspelled_key_is_named(self, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Path("logdoctor.toml").write_text('ignores = ["nan-loss"]', encoding="utf-8")
        assert main(["analyze", str(runs)]) == 2
        assert "did you mean 'ignore'?" in capsys.readouterr().err

    @pytest.mark.parametrize("path", ["runs/*", "runs/*/", "ru*s/**/*.csv", "runs"])
    def test_patterns_that_the_shell_left_alone(
        self, path: str, runs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["analyze", path]) == 0
        assert "2 runs," in capsys.readouterr().out

    @pytest.mark.parametrize("name", ["run[1]", "-dash", "*"])
    def test_a_path_with_odd_characters_is_itself(
        self, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_run(tmp_path / name, [1.0, 2.0, 3.0])
        assert main(["analyze", "--", name]) == 0
        assert "1 run," in capsys.readouterr().out

    def test_the_same_path_twice_counts_once(self, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["analyze", str(runs), str(runs)]) == 0
        assert "2 runs," in capsys.readouterr().out


class TestTerminal:
    """Colour, width and characters follow the terminal, unless told otherwise."""

    @pytest.mark.parametrize(
        ("option", "environment", "coloured"),
        [
            ("auto", {}, False),
            ("always", {}, True),
            ("always", {"NO_COLOR": "1"}, True),
            ("never", {"FORCE_COLOR": "1"}, False),
            ("auto", {"FORCE_COLOR": "1"}, True),
            ("auto", {"CLICOLOR_FORCE": "1"}, True),
            ("auto", {"FORCE_COLOR": "0"}, False),
            ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
            ("auto", {"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
        ],
    )
    def test_colour(
        self,
        option: str,
        environment: dict[str, str],
        coloured: bool,
        runs: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert main(["analyze", str(runs), "--color", option]) == 0
        assert ("\x1b[" in capsys.readouterr().out) is coloured

    @pytest.mark.parametrize(("columns", "widest"), [("200", 100), ("80", 80), ("40", 40), ("20", 40)])
    def test_width(
        self, columns: str, widest: int, runs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", columns)
        assert main(["analyze", str(runs)]) == 0
        width = max(map(len, capsys.readouterr().out.splitlines()))
        assert widest - 10 <= width <= widest

    def test_without_unicode(self, tmp_path: Path, runs: Path) -> None:
        write_run(tmp_path / "runs" / "été", [2.0, 1.0, NAN, NAN])
        done = command("analyze", "runs", env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.isascii()
        assert "xxxx" in done.stdout

    def test_json_is_utf8_whatever_the_terminal_is(self, tmp_path: Path, runs: Path) -> None:
        write_run(tmp_path / "runs" / "été", [2.0, 1.0, NAN, NAN])
        line = [sys.executable, "-m", "logdoctor", "analyze", "runs", "--output-format", "json"]
        environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
        done = subprocess.run(line, capture_output=True, check=True, env=environment)
        assert "été" in [run["name"] for run in json.loads(done.stdout.decode("utf-8"))["runs"]]


class TestRule:
    """One rule explained, or all listed."""

    def test_text(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rule"]) == 0
        assert "nan-loss" in capsys.readouterr().out
        assert main(["rule", "nan-loss"]) == 0
        assert "[tool.logdoctor.rules.nan-loss]" in capsys.readouterr().out

    def test_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rule", "--output-format", "json"]) == 0
        names = [rule["id"] for rule in json.loads(capsys.readouterr().out)]
        assert main(["rule", names[0], "--output-format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["id"] == names[0]


class TestInspect:
    """What was read, also where that is nothing."""

    def test_text_and_json(self, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["inspect", str(runs)]) == 0
        text = capsys.readouterr().out
        assert "40 not finite" in text
        assert "train-loss = [" not in text  # every run has a loss: there is nothing to mend
        assert main(["inspect", str(runs), "--output-format", "json"]) == 0
        assert [run["name"] for run in json.loads(capsys.readouterr().out)["runs"]] == ["bad", "sound"]

    def test_it_tells_how_to_name_a_loss_where_none_was_recognised(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "log.csv").write_text("step,frobnication,lr\n0,1.0,0.1\n1,0.5,0.1\n", encoding="utf-8")
        assert main(["inspect", str(tmp_path)]) == 0
        assert 'train-loss = ["frobnication"]' in capsys.readouterr().out
        assert main(["analyze", str(tmp_path)]) == 0
        assert "1 run not judged, for no training loss of two values or more was recognised" in capsys.readouterr().out

    def test_a_run_whose_other_curves_show_a_fault_is_not_called_unjudged(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = [f"{step},{'nan' if step > 20 else 1 / step}" for step in range(1, 60)]
        (tmp_path / "log.csv").write_text("\n".join(["step,val_loss", *rows, ""]), encoding="utf-8")
        assert main(["analyze", str(tmp_path)]) == 0
        said = capsys.readouterr().out
        assert "nan-loss" in said
        assert "1 run judged by other curves alone, for no training loss" in said

    def test_it_lists_what_was_left_alone_even_when_there_is_no_run(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "people.csv").write_text("name,city\nAda,London\n", encoding="utf-8")
        assert main(["inspect", str(tmp_path)]) == 3
        assert "1 file looked at and left alone:\n  people.csv\n" in capsys.readouterr().out

    def test_roles_of_the_configuration_count(self, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Path("logdoctor.toml").write_text('[roles]\nlearning-rate = ["frob*"]', encoding="utf-8")
        assert main(["inspect", str(runs)]) == 0
        assert "frobnication  learning-rate" in capsys.readouterr().out


class TestExport:
    """Every point, to standard output or a file."""

    def test_jsonl(self, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["export", str(runs)]) == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert len(lines) == 2 * 2 * 100
        assert sum("nonfinite" in line for line in lines) == 40

    def test_the_end_of_a_name_tells_the_format(self, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["export", str(runs), "-o", "points.csv"]) == 0
        assert Path("points.csv").read_text().startswith("run,series,step,value,wall_time\n")
        assert main(["export", str(runs), "--output-format", "parquet"]) == 2
        assert "name a file with -o FILE" in capsys.readouterr().err
        pytest.importorskip("pyarrow")
        assert main(["export", str(runs), "-o", "points.parquet"]) == 0
        assert Path("points.parquet").read_bytes().startswith(b"PAR1")

    def test_csv_to_a_file(self, runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["export", str(runs / "bad"), "--output-format", "csv", "-o", "points.csv"]) == 0
        assert capsys.readouterr().out == ""
        with Path("points.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["series"] == "train_loss"]
        assert [row["value"] for row in rows[58:62]] == [rows[58]["value"], rows[59]["value"], "nan", "nan"]
