"""Export: every point, in the order of logging, as numbers that read back the same."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from logdoctor.errors import LogDoctorError
from logdoctor.reports import export
from logdoctor.run import Run, Series

VALUES = [0.1, 1e-300, -2.5, 1 / 3, float("nan"), float("inf"), -float("inf"), 5.0]
TIMES = [1.75e9 + i / 3 for i in range(7)] + [float("nan")]
STEPS = [0, 1, 2, 3, 2, 3, 4, 5]
RUNS = [
    Run("a", (Series.of("loss", STEPS, VALUES, TIMES), Series.of("lr", [1], [0.1]))),
    Run("=cmd|' /C calc'!A0", (Series.of('-x,"y"\n', [7], [-1.0]),)),
]


def same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


def test_jsonl_has_every_point_in_order() -> None:
    lines = [json.loads(line) for line in "".join(export.jsonl(RUNS)).splitlines()]
    assert len(lines) == 10
    assert [line["step"] for line in lines[:8]] == STEPS
    assert [line["value"] for line in lines[:4]] == VALUES[:4]
    assert [line.get("nonfinite") for line in lines[3:8]] == [None, "nan", "inf", "-inf", None]
    assert [line["value"] for line in lines[4:7]] == [None] * 3
    assert [line["wall_time"] for line in lines] == [*TIMES[:7], None, None, None]
    assert (lines[9]["run"], lines[9]["series"]) == (RUNS[1].name, RUNS[1].series[0].name)


def test_csv_has_every_point_in_order() -> None:
    header, *rows = csv.reader(io.StringIO("".join(export.csv(RUNS)), newline=""))
    assert header == ["run", "series", "step", "value", "wall_time"]
    assert [int(row[2]) for row in rows[:8]] == STEPS
    assert all(same(float(row[3]), value) for row, value in zip(rows[:8], VALUES, strict=True))
    assert [row[4] for row in rows] == [*map(repr, TIMES[:7]), "", "", ""]


def test_a_spreadsheet_runs_no_text_as_a_formula_and_keeps_numbers_as_numbers() -> None:
    *_, last = csv.reader(io.StringIO("".join(export.csv(RUNS)), newline=""))
    assert last == ["'=cmd|' /C calc'!A0", '\'-x,"y"\\x0a', "7", "-1.0", ""]


def test_parquet_has_every_point_in_order() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(b"".join(export.parquet(RUNS)))).to_pydict()
    assert table["step"][:8] == STEPS
    assert all(same(one, value) for one, value in zip(table["value"][:8], VALUES, strict=True))
    assert table["wall_time"] == [*TIMES[:7], None, None, None]
    assert (table["run"][-1], table["series"][-1]) == (RUNS[1].name, RUNS[1].series[0].name)


def test_parquet_comes_in_row_groups_and_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(export, "ROW_GROUP", 100_000)
    long = Series.of("loss", np.arange(300_000), np.random.default_rng(0).normal(size=300_000))
    pieces = list(export.parquet([Run("a", (long, long))]))
    file = parquet.ParquetFile(io.BytesIO(b"".join(pieces)))
    assert (file.num_row_groups, file.metadata.num_rows) == (5, 600_000)
    assert len(pieces) == 6
    assert max(map(len, pieces)) < sum(map(len, pieces)) / 2


def test_without_pyarrow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(LogDoctorError, match=re.escape("pip install 'logdoctor[parquet]'")):
        list(export.parquet(RUNS))


@pytest.mark.parametrize("write", [export.jsonl, export.csv])
def test_it_is_made_in_pieces(write: Callable[[list[Run]], Iterator[str]]) -> None:
    long = Series.of("loss", np.arange(200_000), np.zeros(200_000))
    pieces = list(write([Run("a", (long,))]))
    assert len(pieces) >= 4
    assert "".join(pieces).count("\n") >= 200_000


@pytest.mark.parametrize("write", [export.jsonl, export.csv])
def test_half_a_million_points_take_about_a_second(write: Callable[[list[Run]], Iterator[str]]) -> None:
    noise = np.random.default_rng(0).normal(size=500_000)
    runs = [Run("a", (Series.of("loss", np.arange(500_000), noise, 1.75e9 + np.arange(500_000) / 7),))]
    started = time.perf_counter()
    for _ in write(runs):
        pass
    assert time.perf_counter() - started < 5.0  # a second on a free core; the margin is for a busy one
