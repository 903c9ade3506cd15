"""TensorBoard event files: every scalar, bit for bit, with both checksums of every record verified.

The points are those of `tensorboard.backend.event_processing.event_accumulator.EventAccumulator` with no limit of
size, scalars and scalar tensors together, with two differences. Files of a version before 2, last written in 2015, lose
no points to steps that go back: the series keeps every branch. And damage does not end reading.
"""

from __future__ import annotations

import os
import string
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE, INTERPRETATION
from logdoctor.sources.event_file.epoch_means import without_epoch_means
from logdoctor.sources.event_file.event_contents import Contents
from logdoctor.sources.event_file.event_ends import open_end_notice
from logdoctor.sources.event_file.event_notices import (
    Surroundings,
    damage_notices,
    foreign_notice,
    restart_notices,
    translated_notice,
)
from logdoctor.sources.event_file.restored import restored
from logdoctor.sources.event_file.tfrecord import FRAME_BYTES, Records, first_proven
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
        if not head.named:
            return first_proven(head.start, len(head.start), len(head.start)) is not None
        is_text = not head.start.translate(None, _TEXT_BYTES)
        return not is_text or foreign_notice(head.path, head.start, head.size) is not None

    def read(self, path: Path) -> Iterator[Log]:
        """Read one event file into one log."""
        yield read_log(path)


def read_log(path: Path, block_bytes: int = BLOCK_BYTES) -> Log:
    """Read an event file, `block_bytes` at a time; raises OSError when it cannot be read."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(HEAD_BYTES)
        contents = _contents(file, size, block_bytes)
    if 2 * contents.damage.bytes > size and (before := restored(path, start, size)):
        found = _contents(BytesIO(before.data), len(before.data), block_bytes)
        if found.columns or found.describes:
            log = _log(path, before.data[:HEAD_BYTES], len(before.data), found)
            kind = INTERPRETATION if before.whole else DAMAGE
            told = (Notice(kind, str(path), before.said, 0, size), *(_placed_in(one, size) for one in log.notices))
            return replace(log, notices=told)
    return _log(path, start, size, contents)


def _placed_in(notice: Notice, size: int) -> Notice:
    """Say where a notice lies in a file that was changed back, of which the bytes on the disk are others."""
    message = f"{notice.message} (Bytes {notice.byte_start} to {notice.byte_end} of what the file was.)"
    return replace(notice, message=message, byte_start=0, byte_end=size)


def _log(path: Path, start: bytes, size: int, contents: Contents) -> Log:
    if contents.damage.bytes == size and (notice := foreign_notice(path, start, size)):
        return Log(notices=(notice,))
    notices = list(_notices(path, start, size, contents))
    contents.apply_restarts()
    notices += restart_notices(path, contents.restarts)
    series = tuple(
        one
        for tag, column in sorted(contents.columns.items(), key=lambda item: item[1].place)
        if len(column)
        for one in without_epoch_means(column.series(tag.decode(errors="backslashreplace")))
    )
    if not notices and (notice := open_end_notice(path, size, series)):
        notices = [notice]
    return Log(series=series, hyperparameters=contents.settings, notices=tuple(notices), starts_at=contents.starts_at)


def _notices(path: Path, start: bytes, size: int, contents: Contents) -> Iterator[Notice]:
    """Yield what there is to say of a file but for its restarts."""
    damage = contents.damage
    if 2 * damage.bytes > size and (notice := translated_notice(path, start, size)):
        yield notice
        return
    if not damage.bytes and not contents.columns and not contents.describes:
        yield Notice(INTERPRETATION, str(path), "No scalar was logged to this file.", 0, size)
    yield from damage_notices(path, damage, Surroundings(size, contents.shortest, contents.longest()))
    if contents.left_out:
        message = f"{contents.left_out:,} values were not used: the file has more tags or settings than are read."
        yield Notice(DAMAGE, str(path), message, 0, size)


def _contents(file: BinaryIO, size: int, block_bytes: int) -> Contents:
    """Read all that the first `size` bytes of a file hold, or as much as the disk gives."""
    contents, reached = Contents(), 0
    try:
        for block in read_records(file, size, block_bytes):
            contents.add(block)
            reached = max(reached, *map(_end, block), 0)
    except OSError:
        if not reached:
            raise
        contents.add([Gap(reached, size, Cause.UNREADABLE)])
    return contents


def _end(part: Records | Gap) -> int:
    """Return where the last of some records ends, or a gap."""
    if isinstance(part, Gap):
        return part.end
    return int(part.starts[-1]) + part.length + FRAME_BYTES if len(part) else 0
