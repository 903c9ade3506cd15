"""NaN and zeros that mean "not logged", told apart from a loss that became NaN by the company they keep.

A NaN loss is the gravest finding there is, so a NaN is taken for padding only where training cannot have made it:
- a duration, a memory size, a throughput: a clock does not diverge;
- two columns that take turns, as train and validation do in a table written by pandas with `na_rep="nan"`;
- a column that is finite at every k-th row and NaN at all rows between;
- rows in which every quantity is NaN, before the first number of the table or where the machine's own quantities or
  the learning rate, which the program sets, are NaN too: steps that were not run, as in arrays made for more of them.
  Where only losses and metrics are NaN to the end of the table, they are NaN.

Zeros mean it where every quantity of the table is zero to its end, an accuracy beside a loss: who is always wrong has
a loss. Arrays made by `np.zeros` for more epochs than were run end so, and hold no NaN: a loss that is logged as 0
because it is NaN often stands beside a gradient norm of NaN. Above the first such row, all of them have a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Notice
from logdoctor.run.naming import role_of, split_of
from logdoctor.run.notice import PADDING
from logdoctor.run.roles import LearningRate, Loss, Role, Throughput, TrainMetric, ValMetric
from logdoctor.sources.tables.compact.rows import Rows
from logdoctor.sources.tables.counters import counts
from logdoctor.sources.tables.table import Column, Table

Mask = NDArray[np.bool_]

_JUDGED = (Loss, TrainMetric, ValMetric)
"""What says how good a model is: a loss, and what is better when higher."""

_TURNS = 2
"""How often two columns must change places before they count as taking turns."""

_GRID_POINTS = 3
"""How many finite values, equally spaced, show that a column was logged at every k-th row."""

_MOST_PATTERNS = 64
"""Beyond so many different patterns of NaN, pairs of columns are not compared: nothing was written in turns."""

_NAMES_SHOWN = 4


def without_padding(table: Table) -> tuple[Table, tuple[Notice, ...]]:
    """Take out every NaN and zero that means "not logged", and say so in one notice of each."""
    zeros = _zeros_at_end(table)
    said = _notices(table, {one.name: Rows.chosen(zeros) for one in _quantities(table)}, "0") if zeros.any() else ()
    table, blanks = _without_nan(table.without(zeros))
    return table, said + blanks


def _zeros_at_end(table: Table) -> Mask:
    """Return the rows at the end in which all that was measured is zero, an accuracy as well as a loss."""
    judged = [column for column in _quantities(table) if issubclass(_role(column), _JUDGED)]
    none = np.zeros(table.rows, bool)
    if {issubclass(_role(one), Loss) for one in judged} != {True, False} or any(_last_value(one) for one in judged):
        return none
    last = _last(_any([_measured_rows(table, column) for column in _quantities(table)], table.rows))
    rows = np.arange(table.rows) > last
    before = [_value_at(last, table, one) for one in judged]
    whole = all((np.concatenate(list(one.where.masks(table.rows))) | ~rows).all() for one in judged)
    return rows if whole and last >= 0 and np.isfinite(before).all() and all(before) else none


def _measured_rows(table: Table, column: Column) -> Rows:
    """Return the rows in which a column is anything but zero: no array of zeros holds NaN."""
    return _rows_where(table, column, lambda values: values != 0)


def _value_at(row: int, table: Table, column: Column) -> float:
    start = 0
    for values in column.held.over_all(column.where, table.rows):
        if row < start + len(values):
            return float(values[row - start])
        start += len(values)
    return np.nan


def _role(column: Column) -> type[Role]:
    return role_of(column.name, split_of(column.name))


def _last_value(column: Column) -> float:
    last = np.nan
    for piece in column.pieces():
        last = float(piece[-1]) if len(piece) else last
    return last


def _without_nan(table: Table) -> tuple[Table, tuple[Notice, ...]]:
    holes = {column.name: _nan_rows(table, column) for column in _quantities(table) if _holds_nan(column)}
    if not holes:
        return table, ()
    numbers = {column.name: _number_rows(table, column) for column in _quantities(table)}
    not_run = _rows_not_run(table, numbers, holes)
    blanks = _turns(table.rows, numbers, holes)
    padding = {}
    for name, hole in holes.items():
        parts = (
            [hole]
            if _is_machines(name)
            else [not_run, _off_grid(table.rows, numbers[name], hole), *blanks.get(name, ())]
        )
        padding[name] = Rows.of_masks(
            mask & one for mask, one in zip(_any(parts, table.rows), hole.masks(table.rows), strict=True)
        )
    padding = {name: rows for name, rows in padding.items() if len(rows)}
    columns = tuple(
        column.without(padding[column.name], table.rows) if column.name in padding else column
        for column in table.columns
    )
    return table.with_columns(columns), _notices(table, padding, "nan")


def _quantities(table: Table) -> list[Column]:
    return [column for column in table.columns if not counts(column.name)]


def _is_machines(name: str) -> bool:
    """Tell whether a quantity is read off the machine: time, memory, throughput."""
    return role_of(name, split_of(name)) is Throughput


def _is_set(name: str) -> bool:
    """Tell whether a quantity has a value at every step that is run, whatever becomes of the weights."""
    return role_of(name, split_of(name)) in {LearningRate, Throughput}


def _holds_nan(column: Column) -> bool:
    return any(bool(np.isnan(piece).any()) for piece in column.pieces())


def _nan_rows(table: Table, column: Column) -> Rows:
    """Return the rows in which a column is NaN."""
    return _rows_where(table, column, np.isnan)


def _rows_where(table: Table, column: Column, holds: Callable[[NDArray[np.float64]], Mask]) -> Rows:
    """Return the rows in which a column has a cell, and that holds of it."""
    cells = zip(column.where.masks(table.rows), column.held.over_all(column.where, table.rows), strict=True)
    return Rows.of_masks(mask & holds(values) for mask, values in cells)


def _number_rows(table: Table, column: Column) -> Rows:
    """Return the rows in which a column has a number."""
    return Rows.of_masks(~np.isnan(values) for values in column.held.over_all(column.where, table.rows))


def _together(rows: Iterable[Rows], count: int) -> Iterator[list[Mask]]:
    """Yield the masks of several rows over the same piece of a table."""
    return map(list, zip(*(one.masks(count) for one in rows), strict=True))


def _any(rows: Iterable[Rows], count: int) -> Iterator[Mask]:
    """Yield, piece by piece, which rows are among at least one of several."""
    for masks in _together(rows, count):
        yield np.logical_or.reduce(masks)


def _first(masks: Iterable[Mask]) -> int | None:
    """Return the first row of a mask, or None where there is none."""
    start = 0
    for mask in masks:
        if mask.any():
            return start + int(np.argmax(mask))
        start += len(mask)
    return None


def _last(masks: Iterable[Mask]) -> int:
    """Return the last row of a mask, or -1."""
    start, last = 0, -1
    for mask in masks:
        if mask.any():
            last = start + len(mask) - 1 - int(np.argmax(mask[::-1]))
        start += len(mask)
    return last


def _rows_not_run(table: Table, numbers: dict[str, Rows], holes: dict[str, Rows]) -> Rows:
    """Return the rows in which at least two quantities are NaN, none is a number, and no step can have been run."""
    with_number = Rows.of_masks(_any(numbers.values(), table.rows))
    first = _first(with_number.masks(table.rows))
    if first is None:
        return Rows(0)
    stopped = [
        hole
        for name, hole in holes.items()
        if _is_set(name) and len(numbers[name]) >= _common(hole, with_number, table.rows)
    ]
    return Rows.of_masks(_not_run(table.rows, with_number, first, list(holes.values()), stopped))


def _not_run(count: int, with_number: Rows, first: int, holes: list[Rows], stopped: list[Rows]) -> Iterator[Mask]:
    start = 0
    machines = _any(stopped or [Rows(0)], count)
    for somebody, masks, machine in zip(with_number.masks(count), _together(holes, count), machines, strict=True):
        nothing = ~somebody & (np.sum(masks, axis=0) >= 2)
        yield nothing & ((np.arange(start, start + len(nothing)) < first) | machine)
        start += len(nothing)


def _common(one: Rows, other: Rows, count: int) -> int:
    return sum(int(np.count_nonzero(mine & theirs)) for mine, theirs in _together((one, other), count))


def _off_grid(count: int, number: Rows, hole: Rows) -> Rows:
    """Return the rows between those at which a column was logged, when these are equally spaced."""
    gaps = [found for found in _gaps(count, number, hole) if len(found)]
    if len(number) < _GRID_POINTS or (spacing := min(int(found.min()) for found in gaps)) < 2:
        return Rows(0)
    usual = sum(int(np.count_nonzero(found == spacing)) for found in gaps)
    if 2 * usual <= sum(map(len, gaps)) or any((found % spacing).any() for found in gaps):
        return Rows(0)
    return Rows.of_masks(_between(count, number, hole, spacing))


def _places(count: int, number: Rows, hole: Rows) -> Iterator[tuple[Mask, Mask, NDArray[np.int64]]]:
    """Yield, piece by piece, the rows with a number, those with a number or NaN, and how many of these came before."""
    before = 0
    for logged, blank in _together((number, hole), count):
        present = logged | blank
        places = np.cumsum(present).astype(np.int64) - present + before
        before += int(np.count_nonzero(present))
        yield logged, present, places


def _gaps(count: int, number: Rows, hole: Rows) -> Iterator[NDArray[np.int64]]:
    last = np.zeros(0, np.int64)
    for logged, _, places in _places(count, number, hole):
        at = np.concatenate([last, places[logged]])
        yield np.diff(at).astype(np.int32)
        last = at[-1:]


def _between(count: int, number: Rows, hole: Rows, spacing: int) -> Iterator[Mask]:
    first: int | None = None
    for logged, present, places in _places(count, number, hole):
        if first is None and logged.any():
            first = int(places[np.argmax(logged)])
        yield present & ((places - (first or 0)) % spacing != 0)


def _turns(count: int, numbers: dict[str, Rows], holes: dict[str, Rows]) -> dict[str, list[Rows]]:
    """Return rows in which each column that takes turns with another has its blanks: those of its partners' turns."""
    patterns: dict[object, list[str]] = {}
    for name, hole in holes.items():
        patterns.setdefault((hole.key, numbers[name].key), []).append(name)
    blanks: dict[str, list[Rows]] = {}
    if len(patterns) < 2 or len(patterns) > _MOST_PATTERNS:
        return blanks
    nobody = _nobodys_turn(count, numbers)
    begins = _first(nobody.masks(count))
    for ones, others in combinations(patterns.values(), 2):
        one, other = ones[0], others[0]
        if not _take_turns(count, numbers[one], holes[one], numbers[other], holes[other]):
            continue
        for name, partner in [(name, other) for name in ones] + [(name, one) for name in others]:
            blanks.setdefault(name, []).append(numbers[partner])
            # Its own turns, unless it still had numbers after the first of them.
            if begins is not None and _last(numbers[name].masks(count)) >= begins:
                blanks[name].append(nobody)
    return blanks


