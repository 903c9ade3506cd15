"""A disk that fails: the n-th time that it is asked for anything raises, for every n, once or from then on.

What comes out is whole or has a notice, and the run beside it is untouched.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.damaged.chunks import SWANLAB_HEADER, framed, history, swanlab_scalar
from tests.damaged.event_cases import WHOLE, flip
from tests.damaged.reports import VISUALDL_META, visualdl_scalar
from tests.sources.test_samples import samples_of, sources

from logdoctor.reading import Reading, look
from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE

MOST_REQUESTS = 400
"""No small file takes as many."""

FIXTURES = Path(__file__).parent / "fixtures"

SOUND = "step,loss\n" + "".join(f"{step},{9 - step / 7}\n" for step in range(50))

EVENTS = "events.out.tfevents.1700000000.host"
SWANLAB = framed((swanlab_scalar("train/loss", step, step + 0.5) for step in range(40)), SWANLAB_HEADER)[0]
VISUALDL = VISUALDL_META + b"".join(visualdl_scalar("train/loss", step, step + 0.5) for step in range(40))
WANDB = framed(history({"_step": step, "train/loss": step + 0.5}) for step in range(40))[0]


def sqlite(script: Path) -> bytes:
    """Return a database that a script makes."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(f"PRAGMA foreign_keys = OFF; {script.read_text()}")
        return database.serialize()


FAILURES = {
    "EIO once": (errno.EIO, False),
    "EIO for ever": (errno.EIO, True),
    "ENOENT once": (errno.ENOENT, False),
    "EACCES for ever": (errno.EACCES, True),
}

FILES: dict[str, tuple[str, bytes]] = {
    "event file": (EVENTS, WHOLE),
    "event file of two blocks": (EVENTS, WHOLE * 600),
    "damaged event file": (EVENTS, flip(flip(WHOLE, 3000), 5002)),
    "W&B's file": ("run.wandb", WANDB),
    "damaged file of W&B": ("run.wandb", flip(WANDB, 900)),
    "SwanLab's file": ("run-1.swanlab", SWANLAB),
    "VisualDL's file": ("vdlrecords.1.log", VISUALDL),
    "MLflow's database": ("mlflow.db", sqlite(FIXTURES / "mlflow" / "mlflow.sql")),
    "Trackio's database": ("project.db", sqlite(FIXTURES / "trackio" / "trackio.sql")),
    "Trackio's export": ("metrics.parquet", (FIXTURES / "trackio" / "parquet" / "metrics.parquet").read_bytes()),
    "settings": ("hparams.yaml", b"lr: 0.1\nname: red owl\n"),
    **{
        f"{source.name}, {sample.title}": (
            sample.file_name,
            sample.content if isinstance(sample.content, bytes) else sample.content.encode(),
        )
        for source in sources()
        for sample in samples_of(source)
        if sample.expected is not None
    },
}


class Disk:
    """Fails opening, reading or seeking in files below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = 0
        self.fails_at = 0
        self.code, self.for_ever = errno.EIO, False

    def ask(self) -> None:
        """Count a request, which may fail."""
        self.asked += 1
        if self.fails_at and (self.asked == self.fails_at or (self.for_ever and self.asked > self.fails_at)):
            raise OSError(self.code, os.strerror(self.code))


class FailingFile(io.FileIO):
    """A file on a failing disk."""

    disk: Disk

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        self.disk.ask()
        return super().readinto(buffer) or 0

    def readall(self) -> bytes:
        """Read to the end."""
        self.disk.ask()
        return super().readall()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        self.disk.ask()
        return super().seek(offset, whence)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Put everything that opens files below `bad` on a failing disk."""
    disk = Disk(tmp_path / "bad")
    real: Any = io.open

    def open_(file: Any, mode: str = "r", buffering: int = -1, *args: Any, opener: Any = None, **how: Any) -> Any:
        if isinstance(file, int) or disk.folder not in Path(file).parents or set(mode) & set("wax+"):
            return real(file, mode, buffering, *args, opener=opener, **how)
        disk.ask()
        raw = FailingFile(file, "r", opener=opener)
        raw.disk = disk
        if buffering == 0:
            return raw
        buffered = io.BufferedReader(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, *args, **how)

    monkeypatch.setattr(io, "open", open_)
    monkeypatch.setattr(builtins, "open", open_)
    return disk


