"""TFRecord framing of a block of bytes: find the records, and prove them by both checksums, many at a time.

A record is `uint64 length | uint32 checksum of the length | payload | uint32 checksum of the payload`, all of it
little-endian (tensorflow/core/lib/io/record_writer.h). Each record says where the next begins, so a file seems to ask
for a walk of one step at a time. But the record of a scalar is shorter than 256 bytes: its header is one byte that is
not zero, seven that are, and a checksum that the one byte determines. All such places of a block are found at once,
and they are the records when each begins where the one before ends. Only elsewhere is there a step to walk.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.event_file.crc32c import masked_crc, masked_crcs_of_rows, masked_crcs_of_spans

HEADER_BYTES = 12
"""Length and its checksum."""

FRAME_BYTES = HEADER_BYTES + 4
"""Bytes of a record beside its payload."""

_HEADER = struct.Struct("<QI")
_HEADER_DTYPE = np.dtype([("length", "<u8"), ("crc", "<u4")])

_SHORT_CRCS = np.array([masked_crc(length.to_bytes(8, "little")) for length in range(256)], np.uint32)
"""(256,) the checksum of each length that fits one byte."""


@dataclass(frozen=True, eq=False)
class Records:
    """Records of one length, each proved by both checksums."""

    starts: NDArray[np.int64]
    """(n,) where each begins, in bytes, rising."""
    rows: NDArray[np.uint8]
    """(n, width) payloads at the right of rows of whole 64-bit words, with zeros before them."""
    length: int
    """Bytes of each payload."""

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, which: NDArray[np.bool_] | slice) -> Records:
        """Keep only some records, given as a mask or a slice."""
        return Records(self.starts[which], self.rows[which], self.length)

    def after(self, offset: int) -> Records:
        """Count `starts` from `offset` bytes earlier: from a place in a block to a place in its file."""
        return Records(self.starts + offset, self.rows, self.length)


@dataclass(frozen=True, eq=False)
class Chain:
    """Records that follow each other from the start of a block, as their headers tell."""

    starts: NDArray[np.int64]
    """(n,) where each begins in the block, rising."""
    lengths: NDArray[np.int64]
    """(n,) bytes of each payload."""
    stop: int
    """Where the last one ends."""


def follow(data: bytes, limit: int) -> Chain:
    """Follow the headers from the start of a block, as far as records end at `limit` or before."""
    heads, lengths = _short_headers(data)
    ends = heads + lengths + FRAME_BYTES
    fitting = ends <= limit
    heads, lengths, ends = heads[fitting], lengths[fitting], ends[fitting]
    # Records without a gap between them make a run. A false header inside a payload only splits one.
    lasts = np.flatnonzero(np.append(heads[1:] != ends[:-1], True))
    starts_of_runs, lengths_of_runs, stop = [heads[:0]], [lengths[:0]], 0
    while True:
        first = int(heads.searchsorted(stop))
        if first < len(heads) and heads[first] == stop:
            last = lasts[lasts.searchsorted(first)]
            starts_of_runs.append(heads[first : last + 1])
            lengths_of_runs.append(lengths[first : last + 1])
            stop = int(ends[last])
        elif (length := length_at(data, stop)) is not None and stop + length + FRAME_BYTES <= limit:
            starts_of_runs.append(np.array([stop]))
            lengths_of_runs.append(np.array([length]))
            stop += length + FRAME_BYTES
        else:
            return Chain(np.concatenate(starts_of_runs), np.concatenate(lengths_of_runs), stop)


def prove(data: bytes, chain: Chain) -> tuple[list[Records], NDArray[np.intp]]:
    """Check the payload of every record of a chain.

    Returns the sound ones in groups of one length, and the indices of the others, rising.
    """
    lengths = chain.lengths
    order = np.argsort(np.minimum(lengths, 0xFFFF).astype(np.uint16), kind="stable")  # 16 bits sort in linear time
    groups, torn = [], [np.empty(0, np.intp)]
    for group in np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1) if len(order) else ():
        starts, length = chain.starts[group], int(lengths[group[0]])
        records = Records(starts, _payloads(data, starts, length), length)
        stored = _cut_out(data, starts + HEADER_BYTES + length, 4).view("<u4")[:, 0]
        proven = masked_crcs_of_rows(records.rows, length) == stored
        groups.append(records if proven.all() else records.take(proven))
        torn.append(group[~proven])
    return groups, np.sort(np.concatenate(torn))


def first_proven(data: bytes, before: int, longest: int) -> int | None:
    """Find the first record anywhere in a block that both checksums prove; None when there is none.

    It begins in front of `before`, and its payload is of at most `longest` bytes. Every length may stand there, and
    the time is linear in the block whatever it holds.
    """
    nul = np.frombuffer(data, np.uint8, min(len(data), before + 7)) == 0
    nul = nul[:-1] & nul[1:]
    nul = nul[:-2] & nul[2:]  # four zeros, in which a length below 4 GiB ends
    run = nul[:-8] & nul[8:]
    likely = nul[4:].copy()
    likely[: len(run)] &= ~run  # the checksum of length zero is not zero: a run of NULs is passed over
    heads = np.flatnonzero(likely)
    heads = heads[heads <= len(data) - FRAME_BYTES]
    headers = _cut_out(data, heads, HEADER_BYTES)
    lengths, crcs = (headers.view(_HEADER_DTYPE)[name][:, 0] for name in ("length", "crc"))
    real = masked_crcs_of_rows(np.ascontiguousarray(headers[:, :8]), 8) == crcs
    real &= lengths <= np.minimum(longest, len(data) - FRAME_BYTES - heads).astype(np.uint64)
    heads, starts = heads[real], heads[real] + HEADER_BYTES
    ends = starts + lengths[real].astype(np.int64)
    stored = _cut_out(data, ends, 4).view("<u4")[:, 0]
    proven = np.flatnonzero(masked_crcs_of_spans(data, starts, ends) == stored)
    return int(heads[proven[0]]) if len(proven) else None


def without_header(data: bytes) -> Records | None:
    """Take a block for one record whose header is damaged: its payload and the checksum of that decide."""
    length = len(data) - FRAME_BYTES
    if length < 0 or masked_crc(data[HEADER_BYTES:-4]) != int.from_bytes(data[-4:], "little"):
        return None
    starts = np.zeros(1, np.int64)
    return Records(starts, _payloads(data, starts, length), length)


def length_at(data: bytes, at: int) -> int | None:
    """Read the header at a place of a block; None when it fails its checksum or is not whole."""
    if at + HEADER_BYTES > len(data):
        return None
    length, crc = _HEADER.unpack_from(data, at)
    return int(length) if masked_crc(data[at : at + 8]) == crc else None


def _short_headers(data: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find every header of a record of 1 to 255 bytes: where it stands, and the length.

    Seven zeros hold an aligned word of zeros, so only one place in four is looked at; the header begins at the last
    byte before that word which is not zero.
    """
    words = np.frombuffer(data, "<u4", len(data) // 4)
    zeros = np.flatnonzero(words[1:] == 0)  # the index of the word in front of them
    before = words[zeros]
    heads = 4 * zeros + 3 - (before < 1 << 24) - (before < 1 << 16) - (before < 1 << 8)
    heads = heads[(before != 0) & (heads + HEADER_BYTES <= len(data))]
    headers = _cut_out(data, heads, HEADER_BYTES).view(_HEADER_DTYPE)[:, 0]
    lengths = headers["length"]
    real = (lengths < 256) & (headers["crc"] == _SHORT_CRCS[lengths & 0xFF])
    return heads[real], lengths[real].astype(np.int64)


def _payloads(data: bytes, starts: NDArray[np.int64], length: int) -> NDArray[np.uint8]:
    """Cut out the payloads of records of one length: (n, width), at the right, with zeros before them."""
    width = max(8, -(-length // 8) * 8)
    rows = _cut_out(data, starts + (HEADER_BYTES + length - width), width)  # at most the header comes along
    rows.view("<u8")[:, 0] &= np.uint64((1 << 64) - (1 << 8 * (width - length)))
    return rows


def _cut_out(data: bytes, starts: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
    """Copy data[start : start + size] for every start: (n, size)."""
    if not len(starts):
        return np.empty((0, size), np.uint8)
    windows = np.ndarray((len(data) - size + 1,), f"V{size}", data, strides=(1,))  # one at every byte
    return windows[starts].view(np.uint8).reshape(-1, size)
