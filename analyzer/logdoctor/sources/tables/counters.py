"""Where a row stands: the columns that count, and which of them is the axis of a series.

The finest counter that is present wins: steps, then epochs, samples, tokens, time, and last the number of the row.
Three loggers count in ways that need a repair first; what is worked out rather than read is said in a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis
from logdoctor.sources.tables.packed import GrowingValues, Values
from logdoctor.sources.tables.pieces import pieces
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
    held: Values
    """(n,) where the rows that say so stand."""
    rows: Rows
    """Which these are."""

    def pieces(self) -> Iterator[NDArray[np.float64]]:
        """Yield, piece by piece, where each row of the table stands; NaN where the row does not say."""
        return self.held.over_all(self.rows, self.count)

    def moved(self, at: Iterable[NDArray[np.float64]]) -> Counter:
        """Return the same counter with its rows at other places."""
        moved = GrowingValues()
        for piece in at:
            moved.add(piece)
        return replace(self, held=moved.all(), rows=Rows(self.count))

    @property
    def rank(self) -> int:
        """Return the place in the order of preference, 0 for the finest."""
        return _RANKS[normal(self.name)]

    @cached_property
    def share(self) -> float:
        """The share of the rows that say where they stand."""
        return sum(int(np.count_nonzero(~np.isnan(at))) for at in self.pieces()) / max(1, self.count)

    @property
    def known(self) -> Rows:
        """The rows that say where they stand."""
        return Rows.of_masks(~np.isnan(at) for at in self.pieces())

    def carried(self) -> Iterator[NDArray[np.float64]]:
        """Yield `pieces` with rows that do not say at the row before; the first ones at the first that says."""
        last = next((float(at[~np.isnan(at)][0]) for at in self.pieces() if not np.isnan(at).all()), np.nan)
        for at in self.pieces():
            known = np.where(np.isnan(at), 0, np.arange(1, len(at) + 1))
            filled = np.append(last, at)[np.maximum.accumulate(known)]
            last = filled[-1] if len(filled) else last
            yield filled

    def measures(self, steps: NDArray[np.int64]) -> bool:
        """Tell whether these can be the steps of a series: they advance, and as finely as the points do."""
        if len(steps) < 2:
            return True
        falls = stays = 0
        for piece in pieces(steps, overlap=1):
            moves = np.diff(piece)
            falls, stays = falls + int(np.sum(moves < 0)), stays + int(np.sum(moves == 0))
        few = max(1, _TOO_OFTEN * (len(steps) - 1))
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
            if steps is not None and counter.measures(steps):
                # A row number says no more than the order, whoever wrote it; the fallback may know more.
                axis = fallback if counter.axis is Axis.INDEX else counter.axis
                return Placement(axis, steps, counter.name)
        for counter in self.counters:
            if counter.share < _ENOUGH:
                continue
            steps = _steps(counter.carried(), rows, counter.count)
            if steps is not None and counter.measures(steps):
                unknown = zip(counter.pieces(), rows.within(counter.count), strict=True)
                guessed = sum(int(np.isnan(at[here]).sum()) for at, here in unknown)
                return Placement(counter.axis, steps, counter.name, guessed)
        return Placement(fallback, rows.numbers().astype(np.int64))

    def finer_than(self, name: str) -> Ruler:
        """Return the ruler on which a counter is itself a quantity."""
        return replace(self, counters=tuple(one for one in self.counters if one.rank < _RANKS[normal(name)]))


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


def ruler_of(table: Table, step_axis: Axis = Axis.STEP, training: Rows | None = None) -> Ruler:
    """Find the counters of a table that can be an axis, repaired where their logger counts in its own way.

    `step_axis` is what steps count where the file says something else (DeepSpeed: samples); `training` are
    the rows that were written during training, where validation rows can be told.
    """
    quantities = [column for column in table.columns if not counts(column.name)]
    longest = max(map(len, quantities), default=0)
    counters = [_counter(column, table.rows) for column in table.columns if counts(column.name)]
    usable = sorted((one for one in counters if _counts_something(one, longest)), key=lambda one: one.rank)
    steps = [one for one in usable if one.axis is Axis.STEP]
    rest = [one for one in usable if one.axis is not Axis.STEP]
    steps, validation = _validation_rows_at_steps(_without_calls_of_the_logger(steps))
    steps, joined = _iterations_across_epochs(steps, rest, Rows(table.rows) if training is None else training)
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
            odd = _is_no_count(column)
            for i in _glued(column):
                odd[i] = True
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


def _counter(column: Column, rows: int) -> Counter:
    return Counter(column.name, _AXES[normal(column.name)], rows, column.held, column.where)


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


def _without_calls_of_the_logger(steps: list[Counter]) -> list[Counter]:
    """W&B: `_step` counts calls of the logger, so that any other step counter is the better axis."""
    others = [one for one in steps if normal(one.name) != LOG_CALLS]
    return others if any(one.share >= _ENOUGH for one in others) else steps


def _validation_rows_at_steps(steps: list[Counter]) -> tuple[list[Counter], Rows]:
    """MMEngine: in validation rows `step` is the epoch; they lack `iter`, which elsewhere equals `step`.

    Returns the counters with these rows at the iteration before, and which rows they are.
    """
    named = {normal(one.name): one for one in steps}
    if "step" not in named or "iter" not in named:
        return steps, Rows(0)
    step, iteration = named["step"], named["iter"]
    equal = moves = False
    for at, other, carried in zip(step.pieces(), iteration.pieces(), iteration.carried(), strict=True):
        both = ~np.isnan(at) & ~np.isnan(other)
        if (at[both] != other[both]).any():
            return steps, Rows(0)
        alone = ~np.isnan(at) & np.isnan(other)
        equal, moves = equal or bool(both.any()), moves or bool((at[alone] != carried[alone]).any())
    if not equal or not moves:
        return steps, Rows(0)
    both_counters = zip(step.pieces(), iteration.pieces(), iteration.carried(), strict=True)
    moved = step.moved(
        np.where(np.isnan(other), np.where(np.isnan(at), at, carried), at) for at, other, carried in both_counters
    )
    alone_rows = Rows.of_masks(
        ~np.isnan(at) & np.isnan(other) for at, other in zip(step.pieces(), iteration.pieces(), strict=True)
    )
    return [moved, *(one for one in steps if one is not step)], alone_rows


def _iterations_across_epochs(
    steps: list[Counter], rest: list[Counter], training: Rows
) -> tuple[list[Counter], list[str]]:
    """Runners by epoch (mmcv 1): the iteration begins anew in each epoch; count on through all of them."""
    epoch = next((one for one in rest if one.axis is Axis.EPOCH), None)
    restarting = [one for one in steps if epoch is not None and _restarts(one, epoch, training)]
    if epoch is None or not restarting or len(restarting) < len(steps):
        return [one for one in steps if one not in restarting], []
    inner = restarting[0]
    low, high, zeroth, spacing = _extent(inner, epoch, training)
    length = high - low + spacing
    moved = inner.moved(_through(inner, epoch, training, low, high, length, min(zeroth, 1)))
    furthest = max((float(np.nanmax(at)) for at in moved.pieces() if not np.isnan(at).all()), default=0.0)
    if furthest >= LARGEST_STEP:
        return [], []
    note = (
        f"`{inner.name}` begins anew in each epoch; steps were counted on from `{epoch.name}`, "
        f"with {length:.0f} to an epoch."
    )
    return [moved], [note]


def _extent(inner: Counter, epoch: Counter, training: Rows) -> tuple[float, float, float, float]:
    """Return the lowest and the highest iteration, the lowest epoch, and the usual advance, in rows of training."""
    low, high, zeroth = np.inf, -np.inf, np.inf
    advances, often = np.zeros(0), np.zeros(0, np.int64)
    for at, epochs in _of_training(inner, epoch, training):
        low, high = min(low, at.min(initial=np.inf)), max(high, at.max(initial=-np.inf))
        zeroth = min(zeroth, epochs.min(initial=np.inf))
    for moves, _ in _moves(inner, epoch, training):
        found, counted = np.unique(moves[moves > 0], return_counts=True)
        advances, places = np.unique(np.concatenate([advances, found]), return_inverse=True)
        often = np.bincount(places, np.concatenate([often, counted]), len(advances)).astype(np.int64)
    ends = np.cumsum(often)
    middle = advances[np.searchsorted(ends, [(ends[-1] - 1) // 2, ends[-1] // 2], side="right")]
    return low, high, zeroth, float(middle.mean())


def _through(
    inner: Counter, epoch: Counter, training: Rows, low: float, high: float, length: float, zeroth: float
) -> Iterator[NDArray[np.float64]]:
    """Yield where rows stand that are counted on through all epochs, which count from 0 or from 1.

    What was logged at the end of an epoch, such as a validation, stands at its last iteration; what comes before the
    first training row of its epoch, such as `Starting epoch 3, lr 0.01`, at its first.
    """
    firsts = [next(iter(epochs[:1].tolist()), np.nan) for _, epochs in _of_training(inner, epoch, training)]
    last = np.nan
    for i, (at, epochs, mask) in enumerate(
        zip(inner.pieces(), epoch.pieces(), training.masks(inner.count), strict=True)
    ):
        rows = mask & ~np.isnan(at) & ~np.isnan(epochs)
        following = next((one for one in firsts[i + 1 :] if not np.isnan(one)), np.nan)
        around = np.concatenate([[last], epochs[rows], [following]])
        behind: NDArray[np.int64] = np.cumsum(rows) - rows
        opening = ~rows & (around[behind] != epochs) & (around[behind + 1] == epochs)
        last = around[-2]
        yield (epochs - zeroth) * length + np.where(rows, at, np.where(opening, low, high))


def _restarts(inner: Counter, epoch: Counter, training: Rows) -> bool:
    """Tell whether a counter falls back wherever the epoch advances, and advances in between."""
    falls_anew = advances_within = False
    for moves, epochs in _moves(inner, epoch, training):
        new_epoch = epochs > 0
        if (moves[new_epoch] > 0).any():
            return False
        falls_anew |= bool(new_epoch.any())
        advances_within |= bool((moves[~new_epoch] > 0).any())
    return falls_anew and advances_within


def _moves(inner: Counter, epoch: Counter, training: Rows) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield, piece by piece, by how much each counter goes on from one row of training to the next."""
    last = np.empty((2, 0))
    for at, epochs in _of_training(inner, epoch, training):
        both = np.concatenate([last, np.stack([at, epochs])], axis=1)
        yield np.diff(both[0]), np.diff(both[1])
        last = both[:, -1:]


def _of_training(
    inner: Counter, epoch: Counter, training: Rows
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield, piece by piece, where the rows of training stand that have both counters."""
    for at, epochs, mask in zip(inner.pieces(), epoch.pieces(), training.masks(inner.count), strict=True):
        rows = mask & ~np.isnan(at) & ~np.isnan(epochs)
        yield at[rows], epochs[rows]
