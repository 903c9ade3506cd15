"""Evaluations that print the lines of the training, told from them by the heading above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from logdoctor.run import Axis
from logdoctor.sources.console.form import Kind
from logdoctor.sources.console.parts import Clock, LineNumbers
from logdoctor.sources.console.placing import EPOCH
from logdoctor.sources.console.quantities import NEAR, is_held_out, last_above
from logdoctor.sources.console.streams import Rows
from logdoctor.sources.tables.counters import axis_of
from logdoctor.sources.tables.growing import places_of

_MOST_EVALUATIONS = 8
"""Evaluations of one epoch under one heading that are told apart."""

_ENOUGH_EPOCHS = 2
"""Epochs that bare positions agree with before they are taken for them."""


def evaluations_apart(streams: Sequence[Rows], epochs: Clock) -> list[Rows]:
    """Part the lines below a heading such as `Eval begin...` from those below the heading of an epoch.

    PaddlePaddle's `Model.fit` prints `step 4/4 - loss: 0.44` in both. An evaluation counts its own batches, which say
    nothing of where the training stands; its last line has its results. Others print one line that counts nothing in
    both, such as `Loss: 1.7 | Acc: 35.0%`: that right below the heading is the evaluation's. So are the lines of loops
    that print each epoch twice, once below `Training...` and once below `Evaluation...`.
    """
    sections = [rows for rows in streams if not rows.form.fields]
    headings = [rows for rows in sections if is_held_out(rows)]
    twice = [found for rows in streams for found in _passes_apart(rows, sections)]
    parted = [_results_apart(rows, headings, epochs) for rows in twice]
    return [part for found in parted for rows in found for part in _parted(rows, headings, epochs)]


def named_by_epoch(rows: Rows, epochs: Clock) -> Rows:
    """Take a bare position for the epoch where it always says which one it is: `Valid: [3/5] Recall 0.4`."""
    within = rows.of(Kind.WITHIN)
    if not is_held_out(rows) or not within or rows.of(Kind.COUNTER) or not len(epochs.lines):
        return rows
    (at,) = list(within.values())[:1]
    if len(np.unique(at)) < _ENOUGH_EPOCHS or not np.array_equal(at, epochs.before(rows.lines)):
        return rows
    kinds = {Kind.WITHIN: Kind.COUNTER, Kind.LENGTH: Kind.PLAN}
    fields = tuple(
        replace(one, kind=kinds[one.kind], name=EPOCH) if one.kind in kinds else one for one in rows.form.fields
    )
    return replace(rows, form=replace(rows.form, fields=fields))


def _passes_apart(rows: Rows, sections: Sequence[Rows]) -> list[Rows]:
    """Part lines of which the same epochs, or steps, are counted below headings of training and of an evaluation.

    Each line stands below a heading of its own, or it may be of what comes after.
    """
    counters = rows.of(Kind.COUNTER)
    if len(sections) < 2 or rows.form.split or len(counters) != 1 or len(rows) < 2 * _ENOUGH_EPOCHS:
        return [rows]
    above = np.array([last_above(heading.lines, rows.lines) for heading in sections])
    last, whose = above.max(axis=0), above.argmax(axis=0)
    evaluated = np.array([is_held_out(heading) for heading in sections])[whose]
    own = (last >= 0).all() and (np.diff(last) > 0).all() and (rows.lines - last <= NEAR).all()
    (at,) = counters.values()
    passes = at[~evaluated], at[evaluated]
    rise = all(len(one) >= _ENOUGH_EPOCHS and (np.diff(one) > 0).all() for one in passes)
    if not own or not rise or not np.isin(passes[1], passes[0]).all():
        return [rows]
    kinds = {i: rows.take(evaluated & (whose == i)) for i in np.unique(whose[evaluated]).tolist()}
    below = [replace(one, form=replace(rows.form, split=sections[i].form.split)) for i, one in kinds.items()]
    return [rows.take(~evaluated), *below]


def _results_apart(rows: Rows, headings: Sequence[Rows], epochs: Clock) -> list[Rows]:
    counting = any(one.kind in (Kind.COUNTER, Kind.WITHIN) for one in rows.form.fields)
    if counting or not rows.form.fields or rows.form.split or not headings or not len(epochs.lines):
        return [rows]
    above = np.array([last_above(heading.lines, rows.lines) for heading in headings])
    last = above.max(axis=0)
    first_below = np.diff(last, prepend=-1) > 0
    held_out = first_below & (rows.lines - last <= NEAR) & (last > last_above(epochs.lines, rows.lines))
    if not held_out.any() or held_out.all():
        return [rows]
    whose = above.argmax(axis=0)
    found = [rows.take(~held_out)]
    for i, heading in enumerate(headings):
        below = rows.take(held_out & (whose == i))
        ordinals = _ordinals(places_of(epochs.lines, below.lines))
        for ordinal in range(min(int(ordinals.max(initial=-1)) + 1, _MOST_EVALUATIONS)):
            split = f"{heading.form.split} {ordinal + 1}" if ordinal else heading.form.split
            found.append(replace(below.take(ordinals == ordinal), form=replace(rows.form, split=split)))
    return found


def _ordinals(epochs: LineNumbers) -> LineNumbers:
    """Count the evaluations of each epoch from 0 on; on several sets, they come in the same order."""
    return np.arange(len(epochs)) - np.searchsorted(epochs, epochs)


def _parted(rows: Rows, headings: Sequence[Rows], epochs: Clock) -> Iterator[Rows]:
    counters = {one.name for one in rows.form.fields if one.kind is Kind.COUNTER and axis_of(one.name) is Axis.STEP}
    within = counters & rows.of(Kind.PLAN).keys()
    heading = next(iter(headings), None)
    if heading is None or len(within) != 1 or rows.form.split or not len(epochs.lines):
        yield rows
        return
    (name,) = within
    held_out = last_above(heading.lines, rows.lines) > last_above(epochs.lines, rows.lines)
    if not held_out.any() or held_out.all():
        yield rows
        return
    yield rows.take(~held_out)
    evaluated = rows.take(held_out)
    at = evaluated.of(Kind.COUNTER)[name]
    results = evaluated.take(np.append(np.diff(at) <= 0, True))
    kept = [i for i, one in enumerate(rows.form.fields) if one.kind not in (Kind.COUNTER, Kind.PLAN)]
    form = replace(
        rows.form, fields=tuple(rows.form.fields[i] for i in kept), split=heading.form.split, counter_first=False
    )
    yield replace(results, form=form, numbers=tuple(results.numbers[i] for i in kept))
