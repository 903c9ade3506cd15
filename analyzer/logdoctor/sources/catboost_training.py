"""`catboost_training.json` of CatBoost: the metrics of every iteration, named once at the beginning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from logdoctor.sources.source import Log, Sample
from logdoctor.sources.tables.json.json_file import Document
from logdoctor.sources.tables.json.known_document import KnownDocument
from logdoctor.sources.tables.json.records import Record, table_of
from logdoctor.sources.tables.table_logs import read_logs

_METRICS = "_metrics"
"""`learn_metrics` names what lies under `learn`, `test_metrics` what lies under `test`."""


class CatBoostTraining(KnownDocument):
    """What CatBoost keeps for its own viewer, beside tables and event files of the same values."""

    name = "catboost"
    patterns = ("catboost_training.json",)
    precedence = 15
    lacks = "no iteration can be read"
    samples = (
        Sample(
            "two iterations",
            "catboost_training.json",
            '{"meta": {"learn_metrics": [{"best_value": "Min", "name": "Logloss"}], "iteration_count": 2,'
            ' "test_metrics": [{"best_value": "Max", "name": "AUC"}, {"best_value": "Min", "name": "Logloss"}]},'
            ' "iterations": [{"learn": [0.5], "iteration": 0, "passed_time": 0.05, "test": [0.75, 0.625]},'
            ' {"learn": [0.25], "iteration": 1, "passed_time": 0.1, "test": [0.875, 0.5]}]}',
            {
                "learn/Logloss": [(0, 0.5), (1, 0.25)],
                "passed_time": [(0, 0.05), (1, 0.1)],
                "test/AUC": [(0, 0.75), (1, 0.875)],
                "test/Logloss": [(0, 0.625), (1, 0.5)],
            },
        ),
        Sample("something else", "catboost_training.json", '{"iterations": 12}', None),
    )

    def curves_of(self, content: Any) -> Record | None:
        """Return a document with the names of metrics and with iterations."""
        is_training = (
            isinstance(content, dict)
            and isinstance(content.get("meta"), dict)
            and isinstance(content.get("iterations"), list)
            and any(key.endswith(_METRICS) for key in content["meta"])
        )
        return content if is_training else None

    def logs_of(self, path: Path, training: Record, document: Document) -> Iterator[Log]:
        """Read every iteration."""
        meta = training["meta"]
        records = [_named(one, meta) for one in training["iterations"] if isinstance(one, dict)]
        planned = meta.get("iteration_count")
        for log in read_logs(table_of(path, records), document.notices):
            last = max((one.last_step for one in log.series if len(one)), default=-1)
            finished = True if isinstance(planned, int) and last + 1 >= planned else None  # else it may stop early
            yield replace(log, finished=finished)


def _named(record: Record, meta: Record) -> Record:
    """Return a record with a name for each value: `{"learn": [0.5]}` is `{"learn": {"Logloss": 0.5}}`.

    Of several test sets the last one decides; the others have a number, as in `test_error.tsv`: `test/Logloss:0`.
    """
    told = meta.get("test_sets")
    sets = [one for one in told if isinstance(one, str)] if isinstance(told, list) and len(told) > 1 else []
    named: dict[str, Any] = {}
    for key in sorted(record, key=lambda key: sets.index(key) if key in sets else -1):  # in the order of the table
        value = record[key]
        split, number = ("test", f":{sets.index(key)}" if key != sets[-1] else "") if key in sets else (key, "")
        metrics = meta.get(f"{split}{_METRICS}")
        if isinstance(value, list) and isinstance(metrics, list):
            values = {f"{_name(metric)}{number}": one for metric, one in zip(metrics, value, strict=False)}
            named[split] = {**named.get(split, {}), **values}
        else:
            named[key] = value
    return named


def _name(metric: Any) -> str:
    return str(metric.get("name", "")) if isinstance(metric, dict) else str(metric)
