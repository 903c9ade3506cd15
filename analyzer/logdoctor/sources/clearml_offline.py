"""`metrics.jsonl` of ClearML's offline mode: one list of reported values per line, settings in a `task.json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from logdoctor.run import Setting
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.json.json_text import decode
from logdoctor.sources.tables.lost_lines import damage_notices
from logdoctor.sources.tables.numbers import number_or_text
from logdoctor.sources.tables.text import read_blocks, readable
from logdoctor.sources.trackers.reports import reported_number, reported_step, take_reports
from logdoctor.sources.trackers.scalars import Scalars

_SCALAR = "training_stats_scalar"
"""`type` of a reported scalar (clearml/backend_interface/metrics/events.py)."""

LARGEST_TASK = 4 * 1024 * 1024
"""Bytes of the largest `task.json` that is read: it holds settings and the list of installed packages."""

_LINE = (
    '[{"timestamp": 1000, "type": "training_stats_scalar", "task": "a", "iter": 0, "metric": "loss",'
    ' "variant": "train", "value": 2.25},'
    ' {"timestamp": 2000, "type": "training_stats_scalar", "task": "a", "iter": 5, "metric": "loss",'
    ' "variant": "train", "value": 1.5}]\n'
)


class ClearMLOffline(Source):
    """The scalars that a task reported: a metric, such as `loss`, and its variant, such as `train`.

    ClearML writes NaN and infinity as 0 (`default_nan_value`): such a zero cannot be told from a true one here.
    """

    name = "clearml"
    patterns = ("metrics.jsonl",)
    precedence = 30
    samples = (
        Sample("two values", "metrics.jsonl", _LINE, {"loss/train": [(0, 2.25), (5, 1.5)]}),
        Sample("lists of something else", "metrics.jsonl", '[{"a": 1}]\n', None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by lists that hold reported values."""
        return head.start.lstrip().startswith(b"[") and f'"{_SCALAR}"'.encode() in head.start

    def read(self, path: Path) -> Iterator[Log]:
        """Read every value; a line that is no list of reports is said and left out."""
        scalars = Scalars()

        def take(reports: Any) -> None:
            if not isinstance(reports, list):
                raise TypeError("no list")
            for point in [_scalar(one) for one in reports if one["type"] == _SCALAR]:
                scalars.add(*point)

        spans = take_reports(read_blocks(path), take, "list of ClearML's reports")
        settings = _settings(path.with_name("task.json"))
        yield Log(series=scalars.series(), hyperparameters=settings, notices=tuple(damage_notices(path, spans)))


def _scalar(report: Mapping[str, Any]) -> tuple[str, int, float, float]:
    """Return name, step, value and time of a scalar."""
    name = readable(f"{report['metric']}/{report['variant']}")
    time = reported_number(report["timestamp"]) / 1e3
    return name, reported_step(report["iter"]), reported_number(report["value"]), time


def _settings(path: Path) -> dict[str, Setting]:
    """Return the hyper-parameters of a task; every value is a text there."""
    document: Any = {}
    with suppress(OSError, ValueError), path.open("rb") as file:
        document = decode(file.read(LARGEST_TASK).decode("utf-8", "replace"))
    sections = document.get("hyperparams") if isinstance(document, dict) else None
    return dict(_plain(sections)) if isinstance(sections, dict) else {}


def _plain(sections: Mapping[str, Any]) -> Iterator[tuple[str, Setting]]:
    for section in sections.values():
        for name, entry in section.items() if isinstance(section, dict) else ():
            value = entry.get("value") if isinstance(entry, dict) else None
            if isinstance(value, str):
                yield str(name), number_or_text(value)
