"""Protocol-buffer wire format: the fields of a message, and where their bytes lie (protobuf.dev, "Encoding").

Nothing is copied, no message is opened that the caller does not ask for, and nesting costs no recursion.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

VARINT = 0
FIXED64 = 1
BYTES = 2
_START_GROUP = 3
_END_GROUP = 4
FIXED32 = 5

_LONGEST_VARINT = 10
"""Bytes of a varint at most: 64 bits, seven to a byte."""

_FIXED_SIZES = {FIXED64: 8, FIXED32: 4}


class WireError(ValueError):
    """These bytes are no protocol-buffer message."""


class Field(NamedTuple):
    """One field of a message."""

    number: int
    wire: int
    """VARINT, FIXED64, BYTES or FIXED32."""
    start: int
    """Where its value begins: for BYTES, behind their length."""
    end: int


def fields(data: bytes, start: int, end: int) -> Iterator[Field]:
    """Yield the fields of the message in data[start:end]; groups, which proto3 no longer has, are passed over.

    Raises WireError where the bytes stop making sense, after the fields before.
    """
    groups: list[int] = []
    while start < end:
        key, start = varint(data, start, end)
        number, wire = key >> 3, key & 7
        value = start
        if wire == BYTES:
            length, value = varint(data, start, end)
            start = value + length
        elif wire == VARINT:
            _, start = varint(data, start, end)
        elif wire in _FIXED_SIZES:
            start += _FIXED_SIZES[wire]
        elif wire == _START_GROUP:
            groups.append(number)
        elif wire != _END_GROUP or not groups or groups.pop() != number:
            raise WireError(f"wire type {wire} at byte {start}")
        if not number or start > end:
            raise WireError(f"field {number} ends at byte {start} of {end}")
        if not groups and wire not in (_START_GROUP, _END_GROUP):
            yield Field(number, wire, value, start)
    if groups:
        raise WireError(f"group {groups[-1]} does not end")


def members(data: bytes, start: int, end: int, number: int) -> Iterator[tuple[int, int]]:
    """Yield where the messages, or strings, of one field of a message lie; raises WireError."""
    return ((one.start, one.end) for one in fields(data, start, end) if one.number == number and one.wire == BYTES)


def varint(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Read a variable-length integer: its 64 bits, unsigned, and where it ends; raises WireError."""
    value = 0
    for shift, at in enumerate(range(start, min(end, start + _LONGEST_VARINT))):
        byte = data[at]
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at + 1
    raise WireError(f"no integer at byte {start}")


def integer(data: bytes, field: Field) -> int:
    """Read the value of a VARINT field as the signed number that int32 and int64 mean; raises WireError."""
    value, _ = varint(data, field.start, field.end)
    return value - (1 << 64) if value >= 1 << 63 else value


def text(data: bytes, field: Field) -> str:
    """Read the value of a BYTES field that holds a text; what is no UTF-8 in it becomes replacement characters."""
    return data[field.start : field.end].decode(errors="replace")


def last_integer(data: bytes, start: int, end: int, number: int, default: int = 0) -> int:
    """Read an integer field of the message in data[start:end]; the last one counts. Raises WireError."""
    for one in fields(data, start, end):
        if one.number == number and one.wire == VARINT:
            default = integer(data, one)
    return default
