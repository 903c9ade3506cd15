"""JUnit XML, which Jenkins, GitLab, Azure, CircleCI and Buildkite read: one test suite per run, one case per rule.

A rule that passed is a test case that passed, so that a dashboard shows the share that is sound. The name of a test
case is the rule alone: it is the same test, whatever it finds. Written for the schema of Jenkins' xUnit plugin
(junit-10.xsd).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from logdoctor.diagnosis import Examined
from logdoctor.finding import Comparison, Finding, Severity
from logdoctor.gated import Check, Gated, Outcome, Suppressed
from logdoctor.reports.escaping import printable
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.reports.summary import reason, suppressed_message
from logdoctor.wording import shown_name

PASSED, SKIPPED, FAILURE, ERROR = "", "skipped", "failure", "error"
"""What became of a test case: the element of the schema that says so. An error means that nobody knows."""


@dataclass(frozen=True)
class _Case:
    """One test case."""

    name: str
    outcome: str = PASSED
    message: str = ""
    kind: str = ""
    """The type of a failure: its severity, or the outcome of a check."""
    lines: tuple[str, ...] = ()
    """What is to be read below it."""


def render(report: Report, _page: Page) -> str:
    """Return the diagnosis as JUnit XML, the same bytes for the same input."""
    gated = report.gated
    suites = [(shown_name(one.run), list(_cases(one, gated))) for one in report.diagnosis.runs]
    if report.diagnosis.comparisons:
        suites.append(("comparisons", [_comparison(one) for one in report.diagnosis.comparisons]))
    if gated is not None:
        suites.append(("gate", [_check(one, gated) for one in gated.checks]))
    root = ET.Element("testsuites", {"name": "logdoctor", **_totals([case for _, cases in suites for case in cases])})
    root.extend(_suite(name, cases) for name, cases in suites)
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _cases(examined: Examined, gated: Gated | None) -> Iterator[_Case]:
    """Yield what became of every rule in one run, in the order of rules."""
    outcomes = examined.outcomes
    of_rule: dict[str, list[Finding]] = {}
    for finding in outcomes.findings:
        of_rule.setdefault(finding.rule, []).append(finding)
    known = [one for one in (gated.suppressed if gated else ()) if one.run.name == examined.run.name]
    cases = [
        *(_found(rule, findings, gated, known) for rule, findings in of_rule.items()),
        *(_Case(one.finding.rule, SKIPPED, suppressed_message(one)) for one in known),
        *(_Case(rule) for rule in outcomes.passed),
        *(_Case(one.rule, SKIPPED, one.reason) for one in outcomes.not_applicable),
        *(_Case(one.rule, ERROR, reason(one), "crashed", (one.error,)) for one in outcomes.crashed),
    ]
    once = {case.name: case for case in reversed(cases)}  # a rule of which some findings are suppressed is named once
    yield from (once[name] for name in sorted(once))


def _found(rule: str, findings: Sequence[Finding], gated: Gated | None, known: Sequence[Suppressed]) -> _Case:
    beside = (suppressed_message(one) for one in known if one.finding.rule == rule)
    lines = (*(line for finding in findings for line in _lines(finding)), *beside)
    bad = [one for one in findings if not one.explained_by and _fails(one.severity, gated)]
    if bad:
        return _Case(rule, FAILURE, bad[0].message, str(bad[0].severity), lines)
    if all(one.explained_by for one in findings):
        return _Case(rule, SKIPPED, f"with {findings[0].explained_by}: {findings[0].message}")
    return _Case(rule, PASSED, lines=lines)


def _fails(severity: Severity, gated: Gated | None) -> bool:
    return severity is Severity.ERROR if gated is None else gated.counts(severity)


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity}: {finding.message} (confidence {finding.confidence})"
    yield from (f"at {place}" for place in finding.places)
    for cause in finding.causes:
        yield f"{cause.strength} cause: {cause.text}"
        yield from (f"try: {fix.text}" for fix in cause.fixes)


def _comparison(one: Comparison) -> _Case:
    return _Case(f"{one.rule} {one.runs[0]}", lines=(f"compared: {one.message}", *one.runs))


def _check(check: Check, gated: Gated) -> _Case:
    name = " ".join(part for part in (check.kind, gated.called(check), check.series, check.name) if part)
    if gated.leaves_open(check):
        return _Case(name, ERROR, check.message, str(check.outcome))
    if check.outcome is not Outcome.PASSED and gated.counts(check.level):
        return _Case(name, FAILURE, check.message, str(check.outcome))
    return _Case(name, lines=(f"{check.outcome}: {check.message}",))


def _suite(name: str, cases: Sequence[_Case]) -> ET.Element:
    skipped = sum(case.outcome == SKIPPED for case in cases)
    suite = ET.Element("testsuite", {"name": printable(name), **_totals(cases), "skipped": str(skipped)})
    for case in cases:
        element = ET.SubElement(suite, "testcase", {"classname": printable(name), "name": printable(case.name)})
        text = "\n".join(printable(line) for entry in case.lines for line in entry.splitlines())
        if case.outcome:
            kind = {"type": printable(case.kind)} if case.kind else {}
            outcome = ET.SubElement(element, case.outcome, {"message": printable(case.message), **kind})
            outcome.text = text or None
        elif text:
            ET.SubElement(element, "system-out").text = text
    return suite


def _totals(cases: Sequence[_Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(case.outcome == FAILURE for case in cases)),
        "errors": str(sum(case.outcome == ERROR for case in cases)),
    }
