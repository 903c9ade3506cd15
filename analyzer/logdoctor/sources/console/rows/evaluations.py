"""Evaluations that print the lines of the training, told from them by the heading above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis
from logdoctor.sources.console.forms.form import Kind
from logdoctor.sources.console.rows.parts import EPOCH, Clock, LineNumbers, Numbers
from logdoctor.sources.console.rows.quantities import (
    NEAR,
    begins_anew,
    headings_of,
    is_below,
    is_held_out,
    last_above,
    merged,
    same_epoch,
)
from logdoctor.sources.console.rows.streams import Rows
from logdoctor.sources.tables.compact.growing import places_of
from logdoctor.sources.tables.counters import axis_of

_MOST_EVALUATIONS = 8
"""Evaluations of one epoch under one heading that are told apart."""

_ENOUGH_EPOCHS = 2
"""Epochs that bare positions agree with before they are taken for them."""


def evaluations_apart(streams: Sequence[Rows], epochs: Clock) -> list[Rows]:
    """Part the lines of an evaluation from those of the training that look the same.

    What tells them apart is the heading above. Lines that no heading tells apart stay together.
    """
    sections = headings_of(streams)
    evaluations = [rows for rows in sections if is_held_out(rows)]
    passes = [part for rows in streams for part in _passes_apart(rows, sections)]
    measured = merged([rows.lines for rows in passes if _only_measures(rows)])
    results = [part for rows in passes for part in _results_apart(rows, evaluations, epochs, measured)]
    return [part for rows in results for part in _batches_apart(rows, evaluations, epochs)]


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


def counted_by_training(rows: Rows, streams: Sequence[Rows]) -> Rows:
    """Give what counts its own batches, and always stands at their end, the count that training had come to.

    MMEngine prints `Iter(val) [10/10]` behind each evaluation, whatever the iteration.
    """
    counters, plans = rows.of(Kind.COUNTER), rows.of(Kind.PLAN)
    if not is_held_out(rows) or len(counters) != 1 or counters.keys() != plans.keys() or EPOCH in counters:
        return rows
    ((name, at),), (end,) = counters.items(), plans.values()
    trained = [(other.lines, other.of(Kind.COUNTER).get(name)) for other in streams if not is_held_out(other)]
    clock = Clock.of([(lines, counts) for lines, counts in trained if counts is not None])
    come_to = clock.before(rows.lines)
    is_its_own = bool((at == end).all() and (end == end[:1]).all() and (come_to != end).any())
    if not is_its_own or not np.isfinite(come_to).all():
        return rows
    kept = [i for i, one in enumerate(rows.form.fields) if one.kind is not Kind.PLAN]
    numbers = tuple(come_to if rows.form.fields[i].kind is Kind.COUNTER else rows.numbers[i] for i in kept)
    return replace(rows, form=replace(rows.form, fields=tuple(rows.form.fields[i] for i in kept)), numbers=numbers)


def _passes_apart(rows: Rows, sections: Sequence[Rows]) -> list[Rows]:
    """Part the lines of loops that count each epoch twice, once below `Training...` and once below `Evaluation...`.

    Each line stands below a heading of its own, or it may be of what comes after. Where nothing heads the training, the
    line below each heading is the evaluation; there may be one more before the first epoch.
    """
    counters = rows.of(Kind.COUNTER)
    held_out = np.array([is_held_out(heading) for heading in sections], np.bool_)
    if not held_out.any() or rows.form.split or len(counters) != 1 or len(rows) < 2 * _ENOUGH_EPOCHS:
        return [rows]
    last, whose = _last_headings(sections, rows)
    own = (last >= 0) & (np.diff(last, prepend=-1) > 0) & (rows.lines - last <= NEAR)
    evaluated = held_out[whose] & (own if held_out.all() else True)
    (at,) = counters.values()
    trained, tested = at[~evaluated], at[evaluated]
    rise = (np.diff(trained) > 0).all() and (np.diff(tested) >= 0).all() and len(np.unique(tested)) >= len(tested) - 1
    alike = rise and min(len(trained), len(tested)) >= _ENOUGH_EPOCHS and np.isin(tested, trained).all()
    if not alike or not (held_out.all() or own.all()):
        return [rows]
    return _by_heading(rows, evaluated, whose, sections)


def _only_measures(rows: Rows) -> bool:
    counting = any(one.kind in (Kind.COUNTER, Kind.WITHIN) for one in rows.form.fields)
    return bool(rows.form.fields) and not counting


def _results_apart(rows: Rows, headings: Sequence[Rows], epochs: Clock, measured: LineNumbers) -> list[Rows]:
    """Part lines that count nothing, such as `Loss: 1.7 | Acc: 35.0%`: the one right below a heading is its result."""
    if not _only_measures(rows) or rows.form.split or not headings or not len(epochs.lines):
        return [rows]
    last, whose = _last_headings(headings, rows)
    first_below = np.diff(last, prepend=-1) > 0
    below = is_below(rows.lines, last, measured) & (last >= 0)
    evaluated = first_below & below & same_epoch(epochs, rows.lines, last)
    evaluated &= ~begins_anew(epochs, rows.lines, last, measured)
    if not evaluated.any() or evaluated.all():
        return [rows]
    training, *results = _by_heading(rows, evaluated, whose, headings)
    return [training, *(part for one in results for part in _sets_apart(one, epochs))]


def _batches_apart(rows: Rows, headings: Sequence[Rows], epochs: Clock) -> list[Rows]:
    """Part lines that count batches: of those below the heading of an evaluation, the last is its result.

    PaddlePaddle's `Model.fit` prints `step 4/4 - loss: 0.44` below an epoch and below `Eval begin...`. An evaluation
    counts its own batches, from the first one on, which say nothing of where the training stands.
    """
    counters = rows.of(Kind.COUNTER)
    steps = [name for name in counters if axis_of(name) is Axis.STEP]
    within = next(iter(rows.of(Kind.WITHIN).values()), None)
    if len(steps) + (within is not None) != 1 or rows.form.split or rows.form.is_bar or not headings:
        return [rows]
    last, whose = _last_headings(headings, rows)
    at = counters[steps[0]] if within is None else within
    evaluated = _begins_anew(at, last) & (last >= 0) & same_epoch(epochs, rows.lines, last)
    groups: LineNumbers = np.unique(last[evaluated]).astype(np.int64)
    told = np.nan_to_num(epochs.before(groups), nan=-1.0)
    if not evaluated.any() or evaluated.all() or (told < 0).any() or (np.diff(told) <= 0).any():
        return [rows]
    if len(groups) == 1 and not evaluated[-1]:
        return [rows]
    training, *batches = _by_heading(rows, evaluated, whose, headings)
    return [training, *(batches if within is not None else (_result_of(one, steps[0]) for one in batches))]


def _begins_anew(at: Numbers, headings: LineNumbers) -> NDArray[np.bool_]:
    """Tell which rows stand below a heading where their position, from there on, is no further than above it."""
    first = np.append(True, np.diff(headings) != 0)
    anew: NDArray[np.bool_] = np.append(True, np.diff(at) <= 0)
    below: NDArray[np.bool_] = anew[np.flatnonzero(first)[np.cumsum(first) - 1]]
    return below


def _last_headings(headings: Sequence[Rows], rows: Rows) -> tuple[LineNumbers, NDArray[np.intp]]:
    """Return (n,) the line of the last heading above each row, -1 where there is none, and which heading that is."""
    above = np.array([last_above(heading.lines, rows.lines) for heading in headings])
    return above.max(axis=0), above.argmax(axis=0)


def _by_heading(
    rows: Rows, evaluated: NDArray[np.bool_], whose: NDArray[np.intp], headings: Sequence[Rows]
) -> list[Rows]:
    """Return the rows of the training, then those of the evaluations below each heading, under its split."""
    below = ((rows.take(evaluated & (whose == i)), headings[i]) for i in np.unique(whose[evaluated]).tolist())
    return [rows.take(~evaluated), *(_under(part, heading.form.split) for part, heading in below)]


def _under(rows: Rows, split: str) -> Rows:
    return replace(rows, form=replace(rows.form, split=split))


def _sets_apart(results: Rows, epochs: Clock) -> list[Rows]:
    """Part several results of each epoch, of sets that come in the same order each time: `Eval`, `Eval 2`, ..."""
    epoch = places_of(epochs.lines, results.lines)
    ordinals = np.arange(len(epoch)) - np.searchsorted(epoch, epoch)
    several = range(min(int(ordinals.max()) + 1, _MOST_EVALUATIONS))
    named = [f"{results.form.split} {i + 1}" if i else results.form.split for i in several]
    return [_under(results.take(ordinals == i), split) for i, split in zip(several, named, strict=True)]


def _result_of(batches: Rows, counter: str) -> Rows:
    """Keep the last line of each evaluation, without its position among the batches."""
    at = batches.of(Kind.COUNTER)[counter]
    results = batches.take(np.append(np.diff(at) <= 0, True))
    kept = [i for i, one in enumerate(results.form.fields) if one.kind not in (Kind.COUNTER, Kind.PLAN)]
    form = replace(results.form, fields=tuple(results.form.fields[i] for i in kept), counter_first=False)
    return replace(results, form=form, numbers=tuple(results.numbers[i] for i in kept))
