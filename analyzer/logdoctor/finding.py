"""The result of a rule: findings with their evidence, or one of three outcomes without a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Severity(StrEnum):
    """The harm done if the finding is true."""

    NOTE = "note"
    """Worth knowing; nothing is wrong with the training."""
    WARNING = "warning"
    """The run is worse than it could be."""
    ERROR = "error"
    """The run failed."""

    @property
    def rank(self) -> int:
        """0 for a note, 2 for an error."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """The chance that the finding is true."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for low, 2 for high."""
        return list(Confidence).index(self)

    def at_most(self, highest: Confidence) -> Confidence:
        """Return this confidence, or `highest` if that is lower."""
        return min(self, highest, key=lambda one: one.rank)


HIGH_MARGIN = 3.0
"""An effect this many times its threshold would stand if the noise were measured wrong by a factor of three."""

MEDIUM_MARGIN = 1.25
"""Below a quarter more than the threshold, a second run with another seed might fall on the other side."""

HIGH_POINTS = 30
"""Points from which noise is known to about 15 % (relative error of a standard deviation: 1 / sqrt(2 n))."""

MEDIUM_POINTS = 10
"""The same at about 25 %: enough to suspect, not to be sure."""


def confidence_from(margin: float, points: int) -> Confidence:
    """Return the confidence of a finding whose effect is `margin` times its threshold, on a series of `points`."""
    if margin >= HIGH_MARGIN and points >= HIGH_POINTS:
        return Confidence.HIGH
    if margin >= MEDIUM_MARGIN and points >= MEDIUM_POINTS:
        return Confidence.MEDIUM
    return Confidence.LOW


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a series that a finding is about."""

    series: str
    first_step: int
    last_step: int
    note: str = ""
    """What can be seen there, in a word or two."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file that a finding is about: a line of a text log, bytes that could not be read."""

    path: str
    """As in the notice or event that it comes from."""
    line_start: int | None = None
    """First line, counted from 1."""
    line_end: int | None = None
    """Last line, inclusive."""
    byte_start: int | None = None
    """First byte, counted from 0."""
    byte_end: int | None = None
    """One past the last byte."""

    def __str__(self) -> str:
        """Write it as editors and compilers do: `train.log:812`; bytes in words."""
        if self.line_start is not None:
            last = f"-{self.line_end}" if self.line_end not in (None, self.line_start) else ""
            return f"{self.path}:{self.line_start}{last}"
        if self.byte_start is not None and self.byte_end is not None:
            return f"{self.path}, bytes {self.byte_start:,} to {self.byte_end:,}"
        return self.path


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that a finding is based on, with its unit: "" for a bare number, "share" for a part of 1."""

    value: float | int | str
    unit: str = ""


class Strength(StrEnum):
    """How well a cause fits what this run and its siblings show."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


def likely_if(condition: object) -> Strength:
    """Return likely if there is evidence, else possible."""
    return Strength.LIKELY if condition else Strength.POSSIBLE


def possible_if(condition: object) -> Strength:
    """Return possible if there is evidence, else unlikely."""
    return Strength.POSSIBLE if condition else Strength.UNLIKELY


@dataclass(frozen=True, slots=True)
class Fix:
    """Something to try."""

    text: str
    tested: str = ""
    """What tested it ("sibling run lr3e-4"); empty when nothing did."""
    basis: str = "general"
    """Where an untested fix comes from: general advice, or what was read from this run."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why it may have happened."""

    id: str
    text: str
    strength: Strength = Strength.POSSIBLE
    pro: tuple[str, ...] = ()
    """The evidence for it in this run or its siblings."""
    contra: tuple[str, ...] = ()
    """The evidence against it."""
    fixes: tuple[Fix, ...] = ()
    weight: float | None = None
    """The sum of its clues, where they were weighed (`evidence.weighing`)."""

    @property
    def balance(self) -> float:
        """The weight of its clues or, where they were not weighed, the number of those for it less those against it."""
        return len(self.pro) - len(self.contra) if self.weight is None else self.weight


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one run, or worth knowing about it."""

    rule: str
    title: str
    """The rule's title: what this kind of finding is."""
    message: str
    """One sentence with the numbers of this run."""
    severity: Severity
    confidence: Confidence
    spans: tuple[Span, ...]
    """The first is the primary one; empty where the finding is only about a place in a file."""
    evidence: Mapping[str, Quantity] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    """Best supported first."""
    to_tell_apart: tuple[str, ...] = ()
    """What to log next time, where this log cannot separate the first causes."""
    references: tuple[str, ...] = ()
    explained_by: str = ""
    """Id of the rule whose finding in the same run this one follows from, or shares the cause with."""
    group: str = ""
    """Findings of one group are one entry in reports for people."""
    places: tuple[Place, ...] = ()
    """The places in files, for findings about files and lines of text."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A special case of what a rule looks for: all that a finding says of it."""

    message: str
    span: Span
    confidence: Confidence
    causes: tuple[Cause, ...]
    evidence: Mapping[str, Quantity]


def with_roots(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings left after some were dropped; one whose root is gone stands for itself."""
    roots = {one.rule for one in findings}
    return tuple(one if one.explained_by in roots else replace(one, explained_by="") for one in findings)


@dataclass(frozen=True, slots=True)
class RateResult:
    """What one run of a sweep reached with its learning rate."""

    run: str
    rate: float
    result: float
    """NaN where the run failed."""
    failure: str = ""
    """How it failed, as a clause; empty if it did not."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the runs of one set-up show together."""

    rule: str
    runs: tuple[str, ...]
    """Names of the runs that it is about; the first is the one that the message names."""
    message: str
    """One sentence with the numbers of these runs."""
    evidence: Mapping[str, Quantity] = field(default_factory=dict)
    measured_by: str = ""
    """What the results of a sweep are: "validation loss"."""
    results: tuple[RateResult, ...] = ()
    """Of the runs of a sweep over learning rates, by rate; empty for any other comparison."""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """A rule that could not be applied, and why."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """A rule that failed; the others went on."""

    rule: str
    error: str
    """The exception, with file and line."""


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of all rules for one run."""

    findings: tuple[Finding, ...] = ()
    passed: tuple[str, ...] = ()
    not_applicable: tuple[NotApplicable, ...] = ()
    crashed: tuple[Crashed, ...] = ()
