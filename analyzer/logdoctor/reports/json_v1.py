"""JSON v1: the result for machines. Its shape is frozen; a new version only adds keys.

Strict JSON: a number that is not finite becomes `{"value": null, "nonfinite": "nan"}` (or `inf`, `-inf`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import logdoctor
from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Cause, Comparison, Finding, Place, Quantity, Severity
from logdoctor.replayed import to_json
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.run import Notice, Series, TextEvent

SCHEMA = "logdoctor/1"


def render(report: Report, _page: Page) -> str:
    """Return the diagnosis as a JSON document, the same bytes for the same input."""
    return json.dumps(document(report.diagnosis), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def document(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the diagnosis as plain dictionaries, lists, texts and numbers."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "logdoctor", "version": logdoctor.__version__},
        "runs": [_run(one) for one in diagnosis.runs],
        "comparisons": [_comparison(one) for one in diagnosis.comparisons],
        "summary": {
            "runs": len(diagnosis.runs),
            "series": sum(len(one.run.series) for one in diagnosis.runs),
            "points": diagnosis.points,
            **{f"{severity}s": diagnosis.count(severity) for severity in reversed(Severity)},
            "damaged_files": len(diagnosis.damaged_files),
        },
    }


def _run(examined: Examined) -> dict[str, Any]:
    run, outcomes = examined.run, examined.outcomes
    return {
        "name": _text(run.name),
        "state": str(run.state),
        "sources": [
            {"path": _text(one.path), "format": one.format, "bytes": one.bytes, "used": one.used} for one in run.sources
        ],
        "series": [_series(one) for one in run.series],
        "hyperparameters": {_text(name): _value(value) for name, value in run.hyperparameters.items()},
        "notices": [_notice(one) for one in run.notices],
        "events": [_event(one) for one in run.events],
        "findings": [_finding(one) for one in outcomes.findings],
        "replay": None if examined.replay is None else json.loads(to_json(examined.replay)),
        "passed": list(outcomes.passed),
        "not_applicable": [{"rule": one.rule, "reason": _text(one.reason)} for one in outcomes.not_applicable],
        "crashed": [{"rule": one.rule, "error": _text(one.error)} for one in outcomes.crashed],
    }


def _series(series: Series) -> dict[str, Any]:
    return {
        "name": _text(series.name),
        "role": series.role.id,
        "split": str(series.split),
        "axis": str(series.axis),
        "points": len(series),
        "first_step": int(series.steps[0]) if len(series) else None,
        "last_step": int(series.steps[-1]) if len(series) else None,
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "kind": notice.kind,
        "path": _text(notice.path),
        "byte_start": notice.byte_start,
        "byte_end": notice.byte_end,
        "line_start": notice.line_start,
        "line_end": notice.line_end,
        "message": _text(notice.message),
    }


def _event(event: TextEvent) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "text": _text(event.text),
        "path": _text(event.path),
        "line": event.line,
        "step": event.step,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "message": _text(finding.message),
        "spans": [
            {"series": _text(s.series), "first_step": s.first_step, "last_step": s.last_step, "note": _text(s.note)}
            for s in finding.spans
        ],
        "places": [_place(one) for one in finding.places],
        "evidence": {name: _quantity(one) for name, one in finding.evidence.items()},
        "causes": [_cause(one) for one in finding.causes],
        "explained_by": finding.explained_by or None,
        "group": _text(finding.group),
        "to_tell_apart": _texts(finding.to_tell_apart),
        "references": list(finding.references),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": _text(place.path),
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
        "evidence": _texts([*(f"+ {text}" for text in cause.pro), *(f"- {text}" for text in cause.contra)]),
        "fixes": [
            {"text": _text(fix.text), "tested": _text(fix.tested) or None, "basis": fix.basis} for fix in cause.fixes
        ],
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "id": comparison.rule,
        "runs": _texts(comparison.runs),
        "message": _text(comparison.message),
        "evidence": {name: _quantity(one) for name, one in comparison.evidence.items()},
    }


def _quantity(quantity: Quantity) -> dict[str, Any]:
    value = _value(quantity.value)
    return {**(value if isinstance(value, Mapping) else {"value": value}), "unit": quantity.unit}


def _value(value: object) -> Any:
    """Return a JSON value; numbers that are not finite become an object that says which they are."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return {"value": None, "nonfinite": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if value is None or isinstance(value, bool | int | float):
        return value
    return float(value)  # type: ignore[arg-type]


def _text(text: str) -> str:
    r"""Escape lone surrogates, which file names of other encodings hold and UTF-8 does not: `\udce9`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _texts(texts: Sequence[str]) -> list[str]:
    return [_text(one) for one in texts]
