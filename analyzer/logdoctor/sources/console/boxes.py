"""Tables drawn with characters: columns under a header, and boxes of names and values.

    | Training Loss | Epoch | Step | Validation Loss |      Markdown, as in the model cards of Hugging Face
    epoch     train_loss  valid_loss  accuracy  time        fastai; also Ultralytics, notebooks, spaCy
    epoch train_loss valid_loss                             one space apart, where columns are as wide as their names
    ┃ epoch ┃ train loss ┃ val loss ┃                      Rich, whose walls are drawn; its rows stand between thin ones
    |    total_timesteps | 2048     |                       Stable-Baselines3: one box for each record

A header, or a box, says what the numbers of the lines below it are, which no line of a table does by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from logdoctor.run.naming import role_of, split_of
from logdoctor.run.roles import Loss
from logdoctor.sources.console.aligned import aligned
from logdoctor.sources.console.form import Field, Form, Kind
from logdoctor.sources.console.masking import MASK
from logdoctor.sources.console.passages import Passage
from logdoctor.sources.console.streams import Rows, Taken
from logdoctor.sources.console.vocabulary import COUNTER_WORDS
from logdoctor.sources.tables.counters import normal
from logdoctor.sources.tables.likeness import tells_performance
from logdoctor.sources.tables.numbers import MISSING
from logdoctor.sources.tables.row_times import parser_of

_LONGEST_HEADER = 1000
_LONGEST_NAME = 40
_NAME = re.compile(r"[A-Za-z#]")
_RULE = re.compile(r"^[\s|:+=\u2500-\u257f-]*$")
_BAR = re.compile(r"^\s*(?:Epoch \d+/\d+ :\s*)?(?:\u2588|\|[\u2588-]+\|.*)?$")
"""What fastprogress draws between the rows of fastai's table, and wipes out again."""

_BOX_COUNTERS = ("total_timesteps", "total timesteps", "timestepssofar", "totalenvinteracts", "totalenvsteps")
"""Steps of the environment so far, as Stable-Baselines, OpenAI's baselines, Spinning Up and garage call them."""

_BOX_STEPS = ("step", "steps", "iteration", "itr", "nupdates", "epoch")
"""What counts in a box that has none of those: guided-diffusion's `step`, garage's `Itr`; the finest first."""

_BOX_COUNTER = re.compile(
    rf"^\|\s+(?:(?:time/)?(?:{'|'.join(_BOX_COUNTERS)})\s+\||(?:{'|'.join(_BOX_STEPS)})\s+\|\s*{MASK})", re.I
)
_TIMESTEPS = "total_timesteps"
_WALLS = "\u2502\u2503\u2551"
_SIDES = str.maketrans(dict.fromkeys(_WALLS, "|"))
_SPACES = re.compile(r"\t| {2,}")
_SHORT = {"e": "epoch", "#": "step"}
"""spaCy's names of the counters."""

_PROGRESS = re.compile(r": +[0-9]+%[| ]")
"""Where a progress bar begins behind a row, as tqdm and Ultralytics draw it: of an epoch's rows the last counts."""


@dataclass
class _Collected:
    """Rows of one set of names."""

    names: tuple[tuple[Kind, str], ...]
    lines: list[int] = field(default_factory=list)
    numbers: list[list[float]] = field(default_factory=list)
    passing: bool = False
    """Whether the last row will be overwritten."""

    def rows(self) -> Rows:
        fields = tuple(Field(kind, name, i) for i, (kind, name) in enumerate(self.names))
        numbers = np.array(self.numbers, np.float64).reshape(len(self.lines), len(fields))
        form = Form(fields, counter_first=True, in_table=True)
        return Rows(form, np.array(self.lines, np.int64), tuple(numbers.T.copy()))


