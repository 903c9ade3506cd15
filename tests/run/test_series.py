"""A series keeps every point in the order of writing; its curve is what a restart left standing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logdoctor.run import Axis, Series
from logdoctor.run.series import same_axis

STEPS = st.lists(st.integers(-3, 30), max_size=40)
VALUES = st.floats(allow_nan=True, allow_infinity=True, width=32)


def numbered(steps: list[int]) -> Series:
    """Return a series whose values number its points in the order of writing."""
    return Series.of("loss", steps, range(len(steps)))


class TestOf:
    def test_steps_are_integers_and_values_floats_whatever_comes_in(self) -> None:
        series = Series.of("loss", (0, 1), [1, 2], wall_times=(5, 6))
        assert series.steps.dtype == np.int64
        assert series.values.dtype == np.float64
        assert series.wall_times is not None
        assert series.wall_times.dtype == np.float64

    @pytest.mark.parametrize(
        ("steps", "values", "times"), [([0], [1.0, 2.0], None), ([0, 1], [1.0], None), ([0], [1.0], [5.0, 6.0])]
    )
    def test_lengths_that_differ_are_refused(
        self, steps: list[int], values: list[float], times: list[float] | None
    ) -> None:
        with pytest.raises(ValueError, match="loss: "):
            Series.of("loss", steps, values, times)

    def test_a_series_may_be_empty(self) -> None:
        empty = Series.of("loss", [], [])
        assert len(empty) == len(empty.curve) == len(empty.finite) == len(empty.rewinds) == 0


class TestCurve:
    @pytest.mark.parametrize(
        ("steps", "kept"),
        [
            ([0, 1, 2], [0, 1, 2]),
            ([0, 1, 1, 2], [0, 2, 3]),  # the same step again: the later value
            ([0, 1, 2, 3, 1, 2], [0, 4, 5]),  # resumed: the later branch, though it did not come as far
            ([0, 1, 2, 0, 1, 2], [3, 4, 5]),  # begun again
            ([0, 10, 20, 5, 15, 7, 9], [0, 3, 5, 6]),  # resumed twice
            ([3], [0]),
        ],
    )
    def test_the_later_branch_replaces_the_earlier(self, steps: list[int], kept: list[int]) -> None:
        assert numbered(steps).curve.values.tolist() == kept

    @given(STEPS)
    def test_steps_rise_strictly(self, steps: list[int]) -> None:
        assert (np.diff(numbered(steps).curve.steps) > 0).all()

    @given(STEPS)
    def test_a_point_stays_when_no_later_point_has_its_step_or_a_lower_one(self, steps: list[int]) -> None:
        astray = {i for i in range(1, len(steps) - 1) if steps[i] < max(steps[:i]) < steps[i + 1]}
        if astray and max(steps[:-2]) < steps[-1] < steps[-2]:
            astray.add(len(steps) - 1)
        line = [(i, step) for i, step in enumerate(steps) if i not in astray]
        stays = [i for i, step in enumerate(steps) if all(later > step for j, later in line if j > i)]
        stays = [i for i in stays if i not in astray or steps[i] >= min(0, steps[0])]
        taken = {steps[i] for i in stays if i not in astray}
        firsts = {steps[i]: i for i in reversed(stays) if i in astray and steps[i] not in taken}
        stays = [i for i in stays if i not in astray or i in firsts.values()]
        assert numbered(steps).curve.values.tolist() == sorted(stays, key=lambda i: steps[i])

    @pytest.mark.parametrize(
        ("steps", "kept"),
        [
            ([10, 20, 30, 2, 40], [3, 0, 1, 2, 4]),  # 2 instead of 32, as a torn line leaves it
            ([10, 20, 30, 10, 40], [0, 1, 2, 4]),  # its step is taken
            ([2, 1, 4, 3, 5], [1, 0, 3, 2, 4]),  # two processes log in turn
            ([2, 1, 4, 3, 6, 5], [1, 0, 3, 2, 5, 4]),  # and the later step is not the last to come
            ([1, 2, 3, 5, 4], [0, 1, 2, 4]),  # what comes late once, at the end, may be a restart
            ([10, 20, -1, 30], [0, 1, 3]),  # no step is below zero, unless the first one is
            ([-2, 0, -1, 1], [0, 2, 1, 3]),
            ([10, 20, 30, 15, 40, 5, 6], [5, 6]),  # a restart takes what came late, too
        ],
    )
    def test_a_point_astray_begins_nothing_anew(self, steps: list[int], kept: list[int]) -> None:
        assert numbered(steps).curve.values.tolist() == kept

    def test_an_end_that_only_says_again_what_is_there_drops_nothing(self) -> None:
        best = Series.of("loss", [1, 2, 3, 4, 3], [4.0, 2.0, 1.0, 1.5, 1.0])
        assert best.curve.steps.tolist() == [1, 2, 3, 4]
        assert best.rewinds.tolist() == [4]

    @pytest.mark.parametrize(
        ("steps", "values"),
        [
            ([1, 2, 3, 4, 3], [4.0, 2.0, 1.0, 1.5, 1.25]),  # another value
            ([1, 2, 3, 4, 2, 3], [4.0, 2.0, 1.0, 1.5, 2.0, 1.25]),  # the same seed, and then another value
            ([1, 2, 3, 4, 2, 3], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),  # a value that tells nothing
            ([1, 2, 4, 3], [4.0, 2.0, 1.0, 1.0]),  # a step that was not there
        ],
    )
    def test_an_end_that_says_anything_else_is_a_branch(self, steps: list[int], values: list[float]) -> None:
        assert Series.of("loss", steps, values).curve.steps.tolist() == [1, 2, 3]

    @given(STEPS)
    def test_the_curve_of_a_curve_is_itself(self, steps: list[int]) -> None:
        curve = numbered(steps).curve
        assert curve.curve is curve

    @given(STEPS)
    def test_both_branches_stay_in_the_series(self, steps: list[int]) -> None:
        series = numbered(steps)
        assert len(series.curve) <= len(series) == len(steps)
        assert series.steps.tolist() == steps

    def test_wall_times_go_with_their_points(self) -> None:
        series = Series.of("loss", [0, 1, 1], [3.0, 2.0, 1.0], wall_times=[10.0, 11.0, 12.0])
        assert series.curve.wall_times is not None
        assert series.curve.wall_times.tolist() == [10.0, 12.0]


class TestRewinds:
    @pytest.mark.parametrize(
        ("steps", "rewinds"),
        [([0, 1, 2], []), ([0, 1, 1], []), ([0, 2, 1], [2]), ([5, 0, 1, 0], [1, 3]), ([0, 2, 1, 3], []), ([], [])],
    )
    def test_a_rewind_is_a_step_below_the_one_before_from_which_the_log_goes_on(
        self, steps: list[int], rewinds: list[int]
    ) -> None:
        assert numbered(steps).rewinds.tolist() == rewinds


class TestFinite:
    @given(st.lists(st.tuples(st.integers(0, 30), VALUES), max_size=40))
    def test_finite_points_are_those_of_the_curve_that_are_numbers(self, points: list[tuple[int, float]]) -> None:
        series = Series.of("loss", [step for step, _ in points], [value for _, value in points])
        wanted = [(s, v) for s, v in zip(series.curve.steps, series.curve.values, strict=True) if np.isfinite(v)]
        assert list(zip(series.finite.steps, series.finite.values, strict=True)) == wanted

    def test_a_value_that_was_logged_again_as_nan_is_not_brought_back(self) -> None:
        assert len(Series.of("loss", [0, 0], [1.0, np.nan]).finite) == 0


class TestTake:
    def test_points_are_taken_by_mask_by_index_and_by_slice(self) -> None:
        series = numbered([0, 10, 20])
        assert series.take(np.array([True, False, True])).steps.tolist() == [0, 20]
        assert series.take(np.array([2, 0])).steps.tolist() == [20, 0]
        assert series.take(slice(1, None)).steps.tolist() == [10, 20]

    def test_what_a_series_is_does_not_change(self) -> None:
        series = Series.of("loss", [0, 1], [1.0, 2.0], axis=Axis.EPOCH)
        assert series.take(slice(1)).axis is Axis.EPOCH
        assert series.take(slice(1)).name == "loss"


def test_what_a_series_is_asked_twice_is_worked_out_once() -> None:
    asked = []

    def total(series: Series) -> float:
        asked.append(series)
        return float(series.values.sum())

    one, other = numbered([1, 2, 3]), numbered([1, 2])
    assert (one.once(total), one.once(total), other.once(total)) == (3.0, 3.0, 1.0)
    assert asked == [one, other]


def test_series_share_an_axis_when_all_count_the_same() -> None:
    epochs, steps = Series.of("a", [0], [1.0], axis=Axis.EPOCH), Series.of("b", [0], [1.0])
    assert same_axis([epochs, epochs])
    assert same_axis([])
    assert not same_axis([epochs, steps])
