"""Progress bars: of every pass of a bar its last state counts, unless the bar is all there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from logdoctor.sources.console.form import Kind
from logdoctor.sources.console.parts import Clock, Numbers, Part
from logdoctor.sources.console.quantities import Told, is_held_out, part_of, quantity_of
from logdoctor.sources.console.streams import Rows

_FEWEST_PASSES = 3
"""Passes of a progress bar from which on the last state of each is the epoch's value."""

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
    found: list[Told] = []
    for split in dict.fromkeys(rows.form.split for rows in bars):
        alike = [rows for rows in bars if rows.form.split == split and any(rows.of(Kind.VALUE))]
        if not alike:
            continue
        held_out = is_held_out(alike[0])
        lines = np.concatenate([rows.lines for rows in alike])
        owner = np.concatenate([np.full(len(rows), i) for i, rows in enumerate(alike)])
        within = np.concatenate([next(iter(rows.of(Kind.WITHIN).values())) for rows in alike])
        length = np.concatenate([_lengths(rows) for rows in alike])
        order = np.argsort(lines, kind="stable")
        lines, owner, within, length = lines[order], owner[order], within[order], length[order]
        epoch = np.nan_to_num(epochs.before(lines), nan=-1.0)
        begins = np.concatenate(([True], (np.diff(within) < 0) | (np.diff(length) != 0) | (np.diff(epoch) != 0)))
        last, moved = np.append(begins[1:], True), np.append((np.diff(within) != 0) | begins[1:], True)
        if not held_out:
            first_under_header = np.concatenate(([True], np.diff(epoch[begins]) != 0))[np.cumsum(begins) - 1]
            last &= first_under_header | (epoch < 0)
            moved &= first_under_header | (epoch < 0)
        few = last.sum() < _FEWEST_PASSES and not held_out
        passes = np.cumsum(begins)
        kept = lines[moved if few else last]
        for i, rows in enumerate(alike):
            part, inner = part_of(
                rows.take(np.isin(rows.lines, kept[np.isin(kept, lines[owner == i])])), averages=held_out
            )
            if len(part) and not few and not held_out and (epoch < 0).all():
                number = passes[np.searchsorted(lines, part.lines)].astype(float)
                part = replace(part, counters={_PASSES: number, **part.counters})
            if len(part):
                found.append((part, inner if few else None))
    return found


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
