"""What to tell about an event file: damage with its exact bytes, restarts, and files that are something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE, INTERPRETATION, INTERRUPTED_WRITE, RESTART, STORAGE_FAULT
from logdoctor.sources.event_file.tfrecord_file import Cause, Gap

MOST_NOTICES = 50
"""How many damaged places, and how many restarts, are told one by one; the rest share a last notice."""

NUL_RUN = 64
"""NUL bytes in a row from which they are named as the damage: no record of a scalar has as many."""

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


def foreign_notice(path: Path, start: bytes, size: int) -> Notice | None:
    """Say what a file of `size` bytes is that is no event file at all, from its first bytes."""
    if not start:
        return Notice(INTERPRETATION, str(path), "The file is empty: its writer never wrote to it.", 0, 0)
    said = (text for magic, text in _FOREIGN.items() if start.lstrip().lower().startswith(magic))
    return next((Notice(DAMAGE, str(path), f"The file {text}.", 0, size) for text in said), None)


def damage_notices(path: Path, gaps: Iterable[Gap], size: int) -> Iterator[Notice]:
    """Yield one notice for each damaged place of a file of `size` bytes; neighbours of one cause are one place."""
    places: list[list[Gap]] = []
    for gap in sorted(gaps, key=lambda gap: gap.start):
        near = places and places[-1][-1].end == gap.start and places[-1][-1].cause == gap.cause
        if near or len(places) > MOST_NOTICES:
            places[-1].append(gap)
        else:
            places.append([gap])
    for i, place in enumerate(places):
        message = _message(place, size) if i < MOST_NOTICES else f"{len(place)} more places are damaged."
        kind = INTERPRETATION if place[0].cause == Cause.TOO_LONG else DAMAGE
        yield Notice(kind, str(path), message, place[0].start, place[-1].end, cause=_cause(place[0]))


def restart_notices(path: Path, restarts: Sequence[Restart]) -> Iterator[Notice]:
    """Yield one notice for each restart that voids points of this file, or may void some of earlier ones."""
    told = [one for one in restarts if one.points or one.step > 0]
    for one in told[:MOST_NOTICES]:
        here = f"{one.points:,} points of {one.series} series" if one.points else "what earlier files hold"
        message = f"The writer started again at step {one.step}, which voids {here} from that step on."
        yield Notice(RESTART, str(path), message, one.start, one.end)
    if rest := told[MOST_NOTICES:]:
        points = sum(one.points for one in rest)
        message = f"The writer started again {len(rest)} more times, which voids {points:,} points."
        yield Notice(RESTART, str(path), message, rest[0].start, rest[-1].end)


def _cause(gap: Gap) -> str:
    """Return what damage of this kind comes from, where it shows."""
    if gap.cause == Cause.CUT:
        return INTERRUPTED_WRITE
    lost_by_storage = gap.cause in (Cause.PAYLOAD, Cause.HEADER) or gap.nuls >= NUL_RUN
    return STORAGE_FAULT if lost_by_storage else ""


def _message(place: Sequence[Gap], size: int) -> str:
    """Say what happened to neighbouring bytes, and what is lost."""
    gap, count = place[0], f"{place[-1].end - place[0].start:,} bytes"
    records = f"1 record ({count})" if len(place) == 1 else f"{len(place)} records in a row ({count})"
    match gap.cause:
        case Cause.PAYLOAD:
            return f"Left out {records} with a wrong checksum: a flipped bit or a torn write."
        case Cause.HEADER:
            return "The header of a record is damaged; its own checksum proves the payload, so nothing is lost."
        case Cause.CUT:
            return f"The last record ends after {count}: the run is still being written or killed in mid-write."
        case Cause.TOO_LONG:
            return f"A record of {count} is sound but was not looked into: no scalar is that long."
        case Cause.NO_EVENT:
            return f"Left out {records} with the right checksum that cannot be understood as an event."
        case Cause.NO_RECORD if gap.nuls >= NUL_RUN:
            where = "end the file" if gap.end == size else "stand where records should"
            also = "" if gap.nuls == gap.end - gap.start else f"; {count} in all could not be read"
            return f"{gap.nuls:,} NUL bytes {where}, as network file systems and power cuts leave them{also}."
        case Cause.NO_RECORD if (gap.start, gap.end) == (0, size):
            return f"Nothing in these {count} is a record of an event file."
        case _:
            return f"{count} are no records, but lost, overwritten or inserted; what lies around them was read."
