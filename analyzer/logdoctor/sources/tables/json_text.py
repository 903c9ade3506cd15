"""JSON text to values, as far as it is intact.

The standard library's decoder takes NaN and Infinity, which strict readers refuse together with the very steps that
diverged. A document that was cut off, or has a hole, is mended: the elements before and after it are whole.
"""

from __future__ import annotations

import json
import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE, INTERRUPTED_WRITE
from logdoctor.sources.source import HEAD_BYTES
from logdoctor.sources.tables.lost_lines import MOST_NOTICES
from logdoctor.sources.tables.text import BLOCK_BYTES, Encoding, encoding_of

MOST_MEMORY = 240 * 1024 * 1024
"""Bytes that a document may take as Python values; of a larger one the beginning is read."""

_PRICES = ((b"{", 232), (b"[", 72), (b",", 36), (b":", 8))
"""What an object, a list, and a number in either take in CPython of 64 bits."""

SHORT = 512 * 1024
"""Characters of a line that can be decoded whatever they are."""

LONGEST_INTEGER = 300
"""Integers of more digits are not used: no float holds them, and Python itself refuses those of more than 4,300."""

_MOST_HOLES = 20
"""How many holes of one document are mended before the rest of it is let go."""

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
"""A string, to the end of the text where it is not closed, or a mark between elements."""

_FOREIGN_NAME = re.compile(r'(?<![\udc80-\udcff])[\udc80-\udcff]++[^"\udc80-\udcff]*+"\s*:')

_LONG_INTEGER = re.compile(rf"(?<![0-9])[0-9]{{{LONGEST_INTEGER + 1}}}[0-9]*+")

_OTHER_SPELLING = re.compile(
    r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
    r"|(?<![\w.+-])(?P<nan>[-+]?(?:nan(?:\(\w{0,8}\))?|1\.#(?:qnan|qnb|qo|snan|snb|ind)0*))(?![\w.])"
    r"|(?<![\w.+-])(?P<infinity>[-+]?(?:inf|infinity|1\.#inf0*))(?![\w.])"
    r"|(?P<comma>,)(?=\s*+(?:[}\]]|\Z))",
    re.IGNORECASE | re.DOTALL,
)
"""A string, to the end of the text where it is not closed; a number that is not finite, in any spelling; a comma behind
which nothing comes."""

_NEXT_RECORD = re.compile(r"\}\s*,\s*(?=\{)")
_SPACE = re.compile(r"[ \t\r\n\x1e]*+")
_CLOSING = {"{": "}", "[": "]"}

_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Document:
    """A JSON document, and what of it was lost."""

    content: Any
    notices: tuple[Notice, ...] = ()


def decode(text: str) -> Any:
    """Decode JSON, with null for integers that are too long.

    Raises ValueError when it is none, or is nested deeper than any log.
    """
    try:
        return json.loads(text, parse_int=_integer) if any(long_integers(text)) else json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def spelled_out(text: str) -> str:
    """Return JSON that a script put together by hand as its decoder takes it: `{"loss": nan, }`.

    `printf` and Python's `str` spell what is not finite otherwise than JSON. Only an infinity makes the text longer.
    """
    return _OTHER_SPELLING.sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    if found["nan"]:
        return "NaN".rjust(len(found[0]))
    if found["infinity"]:
        return "-Infinity" if found[0].startswith("-") else "Infinity".rjust(len(found[0]))
    return " " if found["comma"] else found[0]


def _before_spelling(text: str, holes: Sequence[_Hole]) -> list[_Hole]:
    """Return where in a text the holes stand that stand somewhere once it is spelled out."""
    starts, shifts = list[int](), [0]  # where words stand that became longer, and by how much all of them so far
    for found in _OTHER_SPELLING.finditer(text):
        if more := len(_spelled(found)) - len(found[0]):
            starts.append(found.start() + shifts[-1])
            shifts.append(shifts[-1] + more)

    def before(position: int) -> int:
        return position - shifts[bisect_left(starts, position)]

    return [_Hole(before(one.start), before(one.end)) for one in holes]


def long_integers(text: str) -> Iterator[re.Match[str]]:
    """Yield the integers in a text that are too long to be numbers of a log."""
    return _LONG_INTEGER.finditer(text) if len(text) > LONGEST_INTEGER else iter(())


def foreign_name(text: str) -> re.Match[str] | None:
    """Find a name that is not UTF-8: a string written over, which may have swallowed names and values."""
    return None if text.isascii() else _FOREIGN_NAME.search(text)