def _nobodys_turn(count: int, numbers: dict[str, Rows]) -> Rows:
    """Return the rows without any number, up to the last number: NaN everywhere to the end is divergence."""
    somebody = Rows.of_masks(_any(numbers.values(), count))
    last = _last(somebody.masks(count))
    return Rows.of_masks(before & ~mask for before, mask in _together((Rows(last + 1), somebody), count))


def _take_turns(count: int, number: Rows, hole: Rows, other_number: Rows, other_hole: Rows) -> bool:
    """Tell whether two columns are never logged together, and change places repeatedly."""
    turns, last = 0, np.zeros(0, bool)
    for mine, blank, theirs, other_blank in _together((number, hole, other_number, other_hole), count):
        if (mine & theirs).any():
            return False
        whose = np.concatenate([last, mine[(mine & other_blank) | (theirs & blank)]])
        turns += int(np.sum(whose[1:] != whose[:-1]))
        last = whose[-1:]
    return turns >= _TURNS


def _notices(table: Table, padding: dict[str, Rows], value: str) -> tuple[Notice, ...]:
    """Say in one sentence what was left out, where."""
    if not padding:
        return ()
    points = sum(map(len, padding.values()))
    names = ", ".join(f"`{name}`" for name in list(padding)[:_NAMES_SHOWN])
    more = f" and {len(padding) - _NAMES_SHOWN} more" if len(padding) > _NAMES_SHOWN else ""
    message = f'{points} values "{value}" of {names}{more} stand for "not logged" and were left out.'
    if not len(table.lines):
        return (Notice(PADDING, str(table.path), message),)
    concerned = Rows.of_masks(_any(padding.values(), table.rows))
    ends = [_first(concerned.masks(table.rows)) or 0, _last(concerned.masks(table.rows))]
    start, end = table.lines.at(np.array(ends)).tolist()
    return (Notice(PADDING, str(table.path), message, line_start=start, line_end=end),)
