"""How even a fall is, and whether it has levelled off."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Series, TrainLoss
from logdoctor.curves import Curve, decay, line
from logdoctor.signals import Trend
from logdoctor.signals.schedule.elapsed import (
    elapsed,
    fall_together,
    has_not_levelled_off,
    last_fall,
    late_pace,
    pace_of_thirds,
)


def trend(curve: Curve) -> Trend[TrainLoss]:
    return Trend[TrainLoss].measure(Series.of("loss", range(len(curve.values)), curve.values))


def test_a_straight_line_falls_on_as_fast_as_before() -> None:
    straight = trend(line(2.3, 1.3).noisy(0.02))
    assert pace_of_thirds(straight) == pytest.approx(1.0, abs=0.1)
    fall, z = last_fall(straight)
    assert fall == pytest.approx(0.2, abs=0.03)
    assert z > 4
    assert has_not_levelled_off(straight, straight)


def test_two_curves_are_surer_of_their_fall_than_one() -> None:
    one, other = (trend(line(1.0, 0.4, 60).noisy(0.05, seed=seed)) for seed in (1, 3))
    heights = [last_fall(curve)[1] for curve in (one, other)]
    assert max(heights) < sum(heights) / 2**0.5
    assert fall_together(one, other, least=max(heights))
    assert not fall_together(one, trend(line(0.9, 1.0, 60).noisy(0.01)), least=1.0)
    assert not fall_together(one, trend(line(1.0, 0.4, 5)), least=1.0)


def test_what_slows_down_has_levelled_off() -> None:
    assert not has_not_levelled_off(trend(decay(2.3, 0.3).noisy(0.01)))


def test_a_fall_that_has_only_begun_has_not_levelled_off_and_one_that_broke_open_has() -> None:
    steeper = 1.0 - np.linspace(0.0, 1.0, 120) ** 3
    assert has_not_levelled_off(trend(Curve(1.4 * (0.7 + 0.3 * steeper)).noisy(0.003)))
    assert not has_not_levelled_off(trend(Curve(1.4 * (0.1 + 0.9 * steeper)).noisy(0.003)))


def test_every_other_value_falls_ever_faster_too() -> None:
    values = np.array([1.405, 1.399, 1.392, 1.386, 1.38, 1.373, 1.366, 1.358, 1.348, 1.337, 1.324, 1.306, 1.281, 1.249])
    for some in (values, values[::2], values[1::2]):
        assert has_not_levelled_off(trend(Curve(some)))


def test_one_curve_that_has_levelled_off_is_enough() -> None:
    assert not has_not_levelled_off(trend(line(2.3, 1.3).noisy(0.02)), trend(decay(2.3, 0.8).noisy(0.01)))


def test_a_steep_beginning_before_the_second_value_is_no_even_fall() -> None:
    even, plunged = (line(3.15, 2.45, 40).with_value(0, first).noisy(0.02) for first in (3.15, 3.64))
    assert has_not_levelled_off(trend(even))
    assert not has_not_levelled_off(trend(plunged))
    assert late_pace(trend(even), elapsed(trend(even), None), 0.07) == pytest.approx(1.0, abs=0.2)
    assert np.isnan(late_pace(trend(plunged), elapsed(trend(plunged), None), 0.07))
