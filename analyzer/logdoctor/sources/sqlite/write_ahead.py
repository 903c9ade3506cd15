"""A database in write-ahead mode, put together in memory from its file and its log.

SQLite itself, even when it opens such a database read-only, makes `-wal` and `-shm` files beside it and leaves them
there. The format is that of https://www.sqlite.org/fileformat2.html#the_write_ahead_log: a header of 32 bytes, then
frames of 24 bytes and a page; a frame counts when its salts and its running checksum hold and a later frame commits it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

HEADER_BYTES = 32
_FRAME_BYTES = 24
_MAGIC = 0x377F0682
_VERSIONS = slice(18, 20)
"""Bytes of the database header that say how it is written and read: 2 with a write-ahead log, 1 without."""

_MOST_TRIES = 5
"""How often a database is read anew when its log was begun anew meanwhile."""


def log_of(path: Path) -> Path:
    """Return where the write-ahead log of a database lies, if it has one."""
    return path.with_name(f"{path.name}-wal")


def is_written_ahead(start: bytes) -> bool:
    """Tell from its first bytes whether a database is in write-ahead mode."""
    return 2 in start[_VERSIONS]


def merged(path: Path) -> bytearray:
    """Return a database with the transactions of its log in it, in the form of one without a log.

    The log is read after the database. What a checkpoint brought into the database meanwhile stands in the log too,
    unless the log was begun anew: then both are read again. Raises OSError.
    """
    for _ in range(_MOST_TRIES):
        begun = _salts(log_of(path))
        database = bytearray(path.read_bytes())
        log = log_of(path).read_bytes()
        if log[16:24] == begun:
            break
    for page, size, content in _committed(log):
        start = (page - 1) * len(content)
        if start + len(content) <= size:
            database.extend(bytes(max(0, start - len(database))))
            database[start : start + len(content)] = content
        del database[size:]
    database[_VERSIONS] = b"\1\1"
    return database


def _salts(log: Path) -> bytes:
    with log.open("rb") as file:
        return file.read(HEADER_BYTES)[16:24]


def _committed(log: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the number and the content of every page of finished transactions, with the size of the database then."""
    if len(log) < HEADER_BYTES:
        return
    magic, _, page_bytes, _ = struct.unpack_from(">4I", log)
    if magic & ~1 != _MAGIC or not 512 <= page_bytes <= 65536:
        return
    words = ">" if magic & 1 else "<"
    sums = _checksum(log[:24], words, (0, 0))
    if sums != struct.unpack_from(">2I", log, 24):
        return
    waiting: list[tuple[int, bytes]] = []
    for at in range(HEADER_BYTES, len(log) - _FRAME_BYTES - page_bytes + 1, _FRAME_BYTES + page_bytes):
        page, size = struct.unpack_from(">2I", log, at)
        content = log[at + _FRAME_BYTES : at + _FRAME_BYTES + page_bytes]
        sums = _checksum(log[at : at + 8] + content, words, sums)
        if not page or log[at + 8 : at + 16] != log[16:24] or sums != struct.unpack_from(">2I", log, at + 16):
            return
        waiting.append((page, content))
        if size:
            yield from ((number, size * page_bytes, one) for number, one in waiting)
            waiting = []


def _checksum(data: bytes, words: str, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    numbers = struct.unpack(f"{words}{len(data) // 4}I", data)
    for even, odd in zip(numbers[::2], numbers[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
