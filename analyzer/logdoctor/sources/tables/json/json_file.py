"""Read JSON documents from files, as far as memory allows, with a notice for everything damaged or left out."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE, INTERRUPTED_WRITE
from logdoctor.sources.source import HEAD_BYTES
from logdoctor.sources.tables.json.json_repair import Hole, decode_repaired
from logdoctor.sources.tables.json.json_text import MOST_MEMORY, long_integers, memory_of
from logdoctor.sources.tables.lost_lines import MOST_NOTICES
from logdoctor.sources.tables.text import BLOCK_BYTES, Encoding, encoding_of


@dataclass(frozen=True)
class Document:
    """A JSON document, and notices about the parts that were lost."""

    content: Any
    notices: tuple[Notice, ...] = ()


def load(path: Path, without: re.Pattern[bytes] | None = None) -> Document:
    """Read a document; raises UnreadableLogError when nothing of it can be decoded, and OSError.

    What matches `without` (such as pictures) is dropped while the file is read. Byte positions are unknown after that,
    so the notice about any damage then names none.
    """
    part = _affordable(path, without)
    try:
        content, holes = decode_repaired(part.text)
    except ValueError as error:
        raise UnreadableLogError(f"{path}: no JSON that can be read: {error}") from error
    notices = [_damaged(path, part, hole) for hole in holes]
    notices += [_too_long(path, part, found) for found in islice(long_integers(part.text), MOST_NOTICES)]
    if part.read < part.size:
        start, size = notices[-1].byte_start if notices else part.read, part.size
        message = f"The document is too large to be read as a whole: bytes {start} to {size} were not used."
        notices = [*notices[:-1], Notice(DAMAGE, str(path), message, start, size)]
    if part.dropped:
        message = "The document is damaged; what stands around the damage was read."
        notices = [Notice(DAMAGE, str(path), message) for _ in notices[:1]]
    return Document(content, tuple(notices))


@lru_cache(maxsize=1)  # every source for a kind of JSON asks about the same head
def beginning(start: bytes) -> Any:
    """Return what the first bytes of a document hold, or None when they are not JSON."""
    encoding = encoding_of(start)
    try:
        return decode_repaired(encoding.decode(start[encoding.mark :]))[0]
    except ValueError:
        return None


@dataclass(frozen=True)
class _Beginning:
    """As much of a file's beginning as can be decoded in MOST_MEMORY."""

    text: str
    encoding: Encoding
    size: int
    """Bytes in the whole file."""
    read: int
    """Bytes that were read, dropped ones included."""
    dropped: int
    """Bytes that were read and left out of the text."""

    def bytes_of(self, start: int, end: int) -> tuple[int, int]:
        """Return the bytes of the file that hold text[start:end], where nothing was dropped."""
        first, last = (self.encoding.mark + self.encoding.size(self.text[:at]) for at in (start, end))
        return first, last


def _affordable(path: Path, without: re.Pattern[bytes] | None) -> _Beginning:
    pieces: list[bytes] = []
    cost = dropped = read = 0
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while piece := file.read(BLOCK_BYTES):
            kept = piece if without is None else without.sub(b"", piece)
            cost += memory_of(kept)
            if cost > MOST_MEMORY and pieces:
                break
            pieces.append(kept)
            read, dropped = read + len(piece), dropped + len(piece) - len(kept)
    data = b"".join(pieces)
    encoding = encoding_of(data[:HEAD_BYTES])
    return _Beginning(encoding.decode(data[encoding.mark :]), encoding, size, read, dropped)


def _damaged(path: Path, part: _Beginning, hole: Hole) -> Notice:
    start, end = part.bytes_of(hole.start, hole.end)
    if hole.end >= len(part.text):
        message = f"The document breaks off or is damaged at byte {start}; what stands before it was read."
        return Notice(DAMAGE, str(path), message, start, end, cause=INTERRUPTED_WRITE)
    message = f"Bytes {start} to {end} are damaged and were left out; what stands around them was read."
    return Notice(DAMAGE, str(path), message, start, end)


def _too_long(path: Path, part: _Beginning, integer: re.Match[str]) -> Notice:
    start, end = part.bytes_of(*integer.span())
    message = f"An integer of {end - start} digits at byte {start} was not used."
    return Notice(DAMAGE, str(path), message, start, end)
