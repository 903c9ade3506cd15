"""Jupyter notebooks: damaged bytes, brackets and lines of JSON around what cells printed."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from pathlib import Path

from tests.damaged.lines import assert_placed, assert_readable, damaged, points_of, read

from logdoctor.sources.notebook import Notebook
from logdoctor.sources.tables.numbers import parse_number

SOURCES = (Notebook,)

_BARE = re.compile(rb"(?<![0-9])\.(?=[0-9])")
"""The point of a number that lost the digit before it, as HTML has them."""

_SAMPLES = tuple(sample for sample in Notebook.samples if sample.expected is not None)


@cache
def sound(variant: int) -> bytes:
    """Return a notebook that is damaged: printed lines, a table, a picture, and text that is no training."""
    rng = random.Random(variant)
    losses = [round(2.5 * 0.8**i + rng.random() / 10, 4) for i in range(rng.randint(4, 12))]
    printed = [
        f"Epoch {i}/{len(losses)} - loss: {loss} - val_loss: {loss + 0.125:.4f}\n" for i, loss in enumerate(losses, 1)
    ]
    rows = "".join(f"<tr><td>{i}</td>\n<td>{loss}</td>\n<td>{loss}</td></tr>\n" for i, loss in enumerate(losses))
    page = f"<table>\n<tr><th>epoch</th><th>train_loss</th><th>valid_loss</th></tr>\n{rows}</table>"
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": printed},
        {"output_type": "display_data", "data": {"text/html": page.splitlines(keepends=True)}},
        {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo" * rng.randint(1, 300)}},
        {"output_type": "stream", "name": "stdout", "text": "ready\n"},
    ]
    cells = [{"cell_type": "code", "source": ["fit()\n"], "outputs": [one]} for one in rng.sample(outputs, 3)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=rng.choice((None, 1))).encode()


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one notebook and read it."""
    if rng.random() < 0.3:
        sample = rng.choice(_SAMPLES)
        whole = sample.content.encode() if isinstance(sample.content, str) else sample.content
    else:
        whole = sound(rng.randrange(60))
    data = damaged(whole, rng)
    logs = read(Notebook(), folder / "train.ipynb", data)
    if logs is None:
        return
    assert_placed([notice for log in logs for notice in log.notices], len(data))
    points = {name: of for name, of in points_of(logs).items() if name != "time"}
    assert_readable(points, data + _BARE.sub(b" 0.", data), parse_number)
