"""Where rows stand: on the counter that most of them carry, through all epochs, and in the order of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis
from logdoctor.run.naming import split_of, words
from logdoctor.sources.console.form import SAMPLES
from logdoctor.sources.console.parts import Clock, LineNumbers, Numbers, Part
from logdoctor.sources.console.quantities import HELD_OUT, Within, quantity_of
from logdoctor.sources.tables.counters import LARGEST_STEP, axis_of, rank_of
from logdoctor.sources.tables.likeness import shows_progress
from logdoctor.sources.tables.merging import ranks, scattered
from logdoctor.sources.tables.pieces import pieces
from logdoctor.sources.tables.table import Column, Table

EPOCH = "epoch"
"""The counter of epochs, as tables know it."""

INDEX = "index"
"""What counts dictionaries of Hugging Face's Trainer whose steps are not known, and the passes of a bar."""

_PASS = 0.5
"""Farthest position above the first epoch, in units of the farthest below it, from which a pass went before it."""

_ENOUGH_REPEATED = 3
"""Values that are the same before one of two names is left out."""

_NEARER = 0.5
"""Distance of a value from the one before, as a share of that from the first, up to which its curve goes on."""

_MOSTLY = 2 / 3
"""Share of the passes without a name that must begin near where the one before ended; single batches scatter."""

_ENOUGH_AHEAD = 3
"""Rows above a count of their own before the count is believed to be theirs."""

_ITERATIONS = ("iter", "iteration")
"""Two words for one counter."""

_HEADED = "step"
"""What headings count above records of several lines."""


def counted_through(part: Part, within: Within | None, epochs: Clock) -> Part:
    """Count positions within epochs on through all of them; an epoch that no line names is told from the header."""
    counters = {name: at for name, at in part.counters.items() if name != EPOCH}
    epoch = part.counters.get(EPOCH)
    if epoch is None:
        headed = epochs.before(part.lines)
        inside = (
            within[1] if within is not None else next((counters[one] for one in counters if one in part.plans), None)
        )
        headed = headed if inside is None else _told_after(inside, headed)
        epoch = headed if within is not None or bool((np.diff(headed) > 0).any()) else None
        if not np.isfinite(headed).any():
            epoch = _passes(part, within)
    if within is None:
        inner = [name for name in counters if axis_of(name) is Axis.STEP and name in part.plans]
        if epoch is None or len(inner) != 1 or not _restarts(counters[inner[0]], epoch):
            return part
        within = (inner[0], counters[inner[0]], part.plans[inner[0]])  # YOLOX: `epoch: 1/300, iter: 10/500`
    name, at, length = within
    if any(axis_of(other) is Axis.STEP for other in counters if other != name):
        return part  # fairseq: `num_updates` counts through by itself
    if length is not None and (length != np.floor(length)).any():
        return part  # `7/795e-01` is torn
    if epoch is not None and length is not None and not np.isnan(epoch).any() and _restarts(at, epoch):
        through = _through(at, epoch, length)
        if through is None:
            return part
        at = through
    plans = {key: value for key, value in part.plans.items() if key != name}
    return replace(part, counters=part.counters | {"iter" if name == SAMPLES else name: at}, plans=plans)


def _passes(part: Part, within: Within | None) -> Numbers | None:
    """Return the pass of each row where no line names one: `batch 500/500`, then `batch 1/500` at the loss it had.

    Another run begins anew, too; its loss then begins where that of the first had begun.
    """
    counted = [(at, part.plans[name]) for name, at in part.steps.items() if name in part.plans]
    counted = counted if within is None or within[2] is None else [(within[1], within[2])]
    if len(counted) != 1:
        return None
    ((at, length),) = counted
    moves = np.diff(at)
    anew = moves < 0
    if not anew.any() or not (moves > 0).any() or not _goes_on(part, at, _MOSTLY):
        return None
    ended = at[:-1][anew] + np.median(moves[moves > 0]) > length[:-1][anew]
    return np.append(0.0, np.cumsum(anew)) if ended.all() else None


