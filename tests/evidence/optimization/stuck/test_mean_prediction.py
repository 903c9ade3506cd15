"""A regression that answers with the mean of its targets is told from one that learns slowly."""

from __future__ import annotations

import pytest

from logdoctor.curves import Curve, decay, flat, given, line
from logdoctor.evidence.optimization.stuck.mean_prediction import guesses_the_mean
from logdoctor.rule import Settings, example_run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Hyperparameters, Trend

NOISY = flat(1.0, 60).noisy(0.1)
FOUND = given([1.12, 1.07, 1.05]).followed_by(flat(1.04, 27).noisy(0.004))
SETTLES = decay(1.15, 1.09, 30)
TRAINS: Settings = {"optimizer": "AdamW", "lr": 2e-3}
TUNES: Settings = {"optimizer": "AdamW", "lr": 2e-5}


def guesses(train: Curve, val: Curve, settings: Settings | None = None) -> bool:
    run = example_run(settings, train_loss=train, val_loss=val)
    losses = [run.find(role) for role in (TrainLoss, ValLoss)]
    assert losses[0] is not None
    assert losses[1] is not None
    return guesses_the_mean(run, Trend.measure(losses[0]), Trend.measure(losses[1]), Hyperparameters(run))


@pytest.mark.parametrize(
    ("val", "settings"),
    [(FOUND, {}), (flat(1.05, 30), {}), (SETTLES, TRAINS)],
    ids=["wanders about its level", "frozen", "comes to rest, at a rate that trains"],
)
def test_both_losses_rest_at_the_variance(val: Curve, settings: Settings) -> None:
    assert guesses(NOISY, val, settings)


def test_thirds_of_few_losses_differ_by_the_noise_of_both() -> None:
    assert guesses(flat(0.97, 30).noisy(0.15, seed=47), flat(1.09, 20).noisy(0.002), {"optimizer": "SGD", "lr": 0.1})


@pytest.mark.parametrize(
    ("train", "val", "settings"),
    [
        (NOISY, SETTLES, TUNES),
        (NOISY, SETTLES, {}),
        (NOISY, given(FOUND.values[:15]), {}),
        (NOISY, line(1.1, 1.0, 30), TRAINS),
        (NOISY, decay(1.4, 1.09, 30, half_life=0.02), TRAINS),
        (decay(1.6, 1.0, 60, half_life=0.01), FOUND, {}),
        (line(1.0, 0.8, 60), FOUND, {}),
        (flat(0.5, 60).noisy(0.05), given(0.5 * FOUND.values), {}),
    ],
    ids=[
        "a fine-tuning", "an unknown rate", "few evaluations", "validation falls", "validation fell far at first",
        "training fell far at first", "training falls", "another level",
    ],
)  # fmt: skip
def test_anything_else_may_be_learning(train: Curve, val: Curve, settings: Settings) -> None:
    assert not guesses(train, val, settings)
