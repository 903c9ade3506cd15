"""`metrics.json` of Sacred's FileStorageObserver: steps, values and times of each quantity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.json.json_file import beginning, load
from logdoctor.sources.tables.numbers import parse_time, parse_values
from logdoctor.sources.tables.table import Column, Table
from logdoctor.sources.tables.table_logs import read_logs


class SacredMetrics(Source):
    """Every quantity has lists of its own."""

    name = "sacred"
    patterns = ("*.json",)
    precedence = 20
    samples = (
        Sample(
            "one quantity",
            "metrics.json",
            '{"train.loss": {"steps": [1, 2], "timestamps": ["2024-01-01T00:00:00", "2024-01-01T00:00:05"], '
            '"values": [0.5, 0.25]}}',
            {"train.loss": [(1, 0.5), (2, 0.25)]},
        ),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by its lists."""
        return bool(_quantities(beginning(head.start)))

    def read(self, path: Path) -> Iterator[Log]:
        """Read every quantity against its own steps."""
        document = load(path)
        quantities = _quantities(document.content)
        if not quantities:
            raise UnreadableLogError(f"{path}: no quantity can be read")
        logs = [log for name, entry in quantities.items() for log in read_logs(_table(path, name, entry))]
        series = tuple(one for log in logs for one in log.series)
        yield Log(series=series, notices=(*document.notices, *(notice for log in logs for notice in log.notices)))


def _quantities(document: Any) -> dict[str, dict[str, Any]]:
    entries = document.items() if isinstance(document, dict) else ()
    return {
        name: entry
        for name, entry in entries
        if isinstance(entry, dict) and all(isinstance(entry.get(key), list) for key in ("steps", "values"))
    }


def _table(path: Path, name: str, entry: dict[str, Any]) -> Table:
    lists = {"step": entry["steps"], "timestamps": entry.get("timestamps") or [], name: entry["values"]}
    columns = []
    for title, values in lists.items():
        cells = parse_values(values, parse_time)
        columns.append(Column.of(title, cells.rows, cells.values))
    return Table(path, max(map(len, lists.values())), tuple(columns))
