"""What trackers keep until they can send it, one report of ClearML, Comet or Neptune a line, and Comet's archives."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.damaged.lines import Point, assert_placed, assert_readable, damaged, points_of, read
from tests.damaged.reports import clearml_report, comet_archive, comet_message, neptune_operation

from logdoctor.sources.clearml_offline import ClearMLOffline
from logdoctor.sources.comet_offline import CometOffline
from logdoctor.sources.neptune_offline import NeptuneOffline
from logdoctor.sources.source import Source
from logdoctor.sources.tables.numbers import parse_number

SOURCES = (ClearMLOffline, CometOffline, NeptuneOffline)
MUTATIONS = 2000


@dataclass(frozen=True)
class _Tracker:
    source: Source
    file: str
    line: Callable[[list[Point]], Any]
    """What it writes on one line of some values of `loss/train`."""
    most: int
    """Values that it writes on one line."""


_TRACKERS = (
    _Tracker(ClearMLOffline(), "metrics.jsonl", lambda points: [clearml_report(*point) for point in points], 2),
    _Tracker(CometOffline(), "messages.json", lambda points: comet_message(*points[0]), 1),
    _Tracker(NeptuneOffline(), "data-1.log", neptune_operation, 2),
)

_ARCHIVE = f"{'0a' * 16}.zip"


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one file and read it."""
    tracker = rng.choice(_TRACKERS)
    rows: dict[bytes, list[Point]] = {}
    for first in range(0, rng.randint(1, 12), 2):
        points = [(10 * step, rng.random() * 3) for step in range(first, first + rng.randint(1, tracker.most))]
        rows[json.dumps(tracker.line(points)).encode()] = points
    whole = b"\n".join(rows) + b"\n"
    if isinstance(tracker.source, CometOffline) and rng.random() < 0.3:
        _damage_archive(rng, folder, whole)
        return
    data = damaged(whole, rng)
    logs = read(tracker.source, folder / tracker.file, data)
    if logs is None:
        return
    notices = [notice for log in logs for notice in log.notices]
    assert_placed(notices, len(data))
    found = points_of(logs)
    assert_readable(found, data, parse_number)
    told = {line for one in notices for line in range(one.line_start or 0, (one.line_end or 0) + 1)}
    for number, line in enumerate(data.split(b"\n"), 1):
        lost = [point for point in rows.get(line, ()) if point not in found.get("loss/train", ())]
        assert not lost or number in told, f"lost: {lost}"
        blank = not line.decode("utf-8", "replace").replace("\ufeff", "").strip()  # a mark is nothing in mid-file
        assert line in rows or blank or number in told or _is_json(line), f"line {number} is lost"


def _damage_archive(rng: random.Random, folder: Path, messages: bytes) -> None:
    """Damage an archive: whatever is read stands in the messages, for the archive has a checksum of them."""
    logs = read(CometOffline(), folder / _ARCHIVE, damaged(comet_archive(messages), rng))
    if logs is not None and not any(log.notices for log in logs):
        assert_readable(points_of(logs), messages, parse_number)


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line.decode("utf-8-sig", "surrogateescape"), parse_int=float)
    except ValueError:
        return False
    return True
