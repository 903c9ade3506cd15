"""Bounds on time: no text, however it is made, takes a reader more than a second and two for each MB."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.peak_memory import PEAK

from logdoctor.errors import UnreadableLogError
from logdoctor.sources.csv_table import CsvTable
from logdoctor.sources.json_document import JsonDocument
from logdoctor.sources.json_lines import JsonLines
from logdoctor.sources.notebook import Notebook
from logdoctor.sources.settings_file import SettingsFile
from logdoctor.sources.source import HEAD_BYTES, Head, Source
from logdoctor.sources.text_log import TextLog

SIZE = 200_000

ATOMS = (
    "a", "1", " ", "loss ", "a b ", "(", "[", "]", ".", ",", "-", "=", ": ", '"', "\\", '\\"', "1,", "1,111", "e", "1e",
    "\t", "/", "'", "%", "<", "|", "a.", "a/", "1:", "nan ", "\x1b[", "\x1b]", "{", "}", "},{", "[a", "(a", "pid=",
    "a-", "rank", "INFO ", "\x80", '\x80"', "0.", "step 1: ", "loss: 1 ", "\0", "\0a", "\r", "1.1", "- ", "&a ", "*a ",
    "? ", '":', "=1 ", "--", "1/2 ", "{'a': ", '{"a": ', "[1, ", "Epoch 1 ", "1:1", "a=", "'a'", "#", "!!", "~ ",
    "\xa0",
)  # fmt: skip
"""What lines are made of by repeating it: beginnings of what the patterns of the readers look for."""


def seconds(source: Source, path: Path, content: str) -> float:
    """Return how much processor time a source takes over a file."""
    data = content.encode("latin-1", "replace")
    path.write_bytes(data)
    begun = time.process_time()
    try:
        if source.recognizes(Head(path, len(data), data[:HEAD_BYTES])):
            list(source.read(path))
    except UnreadableLogError:
        pass
    return time.process_time() - begun


ROWS = "\n".join(f"{i},{1 / i}" for i in range(1, 9))
RECORDS = "\n".join(f'{{"step": {i}, "loss": {1 / i}}}' for i in range(1, 9))
LINES = "\n".join(f"step {i}: loss {1 / i:.4f}" for i in range(1, 9))

PRINTED = json.dumps(f"{LINES}\n")[:-1]
NOTEBOOK = '{"cells": [{"cell_type": "code", "outputs": [{"output_type": "stream", "text": [' + PRINTED

FILES: tuple[tuple[Source, str, str, str], ...] = (
    (CsvTable(), "metrics.csv", f"step,loss\n{ROWS}\n9,", "\n"),
    (JsonLines(), "metrics.jsonl", f'{RECORDS}\n{{"step": 9, "', "\n"),
    (JsonDocument(), "history.json", '{"loss": [2.0, 1.5, 1.0], "note": "', '"}'),
    (JsonDocument(), "history.json", '{"loss": [2.0, 1.5, 1.0], ', "}"),
    (TextLog(), "train.log", f"{LINES}\nstep 9: loss ", "!\n"),
    (TextLog(), "train.log", f"{LINES}\n", ""),
    (TextLog(), "train.log", f"{LINES}\n[", "\n" + LINES.replace("step", "Step")),
    (Notebook(), "train.ipynb", NOTEBOOK, '"]}]}]}'),
    (Notebook(), "train.ipynb", f'{NOTEBOOK}"]}}, {{"data": {{"text/html": "<table><tr>', '"}}]}]}'),
    (Notebook(), "train.ipynb", NOTEBOOK.replace("{", '{"a": "', 1), ""),
    (SettingsFile(), "hparams.yaml", "lr: 0.1\na: ", "\n"),
    (SettingsFile(), "hparams.yaml", "lr: 0.1\n", ""),
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file[0].name}-{file[2][-8:]!r}")
def test_no_line_holds_a_reader_up(tmp_path: Path, file: tuple[Source, str, str, str]) -> None:
    source, name, before, behind = file
    size = min(SIZE, HEAD_BYTES - 100) if isinstance(source, SettingsFile) else SIZE
    slow = {}
    for atom in ATOMS:
        content = before + (atom * (size // len(atom))) + behind
        spent = seconds(source, tmp_path / name, content)
        if spent > 1 + 2 * len(content) / 1e6:
            slow[atom] = spent
    assert slow == {}


READ = (
    PEAK
    + """
import sys
import numpy
from logdoctor.reading import look
look([sys.argv[1] + "/first"])
before = peak()
runs = look([sys.argv[1] + "/second"]).runs
excess = peak() - before
"""
)

MEMORY = (
    READ
    + """
