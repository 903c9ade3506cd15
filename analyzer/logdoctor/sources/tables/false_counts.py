"""Steps and epochs that were damaged: too large, broken, or run together from two numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis
from logdoctor.sources.tables.counters import LARGEST_STEP, axis_of
from logdoctor.sources.tables.table import Column, Table

_RARE = 0.05
"""Share of steps that are no steps up to which they are damage."""

_MOST_GLUED = 1000
"""Steps of one column that are looked at for the digits of two."""


def misplaced(table: Table) -> NDArray[np.bool_]:
    """Return a mask of the rows that damage put nowhere: at a step too large to be told exactly, infinite, or broken.

    So does a step behind the torn beginning of another one: 300310 where 310 belongs, between 290 and 320.
    A column where that is common does not count at all: nanoseconds since 1970, fractions of an epoch.
    """
    lost = np.zeros(table.rows, bool)
    for column in table.columns:
        if axis_of(column.name) in (Axis.STEP, Axis.EPOCH):
            odd = _is_no_count(column)
            odd[_glued_within(column)] = True
            if odd.any() and _is_rare(odd):
                lost[column.rows[odd]] = True
    return lost


def without_false_counts(table: Table) -> Table:
    """Leave out the few steps and epochs that cannot be any; their rows stand where the row before them does."""
    return table.with_columns(
        column.take(~odd) if _is_rare(odd := _is_no_count(column)) and odd.any() else column for column in table.columns
    )


def _is_rare(odd: NDArray[np.bool_]) -> bool:
    return bool(odd.sum() <= max(1, _RARE * len(odd)) < len(odd))


def _is_no_count(column: Column) -> NDArray[np.bool_]:
    """Return a mask of the steps and epochs that are too large to be told exactly, and of the steps that are broken."""
    axis = axis_of(column.name)
    if axis not in (Axis.STEP, Axis.EPOCH):
        return np.zeros(len(column), bool)
    odd = np.zeros(len(column), bool)
    first = 0
    for at in column.pieces():
        found = (np.abs(at) >= LARGEST_STEP) | ((at != np.floor(at)) & ~np.isnan(at) & (axis is Axis.STEP))
        if found.any():
            odd[first : first + len(at)] = found
        first += len(at)
    return odd


def _glued_within(column: Column) -> list[int]:
    """Return the glued steps of a column that counts: one that falls time and again besides counts nothing so far."""
    found = list(_glued(column))
    if not found:
        return []
    falls = int((np.diff(np.delete(column.values, found)) < 0).sum())
    return found if falls <= max(1, _RARE * len(column)) else []


def _glued(column: Column) -> Iterator[int]:
    """Yield the first steps that stand out of their row, and whose last digits alone would fit into it."""
    first, looked_at = 0, 0
    steps = np.zeros(0)
    for piece in column.pieces():
        steps = np.concatenate([steps[-2:], piece])
        before, here, behind = steps[:-2], steps[1:-1], steps[2:]
        out = np.flatnonzero((before < behind) & (behind < here) & (here < LARGEST_STEP))[: _MOST_GLUED - looked_at]
        for i in out.tolist():
            digits = f"{here[i]:.0f}"
            if any(before[i] < int(digits[cut:]) < behind[i] for cut in range(1, len(digits))):
                yield first + len(piece) - len(steps) + i + 1
        first, looked_at = first + len(piece), looked_at + len(out)
