r"""Drawn tables with columns under a header.

    | Training Loss | Epoch | Step | Validation Loss |      Markdown, as in the model cards of Hugging Face
    epoch     train_loss  valid_loss  accuracy  time        fastai; also Ultralytics, notebooks, spaCy
    epoch train_loss valid_loss                             one space apart, where columns are as wide as their names
    ┃ epoch ┃ train loss ┃ val loss ┃                      Rich, whose walls are drawn; its rows stand between thin ones
    epoch | train loss | val loss                          walls between the columns alone
    │ epoch ┆ train_loss │                                 Polars, with the types of its columns below
       epoch  train_loss  \                                 pandas, whose index has no name, or one on the line below;
                                                           a wide table goes on in another one, over the same index

A row has a cell for each name, or dots where rows were left out; any other line ends the table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from logdoctor.sources.console.drawn.aligned import aligned
from logdoctor.sources.console.drawn.drawn_rows import RULE, DrawnRows, counter_of, number_in
from logdoctor.sources.console.forms.masking import MASK
from logdoctor.sources.console.words.vocabulary import COUNTER_WORDS
from logdoctor.sources.tables.likeness import tells_performance
from logdoctor.sources.tables.numbers import MISSING

_LONGEST_HEADER = 1000
"""Characters of a line that may be a header; a longer one is data."""

_LONGEST_NAME = 40
"""Characters of the name of a column; a longer cell is prose."""

_NAME = re.compile(r"[A-Za-z#]")
_BAR = re.compile(r"^\s*(?:Epoch \d+/\d+ :\s*)?(?:\u2588|\|[\u2588-]+\|.*)?$")
"""What fastprogress draws between the rows of fastai's table, and wipes out again."""

_WALLS = frozenset("\u2502\u2503\u2506\u2551")
_SIDES = str.maketrans(dict.fromkeys(_WALLS, "|"))
_SPACES = re.compile(r"\t| {2,}")
_LEFT_OUT = re.compile(r"^[\s|\u2502\u2503\u2506\u2551.\u2026]+$")
"""Dots for rows that pandas and Polars leave out."""
_TYPES = re.compile(r"^[\s\u2502\u2506]*(?:(?:[iuf]\d\d?|str|bool)(?:[\s\u2502\u2506]+|$))+$")
"""What Polars tells of columns below their names."""
_GOES_ON = "\\"
"""How pandas ends the names of the first columns, where not all fit side by side."""

_OF_DETECTION = {"box": "box_loss", "GIoU": "GIoU_loss", "obj": "obj_loss", "cls": "cls_loss", "total": "total_loss"}
"""How YOLOv3, v5 and v7 head the columns of their losses, without that word; `box` was `GIoU` at first."""

_PROGRESS = re.compile(r": +[0-9]+%[| ]")
"""Where a progress bar begins behind a row, as tqdm and Ultralytics draw it: of an epoch's rows the last counts."""


class ColumnReader:
    """Reads the rows below headers, line after line."""

    def __init__(self, found: DrawnRows) -> None:
        self._found = found
        self._headers: dict[str, tuple[str, ...]] = {}
        self._upper_halves: set[str] = set()
        self._counted: dict[str, dict[str, float]] = {}
        """What counts in the rows of a table that goes on in another one, by their index."""
        self._goes_on = False
        """Whether the next names are of more columns of the same rows."""
        self._continues = False
        """Whether those of the open table are."""
        self._upper: tuple[str, ...] = ()
        """The upper half of a header, on the line before."""
        self._open: tuple[str, ...] = ()
        """The names of the columns of the table that is being read."""
        self._heading = ""
        """The line of its header."""

    @property
    def is_open(self) -> bool:
        """Whether a table is being read."""
        return bool(self._open)

    @property
    def marks(self) -> set[str]:
        """The shapes of lines with which a table begins."""
        return self._headers.keys() | self._upper_halves

    def learn_header(self, shape: str) -> bool:
        """Take a shape that was not met before, and return whether it is a header."""
        names = _header(shape) if MASK not in shape and len(shape) < _LONGEST_HEADER else ()
        if names:
            self._headers[shape] = names
        return bool(names)

    def learn_upper_half(self, shape: str) -> None:
        """Take a shape that was not met before, and is neither a header nor of a box."""
        if len(shape) < _LONGEST_HEADER and (_is_upper_half(shape) or _is_without_index(shape)):
            self._upper_halves.add(shape)

    def take(self, shape: str, line: str, number: int) -> bool:
        """Take a line, and return whether it is of a table with columns."""
        upper, self._upper = self._upper, ()
        if self._goes_on and (names := _of_more_columns(shape)):
            self._begin(("", *names), line, continues=True)
        elif shape in self._headers:
            self._begin(self._headers[shape], line, continues=False)
        elif shape in self._upper_halves:
            self._upper, self._goes_on = tuple(_cells(shape)), _goes_on(line)
        elif upper and (names := _in_two_lines(upper, _cells(shape))):
            self._open = names
        elif self._open:
            self._row(line, number)
        else:
            return False
        return True

    def _begin(self, names: tuple[str, ...], line: str, *, continues: bool) -> None:
        """Open a table; above the name of its index, which may follow, are those of the other columns."""
        self._open, self._heading, self._continues = names, line, continues
        self._goes_on = _goes_on(line)
        self._upper = tuple(_cells(line)) if line[:1] == " " else ()
        if not continues:
            self._counted = {}

    def _row(self, line: str, number: int) -> None:
        """Take a row of the open table, or close the table where a line is none."""
        bar = _PROGRESS.search(line)
        cells = self._cells_of(line[: bar.start()] if bar else line)
        found = zip(self._open, cells, strict=False)
        logged = {name: value for name, cell in found if name and (value := number_in(name, cell)) is not None}
        index = line.split(maxsplit=1)[0] if (self._goes_on or self._continues) and line.strip() else ""
        logged = self._counted.get(index, {}) | logged
        counters = {name: counter for name in logged if (counter := counter_of(name))}
        if self._goes_on:
            self._counted[index] = {name: logged[name] for name in counters}
        # | Model | Epochs | mAP |
        first_is_text = "" != self._open[0] not in logged and bool(cells) and cells[0] not in MISSING
        if len(cells) == len(self._open) and counters and not first_is_text:
            self._found.add(logged, counters, number, passing=bar is not None)
        elif line.strip() and not any(one.match(line) for one in (RULE, _BAR, _LEFT_OUT, _TYPES)):
            self._open, self._goes_on = (), False

    def _cells_of(self, text: str) -> Sequence[str]:
        """Cut a row into its cells: at walls or wide spaces, at any space, or where the names of the header stand."""
        cells = _cells(text)
        if len(cells) == len(self._open) or {"|", "\t"} & set(text):
            return cells
        if self._heading[:1] == " " and len(cells) == len(self._open) + 1 and cells[0].isdecimal():
            return cells[1:]  # pandas prints the index of a table, and nothing above it
        words, names = text.split(), _named(self._heading.split(), 2)
        if names and len(words) == len(names):
            self._open = names
            return words
        return (aligned(self._heading, text) or cells) if len(cells) < len(self._open) else cells


