"""Streams to one table: which of them are believed, and where their rows stand.

A stream is believed when it has come three times, counts, and measures something; so that source code, settings and
prose in the log are no data. What a trainer prints without a counter stands where the line before it stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis, Split
from logdoctor.run.naming import role_of, split_of, stem_of
from logdoctor.run.roles import Loss
from logdoctor.sources.console.grammar import SAMPLES, SPLIT_ROLES, Kind
from logdoctor.sources.console.hugging_face import is_summary, with_steps
from logdoctor.sources.console.parts import Clock, LineNumbers, Numbers, Part
from logdoctor.sources.console.streams import Rows
from logdoctor.sources.tables.counters import LARGEST_STEP, axis_of
from logdoctor.sources.tables.growing import places_of
from logdoctor.sources.tables.likeness import is_of_training, is_set_of_curves, tells_performance
from logdoctor.sources.tables.merging import ranks, scattered
from logdoctor.sources.tables.pieces import falls, pieces
from logdoctor.sources.tables.table import Column, Table

ENOUGH_LINES = 3
"""Lines of one form before it is believed."""

_ENOUGH_ROWS = 2
"""Rows below a header before they are believed."""

_ENOUGH_ALONE = 10
"""Lines that measure without counting before they are believed."""

_ADVANCING = 2 / 3
"""Share of neighbouring rows without a counter between which the log must have gone on, for them to be a curve."""

_FEWEST_TURNES = 3
"""Passes of a progress bar from which on the last state of each is the epoch's value."""

_EPOCH = "epoch"
_HEADED = "step"
"""What headings count above records of several lines."""
_TURN = "index"
"""What numbers the passes of a bar where nothing names their epoch."""
_HELD_OUT = (Split.VALIDATION, Split.TEST)

_NEAR = 3
"""Lines below a heading such as `Test Error:` that it still speaks of."""


@dataclass(frozen=True)
class Assembled:
    """What the lines of a log come to."""

    table: Table
    lines: LineNumbers
    """(rows of the table,) the cleaned line of each, counted from 0 through the whole log."""
    clock: Clock
    """Where the run stood at each line."""
    step_axis: Axis = Axis.STEP
    """What steps count."""
    plan: int | None = None
    """Steps that were planned, where steps are counted."""
    complete: bool | None = None
    """Whether the last of the planned epochs was reached, where epochs are planned."""
    first_line: int = 0
    last_line: int = 0
    """The first and the last line of data, counted from 0 through the whole log."""

    @property
    def begins_again(self) -> bool:
        """Whether the log goes back to an earlier position, as several runs in one log do."""
        return falls(self.clock.at)


@np.errstate(all="ignore")  # damage makes numbers of any size, and of what comes of them little is believed
def assemble(path: Path, streams: Sequence[Rows]) -> Assembled | None:
    """Put the believed streams together; None when none is."""
    streams = [_of_one_rank(rows) for rows in streams]
    epochs = Clock.of([
        (rows.lines, at) for rows in streams for name, at in rows.of(Kind.COUNTER).items()
        if name == _EPOCH and not rows.form.is_dict
    ])  # fmt: skip
    bars = [rows for rows in streams if _is_pass(rows)]
    told = [_part(rows) for rows in streams if not _is_pass(rows)]
    read = told + _beside_lines(_states_of_bars(bars, epochs), told)
    counted = [_counted_through(part, within, epochs) for part, within in read]
    parts = _under_sections(with_steps(counted, _progress(streams)), streams)
    believed = _believed(parts, epochs)
    if not any(tells_performance(name) for part in believed for name in part.values):
        return None
    believed = _apart_by_epoch(believed)
    clock = _clock(believed, epochs, [part for part in counted if not part.values])
    table, lines = _table(path, believed, epochs, clock)
    counts_samples = any(within is not None and within[0] == SAMPLES for _, within in read)
    return Assembled(
        table,
        lines,
        clock,
        Axis.SAMPLES if counts_samples else Axis.STEP,
        _plan(believed),
        True if any(map(is_summary, counted)) else _is_complete(counted),
        min(int(part.lines[0]) for part in believed),
        max(int(part.lines[-1]) for part in believed),
    )


_Within = tuple[str, Numbers, Numbers | None]
"""What is counted within an epoch, where each row stands in it, and how long it is."""

