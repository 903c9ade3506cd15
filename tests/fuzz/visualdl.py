"""VisualDL's records, which have a length and no checksum: what stands before the damage is read, the rest is told."""

from __future__ import annotations

import random
import struct
from itertools import accumulate
from pathlib import Path

from tests.damaged.lines import assert_placed, points_of, read
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

from logdoctor.sources.visualdl_records import VisualDLRecords

SOURCES = (VisualDLRecords,)
MUTATIONS = 1000

DAMAGE: tuple[Damage, ...] = (
    flip_bits(1), flip_bits(10), nul_page(64), lose(1), lose(40), insert_garbage(4), insert_garbage(40), overwrite(10),
    cut, repeat, swap,
)  # fmt: skip


def scalar(tag: str, step: int, value: float) -> bytes:
    """Frame a record of one scalar, as VisualDL's LogWriter writes it."""
    time = b"\x18" + varint(1_750_000_000_000 + step)
    payload = sized(1, b"\x08" + varint(step) + sized(2, tag.encode()) + time + b"\x25" + struct.pack("<f", value))
    return struct.pack("<Q", len(payload)) + payload


META = struct.pack("<Q", 17) + sized(1, sized(2, b"meta_data_tag"))


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one file and read it."""
    points = [(step, float(step) + 0.5) for step in range(rng.randint(2, 30))]
    records = [META, *(scalar("train/loss", *point) for point in points)]
    file = Pieces.of(b"".join(records))
    for _ in range(rng.randint(1, 2)):
        file = rng.choice(DAMAGE)(file, rng)
    logs = read(VisualDLRecords(), folder / "vdlrecords.1.log", file.data)
    if logs is None:
        return
    assert_placed([notice for log in logs for notice in log.notices], len(file))
    whole = 0
    while whole < len(file) and file.origin[whole] == whole:
        whole += 1
    ends = list(accumulate(map(len, records)))
    intact = {point for point, end in zip(points, ends[1:], strict=True) if end <= whole}
    found = points_of(logs).get("train/loss", set())
    assert intact <= found, f"lost: {intact - found}"
