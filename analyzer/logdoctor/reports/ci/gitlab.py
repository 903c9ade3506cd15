"""GitLab's code quality report, a subset of Code Climate's: https://docs.gitlab.com/ci/testing/code_quality/."""

from __future__ import annotations

from typing import Any

from logdoctor.finding import Severity
from logdoctor.reports.ci.annotations import annotated
from logdoctor.reports.ci.checkout import Anchor, anchor
from logdoctor.reports.ci.fingerprints import Fingerprints
from logdoctor.reports.escaping import printable
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.reports.strict_json import written
from logdoctor.reports.summary import suppressed_message

SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(report: Report, _page: Page) -> str:
    """Return a list of issues, worst first, then what is suppressed; the same bytes for the same input."""
    issues = [
        _issue(SEVERITIES[one.severity], one.name, one.message, one.place, one.fingerprint) for one in annotated(report)
    ]
    known = Fingerprints()
    for one in report.gated.suppressed if report.gated else ():
        fingerprint = f"suppressed:{known.of_finding(one.run, one.finding)}"
        issues.append(
            _issue("info", one.finding.rule, suppressed_message(one), anchor(one.run, one.finding), fingerprint)
        )
    return written(issues, indent=1)


def _issue(severity: str, name: str, message: str, place: Anchor, fingerprint: str) -> dict[str, Any]:
    return {
        "description": printable(message),
        "check_name": printable(name),
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": printable(place.path), "lines": {"begin": place.line, "end": place.last_line}},
    }
