"""How far a run has come, and whether validation is left behind."""

from __future__ import annotations

from typing import Any

import pytest

from logdoctor import TrainLoss, ValLoss, example_run
from logdoctor.curves import decay, given, line
from logdoctor.evidence.optimization.slow.came_far import came_far
from logdoctor.evidence.optimization.slow.left_behind import leaves_behind
from logdoctor.run import Run
from logdoctor.signals import Trend


def measured(run: Run) -> tuple[Run, Trend[TrainLoss]]:
    series = run.find(TrainLoss)
    assert series is not None
    return run, Trend.measure(series)


@pytest.mark.parametrize(
    ("loss", "accuracy", "far"),
    [
        (line(0.69, 0.45), line(0.5, 0.85), True),
        (line(0.69, 0.45), line(0.5, 0.6), False),
        (line(2.3, 1.6), line(0.1, 0.9), False),
    ],
)
def test_a_classifier_has_come_far_with_few_errors_and_the_loss_of_as_few(loss: Any, accuracy: Any, far: bool) -> None:
    run, train = measured(example_run(train_loss=loss, val_accuracy=accuracy))
    assert came_far(run, train) is far


@pytest.mark.parametrize(
    ("values", "behind"), [([0.66, 0.65, 0.7, 0.8], True), ([0.66, 0.6, 0.55, 0.5], False), ([0.66, 0.8], False)]
)
def test_few_evaluations_that_rise_leave_training_behind(values: list[float], behind: bool) -> None:
    run, train = measured(example_run(train_loss=line(0.7, 0.4, 40), val_loss=given(values)))
    series = run.find(ValLoss)
    assert series is not None
    assert leaves_behind(train, Trend.measure(series)) is behind


@pytest.mark.parametrize(
    ("curves", "far"),
    [
        ({"train/box_loss": line(1.5, 0.8), "train/cls_loss": decay(2.5, 0.5)}, True),
        ({"train/box_loss": line(1.5, 0.8), "train/cls_loss": line(2.5, 1.5)}, False),
        ({"train/loss": line(4.0, 2.2), "train/cls_loss": decay(2.5, 0.5)}, False),
    ],
    ids=["another term fell by more than half", "no term did", "the sum is logged"],
)
def test_one_term_of_a_loss_does_not_stand_for_all(curves: dict[str, Any], far: bool) -> None:
    run, train = measured(example_run(**curves))
    assert came_far(run, train) == far
