"""From a table to the logs of its runs: rows divided by run and by split, every quantity on its axis."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis, Notice, Series, Setting, Split, TextEvent
from logdoctor.run.naming import is_bare_split, split_of
from logdoctor.run.notice import DAMAGE, INTERPRETATION
from logdoctor.run.text_event import MOST_STAGES, STAGE_BEGUN
from logdoctor.sources.source import Log
from logdoctor.sources.tables.compact.rows import Rows
from logdoctor.sources.tables.counters import axis_of, counts, normal, numbers_rows
from logdoctor.sources.tables.false_counts import misplaced, without_false_counts
from logdoctor.sources.tables.lost_lines import damage_notices, spans_of
from logdoctor.sources.tables.padding import without_padding
from logdoctor.sources.tables.row_times import RowTimes, without_row_times
from logdoctor.sources.tables.table import MOST_COLUMNS, Column, Labels, Table
from logdoctor.sources.tables.table_axes import TableAxes, table_axes_of
from logdoctor.sources.tables.text import readable

SPLIT_LABELS = frozenset({
    "mode", "split", "phase", "stage", "subset", "partition", "set", "type", "kind", "event", "event_type", "dataset",
    "runcontext",
})  # fmt: skip
"""Columns whose words say which part of the data a row was measured on (mmcv; `epoch,phase,loss` by hand)."""

STAGE_LABELS = frozenset({
    "stage", "phase", "task", "mode", "split", "stage_name", "phase_name", "task_name", "training_stage",
    "training_phase", "train_stage", "train_phase",
})  # fmt: skip
"""Columns whose words may name the stages of a training instead: pretrain and then finetune."""

QUANTITY_LABELS = frozenset({"tag", "metric", "metric_name", "metricname", "series", "variable", "key", "name"})
"""Columns whose words name the number in the column `value` beside them, one row for each point."""

RUN_LABELS = frozenset({
    "run", "run_id", "run_name", "dir_name", "run_number", "run_num", "run_idx", "experiment", "trial", "seed",
    "repeat", "fold", "fold_id", "fold_idx", "fold_num", "fold_number", "cv_fold", "kfold", "k_fold",
})  # fmt: skip
"""Columns that tell apart the runs which were written into one table."""

SUBJECT_LABELS = frozenset({
    "model", "model_name", "model_type", "arch", "architecture", "network", "optimizer", "optimiser", "method",
    "algorithm", "algo", "variant", "config", "setting",
})  # fmt: skip
"""Columns that say what was trained: of runs one below the other, or of one run that trains several or changes it."""

LABELS = SPLIT_LABELS | STAGE_LABELS | QUANTITY_LABELS | RUN_LABELS | SUBJECT_LABELS

_HOLDERS = ("metric.context.", "context.", "metric.")
"""What Aim puts before the name of a label: `metric.name`, `context.subset`."""

_RUNS_OF_AIM = {"run.name": "run_name", "run.hash": "run_id"}

_CONFIG = "config/"

_MOST_RUNS = 1000
"""Runs of one table that are read: the table is gone through once for each."""

_FEW_WORDS = 32
"""Words for each of which a column is gone through once."""

_VALUES = frozenset({"value", "values", "metricvalue"})


def label_name(name: str) -> str:
    """Spell the name of a column as those of labels are spelled here."""
    plain = normal(name).replace(" ", "_")
    plain = _RUNS_OF_AIM.get(plain, plain)
    return next((plain.removeprefix(one) for one in _HOLDERS if plain.startswith(one)), plain)


def read_logs(
    table: Table, notices: Iterable[Notice] = (), step_axis: Axis = Axis.STEP, *, proven: bool = False
) -> Iterator[Log]:
    """Yield one log for each run in a table, at least one.

    The notices of the file go with the first; `step_axis` is what steps count where the file says something else.
    Where checksums have `proven` the rows, none is taken for damaged because of its step.
    """
    said = (*notices, *_unread(table))
    for label, part in _runs(table.renamed({one.name: readable(one.name) for one in table.columns})):
        logged, settings = _without_settings(part)
        log = _read_run(logged, step_axis, proven=proven)
        yield replace(log, hyperparameters=settings, notices=(*said, *log.notices), label=label)
        said = ()


def joined(logs: Iterable[Log], notices: Iterable[Notice] = (), label: str = "") -> Log:
    """Return the series, notices and events of several logs as one log, after some notices of their file."""
    parts = list(logs)
    return Log(
        series=tuple(one for log in parts for one in log.series),
        notices=(*notices, *(one for log in parts for one in log.notices)),
        events=tuple(one for log in parts for one in log.events),
        label=label,
    )


def _runs(table: Table) -> Iterator[tuple[str, Table]]:
    """Part a table by run, where a column tells runs apart that have more than a row each."""
    labels = _of_runs(table)
    if labels is None:
        yield "", table
        return
    unnamed = table.with_columns(column for column in table.columns if column.name != labels.name)
    for code, word in enumerate(labels.words[:_MOST_RUNS]):
        yield readable(f"{labels.name}={word}"), unnamed.take(labels.codes == code)
    if (labels.codes < 0).any():
        yield "", unnamed.take(labels.codes < 0)


def _of_runs(table: Table) -> Labels | None:
    """Return the column that tells runs apart, where these have more than a row each."""
    told = (one for one in table.labels if label_name(one.name) in RUN_LABELS and not _names_splits(one))
    labels = next(told, None)
    if labels is None:
        subjects = (one for one in table.labels if label_name(one.name) in SUBJECT_LABELS)
        labels = next((one for one in subjects if _begins_anew_with_each(one, table)), None)
    return labels if labels is not None and 1 < len(labels.words) <= table.rows / 2 else None


def _begins_anew_with_each(labels: Labels, table: Table) -> bool:
    """Whether every row has a word, those of one stand together, and each counter goes back where the next begins.

    One run that trains an actor and a critic, or whose setting changes on the way, does not.
    """
    ends = np.flatnonzero(labels.codes[1:] != labels.codes[:-1])
    if len(ends) != len(labels.words) - 1 or (labels.codes < 0).any():
        return False
    counters = [
        one.values
        for one in table.columns
        if len(one) == table.rows and axis_of(one.name) not in (None, Axis.TIME, Axis.INDEX)
    ]
    return bool(counters) and all(bool((at[ends + 1] < at[ends]).all()) for at in counters)


def _without_settings(table: Table) -> tuple[Table, dict[str, Setting]]:
    """Take the columns out that repeat a setting in every row, as Ray does: `config/lr`."""
    first = {
        one.name: float(next(one.pieces())[0]) for one in table.columns if one.name.startswith(_CONFIG) and len(one)
    }
    settings = {
        one.name: first[one.name]
        for one in table.columns
        if one.name in first and all(bool((piece == first[one.name]).all()) for piece in one.pieces())
    }
    kept = table.with_columns(one for one in table.columns if one.name not in settings)
    return kept, {name.removeprefix(_CONFIG).replace("/", "."): value for name, value in settings.items()}


def _read_run(table: Table, step_axis: Axis, *, proven: bool) -> Log:
    path = str(table.path)
    notices: list[Notice] = []
    if proven:
        table = without_false_counts(table)
    elif (lost := misplaced(table)).any():
        notices += _misplaced(table, lost)
        table = table.without(lost)
    table, moments = without_row_times(table)
    table, padding = without_padding(table)
    training = _training_rows(table)
    table_axes = table_axes_of(table, step_axis, training)
    placed = _place(table, table_axes, moments)
    notices += padding
    notices += [Notice(INTERPRETATION, path, note) for note in table_axes.notes]
    if placed.guessed:
        names = ", ".join(f"`{name}`" for name in placed.guessed)
        message = f"Points of {names} carry no step of their own; they were placed at the step written before them."
        notices.append(Notice(INTERPRETATION, path, message))
    for counter in placed.shuffled:
        message = f"The rows do not stand in the order of `{counter}`; their points were put in it."
        notices.append(Notice(INTERPRETATION, path, message))
    return Log(placed.series, notices=tuple(notices), events=tuple(_stages(table, table_axes, training)))


def _stages(table: Table, table_axes: TableAxes, training: Rows) -> Iterator[TextEvent]:
    """Yield where another stage begins, of columns whose words name stages: each stands in one stretch of rows.

    What comes back, as the networks that take turns, is none.
    """
    for labels in table.labels:
        if label_name(labels.name) not in STAGE_LABELS or _names_splits(labels):
            continue
        codes = training.of(labels.codes)
        told = np.flatnonzero(codes >= 0)
        begins = told[1:][codes[told[1:]] != codes[told[:-1]]]
        if not 0 < len(begins) == len(np.unique(codes[told])) - 1 < MOST_STAGES:
            continue
        rows, steps = training.numbers()[begins].astype(np.int64), table_axes.place(training).steps[begins]
        lines = table.lines.at(rows) if len(table.lines) else rows + 1
        for code, step, line in zip(codes[begins].tolist(), steps.tolist(), lines.tolist(), strict=True):
            yield TextEvent(STAGE_BEGUN, readable(f"{labels.name}: {labels.words[code]}"), str(table.path), line, step)


def _unread(table: Table) -> Iterator[Notice]:
    """Say that a table has more columns than are read."""
    if table.unread:
        message = f"{table.unread} columns were not read: the table has more than {MOST_COLUMNS:,}."
        yield Notice(DAMAGE, str(table.path), message)
    by_run = _of_runs(table)
    for labels in table.labels:
        most = _MOST_RUNS if labels is by_run else MOST_COLUMNS
        if len(labels.words) < most or (labels is not by_run and _parts_nothing(labels)):
            continue
        if rows := int(np.count_nonzero(labels.codes >= most)):
            message = f"{rows} rows were not used: column `{labels.name}` holds more than {most:,} words."
            yield Notice(DAMAGE, str(table.path), message)


def _parts_nothing(labels: Labels) -> bool:
    """Tell a column by which no row can be lost: of what was trained, or of stages of a training."""
    return label_name(labels.name) in SUBJECT_LABELS | STAGE_LABELS and not _names_splits(labels)


def _misplaced(table: Table, lost: NDArray[np.bool_]) -> Iterator[Notice]:
    """Say which rows were not used for their step, by line where the file has lines."""
    reason = "has a step that is no whole number, too large, or grown together with another"
    rows = np.flatnonzero(lost)
    if len(table.lines):
        yield from damage_notices(table.path, spans_of(table.path, table.lines.at(rows), [reason] * len(rows)))
    else:
        message = f"{len(rows)} rows were not used, the first of them row {rows[0] + 1}: it {reason}."
        yield Notice(DAMAGE, str(table.path), message)


@dataclass(frozen=True)
class _Placed:
    """The quantities of a table on their axes, and how they came to their steps."""

    series: tuple[Series, ...]
    guessed: list[str]
    """Names of those with points that carry no step of their own."""
    shuffled: list[str]
    """Counters that the rows are not sorted by."""


def _place(table: Table, table_axes: TableAxes, moments: RowTimes | None) -> _Placed:
    """Put every quantity of a table on its axis."""
    fallback = Axis.EPOCH if _is_keras_history(table) else Axis.INDEX
    columns = [part for column in _by_label(table) for part in _by_pass(column, table_axes, table.rows) if len(part)]
    places = {one.where.key: one.where for one in columns if not counts(one.name)}  # most columns share their rows
    shared = {key: table_axes.place(where, fallback) for key, where in places.items()}
    placed = {i: shared[one.where.key] for i, one in enumerate(columns) if not counts(one.name)}
    axes = {placement.counter for placement in placed.values()}
    times: dict[tuple[int, bytes], NDArray[np.float64] | None] = {}
    series = []
    for i, column in enumerate(columns):
        if i in placed:
            shown, placement = column, placed[i]
        else:
            shown, finer = _as_quantity(column, table_axes, axes)
            placement = finer.place(shown.where, fallback)
        if len(shown):
            if moments is not None and shown.where.key not in times:
                times[shown.where.key] = moments.of(shown.where)
            at = times.get(shown.where.key)
            one = Series.of(shown.name, placement.steps, shown.values, at, placement.axis)
            if placement.shuffled:
                one = one.take(np.argsort(one.steps))
            held_out = len(table_axes.validation) and shown.where.is_in(table_axes.validation, table.rows)
            series.append(replace(one, split=Split.VALIDATION) if held_out else one)
    guessed = [columns[i].name for i, placement in placed.items() if placement.guessed]
    return _Placed(tuple(series), guessed, sorted({one.counter for one in placed.values() if one.shuffled}))


def _as_quantity(counter: Column, table_axes: TableAxes, axes: Collection[str]) -> tuple[Column, TableAxes]:
    """Return the points at which a counter is itself a quantity, and the axes for them.

    These are the points that a finer counter places; all of them when it is nobody's axis; none when it is the axis.
    """
    finer = table_axes.finer_than(counter.name)
    if not finer.counters and all(one.name != counter.name for one in table_axes.counters):
        finer = table_axes.in_steps()  # it is no counter of the table, whatever its name
    if numbers_rows(counter.name) or (counter.name in axes and not finer.counters):
        return counter.without_any(), finer
    if not finer.counters:
        return counter, finer
    count, known = finer.counters[0].count, finer.counters[0].known
    return counter if len(known) == count else counter.take(counter.where.of(known.mask(count))), finer


def _by_pass(column: Column, table_axes: TableAxes, rows: int) -> Iterator[Column]:
    """Take what was logged in training and in rows of validation under one name apart: MMEngine's `loss` of both."""
    if not len(table_axes.validation) or counts(column.name) or split_of(column.name):
        yield column
        return
    held_out = column.where.of(table_axes.validation.mask(rows))
    if held_out.all() or not held_out.any():
        yield column
        return
    yield column.take(~held_out)
    yield replace(column.take(held_out), name=f"val/{column.name}")


