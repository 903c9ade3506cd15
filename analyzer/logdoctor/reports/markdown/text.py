"""Text from logs in Markdown, shown literally: never as a link, an image, a mention, a formula, HTML or a table."""

from __future__ import annotations

import html
import re

from logdoctor.reports.escaping import printable

_ACTING = re.compile(r"[\\`*{}\[\]<>#!|~@&$^]|://|www\.|:[\w+-]+(?::|$)|GH-\d|^\s*(?:\d+[.)](?:\s|$)|[-+=])")
"""What Markdown as GitHub and GitLab read it makes something of; an underscore alone is escaped."""

_BACKTICKS = re.compile(r"`+")


def inert(text: str) -> str:
    """Return a text for a paragraph or a list: in words where it can be, else as code, in which nothing acts."""
    safe = printable(text)
    return code(text) if not safe or _ACTING.search(safe) else safe.replace("_", r"\_")


def code(text: str) -> str:
    """Return a text as code: between more backticks than it holds in a row."""
    safe = printable(text) or "(nothing)"
    mark = "`" * (1 + max(map(len, _BACKTICKS.findall(safe)), default=0))
    blank = " " if safe.startswith(("`", " ")) or safe.endswith(("`", " ")) else ""
    return f"{mark}{blank}{safe}{blank}{mark}"


def cell(text: str) -> str:
    """Return a text for a cell of a table, which a stroke would end, even within code."""
    return code(text).replace("|", r"\x7c")


def html_code(text: str) -> str:
    """Return a text as code within HTML, where Markdown is not read."""
    return f"<code>{html.escape(printable(text))}</code>"
