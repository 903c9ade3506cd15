"""`vdlrecords.<time>.log`, written by VisualDL's LogWriter for PaddlePaddle trainings."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from logdoctor.run import Notice, Setting
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.event_file.protobuf import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    WireError,
    fields,
    integer,
    members,
    text,
)
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.trackers.scalars import Scalars

_LENGTH = struct.Struct("<Q")

LARGEST_RECORD = 64 * 1024 * 1024
"""A record of more bytes is taken for damage: pictures and histograms take a few megabytes."""

_VALUES = 1
"""The field of `Record` that holds its values (visualdl/proto/record.proto)."""

_ID, _TAG, _TIMESTAMP, _VALUE, _HPARAM, _TAG_VALUE = 1, 2, 3, 4, 13, 14
"""Fields of `Record.Value`: step, name, milliseconds since 1970, scalar, settings, one scalar of `add_scalars`."""

_SETTING_NAME = 4
"""The field of `HparamInfo` that holds the name; the others hold the value as an integer, a real number or a text."""

_META = b"meta_data_tag"
"""The first record of every file carries it."""


@dataclass
class _Content:
    scalars: Scalars = field(default_factory=Scalars)
    settings: dict[str, Setting] = field(default_factory=dict)


class VisualDLRecords(Source):
    """The scalars and settings of a VisualDL file.

    Its records have a length and no checksum (visualdl/writer/record_writer.py): a length that is not believable or a
    record that cannot be parsed ends what can be trusted, and a number that was damaged in place cannot be told.
    """

    name = "visualdl"
    patterns = ("vdlrecords*",)
    precedence = 60

    def recognizes(self, head: Head) -> bool:
        """Tell it by the tag in its first record."""
        return _META in head.start[:64]

    def read(self, path: Path) -> Iterator[Log]:
        """Read the records up to the first that is damaged."""
        content = _Content()
        with path.open("rb") as file:
            notices = tuple(_read(file, path, content))
        yield Log(series=content.scalars.series(), hyperparameters=content.settings, notices=notices)


def _read(file: BinaryIO, path: Path, content: _Content) -> Iterator[Notice]:
    at, size = 0, path.stat().st_size
    while at + _LENGTH.size <= size:
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        if length > min(LARGEST_RECORD, size - at - _LENGTH.size):
            break
        try:
            _take(file.read(length), content)
        except WireError:
            break
        at += _LENGTH.size + length
    if at < size:
        why = "a record is cut or damaged, and this format has no checksums to go on by"
        yield Notice(DAMAGE, str(path), f"{why}; bytes {at:,} to {size:,} were not used", at, size)


def _take(data: bytes, content: _Content) -> None:
    for start, end in members(data, 0, len(data), _VALUES):
        step, time, tag, value = 0, float("nan"), "", None
        for one in fields(data, start, end):
            if one.number == _ID and one.wire == VARINT:
                step = integer(data, one)
            elif one.number == _TAG and one.wire == BYTES:
                tag = text(data, one)
            elif one.number == _TIMESTAMP and one.wire == VARINT:
                time = integer(data, one) / 1e3
            elif one.number == _VALUE and one.wire == FIXED32:
                value = float(struct.unpack_from("<f", data, one.start)[0])
            elif one.number == _TAG_VALUE and one.wire == BYTES:
                tag, value = _of_several(data, one.start, one.end, tag)
            elif one.number == _HPARAM and one.wire == BYTES:
                content.settings |= dict(_settings(data, one.start, one.end))
        if tag and value is not None:
            content.scalars.add(tag, step, value, time)


def _of_several(data: bytes, start: int, end: int, tag: str) -> tuple[str, float | None]:
    """Return name and value of one scalar of `add_scalars("loss", {"train": ...})`: `loss/train`."""
    value = None
    for one in fields(data, start, end):
        if one.wire == BYTES:
            tag = f"{tag}/{text(data, one)}"
        elif one.wire == FIXED32:
            value = float(struct.unpack_from("<f", data, one.start)[0])
    return tag, value


def _settings(data: bytes, start: int, end: int) -> Iterator[tuple[str, Setting]]:
    """Yield the settings of `add_hparams`."""
    for item in members(data, start, end, 1):
        name: str = ""
        value: Setting = None
        for one in fields(data, *item):
            if one.wire == VARINT:
                value = integer(data, one)
            elif one.wire == FIXED64:
                value = struct.unpack_from("<d", data, one.start)[0]
            elif one.wire == BYTES and one.number == _SETTING_NAME:
                name = text(data, one)
            elif one.wire == BYTES:
                value = text(data, one)
        if name:
            yield name, value
