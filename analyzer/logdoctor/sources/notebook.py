"""Jupyter notebooks: what their cells printed is often the only log of a training."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.naming import role_of, split_of
from logdoctor.run.notice import PART
from logdoctor.run.roles import Loss
from logdoctor.run.starting_over import starts_over
from logdoctor.sources.console.assembly import Assembled
from logdoctor.sources.console.printed import assembled_of, logs_of
from logdoctor.sources.console.text.html_tables import drawn
from logdoctor.sources.console.text.passages import Passage, passages_of
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.json.json_file import load
from logdoctor.sources.tables.likeness import tells_performance

_PICTURE = re.compile(rb"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{1000,}+|(?:[A-Za-z0-9+/]{60,80}\\n){10,}+)")
"""A picture in base64, in one line or in many, which is never decoded."""

_LONGEST_TABLE = 4 * 1024 * 1024
"""Characters of HTML beyond which it is no table of epochs."""

_FASTAI = (
    '<table border="1" class="dataframe">\n  <thead>\n    <tr style="text-align: left;">\n      <th>epoch</th>\n'
    "      <th>train_loss</th>\n      <th>valid_loss</th>\n      <th>time</th>\n    </tr>\n  </thead>\n  <tbody>\n"
    "    <tr>\n      <td>0</td>\n      <td>0.500000</td>\n      <td>0.750000</td>\n      <td>00:12</td>\n    </tr>\n"
    "    <tr>\n      <td>1</td>\n      <td>0.250000</td>\n      <td>0.500000</td>\n      <td>00:12</td>\n    </tr>\n"
    "  </tbody>\n</table>"
)


def _document(*cells: Sequence[dict[str, Any]]) -> str:
    """Return a notebook whose cells printed something."""
    code = [{"cell_type": "code", "source": ["fit()"], "outputs": list(outputs)} for outputs in cells]
    return json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


class Notebook(Source):
    """The outputs of code cells, as a text log each.

    Trainings in several cells are several runs, unless the counter or the loss of one goes on where the one before
    ended: `fit` called again. Pictures are left out, and what the code says is not looked at. A cell is named by its
    place among all cells of the notebook, from 1 on; its lines count from the first that it printed.
    """

    name = "notebook"
    patterns = ("*.ipynb",)
    precedence = 0
    samples = (
        Sample(
            "fastai's table",
            "train.ipynb",
            _document([{"output_type": "display_data", "data": {"text/html": _FASTAI.splitlines(keepends=True)}}]),
            {"train_loss": [(0, 0.5), (1, 0.25)], "valid_loss": [(0, 0.75), (1, 0.5)], "time": [(0, 12), (1, 12)]},
        ),
        Sample(
            "lines that go on in another cell",
            "train.ipynb",
            _document(
                [{"output_type": "stream", "text": [f"epoch {i} loss: {2.0**-i}\n" for i in (1, 2)]}],
                [{"output_type": "stream", "text": [f"epoch {i} loss: {2.0**-i}\n" for i in (3, 4)]}],
            ),
            {"loss": [(1, 0.5), (2, 0.25), (3, 0.125), (4, 0.0625)]},
        ),
        Sample(
            "no training",
            "explore.ipynb",
            _document([{"output_type": "execute_result", "data": {"text/plain": ["   a  b\n", "0  1  2"]}}]),
            None,
        ),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by a cell that printed lines of a training, wherever it stands."""
        if not head.start.lstrip().startswith(b"{") or not any(
            key in head.start for key in (b'"cells"', b'"worksheets"')
        ):
            return False
        try:
            return bool(_trainings(head.path, load(head.path, _PICTURE).content))
        except UnreadableLogError:
            return False

    def read(self, path: Path) -> Iterator[Log]:
        """Read the cells that tell of a training."""
        document = load(path, _PICTURE)
        notices = document.notices
        trainings = _trainings(path, document.content)
        if not trainings:
            raise UnreadableLogError(f"{path}: no cell of it tells of a training")
        for cells in trainings:
            named = _named(cells)
            for log in logs_of(path, _passages(cells), is_file=False):
                said = f"This is what {named} printed; its lines are counted from the first."
                place = Notice(PART, str(path), said)
                inner = (replace(one, message=f"Of what {named} printed: {one.message}") for one in log.notices)
                parts = [named if len(trainings) > 1 else "", log.label]
                label = ", ".join(part for part in (path.stem, *parts) if part) if any(parts) else ""
                yield replace(log, label=label, notices=(*notices, place, *inner))
                notices = ()


