"""SARIF 2.1.0, as GitHub's code scanning takes it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html and, for what GitHub asks beyond the schema,
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning:
every result has a physical location with a line, no text is empty, and paths are relative to the checkout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from logdoctor.finding import Finding, Quantity
from logdoctor.gated import Check, Outcome, Suppressed
from logdoctor.reports.ci.annotations import CONFIGURATION
from logdoctor.reports.ci.checkout import Anchor, anchor
from logdoctor.reports.ci.fingerprints import Fingerprints
from logdoctor.reports.entries import consequences
from logdoctor.reports.escaping import printable
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.reports.strict_json import quantity, written
from logdoctor.reports.summary import reason, why_suppressed
from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE
from logdoctor.version import VERSION
from logdoctor.wording import shown_name

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

MAX_RESULTS = 5_000
"""GitHub shows no more of one run; it refuses a file with more than 25,000."""

MAX_TITLE = 1_024
"""Characters of a rule's description that GitHub takes."""

MAX_PLACES = 10
"""Further places of a result that are listed."""

_ACTING = re.compile(r"\](?=\()|\{(?=\d+\})")
"""What viewers make a link or a placeholder of, in texts too (SARIF 2.1.0, 3.11.5 and 3.11.6)."""


def render(report: Report, _page: Page) -> str:
    """Return the diagnosis as a SARIF log, the same bytes for the same input."""
    return written({"$schema": SCHEMA, "version": "2.1.0", "runs": [_analysis(report)]}, indent=1)


def _analysis(report: Report) -> dict[str, Any]:
    results = list(_results(report))
    rules = {rule: title for result, title in results if (rule := result["ruleId"])}
    return {
        "tool": {
            "driver": {
                "name": "logdoctor",
                "semanticVersion": VERSION,
                "rules": [_rule(rule, title) for rule, title in sorted(rules.items())],
            }
        },
        "automationDetails": {"id": "logdoctor/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": _is_whole(report),
                "toolExecutionNotifications": list(_notifications(report, left_out=len(results) - MAX_RESULTS)),
            }
        ],
        "results": [result for result, _ in results[:MAX_RESULTS]],
    }


def _is_whole(report: Report) -> bool:
    runs = report.diagnosis.runs
    return bool(runs) and not any(one.outcomes.crashed for one in runs)


def _rule(rule: str, title: str) -> dict[str, Any]:
    text = {"text": _text(title)[:MAX_TITLE]}
    help_text = f"`logdoctor rule {rule}` explains what it means, what it rests on and how to set its thresholds."
    if "/" in rule:
        help_text = "What it asks stands in the configuration (logdoctor.toml or pyproject.toml)."
    return {"id": rule, "shortDescription": text, "fullDescription": text, "help": {"text": help_text}}


def _results(report: Report) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each result with the title of its rule: findings, checks that did not pass, what is suppressed."""
    fingerprints = Fingerprints()
    found = [(run, one) for run, one in report.diagnosis.findings() if not one.explained_by]
    of_run = {one.run.name: one.findings for one in report.diagnosis.runs}
    runs = {one.run.name: one.run for one in report.diagnosis.runs}
    for check in report.gated.checks if report.gated else ():
        if check.outcome is not Outcome.PASSED:
            yield _check(check, runs.get(check.run), fingerprints), f"What the gate asks of a run: {check.kind}"
    for run, finding in found:
        explained = [one.rule for one in consequences(finding, of_run[run.name])]
        yield _finding(run, finding, explained, fingerprints), finding.title
    for one in report.gated.suppressed if report.gated else ():
        yield _suppressed(one, fingerprints), one.finding.title


def _finding(run: Run, finding: Finding, explained: list[str], fingerprints: Fingerprints) -> dict[str, Any]:
    first, *others = _anchors(run, finding)
    fixes = [fix.text for cause in finding.causes[:1] for fix in cause.fixes[:1]]
    lines = [f"{shown_name(run)}: {finding.message}", *(f"Try: {fix}" for fix in fixes)]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": str(finding.severity),
        "message": {"text": "\n".join(map(_text, lines))},
        "locations": [_location(first)],
        "partialFingerprints": {"primaryLocationLineHash": fingerprints.of_finding(run, finding)},
        "properties": {
            "run": _text(run.name),
            "confidence": str(finding.confidence),
            "spans": [
                {"series": _text(one.series), "first_step": one.first_step, "last_step": one.last_step}
                for one in finding.spans
            ],
            "evidence": _evidence(finding.evidence),
            "causes": [{"id": one.id, "strength": str(one.strength)} for one in finding.causes],
            "explains": explained,
        },
    }
    if others:
        result["relatedLocations"] = [_location(one) for one in others[:MAX_PLACES]]
    return result


def _anchors(run: Run, finding: Finding) -> list[Anchor]:
    """Return the line where a finding stands, then the further ones that it is about."""
    return [anchor(run, replace(finding, places=(place,))) for place in finding.places] or [anchor(run, finding)]


def _suppressed(one: Suppressed, fingerprints: Fingerprints) -> dict[str, Any]:
    return {
        **_finding(one.run, one.finding, [], fingerprints),
        "suppressions": [{"kind": "external", "justification": _text(why_suppressed(one))}],
    }


def _check(check: Check, run: Run | None, fingerprints: Fingerprints) -> dict[str, Any]:
    return {
        "ruleId": f"gate/{check.kind}",
        "level": str(check.severity),
        "message": {"text": _text(f"{check.outcome}: {check.name}: {check.message}")},
        "locations": [_location(anchor(run) if run else CONFIGURATION)],
        "partialFingerprints": {"primaryLocationLineHash": fingerprints.of_check(check)},
        "properties": {
            "run": _text(check.run),
            "series": _text(check.series),
            "outcome": str(check.outcome),
            "evidence": _evidence(check.evidence),
        },
    }


def _notifications(report: Report, left_out: int) -> Iterator[dict[str, Any]]:
    """Yield what must be known of the analysis itself: rules that failed, damage, results beyond the limit."""
    for one in report.diagnosis.runs:
        for crash in one.outcomes.crashed:
            yield _notification("error", f"rule {crash.rule} failed on run {one.run.name}: {reason(crash)}")
        for notice in one.run.notices:
            if notice.kind == DAMAGE:
                yield _notification("warning", f"{notice.path}: {notice.message}")
    for remark in report.gated.remarks if report.gated else ():
        yield _notification("note", remark)
    if left_out > 0:
        yield _notification("warning", f"{left_out:,} more results are left out; the json format has all")


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _text(text)}}


def _location(place: Anchor) -> dict[str, Any]:
    file = {"uri": _uri(place.path), "uriBaseId": "%SRCROOT%"}
    region = {"startLine": max(place.line, 1), "endLine": max(place.last_line, place.line, 1)}
    return {"physicalLocation": {"artifactLocation": file, "region": region}}


def _uri(path: str) -> str:
    try:
        return quote(path.encode("utf-8", "surrogateescape"))  # a file name in another encoding becomes its bytes again
    except UnicodeEncodeError:
        return quote(path.encode("utf-8", "surrogatepass"))


def _evidence(evidence: Mapping[str, Quantity]) -> dict[str, Any]:
    quantities = {_text(name): quantity(one) for name, one in evidence.items()}
    return {name: {key: value for key, value in one.items() if value != ""} for name, one in quantities.items()}


def _text(text: str) -> str:
    return _ACTING.sub(lambda match: f"\\x{ord(match[0]):02x}", printable(text)) or "(nothing)"
