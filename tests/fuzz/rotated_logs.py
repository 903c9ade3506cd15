"""Rotated logs: the samples of what reads their parts, cut in two at any place and damaged."""

from __future__ import annotations

import random
from pathlib import Path

from tests.damaged.lines import assert_placed, damaged, points_of, read
from tests.sources.text_samples import SAMPLES

from logdoctor.sources.rotated_log import RotatedRecords, RotatedTable, RotatedText

SOURCES = (RotatedText, RotatedTable, RotatedRecords)

_CONTENTS = {
    RotatedText: [(one.file_name, one.content) for one in SAMPLES if one.expected is not None],
    **{
        source: [(one.file_name, one.content) for one in source.part.samples if one.expected is not None]
        for source in (RotatedTable, RotatedRecords)
    },
}


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one log, put its beginning aside as rotation does, and read it."""
    source = rng.choice(SOURCES)
    name, content = rng.choice(_CONTENTS[source])
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
