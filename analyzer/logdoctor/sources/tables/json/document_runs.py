"""Several runs in one JSON document: the results of a sweep, of seeds, of folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logdoctor.run.naming import role_of, split_of, words
from logdoctor.run.roles import AdversarialLoss
from logdoctor.run.vocabulary import SPLIT_WORDS
from logdoctor.sources.tables.json.document_curves import are_log, curves_in, names_place
from logdoctor.sources.tables.json.document_shapes import go_on, is_matrix, joined
from logdoctor.sources.tables.likeness import tells_loss, tells_performance
from logdoctor.sources.tables.separated.bare_numbers import is_of_one_curve

_NAMES = ("name", "run_name", "run", "run_id", "id", "experiment", "model", "seed", "fold")
"""What says of an object in a list which run it is, the surest first."""

_PLACES = (("epoch",), ("step",), ("iteration",), ("iter",), ("global", "step"))
"""Names, word by word, of what says where in a run an object stands; `epochs` is how long one was."""

_DEEPEST = 3
"""How deep the runs may lie: `{"results": {"resnet18": {...}}}`."""


@dataclass(frozen=True)
class Part:
    """One of several runs."""

    label: str
    content: Any


def runs_in(path: Path, document: Any, depth: int = 0) -> list[Part]:
    """Return the runs of a document that holds several and nothing else that is logged; else none.

    What goes on from part to part is one run without a label.
    """
    if is_matrix(document) and is_of_one_curve(path.stem):
        document = {path.stem: document}
    if isinstance(document, list):
        return _runs_of_list(path, document)
    if not isinstance(document, dict):
        return []
    if rows := _rows_of_matrices(document):
        return _runs_of_rows(path, rows)
    return _runs_of_object(path, document, depth)


def _runs_of_list(path: Path, document: list[Any]) -> list[Part]:
    """Return the objects of a list, if each is a run."""
    if not all(_is_run_of_lists(path, one) for one in document) or _count_on(document):
        return []
    return _apart(path, [Part(_label(one, i), one) for i, one in enumerate(document)])


def _runs_of_rows(path: Path, rows: list[dict[str, Any]]) -> list[Part]:
    """Return a run for each row of matrices, unless these have a row for each example, or are a surface."""
    longest = max(len(values) for row in rows for values in row.values())
    parts = _apart(path, [Part(str(i), row) for i, row in enumerate(rows)])
    return parts if len(parts) < longest else []


def _runs_of_object(path: Path, document: dict[str, Any], depth: int) -> list[Part]:
    """Return the runs that stand beside each other in an object, or in the only object of it that holds curves.

    Each may be a group of runs: the seeds of a setting, the folds of a model.
    """
    if depth > _DEEPEST or any(map(_is_curve, document, document.values())):
        return []
    holders = {str(key): value for key, value in document.items() if _holds_objects(value)}
    if not holders or any(key in SPLIT_WORDS for key in holders) or all(map(names_place, holders)):
        return []
    if len(holders) == 1:
        return runs_in(path, next(iter(holders.values())), depth + 1)
    logged = {key: names for key, value in holders.items() if (names := _names(path, value))}
    if len(logged) == 1:
        return runs_in(path, holders[next(iter(logged))], depth + 1)
    found: list[Part] = []
    for key, value in holders.items():
        if below := runs_in(path, value, depth + 1):
            found += [Part(f"{key}/{one.label}" if one.label else key, one.content) for one in below]
        elif key in logged and not _is_run_with_validation(key, logged[key]):
            return []
        elif key in logged:
            found.append(Part(key, value))
    return _apart(path, found)


def _rows_of_matrices(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the curves of each seed where every curve of a document is a list of lists, one for each seed."""
    curves = {name: value for name, value in document.items() if tells_performance(name) and isinstance(value, list)}
    if not any(map(tells_loss, curves)) or not all(map(is_matrix, curves.values())):
        return []
    count = len(next(iter(curves.values())))
    if any(len(value) != count for value in curves.values()):
        return []
    return [{name: value[i] for name, value in curves.items()} for i in range(count)]


def _apart(path: Path, parts: list[Part]) -> list[Part]:
    """Return parts that are numbered as one run where the losses of one go on from those of the part before."""
    numbered = len(parts) > 1 and all(part.label.isdecimal() for part in parts)
    if not numbered or not go_on([_losses(path, part.content) for part in parts]):
        return parts
    return [Part("", joined([part.content for part in parts]))]


def _losses(path: Path, value: Any) -> dict[str, NDArray[np.float64]]:
    """Return the values of the losses in a part of a document by name."""
    found = (
        (curves.prefix + one.name, one.values) for curves in curves_in(path, value) for one in curves.table.columns
    )
    return {name: values for name, values in found if len(values) and tells_loss(name)}


def _count_on(objects: Sequence[dict[str, Any]]) -> bool:
    """Tell the epochs of one run, each with the losses of its batches: an epoch or step rises from each to the next."""
    first = objects[0] if objects else {}
    told = [[one.get(name) for one in objects] for name in first if words(name) in _PLACES]
    counted = ([at for at in places if isinstance(at, int)] for places in told)
    return any(len(at) == len(objects) and all(one < other for one, other in pairwise(at)) for at in counted)


def _is_curve(name: str, value: Any) -> bool:
    """Tell a curve of a document's own, which then is one run."""
    return isinstance(value, list) and not _holds_objects(value) and tells_performance(str(name))


def _holds_objects(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _is_run_of_lists(path: Path, value: Any) -> bool:
    """Tell a run among others in a list: a record of one moment holds no lists of losses."""
    return isinstance(value, dict) and any(map(tells_loss, _names(path, value)))


def _is_run_with_validation(key: str, names: Sequence[str]) -> bool:
    """Tell a run among others in an object: what is but a part of one has no validation loss of its own.

    The networks of a GAN may have one.
    """
    trained = [name for name in names if tells_loss(name) and not split_of(name).is_held_out]
    adversarial = any(issubclass(role_of(f"{key}/{name}", split_of(name)), AdversarialLoss) for name in trained)
    return bool(trained) and not adversarial and any(split_of(name).is_held_out for name in names)


def _names(path: Path, value: Any) -> list[str]:
    """Return the names of the curves in a part of a document."""
    found = [one for one in curves_in(path, value) if are_log(one)]
    return [curves.prefix + one.name for curves in found for one in curves.table.columns]


def _label(value: Any, number: int) -> str:
    """Return what one of several objects in a list is called, or its place from 0 on."""
    found: Sequence[tuple[str, Any]] = [(key, value[key]) for key in _NAMES if isinstance(value, dict) and key in value]
    told = next(((key, one) for key, one in found if isinstance(one, str | int)), None)
    if told is None:
        return str(number)
    key, one = told
    return str(one) if isinstance(one, str) else f"{key}={one}"
