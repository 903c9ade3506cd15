"""Event files piece by piece: records with right checksums, and whole files of a known truth."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import accumulate, pairwise

import google_crc32c

FRAME_BYTES = 16
"""Bytes of a record beside its payload: length, its checksum, and the checksum of the payload."""


def masked_crc(data: bytes) -> bytes:
    """Return a checksum as it stands in a file."""
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def header(length: int) -> bytes:
    """Return the header of a record with the right checksum for any length."""
    return struct.pack("<Q", length) + masked_crc(struct.pack("<Q", length))


def record(payload: bytes) -> bytes:
    """Frame a payload."""
    return header(len(payload)) + payload + masked_crc(payload)


def varint(number: int) -> bytes:
    """Encode an integer of at most 64 bits."""
    digits = bytearray()
    number &= 0xFFFF_FFFF_FFFF_FFFF
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes([*digits, number])


def sized(field: int, content: bytes) -> bytes:
    """Encode a field of bytes: a text or a message."""
    return varint(field << 3 | 2) + varint(len(content)) + content


def event(step: int, content: bytes = b"", wall_time: float = 1.7e9) -> bytes:
    """Encode an event; `content` is the rest of it."""
    return b"\x09" + struct.pack("<d", wall_time) + b"\x10" + varint(step) + content


def summary(*values: bytes) -> bytes:
    """Encode the field of an event that holds values."""
    return sized(5, b"".join(sized(1, value) for value in values))


def scalar(tag: bytes, value: float) -> bytes:
    """Encode a value of a summary."""
    return sized(1, tag) + b"\x15" + struct.pack("<f", value)


def point(step: int, value: float, tag: bytes = b"loss", wall_time: float = 1.7e9) -> bytes:
    """Return the record of one point."""
    return record(event(step, summary(scalar(tag, value)), wall_time))


VERSION = record(b"\x09" + struct.pack("<d", 1.7e9) + sized(3, b"brain.Event:2"))
"""The record with which a file begins."""


def spans(records: Iterable[bytes]) -> list[tuple[int, int]]:
    """Return where records begin and end when they follow each other."""
    return list(pairwise(accumulate(map(len, records), initial=0)))
