"""Why a validation loss jumps: the set, unless a sibling is calm on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logdoctor import Axis, Cause, Run, Series, Strength, TrainLoss, ValLoss, example_run
from logdoctor.curves import Curve, decay, flat, given
from logdoctor.evidence.generalization.validation_jumps import ValidationJumps, causes_of_jumps, collapses
from logdoctor.run import Setting
from logdoctor.run.averages import SINCE_LAST
from logdoctor.signals import Gap, Hyperparameters, Roughness, Siblings, Trend

TASK: dict[str, Setting] = {"task": "text", "lr": 1.0}


def run(name: str, noise: float, train_noise: float = 0.005, **settings: Setting) -> Run:
    train_loss, val_loss = decay(2.3, 0.3, 40).noisy(train_noise), decay(2.3, 0.5, 40).noisy(noise, seed=1)
    made = example_run(TASK | settings, Axis.EPOCH, 0, train_loss=train_loss, val_loss=val_loss)
    return replace(made, name=name)


def causes(
    jumps: Run, *others: Run, many: str = "", collapsing: str = "", other_data: bool = False
) -> tuple[Cause, ...]:
    train, val = jumps.find(TrainLoss), jumps.find(ValLoss)
    assert train is not None
    assert val is not None
    gap = Gap.measure(Trend[TrainLoss].measure(train), Trend[ValLoss].measure(val))
    rough = Roughness.measure(gap, jumps)
    siblings = Siblings.among(jumps, [jumps, *others])
    settings = Hyperparameters(jumps)
    seen = ValidationJumps(rough, None, settings, siblings, many=many, collapses=collapsing, is_other_data=other_data)
    return causes_of_jumps(seen, [])


@pytest.mark.parametrize(("noise", "first"), [(0.01, "learning-rate-too-high"), (0.2, "validation-set-too-small")])
def test_a_sibling_that_is_calm_on_the_same_set_clears_it(noise: float, first: str) -> None:
    assert causes(run("a", 0.2))[0].id == "validation-set-too-small"
    assert causes(run("a", 0.2), run("b", noise, lr=0.9))[0].id == first


def test_the_batch_or_the_clipping_of_a_calm_sibling_comes_first_with_a_tested_fix() -> None:
    first = causes(run("a", 0.2, batch_size=1), run("b", 0.01, batch_size=64))[0]
    assert (first.id, first.strength) == ("batch-too-small", Strength.LIKELY)
    assert first.fixes[0].text == "train with batch_size 64 instead of 1"
    assert first.fixes[0].tested == "sibling run b"
    assert causes(run("a", 0.2, grad_clip=0.0), run("b", 0.01, grad_clip=1.0))[0].id == "no-gradient-clipping"


def test_a_sibling_that_jumps_as_much_tests_nothing() -> None:
    assert causes(run("a", 0.2, grad_clip=0.0), run("b", 0.2, grad_clip=1.0))[0].id == "validation-set-too-small"


def test_each_of_tiny_batches_throws_the_weights() -> None:
    assert causes(run("a", 0.2, batch_size=1))[0].id == "batch-too-small"
    assert causes(run("a", 0.2, batch_size=64))[0].id == "validation-set-too-small"


def test_a_rate_at_which_hardly_any_network_trains_comes_before_the_set() -> None:
    first = causes(run("a", 0.3, 0.2, optimizer="adamw", lr=1.2))[0]
    assert (first.id, first.strength) == ("learning-rate-too-high", Strength.LIKELY)
    assert first.pro[0] == "a rate of 1.2 is far above the usual for adamw"
    for lower in ({"optimizer": "adamw", "lr": 1e-3}, {"optimizer": "Adam", "lr": 0.03}, {"lr": 0.15}):
        assert causes(run("a", 0.3, 0.2, **lower))[0].id == "validation-set-too-small"
    assert causes(run("steady", 0.3, optimizer="adamw", lr=1.2))[0].id == "validation-set-too-small"


def test_a_rate_that_would_be_too_high_for_a_default_optimizer_may_be_that_of_another() -> None:
    jumps = run("a", 0.3, 0.2, lr=0.15)
    of_trainer = replace(jumps, series=tuple(replace(one, average=SINCE_LAST) for one in jumps.series))
    assert causes(of_trainer)[0].id == "validation-set-too-small"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            [0.7, 0.8, 0.81, 0.82, 0.0, 0.48, 0.82, 0.0, 0.67, 0.0, 0.0, 0.78, 0.85, 0.84],
            "falls to 0 and comes back, 3",
        ),
        ([0.7, 0.8, 0.81, 0.82, 0.0, 0.1, 0.2, 0.5, 0.67, 0.75, 0.8, 0.83, 0.85, 0.84], ""),  # once
        ([0.7, 0.8, 0.81, 0.82, 0.5, 0.48, 0.82, 0.5, 0.67, 0.45, 0.5, 0.78, 0.85, 0.84], ""),  # not so low
        ([0.7, 0.8, 0.81, 0.82, 0.0, 0.48, 0.5, 0.0, 0.6, 0.0, 0.0, 0.5, 0.5, 0.5], ""),  # not back
    ],
)
def test_a_metric_that_collapses_again_and_again(values: list[float], said: str) -> None:
    found = collapses(Series.of("val_dice", range(1, len(values) + 1), values))
    assert found.startswith(f"val_dice {said}") if said else not found


def test_evaluations_that_collapse_beside_steady_training_are_of_no_small_set() -> None:
    first = causes(run("a", 0.2), collapsing="val_dice falls to 0 and comes back, 3 times")[0]
    assert (first.id, first.strength) == ("batch-norm-statistics", Strength.LIKELY)
    assert first.pro[0].startswith("val_dice falls to 0 and comes back, 3 times, while training is steady at 0.3")


def test_a_model_that_jumps_in_training_as_well_is_no_matter_of_the_set() -> None:
    jumps = flat(0.0, 40).noisy(0.2, seed=1)
    losses = {"train_loss": decay(2.3, 0.3, 40).plus(given(0.7 * jumps.values)), "val_loss": decay(2.3, 0.5, 40)}
    first = causes(example_run(TASK, Axis.EPOCH, 0, **losses | {"val_loss": losses["val_loss"].plus(jumps)}))[0]
    assert first.id == "learning-rate-too-high"
    assert first.pro[0].startswith("training goes up and down with it")


def test_hundreds_of_examples_jump_together_only_where_the_weights_do() -> None:
    jumps = run("a", 0.2)
    many = "val_acc takes 20 values that are no shares of 60 examples or fewer"
    assert causes(jumps)[0].id == "validation-set-too-small"
    found = causes(jumps, many=many)
    assert found[0].id == "learning-rate-too-high"
    assert many in next(one for one in found if one.id == "validation-set-too-small").contra


def test_a_training_that_ends_above_its_start_was_thrown() -> None:
    losses = {"train_loss": decay(2.3, 5.0, 40).noisy(0.005), "val_loss": decay(2.3, 6.0, 40).noisy(0.6, seed=1)}
    first = causes(example_run(TASK, Axis.EPOCH, 0, **losses))[0]
    assert (first.id, first.strength) == ("learning-rate-too-high", Strength.LIKELY)
    assert first.pro == ("train_loss ends at 5, above the 2.3 at which it began",)


def test_other_data_jump_while_training_is_steady() -> None:
    losses = {"train_loss": decay(2.3, 0.04, 40), "val_loss": flat(9.0, 40).noisy(1.2, seed=1)}
    other = example_run(TASK, Axis.EPOCH, 0, **losses)
    assert causes(other, other_data=True)[0].id == "validation-set-differs"
    assert "validation-set-differs" not in [one.id for one in causes(other)]


@pytest.mark.parametrize(
    ("losses", "first"),
    [
        ({}, "decay the rate to about 0.03"),
        ({"train_loss": decay(2.3, 5.0, 40).noisy(0.005)}, "lower the learning rate"),
    ],
    ids=["learnt", "thrown"],
)
def test_the_rate_of_a_run_that_has_learnt_decays_and_one_that_was_thrown_starts_lower(
    losses: dict[str, Curve], first: str
) -> None:
    curves = {"train_loss": decay(2.3, 0.3, 40).noisy(0.005), "val_loss": decay(2.3, 0.5, 40).noisy(0.6, seed=1)}
    jumps = example_run({"lr": 0.3, "optimizer": "SGD"}, Axis.EPOCH, 0, **curves | losses)
    rate = next(one for one in causes(jumps) if one.id == "learning-rate-too-high")
    assert rate.fixes[0].text.startswith(first)


def test_statistics_that_lag_catch_up_where_the_rate_decays() -> None:
    up = flat(0.0, 40).noisy(0.4, seed=1)
    val = decay(2.3, 0.5, 40).plus(given(np.abs(up.values) * (np.arange(40) % 3 == 0)))
    jumps = example_run({"lr": 0.3}, Axis.EPOCH, 0, train_loss=decay(2.3, 0.3, 40), val_loss=val)
    first = causes(jumps)[0]
    assert first.id == "batch-norm-statistics"
    assert first.fixes[0].text.startswith("decay the rate to about 0.03")
