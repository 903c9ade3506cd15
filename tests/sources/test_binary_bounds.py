"""Event files and W&B's files made to cost time or memory: both stay bounded, in a process of its own."""

from __future__ import annotations

import gzip
import json
import os
import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.damaged.chunks import FILE_HEADER, chunk, framed, history
from tests.damaged.event_cases import RECORDS, WHOLE, flip
from tests.damaged.records import event, header, point, record, scalar, sized, summary, varint
from tests.peak_memory import PEAK

MEBIBYTE = 1024 * 1024

MOST_MEMORY = 300 * MEBIBYTE
"""Beyond that of the series themselves."""

READ = (
    PEAK
    + """
import json, sys, time
from pathlib import Path
import numpy, logdoctor.sources.tfevents, logdoctor.sources.wandb_run
from logdoctor.sources.discovery.discover import discover
from logdoctor.sources.discovery.installed import installed_sources
installed_sources()
before, begun = peak(), time.process_time()
(found,) = discover([Path(sys.argv[1])]).found
series = [one for log in found.logs for one in log.series]
print(json.dumps({
    "seconds": time.process_time() - begun,
    "memory": peak() - before,
    "points": sum(map(len, series)),
    "notices": [notice.message for notice in [*found.notices, *(n for log in found.logs for n in log.notices)]],
}))
"""
)

EVENTS = "events.out.tfevents.1700000000.host"
WANDB = "run.wandb"
SOUND = framed(history({"_step": step, "train/loss": step + 0.5}) for step in range(200))[0]
SMALL = MEBIBYTE


