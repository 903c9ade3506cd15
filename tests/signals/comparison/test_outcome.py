"""How runs ended beside their siblings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logdoctor import Axis
from logdoctor.curves import Curve, decay, flat, given, line
from logdoctor.rule import example_run
from logdoctor.run import Run
from logdoctor.run.run_names import with_name_settings
from logdoctor.signals import Siblings, measure_all
from logdoctor.signals.comparison.outcome import Measured


def named(name: str, curve: Curve, accuracy: Curve | None = None) -> Run:
    run = example_run(train_loss=curve) if accuracy is None else example_run(train_loss=curve, val_accuracy=accuracy)
    return replace(run, name=name)


def failures(*runs: Run) -> dict[str, str]:
    return {one.run.name: one.failure for one in measure_all(with_name_settings(runs))}


def test_a_run_that_was_thrown_up_and_rests_at_guessing_failed_though_it_ends_below_its_start() -> None:
    thrown = given([13.4, 2.6]).followed_by(flat(2.36, 28).noisy(0.01))
    assert (
        Measured.of(named("a", thrown, flat(0.1, 30))).failure
        == "its loss ends at the level of guessing among 10 classes"
    )
    assert Measured.of(named("a", decay(2.31, 2.1, 30), flat(0.1, 30))).failure == ""


def test_without_an_accuracy_a_lower_rate_tells_where_the_loss_began() -> None:
    thrown = given([13.4, 2.6]).followed_by(flat(2.36, 28).noisy(0.01))
    runs = [named("lr0.01", decay(2.3, 0.4, 30)), named("lr1.0", thrown), named("lr0.001", decay(2.25, 1.9, 30))]
    assert failures(*runs) == {"lr0.01": "", "lr1.0": "its loss ends where that of lr0.01 began", "lr0.001": ""}


def test_a_run_that_gave_back_most_of_what_it_had_gained_failed() -> None:
    curve = decay(2.3, 0.2, 40).followed_by(flat(1.9, 20))
    assert Measured.of(named("a", curve)).failure == "its loss has lost again most of what it had gained"


@pytest.mark.parametrize("end", [np.nan, np.inf])
def test_a_run_that_ends_not_finite_failed(end: float) -> None:
    assert Measured.of(named("a", decay(2.3, 0.2, 40).followed_by(flat(end, 5)))).failure


def test_a_failed_run_is_no_example_for_one_of_a_higher_rate() -> None:
    from logdoctor.evidence.rates import given_as_example

    thrown = given([13.4, 2.6]).followed_by(flat(2.36, 28).noisy(0.01))
    worse = given([1e8, 2.7]).followed_by(flat(2.45, 28).noisy(0.01, seed=3))
    runs = with_name_settings([named("lr0.01", decay(2.3, 0.4, 30)), named("lr1.0", thrown), named("lr2.0", worse)])
    example = given_as_example(Siblings(runs[2], measure_all(runs)))
    assert example is not None
    assert example.run.name == "lr0.01"


def test_a_rate_that_ends_higher_is_told_and_tests_nothing() -> None:
    from logdoctor import Strength
    from logdoctor.evidence.rates import rate_too_high

    runs = with_name_settings([named("lr0.01", decay(2.3, 0.6, 30)), named("lr0.1", decay(2.3, 0.3, 30))])
    cause = rate_too_high(Siblings(runs[1], measure_all(runs)), Strength.POSSIBLE)
    assert cause.strength is Strength.POSSIBLE
    assert cause.pro == ()
    assert cause.fixes[0].tested == ""
    assert cause.fixes[0].basis == "the rate of sibling run lr0.01, which ends higher"


def test_the_end_that_is_told_is_the_one_that_the_log_shows() -> None:
    train = Measured.of(named("a", decay(2.3, 0.2, 30))).train
    assert train is not None
    assert train.last_shown == train.series.values[-1]
    assert train.lowest_shown == train.series.values.min()
    steps = Measured.of(replace(example_run(axis=Axis.STEP, train_loss=decay(2.3, 0.2, 400)), name="b")).train
    assert steps is not None
    assert steps.last_shown == steps.end


def test_zeros_that_stand_for_a_nan_are_no_end_that_another_run_could_miss() -> None:
    from logdoctor.evidence.rates import end_of

    zeros = decay(2.3, 1.2, 70).followed_by(flat(0.0, 50))
    run = example_run(train_loss=zeros, grad_norm=flat(0.9, 70).followed_by(flat(np.nan, 50)))
    assert Measured.of(run).failure == "its log hides a NaN at the end"
    assert end_of(run) == np.inf


def test_a_run_that_falls_past_the_level_of_fewer_classes_does_not_guess() -> None:
    on_its_way = line(1.098, 0.69, 30)
    assert Measured.of(named("a", on_its_way, flat(0.53, 30))).failure == ""


def test_beside_another_recipe_a_run_is_thrown_up_only_where_it_began_above() -> None:
    slow = named("lr0.1_drop0.9", decay(2.34, 2.1, 30))
    thrown = named("lr1.0_drop0.9", given([13.4, 2.6]).followed_by(flat(2.31, 28)))
    runs = [named("lr0.01_drop0.1", decay(2.3, 0.4, 30)), slow, thrown]
    assert failures(*runs) == {
        "lr0.01_drop0.1": "",
        slow.name: "",
        thrown.name: "its loss ends where that of lr0.1_drop0.9 began",
    }
