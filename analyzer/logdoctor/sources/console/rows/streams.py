"""Passages to rows: the lines that one statement of a trainer printed become one stream of numbers."""

from __future__ import annotations

from array import array
from bisect import insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.console.damage import splices
from logdoctor.sources.console.damage.splices import (
    CROSSED,
    CUT_NUMBER,
    FOREIGN,
    GLUED,
    SHORTEST_LINE,
    SPLICED,
    TORN,
    Flaw,
    can_stand_behind,
    ends_within_a_number,
    ends_within_a_word,
    glued,
    without_crossed_numbers,
)
from logdoctor.sources.console.forms.form import Form, Kind
from logdoctor.sources.console.forms.grammar import parse, promising
from logdoctor.sources.console.forms.masking import MASK, Masked, mask
from logdoctor.sources.console.rows.parts import LineNumbers
from logdoctor.sources.console.text.passages import Passage, Places
from logdoctor.sources.tables.compact.growing import GrowingNumbers, places_of
from logdoctor.sources.tables.compact.lines import Lines
from logdoctor.sources.tables.numbers import NO_ROWS

MOST_SHAPES = 20_000
"""Shapes that are remembered at a time; a log of more is prose, and its shapes do not come back."""

MOST_FORMS = 2000
"""Forms of lines that are kept apart; names that never come again, such as those of files, are no curves."""

_MOST_OPENINGS = 256
"""Shapes that are looked for in lines that run into each other; a log has a handful that come again."""


@dataclass(frozen=True, eq=False)
class Rows:
    """What the lines of one statement say, in the order of the log."""

    form: Form
    """The form of the first of them."""
    lines: LineNumbers
    """(n,) numbers of the cleaned lines, counted through the whole log, rising."""
    numbers: tuple[NDArray[np.float64], ...]
    """(n,) what stands at each field of the form."""
    ranks: NDArray[np.float64] | None = None
    """(n,) the process that printed the line, where something says."""

    def __len__(self) -> int:
        return len(self.lines)

    def of(self, kind: Kind) -> Mapping[str, NDArray[np.float64]]:
        """Return the numbers of one kind by name."""
        return {one.name: at for one, at in zip(self.form.fields, self.numbers, strict=True) if one.kind is kind}

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Rows:
        """Keep some rows, in the order given."""
        ranks = None if self.ranks is None else self.ranks[rows]
        return Rows(self.form, self.lines[rows], tuple(at[rows] for at in self.numbers), ranks)


@dataclass(frozen=True)
class Taken:
    """The shapes of a passage's lines."""

    shapes: list[str]
    fresh: list[str]
    """Those that were not seen before."""
    first: int
    """Number of the first line, counted through the whole log."""
    flaws: list[tuple[int, str, str]]
    """Lines that are torn, counted from the first, with what is wrong with each and its cause."""


