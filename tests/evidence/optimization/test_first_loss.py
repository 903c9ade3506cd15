"""What accuracies and evaluations say about the first loss of a run."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Axis, Series, TrainLoss, ValLoss, example_run
from logdoctor.curves import decay, flat, given
from logdoctor.evidence.optimization.first_loss import (
    begins_above_guessing,
    is_evaluated_before,
    one_term_alone,
    right_after,
    starts_at_chance,
    too_large_causes,
)
from logdoctor.signals import Hyperparameters, Trend


def trend(values: list[float], first: int = 1) -> Trend[TrainLoss]:
    return Trend[TrainLoss].measure(Series.of("loss", range(first, first + len(values)), values))


def test_a_classifier_cannot_begin_above_guessing_in_any_vocabulary() -> None:
    run = example_run(train_loss=decay(90.0, 0.4), val_accuracy=decay(0.3, 0.9))
    loss = run.find(TrainLoss)
    assert loss is not None
    assert begins_above_guessing(run, Trend[TrainLoss].measure(loss))


def test_a_summed_loss_ends_above_what_its_accuracy_allows() -> None:
    run = example_run(train_loss=decay(90.0, 30.0), val_accuracy=decay(0.3, 0.9))
    loss = run.find(TrainLoss)
    assert loss is not None
    assert not begins_above_guessing(run, Trend[TrainLoss].measure(loss))


def test_nor_does_a_summed_loss_of_a_classifier_fall_to_a_hundredth_of_guessing() -> None:
    falls_far = example_run(train_loss=decay(1050.0, 12.0), val_accuracy=decay(0.06, 0.7))
    summed_over_a_batch = example_run(train_loss=decay(360.0, 120.0), val_accuracy=decay(0.06, 0.7))
    for run, expected in ((falls_far, True), (summed_over_a_batch, False)):
        loss = run.find(TrainLoss)
        assert loss is not None
        assert begins_above_guessing(run, Trend[TrainLoss].measure(loss)) is expected


@pytest.mark.parametrize("points", [12, 60, 240])
@pytest.mark.parametrize(("batch", "names"), [(16, []), (250, [2])])
def test_the_accuracy_of_large_batches_names_the_classes_however_many_are_logged(
    batch: int, names: list[int], points: int
) -> None:
    guessed = np.random.default_rng(1).binomial(batch, 0.5, points) / batch
    guessed[0] = 0.5
    run = example_run(train_loss=decay(90.0, 30.0, points), train_accuracy=given(guessed))
    loss = run.find(TrainLoss)
    assert loss is not None
    assert [one.classes for one in starts_at_chance(run, loss)] == names


def test_right_after_is_a_tenth_of_the_run_at_most() -> None:
    assert right_after(trend([9.0, 5.0, *[1.0] * 10])) == 5.0
    assert right_after(trend([9.0, 5.0, *[1.0] * 100])) == 1.0


def test_an_evaluation_before_the_first_logged_step() -> None:
    val = Trend[ValLoss].measure(Series.of("val_loss", range(0, 100, 10), [1.0] * 10))
    assert is_evaluated_before(val, trend([1.0] * 9, first=5))
    assert not is_evaluated_before(val, trend([1.0] * 9, first=0))


def test_a_term_of_boxes_in_pixels_begins_high_beside_a_cross_entropy_that_does_not() -> None:
    run = example_run(
        train_loss=decay(1470.0, 252.0), train_loss_cls=decay(1.1, 0.9), train_loss_bbox=decay(293.0, 50.0)
    )
    assert "train_loss_bbox begins at 293" in one_term_alone(run)


def test_terms_that_are_all_high_or_all_usual_say_nothing() -> None:
    both = example_run(
        train_loss=decay(400.0, 9.0), train_loss_cls=decay(110.0, 0.9), train_loss_bbox=decay(293.0, 8.0)
    )
    usual = example_run(train_loss=decay(3.0, 0.9), train_loss_cls=decay(1.1, 0.2), train_loss_bbox=decay(0.4, 0.1))
    assert not one_term_alone(both)
    assert not one_term_alone(usual)


@pytest.mark.parametrize(("norm", "first"), [(240.0, "data-not-normalised"), (5.0, "bad-initialization")])
@pytest.mark.parametrize("clip", [None, 240.0])
def test_the_first_gradient_tells_inputs_from_weights_that_are_too_large(
    norm: float, first: str, clip: float | None
) -> None:
    settings = {"max_grad_norm": clip} if clip else {}
    curves = {"train_loss": decay(40.0, 0.4), "grad_norm": decay(norm, 1.0), "val_accuracy": decay(0.1, 0.9)}
    run = example_run(settings, Axis.STEP, 0, **curves)
    loss = run.find(TrainLoss)
    assert loss is not None
    found = too_large_causes(Trend[TrainLoss].measure(loss), ["it starts high"], Hyperparameters(run))
    assert found[0].id == ("bad-initialization" if clip else first)
    assert any("times the first loss" in said for said in found[0].pro) is not bool(clip)


def test_a_first_gradient_that_was_cut_off_says_nothing_of_the_weights() -> None:
    curves = {"train_loss": decay(40.0, 0.4), "grad_norm": flat(1.0), "val_accuracy": decay(0.1, 0.9)}
    run = example_run({}, Axis.STEP, 0, **curves)
    loss = run.find(TrainLoss)
    assert loss is not None
    found = too_large_causes(Trend[TrainLoss].measure(loss), ["it starts high"], Hyperparameters(run))
    assert not any("times the first loss" in clause for cause in found for clause in cause.pro)
