"""Damaged event files: every intact record is read, nothing untrue is, and every loss is told with its bytes."""

from __future__ import annotations

import io
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter, masked_crc32c

from logdoctor.run.notice import DAMAGE, INTERPRETATION
from logdoctor.sources.event_file import tfrecord_file
from logdoctor.sources.event_file.tfrecord_file import Cause, Gap, read_records
from logdoctor.sources.source import Log
from logdoctor.sources.tfevents import read_log

COUNT = 200


def record(payload: bytes) -> bytes:
    buffer = io.BytesIO()
    RecordWriter(buffer).write(payload)
    return buffer.getvalue()


def header(length: int) -> bytes:
    """Return the header of a record with the right checksum for any length."""
    return struct.pack("<Q", length) + struct.pack("<I", masked_crc32c(struct.pack("<Q", length)))


def point(step: int) -> bytes:
    """Return the record of one point; the value is the step, so that a point tells whether it is true."""
    value = Summary.Value(tag=("loss", "lr", "accuracy")[step % 3], simple_value=step)
    return record(Event(wall_time=step, step=step, summary=Summary(value=[value])).SerializeToString())


VERSION = record(Event(wall_time=1.7e9, file_version="brain.Event:2").SerializeToString())
RECORDS = [VERSION, *(point(step) for step in range(1, COUNT + 1))]
STARTS = np.cumsum([0, *map(len, RECORDS)]).tolist()
WHOLE = b"".join(RECORDS)


def span(number: int, last: int | None = None) -> slice:
    """Return where records stand in the whole file."""
    return slice(STARTS[number], STARTS[(number if last is None else last) + 1])


def overwritten(data: bytes, place: slice, new: bytes) -> bytes:
    return data[: place.start] + new + data[place.stop :]


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    return overwritten(data, slice(at, at + 1), bytes([data[at] ^ 1 << bit]))


def steps(log: Log) -> list[int]:
    """Return the steps of all points, after a check that none is untrue."""
    for series in log.series:
        assert series.wall_times is not None
        assert series.steps.tolist() == series.values.tolist() == series.wall_times.tolist()
    return sorted(step for series in log.series for step in series.steps.tolist())


def all_but(*missing: int) -> list[int]:
    return [step for step in range(1, COUNT + 1) if step not in missing]


def places(log: Log) -> list[tuple[int | None, int | None]]:
    assert {notice.kind for notice in log.notices} <= {DAMAGE}
    return [(notice.byte_start, notice.byte_end) for notice in log.notices]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.out.tfevents.1700000000.host"


def read(path: Path, data: bytes) -> Log:
    path.write_bytes(data)
    return read_log(path)


def test_an_undamaged_file_is_read_whole_without_a_notice(path: Path) -> None:
    log = read(path, WHOLE)
    assert (steps(log), places(log)) == (all_but(), [])


