"""Text logs: what a training printed to its terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from logdoctor.sources.console.printed import assembled_of, logs_of
from logdoctor.sources.console.text.passages import end_passage, head_passage, read_passages
from logdoctor.sources.source import Head, Log, Source


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
        return bool(assembled_of(head.path, [head_passage(head)])) or (
            not head.whole and bool(assembled_of(head.path, [end_passage(head.path)]))
        )

    def read(self, path: Path) -> Iterator[Log]:
        """Read every line; the runs of one log are named after it as well."""
        for log in logs_of(path, read_passages(path)):
            yield replace(log, label=f"{path.stem}, {log.label}") if log.label else log
