"""Lines to shapes: every number taken out of a line, so that lines which one statement printed become equal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

MASK = "\0"
"""What stands in a shape where the line has a number. Passages hold no NUL."""

_NUMBER = re.compile(
    r"([0-9](?<![A-Za-z0-9_.@][0-9])[0-9]*+"
    r"(?:\.[0-9]*+|,[0-9]{3}(?![0-9])(?:,[0-9]{3}(?![0-9]))*+(?!,[0-9])(?:\.[0-9]*+|)|)"
    r"(?:e[-+]?[0-9]++|E[-+]?[0-9]++|))"
)
"""A number that is not part of a word (`top1`, `mAP50`) or of a version (`1.2.3`); signs stay in the shape.

No repetition gives back what it has taken, so that a match takes linear time. What may be missing is an alternative
to nothing, for such are chosen by their first character, which takes two thirds of the time of a `?`.
"""


@dataclass(frozen=True)
class Masked:
    """The lines of a passage, and the numbers that were in them."""

    shapes: list[str]
    """One for each line."""
    numbers: list[str]
    """All numbers of all lines, in order; a line has as many as its shape has masks."""

    def numbers_of(self, shape: str) -> list[str]:
        """Return the numbers of the first line of a shape."""
        first = self._firsts[shape]
        return self.numbers[first : first + shape.count(MASK)]

    @cached_property
    def _firsts(self) -> dict[str, int]:
        """Where the numbers of the first line of each shape begin."""
        firsts: dict[str, int] = {}
        at = 0
        for shape in self.shapes:
            firsts.setdefault(shape, at)
            at += shape.count(MASK)
        return firsts


def mask(text: str) -> Masked:
    """Take the numbers out of some lines."""
    pieces = _NUMBER.split(text)
    return Masked(MASK.join(pieces[::2]).split("\n"), pieces[1::2])
