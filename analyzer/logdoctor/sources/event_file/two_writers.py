"""Records into the middle of which another process wrote: a checksum proves that the two halves belong together.

A process that appends through a buffer, as C's `fwrite` does, writes the buffer out when it is full, most often in the
middle of a record. Where two do so, the rest of the record lies behind what the other wrote meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from logdoctor.sources.event_file.crc32c import masked_crc
from logdoctor.sources.event_file.tfrecord import FRAME_BYTES, HEADER_BYTES

LONGEST = 256
"""Bytes of the longest damaged place that is looked at; two records of scalars are shorter."""

_AHEAD = 3
"""How many places behind the beginning of a record are searched for its rest."""


def halves_of_records(path: Path, places: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Return which of the damaged places of a file, given in its order, hold parts of one record together."""
    try:
        with path.open("rb") as file:
            contents = []
            for start, end in places:
                file.seek(start)
                contents.append(file.read(end - start) if end - start <= LONGEST else b"")
    except OSError:
        return frozenset()
    found = set[int]()
    for i, content in enumerate(contents):
        behind = enumerate(islice(contents, i + 1, i + 1 + _AHEAD), i + 1)
        found.update(*({i, j} for j, rest in behind if _are_one(content, rest)))
    return frozenset(found)


def _are_one(content: bytes, behind: bytes) -> bool:
    """Tell whether one place begins with the beginning of a record and another ends with the end of it."""
    heads: Iterable[int] = range(1, min(len(content), HEADER_BYTES - 1) + 1)
    if any(_is_record(content[:head] + behind[-rest:]) for head in heads for rest in range(1, len(behind) + 1)):
        return True
    if len(content) < HEADER_BYTES or masked_crc(content[:8]) != int.from_bytes(content[8:HEADER_BYTES], "little"):
        return False
    size = int.from_bytes(content[:8], "little") + FRAME_BYTES
    heads = range(max(HEADER_BYTES, size - len(behind)), min(len(content), size - 1) + 1)
    return any(_is_record(content[:head] + behind[head - size :]) for head in heads)


def _is_record(data: bytes) -> bool:
    """Tell whether bytes are one whole record, by its length and both of its checksums."""
    return (
        len(data) > FRAME_BYTES
        and int.from_bytes(data[:8], "little") + FRAME_BYTES == len(data)
        and masked_crc(data[:8]) == int.from_bytes(data[8:HEADER_BYTES], "little")
        and masked_crc(data[HEADER_BYTES:-4]) == int.from_bytes(data[-4:], "little")
    )
