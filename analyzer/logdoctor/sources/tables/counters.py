"""Where a row stands: the columns that count, and which of them is the axis of a series.

The finest counter that is present wins: steps, then epochs, samples, tokens, time, and last the number of the row.
Three loggers count in ways that need a repair first; what is worked out rather than read is said in a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis
from logdoctor.sources.tables.numbers import NO_ROWS
from logdoctor.sources.tables.pieces import pieces, whole_numbers
from logdoctor.sources.tables.rows import Rows
from logdoctor.sources.tables.table import Column, Table

_FINEST_FIRST: tuple[tuple[Axis, tuple[str, ...]], ...] = (
    (Axis.STEP, (
        "global_step", "trainer/global_step", "train/global_step", "step", "steps", "training_step", "train_step",
        "iteration", "iterations", "iter", "iters", "iter_num", "num_updates", "update", "updates", "current_steps",
        "time/batch", "batch", "batch_idx", "batch_id", "time/total_timesteps", "misc/total_timesteps",
        "total_timesteps", "timesteps_total", "timesteps", "num_env_steps_sampled_lifetime",
        "env_runners/num_env_steps_sampled_lifetime", "env_steps", "totalenvinteracts", "totalenvsteps", "total/steps",
        "exploration/num steps total", "nupdates", "itr", "training_iteration", "frame", "frames", "boosting_round",
        "round", "episode", "episodes", "_step",
    )),
    (Axis.EPOCH, (
        "epoch", "epochs", "_epoch", "train/epoch", "trainer/epoch", "time/epoch", "current_epoch", "total/epochs",
        "ep",
    )),
    (Axis.SAMPLES, (
        "consumed samples", "consumed_samples", "consumed_train_samples", "time/sample", "samples", "samples_seen",
        "examples_seen",
    )),
    (Axis.TOKENS, (
        "num_input_tokens_seen", "train/num_input_tokens_seen", "n_tokens_seen", "tokens_seen", "consumed_tokens",
        "num_tokens", "total_tokens", "tokens", "time/token",
    )),
    (Axis.TIME, (
        "_runtime", "relative time (process)", "relative time (wall)", "time_elapsed", "time/time_elapsed",
        "time_total_s", "elapsed", "elapsed_time", "runtime", "time", "t",
    )),
    (Axis.INDEX, ("", "index", "unnamed: 0")),
)  # fmt: skip
_AXES = {name: axis for axis, names in _FINEST_FIRST for name in names}
_RANKS = {name: rank for rank, name in enumerate(_AXES)}

LOG_CALLS = "_step"
"""What W&B counts by itself: calls of its logger, not steps of training."""

LARGEST_STEP = 2**53
"""Beyond it a float cannot tell neighbouring integers apart, so that a step would be a guess."""

_TOO_OFTEN = 1 / 3
"""Share of neighbouring points that may fall back, or share an epoch, before a column is no axis.

A resumed run falls back once; a column that falls at every other point does not count.
"""

_RARE = 0.05
"""Share of steps that are no steps up to which they are damage."""

_MOST_GLUED = 1000
"""Steps of one column that are looked at for the digits of two."""

_ENOUGH = 1 / 2
"""Share of the rows that must carry a counter before rows without one are placed at the row before them."""


@dataclass(frozen=True, eq=False)
class Counter:
    """One column that counts."""

    name: str
    axis: Axis
    count: int
    """Rows of the table."""
    values: NDArray[np.float64]
    """(n,) where the rows that say so stand."""
    rows: Rows | None = None
    """Which these are; None where all do."""

    @property
    def at(self) -> NDArray[np.float64]:
        """(rows of the table,) where each row stands; NaN where the row does not say. Made anew where some do not."""
        if self.rows is None:
            return self.values
        at = np.full(self.count, np.nan)
        self.rows.put(self.values, at)
        return at

    def moved(self, at: NDArray[np.float64]) -> Counter:
        """Return the same counter with its rows at other places."""
        return replace(self, values=at, rows=None)

    @property
    def rank(self) -> int:
        """Return the place in the order of preference, 0 for the finest."""
        return _RANKS[normal(self.name)]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return a mask of the rows that say where they stand."""
        return ~np.isnan(self.at)

    def measures(self, positions: NDArray[np.float64]) -> bool:
        """Tell whether positions can be the steps of a series: they advance, and as finely as the points do."""
        if len(positions) < 2:
            return True
        falls = stays = 0
        for piece in pieces(positions, overlap=1):
            moves = np.diff(np.floor(piece))
            falls, stays = falls + int(np.sum(moves < 0)), stays + int(np.sum(moves == 0))
        few = max(1, _TOO_OFTEN * (len(positions) - 1))
        if self.axis is Axis.TIME:  # two points within one second would become one
            return falls + stays == 0
        return falls <= few and (stays <= few or self.axis is Axis.STEP)