class TestOneRecord:
    """Damage within one record costs that record at most."""

    @pytest.mark.parametrize("at", range(12, 50, 3))
    @pytest.mark.parametrize("number", [1, 100, COUNT])
    def test_a_flipped_bit_behind_the_header_costs_the_record(self, path: Path, number: int, at: int) -> None:
        place = span(number)
        at = min(place.start + at, place.stop - 1)
        log = read(path, flipped(WHOLE, at, bit=at % 8))
        assert (steps(log), places(log)) == (all_but(number), [(place.start, place.stop)])
        assert "1 record" in log.notices[0].message

    @pytest.mark.parametrize("at", range(12))
    @pytest.mark.parametrize("number", [0, 1, 100, COUNT])
    def test_a_flipped_bit_in_a_header_costs_nothing(self, path: Path, number: int, at: int) -> None:
        log = read(path, flipped(WHOLE, STARTS[number] + at, bit=at % 8))
        assert (steps(log), places(log)) == (all_but(), [(STARTS[number], STARTS[number] + 12)])

    @pytest.mark.parametrize("length", [2**63, 2**64 - 1, 2**40, 2**31, 2**20, 1000, 0])
    @pytest.mark.parametrize("number", [1, 100, COUNT])
    def test_an_untrue_length_with_the_right_checksum(self, path: Path, number: int, length: int) -> None:
        place = slice(STARTS[number], STARTS[number] + 12)
        log = read(path, overwritten(WHOLE, place, header(length)))
        assert steps(log) == all_but()
        assert len(log.notices) == 1

    def test_what_lies_in_a_damaged_payload_is_not_harvested(self, path: Path) -> None:
        image = Summary.Value(tag="image", image=Summary.Image(encoded_image_string=WHOLE))
        outer = record(Event(step=1, summary=Summary(value=[image])).SerializeToString())
        data = b"".join([*RECORDS[:100], flipped(outer, len(outer) - 10), *RECORDS[100:]])
        log = read(path, data)
        assert (steps(log), places(log)) == (all_but(), [(STARTS[100], STARTS[100] + len(outer))])

    def test_nor_when_the_next_header_is_damaged_too(self, path: Path) -> None:
        image = Summary.Value(tag="image", image=Summary.Image(encoded_image_string=point(777)))
        outer = record(Event(step=1, summary=Summary(value=[image])).SerializeToString())
        rest = flipped(b"".join(RECORDS[100:]), 8)
        log = read(path, b"".join([*RECORDS[:100], flipped(outer, len(outer) - 10), rest]))
        assert steps(log) == all_but()

    def test_nor_in_an_intact_one(self, path: Path) -> None:
        image = Summary.Value(tag="image", image=Summary.Image(encoded_image_string=WHOLE))
        outer = record(Event(step=1, summary=Summary(value=[image])).SerializeToString())
        log = read(path, b"".join([*RECORDS[:100], outer, *RECORDS[100:]]))
        assert (steps(log), places(log)) == (all_but(), [])

    def test_neighbours_are_one_place(self, path: Path) -> None:
        data = flipped(flipped(flipped(WHOLE, STARTS[50] + 20), STARTS[51] + 20), STARTS[90] + 20)
        log = read(path, data)
        assert steps(log) == all_but(50, 51, 90)
        assert places(log) == [(STARTS[50], STARTS[52]), (STARTS[90], STARTS[91])]
        assert "2 records" in log.notices[0].message

    def test_many_places_are_told_in_few_notices(self, path: Path) -> None:
        data = WHOLE
        for number in range(1, COUNT, 2):
            data = flipped(data, STARTS[number] + 20)
        log = read(path, data)
        assert steps(log) == list(range(2, COUNT + 1, 2))
        assert len(log.notices) == 51
        assert log.notices[-1].byte_end == STARTS[COUNT]


class TestRegions:
    """Bytes lost, overwritten or inserted without regard to records."""

    def test_nuls_in_place_of_records(self, path: Path) -> None:
        place = span(100, 109)
        log = read(path, overwritten(WHOLE, place, bytes(place.stop - place.start)))
        assert (steps(log), places(log)) == (all_but(*range(100, 110)), [(place.start, place.stop)])
        assert f"{place.stop - place.start:,} NUL bytes" in log.notices[0].message

    def test_a_page_of_nuls_anywhere(self, path: Path) -> None:
        log = read(path, overwritten(WHOLE, slice(4096, 8192), bytes(4096)))
        first = int(np.searchsorted(STARTS, 4096, "right")) - 1
        last = int(np.searchsorted(STARTS, 8192)) - 1
        assert steps(log) == all_but(*range(first, last + 1))
        assert places(log) == [(STARTS[first], STARTS[last + 1])]

    def test_nuls_at_the_end(self, path: Path) -> None:
        log = read(path, WHOLE + bytes(4096))
        assert (steps(log), places(log)) == (all_but(), [(len(WHOLE), len(WHOLE) + 4096)])
        assert "4,096 NUL bytes end the file" in log.notices[0].message

    def test_nuls_and_then_more_records(self, path: Path) -> None:
        log = read(path, WHOLE[: STARTS[100]] + bytes(4096) + WHOLE[STARTS[100] :])
        assert (steps(log), places(log)) == (all_but(), [(STARTS[100], STARTS[100] + 4096)])

    @pytest.mark.parametrize("count", [1, 5, 12, 16, 300, 5000])
    def test_garbage_between_records(self, path: Path, count: int) -> None:
        garbage = np.random.default_rng(count).bytes(count)
        log = read(path, WHOLE[: STARTS[100]] + garbage + WHOLE[STARTS[100] :])
        assert (steps(log), places(log)) == (all_but(), [(STARTS[100], STARTS[100] + count)])

    def test_a_sector_is_lost(self, path: Path) -> None:
        log = read(path, overwritten(WHOLE, slice(5000, 5512), b""))
        first = int(np.searchsorted(STARTS, 5000, "right")) - 1
        last = int(np.searchsorted(STARTS, 5512)) - 1
        assert steps(log) == all_but(*range(first, last + 1))
        assert places(log) == [(STARTS[first], STARTS[last + 1] - 512)]

    def test_the_head_is_missing(self, path: Path) -> None:
        first = int(np.searchsorted(STARTS, 1010))
        log = read(path, WHOLE[1010:])
        assert (steps(log), places(log)) == (list(range(first, COUNT + 1)), [(0, STARTS[first] - 1010)])

    def test_a_writer_died_in_a_record_and_the_next_appended(self, path: Path) -> None:
        log = read(path, WHOLE[: STARTS[100] + 30] + WHOLE[STARTS[101] :])
        assert (steps(log), places(log)) == (all_but(100), [(STARTS[100], STARTS[100] + 30)])

    def test_records_without_payload_are_legal(self, path: Path) -> None:
        log = read(path, WHOLE[: STARTS[100]] + record(b"") * 1000 + WHOLE[STARTS[100] :])
        assert (steps(log), places(log)) == (all_but(), [])

    @pytest.mark.parametrize("data", [b"\1" * 5, bytes(5), bytes(65536), np.random.default_rng(0).bytes(65536)])
    def test_nothing_is_a_record(self, path: Path, data: bytes) -> None:
        log = read(path, data)
        assert (steps(log), places(log)) == ([], [(0, len(data))])


