"""Passages to rows: the lines that one statement of a trainer printed become one stream of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.console.grammar import Form, Kind, parse
from logdoctor.sources.console.masking import MASK, mask
from logdoctor.sources.console.passages import Passage, Places

MOST_SHAPES = 20_000
"""Shapes that are remembered at a time; a log of more is prose, and its shapes do not come back."""

MOST_FORMS = 2000
"""Forms of lines that are kept apart; names that never come again, such as those of files, are no curves."""


@dataclass(frozen=True, eq=False)
class Rows:
    """What the lines of one statement say, in the order of the log."""

    form: Form
    """The form of the first of them."""
    lines: NDArray[np.int64]
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


class _Stream:
    """Rows of one form, field by field: there are many more of them than of anything else in memory."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self._lines: list[NDArray[np.int64]] = []
        self._numbers: list[list[NDArray[np.float64]]] = [[] for _ in form.fields]
        self._ranks: list[NDArray[np.float64]] = []

    def add(self, form: Form, lines: NDArray[np.int64], starts: NDArray[np.int64], floats: NDArray[np.float64]) -> None:
        """Add lines of a form, given where the numbers of each begin."""
        self._lines.append(lines)
        for one, pieces in zip(form.fields, self._numbers, strict=True):
            if one.slot < 0:
                pieces.append(np.full(len(lines), one.factor))
            else:
                pieces.append(floats[starts + one.slot] if one.factor == 1 else floats[starts + one.slot] * one.factor)
        if form.rank_slot is not None:
            self._ranks.append(floats[starts + form.rank_slot])
        elif form.rank is not None:
            self._ranks.append(np.full(len(lines), float(form.rank)))

    def rows(self) -> Rows:
        """Return all rows, letting go of the pieces."""
        lines = _joined(self._lines)
        ranks = _joined(self._ranks) if self._ranks else None
        rows = Rows(self.form, lines, tuple(map(_joined, self._numbers)), ranks)
        return rows if (np.diff(lines) > 0).all() else rows.take(np.argsort(lines, kind="stable"))


_Number = TypeVar("_Number", np.int64, np.float64)


def _joined(pieces: list[NDArray[_Number]]) -> NDArray[_Number]:
    joined = np.concatenate(pieces)
    pieces.clear()
    return joined


@dataclass
class _Known:
    """Shapes met before: their number, how many numbers they hold, and what they say."""

    ids: dict[str, int] = field(default_factory=dict)
    slots: list[int] = field(default_factory=list)
    told: list[bool] = field(default_factory=list)
    """Whether each says something of training."""
    forms: dict[int, Form] = field(default_factory=dict)

    def learn(self, number: int, shape: str) -> None:
        """Read a shape that was not met before."""
        form = parse(shape)
        self.slots.append(shape.count(MASK))
        self.told.append(form is not None)
        if form is not None:
            self.forms[number] = form


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
        ids, fresh = self._identify(masked.shapes)
        slots = np.array(self._known.slots)[ids]
        starts = np.cumsum(slots) - slots
        told = np.flatnonzero(np.array(self._known.told)[ids])
        if len(told):
            floats = _floats(masked.numbers)
            order = told[np.argsort(ids[told], kind="stable")]
            bounds = np.flatnonzero(np.diff(ids[order], prepend=-1))
            for rows in np.split(order, bounds[1:]):
                form = self._known.forms[int(ids[rows[0]])]
                stream = self._streams.get(form.signature)
                if stream is None:
                    if len(self._streams) >= MOST_FORMS:
                        self.unused += len(rows)
                        continue
                    stream = self._streams[form.signature] = _Stream(form)
                stream.add(form, rows + self.lines, starts[rows], floats)
        self._places.append((self.lines, passage.places))
        self.lines += len(masked.shapes)
        return Taken(masked.shapes, fresh, self.lines - len(masked.shapes))

    def streams(self) -> list[Rows]:
        """Return all streams, in the order in which they appeared, and forget them."""
        found = [stream.rows() for stream in self._streams.values()]
        self._streams = {}
        return found

    def places(self, lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the lines of the file that cleaned lines belong to, given in rising order."""
        cuts = np.searchsorted(lines, [first for first, _ in self._places])
        parts = np.split(lines, cuts[1:])
        return np.concatenate([at.of(part - first) for (first, at), part in zip(self._places, parts, strict=True)])

    def _identify(self, shapes: list[str]) -> tuple[NDArray[np.int64], list[str]]:
        if len(self._known.ids) > MOST_SHAPES:
            self._known = _Known()
        known, fresh = self._known.ids, []
        found = [known.get(shape, -1) for shape in shapes]
        if -1 in found:
            for i, shape in enumerate(shapes):
                if found[i] < 0:
                    number = known.get(shape, -1)
                    if number < 0:
                        number = known[shape] = len(known)
                        self._known.learn(number, shape)
                        fresh.append(shape)
                    found[i] = number
        return np.array(found, np.int64), fresh


def _floats(numbers: list[str]) -> NDArray[np.float64]:
    try:
        return np.fromiter(map(float, numbers), np.float64, len(numbers))
    except ValueError:
        return np.fromiter((float(number.replace(",", "")) for number in numbers), np.float64, len(numbers))