@dataclass(frozen=True)
class Placement:
    """The steps of one series."""

    axis: Axis
    steps: NDArray[np.int64]
    counter: str = ""
    """The column that they come from; empty where rows were numbered."""
    guessed: int = 0
    """How many points do not say where they stand and were put where the row before them stands."""


@dataclass(frozen=True)
class Ruler:
    """Every counter of a table that can be an axis."""

    counters: tuple[Counter, ...]
    """Finest first."""
    notes: tuple[str, ...] = ()
    """What had to be worked out, in sentences for people."""
    validation: NDArray[np.int64] = field(default_factory=NO_ROWS.copy, repr=False)
    """The rows that can be told to be validations by how they count."""

    def place(self, rows: Rows, fallback: Axis = Axis.INDEX) -> Placement:
        """Find steps for the points in some rows: on the finest counter that all of them carry.

        Else on the one that most rows of the table carry, else the numbers of the rows themselves, on `fallback`.
        """
        for counter in self.counters:
            if len(counter.values) < len(rows):
                continue
            steps = rows.of(counter.at)
            if not np.isnan(steps).any() and counter.measures(steps):
                # A row number says no more than the order, whoever wrote it; the fallback may know more.
                axis = fallback if counter.axis is Axis.INDEX else counter.axis
                return Placement(axis, whole_numbers(steps, in_place=steps is not counter.values), counter.name)
        for counter in self.counters:
            if np.mean(counter.known) < _ENOUGH:
                continue
            steps = rows.of(_carried_forward(counter.at))
            if counter.measures(steps):
                guessed = int(np.isnan(rows.of(counter.at)).sum())
                return Placement(counter.axis, whole_numbers(steps, in_place=True), counter.name, guessed)
        return Placement(fallback, rows.numbers().astype(np.int64))

    def finer_than(self, name: str) -> Ruler:
        """Return the ruler on which a counter is itself a quantity."""
        return replace(self, counters=tuple(one for one in self.counters if one.rank < _RANKS[normal(name)]))


def normal(name: str) -> str:
    """Spell a column name as the names of counters are spelled here."""
    return name.strip().lower()


def counts(name: str) -> bool:
    """Tell from its name whether a column counts rather than measures."""
    return normal(name) in _AXES


def axis_of(name: str) -> Axis | None:
    """Return what a counter of this name counts, or None when the name is none of a counter."""
    return _AXES.get(normal(name))


def numbers_rows(name: str) -> bool:
    """Tell from its name whether a column only numbers the rows, as the unnamed index of pandas does."""
    return _AXES.get(normal(name)) is Axis.INDEX


