"""The result of a gate for the terminal: what failed, what is inconclusive, what is known, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from logdoctor.finding import Severity
from logdoctor.gated import Check, Gated, Outcome, Suppressed, Verdict
from logdoctor.reports.layout import Page
from logdoctor.reports.summary import why_suppressed
from logdoctor.wording import counted, first_of, shown_name

MAX_SHOWN = 10
"""Checks of one kind, and suppressed findings, that are listed before the others are counted."""

Line = tuple[str, str]
"""What a line is about, and what it says."""


def gate_lines(gated: Gated) -> Iterator[Line]:
    """Yield what a gate found, the verdict last; the texts are not yet safe to print."""
    advisory = [one for one in gated.checks if _bad(one) and not gated.counts(one.level)]
    for label, checks in (("failed", gated.failed_checks), ("not answered", gated.unanswered), ("advice", advisory)):
        lines = [((label, _explained(gated, alike)), len(alike)) for alike in _alike(checks)]
        yield from _listed(lines, "check")
    yield from _listed([(("suppressed", _known(one)), 1) for one in gated.suppressed], "suppressed finding")
    for remark in gated.remarks:
        yield "remark", remark
    yield f"gate {gated.verdict}", _why(gated)


def concise_gate_lines(gated: Gated, page: Page) -> Iterator[str]:
    """Yield the same as one line each."""
    for label, text in gate_lines(gated):
        yield page.printable(f"{label}: {text}")


def _bad(check: Check) -> bool:
    return check.outcome in (Outcome.FAILED, Outcome.STALE)


def _listed(lines: Sequence[tuple[Line, int]], noun: str) -> Iterator[Line]:
    """Yield the first lines; count the checks behind the others."""
    yield from (line for line, _ in lines[:MAX_SHOWN])
    if more := sum(count for _, count in lines[MAX_SHOWN:]):
        yield "and", counted(more, f"more {noun}")


def _alike(checks: Iterable[Check]) -> Iterable[Sequence[Check]]:
    """Put together the checks of several runs that say the same."""
    by_text: dict[tuple[str, ...], list[Check]] = {}
    for one in checks:
        by_text.setdefault((one.name, one.series, one.outcome, one.message), []).append(one)
    return by_text.values()


def _explained(gated: Gated, alike: Sequence[Check]) -> str:
    check, names = alike[0], [gated.called(one) for one in alike]
    stale = "stale reference: " if check.outcome is Outcome.STALE else ""
    about = f", {check.series}" if check.series and check.series not in check.name else ""
    return f"{first_of(names)}{about}: {check.name}: {stale}{check.message}"


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
    reasons = [part for part in parts if part] + answered + [f"{counted(passed, 'check')} passed"]
    return f"{', '.join(reasons)} ({level})"


def _counts(gated: Gated) -> Iterator[str]:
    for severity in reversed(Severity):
        failing = [f"{shown_name(run)}: {one.rule}" for run, one in gated.failing if one.severity is severity]
        if failing:
            yield f"{counted(len(failing), severity)} ({first_of(failing)})"


def _number(checks: Sequence[Check], noun: str) -> str:
    return counted(len(checks), noun) if checks else ""