_Told = tuple[Part, _Within | None]


def _of_one_rank(rows: Rows) -> Rows:
    """Keep the lines of the process that printed most, the first of equals: the others repeat it or log their share."""
    if rows.ranks is None or len(rows.ranks) != len(rows):
        return rows
    ranks, counts = np.unique(rows.ranks, return_counts=True)
    return rows.take(rows.ranks == ranks[np.argmax(counts)])


def _is_pass(rows: Rows) -> bool:
    """Tell states of a progress bar, and of a loop over held-out data, of which the last one counts."""
    within = any(one.kind is Kind.WITHIN for one in rows.form.fields)
    return within and (rows.form.is_bar or _is_held_out(rows))


def _is_held_out(rows: Rows) -> bool:
    return split_of(rows.form.split) in _HELD_OUT


def _part(rows: Rows, *, averages: bool = False) -> _Told:
    """Name what a stream measures; with `averages`, take the running average where there is one."""
    plans, values = rows.of(Kind.PLAN), dict(rows.of(Kind.VALUE))
    for name in values.keys() & plans.keys():
        with np.errstate(all="ignore"):
            values[name] = values[name] / plans[name]  # `Accuracy: 9838/10000`
    if averages:
        values |= rows.of(Kind.AVERAGE)
    split = rows.form.split
    named = {_named(name, split): at for name, at in values.items()}
    counters = dict(rows.of(Kind.COUNTER))
    within = next(iter(rows.of(Kind.WITHIN).items()), None)
    length = next(iter(rows.of(Kind.LENGTH).values()), None)
    part = Part(rows.form, rows.lines, counters, named, {k: v for k, v in plans.items() if k in counters})
    return part, None if within is None else (*within, length)


def _named(name: str, split: str) -> str:
    if not split or split_of(name):
        return name
    held_out = split_of(split) in _HELD_OUT
    return f"{split.lower()}/{name}" if held_out or issubclass(role_of(name, Split.NONE), SPLIT_ROLES) else name


def _states_of_bars(bars: Sequence[Rows], epochs: Clock) -> list[_Told]:
    """Keep of every pass of a progress bar its last state.

    Bars without an epoch of their own that come again under one header are evaluations of the same model and left out.
    With one or two passes, all there is to see of a training is the bar itself, and every state that moved on counts.
    """
    found: list[_Told] = []
    for split in dict.fromkeys(rows.form.split for rows in bars):
        alike = [rows for rows in bars if rows.form.split == split and any(rows.of(Kind.VALUE))]
        if not alike:
            continue
        held_out = _is_held_out(alike[0])
        lines = np.concatenate([rows.lines for rows in alike])
        owner = np.concatenate([np.full(len(rows), i) for i, rows in enumerate(alike)])
        within = np.concatenate([next(iter(rows.of(Kind.WITHIN).values())) for rows in alike])
        order = np.argsort(lines, kind="stable")
        lines, owner, within = lines[order], owner[order], within[order]
        epoch = np.nan_to_num(epochs.before(lines), nan=-1.0)
        begins = np.concatenate(([True], (np.diff(within) < 0) | (np.diff(epoch) != 0)))
        last = np.append(begins[1:], True)
        if not held_out:
            first_under_header = np.concatenate(([True], np.diff(epoch[begins]) != 0))[np.cumsum(begins) - 1]
            last &= first_under_header | (epoch < 0)
        few = last.sum() < _FEWEST_TURNES and not held_out
        passes = np.cumsum(begins)
        kept = lines[np.append(np.diff(within) != 0, True) if few else last]
        for i, rows in enumerate(alike):
            part, inner = _part(
                rows.take(np.isin(rows.lines, kept[np.isin(kept, lines[owner == i])])), averages=held_out
            )
            if len(part) and not few and not held_out and (epoch < 0).all():
                number = passes[np.searchsorted(lines, part.lines)].astype(float)
                part = replace(part, counters={_TURN: number, **part.counters})
            if len(part):
                found.append((part, inner if few else None))
    return found


