"""ClearML's offline reports: a line is used whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.damaged.reports import clearml_report

from logdoctor import load


@pytest.mark.parametrize("bad", [10**30, float("inf"), float("nan"), "first", None])
def test_a_step_that_is_none_costs_its_line(tmp_path: Path, bad: object) -> None:
    lines = [[clearml_report(0, 2.5)], [clearml_report(1, 2.0), clearml_report(bad, 1.5)], [clearml_report(2, 1.0)]]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (run,) = load(tmp_path)
    (series,) = run.series
    assert series.steps.tolist() == [0, 2]
    (notice,) = run.notices
    assert (notice.line_start, notice.line_end) == (2, 2)
