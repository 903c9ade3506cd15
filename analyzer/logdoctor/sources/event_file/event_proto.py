"""TensorBoard's Event message: where in one event its time, step, tags and numbers lie, and in every event like it.

Where the fields of a message lie is told by its keys, its lengths and the high bits of its integers. So one event is
walked, field by field, and the result, a `Layout`, holds for every event of the same length that has the same bytes
in those places: in an array of such events the fields are columns.

The messages are tensorboard/compat/proto/{event,summary,tensor,tensor_shape,types}.proto; numbers below are theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.event_file.protobuf import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    Field,
    WireError,
    fields,
    last_integer,
    members,
    varint,
)

Span = tuple[int, int]
"""First byte and one past the last."""

BFLOAT16 = "bfloat16"

_WALL_TIME, _STEP, _SUMMARY, _SESSION_LOG = 1, 2, 5, 7
"""Fields of `Event`."""

_WHAT = range(3, 10)
"""The `oneof what` of `Event`, to which the last two belong."""

_TAG, _SIMPLE_VALUE, _NODE_NAME, _TENSOR, _METADATA = 1, 2, 7, 8, 9
"""Fields of `Summary.Value`."""

_OTHER_VALUES = (3, 4, 5, 6)
"""What else its `oneof value` may be: histograms, pictures, sounds."""

_DTYPE, _SHAPE, _CONTENT, _STRINGS = 1, 2, 4, 8
"""Fields of `TensorProto`."""

_DIMENSION, _SIZE = 2, 1
"""The field of `TensorShapeProto` that holds its dimensions, and that of a dimension that holds its size."""

_SESSION_START = 1
"""`SessionLog.START`."""

_STRING = 7
"""`DataType.DT_STRING`."""

_NUMBERS = {
    1: "<f4", 2: "<f8", 3: "<i4", 4: "<u1", 5: "<i2", 6: "<i1", 9: "<i8", 10: "?", 14: BFLOAT16, 17: "<u2", 19: "<f2",
    22: "<u4", 23: "<u8",
}  # fmt: skip
"""The `DataType`s of real numbers, as numpy spells them (bfloat16 it does not know)."""

_FIXED_LISTS = {"<f4": (5, FIXED32, 4), "<f8": (6, FIXED64, 8)}
"""`float_val` and `double_val`: field, wire type, bytes of an element."""

_VARINT_LISTS = (7, 10, 11, 13, 16, 17)
"""`int_val`, `int64_val`, `bool_val`, `half_val`, `uint32_val`, `uint64_val`: writers differ in the use they make."""


@dataclass(frozen=True)
class Number:
    """Where a number lies, and how it is spelled."""

    start: int
    end: int
    dtype: str
    """A numpy type, or BFLOAT16."""
    varint: bool = False
    """Whether an integer of variable length stands for it: its value, or the bits of a half."""


@dataclass(frozen=True)
class Scalar:
    """A number of a tag."""

    tag: Span
    number: Number
    in_tensor: bool = False
    """Whether it is a scalar tensor, as TensorFlow 2 writes, and not a `simple_value`."""


@dataclass(frozen=True)
class Note:
    """What a tag says in words: the content of the hparams plugin, or the first string of a text."""

    tag: Span
    content: Span
    is_hparams: bool


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the fields of an event lie, counted from the start of its row."""

    wall_time: int | None
    """Of eight bytes; None when it is left out, which means 0."""
    step: Span | None
    """None when it is left out, which means 0."""
    scalars: tuple[Scalar, ...]
    notes: tuple[Note, ...]
    starts_session: bool
    """Whether the event is a `SessionLog.START`: its step voids what was logged from that step on."""
    fixed: NDArray[np.uint8]
    """(width,) the bits that must be equal for this layout to hold."""


def layout_of(row: bytes, start: int) -> Layout:
    """Walk the event in row[start:]; raises WireError when it is none."""
    fixed = bytearray(b"\xff" * len(row))
    wall_time, step = None, None
    what, parts, status = 0, list[Scalar | Note](), 0
    for number, wire, first, end in fields(row, start, len(row)):
        if number == _WALL_TIME and wire == FIXED64:
            wall_time = first
            _loosen(fixed, (first, end))
        elif number == _STEP and wire == VARINT:
            step = first, end
            _loosen(fixed, step, but=0x80)
        elif number in _WHAT and wire == BYTES:  # the last one holds
            if number != what:
                what, parts, status = number, [], 0
            if number == _SUMMARY:
                for value in members(row, first, end, 1):
                    parts += _value(row, fixed, value)
            elif number == _SESSION_LOG:
                status = last_integer(row, first, end, 1, status)
            else:
                _loosen(fixed, (first, end))
    return Layout(
        wall_time,
        step,
        tuple(part for part in parts if isinstance(part, Scalar)),
        tuple(part for part in parts if isinstance(part, Note)),
        status == _SESSION_START,
        np.frombuffer(fixed, np.uint8),
    )


