"""JSON lines: one record per line, as most trainers of language and vision models write besides their console."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path

import numpy as np

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Setting
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.counters import LARGEST_STEP, normal
from logdoctor.sources.tables.json.record_lines import MOST_TRIALS, RecordLines
from logdoctor.sources.tables.json.records import (
    Record,
    add_records,
    is_data,
    is_run_summary,
    is_settings,
    settings_of,
    summary_of,
    unwrapped,
)
from logdoctor.sources.tables.likeness import is_training
from logdoctor.sources.tables.table import Table, TableBuilder
from logdoctor.sources.tables.table_logs import read_logs
from logdoctor.sources.tables.text import Block, head_block, read_blocks

_OF_LINES = frozenset({".jsonl", ".ndjson"})
"""Endings that promise lines; in any other file one line alone may be a document."""

_OPENS_INNER = re.compile(r'"[^"]{1,100}"\s*:\s*[\[{]')
"""A line of a document on which a value begins that goes on below: `"iterations":[`."""

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

_MOST_FORMS = 10_000
"""Forms of records that are remembered."""

_MOST_SETTINGS = 20_000
"""Settings of one file that are read."""


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
            "NVIDIA's networks: a summary of all values since the record before, under the name of each",
            "stats.jsonl",
            '{"Loss/loss": {"num": 64, "mean": 1.5, "std": 0.5}, "Progress/tick": {"num": 1, "mean": 0, "std": 0}}\n'
            '{"Loss/loss": {"num": 8, "mean": 1.25, "std": 0.25}, "Progress/tick": {"num": 1, "mean": 1, "std": 0}}\n',
            {
                "Loss/loss": [(0, 1.5), (1, 1.25)],
                "Loss/loss/std": [(0, 0.5), (1, 0.25)],
                "Loss/loss/num": [(0, 64), (1, 8)],
            },
        ),
        Sample(
            "one record for each episode, of runs one behind another: its steps are its length",
            "log.jsonl",
            '{"episode": 1, "steps": 200, "reward": 1.5}\n{"episode": 2, "steps": 90, "reward": 2.5}\n'
            '{"episode": 1, "steps": 200, "reward": 0.5}\n{"episode": 2, "steps": 150, "reward": 3.5}\n',
            {
                "steps": [(1, 200), (2, 90), (1, 200), (2, 150)],
                "reward": [(1, 1.5), (2, 2.5), (1, 0.5), (2, 3.5)],
            },
        ),
        Sample(
            "steps that are counted through the episodes of each of these runs",
            "log.jsonl",
            '{"episode": 1, "steps": 200, "reward": 1.5}\n{"episode": 2, "steps": 290, "reward": 2.5}\n'
            '{"episode": 1, "steps": 150, "reward": 0.5}\n{"episode": 2, "steps": 350, "reward": 3.5}\n',
            {
                "episode": [(200, 1), (290, 2), (150, 1), (350, 2)],
                "reward": [(200, 1.5), (290, 2.5), (150, 0.5), (350, 3.5)],
            },
        ),
        Sample(
            "numbers in quotes, as fairseq writes them",
            "log.jsonl",
            '{"num_updates": "100", "loss": "13.25", "gnorm": "nan"}\n{"num_updates": "200", "loss": "12.5"}\n',
            {"loss": [(100, 13.25), (200, 12.5)], "gnorm": [(100, nan)]},
        ),
        Sample(
            "a JSON text sequence, and files with byte-order marks put one behind another",
            "log.jsonl",
            '\x1e{"step": 1, "loss": 0.5}\n\ufeff{"step": 2, "loss": 0.25}\n',
            {"loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "CatBoost's document, with a record on each line of it",
            "catboost_training.json",
            '{\n"meta":{"launch_mode":"Train","iteration_count":3},\n"iterations":[\n'
            '{"learn":[0.5],"iteration":0,"test":[0.75]},\n{"learn":[0.25],"iteration":1,"test":[0.5]},\n'
            '{"learn":[0.125],"iteration":2,"test":[0.25]}\n]}',
            None,
        ),
        Sample(
            "a list of records within a document, behind its settings",
            "losses.json",
            '{"lr": 0.1,\n"history": [\n{"epoch": 1, "loss": 0.5},\n{"epoch": 2, "loss": 0.25},\n'
            '{"epoch": 3, "loss": 0.125},\n{"epoch": 4, "loss": 0.0625}\n]}',
            None,
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
        lines = [line.strip() for line in block.lines[:MOST_TRIALS]]
        any_record = any(line.startswith("{") and line.rstrip(",").endswith("}") for line in lines)
        if not any_record or _are_of_document(lines):
            return False
        reader = _Reader(head.path)
        reader.take(block)
        count = len(reader.lines.damage) + reader.records
        enough = reader.records >= (1 if head.path.suffix.lower() in _OF_LINES else 2)
        return enough and 2 * reader.records > count and 2 * reader.data < count and is_training(reader.table.build())

    def read(self, path: Path) -> Iterator[Log]:
        """Read every record against the finest counter."""
        reader = _Reader(path)
        for block in read_blocks(path):
            reader.take(block)
        if not reader.records:
            raise UnreadableLogError(f"{path}: no line of it is a JSON object")
        yield from reader.logs()


def _are_of_document(lines: list[str]) -> bool:
    """Tell the lines of one document: a list or an object that goes on over several, or holds one that does."""
    first = next(filter(None, lines), "")
    is_open = first.startswith("[") and not first.endswith("]")
    return is_open or first.endswith(("{", "[")) or any(map(_OPENS_INNER.fullmatch, lines))


@dataclass(frozen=True)
class _Kind:
    is_settings: bool
    is_data: bool


class _Reader:
    """Sorts the records of block after block into rows and settings."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.table = TableBuilder(path)
        self.settings: dict[str, Setting] = {}
        self.unread = 0
        """How many settings were let go because there are too many."""
        self.lines = RecordLines(path)
        self.records = 0
        """How many JSON objects were read."""
        self.data = 0
        """How many of them are samples of a data set."""
        self._kinds: dict[tuple[str, ...], _Kind] = {}
        """What records of the same names are."""

    def take(self, block: Block) -> None:
        """Sort the records of a block."""
        rows: list[Record] = []
        places: list[int] = []
        for i, record in self.lines.records(block):
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
        for log in read_logs(table, (*self.lines.notices(), *self._unread())):
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

    def _kind_of(self, record: Record) -> _Kind:
        names = tuple(record)
        if names not in self._kinds:
            if len(self._kinds) >= _MOST_FORMS:
                self._kinds.clear()
            self._kinds[names] = _Kind(is_settings(record), is_data(record))
        return self._kinds[names]


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
