"""Places within a line at which two others may have grown together, judged by the characters around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from logdoctor.sources.console.forms.masking import MASK
from logdoctor.sources.console.words.vocabulary import UNIT

SIGNS, SETS, QUOTES = ("+", "-"), (":", "="), ("'", '"')
"""Marks before a number, between a name and its number, and around a name."""

_SEPARATORS = ("-", "|")
_MARKS = (*SETS, *QUOTES, "@")

_WITH_UNIT = re.compile(f"{MASK}(?:{UNIT.pattern})")
_END_OF_KEY = re.compile(r"['\"`]:|=|: \0")


@dataclass(frozen=True, slots=True)
class Seam:
    """A place where one line may end and another go on; each stood elsewhere in a line of its own."""

    shape: str
    """The line that may be grown together."""
    at: int
    """Where in it the other line goes on."""
    before: str
    """The character before the part behind the seam, in its own line; empty where that begins with it."""
    behind: str
    """The character behind the part before the seam, in its own line; empty where that ends with it."""
    known: str
    """Both of these lines."""

    def joins_what_no_line_does(self, *, rare: bool) -> bool:
        """Whether no line goes on so; of a rare one, two characters tell that stand together in neither line."""
        ends, begins = self._ends, self._begins
        if not self.before or (ends.isspace() and begins.isspace()) or self.before in SIGNS or self._is_unit:
            return False
        strange = self._halves_a_word or self._parts_name_and_number or self._misplaces_a_mark
        return strange or (rare and self._pair not in self.known)

    @property
    def _ends(self) -> str:
        """The last character before the seam."""
        return self.shape[self.at - 1]

    @property
    def _begins(self) -> str:
        """The first one behind it."""
        return self.shape[self.at]

    @property
    def _pair(self) -> str:
        return self._ends + self._begins

    @property
    def _halves_a_word(self) -> bool:
        """Whether a word ends or begins here that went on, or had begun before, in its own line."""
        ends, begins, before, behind = self._ends, self._begins, self.before, self.behind
        return (
            (before.isalnum() and begins.isalnum())
            or (ends.isalnum() and behind.isalnum())
            or (ends == "_" and not begins.isalnum() and behind.isalnum())
            or (begins.isspace() and (ends.isalnum() or ends == "_") and behind in (*SETS, "_"))
        )

    @property
    def _parts_name_and_number(self) -> bool:
        """Whether a name loses its number here, or a number its name."""
        ends, begins, before, behind = self._ends, self._begins, self.before, self.behind
        return (
            (begins.isalpha() and ends in (*SETS, "/") and behind == MASK)
            or (begins not in SETS and ends in QUOTES and behind in SETS)
            or (begins in QUOTES and ends in SETS and before not in SETS)
            or (begins == MASK and before in SETS)
            or (begins == MASK and ends in QUOTES and before not in QUOTES)
            or (ends == MASK and before != MASK and begins.isalpha())
            or (ends == MASK and before != MASK and begins in _MARKS and begins != behind)
        )

    @property
    def _misplaces_a_mark(self) -> bool:
        """Whether a mark stands beside what it stands beside in neither line."""
        ends, begins, known = self._ends, self._begins, self.known
        if begins in SETS and not ends.isalnum() and ends != MASK:
            return self._pair not in known
        if begins == MASK and ends in "])}":
            return self._pair not in known
        if begins == MASK and ends in _SEPARATORS and self.behind.isspace():
            return self.shape[self.at - 2 : self.at + 1] not in known
        if begins in _SEPARATORS and ends == MASK and self.before.isspace():
            return self.shape[self.at - 1 : self.at + 2] not in known
        return False

    @property
    def _is_unit(self) -> bool:
        """Whether a unit follows a number, which is none within a word of a line that has no units."""
        unit = UNIT.match(self.shape, self.at)
        if self._ends != MASK or (self.before.isalpha() and not _WITH_UNIT.search(self.known)):
            return False
        return unit is not None and not _END_OF_KEY.match(self.shape, unit.end())
