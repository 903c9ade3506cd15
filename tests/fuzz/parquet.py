"""Trackio's export as Parquet, damaged anywhere: pyarrow reads it or says why not, and nothing else is touched."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

from tests.damaged.lines import damaged, points_of, read
from tests.damaged.pieces import Damage, cut, flip_bits, insert_garbage, lose, nul_page, overwrite, swap

from logdoctor.sources.trackio_parquet import TrackioParquet

SOURCES = (TrackioParquet,)
MUTATIONS = 1000

FIXTURE = Path(__file__).parents[1] / "sources" / "fixtures" / "trackio" / "parquet" / "metrics.parquet"

_DAMAGE: tuple[Damage, ...] = (
    flip_bits(1), flip_bits(10), nul_page(64), nul_page(512), lose(1), lose(40), insert_garbage(40), overwrite(30), cut,
    swap,
)  # fmt: skip


@cache
def sound() -> bytes:
    """Return the export that is damaged."""
    return FIXTURE.read_bytes()


def trial(rng: random.Random, folder: Path) -> None:
    """Damage the export and read it."""
    data = damaged(sound(), rng, _DAMAGE)
    logs = read(TrackioParquet(), folder / "metrics.parquet", data)
    points_of(logs or ())
    assert data != sound() or logs