def _by_label(table: Table) -> Iterator[Column]:
    """Yield the columns of a table, those under names that other columns complete taken apart."""
    values = [column for column in table.columns if not counts(column.name) and normal(column.name) in _VALUES]
    quantity = next((one for one in table.labels if label_name(one.name) in QUANTITY_LABELS), None)
    split = next((one for one in table.labels if _names_splits(one)), None)
    for column in table.columns:
        if quantity is not None and column in values:
            for part in _taken_apart(column, quantity, "{word}"):
                apart = split is not None and part.name != column.name and not split_of(part.name)
                yield from _taken_apart(part, split, "{word}/{name}") if split is not None and apart else (part,)
        elif split is not None and not counts(column.name) and not split_of(column.name):
            yield from _taken_apart(column, split, "{word}/{name}")
        else:
            yield column


def _taken_apart(column: Column, labels: Labels, form: str) -> Iterator[Column]:
    codes = column.where.of(labels.codes)
    if len(labels.words) <= _FEW_WORDS:
        parts = [column.take(codes == code) for code in (*range(len(labels.words)), -1)]
        if all(one.held is not column.held for one in parts):
            column.held.keep((), 0)  # all of it is in its parts
        for word, part in zip(labels.words, parts[:-1], strict=True):
            yield replace(part, name=form.format(word=word, name=column.name))
        yield parts[-1]
        return
    rows, values = column.rows, column.values
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(-1, len(labels.words)), side="right")
    for code, word in enumerate(labels.words):
        here = order[ends[code] : ends[code + 1]]
        yield Column.of(form.format(word=word, name=column.name), rows[here], values[here])
    unnamed = order[: ends[0]]
    yield Column.of(column.name, rows[unnamed], values[unnamed])


