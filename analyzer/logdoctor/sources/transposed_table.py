"""Transposed tables: one row per quantity, one column per epoch or step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from logdoctor.errors import UnreadableLogError
from logdoctor.run.naming import split_of
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.counters import LARGEST_STEP, counts
from logdoctor.sources.tables.likeness import is_training, tells_performance
from logdoctor.sources.tables.lost_lines import Span, damage_notices
from logdoctor.sources.tables.numbers import parse_cells, parse_number
from logdoctor.sources.tables.separated.table_form import SEPARATORS, Form, has_decimal_commas, unique_names
from logdoctor.sources.tables.table import Column, Table
from logdoctor.sources.tables.table_logs import read_logs
from logdoctor.sources.tables.text import Block, head_block, read_blocks

MOST_BYTES = 16 * 1024 * 1024
"""A longer file is no table of a few curves."""

_FEWEST = 3
"""Epochs that stand above the columns; fewer may be years, or folds."""

_ENOUGH = 10
"""Numbers above the columns that are epochs though nothing says so: more than there are folds, and layers of models."""


class TransposedTable(Source):
    """What `frame.T.to_csv()` writes, and people who put one run below the other in a spreadsheet."""

    name = "transposed-csv"
    patterns: ClassVar[tuple[str, ...]] = ("*.csv", "*.tsv")
    precedence = 11
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "epochs above the columns",
            "history.csv",
            "epoch,1,2,3\ntrain_loss,0.5,0.25,0.125\nval_loss,0.75,,0.5\n",
            {"train_loss": [(1, 0.5), (2, 0.25), (3, 0.125)], "val_loss": [(1, 0.75), (3, 0.5)]},
        ),
        Sample(
            "pandas' history, transposed",
            "history.csv",
            ",0,1,2\nloss,0.5,0.25,0.125\nval_loss,0.75,0.625,0.5\n",
            {"loss": [(0, 0.5), (1, 0.25), (2, 0.125)], "val_loss": [(0, 0.75), (1, 0.625), (2, 0.5)]},
        ),
        Sample(
            "semicolons and decimal commas",
            "history.csv",
            "step;10;20;30\nloss;0,5;0,25;0,125\n",
            {"loss": [(10, 0.5), (20, 0.25), (30, 0.125)]},
        ),
        Sample("results of models over years", "years.csv", "model,2019,2020,2021\ncnn,0.5,0.75,0.8\n", None),
        Sample("results by fold", "cv.csv", "metric,1,2,3,4,5\nloss,0.9,0.8,0.7,0.8,0.9\nacc,1,0,1,0,1\n", None),
        Sample("results by depth", "r.csv", ",50,101,152\nloss,0.9,0.8,0.7\nval_loss,0.9,0.8,0.7\n", None),
        Sample("an endless number", "n.csv", f"epoch,1,2,{'9' * 5000}\nloss,0.5,0.4,0.3\n", None),
        Sample("a table that stands upright", "log.csv", "epoch,loss,val_loss\n1,0.5,0.75\n2,0.25,0.5\n", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by what counts in its first row, and by names of a training in its first column."""
        if head.size > MOST_BYTES:
            return False
        read = _read(head.path, [head_block(head)])
        return read is not None and not read.lost and is_training(read.table)

    def read(self, path: Path) -> Iterator[Log]:
        """Read every row that has a cell for each column."""
        read = _read(path, read_blocks(path))
        if read is None:
            raise UnreadableLogError(f"{path}: no table that lies on its side")
        yield from read_logs(read.table, damage_notices(path, read.lost))


@dataclass(frozen=True)
class _Read:
    """A table, turned upright, and the rows that could not be used."""

    table: Table
    lost: list[Span]


def _read(path: Path, blocks: Iterable[Block]) -> _Read | None:
    lines = _lines(blocks)
    top, at = next(lines, (None, 0))
    form = None if top is None else _form(top.lines[at], top.lines[at + 1 :])
    if form is None:
        return None
    columns: list[Column] = []
    names: list[str] = []
    lost: list[Span] = []
    for block, i in lines:
        cells = form.cells(block.lines[i])
        if cells is None or len(cells) != len(form.header):
            count = "no" if cells is None else len(cells)
            lost.append(Span.of(block, i, f"has {count} cells where the first row has {len(form.header)}"))
            continue
        numbers = parse_cells(cells[1:])
        if len(numbers.texts):
            lost.append(Span.of(block, i, "has text where its numbers are"))
            continue
        names.append(cells[0])
        columns.append(Column.of("", numbers.rows, numbers.values))
    if not any(map(tells_performance, names)):
        return None
    count = len(form.header) - 1
    places = np.array([parse_number(cell) for cell in form.header[1:]], np.float64)
    if not form.header[0] and not _are_epochs(places, names):
        return None
    counter = Column.of(form.header[0], np.arange(count), places)
    unique = unique_names(["", *names])[1:]
    named = (Column.of(name, one.rows, one.values) for name, one in zip(unique, columns, strict=True))
    return _Read(Table(path, count, (counter, *named)), lost)


def _lines(blocks: Iterable[Block]) -> Iterator[tuple[Block, int]]:
    """Yield the place of each line that is neither empty nor a comment."""
    for block in blocks:
        for i, line in enumerate(block.lines):
            if line.strip() and not line.startswith("#"):
                yield block, i


def _form(top: str, below: Sequence[str]) -> Form | None:
    """Return the form of a table whose first row counts: what does so, or nothing, and whole numbers that rise."""
    for separator in SEPARATORS:
        first, *places = (cell.strip().strip('"') for cell in top.lstrip("\ufeff").split(separator))
        if len(places) < _FEWEST or not all(map(_may_count, places)):
            continue
        at = [int(place) for place in places]
        if at[-1] < LARGEST_STEP and all(one < other for one, other in pairwise(at)) and _heads(first):
            name = first if counts(first) else ""
            return Form(
                separator, (name, *places), top, 1, decimal_comma=separator != "," and has_decimal_commas(below)
            )
    return None


def _are_epochs(places: NDArray[np.float64], names: Sequence[str]) -> bool:
    """Tell epochs that nothing names by their even distance, and by a curve on training data beside a held-out one."""
    distance = places[1] - places[0]
    evenly = places[0] % distance in (0, 1) and (np.diff(places) == distance).all()
    splits = {split_of(name).is_held_out for name in names if tells_performance(name)}
    return bool(evenly) and (len(places) >= _ENOUGH or len(splits) > 1)


def _may_count(place: str) -> bool:
    return place.isascii() and place.isdecimal() and len(place) <= len(str(LARGEST_STEP))


def _heads(first: str) -> bool:
    """Tell whether the first cell names what counts, or the names below it."""
    return not first or counts(first) or first.lower() in {"metric", "metrics", "name", "quantity"}
