"""Where reports go: whole or not at all, and one clear line where they cannot be written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from logdoctor.cli import main
from logdoctor.cli.output import write_file
from logdoctor.errors import OutputError
from logdoctor.reports.formats import FORMATS

KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from logdoctor.cli.output import write_file

report = Path(sys.argv[1])
wholes = {letter: letter * 400_000 + "end" for letter in "ab"}
write_file(report, [wholes["a"]])
chance = random.Random(7)
seen, left_over, unfinished, signalled = set(), 0, 0, 0
writes = os.pipe()
for _ in range(200):
    child = os.fork()
    if not child:
        os.write(writes[1], b"!")  # it runs
        while True:
            for text in wholes.values():
                write_file(report, (text[at : at + 10_000] for at in range(0, len(text), 10_000)))
    os.read(writes[0], 1)
    time.sleep(chance.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    signalled += os.waitpid(child, 0)[1] == signal.SIGKILL
    text = report.read_text()
    assert text in wholes.values(), f"half a report: {len(text)} characters"
    seen.add(text[0])
    for left in report.parent.glob(".report.json.*.tmp"):
        left_over += 1
        unfinished += left.read_text() not in wholes.values()
        left.unlink()
print(signalled, "".join(sorted(seen)), left_over, unfinished)
"""
"""Kill a process that writes a report over and over, at random moments; prints what shows that it was a real test."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked and killed as POSIX does it")
def test_a_killed_process_never_leaves_half_a_report(tmp_path: Path) -> None:
    line = [sys.executable, "-c", KILLED, str(tmp_path / "report.json")]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    signalled, seen, left_over, unfinished = done.stdout.split()
    assert int(signalled) == 200
    assert seen == "ab", "both reports were found"
    assert int(left_over) > 20, "many were killed before the report had its name"
    assert int(unfinished) > 0, "and some in the middle of its text"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{step},{2.3 * 0.95**step + 0.2 if step < 60 else float('nan')}\n" for step in range(100))
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "metrics.csv").write_text(f"step,train_loss\n{rows}", encoding="utf-8")
    return tmp_path / "run"


class TestWhatCannotBeWritten:
    """Exit code 2, one line that names the file and the reason, and the old report as it was."""

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device is Linux's")
    @pytest.mark.parametrize(
        "arguments", [["-o", "json=/dev/full"], ["--output-format", "json", "-o", "sarif=/dev/full"]]
    )
    def test_a_full_device(self, arguments: list[str], run: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["analyze", str(run), *arguments]) == 2
        assert capsys.readouterr().err == "logdoctor: /dev/full cannot be written: No space left on device\n"

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device is Linux's")
    @pytest.mark.parametrize("command", [["analyze"], ["export"], ["inspect"]])
    def test_standard_output_is_full(self, command: list[str], run: Path) -> None:
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            line = [sys.executable, "-m", "logdoctor", *command, str(run)]
            done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr == "logdoctor: standard output cannot be written: No space left on device\n"

    def test_a_disk_that_fills_up(self, run: Path, tmp_path: Path) -> None:
        resource = pytest.importorskip("resource")
        (tmp_path / "r.json").write_text("old", encoding="utf-8")

        def small_files() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

        line = [sys.executable, "-B", "-m", "logdoctor", "analyze", str(run), "-o", "json=r.json"]
        done = subprocess.run(line, capture_output=True, text=True, check=False, preexec_fn=small_files)
        assert (done.returncode, done.stderr) == (2, "logdoctor: r.json cannot be written: File too large\n")
        assert (tmp_path / "r.json").read_text(encoding="utf-8") == "old"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json", "run"]

    def test_a_folder_that_vanished(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match=r"r\.json cannot be written: No such file or directory"):
            write_file(tmp_path / "gone" / "deeper" / "r.json", ["text"])

    def test_nothing_is_replaced_by_what_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "r.json").write_text("old", encoding="utf-8")

        def pieces() -> Iterator[str]:
            yield "new"
            raise ValueError

        with pytest.raises(ValueError, match=r"^$"):
            write_file(tmp_path / "r.json", pieces())
        assert (tmp_path / "r.json").read_text(encoding="utf-8") == "old"
        assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "{run}", "-o", "{log}"],
        ["export", "{log}", "-o", "{log}"],
        ["analyze", "{run}", "-o", "json={log}"],
        ["check", "{run}/..", "-o", "html={log}", "--fail-on", "never"],
        ["analyze", "{run}", "--bogus", "-o", "json={log}"],
        ["reference", "save", "{run}", "--force", "-o", "{log}"],
    ],
    ids=" ".join,
)
def test_no_log_is_written_over(arguments: list[str], run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (log,) = run.iterdir()
    content = log.read_bytes()
    assert main([one.format(run=run, log=log) for one in arguments]) == 2
    assert log.read_bytes() == content
    assert "is one of the logs and would be overwritten" in capsys.readouterr().err or "--bogus" in arguments


def test_a_report_among_the_logs_is_replaced(run: Path) -> None:
    outputs = [f"-o{form}={run}/report.{form}" for form in FORMATS]
    outputs += [f"-ofull={run}/report.txt", f"-oconcise={run}/report.log", f"-omarkdown={run}/report.md"]
    for _ in range(2):
        assert main(["analyze", str(run), *outputs]) == 0


def test_a_long_name_has_a_temporary_name_too(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 125 + ".json")
    write_file(path, ["text"])
    assert path.read_text(encoding="utf-8") == "text"


class TestStepSummary:
    """GitHub collects what all commands of a step write: it is appended to, and only it."""

    def test_it_is_appended_to(self, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        summary = tmp_path / "summary.md"
        summary.write_text("# Earlier", encoding="utf-8")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
        for _ in range(2):
            assert main(["analyze", str(run), "-o", f"markdown={summary}", "-o", "markdown=other.md"]) == 0
        text = summary.read_text(encoding="utf-8")
        assert text.startswith("# Earlier\n## logdoctor: 1 error in 1 run\n")
        assert text.count("\n## logdoctor: ") == 2
        assert Path("other.md").read_text(encoding="utf-8").count("## logdoctor: ") == 1

    def test_nothing_is_written_unasked(self, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
        assert main(["analyze", str(run), "--output-format", "github"]) == 0
        assert not (tmp_path / "summary.md").exists()


class TestFormatOfTheEnvironment:
    """LOGDOCTOR_OUTPUT_FORMAT is the default of --output-format."""

    @pytest.mark.parametrize(
        ("environment", "options", "start"),
        [
            ("json", [], '{\n "schema"'),
            ("json", ["--output-format", "jsonl"], '{"kind"'),
            ("", [], "error  nan-loss"),
        ],
    )
    def test_the_option_counts_more(
        self,
        environment: str,
        options: list[str],
        start: str,
        run: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("LOGDOCTOR_OUTPUT_FORMAT", environment)
        assert main(["analyze", str(run), *options]) == 0
        assert capsys.readouterr().out.startswith(start)

    def test_an_unknown_one_is_named(
        self, run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LOGDOCTOR_OUTPUT_FORMAT", "xml")
        assert main(["analyze", str(run)]) == 2
        assert "LOGDOCTOR_OUTPUT_FORMAT" in capsys.readouterr().err

    def test_it_changes_only_what_has_such_formats(
        self, run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LOGDOCTOR_OUTPUT_FORMAT", "sarif")
        assert main(["export", str(run)]) == 0
        assert json.loads(capsys.readouterr().out.splitlines()[0])["series"] == "train_loss"
