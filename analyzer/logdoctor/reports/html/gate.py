"""What a gate found, as the report shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logdoctor.gated import Check, Gated, Outcome
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.names import RunName
from logdoctor.wording import counted


@dataclass(frozen=True)
class CheckView:
    """One thing that a gate asked."""

    outcome: str
    mark: str
    """Severity that its outcome is drawn as; empty when it passed."""
    name: str
    run: str
    message: str


@dataclass(frozen=True)
class SuppressedView:
    """A finding that is known and does not count."""

    rule: str
    run: RunName
    message: str
    reason: str
    expires: str
    """A date, or empty when there is none."""


@dataclass(frozen=True)
class GateView:
    """What a gate found."""

    headline: str
    checks: tuple[CheckView, ...]
    suppressed: tuple[SuppressedView, ...]
    remarks: tuple[str, ...]


def gate_view(gated: Gated, names: Mapping[str, RunName]) -> GateView:
    """Return the checks, those that did not pass first, and what was suppressed."""
    checks = sorted(gated.checks, key=lambda one: one.outcome is Outcome.PASSED)
    return GateView(
        _headline(gated),
        tuple(_check(one, gated.called(one)) for one in checks),
        tuple(
            SuppressedView(
                one.finding.rule,
                names.get(one.run.name) or RunName(printable(one.run.name), "", printable(one.run.name), -1, ""),
                printable(one.finding.message),
                printable(one.reason),
                one.expires.isoformat() if one.expires else "",
            )
            for one in gated.suppressed
        ),
        tuple(map(printable, gated.remarks)),
    )


def _headline(gated: Gated) -> str:
    failed = sum(one.outcome is Outcome.FAILED for one in gated.checks)
    open_ = sum(one.outcome in (Outcome.INCONCLUSIVE, Outcome.STALE) for one in gated.checks)
    parts = [str(gated.verdict)]
    if gated.failing:
        parts.append(f"{counted(len(gated.failing), 'finding')} at or above {gated.fail_on}")
    if gated.checks:
        passed = len(gated.checks) - failed - open_
        parts.append(f"{counted(len(gated.checks), 'check')}: {passed:,} passed, {failed:,} failed")
    if open_:
        parts.append(f"{open_:,} could not be answered")
    if gated.suppressed:
        parts.append(f"{counted(len(gated.suppressed), 'known finding')} suppressed")
    return ", ".join(parts)


def _check(check: Check, run: str) -> CheckView:
    mark = {Outcome.PASSED: "", Outcome.FAILED: str(check.level)}.get(check.outcome, "warning")
    return CheckView(str(check.outcome), mark, printable(check.name), printable(run), printable(check.message))
