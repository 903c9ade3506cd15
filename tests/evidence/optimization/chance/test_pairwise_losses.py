"""Why no example of a batch is told from another."""

from __future__ import annotations

from math import log

import pytest

from logdoctor.curves import flat
from logdoctor.evidence.optimization.chance.pairwise_losses import causes_of_alike
from logdoctor.finding import Strength
from logdoctor.rule import example_run
from logdoctor.run import Setting
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Chance, Trend, UpdateSigns

OF_BATCH = Chance(64, log(64), "the examples of a batch", is_of_batch=True)

OF_PREFERENCE = Chance(2, log(2), "a preference loss begins at ln 2", is_preference=True)


@pytest.mark.parametrize(
    ("settings", "strength"),
    [
        ({"beta": 0.0}, Strength.LIKELY),
        ({"dpo.beta": 0}, Strength.LIKELY),
        ({"beta": 0.1}, Strength.POSSIBLE),
        ({"betas": 0}, Strength.POSSIBLE),
        ({"adam_beta1": 0.0}, Strength.POSSIBLE),
    ],
)
def test_with_a_beta_of_zero_no_rate_parts_a_policy_from_its_reference(
    settings: dict[str, Setting], strength: Strength
) -> None:
    run = example_run(settings, train_loss=flat(log(2), 30).noisy(0.0001))
    loss = run.find(TrainLoss)
    assert loss is not None
    low = "a rate of 1e-6 hardly moves anything"
    trend, signs = Trend[TrainLoss].measure(loss), UpdateSigns.measure(run)
    (first,) = causes_of_alike(run, trend, OF_PREFERENCE, signs, low)
    assert (first.id, first.strength) == ("reference-equals-policy", strength)


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
