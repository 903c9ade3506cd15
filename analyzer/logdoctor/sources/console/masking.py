"""Lines to shapes: every number taken out of a line, so that lines which one statement printed become equal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from logdoctor.sources.console.numerals import Numerals, numerals_in

MASK = "\0"
"""What stands in a shape where the line has a number. Passages hold no NUL."""


@dataclass(frozen=True)
class Masked:
    """The lines of a passage, and the numbers that were in them."""

    shapes: list[str]
    """One for each line."""
    numbers: Numerals
    """All numbers of all lines, in order; a line has as many as its shape has masks."""

    def numbers_of(self, shape: str) -> list[str]:
        """Return the numbers of the first line of a shape."""
        first = self._firsts[shape]
        return [self.numbers.text(number) for number in range(first, first + shape.count(MASK))]

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
    numbers = numerals_in(text)
    return Masked(numbers.masked(MASK).split("\n"), numbers)
