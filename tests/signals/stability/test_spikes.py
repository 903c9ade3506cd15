"""Excursions of a loss, against curves with and without them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from logdoctor import Series, TrainLoss
from logdoctor.curves import Curve, decay, flat, geometric, given, line
from logdoctor.signals import Spikes, Unmeasurable
from logdoctor.signals.stability.spikes import BACK, at_least_rounding, last_digit, points_away, same_again


def spikes(curve: Curve) -> Spikes[TrainLoss]:
    return Spikes.measure(Series.of("loss", np.arange(len(curve.values)), curve.values))


def test_a_short_series_has_no_before() -> None:
    with pytest.raises(Unmeasurable, match="loss has 19 values, fewer than 20"):
        spikes(flat(1.0, 19))


@pytest.mark.parametrize("points", [120, 2000])
def test_a_jump_is_found_where_it_is(points: int) -> None:
    at = points // 2
    (found,) = spikes(decay(2.3, 0.3, points).noisy(0.02).with_value(at, 9.0, 3.0)).found
    assert (found.index, found.last, found.peak, found.recovered) == (at, at + 1, 9.0, True)
    assert found.level == pytest.approx(0.35, abs=0.1)
    assert found.height == found.peak - found.level
    assert found.fallen == pytest.approx(2.0, abs=0.2)


def test_a_jump_that_stays_is_one_excursion_that_does_not_recover() -> None:
    (found,) = spikes(flat(1.0, 60).noisy(0.02).followed_by(flat(5.0, 60).noisy(0.02))).found
    assert (found.index, found.last, found.recovered) == (60, 119, False)


def test_a_slow_recovery_ends_where_a_fifth_of_the_height_is_left() -> None:
    (found,) = spikes(flat(1.0, 60).noisy(0.01).followed_by(line(11.0, 1.0, 60))).found
    assert found.index == 60
    assert found.last == pytest.approx(60 + 0.8 * 60, abs=2)


def test_every_jump_is_found_once_and_in_order() -> None:
    curve = flat(1.0, 400).noisy(0.02).with_value(100, 5.0).with_value(200, 9.0, 7.0).with_value(300, 4.0)
    assert [(one.index, one.last) for one in spikes(curve).found] == [(100, 100), (200, 201), (300, 300)]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("points", [60, 400, 5000])
def test_normal_noise_is_no_excursion(points: int, seed: int) -> None:
    assert spikes(decay(2.3, 0.3, points).noisy(0.1, seed)).found == ()


@pytest.mark.parametrize(
    "curve", [decay(2.3, 0.2), line(9.0, 1.0), flat(1.0), decay(5.0, 0.1, 20), given([*np.geomspace(1e5, 1e-5, 200)])]
)
def test_a_curve_that_never_rises_has_no_excursion(curve: Curve) -> None:
    assert spikes(curve).found == ()


def test_a_jump_below_the_level_is_none() -> None:
    assert spikes(flat(5.0).noisy(0.02).with_value(60, 0.1)).found == ()


def test_nan_is_no_excursion() -> None:
    assert spikes(flat(5.0).noisy(0.02).with_value(60, np.nan, np.inf)).found == ()


class TestTail:
    def test_the_tail_is_the_height_of_one_ordinary_point_in_a_hundred(self) -> None:
        assert spikes(flat(2.0, 20_000).noisy(0.1)).tail == pytest.approx(0.2326, rel=0.1)

    def test_one_event_is_no_part_of_the_tail(self) -> None:
        calm = flat(2.0, 2000).noisy(0.1)
        assert spikes(calm.with_value(1000, 50.0)).tail == pytest.approx(spikes(calm).tail, rel=0.05)

    def test_the_tail_of_an_early_jump_is_that_of_the_points_around_it(self) -> None:
        early = given(flat(1.0, 1000).heavy_tailed(1.2).values)
        found = spikes(early.with_value(400, 40.0).followed_by(flat(1.0, 20_000).noisy(0.1)))
        jump = next(one for one in found.found if one.index == 400)
        assert found.tail_at(jump) > 3 * found.tail

    def test_a_loss_that_never_rises_has_no_tail(self) -> None:
        assert spikes(line(2.0, 1.0)).tail == pytest.approx(0.0, abs=1e-12)

    @pytest.mark.parametrize("every", [1, 2, 4])
    def test_a_fall_hides_no_noise_however_coarse_the_log(self, every: int) -> None:
        noise = flat(0.0, 800).noisy(0.05)
        falling, level = line(4.0, 1.0, 800).plus(noise), flat(1.0, 800).plus(noise)
        tails = [spikes(given(one.values[::every])).tail for one in (falling, level)]
        assert tails[0] == pytest.approx(tails[1], rel=0.3)


def test_the_same_rows_make_the_same_jump_again() -> None:
    jumps = [20.0 if i % 40 == 25 else 0.0 for i in range(400)]
    assert len(same_again(spikes(decay(1.0, 0.4, 400).noisy(0.05).plus(given(jumps))))) == 10


def test_jumps_of_all_sizes_are_not_the_same() -> None:
    jumps = [5.0 + i / 10 if i % 40 == 25 else 0.0 for i in range(400)]
    assert same_again(spikes(decay(1.0, 0.4, 400).noisy(0.05).plus(given(jumps)))) == ()


def test_jumps_of_a_short_while_are_one_event() -> None:
    jumps = [20.0 if i in {200, 210, 220, 230} else 0.0 for i in range(400)]
    assert same_again(spikes(decay(1.0, 0.4, 400).noisy(0.05).plus(given(jumps)))) == ()


def test_a_fifth_of_a_giant_jump_is_not_back() -> None:
    """Thirteen powers of ten up in one epoch, and down again over the next ten."""
    values = decay(1.0, 0.04, 40).followed_by(geometric(1e12, 0.05, 14)).followed_by(flat(0.04, 46)).noisy(0.001)
    series = Series.of("loss", range(100), values.values)
    spike = max(Spikes.measure(series).found, key=lambda one: one.height)
    assert spike.recovered
    assert points_away(spike, series) in {13, 14}


def test_a_loss_that_comes_down_to_guessing_is_not_back() -> None:
    values = decay(2.3, 1.3, 60).noisy(0.02).followed_by(given([3100.0, 7040.0, 71.0])).followed_by(flat(2.31, 37))
    series = Series.of("loss", range(100), values.values)
    spike = max(Spikes.measure(series).found, key=lambda one: one.height)
    assert spike.recovered
    assert points_away(spike, series) is None


def test_a_jump_to_some_times_the_level_is_back_where_a_fifth_is_left() -> None:
    values = decay(5.0, 1.0, 60, half_life=0.05).noisy(0.01).with_value(50, 5.0, 3.0, 1.5)
    series = Series.of("loss", range(60), values.values)
    assert points_away(Spikes.measure(series).found[0], series) == 2


@each(st.lists(st.floats(-1e3, 1e3).map(lambda one: round(one, 2)), min_size=2, max_size=40), st.floats(0, 1))
def test_what_rounding_makes_of_noise_is_that_of_the_smallest_step_of_all(values: list[float], noise: float) -> None:
    logged = np.array(values)
    assert at_least_rounding(noise, logged) == max(noise, last_digit(logged) / np.sqrt(12))


@pytest.mark.parametrize("lasts", [1, 2, 6, 7, 8, 9, 63, 64, 65, 200])
def test_an_excursion_lasts_until_a_fifth_of_its_height_is_left_however_long(lasts: int) -> None:
    heights = [5.0 + 3.0 * (one == lasts // 2) for one in range(lasts)]
    curve = flat(1.0, 100).noisy(0.01).followed_by(given(heights)).followed_by(flat(1.0, 100).noisy(0.01))
    (found,) = spikes(curve).found
    assert (found.index, found.last, found.recovered) == (100, 99 + lasts, True)
    left = curve.values[found.index : found.last + 1] - found.level
    assert (left > BACK * np.maximum.accumulate(left)).all()
    assert found.peak == max(heights)
