"""A program that ended with an exception."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import Confidence, Finding, Rule, Severity, Strength, because, fires, silent
from logdoctor.curves import decay
from logdoctor.lines import line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import FINISHED, PREEMPTED, TRACEBACK
from logdoctor.signals import Console


@dataclass(frozen=True)
class Crashed(Rule):
    """The program raised an exception that no other rule has a name for.

    An exception that training survived, or that came after its end, is only worth a note.
    """

    id = "crashed"
    title = "The program ended with an exception"
    severity = Severity.ERROR
    causes = ("program-error",)
    limits = (
        "Needs Python's traceback in the text log. A program that died without one, or whose console was not kept, is "
        "not seen; the exception alone does not say what led to it."
    )
    explains = ("interrupted-run",)

    examples = (
        fires(
            "ends the run",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(TRACEBACK, "KeyError: 'labels'", "out.log", 812, 119),),
        ),
        fires(
            "ends a text that counts no steps",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(TRACEBACK, "KeyError: 'labels'", "out.log", 812, is_behind_all=True),),
        ),
        fires(
            "before anything was logged",
            events=(TextEvent(TRACEBACK, "ModuleNotFoundError: No module named 'apex'", "out.log", 7),),
        ),
        fires(
            "training goes on",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(TRACEBACK, "ConnectionError: could not reach the tracking server", "out.log", 500, 60),),
        ),
        fires(
            "after the end of the training",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(FINISHED, "Training completed.", "out.log", 812, 119),
                TextEvent(TRACEBACK, "FileNotFoundError: [Errno 2] test.json", "out.log", 830, 119),
            ),
        ),
        fires(
            "after the last of the planned epochs",
            settings={"epochs": 120},
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(TRACEBACK, "BrokenPipeError: [Errno 32] Broken pipe", "out.log", 830, 119),),
        ),
        silent(
            "stopped from outside",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(PREEMPTED, "KeyboardInterrupt", "out.log", 812, 119),),
        ),
    )

    def check(self, console: Console) -> Iterator[Finding]:
        """Report the exception that ended the run, or the last of those that it survived."""
        line = line_of(console, TRACEBACK)
        if line is None:
            return
        yield self.finding(
            line.reports("the program raised an exception"),
            *line.spans,
            places=line.places,
            confidence=Confidence.HIGH,
            severity=Severity.ERROR if line.ends_the_run else Severity.NOTE,
            causes=(because("program-error", Strength.LIKELY),),
            evidence=line.evidence,
        )
