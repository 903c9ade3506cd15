"""TensorBoard event files: every scalar, bit for bit, with both checksums of every record verified.

The points are those of `tensorboard.backend.event_processing.event_accumulator.EventAccumulator` with no limit of
size, scalars and scalar tensors together, with two differences. Files of a version before 2, last written in 2015, lose
no points to steps that go back: the series keeps every branch. And damage does not end reading.
"""

from __future__ import annotations

import os
import string
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import numpy as np

from logdoctor.run import Notice, Series, Setting
from logdoctor.run.notice import INTERPRETATION
from logdoctor.sources.event_file.event_columns import (
    Column,
    Points,
    Tag,
    by_layout,
    join,
    lowest_ahead,
    points_of,
    steps_of,
    voided_by,
)
from logdoctor.sources.event_file.event_ends import open_end_notice
from logdoctor.sources.event_file.event_notices import (
    Damage,
    Restart,
    Surroundings,
    damage_notices,
    foreign_notice,
    restart_notices,
    translated_notice,
)
from logdoctor.sources.event_file.event_proto import Layout
from logdoctor.sources.event_file.event_settings import TEXTS, hparams, text_settings
from logdoctor.sources.event_file.tfrecord import FRAME_BYTES, Records
from logdoctor.sources.event_file.tfrecord_file import BLOCK_BYTES, Cause, Gap, read_records
from logdoctor.sources.source import HEAD_BYTES, Head, Log, Source

_TEXT_BYTES = string.printable.encode() + bytes(range(0x80, 0x100))
"""Bytes of text files. Every header of a record has others: NULs."""


class TensorBoardEvents(Source):
    """Event files of TensorBoard, as torch, tensorboardX, TensorFlow, Keras and many others write them."""

    name = "tfevents"
    patterns = ("*tfevents*",)
    precedence = 50
    one_run_per_folder = True

    def recognizes(self, head: Head) -> bool:
        """Tell an event file, empty or damaged as it may be, from a text whose name merely speaks of one.

        What replaces an event file, such as a pointer to it, is claimed too, so that it can be reported.
        """
        if "tfevents" not in head.path.name or head.path.name.endswith(".profile-empty"):
            return False
        is_text = not head.start.translate(None, _TEXT_BYTES)
        return not is_text or foreign_notice(head.path, head.start, head.size) is not None

    def read(self, path: Path) -> Iterator[Log]:
        """Read one event file into one log."""
        yield read_log(path)


@dataclass(frozen=True)
class _Contents:
    """What an event file holds, as it came."""

    points: dict[Tag, Column] = field(default_factory=dict)
    """Points by tag and kind."""
    settings: list[tuple[int, dict[str, Setting]]] = field(default_factory=list)
    """Hyper-parameters, each with the place of its record in the file."""
    restarts: list[tuple[int, int, int]] = field(default_factory=list)
    """Where the record of each `SessionLog.START` begins and ends, and its step."""
    lengths: set[int] = field(default_factory=set)
    """Bytes of the records that hold points."""
    damage: Damage = field(default_factory=Damage)


