"""`run-<id>.swanlab`: SwanLab's local file of a run, framed like W&B's `.wandb`."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from logdoctor.sources.event_file.protobuf import BYTES, FIXED64, VARINT, fields, integer, last_integer, text
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.trackers.leveldb_run import begins_like, take_records
from logdoctor.sources.trackers.scalars import Scalars

_FILE_HEADER = b":SWL" + struct.pack("<HB", 0xE1D6, 2)
"""swanlab/sdk/internal/core_python/store; its authors promise nothing between versions of the format."""

_FINISH, _SCALAR = 11, 13
"""Fields of `Record` in swanlab/record/v1."""

_KEY, _STEP, _TIMESTAMP, _VALUE = 1, 2, 4, 5
"""Fields of `ScalarRecord` in swanlab/metric/data/v1."""

_FINISHED = 1
"""`RUN_STATE_FINISHED` in swanlab/run/v1; the others are a crash and an abort."""


@dataclass
class _Content:
    scalars: Scalars = field(default_factory=Scalars)
    finished: bool | None = None
    """Whether the run is known to have come to its end."""


class SwanLabRun(Source):
    """The scalars of a run with their steps and times, and how it ended; its settings lie in `files/config.yaml`."""

    name = "swanlab"
    patterns = ("*.swanlab",)
    precedence = 60

    def recognizes(self, head: Head) -> bool:
        """Tell it by its first bytes, or by a record where these are damaged."""
        return begins_like(head, _FILE_HEADER)

    def read(self, path: Path) -> Iterator[Log]:
        """Read every scalar that is intact; raises UnreadableLogError for another version of the format."""
        content = _Content()
        notices = take_records(path, _FILE_HEADER, lambda data: _take(data, content))
        yield Log(series=content.scalars.series(), notices=notices, finished=content.finished)


def _take(data: bytes, content: _Content) -> int | None:
    """Put what one record says with the rest; return its step."""
    step = None
    for one in fields(data, 0, len(data)):
        if one.wire == BYTES and one.number == _SCALAR:
            step = _scalar(data, one.start, one.end, content.scalars)
        elif one.wire == BYTES and one.number == _FINISH:
            content.finished = last_integer(data, one.start, one.end, 1) == _FINISHED
    return step


def _scalar(data: bytes, start: int, end: int, scalars: Scalars) -> int | None:
    """Keep a scalar and return its step.

    proto3 leaves out what is zero: a record without a step is of step 0, a value without a number is 0.0.
    """
    key, step, time, value = "", 0, float("nan"), None
    for one in fields(data, start, end):
        if one.number == _KEY and one.wire == BYTES:
            key = text(data, one)
        elif one.number == _STEP and one.wire == VARINT:
            step = integer(data, one)
        elif one.number == _TIMESTAMP and one.wire == BYTES:
            seconds, nanoseconds = (last_integer(data, one.start, one.end, number) for number in (1, 2))
            time = seconds + nanoseconds * 1e-9
        elif one.number == _VALUE and one.wire == BYTES:
            value = _number(data, one.start, one.end)
    if not key or value is None:
        return None
    scalars.add(key, step, value, time)
    return step


def _number(data: bytes, start: int, end: int) -> float:
    doubles = [data[one.start : one.end] for one in fields(data, start, end) if one[:2] == (1, FIXED64)]
    return float(struct.unpack("<d", doubles[-1])[0]) if doubles else 0.0
