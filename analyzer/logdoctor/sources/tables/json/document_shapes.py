"""Other layouts of curves in a JSON document, converted to records or to a list for each name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logdoctor.run.starting_over import starts_over
from logdoctor.sources.tables.likeness import tells_loss
from logdoctor.sources.tables.numbers import parse_values

_NAMES = ("name", "metric", "label", "tag", "key", "title")
"""What says of an object which curve it is: of a chart, of a tracker's export."""

_VALUES = ("values", "value", "y", "data", "points")
_STEPS = ("steps", "step", "x", "epochs", "epoch", "iterations", "iteration")

VALUE = "value"
"""What the numbers of a curve are called whose name stands above them."""

_MOST_JUDGED = 100
"""Parts, evenly far from each other, that tell whether a curve goes on from one to the next."""

_SAME_ORDER = 0.9
"""Share of records whose first loss is the greater, or the smaller, from which on they are losses of several tasks."""

_FEWEST_VALUES = 3
"""Numbers of a row that make it a curve among others; two may be a step and a value."""


def in_known_shape(value: Any) -> Any:
    """Return a part of a document in a shape that is read, as it is where it has one.

    Rows below a row of names become records. Objects that each name a curve become one object of curves, and what
    holds the numbers of one is called `value`, what counts them `step`.
    """
    if isinstance(value, list):
        return records_of_rows(value) or _by_name(value) or value
    if isinstance(value, dict):
        return {name: _points(entry) or entry for name, entry in value.items()}
    return value


def records_of_rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return rows below a row of names as records: `[["epoch", "loss"], [1, 0.5]]`; none where they are no such."""
    if len(rows) < 2 or not all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows):
        return []
    names, *below = rows
    if not names or not all(isinstance(name, str) for name in names):
        return []
    return [dict(zip(names, row, strict=True)) for row in below]


def _by_name(objects: Sequence[Any]) -> dict[str, Any]:
    """Return the curves of objects that each name one: `[{"name": "loss", "x": [1, 2], "y": [0.5, 0.25]}]`."""
    curves: dict[str, Any] = {}
    for one in objects:
        name = next((one[key] for key in _NAMES if isinstance(one.get(key), str)), "") if isinstance(one, dict) else ""
        points = _points(one) if name else None
        if points is None or name in curves:
            return {}
        curves[name] = points
    return curves


def _points(entry: Any) -> dict[str, list[Any]] | None:
    """Return the numbers of an object that holds one curve, and the steps where it has as many; None for any other."""
    if not isinstance(entry, dict):
        return None
    values = next((entry[key] for key in _VALUES if _are_numbers(entry.get(key))), None)
    if values is None or sum(map(_are_numbers, entry.values())) > 1 + sum(key in entry for key in _STEPS):
        return None
    steps = next((entry[key] for key in _STEPS if _are_numbers(entry.get(key))), ())
    return {**({"step": list(steps)} if len(steps) == len(values) else {}), VALUE: values}


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and set(map(type, value)) <= {int, float, str, NoneType}


def is_matrix(value: Any) -> bool:
    """Tell rows of numbers that are a curve each, of a seed or of an epoch; rows that begin with a step are points.

    The last may be short: that of an epoch which is not over, or where the beginning of a file breaks off.
    """
    if not isinstance(value, list) or len(value) < 2:
        return False
    *rows, last = value
    if not all(_are_numbers(row) and len(row) >= _FEWEST_VALUES for row in rows) or not (
        last == [] or _are_numbers(last)
    ):
        return False
    firsts = [row[0] for row in rows]
    return not all(type(one) is int for one in firsts)


def go_on(parts: Sequence[Mapping[str, NDArray[np.float64]]]) -> bool:
    """Tell the epochs of one run, each with the losses of its batches, from runs: a curve goes on from part to part."""
    every = 1 + len(parts) // _MOST_JUDGED
    verdicts = [
        starts_over(
            [one[name][0] for one in parts[:i:every] if len(one.get(name, ()))], parts[i - 1][name], parts[i][name]
        )
        for i in range(1, len(parts), every)
        for name in parts[i - 1].keys() & parts[i].keys()
    ]
    return verdicts.count(False) > verdicts.count(True)


def courses_in(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the losses of all batches by name where each record, as that of an epoch, has a list of those since.

    Lists of which none goes on where the one before ended are no course: those of the losses of several tasks.
    """
    lists: dict[str, list[list[Any]]] = {}
    for record in records:
        for name, values in _lists_in(record):
            lists.setdefault(name, []).append(values)
    return {name: list(chain.from_iterable(rows)) for name, rows in lists.items() if are_course(name, rows)}


def are_course(name: str, rows: Sequence[Any]) -> bool:
    """Tell lists that are a loss in the order of its batches, each beginning where the one before ended."""
    if len(rows) < 2 or not tells_loss(name) or not all(map(_are_numbers, rows)):
        return False
    lists = [parse_values(row).values for row in rows]
    return max(map(len, lists)) == 1 or (not _are_tasks(lists) and go_on([{name: values} for values in lists]))


def _are_tasks(lists: Sequence[NDArray[np.float64]]) -> bool:
    """Tell losses of as many tasks in each list: they move one way within all lists, and back from one to the next."""
    if len(lists) <= _FEWEST_VALUES or len(set(map(len, lists))) > 1:
        return False
    values = np.stack(lists)
    within, back = values[:, -1] - values[:, 0], values[1:, 0] - values[:-1, -1]
    way = np.sign(np.median(within))
    return bool(way) and bool(np.mean(way * within > 0) >= _SAME_ORDER and np.mean(way * back < 0) > 0.5)


def _lists_in(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, list[Any]]]:
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _lists_in(value, f"{prefix}{name}/")
        elif _are_numbers(value):
            yield prefix + name, value


def joined(parts: Sequence[Any]) -> Any:
    """Return parts of one run as one: what each holds under a name, one behind the other."""
    if all(isinstance(part, dict) for part in parts):
        names = dict.fromkeys(name for part in parts for name in part)
        return {name: joined([part[name] for part in parts if name in part]) for name in names}
    if all(isinstance(part, list) for part in parts):
        return list(chain.from_iterable(parts))
    return list(parts)
