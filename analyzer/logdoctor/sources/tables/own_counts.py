"""What counts in ways of its own: W&B, MMEngine, the runners of mmcv, and scripts that log episodes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis
from logdoctor.sources.tables.compact.rows import Rows
from logdoctor.sources.tables.counters import LARGEST_STEP, Counter, canonical, normal

LOG_CALLS = "_step"
"""What W&B counts by itself: calls of its logger, not steps of training."""

ENOUGH = 1 / 2
"""Share of the rows that must carry a counter before rows without one are placed at the row before them."""

_EPISODES = frozenset({"episode", "episodes", "episodessofar"})


def without_calls_of_the_logger(steps: list[Counter]) -> list[Counter]:
    """W&B: `_step` counts calls of the logger, so that any other step counter is the better axis."""
    others = [one for one in steps if normal(one.name) != LOG_CALLS]
    return others if any(one.share >= ENOUGH for one in others) else steps


def without_lengths_of_episodes(steps: list[Counter]) -> list[Counter]:
    """Scripts: with one row for each episode, what falls from one to the next is its length: `episode,steps`.

    Steps that were counted through all episodes never do, though they may rest at the last, and begin anew where the
    episodes do.
    """
    episodes = next((one for one in steps if canonical(one.name) in _EPISODES and _one_row_each(one)), None)
    if episodes is None:
        return steps
    return [one for one in steps if not _falls_within(one, episodes)]


def _one_row_each(counter: Counter) -> bool:
    """Tell whether every row of the table says where it stands, and none stands where the one before does."""
    last = -np.inf
    for at in counter.pieces():
        moved = np.diff(at, prepend=last)
        if not (moved != 0).all() or np.isnan(moved).any():
            return False
        last = float(at[-1]) if len(at) else last
    return True


def _falls_within(counter: Counter, episodes: Counter) -> bool:
    """Tell whether any row goes back behind the one before that says where it stands, though its episode is a later."""
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

    Where no epoch has two rows, as of small data that are logged seldom, the epoch alone tells where they stand.
    """
    epoch = next((one for one in rest if one.axis is Axis.EPOCH), None)
    steps = [one for one in steps if epoch is None or not _is_within_epochs(one, epoch, training)]
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
        f"`{inner.name}` restarts in each epoch; steps were counted on from `{epoch.name}`, "
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
        falls_anew |= bool((moves[new_epoch] < 0).any())
        advances_within |= bool((moves[~new_epoch] > 0).any())
    return falls_anew and advances_within


def _is_within_epochs(inner: Counter, epoch: Counter, training: Rows) -> bool:
    """Tell whether a counter falls back though each row is of a later epoch than the one before."""
    falls = False
    for moves, epochs in _moves(inner, epoch, training):
        if not (epochs > 0).all():
            return False
        falls |= bool((moves < 0).any())
    return falls


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
