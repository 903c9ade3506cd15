"""A disk that fails: the n-th read of a file raises, for every n, once or from then on.

What comes out is whole or has a notice, and the run beside it is untouched.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.damaged.chunks import framed, history
from tests.damaged.event_cases import WHOLE, flip
from tests.sources.test_samples import sources

from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE
from logdoctor.sources import Reading, look

MOST_READS = 200
"""No small file takes as many."""

EVENTS = "events.out.tfevents.1700000000.host"
WANDB = framed(history({"_step": step, "train/loss": step + 0.5}) for step in range(40))[0]

FILES: dict[str, tuple[str, bytes]] = {
    "event file": (EVENTS, WHOLE),
    "event file of two blocks": (EVENTS, WHOLE * 600),
    "damaged event file": (EVENTS, flip(flip(WHOLE, 3000), 5002)),
    "W&B's file": ("run.wandb", WANDB),
    "damaged file of W&B": ("run.wandb", flip(WANDB, 900)),
    **{
        f"{source.name}, {sample.title}": (
            sample.file_name,
            sample.content if isinstance(sample.content, bytes) else sample.content.encode(),
        )
        for source in sources()
        for sample in source.samples
        if sample.expected is not None
    },
}


class Disk:
    """Fails reads of files below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reads = 0
        self.fails_at = 0
        self.for_ever = False

    def read(self) -> None:
        """Count a read, which may fail."""
        self.reads += 1
        if self.fails_at and (self.reads == self.fails_at or (self.for_ever and self.reads > self.fails_at)):
            raise OSError(errno.EIO, os.strerror(errno.EIO))


class FailingFile(io.FileIO):
    """A file on a failing disk."""

    disk: Disk

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        self.disk.read()
        return super().readinto(buffer)

    def readall(self) -> bytes:
        """Read to the end."""
        self.disk.read()
        return super().readall()


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Put everything that opens files below `bad` on a failing disk."""
    disk = Disk(tmp_path / "bad")
    real: Any = io.open

    def open_(file: Any, mode: str = "r", buffering: int = -1, *args: Any, opener: Any = None, **how: Any) -> Any:
        if isinstance(file, int) or disk.folder not in Path(file).parents or set(mode) & set("wax+"):
            return real(file, mode, buffering, *args, opener=opener, **how)
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


def failures(disk: Disk, folder: Path, *, for_ever: bool) -> Iterator[Reading]:
    """Yield what is read when the first read fails, the second, and so on until there are no more."""
    disk.for_ever = for_ever
    for number in range(1, MOST_READS):
        disk.reads, disk.fails_at = 0, number
        reading = look([folder], now=4e9)
        if disk.reads < number:
            return
        yield reading
    raise AssertionError("the reads do not end")


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize("title", FILES)
def test_every_read_may_fail(disk: Disk, tmp_path: Path, title: str, for_ever: bool) -> None:
    name, content = FILES[title]
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "log.csv").write_text(
        "step,loss\n" + "".join(f"{step},{9 - step / 7}\n" for step in range(50))
    )
    path = tmp_path / "bad" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    disk.fails_at = 0
    sound, complete = parts(look([tmp_path], now=4e9))
    assert disk.reads
    tried = 0
    for reading in failures(disk, tmp_path, for_ever=for_ever):
        tried += 1
        beside, runs = parts(reading)
        assert beside == sound
        is_complete = list(map(points, runs)) == list(map(points, complete))
        is_said = bool(reading.not_read) or any(one.kind == DAMAGE for run in runs for one in run.notices)
        assert is_complete or is_said, f"read {disk.fails_at} failed, and nothing is said"
    assert tried


def test_what_was_read_before_a_failure_is_kept(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "bad" / EVENTS
    path.parent.mkdir()
    path.write_bytes(WHOLE * 1200)
    kept = []
    for reading in failures(disk, tmp_path, for_ever=True):
        (run,) = reading.runs
        ((start, end),) = ((one.byte_start, one.byte_end) for one in run.notices if one.kind == DAMAGE)
        assert end == len(WHOLE) * 1200
        kept.append(sum(map(len, run.series)))
        assert kept[-1] <= (start or 0) / 42
    assert kept[0] == 0
    assert max(kept) > 50_000
