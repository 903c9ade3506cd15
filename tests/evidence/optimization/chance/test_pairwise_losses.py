"""Why no example of a batch is told from another."""

from __future__ import annotations

from math import log

import pytest

from logdoctor.curves import flat
from logdoctor.evidence.optimization.chance.pairwise_losses import causes_of_alike
from logdoctor.rule import example_run
from logdoctor.run import Setting
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Chance, Trend, UpdateSigns

OF_BATCH = Chance(64, log(64), "the examples of a batch", is_of_batch=True)


@pytest.mark.parametrize(
    ("settings", "cause"),
    [
        ({"temperature": 60.0}, "temperature-too-high"),
        ({"tau": 60.0}, "temperature-too-high"),
        ({"softmax_temp": 60.0}, "temperature-too-high"),
        ({"temp_dir": "scratch", "temperature": 60.0}, "temperature-too-high"),
        ({"tau": 0.07}, "representation-collapse"),
        ({}, "representation-collapse"),
    ],
)
def test_similarities_are_divided_by_too_much(settings: dict[str, Setting], cause: str) -> None:
    run = example_run(settings, train_loss=flat(log(64), 30).noisy(0.001))
    loss = run.find(TrainLoss)
    assert loss is not None
    first, *_ = causes_of_alike(run, Trend[TrainLoss].measure(loss), OF_BATCH, UpdateSigns.measure(run), "")
    assert first.id == cause
