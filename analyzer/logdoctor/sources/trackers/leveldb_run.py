"""A run framed as LevelDB records (W&B, SwanLab): intact records are passed on, damage is reported with its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE, between_steps
from logdoctor.sources.event_file.protobuf import WireError
from logdoctor.sources.source import Head
from logdoctor.sources.trackers.leveldb_log import has_record, read_records

MOST_NOTICES = 50
"""How many damaged places are told one by one."""

_IDENT_BYTES = 4


@dataclass
class _Place:
    """A damaged place, and the steps of the records around it."""

    notice: Notice
    before: int | None
    after: int | None = None

    def located(self) -> Notice:
        return replace(self.notice, message=self.notice.message + between_steps(self.before, self.after))


def begins_like(head: Head, file_header: bytes) -> bool:
    """Tell a file by its first bytes or, where these are damaged, by a sound record among those that follow.

    Such a record is one of many formats: then the name must tell of which.
    """
    return head.start.startswith(file_header[:_IDENT_BYTES]) or (head.named and has_record(head.start))


def take_records(path: Path, file_header: bytes, take: Callable[[bytes], int | None]) -> tuple[Notice, ...]:
    """Hand every intact record of a file to `take`, and return what is damaged.

    `take` returns the step of a record, if it has one, and raises WireError for one that it cannot understand.
    Raises UnreadableLogError for another version of the format, and OSError when nothing of the file can be read.
    """
    with path.open("rb") as file:
        begins = file.read(len(file_header))
    if begins[:-1] == file_header[:-1] and begins != file_header:
        raise UnreadableLogError(f"{path}: this version of the format is not known; export the run as CSV")
    places: list[_Place] = []
    reached, step = 0, None
    try:
        for record in read_records(path, len(file_header) if begins == file_header else 0):
            if isinstance(record, Notice):
                _add(places, record, step)
                continue
            reached = record.end
            try:
                here = take(record.data)
            except WireError as error:
                told = f"A record cannot be understood and was not used: {error}"
                _add(places, Notice(DAMAGE, str(path), told, record.start, record.end), step)
                continue
            if here is not None:
                step = here
                _end(places, step)
    except OSError as error:
        if not reached:
            raise
        told = f"The rest of the file could not be read: {error.strerror}"
        _add(places, Notice(DAMAGE, str(path), told, reached, path.stat().st_size), step)
    return tuple(place.located() for place in places)


def _add(places: list[_Place], notice: Notice, step: int | None) -> None:
    """Add damage behind a step; what lies beyond MOST_NOTICES shares one notice."""
    if len(places) <= MOST_NOTICES:
        places.append(_Place(notice, step))
        return
    more = "Many more places are damaged from here on"
    places[-1].notice = replace(places[-1].notice, message=more, byte_end=notice.byte_end)


def _end(places: list[_Place], step: int) -> None:
    """Name the step behind the places that none has followed yet."""
    for place in reversed(places):
        if place.after is not None:
            return
        place.after = step
