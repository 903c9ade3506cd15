"""Evaluations that print the lines of the training, told from them by the heading above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from logdoctor.run import Axis
from logdoctor.sources.console.form import Kind
from logdoctor.sources.console.parts import Clock, LineNumbers
from logdoctor.sources.console.quantities import is_held_out
from logdoctor.sources.console.streams import Rows
from logdoctor.sources.tables.counters import axis_of
from logdoctor.sources.tables.growing import places_of


def evaluations_apart(streams: Sequence[Rows], epochs: Clock) -> list[Rows]:
    """Part the lines below a heading such as `Eval begin...` from those below the heading of an epoch.

    PaddlePaddle's `Model.fit` prints `step 4/4 - loss: 0.44` in both. An evaluation counts its own batches, which say
    nothing of where the training stands; its last line has its results.
    """
    headings = [rows for rows in streams if not rows.form.fields and is_held_out(rows)]
    return [part for rows in streams for part in _parted(rows, headings, epochs)]


def _parted(rows: Rows, headings: Sequence[Rows], epochs: Clock) -> Iterator[Rows]:
    counters = {one.name for one in rows.form.fields if one.kind is Kind.COUNTER and axis_of(one.name) is Axis.STEP}
    within = counters & rows.of(Kind.PLAN).keys()
    heading = next(iter(headings), None)
    if heading is None or len(within) != 1 or rows.form.split or not len(epochs.lines):
        yield rows
        return
    (name,) = within
    held_out = _last(heading.lines, rows.lines) > _last(epochs.lines, rows.lines)
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


def _last(marks: LineNumbers, lines: LineNumbers) -> LineNumbers:
    """Return the last of some marked lines before each line; -1 where there is none."""
    found = places_of(marks, lines) - 1
    return np.where(found >= 0, marks[np.maximum(found, 0)], -1)