class TestCut:
    """The tail of a file that is being written, or whose writer was killed."""

    @pytest.mark.parametrize("at", [3, 10, 30, -2])
    def test_in_each_part_of_the_last_record(self, path: Path, at: int) -> None:
        end = (STARTS[COUNT] if at > 0 else len(WHOLE)) + at
        log = read(path, WHOLE[:end])
        assert (steps(log), places(log)) == (all_but(COUNT), [(STARTS[COUNT], end)])
        assert "still being written or was killed" in log.notices[0].message

    def test_between_records_there_is_nothing_to_see(self, path: Path) -> None:
        log = read(path, WHOLE[: STARTS[100]])
        assert (steps(log), places(log)) == (list(range(1, 100)), [])

    def test_behind_a_damaged_record(self, path: Path) -> None:
        log = read(path, flipped(WHOLE, STARTS[COUNT - 1] + 20)[:-9])
        assert steps(log) == all_but(COUNT - 1, COUNT)
        assert places(log) == [(STARTS[COUNT - 1], STARTS[COUNT]), (STARTS[COUNT], len(WHOLE) - 9)]

    @pytest.mark.parametrize("block_bytes", [100, len(WHOLE), 2**20])
    @pytest.mark.parametrize("lost", [0, 5])
    def test_while_it_is_read(self, lost: int, block_bytes: int) -> None:
        file = io.BytesIO(WHOLE[: len(WHOLE) - lost])
        parts = [part for block in read_records(file, len(WHOLE) + 1000, block_bytes) for part in block]
        assert sum(len(part.starts) for part in parts if not isinstance(part, Gap)) == COUNT + (lost == 0)
        assert [part.cause for part in parts if isinstance(part, Gap)] == [Cause.CUT] * (lost > 0)


class TestLongRecords:
    """Records beyond a block, and beyond what is held in memory."""

    @pytest.fixture(autouse=True)
    def _small_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tfrecord_file, "LONGEST_RECORD", 2000)
        monkeypatch.setattr(tfrecord_file, "BLOCK_BYTES", 600)

    @staticmethod
    def around(middle: bytes) -> bytes:
        return b"".join([*RECORDS[:100], middle, *RECORDS[100:]])

    @pytest.mark.parametrize("length", [500, 1000, 1900])
    def test_it_is_read_whole(self, path: Path, length: int) -> None:
        tag = Summary.Value(tag="x" * length, simple_value=500)
        long = record(Event(step=500, wall_time=500, summary=Summary(value=[tag])).SerializeToString())
        path.write_bytes(self.around(long))
        assert steps(read_log(path, block_bytes=600)) == [*all_but(), 500]

    def test_it_is_passed_over_and_told(self, path: Path) -> None:
        path.write_bytes(self.around(record(WHOLE)))
        log = read_log(path, block_bytes=600)
        (notice,) = log.notices
        assert steps(log) == all_but()
        assert (notice.kind, notice.byte_start) == (INTERPRETATION, STARTS[100])

    def test_it_is_damaged(self, path: Path) -> None:
        path.write_bytes(self.around(flipped(record(WHOLE), 5000)))
        log = read_log(path, block_bytes=600)
        assert (steps(log), places(log)) == (all_but(), [(STARTS[100], STARTS[100] + len(WHOLE) + 16)])

    def test_its_length_is_untrue(self, path: Path) -> None:
        path.write_bytes(overwritten(WHOLE, slice(STARTS[100], STARTS[100] + 12), header(3000)))
        assert steps(read_log(path, block_bytes=600)) == all_but()