def read_log(path: Path, block_bytes: int = BLOCK_BYTES) -> Log:
    """Read an event file, `block_bytes` at a time; raises OSError when it cannot be read."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(HEAD_BYTES)
        contents = _contents(file, size, block_bytes)
    if contents.damage.bytes == size and (notice := foreign_notice(path, start, size)):
        return Log(notices=(notice,))
    joined = {tag: column.points() for tag, column in contents.points.items()}
    kept, restarts = _without_void(joined, sorted(contents.restarts))
    settings: dict[str, Setting] = {}
    for _, found in sorted(contents.settings, key=itemgetter(0)):
        settings |= found
    series = tuple(_series(tag, points) for tag, points in _in_order(kept))
    notices = (*_notices(path, start, size, contents, joined.values()), *restart_notices(path, restarts))
    if not notices and (notice := open_end_notice(path, size, series)):
        notices = (notice,)
    return Log(
        series=series,
        hyperparameters=settings,
        notices=notices,
        starts_at=min((one.step for one in restarts), default=None),
    )


def _notices(path: Path, start: bytes, size: int, contents: _Contents, series: Collection[Points]) -> Iterator[Notice]:
    """Yield what there is to say of a file but for its restarts."""
    damaged = contents.damage.bytes
    if 2 * damaged > size and (notice := translated_notice(path, start, size)):
        yield notice
        return
    if not damaged and not series and not contents.settings:
        yield Notice(INTERPRETATION, str(path), "No scalar was logged to this file.", 0, size)
    longest = max(series, key=len, default=None)
    around = Surroundings(size, min(contents.lengths, default=0), longest if longest else None)
    yield from damage_notices(path, contents.damage.places(), around)


def _contents(file: BinaryIO, size: int, block_bytes: int) -> _Contents:
    """Read all that the first `size` bytes of a file hold, or as much as the disk gives."""
    contents, reached = _Contents(), 0
    try:
        for part in read_records(file, size, block_bytes):
            if isinstance(part, Gap):
                contents.damage.add([part])
                reached = max(reached, part.end)
            else:
                _take(part, contents)
                reached = max(reached, int(part.starts[-1]) + part.length + FRAME_BYTES) if len(part) else reached
    except OSError:
        if not reached:
            raise
        contents.damage.add([Gap(reached, size, Cause.UNREADABLE)])
    return contents


def _take(part: Records, contents: _Contents) -> None:
    """Put what records of one length say with the rest."""
    for layout, records in by_layout(part):
        if layout is None:
            contents.damage.add(Gap(*span, Cause.NO_EVENT) for span in _spans(records))
            continue
        for tag, points in points_of(layout, records):
            if (column := contents.points.get(tag)) is not None:
                column.add(points)
            else:
                contents.points[tag] = Column(points)
            contents.lengths.add(records.length + FRAME_BYTES)
        contents.settings.extend(_settings(layout, records))
        if layout.starts_session:
            steps = steps_of(layout, records.rows).tolist()
            contents.restarts.extend((*span, step) for span, step in zip(_spans(records), steps, strict=True))


def _spans(records: Records) -> Iterator[tuple[int, int]]:
    """Yield where each record begins and ends in the file."""
    return ((start, start + records.length + FRAME_BYTES) for start in records.starts.tolist())


def _settings(layout: Layout, records: Records) -> Iterator[tuple[int, dict[str, Setting]]]:
    """Yield the hyper-parameters that stand in the notes of records, and the places of these."""
    for note in layout.notes:
        for start, row in zip(records.starts.tolist(), records.rows, strict=True):
            tag, content = (row[slice(*span)].tobytes() for span in (note.tag, note.content))
            if note.is_hparams:
                yield start, hparams(content)
            elif tag in TEXTS:
                yield start, text_settings(tag, content)


def _in_order(points: dict[Tag, Points]) -> list[tuple[bytes, Points]]:
    """Return the points of each tag, of both kinds together, the tags in the order of their first place in the file."""
    by_tag: dict[bytes, list[Points]] = {}
    for (tag, _), of_kind in points.items():
        if len(of_kind):
            by_tag.setdefault(tag, []).append(of_kind)
    joined = [(tag, join(kinds)) for tag, kinds in by_tag.items()]
    return sorted(joined, key=lambda item: int(item[1].places[0]))


def _without_void(
    series: dict[Tag, Points], starts: list[tuple[int, int, int]]
) -> tuple[dict[Tag, Points], list[Restart]]:
    """Drop the points that restarts void, and count them; `starts` has place, end and step of each, rising.

    As in EventAccumulator, scalar tensors stay: where a tag goes on, its later branch is the curve in any case.
    """
    if not starts:
        return series, []
    places, _, steps = np.array(starts, np.int64).T
    lowest = lowest_ahead(steps)
    counts = np.zeros((2, len(starts)), np.int64)  # points and series that each restart voids
    kept: dict[Tag, Points] = {}
    for tag, points in series.items():
        if tag[1]:
            kept[tag] = points
            continue
        owners = voided_by(points, places, steps, lowest)
        found, voided = np.unique(owners[owners >= 0], return_counts=True)
        counts[0, found] += voided
        counts[1, found] += 1
        kept[tag] = points.take(owners < 0)
    return kept, [Restart(*start, *count) for start, count in zip(starts, counts.T.tolist(), strict=True)]


def _series(tag: bytes, points: Points) -> Series:
    """Make the series of a tag; bytes of it that are no UTF-8 are written as escapes."""
    return Series(tag.decode(errors="backslashreplace"), points.steps, points.values, points.wall_times)
