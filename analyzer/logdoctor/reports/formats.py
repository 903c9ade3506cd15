"""The formats that a report can be written in, by name; the module of a format is imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logdoctor.reports.layout import Page
    from logdoctor.reports.report import Report

FORMATS = {
    "full": "terminal.full",
    "concise": "terminal.concise",
    "json": "json_v1",
    "html": "html",
    "jsonl": "jsonl",
    "sarif": "ci.sarif",
    "junit": "ci.junit",
    "github": "ci.github",
    "gitlab": "ci.gitlab",
    "markdown": "markdown.document",
}
"""Module of each format, which holds `render(report, page)`.

One that may need several files holds `pages(report, name)` as well.
"""

FOR_MACHINES = frozenset({"html", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown"})
"""Formats that are UTF-8 wherever they go, and whose first byte is data."""


def render(name: str, report: Report, page: Page) -> str:
    """Return a report in a format of `FORMATS`; `page` is where formats for people are shown."""
    text: str = import_module(f"logdoctor.reports.{FORMATS[name]}").render(report, page)
    return text


def render_files(format_name: str, report: Report, page: Page, file: str) -> dict[str, str]:
    """Return a report as files, by their paths beside `file`, the one that was asked for; it stands last."""
    module = import_module(f"logdoctor.reports.{FORMATS[format_name]}")
    several: dict[str, str] | None = module.pages(report, file) if hasattr(module, "pages") else None
    return several or {file: module.render(report, page)}
