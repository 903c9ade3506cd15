"""What the training loss did around a step."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import TrainLoss
from logdoctor.curves import Curve, decay, flat, geometric, line, rise
from logdoctor.engine import Bench
from logdoctor.rule import example_run
from logdoctor.run import Axis
from logdoctor.signals import Change, LossImpact, Trend

NAN = float("nan")


def impact(curve: Curve) -> LossImpact:
    found: LossImpact = Bench(example_run(train_loss=curve)).get(LossImpact)
    return found


def change(curve: Curve, step: int) -> Change | None:
    return Change.since(Trend[TrainLoss].measure(example_run(train_loss=curve).series[0]), step)


def test_a_change_is_measured_between_the_levels() -> None:
    found = change(flat(2.0, 60).followed_by(flat(1.0, 60)).noisy(0.02), 60)
    assert found is not None
    assert found.before == pytest.approx(2.0, abs=0.02)
    assert found.after == pytest.approx(1.0, abs=0.02)
    assert found.falls
    assert not found.rises


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_no_change(seed: int) -> None:
    found = change(flat(2.0).noisy(0.2, seed), 60)
    assert found is not None
    assert not found.falls
    assert not found.rises


def test_from_the_first_step_on_the_beginning_is_what_was_before() -> None:
    found = change(line(3.0, 1.0), 0)
    assert found is not None
    assert found.before == pytest.approx(2.8, abs=0.05)
    assert found.falls
    assert change(line(3.0, 1.0), 500) is None


def test_nan_after_the_beginning_is_an_impact() -> None:
    loss = impact(decay(2.3, 0.5, 80).followed_by(flat(NAN, 40)))
    found = loss.after(76, 79, lasts=True)
    assert found is not None
    assert (found.step, found.lasts, found.is_non_finite) == (80, True, True)
    assert loss.after(10, 20, lasts=False) is None
    assert loss.after(90, 99, lasts=True) is None


def test_a_lasting_rise_is_an_impact_where_it_is_large() -> None:
    found = impact(decay(2.3, 0.5, 80).noisy(0.02).followed_by(geometric(0.5, 9.0, 40))).after(80, 119, lasts=True)
    assert found is not None
    assert found.after > 5 * found.before
    assert impact(decay(2.3, 0.5, 80).then(rise(0.2, 40)).noisy(0.02)).after(80, 119, lasts=True) is None


def test_a_jump_soon_after_is_an_impact_and_one_at_the_same_step_is_not() -> None:
    loss = impact(decay(2.3, 0.5).noisy(0.02).with_value(62, 6.0, 4.0))
    found = loss.after(60, 61, lasts=False)
    assert found is not None
    assert (found.step, found.lasts, found.after) == (62, False, 6.0)
    assert loss.after(62, 63, lasts=False) is None
    assert loss.after(40, 45, lasts=False) is None


def test_what_was_lost_before_counts_in_units_of_impact() -> None:
    loss = impact(decay(2.3, 0.5, 60).then(rise(1.8, 60)).noisy(0.02))
    assert loss.lost_before(60) < 0.5
    assert loss.lost_before(119) == pytest.approx(1 / 0.3, rel=0.1)
    assert loss.lost_before(0) == 0.0
    assert np.isfinite(impact(flat(0.0)).lost_before(60))


def test_what_was_lost_before_is_told_by_what_was_logged_before() -> None:
    assert impact(flat(0.5, 60).followed_by(flat(5.0, 60)).noisy(0.02)).lost_before(61) == 0
    assert impact(geometric(1.0, 1e35, 40)).lost_before(12) > 1, "the noise of what follows is not that of what was"


def test_a_loss_that_learns_in_between_clears_what_came_before() -> None:
    curve = flat(2.3, 40).followed_by(decay(2.3, 0.5, 60)).noisy(0.02).with_value(90, 6.0, 5.0, 4.0)
    assert impact(curve).after(35, 89, lasts=False) is None
    assert impact(curve).after(85, 89, lasts=False) is not None


def test_rest_is_neither_learning_nor_impact() -> None:
    assert impact(flat(1.0).noisy(0.02)).is_at_rest(60)
    assert not impact(line(2.0, 1.0)).is_at_rest(60)
    assert not impact(line(1.0, 2.0)).is_at_rest(60)
    assert not impact(flat(1.0, 90).followed_by(flat(NAN, 30))).is_at_rest(60)


@pytest.mark.parametrize(
    ("steps", "said"),
    [(range(0, 100, 10), "finite up to step 90"), (range(100), "finite"), (range(60), "no longer logged")],
)
def test_a_loss_that_is_logged_seldom_is_not_taken_for_one_that_ends(steps: range, said: str) -> None:
    curve = Curve(decay(2.3, 0.5, len(steps)).values, frozenset(range(steps[-1])) - frozenset(steps))
    gradient = example_run(None, Axis.STEP, 95, grad_norm=flat(NAN, 5)).series[0]
    found: LossImpact = Bench(example_run(None, Axis.STEP, train_loss=curve)).get(LossImpact)
    assert found.state_over(gradient) == f"train_loss is {said}"
