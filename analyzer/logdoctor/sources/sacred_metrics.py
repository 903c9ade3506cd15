"""`metrics.json` of Sacred's FileStorageObserver: steps, values and times of each quantity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from logdoctor.sources.source import Log, Sample
from logdoctor.sources.tables.json.json_file import Document
from logdoctor.sources.tables.json.known_document import KnownDocument
from logdoctor.sources.tables.numbers import parse_time, parse_values
from logdoctor.sources.tables.table import Column, Table
from logdoctor.sources.tables.table_logs import joined, read_logs


class SacredMetrics(KnownDocument):
    """Every quantity has lists of its own."""

    name = "sacred"
    patterns = ("*.json",)
    precedence = 20
    lacks = "no quantity can be read"
    samples = (
        Sample(
            "one quantity",
            "metrics.json",
            '{"train.loss": {"steps": [1, 2], "timestamps": ["2024-01-01T00:00:00", "2024-01-01T00:00:05"], '
            '"values": [0.5, 0.25]}}',
            {"train.loss": [(1, 0.5), (2, 0.25)]},
        ),
    )

    def curves_of(self, content: Any) -> dict[str, dict[str, Any]]:
        """Return the entries that hold lists of steps and of values."""
        entries = content.items() if isinstance(content, dict) else ()
        return {
            name: entry
            for name, entry in entries
            if isinstance(entry, dict) and all(isinstance(entry.get(key), list) for key in ("steps", "values"))
        }

    def logs_of(self, path: Path, quantities: dict[str, dict[str, Any]], document: Document) -> Iterator[Log]:
        """Read every quantity against its own steps."""
        logs = [log for name, entry in quantities.items() for log in read_logs(_table(path, name, entry))]
        yield joined(logs, document.notices)


def _table(path: Path, name: str, entry: dict[str, Any]) -> Table:
    lists = {"step": entry["steps"], "timestamps": entry.get("timestamps") or [], name: entry["values"]}
    columns = []
    for title, values in lists.items():
        cells = parse_values(values, parse_time)
        columns.append(Column.of(title, cells.rows, cells.values))
    return Table(path, max(map(len, lists.values())), tuple(columns))
