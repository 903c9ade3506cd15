"""`run-<id>.wandb`: W&B's local file of a run."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from logdoctor.run import Notice, Setting
from logdoctor.sources.event_file.protobuf import BYTES, fields, last_integer, members, text
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.tables.compact.lines import Lines
from logdoctor.sources.tables.json.json_text import decode
from logdoctor.sources.tables.json.records import add_records, settings_of
from logdoctor.sources.tables.table import TableBuilder
from logdoctor.sources.tables.table_logs import read_logs
from logdoctor.sources.trackers.leveldb_run import begins_like, take_records

_FILE_HEADER = b":W&B" + struct.pack("<HB", 0xBEE1, 0)
_HISTORY, _CONFIG, _METRIC, _RUN, _EXIT = 2, 5, 12, 17, 18
"""Fields of `Record` in wandb/proto/wandb_internal.proto."""

_ITEMS, _RUN_CONFIG, _EXIT_CODE = 1, 4, 1
"""The fields of `HistoryRecord` and `ConfigRecord` that hold their items, of `RunRecord` its settings, of the exit."""

_KEY, _NESTED_KEY, _VALUE_JSON = 1, 2, 16
"""Fields of an item."""

_NAME, _GLOB, _STEP_METRIC = 1, 2, 4
"""Fields of `MetricRecord`."""

_OF_EVERY_ROW = frozenset({"_step", "_runtime", "_timestamp", "_wandb"})
"""What W&B adds to each row; when a row was written is kept as its wall time."""

_AT_A_TIME = 5000
"""Rows that are kept as they were logged before they become arrays."""


@dataclass
class _Content:
    """What the records of a file say, as they come."""

    path: Path
    rows: list[dict[str, Any]] = field(default_factory=list)
    """The last rows, which are in no table yet."""
    tables: dict[str, TableBuilder] = field(default_factory=dict)
    """The other rows, by the metric that is the axis of theirs."""
    config: dict[str, Any] = field(default_factory=dict)
    step_metrics: dict[str, str] = field(default_factory=dict)
    """Pattern of metrics to the metric that is their axis (`define_metric`)."""
    axes: dict[str, str] | None = None
    """The pattern to axis by which rows are put away; that known when the first ones are, unless it is given."""
    exit_code: int | None = None

    def put_away(self) -> None:
        """Put the last rows into their tables, once for each axis that metrics were given."""
        self.axes = dict(self.step_metrics) if self.axes is None else self.axes
        for axis, rows in _by_axis(self.rows, self.axes):
            table = self.tables.setdefault(axis, TableBuilder(self.path))
            add_records(table, rows, np.arange(table.rows, table.rows + len(rows)))
        self.rows.clear()

    @property
    def holds_rows(self) -> bool:
        """Whether anything was logged."""
        return bool(self.rows or self.tables)


class WandbRun(Source):
    """The history of a run, its settings and the axis that it declared for each metric.

    The step that W&B counts itself is the number of calls of its logger; where a row has a step of the training, that
    is the axis.
    """

    name = "wandb"
    patterns = ("*.wandb",)
    precedence = 60

    def recognizes(self, head: Head) -> bool:
        """Tell it by its first bytes, and a small file by its history too: a run that logged nothing has none."""
        if not begins_like(head, _FILE_HEADER):
            return False
        return not head.whole or not head.start.startswith(_FILE_HEADER) or _content(head.path)[0].holds_rows

    def read(self, path: Path) -> Iterator[Log]:
        """Read every record that is intact; raises UnreadableLogError for another version of the format."""
        content, notices = _content(path)
        content.put_away()
        tables = (replace(table.build(), lines=Lines()) for table in content.tables.values())
        logs = [log for table in tables for log in read_logs(table, proven=True)]
        yield Log(
            series=tuple(series for log in logs for series in log.series),
            hyperparameters=_settings(content.config),
            notices=(*notices, *(notice for log in logs for notice in log.notices)),
            finished=None if content.exit_code is None else content.exit_code == 0,
        )


def _content(path: Path) -> tuple[_Content, tuple[Notice, ...]]:
    """Read all records; once more, where a metric was given its axis after it had been logged for long."""
    content = _Content(path)
    notices = _read(content)
    if content.tables and content.step_metrics != content.axes:
        content = _Content(path, axes=content.step_metrics)
        notices = _read(content)
    return content, notices


def _read(content: _Content) -> tuple[Notice, ...]:
    def take(data: bytes) -> int | None:
        rows = len(content.rows)
        _take(data, content)
        step = content.rows[-1].get("_step") if len(content.rows) > rows else None
        if len(content.rows) >= _AT_A_TIME:
            content.put_away()
        return step if type(step) is int else None

    return take_records(content.path, _FILE_HEADER, take)


def _by_axis(
    rows: Sequence[Mapping[str, Any]], declared: Mapping[str, str]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the rows once for each axis that metrics were given, with the metrics that belong to it."""
    names = dict.fromkeys(name for row in rows for name in row if name not in _OF_EVERY_ROW)
    axis_of = {name: _step_metric(name, declared) for name in names}
    for axis in dict.fromkeys(axis_of.values()):
        own = {name for name in names if axis_of[name] == axis and name != axis}
        shared = {"_timestamp"} if axis else {"_timestamp", "_step"}
        kept = own | shared | {axis}
        parts = [
            {name: value for name, value in row.items() if name in kept}
            for row in rows
            if own & row.keys() and (not axis or axis in row)
        ]
        if parts:
            yield axis, [_with_plain_counter(row, axis) for row in parts]


