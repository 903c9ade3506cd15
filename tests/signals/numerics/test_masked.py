"""Losses that stand for a NaN, told by the gradient norm beside them."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Axis, Run, Series
from logdoctor.curves import Curve, decay, flat, given
from logdoctor.rule import example_run
from logdoctor.run.understand import understand
from logdoctor.signals import BrokenGradients, MaskedLoss, Unmeasurable
from logdoctor.signals.numerics.masked import zero_alone

NAN = float("nan")


def masked(loss: Curve, norm: Curve) -> MaskedLoss:
    return MaskedLoss.measure(example_run(train_loss=loss, grad_norm=norm))


def filtered(losses: list[float], every: int) -> Curve:
    """Log losses as transformers' Trainer does with `logging_nan_inf_filter`: means over intervals, NaN replaced."""
    logged = []
    for begin in range(0, len(losses), every):
        total = 0.0
        for passed, value in enumerate(losses[begin : begin + every]):
            total += value if np.isfinite(value) else total / (1 + passed)
        logged.append(round(total / every, 4))
    return given(logged)


def test_the_filter_of_hugging_face_leaves_zeros_where_all_is_nan() -> None:
    losses = [*decay(2.3, 1.0, 304).noisy(0.02).values, *[NAN] * 96]
    norms = [0.9] * 304 + [NAN] * 96
    found = masked(filtered(losses, 10), given(norms[9::10]))
    assert (found.first, found.count, found.recovered) == (31, 9, 0)  # the 31st interval has four sound steps


def test_a_loss_frozen_at_the_mean_of_the_run_is_masked_and_one_at_its_last_value_is_skipped() -> None:
    before = decay(2.3, 1.0, 30).noisy(0.01)
    norms = flat(0.9, 30).followed_by(flat(NAN, 30))
    for value, count in ((before.values.mean(), 30), (before.values[-1], 0), (1.1, 0)):
        assert masked(before.followed_by(flat(float(value), 30)), norms).count == count


def test_a_zero_gradient_is_no_number_only_after_a_nan() -> None:
    loss = decay(2.3, 1.0, 30).followed_by(flat(0.0, 30))
    assert masked(loss, flat(0.9, 30).followed_by(flat(0.0, 30))).count == 0
    assert masked(loss, flat(0.9, 29).followed_by(given([NAN])).followed_by(flat(0.0, 30))).count == 30


def test_zeros_beside_sound_gradients_make_zeros_ordinary() -> None:
    loss = given([0.0 if i % 2 else 0.5 for i in range(100)])
    assert masked(loss, flat(0.9, 100).with_value(51, NAN)).count == 0


def test_a_norm_that_is_logged_more_seldom_says_enough() -> None:
    loss = Series.of("train_loss", np.arange(60), [*np.linspace(2, 1, 30), *[0.0] * 30])
    norm = Series.of("grad_norm", np.arange(0, 60, 10), [0.9, 0.9, 0.9, NAN, NAN, NAN])
    found = MaskedLoss.measure(Run("run", series=understand([loss, norm])))
    assert (found.first_step, found.count) == (30, 30)


def test_without_a_norm_on_its_axis_nothing_is_masked() -> None:
    loss = Series.of("train_loss", np.arange(60), [*np.linspace(2, 1, 30), *[0.0] * 30])
    norm = Series.of("grad_norm", np.arange(60), np.full(60, NAN), axis=Axis.EPOCH)
    found = MaskedLoss.measure(Run("run", series=understand([loss, norm])))
    assert (found.gradient, found.count) == (None, 0)


def broken(loss: Curve, norm: Curve) -> BrokenGradients:
    run = example_run(train_loss=loss, grad_norm=norm)
    return BrokenGradients.measure(run, MaskedLoss.measure(run))


def test_gradients_count_as_broken_only_while_the_loss_is_a_number() -> None:
    norm = flat(0.9, 100).with_value(10, NAN, NAN, NAN).with_value(80, *[NAN] * 20)
    found = broken(decay(2.3, 1.0, 90).followed_by(flat(NAN, 10)), norm)
    assert (len(found.series), found.mask.sum(), found.longest, found.leading) == (90, 13, 10, 0)
    assert found.since(50).broken.steps.tolist() == list(range(80, 90))


def test_masked_steps_are_no_broken_gradients() -> None:
    found = broken(decay(2.3, 1.0, 60).with_value(40, *[0.0] * 20), flat(0.9, 60).with_value(40, *[NAN] * 20))
    assert found.mask.sum() == 0


def test_those_at_the_start_are_counted_apart() -> None:
    found = broken(flat(1.0, 40), flat(0.9, 40).with_value(0, *[np.inf] * 16))
    assert (found.leading, len(found.since(16).broken), found.since(16).longest) == (16, 0, 0)
    assert broken(flat(1.0, 40), flat(NAN, 40)).leading == 40


def test_a_loss_alone_cannot_be_judged() -> None:
    with pytest.raises(Unmeasurable, match="no train loss"):
        MaskedLoss.measure(example_run(grad_norm=flat(NAN)))
    run = example_run(train_loss=flat(1.0))
    with pytest.raises(Unmeasurable, match="no gradient norm on the axis of train_loss"):
        BrokenGradients.measure(run, MaskedLoss.measure(run))
    with pytest.raises(Unmeasurable, match="no gradient norm in this run"):
        BrokenGradients.measure(example_run(val_loss=flat(1.0)), None)


def test_a_norm_alone_is_looked_at() -> None:
    found = BrokenGradients.measure(example_run(grad_norm=flat(0.9, 60).with_value(40, *[NAN] * 20)), None)
    assert (found.alone, found.trailing_step, found.mask.sum()) == (True, 40, 20)


@pytest.mark.parametrize(
    ("others", "alone"),
    [
        ({"learning_rate": flat(1e-3)}, True),
        ({"learning_rate": flat(1e-3, 60).followed_by(flat(0.0, 60))}, False),
        ({"learning_rate": flat(1e-3), "val_loss": decay(2.0, 1.0)}, False),
        ({"learning_rate": flat(1e-3), "val_loss": decay(2.0, 1.0, 60).followed_by(flat(1.0, 60))}, True),
        ({"learning_rate": flat(1e-3), "val_loss": decay(2.0, 1.0, 60).followed_by(flat(NAN, 60))}, True),
        ({}, False),
        ({"time": flat(15.0)}, True),
        ({"time": flat(15.0), "learning_rate": flat(1e-3, 60).followed_by(flat(0.0, 60))}, False),
    ],
    ids=[
        "rate goes on",
        "padding",
        "validation moves",
        "validation frozen",
        "validation lost",
        "nothing else",
        "each step takes its time",
        "each step takes its time, and the rate is padding",
    ],
)
def test_zeros_are_odd_where_only_the_loss_shows_them(others: dict[str, Curve], alone: bool) -> None:
    run = example_run(train_loss=decay(2.0, 1.0, 60).followed_by(flat(0.0, 60)), **others)  # type: ignore[arg-type]
    assert zero_alone(run, next(one for one in run.series if one.name == "train_loss"), 60) is alone


@pytest.mark.parametrize(
    ("norms", "step"),
    [([1.0, NAN, 1.0, NAN, NAN], 30), ([NAN] * 5, 0), ([1.0, NAN, 1.0], None), ([1.0, NAN, NAN], 10)],
)
def test_from_where_no_norm_is_a_number_any_more(norms: list[float], step: int | None) -> None:
    series = Series.of("grad_norm", 10 * np.arange(len(norms)), norms)
    assert BrokenGradients(series, ~np.isfinite(series.values)).trailing_step == step