@dataclass(frozen=True)
class _Cell:
    """What a code cell printed."""

    number: int
    """Its place among the cells of the notebook, counted from 1."""
    text: str


def _trainings(path: Path, document: Any) -> list[list[_Cell]]:
    """Return the cells of each training, in the order of the notebook."""
    found: list[tuple[list[_Cell], list[Assembled]]] = []
    for cell in _cells(document):
        runs = assembled_of(path, _passages([cell]))
        if not runs:
            continue
        if found and _goes_on(found[-1][1], runs):
            found[-1][0].append(cell)
            found[-1][1].extend(runs)
        else:
            found.append(([cell], runs))
    return [cells for cells, _ in found]


def _passages(cells: Sequence[_Cell]) -> Iterator[Passage]:
    line = 1
    for cell in cells:
        yield from passages_of(cell.text, line)
        line += cell.text.count("\n") + (not cell.text.endswith("\n"))


def _named(cells: Sequence[_Cell]) -> str:
    numbers = [str(cell.number) for cell in cells]
    return f"cell {numbers[0]}" if len(numbers) == 1 else f"cells {', '.join(numbers[:-1])} and {numbers[-1]}"


def _goes_on(before: Sequence[Assembled], after: Sequence[Assembled]) -> bool:
    """Tell whether what a cell printed goes on with the training of the cells before it."""
    curves = [{one.name: one.values for one in run.table.columns if tells_performance(one.name)} for run in before]
    begun = {one.name: one.values for one in after[0].table.columns if tells_performance(one.name)}
    ran = curves[-1]
    if ran.keys() != begun.keys() or not begun:
        return False
    clock, counted = before[-1].clock.at, after[0].clock.at
    if len(clock) and len(counted) and counted[0] > np.nanmax(clock):
        return True
    losses = [name for name in begun if issubclass(role_of(name, split_of(name)), Loss)]
    verdicts = [
        starts_over([float(one[name][0]) for one in curves if len(one.get(name, ()))], ran[name], begun[name])
        for name in losses or begun
    ]
    return verdicts.count(False) > verdicts.count(True)


def _cells(document: Any) -> Iterator[_Cell]:
    """Yield what the code cells printed; before version 4 of the format they lay in worksheets."""
    sheets = [document, *_dicts(_of(document, "worksheets"))]
    cells = (cell for sheet in sheets for cell in _dicts(_of(sheet, "cells")))
    for number, cell in enumerate(cells, 1):
        if _of(cell, "cell_type") == "code":
            text = "".join(map(_printed, _dicts(_of(cell, "outputs"))))
            if text:
                yield _Cell(number, text)


def _printed(output: dict[str, Any]) -> str:
    """Return the lines of one output; a table is drawn as Markdown draws it."""
    kind = output.get("output_type")
    if kind == "stream":
        return _text(output.get("text"))
    if kind in {"error", "pyerr"}:
        return f"Traceback (most recent call last):\n{_text(output.get('ename'))}: {_text(output.get('evalue'))}\n"
    data = output.get("data", output)
    page = _text(_of(data, "text/html") or _of(data, "html"))
    if len(page) <= _LONGEST_TABLE and (rows := drawn(page)):
        return rows
    plain = _text(_of(data, "text/plain") or _of(data, "text"))
    return f"{plain}\n" if "\n" in plain.strip() else ""


def _of(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Return a text, which may be kept line by line."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
