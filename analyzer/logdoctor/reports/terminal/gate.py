"""What a gate found, for the terminal: what failed, what could not be answered, what is known, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from logdoctor.finding import Severity
from logdoctor.gated import Check, Gated, Outcome, Suppressed, Verdict
from logdoctor.reports.layout import Page
from logdoctor.reports.summary import shown_name, why_suppressed
from logdoctor.wording import counted

MAX_SHOWN = 10
"""Checks of one kind, and suppressed findings, that are listed before the others are counted."""

Line = tuple[str, str]
"""What a line is about, and what it says."""


def gate_lines(gated: Gated) -> Iterator[Line]:
    """Yield what a gate found, the verdict last; the texts are not yet safe to print."""
    advisory = [one for one in gated.checks if _bad(one) and not gated.counts(one.level)]
    for label, checks in (("failed", gated.failed_checks), ("not answered", gated.unanswered), ("advice", advisory)):
        yield from _listed(((label, _said(gated, one)) for one in checks), len(checks), "check")
    suppressed = gated.suppressed
    yield from _listed((("suppressed", _known(one)) for one in suppressed), len(suppressed), "suppressed finding")
    for remark in gated.remarks:
        yield "remark", remark
    yield f"gate {gated.verdict}", _why(gated)


def concise_gate_lines(gated: Gated, page: Page) -> Iterator[str]:
    """Yield the same as one line each."""
    for label, text in gate_lines(gated):
        yield page.printable(f"{label}: {text}")


def _bad(check: Check) -> bool:
    return check.outcome in (Outcome.FAILED, Outcome.STALE)


def _listed(lines: Iterable[Line], count: int, noun: str) -> Iterator[Line]:
    for at, line in enumerate(lines):
        if at == MAX_SHOWN:
            yield "and", counted(count - MAX_SHOWN, f"more {noun}")
            return
        yield line


def _said(gated: Gated, check: Check) -> str:
    names = {one.run.name: shown_name(one.run) for one in gated.diagnosis.runs}
    where = names.get(check.run, check.run)
    stale = "stale reference: " if check.outcome is Outcome.STALE else ""
    about = f", {check.series}" if check.series and check.series not in check.name else ""
    return f"{where}{about}: {check.name}: {stale}{check.message}"


def _known(one: Suppressed) -> str:
    return f"{shown_name(one.run)}: {one.finding.rule}: {why_suppressed(one)}"


def _why(gated: Gated) -> str:
    """Say what the verdict rests on."""
    level = f"fails on {gated.fail_on}" if gated.fail_on else "nothing fails it"
    passed = sum(one.outcome is Outcome.PASSED for one in gated.checks)
    parts = {
        Verdict.PASSED: [],
        Verdict.FAILED: [*_counts(gated), _number(gated.failed_checks, "failed check")],
        Verdict.UNFINISHED: ["a rule failed, so what it would have said is not known"],
        Verdict.INCONCLUSIVE: [],
    }[gated.verdict]
    answered = [_number(gated.unanswered, "check") + " not answered"] if gated.unanswered else []
    said = [part for part in parts if part] + answered + [f"{counted(passed, 'check')} passed"]
    return f"{', '.join(said)} ({level})"


def _counts(gated: Gated) -> Iterator[str]:
    for severity in reversed(Severity):
        number = sum(one.severity is severity for _, one in gated.failing)
        if number:
            yield counted(number, severity)


def _number(checks: Sequence[Check], noun: str) -> str:
    return counted(len(checks), noun) if checks else ""
