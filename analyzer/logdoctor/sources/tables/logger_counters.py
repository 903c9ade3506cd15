"""Counters with conventions of their own: W&B, MMEngine, the runners of mmcv, and scripts that log episodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis
from logdoctor.sources.tables.compact.rows import Rows
from logdoctor.sources.tables.counters import LARGEST_STEP, Counter, canonical, normal

LOG_CALLS = "_step"
"""The counter of W&B itself: calls of its logger, not steps of training."""

ENOUGH = 1 / 2
"""Share of the rows that must carry a counter before rows without one are placed at the row before them."""

_EPISODES = frozenset({"episode", "episodes", "episodessofar"})


def without_calls_of_the_logger(steps: list[Counter]) -> list[Counter]:
    """W&B: `_step` counts calls of the logger, so that any other step counter is the better axis."""
    others = [one for one in steps if normal(one.name) != LOG_CALLS]
    return others if any(one.share >= ENOUGH for one in others) else steps


def without_lengths_of_episodes(steps: list[Counter]) -> list[Counter]:
    """Scripts: with one row for each episode, a count that falls from row to row is its length: `episode,steps`.

    Steps that are counted through all episodes never fall, except where the episodes begin anew.
    """
    episodes = next((one for one in steps if canonical(one.name) in _EPISODES and _one_row_each(one)), None)
    if episodes is None:
        return steps
    return [one for one in steps if not _falls_within(one, episodes)]


def _one_row_each(counter: Counter) -> bool:
    """Tell whether every row of the table has a value, and none the same as the row before."""
    last = -np.inf
    for at in counter.pieces():
        moved = np.diff(at, prepend=last)
        if not (moved != 0).all() or np.isnan(moved).any():
            return False
        last = float(at[-1]) if len(at) else last
    return True


def _falls_within(counter: Counter, episodes: Counter) -> bool:
    """Tell whether the counter falls anywhere from one row to the next that has a value, though the episode rises."""
    last, episode = -np.inf, -np.inf
    for at, numbers in zip(counter.pieces(), episodes.pieces(), strict=True):
        known = ~np.isnan(at)
        back = np.diff(at[known], prepend=last) < 0
        if (back & (np.diff(numbers[known], prepend=episode) > 0)).any():
            return True
        if known.any():
            last, episode = float(at[known][-1]), float(numbers[known][-1])
    return False


def validation_rows_at_steps(steps: list[Counter]) -> tuple[list[Counter], Rows]:
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


def iterations_across_epochs(
    steps: list[Counter], rest: list[Counter], training: Rows
) -> tuple[list[Counter], list[str]]:
    """Runners by epoch (mmcv 1): the iteration begins anew in each epoch; count on through all of them.

    Where no epoch has two rows, as with small data that are logged seldom, only the epoch shows where they stand.
    """
    epoch = next((one for one in rest if one.axis is Axis.EPOCH), None)
    if epoch is None:
        return steps, []
    pairs = [_WithinEpochs(one, epoch, training) for one in steps]
    pairs = [one for one in pairs if not one.falls_in_every_epoch()]
    restarting = [one for one in pairs if one.restarts()]
    if not restarting or len(restarting) < len(pairs):
        return [one.inner for one in pairs if one not in restarting], []
    inner = restarting[0].inner
    moved, length = restarting[0].counted_on()
    furthest = max((float(np.nanmax(at)) for at in moved.pieces() if not np.isnan(at).all()), default=0.0)
    if furthest >= LARGEST_STEP:
        return [], []
    note = (
        f"`{inner.name}` restarts in each epoch; steps were counted on from `{epoch.name}`, "
        f"with {length:.0f} to an epoch."
    )
    return [moved], [note]


@dataclass(frozen=True, eq=False)
class _WithinEpochs:
    """A counter that may count within epochs, beside the counter of the epochs."""

    inner: Counter
    epoch: Counter
    training: Rows
    """The rows that were written during training."""

    def restarts(self) -> bool:
        """Tell whether the counter falls back wherever the epoch advances, and advances in between."""
        falls_anew = advances_within = False
        for moves, epochs in self._moves():
            new_epoch = epochs > 0
            if (moves[new_epoch] > 0).any():
                return False
            falls_anew |= bool((moves[new_epoch] < 0).any())
            advances_within |= bool((moves[~new_epoch] > 0).any())
        return falls_anew and advances_within

    def falls_in_every_epoch(self) -> bool:
        """Tell whether the counter falls back although each row is of a later epoch than the one before."""
        falls = False
        for moves, epochs in self._moves():
            if not (epochs > 0).all():
                return False
            falls |= bool((moves < 0).any())
        return falls

    def counted_on(self) -> tuple[Counter, float]:
        """Return the counter as it goes on through all epochs, and how much one epoch adds."""
        low, high, zeroth = np.inf, -np.inf, np.inf
        for at, epochs in self._in_training():
            low, high = min(low, at.min(initial=np.inf)), max(high, at.max(initial=-np.inf))
            zeroth = min(zeroth, epochs.min(initial=np.inf))
        length = high - low + self._usual_advance()
        offsets = zip(self._opening_rows(), self.inner.pieces(), self.epoch.pieces(), strict=True)
        # What is logged at the end of an epoch, such as a validation, stands at its last iteration.
        moved = self.inner.moved(
            (epochs - min(zeroth, 1)) * length + np.where(rows, at, np.where(opening, low, high))
            for (rows, opening), at, epochs in offsets
        )
        return moved, length

    def _usual_advance(self) -> float:
        """Return the median advance from one row of training to the next."""
        advances, often = np.zeros(0), np.zeros(0, np.int64)
        for moves, _ in self._moves():
            found, counted = np.unique(moves[moves > 0], return_counts=True)
            advances, places = np.unique(np.concatenate([advances, found]), return_inverse=True)
            often = np.bincount(places, np.concatenate([often, counted]), len(advances)).astype(np.int64)
        ends = np.cumsum(often)
        middle = advances[np.searchsorted(ends, [(ends[-1] - 1) // 2, ends[-1] // 2], side="right")]
        return float(middle.mean())

    def _opening_rows(self) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
        """Yield, piece by piece, the rows of training, and those before the first training row of their epoch.

        `Starting epoch 3, lr 0.01` is such a row, and stands at the first iteration of its epoch.
        """
        firsts = [next(iter(epochs[:1].tolist()), np.nan) for _, epochs in self._in_training()]
        last = np.nan
        for i, (at, epochs, mask) in enumerate(self._pieces()):
            rows = mask & ~np.isnan(at) & ~np.isnan(epochs)
            following = next((one for one in firsts[i + 1 :] if not np.isnan(one)), np.nan)
            around = np.concatenate([[last], epochs[rows], [following]])
            behind: NDArray[np.int64] = np.cumsum(rows) - rows
            last = around[-2]
            yield rows, ~rows & (around[behind] != epochs) & (around[behind + 1] == epochs)

    def _moves(self) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Yield, piece by piece, by how much each counter advances from one row of training to the next."""
        last = np.empty((2, 0))
        for at, epochs in self._in_training():
            both = np.concatenate([last, np.stack([at, epochs])], axis=1)
            yield np.diff(both[0]), np.diff(both[1])
            last = both[:, -1:]

    def _in_training(self) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Yield, piece by piece, both counters in the rows of training that have both."""
        for at, epochs, mask in self._pieces():
            rows = mask & ~np.isnan(at) & ~np.isnan(epochs)
            yield at[rows], epochs[rows]

    def _pieces(self) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]]:
        """Yield, piece by piece, both counters and which rows were written during training."""
        return zip(self.inner.pieces(), self.epoch.pieces(), self.training.masks(self.inner.count), strict=True)
