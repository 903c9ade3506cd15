"""Jupyter notebooks: the trainings that their cells printed, and nothing of all else in them."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Sequence
from math import exp
from pathlib import Path
from typing import Any

import pytest

from logdoctor import Run, load
from logdoctor.diagnosis import analyze
from logdoctor.errors import NoRunError
from logdoctor.reading import look
from logdoctor.run import text_event
from logdoctor.run.notice import DAMAGE, PART
from logdoctor.run.roles import TrainLoss, ValLoss

FALL = [round(0.3 + 2 * exp(-i / 3), 4) for i in range(10)]
LOWER = [round(0.3 + 0.05 * exp(-i / 3), 4) for i in range(10)]

Output = dict[str, Any]


def stream(text: str, name: str = "stdout") -> Output:
    return {"output_type": "stream", "name": name, "text": text.splitlines(keepends=True)}


def table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> Output:
    """Return what fastai and the Trainer of Hugging Face display."""
    head = "".join(f"      <th>{name}</th>\n" for name in names)
    body = "".join(f"    <tr>\n{''.join(f'      <td>{cell}</td>{chr(10)}' for cell in row)}    </tr>\n" for row in rows)
    page = (
        '<div>\n<progress value="10" max="10" style="width:300px;"></progress>\n[10/10 00:01, Epoch 2/2]\n</div>\n'
        '<table border="1" class="dataframe">\n  <thead>\n    <tr style="text-align: left;">\n'
        f"{head}    </tr>\n  </thead>\n"
        f"  <tbody>\n{body}  </tbody>\n</table><p>"
    )
    plain = ["<IPython.core.display.HTML object>"]
    return {"output_type": "display_data", "data": {"text/html": page.splitlines(keepends=True), "text/plain": plain}}


def picture() -> Output:
    data = base64.b64encode(random.Random(0).randbytes(100_000)).decode()
    return {"output_type": "display_data", "data": {"image/png": data, "text/plain": ["<Figure size 640x480>"]}}


def notebook(*cells: Sequence[Output]) -> str:
    """Return a notebook of a text and some cells of code."""
    code = [{"cell_type": "code", "execution_count": 9, "source": ["loss = 1"], "outputs": one} for one in cells]
    text = {"cell_type": "markdown", "source": ["# epoch 1 loss: 0.5\n"]}
    return json.dumps({"cells": [text, *code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def read(folder: Path, text: str) -> list[Run]:
    (folder / "train.ipynb").write_text(text)
    return list(load(folder))


def losses(run: Run) -> list[tuple[int, float]]:
    series = run.find(TrainLoss)
    assert series is not None
    return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def lines(values: Sequence[float], first: int = 1) -> str:
    return "".join(f"Epoch {i} - loss: {value}\n" for i, value in enumerate(values, first))


def test_the_table_of_fastai_is_read(tmp_path: Path) -> None:
    rows = [(i, f"{value:.6f}", f"{value + 0.1:.6f}", f"00:{i:02}") for i, value in enumerate(FALL)]
    (run,) = read(tmp_path, notebook([table(("epoch", "train_loss", "valid_loss", "time"), rows)]))
    assert losses(run) == list(enumerate(FALL))
    assert run.find(ValLoss) is not None
    assert run.sources[0].format == "notebook"


def test_the_table_of_the_hugging_face_trainer_is_read(tmp_path: Path) -> None:
    rows = [(500 * i, f"{value:.6f}") for i, value in enumerate(FALL, 1)]
    (run,) = read(tmp_path, notebook([picture(), table(("Step", "Training Loss"), rows)]))
    assert losses(run) == [(500 * i, value) for i, value in enumerate(FALL, 1)]


def test_a_progress_bar_of_keras_is_read(tmp_path: Path) -> None:
    text = ""
    for epoch, value in enumerate(FALL, 1):
        bar = (
            "\x1b[1m{}/2\x1b[0m \x1b[32m━━━━━━━━━━\x1b[0m\x1b[37m━━━━━━━━━━\x1b[0m \x1b[1m0s\x1b[0m 9ms/step - loss: {}"
        )
        text += f"Epoch {epoch}/10\n{bar.format(1, value + 0.5)}" + "\b" * 40 + "\r"
        text += f"{bar.format(2, value)} - val_loss: {value + 0.1:.4f}\n"
    (run,) = read(tmp_path, notebook([stream(text)]))
    assert losses(run) == list(enumerate(FALL, 1))


def test_trainings_in_several_cells_are_several_runs(tmp_path: Path) -> None:
    runs = read(tmp_path, notebook([stream(lines(FALL))], [picture()], [stream(lines(FALL[:8]))]))
    assert [run.name for run in runs] == [".:train, cell 2", ".:train, cell 4"]
    assert [len(losses(run)) for run in runs] == [10, 8]
    (notice,) = (one for one in runs[1].notices if one.kind == PART)
    assert notice.message == "This is what cell 4 printed; its lines are counted from the first."


GOES_ON = {
    "the counter": lines(FALL, first=11),
    "the loss": lines(LOWER),
}


@pytest.mark.parametrize("what", GOES_ON)
def test_a_cell_that_goes_on_with_a_training_belongs_to_it(what: str, tmp_path: Path) -> None:
    (run,) = read(tmp_path, notebook([stream(lines(FALL))], [stream("saved\n")], [stream(GOES_ON[what])]))
    assert len(losses(run)) == 20
    (notice,) = (one for one in run.notices if one.kind == PART)
    assert notice.message == "This is what cells 2 and 4 printed; its lines are counted from the first."


def test_runs_that_one_cell_announces_are_several(tmp_path: Path) -> None:
    runs = read(tmp_path, notebook([stream("".join(f"Fold {fold}/2\n{lines(FALL)}" for fold in (1, 2)))]))
    assert [run.name for run in runs] == [".:train, Fold 1/2", ".:train, Fold 2/2"]


def test_an_error_is_told_with_the_line_of_its_cell(tmp_path: Path) -> None:
    error = {
        "output_type": "error",
        "ename": "OutOfMemoryError",
        "evalue": "CUDA out of memory.",
        "traceback": ["-" * 9],
    }
    (run,) = read(tmp_path, notebook([stream(lines(FALL)), error]))
    assert [(one.kind, one.line, one.step) for one in run.events] == [(text_event.OUT_OF_MEMORY, 12, 10)]


def test_a_notebook_of_version_three_is_read(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "outputs": [{"output_type": "stream", "stream": "stdout", "text": lines(FALL)}]}]
    (run,) = read(tmp_path, json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}))
    assert losses(run) == list(enumerate(FALL, 1))


NO_TRAINING = {
    "no outputs": notebook([], []),
    "data and pictures": notebook([picture()], [stream("shape (60000, 28, 28)\n")]),
    "lines of training in the text and the code": notebook([stream("ready\n")]),
    "a table of data": notebook([table(("id", "age", "score"), [(i, 20 + i, i / 7) for i in range(9)])]),
    "no notebook": '{"cells": [1, 2, 3]}',
    "cells that are none": '{"cells": {"outputs": 3}, "worksheets": [[]]}',
    "cut off at once": '{"cells": [{"cell_type": "code", "outp',
    "nothing": "",
    "deep": '{"cells": ' + "[" * 100_000,
}


@pytest.mark.parametrize("kind", NO_TRAINING)
def test_a_notebook_without_training_is_left_alone(kind: str, tmp_path: Path) -> None:
    (tmp_path / "train.ipynb").write_text(NO_TRAINING[kind])
    found = look([tmp_path])
    assert (found.runs, found.skipped.left_alone) == ((), ("train.ipynb",))
    with pytest.raises(NoRunError):
        analyze(tmp_path)


def test_a_notebook_that_breaks_off_keeps_what_is_whole(tmp_path: Path) -> None:
    whole = notebook([stream(lines(FALL))], [picture()], [stream("done\n")])
    (run,) = read(tmp_path, whole[:-200])
    assert losses(run) == list(enumerate(FALL, 1))
    assert [one.kind for one in run.notices if one.kind == DAMAGE] == [DAMAGE]


def test_the_log_of_the_same_training_beside_it_counts_once(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text("epoch,loss\n" + "".join(f"{i},{v}\n" for i, v in enumerate(FALL, 1)))
    (run,) = read(tmp_path, notebook([stream(lines(FALL))]))
    assert [(one.path, one.used) for one in run.sources] == [("history.csv", True), ("train.ipynb", False)]