class BoxReader:
    """Collects the rows of drawn tables from passage after passage."""

    def __init__(self) -> None:
        self._headers: dict[str, tuple[str, ...]] = {}
        self._upper_halves: set[str] = set()
        self._upper: tuple[str, ...] = ()
        """The upper half of a header, on the line before."""
        self._boxes: set[str] = set()
        self._open: tuple[str, ...] = ()
        """The names of the columns of the table that is being read."""
        self._heading = ""
        """The line of its header."""
        self._section = ""
        self._box: dict[str, float] = {}
        self._found: dict[tuple[tuple[Kind, str], ...], _Collected] = {}

    def take(self, passage: Passage, taken: Taken) -> None:
        """Take the lines of a passage, of which the shapes are known."""
        for shape in taken.fresh:
            if MASK not in shape and len(shape) < _LONGEST_HEADER and (names := _header(shape)):
                self._headers[shape] = names
            elif shape.startswith("|"):
                if _BOX_COUNTER.match(shape):
                    self._boxes.add(shape)
                elif len(shape) < _LONGEST_HEADER and _is_upper_half(shape):
                    self._upper_halves.add(shape)
        marks = self._headers.keys() | self._boxes | self._upper_halves
        if not self._open and not self._box and marks.isdisjoint(taken.shapes):
            return
        boxed = bool(self._boxes)
        for i, (shape, line) in enumerate(zip(taken.shapes, passage.text.split("\n"), strict=True)):
            upper, self._upper = self._upper, ()
            if shape in self._headers:
                self._open, self._heading = self._headers[shape], line
            elif shape in self._upper_halves:
                self._upper = tuple(_cells(shape))
            elif upper and (names := _in_two_lines(upper, _cells(shape))):
                self._open = names
            elif self._open:
                self._row(line, taken.first + i)
            elif boxed and shape.startswith(("|", "-")):
                self._boxed(line, taken.first + i)

    def streams(self) -> list[Rows]:
        """Return the rows, by the names that they carry."""
        return [collected.rows() for collected in self._found.values()]

    def _row(self, line: str, number: int) -> None:
        bar = _PROGRESS.search(line)
        text = line[: bar.start()] if bar else line
        cells = _cells(text)
        if len(cells) != len(self._open) and not {"|", "\t"} & set(text):
            words, names = text.split(), _named(self._heading.split())
            if names and len(words) == len(names):
                self._open, cells = names, words
            elif len(cells) < len(self._open):
                cells = aligned(self._heading, text) or cells
        logged = {
            name: v for name, cell in zip(self._open, cells, strict=False) if (v := _value(name, cell)) is not None
        }
        counters = {name: counter for name in logged if (counter := _counter_of(name))}
        first_is_text = (
            self._open[0] not in logged and bool(cells) and cells[0] not in MISSING
        )  # | Model | Epochs | mAP |
        if len(cells) != len(self._open) or not counters or first_is_text:
            if line.strip() and not _RULE.match(line) and not _BAR.match(line):
                self._open = ()
            return
        self._add(logged, counters, number, passing=bar is not None)

    def _boxed(self, line: str, number: int) -> None:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if _RULE.match(line):
            if counters := _counters_of(self._box):
                self._add(self._box, counters, number)
            self._section, self._box = "", {}
        elif len(cells) == 2 and cells[0].endswith("/"):
            self._section = cells[0]
        elif len(cells) == 2 and (value := _value(cells[0], cells[1])) is not None:
            self._box[cells[0] if "/" in cells[0] else self._section + cells[0]] = value

    def _add(self, logged: dict[str, float], counters: dict[str, str], number: int, *, passing: bool = False) -> None:
        order = sorted(logged, key=lambda name: name not in counters)
        kinds = tuple((Kind.COUNTER, counters[n]) if n in counters else (Kind.VALUE, n) for n in order)
        rows = self._found.setdefault(kinds, _Collected(kinds))
        if rows.passing and rows.numbers[-1][0] == logged[order[0]]:
            rows.lines.pop()
            rows.numbers.pop()
        rows.lines.append(number)
        rows.numbers.append([logged[name] for name in order])
        rows.passing = passing


def _counters_of(box: Mapping[str, float]) -> dict[str, str]:
    """Return what counts in a box: the steps of the environment, or else the finest of what counts by its name."""
    if counters := {name: _TIMESTEPS for name in box if normal(name).endswith(_BOX_COUNTERS)}:
        return counters
    spelled = {normal(name): name for name in box}
    finest = next((name for name in _BOX_STEPS if name in spelled), None)
    return {spelled[finest]: COUNTER_WORDS.get(finest, finest)} if finest else {}


def _is_upper_half(line: str) -> bool:
    """Tell the first line of a header in two: `|  Epoch  |  Iteration  |  Mini-batch  |`, as MATLAB draws it."""
    cells = _cells(line)
    counted = sum(1 for cell in cells if _counter_of(cell))
    return len(cells) > counted > 0 and all(cell[:1].isalpha() for cell in cells)


def _in_two_lines(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns of which each has a word on either line, or nothing."""
    if len(upper) != len(lower) or not any(lower) or any(MASK in cell for cell in lower):
        return ()
    return _named([f"{above} {below}".strip() for above, below in zip(upper, lower, strict=True)])


def _header(line: str) -> tuple[str, ...]:
    """Return the names of columns in a header, or nothing."""
    text = _plain(line)
    if "|" not in text and "\t" not in text and "  " not in text:
        return _named(text.split()) if text.partition(" ")[0].lower() in COUNTER_WORDS else ()  # prose seldom begins so
    cells = _cells(text)
    commented = len(cells) > 1 and cells[0] == "#" and _counter_of(cells[1])  # DeePMD: `#  step  rmse_val`
    return _named(cells[1:] if commented else cells, 2 if text.startswith("|") else 3)


def _named(cells: Sequence[str], fewest: int = 3) -> tuple[str, ...]:
    """Return cells that are the names of columns: a counter and a quantity of training must be among them."""
    if len(cells) < fewest or len(set(cells)) < len(cells):
        return ()
    counted = {cell for cell in cells if _counter_of(cell)}
    if not counted or not all(_NAME.match(cell) and len(cell) <= _LONGEST_NAME for cell in cells):
        return ()
    return tuple(cells) if any(cell not in counted and tells_performance(cell) for cell in cells) else ()


def _plain(line: str) -> str:
    """Return a row with walls as in Markdown, where they are drawn."""
    text = line.strip()
    return text.translate(_SIDES) if text[:1] in _WALLS else text


def _cells(line: str) -> Sequence[str]:
    text = _plain(line)
    if text.startswith("|"):
        return [cell.strip() for cell in text.strip("|").split("|")]
    return [cell.strip() for cell in _SPACES.split(text) if cell.strip()]


def _counter_of(name: str) -> str:
    """Return the counter that a column is, in the spelling of tables, or nothing."""
    plain = normal(name).rpartition("/")[2]
    return COUNTER_WORDS.get(plain, "") or _SHORT.get(plain, "")


def _value(name: str, cell: str) -> float | None:
    if _counter_of(name):
        cell = cell.partition("/")[0]  # Ultralytics: `1/100`
    try:
        if cell[:1] + cell[-1:] == "[]":
            return _sum(name, [parser_of(name)(term.strip()) for term in cell[1:-1].split(",")])
        return parser_of(name)(cell.removesuffix("G"))
    except ValueError:
        return None


def _sum(name: str, terms: Sequence[float | None]) -> float | None:
    """Return what the terms of a loss come to, which DeepXDE lists in a cell; of anything else one number alone."""
    known = [one for one in terms if one is not None]
    is_loss = issubclass(role_of(name, split_of(name)), Loss)
    return sum(known) if known and (is_loss or len(terms) == 1) else None