def _beside_lines(bars: Sequence[_Told], lines: Sequence[_Told]) -> list[_Told]:
    """Leave out of bars what a line of its own tells of each pass: the last batch's loss, where the mean is printed."""
    told: dict[object, int] = {}
    for part, within in lines:
        for name in part.values if part.counters or within is not None else ():
            told[_quantity(name)] = max(told.get(_quantity(name), 0), len(part))

    def untold(part: Part) -> dict[str, NDArray[np.float64]]:
        return {name: at for name, at in part.values.items() if 2 * told.get(_quantity(name), 0) < len(part)}

    kept = [(replace(part, values=untold(part)), within) for part, within in bars]
    return [(part, of) for part, of in kept if part.values]


def _quantity(name: str) -> object:
    """What a name measures, whatever kind of average: `loss` of a bar is `avg loss` of a line."""
    role = role_of(name, split_of(name))
    return (role, *stem_of(name)) if issubclass(role, SPLIT_ROLES) else name


def _counted_through(part: Part, within: _Within | None, epochs: Clock) -> Part:
    """Count positions within epochs on through all of them; an epoch that no line names is told from the header."""
    counters = {name: at for name, at in part.counters.items() if name != _EPOCH}
    epoch = part.counters.get(_EPOCH)
    if epoch is None:
        headed = epochs.before(part.lines)
        epoch = headed if within is not None or bool((np.diff(headed) > 0).any()) else None
    if within is None:
        inner = [name for name in counters if axis_of(name) is Axis.STEP and name in part.plans]
        if epoch is None or len(inner) != 1 or not _restarts(counters[inner[0]], epoch):
            return part
        within = (inner[0], counters[inner[0]], part.plans[inner[0]])  # YOLOX: `epoch: 1/300, iter: 10/500`
    name, at, length = within
    if any(axis_of(other) is Axis.STEP for other in counters if other != name):
        return part  # fairseq: `num_updates` counts through by itself
    if epoch is not None and length is not None and not np.isnan(epoch).any() and _restarts(at, epoch):
        through = (epoch - min(1.0, float(epoch.min()))) * length + at
        if not (np.abs(through) < LARGEST_STEP).all():
            return part
        at = through
    plans = {key: value for key, value in part.plans.items() if key != name}
    return replace(part, counters=part.counters | {"iter" if name == SAMPLES else name: at}, plans=plans)


def _restarts(at: Numbers, epoch: Numbers) -> bool:
    """Tell whether a position falls back where the epoch advances; with one epoch, whether it may be a later one."""
    advances = np.diff(epoch) > 0
    return bool((np.diff(at)[advances] <= 0).mean() > 0.5) if advances.any() else True


def _believed(parts: Sequence[Part], epochs: Clock) -> list[Part]:
    """Return the parts that are data."""
    measuring = [part for part in parts if part.values and len(part)]
    counting = [part for part in measuring if part.counters]
    tabled = [part for part in counting if part.form.in_table]
    regular = tabled if sum(map(len, tabled)) >= _ENOUGH_ROWS else []
    often = _often(counting)
    regular += [part for part in counting if not part.form.in_table and _is_regular(part, often)]
    known = {name for part in regular for name in part.counters}
    taken = set(map(id, regular))
    others = [part for part in counting if id(part) not in taken]
    believed = regular + [
        part for part in others if _is_rare(part, known) or _is_beside(part, known) or _is_shortened(part, regular)
    ]
    clock = _clock(believed, epochs, [part for part in parts if not part.values])
    names = {name for part in believed for name in part.values}
    for part in measuring:
        if not part.counters and len(part) >= ENOUGH_LINES and not names.issuperset(part.values):
            position = np.diff(clock.before(part.lines))
            moves_on = np.mean(position > 0) >= _ADVANCING
            if moves_on and any(map(is_of_training if len(epochs.lines) else tells_performance, part.values)):
                believed.append(part)
    counts = any(part.counters for part in parts)
    return believed or [part for part in measuring if not counts and _is_curve_by_itself(part)]


def _is_curve_by_itself(part: Part) -> bool:
    """Tell lines of a log that counts nothing, and does nothing but measure: `loss:0.53, accuracy:0.81`."""
    main = next((at for name, at in part.values.items() if issubclass(role_of(name, split_of(name)), Loss)), None)
    alone = part.form.value_first and len(part) >= _ENOUGH_ALONE and is_set_of_curves(part.values)
    return alone and main is not None and bool((main != main[0]).any())


