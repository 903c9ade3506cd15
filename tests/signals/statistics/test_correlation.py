"""Correlation and what is left without a straight trend are those of numpy."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor.curves import flat, swing
from logdoctor.signals.statistics.correlation import correlation, smoothness, trend_aside


@pytest.mark.parametrize("n", [2, 3, 100, 10_001])
def test_the_correlation_is_that_of_numpy(n: int) -> None:
    one, other = np.random.default_rng(n).normal(size=(2, n))
    assert correlation(one, one + other) == pytest.approx(np.corrcoef(one, one + other)[0, 1], abs=1e-12)


def test_what_does_not_move_is_like_nothing() -> None:
    assert correlation(np.full(5, 0.3), np.arange(5.0)) == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_what_is_the_same_correlates_to_one_and_not_beyond(seed: int) -> None:
    one = np.random.default_rng(seed).normal(size=101)
    assert correlation(one, 3 * one) <= 1
    assert correlation(one, -one / 3) >= -1


def test_a_straight_trend_leaves_nothing_and_noise_what_no_line_explains() -> None:
    at = np.arange(50.0)
    noise = np.random.default_rng(0).normal(size=50)
    np.testing.assert_allclose(trend_aside(3 - 0.1 * at), 0, atol=1e-12)
    line = np.polyval(np.polyfit(at, noise, 1), at)
    np.testing.assert_allclose(trend_aside(noise), noise - line, atol=1e-12)


class TestSmoothness:
    @pytest.mark.parametrize("period", [2.1, 3.3, 4.0, 7.0, 12.0, 40.0])
    def test_neighbours_tell_any_wave(self, period: float) -> None:
        assert smoothness(swing(0.5, period, 100).values) > 0.95

    @pytest.mark.parametrize("seed", range(20))
    def test_neighbours_tell_nothing_of_noise(self, seed: int) -> None:
        assert smoothness(flat(0.0, 40).noisy(1.0, seed=seed).values) == 0

    def test_very_few_values_tell_nothing(self) -> None:
        assert smoothness(np.array([1.0, 2.0])) == 0
