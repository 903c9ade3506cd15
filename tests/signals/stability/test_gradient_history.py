"""The gradient norm against its own history."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from logdoctor.curves import Curve, decay, flat, geometric, given, line
from logdoctor.rule import example_run
from logdoctor.signals import GradientHistory, Unmeasurable


def history(curve: Curve) -> GradientHistory:
    return GradientHistory.measure(example_run(grad_norm=curve))


def test_ten_values_are_no_history() -> None:
    with pytest.raises(Unmeasurable, match="grad_norm has 10 finite values above zero, not more than 10"):
        history(flat(1.0, 10))
    with pytest.raises(Unmeasurable, match="no gradient norm"):
        GradientHistory.measure(example_run(train_loss=flat(1.0)))


def test_zeros_and_what_is_no_number_are_left_out() -> None:
    assert len(history(flat(1.0, 30).with_value(3, 0.0, np.nan, np.inf)).series) == 27


@pytest.mark.parametrize("points", [120, 5000])
def test_a_burst_is_found_where_it_is(points: int) -> None:
    at = points // 2
    peak = [30.0, 90.0, 1.2, 60.0]
    (burst,) = history(flat(1.0, points).heavy_tailed(0.1).with_value(at, *peak)).bursts(10.0, 6.0)
    assert (burst.first, burst.last, burst.count, burst.peak, burst.lasts) == (at, at + 3, 3, 90.0, False)
    assert burst.usual == pytest.approx(1.0, rel=0.1)
    assert burst.factor == pytest.approx(90.0, rel=0.1)


@pytest.mark.parametrize("points", [120, 5000])
def test_growth_to_the_end_is_one_burst_that_lasts(points: int) -> None:
    curve = flat(1.0, points // 2).followed_by(geometric(1.0, 1e4, points // 2)).heavy_tailed(0.1)
    (burst,) = history(curve).bursts(10.0, 6.0)
    assert burst.lasts
    assert burst.usual == pytest.approx(1.0, rel=0.2)


@pytest.mark.parametrize("points", [60, 400, 5000])
@pytest.mark.parametrize(
    "shape",
    [
        lambda n: line(0.01, 500.0, n),
        lambda n: geometric(0.3, 0.9, n),
        lambda n: decay(900.0, 0.1, n, half_life=0.02),
        lambda n: geometric(1.0, 1e-6, n),
    ],
    ids=["added up", "drift", "early", "vanishing"],
)
def test_ordinary_norms_have_no_burst(shape: Callable[[int], Curve], points: int) -> None:
    bursts = history(shape(points).heavy_tailed(0.2)).bursts(10.0, 6.0)
    assert all(one.count < 3 and not one.lasts for one in bursts)


@pytest.mark.parametrize("seed", range(10))
def test_heavy_tails_make_no_burst_of_three(seed: int) -> None:
    bursts = history(flat(1.0, 3000).heavy_tailed(1.0, seed)).bursts(10.0, 6.0)
    assert all(one.count < 3 for one in bursts)


def test_the_rise_until_a_step_is_that_of_the_last_three_values() -> None:
    norm = history(flat(1.0, 50).followed_by(given([2.0, 8.0, 4.0])))
    assert norm.rise_until(53) == pytest.approx(8.0)
    assert norm.rise_until(50) == pytest.approx(1.0)
    assert norm.rise_until(5) is None
