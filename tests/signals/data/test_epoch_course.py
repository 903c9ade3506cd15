"""What every epoch of a loss repeats, however few points of each were logged."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from logdoctor import Axis, Run, Series, TrainLoss
from logdoctor.run.understand import understand
from logdoctor.signals import EpochCourse, Trend, Unmeasurable

LENGTH, COUNT = 50, 20
STEPS = np.arange(LENGTH * COUNT)
SAW = (STEPS % LENGTH) / LENGTH
NOISE = np.random.default_rng(0).normal(0.0, 1.0, len(STEPS))


def course(values: ArrayLike, *, kept: NDArray[np.int64] | slice = slice(None), known: bool = True) -> EpochCourse:
    """Measure a training loss of which some points were logged, beside the epoch or not."""
    series = [Series.of("train_loss", STEPS, values, axis=Axis.STEP).take(kept)]
    if known:
        series.append(Series.of("epoch", STEPS, STEPS // LENGTH, axis=Axis.STEP).take(kept))
    run = Run("run", understand(series))
    return EpochCourse.measure(Trend[TrainLoss].measure(run.series[0]), run)


def test_the_height_of_a_saw_is_measured_through_noise_and_trend() -> None:
    measured = course(3 * 0.99**STEPS + 0.5 * SAW + 0.05 * NOISE)
    assert measured.amplitude == pytest.approx(0.5, rel=0.2)
    assert measured.agreement > 0.9
    assert measured.amplitude > 8 * measured.noise


@pytest.mark.parametrize("every", [2, 3, 4, 6, 7, 11, 13])
def test_a_coarser_log_sees_the_same_saw(every: int) -> None:
    measured = course(3 * 0.99**STEPS + 0.5 * SAW + 0.02 * NOISE, kept=slice(None, None, every))
    assert measured.length == pytest.approx(LENGTH, rel=0.02)
    assert measured.amplitude == pytest.approx(0.5, rel=0.25)
    assert measured.agreement > measured.by_chance


@pytest.mark.parametrize("every", [1, 2, 3, 4, 6, 7, 11, 13])
def test_noise_repeats_nothing_however_much_of_it_was_logged(every: int) -> None:
    measured = course(3 * 0.99**STEPS + 0.3 * NOISE, kept=slice(None, None, every))
    assert measured.agreement < measured.by_chance
    assert measured.amplitude < 6 * measured.noise


@pytest.mark.parametrize("known", [True, False])
def test_lost_points_leave_the_epochs_where_they_were(known: bool) -> None:
    kept = np.delete(STEPS, np.random.default_rng(1).choice(STEPS[1:-1], 30, replace=False))
    measured = course(1 + 0.5 * SAW + 0.02 * NOISE, kept=kept, known=known)
    assert measured.length == pytest.approx(LENGTH, rel=0.002)
    assert measured.agreement > 0.95


def test_epochs_that_logged_steps_straddle_are_seen_at_all_phases() -> None:
    measured = course(1.0 + (STEPS % LENGTH < 4), kept=slice(None, None, 4))  # 12.5 points an epoch
    assert measured.amplitude == pytest.approx(1.0, rel=0.1)
    assert measured.agreement > 0.99


def test_a_steady_fall_leaves_next_to_nothing_of_a_saw() -> None:
    measured = course(3 - 2 * STEPS / len(STEPS))
    assert measured.amplitude < 0.01
    assert measured.decline == pytest.approx(2 / COUNT, rel=0.01)


def test_a_staircase_is_as_high_as_an_epoch_gains() -> None:
    measured = course(3 - 0.1 * (STEPS // LENGTH))
    assert measured.amplitude == pytest.approx(measured.decline, rel=0.15)


def test_a_wave_is_smooth_and_a_saw_is_sharp() -> None:
    assert course(1 + 0.5 * np.sin(2 * np.pi * SAW)).sharpest < 0.1 < 0.9 < course(1 + SAW).sharpest


def test_evaluations_tell_the_epoch_of_a_curve_that_repeats_itself_half_as_often() -> None:
    train = Series.of("train_loss", STEPS[::4], 1 + SAW[::4] + 0.02 * NOISE[::4], axis=Axis.STEP)
    val = Series.of("val_loss", STEPS[LENGTH::LENGTH], np.ones(COUNT - 1), axis=Axis.STEP)
    run = Run("run", understand([train, val]), hyperparameters={"epochs": 3})
    measured = EpochCourse.measure(Trend[TrainLoss].measure(run.series[0]), run)
    assert measured.length == LENGTH
    assert not measured.epochs.is_known


def seldom(values: ArrayLike) -> EpochCourse:
    """Measure a loss of 25 batches an epoch of which every eighth was logged."""
    steps = np.arange(0, 500, 8)
    series = [
        Series.of("train_loss", steps, values, axis=Axis.STEP),
        Series.of("epoch", steps, steps // 25, axis=Axis.STEP),
    ]
    run = Run("run", understand(series))
    return EpochCourse.measure(Trend[TrainLoss].measure(run.series[0]), run)


def test_batches_that_were_each_logged_twice_tell_the_course() -> None:
    batches = np.random.default_rng(4).permutation(25) / 25
    measured = seldom(0.2 + 0.5 * batches[np.arange(0, 500, 8) % 25] + 0.005 * NOISE[:63])
    assert measured.phases == 25
    assert measured.amplitude == pytest.approx(0.5, rel=0.25)
    assert measured.agreement > 0.9


def test_one_batch_that_was_thrown_once_is_no_course_of_batches_that_were_logged_twice() -> None:
    values = 2.3 + 0.01 * NOISE[:63]
    values[30] = 1800.0
    assert seldom(values).amplitude < 0.2


@pytest.mark.parametrize("seed", range(20))
def test_noise_of_batches_that_were_logged_twice_is_no_course(seed: int) -> None:
    measured = seldom(1 + 0.3 * np.random.default_rng(seed).normal(size=63))
    assert measured.agreement < measured.by_chance


def test_a_few_batches_that_are_logged_in_every_epoch_tell_no_course() -> None:
    with pytest.raises(Unmeasurable, match="enough logged points"):
        course(1 + SAW + 0.01 * NOISE, kept=slice(None, None, LENGTH // 5))


def test_two_points_an_epoch_tell_no_course() -> None:
    with pytest.raises(Unmeasurable, match="enough logged points"):
        course(1 + SAW, kept=slice(None, None, 27))


def test_a_loss_logged_once_an_epoch_has_no_course() -> None:
    run = Run("run", understand([Series.of("loss", STEPS, 1 + NOISE, axis=Axis.EPOCH)]))
    with pytest.raises(Unmeasurable, match="once an epoch"):
        EpochCourse.measure(Trend[TrainLoss].measure(run.series[0]), run)
