"""Damage within lines of a text log: what of a line can still be believed.

Three kinds of damage are seen before lines are read: NUL bytes, bytes that are no UTF-8 within a number, and a last
line that was cut off. A fourth, a line that another one follows without a line end between, shows only in shapes: see
`glued` and `streams`.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from logdoctor.run.notice import INTERRUPTED_WRITE, STORAGE_FAULT, TWO_WRITERS
from logdoctor.sources.console.grammar import parse
from logdoctor.sources.console.masking import MASK, Masked, mask
from logdoctor.sources.console.passages import Passage
from logdoctor.sources.console.vocabulary import UNIT
from logdoctor.sources.tables.lost_lines import Span
from logdoctor.sources.tables.numbers import LONGEST_NUMBER

GLUED = ("holds the beginning of another line, which was not used", TWO_WRITERS)
"""What is said of a line in which a second one begins, and its cause."""

TORN = ("breaks off within a word; the numbers that it has were used", "")
"""What is said of a line that is the beginning of others, and goes no further."""

CROSSED = ("holds two numbers that run into each other, of which neither was used", TWO_WRITERS)
"""What is said of a line such as `loss 2.207909.92440`."""

SPLICED = ("is grown together out of parts of others, and was not used", "")
"""What is said of a line such as `step 20 loss 2.303ep 10 loss 1.4`."""

_NULS = ("holds NUL bytes, as storage leaves them after a crash", STORAGE_FAULT)
_FOREIGN = ("holds bytes that are no UTF-8 within a number, and was not used", STORAGE_FAULT)
_CUT = ("has no line end; its last number may be cut off and was not used", INTERRUPTED_WRITE)

_BREAKS_OFF = ("has no line end and is shorter than others; the numbers that it has were used", INTERRUPTED_WRITE)

_FOREIGN_DIGIT = re.compile("[0-9.]\ufffd|\ufffd[0-9.]")
_LAST_NUMBER = re.compile(r"[0-9][0-9.,]*(?:[eE][-+]?[0-9]*)?$")

_CUT_WORD = re.compile(r"\0[eE][-+]?$|(?<=[\s:=])[-+]?(?:n|na|nan|i|in|inf)$")
"""A number that was cut off, where the mask of a shape does not take it for one."""

_CROSSED_NUMBERS = re.compile(r"\0(?:\.[0-9]+)+(?:[eE][-+]?(?:[0-9]+|\0))?")

_REST_OF_NUMBER = re.compile(r"[0-9.]+(?:[eE][-+]?[0-9]*)?|[-+]?[0-9]+")
_BEGINNING_OF_NUMBER = re.compile(r"[eE]?[0-9.,]+(?:[eE][-+]?)?|[eE][-+]")
_EXPONENT = re.compile(r"[eE]{1,2}[-+]?[0-9]*")
_DIGITS_OF_EXPONENT = re.compile(r"0[0-9]+")
"""Behind a sign, what is left of `1.5e-05`; nothing prints a number so."""
_FAR_MORE = 50
"""How many times as often others must have come for a line to be rare."""
_MOST_ROWS = 64
"""Lines that the parts of others are looked for in; a log has a handful that come again."""
_SIGNS = ("+", "-")
_QUOTES = ("'", '"')
_SETS = (":", "=")
_OUT_OF = f"{MASK}/{MASK}"
_NAMED_BY_NUMBERS = (f"{MASK}:", f":{MASK}")
_SEPARATORS = ("-", "|")
_MARKS = (*_SETS, *_QUOTES, "@")
_BRACKETS = (("[", "]"), ("(", ")"), ("{", "}"))
_END_OF_KEY = re.compile(r"['\"`]:|=|: \0")
_WITH_UNIT = re.compile(f"{MASK}(?:{UNIT.pattern})")
_NO_VALUE = re.compile(r":\s*[,}]")
"""In a dictionary, a name without a value."""

_LIKE_IT = 3
"""Lines of its form before the format of numbers can be told from them."""

SHORTEST_LINE = 8
"""Characters of the shortest line that is looked for behind another."""


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


def glued(shape: str, known: Iterable[str], openings: Collection[str]) -> str | None:
    """Return the line among `known` that stands whole behind the beginning of another one, or None.

    `openings` are lines that the beginning may be torn from. Both must count and be known by themselves; the beginning
    must have a number or end within a word, or run on into the line itself: `step 30: losstep 31: loss 0.5`.
    """
    for line in known:
        torn = _CUT_WORD.sub(MASK, shape[: -len(line)])
        if not torn.strip() or not shape.endswith(line) or not any(one.startswith(torn) for one in openings):
            continue
        if MASK in torn or line.startswith(torn) or (torn[-1].isalnum() and line[0].isalnum()):
            return line
    return None


def ends_within_a_word(shape: str, whole: Sequence[str]) -> bool:
    """Tell whether a line is the beginning of one among `whole`, which are sorted, and ends within a word of it."""
    if not shape[-1:].isalpha() or MASK not in shape:
        return False
    at = bisect_right(whole, shape)
    return at < len(whole) and whole[at].startswith(shape) and whole[at][len(shape) :][:1].isalpha()


@dataclass(frozen=True)
class Rows:
    """Lines that count and came more than once, in order by their beginnings and by their ends."""

    often: dict[str, int] = field(default_factory=dict)
    """How often each came when it came first."""
    forwards: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)
    """Each from its end to its beginning."""

    def add(self, line: str, often: int) -> None:
        """Put one in its places, unless it is rare beside others."""
        if len(self.often) < _MOST_ROWS and often * _FAR_MORE > max(self.often.values(), default=0):
            self.often[line] = often
            insort(self.forwards, line)
            insort(self.backwards, line[::-1])


def is_spliced(shape: str, often: int, rows: Rows, masked: Masked) -> bool:
    """Tell whether a line is the beginning of one among `rows` and the end of another, where no line would go on so.

    They are grown together within a word, between a name and its number, or with the rest of a number between them; or
    the end says once more what the beginning said, or does not close its brackets. A line that leaves out some of what
    others say is none.
    Where the others came far more often, it is enough that two characters stand together at the seam that do so in
    neither of them, or that a line begins within another.
    """
    head, tail = _most_alike(shape, rows.forwards), _most_alike(shape[::-1], rows.backwards)[::-1]
    last, first = _common(head, shape), len(shape) - _common(tail[::-1], shape[::-1])
    rare = _FAR_MORE * often <= min(rows.often.get(head, 0), rows.often.get(tail, 0))
    if last == len(shape) or not (rare or often == 1):
        return last == len(shape) and often == 1 and shape.startswith("{") and shape[-1] == MASK  # not closed
    begins = len(tail) - (len(shape) - first)
    before = tail[:begins][-1:]
    """What stands before the end in its own line."""
    if first == 0:
        return rare and _begins_within(before, shape)
    if first > last:
        between = shape[last:first]
        if shape[last - 1 : last] == MASK and _EXPONENT.fullmatch(between):
            return True
        if between in _SIGNS and shape[first : first + 1] == MASK:
            return _DIGITS_OF_EXPONENT.fullmatch(masked.numbers_of(shape)[shape.count(MASK, 0, first)]) is not None
        if shape[first : first + 1] == MASK and _BEGINNING_OF_NUMBER.fullmatch(between):
            return True
        return before == MASK and bool(_REST_OF_NUMBER.fullmatch(between))
    if (head == tail and _repeats(head[:begins], head[begins:last])) or _is_left_open(shape, head, tail):
        return True
    return all(
        _is_no_seam(
            shape,
            at,
            before if at == first else shape[at - 1],
            head[at : at + 1] if at == last else shape[at],
            head + "\n" + tail,
            rare=rare,
        )
        for at in range(first, last + 1)
    )


def _repeats(before: str, again: str) -> bool:
    """Tell whether what stands twice has a word, or is the number behind one: padding and lists come in any length."""
    named = before[-1:].isalpha() or before[-1:] in _QUOTES
    if " " in again and again.replace(" ", "") in _NAMED_BY_NUMBERS:
        return True
    return any(map(str.isalpha, again)) or (again[:1] in _SETS and named) or again == _OUT_OF


def _is_left_open(shape: str, *whole: str) -> bool:
    """Tell whether a line lacks a value, or does not close a bracket or a quote that it opens, as whole lines do."""
    if shape.startswith("{") and _NO_VALUE.search(shape) and not any(map(_NO_VALUE.search, whole)):
        return True
    if shape.count("'") % 2 and not any(one.count("'") % 2 for one in whole):
        return True
    return any(
        shape.count(opened) != shape.count(closed) and all(one.count(opened) == one.count(closed) for one in whole)
        for opened, closed in _BRACKETS
    )


def _begins_within(before: str, shape: str) -> bool:
    """Tell whether a line that is the end of another, behind a character of it, begins within a word or a number."""
    within = before.isalnum() and shape[0].isalnum()
    return within or shape.lstrip(" ")[:1] == MASK or shape[0] in ".,:;"


def _is_no_seam(shape: str, at: int, before: str, behind: str, known: str, *, rare: bool) -> bool:
    """Tell whether no line goes on so at a place, given what stood before the part behind it and behind that before.

    `known` are the lines that the parts are of.
    """
    ends, begins = shape[at - 1], shape[at]
    if not before or (ends.isspace() and begins.isspace()) or before in _SIGNS or _is_unit(shape, at, before, known):
        return False
    return (
        (begins.isalpha() and ends in (*_SETS, "/") and behind == MASK)  # a name where a number belongs
        or (begins in _SETS and not ends.isalnum() and ends != MASK and ends + begins not in known)
        or (begins.isspace() and (ends.isalnum() or ends == "_") and behind in (*_SETS, "_"))  # half a name
        or (ends == "_" and not begins.isalnum() and behind.isalnum())
        or (begins == MASK and ends in "])}" and ends + begins not in known)
        or (begins == MASK and ends in _SEPARATORS and behind.isspace() and shape[at - 2 : at + 1] not in known)
        or (begins in _SEPARATORS and ends == MASK and before.isspace() and shape[at - 1 : at + 2] not in known)
        or _is_no_seam_of_words(ends, begins, before, behind, known if rare else "")
    )


def _is_no_seam_of_words(ends: str, begins: str, before: str, behind: str, known: str) -> bool:
    return (
        (begins == MASK and before in _SETS)  # a number without its name
        or (begins == MASK and ends in _QUOTES and before not in _QUOTES)
        or (begins not in _SETS and ends in _QUOTES and behind in _SETS)  # a name without its number
        or (begins in _QUOTES and ends in _SETS and before not in _SETS)
        or (ends == MASK and before != MASK and (begins.isalpha() or (begins in _MARKS and begins != behind)))
        or (before.isalnum() and begins.isalnum())
        or (ends.isalnum() and behind.isalnum())
        or (bool(known) and ends + begins not in known)
    )


def _is_unit(shape: str, at: int, before: str, known: str) -> bool:
    """Tell whether a unit follows a number, which is none within a word of a line that has no units."""
    unit = UNIT.match(shape, at)
    if shape[at - 1] != MASK or (before.isalpha() and not _WITH_UNIT.search(known)):
        return False
    return unit is not None and not _END_OF_KEY.match(shape, unit.end())


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    same, more = 0, min(len(one), len(other)) + 1
    while more - same > 1:
        middle = (same + more) // 2
        same, more = (middle, more) if one[:middle] == other[:middle] else (same, middle)
    return same


def _most_alike(text: str, known: Sequence[str]) -> str:
    """Return that of sorted texts which has the longest beginning in common with a text."""
    at = bisect_right(known, text)
    return max(known[max(at - 1, 0) : at + 1], key=lambda one: _common(one, text), default="")


def without_crossed_numbers(shape: str) -> str:
    """Return a line with one number for each two that run into each other, or nothing where none do."""
    return _CROSSED_NUMBERS.sub(MASK, shape) if MASK + "." in shape and _CROSSED_NUMBERS.search(shape) else ""


def can_stand_behind(shape: str) -> bool:
    """Tell whether a line would be known again behind another one: not if it begins with the digits of a number."""
    return len(shape) >= SHORTEST_LINE and shape[0] != MASK


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
