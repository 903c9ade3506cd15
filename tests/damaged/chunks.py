"""`.wandb` files piece by piece: rows of a history as records, framed as LevelDB frames its log."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping

from tests.damaged.records import sized, varint

BLOCK = 32 * 1024
FILE_HEADER = b":W&B" + struct.pack("<HB", 0xBEE1, 0)
SWANLAB_HEADER = b":SWL" + struct.pack("<HB", 0xE1D6, 2)
_CHUNK_HEADER_BYTES = 7


def history(row: Mapping[str, float]) -> bytes:
    """Encode the record of one row; `_step` is the count of W&B's logger."""
    items = [sized(1, sized(1, name.encode()) + sized(16, repr(value).encode())) for name, value in row.items()]
    return sized(2, b"".join(items))


def swanlab_scalar(key: str, step: int, value: float, seconds: int = 1_750_000_000) -> bytes:
    """Encode the record of one scalar."""
    number = sized(5, b"\x09" + struct.pack("<d", value))
    time = sized(4, b"\x08" + varint(seconds))
    return sized(13, sized(1, key.encode()) + b"\x10" + varint(step) + time + number)


def framed(records: Iterable[bytes], file_header: bytes = FILE_HEADER) -> tuple[bytes, list[tuple[int, int]]]:
    """Frame records, those that do not fit into a block in several chunks; return the file and where each stands."""
    content, places = bytearray(file_header), []
    for data in records:
        kind, rest, start = 1, data, len(content)
        while kind == 1 or rest:
            room = BLOCK - len(content) % BLOCK - _CHUNK_HEADER_BYTES
            if room < 0:
                content += bytes(room + _CHUNK_HEADER_BYTES)
                start = len(content) if kind == 1 else start
                continue
            part, rest = rest[:room], rest[room:]
            first = kind == 1
            kind = (1 if first else 4) if not rest else (2 if first else 3)
            content += chunk(kind, part)
            kind = 3
        places.append((start, len(content)))
    return bytes(content), places


def chunk(kind: int, data: bytes) -> bytes:
    """Frame one chunk: 1 is a whole record, 2 its beginning, 3 its middle, 4 its end."""
    byte = bytes([kind])
    return struct.pack("<IH", zlib.crc32(byte + data), len(data)) + byte + data


def is_sound(data: bytes, at: int) -> bool:
    """Whether a sound chunk stands at a place."""
    checksum, length, kind = struct.unpack_from("<IHB", data.ljust(at + 7, b"\0"), at)
    content = data[at + 7 : at + 7 + length]
    return bool(len(content) == length and zlib.crc32(bytes([kind]) + content) == checksum)
