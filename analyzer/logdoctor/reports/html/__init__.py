"""The report for people as one HTML file that needs neither a network nor scripts."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logdoctor.reports.layout import Page
    from logdoctor.reports.report import Report


MAX_RUNS = 100
"""Most runs of a single page; more become an index and further pages."""


def render(report: Report, _page: Page) -> str:
    """Return the report as one HTML page."""
    from logdoctor.reports.html.document import document
    from logdoctor.reports.html.page import page

    return page(document(report))


def pages(report: Report, name: str) -> dict[str, str]:
    """Return the files of a report by their relative paths; the main one is called `name` and comes last.

    With more than `MAX_RUNS` runs, `report.html` is an index and the folder `report` holds the pages.
    """
    from logdoctor.reports.html.document import document, index, part
    from logdoctor.reports.html.folders import divided
    from logdoctor.reports.html.page import page

    runs = [one.run for one in report.diagnosis.runs]
    if len(runs) <= MAX_RUNS:
        return {name: page(document(report))}
    folder = PurePath(name).stem if PurePath(name).suffix else f"{name}-pages"
    parts = [(f"{folder}/{file}", {run.name for run in held}) for file, held in divided(runs)]
    home = {run: path for path, held in parts for run in held}
    made = {path: page(part(report, held, f"../{name}")) for path, held in parts}
    return {**made, name: page(index(report, home))}
