"""Swings of a loss around its level, against swings and noise of known size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from logdoctor import Axis, Series, TrainLoss
from logdoctor.curves import Curve, decay, flat, geometric, given, line, swing
from logdoctor.signals import Swings, Unmeasurable
from logdoctor.signals.stability.swings import detrended, never_rising, turning_points

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


def swings(curve: Curve, axis: Axis = Axis.EPOCH) -> Swings[TrainLoss]:
    return Swings.measure(Series.of("loss", np.arange(len(curve.values)), curve.values, axis=axis))


def test_a_few_values_do_not_swing() -> None:
    with pytest.raises(Unmeasurable, match="loss has 11 values, fewer than 12"):
        swings(flat(1.0, 11))


def test_a_loss_that_is_thrown_above_its_start_is_so_from_then_on() -> None:
    measured = swings(flat(1.0, 30).followed_by(flat(4.0, 90)))
    assert measured.above_start == pytest.approx(0.75, abs=0.03)
    assert measured.thrown_from == pytest.approx(30, abs=2)


class TestMeasure:
    def test_only_the_later_half_counts(self) -> None:
        measured = swings(flat(1.0, 60).plus(swing(5.0, 7, 60)).followed_by(flat(1.0, 60)))
        assert measured.first_step == 60
        assert measured.amplitude < 0.01

    @pytest.mark.parametrize("period", [3.3, 8, 15])
    def test_the_amplitude_of_a_swing_is_almost_its_height(self, period: float) -> None:
        assert swings(flat(2.0, 300).plus(swing(0.5, period, 300))).amplitude == pytest.approx(0.95, rel=0.1)

    @pytest.mark.parametrize("period", [5, 10, 15])
    def test_a_swing_turns_twice_a_period(self, period: int) -> None:
        measured = swings(flat(2.0, 300).plus(swing(0.5, period, 300)))
        assert measured.reversals == pytest.approx(2 * 150 / period, abs=2)

    def test_slow_swings_remember_zigzags_recoil_noise_does_neither(self) -> None:
        assert swings(flat(2.0, 400).plus(swing(0.5, 20, 400))).memory > 0.9
        assert swings(flat(2.0, 400).plus(swing(0.5, 2.1, 400))).memory < -0.9
        assert abs(swings(flat(2.0, 400).noisy(0.5)).memory) < 0.2

    def test_swings_that_die_out_do_not_last(self) -> None:
        steady = swings(flat(2.0).plus(swing(0.5, 7)))
        dying = swings(flat(2.0, 80).plus(swing(0.5, 7, 80)).followed_by(flat(2.0, 40)))
        assert steady.lasting == pytest.approx(1.0, abs=0.1)
        assert dying.lasting < 0.1

    def test_the_noise_of_blocks_is_no_swing(self) -> None:
        assert not swings(flat(2.0, 5000).noisy(0.5), Axis.STEP).beyond_noise

    def test_a_slow_swing_of_blocks_is_one(self) -> None:
        assert swings(flat(2.0, 5000).noisy(0.1).plus(swing(0.5, 500, 5000)), Axis.STEP).beyond_noise

    def test_single_steps_are_noisy_single_epochs_are_not(self) -> None:
        curve = flat(2.0, 400).noisy(0.5)
        assert not swings(curve, Axis.STEP).beyond_noise
        assert swings(curve, Axis.EPOCH).beyond_noise


class TestLost:
    WAVE = given(8.0 - 7.0 * geometric(1.0, 0.2).values * np.cos(np.arange(120) * 2 * np.pi / 14))

    @pytest.mark.parametrize("every", [slice(None), slice(0, None, 2), slice(1, None, 2)])
    def test_a_wave_passes_its_lowest_in_few_points(self, every: slice) -> None:
        assert swings(given(self.WAVE.values[every])).gain_is_lost

    def test_one_low_value_of_noise_is_luck(self) -> None:
        assert not swings(flat(8.0).noisy(1.0).with_value(7, 2.0)).gain_is_lost


class TestDetrended:
    @pytest.mark.parametrize("curve", [line(2.0, 1.0), line(1.0, 2.0), flat(3.0), decay(2.0, 1.0)])
    def test_a_trend_is_no_swing(self, curve: Curve) -> None:
        assert np.abs(detrended(curve.values)).max() < 1e-9

    def test_a_fall_in_steps_is_no_swing(self) -> None:
        steps = flat(3.0, 40).followed_by(flat(2.0, 40)).followed_by(flat(1.0, 40))
        assert np.abs(detrended(steps.values)).max() < 1e-9

    def test_a_swing_on_a_falling_line_stays(self) -> None:
        deviation = detrended(line(2.0, 1.0, 300).plus(swing(0.5, 10, 300)).values)
        assert np.percentile(deviation, 90) - np.percentile(deviation, 10) == pytest.approx(0.95, rel=0.15)

    def test_a_spike_is_drawn_in(self) -> None:
        calm = flat(1.0).plus(swing(0.1, 10))
        assert np.abs(detrended(calm.with_value(60, 500.0).values)).max() < 1.0


class TestNeverRising:
    @each(VALUES)
    def test_it_never_rises(self, values: list[float]) -> None:
        assert (np.diff(never_rising(np.array(values))) <= 1e-6).all()

    @each(VALUES)
    def test_it_keeps_the_mean(self, values: list[float]) -> None:
        assert never_rising(np.array(values)).mean() == pytest.approx(np.mean(values), abs=1e-3)

    @each(VALUES)
    def test_a_curve_that_never_rises_is_its_own(self, values: list[float]) -> None:
        falling = np.array(sorted(values, reverse=True))
        assert never_rising(falling) == pytest.approx(falling)

    @each(VALUES, st.integers(0, 2**32 - 1))
    def test_no_other_such_curve_is_nearer(self, values: list[float], seed: int) -> None:
        wanted = np.array(values)
        nearest = never_rising(wanted)
        other = np.sort(nearest + np.random.default_rng(seed).normal(0, 1 + np.abs(nearest), len(wanted)))[::-1]
        assert ((wanted - nearest) ** 2).sum() <= ((wanted - other) ** 2).sum() * (1 + 1e-9) + 1e-6


class TestTurningPoints:
    @pytest.mark.parametrize(
        ("values", "least", "turns"),
        [
            ([0, 1, 0, 1, 0], 0.5, [1, 2, 3]),
            ([0, 1, 0.8, 2, 0], 0.5, [3]),  # a small step back is no turn
            ([0, 1, 2, 3], 0.5, []),
            ([2, 1.6, 2.2, 1.2], 0.5, [2]),  # where the first rise begins is not known to be a turn
            ([0, 0.1, 0, 0.1], 0.5, []),
            ([], 0.5, []),
        ],
    )
    def test_a_turn_is_where_a_curve_goes_back_by_enough(
        self, values: list[float], least: float, turns: list[int]
    ) -> None:
        assert turning_points(np.array(values, dtype=float), least) == turns

    @each(VALUES, st.floats(0.1, 1e5))
    def test_neighbouring_turns_lie_at_least_that_far_apart(self, values: list[float], least: float) -> None:
        turns = np.array(values)[turning_points(np.array(values), least)]
        assert (np.abs(np.diff(turns)) >= least).all()

    @each(VALUES, st.floats(0.1, 1e5), st.integers(1, 4))
    def test_as_many_as_are_asked_for_are_the_first_of_all(self, values: list[float], least: float, most: int) -> None:
        assert turning_points(np.array(values), least, most) == turning_points(np.array(values), least)[:most]


def test_a_loss_thrown_above_its_start_is_there_for_a_share_of_the_run() -> None:
    thrown = flat(1.0, 30).followed_by(flat(3.0, 40)).followed_by(flat(0.8, 30))
    assert swings(thrown).above_start == pytest.approx(0.4, abs=0.02)
    assert swings(decay(2.0, 0.5, 100)).above_start == 0
    assert swings(line(-1.0, 3.0, 100)).above_start == 0


@pytest.mark.parametrize(("thrown", "times"), [((60, 300), 0), (range(60, 380, 32), 10)])
def test_a_loss_is_thrown_again_and_again_where_that_is_no_rare_event(thrown: Sequence[int], times: int) -> None:
    curve = flat(1.0, 400).noisy(0.05)
    for at in thrown:
        curve = curve.with_value(at, 10.0 + at / 10)
    assert swings(curve).thrown_again == times


def test_parts_that_take_turns_come_around() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(120)
    assert swings(given(np.tile([3.0, 1.0, 1.2], 40) + noise), Axis.STEP).takes_turns


def test_a_zigzag_and_a_wave_take_no_turns() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(120)
    for curve in (given([3.0, 1.0] * 60), flat(2.0, 120).plus(swing(1.0, 5, 120))):
        assert not swings(given(curve.values + noise), Axis.STEP).takes_turns
