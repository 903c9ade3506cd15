"""Passages to rows: the lines that one statement of a trainer printed become one stream of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.console.grammar import Form, Kind, parse
from logdoctor.sources.console.masking import MASK, mask
from logdoctor.sources.console.passages import Passage

MOST_SHAPES = 20_000
"""Shapes that are remembered at a time; a log of more is prose, and its shapes do not come back."""


@dataclass(frozen=True, eq=False)
class Rows:
    """What the lines of one statement say, in the order of the log."""

    form: Form
    """The form of the first of them."""
    lines: NDArray[np.int64]
    """(n,) numbers of the cleaned lines, counted through the whole log."""
    places: NDArray[np.int64]
    """(n,) lines of the file."""
    numbers: NDArray[np.float64]
    """(n, fields) what stands at each field of the form."""
    ranks: NDArray[np.float64]
    """(n,) the process that printed the line; NaN where nothing says."""

    def __len__(self) -> int:
        return len(self.lines)

    def of(self, kind: Kind) -> Mapping[str, NDArray[np.float64]]:
        """Return the numbers of one kind by name."""
        return {one.name: self.numbers[:, i] for i, one in enumerate(self.form.fields) if one.kind is kind}

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Rows:
        """Keep some rows."""
        return Rows(self.form, self.lines[rows], self.places[rows], self.numbers[rows], self.ranks[rows])


@dataclass(frozen=True)
class Taken:
    """The shapes of a passage's lines."""

    shapes: list[str]
    fresh: list[str]
    """Those that were not seen before."""
    first: int
    """Number of the first line, counted through the whole log."""


@dataclass
class _Stream:
    form: Form
    pieces: list[Rows] = field(default_factory=list)

    def rows(self) -> Rows:
        lines = np.concatenate([piece.lines for piece in self.pieces])
        order = np.argsort(lines, kind="stable")
        return Rows(
            self.form,
            lines[order],
            np.concatenate([piece.places for piece in self.pieces])[order],
            np.concatenate([piece.numbers for piece in self.pieces])[order],
            np.concatenate([piece.ranks for piece in self.pieces])[order],
        )


@dataclass
class _Known:
    """Shapes met before: their number, how many numbers they hold, and what they say."""

    ids: dict[str, int] = field(default_factory=dict)
    slots: list[int] = field(default_factory=list)
    forms: list[Form | None] = field(default_factory=list)


class StreamReader:
    """Sorts the lines of passage after passage into streams."""

    def __init__(self) -> None:
        self.lines = 0
        """How many cleaned lines were taken."""
        self._streams: dict[tuple[object, ...], _Stream] = {}
        self._known = _Known()

    def take(self, passage: Passage) -> Taken:
        """Take the lines of a passage; return their shapes."""
        masked = mask(passage.text)
        ids, fresh = self._identify(masked.shapes)
        slots = np.array(self._known.slots)[ids]
        starts = np.cumsum(slots) - slots
        floats: NDArray[np.float64] | None = None
        order = np.argsort(ids, kind="stable")
        bounds = np.flatnonzero(np.diff(ids[order], prepend=-1))
        for at, rows in zip(bounds.tolist(), np.split(order, bounds[1:]), strict=True):
            form = self._known.forms[int(ids[order[at]])]
            if form is not None:
                floats = _floats(masked.numbers) if floats is None else floats
                self._add(form, rows, starts[rows], floats, passage)
        self.lines += len(masked.shapes)
        return Taken(masked.shapes, fresh, self.lines - len(masked.shapes))

    def streams(self) -> list[Rows]:
        """Return all streams, in the order in which they appeared."""
        return [stream.rows() for stream in self._streams.values()]

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
                        self._known.slots.append(shape.count(MASK))
                        self._known.forms.append(parse(shape))
                        fresh.append(shape)
                    found[i] = number
        return np.array(found, np.int64), fresh

    def _add(
        self,
        form: Form,
        rows: NDArray[np.int64],
        starts: NDArray[np.int64],
        floats: NDArray[np.float64],
        passage: Passage,
    ) -> None:
        numbers = np.empty((len(rows), len(form.fields)))
        for i, one in enumerate(form.fields):
            numbers[:, i] = one.factor if one.slot < 0 else floats[starts + one.slot] * one.factor
        ranks = np.full(len(rows), np.nan if form.rank is None else float(form.rank))
        if form.rank_slot is not None:
            ranks = floats[starts + form.rank_slot]
        stream = self._streams.setdefault(form.signature, _Stream(form))
        stream.pieces.append(Rows(form, rows + self.lines, passage.places[rows], numbers, ranks))


def _floats(numbers: list[str]) -> NDArray[np.float64]:
    try:
        return np.fromiter(map(float, numbers), np.float64, len(numbers))
    except ValueError:
        return np.fromiter((float(number.replace(",", "")) for number in numbers), np.float64, len(numbers))
