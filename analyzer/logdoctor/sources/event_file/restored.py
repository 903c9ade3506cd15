"""Event files that were altered as a whole in transit and can be restored: compressed, or copied as text."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 96 * 1024 * 1024
"""Bytes of the largest file that is changed back, which happens in memory."""

MOST_RATIO = 200
"""How many times longer than its compressed form a file may be: those of numbers are a few times, a bomb a thousand."""

FEWEST_FEEDS = 8
"""Line feeds that must all have a carriage return before them until that is no chance."""

_GZIP = b"\x1f\x8b"
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Restored:
    """What a file was before."""

    data: bytes
    said: str
    """What had been done to it, as a sentence."""
    whole: bool = True


def restored(path: Path, start: bytes, size: int) -> Restored | None:
    """Change a file of `size` bytes back that begins with `start`; None where nothing is to be undone, or too much.

    Raises OSError when it cannot be read.
    """
    if start.startswith(_GZIP):
        return _decompressed(path, min(MOST_BYTES, MOST_RATIO * size))
    if is_translated(start) and size <= MOST_BYTES:
        said = "Every line feed has a carriage return before it: the file was copied as a text; it was read as it was."
        return Restored(path.read_bytes().replace(b"\r\n", b"\n"), said)
    return None


def is_translated(start: bytes) -> bool:
    """Tell from its beginning whether a file was copied as if it were a text."""
    feeds = start.count(b"\n")
    return feeds >= FEWEST_FEEDS and start.count(b"\r\n") == feeds


def _decompressed(path: Path, limit: int) -> Restored:
    data, whole = bytearray(), False
    try:
        with gzip.open(path) as file:
            while len(data) <= limit and (piece := file.read1(_PIECE)):
                data += piece
            whole = len(data) <= limit
    except (OSError, EOFError, zlib.error):  # what came before is there
        pass
    if whole:
        return Restored(bytes(data), "The file is compressed with gzip; it was decompressed to be read.")
    said = (
        f"The file is compressed with gzip and damaged or too large: its first {len(data):,} bytes were decompressed."
    )
    return Restored(bytes(data), said, whole=False)
