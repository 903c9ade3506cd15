"""TFRecord files: all their records, in bulk, and exactly which bytes are damaged.

After damage a record with a sound header and a bad payload is skipped whole, for what lies in
it is not this file's. Where no header stands, reading goes on at the next place where both checksums of a record
hold. What only lost its header is proved by the checksum of its payload, and kept. Nothing is ever sized by a length
that the file claims unless that many bytes are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from logdoctor.sources.event_file.crc32c import masked_crc_of_chunks
from logdoctor.sources.event_file.tfrecord import (
    FRAME_BYTES,
    HEADER_BYTES,
    Records,
    first_proven,
    follow,
    length_at,
    prove,
    without_header,
)
from logdoctor.sources.nul_bytes import NUL_RUN, longest_nul_run, past_hole

BLOCK_BYTES = 4 * 1024 * 1024
"""How much is read at a time: what is made of it fits a processor's cache, and few enough steps remain."""

LONGEST_RECORD = 32 * 1024 * 1024
"""A longer record is checked piece by piece and not handed out: it is a graph or a video, no scalar."""

LONGEST_ANCHOR = 1024 * 1024
"""Longest record, in bytes, at which reading is taken up again after damage."""

LONGEST_MESSAGE = 2 * 1024 * 1024 * 1024
"""No protocol buffer is longer (protobuf.dev, "Size limits"): a record that claims more is damaged, not cut."""

FIRST_STRIDE = 64 * 1024
"""How much is read first after damage, so that many damaged places are not a whole block each."""

LONGEST_STRIDE = 1024 * 1024
"""How far the search for the next record grows: every byte of a run of NULs is a place to try."""


class Cause(Enum):
    """Why bytes of a file gave no record."""

    PAYLOAD = "payload"
    """One record, whose payload fails its checksum."""
    HEADER = "header"
    """The header of a record that its payload proves: nothing is lost."""
    NO_RECORD = "no-record"
    """These bytes are no records."""
    BROKEN_OFF = "broken-off"
    """The beginning of a record, with others behind it."""
    CUT = "cut"
    """The beginning of a record at the end of the file."""
    TOO_LONG = "too-long"
    """A sound record beyond LONGEST_RECORD."""
    UNREADABLE = "unreadable"
    """The system gave no bytes from here on; who reads the file finds this."""
    NO_EVENT = "no-event"
    """A sound record whose payload is no message; who reads payloads finds these."""


@dataclass(frozen=True)
class Gap:
    """Bytes from `start` to before `end` that are not handed out as records."""

    start: int
    end: int
    cause: Cause
    nuls: int = 0
    """Length of the longest run of NUL bytes, where the cause is NO_RECORD."""


def read_records(file: BinaryIO, size: int, block_bytes: int = BLOCK_BYTES) -> Iterator[list[Records | Gap]]:
    """Yield all records among the first `size` bytes of a file, and what is damaged, block by block.

    The records of a block come in groups of one length, and all that it has is in no order; what follows lies behind
    it. `block_bytes` is at least a header. Raises OSError when the file cannot be read.
    """
    at, span = 0, block_bytes
    while at < size:
        wanted = min(span, size - at)
        data = _read(file, at, wanted)
        if len(data) < wanted:  # somebody cut the file meanwhile
            size = at + len(data)
        # A record is judged together with the header that follows it, so that one must be in sight.
        chain = follow(data, len(data) if at + len(data) == size else len(data) - HEADER_BYTES)
        groups, torn = prove(data, chain)
        block: list[Records | Gap] = [group.after(at) for group in groups]
        sound = _goes_on(data, chain.stop, size - at)
        # A bad payload, and no header behind it: is the payload damaged, or does its length mislead?
        misled = not sound and length_at(data, chain.stop) is None and len(chain.starts) - 1 in torn
        for i in torn[:-1] if misled else torn:
            start = at + int(chain.starts[i])
            block.append(Gap(start, start + int(chain.lengths[i]) + FRAME_BYTES, Cause.PAYLOAD))
        yield block
        if not sound:
            doubtful = at + int(chain.starts[-1]) if misled else None
            block, at = _recover(file, size, at + chain.stop, doubtful)
            yield block
            span = min(FIRST_STRIDE, block_bytes)
        elif chain.stop:
            at += chain.stop
            span = min(4 * span, block_bytes)
        elif (length := length_at(data, 0) or 0) > LONGEST_RECORD:
            block, at = _pass_over(file, size, at, length)
            yield block
        else:
            span = length + FRAME_BYTES + HEADER_BYTES


