"""Tables of curves that give the position of each value: `{"0": 0.5, "1": 0.25}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from logdoctor.sources.tables.numbers import parse_values
from logdoctor.sources.tables.table import Column, Table


def indexed(path: Path, counter: str, curves: Mapping[str, Sequence[tuple[int, object]]]) -> Table:
    """Put curves, of which each is positions with values, side by side; the positions become the column `counter`."""
    positions = sorted({position for points in curves.values() for position, _ in points})
    row = {position: i for i, position in enumerate(positions)}
    columns = [Column.of(counter, np.arange(len(positions)), np.array(positions, np.float64))]
    for name, points in curves.items():
        cells = parse_values([value for _, value in points])
        rows = np.array([row[position] for position, _ in points], np.int64)
        columns.append(Column.of(name, rows[cells.rows], cells.values))
    return Table(path, len(positions), tuple(columns))
