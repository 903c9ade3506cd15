"""How sure a rise of the training loss is, alone and beside validation."""

from __future__ import annotations

import pytest

from logdoctor import Series, TrainLoss
from logdoctor.curves import Curve, decay, flat, given, line
from logdoctor.evidence.stability.rise import surely_risen
from logdoctor.signals import Trend

RISES = decay(1.1, 0.62, 9).followed_by(flat(1.12, 51)).noisy(0.1, seed=1)


def trend(curve: Curve) -> Trend[TrainLoss]:
    return Trend.measure(Series.of("loss", range(len(curve.values)), curve.values))


def test_validation_that_rises_bears_it_out_and_counts_as_much_at_most() -> None:
    alone = surely_risen(trend(RISES), None)
    rising, steady = given([0.7]).followed_by(flat(1.1, 14).noisy(0.05)), flat(1.1, 15).noisy(0.05)
    sharp = given([0.7]).followed_by(flat(1.1, 14))
    assert alone < surely_risen(trend(RISES), trend(rising)) <= alone * 2**0.5
    assert surely_risen(trend(RISES), trend(sharp)) == pytest.approx(alone * 2**0.5)
    assert surely_risen(trend(RISES), trend(steady.scaled(0.5).then(line(0.0, -0.1)))) == alone
