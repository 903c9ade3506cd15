"""A disk or a quota that is full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import Finding, Rule, Severity, Strength, because, fires, silent
from logdoctor.curves import decay
from logdoctor.lines import failure, line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import DISK_FULL, TRACEBACK
from logdoctor.signals import Console


@dataclass(frozen=True)
class DiskFull(Rule):
    """A file could not be written for lack of space: what was to be saved, often a checkpoint, is not there."""

    id = "disk-full"
    title = "There was no space left to write to"
    severity = Severity.ERROR
    causes = ("storage-full",)
    references = ("https://man7.org/linux/man-pages/man3/errno.3.html",)
    limits = (
        "Needs the text log, which may lie on the very disk that is full and end before the error. Which files are cut "
        "or missing is not looked at."
    )
    explains = ("damaged-log", "crashed", "interrupted-run")

    examples = (
        fires(
            "ends the run",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(DISK_FULL, "OSError: [Errno 28] No space left on device", "out.log", 812, 119),),
        ),
        fires(
            "training goes on",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(DISK_FULL, "OSError: [Errno 122] Disk quota exceeded", "out.log", 500, 60),),
        ),
        silent(
            "another error of a file",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(TRACEBACK, "FileNotFoundError: [Errno 2] No such file or directory", "out.log", 812, 119),
            ),
        ),
    )

    def check(self, console: Console) -> Iterator[Finding]:
        """Report the line that ended the run, or the last of those that it survived."""
        line = line_of(console, DISK_FULL)
        if line is None:
            return
        causes = (because("storage-full", Strength.LIKELY),)
        yield failure(self, line, "there was no space left to write to", causes)