def ruler_of(table: Table, step_axis: Axis = Axis.STEP, training: NDArray[np.bool_] | None = None) -> Ruler:
    """Find the counters of a table that can be an axis, repaired where their logger counts in its own way.

    `step_axis` is what steps count where the file says something else (DeepSpeed: samples); `training` is a mask of
    the rows that were written during training, where validation rows can be told.
    """
    quantities = [column for column in table.columns if not counts(column.name)]
    longest = max(map(len, quantities), default=0)
    counters = [_counter(column, table.rows) for column in table.columns if counts(column.name)]
    usable = sorted((one for one in counters if _counts_something(one, longest)), key=lambda one: one.rank)
    steps = [one for one in usable if one.axis is Axis.STEP]
    rest = [one for one in usable if one.axis is not Axis.STEP]
    everywhere = np.ones(table.rows, bool)
    steps, validation = _validation_rows_at_steps(_without_calls_of_the_logger(steps))
    steps, joined = _iterations_across_epochs(steps, rest, everywhere if training is None else training)
    moved = f"`step` is the epoch in {len(validation)} rows of validation; they stand at the iteration before."
    notes = (*([moved] if len(validation) else []), *joined)
    return Ruler((*(replace(one, axis=step_axis) for one in steps), *rest), notes, validation)


def misplaced(table: Table) -> NDArray[np.bool_]:
    """Return a mask of the rows that damage put nowhere: at a step too large to be told exactly, infinite, or broken.

    So does a step behind the torn beginning of another one: 300310 where 310 belongs, between 290 and 320.
    A column where that is common does not count at all: nanoseconds since 1970, fractions of an epoch.
    """
    lost = np.zeros(table.rows, bool)
    for column in table.columns:
        if axis_of(column.name) in (Axis.STEP, Axis.EPOCH):
            odd = _glued(column.values) | _is_no_count(column)
            if odd.any() and _is_rare(odd):
                lost[column.rows[odd]] = True
    return lost


def without_false_counts(table: Table) -> Table:
    """Leave out the few steps and epochs that cannot be any; their rows stand where the row before them does."""
    return table.with_columns(
        column.take(~odd) if _is_rare(odd := _is_no_count(column)) else column for column in table.columns
    )


def _is_rare(odd: NDArray[np.bool_]) -> bool:
    return bool(odd.sum() <= max(1, _RARE * len(odd)) < len(odd))


def _is_no_count(column: Column) -> NDArray[np.bool_]:
    """Return a mask of the steps and epochs that are too large to be told exactly, and of the steps that are broken."""
    axis = axis_of(column.name)
    if axis not in (Axis.STEP, Axis.EPOCH):
        return np.zeros(len(column), bool)
    masks = [
        (np.abs(at) >= LARGEST_STEP) | ((at != np.floor(at)) & ~np.isnan(at) & (axis is Axis.STEP))
        for at in pieces(column.values)
    ]
    return np.concatenate(masks)