class _Stream:
    """Rows of one form, field by field: there are many more of them than of anything else in memory."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self._lines = GrowingNumbers(NO_ROWS)
        self._numbers = [array("d") for _ in form.fields]
        self._ranks = array("d")

    def add(self, found: Sequence[Rows]) -> None:
        """Add rows of a passage, of one form or of several that say the same."""
        lines = np.concatenate([rows.lines for rows in found])
        order = np.argsort(lines) if len(found) > 1 else slice(None)
        self._lines.add(lines[order])
        for i, held in enumerate(self._numbers):
            held.frombytes(np.concatenate([rows.numbers[i] for rows in found])[order].tobytes())
        if all(rows.ranks is not None for rows in found):
            self._ranks.frombytes(np.concatenate([rows.ranks for rows in found])[order].tobytes())

    def rows(self) -> Rows:
        """Return all rows."""
        lines = self._lines.all()
        ranked = len(self._ranks) == len(lines)  # a torn prefix may have lost the rank of some lines
        ranks = np.frombuffer(self._ranks) if ranked and self._ranks else None
        return Rows(self.form, lines, tuple(map(np.frombuffer, self._numbers)), ranks)


@dataclass
class _Known:
    """Shapes met before: their number, and what they say."""

    ids: dict[str, int] = field(default_factory=lambda: defaultdict(count().__next__))
    """Numbers them in the order in which they are asked for."""
    told: list[bool] = field(default_factory=list)
    """Whether each says something of training."""
    forms: dict[int, Form] = field(default_factory=dict)
    flaws: dict[int, Flaw] = field(default_factory=dict)
    """What is wrong with those that are torn, and its cause."""
    whole: dict[str, list[str]] = field(default_factory=dict)
    """The first shapes that count, by their last characters."""
    openings: list[str] = field(default_factory=list)
    """The first shapes that say something, sorted."""
    rows: splices.Rows = field(default_factory=splices.Rows)
    """The first shapes that count and came more than once."""

    def identify(self, masked: Masked) -> tuple[NDArray[np.int64], list[str]]:
        """Return the number of each line's shape, and the shapes that were not met before."""
        before = len(self.ids)
        numbers = np.fromiter(map(self.ids.__getitem__, masked.shapes), np.int64, len(masked.shapes))
        fresh = list(islice(self.ids, before, None))
        if fresh:
            self._learn(fresh, np.bincount(numbers, minlength=len(self.ids)).tolist(), masked)
        return numbers, fresh

    def _learn(self, fresh: list[str], often: list[int], masked: Masked) -> None:
        """Read new shapes; those that come again first. `often` says how many times, by number."""
        self.told += [False] * len(fresh)
        read = set(promising(fresh))
        # Without a number, what says nothing says it whole or torn.
        telling = [shape for shape in fresh if MASK in shape or (shape in read and parse(shape) is not None)]
        for number, shape in sorted(((self.ids[shape], shape) for shape in telling), key=lambda one: -often[one[0]]):
            if shape in read or shape[-SHORTEST_LINE:] in self.whole:
                self._read(number, shape, often[number], masked)
            elif ends_within_a_word(shape, self.openings):
                self.flaws[number] = TORN

    def _read(self, number: int, shape: str, often: int, masked: Masked) -> None:
        """Take what one shape says, and what is wrong with it."""
        flaw: Flaw | None = GLUED
        form = self._behind_another(shape)
        if form is None:
            form, flaw = self._understood(shape, often, masked)
        if flaw is not None:
            self.flaws[number] = flaw
        if form is not None:
            self.told[number] = True
            self.forms[number] = form

    def _behind_another(self, shape: str) -> Form | None:
        """Return what a whole line says that runs on behind a torn one; None where a shape is no such line."""
        alike = self.whole.get(shape[-SHORTEST_LINE:])
        line = glued(shape, alike, self.openings) if alike else None
        return None if line is None else self.forms[self.ids[line]].behind(shape.count(MASK) - line.count(MASK))

    def _understood(self, shape: str, often: int, masked: Masked) -> tuple[Form | None, Flaw | None]:
        """Return what a shape says, as far as it is sound, and what is wrong with it."""
        form = parse(shape)
        if ends_within_a_word(shape, self.openings):
            return form, TORN
        if form is not None and form.fields and splices.is_spliced(shape, often, self.rows, masked):
            return None, SPLICED
        whole = without_crossed_numbers(shape)
        if whole and whole in self.ids and parse(whole) is not None:
            return form, CROSSED
        if form is None:
            return None, None
        if told := splices.with_foreign_character(shape, self.rows):
            like, slot, more = told
            return self.forms[self.ids[like]].without(slot, more), FOREIGN
        if often == 1 and ends_within_a_number(shape, self.openings, masked):
            return form.without(shape.count(MASK) - 1), CUT_NUMBER
        self._remember(shape, form, often)
        return form, None

    def _remember(self, shape: str, form: Form, often: int) -> None:
        """Keep one of the first sound shapes, to tell others by it."""
        if len(self.openings) >= _MOST_OPENINGS:
            return
        insort(self.openings, shape)
        if not any(one.kind is Kind.COUNTER for one in form.fields):
            return
        if often > 1:
            self.rows.add(shape, often)
        if can_stand_behind(shape):
            self.whole.setdefault(shape[-SHORTEST_LINE:], []).append(shape)


