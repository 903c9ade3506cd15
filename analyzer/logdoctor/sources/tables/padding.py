"""NaN that means "not logged", told apart from a loss that became NaN by the company it keeps.

A NaN loss is the gravest finding there is, so a NaN is taken for padding only where training cannot have made it:
- a duration, a memory size, a throughput: a clock does not diverge;
- two columns that take turns, as train and validation do in a table written by pandas with `na_rep="nan"`;
- a column that is finite at every k-th row and NaN at all rows between;
- rows in which every quantity is NaN, before the first number of the table or where the machine's own quantities are
  NaN too: steps that were not run. Where only losses and metrics are NaN to the end of the table, they are NaN.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Notice
from logdoctor.run.naming import role_of, split_of
from logdoctor.run.notice import PADDING
from logdoctor.run.roles import Throughput
from logdoctor.sources.tables.counters import counts
from logdoctor.sources.tables.table import Column, Table

Mask = NDArray[np.bool_]

_TURNS = 2
"""How often two columns must change places before they count as taking turns."""

_GRID_POINTS = 3
"""How many finite values, equally spaced, show that a column was logged at every k-th row."""

_MOST_PATTERNS = 64
"""Beyond so many different patterns of NaN, pairs of columns are not compared: nothing was written in turns."""

_NAMES_SHOWN = 4


def without_padding(table: Table) -> tuple[Table, tuple[Notice, ...]]:
    """Take out every NaN that means "not logged", and say so in one notice."""
    holes = {column.name: _rows(table, column, np.isnan(column.values)) for column in _quantities(table)}
    holes = {name: rows for name, rows in holes.items() if rows.any()}
    if not holes:
        return table, ()
    numbers = {column.name: _rows(table, column, ~np.isnan(column.values)) for column in _quantities(table)}
    not_run = _rows_not_run(table, numbers, holes)
    padding = {
        name: hole & (not_run | _is_machines(name) | _off_grid(numbers[name], hole)) for name, hole in holes.items()
    }
    for name, blank in _turns(numbers, holes).items():
        padding[name] |= blank
    padding = {name: rows for name, rows in padding.items() if rows.any()}
    columns = tuple(
        column.take(~column.where.of(padding[column.name])) if column.name in padding else column
        for column in table.columns
    )
    return table.with_columns(columns), _notices(table, padding)


def _quantities(table: Table) -> list[Column]:
    return [column for column in table.columns if not counts(column.name)]


def _is_machines(name: str) -> bool:
    """Tell whether a quantity is read off the machine: time, memory, throughput."""
    return role_of(name, split_of(name)) is Throughput


def _rows(table: Table, column: Column, points: Mask) -> Mask:
    """Turn a mask over the points of a column into one over the rows of the table."""
    rows = np.zeros(table.rows, bool)
    if points.any():
        column.where.take(points).put(points[points], rows)
    return rows


def _any(masks: dict[str, Mask]) -> Mask:
    """Return the rows that are in at least one of some masks."""
    return np.asarray(np.any(np.stack(list(masks.values())), axis=0))


def _rows_not_run(table: Table, numbers: dict[str, Mask], holes: dict[str, Mask]) -> Mask:
    """Return the rows in which at least two quantities are NaN, none is a number, and no step can have been run."""
    with_number = _any(numbers)
    if not with_number.any():
        return np.zeros(table.rows, bool)
    nothing = ~with_number & (np.sum(list(holes.values()), axis=0) >= 2)
    before_the_first = np.arange(table.rows) < np.argmax(with_number)
    machine_stopped = np.zeros(table.rows, bool)
    for name, hole in holes.items():
        usually_there = numbers[name].sum() >= (hole & with_number).sum()
        if _is_machines(name) and usually_there:
            machine_stopped |= hole
    return np.asarray(nothing & (before_the_first | machine_stopped))


def _off_grid(number: Mask, hole: Mask) -> Mask:
    """Return the rows between those at which a column was logged, when these are equally spaced."""
    present = np.flatnonzero(number | hole)
    logged = np.flatnonzero(number[present])
    off = np.zeros(len(number), bool)
    gaps = np.diff(logged)
    if len(logged) < _GRID_POINTS or (spacing := gaps.min()) < 2:
        return off
    if (gaps % spacing == 0).all() and np.median(gaps) == spacing:
        off[present[(np.arange(len(present)) - logged[0]) % spacing != 0]] = True
    return off


def _turns(numbers: dict[str, Mask], holes: dict[str, Mask]) -> dict[str, Mask]:
    """Return the blank rows of each column that takes turns with another: those in which a partner has its turn."""
    patterns: dict[bytes, list[str]] = {}
    for name, hole in holes.items():
        patterns.setdefault(hole.tobytes() + numbers[name].tobytes(), []).append(name)
    blanks: dict[str, Mask] = {}
    if len(patterns) > _MOST_PATTERNS:
        return blanks
    nobody = _nobodys_turn(numbers)
    for ones, others in combinations(patterns.values(), 2):
        if _take_turns(numbers[ones[0]], holes[ones[0]], numbers[others[0]], holes[others[0]]):
            for name, partner in [(name, others[0]) for name in ones] + [(name, ones[0]) for name in others]:
                known = blanks.get(name, np.zeros(len(nobody), bool))
                blanks[name] = known | holes[name] & (numbers[partner] | _before_end(nobody, numbers[name]))
    return blanks


def _nobodys_turn(numbers: dict[str, Mask]) -> Mask:
    """Return the rows without any number, up to the last number: NaN everywhere to the end is divergence."""
    somebody = _any(numbers)
    return ~somebody & (np.cumsum(somebody[::-1])[::-1] > 0)


def _before_end(nobody: Mask, number: Mask) -> Mask:
    """Return nobody's rows if a column still had numbers after the first of them; else they may be its own turns."""
    return nobody if nobody.any() and number[np.argmax(nobody) :].any() else np.zeros(len(nobody), bool)


def _take_turns(number: Mask, hole: Mask, other_number: Mask, other_hole: Mask) -> bool:
    """Tell whether two columns are never logged together, and change places repeatedly."""
    mine, theirs = number & other_hole, hole & other_number
    whose = mine[mine | theirs]
    return not (number & other_number).any() and int(np.sum(whose[1:] != whose[:-1])) >= _TURNS


def _notices(table: Table, padding: dict[str, Mask]) -> tuple[Notice, ...]:
    """Say in one sentence what was left out, where."""
    if not padding:
        return ()
    concerned = np.flatnonzero(_any(padding))
    points = sum(int(rows.sum()) for rows in padding.values())
    names = ", ".join(f"`{name}`" for name in list(padding)[:_NAMES_SHOWN])
    more = f" and {len(padding) - _NAMES_SHOWN} more" if len(padding) > _NAMES_SHOWN else ""
    message = f'{points} values "nan" of {names}{more} stand for "not logged" and were left out.'
    if not len(table.lines):
        return (Notice(PADDING, str(table.path), message),)
    start, end = table.lines.at(concerned[[0, -1]]).tolist()
    return (Notice(PADDING, str(table.path), message, line_start=start, line_end=end),)
