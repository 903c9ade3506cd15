"""Text logs: what a training printed to its terminal."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from logdoctor.sources.console.printed import assembled_of, logs_of
from logdoctor.sources.console.text.passages import end_passage, head_passage, read_passages
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.tables.text import encoding_of

MOST_ROWS = 1000
"""Lines of a file by which it is told from a table."""

ENOUGH_ALIKE = 0.9
"""Share of its rows that must have as many cells as its header, of a table: the last may be cut off."""

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\s*[-+]?\d+(?:\.\d+)?\s*")


class TextLog(Source):
    """Lines that a training loop printed, whoever wrote the loop.

    Passages of the file become masked lines, masked lines forms, the lines of one form rows; what counts and measures
    becomes a table, as that of any other source, and what matters besides becomes events. See `console/`.
    """

    name = "text"
    patterns = (
        "*.log", "*.txt", "*.dat", "*.out", "*.err", "*.md", "*.stdout", "*.stderr", "*log", "*.o[0-9]*", "stdout*",
        "*.info", "*.info.[0-9]*",  # glog: `caffe.host.user.log.INFO.20240101-100000.123`
        "*.csv",  # lines of text are sometimes written to one
        "log-train*",  # icefall: `log-train-2024-01-01-10-00-00`
        "res.res",  # pytorch-kaldi
        "typescript", "screenlog.[0-9]*",  # of `script` and of GNU screen
    )  # fmt: skip
    precedence = 0

    def recognizes(self, head: Head) -> bool:
        """Tell lines that a training printed, at the beginning or, after pasted source code, at the end."""
        if head.path.suffix.lower() == ".csv" and _is_table(head):
            return False
        return bool(assembled_of(head.path, [head_passage(head)])) or (
            not head.whole and bool(assembled_of(head.path, [end_passage(head.path)]))
        )

    def read(self, path: Path) -> Iterator[Log]:
        """Read every line; the runs of one log are named after it as well."""
        for log in logs_of(path, read_passages(path)):
            yield replace(log, label=f"{path.stem}, {log.label}") if log.label else log


def _is_table(head: Head) -> bool:
    """Tell a table of data by its header and cells: its texts may speak of epochs and losses, as those of issues do."""
    header, *rows = encoding_of(head.start).decode(head.start).splitlines()[:MOST_ROWS] or [""]
    separator = next((one for one in ",;\t" if one in header), "")
    if not separator or _DIGIT.search(header):
        return False
    try:
        cells = list(csv.reader(rows, delimiter=separator))
    except csv.Error:
        return False
    count = header.count(separator) + 1
    alike = [one for one in cells if len(one) == count]
    has_cells = any('"' in one for one in rows) or any(_NUMBER.fullmatch(cell) for one in alike for cell in one)
    return has_cells and len(alike) >= ENOUGH_ALIKE * len(cells)
