"""Streams to one table: what they measure, which of them are believed, and where their rows stand."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from logdoctor.run import Axis
from logdoctor.run.naming import role_of, split_of, words
from logdoctor.run.roles import GradNorm, TrainError
from logdoctor.run.vocabulary import ERRORS_OF_MODELS
from logdoctor.sources.console.context.headings import Heading
from logdoctor.sources.console.context.interleaved_runs import interleaved_runs
from logdoctor.sources.console.context.several_runs import Announced, announced_runs, by_turns
from logdoctor.sources.console.forms.form import SAMPLES, Kind
from logdoctor.sources.console.rows.bars import beside_lines, is_pass, progress, states_of_bars
from logdoctor.sources.console.rows.echoes import without_echoes
from logdoctor.sources.console.rows.evaluations import counted_by_training, evaluations_apart, named_by_epoch
from logdoctor.sources.console.rows.hugging_face import is_summary, with_steps
from logdoctor.sources.console.rows.of_epochs import of_epochs
from logdoctor.sources.console.rows.parts import BATCH, EPOCH, Clock, LineNumbers, Numbers, Part
from logdoctor.sources.console.rows.placing import clock_of, main_counter, table_of
from logdoctor.sources.console.rows.plausibility import believed_of
from logdoctor.sources.console.rows.quantities import (
    of_each_epoch,
    of_one_rank,
    part_of,
    printed_once,
    under_sections,
)
from logdoctor.sources.console.rows.streams import Rows
from logdoctor.sources.console.rows.through_epochs import (
    counted_alike,
    counted_through,
    first_epoch,
    in_one_word,
    through_headed_epochs,
)
from logdoctor.sources.tables.compact.pieces import falls
from logdoctor.sources.tables.likeness import names_splits, tells_performance
from logdoctor.sources.tables.table import Table

_MADE_SMALL = 0.9
"""Error in the second half of a log, in units of that in its first, from which on something made it small."""


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
    stretch: range = range(sys.maxsize)
    """The lines of the log that are the run's."""
    announced: Announced | None = None
    """What is said of the run, where the log holds several."""

    @property
    def begins_again(self) -> bool:
        """Whether the log goes back to its first position, as several runs in one log do.

        One that goes back by less was resumed, or names an evaluation's step when training has gone on.
        """
        at = self.clock.at[np.isfinite(self.clock.at)]  # damage makes infinities of numbers
        if not falls(at):
            return False
        moves = np.diff(at)
        forward = moves[moves > 0]
        anew = at[0] + (float(np.median(forward)) if len(forward) else 0.0)
        return bool(((at[:-1] >= anew) & (at[1:] <= anew) & (moves < 0)).any())


@np.errstate(all="ignore")  # damage makes numbers of any size, and of what comes of them little is believed
def assemble(
    path: Path, streams: Sequence[Rows], headings: Sequence[Heading] = (), labelled: Collection[int] = ()
) -> list[Assembled]:
    """Put the believed streams of each run in a log together; none when none is believed.

    `labelled` are the first lines of statements that say of which run each of their lines is.
    """
    turns, others = interleaved_runs(streams, headings, labelled)
    if turns and not _assembled(path, others, ()):
        found = [(one.label, _assembled(path, one.streams, ())) for one in turns]
        return [replace(one, announced=by_turns(label)) for label, runs in found for one in runs]
    return _assembled(path, streams, headings)


def _assembled(path: Path, streams: Sequence[Rows], headings: Sequence[Heading]) -> list[Assembled]:
    """Put the believed streams of each run together, of runs one after another."""
    streams = [of_epochs(printed_once(of_one_rank(rows))) for rows in streams]
    streams = [counted_by_training(rows, streams) for rows in streams]
    epochs = Clock.of([
        (rows.lines, at) for rows in streams for name, at in rows.of(Kind.COUNTER).items()
        if name == EPOCH and not rows.form.is_dict
    ])  # fmt: skip
    streams = evaluations_apart([named_by_epoch(rows, epochs) for rows in streams], epochs)
    bars = [rows for rows in streams if is_pass(rows)]
    told = [part_of(rows) for rows in streams if not is_pass(rows)]
    read = told + beside_lines(states_of_bars(bars, epochs), told)
    first = first_epoch(read, epochs)
    counted = through_headed_epochs([counted_through(part, within, epochs, first) for part, within in read], epochs)
    parts = of_each_epoch(under_sections(with_steps(counted, progress(streams)), streams, epochs))
    believed = believed_of(parts, epochs)
    if not any(map(_tells_of_training, believed)):
        return []
    believed = _apart_by_epoch(_summaries_apart(counted_alike(in_one_word(without_echoes(believed)))))
    silent = [part for part in counted if not part.values]
    samples = any(within is not None and within[0] == SAMPLES for _, within in read)
    step_axis = Axis.SAMPLES if samples else Axis.STEP
    runs = announced_runs(believed, clock_of(believed, epochs, silent), headings)
    if not runs:
        return [_placed(path, believed, counted, epochs, step_axis)]
    found = []
    for run, following in zip(runs, [*runs[1:], None], strict=True):
        lines = range(run.first, sys.maxsize if following is None else following.first)
        if here := _within(believed, lines):
            placed = _placed(path, here, _within(counted, lines), epochs.within(lines), step_axis)
            found.append(replace(placed, stretch=lines, announced=run))
    return found


