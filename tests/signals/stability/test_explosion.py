"""An explosion is judged from where the loss began, by whatever tells of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from logdoctor.run import Axis, Role, Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import ChanceLevels, Explosion, Trend
from logdoctor.signals.stability.explosion import HIGH_POINTS, lifted

EXPLODED = [4e5, 9e5, 2e4, 800.0, *np.geomspace(30.0, 3.2, 26)]
RESTS = [3.3, 700.0, 3.2, 3.2]


def trend(role: type[Role], first: int, every: int, values: list[float]) -> Trend[Any]:
    steps = first + every * np.arange(len(values), dtype=np.int64)
    return Trend.measure(Series(role.__name__, steps, np.array(values), axis=Axis.STEP, role=role))


def test_validation_before_training_tells_of_the_start() -> None:
    found = Explosion.measure(trend(TrainLoss, 5, 5, EXPLODED), trend(ValLoss, 0, 50, RESTS), ChanceLevels())
    assert (found.known_from, found.is_lost) == ("ValLoss before training", True)
    assert found.start == pytest.approx(3.3, rel=0.3)
    assert found.times > 1000


def test_validation_after_the_first_steps_tells_nothing_of_it() -> None:
    found = Explosion.measure(trend(TrainLoss, 5, 5, EXPLODED), trend(ValLoss, 50, 50, RESTS), ChanceLevels())
    assert (found.known_from, found.is_lost) == ("", False)


def test_a_loss_summed_over_the_batch_did_not_explode() -> None:
    summed = list(np.linspace(74.0, 60.0, 40))
    found = Explosion.measure(trend(TrainLoss, 5, 5, summed), trend(ValLoss, 0, 50, [2.3, 2.0, 1.95]), ChanceLevels())
    assert found.times < 2


def test_a_loss_that_only_comes_down_began_at_its_top() -> None:
    found = Explosion.measure(trend(TrainLoss, 1, 1, [53.0, 3.8, *[0.66] * 60]), None, ChanceLevels())
    assert (found.start, found.is_lost) == (53.0, False)
    assert found.times <= 1


@pytest.mark.parametrize(("apart", "thrown"), [(1, True), (2, True), (40, False)])
def test_an_explosion_lifts_values_close_by_and_bad_batches_come_one_by_one(apart: int, thrown: bool) -> None:
    values = [1.2, 0.9, *np.geomspace(0.8, 0.1, 78), *[1.1] * 120]
    for i in range(3):
        values[80 + apart * i] = 9e4 + 4e4 * i
    found = Explosion.measure(trend(TrainLoss, 1, 1, values), None, ChanceLevels())
    assert (found.times > 1e4) is thrown


def thrown_about(level: float, *, falls: bool = False) -> list[float]:
    """Values that differ tenfold from step to step around a level."""
    base = np.geomspace(level, level / 3, 90) if falls else np.full(90, level)
    return list(base * np.exp(np.random.default_rng(0).normal(0.0, 0.7, 90)))


@pytest.mark.parametrize(
    ("values", "known_from"),
    [
        (thrown_about(15.0), "guessing"),
        (thrown_about(4.0), ""),  # twice ln 7: a hard start
        (thrown_about(15.0, falls=True), ""),  # it learns, in whatever unit
        (list(np.full(90, 15.0) + np.random.default_rng(0).normal(0.0, 1.0, 90)), ""),  # summed, and it rests
    ],
)
def test_a_loss_far_above_guessing_that_is_thrown_about_was_thrown_there(values: list[float], known_from: str) -> None:
    settings = Run("a", hyperparameters={"num_classes": 7}, series=(trend(TrainLoss, 1, 2, values).series,))
    found = Explosion.measure(trend(TrainLoss, 1, 2, values), None, ChanceLevels.measure(settings))
    assert found.known_from == known_from


@each(st.lists(st.integers(0, 30).map(float), max_size=40))
def test_what_several_values_close_by_reach_is_the_highest_of_all_stretches(values: list[float]) -> None:
    last = max(len(values) - 2 * HIGH_POINTS, 0)
    stretches = [sorted(values[one : one + 2 * HIGH_POINTS]) for one in range(last + 1)]
    highest = max(one[-HIGH_POINTS] for one in stretches) if len(values) >= HIGH_POINTS else 7.0
    assert lifted(np.array(values), start=7.0) == highest
