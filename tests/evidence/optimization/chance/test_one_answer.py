"""What one answer to every input says by its loss."""

from __future__ import annotations

import pytest

from logdoctor import Axis, Strength, TrainLoss, ValLoss, example_run
from logdoctor.curves import decay, flat, given
from logdoctor.engine import Bench
from logdoctor.evidence.optimization.chance.one_answer import one_answer_always
from logdoctor.evidence.optimization.stuck.signs import StuckSigns
from logdoctor.signals import Trend


@pytest.mark.parametrize(
    ("losses", "first"),
    [
        ([3.29, 3.294, 3.316, 3.289, 3.259], "learning-rate-too-high"),
        ([3.26, 3.265, 3.261, 3.27, 3.262], "bad-initialization"),
    ],
    ids=["wanders", "rests"],
)
def test_a_loss_that_wanders_about_one_answer_is_thrown_and_one_that_fell_to_it_is_not_dead(
    losses: list[float], first: str
) -> None:
    run = example_run(
        None,
        Axis.EPOCH,
        0,
        train_loss=decay(4.6, 3.3, 5, half_life=0.05),
        val_loss=given(losses),
        val_accuracy=flat(0.191, 5),
    )
    train, val = run.find(TrainLoss), run.find(ValLoss)
    assert train is not None
    assert val is not None
    stuck = Bench(run).get(StuckSigns)
    found = one_answer_always(run, Trend[TrainLoss].measure(train), Trend[ValLoss].measure(val), stuck)
    assert found is not None
    dead = next(one for one in found.causes if one.id == "dead-activations")
    assert found.causes[0].id == first
    assert dead.strength is Strength.POSSIBLE
