"""JSON documents of no particular trainer: lists of records, or a list of numbers for each quantity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import nan
from pathlib import Path
from types import NoneType
from typing import Any, ClassVar

import numpy as np

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Setting
from logdoctor.run.naming import words
from logdoctor.run.vocabulary import SPLIT_WORDS
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.bare_numbers import is_of_one_curve
from logdoctor.sources.tables.counters import counts
from logdoctor.sources.tables.indexed import indexed
from logdoctor.sources.tables.json_file import Document, beginning, load
from logdoctor.sources.tables.likeness import is_of_training, is_training, names_splits, tells_loss, tells_performance
from logdoctor.sources.tables.numbers import parse_values
from logdoctor.sources.tables.records import is_data, settings_of, table_of
from logdoctor.sources.tables.table import Column, Table
from logdoctor.sources.tables.table_logs import read_logs
from logdoctor.sources.tables.text import readable

_SETTINGS_FILES = frozenset({"config.json", "args.json", "params.json", "hparams.json", "package.json"})
"""Files that hold settings, however much a list of them looks like a curve (`loss_weights`)."""

_OF_CHAINER, _OF_EACH_RECORD = "log", frozenset({"epoch", "iteration"})
"""What Chainer's LogReport calls its list, and what each of its records has."""

_WRAPPERS = frozenset({"history", "log_history", "logs", "log", "metrics", "records", "results", "data", "entries"})
"""Keys that say nothing about the curves below them."""

_SETTINGS = frozenset({"config", "args", "hparams", "hyperparameters", "hyper_parameters", "settings"})
"""Keys of objects that hold the settings of the run."""

_COUNTERS = frozenset({"step", "steps", "iter", "iters", "iteration", "iterations", "epoch", "epochs"})

_COUNTED_KEY = re.compile(r"(?:(epoch|step|iteration|iter)s?[ _-]?)?(\d{1,15})", re.I)
"""Keys of records that say where each stands: `12`, `epoch_12`."""

_DEEPEST = 4


