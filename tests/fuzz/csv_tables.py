"""Tables with separators: rows of known numbers, damaged in bytes, in cells and in lines."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

from tests.damaged.lines import Point, assert_placed, assert_readable, damaged, points_of, read

from logdoctor.run.notice import DAMAGE
from logdoctor.sources.csv_table import CsvTable
from logdoctor.sources.tables.numbers import MISSING, parse_number

Table = tuple[bytes, bytes, dict[bytes, list[tuple[str, Point]]]]
"""A file, its header, and the points of each of its lines."""

SOURCES = (CsvTable,)

_NAMES = ("loss", "val_loss", "acc", "grad_norm")


@cache
def sound(variant: int) -> Table:
    """Return one of the tables that are damaged."""
    rng = random.Random(variant)
    separator = rng.choice((",", ",", "\t", ";"))
    names = _NAMES[: rng.randint(1, 4)]
    form = rng.choice(("{!r}", "{:.4f}", "{:.6e}"))
    header = separator.join(("step", *names))
    lines: dict[bytes, list[tuple[str, Point]]] = {}
    for i in range(rng.randint(3, 10)):
        cells = [form.format(rng.random() * 3) for _ in names]
        points = [(name, (10 * i, float(cell))) for name, cell in zip(names, cells, strict=True)]
        lines[separator.join((str(10 * i), *cells)).encode()] = points
    data = b"\n".join((header.encode(), *lines)) + b"\n"
    if rng.random() < 0.2:
        data = data.replace(b"\n", b"\r\n")
    return data, header.encode(), lines


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one table and read it."""
    whole, header, rows = sound(rng.randrange(60))
    data = damaged(whole, rng)
    logs = read(CsvTable(), folder / "metrics.csv", data)
    if logs is None:
        return
    notices = [notice for log in logs for notice in log.notices]
    assert_placed(notices, len(data))
    points = points_of(logs)
    assert_readable(points, data, parse_number)
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    if lines[0] != header:
        return
    told = {line for one in notices for line in range(one.line_start or 0, (one.line_end or 0) + 1)}
    everywhere = any(one.line_start is None or one.kind != DAMAGE for one in notices)
    for number, line in enumerate(lines[1:-1], 2):
        for name, point in rows.get(line, ()):
            values = {value for _, value in points.get(name, ())}  # a broken column of steps leaves the order alone
            assert everywhere or number in told or point[1] in values, f"{name} {point} is lost"
        text = line.decode("utf-8", "replace")
        steps = {step for of in points.values() for step, _ in of}
        shown = any(str(step) in text or f"{step:,}" in text for step in steps) or _step(text) in steps
        known = shown or line in rows or number in told or everywhere or _says_nothing(line)
        assert known, f"line {number} is lost"


def _step(line: str) -> float | None:
    """Return the number in the first cell: what is grown together may say `3e+0010`."""
    try:
        return parse_number(re.split(r"[;\t]", line)[0])
    except ValueError:
        return None


def _says_nothing(line: bytes) -> bool:
    cells = re.split(r"[,;\t]", line.decode("utf-8", "replace").strip("\r"))
    return line.startswith(b"#") or all(cell.strip() in MISSING for cell in cells[1:])
