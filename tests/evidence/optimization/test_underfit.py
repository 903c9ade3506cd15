"""Why a model fits neither training nor validation data."""

from __future__ import annotations

import pytest

from logdoctor import TrainLoss, example_run
from logdoctor.curves import decay
from logdoctor.evidence.optimization.underfit import UnderfitSigns, causes_of_underfit
from logdoctor.run import Setting
from logdoctor.signals import Hyperparameters, Siblings, Trend


@pytest.mark.parametrize(
    ("settings", "end", "first"),
    [
        ({"optimizer": "sgd", "lr": 1e-5}, 2.28, "learning-rate-too-low"),
        ({"optimizer": "sgd", "lr": 0.05, "grad_clip": 1e-4}, 2.28, "clipping-too-tight"),
        ({"optimizer": "sgd", "lr": 0.05, "hidden": 2}, 1.7, "model-too-small"),
        ({"optimizer": "sgd", "lr": 0.05, "weight_decay": 0.5}, 2.28, "over-regularised"),
    ],
)
def test_short_steps_leave_a_loss_where_it_began_sooner_than_a_small_model(
    settings: dict[str, Setting], end: float, first: str
) -> None:
    run = example_run(settings, train_loss=decay(2.3, end, 40, half_life=0.08))
    loss = run.find(TrainLoss)
    assert loss is not None
    regularisation = "the weight decay is 0.5" if "weight_decay" in settings else ""
    signs = UnderfitSigns(poor_accuracy="", regularisation=regularisation, tiny_network="", penalty="")
    train = Trend[TrainLoss].measure(loss)
    found = causes_of_underfit(signs, train, Hyperparameters.measure(run), Siblings.among(run, ()))
    assert found[0].id == first
