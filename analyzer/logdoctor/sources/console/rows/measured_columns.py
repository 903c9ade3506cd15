"""The columns of a table put together from rows of every kind, without what is said twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from logdoctor.run.naming import split_of, words
from logdoctor.sources.console.rows.parts import LineNumbers, Numbers
from logdoctor.sources.console.rows.quantities import quantity_of
from logdoctor.sources.tables.compact.merging import ranks, scattered
from logdoctor.sources.tables.compact.pieces import pieces
from logdoctor.sources.tables.counters import axis_of
from logdoctor.sources.tables.table import Column

_ENOUGH_REPEATED = 3
"""Values that are the same before one of two names is left out."""

ScatteredNumbers = tuple[LineNumbers, Numbers]
"""Rows of a table, and a number for each."""

_Flags = NDArray[np.bool_]
"""Whether something holds, row for row."""


def without_repeats(columns: Sequence[Column], position: Numbers) -> tuple[Column, ...]:
    """Leave out what a summary says once more in other words: `val_loss=0.5`, and below it `Validation loss: 0.5`.

    Every value must be the same, and stand at the same position, and two of them must differ.
    """
    alike: dict[object, list[Column]] = {}
    for one in columns:
        measured = tuple(word for word in words(one.name) if not split_of(word))  # not only its role: Acc@1, Acc@5
        said = alike.setdefault((quantity_of(one.name), measured, len(one)), [])
        if len(one) < _ENOUGH_REPEATED or not any(_repeats(one, other, position) for other in said):
            said.append(one)
    kept = {id(one) for said in alike.values() for one in said}
    return tuple(one for one in columns if id(one) in kept)


def _repeats(one: Column, other: Column, position: Numbers) -> bool:
    parts = zip(one.pieces(), other.pieces(), strict=True)
    if not all(np.array_equal(ours, theirs, equal_nan=True) for ours, theirs in parts) or not _varies(one):
        return False
    return np.array_equal(position[one.rows], position[other.rows])


def _varies(column: Column) -> bool:
    """Tell whether two values differ: what stays the same is no repetition of what stays the same."""
    first = next((piece[0] for piece in column.pieces() if len(piece)), np.nan)
    return any(bool((piece != first).any()) for piece in column.pieces())


def _joined(found: Sequence[ScatteredNumbers]) -> ScatteredNumbers:
    """Put numbers in the order of their rows."""
    if len(found) == 1:
        return found[0]
    order = ranks([at for at, _ in found])
    rows = scattered([(to, at) for to, (at, _) in zip(order, found, strict=True)])
    return rows, scattered([(to, values) for to, (_, values) in zip(order, found, strict=True)])


def column_of(name: str, found: Sequence[ScatteredNumbers], position: Numbers) -> Column:
    """Make a column, without what another statement or another process printed again at the same position."""
    rows, values = _joined(found)
    missing = np.isnan(values)
    if axis_of(name) is not None:
        return Column.of(name, rows[~missing], values[~missing]) if missing.any() else Column.of(name, rows, values)
    again, moved = np.zeros(len(rows), bool), np.ones(len(rows), bool)
    parts = zip(*(pieces(one, overlap=1) for one in (rows, values, missing, again, moved)), strict=True)
    for here, numbers, blank, same, moves in parts:
        at = position[here]
        moves[1:] = at[1:] != at[:-1]
        same[1:] = ((numbers[1:] == numbers[:-1]) | (blank[1:] & blank[:-1])) & ~moves[1:]
    return Column.of(name, rows, values).take(~_said_again(again, moved))


def _said_again(again: _Flags, moved: _Flags) -> _Flags:
    """Tell which rows say again what the row before says of the same position; `moved` tells where another begins.

    Whoever repeats, repeats everything: where one value stands alone at a position, the others are a curve that the log
    rounds, told of one epoch again and again.
    """
    if not again.any():
        return again
    alone = ~again & ~np.append(again[1:], False)
    begins = np.flatnonzero(moved)
    curve = np.logical_or.reduceat(alone, begins)
    printed: _Flags = again & ~np.repeat(curve, np.diff(begins, append=len(moved)))
    return printed
