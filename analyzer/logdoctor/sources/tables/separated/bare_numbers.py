"""Numbers without a header: what their columns are, as far as the name of the file tells."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from logdoctor.run.naming import split_of, stem_of, words
from logdoctor.sources.tables.likeness import tells_performance
from logdoctor.sources.tables.row_times import SINCE
from logdoctor.sources.tables.separated.table_form import NAMELESS

_ENOUGH_ROWS = 10
"""Rows of numbers before the name of a file is believed to be that of a curve."""

_MOST_BESIDE = 3
"""Columns that may stand behind what counts them where the first is called after the file."""

_MOST_NAMELESS = 32
"""Columns that a loop writes without naming them; more are data."""

_BETWEEN = re.compile(r"[,;\t ]+")

_COLUMN = "column"
"""What columns are called that have no name, with their number."""

_ABOUT_FILES = frozenset("log logs history list curve curves values record records results result all per".split())
"""Words in the name of such a file that say nothing of what is in it."""

_METRICS = frozenset({"acc", "accuracy"})
"""Metrics that such files are called after; a loss is called so and nothing else: `packet_loss` is none."""

_OF_CURVES = frozenset("loss losses log logs history curve curves metrics".split())
"""Words in the name of a file of which some columns may be curves: `feat.csv` and `train.csv` hold data."""

_OF_LOOPS = frozenset("train training learning epoch epochs step steps iter iteration iterations run exp seed".split())
"""Words in the name of a log that only the loop of a training writes."""


def columns_of_bare_numbers(stem: str, start: bytes) -> tuple[str, ...]:
    """Return the columns of numbers in a file that is called after its only curve, such as `val_loss.txt`, or nothing.

    In one that is called after curves the first must count, and nobody can tell what the others are. Where two of three
    count, they are the epoch and the step: d3rlpy writes a file for each metric so.
    """
    of_one = is_of_one_curve(stem)
    if not of_one and not is_called_after_curves(stem):
        return ()
    headed, numbers = _numbers_at(start)
    if len(numbers) < _ENOUGH_ROWS:
        return ()
    columns = numbers.shape[1]
    if of_one and columns < 3:
        return _with_its_index(stem, numbers)
    if headed or not 2 <= columns <= _MOST_NAMELESS or not _counts_rows(numbers):
        return ()
    if not of_one and not all(map(_is_of_training, words(stem))):
        return ()  # `sensor_log.csv`, `price_history.csv`
    if of_one and columns == 3 and _counts_rows(numbers[:, 1:]):
        return ("epoch", "step", stem) if (numbers[:, 0] <= numbers[:, 1]).all() else ("step", "epoch", stem)
    first = stem if of_one and columns <= 1 + _MOST_BESIDE else f"{_COLUMN} 2"
    return ("index", first, *(f"{_COLUMN} {i + 1}" for i in range(2, columns)))


def is_called_after_curves(stem: str) -> bool:
    """Tell the name of a file that may hold curves and no data."""
    return not _OF_CURVES.isdisjoint(words(stem))


def is_of_one_curve(stem: str) -> bool:
    """Tell the name of a loss or an accuracy, whatever the split: `val_loss`, `train_acc_history`; no `packet_loss`."""
    about = " ".join(word for word in words(stem) if word not in _ABOUT_FILES)
    return bool(about) and tells_performance(about) and _METRICS.issuperset(stem_of(about))


def is_nameless(column: str) -> bool:
    """Tell a column of which nothing is known."""
    return column.startswith(f"{_COLUMN} ")


def _numbers_at(start: bytes) -> tuple[bool, NDArray[np.float64]]:
    """Return whether pandas' mark of a nameless column stands above, and (rows, columns) numbers, or (0, 0) of none."""
    none = np.empty((0, 0))
    lines = [line.strip() for line in start.decode("ascii", "replace").split("\n")[:-1]]
    headed = bool(lines) and lines[0] in NAMELESS
    rows = [_BETWEEN.split(line) for line in lines[headed:] if line]
    if headed and any("." not in row[-1] for row in rows):
        return headed, none  # counts, or a loss of zero and no header
    try:
        return headed, np.array(rows, float)
    except ValueError:  # words, or rows of different lengths
        return headed, none


def _with_its_index(stem: str, numbers: NDArray[np.float64]) -> tuple[str, ...]:
    """Return the column of a curve, and before it that of what counts its values if there is one."""
    if numbers.shape[1] == 1:
        return (stem,)
    counted = bool((numbers[:, 0] == np.floor(numbers[:, 0])).all())
    return ("index", stem) if counted else ()


def _is_of_training(word: str) -> bool:
    """Tell a word in the name of a log of training, which may as well be the log of a sensor, by what it says."""
    known = word.isdigit() or word in _OF_CURVES or word in _ABOUT_FILES or word in _OF_LOOPS
    return known or bool(split_of(word)) or tells_performance(word)


def _counts_rows(numbers: NDArray[np.float64]) -> bool:
    """Tell a curve by its first column, which rises evenly in whole numbers, and by others that are none."""
    at, others = numbers[:, 0], numbers[:, 1:]
    evenly = at[0] < SINCE and at[1] > at[0] and bool((np.diff(at) == at[1] - at[0]).all())
    return evenly and bool((at == np.floor(at)).all()) and bool((others != np.floor(others)).any())
