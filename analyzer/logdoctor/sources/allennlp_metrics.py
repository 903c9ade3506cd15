"""`metrics_epoch_0.json`, `metrics_epoch_1.json` ... of AllenNLP: one document for each epoch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.json.json_file import beginning, load
from logdoctor.sources.tables.json.records import table_of
from logdoctor.sources.tables.table_logs import read_logs

_NUMBERED = re.compile(r"metrics_epoch_(\d{1,9})\.json")
_EPOCH = "epoch"


class AllenNlpMetrics(Source):
    """The epochs of a run, found by the document of the first.

    AllenNLP writes the file anew at the end of each epoch (training/gradient_descent_trainer.py); `best_validation_*`
    repeats what an earlier one holds.
    """

    name = "allennlp"
    patterns = ("metrics_epoch_0.json",)
    precedence = 35
    samples = (
        Sample(
            "the first epoch",
            "metrics_epoch_0.json",
            '{"epoch": 0, "training_loss": 2.5, "validation_loss": NaN, "training_duration": "0:02:00"}',
            {"training_loss": [(0, 2.5)], "validation_loss": [(0, float("nan"))], "training_duration": [(0, 120.0)]},
        ),
        Sample("counts of something else", "metrics_epoch_0.json", '{"epoch": 0, "files": 12}', None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by the loss of training beside the epoch."""
        return _is_epoch(beginning(head.start))

    def read(self, path: Path) -> Iterator[Log]:
        """Read every epoch that lies beside the first, in the order of their numbers."""
        records: list[dict[str, Any]] = []
        notices: list[Notice] = []
        for file in _numbered(path.parent):
            document = load(file)
            notices += document.notices
            if _is_epoch(document.content):
                records.append({key: value for key, value in document.content.items() if not key.startswith("best_")})
        if not records:
            raise UnreadableLogError(f"{path}: no epoch can be read")
        yield from read_logs(table_of(path, records), notices)


def _numbered(folder: Path) -> list[Path]:
    """Return the documents of all epochs; the tenth comes after the ninth."""
    found = [(int(match[1]), file) for file in folder.iterdir() if (match := _NUMBERED.fullmatch(file.name))]
    return [file for _, file in sorted(found)]


def _is_epoch(document: Any) -> bool:
    return isinstance(document, dict) and _EPOCH in document and "training_loss" in document