def load(path: Path, without: re.Pattern[bytes] | None = None) -> Document:
    """Read a document, as far as memory allows; raises UnreadableLogError when nothing can be read, and OSError.

    What matches `without` is left out while the file is read, such as pictures; where there is any, damage is told
    without its bytes.
    """
    data, size, left_out, read = _affordable(path, without)
    encoding = encoding_of(data[:HEAD_BYTES])
    text = encoding.decode(memoryview(data)[encoding.mark :].tobytes() if encoding.mark else data)
    del data
    try:
        content, holes = _read(text)
    except ValueError as error:
        raise UnreadableLogError(f"{path}: no JSON that can be read: {error}") from error
    notices = [_notice(path, text, hole, encoding) for hole in holes]
    notices += [_too_long(path, text, found, encoding) for found in islice(long_integers(text), MOST_NOTICES)]
    if read < size:
        start = notices[-1].byte_start if notices else read
        message = f"The document is too large to be read as a whole: bytes {start} to {size} were not used."
        notices = [*notices[:-1], Notice(DAMAGE, str(path), message, start, size)]
    if left_out:
        message = "The document is damaged; what stands around the damage was read."
        notices = [Notice(DAMAGE, str(path), message) for _ in notices[:1]]
    return Document(content, tuple(notices))


def _affordable(path: Path, without: re.Pattern[bytes] | None) -> tuple[bytes, int, int, int]:
    """Return as much of a file's beginning as can be decoded in MOST_MEMORY, and how large the file is.

    Behind these come how many bytes were left out of it, and up to where it was read.
    """
    pieces: list[bytes] = []
    cost = left_out = read = 0
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while piece := file.read(BLOCK_BYTES):
            kept = piece if without is None else without.sub(b"", piece)
            cost += _price(kept)
            if cost > MOST_MEMORY and pieces:
                break
            pieces.append(kept)
            read, left_out = read + len(piece), left_out + len(piece) - len(kept)
    return b"".join(pieces), size, left_out, read


def _price(piece: bytes) -> int:
    characters = (2 if piece.isascii() else 8) * len(piece)
    return characters + sum(price * piece.count(mark) for mark, price in _PRICES)


def is_affordable(text: str) -> bool:
    """Tell whether one line can be decoded in MOST_MEMORY."""
    return len(text) < SHORT or _price(text.encode("utf-8", "surrogatepass")) <= MOST_MEMORY


@dataclass(frozen=True)
class _Hole:
    """Characters that were left out."""

    start: int
    end: int


@dataclass(frozen=True)
class _Bracket:
    kind: str
    at: int


@lru_cache(maxsize=1)  # every source that knows a shape of JSON asks about the same head
def beginning(start: bytes) -> Any:
    """Return as much of a document as its first bytes hold, or None when they are no JSON."""
    encoding = encoding_of(start)
    try:
        return _read(encoding.decode(start[encoding.mark :]))[0]
    except ValueError:
        return None


def _read(text: str) -> tuple[Any, list[_Hole]]:
    """Decode a document, and return where it is damaged; raises ValueError when nothing is left."""
    try:
        return _decode_document(text), []
    except ValueError:
        spelled = spelled_out(text)
    content, holes = _mended(spelled)
    return content, holes if len(spelled) == len(text) else _before_spelling(text, holes)


def _mended(text: str) -> tuple[Any, list[_Hole]]:
    """Decode a document after taking out what is damaged; raises ValueError when nothing is left."""
    mending = _Mending(text)
    for _ in range(_MOST_HOLES + 3):  # the last rounds cut off what can no longer be mended
        try:
            return _decode_document(mending.text), mending.holes + mending.rest
        except json.JSONDecodeError as error:
            damage, is_whole = error.pos, error.msg == "Extra data"
        if not is_whole:
            if not mending.take_out(damage):
                break
        elif not mending.holes and (sequence := _sequence(mending.text)):
            return sequence.records, [_Hole(sequence.end, len(text))] if sequence.end < len(text) else []
        else:
            mending.end_at(damage)
    raise ValueError("no element of it is whole")


