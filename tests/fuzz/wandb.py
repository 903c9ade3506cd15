"""W&B's local files: bytes damaged anywhere, and chunks forged with right checksums."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from tests.damaged.chunks import BLOCK, FILE_HEADER, chunk, framed, history, is_sound
from tests.damaged.pieces import (
    Damage,
    Pieces,
    cut,
    flip_bits,
    insert_garbage,
    lose,
    nul_page,
    overwrite,
    repeat,
    swap,
)
from tests.damaged.records import sized, varint

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Axis, Notice
from logdoctor.sources.source import HEAD_BYTES, Head, Source
from logdoctor.sources.wandb_run import WandbRun

SOURCES = (WandbRun,)

Point = tuple[str, int, float]
"""Name, step, value."""


@dataclass(frozen=True)
class Format:
    """A format whose records are framed as LevelDB frames them."""

    source: Source
    file_header: bytes
    name: str
    """Of a file."""
    row: Callable[[int, float], bytes]
    """Encode the record of one point of `train/loss`, given its step and value."""


WANDB = Format(
    WandbRun(), FILE_HEADER, "run-fuzz.wandb", lambda step, value: history({"_step": step, "train/loss": value})
)


@cache
def sound(form: Format, variant: int) -> tuple[tuple[tuple[int, int], ...], tuple[Point, ...], Pieces]:
    """Return where the records of a sound file stand, the point in each, and the file; some records take blocks."""
    rng = random.Random(variant)
    rows = rng.choice((3, 8, 20))
    points = [("train/loss", step, step + 0.5) for step in range(rows)]
    records = [form.row(step, value) for _, step, value in points]
    if variant % 10 == 0:
        big = rng.randrange(rows)
        records[big] += sized(30, bytes([rng.randrange(256)]) * rng.choice((20_000, 40_000, 70_000)))
    data, places = framed(records, form.file_header)
    return tuple(places), tuple(points), Pieces.of(data)


def forge_chunk(form: Format, file: Pieces, rng: random.Random) -> Pieces:
    """Put a sound chunk of any kind and content in."""
    row = form.row(7, 7.25)
    content = rng.choice((row, row[: rng.randrange(len(row))], rng.randbytes(30), b"", varint(19) * 300))
    return file.replaced(rng.randrange(7, len(file) + 1) if len(file) > 7 else 0, 0, chunk(rng.randint(1, 4), content))


def forge_value(_: Format, file: Pieces, rng: random.Random) -> Pieces:
    """Put a row in whose value is no number of a log."""
    text = rng.choice((b"[" * 5000, b"9" * 5000, b"1e999", b"\xff\xfe", b"{", b'{"a": {"b": 1}}', b"null", b'"x"'))
    row = sized(2, sized(1, sized(1, b"train/loss") + sized(16, text)) + sized(1, sized(2, b"_step") + sized(16, b"3")))
    return file.replaced(len(file), 0, chunk(1, row))


LONG = 10_000
"""Bytes beyond which a file has a record of several chunks."""

DAMAGE: tuple[Damage, ...] = (
    flip_bits(1), flip_bits(1), flip_bits(10), nul_page(64), nul_page(4096), lose(1), lose(40), lose(512),
    insert_garbage(4), insert_garbage(300), overwrite(30), cut, repeat, swap,
)  # fmt: skip
FORGERIES = (forge_chunk, forge_value)


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one file and read it."""
    read_damaged(WANDB, rng, folder)


def read_damaged(form: Format, rng: random.Random, folder: Path) -> None:
    """Damage one file of a format and read it."""
    places, points, file = sound(form, rng.randrange(30))
    records = frozenset(file.data[slice(*place)] for place in places)
    forged = rng.random() < 0.2
    # What is moved into the middle of a long record lies in a damaged one, from which nothing is taken.
    damage = DAMAGE if len(file) < LONG else DAMAGE[:-2]
    for _ in range(rng.randint(1, 3)):
        file = rng.choice(damage)(file, rng)
    if forged:
        file = rng.choice(FORGERIES)(form, file, rng)
    path = folder / form.name
    path.write_bytes(file.data)
    intact = {point for point, place in zip(points, places, strict=True) if file.holds(*place)}
    source, file_header = form.source, form.file_header
    if not source.recognizes(Head(path, len(file), file.data[:HEAD_BYTES])):
        assert not intact or len(file) > HEAD_BYTES or forged, f"left alone with {len(intact)} records"
        return
    if file.data[:6] == file_header[:6] and file.data[6:7] not in (b"", file_header[6:]):
        with pytest.raises(UnreadableLogError):
            list(source.read(path))
        return
    (log,) = source.read(path)
    found = {
        (series.name, *point)
        for series in log.series
        if series.axis is not Axis.INDEX  # one row, twice: its steps count nothing
        for point in zip(series.steps.tolist(), series.values.tolist(), strict=True)
    }
    assert found <= set(points) or forged, f"untrue: {found - set(points)}"
    if not forged:
        values = {value for series in log.series for value in series.values.tolist()}
        lost = [point for point in intact if point[2] not in values]
        held = [file.origin.tolist().index(places[step][0]) for _, step, _ in lost]
        assert all(_is_claimed(file.data, at, log.notices) for at in held), f"lost: {lost}"
    assert log.notices or forged or _unseen(file, records, file_header), "damaged, and nothing is said"
    for notice in log.notices:
        if notice.byte_start is not None and notice.byte_end is not None:
            assert 0 <= notice.byte_start <= notice.byte_end <= len(file)
        assert notice.message


def _unseen(file: Pieces, records: frozenset[bytes], file_header: bytes) -> bool:
    """Whether a file is its header and whole records: nothing shows that some are missing."""
    at = len(file_header)
    while at < len(file):
        known = next((one for one in records if file.data.startswith(one, at)), None)
        if known is None and file.data[at : at + 1] != b"\0":  # a zero fills a block up
            return False
        at += len(known or b"\0")
    return file.data.startswith(file_header)


def _is_claimed(data: bytes, at: int, notices: Sequence[Notice]) -> bool:
    """Whether a place lies in a damaged chunk that is as long as it says: then it is taken for that chunk's."""
    told = next((one for one in notices if (one.byte_start or 0) <= at < (one.byte_end or 0)), None)
    if told is None:
        return False
    for start in range(max(told.byte_start or 0, at - BLOCK), at):
        end = start + 7 + int.from_bytes(data[start + 4 : start + 6], "little")
        if data[start + 6] in range(1, 5) and at < end <= len(data) and (end == len(data) or is_sound(data, end)):
            return True
    return False
