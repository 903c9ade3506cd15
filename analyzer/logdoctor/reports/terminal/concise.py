"""One line per finding, for editors, grep and short terminals."""

from __future__ import annotations

from collections.abc import Iterator

from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.reports.summary import coverage, failed_rules
from logdoctor.reports.terminal.gate import concise_gate_lines
from logdoctor.wording import shown_name


def render(report: Report, page: Page) -> str:
    """Return `run: severity rule: message` for every finding that no other explains, worst first."""
    return "\n".join(_lines(report, page)) + "\n"


def _lines(report: Report, page: Page) -> Iterator[str]:
    diagnosis = report.diagnosis
    for run, finding in diagnosis.findings():
        if not finding.explained_by:
            at = f" ({finding.places[0]})" if finding.places else ""
            yield page.printable(f"{shown_name(run)}: {finding.severity} {finding.rule}: {finding.message}{at}")
    for one in diagnosis.comparisons:
        yield page.printable(f"{one.runs[0]}: compared {one.rule}: {one.message}")
    yield from failed_rules(diagnosis, page)
    if report.gated:
        yield from concise_gate_lines(report.gated, page)
    yield coverage(diagnosis, report.seconds)
