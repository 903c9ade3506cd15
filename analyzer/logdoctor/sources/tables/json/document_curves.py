"""Parts of a JSON document that may be curves: lists of records, or a list of numbers for each quantity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np

from logdoctor.run.naming import words
from logdoctor.run.vocabulary import SPLIT_WORDS
from logdoctor.sources.tables.counters import counts, normal
from logdoctor.sources.tables.json.document_shapes import (
    VALUE,
    are_course,
    courses_in,
    in_known_shape,
    is_matrix,
    joined,
    records_of_rows,
)
from logdoctor.sources.tables.json.indexed import indexed
from logdoctor.sources.tables.json.records import is_data, table_of
from logdoctor.sources.tables.likeness import is_of_training, is_training, names_splits, tells_loss, tells_performance
from logdoctor.sources.tables.numbers import parse_values
from logdoctor.sources.tables.row_times import MOMENTS
from logdoctor.sources.tables.separated.bare_numbers import is_of_one_curve
from logdoctor.sources.tables.table import Column, Table

_WRAPPERS = frozenset({"history", "log_history", "logs", "log", "metrics", "records", "results", "data", "entries"})
"""Keys that say nothing about the curves below them."""

_COUNTERS = frozenset({"step", "steps", "iter", "iters", "iteration", "iterations", "epoch", "epochs"})

_COUNTED_KEY = re.compile(r"(?:(epoch|step|iteration|iter)s?[ _-]?)?(\d{1,15})", re.I)
"""Keys of records that say where each stands: `12`, `epoch_12`."""

_INDEX = "index"

_DEEPEST = 4


@dataclass(frozen=True)
class Curves:
    """One table within a document."""

    prefix: str
    """What the keys above it add to the names of its columns."""
    table: Table
    of_records: bool


def are_log(curves: Curves) -> bool:
    """Tell whether curves are reason enough to take a document for a log."""
    if curves.of_records:
        return is_training(curves.table)
    names = [curves.prefix + one.name for one in curves.table.columns]
    told = any(map(tells_performance, names)) or _measures_splits(curves, names)
    return curves.table.rows > 1 and told


def _measures_splits(curves: Curves, names: list[str]) -> bool:
    """Tell whether splits alone are curves of what the file is called after; whole numbers are sizes or members."""
    measured = any((piece != np.floor(piece)).any() for one in curves.table.columns for piece in one.pieces())
    return measured and names_splits(names) and tells_performance(curves.table.path.stem)


def belong(curves: Curves) -> bool:
    """Tell whether curves of a document that is a log are part of the log."""
    if curves.of_records:
        return is_training(curves.table)
    names = [curves.prefix + one.name for one in curves.table.columns]
    return any(map(is_of_training, names)) or names_splits(names)


def names_place(key: str) -> bool:
    """Tell whether a key says in words where in a run its value stands: `epoch_12`; `12` may be a fold."""
    counted = _COUNTED_KEY.fullmatch(key)
    return counted is not None and counted[1] is not None


def curves_in(path: Path, value: Any, prefix: str = "", depth: int = 0) -> Iterator[Curves]:
    """Yield all that may be curves in a document."""
    return map(_named_above, _curves_in(path, in_known_shape(value), prefix, depth))


def _named_above(curves: Curves) -> Curves:
    """Name the one quantity of a table that says no more of itself than `value` after what stands above it."""
    quantities = [one.name for one in curves.table.columns if not counts(one.name) and normal(one.name) not in MOMENTS]
    if not curves.prefix or quantities != [VALUE]:
        return curves
    above, _, name = curves.prefix.removesuffix("/").rpartition("/")
    return replace(curves, prefix=f"{above}/" if above else "", table=curves.table.renamed({VALUE: name}))


def _curves_in(path: Path, value: Any, prefix: str, depth: int) -> Iterator[Curves]:
    if _are_records(value):
        yield from _of_records(path, value, prefix)
    if isinstance(value, list) and not depth and (losses := _bare_losses(path.stem, value)):
        yield Curves(prefix, Table(path, len(value), (losses,)), of_records=False)
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    counted = [] if _is_lone_run(value) else [_COUNTED_KEY.fullmatch(str(key)) for key in value]
    if counted and all(key and isinstance(entry, dict) for key, entry in zip(counted, value.values(), strict=True)):
        keys = [(key[1].lower() if key[1] else _INDEX, int(key[2])) for key in counted if key]
        records = [{name: at, **entry} for (name, at), entry in zip(keys, value.values(), strict=True)]
        yield from _of_records(path, records, prefix)
        return
    if rows := _rows_under_names(value):
        yield Curves(prefix, table_of(path, rows), of_records=True)
        return
    for table in (*_of_lists(path, value), *_of_indexed(path, value), *_of_pairs(path, value)):
        yield Curves(prefix, table, of_records=False)
    record_lists = sum(map(_are_records, value.values()))
    for key, entry in value.items():
        says_nothing = key in _WRAPPERS or (_are_rows(entry) and record_lists == 1 and key not in SPLIT_WORDS)
        yield from curves_in(path, entry, prefix if says_nothing else f"{prefix}{key}/", depth + 1)


def _is_lone_run(value: dict[str, Any]) -> bool:
    """Tell the one seed or fold under its number from records that numbers count: it holds whole curves."""
    if len(value) != 1:
        return False
    [(key, entry)] = value.items()
    holds_lists = isinstance(entry, dict) and any(isinstance(one, list) for one in entry.values())
    return holds_lists and not names_place(str(key))


def _of_records(path: Path, records: list[dict[str, Any]], prefix: str) -> Iterator[Curves]:
    """Yield the table of some records, and what each of them lists of the losses since the one before."""
    courses, table = courses_in(records), table_of(path, records)
    kept = (one for one in table.columns if one.name.rpartition("/")[0] not in courses)
    yield Curves(prefix, table.with_columns(kept), of_records=True)
    for found in _of_lists(path, courses):
        yield Curves(prefix, found, of_records=False)


def _bare_losses(stem: str, values: list[Any]) -> Column | None:
    """Return a list of numbers that nothing names but the file, which is called after a loss; counts are no losses."""
    column = _column(stem, values) if tells_loss(stem) and is_of_one_curve(stem) else None
    return column if column and any((piece != np.floor(piece)).any() for piece in column.pieces()) else None


def _of_lists(path: Path, value: dict[str, Any]) -> Iterator[Table]:
    """Yield a table for each length that lists of numbers have."""
    by_length: dict[int, list[Column]] = {}
    for name, entry in value.items():
        numbers = joined(entry) if isinstance(entry, list) and is_matrix(entry) and are_course(name, entry) else entry
        if isinstance(numbers, list) and (column := _column(name, numbers)):
            by_length.setdefault(len(numbers), []).append(column)
    for length, columns in by_length.items():
        yield Table(path, length, _with_plain_counter(columns))


def _of_indexed(path: Path, value: dict[str, Any]) -> Iterator[Table]:
    """Yield the table of entries such as `{"0": 0.5, "1": 0.25}`, as pandas writes a column."""
    curves = {
        name: [(int(index), number) for index, number in entry.items()]
        for name, entry in value.items()
        if isinstance(entry, dict) and entry and all(map(_is_index, entry)) and _column(name, list(entry.values()))
    }
    if curves:
        yield indexed(path, _INDEX, curves)


def _of_pairs(path: Path, value: dict[str, Any]) -> Iterator[Table]:
    """Yield the table of lists of a step and a number each, such as `[[10, 0.5], [20, 0.25]]`."""
    curves = {
        name: [(step, number) for step, number in pairs]
        for name, values in value.items()
        if isinstance(values, list)
        and _are_pairs(pairs := _whole(values))
        and _column(name, [number for _, number in pairs])
    }
    if curves:
        yield indexed(path, "step", curves)


def _whole(values: list[Any]) -> list[Any]:
    """Leave out a last pair that breaks off behind its step, as where only a part of the file was read or written."""
    is_cut = len(values) > 1 and isinstance(values[-1], list) and len(values[-1]) < 2
    return values[:-1] if is_cut else values


def _are_pairs(values: list[Any]) -> bool:
    """Tell pairs whose first numbers are steps: they rise."""
    if not all(isinstance(one, list) and len(one) == 2 and type(one[0]) is int for one in values):
        return False
    return all(before[0] < behind[0] for before, behind in pairwise(values))


def _rows_under_names(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that pandas' `to_json(orient="split")` writes, as records; none where they are not.

    Their index has no name there; if nothing else counts, it does.
    """
    names, rows, index = value.get("columns"), value.get("data"), value.get("index")
    records = records_of_rows([names, *rows]) if isinstance(names, list) and isinstance(rows, list) else []
    if not isinstance(index, list) or len(index) != len(records):
        return records
    return [{_INDEX: at, **record} for at, record in zip(index, records, strict=True)]


def _column(name: str, values: list[Any]) -> Column | None:
    """Return the column of a list of numbers, or None when it holds anything else."""
    if not set(map(type, values)) <= {int, float, str, NoneType}:
        return None
    cells = parse_values(values)
    return Column.of(name, cells.rows, cells.values) if len(cells.values) and not len(cells.texts) else None


def _with_plain_counter(columns: list[Column]) -> tuple[Column, ...]:
    """Call `val_iters` plainly `iters` where it is the one counter of its lists."""
    named = [column for column in columns if words(column.name)[-1:] and words(column.name)[-1] in _COUNTERS]
    if len(named) != 1 or any(counts(column.name) for column in columns):
        return tuple(columns)
    return tuple(replace(one, name=words(one.name)[-1]) if one is named[0] else one for one in columns)


def _are_records(value: Any) -> bool:
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        return False
    return 2 * sum(map(is_data, value)) < len(value)


def _are_rows(value: Any) -> bool:
    """Tell records that name what they hold; of one quantity without a name what stands above them tells."""
    return _are_records(value) and VALUE not in value[0]


def _is_index(key: str) -> bool:
    return key.isdecimal() and len(key) < 16
