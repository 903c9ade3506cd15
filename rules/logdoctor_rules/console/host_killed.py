"""A process that the operating system killed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from logdoctor import Finding, Rule, Severity, Strength, because, fires, likely_if, silent
from logdoctor.curves import decay
from logdoctor.lines import failure, line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import HOST_KILLED, OUT_OF_MEMORY
from logdoctor.signals import Console

_MEMORY = ("oom", "out of memory", "cannot allocate memory", "std::bad_alloc", "memoryerror")

WHY = "the accounting of the job, or `dmesg`: they say why a process was killed, which the line does not"


@dataclass(frozen=True)
class HostKilled(Rule):
    """The operating system killed the training process, mostly because the machine had no memory left.

    The bare word "Killed" and signal 9 do not show who sent it: the kernel for lack of memory, the cluster, or a
    person.
    """

    id = "host-killed"
    title = "The operating system killed the process"
    severity = Severity.ERROR
    causes = ("host-memory-exhausted", "preempted")
    references = ("https://docs.kernel.org/admin-guide/mm/concepts.html#oom-killer",)
    limits = (
        "A process that is killed writes nothing itself: the line must come from its shell, launcher or kernel. How "
        "much memory was in use the log does not say."
    )
    explains = ("worker-killed", "collective-timeout", "crashed", "interrupted-run")

    examples = (
        fires(
            "the kernel says why",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(
                    HOST_KILLED, "slurmstepd: error: Detected 1 oom_kill event in StepId=1.0", "out.log", 812, 119
                ),
            ),
        ),
        fires(
            "killed without a word",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(HOST_KILLED, "Killed", "out.log", 812, 119),),
        ),
        fires("killed while loading the data", events=(TextEvent(HOST_KILLED, "Killed", "out.log", 9),)),
        silent(
            "the memory of the device",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(OUT_OF_MEMORY, "CUDA out of memory.", "out.log", 812, 119),),
        ),
    )

    def check(self, console: Console) -> Iterator[Finding]:
        """Report the line that ended the run, or the last of those that it survived."""
        line = line_of(console, HOST_KILLED)
        if line is None:
            return
        memory = line.has(*_MEMORY)
        said = "the line names the memory" if memory else ""
        causes = (
            because("host-memory-exhausted", likely_if(memory), pro=[said]),
            *(() if memory else (because("preempted", Strength.POSSIBLE),)),
        )
        found = failure(self, line, "the operating system killed the process", causes)
        yield found if memory else replace(found, to_tell_apart=(WHY,))
