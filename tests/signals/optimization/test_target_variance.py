"""The variance of the targets, read off a coefficient of determination."""

from __future__ import annotations

import pytest

from logdoctor import example_run
from logdoctor.curves import decay, flat, line
from logdoctor.signals import TargetVariance, Unmeasurable


def test_it_is_what_r2_leaves_of_the_error() -> None:
    explained = line(-40.0, 0.9, 20)
    run = example_run(
        train_loss=decay(8.0, 1.0, 20), val_loss=flat(4.0, 20).plus(explained.scaled(-4.0)), val_r2=explained
    )
    assert TargetVariance.measure(run).level == pytest.approx(4.0)
    assert TargetVariance.measure(run).known_from == "val_r2"


def test_a_coefficient_that_belongs_to_no_loss_of_the_run_tells_nothing() -> None:
    absolute = example_run(train_loss=decay(8.0, 1.0, 20), val_loss=decay(2.0, 0.3, 20), val_r2=line(-40.0, 0.9, 20))
    with pytest.raises(Unmeasurable, match="no R2"):
        TargetVariance.measure(absolute)
