"""A data-loading process that died."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import Finding, Rule, Severity, because, fires, likely_if, silent
from logdoctor.curves import decay
from logdoctor.lines import failure, line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import HOST_KILLED, WORKER_KILLED
from logdoctor.signals import Console


@dataclass(frozen=True)
class WorkerKilled(Rule):
    """A process that loads data was killed: there was no memory left, or no shared memory to pass batches through."""

    id = "worker-killed"
    title = "A data-loading process died"
    severity = Severity.ERROR
    causes = ("host-memory-exhausted",)
    references = ("https://docs.pytorch.org/docs/stable/data.html#multi-process-data-loading",)
    limits = (
        "Needs the text log. The line is that of the main process, which seldom knows whether memory, shared memory or "
        "a crash in a library ended its worker."
    )
    explains = ("collective-timeout", "crashed", "interrupted-run")

    examples = (
        fires(
            "killed by a signal",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(
                    WORKER_KILLED,
                    "RuntimeError: DataLoader worker (pid 4242) is killed by signal: Killed.",
                    "out.log",
                    812,
                    119,
                ),
            ),
        ),
        fires(
            "no shared memory",
            events=(
                TextEvent(
                    WORKER_KILLED,
                    "DataLoader worker (pid(s) 7) exited unexpectedly: insufficient shared memory (shm)",
                    "out.log",
                    50,
                ),
            ),
        ),
        fires(
            "training goes on",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(
                    WORKER_KILLED, "DataLoader worker (pid 4242) is killed by signal: Killed.", "out.log", 500, 60
                ),
            ),
        ),
        silent(
            "the training process itself",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(HOST_KILLED, "Killed", "out.log", 812, 119),),
        ),
    )

    def check(self, console: Console) -> Iterator[Finding]:
        """Report the line that ended the run, or the last of those that it survived."""
        line = line_of(console, WORKER_KILLED)
        if line is None:
            return
        shared = line.has("shared memory", "shm", "bus error")
        causes = (
            because(
                "host-memory-exhausted",
                likely_if(shared),
                pro=["the line names the shared memory"] if shared else (),
            ),
        )
        yield failure(self, line, "a data-loading process died", causes)
