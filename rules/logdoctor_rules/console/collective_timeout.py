"""A collective operation between processes that timed out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import Finding, Rule, Severity, Strength, because, fires, ranked, silent
from logdoctor.curves import decay
from logdoctor.lines import failure, line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import COLLECTIVE_TIMEOUT, TRACEBACK
from logdoctor.signals import Console


@dataclass(frozen=True)
class CollectiveTimeout(Rule):
    """Processes of a distributed training waited for one of them until they gave up, or lost the connection to it.

    The other processes report this when one fails, hangs, or leaves the loop a step early; its own log shows why.
    """

    id = "collective-timeout"
    title = "Distributed training waited in vain for one of its processes"
    severity = Severity.ERROR
    causes = ("process-left", "hardware-fault")
    references = ("https://docs.pytorch.org/docs/stable/distributed.html#debugging-torch-distributed-applications",)
    limits = (
        "Needs the text log. The lines are those of NCCL and torch, written by processes that waited; which one left, "
        "and why, stands in the log of that one."
    )
    explains = ("crashed", "interrupted-run")

    examples = (
        fires(
            "ends the run",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(
                    COLLECTIVE_TIMEOUT,
                    "Watchdog caught collective operation timeout: WorkNCCL(SeqNum=9, OpType=ALLREDUCE)",
                    "out.log",
                    812,
                    119,
                ),
            ),
        ),
        fires(
            "training goes on",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(
                    COLLECTIVE_TIMEOUT,
                    "Watchdog caught collective operation timeout: WorkNCCL(SeqNum=9)",
                    "out.log",
                    500,
                    60,
                ),
            ),
        ),
        silent(
            "an error of the program",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(TRACEBACK, "KeyError: 3", "out.log", 812, 119),),
        ),
    )

    def check(self, console: Console) -> Iterator[Finding]:
        """Report the line that ended the run, or the last of those that it survived."""
        line = line_of(console, COLLECTIVE_TIMEOUT)
        if line is None:
            return
        causes = ranked(because("process-left", Strength.POSSIBLE), because("hardware-fault", Strength.UNLIKELY))
        yield failure(self, line, "one process of the training no longer answered the others", causes)
