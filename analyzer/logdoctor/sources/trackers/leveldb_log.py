"""The framing of LevelDB's log, in which W&B keeps a run: records in chunks, each with a checksum.

A chunk is `uint32 checksum | uint16 length | uint8 kind | data`; the checksum is the plain CRC-32 of zlib over kind and
data (wandb/sdk/internal/datastore.py). No chunk crosses a multiple of 32 KiB: a longer record is a first, middle and
last chunk, and where fewer bytes than a header remain before the multiple there are up to six zeros. Those
zeros are all that a reader must know of the multiples, so bytes lost or inserted do not put it out of step.

After damage LevelDB goes on at the next multiple, and loses what lies before it. Here a chunk whose own header leads
to a sound one is skipped alone; else reading goes on at the next place where a checksum holds. A chunk whose length or
kind is damaged is kept where its checksum proves the rest.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE, INTERRUPTED_WRITE, STORAGE_FAULT
from logdoctor.sources.nul_bytes import NUL_RUN, longest_nul_run

BLOCK = 32 * 1024
"""No chunk is longer, its header included."""

LARGEST_RECORD = 64 * 1024 * 1024
"""A record of more bytes is not put together: a row of numbers is never that long."""

READ_BYTES = 1024 * 1024
"""How much is read at a time."""

SEARCH_EFFORT = 512
"""Bytes that searches after damage may sum for each byte of the file; random bytes take a quarter of that. Behind
damage that is made to cost more, reading is taken up again later than it could be."""

FIRST_STRIDE = 256
"""How far is searched first, so that many damaged places are not a whole window each."""

_HEADER = struct.Struct("<IHB")
_KINDS = range(1, 5)
_FULL, _FIRST, _, _LAST = _KINDS
_LONGEST_DATA = BLOCK - _HEADER.size


class Record(NamedTuple):
    """A whole record, and where it stands in the file."""

    data: bytes
    start: int
    end: int


class _Chunk(NamedTuple):
    kind: int
    data: bytes
    start: int
    end: int


class _Gap(NamedTuple):
    """Bytes that are no sound chunk."""

    start: int
    end: int
    why: str
    cause: str
    loses: bool = True
    """Whether a chunk is lost: one that lost its header alone is not."""


def read_records(path: Path, header: int) -> Iterator[Record | Notice]:
    """Yield every whole record after a file header of some bytes, and a notice for every stretch that is damaged.

    Raises OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        assembly = _Assembly(path)
        for found in _stretches(file, header):
            yield from assembly.pass_over(found) if isinstance(found, _Gap) else assembly.take(found)
        yield from assembly.end()


