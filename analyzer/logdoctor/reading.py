"""From paths to runs: files are found, read by their sources, and grouped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from logdoctor.errors import NoRunError
from logdoctor.grouping.runs import group
from logdoctor.run import Run
from logdoctor.run.understand import Overrides
from logdoctor.sources.discovery.compressed import is_packed
from logdoctor.sources.discovery.discover import Skipped, discover
from logdoctor.sources.error_stream import last_failure
from logdoctor.sources.tables.text import encoding_of, readable
from logdoctor.workers import Workers

HEAD = 8192
"""Bytes of a file that show whether it is text."""

MOST_NAMED = 5
"""Places that an error names."""


@dataclass(frozen=True)
class Reading:
    """What was found at or below the given paths."""

    runs: tuple[Run, ...]
    """Ordered by name."""
    skipped: Skipped = field(default=Skipped())


def look(
    paths: Sequence[str | Path],
    roles: Overrides | None = None,
    now: float | None = None,
    workers: Workers | None = None,
) -> Reading:
    """Read every training log at or below the paths; there may be none.

    Raises NoRunError when a path does not exist.
    """
    candidates = discover(paths, workers)
    runs = group(candidates.found, roles, now)
    used = {source.path for run in runs for source in run.sources}
    of_no_run = (str(one.relative) for one in candidates.found if one.source.only_events)
    left_alone = sorted({*candidates.skipped.left_alone, *of_no_run} - used)
    return Reading(runs, replace(candidates.skipped, left_alone=tuple(left_alone)))


def read(
    paths: Sequence[str | Path],
    roles: Overrides | None = None,
    now: float | None = None,
    workers: Workers | None = None,
) -> Reading:
    """Read every training log at or below the paths; the text `-` stands for standard input.

    Raises NoRunError when a path does not exist or no log lies there.
    """
    reading = look(paths, roles, now, workers)
    if not reading.runs:
        where = ", ".join(str(path) for path in paths)
        if not_read := reading.skipped.not_read:
            raise NoRunError(f"{where}: no training log could be read: {', '.join(not_read[:MOST_NAMED])}")
        raise NoRunError(f"{where}: no training log found; {why_none(paths)}")
    return reading


def why_none(paths: Sequence[str | Path]) -> str:
    """Say why one file is no log, and how to see which files of a folder were looked at."""
    (only, *more) = map(Path, paths)
    if more or not only.is_file():
        return "`logdoctor inspect` shows which files were looked at"
    try:
        with only.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        return f"the file cannot be read: {error.strerror}"
    if not head:
        return "the file is empty"
    if is_packed(head):
        return "what the file packs was not recognised as a log"
    if "\0" in encoding_of(head).decode(head):
        return "the file is binary, in no format of a log that is known"
    none = "no line or column of the file was recognised as a loss or metric with its steps or epochs"
    failure = last_failure(only)
    return f"{none}; it ends with a failure: {readable(failure)}" if failure else none


def load(*paths: str | Path, roles: Overrides | None = None) -> tuple[Run, ...]:
    """Return the runs at or below the paths, ordered by name; raises NoRunError when there is none."""
    return read(paths, roles).runs