arrays = sum(one.steps.nbytes + one.values.nbytes for run in runs for one in run.series)
print((excess - arrays) // 2**20, sum(notice.kind == "damage" for run in runs for notice in run.notices))
"""
)

LARGE = {
    "a document of lists": ("history.json", '{"loss": [2.0, 1.5, 1.0], "x": [', "[],", 40_000_000, 1),
    "a document of numbers": ("history.json", '{"loss": [0.5', ",1", 40_000_000, 1),
    "lines of lists": ("metrics.jsonl", f"{RECORDS}\n[", "[],", 15_000_000, 1),
    "rows": ("metrics.csv", f"step,loss\n{ROWS}\n", "9,0.5\n", 60_000_000, 0),
    "a notebook of lists": ("train.ipynb", f'{NOTEBOOK}"]}}]}}, [', "[],", 40_000_000, 1),
    "pictures": ("train.ipynb", f'{NOTEBOOK}"]}}]}}], "x": "', "iVBORw0KGgo", 160_000_000, 1),
    "lines": ("train.log", f"{LINES}\n", "step 9: loss 0.5000\n", 120_000_000, 0),
}


@pytest.mark.parametrize("title", LARGE)
def test_memory_is_bounded_and_a_limit_is_said(tmp_path: Path, title: str) -> None:
    name, before, atom, size, notices = LARGE[title]
    for folder, length in (("first", 10 * len(atom)), ("second", size)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(before + atom * (length // len(atom)))
    done = subprocess.run([sys.executable, "-c", MEMORY, tmp_path], capture_output=True, text=True, check=True)
    excess, said = map(int, done.stdout.split())
    assert excess < 300
    assert said == notices


GROWTH = (
    READ
    + """
arrays = {}
for run in runs:
    for one in run.series:
        for array in (one.steps, one.values, one.wall_times):
            while array is not None and isinstance(array.base, numpy.ndarray):
                array = array.base
            arrays[id(array)] = 0 if array is None else array.nbytes
print(excess - sum(arrays.values()), sum(map(len, runs[0].series)))
"""
)

SMALLER, LARGER = 800_000, 2_000_000
MOST_GROWTH = 3.0
"""Bytes a row; the rest of the excess is what is read at a time, and what is worked out piece by piece."""

PIECES = 16 * 2**20
"""Bytes of the numbers that are worked out at a time: a table of the smaller size has not yet filled all of them."""


def with_gaps(i: int) -> str:
    return f"{i // 1000},{50 * i},,0.125\n" if i % 50 == 0 else f"{i // 1000},{50 * i},{i % 977 / 977:.5f},\n"


def with_nan(i: int) -> str:
    return f"{i},{i % 977 / 977:.5f},nan\n" if i % 2 else f"{i},nan,{i % 977 / 977:.5f}\n"


def with_torn_rows(i: int) -> str:
    return {5000: f"{i},0.12a,0.5\n", 6000: f"{i}.5,0.5,0.5\n"}.get(i, f"{i},{i % 977 / 977:.5f},0.25\n")


def every_other_torn(i: int) -> str:
    return f"{i},{i % 977 / 977:.5f},0.25\n" if i % 2 else f"{i},0.5\n"


def within_epochs(i: int) -> str:
    return f"{i // 1000},{i % 1000},{i % 977 / 977:.5f}\n"


def of_two_phases(i: int) -> str:
    return f"{i},{'train' if i % 10 else 'val'},{i % 977 / 977:.5f}\n"


def record(i: int) -> str:
    return json.dumps({"step": i, "loss": i % 977 / 977, "lr": 1e-4, **({} if i % 50 else {"eval/loss": 0.5})}) + "\n"


LONG: dict[str, tuple[str, str, Callable[[int], str], int]] = {
    "gaps": ("metrics.csv", "epoch,step,train_loss,val_loss\n", with_gaps, 1),
    "nan for gaps": ("metrics.csv", "step,loss,val_loss\n", with_nan, 1),
    "torn rows": ("metrics.csv", "step,loss,accuracy\n", with_torn_rows, 1),
    "every other row torn": ("metrics.csv", "step,loss,accuracy\n", every_other_torn, 2),
    "steps within epochs": ("metrics.csv", "epoch,iter,loss\n", within_epochs, 1),
    "phases": ("metrics.csv", "step,phase,loss\n", of_two_phases, 1),
    "records": ("metrics.jsonl", "", record, 4),
}
"""What stands in a file, and by how many times fewer rows it has because it takes longer to read."""


@pytest.mark.parametrize("title", LONG)
def test_memory_beside_the_series_does_not_grow_with_the_rows(tmp_path: Path, title: str) -> None:
    name, header, row, fewer = LONG[title]
    excess = []
    for rows in (SMALLER // fewer, LARGER // fewer):
        folder = tmp_path / str(rows)
        for part, count in (("first", 100), ("second", rows)):
            (folder / part).mkdir(parents=True)
            (folder / part / name).write_text(header + "".join(map(row, range(count))))
        done = subprocess.run([sys.executable, "-c", GROWTH, folder], capture_output=True, text=True, check=True)
        found, points = map(int, done.stdout.split())
        assert points > rows // 3
        excess.append(found)
    assert excess[1] - excess[0] < MOST_GROWTH * (LARGER - SMALLER) / fewer + PIECES
    assert excess[1] < 150 * 2**20