def _apart_by_epoch(parts: Sequence[Part]) -> list[Part]:
    """Name what is told of whole epochs apart from what is told of steps under the same name.

    `epoch: 0 done, loss: 0.149` is the mean over the epoch whose batches were printed before.
    """
    by_step = {name for part in parts if part.steps for name in part.values}
    return [
        replace(part, values={f"{name} (epoch)" if name in by_step else name: at for name, at in part.values.items()})
        if part.counters.keys() == {_EPOCH}
        else part
        for part in parts
    ]


def _often(parts: Sequence[Part]) -> set[str]:
    """Return the counters with which enough lines begin that measure the run, whatever else they tell."""
    positions: dict[str, list[Numbers]] = {}
    for part in parts:
        if part.form.counter_first and any(map(tells_performance, part.values)):
            for name, at in part.counters.items():
                positions.setdefault(name, []).append(at)
    return {name for name, found in positions.items() if _is_enough(*found)}


def _is_enough(*positions: Numbers) -> bool:
    told = [one for one in positions if len(one)]
    return sum(map(len, told)) >= ENOUGH_LINES and any(bool((one != told[0][0]).any()) for one in told)


def _is_regular(part: Part, often: AbstractSet[str]) -> bool:
    """Tell what has come often enough; lines that begin with the same counter and measure the run count together."""
    varied = any(map(_is_enough, part.counters.values()))
    measures = any(map(tells_performance, part.values))
    if not part.form.counter_first:
        return measures and varied
    return varied or (measures and bool(often & part.counters.keys()))


def _is_rare(part: Part, known: AbstractSet[str]) -> bool:
    """Tell what comes seldom beside regular lines that count alike: an evaluation, the last line of a run."""
    if len(part) >= ENOUGH_LINES:
        return False
    if part.form.counter_first:
        return bool(known & part.counters.keys()) or (len(part) > 1 and any(map(tells_performance, part.values)))
    held_out = split_of(part.form.split) in _HELD_OUT
    return held_out and bool(known & part.counters.keys()) and any(map(tells_performance, part.values))


def _is_beside(part: Part, known: AbstractSet[str]) -> bool:
    """Tell what regular lines say of training on a counter that others count on: Composer has one quantity a line."""
    counted = known & part.counters.keys()
    return any(_is_enough(part.counters[name]) for name in counted) and all(map(is_of_training, part.values))


def _is_shortened(part: Part, regular: Sequence[Part]) -> bool:
    """Tell a line that leaves out what is not finite: Megatron the loss, fairseq the norm of the gradient."""
    return len(part.values) > 1 and any(
        part.counters.keys() == other.counters.keys()
        and part.form.split == other.form.split
        and part.values.keys() < other.values.keys()
        for other in regular
    )


def _clock(parts: Sequence[Part], epochs: Clock, headings: Sequence[Part]) -> Clock:
    """Return where the run stood, on the counter that most rows carry; epochs where no steps are counted.

    `headings` count and measure nothing: `Iteration 100, Testing net (#0)`.
    """
    first = [part for part in headings if part.form.counter_first]
    main = _main_counter(parts) if any(part.counters for part in parts) else _main_counter(first)
    if main is None:
        return epochs
    return Clock.of([(part.lines, part.counters[main]) for part in (*parts, *first) if main in part.counters])


def _main_counter(parts: Sequence[Part]) -> str | None:
    """Return the counter of steps on which most rows stand, unless more rows are counted in epochs alone."""
    rows: dict[str, int] = {}
    by_epoch = 0
    for part in parts:
        for name in part.steps:
            rows[name] = rows.get(name, 0) + len(part)
        by_epoch += 0 if part.steps else len(part) if _EPOCH in part.counters else 0
    main = max(rows, key=rows.__getitem__, default=None)
    return None if main is None or rows[main] < by_epoch else main


