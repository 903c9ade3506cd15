"""A diagnosis as a fragment of HTML for another page: the table that a notebook shows."""

from __future__ import annotations

from collections.abc import Iterator

from logdoctor.diagnosis import Diagnosis
from logdoctor.finding import Finding, Severity
from logdoctor.reports.advice import chosen_fixes
from logdoctor.reports.entries import Entry, entries
from logdoctor.reports.escaping import printable
from logdoctor.wording import counted, shown_name

MAX_ROWS = 50
"""Problems that the table lists before it counts the rest."""

_CELL = "text-align:left;vertical-align:top"
_COLORS = {Severity.ERROR: "#b42318", Severity.WARNING: "#8a5700", Severity.NOTE: "#666b74"}


def render(diagnosis: Diagnosis) -> str:
    """Return a heading and a table with a row for each problem, worst first; everything from a log is escaped."""
    return "".join(_parts(diagnosis))


def _parts(diagnosis: Diagnosis) -> Iterator[str]:
    found = entries(diagnosis)
    counts = ", ".join(counted(diagnosis.count(one), str(one)) for one in reversed(Severity))
    yield f"<div><p><b>{counted(len(diagnosis.runs), 'run')}: {counts}</b></p>"
    if found:
        heads = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in ("", "run", "what happened", "try"))
        yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
        yield from (_row(entry) for entry in found[:MAX_ROWS])
        yield "</tbody></table>"
    if len(found) > MAX_ROWS:
        yield f"<p>and {counted(len(found) - MAX_ROWS, 'more problem')}</p>"
    yield "</div>"


def _row(entry: Entry) -> str:
    finding = entry.finding
    more = f" and {counted(len(entry.others), 'more run')}" if entry.others else ""
    severity = f'<b style="color:{_COLORS[finding.severity]}">{finding.severity}</b><br>{_text(finding.rule)}'
    cells = (severity, _text(shown_name(entry.run) + more), _happened(finding), _text(_first_fix(finding)))
    return "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells) + "</tr>"


def _happened(finding: Finding) -> str:
    cause = f"<br>{_text(finding.causes[0].text)}, {finding.causes[0].strength}" if finding.causes else ""
    return _text(finding.message) + cause


def _first_fix(finding: Finding) -> str:
    return next((fix.text for fix in chosen_fixes(finding.causes, most=1, most_of_a_cause=1)), "")


def _text(text: str) -> str:
    from markupsafe import escape

    return str(escape(printable(text)))
