"""MLflow's file store: a folder a run, a file a metric, `timestamp value step` a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from logdoctor.run import Axis, Notice, Series, Setting
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.tables.numbers import parse_number

STATUS = {"FINISHED": True, "FAILED": False, "KILLED": False, "3": True, "4": False, "5": False}
"""Whether a run came to its end, by the status of the database and of `meta.yaml`."""

_STATUS = re.compile(r"^status: *(\w+)", re.M)

LARGEST_SETTING = 10_000
"""Bytes of a parameter; MLflow itself allows 6,000."""

_MILLISECONDS = 1e-3

Point = tuple[object, float, object]
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
            points, bad = _points(file)
            name = file.relative_to(run / "metrics").as_posix()
            if points:
                series.append(metric_series(name, points))
            if bad:
                text = f"{len(bad)} lines of the metric {name} are no point and were not used, the first is {bad[0]}"
                notices.append(Notice(DAMAGE, str(file), text))
        settings = {file.relative_to(run / "params").as_posix(): _parameter(file) for file in _files(run / "params")}
        status = next(
            (line for line in path.read_text("utf-8", "replace").splitlines() if line.startswith("status:")), ""
        )
        yield Log(tuple(series), settings, tuple(notices), finished=STATUS.get(status.removeprefix("status:").strip()))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _points(file: Path) -> tuple[list[Point], list[int]]:
    """Read the points of a metric and the numbers of the lines that are none."""
    points: list[Point] = []
    bad: list[int] = []
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            parts = line.split()
            whole = line.endswith("\n")  # a number that was cut off is not that number
            try:
                value = parse_number(parts[1]) if len(parts) >= 2 else None
                step = int(parts[2]) if len(parts) > 2 else 0
                time = int(parts[0]) if parts else 0
            except ValueError:
                value = None
            if value is None or not whole:
                bad.append(number)
            else:
                points.append((step, value, time))
    return points, bad


def _parameter(file: Path) -> Setting:
    with file.open(encoding="utf-8", errors="replace") as text:
        return setting(text.read(LARGEST_SETTING))


def setting(text: str) -> Setting:
    """Return a parameter, which MLflow keeps as text, as a number or a truth value where it is one."""
    with suppress(ValueError):
        value = parse_number(text)
        return text if value is None else value
    return {"True": True, "False": False}.get(text, text)


def metric_series(name: str, points: Sequence[Point]) -> Series:
    """Make a series of points in the order of logging; points that all lie at step 0 are counted instead."""
    steps = np.array([step if isinstance(step, int) else 0 for step, _, _ in points], np.int64)
    counted = len(steps) > 1 and not steps.any()
    times = np.array([time if isinstance(time, int | float) else np.nan for _, _, time in points], np.float64)
    return Series.of(
        name,
        np.arange(len(steps)) if counted else steps,
        np.array([value for _, value, _ in points], np.float64),
        axis=Axis.INDEX if counted else Axis.STEP,
        wall_times=times * _MILLISECONDS,
    )
