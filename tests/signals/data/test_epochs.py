"""Where epochs begin, what repeats in each of them, and what happens between them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from logdoctor import Axis, Run, Series, TrainLoss
from logdoctor.run.understand import understand
from logdoctor.signals import Epochs, Trend, Unmeasurable
from logdoctor.signals.data.period import overlaps, repeating_period

LENGTH, COUNT = 50, 8
STEPS = np.arange(LENGTH * COUNT)
SAW = (STEPS % LENGTH) / LENGTH
NOISE = np.random.default_rng(0).normal(0.0, 1.0, len(STEPS))


def epochs(
    values: ArrayLike, epoch: ArrayLike | None = None, settings: dict[str, int] | None = None, every: int = 1
) -> Epochs:
    """Measure a training loss logged every so many steps, with what else tells where epochs begin."""
    series = [Series.of("train_loss", STEPS * every, values)]
    if epoch is not None:
        series.append(Series.of("epoch", STEPS * every, epoch))
    run = Run("run", understand(series), hyperparameters=settings or {})
    return Epochs.measure(Trend[TrainLoss].measure(run.series[0]), run)


@pytest.mark.parametrize(
    "epoch",
    [STEPS // LENGTH, 1 + STEPS // LENGTH, (STEPS + 1) / LENGTH],
    ids=["counted from 0", "counted from 1", "fractions, as Hugging Face logs them"],
)
def test_a_logged_epoch_says_where_epochs_begin(epoch: ArrayLike) -> None:
    measured = epochs(1 + 0.1 * NOISE, epoch)
    assert measured.known_from == "epoch is logged"
    assert measured.count == COUNT
    assert list(measured.starts[:3]) == [0, LENGTH, 2 * LENGTH]


@pytest.mark.parametrize(
    "settings", [{"steps_per_epoch": 5 * LENGTH}, {"max_steps": 40 * LENGTH, "num_train_epochs": 8}]
)
def test_settings_say_it_in_steps_not_in_points(settings: dict[str, int]) -> None:
    measured = epochs(1 + 0.1 * NOISE, settings=settings, every=5)
    assert measured.is_known
    assert (measured.count, measured.length) == (COUNT, 5 * LENGTH)


def test_a_curve_that_repeats_itself_says_it_too_but_is_no_knowledge() -> None:
    measured = epochs(1 + SAW + 0.1 * NOISE)
    assert measured.length == pytest.approx(LENGTH, rel=0.02)
    assert not measured.is_known


def test_noise_repeats_nothing() -> None:
    with pytest.raises(Unmeasurable, match="no 3 epochs"):
        epochs(1 + 0.1 * NOISE)


def test_a_loss_logged_once_an_epoch_has_no_shape_within_it() -> None:
    run = Run("run", understand([Series.of("loss", STEPS, 1 + NOISE, axis=Axis.EPOCH)]))
    with pytest.raises(Unmeasurable, match="once an epoch"):
        Epochs.measure(Trend[TrainLoss].measure(run.series[0]), run)


def test_an_unfinished_last_epoch_is_left_out() -> None:
    measured = epochs(1 + 0.1 * NOISE, (STEPS + 20) // LENGTH)
    assert np.diff(measured.starts).max() <= LENGTH
    assert measured.starts[-1] == LENGTH * COUNT - 20


@pytest.mark.parametrize("period", [20.0, 31.4, 50.0])
def test_a_period_need_not_be_a_whole_number_of_points(period: float) -> None:
    values = (np.arange(600) % period) / period + 0.1 * np.random.default_rng(1).normal(size=600)
    assert repeating_period(values) == pytest.approx(period, rel=0.02)


def test_a_staircase_falls_between_epochs_and_not_within() -> None:
    measured = epochs(3 - 0.3 * (STEPS // LENGTH), STEPS // LENGTH)
    assert measured.edges[:-1, 1] - measured.edges[1:, 0] == pytest.approx(np.full(COUNT - 1, 0.3))
    assert measured.edges[:, 0] - measured.edges[:, 1] == pytest.approx(np.zeros(COUNT))


def test_a_mean_that_starts_anew_moves_ever_less() -> None:
    fresh = 1 + 0.3 * NOISE.reshape(COUNT, LENGTH)
    means = np.cumsum(fresh, axis=1) / np.arange(1, LENGTH + 1)
    assert epochs(means.ravel(), STEPS // LENGTH).averaging < 0.25
    assert epochs(fresh.ravel(), STEPS // LENGTH).averaging == pytest.approx(1.0, abs=0.4)
    rounded = (STEPS + LENGTH - 1) // LENGTH  # the first epoch has one point
    assert epochs(fresh.ravel(), rounded).averaging == pytest.approx(1.0, abs=0.4)


def evaluated(steps: ArrayLike, axis: Axis = Axis.STEP) -> Epochs:
    """Measure a loss of the settings' epochs, logged every step, that was evaluated at these steps."""
    train = Series.of("train_loss", 1 + STEPS, 1 + 0.1 * NOISE, axis=Axis.STEP)
    val = Series.of("val_loss", steps, 1.0 + np.zeros(np.shape(steps)), axis=axis)
    run = Run("run", understand([train, val]), hyperparameters={"epochs": COUNT})
    return Epochs.measure(Trend[TrainLoss].measure(run.series[0]), run)


