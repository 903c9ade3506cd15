"""Progress bars: of every pass of a bar its last state counts, unless the bar is all there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.console.forms.form import Kind
from logdoctor.sources.console.rows.parts import Clock, LineNumbers, Numbers, Part
from logdoctor.sources.console.rows.quantities import Told, is_held_out, part_of, quantity_of
from logdoctor.sources.console.rows.streams import Rows

_FEWEST_PASSES = 3
"""Passes of a progress bar from which on the last state of each is the epoch's value."""

_FEW_BACK = 0.05
"""Share of its length by which a bar that two threads draw may count back: the slower one is hardly behind."""

_PASSES = "index"
"""What numbers the passes of a bar where nothing names their epoch."""


def is_pass(rows: Rows) -> bool:
    """Tell states of a progress bar, and of a loop over held-out data, of which the last one counts."""
    within = any(one.kind is Kind.WITHIN for one in rows.form.fields)
    return within and (rows.form.is_bar or is_held_out(rows))


def states_of_bars(bars: Sequence[Rows], epochs: Clock) -> list[Told]:
    """Keep of every pass of a progress bar its last state.

    Bars without an epoch of their own that come again under one header are evaluations of the same model and left out.
    With one or two passes, all there is to see of a training is the bar itself, and every state that moved on counts.
    """
    by_split: dict[str, list[Rows]] = {rows.form.split: [] for rows in bars}
    for rows in bars:
        if any(rows.of(Kind.VALUE)):
            by_split[rows.form.split].append(rows)
    return [told for alike in by_split.values() if alike for told in _of_split(alike, epochs)]


@dataclass(frozen=True, eq=False)
class _States:
    """The states of the bars of one split, in the order of the log; all arrays are (n,)."""

    lines: LineNumbers
    owner: NDArray[np.int64]
    """Which of the bars each is of."""
    epoch: Numbers
    """The one that the header above tells, -1 where there is none."""
    moves: NDArray[np.bool_]
    """Whether it stands elsewhere than the state before."""
    begins: NDArray[np.bool_]
    """Whether it is the first of a pass."""

    @classmethod
    def of(cls, bars: Sequence[Rows], epochs: Clock) -> _States:
        """Put the states of some bars in order."""
        lines = np.concatenate([rows.lines for rows in bars])
        order = np.argsort(lines, kind="stable")
        owner = np.concatenate([np.full(len(rows), i) for i, rows in enumerate(bars)])[order]
        within = np.concatenate([next(iter(rows.of(Kind.WITHIN).values())) for rows in bars])[order]
        length = np.concatenate([_lengths(rows) for rows in bars])[order]
        epoch = np.nan_to_num(epochs.before(lines[order]), nan=-1.0)
        begins = np.append(True, _goes_back(within, length) | (np.diff(length) != 0) | (np.diff(epoch) != 0))
        return cls(lines[order], owner, epoch, np.append(True, np.diff(within) != 0) | begins, begins)

    @property
    def passes(self) -> NDArray[np.int64]:
        """The number of the pass that each is of, from 1 on."""
        return np.cumsum(self.begins)

    @property
    def is_last(self) -> NDArray[np.bool_]:
        """Whether each is the last of its pass."""
        return np.append(self.begins[1:], True)

    @property
    def is_followed(self) -> NDArray[np.bool_]:
        """Whether each is followed by a state that stands elsewhere, or is the last of all."""
        return np.append(self.moves[1:], True)

    @property
    def is_of_training(self) -> NDArray[np.bool_]:
        """Whether each is of the first pass below its header, or of any where there is none."""
        first = np.append(True, np.diff(self.epoch[self.begins]) != 0)
        return first[self.passes - 1] | (self.epoch < 0)


def _of_split(bars: Sequence[Rows], epochs: Clock) -> list[Told]:
    """Keep the states that count of the bars of one split."""
    held_out, states = is_held_out(bars[0]), _States.of(bars, epochs)
    counts = states.is_of_training | held_out
    last = states.is_last & counts
    few = last.sum() < _FEWEST_PASSES and not held_out
    kept = states.lines[states.is_followed & counts if few else last]
    numbered = not few and bool((states.epoch < 0).all())
    found: list[Told] = []
    for i, rows in enumerate(bars):
        own = np.isin(rows.lines, kept[np.isin(kept, states.lines[states.owner == i])])
        part, inner = part_of(rows.take(own), averages=held_out)
        if numbered:
            number = states.passes[np.searchsorted(states.lines, part.lines)].astype(float)
            part = replace(part, counters={_PASSES: number, **part.counters})
        if len(part):
            found.append((part, inner if few else None))
    return found


def _goes_back(within: Numbers, length: Numbers) -> NDArray[np.bool_]:
    """Tell which states but the first begin a pass anew: (n - 1,).

    A bar midway that counts back by a few is drawn by two threads, of which the slower one came later.
    """
    back, midway = -np.diff(within), within[:-1] < length[:-1]
    few = (back <= _FEW_BACK * length[:-1]) & (back < within[:-1] / 2)
    return (back > 0) & ~(midway & few)


def _lengths(rows: Rows) -> Numbers:
    """Return how far each state's bar goes; 0 where it does not say."""
    return next(iter(rows.of(Kind.LENGTH).values()), np.zeros(len(rows)))


def beside_lines(bars: Sequence[Told], lines: Sequence[Told]) -> list[Told]:
    """Leave out of bars what a line of its own tells of each pass: the last batch's loss, where the mean is printed."""
    told: dict[object, int] = {}
    for part, within in lines:
        for name in part.values if part.counters or within is not None else ():
            told[quantity_of(name)] = max(told.get(quantity_of(name), 0), len(part))

    def untold(part: Part) -> dict[str, Numbers]:
        return {name: at for name, at in part.values.items() if 2 * told.get(quantity_of(name), 0) < len(part)}

    kept = [(replace(part, values=untold(part)), within) for part, within in bars]
    return [(part, of) for part, of in kept if part.values]


def progress(streams: Sequence[Rows]) -> Clock:
    """Return what bare progress bars showed: for Hugging Face's Trainer, the step."""
    bare = [rows for rows in streams if rows.form.is_bar and not rows.of(Kind.VALUE) and not rows.of(Kind.COUNTER)]
    return Clock.of([(rows.lines, at) for rows in bare for at in rows.of(Kind.WITHIN).values()])
