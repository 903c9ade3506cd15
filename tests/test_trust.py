"""What SECURITY.md promises, seen from outside: no network, no program, no code from a log, nothing written unasked.

The commands run in a process of their own with an audit hook over every log of the project and a folder made by an
enemy; what they asked of the machine is judged here. SQLite opens files without telling Python, so that the folders are
compared before and after as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SAMPLES = TESTS.parent / "sample_logs"
FIXTURES = TESTS / "sources" / "fixtures"

BAIT = "enemy_code_ran"
"""Stands in everything that the enemy would have run, and is the name of the file that would tell of it."""

NEVER = (
    "socket.", "http.", "urllib.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "webbrowser.", "subprocess.", "pty.",
    "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "pickle.", "shutil.", "tempfile.",
    "sqlite3.enable_load_extension", "sqlite3.load_extension", "os.kill", "os.chmod", "os.chown", "os.link",
    "os.symlink", "mmap.",
)  # fmt: skip

CHANGES = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate", "os.utime", "os.setxattr")

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

CODE = frozenset(
    {".py", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".zip", ".egg"}
)


@dataclass(frozen=True)
class Event:
    """Something that the command asked of the machine."""

    name: str
    arguments: Sequence[str]

    @property
    def writes(self) -> bool:
        """Whether a file was opened to be written."""
        return self.name == "open" and self.arguments[2].isdecimal() and bool(int(self.arguments[2]) & WRITING)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every log of the project, databases made of their dumps, and a run in an enemy's folder."""
    folder = tmp_path_factory.mktemp("logs")
    shutil.copytree(SAMPLES, folder / "samples")
    shutil.copytree(FIXTURES, folder / "fixtures")
    for name, mode in (("mlflow", "DELETE"), ("trackio", "WAL")):
        with closing(sqlite3.connect(folder / f"{name}.db")) as database:
            database.execute(f"PRAGMA journal_mode = {mode}")
            database.executescript(f"PRAGMA foreign_keys = OFF; {(FIXTURES / name / f'{name}.sql').read_text()}")
    plant(folder / "enemy")
    return folder


def plant(folder: Path) -> None:
    """Lay traps around a run: modules, pickles, tags, shells, a database that tries to load."""
    folder.mkdir()
    code = f"open({BAIT!r}, 'w')\nimport socket; socket.socket()\n"
    for name in ("sitecustomize", "usercustomize", "numpy", "yaml", "logdoctor_rules", "conftest", "setup", "train"):
        (folder / f"{name}.py").write_text(code)
    for name in ("checkpoint.pt", "history.pkl", "metrics.json.pickle"):
        (folder / name).write_bytes(f"cos\nsystem\n(S'touch {BAIT}'\ntR.".encode())
    tag = f"!!python/object/apply:os.system ['touch {BAIT}']"
    (folder / "hparams.yaml").write_text(
        f"lr: 0.1\na: {tag}\nb: !!python/name:os.system\nc: !!python/module:antigravity\n"
    )
    rows = [f"{step},{2.0 / step},__import__('os').system('touch {BAIT}')" for step in range(1, 9)]
    (folder / "metrics.csv").write_text("step,loss,note\n" + "\n".join(rows) + "\n")
    records = [{"step": i, "loss": 1 / i, "__reduce__": f"os.system('touch {BAIT}')"} for i in range(1, 9)]
    (folder / "log.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    lines = [
        f"step {i}: loss {1 / i:.4f} $(touch {BAIT}) `touch {BAIT}` {{{{ 7*7 }}}} {{% import os %}}"
        for i in range(1, 9)
    ]
    (folder / "train.log").write_text("\n".join(lines) + "\n")


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


FORMATS = ("json", "html", "jsonl", "sarif", "junit", "github", "gitlab", "markdown")