def through_headed_epochs(parts: Sequence[Part], epochs: Clock) -> list[Part]:
    """Count the one counter of rows on, where it begins anew with each epoch that a line above or below them tells.

    PyTorch's tutorial: `EPOCH 2:`, below it `  batch 1000 loss: 0.47`. The farthest position that rows with the same
    counter reach is the length of an epoch. The batches of an evaluation, which count by themselves beside those of
    training, stand where training was.
    """
    if not len(epochs.lines):
        return list(parts)
    begun = [_begins_with_headed_epochs(part, epochs) for part in parts]
    lengths: dict[str, float] = {}
    for part, epoch in zip(parts, begun, strict=True):
        if epoch is not None:
            (name,) = part.steps
            lengths[name] = max(lengths.get(name, 0.0), _length(part.counters[name]))
    counted = [
        part if epoch is None else _counted_on(part, epoch, lengths) for part, epoch in zip(parts, begun, strict=True)
    ]
    trained: dict[str, list[tuple[LineNumbers, Numbers]]] = {}
    for part in counted:
        if part.values and not _is_evaluation(part):
            for name, at in part.steps.items():
                trained.setdefault(name, []).append((part.lines, at))
    return [
        part if epoch is None or not _is_evaluation(part) else _where_training_was(part, trained)
        for part, epoch in zip(counted, begun, strict=True)
    ]


def _through(at: Numbers, epoch: Numbers, length: Numbers | float) -> Numbers | None:
    """Return positions within epochs of some length counted through all of them; None where a step would be too far."""
    through = (epoch - min(1.0, float(epoch.min()))) * length + at
    return through if (np.abs(through) < LARGEST_STEP).all() else None


def _counted_on(part: Part, epoch: Numbers, lengths: Mapping[str, float]) -> Part:
    (name,) = part.steps
    through = _through(part.counters[name], epoch, lengths[name])
    return part if through is None else replace(part, counters=part.counters | {name: through, EPOCH: epoch})


def _is_evaluation(part: Part) -> bool:
    return bool(part.values) and all(split_of(name) in HELD_OUT for name in part.values)


def _where_training_was(part: Part, trained: Mapping[str, list[tuple[LineNumbers, Numbers]]]) -> Part:
    (name,) = part.steps
    at = Clock.of(trained.get(name, [])).before(part.lines)
    return part if np.isnan(at).any() else replace(part, counters=part.counters | {name: at})


def _begins_with_headed_epochs(part: Part, epochs: Clock) -> Numbers | None:
    """Return the epochs that lines above or below some rows tell, if their counter falls back with each and only so."""
    names = list(part.steps)
    if len(names) != 1 or names[0] in part.plans or EPOCH in part.counters or len(part) < _ENOUGH_REPEATED:
        return None
    at, headed = part.counters[names[0]], epochs.before(part.lines)
    epoch = _told_after(at, headed)
    advances = np.diff(epoch) > 0
    # `Epoch 5: early stopping`, and the run was started again: then its loss, too, begins where it had begun.
    few = 1 if np.isnan(headed).any() and not _goes_on(part, at) else 0
    begins = not np.isnan(epoch).any() and few < np.count_nonzero(advances) < len(advances)
    return epoch if begins and np.array_equal(advances, np.diff(at) <= 0) else None


def _goes_on(part: Part, at: Numbers, share: float = 1.0) -> bool:
    """Tell whether what is measured goes on where a position falls back: nearer to where it was than to its first."""
    told = [values for name, values in part.values.items() if shows_progress(name)]
    anew = np.flatnonzero(np.diff(at) <= 0) + 1
    near = [np.abs(one[anew] - one[anew - 1]) < _NEARER * np.abs(one[anew] - one[0]) for one in told]
    return bool(told) and all(np.count_nonzero(one) >= share * len(anew) for one in near)


def _length(at: Numbers) -> float:
    moves = np.diff(at)
    usual = float(np.median(moves[moves > 0])) if (moves > 0).any() else 1.0
    return float(at.max() - at.min()) + usual


