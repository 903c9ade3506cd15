"""Notices about an event file: damage with its exact bytes, restarts, and files that are something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from logdoctor.run import Notice
from logdoctor.run.notice import (
    DAMAGE,
    INTERPRETATION,
    INTERRUPTED_WRITE,
    RESTART,
    STORAGE_FAULT,
    TWO_WRITERS,
    between_steps,
)
from logdoctor.sources.event_file.growing_columns import Column, Marks
from logdoctor.sources.event_file.restored import is_translated
from logdoctor.sources.event_file.tfrecord_file import Cause, Gap
from logdoctor.sources.event_file.two_writers import halves_of_records
from logdoctor.sources.nul_bytes import NUL_RUN

MOST_NOTICES = 50
"""How many damaged places, and how many restarts, are told one by one; the rest share a last notice."""

MOST_HELD = 10_000
"""Damaged places that are held before they are counted together, so that no damage fills the memory."""

_FOREIGN = {
    b"version https://git-lfs": "is a Git LFS pointer, not the event file itself: `git lfs pull` fetches that",
    b"\x1f\x8b": "is compressed with gzip: decompress it to have it read",
    b"<!doctype": "is a web page, perhaps one that reports an error: fetch the event file again",
    b"<html": "is a web page, perhaps one that reports an error: fetch the event file again",
}
"""What other files that stand under an event file's name begin with, and what to say of each."""


@dataclass(frozen=True)
class Restart:
    """A `SessionLog.START` event, and what it voids."""

    start: int
    end: int
    step: int
    points: int
    """Points of this file before it, at its step or beyond."""
    series: int
    """How many series they belong to."""
    times: int = 1
    """How many restarts are taken for one."""


def foreign_notice(path: Path, start: bytes, size: int) -> Notice | None:
    """Say what a file of `size` bytes is that is no event file at all, from its first bytes."""
    if not start:
        return Notice(INTERPRETATION, str(path), "The file is empty: its writer never wrote to it.", 0, 0)
    said = (text for magic, text in _FOREIGN.items() if start.lstrip().lower().startswith(magic))
    return next((Notice(DAMAGE, str(path), f"The file {text}.", 0, size) for text in said), None)


def translated_notice(path: Path, start: bytes, size: int) -> Notice | None:
    """Say of a file of `size` bytes, most of them damaged, that it was copied as if it were a text."""
    if not is_translated(start):
        return None
    message = "Every line feed has a carriage return before it: the file was copied as a text. Copy it again as binary."
    return Notice(DAMAGE, str(path), message, 0, size)


