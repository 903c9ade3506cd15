"""Records, one a line: damaged in bytes, in values and in lines."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

from tests.damaged.lines import Point, assert_placed, assert_readable, damaged, points_of, read

from logdoctor.run.notice import DAMAGE
from logdoctor.sources.json_lines import JsonLines
from logdoctor.sources.tables.json.json_text import spelled_out
from logdoctor.sources.tables.numbers import parse_number

SOURCES = (JsonLines,)

_NAMES = ("loss", "val_loss", "acc", "grad_norm")


@cache
def sound(variant: int) -> tuple[bytes, dict[bytes, list[tuple[str, Point]]]]:
    """Return the lines of a file that is damaged, and the points of each of them."""
    rng = random.Random(variant)
    names = _NAMES[: rng.randint(1, 4)]
    nested = rng.random() < 0.2
    separators = rng.choice(((", ", ": "), (",", ":")))
    lines: dict[bytes, list[tuple[str, Point]]] = {}
    for i in range(rng.randint(3, 10)):
        values = {name: rng.random() * 3 for name in names}
        record = {"step": 10 * i, "metrics": values} if nested else {"step": 10 * i, **values}
        points = [(f"metrics/{name}" if nested else name, (10 * i, value)) for name, value in values.items()]
        lines[json.dumps(record, separators=separators).encode()] = points
    data = b"\n".join(lines) + b"\n"
    return data.replace(b"\n", b"\r\n") if rng.random() < 0.2 else data, lines


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one file and read it."""
    whole, rows = sound(rng.randrange(60))
    data = damaged(whole, rng)
    logs = read(JsonLines(), folder / "metrics.jsonl", data)
    if logs is None:
        return
    notices = [notice for log in logs for notice in log.notices]
    assert_placed(notices, len(data))
    points = points_of(logs)
    assert_readable(points, data, parse_number)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return
    told = {
        line for one in notices if one.kind == DAMAGE for line in range(one.line_start or 0, (one.line_end or 0) + 1)
    }
    steps = any("step" in one.message for one in notices)
    for number, line in enumerate(data.split(b"\n" if b"\n" in data else b"\r"), 1):
        stripped = line.removeprefix(b"\xef\xbb\xbf").strip(b"\r")
        for name, point in rows.get(stripped, ()):
            values = {value for _, value in points.get(name, ())}  # a broken column of steps leaves the order alone
            assert point[1] in values or number in told or steps, f"{name} {point} is lost"
        assert stripped in rows or not stripped.strip() or number in told or _is_record(stripped), (
            f"line {number} is lost"
        )


def _is_record(line: bytes) -> bool:
    try:
        return isinstance(json.loads(spelled_out(line.decode("utf-8", "surrogateescape").lstrip("\ufeff"))), dict)
    except ValueError:
        return False
