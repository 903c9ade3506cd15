"""ClearML's offline reports: a line is used whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.damaged.reports import clearml_report

from logdoctor import load


@pytest.mark.parametrize("bad", [10**30, float("inf"), float("nan"), "first", None, True, "1"])
def test_a_step_that_is_none_costs_its_line(tmp_path: Path, bad: object) -> None:
    lines = [[clearml_report(0, 2.5)], [clearml_report(1, 2.0), clearml_report(bad, 1.5)], [clearml_report(2, 1.0)]]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (run,) = load(tmp_path)
    (series,) = run.series
    assert series.steps.tolist() == [0, 2]
    (notice,) = run.notices
    assert (notice.line_start, notice.line_end) == (2, 2)


@pytest.mark.parametrize("bad", [True, "1.5", None, [1.5], {}])
def test_a_value_that_is_no_number_costs_its_line(tmp_path: Path, bad: object) -> None:
    """Found by fuzzing: Python takes `true` for 1."""
    reports = [clearml_report(step, 2.5) for step in range(3)]
    reports[1]["value"] = bad
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps([one]) + "\n" for one in reports))
    (run,) = load(tmp_path)
    (series,) = run.series
    assert series.steps.tolist() == [0, 2]
    (notice,) = run.notices
    assert (notice.line_start, notice.line_end) == (2, 2)
