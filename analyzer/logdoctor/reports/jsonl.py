"""JSON lines: the objects of JSON v1, one per line, each with its `kind`; for `jq`, `grep` and log collectors.

The first line is the `summary`, so that a reader knows how much is to come. Then follow every `run` (all but its
findings), `finding`, `comparison`, and of a gate its `gate`, `check` and `suppressed` lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from logdoctor.gated import Gated
from logdoctor.reports import json_v1
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.reports.strict_json import written


def render(report: Report, _page: Page) -> str:
    """Return one object a line, the same bytes for the same input."""
    return "".join(written({"kind": kind, **object_}) for kind, object_ in _lines(report))


def _lines(report: Report) -> Iterator[tuple[str, Mapping[str, Any]]]:
    diagnosis = report.diagnosis
    yield "summary", {**json_v1.origin(), **json_v1.summary_object(diagnosis)}
    for one in diagnosis.runs:
        run = json_v1.run_object(one)
        del run["findings"]
        yield "run", run
    for where, finding in diagnosis.findings():
        yield "finding", {"run": where.name, **json_v1.finding_object(finding)}
    for comparison in diagnosis.comparisons:
        yield "comparison", json_v1.comparison_object(comparison)
    if report.gated is not None:
        yield from _gate(report.gated)


def _gate(gated: Gated) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "gate", json_v1.gate_object(gated)
    for check in gated.checks:
        yield "check", json_v1.check_object(check)
    for one in gated.suppressed:
        yield "suppressed", json_v1.suppressed_object(one)