def _table(path: Path, parts: Sequence[Part], epochs: Clock, clock: Clock) -> tuple[Table, LineNumbers]:
    """Put the rows of all parts in the order of the log; return the line of each as well."""
    rows = ranks([part.lines for part in parts])
    lines = scattered([(at, part.lines) for at, part in zip(rows, parts, strict=True)])
    main = _main_counter(parts)
    begun = _epochs_within(parts, main)
    found: dict[str, list[_Piece]] = {}
    positions: list[_Piece] = []
    for part, at in zip(parts, rows, strict=True):
        counters = dict(part.counters)
        if main is not None and not part.steps:
            counters[main] = clock.before(part.lines)
            if begun is not None and _EPOCH in counters:
                counters[main][~(counters[_EPOCH] <= begun.before(part.lines))] = np.nan  # `Starting epoch 3`
        elif not counters and len(clock.lines):
            counters[_EPOCH if clock is epochs else _HEADED] = clock.before(part.lines)
        positions.append((at, _position(part, counters, main, epochs)))
        for name, values in (counters | part.values).items():
            found.setdefault(name, []).append((at, values))
    position = scattered(positions)
    columns = tuple(_column(name, found.pop(name), position) for name in list(found))
    return Table(path, len(lines), columns), lines


def _epochs_within(parts: Sequence[Part], main: str | None) -> Clock | None:
    """Return the epoch that steps were counted in, where they begin anew in each."""
    both = [part for part in parts if main in part.counters and _EPOCH in part.counters]
    if main is None or not any(_restarts(part.counters[main], part.counters[_EPOCH]) for part in both):
        return None
    return Clock.of([(part.lines, part.counters[_EPOCH]) for part in both])


def _position(part: Part, counters: dict[str, Numbers], main: str | None, epochs: Clock) -> Numbers:
    """Return where rows stand: on the main counter, and between two of its counts by the epoch."""
    if not counters:
        return part.lines.astype(float)
    if main is None or _EPOCH not in counters:
        return counters[main] if main in counters else next(iter(counters.values()))
    last = float(epochs.at.max(initial=0.0))
    return counters.get(main, counters[_EPOCH]) + counters[_EPOCH] / (last + 1)


_Piece = tuple[NDArray[np.int64] | NDArray[np.int32], Numbers]
"""Rows of a table, and a number for each."""


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
        return Column(name, rows[~missing], values[~missing]) if missing.any() else Column(name, rows, values)
    kept = np.ones(len(rows), bool)
    parts = zip(*(pieces(one, overlap=1) for one in (rows, values, missing, kept)), strict=True)
    for here, numbers, blank, keep in parts:
        at = position[here]
        same = (numbers[1:] == numbers[:-1]) | (blank[1:] & blank[:-1])
        keep[1:] = ~same | (at[1:] != at[:-1])
    return Column(name, rows, values).take(kept)


def _plan(parts: Sequence[Part]) -> int | None:
    """Return the planned steps, where the counter that most rows stand on says how far it runs."""
    main = _main_counter(parts)
    totals = [part.plans[main] for part in parts if main in part.plans]
    finite = [float(one[np.isfinite(one)][-1]) for one in totals if np.isfinite(one).any()]
    return int(max(finite)) if finite else None


def _is_complete(parts: Sequence[Part]) -> bool | None:
    """Tell whether the last of the planned epochs was begun; None where none are planned."""
    told = [part for part in parts if _EPOCH in part.plans and len(part)]
    return any(bool((part.counters[_EPOCH] >= part.plans[_EPOCH]).any()) for part in told) if told else None


def _progress(streams: Sequence[Rows]) -> Clock:
    """Return what bare progress bars showed: for Hugging Face's Trainer, the step."""
    bare = [rows for rows in streams if rows.form.is_bar and not rows.of(Kind.VALUE) and not rows.of(Kind.COUNTER)]
    return Clock.of([(rows.lines, at) for rows in bare for at in rows.of(Kind.WITHIN).values()])


def _under_sections(parts: Sequence[Part], streams: Sequence[Rows]) -> list[Part]:
    """Name what stands below a heading such as `Test Error:` after its split."""
    headings = [rows for rows in streams if not rows.form.fields]
    clocks = {rows.form.split: rows.lines for rows in headings}
    return [_under_section(part, clocks) if not part.counters and not part.form.split else part for part in parts]


def _under_section(part: Part, headings: dict[str, LineNumbers]) -> Part:
    for split, lines in headings.items():
        found = places_of(lines, part.lines) - 1
        distance = np.where(found >= 0, part.lines - lines[np.maximum(found, 0)], _NEAR + 1)
        if len(part) and (distance <= _NEAR).all():
            return replace(part, values={_named(name, split): at for name, at in part.values.items()})
    return part
