"""Thrift's compact protocol, as far as needed to find a field near the beginning of a structure."""

from __future__ import annotations

from dataclasses import dataclass

Value = int | bytes | list["Struct"] | None
Struct = dict[int, Value]
"""The fields of a structure by their numbers, without those whose types are not looked at."""

_STOP = 0
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)
"""Types of fields."""

_DEEPEST = 16
_MOST = 100_000
"""How deep structures may be nested, and how many elements a list may have: more are damage."""


@dataclass
class Thrift:
    """Reads values one behind the other; whatever is cut off or cannot be raises IndexError or ValueError."""

    data: bytes
    at: int = 0

    def struct(self, up_to: int = 1 << 15, depth: int = 0) -> Struct:
        """Return the fields of the structure that begins here, as far as one that is the last of interest."""
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        fields: Struct = {}
        number = 0
        while (head := self._byte()) & 15 != _STOP:
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            fields[number] = self._value(head & 15, depth)
            if number >= up_to:
                break
        return fields

    def _value(self, kind: int, depth: int, *, listed: bool = False) -> Value:
        if kind in (_TRUE, _FALSE):
            return self._byte() if listed else None
        if kind == _BYTE:
            return self._byte()
        if kind in _INTEGERS:
            return self._zigzag()
        if kind == _DOUBLE:
            self._bytes(8)
            return None
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind in (_LIST, _SET):
            return self._elements(depth)
        if kind == _STRUCT:
            self.struct(depth=depth + 1)
            return None
        raise ValueError(f"a value of type {kind}")  # maps are in no description of a Parquet file

    def _elements(self, depth: int) -> list[Struct]:
        """Return the structures of a list; of other elements nothing."""
        head = self._byte()
        count, kind = head >> 4, head & 15
        count = self._varint() if count == 15 else count
        if count > _MOST:
            raise ValueError("too many elements")
        if kind == _STRUCT:
            return [self.struct(depth=depth + 1) for _ in range(count)]
        for _ in range(count):
            self._value(kind, depth + 1, listed=True)
        return []

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _bytes(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise IndexError("cut off")
        self.at += count
        return self.data[self.at - count : self.at]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > 63:
                raise ValueError("an integer of more than 64 bits")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
