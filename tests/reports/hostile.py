"""Names that somebody wrote to be run: made by chance from what acts on terminals, CI services, browsers and tables."""

from __future__ import annotations

import random

ACTING = [
    # terminals: colours, links, the clipboard, the title, what hides or reorders text
    "\x1b[31m", "\x1b]8;;http://evil.example\x07", "\x1b]52;c;ZXZpbA==\x07", "\x1b]0;title\x07",
    "\x9b31m", "\x1bP", "\x07",
    "\x08\x08\x08", "\r", "\n", "\r\n", "\x00", "\x7f", "\x0b", "\x0c", "\x85",
    "\x1e", "\t", "\u2028", "\u2029", "\u202e",
    "\u2066", "\u2069", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u061c", "\U000e0041",
    # CI services
    "::error::", "::error file=a,line=1::", "::stop-commands::x", "::add-mask::e", " ::warning::",
    "\n::error::", ":", "::",
    "##[error]", "##[group]", "##vso[task.complete]", "##teamcity[message]", "#", "##",
    "[", "%0A::error::", "%0D%0A", "%25",
    # browsers and parsers of XML
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</script>", "</style>",
    "</title>", "</details>", "</code>",
    "</testcase>", "<!--", "-->", "]]>", "<![CDATA[", "<?xml", "&lt;", "&#x1b;", "&#0;", "&", "'", '"', "' onload='x",
    '" onload="x', "javascript:alert(1)", "{{7*7}}", "{% raw %}", "{0}", "{",
    # Markdown, Mermaid, tables
    "`", "``", "```", "\n```\n", "```mermaid\n", "~~~", "|", "\\|",
    "\\", "\\`", "[a](javascript:x)", "![x](http://evil.example/x)",
    "[x]: http://evil.example", "<http://evil.example>", "http://evil.example", "www.evil.example",
    "@somebody", "#12", "GH-12",
    "$x$", "$$", ":tada:", "**", "_", "# ", "> ", "- ", "1. ", "---", "===", "%%{init: {}}%%", "xychart-beta",
    # spreadsheets
    "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "\uff1d1", ",", ";", '"=1',
    # paths and addresses
    "../..", "/etc/passwd", "file:///etc/passwd", "C:\\x", "//evil.example", "/", ".", "~",
    # text that is none, or hard to show
    "\ud800", "\udce9", "\udfff", "\ufffe", "\uffff", "\U0001fffe", "\ue000",
    "a\u0301" * 20, "\u5b57", "\U0001f469\u200d\U0001f4bb", "",
    "loss", "train", " ", "  ", "e", "\u00e9", "0", "nan", "null",
]  # fmt: skip

LONG = 50_000
"""Characters of a very long name."""


def names(n: int, seed: int = 0) -> list[str]:
    """Return so many different names, always the same: what acts alone first, then in every mixture."""
    chance = random.Random(seed)
    made = dict.fromkeys(ACTING)
    made[f"{'x' * LONG}\x1b[31m::error::"] = None
    while len(made) < n:
        made["".join(chance.choices(ACTING, k=chance.randint(1, 6)))] = None
    return list(made)[:n]
