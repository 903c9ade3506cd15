"""What a gate found, as plain data: reports read it, and nothing here decides anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from logdoctor.diagnosis import Diagnosis
from logdoctor.finding import Finding, Quantity, Severity, Span
from logdoctor.run import Run


class Outcome(StrEnum):
    """What became of one thing that a gate asked."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    """It could not be answered: the run or series is missing, or lies in damaged data."""
    STALE = "stale"
    """The reference was made elsewhere (other hardware, other versions): its difference says nothing of the run."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a gate asked of one run: an assertion, a reference curve, or that its losses are whole."""

    kind: str
    """`assertion`, `reference` or `intact`."""
    name: str
    """What identifies it in the configuration: `best validation-accuracy >= 0.91`."""
    run: str
    """Name of the run, or the pattern that no run matched."""
    series: str
    """Name of the series, or the pattern that no series matched."""
    level: Severity
    """What a failure counts as."""
    outcome: Outcome
    message: str
    """One sentence with the numbers of this run."""
    evidence: Mapping[str, Quantity] = field(default_factory=dict)
    span: Span | None = None
    """Where it failed first."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is known and does not count."""

    run: Run
    finding: Finding
    reason: str
    expires: date | None = None


@dataclass(frozen=True)
class Gated:
    """A diagnosis judged by a gate."""

    diagnosis: Diagnosis
    """Without the suppressed findings."""
    fail_on: Severity | None = Severity.ERROR
    """The least severity that fails the gate; None when nothing does."""
    checks: tuple[Check, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    remarks: tuple[str, ...] = ()
    """Suppressions that expired or that nothing needed, one sentence each."""
