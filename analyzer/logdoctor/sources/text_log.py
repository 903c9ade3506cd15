"""Text logs: what a training printed to its terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import nan
from pathlib import Path

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.console.assembly import assemble
from logdoctor.sources.console.passages import Gap, end_passage, head_passage, read_passages
from logdoctor.sources.console.streams import StreamReader
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.table_logs import read_logs


class TextLog(Source):
    """Lines that a training loop printed, whoever wrote the loop."""

    name = "text"
    patterns = ("*.log", "*.txt", "*.out", "*.err", "*.md", "*.stdout", "*.stderr", "*log", "*.o[0-9]*", "stdout*")
    precedence = 0
    samples = (
        Sample(
            "nanoGPT: noisy batches and estimates, each on their own lines",
            "train.log",
            "step 0: train loss 4.25, val loss 4.5\niter 0: loss 4.25, time 38.12ms, mfu -100.00%\n"
            "iter 10: loss 3.5, time 38.12ms, mfu 12.30%\niter 20: loss nan, time 38.12ms, mfu 12.30%\n"
            "step 20: train loss 3.0, val loss 3.25\n",
            {
                "train loss": [(0, 4.25), (20, 3.0)],
                "val loss": [(0, 4.5), (20, 3.25)],
                "loss": [(0, 4.25), (10, 3.5), (20, nan)],
                "time (ms)": [(0, 38.12), (10, 38.12), (20, 38.12)],
                "mfu": [(0, -100), (10, 12.3), (20, 12.3)],
            },
        ),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell lines that a training printed, at the beginning or, after pasted source code, at the end."""
        reader = StreamReader()
        reader.take(head_passage(head))
        if assemble(head.path, reader.streams()) is not None:
            return True
        if head.whole:
            return False
        reader = StreamReader()
        reader.take(end_passage(head.path))
        return assemble(head.path, reader.streams()) is not None

    def read(self, path: Path) -> Iterator[Log]:
        """Read every line; what counts and measures becomes series."""
        reader = StreamReader()
        notices: list[Notice] = []
        for piece in read_passages(path):
            if isinstance(piece, Gap):
                message = (
                    f"Line {piece.line} is too long for a line of text: {piece.characters} characters were not used."
                )
                notices.append(Notice(DAMAGE, str(path), message, line_start=piece.line, line_end=piece.line))
                continue
            if piece.had_nul:
                first, last = int(piece.places[0]), int(piece.places[-1])
                message = f"Lines {first} to {last} hold NUL bytes, as storage leaves them after a crash."
                notices.append(Notice(DAMAGE, str(path), message, line_start=first, line_end=last))
            reader.take(piece)
        found = assemble(path, reader.streams())
        if found is None:
            raise UnreadableLogError(f"{path}: no line of it tells of a training")
        for log in read_logs(found.table, notices, found.step_axis):
            yield replace(log, planned_steps=found.plan, finished=found.complete)
