"""`data-<n>.log` below `.neptune/`: operations that Neptune's client logged and could not send, one per line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from logdoctor.run import Setting
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.lost_lines import damage_notices
from logdoctor.sources.tables.text import read_blocks, readable
from logdoctor.sources.trackers.reports import Reported, add_setting, reported_number, take_reports

_BEGIN = b'{"obj": {"type": "'
"""How every line begins (neptune/internal/queue/disk_queue.py)."""

_SERIES = "LogFloats"
_PLAIN = frozenset({"AssignFloat", "AssignInt", "AssignBool", "AssignString"})
"""Types of operations (neptune/internal/operation.py) that log numbers, and that set one value."""

_OF_THE_CLIENT = frozenset({"sys", "monitoring", "source_code"})
"""Where the client itself writes: what lies there is no setting of the training."""

_FAILED = ["sys", "failed"]

_LINES = (
    '{"obj": {"type": "AssignBool", "path": ["sys", "failed"], "value": false}, "version": 1, "at": 1.5}\n'
    '{"obj": {"type": "LogFloats", "path": ["train", "loss"], "values": [{"value": 2.5, "step": 5, "ts": 2.5}]},'
    ' "version": 2, "at": 2.5}\n'
    '{"obj": {"type": "LogFloats", "path": ["val", "acc"], "values": [{"value": 0.5, "step": null, "ts": 2.5}]},'
    ' "version": 3, "at": 2.5}\n'
    '{"obj": {"type": "LogFloats", "path": ["train", "loss"], "values": [{"value": 1.5, "step": 10, "ts": 3.5},'
    ' {"value": 1.25, "step": null, "ts": 4.5}]}, "version": 4, "at": 4.5}\n'
)


@dataclass
class _Content:
    reported: Reported = field(default_factory=Reported)
    settings: dict[str, Setting] = field(default_factory=dict)
    failed: bool = False

    def take(self, line: Any) -> None:
        """Keep what one line says."""
        operation = line["obj"]
        kind, path = operation["type"], [str(part) for part in operation["path"]]
        if kind == _SERIES:
            self.reported.add(readable("/".join(path)), [_point(one) for one in operation["values"]])
        elif kind in _PLAIN:
            value = operation["value"]
            if path == _FAILED:
                self.failed = value is True
            elif path[0] not in _OF_THE_CLIENT:
                add_setting(self.settings, ".".join(path), value)


class NeptuneOffline(Source):
    """The series of numbers of a run (offline, or not yet sent), its settings, and whether it failed.

    NaN and infinity are missing: the client warns of them and leaves them out.
    """

    name = "neptune"
    patterns = ("data-*.log",)
    precedence = 45
    one_run_per_folder = True
    samples = (
        Sample(
            "steps that are given, and those that are not: the next one",
            "data-1.log",
            _LINES,
            {"train/loss": [(5, 2.5), (10, 1.5), (11, 1.25)], "val/acc": [(0, 0.5)]},
        ),
        Sample("data of something else", "data-1.log", '{"obj": 1}\n', None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by how its lines begin."""
        return head.start.startswith(_BEGIN)

    def read(self, path: Path) -> Iterator[Log]:
        """Read every operation; a line that is none is said and left out."""
        content = _Content()
        spans = take_reports(read_blocks(path), content.take, "operation of Neptune's client")
        yield Log(
            series=content.reported.series(),
            hyperparameters=content.settings,
            notices=tuple(damage_notices(path, spans)),
            finished=False if content.failed else None,
        )


def _point(report: Mapping[str, Any]) -> tuple[object, float, float]:
    return report["step"], reported_number(report["value"]), reported_number(report["ts"])
