"""The result of a gate as plain data for reports, and the verdict that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from logdoctor.diagnosis import Diagnosis
from logdoctor.finding import Finding, Quantity, Severity, Span
from logdoctor.run import Run
from logdoctor.wording import shown_name


class Outcome(StrEnum):
    """What became of one thing that a gate asked."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    """It could not be answered: the run or series is missing, or lies in damaged data."""
    STALE = "stale"
    """The run leaves the band of a reference made elsewhere (other hardware, other versions): whether the place or the
    run is to blame cannot be told."""


class Verdict(StrEnum):
    """What a gate says of everything together."""

    PASSED = "passed"
    FAILED = "failed"
    """A finding or a failed check at or above the level that fails."""
    UNFINISHED = "unfinished"
    """A rule failed: what it would have said is not known."""
    INCONCLUSIVE = "inconclusive"
    """Nothing failed, but a check could not be answered."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a gate asked of one run: an assertion, a reference curve, or that its losses are whole."""

    kind: str
    """`assertion`, `reference`, `intact`, or `runs` for the number of runs."""
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

    @property
    def severity(self) -> Severity:
        """What it counts as where it did not pass; no answer is an error whatever the level."""
        return Severity.ERROR if self.outcome is Outcome.INCONCLUSIVE else self.level


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
    """Settings that name nothing, suppressions that expired or are not needed, references that could be updated."""

    def called(self, check: Check) -> str:
        """Return what to call the run that a check is about, or the pattern that no run matched."""
        return self._called.get(check.run, check.run)

    @cached_property
    def _called(self) -> Mapping[str, str]:
        return {one.run.name: shown_name(one.run) for one in self.diagnosis.runs}

    def counts(self, severity: Severity) -> bool:
        """Tell whether something of a severity fails the gate."""
        return self.fail_on is not None and severity.rank >= self.fail_on.rank

    @property
    def failing(self) -> tuple[tuple[Run, Finding], ...]:
        """The findings that fail the gate; the consequences of another finding do not count."""
        found = self.diagnosis.findings()
        return tuple((run, one) for run, one in found if not one.explained_by and self.counts(one.severity))

    @property
    def failed_checks(self) -> tuple[Check, ...]:
        """The checks that fail the gate."""
        return tuple(one for one in self.checks if one.outcome is Outcome.FAILED and self.counts(one.level))

    @property
    def unanswered(self) -> tuple[Check, ...]:
        """The checks that could not be answered; they count at every level, for silence is no answer.

        A stale reference is no answer either, where a regression would fail: a change of versions can hide one.
        """
        return tuple(one for one in self.checks if self.leaves_open(one))

    def leaves_open(self, check: Check) -> bool:
        """Tell whether a check leaves open whether the gate would fail."""
        stale = check.outcome is Outcome.STALE and self.counts(check.level)
        return stale or check.outcome is Outcome.INCONCLUSIVE

    @property
    def verdict(self) -> Verdict:
        """The verdict: unfinished goes before failed, failed before inconclusive."""
        if any(one.outcomes.crashed for one in self.diagnosis.runs):
            return Verdict.UNFINISHED
        if self.failing or self.failed_checks:
            return Verdict.FAILED
        return Verdict.INCONCLUSIVE if self.unanswered else Verdict.PASSED
