"""Jumps of the training loss of which validation knows nothing."""

from __future__ import annotations

from logdoctor import Series, ValLoss
from logdoctor.curves import Curve, decay, flat
from logdoctor.evidence.stability.training_jumps import only_training
from logdoctor.run import Axis
from logdoctor.signals import Spikes, Trend

LOSS = decay(0.69, 0.28, 90).followed_by(flat(0.42, 14)).followed_by(decay(0.27, 0.2, 40)).noisy(0.002, seed=1)


def is_of_training_alone(validation: Curve) -> bool:
    train, val = (
        Series.of(name, range(len(one.values)), one.values, axis=Axis.EPOCH)
        for name, one in (("loss", LOSS), ("val_loss", validation))
    )
    (jump,) = Spikes.measure(train).found
    trend: Trend[ValLoss] = Trend.measure(val)
    return only_training(jump, train, trend)


def test_validation_that_jumps_with_training_bears_it_out_even_where_it_was_high_just_before() -> None:
    follows = decay(0.69, 0.28, 90).followed_by(flat(0.41, 14)).followed_by(decay(0.27, 0.2, 40)).noisy(0.002, seed=2)
    assert not is_of_training_alone(follows)
    assert not is_of_training_alone(follows.with_value(88, 0.39, 1.66))


def test_validation_that_stays_where_it_was_does_not() -> None:
    assert is_of_training_alone(decay(0.69, 0.28, 144).noisy(0.002, seed=2))
