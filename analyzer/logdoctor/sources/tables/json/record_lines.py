"""The records on the lines of a file: whole ones, and those on lines that are damaged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from logdoctor.run import Notice
from logdoctor.run.notice import INTERPRETATION, INTERRUPTED_WRITE, STORAGE_FAULT, TWO_WRITERS
from logdoctor.sources.tables.counters import counts
from logdoctor.sources.tables.json.json_text import (
    LONGEST_INTEGER,
    decode,
    foreign_name,
    is_affordable,
    long_integers,
    spelled_out,
)
from logdoctor.sources.tables.json.records import Record
from logdoctor.sources.tables.lost_lines import Damage, Span
from logdoctor.sources.tables.text import Block

MOST_TRIALS = 100
"""How often a record is looked for on one damaged line."""

_MOST_FORMS = 10_000
"""Forms of records that are remembered."""

_TORN = 0.05
"""Share of records with a comma too many up to which something is missing behind it; with more, a script writes so."""

_DECODER = json.JSONDecoder()

_RECORD_SEPARATOR = "\x1e"
"""What a record begins with in a JSON text sequence (RFC 7464)."""

_MOST_OPENINGS = 32
"""How many ways of beginning a record are remembered, to find the records on a damaged line."""


class RecordLines:
    """Reads the records off the lines of one file, and notes what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage = Damage(path)
        self._repeated = 0
        """How many records have a name twice."""
        self._lines_repeated = 0, 0
        """The first and the last line of them."""
        self._plain: set[tuple[tuple[str, ...], int]] = set()
        """Names and numbers of colons of records that have no name twice."""
        self._records = 0
        self._commas: list[Span] = []
        """The first records that end in a comma."""
        self._openings: dict[str, None] = {}
        """How records begin in this file, up to the first colon."""

    def records(self, block: Block) -> Iterator[tuple[int, Record]]:
        """Yield the records of a block, each with the number of its line in it."""
        if not self._openings:
            self._remember_first_opening(block)
        for i, line in enumerate(block.lines):
            for record in self._records_on(block, i, line.removeprefix(_RECORD_SEPARATOR)):
                yield i, record

    def notices(self) -> Iterator[Notice]:
        """Say which lines were damaged, and which records have a name twice."""
        if len(self._commas) <= _TORN * self._records:
            for span in self._commas:
                self.damage.add(span)
        yield from self.damage.notices()
        yield from self._repetitions()

    def _repetitions(self) -> Iterator[Notice]:
        if self._repeated:
            lines = self._lines_repeated
            message = f"{self._repeated} records, the first on line {lines[0]}, have a name twice; the last counts."
            yield Notice(INTERPRETATION, str(self.path), message, line_start=lines[0], line_end=lines[1])

    def _records_on(self, block: Block, i: int, line: str) -> Iterator[Record]:
        if not is_affordable(line):
            self._reject(block, i, "holds too many values for a record")
            return
        try:
            whole, record = _decoded(line)
        except ValueError:
            yield from self._salvaged(block, i, line)
            return
        self._records += 1
        if whole.count(",") < line.count(",") and len(self._commas) < _MOST_FORMS:
            self._commas.append(Span.of(block, i, "ends in a comma; what may have stood behind it is missing"))
        line = whole
        if not isinstance(record, dict):
            self._reject(block, i, "is no JSON object")
            return
        if foreign_name(line):
            self._reject(block, i, "holds names that are not UTF-8")
            return
        self._remember_opening(line)
        if any(long_integers(line)):
            self._reject(block, i, f"holds an integer of more than {LONGEST_INTEGER} digits, which was not used")
            if any(value is None and counts(name) for name, value in record.items()):
                return  # the step itself was lost
        if self._repeats_a_name(line, record):
            self._repeated += 1
            self._lines_repeated = self._lines_repeated[0] or block.first + i, block.first + i
        yield record

    def _salvaged(self, block: Block, i: int, line: str) -> Iterator[Record]:
        """Yield the whole records on a line that is not one record: glued to others, torn, or behind NULs."""
        if not line.strip() and not block.overlong:
            return
        found = list(_whole_records(spelled_out(line.lstrip("\0")), tuple(self._openings)))
        self._reject(block, i, *_trouble(block, i, line, len(found)))
        yield from found

    def _remember_opening(self, line: str) -> None:
        if len(self._openings) < _MOST_OPENINGS:
            self._openings[line[: line.find(":") + 1].lstrip()] = None

    def _remember_first_opening(self, block: Block) -> None:
        """Look ahead for a whole record, in case the first lines are damaged."""
        for line in block.lines[:MOST_TRIALS]:
            with suppress(ValueError):
                text, record = _decoded(line.removeprefix(_RECORD_SEPARATOR))
                if isinstance(record, dict):
                    self._remember_opening(text)
                    return

    def _repeats_a_name(self, line: str, record: Record) -> bool:
        """Tell whether a record has a name twice; of records with the same names and colons one is looked at."""
        form = (tuple(record), line.count('":'))
        if form not in self._plain:
            counted = 0

            def count(pairs: list[tuple[str, object]]) -> dict[str, object]:
                nonlocal counted
                counted += len(pairs) - len(dict(pairs))
                return dict(pairs)

            json.loads(line, object_pairs_hook=count, parse_int=lambda _: 0)
            if counted:
                return True
            if len(self._plain) < _MOST_FORMS:
                self._plain.add(form)
        return False

    def _reject(self, block: Block, i: int, reason: str, cause: str = "") -> None:
        self.damage.add(Span.of(block, i, reason, cause))


def _decoded(line: str) -> tuple[str, object]:
    """Decode a line, and return it as it then stands; raises ValueError when it is no JSON."""
    try:
        return line, decode(line)
    except ValueError:
        spelled = spelled_out(line)
        return spelled, decode(spelled)


def _whole_records(line: str, openings: tuple[str, ...]) -> Iterator[Record]:
    """Yield every record that stands whole on a damaged line.

    A record is looked for only where one begins as others of the file do: an object inside a torn record is none.
    """
    position = 0
    for _ in range(MOST_TRIALS):
        if position < 0:
            return
        start = position
        try:
            record, position = _DECODER.raw_decode(line, start)
        except (ValueError, RecursionError):
            position += 1
        else:
            if isinstance(record, dict) and not foreign_name(line[start:position]):
                yield record
        starts = (line.find(opening, position) for opening in openings)
        position = min((start for start in starts if start >= 0), default=-1)


def _trouble(block: Block, i: int, line: str, found: int) -> tuple[str, str]:
    """Say what is wrong with a line, as the end of a sentence about it, and what it comes from where that shows."""
    if block.overlong:
        return "is too long for a record", ""
    if "\0" in line and not found:
        return "holds NUL bytes, as storage leaves them after a crash", STORAGE_FAULT
    if found:
        whole = "1 whole record on it was" if found == 1 else f"{found} whole records on it were"
        reason = f"is not one record; {whole} used"
        return reason, STORAGE_FAULT if "\0" in line else TWO_WRITERS if found > 1 else ""
    if not block.ended and i == len(block.lines) - 1:
        return "breaks off: it is still being written, or the writer was killed", INTERRUPTED_WRITE
    return "is no JSON", ""
