"""Rotated logs: the samples of what reads their parts, cut in two at any place and damaged."""

from __future__ import annotations

import random
from pathlib import Path

from tests.damaged.lines import assert_placed, damaged, points_of, read
from tests.sources.text_samples import SAMPLES

from logdoctor.sources.rotated_log import RotatedRecords, RotatedTable, RotatedText
from logdoctor.sources.source import Sample, Source

SOURCES: tuple[type[Source], ...] = (RotatedText, RotatedTable, RotatedRecords)

_TABLES, _RECORDS = RotatedTable.part.samples, RotatedRecords.part.samples
_SAMPLES: dict[type[Source], tuple[Sample, ...]] = {
    source: tuple(one for one in samples if one.expected is not None)
    for source, samples in zip(SOURCES, (SAMPLES, _TABLES, _RECORDS), strict=True)
}


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one log, put its beginning aside as rotation does, and read it."""
    source = rng.choice(SOURCES)
    sample = rng.choice(_SAMPLES[source])
    content, name = sample.content, sample.file_name
    data = damaged(content.encode() if isinstance(content, str) else content, rng)
    cut = rng.randint(0, len(data))
    older = folder / f"{name}.{rng.choice(('1', '2026-11-22'))}"
    older.parent.mkdir(parents=True, exist_ok=True)
    older.write_bytes(data[:cut])
    try:
        logs = read(source(), folder / name, data[cut:]) or ()
    finally:
        older.unlink()
    assert_placed([notice for log in logs for notice in log.notices], len(data))
    points_of(logs)
