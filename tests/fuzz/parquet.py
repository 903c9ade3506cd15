"""Trackio's export as Parquet and a table of pandas, damaged anywhere: nothing but what pyarrow says is read."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tests.damaged.lines import damaged, points_of, read
from tests.damaged.pieces import Damage, cut, flip_bits, insert_garbage, lose, nul_page, overwrite, swap

from logdoctor.sources.parquet_table import ParquetTable
from logdoctor.sources.source import Source
from logdoctor.sources.trackio_parquet import TrackioParquet

SOURCES = (ParquetTable, TrackioParquet)
MUTATIONS = 1000

FIXTURE = Path(__file__).parents[1] / "sources" / "fixtures" / "trackio" / "parquet" / "metrics.parquet"

_DAMAGE: tuple[Damage, ...] = (
    flip_bits(1), flip_bits(10), nul_page(64), nul_page(512), lose(1), lose(40), insert_garbage(40), overwrite(30), cut,
    swap,
)  # fmt: skip


@cache
def export() -> bytes:
    """Return the export that is damaged."""
    return FIXTURE.read_bytes()


@cache
def history() -> bytes:
    """Return the table that is damaged."""
    file = BytesIO()
    steps = range(200)
    pq.write_table(pa.table({"step": list(steps), "loss": [2.5 / (step + 1) for step in steps]}), file)
    return file.getvalue()


KINDS: tuple[tuple[Source, Callable[[], bytes]], ...] = ((ParquetTable(), history), (TrackioParquet(), export))


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one of them and read it."""
    source, sound = rng.choice(KINDS)
    data = damaged(sound(), rng, _DAMAGE)
    logs = read(source, folder / "metrics.parquet", data)
    points_of(logs or ())
    assert data != sound() or logs
