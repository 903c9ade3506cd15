"""Arrays of events to points: the fields of many events at once, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.event_file.event_proto import BFLOAT16, Layout, Number, Span, layout_of
from logdoctor.sources.event_file.protobuf import WireError
from logdoctor.sources.event_file.tfrecord import Records

MOST_LAYOUTS = 64
"""Layouts tried on all records of one length in a block; what then remains is taken one by one. Writers need a handful;
a file made to hold thousands still takes linear time."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio, odd: a product with it has its best bits at the top (Knuth, TAOCP 3, section 6.4)."""


@dataclass(frozen=True, eq=False)
class Points:
    """Points of one tag in a block of a file."""

    places: NDArray[np.int64]
    """(n,) where the record of each begins in the file."""
    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    wall_times: NDArray[np.float64]
    in_tensor: NDArray[np.bool_]
    """(n,) whether each is a scalar tensor; TensorBoard keeps the two kinds apart."""

    def __len__(self) -> int:
        return len(self.places)

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Points:
        """Keep only some points, given as indices, a mask or a slice."""
        return Points(*(array[which] for array in _arrays(self)))


def by_layout(records: Records) -> Iterator[tuple[Layout | None, Records]]:
    """Divide records into those that share a layout; None is for a record that is no event."""
    tried = 0
    while len(records):
        try:
            layout = layout_of(records.rows[0].tobytes(), records.rows.shape[1] - records.length)
        except WireError:
            layout = None
        if layout is None or tried == MOST_LAYOUTS:
            yield layout, records.take(slice(0, 1))
            records = records.take(slice(1, None))
            continue
        tried += 1
        same = _agree_with_first(records.rows, layout.fixed)
        if len(records) == 1 or same.all():
            yield layout, records
            return
        yield layout, records.take(same)
        records = records.take(~same)


def points_of(layout: Layout, records: Records) -> Iterator[tuple[bytes, Points]]:
    """Yield tags and their points in records of one layout; those of a tag rise in the file, in one piece or more."""
    rows, count = records.rows, len(records)
    steps = steps_of(layout, rows)
    wall_times = np.zeros(count) if layout.wall_time is None else _floats(rows, layout.wall_time, "<f8")
    for scalar in layout.scalars:
        order, firsts = _by_tag(rows, scalar.tag)
        points = Points(
            records.starts, steps, numbers(rows, scalar.number), wall_times, np.full(count, scalar.in_tensor)
        )
        if len(firsts) == 1:
            yield rows[0, slice(*scalar.tag)].tobytes(), points
            continue
        points = points.take(order)
        heads = np.arange(count)[order][firsts].tolist()
        for head, (first, end) in zip(heads, pairwise([*firsts.tolist(), count]), strict=True):
            yield rows[head, slice(*scalar.tag)].tobytes(), points.take(slice(first, end))


def steps_of(layout: Layout, rows: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Read the step of each row: (n,)."""
    return np.zeros(len(rows), np.int64) if layout.step is None else _varints(rows, layout.step).view(np.int64)


def numbers(rows: NDArray[np.uint8], number: Number) -> NDArray[np.float64]:
    """Read one number of each row: (n,)."""
    if not number.varint:
        return _floats(rows, number.start, number.dtype)
    integers = _varints(rows, (number.start, number.end))
    if number.dtype not in ("<f2", BFLOAT16):
        return integers.astype(number.dtype).astype(np.float64)
    # The bits of a half; but those of a float32 where torch's `add_tensor` wrote them (summary.py, `half_to_int`),
    # which are larger than any half's unless the number is below 1e-40.
    bits = integers.astype("<u4")
    cells = bits.view(np.uint8).reshape(-1, 4)
    return np.where(bits > 0xFFFF, _floats(cells, 0, "<f4"), _floats(cells, 0, number.dtype))


def join(pieces: Sequence[Points]) -> Points:
    """Put points of one tag and block together in the order of the file; points of one record keep their order."""
    points = pieces[0]
    if len(pieces) > 1:
        points = Points(*(np.concatenate(parts) for parts in zip(*map(_arrays, pieces), strict=True)))
    if len(points) > 1 and (points.places[1:] < points.places[:-1]).any():
        return points.take(np.argsort(points.places, kind="stable"))
    return points


def _arrays(points: Points) -> tuple[NDArray[Any], ...]:
    return points.places, points.steps, points.values, points.wall_times, points.in_tensor


def _agree_with_first(rows: NDArray[np.uint8], fixed: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell which rows have the `fixed` bits of the first: (n,)."""
    words, bits = rows.view("<u8"), fixed.view("<u8")
    differences = np.zeros(len(rows), np.uint64)
    for column in np.flatnonzero(bits):
        differences |= (words[:, column] ^ words[0, column]) & bits[column]
    agree: NDArray[np.bool_] = differences == 0
    return agree


def _by_tag(rows: NDArray[np.uint8], tag: Span) -> tuple[NDArray[np.intp] | slice, NDArray[np.intp]]:
    """Find an order of the rows that brings equal tags together, and where in it each run of equal tags begins.

    Rows of one tag keep their order. Tags are sorted by 16 bits of a hash; those that share them only make more runs.
    """
    if len(rows) == 1:
        return slice(None), np.zeros(1, np.intp)
    begin, end = tag[0] // 8 * 8, -(-tag[1] // 8) * 8
    bits = np.zeros(end - begin, np.uint8)
    bits[tag[0] - begin : tag[1] - begin] = 0xFF
    words = [word & mask for word, mask in zip(rows[:, begin:end].view("<u8").T, bits.view("<u8"), strict=True)]
    firsts = _firsts(words, len(rows))
    if len(firsts) == 1:
        return slice(None), firsts
    hashes = np.zeros(len(rows), np.uint64)
    for word in words:
        hashes = (hashes ^ word) * _SPREAD
    order = np.argsort((hashes >> np.uint64(48)).astype(np.uint16), kind="stable")
    return order, _firsts([word[order] for word in words], len(rows))


def _firsts(words: Sequence[NDArray[np.uint64]], count: int) -> NDArray[np.intp]:
    """Find the places where any of the columns, each of `count`, changes; the first place is one."""
    changes = np.zeros(count, np.bool_)
    changes[0] = True
    for word in words:
        changes[1:] |= word[1:] != word[:-1]
    return np.flatnonzero(changes)


def _varints(rows: NDArray[np.uint8], span: Span) -> NDArray[np.uint64]:
    """Read an integer of variable length from the same bytes of each row: (n,)."""
    integers = np.zeros(len(rows), np.uint64)
    for place, at in enumerate(range(*span)):
        integers |= (rows[:, at].astype(np.uint64) & 0x7F) << 7 * place
    return integers


def _floats(rows: NDArray[np.uint8], at: int, dtype: str) -> NDArray[np.float64]:
    """Read a number of fixed size from the same bytes of each row: (n,)."""
    column = np.ndarray((len(rows),), "<u2" if dtype == BFLOAT16 else dtype, rows, at, rows.strides[:1])
    if dtype == BFLOAT16:
        column = (column.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(invalid="ignore"):  # a signalling NaN is a NaN
        return column.astype(np.float64)