@pytest.mark.parametrize("axis", [Axis.STEP, Axis.EPOCH])
def test_as_many_evaluations_as_planned_epochs_end_one_each(axis: Axis) -> None:
    at = np.arange(1, COUNT + 1) * (LENGTH if axis is Axis.STEP else 1)
    assert evaluated(at, axis).length == LENGTH


@pytest.mark.parametrize("counted_from", [0, 1])
def test_evaluations_of_every_other_epoch_tell_it_too(counted_from: int) -> None:
    at = np.arange(2, COUNT + 1, 2) * LENGTH - 1 + counted_from
    train = Series.of("train_loss", STEPS + counted_from, 1 + 0.1 * NOISE, axis=Axis.STEP)
    val = Series.of("val_loss", at, np.ones(len(at)), axis=Axis.STEP)
    run = Run("run", understand([train, val]), hyperparameters={"epochs": COUNT})
    assert Epochs.measure(Trend[TrainLoss].measure(run.series[0]), run).length == LENGTH


def test_a_plan_in_other_steps_than_the_log_is_no_knowledge() -> None:
    counted = epochs(1 + SAW + 0.1 * NOISE, settings={"max_steps": LENGTH * COUNT, "num_train_epochs": COUNT}, every=10)
    assert not counted.is_known
    assert counted.length == pytest.approx(10 * LENGTH, rel=0.02)


def test_other_evaluations_say_nothing() -> None:
    with pytest.raises(Unmeasurable):
        evaluated((LENGTH + 10) * np.arange(1, COUNT - 1))


def test_the_loss_of_every_batch_goes_before_that_of_the_epoch() -> None:
    by_epoch = Series.of("train_losses", range(COUNT + 1), np.linspace(2, 1, COUNT + 1), axis=Axis.EPOCH)
    by_batch = Series.of("minibatch_train_losses", STEPS, 1 + SAW, axis=Axis.STEP)
    run = Run("run", understand([by_epoch, by_batch]))
    measured = Epochs.measure(Trend[TrainLoss].measure(run.series[0]), run)
    assert measured.series.name == "minibatch_train_losses"
    assert measured.length == LENGTH


