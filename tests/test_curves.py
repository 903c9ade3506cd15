"""The made-up curves that examples are built from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from logdoctor.curves import POINTS, Curve, cosine, decay, flat, geometric, given, line, rise, swing

LEVEL = st.floats(-1e6, 1e6)
LENGTH = st.integers(2, 300)


class TestShapes:
    def test_all_have_the_usual_length(self) -> None:
        shapes = [
            decay(2.0, 1.0),
            line(2.0, 1.0),
            rise(1.0),
            flat(1.0),
            swing(1.0, 5),
            geometric(1.0, 2.0),
            cosine(1.0),
        ]
        assert {len(one.values) for one in shapes} == {POINTS}

    def test_half_of_the_way_is_left_after_a_half_life(self) -> None:
        curve = decay(3.0, 1.0, 101, half_life=0.1)
        assert curve.values[[0, 10, 20]] == pytest.approx([3.0, 2.0, 1.5])

    @each(LEVEL, LEVEL, LENGTH)
    def test_a_decay_stays_between_its_ends(self, start: float, end: float, points: int) -> None:
        values = decay(start, end, points).values
        low, high = sorted((start, end))
        slack = 1e-9 * max(abs(start), abs(end))
        assert values.min() >= low - slack
        assert values.max() <= high + slack

    def test_a_line_goes_from_one_end_to_the_other(self) -> None:
        assert line(1.0, 2.0, 3).values.tolist() == [1.0, 1.5, 2.0]

    def test_a_rise_begins_at_zero(self) -> None:
        assert rise(2.0, 3).values.tolist() == [0.0, 1.0, 2.0]

    def test_a_swing_comes_back_after_its_period(self) -> None:
        values = swing(0.5, 8, 17).values
        assert values[[0, 8, 16]] == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
        assert values.max() == pytest.approx(0.5)

    def test_a_geometric_curve_rises_in_equal_ratios(self) -> None:
        values = geometric(1e-6, 1.0, 7).values
        assert values[1:] / values[:-1] == pytest.approx([10.0] * 6)

    def test_a_cosine_schedule_restarts(self) -> None:
        values = cosine(0.1, 100, cycles=4).values
        assert np.flatnonzero(np.isclose(values, 0.1)).tolist() == [0, 25, 50, 75]
        assert values.min() < 0.001

    def test_a_cosine_schedule_ends_at_its_floor(self) -> None:
        assert cosine(1.0, 1000, floor=0.1).values[-1] == pytest.approx(0.1, abs=1e-4)

    @pytest.mark.parametrize("make", [lambda: decay(2.0, 1.0, 1), lambda: line(2.0, 1.0, 1), lambda: flat(2.0, 1)])
    def test_one_point_is_the_start(self, make: type[Curve]) -> None:
        assert make().values.tolist() == [2.0]  # type: ignore[call-arg]


class TestPieces:
    @each(LEVEL, LEVEL)
    def test_what_comes_then_begins_where_the_first_piece_ends(self, first: float, second: float) -> None:
        joined = flat(first, 3).then(line(second, second + 1.0, 3)).values
        assert joined[3] == pytest.approx(first)
        assert joined[5] - joined[3] == pytest.approx(1.0, abs=1e-6)

    def test_what_follows_stays_at_its_own_level(self) -> None:
        assert flat(1.0, 2).followed_by(flat(5.0, 2)).values.tolist() == [1.0, 1.0, 5.0, 5.0]

    def test_values_are_replaced_from_a_point_on(self) -> None:
        assert flat(1.0, 5).with_value(1, 7.0, 8.0).values.tolist() == [1.0, 7.0, 8.0, 1.0, 1.0]

    def test_replacing_leaves_the_first_curve_alone(self) -> None:
        curve = flat(1.0, 3)
        curve.with_value(0, 9.0)
        assert curve.values.tolist() == [1.0, 1.0, 1.0]

    def test_curves_add_point_by_point(self) -> None:
        assert flat(1.0, 3).plus(given([1, 2, 3])).values.tolist() == [2.0, 3.0, 4.0]

    def test_another_unit_is_a_factor(self) -> None:
        assert flat(2.0, 2).scaled(1.5).values.tolist() == [3.0, 3.0]


class TestLogging:
    def test_every_step_has_a_value_unless_it_is_left_out(self) -> None:
        curve = given([5.0, 6.0, 7.0, 8.0, 9.0]).without(1, 2)
        assert curve.steps.tolist() == [0, 3, 4]
        assert curve.values.tolist() == [5.0, 8.0, 9.0]

    def test_steps_left_out_one_after_another_add_up(self) -> None:
        assert flat(1.0, 10).without(1, 3).without(2, 5).without(8, 20).steps.tolist() == [0, 6, 7]

    def test_wall_times_add_up_what_each_value_took(self) -> None:
        curve = flat(1.0, 3).each_taking(given([1.0, 2.0, 4.0]))
        assert curve.wall_times is not None
        assert np.diff(curve.wall_times).tolist() == [2.0, 4.0]
        assert flat(1.0).wall_times is None

    def test_what_is_left_out_takes_its_time_with_it(self) -> None:
        curve = flat(1.0, 4).each_taking(flat(1.0, 4)).without(1, 2)
        assert curve.wall_times is not None
        assert np.diff(curve.wall_times).tolist() == [3.0]


class TestNoise:
    def test_the_same_seed_gives_the_same_noise(self) -> None:
        assert np.array_equal(flat(1.0).noisy(0.1).values, flat(1.0).noisy(0.1).values)
        assert not np.array_equal(flat(1.0).noisy(0.1).values, flat(1.0).noisy(0.1, seed=1).values)

    def test_noise_is_as_wide_as_asked(self) -> None:
        assert np.std(flat(0.0, 10_000).noisy(0.3).values) == pytest.approx(0.3, rel=0.05)

    def test_heavy_tailed_noise_multiplies(self) -> None:
        values = flat(5.0, 10_000).heavy_tailed(0.5).values
        assert values.min() > 0
        assert np.median(values) == pytest.approx(5.0, rel=0.05)
        assert np.std(np.log(values)) == pytest.approx(0.5, rel=0.05)