def _glued(steps: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return a mask of steps that stand out of their row, and whose last digits alone would fit into it."""
    glued = np.zeros(len(steps), bool)
    before, here, behind = steps[:-2], steps[1:-1], steps[2:]
    for i in np.flatnonzero((before < behind) & (behind < here) & (here < LARGEST_STEP))[:_MOST_GLUED].tolist():
        digits = f"{here[i]:.0f}"
        glued[i + 1] = any(before[i] < int(digits[cut:]) < behind[i] for cut in range(1, len(digits)))
    return glued


def _counter(column: Column, rows: int) -> Counter:
    where = None if len(column) == rows else column.where
    return Counter(column.name, _AXES[normal(column.name)], rows, column.values, where)


def _counts_something(counter: Counter, longest: int) -> bool:
    """Leave out what cannot be steps: fractions (of an epoch), one value throughout, numbers beyond counting."""
    positions = counter.values[~np.isnan(counter.values)] if np.isnan(counter.values).any() else counter.values
    if not len(positions) or max(-positions.min(), positions.max()) >= LARGEST_STEP:
        return False
    if counter.axis is not Axis.TIME and any((piece != np.floor(piece)).any() for piece in pieces(positions)):
        return False
    return longest < 2 or len(positions) < 2 or bool((positions != positions[0]).any())


def _carried_forward(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill rows that do not say where they stand with the row before; the first ones with the first that says."""
    known = np.flatnonzero(~np.isnan(at))
    return at[known[np.maximum(np.searchsorted(known, np.arange(len(at)), side="right") - 1, 0)]]


def _without_calls_of_the_logger(steps: list[Counter]) -> list[Counter]:
    """W&B: `_step` counts calls of the logger, so that any other step counter is the better axis."""
    others = [one for one in steps if normal(one.name) != LOG_CALLS]
    return others if any(np.mean(one.known) >= _ENOUGH for one in others) else steps


def _validation_rows_at_steps(steps: list[Counter]) -> tuple[list[Counter], NDArray[np.int64]]:
    """MMEngine: in validation rows `step` is the epoch; they lack `iter`, which elsewhere equals `step`.

    Returns the counters with these rows at the iteration before, and which rows they are.
    """
    named = {normal(one.name): one for one in steps}
    if "step" not in named or "iter" not in named:
        return steps, NO_ROWS
    step, iteration = named["step"], named["iter"]
    alone = step.known & ~iteration.known
    both = step.known & iteration.known
    if not both.any() or (step.at[both] != iteration.at[both]).any():
        return steps, NO_ROWS
    at = np.where(alone, _carried_forward(iteration.at), step.at)
    if (at[alone] == step.at[alone]).all():
        return steps, NO_ROWS
    return [step.moved(at), *(one for one in steps if one is not step)], np.flatnonzero(alone)


def _iterations_across_epochs(
    steps: list[Counter], rest: list[Counter], training: NDArray[np.bool_]
) -> tuple[list[Counter], list[str]]:
    """Runners by epoch (mmcv 1): the iteration begins anew in each epoch; count on through all of them."""
    epoch = next((one for one in rest if one.axis is Axis.EPOCH), None)
    restarting = [one for one in steps if epoch is not None and _restarts(one, epoch, training)]
    if epoch is None or not restarting or len(restarting) < len(steps):
        return [one for one in steps if one not in restarting], []
    inner = restarting[0]
    rows = training & inner.known & epoch.known
    within, epochs = inner.at[rows], epoch.at[rows]
    advances = np.diff(within)
    spacing = np.median(advances[advances > 0])
    length = within.max() - within.min() + spacing
    before = (epoch.at - min(epochs.min(), 1)) * length  # epochs count from 0 or from 1
    # What was logged at the end of an epoch, such as a validation, stands at its last iteration.
    at = before + np.where(rows, inner.at, within.max())
    opening = _openings(epoch.at, rows)
    at[opening] = before[opening] + within.min()
    if np.nanmax(at) >= LARGEST_STEP:
        return [], []
    note = (
        f"`{inner.name}` begins anew in each epoch; steps were counted on from `{epoch.name}`, "
        f"with {length:.0f} to an epoch."
    )
    return [inner.moved(at)], [note]


def _openings(epoch: NDArray[np.float64], training: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the rows that come before the first training row of their epoch: `Starting epoch 3, lr 0.01`."""
    others = np.flatnonzero(~training)
    following = np.searchsorted(np.flatnonzero(training), others)
    around = np.concatenate([[np.nan], epoch[training], [np.nan]])
    begins = (around[following] != epoch[others]) & (around[following + 1] == epoch[others])
    opening: NDArray[np.int64] = others[begins]
    return opening


def _restarts(inner: Counter, epoch: Counter, training: NDArray[np.bool_]) -> bool:
    """Tell whether a counter falls back wherever the epoch advances, and advances in between."""
    falls_anew = advances_within = False
    for moves, epochs in _moves(inner, epoch, training & inner.known & epoch.known):
        new_epoch = epochs > 0
        if (moves[new_epoch] > 0).any():
            return False
        falls_anew |= bool(new_epoch.any())
        advances_within |= bool((moves[~new_epoch] > 0).any())
    return falls_anew and advances_within


def _moves(
    inner: Counter, epoch: Counter, rows: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield, piece by piece, by how much each counter goes on from one of some rows to the next."""
    last = np.empty((2, 0))
    for at, epochs, chosen in zip(pieces(inner.at), pieces(epoch.at), pieces(rows), strict=True):
        both = np.concatenate([last, np.stack([at[chosen], epochs[chosen]])], axis=1)
        yield np.diff(both[0]), np.diff(both[1])
        last = both[:, -1:]
