"""Golden values of Megatron-LM: the curves of a functional test, extracted from its event files."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from logdoctor.sources.source import Log, Sample
from logdoctor.sources.tables.counters import LARGEST_STEP
from logdoctor.sources.tables.json.indexed import indexed
from logdoctor.sources.tables.json.json_file import Document
from logdoctor.sources.tables.json.known_document import KnownDocument
from logdoctor.sources.tables.table_logs import read_logs


class MegatronGolden(KnownDocument):
    """For each quantity the first and last step, the interval, and values by step, or in order in older files.

    The text "nan" stands for a step that was not run as well as for a value that was NaN; `padding` tells them apart.
    """

    name = "megatron-golden"
    patterns = ("*.json",)
    precedence = 20
    lacks = "no golden value can be read"
    samples = (
        Sample(
            "a resumed test: the first steps were not run",
            "golden_values_dev.json",
            '{"lm loss": {"start_step": 1, "step_interval": 1, "values": {"1": "nan", "2": 10.5, "3": 9.5}}, '
            '"iteration-time": {"start_step": 1, "step_interval": 1, "values": {"1": "nan", "2": 0.5, "3": "nan"}}}',
            {"lm loss": [(2, 10.5), (3, 9.5)], "iteration-time": [(2, 0.5)]},
        ),
        Sample(
            "the older form, with a list",
            "golden_values.json",
            '{"lm loss": {"start_step": 0, "end_step": 10, "step_interval": 5, "values": [10.5, 9.5]}}',
            {"lm loss": [(0, 10.5), (5, 9.5)]},
        ),
        Sample("a schedule", "lr.json", '{"lr": {"start_step": 0, "end_step": 10}}', None),
    )

    def curves_of(self, content: Any) -> dict[str, dict[str, Any]]:
        """Return the entries that have the form of golden values."""
        entries = content.items() if isinstance(content, dict) else ()
        return {
            str(name): entry
            for name, entry in entries
            if isinstance(entry, dict) and isinstance(entry.get("values"), dict | list) and "step_interval" in entry
        }

    def logs_of(self, path: Path, quantities: dict[str, dict[str, Any]], document: Document) -> Iterator[Log]:
        """Read every quantity against the step."""
        points = {name: list(_points(entry).items()) for name, entry in quantities.items()}
        yield from read_logs(indexed(path, "step", points), document.notices)


def _points(entry: dict[str, Any]) -> dict[int, object]:
    """Return the values by step, in the order of steps."""
    values = entry["values"]
    if isinstance(values, list):
        start, interval = (entry.get(key) for key in ("start_step", "step_interval"))
        if not isinstance(start, int) or not isinstance(interval, int) or max(abs(start), abs(interval)) > LARGEST_STEP:
            return {}
        return {start + i * interval: value for i, value in enumerate(values)}
    points = ((int(step), value) for step, value in values.items() if step.isdecimal() and len(step) < 16)
    return dict(sorted(points, key=itemgetter(0)))
