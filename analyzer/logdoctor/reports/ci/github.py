"""Workflow commands: what GitHub Actions shows as annotations when it stands in the log of a step.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands; the escapes are those of
actions/toolkit, packages/core/src/command.ts.
"""

from __future__ import annotations

from collections.abc import Iterator

from logdoctor.finding import Severity
from logdoctor.reports.ci.annotations import Annotation, annotated
from logdoctor.reports.escaping import printable
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.reports.summary import counts, suppressed_message
from logdoctor.wording import counted

MAX_A_LEVEL = 10
"""Annotations of one level that GitHub keeps of a step; it drops the others without a word."""

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report, _page: Page) -> str:
    """Return a command for each problem, the worst first, then what was covered, which is no command."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    annotations = annotated(report)
    for severity, command in COMMANDS.items():
        alike = [one for one in annotations if one.severity is severity]
        shown = alike if len(alike) <= MAX_A_LEVEL else alike[: MAX_A_LEVEL - 1]
        yield from (_command(command, one) for one in shown)
        if len(shown) < len(alike):
            rest = f"and {counted(len(alike) - len(shown), f'more {severity}')}"
            yield f"::{command} title=logdoctor::{rest}; GitHub shows ten, the log of this step has them"
            yield from (printable(f"{severity}: {one.name}: {one.message}") for one in alike[MAX_A_LEVEL - 1 :])
    for one in report.gated.suppressed if report.gated else ():
        yield printable(suppressed_message(one))
    for remark in report.gated.remarks if report.gated else ():
        yield printable(remark)
    verdict = f"gate {report.gated.verdict}: " if report.gated else ""
    yield verdict + counts(report.diagnosis)


def _command(command: str, one: Annotation) -> str:
    properties = {
        "title": f"logdoctor {one.name}",
        "file": one.place.path,
        "line": str(one.place.line),
        "endLine": str(one.place.last_line),
    }
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{command} {listed}::{_data(one.message)}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
