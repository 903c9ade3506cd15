"""CRC-32C in bulk, against google-crc32c one by one."""

from __future__ import annotations

import google_crc32c
import numpy as np
import pytest

from logdoctor.sources.event_file import crc32c


def masked(data: bytes) -> int:
    crc = google_crc32c.value(data)
    return int(((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFF_FFFF


def test_the_vector_of_rustboard() -> None:
    assert crc32c.masked_crc(b"\x1a\x11CRC test, one two") == 0x5794D08A  # tensorboard/data/server/masked_crc.rs


def test_eight_nuls_have_the_checksum_that_tensorboard_5588_reports() -> None:
    assert crc32c.masked_crc(bytes(8)) == 0x07980329


@pytest.mark.parametrize("length", [*range(20), 35, 36, 127, 128, 255, 256, 257, 1000])
@pytest.mark.parametrize("count", [0, 1, crc32c.FEWEST_ROWS - 1, crc32c.FEWEST_ROWS])
def test_checksums_of_many_rows_are_those_of_each(length: int, count: int) -> None:
    width = -(-length // 8) * 8 or 8
    rows = np.zeros((count, width), np.uint8)
    rows[:, width - length :] = np.random.default_rng(length).integers(0, 256, (count, length))
    strings = [row[width - length :].tobytes() for row in rows]
    assert crc32c.masked_crcs_of_rows(rows, length).tolist() == [masked(one) for one in strings]


def test_more_rows_than_are_summed_at_once() -> None:
    rows = np.random.default_rng(0).integers(0, 256, (2 * crc32c.ROWS_AT_ONCE + 3, 16), np.uint8)
    assert crc32c.masked_crcs_of_rows(rows, 16).tolist() == [masked(row.tobytes()) for row in rows]


@pytest.mark.parametrize("count", [0, 1, 500])
def test_spans_that_overlap(count: int) -> None:
    rng = np.random.default_rng(count)
    data = rng.bytes(5000)
    starts = rng.integers(0, len(data), count)
    ends = np.minimum(starts + rng.integers(0, len(data), count), len(data))
    expected = [masked(data[start:end]) for start, end in zip(starts, ends, strict=True)]
    assert crc32c.masked_crcs_of_spans(data, starts, ends).tolist() == expected


def test_pieces_of_one_string() -> None:
    assert crc32c.masked_crc_of_chunks([b"CRC test", b"", b", one two"]) == masked(b"CRC test, one two")
    assert crc32c.masked_crc_of_chunks([]) == masked(b"")
