"""Logs that were rotated: `train.log` is put aside as `train.log.1`, `train.log.2024-01-02` or `train.<moment>.log`.

The parts may be compressed: `train.log.2.gz`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, reduce
from itertools import chain
from pathlib import Path
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Axis, Notice, Series
from logdoctor.run.notice import DAMAGE, INTERPRETATION
from logdoctor.run.series import concatenated
from logdoctor.run.starting_over import starts_over
from logdoctor.sources.console.printed import logs_of
from logdoctor.sources.console.text.passages import Passage, read_passages
from logdoctor.sources.csv_table import CsvTable
from logdoctor.sources.discovery.compressed import is_compressed, unpacked, unpacked_head, unpacked_name
from logdoctor.sources.json_lines import JsonLines
from logdoctor.sources.source import HEAD_BYTES, Head, Log, Source
from logdoctor.sources.tables.lost_lines import Span
from logdoctor.sources.tables.separated.bare_numbers import is_nameless
from logdoctor.sources.text_log import TextLog

_NUMBER = re.compile(r".*\.([1-9][0-9]{0,3})")
"""What RotatingFileHandler makes of a name: the higher, the older."""

_DATE = re.compile(r".*(?:\.([0-9]{4}-[0-9]{2}-[0-9]{2}(?:_[0-9]{2}(?:-[0-9]{2}){0,2})?)|-([0-9]{8}))")
"""What TimedRotatingFileHandler makes of it, or logrotate with `dateext`."""

_MOMENT = re.compile(r"(.+)\.[0-9]{4}-[0-9]{2}-[0-9]{2}_[0-9]{2}-[0-9]{2}-[0-9]{2}_[0-9]{6}(\.[A-Za-z]+|)")
"""What Loguru makes of it."""

_Part: TypeAlias = tuple[Path, tuple[Log, ...]]
"""A file of a rotated log, and what it holds when read alone."""


class RotatedLog:
    """A log whose beginning lies in files beside it: all of them are read, the oldest first."""

    part: ClassVar[Source]
    """What reads each of the files."""

    def recognizes(self, head: Head) -> bool:
        """Tell it by an older part beside it, if the last or any older one is a log."""
        older = older_parts(head.path)
        return bool(older) and (self.part.recognizes(head) or any(self.part.recognizes(_head(one)) for one in older))

    def read(self, path: Path) -> Iterator[Log]:
        """Read every part, and put the curves of the parts of one run together."""
        for parts in self._runs(path):
            merged = reduce(_followed, (log for _, logs in parts for log in logs), Log())
            yield replace(
                merged, label=_label(path, parts), notices=(*merged.notices, *_unread(parts), *_rotation(parts))
            )

    def _runs(self, path: Path) -> Iterator[list[_Part]]:
        """Yield the parts of each run, the oldest first: one that begins where the run began is of the next one."""
        run: list[_Part] = []
        for part in (*older_parts(path), path):
            logs = tuple(self._logs_of(part))
            if _begins_anew([log for _, before in run for log in before], logs):
                yield run
                run = []
            run.append((part, logs))
        yield run

    def _logs_of(self, part: Path) -> Iterator[Log]:
        """Yield the logs of a part; one may hold nothing but messages."""
        try:
            if not is_compressed(part.name):
                yield from self.part.read(part)
                return
            with unpacked(part) as plain:
                yield from plain.as_packed(tuple(self.part.read(plain.path)))
        except UnreadableLogError:
            return


class RotatedText(RotatedLog, Source):
    """Lines that a training printed through a handler that rotates."""

    name = "rotated-text"
    patterns = TextLog.patterns
    precedence = TextLog.precedence + 1
    part = TextLog()

    def read(self, path: Path) -> Iterator[Log]:
        """Read all parts of a run as one text, for a few lines alone may not tell what they are.

        Each was read alone before that: only so does it show where a run begins, and which lines of it are damaged.
        """
        for parts in self._runs(path):
            notices = [notice for _, logs in parts for log in logs for notice in _damage(log.notices)] + _rotation(
                parts
            )
            passages = chain.from_iterable(_passages(part) for part, _ in parts)
            for log in logs_of(path, passages, is_file=False):
                said = [replace(one, line_start=None, line_end=None) for one in log.notices if one.kind != DAMAGE]
                named = ", ".join(filter(None, (_label(path, parts) or path.stem * bool(log.label), log.label)))
                yield replace(log, label=named, notices=(*said, *notices))
                notices = []


class RotatedTable(RotatedLog, Source):
    """Rows that were logged through a handler that rotates."""

    name = "rotated-csv"
    patterns = CsvTable.patterns
    precedence = CsvTable.precedence + 1
    part = CsvTable()

    def _logs_of(self, part: Path) -> Iterator[Log]:
        """Yield the logs of a part, apart from rows whose header stands in another one: no curve goes on in them."""
        for log in super()._logs_of(part):
            if not all(is_nameless(one.name) for one in log.series):
                yield log


class RotatedRecords(RotatedLog, Source):
    """Records in JSON that were logged through a handler that rotates."""

    name = "rotated-json-lines"
    patterns = JsonLines.patterns
    precedence = JsonLines.precedence + 1
    part = JsonLines()


def log_of(name: str) -> str | None:
    """Return the name of the log of which Loguru put a file of this name aside, or None where it is no such part."""
    found = _MOMENT.fullmatch(name)
    return found and found[1] + found[2]


def _label(path: Path, parts: Sequence[_Part]) -> str:
    """Return what tells a run from that of the log itself: the last file of it."""
    last, _ = parts[-1]
    return "" if last == path else last.name


def _rotation(parts: Sequence[_Part]) -> list[Notice]:
    *older, last = [part for part, _ in parts]
    if not older:
        return []
    names = ", ".join(part.name for part in older)
    was = "was" if len(older) == 1 else "were"
    return [Notice(INTERPRETATION, str(last), f"The log was rotated: {names} {was} read before it.")]


def _unread(parts: Sequence[_Part]) -> Iterator[Notice]:
    """Tell parts of which nothing could be read, as the later ones of a table whose header stands in the first."""
    for part, logs in parts:
        if not logs and part.stat().st_size:
            yield Notice(DAMAGE, str(part), f"Nothing of {part.name} could be read by itself.", 0, part.stat().st_size)


def _begins_anew(before: Sequence[Log], after: Sequence[Log]) -> bool:
    """Tell a part of another run: it begins where the parts before it began, and its curves do not go on from theirs.

    A handler that rotates at each start leaves such parts, and so do processes that number their logs.
    """
    began = {axis: min(first) for axis, first in _firsts(before).items()}
    begins = {axis: min(first) for axis, first in _firsts(after).items()}
    if not any(axis in began and first <= began[axis] for axis, first in begins.items()):
        return False
    ran, begun = _curves(before), _curves(after)
    verdicts = [starts_over([ran[one][0]], ran[one], begun[one]) for one in begun if one in ran]
    return verdicts.count(True) >= verdicts.count(False)


def _firsts(logs: Sequence[Log]) -> dict[Axis, list[int]]:
    """Return where the curves on each axis begin, apart from those that count nothing but points and seconds."""
    firsts: dict[Axis, list[int]] = {}
    for one in (one for log in logs for one in log.series if len(one) and one.axis in (Axis.STEP, Axis.EPOCH)):
        firsts.setdefault(one.axis, []).append(int(one.steps.min()))
    return firsts


def _curves(logs: Sequence[Log]) -> dict[str, NDArray[np.float64]]:
    """Return the values of every curve in the order in which they were logged."""
    values: dict[str, list[NDArray[np.float64]]] = {}
    for one in (one for log in logs for one in log.series if len(one)):
        values.setdefault(one.name, []).append(one.values)
    return {name: np.concatenate(found) for name, found in values.items()}


def _damage(notices: Sequence[Notice]) -> Iterator[Notice]:
    return (notice for notice in notices if notice.kind == DAMAGE)


def older_parts(path: Path) -> list[Path]:
    """Return the older parts of a log, the oldest first."""
    try:
        beside = _rotated_in(path.parent, path.parent.stat().st_mtime_ns)
    except OSError:
        return []
    return [path.with_name(name) for log, name in beside if log == path.name]


@lru_cache(maxsize=4)
def _rotated_in(folder: Path, changed: int) -> tuple[tuple[str, str], ...]:  # noqa: ARG001 - part of the key
    """Return the older parts that lie in a folder as it was last changed, each behind the name of its log."""
    with os.scandir(folder) as entries:
        names = sorted(one.name for one in entries if one.is_file(follow_symlinks=False))
    packed_first = sorted(names, key=is_compressed, reverse=True)
    bare = sorted({unpacked_name(name): name for name in packed_first}.items())  # of a part and its copy, the part
    dates = [(_DATE.fullmatch(one), one, name) for one, name in bare]
    dated = [(one[: found.start(found.lastindex or 1) - 1], name) for found, one, name in dates if found]
    numbered = [(-int(found[1]), one, name) for one, name in bare if (found := _NUMBER.fullmatch(one))]
    at_moments = [(log, name) for one, name in bare if (log := log_of(one))]
    return (*dated, *at_moments, *((one.rpartition(".")[0], name) for _, one, name in sorted(numbered)))


def _passages(path: Path) -> Iterator[Passage | Span]:
    """Yield the lines of a part."""
    if not is_compressed(path.name):
        yield from read_passages(path)
        return
    with unpacked(path) as plain:
        yield from read_passages(plain.path)


def _head(path: Path) -> Head:
    if is_compressed(path.name):
        return unpacked_head(path) or Head(path, 0, b"")
    with path.open("rb") as file:
        return Head(path, path.stat().st_size, file.read(HEAD_BYTES))


def _followed(log: Log, later: Log) -> Log:
    """Return two parts of a log as one: a curve goes on under its name."""
    series = {(one.name, one.axis): one for one in log.series}
    for one in later.series:
        before = series.get((one.name, one.axis))
        series[one.name, one.axis] = one if before is None else concatenated([before, _behind(before, one)])
    return Log(
        series=tuple(series.values()),
        hyperparameters={**log.hyperparameters, **later.hyperparameters},
        notices=(*log.notices, *later.notices),
        events=(*log.events, *later.events),
        planned_steps=later.planned_steps or log.planned_steps,
        finished=later.finished if later.finished is not None else log.finished,
    )


def _behind(before: Series, series: Series) -> Series:
    """Number the points of a curve without a counter on from those before."""
    if series.axis is not Axis.INDEX or not len(before):
        return series
    return replace(series, steps=series.steps + before.last_step + 1)
