"""VisualDL's records, which have a length and no checksum: what stands before the damage is read, the rest is told."""

from __future__ import annotations

import random
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
from tests.damaged.reports import VISUALDL_META, visualdl_scalar

from logdoctor.sources.visualdl_records import VisualDLRecords

SOURCES = (VisualDLRecords,)
MUTATIONS = 1000

DAMAGE: tuple[Damage, ...] = (
    flip_bits(1), flip_bits(10), nul_page(64), lose(1), lose(40), insert_garbage(4), insert_garbage(40), overwrite(10),
    cut, repeat, swap,
)  # fmt: skip


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one file and read it."""
    points = [(step, float(step) + 0.5) for step in range(rng.randint(2, 30))]
    records = [VISUALDL_META, *(visualdl_scalar("train/loss", *point) for point in points)]
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
