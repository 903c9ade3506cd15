"""Columns that count, by name: steps, epochs, samples, tokens, time, and last the row number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis
from logdoctor.run.naming import words
from logdoctor.run.series import astray
from logdoctor.run.translations import COUNTERS
from logdoctor.sources.tables.compact.packed import GrowingValues, Values
from logdoctor.sources.tables.compact.pieces import pieces
from logdoctor.sources.tables.compact.rows import Rows
from logdoctor.sources.tables.table import Column

_FINEST_FIRST: tuple[tuple[Axis, tuple[str, ...]], ...] = (
    (Axis.STEP, (
        "global_step", "trainer/global_step", "train/global_step", "step", "steps", "training_step", "train_step",
        "iteration", "iterations", "iter", "iters", "it", "n_iter", "iter_num", "num_updates", "update", "updates",
        "current_steps", "time/batch", "batch", "batch_idx", "batch_id", "time/total_timesteps", "misc/total_timesteps",
        "total_timesteps", "timesteps_total", "timesteps", "num_env_steps_sampled_lifetime",
        "env_runners/num_env_steps_sampled_lifetime", "env_steps", "totalenvinteracts", "totalenvsteps", "total/steps",
        "timestepssofar", "exploration/num steps total", "nupdates", "itr", "training_iteration", "frame", "frames",
        "boosting_round", "round", "progress/tick", "episode", "episodes", "episodessofar", "_step",
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
        "time_total_s", "timeelapsed", "elapsed", "elapsed_time", "runtime", "time", "t",
    )),
    (Axis.INDEX, ("", "index", "unnamed: 0")),
)  # fmt: skip

_AXES = {name: axis for axis, names in _FINEST_FIRST for name in names}

_RANKS = {name: rank for rank, name in enumerate(_AXES)}

_SPELLINGS = {
    **{
        f"{prefix}{counter}{suffix}": counter
        for counter in ("epoch", "step", "iteration", "iter", "batch", "episode", "round", "update", "frame")
        for prefix, suffix in (
            *(("", f"_{word}") for word in ("number", "num", "no", "nr", "idx", "index", "id", "i")),
            *((f"{word}_", "") for word in ("current", "cur", "curr")),
        )
    },
    "epoch_count": "epoch",
    **dict.fromkeys(("train_iter", "train_iteration", "training_iter", "n_iterations"), "iteration"),
    **dict.fromkeys(("train_steps", "training_steps", "globalstep", "global_steps", "total_step"), "global_step"),
    **{
        f"{kind}_{counter}": "update"
        for kind in ("gradient", "grad", "optimizer", "optimiser", "optim", "opt", "update")
        for counter in ("step", "steps")
    },
    "n_updates": "nupdates",
    **dict.fromkeys(
        ("timestep", "time_step", "time_steps", "total_time_steps", "steps_done"),
        "total_timesteps",
    ),
    **dict.fromkeys(("env_step", "environment_step", "environment_steps", "total_env_steps"), "env_steps"),
    "total_frames": "frames",
    **dict.fromkeys(("total_episodes", "n_episodes", "ep_num"), "episodes"),
    **dict.fromkeys(
        ("rounds", "communication_round", "comm_round", "server_round", "fl_round", "global_round"), "round"
    ),
    **dict.fromkeys(("generation", "generations"), "round"),
    **COUNTERS,
}
"""What scripts call their counters, with `_` between the words, by what a logger calls the same."""

LARGEST_STEP = 2**53
"""Beyond it a float cannot tell neighbouring integers apart, so that a step would be a guess."""

_TOO_OFTEN = 1 / 3
"""Share of neighbouring points that may fall back, or share an epoch, before a column is no axis.

A resumed run falls back once; a column that falls at every other point does not count, unless it goes on each time
from where it was and never says the same twice.
"""

_ENOUGH_FALLS = 3
_RESUMED = 0.05
"""Falls, and their share of all points, that a log may have because it was resumed."""

_EVEN = 0.9
"""Share of steps that are as far apart as most, from which they were counted."""


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
        return rank_of(self.name)

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
        if falls > few and len(np.unique(steps)) == len(steps):  # two processes in turn say each step once
            falls = int(np.sum(np.diff(steps[~astray(steps)]) < 0))
        return falls <= few and (stays <= few or self.axis is Axis.STEP)


def are_shuffled(steps: NDArray[np.int64]) -> bool:
    """Tell steps that stand in another order than their own: rows that were sorted by something else, or backwards.

    Each stands there once, and put in order nearly all of them are equally far apart. A resumed log falls back seldom.
    """
    few = max(_ENOUGH_FALLS - 1, _RESUMED * len(steps))
    if np.count_nonzero(steps[1:] < steps[:-1]) <= few or np.sum(np.diff(steps[~astray(steps)]) < 0) <= few:
        return False
    gaps = np.diff(np.sort(steps))
    return bool(gaps.min() > 0 and np.mean(gaps == np.median(gaps)) >= _EVEN)


def normal(name: str) -> str:
    """Spell a column name as the names of counters are spelled here."""
    return name.strip().lower()


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """Spell a counter as a logger spells it: `Global Step`, `globalStep` and `Epoch #` are `global_step` and `epoch`.

    What counts nothing is spelled as by `normal`, and so is what stands in a group: `time/step` is a duration.
    """
    plain = normal(name)
    if plain in _AXES or "/" in plain:
        return plain
    spelled = "_".join(words(name))
    spelled = _SPELLINGS.get(spelled, spelled)
    return spelled if spelled in _AXES else plain


def rank_of(name: str) -> int:
    """Return the place of a counter of this name in the order of preference, 0 for the finest."""
    return _RANKS[canonical(name)]


def counts(name: str) -> bool:
    """Tell from its name whether a column counts rather than measures."""
    return canonical(name) in _AXES


def axis_of(name: str) -> Axis | None:
    """Return what a counter of this name counts, or None when the name is none of a counter."""
    return _AXES.get(canonical(name))


def numbers_rows(name: str) -> bool:
    """Tell from its name whether a column only numbers the rows, as the unnamed index of pandas does."""
    return _AXES.get(normal(name)) is Axis.INDEX


def counter_of(column: Column, rows: int) -> Counter:
    """Return the counter that a column is, of a table of so many rows; raises KeyError where it is none by its name."""
    return Counter(column.name, _AXES[canonical(column.name)], rows, column.held, column.where)
