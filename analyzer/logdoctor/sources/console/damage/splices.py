"""Lines that ran into each other, or break off: what of them can still be believed shows in their shapes.

A writer that is killed leaves a line without its end, and two that write to one file at once leave lines within lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from logdoctor.run.notice import INTERRUPTED_WRITE, STORAGE_FAULT, TWO_WRITERS
from logdoctor.sources.console.damage.seams import QUOTES, SETS, SIGNS, Seam
from logdoctor.sources.console.forms.masking import MASK, Masked

Flaw = tuple[str, str]
"""What is wrong with a line, and its cause."""

GLUED: Flaw = ("holds the beginning of another line, which was not used", TWO_WRITERS)
"""What is said of a line in which a second one begins, and its cause."""

TORN: Flaw = ("breaks off within a word; the numbers that it has were used", "")
"""What is said of a line that is the beginning of others, and goes no further."""

CROSSED: Flaw = ("holds two numbers that run into each other, of which neither was used", TWO_WRITERS)
"""What is said of a line such as `loss 2.207909.92440`."""

CUT_NUMBER: Flaw = ("breaks off, and its last number, which may be cut off, was not used", INTERRUPTED_WRITE)
"""What is said of `step 20 loss 2.` between lines such as `step 10 loss 2.303 lr 0.1`."""

FOREIGN: Flaw = ("holds a number with a foreign character in it, which was not used", STORAGE_FAULT)
"""What is said of `loss 2.3*3`, where other lines say `loss 2.303`."""

SPLICED: Flaw = ("is grown together out of parts of others, and was not used", "")
"""What is said of a line such as `step 20 loss 2.303ep 10 loss 1.4`."""

_CUT_WORD = re.compile(r"\0[eE][-+]?$|(?<=[\s:=])[-+]?(?:n|na|nan|i|in|inf)$")
"""A number that was cut off, where the mask of a shape does not take it for one."""

_DATE = re.compile(r"\0-\0-\0[ T]\0:\0")
"""How a line begins that says when it was logged."""

_FIRST_OF_DATE = re.compile(r"(?:\0|(?<![0-9])[0-9]+)$")
"""What is left of the year behind a line that breaks off: with a number before it both look like one."""

_FOREIGN_CHARACTER = re.compile(r"\0(?:[\x01-\x08\x0e-\x1f!#$&*;<>?]\0|[n-wyz][0-9.]+(?:[eE][-+]?[0-9]+)?)")
"""A number of which one character is another one: what a flipped bit makes of a digit or of the point, and no unit."""

_CROSSED_NUMBERS = re.compile(r"\0(?:\.[0-9]+)+(?:[eE][-+]?(?:[0-9]+|\0))?")

_BEGINNING_OF_NUMBER = re.compile(r"[eE]?[0-9.,]+(?:[eE][-+]?)?|[eE][-+]")
_REST_OF_NUMBER = re.compile(r"[0-9.]+(?:[eE][-+]?[0-9]*)?|[-+]?[0-9]+")
_EXPONENT = re.compile(r"[eE]{1,2}[-+]?[0-9]*")
"""What two lines may have of a number where one ends and the other begins."""

_DIGITS_OF_EXPONENT = re.compile(r"0[0-9]+")
"""Behind a sign, what is left of `1.5e-05`; nothing prints a number so."""

_BROKEN_EXPONENT = re.compile(r"\0[eE][-+](?:[-+]\0|[\s,;|\]})])")
"""An exponent with two signs or with no digits, which no program prints: `8.314e--01`, `5.1e- | val_loss`."""

_BRACKETS = (("[", "]"), ("(", ")"), ("{", "}"))
"""Marks around names and numbers."""

_OUT_OF = f"{MASK}/{MASK}"
_NAMED_BY_NUMBERS = (f"{MASK}:", f":{MASK}")

_NO_VALUE = re.compile(r":\s*[,}]")
"""In a dictionary, a name without a value."""

SHORTEST_LINE = 8
"""Characters of the shortest line that is looked for behind another."""

_LIKE_IT = 3
"""Lines without a flaw before a line is held against them."""

_SURE_OF_DECIMALS = 10
"""Lines before fewer decimals than any of them has tell that a number is cut off."""

_FAR_MORE = 50
"""How many times as often others must have come for a line to be rare."""

_MOST_ROWS = 64
"""Lines that the parts of others are looked for in; a log has a handful that come again."""


def glued(shape: str, known: Iterable[str], openings: Collection[str]) -> str | None:
    """Return the line among `known` that stands whole behind the beginning of another one, or None.

    `openings` are lines that the beginning may be torn from. Both must count and be known by themselves; the beginning
    must have a number or end within a word, or run on into the line itself: `step 30: losstep 31: loss 0.5`.
    """
    for line in known:
        behind = line.removeprefix(MASK)
        torn = shape[: -len(behind)]
        torn = _CUT_WORD.sub(MASK, torn) if behind == line else _FIRST_OF_DATE.sub("", torn)
        if not torn.strip() or not shape.endswith(behind) or not _is_beginning(torn, openings):
            continue
        if MASK in torn or line.startswith(torn) or (torn[-1].isalnum() and line[0].isalnum()):
            return line
    return None


def _is_beginning(torn: str, openings: Collection[str]) -> bool:
    """Tell the beginning of a line, or a whole one whose line end became another character."""
    return torn[:-1] in openings or any(one.startswith(torn) for one in openings)


def ends_within_a_word(shape: str, whole: Sequence[str]) -> bool:
    """Tell whether a line is the beginning of one among `whole`, which are sorted, and ends within a word of it.

    One that ends before the equals sign of a key does so too; before a colon it may be a heading.
    """
    if not (shape[-1:].isalpha() or shape.endswith("_")) or MASK not in shape:
        return False
    at = bisect_right(whole, shape)
    rest = whole[at][len(shape) :] if at < len(whole) and whole[at].startswith(shape) else ""
    return rest[:1].isalpha() or rest.startswith(("_", "="))


def ends_within_a_number(shape: str, whole: Sequence[str], masked: Masked) -> bool:
    """Tell whether a line between some that it is the beginning of ends in a number with fewer decimals than theirs.

    `whole` are sorted. The first line of a log may say less than others, and its last one too.
    """
    at = bisect_right(whole, shape)
    if not shape.endswith(MASK) or not any(one.startswith(shape) for one in whole[at : at + 1]):
        return False
    longer = [i for i, one in enumerate(masked.shapes) if one.startswith(shape) and one != shape]
    place = masked.shapes.index(shape)
    if len(longer) < _SURE_OF_DECIMALS or not longer[0] < place < longer[-1]:
        return False
    slot = shape.count(MASK) - 1
    cut, *others = (masked.numbers.text(int(masked.firsts[i]) + slot) for i in (place, *longer))
    return _decimals(cut) < min(map(_decimals, others))


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def with_foreign_character(shape: str, rows: Rows) -> tuple[str, int, int] | None:
    """Return the line that a line would be but for one character in a number; None where it is no such line.

    With it come the number of the line that is damaged, and how many more numbers the line seems to have for it.
    """
    for found in _FOREIGN_CHARACTER.finditer(shape):
        whole = shape[: found.start()] + MASK + shape[found.end() :]
        if rows.often.get(whole, 0) >= _LIKE_IT:
            return whole, shape.count(MASK, 0, found.start()), found[0].count(MASK) - 1
    return None


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
    An exponent that no program prints tells it alone, wherever the lines were grown together.
    Where the others came far more often, it is enough that two characters stand together at the seam that do so in
    neither of them, or that a line begins within another.
    """
    if _BROKEN_EXPONENT.search(shape):
        return True
    head, tail = _most_alike(shape, rows.forwards), _most_alike(shape[::-1], rows.backwards)[::-1]
    last, first = _common(head, shape), len(shape) - _common(tail[::-1], shape[::-1])
    rare = _FAR_MORE * often <= min(rows.often.get(head, 0), rows.often.get(tail, 0))
    if last == len(shape) or not (rare or often == 1):
        return last == len(shape) and often == 1 and shape.startswith("{") and shape[-1] == MASK  # not closed
    begins = len(tail) - (len(shape) - first)
    before = tail[:begins][-1:]  # what stands before the end in its own line
    if first == 0:
        return rare and _begins_within(before, shape)
    if first > last:
        return _is_rest_of_number(shape, last, first, before, masked)
    if (head == tail and _repeats(head[:begins], head[begins:last])) or _is_left_open(shape, head, tail):
        return True
    return all(
        Seam(
            shape,
            at,
            before=before if at == first else shape[at - 1],
            behind=head[at : at + 1] if at == last else shape[at],
            known=head + "\n" + tail,
        ).joins_what_no_line_does(rare=rare)
        for at in range(first, last + 1)
    )