def test_a_counter_that_was_counted_otherwise_is_no_knowledge() -> None:
    train = Series.of("train_loss", STEPS, 1 + SAW, axis=Axis.INDEX)
    epoch = Series.of("epoch", np.arange(2 * len(STEPS)), np.arange(2 * len(STEPS)) // LENGTH, axis=Axis.INDEX)
    run = Run("run", understand([train, epoch]))
    assert not Epochs.measure(Trend[TrainLoss].measure(run.series[0]), run).is_known


def test_a_counter_that_evaluations_repeat_is_laid_beside_the_loss() -> None:
    counted = np.arange(1, len(STEPS) + 1) / LENGTH
    repeated = np.sort(np.concatenate([counted, np.arange(1, COUNT + 1)]))
    train = Series.of("train_loss", np.arange(len(STEPS)), 1 + SAW, axis=Axis.INDEX)
    epoch = Series.of("epoch", np.arange(len(repeated)), repeated, axis=Axis.INDEX)
    run = Run("run", understand([train, epoch]))
    measured = Epochs.measure(Trend[TrainLoss].measure(run.series[0]), run)
    assert measured.is_known
    assert measured.starts[1] == LENGTH


def test_a_saw_moves_as_no_mean_of_positive_losses_could() -> None:
    fresh = 1 + 0.3 * np.abs(NOISE).reshape(COUNT, LENGTH)
    means = np.cumsum(fresh, axis=1) / np.arange(1, LENGTH + 1)
    assert epochs(means.ravel(), STEPS // LENGTH).below_zero == 0
    assert epochs(1 + np.exp(-SAW * 20) + 0.1 * NOISE, STEPS // LENGTH).below_zero > 0.3
    assert epochs(NOISE, STEPS // LENGTH).below_zero == 0, "a loss below zero says nothing"
    zigzag = np.where(STEPS // LENGTH % 3 == 1, 1.0 + STEPS % 2, 1.0)
    assert epochs(zigzag, STEPS // LENGTH).below_zero > 0.1, "one epoch in three is enough"


def test_an_evaluation_that_was_lost_leaves_the_others_a_whole_number_of_epochs_apart() -> None:
    def measured(*evaluated: int) -> Epochs:
        train = Series.of("train_loss", STEPS, 1 + 0.1 * NOISE, axis=Axis.STEP)
        at = LENGTH * np.array(evaluated)
        run = Run("run", understand([train, Series.of("val_loss", at, np.ones(len(at)))]))
        return Epochs.measure(Trend[TrainLoss].measure(run.series[0]), run)

    assert measured(1, 2, 3, 5, 6, 7).length == LENGTH
    with pytest.raises(Unmeasurable, match="no 3 epochs"):
        measured(1, 2, 3, 4, 6, 8)


def test_evaluations_tell_the_epoch_of_a_curve_that_repeats_itself_with_them() -> None:
    def measured(between: int) -> Epochs:
        train = Series.of("train_loss", STEPS, 1 + SAW + 0.1 * NOISE, axis=Axis.STEP)
        val = Series.of("val_loss", np.arange(between, STEPS[-1], between), 1.0 + np.zeros((len(STEPS) - 2) // between))
        run = Run("run", understand([train, val]), hyperparameters={"epochs": 3})
        return Epochs.measure(Trend[TrainLoss].measure(run.series[0]), run)

    assert list(measured(LENGTH).starts[:3]) == [0, LENGTH, 2 * LENGTH]
    assert list(measured(LENGTH - 20).starts[:3]) != [0, LENGTH, 2 * LENGTH]
    assert not measured(LENGTH).is_known


def test_seldom_giant_jumps_hide_no_period_and_make_none() -> None:
    jumps = np.where(STEPS % 63 == 20, 1000.0, 0.0)
    assert repeating_period(1 + SAW + 0.1 * NOISE + jumps) == pytest.approx(LENGTH, rel=0.02)
    assert repeating_period(1 + 0.1 * NOISE + jumps) is None


def test_noise_on_a_slow_wave_repeats_nothing() -> None:
    steps = np.arange(60_000)
    wave = np.sin(4 * np.pi * steps / len(steps))
    assert repeating_period(wave + 0.1 * np.random.default_rng(0).random(len(steps))) is None


def test_many_periods_do_not_lead_away_from_the_first() -> None:
    noise = np.random.default_rng(0).normal(size=60_000)
    assert repeating_period((np.arange(60_000) % 31.4) / 31.4 + 0.2 * noise) == pytest.approx(31.4, rel=0.002)


@pytest.mark.parametrize("points", [50, 64, 96, 97, 1000])
def test_a_curve_is_laid_over_itself_by_products_of_its_points(points: int) -> None:
    values, longest = np.random.default_rng(points).normal(size=points), points // 3
    plain = [np.mean(values[later:] * values[: points - later]) for later in range(longest + 1)]
    np.testing.assert_allclose(overlaps(values, longest), plain, atol=1e-12)


@pytest.mark.parametrize("tasks", [2, 3, 5])
def test_tasks_that_take_turns_are_no_epochs(tasks: int) -> None:
    turns = np.resize(np.random.default_rng(tasks).permutation(tasks).astype(np.float64), 240)
    assert repeating_period(2 + turns + 0.05 * np.random.default_rng(0).standard_normal(240)) is None
