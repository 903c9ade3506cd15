"""What the first values of a training loss show of an overshoot before them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logdoctor import GradNorm, Series, TrainLoss, example_run
from logdoctor.curves import decay
from logdoctor.evidence.schedule.first_values import FirstValues, usual_leap
from logdoctor.run import Setting
from logdoctor.run.averages import SINCE_LAST
from logdoctor.signals import ChanceLevels, Trend

RNG = np.random.default_rng(5)
STEPS = range(1, 201)
FALLING = np.concatenate([np.geomspace(30.0, 3.0, 10), np.geomspace(3.0, 1.0, 190)])


def first_values(
    losses: np.ndarray, norms: np.ndarray | None = None, rate: float | None = None, *, average: str = "", name: str = ""
) -> FirstValues:
    train = Trend[TrainLoss].measure(Series.of("loss", STEPS, losses))
    grads = None if norms is None else Trend[GradNorm].measure(Series.of("grad_norm", STEPS, norms))
    settings: dict[str, Setting] = {**({} if rate is None else {"lr": rate}), **({"optimizer": name} if name else {})}
    example = example_run(settings, train_loss=decay(2.0, 1.0))
    run = replace(example, series=tuple(replace(one, average=average) for one in example.series))
    return FirstValues.measure(run, train, grads, ChanceLevels.measure(run))


def test_a_smooth_fall_from_high_tells_nothing() -> None:
    assert first_values(FALLING).came_down == ""


def test_leaps_that_never_come_again_tell_of_an_overshoot() -> None:
    leaping = FALLING.copy()
    leaping[2] = 45.0
    assert "leap" in first_values(leaping).came_down


def test_a_burst_from_where_guessing_is_is_how_learning_begins() -> None:
    burst = np.concatenate([np.geomspace(40.0, 2.0, 10), np.ones(190)])
    assert first_values(FALLING / 30.0 * 0.7, burst).came_down == ""


def test_a_burst_tells_of_a_rate_that_is_far_too_high_where_the_optimizer_is_named() -> None:
    losses, burst = FALLING / 30.0 * 0.2, np.concatenate([np.geomspace(40.0, 2.0, 10), np.ones(190)])
    assert "gradient norm" in first_values(losses, burst, rate=0.3, name="adamw").came_down
    assert first_values(losses, burst, rate=0.3, average=SINCE_LAST).came_down == ""  # AdamW by default: perhaps SGD


def test_leaps_that_come_again_are_noise() -> None:
    assert first_values(FALLING * np.exp(RNG.normal(0.0, 0.3, 200))).came_down == ""


def test_a_burst_of_the_gradient_that_comes_down_with_the_loss_tells_of_one() -> None:
    burst = np.concatenate([np.geomspace(40.0, 2.0, 10), np.ones(190)])
    assert "gradient norm" in first_values(FALLING, burst).came_down
    assert first_values(FALLING, np.ones(200)).came_down == ""
    assert first_values(np.linspace(3.0, 2.0, 200), burst).came_down == ""


def test_what_an_ordinary_rate_cannot_have_thrown_is_the_scale_of_the_outputs() -> None:
    leaping = np.concatenate([[900.0, 1300.0, 200.0, 90.0, 30.0, 9.0], np.geomspace(3.0, 1.0, 194)])
    assert "leap" in first_values(leaping, rate=0.3).came_down
    assert first_values(leaping, rate=1e-3).is_scale
    assert first_values(leaping, rate=1e-3).came_down == ""


def test_losses_below_zero_have_no_ratios() -> None:
    assert first_values(FALLING - 2.0).came_down == ""


def test_where_the_loss_is_soon_far_lower_the_noise_of_the_end_tells_the_usual_leap() -> None:
    falling = np.concatenate([[2.0, 1.5, 1.0, 0.6], np.full(196, 0.2)]) * np.exp(RNG.normal(0.0, 0.2, 200))
    trend = Trend[TrainLoss].measure(Series.of("loss", STEPS, falling))
    assert usual_leap(trend, 4, 2.0) == pytest.approx(0.6, rel=0.3)


def test_the_usual_leap_is_that_of_the_noise() -> None:
    noisy = Trend[TrainLoss].measure(Series.of("loss", STEPS, 2 * np.exp(RNG.normal(0.0, 0.1, 200))))
    assert usual_leap(noisy, 4, 2.0) == pytest.approx(0.4, abs=0.15)
