"""Which training loss is evaluated as validation is, and which is the mean of an epoch."""

from __future__ import annotations

from logdoctor import Axis, Run, ValLoss, example_run
from logdoctor.curves import Curve, decay, flat, given
from logdoctor.evidence.lead import evaluated_alike

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