class StreamReader:
    """Sorts the lines of passage after passage into streams."""

    def __init__(self) -> None:
        self.lines = 0
        """How many cleaned lines were taken."""
        self.unused = 0
        """How many lines were let go because there were too many forms of lines."""
        self._streams: dict[tuple[object, ...], _Stream] = {}
        self._places: list[tuple[int, Places]] = []
        self._known = _Known()

    def take(self, passage: Passage) -> Taken:
        """Take the lines of a passage; return their shapes."""
        masked = mask(passage.text)
        if len(self._known.ids) > MOST_SHAPES:
            self._known = _Known()
        ids, fresh = self._known.identify(masked)
        told = np.flatnonzero(np.array(self._known.told)[ids])
        if len(told):
            floats = masked.numbers.values()
            order = told[np.argsort(ids[told], kind="stable")]
            bounds = np.flatnonzero(np.diff(ids[order], prepend=-1))
            found: dict[tuple[object, ...], list[Rows]] = {}
            for rows in np.split(order, bounds[1:]):
                form = self._known.forms[int(ids[rows[0]])]
                found.setdefault(form.signature, []).append(_rows(form, rows + self.lines, masked.firsts[rows], floats))
            for signature, alike in found.items():
                self._add(signature, alike)
        self._places.append((self.lines, passage.places))
        self.lines += len(masked.shapes)
        flaws = self._known.flaws
        torn = np.flatnonzero(np.isin(ids, list(flaws))).tolist() if flaws else []
        first = self.lines - len(masked.shapes)
        return Taken(masked.shapes, fresh, first, [(line, *flaws[int(ids[line])]) for line in torn])

    def _add(self, signature: tuple[object, ...], found: Sequence[Rows]) -> None:
        stream = self._streams.get(signature)
        if stream is None:
            if len(self._streams) >= MOST_FORMS:
                self.unused += sum(map(len, found))
                return
            stream = self._streams[signature] = _Stream(found[0].form)
        stream.add(found)

    def streams(self) -> list[Rows]:
        """Return all streams, in the order in which they appeared, and forget them."""
        found = [stream.rows() for stream in self._streams.values()]
        self._streams = {}
        return found

    def places(self, lines: LineNumbers) -> Lines:
        """Return the lines of the file that cleaned lines belong to, given in rising order."""
        cuts = places_of(lines, np.array([first for first, _ in self._places], np.int64))
        found = Lines()
        for (first, at), part in zip(self._places, np.split(lines, cuts[1:]), strict=True):
            found.add(at.of(part.astype(np.int64) - first))
        return found

    def places_between(self, lines: range) -> tuple[int, int]:
        """Return the first and the last line of the file that some of the cleaned lines belong to."""
        ends = np.array([lines.start, min(lines.stop, self.lines) - 1], np.int64)
        first, last = self.places(ends).at(np.arange(2)).tolist()
        return first, last


def _rows(form: Form, lines: NDArray[np.int64], starts: NDArray[np.int64], floats: NDArray[np.float64]) -> Rows:
    """Return lines of one form as rows, given where the numbers of each begin."""

    def numbers(slot: int, factor: float) -> NDArray[np.float64]:
        if slot < 0:
            return np.full(len(lines), factor)
        return floats[starts + slot] if factor == 1 else floats[starts + slot] * factor

    ranks = None if form.rank is None else np.full(len(lines), float(form.rank))
    if form.rank_slot is not None:
        ranks = floats[starts + form.rank_slot]
    return Rows(form, lines, tuple(numbers(one.slot, one.factor) for one in form.fields), ranks)
