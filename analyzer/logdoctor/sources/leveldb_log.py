"""The framing of LevelDB's log, in which W&B keeps a run: records in blocks of 32 KiB, each with a checksum.

Blocks are counted from the first byte of the file, which holds a short header in W&B's variant; the checksum is the
plain CRC-32 of zlib over type and data (wandb/sdk/internal/datastore.py). After damage the reader goes on at the next
block, as LevelDB does: the records before and after it are whole.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE

BLOCK = 32 * 1024
LARGEST_RECORD = 256 * 1024 * 1024
"""A record of more bytes is taken for damage."""

_HEADER = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4


def read_records(path: Path, header: int) -> Iterator[bytes | Notice]:
    """Yield every whole record after a file header of some bytes, and a notice for every stretch that is damaged."""
    with path.open("rb") as file:
        file.seek(header)
        at = header
        parts: list[bytes] = []
        begun = at
        while block := file.read(BLOCK - at % BLOCK):
            for kind, data, start in _chunks(block, at):
                if kind in (_FULL, _FIRST):
                    if parts:
                        yield _damage(path, begun, start, "a record has no end")
                    parts, begun = [], start
                elif kind is not None and not parts:
                    continue  # the rest of a record whose beginning was damaged, which was said
                if kind is None:
                    end = at + len(block)
                    cut = len(block) < BLOCK - at % BLOCK or not file.peek(1)
                    why = "the file ends in the middle of a record" if cut else "a checksum does not match"
                    yield _damage(path, begun if parts else start, end, why)
                    parts = []
                    continue
                parts.append(data)
                if kind in (_FULL, _LAST):
                    yield b"".join(parts)
                    parts = []
                elif sum(map(len, parts)) > LARGEST_RECORD:
                    yield _damage(path, begun, start, "a record does not end")
                    parts = []
            at += len(block)
        if parts:
            yield _damage(path, begun, at, "the file ends in the middle of a record")


def _chunks(block: bytes, offset: int) -> Iterator[tuple[int | None, bytes, int]]:
    """Yield kind, data and place of each chunk of a block; None for the kind where the rest of the block is damaged."""
    at = 0
    while len(block) - at >= _HEADER.size:
        checksum, length, kind = _HEADER.unpack_from(block, at)
        data = block[at + _HEADER.size : at + _HEADER.size + length]
        if not checksum and not length and not kind:
            if any(block[at:]):
                yield None, b"", offset + at
            return
        sound = (
            len(data) == length and _FULL <= kind <= _LAST and zlib.crc32(data, zlib.crc32(bytes([kind]))) == checksum
        )
        if not sound:
            yield None, b"", offset + at
            return
        yield kind, data, offset + at
        at += _HEADER.size + length
    if any(block[at:]):
        yield None, b"", offset + at


def _damage(path: Path, start: int, end: int, why: str) -> Notice:
    return Notice(DAMAGE, str(path), f"{why}; bytes {start:,} to {end:,} were not used", start, end)
