"""JSON lines: one record a line, as most trainers of language and vision models write beside their console."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path

import numpy as np

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Setting
from logdoctor.run.notice import DAMAGE, INTERPRETATION, INTERRUPTED_WRITE, STORAGE_FAULT, TWO_WRITERS
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.counters import LARGEST_STEP, counts, normal
from logdoctor.sources.tables.json_text import LONGEST_INTEGER, decode, foreign_name, is_affordable, long_integers
from logdoctor.sources.tables.likeness import is_training
from logdoctor.sources.tables.lost_lines import Damage, Span
from logdoctor.sources.tables.records import (
    Record,
    add_records,
    is_data,
    is_run_summary,
    is_settings,
    settings_of,
    summary_of,
    unwrapped,
)
from logdoctor.sources.tables.table import Table, TableBuilder
from logdoctor.sources.tables.table_logs import read_logs
from logdoctor.sources.tables.text import Block, head_block, read_blocks

_OF_LINES = frozenset({".jsonl", ".ndjson"})
"""Endings that promise lines; in any other file one line alone may be a document."""

_PLANS = frozenset({"total_steps", "max_steps", "num_training_steps"})
_PROGRESS = "global_step/max_steps"

_FINISHED = {
    **dict.fromkeys(("completed", "complete", "finished", "success", "succeeded", "done"), True),
    **dict.fromkeys(("failed", "crashed", "killed", "interrupted", "aborted", "error"), False),
}
"""What a footer may say under `status`."""

_ABOUT_THE_FILE = frozenset({
    "type", "status", "schema_version", "timestamp", "ts", "time", "date", "level", "logger", "event", "msg", "message",
})  # fmt: skip
"""Fields of headers, footers and messages that are no settings."""

_MOST_TRIALS = 100
"""How often a record is looked for on one damaged line."""

_MOST_FORMS = 10_000
"""Forms of records that are remembered."""

_MOST_SETTINGS = 20_000
"""Settings of one file that are read."""

_DECODER = json.JSONDecoder()

_MOST_OPENINGS = 32
"""How many ways of beginning a record are remembered, to find the records on a damaged line."""


class JsonLines(Source):
    """Records of LLaMA-Factory, ms-swift, MMEngine, mmcv, detectron2, DeiT, spaCy, MaxText and many a script.

    Nested names are joined with `/`. A damaged line costs that line alone.
    """

    name = "json-lines"
    patterns = ("*.jsonl", "*.ndjson", "*.json", "*.txt", "*.log")
    precedence = 30
    samples = (
        Sample(
            "by hand: a header, nested metrics, NaN",
            "metrics.jsonl",
            '{"type": "header", "run_id": "a"}\n{"step": 1, "metrics": {"loss": 0.5}}\n'
            '{"step": 2, "metrics": {"loss": NaN}}\n',
            {"metrics/loss": [(1, 0.5), (2, nan)]},
        ),
        Sample(
            "by hand: the counters are nested as well",
            "events.jsonl",
            '{"event": "step", "progress": {"epoch": 0, "step": 10}, "train": {"loss": 2.5}, "optim": {"lr": 0.5}}\n'
            '{"event": "eval", "progress": {"epoch": 0, "step": 10}, "eval": {"loss": 2.25}}\n'
            '{"event": "step", "progress": {"epoch": 0, "step": 20}, "train": {"loss": 1.5}, "optim": {"lr": 0.5}}\n'
            '{"event": "eval", "progress": {"epoch": 0, "step": 20}, "eval": {"loss": 1.25}}\n',
            {
                "train/loss": [(10, 2.5), (20, 1.5)],
                "optim/lr": [(10, 0.5), (20, 0.5)],
                "eval/loss": [(10, 2.25), (20, 1.25)],
                "epoch": [(10, 0), (10, 0), (20, 0), (20, 0)],
            },
        ),
        Sample(
            "by hand: a part of an epoch is nested beside the step",
            "log.jsonl",
            '{"progress": {"epoch": 0.5, "step": 10}, "loss": 2.5}\n'
            '{"progress": {"epoch": 1.0, "step": 20}, "loss": 1.5}\n',
            {"epoch": [(10, 0.5), (20, 1)], "loss": [(10, 2.5), (20, 1.5)]},
        ),
        Sample(
            "by hand: how long a step took is nested, which is no counter",
            "log.jsonl",
            '{"epoch": 1, "loss": 2.5, "seconds": {"step": 2}}\n{"epoch": 2, "loss": 1.5, "seconds": {"step": 3}}\n',
            {"loss": [(1, 2.5), (2, 1.5)], "seconds/step": [(1, 2), (2, 3)]},
        ),
        Sample(
            "LLaMA-Factory: the last line repeats the step without a loss",
            "trainer_log.jsonl",
            '{"current_steps": 5, "total_steps": 10, "loss": 2.5, "lr": 0.5, "elapsed_time": "0:00:32"}\n'
            '{"current_steps": 10, "total_steps": 10, "loss": 2.25, "lr": 0.25, "percentage": 100.0}\n'
            '{"current_steps": 10, "total_steps": 10, "percentage": 100.0}\n',
            {
                "loss": [(5, 2.5), (10, 2.25)],
                "lr": [(5, 0.5), (10, 0.25)],
                "percentage": [(10, 100.0), (10, 100.0)],
                "elapsed_time": [(5, 32.0)],
            },
        ),
        Sample(
            "ms-swift: step and plan in one text; the run's averages at the end are no points",
            "logging.jsonl",
            '{"loss": 1.5, "global_step/max_steps": "5/10"}\n{"loss": 1.25, "global_step/max_steps": "10/10"}\n'
            '{"train_loss": 1.375, "train_runtime": 12.5, "global_step/max_steps": "10/10"}\n',
            {"loss": [(5, 1.5), (10, 1.25)]},
        ),
        Sample(
            "MMEngine: `step` is the epoch in validation rows",
            "scalars.json",
            '{"lr": 0.5, "loss": 1.5, "epoch": 1, "iter": 50, "step": 50}\n'
            '{"lr": 0.5, "loss": 1.25, "epoch": 1, "iter": 100, "step": 100}\n'
            '{"coco/bbox_mAP": 0.25, "step": 1}\n'
            '{"lr": 0.5, "loss": 1.0, "epoch": 2, "iter": 150, "step": 150}\n',
            {
                "lr": [(50, 0.5), (100, 0.5), (150, 0.5)],
                "loss": [(50, 1.5), (100, 1.25), (150, 1.0)],
                "epoch": [(50, 1), (100, 1), (150, 2)],
                "iter": [(50, 50), (100, 100), (150, 150)],
                "coco/bbox_mAP": [(100, 0.25)],
            },
        ),
        Sample(
            "MMEngine: a loss of validation has the name of that of training",
            "scalars.json",
            '{"lr": 0.5, "loss": 1.5, "epoch": 1, "iter": 50, "step": 50}\n'
            '{"lr": 0.5, "loss": 1.25, "epoch": 1, "iter": 100, "step": 100}\n'
            '{"accuracy": 0.25, "loss": 1.75, "step": 1}\n'
            '{"lr": 0.5, "loss": 1.0, "epoch": 2, "iter": 150, "step": 150}\n',
            {
                "lr": [(50, 0.5), (100, 0.5), (150, 0.5)],
                "loss": [(50, 1.5), (100, 1.25), (150, 1.0)],
                "val/loss": [(100, 1.75)],
                "epoch": [(50, 1), (100, 1), (150, 2)],
                "iter": [(50, 50), (100, 100), (150, 150)],
                "accuracy": [(100, 0.25)],
            },
        ),
        Sample(
            "mmcv 1: `iter` begins anew in each epoch",
            "20210101_000000.log.json",
            '{"env_info": "Python 3.8", "seed": 0}\n'
            '{"mode": "train", "epoch": 1, "iter": 50, "loss": 1.5}\n'
            '{"mode": "train", "epoch": 1, "iter": 100, "loss": 1.25}\n'
            '{"mode": "val", "epoch": 1, "iter": 20, "bbox_mAP": 0.25}\n'
            '{"mode": "train", "epoch": 2, "iter": 50, "loss": 1.0}\n',
            {
                "epoch": [(50, 1), (100, 1), (100, 1), (150, 2)],
                "train/loss": [(50, 1.5), (100, 1.25), (150, 1.0)],
                "val/bbox_mAP": [(100, 0.25)],
            },
        ),
        Sample(
            "events: some words name a part of the data, others do not",
            "events.jsonl",
            '{"event": "start", "step": 0}\n'
            '{"event": "train", "step": 10, "metrics": {"loss": 1.5}}\n'
            '{"event": "validation", "step": 10, "metrics": {"loss": 1.25}}\n'
            '{"event": "train", "step": 20, "metrics": {"loss": 1.0}}\n'
            '{"event": "checkpoint", "step": 20, "size": 512}\n',
            {
                "train/metrics/loss": [(10, 1.5), (20, 1.0)],
                "validation/metrics/loss": [(10, 1.25)],
                "checkpoint/size": [(20, 512.0)],
            },
        ),
        Sample(
            "detectron2",
            "metrics.json",
            '{"data_time": 0.5, "iteration": 19, "total_loss": 5.5}\n{"iteration": 39, "total_loss": 5.25}\n'
            '{"bbox/AP": 1.5, "iteration": 39}\n',
            {"data_time": [(19, 0.5)], "total_loss": [(19, 5.5), (39, 5.25)], "bbox/AP": [(39, 1.5)]},
        ),
        Sample(
            "DeiT: one record for each epoch",
            "log.txt",
            '{"train_loss": 6.5, "test_acc1": 2.5, "epoch": 0}\n{"train_loss": 6.25, "test_acc1": 3.5, "epoch": 1}\n',
            {"train_loss": [(0, 6.5), (1, 6.25)], "test_acc1": [(0, 2.5), (1, 3.5)]},
        ),
        Sample(
            "numbers in quotes, as fairseq writes them",
            "log.jsonl",
            '{"num_updates": "100", "loss": "13.25", "gnorm": "nan"}\n{"num_updates": "200", "loss": "12.5"}\n',
            {"loss": [(100, 13.25), (200, 12.5)], "gnorm": [(100, nan)]},
        ),
        Sample("chats", "train.jsonl", '{"messages": [{"role": "user"}], "step": 1, "loss": 1.0}\n', None),
        Sample(
            "what a model wrote",
            "completions.jsonl",
            '{"step": 1, "prompt": "2+2", "completion": "4", "reward": 1.0}\n'
            '{"step": 1, "prompt": "2+3", "completion": "6", "reward": 0.0}\n',
            None,
        ),
        Sample("requests of a server", "access.jsonl", '{"ts": 1750000000.5, "status": 200, "bytes": 512}\n', None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell lines of records that a training logged."""
        block = head_block(head)
        if not any(line.strip().startswith("{") and line.strip().endswith("}") for line in block.lines[:_MOST_TRIALS]):
            return False
        reader = _Reader(head.path)
        reader.take(block)
        lines = len(reader.damage) + reader.records
        enough = reader.records >= (1 if head.path.suffix.lower() in _OF_LINES else 2)
        return enough and 2 * reader.records > lines and 2 * reader.data < lines and is_training(reader.table.build())

    def read(self, path: Path) -> Iterator[Log]:
        """Read every record against the finest counter."""
        reader = _Reader(path)
        for block in read_blocks(path):
            reader.take(block)
        if not reader.records:
            raise UnreadableLogError(f"{path}: no line of it is a JSON object")
        yield from reader.logs()


