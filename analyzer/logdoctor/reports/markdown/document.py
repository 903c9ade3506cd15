"""Markdown for a job summary or a comment: the verdict, the runs, and every problem in a collapsible section.

`-o markdown="$GITHUB_STEP_SUMMARY"` puts it on the page of a job of GitHub Actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Cause, Quantity, Severity, Strength
from logdoctor.gated import Check, Gated, Outcome
from logdoctor.reports.entries import Entry, entries
from logdoctor.reports.layout import Page
from logdoctor.reports.markdown.mermaid import chart
from logdoctor.reports.markdown.text import cell, html_code, inert
from logdoctor.reports.report import Report
from logdoctor.reports.sibling_names import briefly
from logdoctor.reports.summary import all_clear, counts, damage, failed_rules, suppressed_message, unjudged
from logdoctor.wording import counted, number, percent, shown_name, shown_state

MAX_BYTES = 900_000
"""GitHub shows nothing of a summary above 1 MiB a step; the rest is room for what the step's other commands write."""

MAX_RUNS = 200
MAX_CAUSES = 3
MAX_LINES = 50
"""Of one kind: comparisons, suppressed findings, checks that passed."""


def render(report: Report, page: Page) -> str:
    """Return the diagnosis as Markdown of at most `MAX_BYTES`."""
    found = briefly(entries(report.diagnosis), {one.run.name for one in report.diagnosis.runs})
    before = [_verdict(report), *_drawn(found), *_gate(report.gated), *_table(report.diagnosis)]
    after = [*_comparisons(report.diagnosis), *_suppressed(report.gated), *_remarks(report, page)]
    room = MAX_BYTES - sum(len(one.encode()) + 2 for one in (*before, *after))
    return "\n\n".join([*before, *_fitting([_fold(entry) for entry in found], room), *after]) + "\n"


def _fitting(folds: Sequence[str], room: int) -> Iterator[str]:
    """Yield the folds that there is room for, and how many there was none for."""
    for at, fold in enumerate(folds):
        room -= len(fold.encode()) + 2
        if room < 0:
            yield f"{counted(len(folds) - at, 'more finding')} without room here; the json format has all."
            return
        yield fold


