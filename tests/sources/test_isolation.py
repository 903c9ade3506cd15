"""One bad file, folder or name never affects another run: each is a notice or a line, never a hang or a traceback."""

from __future__ import annotations

import json
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.damaged.event_cases import STEPS, WHOLE, value_of

from logdoctor import analyze
from logdoctor.cli import main
from logdoctor.errors import NoRunError
from logdoctor.reading import Reading, look, read
from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE, DUPLICATE
from logdoctor.sources.discovery import discover as discovery
from logdoctor.sources.discovery import installed, walk
from logdoctor.sources.source import Head

NAME = "events.out.tfevents.1700000000.host"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one sound run."""
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / NAME).write_bytes(WHOLE)
    return tmp_path


def the_sound_run(reading: Reading) -> Run:
    """Return the run that is sound, after a look at all its points."""
    (run,) = (one for one in reading.runs if one.name == "good")
    (series,) = run.series
    assert series.steps.tolist() == list(range(STEPS))
    assert series.values.tolist() == [value_of(step) for step in range(STEPS)]
    assert {notice.kind for notice in run.notices} <= {DUPLICATE}
    return run


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(path.parent)  # the name of a socket is at most 107 bytes long
        try:
            one.bind(path.name)
        finally:
            os.chdir(here)


@pytest.mark.parametrize("name", [NAME, "log.csv", "run.wandb", "train.log", "metrics.jsonl"])
@pytest.mark.parametrize(
    ("make", "reason"), [(os.mkfifo, "a named pipe, not a file"), (make_socket, "a socket, not a file")]
)
def test_what_is_no_file_is_never_opened(folder: Path, make: Callable[[Path], None], reason: str, name: str) -> None:
    (folder / "odd").mkdir()
    make(folder / "odd" / name)
    reading = look([folder])
    the_sound_run(reading)
    assert reading.skipped.not_read == (f"odd/{name} ({reason})",)
    assert reading.skipped.in_doubt == ()


@pytest.mark.parametrize("target", ["..", ".", NAME, "/dev/zero", "nowhere", "../good", f"../good/{NAME}"])
def test_links_are_not_followed(folder: Path, target: str) -> None:
    (folder / "odd").mkdir()
    (folder / "odd" / NAME).symlink_to(target)
    reading = look([folder])
    the_sound_run(reading)
    assert len(reading.runs) == 1
    assert reading.skipped.left_alone == (f"odd/{NAME} (a symbolic link, which is not followed)",)


def test_a_link_to_a_folder_above_is_no_loop(folder: Path) -> None:
    (folder / "good" / "up").symlink_to("..")
    reading = look([folder])
    assert len(reading.runs) == 1
    the_sound_run(reading)


def test_a_folder_may_be_named_like_a_log(folder: Path) -> None:
    (folder / NAME).mkdir()
    (folder / NAME / NAME).write_bytes(WHOLE)
    reading = look([folder])
    the_sound_run(reading)
    assert [run.name for run in reading.runs] == [NAME, "good"]


def test_an_argument_that_is_no_file(folder: Path) -> None:
    os.mkfifo(folder / "pipe.tfevents")
    with pytest.raises(NoRunError, match="a named pipe, not a file"):
        read([folder / "pipe.tfevents"])
    with pytest.raises(NoRunError, match="no such file"):
        read([folder / "nothing"])
    (folder / "self").symlink_to("self")
    with pytest.raises(NoRunError, match="no such file"):
        read([folder / "self"])


def refuse(monkeypatch: pytest.MonkeyPatch, name: str, error: OSError) -> None:
    """Make every attempt to open or list a path of this name fail."""
    list_folder, open_file = os.scandir, os.open

    def scandir(path: Path) -> object:
        if Path(path).name == name:
            raise error
        return list_folder(path)

    def open_(path: str, flags: int, mode: int = 0o777) -> int:
        if Path(path).name == name:
            raise error
        return open_file(path, flags, mode)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "open", open_)


DENIED = PermissionError(13, "Permission denied")
STALE = OSError(116, "Stale file handle")
GONE = FileNotFoundError(2, "No such file or directory")


@pytest.mark.parametrize("error", [DENIED, STALE, GONE], ids=["denied", "stale", "gone"])
def test_a_folder_that_cannot_be_listed(folder: Path, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    (folder / "closed").mkdir()
    refuse(monkeypatch, "closed", error)
    reading = look([folder])
    the_sound_run(reading)
    assert reading.skipped.not_read == reading.skipped.in_doubt == (f"closed ({error.strerror})",)


@pytest.mark.parametrize("error", [DENIED, STALE, GONE], ids=["denied", "stale", "gone"])
def test_a_file_that_cannot_be_opened(folder: Path, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    (folder / "closed").mkdir()
    (folder / "closed" / "log.csv").write_text("step,loss\n1,2\n")
    refuse(monkeypatch, "log.csv", error)
    reading = look([folder])
    the_sound_run(reading)
    assert reading.skipped.not_read == reading.skipped.in_doubt == (f"closed/log.csv ({error.strerror})",)


def test_a_folder_that_was_named_and_holds_no_log(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert look([folder / "good", folder / "empty"]).skipped.in_doubt == (
        f"{folder / 'empty'} (holds no training log)",
    )
    assert look([folder / "good", folder / "good" / ".."]).skipped.in_doubt == ()  # it lies within the other


def test_what_a_shell_names_need_not_hold_a_log(folder: Path) -> None:
    (folder / "good" / "checkpoints").mkdir()
    assert look(sorted((folder / "good").iterdir())).skipped.in_doubt == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="the root user may read everything; the next test is for others")
def test_permissions_as_the_root_user_sets_them_for_others(folder: Path) -> None:
    """Another user looks at files of the root user."""
    _close(folder)
    for above in (folder, *folder.parents[:3]):
        above.chmod(0o755)
    os.seteuid(65534)
    try:
        reading = look([folder])
    finally:
        os.seteuid(0)
    _check_closed(reading)


@pytest.mark.skipif(os.geteuid() == 0, reason="the root user may read everything; the test before is for it")
def test_what_may_not_be_read_costs_itself_alone(folder: Path) -> None:
    _close(folder)
    try:
        _check_closed(look([folder]))
    finally:
        (folder / "closed").chmod(0o755)


def _close(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o000)
    (folder / "secret").mkdir()
    (folder / "secret" / NAME).write_bytes(WHOLE)
    (folder / "secret" / NAME).chmod(0o000)
    (folder / "secret" / "run.wandb").write_bytes(b":W&B")
    (folder / "secret" / "run.wandb").chmod(0o000)


def _check_closed(reading: Reading) -> None:
    the_sound_run(reading)
    assert reading.skipped.not_read == ("closed (Permission denied)", "secret/run.wandb (Permission denied)")
    (secret,) = (run for run in reading.runs if run.name == "secret")
    ((kind, message),) = ((notice.kind, notice.message) for notice in secret.notices)
    assert kind == DAMAGE
    assert "Permission denied" in message


def test_a_file_that_becomes_a_pipe_does_not_hang(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(folder / "log.csv")
    file = (folder / "good" / NAME).stat()
    monkeypatch.setattr(walk, "_regular", lambda status: file if stat.S_ISFIFO(status.st_mode) else status)
    reading = look([folder])
    the_sound_run(reading)
    assert reading.skipped.not_read == ("log.csv (not a file)",)


@pytest.mark.parametrize("change", [b"", WHOLE[:3000]], ids=["emptied", "shorter"])
def test_a_file_that_changes_between_looking_and_reading(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: bytes
) -> None:
    (folder / "live").mkdir()
    path = folder / "live" / NAME
    path.write_bytes(WHOLE)
    claimed = installed.source_of

    def claim_and_change(head: Head) -> object:
        found = claimed(head)
        path.write_bytes(change)
        return found

    monkeypatch.setattr(discovery, "source_of", claim_and_change)
    reading = look([folder])
    the_sound_run(reading)
    (live,) = (run for run in reading.runs if run.name == "live")
    steps = live.series[0].steps.tolist() if live.series else []
    assert steps == list(range(len(steps)))
    assert live.notices


def test_a_file_that_vanishes_before_it_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "live").mkdir()
    path = folder / "live" / NAME
    path.write_bytes(WHOLE)
    claimed = installed.source_of

    def claim_and_remove(head: Head) -> object:
        found = claimed(head)
        path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(discovery, "source_of", claim_and_remove)
    reading = look([folder / "live"])
    (live,) = reading.runs
    assert [notice.kind for notice in live.notices] == [DAMAGE]
    assert "No such file" in live.notices[0].message


@pytest.fixture
def deep(folder: Path) -> Iterator[Path]:
    """Return the folder with a tree of 1,500 folders in it, which most programs cannot even remove."""
    here, depth = Path.cwd(), 1_500
    os.chdir(folder)
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path(NAME).write_bytes(WHOLE)
    os.chdir(here)
    yield folder
    os.chdir(folder)
    for _ in range(depth):
        os.chdir("d")
    Path(NAME).unlink()
    for _ in range(depth):
        os.chdir("..")
        Path("d").rmdir()
    os.chdir(here)


def test_a_tree_that_is_deeper_than_python_recurses(deep: Path) -> None:
    reading = look([deep])
    the_sound_run(reading)
    assert len(reading.runs) == 2


NAMES = [os.fsdecode(b"run-\xff\xfe"), "run\n::error::x", "\x1b[2J", "-rf", "x" * 255, "\u202egnp", "##[error]"]


@pytest.mark.parametrize("output", ["full", "json", "concise", "github", "markdown", "junit", "sarif", "gitlab"])
def test_names_of_every_kind(folder: Path, output: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    for name in NAMES:
        (folder / name).mkdir()
        (folder / name / NAME).write_bytes(WHOLE)
        os.mkfifo(folder / name / "log.csv")
    assert main(["analyze", str(folder), "--output-format", output]) == 0
    said = capsysbinary.readouterr().out
    said.decode()  # what is no UTF-8 is written as an escape
    assert b"\x1b[2J" not in said
    assert len(analyze(folder).runs) == len(NAMES) + 1
    if output == "json":
        assert len(json.loads(said)["not_read"]) == len(NAMES)


def test_what_is_not_read_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(folder / "log.csv")
    assert main(["analyze", str(folder)]) == 0
    assert "not read: log.csv (a named pipe, not a file)" in capsys.readouterr().out
    assert main(["inspect", str(folder)]) == 0
    assert "log.csv (a named pipe, not a file)" in capsys.readouterr().out


def test_thousands_of_runs_take_the_time_of_each(tmp_path: Path) -> None:
    """Their folders were once compared with each other: three thousand took half a minute."""
    rows = "step,loss\n" + "".join(f"{step},{2.5 - step / 64}\n" for step in range(12))
    for i in range(2000):
        (tmp_path / f"run-{i}").mkdir()
        (tmp_path / f"run-{i}" / "log.csv").write_text(rows)
    begun = time.process_time()
    assert len(look([tmp_path]).runs) == 2000
    assert time.process_time() - begun < 10
