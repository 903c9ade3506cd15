"""Decode intact JSON text, including the non-standard JSON that scripts write by hand.

The standard library's decoder accepts NaN and Infinity; strict ones would reject the very steps that diverged.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

MOST_MEMORY = 240 * 1024 * 1024
"""Bytes that a document may take as Python values; of a larger one, only the beginning is read."""

_PRICES = ((b"{", 232), (b"[", 72), (b",", 36), (b":", 8))
"""Bytes that an object, a list, an element and a name cost in 64-bit CPython."""

SHORT = 512 * 1024
"""A line of so few characters is affordable, whatever they are."""

LONGEST_INTEGER = 300
"""Integers of more digits are not used: no float holds them, and Python itself refuses those of more than 4,300."""

_FOREIGN_NAME = re.compile(r'(?<![\udc80-\udcff])[\udc80-\udcff]++[^"\udc80-\udcff]*+"\s*:')

_LONG_INTEGER = re.compile(rf"(?<![0-9])[0-9]{{{LONGEST_INTEGER + 1}}}[0-9]*+")

_OTHER_SPELLING = re.compile(
    r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
    r"|(?<![\w.+-])(?P<nan>[-+]?(?:nan(?:\(\w{0,8}\))?|1\.#(?:qnan|qnb|qo|snan|snb|ind)0*))(?![\w.])"
    r"|(?<![\w.+-])(?P<infinity>[-+]?(?:inf|infinity|1\.#inf0*))(?![\w.])"
    r"|(?P<comma>,)(?=\s*+(?:[}\]]|\Z))",
    re.IGNORECASE | re.DOTALL,
)
"""A string, up to the end of the text if it is unterminated; a non-finite number in any spelling; a trailing comma."""


def decode(text: str) -> Any:
    """Decode JSON, with None for integers that are too long.

    Raises ValueError for text that is not JSON, or is nested deeper than any log.
    """
    try:
        return json.loads(text, parse_int=_integer) if any(long_integers(text)) else json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def spelled_out(text: str) -> str:
    """Return hand-written JSON such as `{"loss": nan, }` in the spelling that the decoder accepts.

    `printf` and Python's `str` have spellings of their own for non-finite numbers. Only an infinity lengthens the text.
    """
    return _OTHER_SPELLING.sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    if found["nan"]:
        return "NaN".rjust(len(found[0]))
    if found["infinity"]:
        return "-Infinity" if found[0].startswith("-") else "Infinity".rjust(len(found[0]))
    return " " if found["comma"] else found[0]


def place_before_spelling(text: str) -> Callable[[int], int]:
    """Return the function that maps a position in `spelled_out(text)` back to its position in the text."""
    starts, shifts = list[int](), [0]  # where each lengthened word starts, and the characters added before it
    for found in _OTHER_SPELLING.finditer(text):
        if more := len(_spelled(found)) - len(found[0]):
            starts.append(found.start() + shifts[-1])
            shifts.append(shifts[-1] + more)
    return lambda place: place - shifts[bisect_left(starts, place)]


def long_integers(text: str) -> Iterator[re.Match[str]]:
    """Yield the integers in a text that have more than LONGEST_INTEGER digits."""
    return _LONG_INTEGER.finditer(text) if len(text) > LONGEST_INTEGER else iter(())


def foreign_name(text: str) -> re.Match[str] | None:
    """Find a name that is not UTF-8: an overwritten string, which may have swallowed other names and values."""
    return None if text.isascii() else _FOREIGN_NAME.search(text)


def memory_of(piece: bytes) -> int:
    """Estimate the bytes that a piece of JSON takes while it is decoded, and as Python values."""
    characters = (2 if piece.isascii() else 8) * len(piece)
    return characters + sum(price * piece.count(mark) for mark, price in _PRICES)


def is_affordable(text: str) -> bool:
    """Tell whether one line can be decoded in MOST_MEMORY."""
    return len(text) < SHORT or memory_of(text.encode("utf-8", "surrogatepass")) <= MOST_MEMORY


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_INTEGER else None