@dataclass(frozen=True)
class _Kind:
    is_settings: bool
    is_data: bool


class _Reader:
    """Reads block after block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.table = TableBuilder(path)
        self.settings: dict[str, Setting] = {}
        self.unread = 0
        """How many settings were let go because there are too many."""
        self.damage = Damage(path)
        self.records = 0
        """How many JSON objects were read."""
        self.data = 0
        """How many of them are samples of a data set."""
        self._kinds: dict[tuple[str, ...], _Kind] = {}
        """What records of the same names are."""
        self.repeated = 0
        """How many records have a name twice."""
        self.lines_repeated = 0, 0
        """The first and the last line of them."""
        self._plain: set[tuple[tuple[str, ...], int]] = set()
        """Names and numbers of colons of records that have no name twice."""
        self._openings: dict[str, None] = {}
        """How records begin in this file, up to the first colon."""

    def take(self, block: Block) -> None:
        """Sort the records of a block into rows and settings."""
        if not self._openings:
            self._remember_first_opening(block)
        rows: list[Record] = []
        places: list[int] = []
        for i, line in enumerate(block.lines):
            for record in self._records(block, i, line):
                kind = self._kind_of(record)
                self.records += 1
                self.data += kind.is_data
                if is_run_summary(record):
                    self._set(summary_of(record))
                elif kind.is_settings:
                    self._set(settings_of(record))
                else:
                    rows.append(_with_step(record) if _PROGRESS in record else unwrapped(record))
                    places.append(i)
        add_records(self.table, rows, np.array(places, np.int64) + block.first)

    def logs(self) -> Iterator[Log]:
        """Yield what was read."""
        table, plans = _without_plans(self.table.build())
        settings = {name: value for name, value in self.settings.items() if name not in _ABOUT_THE_FILE} | plans
        told = (value for name, value in settings.items() if name in _PLANS and isinstance(value, int | float))
        planned = [int(value) for value in told if 0 < value < LARGEST_STEP]
        finished = _FINISHED.get(str(self.settings.get("status")).lower())
        done = (column for column in table.columns if column.name == "percentage")
        if any((piece >= 100).any() for column in done for piece in column.pieces()):
            finished = True
        for log in read_logs(table, (*self.damage.notices(), *self._repetitions(), *self._unread())):
            said = {**log.hyperparameters, **settings}
            yield replace(log, hyperparameters=said, planned_steps=max(planned, default=None), finished=finished)

    def _set(self, settings: Mapping[str, Setting]) -> None:
        """Put settings with the others; a file that has new names on every line is no dump of settings."""
        self.settings |= settings
        while len(self.settings) > _MOST_SETTINGS:
            self.settings.popitem()
            self.unread += 1

    def _unread(self) -> Iterator[Notice]:
        if self.unread:
            message = f"{self.unread} settings were not read: the file has more than {_MOST_SETTINGS:,}."
            yield Notice(DAMAGE, str(self.path), message)

    def _repetitions(self) -> Iterator[Notice]:
        if self.repeated:
            lines = self.lines_repeated
            message = f"{self.repeated} records, the first on line {lines[0]}, have a name twice; the last counts."
            yield Notice(INTERPRETATION, str(self.path), message, line_start=lines[0], line_end=lines[1])

    def _records(self, block: Block, i: int, line: str) -> Iterator[Record]:
        if not is_affordable(line):
            self._reject(block, i, "holds too many values for a record")
            return
        try:
            record = decode(line)
        except ValueError:
            yield from self._salvaged(block, i, line)
            return
        if not isinstance(record, dict):
            self._reject(block, i, "is no JSON object")
        elif foreign_name(line):
            self._reject(block, i, "holds names that are not UTF-8")
        else:
            self._remember_opening(line)
            if any(long_integers(line)):
                self._reject(block, i, f"holds an integer of more than {LONGEST_INTEGER} digits, which was not used")
                if any(value is None and counts(name) for name, value in record.items()):
                    return
            if self._repeats_a_name(line, record):
                self.repeated += 1
                self.lines_repeated = self.lines_repeated[0] or block.first + i, block.first + i
            yield record

    def _salvaged(self, block: Block, i: int, line: str) -> Iterator[Record]:
        """Yield the whole records on a line that is not one record: glued to others, torn, or behind NULs."""
        if not line.strip() and not block.overlong:
            return
        found = list(_whole_records(line.lstrip("\0"), tuple(self._openings)))
        self._reject(block, i, *_trouble(block, i, line, len(found)))
        yield from found

    def _remember_opening(self, line: str) -> None:
        if len(self._openings) < _MOST_OPENINGS:
            self._openings[line[: line.find(":") + 1].lstrip()] = None

    def _remember_first_opening(self, block: Block) -> None:
        """Look ahead for a whole record, in case the first lines are damaged."""
        for line in block.lines[:_MOST_TRIALS]:
            with suppress(ValueError):
                if isinstance(decode(line), dict):
                    self._remember_opening(line)
                    return

    def _repeats_a_name(self, line: str, record: Record) -> bool:
        """Tell whether a record has a name twice; of records with the same names and colons one is looked at."""
        form = (tuple(record), line.count('":'))
        if form not in self._plain:
            counted = 0

            def count(pairs: list[tuple[str, object]]) -> dict[str, object]:
                nonlocal counted
                counted += len(pairs) - len(dict(pairs))
                return dict(pairs)

            json.loads(line, object_pairs_hook=count, parse_int=lambda _: 0)
            if counted:
                return True
            if len(self._plain) < _MOST_FORMS:
                self._plain.add(form)
        return False

    def _kind_of(self, record: Record) -> _Kind:
        names = tuple(record)
        if names not in self._kinds:
            if len(self._kinds) >= _MOST_FORMS:
                self._kinds.clear()
            self._kinds[names] = _Kind(is_settings(record), is_data(record))
        return self._kinds[names]

    def _reject(self, block: Block, i: int, reason: str, cause: str = "") -> None:
        self.damage.add(Span.of(block, i, reason, cause))


def _whole_records(line: str, openings: tuple[str, ...]) -> Iterator[Record]:
    """Yield every record that stands whole on a damaged line.

    A record is looked for only where one begins as others of the file do: an object inside a torn record is none.
    """
    position = 0
    for _ in range(_MOST_TRIALS):
        if position < 0:
            return
        start = position
        try:
            record, position = _DECODER.raw_decode(line, start)
        except (ValueError, RecursionError):
            position += 1
        else:
            if isinstance(record, dict) and not foreign_name(line[start:position]):
                yield record
        starts = (line.find(opening, position) for opening in openings)
        position = min((start for start in starts if start >= 0), default=-1)


def _trouble(block: Block, i: int, line: str, found: int) -> tuple[str, str]:
    """Say what is wrong with a line, as the end of a sentence about it, and what it comes from where that shows."""
    if block.overlong:
        return "is too long for a record", ""
    if "\0" in line and not found:
        return "holds NUL bytes, as storage leaves them after a crash", STORAGE_FAULT
    if found:
        reason = f"is not one record; {found} whole records on it were used"
        return reason, STORAGE_FAULT if "\0" in line else TWO_WRITERS if found > 1 else ""
    if not block.ended and i == len(block.lines) - 1:
        return "breaks off: it is still being written, or the writer was killed", INTERRUPTED_WRITE
    return "is no JSON", ""


def _with_step(record: Record) -> Record:
    """Take `"global_step/max_steps": "10/300"` of ms-swift apart."""
    step, _, plan = str(record[_PROGRESS]).partition("/")
    return {**record, "global_step": step, "max_steps": plan}


def _without_plans(table: Table) -> tuple[Table, dict[str, Setting]]:
    """Take the columns out that say in every row how many steps were planned."""
    plans = [column for column in table.columns if normal(column.name) in _PLANS]
    kept = table.with_columns(column for column in table.columns if column not in plans)
    largest = {normal(one.name): max(float(piece.max()) for piece in one.pieces()) for one in plans if len(one)}
    finite = {normal(one.name) for one in plans if all(np.isfinite(piece).all() for piece in one.pieces())}
    return kept, {name: int(value) for name, value in largest.items() if name in finite}