def _is_upper_half(line: str) -> bool:
    """Tell the first line of a header in two: `|  Epoch  |  Iteration  |  Mini-batch  |`, as MATLAB draws it."""
    cells = _cells(line) if line.startswith("|") else ()
    counted = sum(1 for cell in cells if counter_of(cell))
    return len(cells) > counted > 0 and all(cell[:1].isalpha() for cell in cells)


def _goes_on(line: str) -> bool:
    return line.rstrip().endswith(_GOES_ON)


def _of_more_columns(line: str) -> Sequence[str]:
    """Return the names of the columns of a table that goes on, above the same index; nothing where these are rows."""
    cells = _cells(line) if line[:1] == " " and MASK not in line else ()
    return cells if all(map(_NAME.match, cells)) else ()


def _is_without_index(line: str) -> bool:
    """Tell names of columns as pandas prints them above the name of the index."""
    cells = _of_more_columns(line)
    return any(map(tells_performance, cells)) and not any(map(counter_of, cells))


def _in_two_lines(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns of which each has a word on either line, or nothing.

    Pandas has the name of the index alone on the second one.
    """
    if len(lower) == 1 and counter_of(lower[0]):
        return _named((lower[0], *upper), fewest=2)
    if len(upper) != len(lower) or not any(lower) or any(MASK in cell for cell in lower):
        return ()
    return _named([f"{above} {below}".strip() for above, below in zip(upper, lower, strict=True)])


def _header(line: str) -> tuple[str, ...]:
    """Return the names of columns in a header, or nothing."""
    text = _plain(line)
    if "|" not in text and "\t" not in text and "  " not in text:
        words = text.split()
        return _named(words, _fewest_behind(words[0])) if _begins_with_counter(words) else ()
    cells = _cells(text)
    commented = len(cells) > 1 and cells[0] == "#" and counter_of(cells[1])  # DeePMD: `#  step  rmse_val`
    fewest = _fewest_behind(cells[0]) if _begins_with_counter(cells) else 3
    fewest = 2 if text.startswith("|") or _goes_on(line) else fewest
    if cells[:1] == [""] and (names := _named(cells[1:], fewest)):
        return ("", *names)
    names = _named(cells[1:] if commented else cells, fewest)
    return names or (_behind_index(cells) if cells[:1] == [""] or line[:1] == " " else ())


def _begins_with_counter(cells: Sequence[str]) -> bool:
    """Tell names of columns of which the first counts; prose seldom begins so."""
    return bool(cells) and cells[0].lower() in COUNTER_WORDS


def _fewest_behind(counter: str) -> int:
    """Return how many columns a table has at least whose first counts: with two, batches are sizes that were tried."""
    return 3 if COUNTER_WORDS[counter.lower()] == "batch" else 2


def _behind_index(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns behind an index without a name: of epochs, where one has a twin on held-out data.

    So pandas prints the history of Keras; what has no twin may be the results of models, one a row.
    """
    names = [cell for cell in cells if cell]
    has_twin = any(f"val_{name}" in names for name in names)
    return _named(("epoch", *names)) if has_twin else ()


def _named(cells: Sequence[str], fewest: int = 3) -> tuple[str, ...]:
    """Return cells that are the names of columns: a counter and a quantity of training must be among them."""
    if len(cells) < fewest or len(set(cells)) < len(cells):
        return ()
    if {"obj", "cls"} <= set(cells):
        cells = [_OF_DETECTION.get(cell, cell) for cell in cells]
    counted = {cell for cell in cells if counter_of(cell)}
    if not counted or not all(_NAME.match(cell) and len(cell) <= _LONGEST_NAME for cell in cells):
        return ()
    return tuple(cells) if any(cell not in counted and tells_performance(cell) for cell in cells) else ()


def _plain(line: str) -> str:
    """Return a row with walls as in Markdown, where they are drawn, and without the mark that more columns follow."""
    text = line.strip().removesuffix(_GOES_ON).rstrip()
    return text if _WALLS.isdisjoint(text) else text.translate(_SIDES)


def _cells(line: str) -> Sequence[str]:
    text = _plain(line)
    if "|" in text:
        return [cell.strip() for cell in text.removeprefix("|").removesuffix("|").split("|")]
    return [cell.strip() for cell in _SPACES.split(text) if cell.strip()]
