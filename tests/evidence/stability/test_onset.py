"""Where a rise begins that the level makes slowly, and where it is made at once."""

from __future__ import annotations

from logdoctor import Series, TrainLoss
from logdoctor.curves import Curve, flat, geometric, given, line
from logdoctor.evidence.stability.onset import RUN_UP, onset_of_rise
from logdoctor.signals import Trend


def onset(curve: Curve) -> tuple[int, int]:
    trend: Trend[TrainLoss] = Trend.measure(Series.of("loss", range(len(curve.values)), curve.values))
    return onset_of_rise(trend)


def test_one_low_value_late_in_a_slow_rise_does_not_make_it_sudden() -> None:
    slow = flat(2.8, 60).followed_by(line(2.8, 4.0, 140)).noisy(0.2, seed=1).with_value(127, 2.4)
    begun, halfway = onset(slow)
    assert 60 < begun < 127
    assert halfway - begun > RUN_UP


def test_a_rise_that_is_half_made_at_once_begins_there() -> None:
    sudden = flat(2.8, 100).followed_by(line(3.6, 4.0, 100)).noisy(0.05, seed=1)
    assert onset(sudden) == (100, 100)


def test_a_rise_over_orders_of_magnitude_begins_with_the_values_that_make_it() -> None:
    early = given([2.7, 3.2, 3.3, 1.7, 3.0, 2.3, 1.6, 3.2, 2.8, 2.2, 2.8, 2.5, 1.8, 3.7, 2.6, 2.2, 2.7, 3.2, 2.2, 2.2])
    thrown = early.followed_by(given([2.5, 2.7, 2.4, 3.3, 3.0, 2.2])).followed_by(geometric(5.0, 6e4, 160))
    assert onset(thrown)[0] == 26
