"""CatBoost's `catboost_training.json`: what it measured at each iteration, on what it learns from and on test sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.json_text import beginning, load
from logdoctor.sources.tables.records import table_of
from logdoctor.sources.tables.table_logs import read_logs


class CatBoostTraining(Source):
    """Lists of numbers without names, which stand once at the beginning.

    Series carry the names of `learn_error.tsv` and `test_error.tsv` beside it, so that these are copies: the metrics of
    learning plain, those of test sets behind `test/`; of several sets, all but the last have their number as well.
    """

    name = "catboost"
    patterns = ("catboost_training.json",)
    precedence = 60
    samples = (
        Sample(
            "a test set",
            "catboost_info/catboost_training.json",
            '{\n"meta":{"test_sets":["test"],"test_metrics":[{"best_value":"Min","name":"RMSE"}],"learn_metrics":'
            '[{"best_value":"Min","name":"RMSE"}],"iteration_count":2,"learn_sets":["learn"]},\n"iterations":[\n'
            '{"learn":[0.5],"iteration":0,"passed_time":0.25,"remaining_time":0.25,"test":[0.75]},\n'
            '{"learn":[0.25],"iteration":1,"passed_time":0.5,"remaining_time":0,"test":[0.5]}\n]}',
            {"RMSE": [(0, 0.5), (1, 0.25)], "test/RMSE": [(0, 0.75), (1, 0.5)]},
        ),
        Sample(
            "none",
            "catboost_info/catboost_training.json",
            '{"meta":{"test_sets":[],"test_metrics":[],"learn_metrics":[{"name":"Logloss"}],"iteration_count":9},'
            '"iterations":[{"learn":[0.5],"iteration":0},{"learn":[0.25],"iteration":1}',
            {"Logloss": [(0, 0.5), (1, 0.25)]},
        ),
        Sample("nothing measured", "catboost_training.json", '{"meta":{},"iterations":[]}', None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by an iteration with numbers that have names."""
        return bool(_records(beginning(head.start)))

    def read(self, path: Path) -> Iterator[Log]:
        """Read every iteration."""
        document = load(path)
        records = _records(document.content)
        if not records:
            raise UnreadableLogError(f"{path}: no iteration can be read")
        yield from read_logs(table_of(path, records), document.notices)


def _records(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, dict) or not isinstance(document.get("meta"), dict):
        return []
    meta, iterations = document["meta"], document.get("iterations")
    sets = meta.get("test_sets")
    tests = [one for one in sets if isinstance(one, str)] if isinstance(sets, list) else []
    learned = _names(meta.get("learn_metrics"))
    tested = [f"test/{name}" for name in _names(meta.get("test_metrics"))]
    names: dict[str, Sequence[str]] = {"learn": learned}
    for i, one in enumerate(tests):
        names[one] = tested if one == tests[-1] else [f"{name}:{i}" for name in tested]
    found = (_record(one, names) for one in iterations) if isinstance(iterations, list) else ()
    return [one for one in found if len(one) > 1]


def _record(iteration: Any, names: dict[str, Sequence[str]]) -> dict[str, Any]:
    if not isinstance(iteration, dict) or not isinstance(iteration.get("iteration"), int):
        return {}
    record = {"iteration": iteration["iteration"]}
    for of, metrics in names.items():
        values = iteration.get(of)
        if isinstance(values, list) and len(values) == len(metrics):
            record.update(zip(metrics, values, strict=True))
    return record


def _names(metrics: Any) -> list[str]:
    found = metrics if isinstance(metrics, list) else []
    return [one["name"] for one in found if isinstance(one, dict) and isinstance(one.get("name"), str)]
