"""How a loss came to rest at the level of guessing."""

from __future__ import annotations

import pytest

from logdoctor.curves import flat, given
from logdoctor.evidence.optimization.chance.level import came_down_to_guessing, came_to_chance
from logdoctor.rule import example_run
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Chance, Trend


@pytest.mark.parametrize(
    ("losses", "accuracy", "told"),
    [
        ([2.2, 1.81, *[1.8] * 8], 0.185, True),
        ([2.2, 1.81, *[1.8] * 8], 0.4, False),
        ([1.85, 1.81, *[1.8] * 8], 0.185, False),
        ([2.4, 2.2, 2.1, 2.0, 1.95, 1.9, *[1.8] * 8], 0.185, False),
    ],
    ids=["at once", "to more than guessing", "hardly from above", "by and by"],
)
def test_a_loss_may_come_down_to_guessing_at_once(losses: list[float], accuracy: float, told: bool) -> None:
    run = example_run(train_loss=given(losses), val_acc=flat(accuracy, len(losses)).noisy(0.004))
    assert bool(came_down_to_guessing(run)) is told


@pytest.mark.parametrize(("noise", "told"), [(0.0003, True), (0.003, False)], ids=["surely", "within its noise"])
def test_a_little_that_was_surely_learnt_is_forgotten_soon(noise: float, told: bool) -> None:
    losses = given([2.294, 2.291, 2.292, 2.294, 2.297, 2.3]).followed_by(flat(2.3025, 24)).noisy(noise)
    loss = example_run(train_loss=losses).find(TrainLoss)
    assert loss is not None
    beginning = came_to_chance(Trend[TrainLoss].measure(loss), Chance(10, 2.3026, "said"))
    assert bool(beginning.forgot) is told


def test_what_only_the_first_epoch_learnt_was_thrown_away_and_not_forgotten() -> None:
    loss = example_run(train_loss=given([1.356]).followed_by(flat(1.3863, 9))).find(TrainLoss)
    assert loss is not None
    beginning = came_to_chance(Trend[TrainLoss].measure(loss), Chance(4, 1.3863, "said"))
    assert not beginning.forgot
    assert beginning.lost_at_once == "the first loss is 1.36, below guessing, and all others are higher"