class JsonDocument(Source):
    """Keras' `history.history`, pandas' `to_json`, lists of records, and what scripts dump at their end.

    Lists of one length belong together; a list among them that counts is their axis. Numbers and texts beside the
    curves are settings.
    """

    name = "json"
    patterns: ClassVar[tuple[str, ...]] = ("*.json", "*.jsonl", "*.ndjson", _OF_CHAINER)
    precedence = 10
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Keras' history",
            "history.json",
            '{"loss": [0.5, 0.25], "val_loss": [0.75, NaN]}',
            {"loss": [(0, 0.5), (1, 0.25)], "val_loss": [(0, 0.75), (1, nan)]},
        ),
        Sample(
            "Keras' history through pandas",
            "history.json",
            '{"loss": {"0": 0.5, "1": 0.25}, "val_loss": {"0": 0.75, "1": 0.5}}',
            {"loss": [(0, 0.5), (1, 0.25)], "val_loss": [(0, 0.75), (1, 0.5)]},
        ),
        Sample(
            "records, with settings beside them",
            "log.json",
            '{"lr": 0.1, "epochs_run": [{"epoch": 1, "train_loss": 0.5}, {"epoch": 2, "train_loss": 0.25}]}',
            {"train_loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "records by epoch",
            "log.json",
            '{"1": {"loss": 0.5, "acc": 0.25}, "2": {"loss": 0.25, "acc": 0.5}}',
            {"loss": [(1, 0.5), (2, 0.25)], "acc": [(1, 0.25), (2, 0.5)]},
        ),
        Sample(
            "records that keys count by name",
            "metrics.json",
            '{"epoch_1": {"train_loss": 0.5}, "epoch_2": {"train_loss": 0.25}}',
            {"train_loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "splits alone, in a file that says what was measured",
            "losses.json",
            '{"train": [0.5, 0.25], "val": [0.75, 0.5]}',
            {"train": [(0, 0.5), (1, 0.25)], "val": [(0, 0.75), (1, 0.5)]},
        ),
        Sample(
            "a list of numbers alone, in a file that says what was measured",
            "losses.json",
            "[2.5, 1.5, 0.5]",
            {"losses": [(0, 2.5), (1, 1.5), (2, 0.5)]},
        ),
        Sample("a list of scores, of whatever", "scores.json", "[0.5, 0.25, 0.75]", None),
        Sample("losses in games", "losses.json", "[3, 12, 7]", None),
        Sample("losses of something else", "heat_losses.json", "[2.5, 1.5, 0.5]", None),
        Sample("what a network lost", "packet_loss.json", "[0.5, 0.25, 0.125]", None),
        Sample(
            "Chainer's LogReport: names before the iteration of their record, over several lines",
            "log",
            '[\n    {\n        "main/loss": 0.5,\n        "epoch": 1,\n        "iteration": 10\n    },\n'
            '    {\n        "main/loss": 0.25,\n        "epoch": 2,\n        "iteration": 20\n    }\n]',
            {"main/loss": [(10, 0.5), (20, 0.25)], "epoch": [(10, 1), (20, 2)]},
        ),
        Sample(
            "records over several lines each, appended one after another",
            "metrics.jsonl",
            '{\n  "step": 10,\n  "loss": 0.5\n}\n{\n  "step": 20,\n  "loss": 0.25\n}\n',
            {"loss": [(10, 0.5), (20, 0.25)]},
        ),
        Sample(
            "lists of records appended one after another",
            "metrics.json",
            '[{"step": 10, "loss": 0.5}, {"step": 20, "loss": 0.25}]\n[{"step": 30, "loss": 0.125}]',
            {"loss": [(10, 0.5), (20, 0.25), (30, 0.125)]},
        ),
        Sample(
            "pandas' to_json(orient='split')",
            "metrics.json",
            '{"columns": ["step", "loss", "lr"], "index": [0, 1], "data": [[10, 0.5, 0.1], [20, 0.25, null]]}',
            {"loss": [(10, 0.5), (20, 0.25)], "lr": [(10, 0.1)]},
        ),
        Sample(
            "a step and a value in each entry",
            "metrics.json",
            '{"train_loss": [[10, 0.5], [20, 0.25]], "val_loss": [[20, 0.75]]}',
            {"train_loss": [(10, 0.5), (20, 0.25)], "val_loss": [(20, 0.75)]},
        ),
        Sample(
            "the same, which breaks off behind a step",
            "metrics.json",
            '{"train_loss": [[10, 0.5], [20, 0.25], [30, ',
            {"train_loss": [(10, 0.5), (20, 0.25)]},
        ),
        Sample(
            "what a model wrote, one record a line",
            "completions.jsonl",
            '{"step": 1, "prompt": "2+2", "reward": 1.0}\n{"step": 1, "prompt": "2+3", "reward": 0.0}\n',
            None,
        ),
        Sample(
            "rounds of a game",
            "log",
            '[{"epoch": 1, "player": 1, "loss": 3, "win": 5}, {"epoch": 2, "player": 2, "loss": 4, "win": 6}]',
            None,
        ),
        Sample("members of splits", "score_splits.json", '{"train": [1, 2, 5], "val": [3, 4, 6]}', None),
        Sample("sizes of splits", "sizes.json", '{"train": [100, 200], "val": [10, 20]}', None),
        Sample(
            "lists that are logged more or less often, each with its steps",
            "curves.json",
            '{"train": {"loss": [2.5, 1.5, 0.5], "steps": [10, 20, 30]}, "val_loss": [2.25], "val_iters": [30]}',
            {"train/loss": [(10, 2.5), (20, 1.5), (30, 0.5)], "val_loss": [(30, 2.25)]},
        ),
        Sample(
            "settings and examples of a training",
            "demo.json",
            '{"epochs": 6, "learning_rate": 0.03, "examples": [{"text": "a", "label": 1}, {"text": "b", "label": 0}]}',
            None,
        ),
        Sample("a search for hyper-parameters", "grid.json", '{"lr": [0.1, 0.01], "batch_size": [32, 64]}', None),
        Sample("final results", "all_results.json", '{"eval_loss": 0.5, "eval_accuracy": 0.75}', None),
        Sample("detections", "coco.json", '[{"image_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]', None),
    )

    def beginning_of(self, head: Head) -> Any:
        """Return as much of a document as its first bytes hold, or None."""
        return beginning(head.start)

    def document_of(self, path: Path) -> Document:
        """Return the whole document; raises UnreadableLogError."""
        return load(path)

    def recognizes(self, head: Head) -> bool:
        """Tell it by a curve with the name of a loss or a metric."""
        if head.path.name == _OF_CHAINER and not _counts_iterations(self.beginning_of(head)):
            return False
        if head.path.name.lower() in _SETTINGS_FILES:
            return False
        return any(_is_log(one) for one in _curves(head.path, self.beginning_of(head)))

    def read(self, path: Path) -> Iterator[Log]:
        """Read every list and every record."""
        document = self.document_of(path)
        curves = [one for one in _curves(path, document.content) if _belongs(one)]
        if not curves:
            raise UnreadableLogError(f"{path}: no curve can be read")
        logs = [(one.prefix, log) for one in curves for log in read_logs(one.table)]
        series = tuple(replace(one, name=readable(prefix) + one.name) for prefix, log in logs for one in log.series)
        notices = (*document.notices, *(notice for _, log in logs for notice in log.notices))
        yield Log(series=series, hyperparameters=_settings(document.content), notices=notices)


@dataclass(frozen=True)
class _Curves:
    """One table within a document."""

    prefix: str
    """What the keys above it add to the names of its columns."""
    table: Table
    of_records: bool


def _counts_iterations(value: Any) -> bool:
    """Tell records that count epochs and iterations, as all of Chainer's do: anything may be called a log."""
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and first.keys() >= _OF_EACH_RECORD


def _is_log(curves: _Curves) -> bool:
    """Tell whether curves are reason enough to take a document for a log."""
    if curves.of_records:
        return is_training(curves.table)
    names = [curves.prefix + one.name for one in curves.table.columns]
    told = any(map(tells_performance, names)) or _measures_splits(curves, names)
    return curves.table.rows > 1 and told


def _measures_splits(curves: _Curves, names: list[str]) -> bool:
    """Tell whether splits alone are curves of what the file is called after; whole numbers are sizes or members."""
    measured = any((piece != np.floor(piece)).any() for one in curves.table.columns for piece in one.pieces())
    return measured and names_splits(names) and tells_performance(curves.table.path.stem)


def _belongs(curves: _Curves) -> bool:
    """Tell whether curves of a document that is a log are part of the log."""
    if curves.of_records:
        return is_training(curves.table)
    names = [curves.prefix + one.name for one in curves.table.columns]
    return any(map(is_of_training, names)) or names_splits(names)


def _curves(path: Path, value: Any, prefix: str = "", depth: int = 0) -> Iterator[_Curves]:
    """Yield all that may be curves in a document."""
    if _are_records(value):
        yield _Curves(prefix, table_of(path, value), of_records=True)
    if isinstance(value, list) and not depth and (losses := _bare_losses(path.stem, value)):
        yield _Curves(prefix, Table(path, len(value), (losses,)), of_records=False)
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    counted = [_COUNTED_KEY.fullmatch(str(key)) for key in value]
    if value and all(key and isinstance(entry, dict) for key, entry in zip(counted, value.values(), strict=True)):
        keys = [(key[1].lower() if key[1] else "index", int(key[2])) for key in counted if key]
        records = [{name: at, **entry} for (name, at), entry in zip(keys, value.values(), strict=True)]
        yield _Curves(prefix, table_of(path, records), of_records=True)
        return
    if rows := _rows_under_names(value):
        yield _Curves(prefix, table_of(path, rows), of_records=True)
        return
    for table in (*_of_lists(path, value), *_of_indexed(path, value), *_of_pairs(path, value)):
        yield _Curves(prefix, table, of_records=False)
    record_lists = sum(map(_are_records, value.values()))
    for key, entry in value.items():
        says_nothing = key in _WRAPPERS or (_are_records(entry) and record_lists == 1 and key not in SPLIT_WORDS)
        yield from _curves(path, entry, prefix if says_nothing else f"{prefix}{key}/", depth + 1)


def _bare_losses(stem: str, values: list[Any]) -> Column | None:
    """Return a list of numbers that nothing names but the file, which is called after a loss; counts are no losses."""
    column = _column(stem, values) if tells_loss(stem) and is_of_one_curve(stem) else None
    return column if column and any((piece != np.floor(piece)).any() for piece in column.pieces()) else None


def _of_lists(path: Path, value: dict[str, Any]) -> Iterator[Table]:
    """Yield a table for each length that lists of numbers have."""
    by_length: dict[int, list[Column]] = {}
    for name, numbers in value.items():
        if isinstance(numbers, list) and (column := _column(name, numbers)):
            by_length.setdefault(len(numbers), []).append(column)
    for length, columns in by_length.items():
        yield Table(path, length, _with_plain_counter(columns))


def _of_indexed(path: Path, value: dict[str, Any]) -> Iterator[Table]:
    """Yield the table of entries such as `{"0": 0.5, "1": 0.25}`, as pandas writes a column."""
    curves = {
        name: [(int(index), number) for index, number in entry.items()]
        for name, entry in value.items()
        if isinstance(entry, dict) and entry and all(map(_is_index, entry)) and _column(name, list(entry.values()))
    }
    if curves:
        yield indexed(path, "index", curves)


def _of_pairs(path: Path, value: dict[str, Any]) -> Iterator[Table]:
    """Yield the table of lists of a step and a number each, such as `[[10, 0.5], [20, 0.25]]`."""
    curves = {
        name: [(step, number) for step, number in pairs]
        for name, values in value.items()
        if isinstance(values, list)
        and _are_pairs(pairs := _whole(values))
        and _column(name, [number for _, number in pairs])
    }
    if curves:
        yield indexed(path, "step", curves)


def _whole(values: list[Any]) -> list[Any]:
    """Leave out a last pair that breaks off behind its step, as where only a part of the file was read or written."""
    is_cut = len(values) > 1 and isinstance(values[-1], list) and len(values[-1]) < 2
    return values[:-1] if is_cut else values


def _are_pairs(values: list[Any]) -> bool:
    """Tell pairs whose first numbers are steps: they rise."""
    if not all(isinstance(one, list) and len(one) == 2 and type(one[0]) is int for one in values):
        return False
    return all(before[0] < behind[0] for before, behind in pairwise(values))


def _rows_under_names(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that pandas' `to_json(orient="split")` writes, as records; none where they are not."""
    names, rows = value.get("columns"), value.get("data")
    if not isinstance(names, list) or not isinstance(rows, list) or not all(isinstance(one, str) for one in names):
        return []
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return []
    return [dict(zip(names, row, strict=True)) for row in rows]


def _column(name: str, values: list[Any]) -> Column | None:
    """Return the column of a list of numbers, or None when it holds anything else."""
    if not set(map(type, values)) <= {int, float, str, NoneType}:
        return None
    cells = parse_values(values)
    return Column.of(name, cells.rows, cells.values) if len(cells.values) and not len(cells.texts) else None


def _with_plain_counter(columns: list[Column]) -> tuple[Column, ...]:
    """Call `val_iters` plainly `iters` where it is the one counter of its lists."""
    named = [column for column in columns if words(column.name)[-1:] and words(column.name)[-1] in _COUNTERS]
    if len(named) != 1 or any(counts(column.name) for column in columns):
        return tuple(columns)
    return tuple(replace(one, name=words(one.name)[-1]) if one is named[0] else one for one in columns)


def _are_records(value: Any) -> bool:
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        return False
    return 2 * sum(map(is_data, value)) < len(value)


def _is_index(key: str) -> bool:
    return key.isdecimal() and len(key) < 16


def _settings(document: Any) -> dict[str, Setting]:
    """Return the plain values beside the curves, and those of an object that is called settings."""
    if not isinstance(document, dict):
        return {}
    plain = {name: value for name, value in document.items() if not isinstance(value, dict | list)}
    below = (value for name, value in document.items() if name in _SETTINGS and isinstance(value, dict))
    return {name: value for part in (*below, plain) for name, value in settings_of(part).items()}