def _names_splits(labels: Labels) -> bool:
    """Whether each word names a part of the data, or at least two do, among others: `start`, `train`, `validation`.

    To TensorBoard, and to tbparse after it, these are runs: Keras writes each to a folder of its own. A record's `name`
    may be no more than its split: `{"name": "validation", "loss": 0.5}`.
    """
    splits = [split_of(word) for word in labels.words]
    if label_name(labels.name) in RUN_LABELS | QUANTITY_LABELS:
        return len(set(splits)) > 1 and all(map(is_bare_split, labels.words))
    return label_name(labels.name) in SPLIT_LABELS and (all(splits) or len(set(filter(None, splits))) > 1)


def _training_rows(table: Table) -> Rows:
    """Return the rows that no column assigns to held-out data."""
    labels = [one for one in table.labels if _names_splits(one)]
    if not labels:
        return Rows(table.rows)
    training = np.ones(table.rows, bool)
    for one in labels:
        held_out = [code for code, word in enumerate(one.words) if split_of(word) is not Split.TRAIN]
        training &= ~np.isin(one.codes, held_out)
    return Rows.chosen(training)


def _is_keras_history(table: Table) -> bool:
    """Tell whether the rows are epochs: Keras logs a quantity and its `val_` twin together once an epoch.

    They are not where a column counts epochs in another way: two processes that write in turn have two rows to each.
    One that never moves says how many are planned.
    """
    if any(axis_of(column.name) is Axis.EPOCH and _moves(column) for column in table.columns):
        return False
    lengths = {column.name: len(column) for column in table.columns}
    return any(lengths.get(f"val_{name}") == length for name, length in lengths.items())


def _moves(column: Column) -> bool:
    return len(column) > 0 and bool((column.values != column.values[0]).any())