@pytest.fixture(scope="module", params=["analyze", "check", "inspect"])
def asked(request: pytest.FixtureRequest, logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Run one command over all logs in one process, from within the enemy's folder."""
    return audit(request.param, 1, logs, tmp_path_factory)


def audit(command: str, jobs: int, logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    out, home = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("home")
    outputs = [f"-o{name}={out / name}" for name in FORMATS] if command != "inspect" else []
    before = digests(logs)
    record = tmp_path_factory.mktemp("record") / "events.json"
    done = subprocess.run(
        [sys.executable, "-B", TESTS / "audited.py", record, command, logs, f"--jobs={jobs}", *outputs],
        cwd=logs / "enemy",
        env={**os.environ, "HOME": str(home), "TMPDIR": str(home), "XDG_CACHE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(record.read_text())
    assert told["code"] in (0, None, 1, 3), done.stderr
    events = tuple(Event(name, arguments) for name, *arguments in told["events"])
    return Asked(events, logs, out, unchanged=digests(logs) == before and not digests(home), reports=len(outputs))


@dataclass(frozen=True)
class Asked:
    """What one command asked of the machine."""

    events: tuple[Event, ...]
    logs: Path
    out: Path
    unchanged: bool
    reports: int

    def of(self, *names: str) -> Iterator[Event]:
        return (event for event in self.events if event.name.startswith(names))

    def in_logs(self, text: str) -> bool:
        return text.startswith(str(self.logs))


def test_the_audit_hook_hears_files_imports_and_code(asked: Asked) -> None:
    opened = {event.arguments[0] for event in asked.of("open")}
    assert str(asked.logs / "enemy" / "metrics.csv") in opened
    assert str(asked.logs / "enemy" / "hparams.yaml") in opened
    assert {event.name for event in asked.events} >= {"open", "import", "exec", "compile", "sqlite3.connect"}


def test_no_connection_no_process_no_pickle_no_mapped_file(asked: Asked) -> None:
    assert list(asked.of(*NEVER)) == []


def test_no_code_comes_from_the_logs(asked: Asked) -> None:
    assert [event for event in asked.of("exec") if asked.in_logs(event.arguments[0])] == []
    assert [
        event for event in asked.of("import", "ctypes.dlopen") if any(map(asked.in_logs, event.arguments[:2]))
    ] == []
    assert [event for event in asked.of("compile") if any(BAIT in argument for argument in event.arguments)] == []
    opened = {event.arguments[0] for event in asked.of("open") if asked.in_logs(event.arguments[0])}
    assert {path for path in opened if Path(path).suffix in CODE} == set()
    assert not (asked.logs / "enemy" / BAIT).exists()


def test_nothing_is_written_but_the_reports(asked: Asked) -> None:
    written = [event.arguments[0] for event in asked.events if event.writes]
    written += [path for event in asked.of(*CHANGES) for path in event.arguments[:2] if path.startswith(os.sep)]
    assert [path for path in written if not path.startswith(str(asked.out))] == []
    assert asked.unchanged
    reports = [path for path in asked.out.iterdir() if path.is_file()]  # of many runs, HTML has a folder of pages
    assert len(reports) == asked.reports


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a copy is begun in other ways")
def test_several_processes_are_copies_of_it_that_hand_back_nothing_but_what_they_read(
    logs: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    several = audit("analyze", 2, logs, tmp_path_factory)
    assert {event.name for event in several.of(*NEVER)} == {"os.fork", "pickle.find_class"}
    homes = {event.arguments[0].partition(".")[0] for event in several.of("pickle.find_class")}
    assert homes <= {"logdoctor", "numpy", "pathlib", "collections", "concurrent", "builtins"}
    assert several.unchanged


TRAPS: dict[str, tuple[str, Callable[[Event], bool]]] = {
    "a socket": ("import socket; socket.socket()", lambda event: event.name.startswith(NEVER)),
    "a process": ("import subprocess; subprocess.run(['true'])", lambda event: event.name.startswith(NEVER)),
    "a pickle": ("import pickle; pickle.loads(b'cbuiltins\\nlen\\n.')", lambda event: event.name.startswith(NEVER)),
    "a mapped file": ("import mmap; mmap.mmap(-1, 10)", lambda event: event.name.startswith(NEVER)),
    "a file": ("open('written', 'w')", lambda event: event.writes),
    "an evaluation": (f"eval({BAIT!r} and '1')", lambda event: event.name == "compile"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_each_of_these_would_be_seen(tmp_path: Path, trap: str) -> None:
    """The tests above are worth something only if a command that did these things would fail them."""
    code, sees = TRAPS[trap]
    package = tmp_path / "logdoctor"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "cli.py").write_text(f"def main():\n    {code}\n")
    subprocess.run(
        [sys.executable, "-B", TESTS / "audited.py", tmp_path / "events.json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=True,
    )
    events = [
        Event(name, arguments) for name, *arguments in json.loads((tmp_path / "events.json").read_text())["events"]
    ]
    assert any(map(sees, events))