def _verdict(report: Report) -> str:
    diagnosis = report.diagnosis
    errors, warnings = (diagnosis.count(one) for one in (Severity.ERROR, Severity.WARNING))
    totals = [counted(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n]
    gate = ""
    if gated := report.gated:
        gate = f"gate {gated.verdict}. "
        totals += [counted(len(gated.failed_checks), "failed check")] if gated.failed_checks else []
        totals += [f"{counted(len(gated.unanswered), 'check')} not answered"] if gated.unanswered else []
    if totals and diagnosis.runs:
        *first, last = totals
        listed = f"{', '.join(first)}{' and ' if first else ''}{last}"
        verdict = f"{listed} in {counted(len(diagnosis.runs), 'run')}"
    else:
        verdict = all_clear(diagnosis)
    left_out = f" {report.left_out[0].upper()}{report.left_out[1:]}." if report.left_out else ""
    return f"## logdoctor: {gate}{verdict}\n\n{counts(diagnosis)}.{left_out}"


def _drawn(found: Sequence[Entry]) -> Iterator[str]:
    """Yield the chart of the worst problem whose run has losses to draw."""
    for entry in found:
        if entry.finding.severity is not Severity.NOTE and (lines := chart(entry.run)):
            yield f"{inert(entry.finding.message)} ({inert(shown_name(entry.run))})\n\n" + "\n".join(lines)
            return


def _table(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.runs:
        return
    rows = sorted(diagnosis.runs, key=_worst)
    lines = ["| Run | State | Errors | Warnings | Notes | First finding |", "|---|---|--:|--:|--:|---|"]
    lines += map(_row, rows[:MAX_RUNS])
    more = [f"\nand {counted(len(rows) - MAX_RUNS, 'more run')}"] if len(rows) > MAX_RUNS else []
    yield "\n".join([*lines, *more])


def _worst(examined: Examined) -> tuple[int, ...]:
    return tuple(-n for n in _counts(examined))


def _counts(examined: Examined) -> list[int]:
    roots = [one for one in examined.findings if not one.explained_by]
    return [sum(one.severity is severity for one in roots) for severity in reversed(Severity)]


def _row(examined: Examined) -> str:
    first = next((one.rule for one in examined.findings if not one.explained_by), "")
    numbers = [str(n or "") for n in _counts(examined)]
    cells = [cell(shown_name(examined.run)), shown_state(examined.run), *numbers, cell(first) if first else ""]
    return f"| {' | '.join(cells)} |"


def _fold(entry: Entry) -> str:
    finding = entry.finding
    also = f" and {counted(len(entry.others), 'more run')}" if entry.others else ""
    summary = f"{finding.severity} {html_code(finding.rule)} in {html_code(shown_name(entry.run))}{also}"
    lines = [f"**{inert(finding.message)}**", f"Confidence {finding.confidence}."]
    lines += [f"- at {inert(str(place))}" for place in finding.places[:MAX_CAUSES]]
    lines += [f"- {inert(name)}: {_measured(one)}" for name, one in finding.evidence.items()]
    for rank, cause in enumerate(finding.causes[:MAX_CAUSES], start=1):
        lines += _cause(rank, cause)
    if entry.others:
        lines.append(f"Also in {', '.join(inert(shown_name(run)) for run in entry.others[:MAX_LINES])}.")
    if entry.consequences:
        lines.append("With it: " + "; ".join(f"{inert(one.rule)}: {inert(one.message)}" for one in entry.consequences))
    lines.append(f"Next: `logdoctor rule {finding.rule}`")
    return f"<details><summary>{summary}</summary>\n\n" + _spaced(lines) + "\n\n</details>"


def _cause(rank: int, cause: Cause) -> Iterator[str]:
    yield f"Cause {rank}, {cause.strength}: {inert(cause.text)}"
    yield from (f"- for: {inert(one)}" for one in cause.pro)
    yield from (f"- against: {inert(one)}" for one in cause.contra)
    if cause.strength is not Strength.UNLIKELY:
        for fix in cause.fixes:
            yield f"- try: {inert(fix.text)} ({inert(f'tested by {fix.tested}' if fix.tested else fix.basis)})"


def _measured(one: Quantity) -> str:
    if isinstance(one.value, str):
        return inert(f"{one.value} {one.unit}".rstrip())
    if one.unit.startswith("share"):
        return inert(f"{percent(one.value)}{one.unit.removeprefix('share')}")
    return inert(f"{number(one.value)} {one.unit}".rstrip())


def _spaced(lines: Sequence[str]) -> str:
    """Join lines so that each is a paragraph, or one of a list."""
    text = lines[0]
    for before, line in pairwise(lines):
        text += ("\n" if before.startswith("- ") and line.startswith("- ") else "\n\n") + line
    return text


def _gate(gated: Gated | None) -> Iterator[str]:
    if gated is None or not gated.checks:
        return
    passed = [one for one in gated.checks if one.outcome is Outcome.PASSED]
    open_ = sorted((one for one in gated.checks if one not in passed), key=lambda one: -one.level.rank)
    if open_:
        yield _checks(gated, open_)
    if passed:
        summary = f"{counted(len(passed), 'check')} passed"
        yield f"<details><summary>{summary}</summary>\n\n{_checks(gated, passed)}\n\n</details>"


def _checks(gated: Gated, checks: Sequence[Check]) -> str:
    lines = ["| Gate | Level | Run | Series | Asked | Found |", "|---|---|---|---|---|---|"]
    for one in checks[:MAX_RUNS]:
        texts = [gated.called(one), one.series, one.name, one.message]
        lines.append(f"| {one.outcome} | {one.level} | {' | '.join(map(cell, texts))} |")
    more = [f"\nand {counted(len(checks) - MAX_RUNS, 'more check')}"] if len(checks) > MAX_RUNS else []
    return "\n".join([*lines, *more])


def _comparisons(diagnosis: Diagnosis) -> Iterator[str]:
    compared = diagnosis.comparisons
    lines = [f"Compared, {inert(one.rule)}: {inert(one.message)} ({inert(one.runs[0])})" for one in compared]
    yield from _list(lines, "comparison")


def _suppressed(gated: Gated | None) -> Iterator[str]:
    if gated is not None:
        yield from _list([inert(suppressed_message(one)) for one in gated.suppressed], "suppressed finding")
        yield from _list([inert(one) for one in gated.remarks], "remark")


def _remarks(report: Report, page: Page) -> Iterator[str]:
    for remarks in (damage, unjudged, failed_rules):
        yield from _list([inert(line) for line in remarks(report.diagnosis, page)], "line")


def _list(lines: Sequence[str], what: str) -> Iterator[str]:
    if lines:
        more = [f"- and {counted(len(lines) - MAX_LINES, f'more {what}')}"] if len(lines) > MAX_LINES else []
        yield "\n".join([*(f"- {line}" for line in lines[:MAX_LINES]), *more])