def points(run: Run) -> list[object]:
    """Return all that a run says, by its bytes."""
    series = [(one.name, one.axis, one.steps.tobytes(), one.values.tobytes()) for one in run.series]
    return [sorted(series), dict(run.hyperparameters), [notice.message for notice in run.notices]]


def parts(reading: Reading) -> tuple[list[object], list[Run]]:
    """Divide a reading into what the sound run says, and the runs of the failing file."""
    (sound,) = (run for run in reading.runs if run.name == "good")
    return points(sound), [run for run in reading.runs if run.name != "good"]


def failures(disk: Disk, folder: Path, code: int, *, for_ever: bool) -> Iterator[Reading]:
    """Yield what is read when the first request fails, the second, and so on until there are no more."""
    disk.code, disk.for_ever = code, for_ever
    for number in range(1, MOST_REQUESTS):
        disk.asked, disk.fails_at = 0, number
        reading = look([folder], now=4e9)
        if disk.asked < number:
            return
        yield reading
    raise AssertionError("the requests do not end")


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("title", FILES)
def test_every_request_may_fail(disk: Disk, tmp_path: Path, title: str, failure: str) -> None:
    name, content = FILES[title]
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "log.csv").write_text(SOUND)
    path = tmp_path / "bad" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert_failures_are_said(disk, tmp_path, failure)


@pytest.mark.parametrize("failure", FAILURES)
def test_every_request_may_fail_in_a_folder_of_files(disk: Disk, tmp_path: Path, failure: str) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "log.csv").write_text(SOUND)
    shutil.copytree(FIXTURES / "mlflow" / "mlruns", tmp_path / "bad" / "mlruns")
    assert_failures_are_said(disk, tmp_path, failure)


def assert_failures_are_said(disk: Disk, folder: Path, failure: str) -> None:
    disk.fails_at = disk.asked = 0
    sound, complete = parts(look([folder], now=4e9))
    assert disk.asked
    tried = 0
    code, for_ever = FAILURES[failure]
    for reading in failures(disk, folder, code, for_ever=for_ever):
        tried += 1
        beside, runs = parts(reading)
        assert beside == sound
        is_complete = list(map(points, runs)) == list(map(points, complete))
        is_said = bool(reading.skipped.not_read) or any(one.kind == DAMAGE for run in runs for one in run.notices)
        assert is_complete or is_said, f"request {disk.fails_at} failed, and nothing is said"
    assert tried


def test_every_source_is_on_the_disk() -> None:
    """Those without a sample of their own are there by a file of another."""
    names = [Path(name) for name, _ in FILES.values()]
    left = {one.name for one in sources() if not any(path.match(pattern) for path in names for pattern in one.patterns)}
    assert left == {"mlflow", "aim"}  # a folder of files, of its own test; a database that is not opened


def test_what_was_read_before_a_failure_is_kept(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "bad" / EVENTS
    path.parent.mkdir()
    path.write_bytes(WHOLE * 1200)
    (complete,) = look([tmp_path], now=4e9).runs
    kept = []
    for reading in failures(disk, tmp_path, errno.EIO, for_ever=True):
        if not reading.runs:
            assert reading.skipped.not_read
            continue
        (run,) = reading.runs
        damage = [(one.byte_start, one.byte_end) for one in run.notices if one.kind == DAMAGE]
        if not damage:
            assert points(run) == points(complete)
            continue
        ((start, end),) = damage
        assert end == len(WHOLE) * 1200
        kept.append(sum(map(len, run.series)))
        assert kept[-1] <= (start or 0) / 42
    assert max(kept) > 50_000