class _Mending:
    """A document that is mended piece by piece.

    A damaged record, or what stands between two, is taken out alone if another one follows. Any other damage ends the
    document: behind a hole in a list of numbers, no number could be told its place.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        """What is left of it."""
        self.holes: list[_Hole] = []
        self.rest: list[_Hole] = []
        """What lies behind the place where the document breaks off."""
        self._length = len(text)

    def end_at(self, end: int) -> None:
        """Leave out what lies behind a place."""
        self.rest = [_Hole(_before(self.holes, end), self._length)]
        self.text = self.text[:end]

    def take_out(self, damage: int) -> bool:
        """Take out what is damaged at a place, and return whether anything is left."""
        opened, whole = _structure(self.text[:damage])
        record = next((inner for outer, inner in pairwise(opened) if outer.kind + inner.kind == "[{"), None)
        if len(self.holes) < _MOST_HOLES and (
            self._take_record(record, damage) if record else self._take_between(opened, whole, damage)
        ):
            return True
        end = record.at if record else whole
        brackets = [one for one in opened if one.at < end]
        self.end_at(end)
        self.text = self.text.rstrip(", \t\r\n") + "".join(_CLOSING[one.kind] for one in reversed(brackets))
        return bool(brackets)

    def _take_record(self, record: _Bracket, damage: int) -> bool:
        """Take out a damaged record, if another one follows."""
        following = _NEXT_RECORD.search(self.text, damage)
        if following is None:
            return False
        hole = _Hole(_before(self.holes, record.at), _before(self.holes, following.end()))
        self.holes = [*(one for one in self.holes if not hole.start <= one.start < hole.end), hole]
        self.text = self.text[: record.at] + self.text[following.end() :]
        return True

    def _take_between(self, opened: Sequence[_Bracket], whole: int, damage: int) -> bool:
        """Take out what is damaged between two records of a list."""
        in_list = opened and opened[-1].kind == "[" and self.text[: whole + 1].endswith("},")
        at = self.text.find("{", damage)
        if not in_list or at < 0:
            return False
        self.holes.append(_Hole(_before(self.holes, whole + 1), _before(self.holes, at)))
        self.text = self.text[: whole + 1] + self.text[at:]
        return True


@dataclass(frozen=True)
class _Sequence:
    """Records that stand one after another without a list around them."""

    records: list[dict[str, Any]]
    end: int
    """Where the last one ends."""


def _sequence(text: str) -> _Sequence | None:
    """Read what a script leaves that appends to a file: records over several lines each, or glued, or lists of them.

    None where it is no such thing: records on lines of their own, of which there is another reader, and documents that
    are more than records.
    """
    records: list[dict[str, Any]] = []
    end = 0
    on_own_lines = True
    while (start := _behind_space(text, end)) < len(text):
        try:
            value, behind = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            break
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(one, dict) and not _holds_lists(one) for one in found):
            return None
        glued = end > 0 and "\n" not in text[end:start]
        on_own_lines &= isinstance(value, dict) and not glued and "\n" not in text[start:behind]
        records += found
        end = behind
    return _Sequence(records, _behind_space(text, end)) if len(records) > 1 and not on_own_lines else None


def _behind_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _holds_lists(record: dict[str, Any]) -> bool:
    return any(isinstance(value, list) for value in record.values())


def _before(holes: Iterable[_Hole], at: int) -> int:
    """Return where a character stood before the holes were taken out: damage is not found from front to back."""
    for hole in sorted(holes, key=attrgetter("start")):
        if at < hole.start:
            break
        at += hole.end - hole.start
    return at


def _decode_document(text: str) -> Any:
    if name := foreign_name(text):
        raise json.JSONDecodeError("a name is not UTF-8", text, name.start())
    return decode(text)


def _structure(text: str) -> tuple[list[_Bracket], int]:
    """Return the brackets that are open at the end of a text, and where its last complete element ends."""
    opened: list[_Bracket] = []
    whole = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in _CLOSING:
            opened.append(_Bracket(mark, token.start()))
        elif mark == ",":
            whole = token.start()
        elif mark in "]}" and opened:
            opened.pop()
            whole = token.end()
    return opened, whole


def _notice(path: Path, text: str, hole: _Hole, encoding: Encoding) -> Notice:
    start, end = (encoding.mark + encoding.size(text[:position]) for position in (hole.start, hole.end))
    if hole.end >= len(text):
        message = f"The document breaks off or is damaged at byte {start}; what stands before it was read."
    else:
        message = f"Bytes {start} to {end} are damaged and were left out; what stands around them was read."
    cause = INTERRUPTED_WRITE if hole.end >= len(text) else ""
    return Notice(DAMAGE, str(path), message, start, end, cause=cause)


def _too_long(path: Path, text: str, integer: re.Match[str], encoding: Encoding) -> Notice:
    start, end = (encoding.mark + encoding.size(text[:position]) for position in integer.span())
    message = f"An integer of {end - start} digits at byte {start} was not used."
    return Notice(DAMAGE, str(path), message, start, end)


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_INTEGER else None
