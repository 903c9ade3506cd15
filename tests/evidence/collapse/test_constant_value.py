"""Why a metric shows one value."""

from __future__ import annotations

import pytest

from logdoctor import Axis, Reward, Strength, TrainLoss, TrainMetric, ValMetric, example_run
from logdoctor.curves import Curve, decay, flat, given, line
from logdoctor.evidence.collapse.constant_value import causes_of_policy, of_other_task
from logdoctor.evidence.collapse.resting_metric import RestingMetric, unmoved
from logdoctor.signals import Trend


def causes(**curves: Curve) -> list[tuple[str, Strength]]:
    run = example_run(None, Axis.STEP, 0, **curves)
    metric, reward, loss = run.find(TrainMetric) or run.find(ValMetric), run.find(Reward), run.find(TrainLoss)
    assert metric is not None
    earned = None if reward is None else Trend[Reward].measure(reward)
    falling = None if loss is None else Trend[TrainLoss].measure(loss)
    return [(one.id, one.strength) for one in causes_of_policy(metric, earned, falling)]


def test_a_game_that_is_never_scored_in_has_a_reward_that_teaches_nothing() -> None:
    found = causes(reward=flat(-11.0, 60).noisy(1.0), score=flat(0.0, 60))
    assert found[0] == ("reward-without-signal", Strength.LIKELY)


def test_what_rests_while_the_reward_rises_is_what_the_reward_misses() -> None:
    found = causes(reward=line(0.1, 0.9, 60).noisy(0.02), val_score=flat(0.0, 60))
    assert found[0] == ("reward-misses-goal", Strength.LIKELY)


def test_a_classifier_is_no_policy() -> None:
    assert not causes(train_loss=decay(2.3, 0.4, 60), val_f1=flat(0.0, 60))


def other_task(**curves: Curve) -> str:
    run = example_run(None, Axis.EPOCH, 0, **curves)
    loss = run.find(TrainLoss)
    assert loss is not None
    return of_other_task(run.all(TrainMetric), Trend[TrainLoss].measure(loss))


def test_a_loss_too_small_for_the_answers_that_are_wrong_is_of_another_task() -> None:
    said = other_task(train_loss=decay(1.2, 0.02, 30), train_acc=flat(0.0, 30))
    assert "; with 100 % of the answers wrong it would be 0.693 at least: " in said
    assert said.endswith("it is of another task than train_acc")


def test_a_loss_that_was_small_from_the_first_on_may_be_divided_by_the_examples() -> None:
    said = other_task(train_loss=decay(2.3 / 64, 0.2 / 64, 30), train_acc=flat(0.1, 30))
    assert said.endswith("or divided by something")


def test_a_focal_loss_may_be_as_small_as_a_quarter() -> None:
    assert not other_task(train_loss=decay(0.9, 0.16, 30), train_acc=flat(0.0, 30))


@pytest.mark.parametrize(
    ("course", "rests"),
    [(flat(2.3, 30), True), (decay(32.0, 5.0, 30, half_life=0.01), False), (decay(2.4, 2.3, 30, half_life=0.01), True)],
    ids=["from the first value on", "once it has come down", "a little below its first value"],
)
def test_a_loss_that_came_down_before_it_rested_is_not_where_it_was(course: Curve, rests: bool) -> None:
    loss = example_run(None, Axis.STEP, 0, train_loss=course).find(TrainLoss)
    assert loss is not None
    assert unmoved(Trend[TrainLoss].measure(loss)) is rests


@pytest.mark.parametrize(
    ("score", "rests"),
    [([0.004, 0.003, 0.003, 0.002, 0.001, 0.0], False), ([0.0, 0.004, 0.0, 0.002, 0.001, 0.0], True)],
    ids=["came down to it", "comes back to it"],
)
def test_a_score_of_next_to_nothing_rests_if_it_is_often_zero(score: list[float], rests: bool) -> None:
    metric = example_run(None, Axis.EPOCH, 0, val_score=given(score)).find(ValMetric)
    assert metric is not None
    assert (RestingMetric.of(metric, None, ()).since == 0) is rests
