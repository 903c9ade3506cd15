"""How far validation jumps between evaluations, beside training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logdoctor import Axis, Run, Series, TrainLoss, ValLoss
from logdoctor.signals import Gap, Roughness, Trend, Unmeasurable
from logdoctor.signals.generalization.roughness import usual_jump

RNG = np.random.default_rng(2)


def roughness(train: Series, val: Series, *more: Series) -> Roughness:
    gap = Gap.measure(Trend[TrainLoss].measure(train), Trend[ValLoss].measure(val))
    return Roughness.measure(gap, Run("run", (train, val, *more)))


def test_the_usual_jump_of_noise_is_its_standard_deviation() -> None:
    assert usual_jump(RNG.normal(0.0, 0.3, 20_000)) == pytest.approx(0.3, rel=0.05)


def test_a_slope_has_no_jumps_and_one_wild_value_does_not_count() -> None:
    slope = np.linspace(3.0, 1.0, 40)
    assert usual_jump(slope) == pytest.approx(0.0, abs=1e-12)
    slope[20] = 30.0
    assert usual_jump(slope) == pytest.approx(0.0, abs=1e-12)


def test_values_that_jump_now_and_then_do_count() -> None:
    values = np.ones(20)
    values[[3, 8, 15]] = 1.5
    assert usual_jump(values) > 0.1


def test_training_is_averaged_over_the_steps_between_evaluations() -> None:
    train = Series.of("train_loss", range(4000), 1 + RNG.normal(0.0, 0.2, 4000))
    val = Series.of("val_loss", range(99, 4000, 100), 1 + RNG.normal(0.0, 0.2, 40))
    measured = roughness(train, val)
    assert measured.train_jumps == pytest.approx(0.02, rel=0.6)
    assert measured.jumps == pytest.approx(0.2, rel=0.6)
    assert len(measured.train_values) == len(measured.values)


def test_different_axes_are_laid_over_each_other() -> None:
    train = Series.of("train_loss", range(4000), np.linspace(2.0, 1.0, 4000))
    val = Series.of("val_loss", range(40), np.linspace(2.0, 1.0, 40), axis=Axis.EPOCH)
    assert roughness(train, val).train_values == pytest.approx(np.linspace(1.5, 1.0, 20), abs=0.03)


def test_jumps_that_shrink_are_seen_to_shrink() -> None:
    noise = RNG.normal(0.0, 1.0, 80) * np.r_[np.full(60, 0.3), np.full(20, 0.01)]
    measured = roughness(Series.of("loss", range(80), np.ones(80)), Series.of("val_loss", range(80), 2 + noise))
    assert measured.last_jumps < 0.3 * measured.early_jumps


def test_jumps_to_one_side_are_told_from_jumps_to_both() -> None:
    up = np.where(np.arange(40) % 4 == 0, 1.5, 1.0)
    train = Series.of("loss", range(40), np.ones(40))
    assert roughness(train, Series.of("val_loss", range(40), up)).upward == 1.0
    both = np.where(np.arange(40) % 8 == 0, 1.5, np.where(np.arange(40) % 8 == 4, 0.5, 1.0))
    assert 0.3 <= roughness(train, Series.of("val_loss", range(40), both)).upward <= 0.7


def test_few_evaluations_cannot_be_judged() -> None:
    with pytest.raises(Unmeasurable, match="fewer than 8"):
        roughness(Series.of("loss", range(7), np.ones(7)), Series.of("val_loss", range(7), np.ones(7)))


def test_a_loss_that_cannot_be_negative_jumps_both_ways_as_ratios() -> None:
    train = Series.of("loss", range(40), np.ones(40))
    values = np.tile([0.1, 0.02, 0.1, 0.5], 10)
    assert roughness(train, Series.of("val_loss", range(40), values)).upward == pytest.approx(0.5)


def test_a_model_that_jumps_on_both_sets_is_no_noise_of_validation() -> None:
    train = Series.of("loss", range(1, 1201), 1 + RNG.normal(0.0, 0.02, 1200))
    jumps = 1 + RNG.normal(0.0, 0.3, 40)
    val = Series.of("val_loss", range(0, 1200, 30), jumps + RNG.normal(0.0, 0.02, 40))
    alike = Series.of("train_loss", range(0, 1200, 30), jumps)
    other = Series.of("train_loss", range(0, 1200, 30), 1 + RNG.normal(0.0, 0.3, 40))
    assert roughness(train, val).over_train > 10
    assert roughness(train, val, replace(other, role=TrainLoss)).over_train > 10
    assert roughness(train, val, replace(alike, role=TrainLoss)).over_train == 0