def repeated(data: bytes, size: int = SMALL) -> bytes:
    return data * (size // len(data))


def alternating() -> bytes:
    """Every other record is damaged."""
    return repeated(b"".join(flip(one, 20) if i % 2 else one for i, one in enumerate(RECORDS[1:])))


def layouts() -> bytes:
    """No two of many records have their fields in the same places."""
    rng = random.Random(1)
    unknown = [b"".join(varint(rng.randrange(100, 2000) << 3) + b"\x01" for _ in range(6)) for _ in range(30_000)]
    return b"".join(record(event(7, summary(scalar(b"loss", 1)) + one)) for one in unknown)


def tags() -> bytes:
    """Every record has a tag of its own."""
    return b"".join(point(1, 1.0, b"tag%06d" % number) for number in range(60_000))


def many_values() -> bytes:
    """One record holds very many numbers of one tag each."""
    values = b"".join(sized(1, scalar(b"t%05d" % number, 1.0)) for number in range(40_000))
    return record(event(1, sized(5, values)))


EVENT_FILES: dict[str, Callable[[], bytes]] = {
    "random bytes": lambda: random.Random(1).randbytes(SMALL),
    "headers with the right checksum": lambda: b"\xff" + repeated(header(5000)),
    "headers of overlapping records": lambda: b"\xff" + b"".join(header(MEBIBYTE - 12 * i) for i in range(40_000)),
    "zeros and ones": lambda: repeated(b"\0\0\0\0\0\0\0\1"),
    "every other record damaged": alternating,
    "no events": lambda: repeated(record(b"\xff")),
    "empty records": lambda: repeated(record(b"")),
    "records of every layout": layouts,
    "records of every length": lambda: b"".join(record(event(1, sized(99, bytes(n)))) for n in range(2500)),
    "a tag for every record": tags,
    "very many values": many_values,
    "nested groups": lambda: record(b"\xa3\x06" * (SMALL // 4) + b"\xa4\x06" * (SMALL // 4)),
    "restarts": lambda: repeated(record(event(5, sized(7, b"\x08\x01"))) + point(6, 1.0)),
    "a long text": lambda: record(event(1, summary(sized(1, b"x" * 30 * MEBIBYTE) + b"\x15" + struct.pack("<f", 1)))),
    "gzip of very many zeros": lambda: gzip.compress(bytes(400 * MEBIBYTE)),
    "gzip of a long event file": lambda: gzip.compress(repeated(WHOLE, 90 * MEBIBYTE)),
    "line feeds translated in a long one": lambda: repeated(WHOLE, 90 * MEBIBYTE).replace(b"\n", b"\r\n"),
    "long records with wrong checksums": lambda: repeated(flip(record(bytes(1_000_000)), 500), 20 * MEBIBYTE) + WHOLE,
}

WANDB_FILES: dict[str, Callable[[], bytes]] = {
    "random bytes": lambda: SOUND + random.Random(1).randbytes(SMALL),
    "headers of long chunks": lambda: SOUND + repeated(b"\x04\x40"),
    "beginnings of records": lambda: SOUND + repeated(chunk(2, bytes(30_000)), 100 * MEBIBYTE),
    "a record without end": lambda: SOUND + chunk(2, b"") + repeated(chunk(3, bytes(30_000)), 200 * MEBIBYTE),
    "empty chunks": lambda: SOUND + repeated(chunk(1, b"")),
    "every other chunk damaged": lambda: FILE_HEADER + repeated(
        chunk(1, history({"_step": 1, "loss": 0.5})) + flip(chunk(1, history({"_step": 2, "loss": 0.5})), 9)
    ),
}  # fmt: skip


def measured(path: Path) -> dict[str, object]:
    """Read a file in a process of its own; check both bounds and return what it printed."""
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    seconds, memory, points = (float(str(found[name])) for name in ("seconds", "memory", "points"))
    assert seconds < 1 + 2 * path.stat().st_size / 1e6
    assert memory < MOST_MEMORY + 24 * points
    return found


@pytest.mark.parametrize(
    ("name", "make"),
    [
        *(pytest.param(EVENTS, make, id=f"event file: {title}") for title, make in EVENT_FILES.items()),
        *(pytest.param(WANDB, make, id=f"W&B: {title}") for title, make in WANDB_FILES.items()),
    ],
)
def test_hostile_content_is_read_in_bounded_time_and_memory(
    tmp_path: Path, name: str, make: Callable[[], bytes]
) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    measured(path)


def sparse(path: Path, size: int, begin: bytes, end: bytes) -> None:
    """Write a file that is NULs but for its ends, and takes no room on the disk."""
    with path.open("wb") as file:
        file.write(begin)
        file.truncate(size - len(end))
        file.seek(0, 2)
        file.write(end)


@pytest.mark.parametrize(
    ("name", "begin", "end", "points"),
    [(EVENTS, WHOLE, WHOLE, 400), (EVENTS, b"", b"", 0), (WANDB, SOUND, SOUND[7:], 400)],
    ids=["event file with a hole", "event file of NULs", "W&B's file with a hole"],
)
def test_two_gibibytes_of_nuls(tmp_path: Path, name: str, begin: bytes, end: bytes, points: int) -> None:
    path = tmp_path / name
    sparse(path, 2 * 1024 * MEBIBYTE, begin, end)
    found = measured(path)
    path.unlink()
    assert found["points"] == points
    (notice,) = list(found["notices"])  # type: ignore[call-overload]
    assert "NUL bytes" in notice


@pytest.mark.skipif(not hasattr(os, "SEEK_DATA"), reason="only some systems tell where a file has no bytes")
def test_a_terabyte_of_nothing_is_passed_over(tmp_path: Path) -> None:
    """A sparse file, of which a few kilobytes are stored: holes are not read."""
    path = tmp_path / EVENTS
    sparse(path, 1024**4, WHOLE, WHOLE)
    found = measured(path)
    path.unlink()
    assert float(str(found["seconds"])) < 5
    assert found["points"] == 400
    (notice,) = list(found["notices"])  # type: ignore[call-overload]
    assert "1,099,511," in notice
    assert "NUL bytes stand" in notice


def test_the_points_of_a_long_file_are_held_once(tmp_path: Path) -> None:
    """Nothing else is held of each: neither its place in the file nor a second copy of it."""
    path = tmp_path / EVENTS
    path.write_bytes(WHOLE * 20_000)
    found = measured(path)
    assert found["points"] == 200 * 20_000
    assert float(str(found["memory"])) < 200 * 20_000 * 25 + 50 * MEBIBYTE