def _told_after(at: Numbers, epoch: Numbers) -> Numbers:
    """Return the epochs of positions whose epoch is told below them: `batch 8/32`, ..., `Epoch 1, validation loss 2.1`.

    Then a whole pass stands above the first epoch. A line or two there, of a trial run, are no pass.
    """
    first = np.isnan(epoch)
    if not first.any() or first.all() or at[first].max() < _PASS * at[~first].max():
        return epoch
    return np.where(first, epoch[~first][0] - 1, epoch)


def _restarts(at: Numbers, epoch: Numbers) -> bool:
    """Tell whether a position falls back where the epoch advances; with one epoch, whether it may be a later one."""
    advances = np.diff(epoch) > 0
    return bool((np.diff(at)[advances] <= 0).mean() > 0.5) if advances.any() else True


def counted_alike(parts: Sequence[Part]) -> list[Part]:
    """Give rows that count batches alone the step that other rows tell beside the batches, so many to a step.

    LitGPT: `iter 16 step 4 | loss train: 3.195`, and `iter 40: val loss 1.921`.
    """
    best = min({name for part in parts for name in part.steps}, key=rank_of, default="")
    telling = [part for part in parts if best in part.steps and len(part.steps) > 1]
    return [_with_step(part, best, telling) if best not in part.steps else part for part in parts]


def in_one_word(parts: Sequence[Part]) -> list[Part]:
    """Call `iter` what other rows of the log call `iteration`, where both count the same: one trainer, two printers."""
    short, long = _ITERATIONS
    said = {name: [part.counters[name] for part in parts if name in part.counters] for name in _ITERATIONS}
    if not all(said.values()) or any(short in part.counters and long in part.counters for part in parts):
        return list(parts)
    fewer, more = sorted((np.unique(np.concatenate(at)) for at in said.values()), key=len)
    return [_renamed(part, short, long) for part in parts] if np.isin(fewer, more).all() else list(parts)


def _renamed(part: Part, name: str, to: str) -> Part:
    counters = {to if one == name else one: at for one, at in part.counters.items()}
    return replace(part, counters=counters, plans={to if one == name else one: at for one, at in part.plans.items()})


def _with_step(part: Part, step: str, telling: Sequence[Part]) -> Part:
    for name, at in part.steps.items():
        both = [(other.counters[name], other.counters[step]) for other in telling if name in other.counters]
        if both:
            batches, steps = (np.concatenate(found) for found in zip(*both, strict=True))
            per_step = batches[-1] / steps[-1]
            if per_step > 1 and len(steps) > 1 and (np.abs(batches / steps - per_step) < 1 / steps).all():
                return replace(part, counters=part.counters | {step: np.floor(at / per_step)})
    return part


def clock_of(parts: Sequence[Part], epochs: Clock, headings: Sequence[Part]) -> Clock:
    """Return where the run stood, on the counter that most rows carry; epochs where no steps are counted.

    `headings` count and measure nothing: `Iteration 100, Testing net (#0)`. Where nothing else counts, those are taken
    that begin with a word and say how far they count: `Learning iteration 100/1500`.
    """
    first = [part for part in headings if part.form.counter_first]
    main = main_counter(parts) if any(part.counters for part in parts) else main_counter(first)
    if main is None and not len(epochs.lines):
        first = [part for part in headings if part.plans]
        main = main_counter(first)
    if main is None:
        return epochs
    return Clock.of([(part.lines, part.counters[main]) for part in (*parts, *first) if main in part.counters])


def main_counter(parts: Sequence[Part]) -> str | None:
    """Return the counter of steps on which most rows stand, unless more rows are counted in epochs alone."""
    rows: dict[str, int] = {}
    by_epoch = 0
    for part in parts:
        for name, at in part.steps.items():
            if len(part) < _ENOUGH_REPEATED or (at != at[0]).any():  # not `Epoch: 3, Steps: 500`, of each epoch
                rows[name] = rows.get(name, 0) + len(part)
        by_epoch += 0 if part.steps else len(part) if EPOCH in part.counters else 0
    main = max(rows, key=rows.__getitem__, default=None)
    return None if main is None or rows[main] < by_epoch else main


