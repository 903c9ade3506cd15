"""Level and noise of a series, against curves whose level and noise are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import given as each
from hypothesis import strategies as st

from logdoctor import Axis, Series, TrainLoss
from logdoctor.curves import Curve, decay, flat, given, line
from logdoctor.signals import Trend, Unmeasurable
from logdoctor.signals.statistics.smoothing import MAX_BLOCKS, block_medians, block_size, running_median

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60)


def trend(curve: Curve) -> Trend[TrainLoss]:
    return Trend.measure(Series.of("loss", np.arange(len(curve.values)), curve.values))


class TestMeasure:
    @pytest.mark.parametrize("values", [[], [1.0], [np.nan, np.inf, 2.0]])
    def test_fewer_than_two_finite_values_have_no_trend(self, values: list[float]) -> None:
        with pytest.raises(Unmeasurable, match=rf"loss has {np.isfinite(values).sum()} finite values"):
            trend(given(values))

    @each(VALUES)
    def test_every_series_of_two_values_and_more_has_one(self, values: list[float]) -> None:
        measured = trend(given(values))
        assert len(measured.level) == len(measured.steps)
        assert np.isfinite([*measured.level, measured.noise, measured.start, measured.end, measured.level_noise]).all()
        assert measured.noise >= 0

    @each(VALUES)
    def test_the_level_stays_within_the_values(self, values: list[float]) -> None:
        measured = trend(given(values))
        assert min(values) <= measured.best <= measured.end <= max(values) or measured.best <= max(values)
        assert min(values) <= measured.level.min()
        assert measured.level.max() <= max(values)

    @each(VALUES, st.floats(0.01, 100.0))
    def test_another_unit_scales_level_and_noise(self, values: list[float], factor: float) -> None:
        one, other = trend(given(values)), trend(given(values).scaled(factor))
        scale = max(map(abs, values)) * factor
        assert other.level == pytest.approx(one.level * factor, abs=1e-9 * scale)
        assert other.noise == pytest.approx(one.noise * factor, abs=1e-6 * scale)

    def test_nan_and_the_branch_that_a_restart_gave_up_do_not_count(self) -> None:
        series = Series.of("loss", [0, 1, 2, 1, 2, 3], [5.0, 4.0, 900.0, np.nan, 3.0, 2.0])
        assert Trend[TrainLoss].measure(series).series.values.tolist() == [5.0, 3.0, 2.0]


class TestRise:
    @pytest.mark.parametrize(("axis", "reached"), [(Axis.EPOCH, 0.9), (Axis.STEP, 1.5)])
    def test_two_low_epochs_are_a_level_and_two_low_steps_are_not(self, axis: Axis, reached: float) -> None:
        curve = flat(1.7, 6).followed_by(given([0.9, 0.7])).followed_by(flat(1.5, 12))
        series = Series.of("loss", np.arange(len(curve.values)), curve.values, axis=axis)
        assert Trend[TrainLoss].measure(series).reached == pytest.approx(reached)


class TestNoise:
    @pytest.mark.parametrize("points", [40, 120, 500, 999, 1000, 5000, 20_000])
    @pytest.mark.parametrize("sigma", [0.01, 0.2])
    def test_the_noise_of_a_long_series_is_found_to_a_quarter(self, points: int, sigma: float) -> None:
        found = np.median([trend(flat(2.0, points).noisy(sigma, seed)).noise for seed in range(20)])
        assert found == pytest.approx(sigma, rel=0.25)

    @pytest.mark.parametrize("points", [5, 6, 9])
    def test_the_noise_of_a_short_series_is_found_to_a_factor_of_two(self, points: int) -> None:
        found = np.median([trend(flat(2.0, points).noisy(0.1, seed)).noise for seed in range(300)])
        assert 0.05 < found < 0.2

    @pytest.mark.parametrize("points", [5, 9, 120, 5000])
    def test_a_straight_fall_is_no_noise(self, points: int) -> None:
        assert trend(line(2.0, 1.0, points)).noise < 0.01

    @pytest.mark.parametrize("fall", [1.0, 5.0, 50.0])
    def test_a_slope_does_not_hide_the_noise(self, fall: float) -> None:
        assert trend(line(fall, 0.0, 100).noisy(0.01)).noise == pytest.approx(0.01, rel=0.3)

    @pytest.mark.parametrize("points", [120, 5000])
    def test_outliers_move_neither_level_nor_noise(self, points: int) -> None:
        calm = flat(2.0, points).noisy(0.05)
        wild = calm.with_value(points // 3, 900.0, 900.0).with_value(2 * points // 3, -50.0)
        assert trend(wild).noise == pytest.approx(trend(calm).noise, rel=0.2)
        assert np.abs(trend(wild).level - 2.0).max() < 0.2

    def test_rounding_is_the_least_noise(self) -> None:
        assert trend(flat(2.0)).noise == pytest.approx(2e-6)

    @pytest.mark.parametrize("points", [90, 900, 5000])
    def test_a_fall_is_as_sure_as_the_noisier_of_its_ends_lets_it_be(self, points: int) -> None:
        """Of curves that do not fall, the noise of the beginning makes up most of what they seem to."""
        curves = [
            flat(2.0, points // 3).noisy(0.1, seed).followed_by(flat(2.0, 2 * points // 3).noisy(0.02, seed + 50))
            for seed in range(50)
        ]
        assert 0.6 < np.std([trend(one).sure_fall for one in curves]) < 1.4

    @pytest.mark.parametrize("points", [120, 5000])
    def test_the_level_is_less_noisy_than_the_points_by_what_it_says(self, points: int) -> None:
        measured = [trend(flat(2.0, points).noisy(0.1, seed)) for seed in range(20)]
        spread = np.mean([np.std(one.level[5:-5]) for one in measured])
        assert np.mean([one.level_noise for one in measured]) == pytest.approx(spread, rel=0.3)


class TestPlaces:
    def test_a_decay_starts_ends_and_falls_where_it_was_made_to(self) -> None:
        measured = trend(decay(2.3, 0.5, 2000).noisy(0.01))
        assert measured.start == pytest.approx(2.3, abs=0.05)
        assert measured.end == pytest.approx(0.5, abs=0.02)
        assert measured.fall == pytest.approx(1.8, abs=0.06)

    def test_the_lowest_level_is_dated_to_half_a_percent_of_the_run(self) -> None:
        curve = line(2.0, 1.0, 3000).then(line(1.0, 2.0, 3000))
        assert trend(curve).best_step == pytest.approx(3000, abs=60)

    def test_a_loss_that_falls_within_the_first_block_starts_at_its_first_value(self) -> None:
        assert trend(given([9.0]).followed_by(flat(1.0, 1999))).start == 9.0

    def test_a_loss_that_explodes_within_the_first_block_began_at_its_first_value(self) -> None:
        assert trend(given([1.0]).followed_by(flat(9.0, 1999))).initial == 1.0

    def test_the_end_is_the_last_tenth(self) -> None:
        assert trend(flat(2.0, 90).followed_by(flat(1.0, 10))).end == 1.0
        assert trend(flat(2.0, 97).followed_by(flat(1.0, 3))).end == 2.0

    def test_a_share_of_the_run_is_a_place_on_the_level(self) -> None:
        measured = trend(line(2.0, 1.0, 1001))
        assert [measured.at(share) for share in (0.0, 0.5, 1.0)] == pytest.approx([2.0, 1.5, 1.0], abs=0.01)

    def test_the_level_since_a_step_begins_there(self) -> None:
        assert len(trend(flat(1.0, 100)).since(40)) == 60

    @each(VALUES)
    def test_thirds_are_levels_of_the_run(self, values: list[float]) -> None:
        assert all(min(values) <= one <= max(values) for one in trend(given(values)).thirds)


class TestSettled:
    def test_a_curve_has_settled_from_where_it_stays_near(self) -> None:
        measured = trend(line(2.0, 1.0, 60).followed_by(flat(1.0, 60)))
        assert measured.settled(1.0, 0.1) == pytest.approx(54, abs=3)

    def test_a_curve_that_ends_elsewhere_never_settles(self) -> None:
        measured = trend(line(2.0, 1.0))
        assert measured.settled(5.0, 0.1) == len(measured.level)

    def test_a_curve_that_is_there_all_along_has_settled_at_once(self) -> None:
        assert trend(flat(1.0)).settled(1.0, 0.0) == 0

    @pytest.mark.parametrize("seed", range(10))
    def test_noise_does_not_unsettle(self, seed: int) -> None:
        assert trend(flat(1.0, 5000).noisy(0.3, seed)).settled(1.0, 0.01) == 0


class TestBlocks:
    @each(st.integers(1, 10**7))
    def test_a_level_never_has_more_than_the_most_blocks_once_points_are_grouped(self, n: int) -> None:
        block = block_size(n)
        assert block == 1 or -(-n // block) <= MAX_BLOCKS
        assert block == 1 or n >= 1000

    @each(VALUES, st.integers(2, 9))
    def test_each_block_is_the_median_of_its_points(self, values: list[float], block: int) -> None:
        wanted = [np.median(values[i : i + block]) for i in range(0, len(values), block)]
        assert block_medians(np.array(values), block) == pytest.approx(wanted)

    @each(VALUES)
    def test_a_running_median_is_the_median_of_neighbours(self, values: list[float]) -> None:
        assume(len(values) >= 5)
        wanted = [np.median(values[max(0, i - 2) : i + 3]) for i in range(len(values))]
        assert running_median(np.array(values), 5) == pytest.approx(wanted)


@pytest.mark.parametrize(("last", "shown"), [(0.19, True), (1e-6, False)])
def test_the_last_of_few_values_is_the_end_unless_batches_differ_by_as_much_as_they_cost(
    last: float, *, shown: bool
) -> None:
    spread = np.tile([0.2, 0.21, 0.19], 16) if shown else np.tile([1e-3, 4e-2, 1e-4, 8e-3], 12)
    measured: Trend[TrainLoss] = Trend.measure(Series("loss", np.arange(49), np.append(spread, last)))
    assert (measured.last_shown == last) is shown
