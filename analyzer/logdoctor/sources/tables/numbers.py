"""Numbers as logs spell them: missing, NaN, infinite, wrapped, grouped or plain.

Three outcomes are kept apart throughout: a number (NaN is one), None for "not logged", and ValueError for text.
Python's `float` is used only where it cannot differ: it also takes `1_000` and the digits of other scripts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Cell = TypeVar("_Cell")

CellParser = Callable[[str], float | None]
"""Returns the number in a cell, or None where nothing was logged; raises ValueError for text."""

MISSING = frozenset({"", "NA", "N/A", "n/a", "<NA>", "NaT", "None", "none", "null", "NULL", "-", "--", "No log"})
"""What writers put where nothing was logged. None of them means NaN."""

NO_ROWS = np.empty(0, np.int64)

_NOT_FINITE = re.compile(
    r"(?P<sign>[+-]?)"
    r"(?:(?P<nan>nan(?:[qs]|\(\w{0,16}\))?|1\.#(?:qnan|qnb|qo|snan|snb|ind)0*)|inf(?:inity)?|1\.#inf0*)",
    re.IGNORECASE,
)
"""What is not finite, as C and Java print it: on Windows `-nan(ind)`, and `-1.#IND00` up to Visual Studio 2013."""

_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([,'\u2019\u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*(?:\.[0-9]*)?")
_WRAPPED = re.compile(
    r"(?:(?:tf\.)?[tT]ensor|(?:Device)?[aA]rray|(?:np|numpy|jnp)\.(?:b?float|int)[0-9]+)\(([^,()]+)(?:,.*)?\)"
    r"|<tf\.Tensor: shape=\(\), dtype=\w{1,16}, numpy=([^<>]+)>"
)
_ALONE = re.compile(r"\[ *([^\[\] ,]+) *\]")
_CLOCK = re.compile(r"(?:([0-9]+) days?, )?(?:([0-9]+):)?([0-9]+):([0-9]{2}(?:\.[0-9]+)?)")

LONGEST_NUMBER = 400
"""Characters of the longest number: the largest that a float holds has 309 digits, and no logger pads it."""


@dataclass(frozen=True)
class Cells:
    """A column of cells, read."""

    rows: NDArray[np.int64]
    """(n,) indices of the cells that hold a number, rising."""
    values: NDArray[np.float64]
    """(n,) the numbers."""
    texts: NDArray[np.int64]
    """Indices of the cells that hold something else than a number or nothing."""


def parse_number(text: str) -> float | None:
    """Read one cell strictly; raises ValueError for text.

    `2,048` and `2'048` are two thousand and forty-eight, `tensor(2.1, device='cuda:0')` and `[2.1]` are 2.1,
    `50 %` is 50, `10/300` is text.
    """
    text = text.strip()
    if text in MISSING:
        return None
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"too long for a number: {len(text)} characters")
    if _PLAIN.fullmatch(text):
        return float(text)
    if word := _NOT_FINITE.fullmatch(text):
        return math.nan if word["nan"] else -math.inf if word["sign"] == "-" else math.inf
    if grouped := _GROUPED.fullmatch(text):
        return float(text.replace(grouped[1], ""))
    if text.endswith("%") and _PLAIN.fullmatch(text[:-1].rstrip()):
        return float(text[:-1])
    if wrapped := _WRAPPED.fullmatch(text) or _ALONE.fullmatch(text):
        return parse_number(wrapped[wrapped.lastindex or 1])
    raise ValueError(f"not a number: {text[:40]!r}")


def number_or_text(text: str) -> float | str:
    """Return the number in a setting that was kept as text, or the text."""
    try:
        number = parse_number(text)
    except ValueError:
        return text
    return text if number is None else number


def parse_time(text: str) -> float | None:
    """Read seconds, a clock (`01:23`, `2 days, 1:02:03`) in seconds, or a date in seconds since 1970.

    A date without a time zone counts as UTC, so that a log reads the same on every machine. Raises ValueError for text.
    """
    text = text.strip()
    if clock := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    try:
        return parse_number(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def parse_cells(cells: Sequence[str], parse: CellParser = parse_number) -> Cells:
    """Read a whole column, in C where its cells allow."""
    try:
        return Cells(np.arange(len(cells)), _plain_floats(cells), NO_ROWS)
    except ValueError:
        pass
    logged = np.flatnonzero(np.fromiter(map(len, cells), np.int64, len(cells)))
    present = list(filter(None, cells))
    try:
        return Cells(logged, _plain_floats(present), NO_ROWS)
    except ValueError:
        return _one_by_one(logged.tolist(), present, parse)


def parse_values(values: Sequence[object], parse: CellParser = parse_number) -> Cells:
    """Read a column of values that came out of JSON, where numbers may be strings (fairseq) and null is missing."""
    if set(map(type, values)) <= {float, int}:
        with suppress(OverflowError):
            return Cells(np.arange(len(values)), np.array(values, np.float64), NO_ROWS)
    return _one_by_one(range(len(values)), values, partial(_parse_value, parse))


def _plain_floats(cells: Sequence[str]) -> NDArray[np.float64]:
    """Read cells that all hold a number in ASCII; raises ValueError when one does not."""
    joined = "".join(cells)
    if "_" in joined or not joined.isascii():
        raise ValueError("not plain")
    numbers = np.fromiter(map(float, cells), np.float64, len(cells))
    if np.isinf(numbers).any() and max(map(len, cells)) > LONGEST_NUMBER:
        raise ValueError("not plain")
    return numbers


def _parse_value(parse: CellParser, value: object) -> float | None:
    """Read one value of JSON; raises ValueError for booleans, containers and integers that no float can hold."""
    if value is None:
        return None
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"not a number: {type(value).__name__}")
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("too large") from error


def _one_by_one(rows: Sequence[int], cells: Sequence[_Cell], parse: Callable[[_Cell], float | None]) -> Cells:
    numbers: dict[int, float] = {}
    texts: list[int] = []
    for row, cell in zip(rows, cells, strict=True):
        try:
            value = parse(cell)
        except ValueError:
            texts.append(row)
            continue
        if value is not None:
            numbers[row] = value
    return Cells(np.fromiter(numbers, np.int64), np.fromiter(numbers.values(), np.float64), np.array(texts, np.int64))
