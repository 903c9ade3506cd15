"""ClearML's lists of reports, one a line: damaged in bytes, in values and in lines."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.damaged.lines import Point, assert_placed, assert_readable, damaged, points_of, read
from tests.damaged.reports import clearml_report

from logdoctor.sources.clearml_offline import ClearMLOffline
from logdoctor.sources.tables.numbers import parse_number

SOURCES = (ClearMLOffline,)
MUTATIONS = 1000


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one file and read it."""
    rows: dict[bytes, list[Point]] = {}
    for first in range(0, rng.randint(1, 12), 2):
        points = [(10 * step, rng.random() * 3) for step in range(first, first + rng.randint(1, 2))]
        rows[json.dumps([clearml_report(*point) for point in points]).encode()] = points
    data = damaged(b"\n".join(rows) + b"\n", rng)
    logs = read(ClearMLOffline(), folder / "metrics.jsonl", data)
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
        assert line in rows or blank or number in told or _is_list(line), f"line {number} is lost"


def _is_list(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line.decode("utf-8-sig", "surrogateescape"), parse_int=float), list)
    except ValueError:
        return False
