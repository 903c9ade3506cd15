"""What was read from a log, in a form that a test can compare with what was written."""

from __future__ import annotations

from pathlib import Path

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Run
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import HEAD_BYTES, Head, Log, Source

Points = dict[str, list[tuple[int, float]]]


def write(path: Path, content: str | bytes) -> Path:
    """Write a file, in a folder that need not be there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def log_of(source: Source, path: Path) -> Log:
    """Return the one log that a source reads in a file."""
    (log,) = source.read(path)
    return log


def recognized(source: Source, path: Path) -> bool:
    """Tell whether a source claims a file by its beginning."""
    content = path.read_bytes()
    return source.recognizes(Head(path, len(content), content[:HEAD_BYTES]))


def points(log: Log) -> Points:
    """Return the steps and values of every series, by its name."""
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in log.series}


def found_in(source: Source, path: Path) -> tuple[set[tuple[str, int, float]], tuple[Notice, ...]]:
    """Return all points of a file that may be past reading, and what was said about it."""
    try:
        log = log_of(source, path)
    except UnreadableLogError:
        return set(), (Notice(DAMAGE, str(path), ""),)
    return {(name, *point) for name, found in points(log).items() for point in found}, log.notices


def curve(run: Run, name: str | None = None) -> dict[int, float]:
    """Return the values by step of the one series of a run, or of the one of that name."""
    (series,) = (one for one in run.series if name in (None, one.name))
    return dict(zip(series.steps.tolist(), series.values.tolist(), strict=True))
