"""Decode JSON text that is truncated or damaged in places, without the damaged parts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Any

from logdoctor.sources.tables.json.json_text import decode, foreign_name, place_before_spelling, spelled_out

_MOST_HOLES = 20
"""Holes that are cut out of one document before the rest of it is given up."""

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
"""A string, up to the end of the text if it is unterminated, or a bracket or comma."""

NEXT_RECORD = re.compile(r"\}\s*,\s*(?=\{)")
"""What stands between two records of a list."""

_SPACE = re.compile(r"[ \t\r\n\x1e]*+")
_CLOSING = {"{": "}", "[": "]"}

_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Hole:
    """Characters of a text that were left out: text[start:end]."""

    start: int
    end: int


def decode_repaired(text: str) -> tuple[Any, list[Hole]]:
    """Decode a document and return what had to be left out; raises ValueError when no element of it is intact."""
    try:
        return _decode_document(text), []
    except ValueError:
        spelled = spelled_out(text)
    content, holes = _without_damage(spelled)
    if len(spelled) == len(text):
        return content, holes
    before = place_before_spelling(text)
    return content, [Hole(before(one.start), before(one.end)) for one in holes]


def _without_damage(text: str) -> tuple[Any, list[Hole]]:
    """Decode a document after cutting out what is damaged; raises ValueError when no element of it is intact."""
    repair = _Repair(text)
    for _ in range(_MOST_HOLES + 3):  # the last rounds only cut off the end
        try:
            return _decode_document(repair.text), repair.holes + repair.rest
        except json.JSONDecodeError as error:
            damage, is_whole = error.pos, error.msg == "Extra data"
        if not is_whole:
            if not repair.cut_out(damage):
                break
        elif not repair.holes and (sequence := _sequence(repair.text)):
            return sequence.records, [Hole(sequence.end, len(text))] if sequence.end < len(text) else []
        else:
            repair.end_at(damage)
    raise ValueError("no element of it is whole")


def _decode_document(text: str) -> Any:
    if name := foreign_name(text):
        raise json.JSONDecodeError("a name is not UTF-8", text, name.start())
    return decode(text)


class _Repair:
    """A document that is repaired piece by piece.

    A damaged record, or damage between two records, is cut out alone if another record follows. Any other damage ends
    the document: after a hole in a list of numbers, the index of each later number is unknown.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        """What is left of it."""
        self.holes: list[Hole] = []
        self.rest: list[Hole] = []
        """The end that was cut off, if it was."""
        self._length = len(text)

    def end_at(self, end: int) -> None:
        """Cut off everything from a position on."""
        self.rest = [Hole(_before_holes(self.holes, end), self._length)]
        self.text = self.text[:end]

    def cut_out(self, damage: int) -> bool:
        """Cut out what is damaged at a position, and return whether anything is left."""
        opened, whole = _structure(self.text[:damage])
        record = next((inner for outer, inner in pairwise(opened) if outer.kind + inner.kind == "[{"), None)
        if len(self.holes) < _MOST_HOLES and (
            self._cut_record(record, damage) if record else self._cut_between(opened, whole, damage)
        ):
            return True
        end = record.at if record else whole
        brackets = [one for one in opened if one.at < end]
        self.end_at(end)
        self.text = self.text.rstrip(", \t\r\n") + "".join(_CLOSING[one.kind] for one in reversed(brackets))
        return bool(brackets)

    def _cut_record(self, record: _Bracket, damage: int) -> bool:
        """Cut out a damaged record, if another one follows."""
        following = NEXT_RECORD.search(self.text, damage)
        if following is None:
            return False
        hole = Hole(_before_holes(self.holes, record.at), _before_holes(self.holes, following.end()))
        self.holes = [*(one for one in self.holes if not hole.start <= one.start < hole.end), hole]
        self.text = self.text[: record.at] + self.text[following.end() :]
        return True

    def _cut_between(self, opened: Sequence[_Bracket], whole: int, damage: int) -> bool:
        """Cut out what is damaged between two records of a list."""
        in_list = opened and opened[-1].kind == "[" and self.text[: whole + 1].endswith("},")
        at = self.text.find("{", damage)
        if not in_list or at < 0:
            return False
        self.holes.append(Hole(_before_holes(self.holes, whole + 1), _before_holes(self.holes, at)))
        self.text = self.text[: whole + 1] + self.text[at:]
        return True


def _before_holes(holes: Iterable[Hole], at: int) -> int:
    """Map a position in the repaired text back to the original; holes are not found in order of position."""
    for hole in sorted(holes, key=attrgetter("start")):
        if at < hole.start:
            break
        at += hole.end - hole.start
    return at


@dataclass(frozen=True)
class _Bracket:
    kind: str
    at: int


def _structure(text: str) -> tuple[list[_Bracket], int]:
    """Return the brackets still open at the end of a text, and the position where its last complete element ends."""
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


@dataclass(frozen=True)
class _Sequence:
    """Records that follow one another without a list around them."""

    records: list[dict[str, Any]]
    end: int
    """Where the last one ends."""


def _sequence(text: str) -> _Sequence | None:
    """Read what a script leaves that appends documents to a file: pretty-printed records, glued records, or lists.

    None for anything else, such as one record per line (the json-lines source reads those) or nested documents.
    """
    records: list[dict[str, Any]] = []
    end = 0
    on_own_lines = True
    while (start := _skip_space(text, end)) < len(text):
        try:
            value, stop = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            break
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(one, dict) and not _holds_lists(one) for one in found):
            return None
        glued = end > 0 and "\n" not in text[end:start]
        on_own_lines &= isinstance(value, dict) and not glued and "\n" not in text[start:stop]
        records += found
        end = stop
    return _Sequence(records, _skip_space(text, end)) if len(records) > 1 and not on_own_lines else None


def _skip_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _holds_lists(record: dict[str, Any]) -> bool:
    return any(isinstance(value, list) for value in record.values())
