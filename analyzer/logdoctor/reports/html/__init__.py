"""The report for people in one HTML file: no network, no script needed to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logdoctor.reports.layout import Page
    from logdoctor.reports.report import Report


def render(report: Report, _page: Page) -> str:
    """Return the report as one HTML page."""
    from logdoctor.reports.html.document import document
    from logdoctor.reports.html.page import page

    return page(document(report))
