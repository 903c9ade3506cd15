"""The logs on which the cost of rules is measured hold what they should."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.benchmarks.rule_cost import KINDS, Costs, growth, table, write_csv, write_tfevents

from logdoctor import load


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("write", "name"), [(write_tfevents, "events.out.tfevents.1700000000.host"), (write_csv, "metrics.csv")]
)
def test_both_formats_hold_every_point_of_ten_series(
    kind: str, write: Callable[..., None], name: str, tmp_path: Path
) -> None:
    curves = KINDS[kind](200)
    write(tmp_path / name, curves)
    (run,) = load(tmp_path / name)
    read = {series.name: series.values.astype(np.float32) for series in run.series}
    assert len(curves) == 10
    assert read.keys() == curves.keys()
    for series, values in curves.items():
        np.testing.assert_array_equal(read[series], values)


def test_the_table_tells_ratios_and_growth() -> None:
    first, last = table({1_000: Costs(0.5, 1.0, 0.1), 100_000: Costs(4.0, 5.0, 10.0)})[1:]
    assert first.split()[-2:] == ["0.20", "0.10"]
    assert last.split()[-4:] == ["2.50", "2.00", "1.00", "(1.11)"]
    assert growth((10, 100), (10 * math.log(10), 100 * math.log(100))) == pytest.approx(1 + math.log10(2))