@dataclass(frozen=True)
class Surroundings:
    """What was read around damage."""

    size: int
    """Bytes of the file."""
    shortest: int
    """Bytes of the shortest record of a number, or 0 where none was read."""
    longest: Column | None
    """The longest series."""

    def steps(self, mark: int | None) -> tuple[int | None, int | None] | None:
        """Return between which steps of the longest series a mark of damage lies."""
        return None if self.longest is None or mark is None else self.longest.around(mark)

    def room(self, start: int, end: int) -> str:
        """Say how many records bytes can have held: `; there is room for 93 records at most`."""
        if not self.shortest:
            return ""
        most = max((end - start) // self.shortest, 1)
        return f"; there is room for {f'{most:,} records' if most > 1 else '1 record'} at most"


@dataclass(frozen=True)
class Place:
    """Neighbouring gaps of one cause."""

    start: int
    end: int
    cause: Cause
    nuls: int = 0
    """Length of the longest run of NUL bytes."""
    gaps: int = 1


class Damage:
    """The damaged places of a file, as they are found: the first ones each, the others together."""

    def __init__(self) -> None:
        self.bytes = 0
        """How many are damaged."""
        self.marks = Marks()
        """Where the first places begin."""
        self._numbers: dict[int, int] = {}
        """The number of the mark of each place."""
        self._end: tuple[int, Cause] | None = None
        self._first: list[Place] = []
        self._rest: Place | None = None

    def add_block(self, gaps: Sequence[Gap]) -> None:
        """Add the gaps of a block, which may be in any order."""
        marked = []
        for gap in sorted(gaps, key=lambda gap: gap.start):
            self.bytes += gap.end - gap.start
            self._first.append(Place(gap.start, gap.end, gap.cause, gap.nuls))
            if self._end != (gap.start, gap.cause) and len(self._numbers) <= MOST_NOTICES:
                self._numbers[gap.start] = len(self._numbers)
                marked.append(gap.start)
            self._end = gap.end, gap.cause
        self.marks.add_block(marked)
        if len(self._first) > MOST_HELD:
            self._shorten()

    def mark(self, place: Place) -> int | None:
        """Return the number of the mark at a place; None where it has none."""
        return self._numbers.get(place.start)

    def places(self) -> list[Place]:
        """Return the first places in the order of the file, MOST_NOTICES at most, and one for all the others."""
        self._shorten()
        return self._first + ([self._rest] if self._rest else [])

    def _shorten(self) -> None:
        merged: list[Place] = []
        for place in sorted(self._first, key=lambda place: place.start):
            if merged and merged[-1].end == place.start and merged[-1].cause == place.cause:
                merged[-1] = _together([merged[-1], place])
            else:
                merged.append(place)
        self._first, rest = merged[:MOST_NOTICES], merged[MOST_NOTICES:]
        if rest:
            self._rest = _together([self._rest, *rest] if self._rest else rest)


def _together(places: Sequence[Place]) -> Place:
    """Take places for one; a record that is merely too long does not give it its cause."""
    cause = next((place.cause for place in places if place.cause != Cause.TOO_LONG), Cause.TOO_LONG)
    start, end = min(place.start for place in places), max(place.end for place in places)
    return Place(start, end, cause, max(place.nuls for place in places), sum(place.gaps for place in places))


def damage_notices(path: Path, damage: Damage, around: Surroundings) -> Iterator[Notice]:
    """Yield one notice for each damaged place of a file."""
    places = damage.places()
    torn = [place for place in places if place.cause in (Cause.BROKEN_OFF, Cause.NO_RECORD)]
    halves = halves_of_records(path, [(place.start, place.end) for place in torn])
    apart = {torn[i].start for i in halves}
    for i, place in enumerate(places):
        between = around.steps(damage.mark(place))
        steps = between_steps(*(between or (None, None)))
        if place.start in apart:
            message = _of_two_writers(place, steps, around.room(place.start, place.end))
        else:
            message = _message(place, steps, around) if i < MOST_NOTICES else f"{place.gaps:,} more places are damaged."
        kind = INTERPRETATION if place.cause == Cause.TOO_LONG else DAMAGE
        cause = TWO_WRITERS if place.start in apart else _cause(place)
        yield Notice(kind, str(path), message, place.start, place.end, cause=cause, around=between)


def restart_notices(path: Path, restarts: Sequence[Restart]) -> Iterator[Notice]:
    """Yield one notice for each restart that voids points of this file, or may void some of earlier ones."""
    for i, one in enumerate(shortened(restarts)):
        here = f"{one.points:,} points of {one.series} series" if one.points else "what earlier files hold"
        message = f"The writer started again at step {one.step}, which voids {here} from that step on."
        if i == MOST_NOTICES:
            message = f"The writer started again {one.times:,} more times, which voids {one.points:,} points."
        yield Notice(RESTART, str(path), message, one.start, one.end)


def shortened(restarts: Sequence[Restart]) -> list[Restart]:
    """Take for one all restarts that are to be told beyond the first MOST_NOTICES; the others are let go."""
    told = [one for one in restarts if one.points or one.step > 0]
    rest = told[MOST_NOTICES:]
    if not rest:
        return told
    points, times = sum(one.points for one in rest), sum(one.times for one in rest)
    return [*told[:MOST_NOTICES], replace(rest[0], end=rest[-1].end, points=points, times=times)]


def _cause(gap: Place) -> str:
    """Return what damage of this kind comes from, where it shows."""
    if gap.cause == Cause.CUT:
        return INTERRUPTED_WRITE
    lost_by_storage = gap.cause in (Cause.PAYLOAD, Cause.HEADER, Cause.UNREADABLE) or gap.nuls >= NUL_RUN
    return STORAGE_FAULT if lost_by_storage else ""


def _of_two_writers(gap: Place, steps: str, room: str) -> str:
    count = f"{gap.end - gap.start:,} bytes"
    return f"{count} are parts of records that another process wrote into the middle of{steps}; not used{room}."


def _message(gap: Place, steps: str, around: Surroundings) -> str:
    """Say what happened to neighbouring bytes, where, and what is lost."""
    start, end = gap.start, gap.end
    count = f"{end - start:,} bytes"
    records = f"1 record ({count})" if gap.gaps == 1 else f"{gap.gaps:,} records in a row ({count})"
    room = around.room(start, end)
    match gap.cause:
        case Cause.PAYLOAD:
            return f"Left out {records} with a wrong checksum{steps}: a flipped bit or a torn write."
        case Cause.HEADER:
            return "The header of a record is damaged; its own checksum proves the payload, so nothing is lost."
        case Cause.CUT:
            return (
                f"The last record ends after {count}{steps}: the run is still being written or was killed in mid-write."
            )
        case Cause.UNREADABLE:
            return f"The last {count} could not be read{steps}: the disk or the network failed."
        case Cause.TOO_LONG:
            return f"A record of {count} is sound but was not looked into: no scalar is that long."
        case Cause.NO_EVENT:
            return f"Left out {records} with the right checksum that cannot be understood as an event{steps}."
        case Cause.BROKEN_OFF:
            return (
                f"A record breaks off after {count}{steps}, and others follow: its writer was killed and another "
                f"appended, two write to this file, or what lay between was lost{room}."
            )
        case Cause.NO_RECORD if gap.nuls >= NUL_RUN:
            where = "end the file" if end == around.size else f"stand where records should{steps}"
            also = "" if gap.nuls == end - start else f"; {count} in all could not be read"
            return f"{gap.nuls:,} NUL bytes {where}, as network file systems and power cuts leave them{also}{room}."
        case Cause.NO_RECORD if (start, end) == (0, around.size):
            return f"Nothing in these {count} is a record of an event file."
        case _:
            what = "but lost, overwritten or inserted; what lies around them was read"
            return f"{count} are no records{steps}, {what}{room}."
