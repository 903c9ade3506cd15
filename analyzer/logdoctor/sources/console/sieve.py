"""Many texts at once: which of them hold one of some words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import compress, product

import numpy as np
from numpy.typing import NDArray

_BITS = 5
"""Of a character, without those that tell upper from lower case."""

_ENDING = 4
"""Characters at the end of a word that texts are looked through for."""

_CODES = 2**_BITS

_TOGETHER = 256
"""Texts that are looked through at a time; with more, fetching memory takes most of the time."""


class Sieve:
    """Holds back texts that have none of the words, in any case.

    To ask each text for each word would take longer than all else that is done with a line. So all are looked through
    together for the ends of words, and those that have one are asked for the words that are in any of them.
    """

    def __init__(self, words: Collection[str]) -> None:
        """Take words of ASCII characters, in lower case."""
        self._words = words
        self._endings = np.zeros(_CODES**_ENDING, np.bool_)
        for word in words:
            ending = [(ord(character) % _CODES,) for character in word[-_ENDING:]]
            for codes in product(*[range(_CODES)] * (_ENDING - len(ending)), *ending):
                self._endings[sum(code << _BITS * i for i, code in enumerate(reversed(codes)))] = True

    def pass_on(self, texts: Sequence[str]) -> list[str]:
        """Return the texts that have one of the words."""
        parts = (texts[at : at + _TOGETHER] for at in range(0, len(texts), _TOGETHER))
        passing = [text for part in parts for text in compress(part, self._have_endings(part).tolist())]
        together = "\n".join(passing).lower()
        words = [word for word in self._words if word in together]
        return [text for text in passing if any(map(text.lower().__contains__, words))]

    def _have_endings(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Tell of each text whether it has the end of a word."""
        padded = "\n" * (_ENDING - 1) + "\n".join(texts)
        codes = np.frombuffer(padded.encode("ascii", "replace"), np.uint8) & (_CODES - 1)
        pairs = (codes[:-1].astype(np.uint16) << _BITS) | codes[1:]
        fours = (pairs[:-2].astype(np.uint32) << 2 * _BITS) | pairs[2:]
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
        found = np.zeros(len(texts), np.bool_)
        found[np.searchsorted(ends, np.flatnonzero(self._endings[fours]), side="right")] = True
        return found
