"""Shared by the rules about lines of a text log: which line counts, how it is reported, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from logdoctor.finding import Cause, Confidence, Finding, Place, Quantity, Severity, Span
from logdoctor.rule import Rule
from logdoctor.run import TextEvent
from logdoctor.signals import Console
from logdoctor.wording import axis_word, quoted

MAX_PLACES = 10
"""Lines that a finding points at; a warning may be printed at every step."""


@dataclass(frozen=True)
class Line:
    """The line of a kind that matters most: the first after which training stopped, or else the last one."""

    console: Console
    event: TextEvent
    alike: tuple[TextEvent, ...]
    """Every line of the kind, this one among them."""

    @cached_property
    def ends_the_run(self) -> bool:
        """Whether training neither went on after it nor was done before it."""
        return not self.console.went_on_after(self.event) and not self.console.came_to_its_end_before(self.event)

    def has(self, *marks: str) -> bool:
        """Tell whether any of some marks, given in small letters, stands in it."""
        return any(mark in self.event.text.lower() for mark in marks)

    @property
    def where(self) -> str:
        """Say where it is: `at step 1,200`, or `in line 40` where no step was logged before it."""
        series = self.console.series_at(self.event)
        if self.event.step is None:
            return f"in line {self.event.line:,}"
        return f"at {axis_word(series.axis) if series else 'step'} {self.event.step:,}"

    def says(self, what: str, aside: str = "") -> str:
        """Say what happened, where, and quote the line."""
        return f"{what} {self.where}{aside}: {quoted(self.event.text)}"

    def reports(self, what: str) -> str:
        """Say the same of a failure, with what it meant for the run."""
        if self.console.came_to_its_end_before(self.event):
            return self.says(f"after the end of the training {what}")
        return self.says(what, ", where the run ends" if self.ends_the_run else "; training went on")

    @property
    def spans(self) -> tuple[Span, ...]:
        """The step of the line on a series that runs through it."""
        series, step = self.console.series_at(self.event), self.event.step
        return () if series is None or step is None else (Span(series.name, step, step, self.event.kind),)

    @property
    def places(self) -> tuple[Place, ...]:
        """The line itself, then the others of its kind."""
        others = [one for one in self.alike if one is not self.event]
        return tuple(Place(one.path, one.line, one.line) for one in [self.event, *others][:MAX_PLACES])

    @property
    def evidence(self) -> dict[str, Quantity]:
        """How often it stands in the log, and how far the run had come."""
        reached = {} if self.event.step is None else {"last step logged before": Quantity(self.event.step)}
        return {"such lines": Quantity(len(self.alike), "lines"), **reached}


def line_of(console: Console, *kinds: str) -> Line | None:
    """Return the line of some kinds that counts, or None where there is none."""
    alike = console.of(*kinds)
    if not alike:
        return None
    fatal = next((one for one in alike if not console.went_on_after(one)), None)
    return Line(console, fatal or alike[-1], tuple(alike))


def failure(
    rule: Rule, line: Line, what: str, causes: Sequence[Cause], evidence: Mapping[str, Quantity] | None = None
) -> Finding:
    """Make the finding about a line with which a program fails: an error, or a warning if training went on.

    The line itself says what happened, so the confidence is high.
    """
    return rule.finding(
        line.reports(what),
        *line.spans,
        places=line.places,
        confidence=Confidence.HIGH,
        severity=Severity.ERROR if line.ends_the_run else Severity.WARNING,
        causes=causes,
        evidence={**line.evidence, **(evidence or {})},
    )
