"""Whether a loss is that of targets in their own units."""

from __future__ import annotations

import pytest

from logdoctor import Run, example_run
from logdoctor.curves import decay
from logdoctor.evidence.optimization.unit_scale import measured_in_large_units


@pytest.mark.parametrize(
    ("run", "end", "told"),
    [
        (example_run(train_loss=decay(7e10, 2e10)), 2e10, True),
        (example_run(train_loss=decay(9e4, 2e4), val_mae=decay(300.0, 120.0)), 2e4, True),
        (example_run(train_loss=decay(9e4, 2e4)), 2e4, False),
        (example_run(train_loss=decay(9e4, 2e4), val_mae=decay(3.0, 1.2)), 2e4, False),
        (example_run(train_loss=decay(3.0, 0.2), val_mae=decay(300.0, 120.0)), 0.2, False),
    ],
    ids=["no sum", "an error in units", "may be a sum", "a sum beside a small error", "scaled, and measured in units"],
)
def test_targets_in_their_own_units_show(run: Run, end: float, told: bool) -> None:
    assert bool(measured_in_large_units(run, end)) is told
