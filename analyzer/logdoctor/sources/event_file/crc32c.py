"""CRC-32C, the checksum of TFRecord files, of many byte strings at once.

For strings of one length the checksum is linear over GF(2) but for a constant: it is the exclusive or of what each
pair of bytes adds, and that depends only on the pair and on how many pairs follow it. So one table of 65,536 entries
for each distance from the end turns the checksums of n strings into one gather for each column of pairs.

TFRecord stores a checksum masked, for the checksum of data that holds checksums is weak (tensorflow/core/lib/hash/
crc32c.h). Everything public here is masked, as it stands in a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce
from itertools import pairwise

import google_crc32c
import numpy as np
from numpy.typing import NDArray

POLYNOMIAL = np.uint32(0x82F63B78)
"""Castagnoli's polynomial without its leading term; the lowest power is the highest bit."""

MASK_DELTA = 0xA282EAD8
"""What masking adds after it has rotated a checksum by 15 bits."""

WIDEST_ROW = 256
"""Longest string, in bytes, that is looked up: the tables take 128 KiB for each of its bytes."""

FEWEST_ROWS = 256
"""Number of strings from which tables pay; fewer are summed one by one."""

ROWS_AT_ONCE = 8192
"""Strings summed together, so that their bytes stay in the processor's cache from column to column."""

FEW_BYTES = 4
"""Spans that together are at most this many times their data are summed one by one."""

_ONE = np.uint32(1)


def masked_crc(data: bytes) -> int:
    """Return the masked checksum of one string."""
    return _masked(google_crc32c.value(data))


def masked_crc_of_chunks(chunks: Iterable[bytes]) -> int:
    """Return the masked checksum of one string that comes in pieces."""
    return _masked(reduce(google_crc32c.extend, chunks, 0))


def masked_crcs_of_rows(rows: NDArray[np.uint8], length: int) -> NDArray[np.uint32]:
    """Return the masked checksum of the last `length` bytes of each row of an (n, width) array.

    The width is even, and the bytes before the string are zero: a checksum that starts from nothing does not see
    them. What the usual start and end add is the checksum of as many zeros as the string is long.
    """
    if len(rows) < FEWEST_ROWS or length > WIDEST_ROW:
        first = rows.shape[1] - length
        return np.fromiter((masked_crc(row[first:].tobytes()) for row in rows), np.uint32, len(rows))
    crcs = np.full(len(rows), google_crc32c.value(bytes(length)), np.uint32)
    pairs = rows.view("<u2")
    added = np.empty(min(len(rows), ROWS_AT_ONCE), np.uint32)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = pairs[start : start + ROWS_AT_ONCE]
        crc, addend = crcs[start : start + ROWS_AT_ONCE], added[: len(part)]
        for distance in range((length + 1) // 2):
            # No pair is out of range; "wrap" spares the check and the copy that comes with it.
            np.take(_pair_table(distance), part[:, -1 - distance], out=addend, mode="wrap")
            crc ^= addend
    return _all_masked(crcs)


def masked_crcs_of_spans(data: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Return the masked checksum of every data[start:end].

    The time is linear in the data and in the number of spans, however they overlap: where they do, each is the
    difference of two checksums that begin at the first start.
    """
    if (ends - starts).sum() <= FEW_BYTES * len(data):
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return np.fromiter((masked_crc(data[start:end]) for start, end in spans), np.uint32, len(starts))
    edges = np.unique(np.concatenate([starts, ends]))
    crcs = np.zeros(len(edges), np.uint32)
    for i, (start, end) in enumerate(pairwise(edges.tolist()), 1):
        crcs[i] = google_crc32c.extend(int(crcs[i - 1]), data[start:end])
    before, whole = crcs[np.searchsorted(edges, starts)], crcs[np.searchsorted(edges, ends)]
    return _all_masked(whole ^ _followed_by(before, ends - starts))


def _masked(crc: int) -> int:
    return ((crc >> 15 | crc << 17) + MASK_DELTA) & 0xFFFF_FFFF


def _all_masked(crcs: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return (crcs >> np.uint32(15) | crcs << np.uint32(17)) + np.uint32(MASK_DELTA)


@cache
def _pair_table(distance: int) -> NDArray[np.uint32]:
    """Return what each little-endian pair of bytes adds when `distance` pairs follow it: (65536,)."""
    if distance:
        nearer = _pair_table(distance - 1)
        farther: NDArray[np.uint32] = nearer >> np.uint32(16) ^ _pair_table(0)[nearer & np.uint32(0xFFFF)]
        return farther
    table = np.arange(1 << 16, dtype=np.uint32)
    for _ in range(16):
        table = _times_x(table)
    return table


def _followed_by(crcs: NDArray[np.uint32], counts: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Move checksums past `counts` bytes: multiply them by x ** (8 * count), squaring as often as count has bits."""
    power = np.full(len(crcs), 1 << 31 - 8, np.uint32)  # x ** 8
    while counts.any():
        crcs = np.where(counts & 1, _product(crcs, power), crcs)
        power = _product(power, power)
        counts = counts >> 1
    return crcs


def _product(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Multiply polynomials over GF(2) modulo Castagnoli's, element by element."""
    product = np.zeros_like(a)
    for power in range(32):
        product ^= b * (a >> np.uint32(31 - power) & _ONE)
        b = _times_x(b)
    return product


def _times_x(polynomials: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Multiply polynomials by x modulo Castagnoli's."""
    return polynomials >> _ONE ^ POLYNOMIAL * (polynomials & _ONE)
