"""MLflow's file store: a folder per run, a file per metric, and `timestamp value step` on each line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from logdoctor.run import Axis, Notice, Series, Setting
from logdoctor.run.notice import INTERRUPTED_WRITE, STORAGE_FAULT
from logdoctor.sources.source import HEAD_BYTES, Head, Log, Source
from logdoctor.sources.tables.compact.growing import GrowingPoints
from logdoctor.sources.tables.counters import LARGEST_STEP
from logdoctor.sources.tables.lost_lines import Span, damage_notices
from logdoctor.sources.tables.numbers import number_or_text, parse_number
from logdoctor.sources.tables.text import read_blocks, readable

STATUS = {"FINISHED": True, "FAILED": False, "KILLED": False, "3": True, "4": False, "5": False}
"""Whether a run came to its end, by the status of the database and of `meta.yaml`."""

_STATUS = re.compile(r"^status: *(\w+)", re.M)

LARGEST_SETTING = 10_000
"""Bytes of a parameter; MLflow itself allows 6,000."""

_MILLISECONDS = 1e-3

_LATEST = 10**14
"""Milliseconds since 1970 beyond which a time is two numbers grown together: the year 5138."""

_FIELDS = (2, 3, 5)
"""How many a line has: time and value, since MLflow 1.0 the step, since 3.0 the name and the digest of a data set."""

Point = tuple[int, float, float]
"""Step, value, and milliseconds since 1970."""


class MlflowFolder(Source):
    """A run of the file store, found by its `meta.yaml`.

    A metric that was logged without a step has step 0 at every point: then the points are counted.
    """

    name = "mlflow"
    patterns = ("meta.yaml",)
    precedence = 45

    def recognizes(self, head: Head) -> bool:
        """Tell a run from an experiment by the metrics beside it."""
        return b"run_id:" in head.start and (head.path.parent / "metrics").is_dir()

    def read(self, path: Path) -> Iterator[Log]:
        """Read every metric and every parameter; a line that is none costs that line and is said."""
        run = path.parent
        series: list[Series] = []
        notices: list[Notice] = []
        for file in _files(run / "metrics"):
            points, spans = _points(file)
            name = file.relative_to(run / "metrics").as_posix()
            if points:
                series.append(metric_series(readable(name), points))
            notices += damage_notices(file, spans)
        settings = {file.relative_to(run / "params").as_posix(): _parameter(file) for file in _files(run / "params")}
        with path.open("rb") as meta:
            status = _STATUS.search(meta.read(HEAD_BYTES).decode("utf-8", "replace"))
        yield Log(tuple(series), settings, tuple(notices), finished=STATUS.get(status[1]) if status else None)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _points(file: Path) -> tuple[GrowingPoints, list[Span]]:
    """Read the points of a metric, and which lines are none."""
    points = GrowingPoints()
    spans: list[Span] = []
    fields = 0
    for block in read_blocks(file):
        for i, line in enumerate(block.lines):
            parts = line.split(" ")
            point = _point(parts) if len(parts) >= fields else None
            if "\0" in line:
                spans.append(Span.of(block, i, "holds NUL bytes, as storage leaves them after a crash", STORAGE_FAULT))
            elif point is None or block.overlong:
                spans.append(Span.of(block, i, "is no point of the metric"))
            elif not block.ended and i == len(block.lines) - 1:
                spans.append(
                    Span.of(block, i, "has no line end, so that its last number may be cut off", INTERRUPTED_WRITE)
                )
            else:
                points.add(*point)
                fields = min(len(parts), _FIELDS[1])
    return points, spans


def _point(parts: Sequence[str]) -> Point | None:
    """Read the fields of a line; None when they are not those of one point."""
    if len(parts) not in _FIELDS or (len(parts) == _FIELDS[-1] and _is_number(parts[-1]) and _is_number(parts[-2])):
        return None
    time, value, step = (*map(_number, parts[:3]), 0.0)[:3]
    if time is None or value is None or step is None or not 0 <= time < _LATEST or not time.is_integer():
        return None
    return (int(step), value, time) if abs(step) < LARGEST_STEP and step.is_integer() else None


def _is_number(text: str) -> bool:
    return _number(text) is not None


def _number(text: str) -> float | None:
    try:
        return parse_number(text)
    except ValueError:
        return None


def _parameter(file: Path) -> Setting:
    with file.open(encoding="utf-8", errors="replace") as text:
        return setting(text.read(LARGEST_SETTING))


def setting(text: str) -> Setting:
    """Return a parameter, which MLflow keeps as text, as a number or a truth value where it is one."""
    return {"True": True, "False": False}.get(text, number_or_text(text))


def metric_series(name: str, points: GrowingPoints, *, by_time: bool = False) -> Series:
    """Make a series of points in the order of logging; points that all lie at step 0 are counted instead.

    Their times are in milliseconds. Points that come in no order are put into that of their times with `by_time`.
    """
    if by_time:
        points.sort()
    steps, values, times = points.arrays()
    times *= _MILLISECONDS
    counted = len(steps) > 1 and not steps.any()
    axis = Axis.INDEX if counted else Axis.STEP
    return Series.of(name, np.arange(len(steps)) if counted else steps, values, times, axis)
