"""Layout of text in a terminal: width, line breaks, columns and emphasis."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from logdoctor.reports.escaping import printable

WIDTH = 100
"""Columns where nothing is known of the terminal; longer lines are hard to read."""

MIN_WIDTH = 40
"""Narrower terminals get lines of this width, for nothing would be left of a curve; phones have 40 to 50."""

MIN_TEXT = 24
"""Columns that a text needs so that something may stand beside it."""

_SGR = re.compile(r"\x1b\[[0-9;]*m")
_BOLD, _DIM, _RED, _YELLOW = "1", "2", "31", "33"
_SEVERITY_COLORS = {"error": _RED, "warning": _YELLOW}


@dataclass(frozen=True)
class Page:
    """What the terminal can show."""

    width: int = WIDTH
    color: bool = False
    unicode: bool = True

    def printable(self, text: str) -> str:
        """Return a text from a log made safe, in characters that this terminal has."""
        return printable(text, ascii_only=not self.unicode)

    def bold(self, text: str) -> str:
        """Set off a title."""
        return self._painted(text, _BOLD)

    def dim(self, text: str) -> str:
        """Set back a label or an id."""
        return self._painted(text, _DIM)

    def severity(self, word: str) -> str:
        """Colour the word for a severity; it is the only colour there is."""
        return self._painted(word, _SEVERITY_COLORS.get(word, ""))

    def _painted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and code and text else text

    def shortened(self, text: str, columns: int) -> str:
        """Cut a text in the middle where it is too wide: names differ at both ends."""
        if cells(text) <= columns:
            return text
        dots = "…" if self.unicode else ".."
        tail = (columns - len(dots)) // 2
        head = _fitting(text, columns - len(dots) - tail)
        return text[:head] + dots + text[len(text) - _fitting(text[::-1], tail) :]

    def beside(self, prefix: str, text: str, aside: str) -> list[str]:
        """Break a text after a prefix with something set back at the right edge, or below it where there is no room."""
        indent, at = cells(prefix), self.width - cells(aside)
        if at - 2 - indent >= min(MIN_TEXT, cells(text)):
            first, *rest = hanging(prefix, text, at - 2)
            return [padded(first, at) + self.dim(aside.rstrip()), *rest]
        below = hanging(" " * max(indent, at), aside, self.width)
        return [*hanging(prefix, text, self.width), *map(self.dim, below)]


def cells(text: str) -> int:
    """Return how many columns a text takes: none for colours and combining marks, two for East Asian characters."""
    if text.isascii() and "\x1b" not in text:
        return len(text)
    return sum(_columns(character) for character in _SGR.sub("", text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Me":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fitting(text: str, columns: int) -> int:
    """Return how many characters of a text fit into some columns."""
    taken = 0
    for at, character in enumerate(text):
        taken += _columns(character)
        if taken > columns:
            return at
    return len(text)


def padded(text: str, columns: int) -> str:
    """Fill up with blanks to a number of columns."""
    return text + " " * (columns - cells(text))


def wrapped(text: str, columns: int) -> list[str]:
    """Break a text between words; a word that is wider than a line is cut."""
    lines = [""]
    for word in text.split():
        rest = word
        if lines[-1] and cells(lines[-1]) + 1 + cells(rest) <= columns:
            lines[-1] += f" {rest}"
            continue
        if lines[-1]:
            lines.append("")
        while cells(rest) > columns:
            at = _cut(rest, columns)
            lines[-1] = rest[:at]
            lines.append("")
            rest = rest[at:]
        lines[-1] = rest
    return lines


def _cut(word: str, columns: int) -> int:
    """Return where to cut a long word: after a slash if there is one in the later half of the line.

    Never before a colon, for two of them at the start of a line are a command.
    """
    at = max(_fitting(word, columns), 1)
    slash = word.rfind("/", at // 2, at)
    at = slash + 1 if slash >= 0 else at
    while at > 1 and word[at : at + 1] == ":":
        at -= 1
    return at


def hanging(prefix: str, text: str, width: int) -> list[str]:
    """Break a text after a prefix; what follows the first line is indented as far as the prefix is wide."""
    indent = cells(prefix)
    first, *rest = wrapped(text, max(width - indent, 1))
    return [prefix + first, *(" " * indent + line for line in rest)]


def table(rows: Sequence[Sequence[str]], *, right: Iterable[int] = ()) -> list[str]:
    """Line up rows of cells two blanks apart; the columns named in `right` end in line, as numbers do."""
    widths = [max(cells(cell) for cell in column) for column in zip(*rows, strict=True)]
    ends_in_line = [i in set(right) for i in range(len(widths))]
    return ["  ".join(map(_set, row, widths, ends_in_line)).rstrip() for row in rows]


def _set(cell: str, columns: int, right: bool) -> str:  # noqa: FBT001 - called by map
    return " " * (columns - cells(cell)) + cell if right else padded(cell, columns)


def listed(names: Sequence[str], columns: int) -> str:
    """Write as many names as fit into some columns: `a, b and 4 more`."""
    for shown in range(len(names), 0, -1):
        rest = len(names) - shown
        text = ", ".join(names[:shown]) + (f" and {rest:,} more" if rest else "")
        if cells(text) <= columns:
            return text
    return "1 run" if len(names) == 1 else f"{len(names):,} runs"
