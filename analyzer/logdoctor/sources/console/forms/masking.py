"""Lines to shapes: every number taken out of a line, so that lines which one statement printed become equal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.console.forms.numerals import Numerals, numerals_in

MASK = "\0"
"""What stands in a shape where the line has a number. Passages hold no NUL."""


@dataclass(frozen=True)
class Masked:
    """The lines of a passage, and the numbers that were in them."""

    shapes: list[str]
    """One for each line."""
    numbers: Numerals
    """All numbers of all lines, in order; a line has as many as its shape has masks."""

    @cached_property
    def firsts(self) -> NDArray[np.int64]:
        """(lines,) which number each line begins with; the next one's where it has none."""
        return np.searchsorted(self.numbers.starts, self.numbers.lines)

    def numbers_of(self, shape: str) -> list[str]:
        """Return the numbers of the first line of a shape."""
        first = int(self.firsts[self._lines[shape]])
        return [self.numbers.text(number) for number in range(first, first + shape.count(MASK))]

    @cached_property
    def _lines(self) -> dict[str, int]:
        """The first line of each shape."""
        last = len(self.shapes) - 1
        return {shape: last - i for i, shape in enumerate(reversed(self.shapes))}


def mask(text: str) -> Masked:
    """Take the numbers out of some lines."""
    numbers = numerals_in(text)
    return Masked(numbers.masked(MASK).split("\n"), numbers)