def _goes_on(data: bytes, stop: int, left: int) -> bool:
    """Tell whether a file is sound at a place of a block, when `left` bytes remain from the start of the block.

    It is at its end there, or has the header of a record that fits, or the block does not show what it has.
    """
    if stop == left:
        return True
    if stop + HEADER_BYTES > len(data):
        return len(data) < left
    length = length_at(data, stop)
    return length is not None and stop + length + FRAME_BYTES <= left


def _recover(file: BinaryIO, size: int, start: int, doubtful: int | None) -> tuple[list[Records | Gap], int]:
    """Return what the damage at `start` is, and where reading goes on.

    `doubtful` is where the record in front of it begins, when that has a bad payload.
    """
    end = _next_proven(file, start + 1, size)
    rebuilt = _rebuilt(file, start, end)
    found: list[Records | Gap] = []
    if doubtful is not None and rebuilt:
        found.append(Gap(doubtful, start, Cause.PAYLOAD))
    elif doubtful is not None:
        start, end = doubtful, _next_proven(file, doubtful + 1, size)
        rebuilt = _rebuilt(file, start, end)
    if rebuilt:
        found += [rebuilt, Gap(start, start + HEADER_BYTES, Cause.HEADER)]
    else:
        found.append(_gap(file, size, start, end))
    return found, end


def _next_proven(file: BinaryIO, at: int, size: int) -> int:
    """Find the first record from a place on that both its checksums prove; the end of the file when there is none."""
    stride = FIRST_STRIDE
    while at < size:
        at = max(at, past_hole(file, at, size) - HEADER_BYTES)  # a header may begin with a NUL
        data = _read(file, at, min(stride + LONGEST_ANCHOR + FRAME_BYTES, size - at))
        found = first_proven(data, stride, LONGEST_ANCHOR)
        if found is not None:
            return at + found
        at += stride
        stride = min(4 * stride, LONGEST_STRIDE)
    return size


def _rebuilt(file: BinaryIO, start: int, end: int) -> Records | None:
    """Take the bytes from `start` to before `end` for one record with a damaged header, if its payload is proof."""
    if end - start > LONGEST_RECORD + FRAME_BYTES:
        return None
    record = without_header(_read(file, start, end - start))
    return record and record.after(start)


def _gap(file: BinaryIO, size: int, start: int, end: int) -> Gap:
    """Say what the bytes from `start` to before `end` are."""
    nuls = longest_nul_run(file, start, end)
    length = length_at(_read(file, start, HEADER_BYTES), 0)
    begun = end - start < HEADER_BYTES if length is None else length < LONGEST_MESSAGE
    if end == size and begun and nuls < end - start:
        return Gap(start, end, Cause.CUT)
    if length is not None and end - start < length + FRAME_BYTES and begun and nuls < NUL_RUN:
        return Gap(start, end, Cause.BROKEN_OFF)
    return Gap(start, end, Cause.NO_RECORD, nuls)


def _pass_over(file: BinaryIO, size: int, at: int, length: int) -> tuple[list[Records | Gap], int]:
    """Check a record that is too long to hand out; return what it is, and where reading goes on."""
    payload = range(at + HEADER_BYTES, at + HEADER_BYTES + length, BLOCK_BYTES)
    chunks = (_read(file, start, min(BLOCK_BYTES, payload.stop - start)) for start in payload)
    proven = masked_crc_of_chunks(chunks) == int.from_bytes(_read(file, payload.stop, 4), "little")
    end = payload.stop + 4
    if not proven and not _goes_on(_read(file, end, HEADER_BYTES), 0, size - end):
        return _recover(file, size, end, at)
    return [Gap(at, end, Cause.TOO_LONG if proven else Cause.PAYLOAD)], end


def _read(file: BinaryIO, at: int, count: int) -> bytes:
    file.seek(at)
    return file.read(count)