def _with_plain_counter(row: Mapping[str, Any], axis: str) -> dict[str, Any]:
    """Call the declared axis by its last word, which says what it counts: `train/global_step`."""
    return {name.rpartition("/")[2] if name == axis else name: value for name, value in row.items()}


def _step_metric(name: str, declared: Mapping[str, str]) -> str:
    """Return the metric that a metric was given as its axis, or nothing."""
    if name in declared.values():
        return ""
    exact = declared.get(name)
    return exact or next((axis for glob, axis in declared.items() if fnmatchcase(name, glob)), "")


def _settings(config: Mapping[str, Any]) -> dict[str, Setting]:
    return settings_of({name: value for name, value in config.items() if not name.startswith("_wandb")})


def _take(data: bytes, content: _Content) -> None:
    """Put what one record says with the rest."""
    for number, wire, start, end in fields(data, 0, len(data)):
        if wire != BYTES:
            continue
        if number == _HISTORY:
            if row := dict(_items(data, start, end)):
                content.rows.append(row)
        elif number == _CONFIG:
            content.config |= dict(_items(data, start, end))
        elif number == _RUN:
            for config in members(data, start, end, _RUN_CONFIG):
                content.config |= dict(_items(data, *config))
        elif number == _METRIC:
            _declare(data, start, end, content)
        elif number == _EXIT:
            content.exit_code = last_integer(data, start, end, _EXIT_CODE)


def _items(data: bytes, start: int, end: int) -> Iterator[tuple[str, Any]]:
    """Yield names and values: a name is one text (`key`) or the steps of a path (`nested_key`), a value is JSON."""
    for item_start, item_end in members(data, start, end, _ITEMS):
        key, path, value = "", list[str](), ""
        for one in fields(data, item_start, item_end):
            said = text(data, one) if one.wire == BYTES else ""
            if one.number == _KEY:
                key = said
            elif one.number == _NESTED_KEY:
                path.append(said)
            elif one.number == _VALUE_JSON:
                value = said
        with suppress(ValueError):
            decoded = decode(value)
            if not (isinstance(decoded, dict) and "_type" in decoded):  # a histogram, an image
                yield "/".join(path) or key, decoded


def _declare(data: bytes, start: int, end: int, content: _Content) -> None:
    said = {one.number: text(data, one) for one in fields(data, start, end) if one.wire == BYTES}
    name, axis = said.get(_NAME) or said.get(_GLOB, ""), said.get(_STEP_METRIC, "")
    if name and axis:
        content.step_metrics[name] = axis