class TestBlocks:
    """The points are the same however a file is cut into blocks."""

    @pytest.mark.parametrize("block_bytes", [12, 28, 64, 100, 999, 4096, len(WHOLE) - 1, len(WHOLE), 2**20])
    def test_sound_and_damaged(self, path: Path, block_bytes: int) -> None:
        hole = overwritten(WHOLE, slice(3000, 3700), bytes(700))
        damaged = flipped(flipped(hole, STARTS[120] + 30), STARTS[150] + 5)
        for data in (WHOLE, damaged, WHOLE[:-3], damaged + bytes(100), damaged[7:]):
            expected = read(path, data)
            log = read_log(path, block_bytes)
            assert steps(log) == steps(expected)
            assert log.notices == expected.notices


@dataclass(frozen=True)
class Edit:
    """One damage: bytes at a place replaced by others."""

    at: int
    count: int
    new: bytes

    def touches(self, number: int) -> bool:
        """Whether a record is no longer what it was."""
        place = span(number)
        inside = place.start < self.at < place.stop
        return inside or (self.count > 0 and self.at < place.stop and place.start < self.at + self.count)


PLACES = st.integers(0, len(WHOLE) - 1)
EDITS = st.one_of(
    st.builds(lambda at, bit: Edit(at, 1, bytes([WHOLE[at] ^ 1 << bit])), PLACES, st.integers(0, 7)),
    st.builds(lambda at, count: Edit(at, count, bytes(count)), PLACES, st.sampled_from([1, 40, 512, 4096])),
    st.builds(lambda at, count: Edit(at, count, b""), PLACES, st.sampled_from([1, 40, 512])),
    st.builds(lambda at, new: Edit(at, 0, new), PLACES, st.binary(min_size=1, max_size=300)),
    st.builds(lambda at: Edit(at, len(WHOLE), b""), PLACES),
)


def apart(edits: Sequence[Edit]) -> list[Edit]:
    """Sort edits and leave out those that overlap another."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.at):
        if not kept or edit.at >= kept[-1].at + kept[-1].count:
            kept.append(edit)
    return kept


@settings(max_examples=250, deadline=None)
@given(edits=st.lists(EDITS, min_size=1, max_size=4).map(apart), block_bytes=st.sampled_from([100, 2**20]))
def test_any_damage_costs_what_it_touches_and_is_told(
    tmp_path_factory: pytest.TempPathFactory, edits: Sequence[Edit], block_bytes: int
) -> None:
    """What no damage touches is returned, what is returned is true, and what is missing is told."""
    path = tmp_path_factory.mktemp("run") / "events.out.tfevents.1"
    data, end = b"", 0
    for edit in edits:
        data += WHOLE[end : edit.at] + edit.new
        end = edit.at + edit.count
    data += WHOLE[end:]
    path.write_bytes(data)
    log = read_log(path, block_bytes)
    found = steps(log)
    intact = [n for n in range(1, COUNT + 1) if not any(edit.touches(n) for edit in edits)]
    assert set(intact) <= set(found) <= set(range(1, COUNT + 1))
    assert len(found) == len(set(found))
    without_a_trace = data in (b"".join(RECORDS[n] for n in kept) for kept in (found, [0, *found]))
    assert log.notices or without_a_trace


@pytest.mark.parametrize("claimed", [20, 5000, 2**19])
def test_forged_headers_cost_linear_time(path: Path, claimed: int) -> None:
    """Every twelve bytes a header with the right checksum claims a payload that has none."""
    begun = time.perf_counter()
    log = read(path, WHOLE + b"\xff" + header(claimed) * 40_000 + WHOLE)
    assert time.perf_counter() - begun < 5
    assert len(steps(log)) == 2 * COUNT
