"""The logged learning rate: its peak, its restarts, and whether it is a range test."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Axis, example_run
from logdoctor.curves import Curve, cosine, flat, geometric, given, line
from logdoctor.signals import RateRebound, RateReset, Schedule, Unmeasurable

WARM_UP = line(0.0, 1e-3, 20)


def schedule(curve: Curve) -> Schedule:
    return Schedule.measure(example_run(train_loss=flat(1.0), lr=curve))


def rounded(rates: Curve, decimals: int) -> Curve:
    return given(np.round(rates.values, decimals))


@pytest.mark.parametrize("curves", [{}, {"lr": given([0.1])}, {"lr": given([np.nan, 0.1])}])
def test_less_than_two_rates_are_no_schedule(curves: dict[str, Curve]) -> None:
    with pytest.raises(Unmeasurable, match="no learning rate in this run"):
        Schedule.measure(example_run(None, Axis.EPOCH, 0, train_loss=flat(1.0), **curves))


class TestRangeTest:
    @pytest.mark.parametrize("start", [1e-7, 1e-5, 1e-3])
    @pytest.mark.parametrize("points", [20, 100, 1000])
    def test_a_rate_that_rises_through_decades_is_one(self, start: float, points: int) -> None:
        assert schedule(geometric(start, 1.0, points)).is_range_test

    @pytest.mark.parametrize(
        "curve",
        [
            flat(0.1),
            cosine(0.1),
            cosine(0.1, cycles=4),
            line(0.01, 0.02),
            WARM_UP.followed_by(flat(1e-3, 100)),
            WARM_UP.followed_by(cosine(1e-3, 100)),
            geometric(0.1, 1e-6),
            geometric(0.01, 0.1),
            flat(0.0),
        ],
        ids=["constant", "cosine", "restarts", "doubles", "warm-up", "warm-up, cosine", "decay", "a decade", "zero"],
    )
    def test_no_ordinary_schedule_is_one(self, curve: Curve) -> None:
        assert not schedule(curve).is_range_test

    @pytest.mark.parametrize("decimals", [3, 4, 5])
    def test_one_is_known_by_the_few_decimals_of_its_rates(self, decimals: int) -> None:
        assert schedule(rounded(geometric(1e-6, 1.0, 300), decimals)).is_range_test

    @pytest.mark.parametrize("ramp", [line(1e-6, 1e-3, 60), geometric(1e-6, 1e-2, 60)])
    def test_a_rate_that_waits_before_it_is_raised_is_none(self, ramp: Curve) -> None:
        assert not schedule(flat(1e-6, 60).followed_by(ramp)).is_range_test

    @pytest.mark.parametrize("points", [20, 120, 5000])
    def test_a_warm_up_that_the_log_does_not_outlive_is_none(self, points: int) -> None:
        assert not schedule(line(0.0, 1e-3, points)).is_range_test


class TestRates:
    def test_the_peak_is_the_highest_rate(self) -> None:
        assert schedule(WARM_UP.followed_by(cosine(1e-3, 100))).peak == 1e-3

    def test_the_rate_at_a_step_is_the_last_one_logged(self) -> None:
        measured = schedule(given([0.1, 0.2, 0.3]))
        assert [measured.at(step) for step in (-5, 0, 1, 2, 99)] == [0.1, 0.1, 0.2, 0.3, 0.3]


class TestRestarts:
    @pytest.mark.parametrize("cycles", [2, 3, 5])
    def test_a_cosine_restarts_once_less_than_it_has_cycles(self, cycles: int) -> None:
        found = schedule(cosine(0.1, 120, cycles=cycles)).restarts
        assert found.tolist() == [120 * i // cycles for i in range(1, cycles)]

    @pytest.mark.parametrize(
        "curve",
        [
            flat(0.1),
            cosine(0.1),
            WARM_UP,
            WARM_UP.followed_by(cosine(1e-3)),
            line(0.1, 0.0),
            line(0.1, 0.0, 100).followed_by(flat(0.0, 20)),
        ],
    )
    def test_a_warm_up_or_a_decay_is_no_restart(self, curve: Curve) -> None:
        assert len(schedule(curve).restarts) == 0


HALF_COSINES = given(0.5 * (1 + np.cos(np.pi * 4 * np.linspace(0, 1, 201))))


class TestBounces:
    def test_a_cosine_stepped_past_its_end_comes_back_up(self) -> None:
        assert schedule(HALF_COSINES).bounces == (RateRebound(0, 50, 100), RateRebound(100, 150, 200))

    @pytest.mark.parametrize(
        "curve",
        [
            cosine(0.1),
            cosine(0.1, cycles=4),
            WARM_UP.followed_by(cosine(1e-3, 100)),
            line(0.004, 0.1, 36).followed_by(cosine(0.1, 84)),
            given(1.02 - np.abs((np.linspace(0, 8, 200) % 2) - 1)),
            cosine(0.1, 60).followed_by(cosine(0.05, 60)),
            flat(0.1),
        ],
        ids=["cosine", "restarts", "warm-up", "one cycle", "triangles", "a lower restart", "constant"],
    )
    def test_no_planned_schedule_does(self, curve: Curve) -> None:
        assert schedule(curve).bounces == ()


class TestReturns:
    def test_a_schedule_that_begins_again_is_found_where_it_jumps(self) -> None:
        whole = cosine(0.1, 400).values
        (found,) = schedule(given([*whole[:220], *whole[:180]])).returns
        assert found == RateReset(220, whole[219], 0.1, repeats=True)

    def test_however_little_it_had_come_down(self) -> None:
        whole = cosine(0.1, 400).values
        (found,) = schedule(given([*whole[:160], *whole[:240]])).returns
        assert found == RateReset(160, whole[159], 0.1, repeats=True)

    def test_a_warm_up_that_is_gone_through_again_too(self) -> None:
        whole = WARM_UP.followed_by(cosine(1e-3, 380)).values
        (found,) = schedule(given([*whole[:150], *whole[:250]])).returns
        assert (found.step, found.after) == (150, 0.0)

    def test_a_rate_above_all_that_was_planned_is_no_repetition(self) -> None:
        (found,) = schedule(cosine(0.1, 300).followed_by(flat(3.0, 100))).returns
        assert (found.step, found.repeats) == (300, False)

    @pytest.mark.parametrize(
        "curve", [cosine(0.1), WARM_UP.followed_by(cosine(1e-3)), flat(0.1, 50).followed_by(flat(0.01, 50))]
    )
    def test_decays_and_warm_ups_are_none(self, curve: Curve) -> None:
        assert schedule(curve).returns == ()


class TestSpent:
    def test_a_constant_rate_is_spent_with_the_steps(self) -> None:
        assert schedule(flat(0.1, 11)).spent == pytest.approx(np.linspace(0, 1, 11))

    def test_a_cosine_has_spent_nearly_all_before_its_end(self) -> None:
        spent = schedule(cosine(0.1, 100)).spent
        assert np.searchsorted(spent, [0.5, 0.99]) == pytest.approx([27, 82], abs=2)

    def test_rates_of_zero_count_as_even(self) -> None:
        assert schedule(flat(0.0, 5)).spent.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]


class TestEnds:
    def test_the_peak_is_where_the_warm_up_ends(self) -> None:
        assert schedule(WARM_UP.followed_by(cosine(1e-3, 100))).peak_step == 19

    def test_a_schedule_is_settled_where_it_moves_no_more(self) -> None:
        assert schedule(line(0.1, 0.0, 50).followed_by(flat(0.0, 150))).settled_step == 49
        assert schedule(flat(0.1)).settled_step == 0


@pytest.mark.parametrize(("last", "died"), [(2e-4, False), (float(np.float32(2e-4)), False), (1.9e-4, True)])
def test_a_staircase_of_two_tenfold_steps_keeps_one_percent(last: float, *, died: bool) -> None:
    stairs = schedule(flat(0.02, 30).followed_by(flat(0.002, 30)).followed_by(flat(last, 30)))
    assert (stairs.dead_from(0.01) is not None) is died


class TestZerosOfFewDecimals:
    """A rate of 4e-4 is printed as 0.000."""

    @pytest.mark.parametrize("decimals", [3, 4, 5])
    @pytest.mark.parametrize("peak", [0.002, 0.03, 0.4])
    def test_no_cosine_dies_before_its_end(self, peak: float, decimals: int) -> None:
        died = schedule(rounded(cosine(peak, 500), decimals)).dead_from(0.01)
        assert died is None or died >= 450

    @pytest.mark.parametrize("decimals", [4, 5, 6])
    def test_one_that_is_over_early_dies_there(self, decimals: int) -> None:
        died = schedule(rounded(cosine(0.002, 200), decimals).followed_by(flat(0.0, 300))).dead_from(0.01)
        assert died is not None
        assert 180 <= died <= 210

    def test_a_tenfold_step_may_be_shown_as_zero(self) -> None:
        assert schedule(flat(0.004, 50).followed_by(flat(0.0, 50))).dead_from(0.01) is None

    def test_it_is_zero_where_a_log_keeps_all_decimals(self) -> None:
        rates = flat(0.004, 50).followed_by(flat(0.0, 50))
        assert Schedule.measure(example_run(train_loss=line(1.0, 0.3, 100), lr=rates)).dead_from(0.01) == 50

    def test_a_rate_that_is_never_above_zero_does_not_die(self) -> None:
        assert schedule(given([0.0, -1.0])).dead_from(0.01) is None

    @pytest.mark.parametrize("first", [1e-46, 1e-300])
    def test_rates_too_small_for_single_precision_are_no_zeros(self, first: float) -> None:
        assert schedule(geometric(first, 1e-3 * first, 50)).dead_from(0.01) is None
