"""Where rows stand: on the counter that most of them carry, and in the order of the log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from logdoctor.sources.console.rows.measured_columns import ScatteredNumbers, column_of, without_repeats
from logdoctor.sources.console.rows.parts import EPOCH, INDEX, Clock, LineNumbers, Numbers, Part
from logdoctor.sources.console.rows.through_epochs import restarts
from logdoctor.sources.tables.compact.merging import ranks, scattered
from logdoctor.sources.tables.compact.pieces import falls
from logdoctor.sources.tables.table import Table

_ENOUGH_COUNTED = 3
"""Rows of one and the same count from which it is a length, and says nothing of where they stand."""

_ENOUGH_AHEAD = 3
"""Rows above a count of their own before the count is believed to be theirs."""

_HEADED = "step"
"""What headings count above records of several lines."""


def clock_of(parts: Sequence[Part], epochs: Clock, headings: Sequence[Part]) -> Clock:
    """Return where the run stood, on the counter that most rows carry; epochs where no steps are counted.

    `headings` count and measure nothing: `Iteration 100, Testing net (#0)`. Where nothing else counts, those are taken
    that begin with a word and say how far they count: `Learning iteration 100/1500`.
    """
    first = [part for part in headings if part.form.counter_first]
    main = main_counter(parts) if any(part.counters for part in parts) else main_counter(first)
    if main is None and not any(part.counters for part in parts):
        main = _around_epochs(first, epochs, parts)
    if main is None and not len(epochs.lines):
        first = [part for part in headings if part.plans]
        main = main_counter(first)
    if main is None:
        return epochs
    return Clock.of([(part.lines, part.counters[main]) for part in (*parts, *first) if main in part.counters])


def _around_epochs(headings: Sequence[Part], epochs: Clock, parts: Sequence[Part]) -> str | None:
    """Return the counter of steps that counts on while epochs begin anew: PPO has several within each iteration.

    What is measured in several of those epochs is counted in them: a fold has them too, and so has a second run.
    """
    if not falls(epochs.at):
        return None
    clocks = {
        name: Clock.of([(one.lines, one.counters[name]) for one in headings if name in one.counters])
        for name in sorted({name for part in headings for name in part.steps})
    }
    rising = (name for name, clock in clocks.items() if _rises(clock) and _once_at_each(clock, parts))
    return next(rising, None)


def _rises(clock: Clock) -> bool:
    return len(clock.at) >= _ENOUGH_COUNTED and bool((np.diff(clock.at) > 0).all())


def _once_at_each(clock: Clock, parts: Sequence[Part]) -> bool:
    return all(len(np.unique(clock.before(part.lines))) == len(part) for part in parts)


def main_counter(parts: Sequence[Part]) -> str | None:
    """Return the counter of steps on which most rows stand, unless more rows are counted in epochs alone."""
    rows: dict[str, int] = {}
    by_epoch = 0
    for part in parts:
        for name, at in part.steps.items():
            if len(part) < _ENOUGH_COUNTED or (at != at[0]).any():  # not `Epoch: 3, Steps: 500`, of each epoch
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
    found: dict[str, list[ScatteredNumbers]] = {}
    positions: list[ScatteredNumbers] = []
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
    columns = tuple(column_of(name, found.pop(name), position) for name in list(found))
    return Table(path, len(lines), without_repeats(columns, position)), lines


def _said_near(clock: Clock, lines: LineNumbers, *, ahead: bool) -> Numbers:
    """Return what was said last above rows; what is said below them, where rows are known to stand ahead of it."""
    if ahead and _alternates(clock, lines):
        return clock.after(lines)
    said = clock.before(lines)
    if len(said) >= _ENOUGH_AHEAD and np.isnan(said[0]) and said[1] >= 1 and (np.diff(said[1:]) == 1).all():
        said[0] = said[1] - 1  # a log from whose beginning `Epoch 1/30` was cut off
    return said


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
    if main is None or not any(restarts(part.counters[main], part.counters[EPOCH]) for part in both):
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
