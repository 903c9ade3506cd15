"""Logs of collectors: damaged records around printed lines."""

from __future__ import annotations

import random
from pathlib import Path

from tests.damaged.lines import assert_placed, assert_readable, damaged, points_of, read

from logdoctor.sources.collected_log import CollectedDocument, CollectedLines, CollectedTable
from logdoctor.sources.source import Source
from logdoctor.sources.tables.numbers import parse_number

SOURCES: tuple[type[Source], ...] = (CollectedDocument, CollectedLines, CollectedTable)

MUTATIONS = 1000 * len(SOURCES)

_SAMPLES = tuple((one(), sample) for one in SOURCES for sample in one.samples if sample.expected is not None)


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one file and read it."""
    source, sample = rng.choice(_SAMPLES)
    whole = sample.content.encode() if isinstance(sample.content, str) else sample.content
    data = damaged(whole, rng)
    logs = read(source, folder / sample.file_name, data)
    if logs is None:
        return
    assert_placed([notice for log in logs for notice in log.notices], len(data))
    assert_readable(points_of(logs), data, parse_number)