def _value(row: bytes, fixed: bytearray, span: Span) -> Iterator[Scalar | Note]:
    """Find what a `Summary.Value` says that is a number or a note."""
    tag = node_name = span[0], span[0]
    kind, spans, content = 0, list[Span](), None
    for number, wire, first, end in fields(row, *span):
        here = first, end
        if number in (_TAG, _NODE_NAME) and wire == BYTES:
            tag, node_name = (here, node_name) if number == _TAG else (tag, here)
            _loosen(fixed, here)
        elif number == _METADATA and wire == BYTES:
            content = _hparams_content(row, here) or content
        elif (number, wire) == (_SIMPLE_VALUE, FIXED32) or (number in (*_OTHER_VALUES, _TENSOR) and wire == BYTES):
            if number != kind:  # `oneof value`: the last one holds, in one piece or more
                kind, spans = number, []
            spans.append(here)
            if number != _TENSOR:
                _loosen(fixed, here)
    if content:
        _loosen(fixed, content)
        yield Note(tag, content, is_hparams=True)
    if kind == _SIMPLE_VALUE:
        yield Scalar(tag, Number(*spans[-1], "<f4"))
    elif kind == _TENSOR:
        name = tag if tag[0] < tag[1] else node_name  # as the oldest writers did
        found = _tensor(row, fixed, spans)
        if isinstance(found, Number):
            yield Scalar(name, found, in_tensor=True)
        elif found:
            yield Note(name, found, is_hparams=False)


def _tensor(row: bytes, fixed: bytearray, spans: Sequence[Span]) -> Number | Span | None:
    """Find the number of a scalar tensor or the first string of a text; None for any other tensor.

    A scalar has no dimension, or one of size 1. Nothing tells it from other plugins' tensors but that and its type:
    the plugin's name stands only in the first event of a tag. Raises WireError when a scalar has not one number.
    """
    dtype, sizes, content, lists = 0, list[int](), None, list[Field]()
    for field in (one for span in spans for one in fields(row, *span)):
        here = field.start, field.end
        if field.number == _DTYPE and field.wire == VARINT:
            dtype = varint(row, *here)[0]
        elif field.number == _SHAPE and field.wire == BYTES:
            sizes += [last_integer(row, *dimension, _SIZE) for dimension in members(row, *here, _DIMENSION)]
        elif field.number == _CONTENT and field.wire == BYTES:
            content = here
        else:
            lists.append(field)
    if dtype in _NUMBERS and sizes in ([], [1]):
        return _number(row, fixed, _NUMBERS[dtype], content, lists)
    for one in lists:
        _loosen(fixed, (one.start, one.end), but=0x80 if one.wire == VARINT else 0)
    if content:
        _loosen(fixed, content)
    texts = [(one.start, one.end) for one in lists if one.number == _STRINGS and one.wire == BYTES]
    return texts[0] if dtype == _STRING and texts else None


def _number(row: bytes, fixed: bytearray, dtype: str, content: Span | None, lists: Sequence[Field]) -> Number:
    """Find the one number of a scalar tensor: in `tensor_content`, else in one of the lists."""
    is_varint = False
    if content and content[0] < content[1]:
        size, found = (2 if dtype == BFLOAT16 else np.dtype(dtype).itemsize), [content]
    elif dtype in _FIXED_LISTS:
        number, wire, size = _FIXED_LISTS[dtype]
        found = [(one.start, one.end) for one in lists if one.number == number and one.wire in (wire, BYTES)]
    else:
        is_varint = True
        found = [(one.start, one.end) for one in lists if one.number in _VARINT_LISTS and one.wire in (VARINT, BYTES)]
        size = varint(row, *found[0])[1] - found[0][0] if found else 0
    if len(found) != 1 or found[0][1] - found[0][0] != size:
        raise WireError(f"a scalar tensor without its number, at byte {found}")
    _loosen(fixed, found[0], but=0x80 if is_varint else 0)
    return Number(*found[0], dtype, is_varint)


def _hparams_content(row: bytes, metadata: Span) -> Span | None:
    """Find the content of `SummaryMetadata.plugin_data` when the plugin is hparams."""
    name, content = b"", None
    for plugin in members(row, *metadata, 1):
        for number, wire, first, end in fields(row, *plugin):
            if number == 1 and wire == BYTES:
                name = row[first:end]
            elif number == 2 and wire == BYTES:
                content = first, end
    return content if name == b"hparams" else None


def _loosen(fixed: bytearray, span: Span, but: int = 0) -> None:
    """Let the bytes of a span differ from event to event, `but` for some bits."""
    fixed[slice(*span)] = bytes([but]) * (span[1] - span[0])
