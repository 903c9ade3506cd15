"""The logged learning rate: its peak, its restarts, and whether it is a range test."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Axis, example_run
from logdoctor.curves import Curve, cosine, flat, geometric, given, line
from logdoctor.signals import Schedule, Unmeasurable

WARM_UP = line(0.0, 1e-3, 20)


def schedule(curve: Curve) -> Schedule:
    return Schedule.measure(example_run(train_loss=flat(1.0), lr=curve))


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
        "curve", [flat(0.1), cosine(0.1), WARM_UP, WARM_UP.followed_by(cosine(1e-3)), line(0.1, 0.0)]
    )
    def test_a_warm_up_or_a_decay_is_no_restart(self, curve: Curve) -> None:
        assert len(schedule(curve).restarts) == 0
