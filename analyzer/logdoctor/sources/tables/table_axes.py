"""Where the points of a series stand: the finest counter wins that is present.

Loggers that count in ways of their own are repaired first; what is worked out rather than read is said in a note.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis, Split
from logdoctor.run.naming import role_of, split_of
from logdoctor.run.roles import Loss
from logdoctor.sources.tables.compact.rows import Rows
from logdoctor.sources.tables.counters import LARGEST_STEP, Counter, are_shuffled, counter_of, counts, rank_of
from logdoctor.sources.tables.logger_counters import (
    ENOUGH,
    iterations_across_epochs,
    validation_rows_at_steps,
    without_calls_of_the_logger,
    without_lengths_of_episodes,
)
from logdoctor.sources.tables.table import Table


@dataclass(frozen=True)
class Placement:
    """The steps of one series."""

    axis: Axis
    steps: NDArray[np.int64]
    counter: str = ""
    """The column that they come from; empty where rows were numbered."""
    guessed: int = 0
    """How many points do not say where they stand and were put where the row before them stands."""
    shuffled: bool = False
    """Whether the rows stand in another order than their steps."""


@dataclass(frozen=True)
class TableAxes:
    """Every counter of a table that can be an axis."""

    counters: tuple[Counter, ...]
    """Finest first."""
    notes: tuple[str, ...] = ()
    """What had to be worked out, in sentences for people."""
    validation: Rows = field(default=Rows(0), repr=False)
    """The rows that can be told to be validations by how they count."""

    def place(self, rows: Rows, fallback: Axis = Axis.INDEX) -> Placement:
        """Find steps for the points in some rows: on the finest counter that all of them carry.

        Else on the one that most rows of the table carry, else the numbers of the rows themselves, on `fallback`.
        """
        for counter in self.counters:
            if len(counter.held) < len(rows):
                continue
            steps = _steps(counter.pieces(), rows, counter.count)
            if steps is None:
                continue
            shuffled = counter.axis in (Axis.STEP, Axis.EPOCH) and are_shuffled(steps)
            if shuffled or counter.measures(steps):
                # A row number says no more than the order, whoever wrote it; the fallback may know more.
                axis = fallback if counter.axis is Axis.INDEX else counter.axis
                return Placement(axis, steps, counter.name, shuffled=shuffled)
        for counter in self.counters:
            if counter.share < ENOUGH:
                continue
            steps = _steps(counter.carried(), rows, counter.count)
            if steps is not None and counter.measures(steps):
                unknown = zip(counter.pieces(), rows.within(counter.count), strict=True)
                guessed = sum(int(np.isnan(at[here]).sum()) for at, here in unknown)
                return Placement(counter.axis, steps, counter.name, guessed)
        return Placement(fallback, rows.numbers().astype(np.int64))

    def finer_than(self, name: str) -> TableAxes:
        """Return the axes on which a counter is itself a quantity."""
        return replace(self, counters=tuple(one for one in self.counters if one.rank < rank_of(name)))

    def in_steps(self) -> TableAxes:
        """Return those that count steps alone."""
        return replace(self, counters=tuple(one for one in self.counters if one.axis is Axis.STEP))


def table_axes_of(table: Table, step_axis: Axis = Axis.STEP, training: Rows | None = None) -> TableAxes:
    """Find the counters of a table that can be an axis, repaired where their logger counts in its own way.

    `step_axis` is what steps count where the file says something else (DeepSpeed: samples); `training` are
    the rows that were written during training, where validation rows can be told.
    """
    quantities = [column for column in table.columns if not counts(column.name)]
    longest = max(map(len, quantities), default=0)
    counters = [counter_of(column, table.rows) for column in table.columns if counts(column.name)]
    usable = sorted((one for one in counters if _counts_something(one, longest)), key=lambda one: one.rank)
    steps = [one for one in usable if one.axis is Axis.STEP]
    rest = [one for one in usable if one.axis is not Axis.STEP]
    steps = without_lengths_of_episodes(without_calls_of_the_logger(steps))
    steps, validation = validation_rows_at_steps(steps)
    training = Rows(table.rows) if training is None else training
    counted, joined = iterations_across_epochs(steps, rest, training)
    if not joined and rest:
        # An evaluation that counts its own batches hides where those of training begin anew.
        apart, joined = iterations_across_epochs(steps, rest, _without_evaluations(table, training))
        counted = apart if joined else counted
    moved = f"`step` is the epoch in {len(validation)} rows of validation; they stand at the iteration before."
    notes = (*([moved] if len(validation) else []), *joined)
    return TableAxes((*(replace(one, axis=step_axis) for one in counted), *rest), notes, validation)


def _without_evaluations(table: Table, training: Rows) -> Rows:
    """Return the rows of training that measure something else than held-out data."""
    evaluated, trained = np.zeros((2, table.rows), np.bool_)
    for column in table.columns:
        if split_of(column.name).is_held_out:
            evaluated |= column.where.mask(table.rows)
        elif split_of(column.name) is Split.TRAIN or issubclass(role_of(column.name, Split.NONE), Loss):
            trained |= column.where.mask(table.rows)
    return Rows.chosen(training.mask(table.rows) & (trained | ~evaluated))


def _steps(at: Iterable[NDArray[np.float64]], rows: Rows, count: int) -> NDArray[np.int64] | None:
    """Round down where some rows of a table stand, given for all piece by piece; None where one does not say."""
    steps = np.empty(len(rows), np.int64)
    end = 0
    for piece, chosen in zip(at, rows.within(count), strict=True):
        here = piece[chosen]
        if np.isnan(here).any():
            return None
        np.floor(here, out=steps[end : end + len(here)], casting="unsafe")
        end += len(here)
    return steps


def _counts_something(counter: Counter, longest: int) -> bool:
    """Leave out what cannot be steps: fractions (of an epoch), one value throughout, numbers beyond counting."""
    first, count, differ = np.nan, 0, False
    for piece in counter.held.pieces():
        positions = piece[~np.isnan(piece)]
        if not len(positions):
            continue
        if max(-positions.min(), positions.max()) >= LARGEST_STEP:
            return False
        if counter.axis is not Axis.TIME and (positions != np.floor(positions)).any():
            return False
        first = first if count else float(positions[0])
        count, differ = count + len(positions), differ or bool((positions != first).any())
    return count > 0 and (longest < 2 or count < 2 or differ)
