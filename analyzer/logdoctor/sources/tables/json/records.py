"""JSON records to a table: one row per record, one column per name, nested names joined with `/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis, Setting
from logdoctor.sources.tables.compact.lines import Lines
from logdoctor.sources.tables.counters import axis_of, counts, normal
from logdoctor.sources.tables.likeness import tells_performance
from logdoctor.sources.tables.numbers import Cells, parse_values
from logdoctor.sources.tables.row_times import parser_of
from logdoctor.sources.tables.table import Table, TableBuilder
from logdoctor.sources.tables.table_logs import LABELS, label_name
from logdoctor.sources.tables.text import readable

Record = Mapping[str, Any]

DEEPEST = 6
"""How deep records may be nested; what lies deeper is no log."""

LONGEST_LIST = 32
"""A list of more numbers in a record is data, such as a histogram, not one curve for each place."""

LONGEST_SETTING = 500
"""Longer texts in a header are dumps of whole configurations, not settings."""

_WRAPPER = "data"

_POSITIONS = frozenset({"progress", "counter", "counters", "position"})
"""Names of objects that say where a run stands; under others (`time`, `throughput`) what counts is measured."""

_SAMPLES = frozenset({"hist_stats"})
"""Lists that are no curves however short: the returns of the episodes that RLlib saw since the record before."""

_SUMMARY = frozenset({"num", "mean", "std"})
"""What an object holds that sums up all values since the record before, as the networks of NVIDIA report them."""

_NUMBERS = frozenset({int, float})

_AT_A_TIME = 10_000
"""Records that become arrays together: as many as a block of lines has."""

_DATA = frozenset({
    "messages", "prompt", "prompts", "completion", "completions", "response", "text", "conversations", "instruction",
    "question", "answer", "chosen", "rejected", "image", "input_ids",
})  # fmt: skip
"""Text fields of data sets and of samples that a model generated, which may have scores and steps beside them."""


def table_of(path: Path, records: Sequence[Record]) -> Table:
    """Put the records of a document together."""
    table = TableBuilder(path)
    for first in range(0, len(records), _AT_A_TIME):
        part = records[first : first + _AT_A_TIME]
        add_records(table, part, np.arange(first, first + len(part)))
    return replace(table.build(), lines=Lines())


def add_records(table: TableBuilder, records: Sequence[Record], lines: NDArray[np.int64]) -> None:
    """Add records as the next block of a table, given the line of each."""
    rows: dict[str, list[int]] = {}
    values: dict[str, list[object]] = {}
    for row, record in enumerate(records):
        for name, value in flat(record):
            if name in rows:
                rows[name].append(row)
                values[name].append(value)
            else:
                rows[name], values[name] = [row], [value]
    for name, column in values.items():
        at = np.array(rows[name], np.int64)
        if label_name(name) in LABELS:
            words = zip(rows[name], column, strict=True)
            table.label(name, {row: str(word) for row, word in words if word is not None})
        cells = parse_values(column, parser_of(name))
        table.add(name, Cells(at[cells.rows], cells.values, at[cells.texts]))
    table.end_block(lines)


def flat(record: Record, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Yield the fields of a record, those of nested ones under joined names: `{"a": {"b": 1}}` is `a/b`.

    Of a summary the mean has the name of the whole; the spread and the number of more than one value stand below it.
    """
    for name, value in record.items():
        kind = type(value)
        if kind is dict and value.keys() == _SUMMARY:
            yield prefix + name, value["mean"]
            if value["num"] != 1:
                yield from ((f"{prefix}{name}/{one}", value[one]) for one in ("std", "num"))
        elif kind is dict:
            if depth < DEEPEST and name not in _SAMPLES:
                yield from flat(value, f"{prefix}{name}/", depth + 1)
        elif kind is list:
            if measures := _named_measures(value):
                yield from ((f"{prefix}{one}", measure) for one, measure in measures.items())
            elif len(value) <= LONGEST_LIST:
                yield from ((f"{prefix}{name}/{i}", one) for i, one in enumerate(value) if type(one) in (int, float))
        else:
            yield prefix + name, value


def _named_measures(objects: Sequence[Any]) -> dict[str, object]:
    """Return what a list of measures holds, each an object of a name and a value; nothing for any other list."""
    if not objects or not all(
        type(one) is dict and len(one) == 2 and type(one.get("value")) in _NUMBERS for one in objects
    ):
        return {}
    named = {one.get("name", one.get("metric")): one["value"] for one in objects}
    return named if len(named) == len(objects) and all(isinstance(name, str) for name in named) else {}


def unwrapped(record: Record) -> Record:
    """Take the fields out of an object whose name says nothing: verl writes `{"step": 1, "data": {"loss": 2.5}}`.

    So are counters that have an object of their own: `{"progress": {"epoch": 0, "step": 10}, "train": {"loss": 2.5}}`.
    """
    if dict not in map(type, record.values()):
        return record
    wraps = type(record.get(_WRAPPER)) is dict
    outer = _WRAPPER if wraps else next(filter(None, map(_counts_alone, record.items())), "")
    inner = record.get(outer)
    if type(inner) is not dict or not inner.keys().isdisjoint(record):
        return record
    return {**{name: value for name, value in record.items() if name != outer}, **inner}


def _counts_alone(field: tuple[str, object]) -> str:
    """Return the name of an object that says where the run stands: it holds nothing but counters."""
    name, inner = field
    if normal(name) not in _POSITIONS or not isinstance(inner, dict) or not inner:
        return ""
    return name if all(_is_count(*one) for one in inner.items()) else ""


def _is_count(name: str, at: object) -> bool:
    """Tell a position from a measure: whole numbers, of epochs also parts."""
    return counts(name) and (type(at) is int or (type(at) is float and axis_of(name) is Axis.EPOCH))


def is_data(record: Record) -> bool:
    """Tell a sample of a data set, or of what a model generated, from a record of its training."""
    return any(isinstance(value, str | list) for name, value in record.items() if names_data(name))


def names_data(name: str) -> bool:
    """Tell whether a field holds data where it is text: a prompt, an answer."""
    return normal(name) in _DATA


def is_settings(record: Record) -> bool:
    """Tell a header, footer or dump of settings from a row: nothing in it counts or promises performance."""
    return not any(counts(name) or tells_performance(name) for name, _ in flat(record))


def is_run_summary(record: Record) -> bool:
    """Tell the last row of Hugging Face's Trainer: its `train_loss` is the run's average and no point of a curve.

    Where tokens are counted (`include_num_input_tokens_seen`), each row of training tells the time so far as well.
    ms-swift ends with what the run came to, the history of the Trainer included.
    """
    return ("train_runtime" in record and "loss" not in record) or "log_history" in record


def summary_of(record: Record) -> dict[str, Setting]:
    """Return the averages of a run as settings: `summary.train_loss`."""
    return {f"summary.{name}": value for name, value in settings_of(record).items() if not counts(name)}


def settings_of(record: Record) -> dict[str, Setting]:
    """Return the plain values of a record as hyper-parameters, nested names joined with a dot."""
    settings: dict[str, Setting] = {}
    for name, value in flat(record):
        if isinstance(value, str) and len(value) <= LONGEST_SETTING:
            settings[readable(name).replace("/", ".")] = readable(value)
        elif isinstance(value, int | float | bool):
            settings[readable(name).replace("/", ".")] = value
    return settings
