"""Where a rise begins that the level makes slowly, and where it is made at once."""

from __future__ import annotations

from logdoctor import Series, TrainLoss
from logdoctor.curves import Curve, flat, line
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
