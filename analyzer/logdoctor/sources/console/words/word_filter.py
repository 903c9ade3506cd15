"""Many lines at once: which of them hold one of some words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

import numpy as np

_BITS = 5
"""Of a byte, without those that tell upper from lower case."""

_CODES = 2**_BITS

_ENDING = 4
"""Bytes at the end of a word that lines are looked through for."""

_LINE_END = b"\n"

_TOGETHER = 512
"""Lines that are looked through at a time; with more, fetching memory takes most of the time."""


class WordFilter:
    """Holds back lines that have none of the words, in any case.

    To ask each line for each word would take longer than all else that is done with it. So all are looked through
    together for the ends of words, and only where one stands it is asked whose end it is.
    """

    def __init__(self, words: Iterable[str]) -> None:
        """Take words in lower case."""
        self._words: dict[int, tuple[bytes, ...]] = {}
        """Those with the same ending, by its code."""
        for word in (word.encode() for word in words):
            ending = [(byte % _CODES,) for byte in word[-_ENDING:]]
            for codes in product(*[range(_CODES)] * (_ENDING - len(ending)), *ending):
                code = sum(code << _BITS * i for i, code in enumerate(reversed(codes)))
                self._words[code] = (*self._words.get(code, ()), word)
        self._endings = np.zeros(_CODES**_ENDING, np.bool_)
        self._endings[list(self._words)] = True

    def pass_on(self, lines: Sequence[str]) -> list[str]:
        """Return the lines that have one of the words."""
        parts = (lines[at : at + _TOGETHER] for at in range(0, len(lines), _TOGETHER))
        return [part[passing] for part in parts for passing in self._passing("\n".join(part))]

    def _passing(self, lines: str) -> Iterator[int]:
        """Yield the numbers of those among some lines that have one, rising."""
        text = _LINE_END * (_ENDING - 1) + lines.encode("utf-8", "surrogatepass").lower()
        codes = np.frombuffer(text, np.uint8) & (_CODES - 1)
        pairs = (codes[:-1].astype(np.uint16) << _BITS) | codes[1:]
        fours = (pairs[:-2].astype(np.uint32) << 2 * _BITS) | pairs[2:]
        found = np.flatnonzero(self._endings[fours])
        ends = np.flatnonzero(np.frombuffer(text, np.uint8, offset=_ENDING - 1) == ord(_LINE_END))
        numbers = np.searchsorted(ends, found)
        passed = -1
        for number, at, code in zip(numbers.tolist(), found.tolist(), fours[found].tolist(), strict=True):
            if number != passed and text.endswith(self._words[code], 0, at + _ENDING):
                passed = number
                yield number