def table_of(path: Path, parts: Sequence[Part], epochs: Clock, clock: Clock) -> tuple[Table, LineNumbers]:
    """Put the rows of all parts in the order of the log; return the line of each as well."""
    rows = ranks([part.lines for part in parts])
    lines = scattered([(at, part.lines) for at, part in zip(rows, parts, strict=True)])
    main = main_counter(parts)
    begun = _epochs_within(parts, main)
    ahead = any(_stands_ahead(clock, part.lines) for part in parts if not part.steps)
    found: dict[str, list[_Piece]] = {}
    positions: list[_Piece] = []
    for part, at in zip(parts, rows, strict=True):
        counters = dict(part.counters)
        if main is not None and not part.steps:
            counters[main] = _said_near(clock, part.lines, ahead=ahead)
            if begun is not None and EPOCH in counters:
                counters[main][~(counters[EPOCH] <= begun.before(part.lines))] = np.nan  # `Starting epoch 3`
        elif not counters and len(clock.lines):
            counters[EPOCH if clock is epochs else _HEADED] = _said_near(clock, part.lines, ahead=ahead)
        positions.append((at, _position(part, counters, main, epochs)))
        for name, values in (counters | part.values).items():
            found.setdefault(name, []).append((at, values))
    position = scattered(positions)
    columns = tuple(_column(name, found.pop(name), position) for name in list(found))
    return Table(path, len(lines), _without_repeats(columns, position)), lines


def _said_near(clock: Clock, lines: LineNumbers, *, ahead: bool) -> Numbers:
    """Return what was said last above rows; what is said below them, where rows are known to stand ahead of it."""
    return clock.after(lines) if ahead and _alternates(clock, lines) else clock.before(lines)


def _stands_ahead(clock: Clock, lines: LineNumbers) -> bool:
    """Tell rows each of which stands nearer to a count of its own below it than to the one above.

    `eval_loss = 1.21`, and below it `dev acc: 0.46, global step: 200`: nothing is said above the first alone.
    """
    return _alternates(clock, lines) and bool(clock.nearer_below(lines).all())


def _alternates(clock: Clock, lines: LineNumbers) -> bool:
    """Tell rows and counts that take turns, beginning with a row and ending with a count."""
    above, below = clock.before(lines), clock.after(lines)
    if len(lines) < _ENOUGH_AHEAD or not np.isnan(above[0]) or not np.array_equal(above[1:], below[:-1]):
        return False
    return bool((np.diff(below) > 0).all())


def _epochs_within(parts: Sequence[Part], main: str | None) -> Clock | None:
    """Return the epoch that steps were counted in, where they begin anew in each."""
    both = [part for part in parts if main in part.counters and EPOCH in part.counters]
    if main is None or not any(_restarts(part.counters[main], part.counters[EPOCH]) for part in both):
        return None
    return Clock.of([(part.lines, part.counters[EPOCH]) for part in both])


def _position(part: Part, counters: dict[str, Numbers], main: str | None, epochs: Clock) -> Numbers:
    """Return where rows stand: on the main counter, and between two of its counts by the epoch."""
    if not counters:
        return part.lines.astype(float)
    if main is None and INDEX in counters:
        return counters[INDEX]
    if main is None or EPOCH not in counters:
        return counters[main] if main in counters else next(iter(counters.values()))
    last = float(epochs.at.max(initial=0.0))
    return counters.get(main, counters[EPOCH]) + counters[EPOCH] / (last + 1)


def _without_repeats(columns: Sequence[Column], position: Numbers) -> tuple[Column, ...]:
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


_Piece = tuple[LineNumbers, Numbers]
"""Rows of a table, and a number for each."""

_Flags = NDArray[np.bool_]
"""Whether something holds, row for row."""


def _joined(found: Sequence[_Piece]) -> _Piece:
    """Put numbers in the order of their rows."""
    if len(found) == 1:
        return found[0]
    order = ranks([at for at, _ in found])
    rows = scattered([(to, at) for to, (at, _) in zip(order, found, strict=True)])
    return rows, scattered([(to, values) for to, (_, values) in zip(order, found, strict=True)])


def _column(name: str, found: Sequence[_Piece], position: Numbers) -> Column:
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
