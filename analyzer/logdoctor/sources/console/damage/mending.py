"""Damage within lines of a text log that is seen before they are read: what of a line can still be believed.

There are three kinds: NUL bytes, bytes that are no UTF-8 within a number, and a last line that was cut off. For lines
that ran into each other see `splices`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from logdoctor.run.notice import INTERRUPTED_WRITE, STORAGE_FAULT
from logdoctor.sources.console.damage.splices import can_stand_behind
from logdoctor.sources.console.forms.grammar import parse
from logdoctor.sources.console.forms.masking import MASK, mask
from logdoctor.sources.console.text.passages import Passage
from logdoctor.sources.tables.lost_lines import Span
from logdoctor.sources.tables.numbers import LONGEST_NUMBER

_NULS = ("holds NUL bytes, as storage leaves them after a crash", STORAGE_FAULT)
_FOREIGN = ("holds bytes that are no UTF-8 within a number, and was not used", STORAGE_FAULT)
_CUT = ("has no line end; its last number may be cut off and was not used", INTERRUPTED_WRITE)

_BREAKS_OFF = ("has no line end and is shorter than others; the numbers that it has were used", INTERRUPTED_WRITE)

_FOREIGN_DIGIT = re.compile("[0-9.]\ufffd|\ufffd[0-9.]")
_LAST_NUMBER = re.compile(r"[0-9][0-9.,]*(?:[eE][-+]?[0-9]*)?$")

_LIKE_IT = 3
"""Lines of its form before the format of numbers can be told from them."""


def mended(passage: Passage) -> tuple[Passage, list[Span]]:
    """Return a passage without what cannot be believed, line for line, and where that lies."""
    spans: list[Span] = []
    if not passage.ended and passage.text.endswith("\ufffd"):
        passage = replace(passage, text=passage.text.rstrip("\ufffd"))  # half a character
    if MASK in passage.text or "\ufffd" in passage.text:
        passage, spans = _without_foreign_bytes(passage)
    if not passage.ended:
        passage, cut = _without_cut_number(passage)
        spans += cut
    return passage, spans


def _without_foreign_bytes(passage: Passage) -> tuple[Passage, list[Span]]:
    """Take out what stands around NUL bytes, unless it is whole by its form; and numbers with foreign bytes in them."""
    lines = passage.text.split("\n")
    shapes = set(mask("\n".join(line for line in lines if MASK not in line and "\ufffd" not in line)).shapes)
    odd = [i for i, line in enumerate(lines) if MASK in line or _FOREIGN_DIGIT.search(line)]
    rests = [lines[i].rpartition(MASK)[2] if MASK in lines[i] else lines[i].replace("\ufffd", "0") for i in odd]
    spans = []
    for i, rest, shape in zip(odd, rests, mask("\n".join(rests)).shapes, strict=False):
        if MASK in lines[i]:
            lines[i] = rest if shape in shapes and can_stand_behind(shape) else ""
            spans.append(passage.span(i, *_NULS))
        elif shape in shapes:
            lines[i] = ""
            spans.append(passage.span(i, *_FOREIGN))
    return replace(passage, text="\n".join(lines)), spans


def _without_cut_number(passage: Passage) -> tuple[Passage, list[Span]]:
    """Take out the number at the end of a file without a last line end, unless it is as long as those above it."""
    above = passage.text.split("\n")
    line = above.pop()
    shape, shapes = mask(line).shapes[0], mask("\n".join(above)).shapes if above else []
    number = _last_number(line)
    if not number:
        shorter = _is_data(shape) and shape not in shapes and any(one.startswith(shape) for one in shapes)
        return passage, [passage.span(len(above), *_BREAKS_OFF)] if shorter else []
    alike = [one for one, other in zip(above, shapes, strict=True) if other == shape]
    decimals = {len(_last_number(one).partition(".")[2]) for one in (*alike, line)}
    if len(alike) >= _LIKE_IT and len(decimals) == 1 and decimals != {0}:
        return passage, []
    spans = [passage.span(len(above), *_CUT)] if _is_data(shape) else []
    return replace(passage, text=passage.text[: -len(number)]), spans


def _last_number(line: str) -> str:
    found = _LAST_NUMBER.search(line[-LONGEST_NUMBER:])  # a search over a line of digits would take forever
    return found[0] if found else ""


def _is_data(shape: str) -> bool:
    return shape.lstrip(" [").startswith((MASK, "|")) or parse(shape) is not None
