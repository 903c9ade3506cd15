"""Annotations beside the code in a CI service: one per problem, worst first, and the checks of a gate that failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor.finding import Severity
from logdoctor.gated import Outcome
from logdoctor.reports.ci.checkout import Anchor, anchor
from logdoctor.reports.ci.fingerprints import Fingerprints
from logdoctor.reports.entries import Entry, entries
from logdoctor.reports.report import Report
from logdoctor.reports.summary import reason
from logdoctor.wording import counted, shown_name

CONFIGURATION = Anchor("logdoctor.toml")
"""Where a check stands that no run matched: what a gate asks is written there."""


@dataclass(frozen=True)
class Annotation:
    """One problem, for people who look at a change."""

    severity: Severity
    name: str
    """The rule, or what a gate asks."""
    message: str
    place: Anchor
    fingerprint: str
    """The same from one analysis to the next."""


def annotated(report: Report) -> list[Annotation]:
    """Return the annotations to show, worst first."""
    fingerprints = Fingerprints()
    annotations = [
        *_checks(report, fingerprints),
        *(_problem(entry, fingerprints) for entry in entries(report.diagnosis)),
        *_failed_rules(report, fingerprints),
    ]
    return sorted(annotations, key=lambda one: -one.severity.rank)


def _checks(report: Report, fingerprints: Fingerprints) -> Iterator[Annotation]:
    if (gated := report.gated) is None:
        return
    runs = {one.run.name: one.run for one in report.diagnosis.runs}
    for check in gated.checks:
        if check.outcome is not Outcome.PASSED:
            place = anchor(runs[check.run]) if check.run in runs else CONFIGURATION
            about = ", ".join(part for part in (gated.called(check), check.series) if part)
            message = f"{about}: {check.name}: {check.outcome}: {check.message}"
            yield Annotation(check.severity, f"gate/{check.kind}", message, place, fingerprints.of_check(check))


def _problem(entry: Entry, fingerprints: Fingerprints) -> Annotation:
    run, finding = entry.run, entry.finding
    also = f", also in {counted(len(entry.others), 'more run')}" if entry.others else ""
    fixes = [f"; try: {fix.text}" for cause in finding.causes[:1] for fix in cause.fixes[:1]]
    message = f"{shown_name(run)}: {finding.message} (confidence {finding.confidence}{also}){''.join(fixes)}"
    fingerprint = fingerprints.of_finding(run, finding)
    return Annotation(finding.severity, finding.rule, message, anchor(run, finding), fingerprint)


def _failed_rules(report: Report, fingerprints: Fingerprints) -> Iterator[Annotation]:
    for one in report.diagnosis.runs:
        for crash in one.outcomes.crashed:
            message = f"rule {crash.rule} failed on run {shown_name(one.run)}: {reason(crash)}; the other rules went on"
            fingerprint = fingerprints.of_failed_rule(one.run, crash.rule)
            yield Annotation(Severity.WARNING, crash.rule, message, anchor(one.run), fingerprint)
