"""A series is beside another where both count the same steps."""

from __future__ import annotations

from dataclasses import replace

from logdoctor.curves import flat
from logdoctor.rule import example_run
from logdoctor.run import Axis
from logdoctor.run.roles import GradNorm, LearningRate, TrainLoss


def test_a_series_is_beside_another_that_counts_the_same_steps() -> None:
    run = example_run(axis=Axis.STEP, train_loss=flat(1.0), grad_norm=flat(2.0))
    loss, norm = run.find(TrainLoss), run.find(GradNorm)
    assert loss is not None
    assert norm is not None
    assert run.beside(loss, GradNorm) is norm
    assert run.beside(loss, LearningRate) is None
    by_epoch = replace(run, series=(loss, replace(norm, axis=Axis.EPOCH)))
    assert by_epoch.beside(loss, GradNorm) is None