def _within(parts: Sequence[Part], lines: range) -> list[Part]:
    return [one for one in (part.within(lines) for part in parts) if len(one)]


def _placed(path: Path, believed: Sequence[Part], counted: Sequence[Part], epochs: Clock, step_axis: Axis) -> Assembled:
    """Put the believed parts of one run in place; `counted` is all that was read of it."""
    clock = clock_of(believed, epochs, [part for part in counted if not part.values])
    table, lines = table_of(path, believed, epochs, clock)
    return Assembled(
        table,
        lines,
        clock,
        step_axis,
        _plan(believed),
        True if any(map(is_summary, counted)) else _is_complete(counted),
        min(int(part.lines[0]) for part in believed),
        max(int(part.lines[-1]) for part in believed),
    )


def _tells_of_training(part: Part) -> bool:
    """Tell what only a training prints: performance, both splits, a gradient norm, an error of a split or an epoch.

    Or one that only models have, and that falls: those of batches, folds or horizons that are evaluated do not.
    """
    splits = [name.removesuffix(" (%)") for name in part.values]
    if part.form.is_of_training or any(map(tells_performance, part.values)) or names_splits(splits):
        return True
    told = {name: role_of(name, split_of(name)) for name in part.values}
    errors = [name for name, role in told.items() if issubclass(role, TrainError)]
    named = [name for name in errors if not ERRORS_OF_MODELS.isdisjoint(words(name))]
    of_models = BATCH not in part.counters and any(_is_made_small(part.values[name]) for name in named)
    return GradNorm in told.values() or of_models or any(EPOCH in part.counters or split_of(name) for name in errors)


def _is_made_small(errors: Numbers) -> bool:
    """Tell whether the second half of some errors lies lower than the first, by more than they scatter by chance."""
    finite = errors[np.isfinite(errors)]
    half = len(finite) // 2
    return half > 0 and bool(np.median(finite[half:]) < _MADE_SMALL * np.median(finite[:half]))


def _apart_by_epoch(parts: Sequence[Part]) -> list[Part]:
    """Name what is told of whole epochs apart from what is told of steps under the same name.

    `epoch: 0 done, loss: 0.149` is the mean over the epoch whose batches were printed before.
    """
    by_step = {name for part in parts if part.steps for name in part.values}
    return [
        replace(part, values={f"{name} (epoch)" if name in by_step else name: at for name, at in part.values.items()})
        if part.counters.keys() == {EPOCH}
        else part
        for part in parts
    ]


def _summaries_apart(parts: Sequence[Part]) -> list[Part]:
    """Name what a line tells of an epoch, at the step where it ended, apart from what other lines tell of that step.

    fairseq prints `train | epoch 002 | loss 0.71 | num_updates 120` behind `train_inner | ... loss=0.28 ... 120`.
    """
    return [_summary_apart(part, [other for other in parts if other is not part]) for part in parts]


def _summary_apart(part: Part, others: Sequence[Part]) -> Part:
    epochs = part.counters.get(EPOCH)
    if epochs is None or not part.steps or not (np.diff(epochs) > 0).all():
        return part
    judged = [name for name in part.values if tells_performance(name) or role_of(name, split_of(name)) is GradNorm]
    told = {name for name in judged if _is_logged_at(name, part, others)}
    return replace(part, values={f"{name} (epoch)" if name in told else name: at for name, at in part.values.items()})


def _is_logged_at(name: str, part: Part, others: Sequence[Part]) -> bool:
    """Whether other lines tell a quantity at every step of a part, at as many others besides, and of other values."""
    for counter, at in part.steps.items():
        beside = [one for one in others if name in one.values and counter in one.counters]
        if sum(map(len, beside)) < 2 * len(part):
            continue
        steps = np.concatenate([one.counters[counter] for one in beside])
        values = np.concatenate([one.values[name] for one in beside])
        same = {*zip(steps.tolist(), values.tolist(), strict=True)}
        repeated = [pair in same for pair in zip(at.tolist(), part.values[name].tolist(), strict=True)]
        if np.isin(at, steps).all() and 2 * sum(repeated) < len(part):
            return True
    return False


def _plan(parts: Sequence[Part]) -> int | None:
    """Return the planned steps, where the counter that most rows stand on says how far it runs."""
    main = main_counter(parts)
    totals = [part.plans[main] for part in parts if main in part.plans]
    finite = [float(one[np.isfinite(one)][-1]) for one in totals if np.isfinite(one).any()]
    return int(max(finite)) if finite else None


def _is_complete(parts: Sequence[Part]) -> bool | None:
    """Tell whether the last planned epoch was begun, counted from one or from zero; None where none are planned."""
    told = [part for part in parts if EPOCH in part.plans and len(part)]
    from_zero = any(bool((part.counters[EPOCH] == 0).any()) for part in told)
    return any(bool((part.counters[EPOCH] + from_zero >= part.plans[EPOCH]).any()) for part in told) if told else None
