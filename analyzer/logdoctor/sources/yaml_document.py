"""Histories in YAML: `yaml.dump` of lists of numbers, of records, or of one record after another."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.naming import split_of
from logdoctor.run.notice import DAMAGE, INTERRUPTED_WRITE
from logdoctor.sources.settings_file import SettingsFile
from logdoctor.sources.source import HEAD_BYTES, Head, Sample
from logdoctor.sources.tables.counters import counts
from logdoctor.sources.tables.json.document_curves import Curves, curves_in
from logdoctor.sources.tables.json.document_source import DocumentSource
from logdoctor.sources.tables.json.json_file import Document
from logdoctor.sources.tables.likeness import tells_performance
from logdoctor.sources.tables.text import encoding_of
from logdoctor.sources.tables.yaml_text import load_documents

MOST_BYTES = 4 * 1024 * 1024
"""A longer file is no history; a parser of YAML takes a minute for so much."""

_LEAST = 4
"""Numbers with decimals that a file has if it may hold a curve: configurations have few."""

_DECIMALS = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+|(?:\.\d+)?e[-+]?\d+)(?![\w.])|\.nan\b|\.inf\b", re.I)
_ALIAS = re.compile(r"(?:^|[\s\[{,])\*\w")
"""What stands for a value elsewhere in the file: a few lines can name themselves into billions."""

_OF_CHOICES = frozenset({"parameters", "params", "space", "search_space", "config", "model"})
"""What stands above lists that are settings: the values that a search tries, the weights of a loss."""

_ENOUGH = 10
"""Numbers of a list that is a curve though nothing counts them and there is no other on held-out data."""

_MOST_CUT = 3
"""Lines at the end of a file that may be left out where it breaks off."""


class YamlDocument(DocumentSource):
    """A document, read as one of JSON; several in a stream are records."""

    name = "yaml"
    patterns: ClassVar[tuple[str, ...]] = ("*.yaml", "*.yml")
    precedence = 0
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "a list for each name",
            "history.yaml",
            "train_loss:\n- 0.5\n- 2.5e-1\nval_loss: [0.75, .nan]\nlr: 0.1\n",
            {"train_loss": [(0, 0.5), (1, 0.25)], "val_loss": [(0, 0.75), (1, float("nan"))]},
        ),
        Sample(
            "records",
            "log.yml",
            "- epoch: 1\n  loss: 0.5\n  val_loss: 0.75\n- epoch: 2\n  loss: 0.25\n  val_loss: 0.5\n",
            {"loss": [(1, 0.5), (2, 0.25)], "val_loss": [(1, 0.75), (2, 0.5)]},
        ),
        Sample(
            "a document for each epoch",
            "log.yaml",
            "".join(f"---\nepoch: {i}\nloss: {2.0**-i}\n" for i in (1, 2, 3, 4)),
            {"loss": [(1, 0.5), (2, 0.25), (3, 0.125), (4, 0.0625)]},
        ),
        Sample(
            "records by epoch",
            "log.yaml",
            "".join(f"{i}:\n  train: {{loss: {2.0**-i}}}\n  val: {{loss: {1.5**-i}}}\n" for i in (1, 2, 3)),
            {
                "train/loss": [(1, 0.5), (2, 0.25), (3, 0.125)],
                "val/loss": [(1, 1 / 1.5), (2, 1.5**-2), (3, 1.5**-3)],
            },
        ),
        Sample("settings", "train.yaml", "lr: 0.1\ndecay: 0.5\nloss_weights: [0.5, 0.25]\nbetas: [0.9, 0.99]\n", None),
        Sample(
            "a search of settings",
            "sweep.yaml",
            "parameters:\n  lr: {values: [0.1, 0.01, 0.001]}\n  kl_loss: {values: [0.1, 0.5, 1.0]}\n",
            None,
        ),
        Sample("weights", "loss.yaml", "loss: {cls: [1.0, 2.0, 0.5], box: [0.5, 1.5, 2.5]}\n", None),
        Sample(
            "a schedule",
            "schedule.yaml",
            "- epoch: 0\n  lr: 0.1\n  dropout: 0.5\n- epoch: 30\n  lr: 0.01\n  dropout: 0.25\n",
            None,
        ),
        Sample("a document that names itself", "a.yaml", "a: &a [0.5, 0.25, 0.1, 0.2]\nloss: *a\n", None),
    )

    def beginning_of(self, head: Head) -> Any:
        """Return what the first bytes hold, or None where they are no YAML with numbers."""
        settings = head.path.name.lower() in SettingsFile.patterns
        if settings or head.size > MOST_BYTES or len(_DECIMALS.findall(head.start)) < _LEAST:
            return None
        try:
            content = _as_far_as_possible(_text(head.start))[0]
        except ValueError:
            return None
        return None if _is_setup(head.path, content) else content

    def document_of(self, path: Path) -> Document:
        """Return the whole document; raises UnreadableLogError."""
        data = path.read_bytes()[:MOST_BYTES]
        try:
            content, rest = _as_far_as_possible(_text(data))
        except ValueError as error:
            raise UnreadableLogError(f"{path}: no YAML that can be read") from error
        start = len(data) - encoding_of(data[:HEAD_BYTES]).size(rest)
        message = f"The document breaks off or is damaged at byte {start}; what stands before it was read."
        notice = Notice(DAMAGE, str(path), message, start, len(data), cause=INTERRUPTED_WRITE)
        return Document(content, (notice,) if rest else ())


def _is_setup(path: Path, content: Any) -> bool:
    """Tell settings, which people write in YAML, by what would else be curves: none of them tells how a training goes.

    A list of what changes when counts epochs or steps as well: a schedule, the stages of a curriculum.
    """
    found = list(curves_in(path, content))
    lists = [one for one in found if not one.of_records]
    splits = {split_of(one.prefix + column.name) for one in lists for column in one.table.columns}
    of_both = len({split.is_held_out for split in splits}) > 1
    return bool(found) and not any(_measures(one, of_both=of_both) for one in found)


def _measures(curves: Curves, *, of_both: bool) -> bool:
    """Tell curves of a training: records of performance, and lists of both splits, with a counter, or long ones."""
    if not _OF_CHOICES.isdisjoint(curves.prefix.lower().split("/")):
        return False
    names = [curves.prefix + one.name for one in curves.table.columns]
    if curves.of_records:
        return any(map(tells_performance, names))
    return of_both or any(counts(one.name) for one in curves.table.columns) or curves.table.rows >= _ENOUGH


def _text(data: bytes) -> str:
    encoding = encoding_of(data[:HEAD_BYTES])
    return encoding.decode(data[encoding.mark :])


def _as_far_as_possible(text: str) -> tuple[Any, str]:
    """Return a document without the last lines of a text that breaks off, and these; raises ValueError."""
    lines = text.splitlines(keepends=True)
    for cut in range(_MOST_CUT):
        with suppress(ValueError):
            return _content("".join(lines[: len(lines) - cut])), "".join(lines[len(lines) - cut :])
    return _content("".join(lines[:-_MOST_CUT])), "".join(lines[-_MOST_CUT:])


def _content(text: str) -> Any:
    """Return a document, or the list of all documents of a stream; raises ValueError where it is no YAML."""
    if _ALIAS.search(text):
        raise ValueError("it names parts of itself")
    documents = [_with_texts_for_keys(one) for one in load_documents(text)]
    return documents[0] if len(documents) == 1 else documents


def _with_texts_for_keys(value: Any) -> Any:
    """Return a document with its keys spelled as in JSON: those of epochs are numbers."""
    if isinstance(value, dict):
        return {str(key): _with_texts_for_keys(entry) for key, entry in value.items()}
    return [_with_texts_for_keys(one) for one in value] if isinstance(value, list) else value
