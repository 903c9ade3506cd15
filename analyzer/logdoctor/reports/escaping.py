"""Make text from logs safe to print: anybody may have written the names, messages and paths in a log."""

from __future__ import annotations

import re
from hashlib import sha256

MAX_SHOWN = 2_000
"""Characters of one text that are shown: nobody reads more, and the name of a series can be a megabyte long."""

_WORKFLOW_COMMAND = re.compile(r"(?:^|(?<= )):(?=:)")
"""GitHub runs what follows `::` at the start of a line, however far it is indented."""

_LOG_COMMAND = re.compile(r"#(?=#\w*\[)")
"""GitHub, Azure Pipelines and TeamCity run `##[...`, `##vso[...` and `##teamcity[...` anywhere in a line."""


def printable(text: str, *, ascii_only: bool = False) -> str:
    """Return a text made harmless, and without its middle where it is very long.

    The checksum of the whole is added, so that two different long names stay different.
    """
    return harmless(_cut(text), ascii_only=ascii_only)


def harmless(text: str, *, ascii_only: bool = False) -> str:
    r"""Return a text, on one line, that drives neither the terminal nor a CI service.

    Control characters and marks that hide or reorder text become `\x1b` or `\u202e`, and so does what starts a
    command of a CI service. With `ascii_only` every other character outside ASCII is escaped too.
    """
    if not text.isprintable() or (ascii_only and not text.isascii()):
        text = "".join(c if _is_plain(c, ascii_only=ascii_only) else _escaped(c) for c in text)
    text = _WORKFLOW_COMMAND.sub(r"\\x3a", text)
    return _LOG_COMMAND.sub(r"\\x23", text)


def _cut(text: str) -> str:
    if len(text) <= MAX_SHOWN:
        return text
    checksum = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{text[: MAX_SHOWN // 2]} [{len(text):,} characters, sha256 {checksum}...] {text[-MAX_SHOWN // 4 :]}"


def _is_plain(character: str, *, ascii_only: bool) -> bool:
    return character.isprintable() and (character.isascii() or not ascii_only)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
