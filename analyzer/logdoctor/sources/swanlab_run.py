"""`run-<id>.swanlab`: everything that SwanLab keeps of a run on the local disk, framed as W&B's `.wandb` is."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Series
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.event_file.protobuf import BYTES, FIXED64, VARINT, WireError, fields, varint
from logdoctor.sources.leveldb_log import read_records
from logdoctor.sources.source import Head, Log, Source

_IDENT = b":SWL"
_FILE_HEADER = _IDENT + struct.pack("<HB", 0xE1D6, 2)
"""swanlab/sdk/internal/core_python/store; its authors promise nothing between versions of the format."""

_FINISH, _SCALAR = 11, 13
"""Fields of `Record` in swanlab/record/v1."""

_KEY, _STEP, _TIMESTAMP, _VALUE = 1, 2, 4, 5
"""Fields of `ScalarRecord` in swanlab/metric/data/v1."""

_FINISHED = 1
"""`RUN_STATE_FINISHED` in swanlab/run/v1; the others are a crash and an abort."""


@dataclass
class _Points:
    steps: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    times: array[float] = field(default_factory=lambda: array("d"))


class SwanLabRun(Source):
    """The scalars of a run with their steps and times, and how it ended; its settings lie in `files/config.yaml`."""

    name = "swanlab"
    patterns = ("*.swanlab",)
    precedence = 60

    def recognizes(self, head: Head) -> bool:
        """Tell it by its first bytes."""
        return head.start.startswith(_IDENT)

    def read(self, path: Path) -> Iterator[Log]:
        """Read every scalar that is intact; raises UnreadableLogError for another version of the format."""
        with path.open("rb") as file:
            if file.read(len(_FILE_HEADER)) != _FILE_HEADER:
                raise UnreadableLogError(f"{path}: this version of SwanLab's format is unknown; export the run as CSV")
        points: dict[str, _Points] = {}
        notices: list[Notice] = []
        finished: bool | None = None
        for record in read_records(path, len(_FILE_HEADER)):
            if isinstance(record, Notice):
                notices.append(record)
                continue
            try:
                finished = _take(record.data, points, finished=finished)
            except WireError as error:
                told = f"A record cannot be understood and was not used: {error}"
                notices.append(Notice(DAMAGE, str(path), told, record.start, record.end))
        series = tuple(Series.of(name, one.steps, one.values, one.times) for name, one in points.items())
        yield Log(series=series, notices=tuple(notices), finished=finished)


def _take(data: bytes, points: dict[str, _Points], *, finished: bool | None) -> bool | None:
    """Put what one record says with the rest; return whether the run is known to have come to its end."""
    for one in fields(data, 0, len(data)):
        if one.wire == BYTES and one.number == _SCALAR:
            _scalar(data, one.start, one.end, points)
        elif one.wire == BYTES and one.number == _FINISH:
            finished = _integer(data, one.start, one.end, 1) == _FINISHED
    return finished


def _scalar(data: bytes, start: int, end: int, points: dict[str, _Points]) -> None:
    """proto3 leaves out what is zero: a record without a step is of step 0, a value without a number is 0.0."""
    key, step, time, value = "", 0, float("nan"), None
    for one in fields(data, start, end):
        if one.number == _KEY and one.wire == BYTES:
            key = data[one.start : one.end].decode(errors="replace")
        elif one.number == _STEP and one.wire == VARINT:
            step = _signed(varint(data, one.start, one.end)[0])
        elif one.number == _TIMESTAMP and one.wire == BYTES:
            time = _integer(data, one.start, one.end, 1) + _integer(data, one.start, one.end, 2) * 1e-9
        elif one.number == _VALUE and one.wire == BYTES:
            value = _number(data, one.start, one.end)
    if key and value is not None:
        held = points.setdefault(key, _Points())
        held.steps.append(step)
        held.values.append(value)
        held.times.append(time)


def _number(data: bytes, start: int, end: int) -> float:
    doubles = [data[one.start : one.end] for one in fields(data, start, end) if one[:2] == (1, FIXED64)]
    return float(struct.unpack("<d", doubles[-1])[0]) if doubles else 0.0


def _integer(data: bytes, start: int, end: int, number: int) -> int:
    """Return an integer field of a message, 0 where it is left out."""
    found = [varint(data, one.start, one.end)[0] for one in fields(data, start, end) if one[:2] == (number, VARINT)]
    return _signed(found[-1]) if found else 0


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value
