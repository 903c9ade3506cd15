"""Which training loss is evaluated as validation is, which is the mean of an epoch, and how noisy a leading one is."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Axis, Run, Series, ValLoss, example_run
from logdoctor.curves import Curve, decay, flat, given
from logdoctor.evidence.generalization.validation_lead import evaluated_alike, late_noise
from logdoctor.signals import Trend

FIRST = given([2.3])
EVALUATED = FIRST.followed_by(decay(2.0, 0.55, 14, half_life=0.05))
HELD_OUT = FIRST.followed_by(decay(1.9, 0.17, 14, half_life=0.05))


def run(batches: Curve) -> Run:
    return example_run(axis=Axis.STEP, loss=batches, train_loss=EVALUATED, val_loss=HELD_OUT)


def beside(batches: Curve) -> str:
    logged = run(batches)
    val = logged.find(ValLoss)
    assert val is not None
    alike = evaluated_alike(logged, val)
    return "" if alike is None else alike.name


def test_a_training_loss_as_high_as_the_first_batch_is_evaluated_before_training() -> None:
    assert beside(decay(2.3, 0.55, half_life=0.05)) == "train_loss"


def test_the_mean_of_an_epoch_that_taught_nothing_is_as_high() -> None:
    assert beside(flat(2.3, 10).followed_by(decay(2.2, 0.55, 110, half_life=0.05))) == ""


def trend(name: str, steps: np.ndarray, values: np.ndarray) -> Trend[ValLoss]:
    return Trend.measure(Series.of(name, steps, values))


def test_the_noise_of_a_lead_is_that_of_its_later_half() -> None:
    quiet, restless = flat(0.1, 60), flat(0.1, 60).noisy(0.02)
    steps = np.arange(120)
    assert late_noise(trend("val_loss", steps, quiet.followed_by(restless).values)) == pytest.approx(0.02, rel=0.3)
    assert late_noise(trend("val_loss", steps, restless.followed_by(quiet).values)) == 0.0