def _is_rest_of_number(shape: str, last: int, first: int, before: str, masked: Masked) -> bool:
    """Tell whether what stands between the beginning of one line and the end of another is a part of a number.

    `last` and `first` are where the beginning ends and the end begins, `before` stands before the end in its own line.
    """
    between, number_follows = shape[last:first], shape[first : first + 1] == MASK
    if shape[last - 1 : last] == MASK and _EXPONENT.fullmatch(between):
        return True
    if between in SIGNS and number_follows:
        return _DIGITS_OF_EXPONENT.fullmatch(masked.numbers_of(shape)[shape.count(MASK, 0, first)]) is not None
    if number_follows and _BEGINNING_OF_NUMBER.fullmatch(between):
        return True
    return before == MASK and bool(_REST_OF_NUMBER.fullmatch(between))


def _repeats(before: str, again: str) -> bool:
    """Tell whether what stands twice has a word, or is the number behind one: padding and lists come in any length."""
    named = before[-1:].isalpha() or before[-1:] in QUOTES
    if " " in again and again.replace(" ", "") in _NAMED_BY_NUMBERS:
        return True
    return any(map(str.isalpha, again)) or (again[:1] in SETS and named) or again == _OUT_OF


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
    """Tell whether a line would be known again behind another one: not if it begins with a number that is no year."""
    return len(shape) >= SHORTEST_LINE and (shape[0] != MASK or _DATE.match(shape) is not None)
