"""The result of a gate in the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from logdoctor.gated import Check, Gated, Outcome
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.names import RunName, unlisted_name
from logdoctor.wording import counted


@dataclass(frozen=True)
class CheckView:
    """One check of a gate."""

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

    verdict: str
    why: str
    """What the verdict rests on."""
    checks: tuple[CheckView, ...]
    """Those that did not pass."""
    passed: tuple[CheckView, ...]
    suppressed: tuple[SuppressedView, ...]
    remarks: tuple[str, ...]


def gate_view(gated: Gated, names: Mapping[str, RunName]) -> GateView:
    """Return the checks and what was suppressed."""
    checks = [_check(one, gated.called(one)) for one in gated.checks]
    return GateView(
        str(gated.verdict),
        _why(gated),
        tuple(one for one in checks if one.outcome != Outcome.PASSED),
        tuple(one for one in checks if one.outcome == Outcome.PASSED),
        tuple(
            SuppressedView(
                one.finding.rule,
                names.get(one.run.name) or unlisted_name(one.run.name),
                printable(one.finding.message),
                printable(one.reason),
                one.expires.isoformat() if one.expires else "",
            )
            for one in gated.suppressed
        ),
        tuple(printable(one[:1].upper() + one[1:]) for one in gated.remarks),
    )


def _why(gated: Gated) -> str:
    if not gated.diagnosis.runs:
        return "; ".join(printable(one.message) for one in gated.checks)
    outcomes = Counter(one.outcome for one in gated.checks)
    failed, passed = outcomes[Outcome.FAILED], outcomes[Outcome.PASSED]
    open_ = outcomes[Outcome.INCONCLUSIVE] + outcomes[Outcome.STALE]
    parts = {
        f"{counted(len(gated.failing), 'finding')} at or above {gated.fail_on}": gated.failing,
        f"{counted(failed, 'check')} failed": failed,
        f"{counted(open_, 'check')} could not be answered": open_,
        f"{counted(passed, 'check')} passed": passed,
        f"{counted(len(gated.suppressed), 'known finding')} suppressed": gated.suppressed,
    }
    return ", ".join(text for text, is_so in parts.items() if is_so)


def _check(check: Check, run: str) -> CheckView:
    mark = {Outcome.PASSED: "", Outcome.FAILED: str(check.level)}.get(check.outcome, "warning")
    return CheckView(str(check.outcome), mark, printable(check.name), printable(run), printable(check.message))
