"""Swings that training and validation loss make together."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import TrainLoss, ValLoss, example_run
from logdoctor.curves import decay, flat, given, swing
from logdoctor.signals import JointSwings, Roughness, Trend, Unmeasurable
from logdoctor.signals.generalization.gap import Gap
from logdoctor.signals.statistics.correlation import trend_aside

WAVE = np.exp(swing(0.4, 12, 60).values)


def measured(train: np.ndarray, val: np.ndarray) -> JointSwings:
    run = example_run(train_loss=given(train), val_loss=given(val))
    losses = run.find(TrainLoss), run.find(ValLoss)
    assert losses[0] is not None
    assert losses[1] is not None
    gap = Gap.measure(Trend[TrainLoss].measure(losses[0]), Trend[ValLoss].measure(losses[1]))
    return JointSwings.measure(Roughness.measure(gap, run))


def test_swings_of_both_count() -> None:
    seen = measured(decay(2.3, 0.8, 60).values * WAVE, decay(2.3, 0.9, 60).values * WAVE)
    assert seen.turns in (4, 5)
    assert seen.likeness > 0.95
    assert seen.margin(rate_is_high=False) >= 1


def test_swings_of_validation_alone_do_not() -> None:
    noisy = decay(2.3, 0.8, 60).noisy(0.02, seed=1).values
    assert measured(noisy, decay(2.3, 0.9, 60).values * WAVE).margin(rate_is_high=False) < 1


def test_a_loss_next_to_nothing_has_converged() -> None:
    assert (
        measured(decay(2.3, 0.02, 60).values * WAVE, decay(2.3, 0.02, 60).values * WAVE).margin(rate_is_high=False) < 1
    )


def test_neither_does_a_training_loss_next_to_nothing_beside_a_validation_that_rests_high() -> None:
    learnt_by_heart = decay(2.3, 0.004, 60, half_life=0.05).values * WAVE**2
    assert measured(learnt_by_heart, decay(2.3, 0.9, 60).values * WAVE**0.1).margin(rate_is_high=False) < 1


def test_jumps_of_both_count_where_the_run_gets_no_lower() -> None:
    jumps = np.exp(np.random.default_rng(1).normal(0.0, 0.5, 24))
    train, val = 0.5 * jumps, 0.6 * jumps
    train[0] = 40.0
    assert measured(train, val).margin(rate_is_high=False) >= 1
    assert (
        measured(train * np.geomspace(1.0, 0.02, 24), val * np.geomspace(1.0, 0.02, 24)).margin(rate_is_high=False) < 1
    )


def test_one_jump_is_no_swing_however_slow_the_way_back() -> None:
    fall = np.geomspace(2.3, 0.15, 12)
    back = np.array([0.15, 0.15, 2.3, 1.5, 1.1, 0.9, 0.8, 0.75, 0.72, 0.7, 0.7, 0.7])
    seen = measured(np.concatenate([fall, back]), 1.05 * np.concatenate([fall, back]))
    assert seen.is_one_jump
    assert seen.margin(rate_is_high=False) < 1
    again = np.concatenate([fall, back[:4], back[2:10]])
    assert not measured(again, 1.05 * again).is_one_jump


def test_jumps_that_are_not_alike_count_only_at_a_rate_that_is_high() -> None:
    one, other = (np.exp(np.random.default_rng(seed).normal(0.0, 0.4, 60)) for seed in (1, 2))
    assert measured(0.5 * one, 0.5 * other).margin(rate_is_high=False) < 1
    assert measured(0.5 * one, 0.5 * other).margin(rate_is_high=True) >= 1


def test_what_does_not_move_or_is_not_above_zero_cannot_be_measured() -> None:
    with pytest.raises(Unmeasurable, match="does not move"):
        measured(flat(1.0, 60).values, decay(2.3, 0.9, 60).values * WAVE)
    with pytest.raises(Unmeasurable, match="not above zero"):
        measured(decay(2.3, 0.8, 60).values - 1, decay(2.3, 0.9, 60).values)


@pytest.mark.parametrize(("evaluations", "count"), [(20, False), (60, True)])
def test_of_few_pairs_a_likeness_that_comes_by_chance_is_no_reason_for_both(evaluations: int, count: bool) -> None:
    noise = np.random.default_rng(4)
    one, other = (trend_aside(noise.normal(0.0, 1.0, evaluations // 2)) for _ in range(2))
    other -= one * float(one @ other) / float(one @ one)
    alike = 0.6 * one / one.std() + 0.8 * other / other.std()
    early = np.ones(evaluations - len(one))
    train, val = (np.append(early, np.exp(0.4 * late)) for late in (one / one.std(), alike))
    seen = measured(train, val)
    assert seen.likeness == pytest.approx(0.6, abs=0.02)
    assert (seen.margin(rate_is_high=False) >= 1) is count
