"""A training loss that is exactly zero from its first value on."""

import pytest

from logdoctor import Run, TrainLoss, example_run
from logdoctor.curves import Curve, flat
from logdoctor.engine import examine
from logdoctor.evidence.optimization.zero_loss import MASKED, has_gradient, is_zero_throughout
from logdoctor.signals import Trend
from logdoctor_rules.optimization.no_learning import NoLearning

NAN = float("nan")


def examined(run: Run) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.causes[0].id, one.to_tell_apart) for one in examine(run, [NoLearning()]).findings]


def test_a_loss_without_a_label_that_counts_has_no_other_cause() -> None:
    assert examined(example_run(train_loss=flat(0.0, 20))) == [("wrong-loss-or-output", (MASKED,))]


@pytest.mark.parametrize(("norm", "arrives"), [(flat(0.2, 20), True), (flat(0.0, 20), False), (flat(NAN, 20), False)])
def test_a_gradient_beside_it_is_that_of_an_objective_which_is_zero(norm: Curve, *, arrives: bool) -> None:
    run = example_run(train_loss=flat(0.0, 20), grad_norm=norm)
    assert has_gradient(run) is arrives
    assert bool(examined(run)) is not arrives


@pytest.mark.parametrize(("loss", "is_zero"), [(flat(0.0, 20), True), (flat(1e-9, 20), False)])
def test_next_to_nothing_is_not_zero(loss: Curve, *, is_zero: bool) -> None:
    series = example_run(train_loss=loss).find(TrainLoss)
    assert series is not None
    assert is_zero_throughout(Trend[TrainLoss].measure(series)) is is_zero
