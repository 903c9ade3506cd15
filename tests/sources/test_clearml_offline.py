"""ClearML's offline reports: a line is used whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from logdoctor import load


def report(step: Any, value: float) -> dict[str, Any]:
    kind = {"type": "training_stats_scalar", "task": "a", "timestamp": 1_700_000_000_000}
    return {**kind, "iter": step, "metric": "loss", "variant": "train", "value": value}


@pytest.mark.parametrize("bad", [10**30, float("inf"), float("nan"), "first", None])
def test_a_step_that_is_none_costs_its_line(tmp_path: Path, bad: object) -> None:
    lines = [[report(0, 2.5)], [report(1, 2.0), report(bad, 1.5)], [report(2, 1.0)]]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (run,) = load(tmp_path)
    (series,) = run.series
    assert series.steps.tolist() == [0, 2]
    (notice,) = run.notices
    assert (notice.line_start, notice.line_end) == (2, 2)
