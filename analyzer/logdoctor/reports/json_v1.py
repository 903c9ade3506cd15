"""JSON v1: the result for machines. Its shape is frozen; a new version only adds keys.

Strict JSON: a number that is not finite becomes `{"value": null, "nonfinite": "nan"}` (or `inf`, `-inf`).
"""

from __future__ import annotations

import json
from typing import Any

from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Cause, Comparison, Finding, Place, Severity, Span
from logdoctor.gated import Check, Gated, Suppressed
from logdoctor.replayed import to_json
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.reports.strict_json import quantity, value, written
from logdoctor.run import Notice, Series, TextEvent
from logdoctor.version import VERSION

SCHEMA = "logdoctor/1"


def render(report: Report, _page: Page) -> str:
    """Return the diagnosis as a JSON document, the same bytes for the same input."""
    return written(document(report.diagnosis, report.gated), indent=1)


def document(diagnosis: Diagnosis, gated: Gated | None = None) -> dict[str, Any]:
    """Return the diagnosis, and what a gate found, as plain dictionaries, lists, texts and numbers."""
    return {
        **origin(),
        "runs": [run_object(one) for one in diagnosis.runs],
        "comparisons": [comparison_object(one) for one in diagnosis.comparisons],
        "summary": summary_object(diagnosis),
        **({"not_read": list(diagnosis.skipped.not_read)} if diagnosis.skipped.not_read else {}),
        **({} if gated is None else {"gate": _gate(gated)}),
    }


def origin() -> dict[str, Any]:
    """Return which schema it is, and who wrote it."""
    return {"schema": SCHEMA, "tool": {"name": "logdoctor", "version": VERSION}}


def summary_object(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return what was read and how much was found."""
    return {
        "runs": len(diagnosis.runs),
        "series": sum(len(one.run.series) for one in diagnosis.runs),
        "points": diagnosis.points,
        **{f"{severity}s": diagnosis.count(severity) for severity in reversed(Severity)},
        "damaged_files": len(diagnosis.damaged_files),
    }


def run_object(examined: Examined) -> dict[str, Any]:
    """Return a run with everything that the rules found."""
    run, outcomes = examined.run, examined.outcomes
    return {
        "name": run.name,
        "state": str(run.state),
        "sources": [
            {"path": one.path, "format": one.format, "bytes": one.bytes, "used": one.used} for one in run.sources
        ],
        "series": [_series(one) for one in run.series],
        "hyperparameters": {name: value(setting) for name, setting in run.hyperparameters.items()},
        "notices": [_notice(one) for one in run.notices],
        "events": [_event(one) for one in run.events],
        "findings": [finding_object(one) for one in outcomes.findings],
        "replay": None if examined.replay is None else json.loads(to_json(examined.replay)),
        "passed": list(outcomes.passed),
        "not_applicable": [{"rule": one.rule, "reason": one.reason} for one in outcomes.not_applicable],
        "crashed": [{"rule": one.rule, "error": one.error} for one in outcomes.crashed],
    }


def _series(series: Series) -> dict[str, Any]:
    return {
        "name": series.name,
        "role": series.role.id,
        "split": str(series.split),
        "axis": str(series.axis),
        "points": len(series),
        "first_step": series.first_step if len(series) else None,
        "last_step": series.last_step if len(series) else None,
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "kind": notice.kind,
        "path": notice.path,
        "byte_start": notice.byte_start,
        "byte_end": notice.byte_end,
        "line_start": notice.line_start,
        "line_end": notice.line_end,
        "message": notice.message,
    }


def _event(event: TextEvent) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "text": event.text,
        "path": event.path,
        "line": event.line,
        "step": event.step,
    }


def finding_object(finding: Finding) -> dict[str, Any]:
    """Return a finding."""
    return {
        "rule": finding.rule,
        "title": finding.title,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "message": finding.message,
        "spans": [_span(one) for one in finding.spans],
        "places": [_place(one) for one in finding.places],
        "evidence": {name: quantity(one) for name, one in finding.evidence.items()},
        "causes": [_cause(one) for one in finding.causes],
        "explained_by": finding.explained_by or None,
        "group": finding.group,
        "to_tell_apart": list(finding.to_tell_apart),
        "references": list(finding.references),
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "series": span.series,
        "first_step": span.first_step,
        "last_step": span.last_step,
        "note": span.note,
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "line_start": place.line_start,
        "line_end": place.line_end,
        "byte_start": place.byte_start,
        "byte_end": place.byte_end,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "id": cause.id,
        "text": cause.text,
        "strength": str(cause.strength),
        "evidence": [*(f"+ {one}" for one in cause.pro), *(f"- {one}" for one in cause.contra)],
        "fixes": [{"text": fix.text, "tested": fix.tested or None, "basis": fix.basis} for fix in cause.fixes],
    }


def comparison_object(comparison: Comparison) -> dict[str, Any]:
    """Return what several runs show together."""
    return {
        "id": comparison.rule,
        "runs": list(comparison.runs),
        "message": comparison.message,
        "evidence": {name: quantity(one) for name, one in comparison.evidence.items()},
    }


def gate_object(gated: Gated) -> dict[str, Any]:
    """Return the verdict of a gate, and what it was asked for."""
    return {
        "verdict": str(gated.verdict),
        "fail_on": None if gated.fail_on is None else str(gated.fail_on),
        "remarks": list(gated.remarks),
    }


def check_object(check: Check) -> dict[str, Any]:
    """Return one check of a gate."""
    return {
        "type": check.kind,
        "name": check.name,
        "run": check.run,
        "series": check.series,
        "level": str(check.level),
        "outcome": str(check.outcome),
        "message": check.message,
        "evidence": {name: quantity(one) for name, one in check.evidence.items()},
        "span": None if check.span is None else _span(check.span),
    }


def suppressed_object(suppressed: Suppressed) -> dict[str, Any]:
    """Return a finding that is known and does not count."""
    return {
        "run": suppressed.run.name,
        "finding": finding_object(suppressed.finding),
        "reason": suppressed.reason,
        "expires": None if suppressed.expires is None else suppressed.expires.isoformat(),
    }


def _gate(gated: Gated) -> dict[str, Any]:
    return {
        **gate_object(gated),
        "checks": [check_object(one) for one in gated.checks],
        "suppressed": [suppressed_object(one) for one in gated.suppressed],
    }