class _Assembly:
    """Puts chunks together to records, and damaged stretches that touch each other to one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: list[_Chunk] = []
        """The chunks of a record that has not ended yet."""
        self._lost: _Gap | None = None
        """What the next notice tells of."""

    def pass_over(self, gap: _Gap) -> Iterator[Notice]:
        """Note bytes that are no sound chunk. Where they held none, a record may go on behind them."""
        if not gap.loses:
            yield _notice(self._path, gap)
            return
        self._drop("a record has no end")
        if self._lost and self._lost.end == gap.start:
            gap = gap._replace(start=self._lost.start)
        self._lost = gap

    def take(self, chunk: _Chunk) -> Iterator[Record | Notice]:
        """Add a chunk to its record; a record is yielded with its last chunk."""
        if chunk.kind in (_FULL, _FIRST):
            self._drop("a record has no end")
        elif not self._parts:
            lost = self._lost or _Gap(chunk.start, chunk.end, "a record has no beginning", "")
            self._lost = lost._replace(end=chunk.end)
            return
        yield from self._tell()
        self._parts.append(chunk)
        if chunk.kind in (_FULL, _LAST):
            yield Record(b"".join(part.data for part in self._parts), self._parts[0].start, chunk.end)
            self._parts = []
        elif chunk.end - self._parts[0].start > LARGEST_RECORD:
            self._drop(f"a record of more than {LARGEST_RECORD >> 20} MiB was passed over")

    def end(self) -> Iterator[Notice]:
        """Tell what was lost at the end of the file."""
        self._drop("the file ends in the middle of a record", INTERRUPTED_WRITE)
        yield from self._tell()

    def _drop(self, why: str, cause: str = "") -> None:
        """Give up the record that has begun, if one has."""
        if self._parts:
            self._lost = _Gap(self._parts[0].start, self._parts[-1].end, why, cause)
            self._parts = []

    def _tell(self) -> Iterator[Notice]:
        if self._lost:
            yield _notice(self._path, self._lost)
            self._lost = None


def has_record(data: bytes) -> bool:
    """Tell whether a sound chunk stands anywhere among the first bytes of a file."""
    return bool(data) and _next_sound(data, 0, len(data), SEARCH_EFFORT * (len(data) + BLOCK))[0] < len(data)


@dataclass
class _Window:
    """A stretch of a file in memory, so that the reader sees at least two chunks ahead."""

    file: BinaryIO
    base: int
    """Where in the file `data` begins."""
    data: bytes = b""
    ends: bool = False
    """Whether `data` reaches to the end of the file."""
    summed: int = 0
    """Bytes that searches have summed."""

    @property
    def sure(self) -> int:
        """Up to where in `data` every chunk that begins is whole, if the file has it."""
        return len(self.data) if self.ends else len(self.data) - BLOCK

    def show(self, at: int) -> int:
        """Hold what follows a place of the file, and return where that is in `data`."""
        if not self.ends and len(self.data) - (at - self.base) < 4 * BLOCK:
            more = self.file.read(READ_BYTES)
            self.data, self.base, self.ends = self.data[at - self.base :] + more, at, len(more) < READ_BYTES
        return at - self.base


def _stretches(file: BinaryIO, start: int) -> Iterator[_Chunk | _Gap]:
    """Yield the sound chunks of a file and the gaps between them, all that there is in its order."""
    file.seek(start)
    window, at = _Window(file, start), start
    while (here := window.show(at)) < len(window.data):
        chunk = _chunk_at(window.data, here)
        if chunk:
            yield chunk._replace(start=at, end=window.base + chunk.end)
            at = window.base + chunk.end
        elif (place := _after_zeros(window.data, here)) is not None:
            at = window.base + place
        else:
            end, chunk = _damaged(window, at)
            if chunk:
                why = "the header of a record is damaged, and nothing lost"
                yield _Gap(at, at + _HEADER.size, why, STORAGE_FAULT, loses=False)
                yield chunk._replace(start=at, end=end)
            else:
                yield _gap(file, at, end, at_end=window.ends and end == window.base + len(window.data))
                file.seek(window.base + len(window.data))
            at = end


def _gap(file: BinaryIO, start: int, end: int, *, at_end: bool) -> _Gap:
    """Say what the bytes from `start` to before `end` are."""
    nuls = longest_nul_run(file, start, end)
    if nuls >= NUL_RUN:
        why = f"{nuls:,} NUL bytes stand there, as network file systems and power cuts leave them"
        return _Gap(start, end, why, STORAGE_FAULT)
    file.seek(start)
    claimed = _claimed(file.read(_HEADER.size), 0)
    if at_end and (end - start < _HEADER.size or (claimed or 0) > end - start):
        return _Gap(start, end, "the file ends in the middle of a record", INTERRUPTED_WRITE)
    return _Gap(start, end, "a checksum does not match", STORAGE_FAULT)


def _chunk_at(data: bytes, at: int) -> _Chunk | None:
    """Read the chunk at a place of some bytes; None when it is not sound."""
    if at + _HEADER.size > len(data):
        return None
    checksum, length, kind = _HEADER.unpack_from(data, at)
    end = at + _HEADER.size + length
    if kind not in _KINDS or length > _LONGEST_DATA or end > len(data):
        return None
    return _proved(data, at, end, kind, checksum)


def _proved(data: bytes, at: int, end: int, kind: int, checksum: int) -> _Chunk | None:
    content = data[at + _HEADER.size : end]
    return _Chunk(kind, content, at, end) if zlib.crc32(content, zlib.crc32(bytes([kind]))) == checksum else None


def _after_zeros(data: bytes, at: int) -> int | None:
    """Find the sound chunk at a place, or behind at most six zeros there; the end of the data counts as one."""
    for place in range(at, min(at + _HEADER.size, len(data) + 1)):
        if place == len(data) or _chunk_at(data, place):
            return place
        if data[place]:
            return None
    return None


def _claimed(data: bytes, at: int) -> int | None:
    """Return how long the header at a place says that its chunk is; None where there is none."""
    if at + _HEADER.size > len(data):
        return None
    _, length, kind = _HEADER.unpack_from(data, at)
    return _HEADER.size + length if kind in _KINDS and length <= _LONGEST_DATA else None


def _damaged(window: _Window, start: int) -> tuple[int, _Chunk | None]:
    """Find where in the file the damage at a place ends, and the chunk in it, when its header alone is damaged."""
    here = window.show(start)
    claimed = _claimed(window.data, here)
    found = _search(window, here + 1)
    if chunk := _rebuilt(window.data, here, found):
        return window.base + chunk.end, chunk
    if claimed and here + claimed <= len(window.data) and _after_zeros(window.data, here + claimed) is not None:
        return start + claimed, None  # what lies in a damaged chunk is not this file's
    while found == window.sure and not window.ends:
        here = window.show(window.base + window.sure)
        found = _search(window, here)
    return window.base + found, None


def _search(window: _Window, start: int) -> int:
    """Find the first sound chunk in a window from a place on, at first only near it: most damage is small."""
    stop, stride = window.sure, FIRST_STRIDE
    while start < stop:
        end = min(start + stride, stop)
        most = SEARCH_EFFORT * (window.base + end + BLOCK) - window.summed
        found, summed = _next_sound(window.data, start, end, most)
        window.summed += summed
        if found < end:
            return found
        start, stride = end, 4 * stride
    return stop


def _next_sound(data: bytes, start: int, stop: int, most: int) -> tuple[int, int]:
    """Find the first sound chunk that begins from `start` to before `stop`; `stop` when there is none.

    At most `most` bytes are summed for it; how many were is returned as well.
    """
    bytes_ = np.frombuffer(data, np.uint8)
    kinds = bytes_[start + 6 : stop + 6]
    places = np.flatnonzero((kinds >= _FULL) & (kinds <= _LAST)) + start
    lengths = bytes_[places + 4].astype(np.int64) | bytes_[places + 5].astype(np.int64) << 8
    fitting = (lengths <= _LONGEST_DATA) & (places + _HEADER.size + lengths <= len(data))
    places, summed = places[fitting], np.cumsum(lengths[fitting])
    for at, done in zip(places.tolist(), summed.tolist(), strict=True):
        if done > most:
            return stop, most
        if _chunk_at(data, at):
            return at, done
    return stop, int(summed[-1]) if len(summed) else 0


def _rebuilt(data: bytes, at: int, end: int) -> _Chunk | None:
    """Take all bytes to before `end`, or as many as the header says, for a chunk whose length or kind is damaged."""
    if at + _HEADER.size > end:
        return None
    checksum, length, _ = _HEADER.unpack_from(data, at)
    ends = {end, at + _HEADER.size + length} if length <= end - at - _HEADER.size else {end}
    tries = ((one, kind) for one in sorted(ends) if one - at <= BLOCK for kind in _KINDS)
    return next((chunk for one, kind in tries if (chunk := _proved(data, at, one, kind, checksum))), None)


def _notice(path: Path, gap: _Gap) -> Notice:
    used = "were not used" if gap.loses else "are wrong"
    text = f"{gap.why}; bytes {gap.start:,} to {gap.end:,} {used}"
    return Notice(DAMAGE, str(path), text[0].upper() + text[1:], gap.start, gap.end, cause=gap.cause)
