"""How far a run was meant to go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logdoctor import Axis, Run, Series, example_run
from logdoctor.curves import Curve, cosine, decay, flat
from logdoctor.run import Setting, State
from logdoctor.run.understand import understand
from logdoctor.signals import Hyperparameters, Plan, Schedule, came_to_its_end, plan_of, stopped_on_its_way


def plan(run: Run) -> Plan | None:
    return plan_of(run, Hyperparameters(run))


@pytest.mark.parametrize(
    ("settings", "axis", "first", "planned", "reached"),
    [
        ({"epochs": 200}, Axis.EPOCH, 0, 200, 120),
        ({"epochs": 200}, Axis.EPOCH, 1, 200, 120),
        ({"max_steps": 1000}, Axis.STEP, 0, 1000, 120),
        ({"train_iters": 1000, "epochs": 3}, Axis.STEP, 0, 1000, 120),
    ],
)
def test_a_plan_is_read_from_the_settings(
    settings: dict[str, Setting], axis: Axis, first: int, planned: int, reached: int
) -> None:
    found = plan(example_run(settings, axis, first, train_loss=decay(2.3, 0.2)))
    assert found is not None
    assert (found.planned, found.reached, found.missing) == (planned, reached, planned - reached)


@pytest.mark.parametrize("settings", [{}, {"max_steps": -1}, {"max_steps": None}, {"num_steps": 16}, {"epochs": 50}])
def test_what_is_not_planned_or_counts_something_else_is_no_plan(settings: dict[str, Setting]) -> None:
    assert plan(example_run(settings, Axis.STEP, train_loss=decay(2.3, 0.2))) is None


def test_what_the_log_says_goes_before_the_settings() -> None:
    run = example_run({"max_steps": 1000}, Axis.STEP, train_loss=decay(2.3, 0.2))
    found = plan(replace(run, planned_steps=120))
    assert found is not None
    assert found.missing == 0


def test_the_plan_that_is_reached_first_counts() -> None:
    found = plan(example_run({"max_steps": 10_000, "max_epochs": 120}, Axis.EPOCH, train_loss=decay(2.3, 0.2)))
    assert found is not None
    assert found.missing == 0


def test_epochs_logged_as_a_quantity_count() -> None:
    steps = range(0, 1000, 10)
    logged = [Series.of("train/loss", steps, [1.0] * 100), Series.of("train/epoch", steps, [s / 500 for s in steps])]
    found = plan(Run("hf", understand(logged), {"num_train_epochs": 4}))
    assert found is not None
    assert found.unit == "epoch"
    assert found.reached == pytest.approx(1.98)


def ended(run: Run, schedule: Schedule | None = None) -> bool:
    return came_to_its_end(run, Hyperparameters(run), schedule)


@pytest.mark.parametrize(("settings", "over"), [({"max_steps": 120}, True), ({"max_steps": 1000}, False), ({}, False)])
def test_a_run_is_over_when_it_did_its_plan(settings: dict[str, Setting], over: bool) -> None:
    assert ended(example_run(settings, Axis.STEP, train_loss=decay(2.3, 0.2))) is over


@pytest.mark.parametrize(("lr", "over"), [(cosine(0.1), True), (flat(0.1), False)])
def test_a_run_is_over_with_its_schedule(lr: Curve, over: bool) -> None:
    run = example_run({}, Axis.STEP, train_loss=decay(2.3, 0.2), lr=lr)
    assert ended(run, Schedule.measure(run)) is over


@pytest.mark.parametrize(("epochs", "over"), [(20, True), (21, False), (19, False)])
def test_steps_one_by_one_that_are_as_many_as_the_epochs_planned_are_epochs(epochs: int, over: bool) -> None:
    run = example_run({"epochs": epochs}, Axis.STEP, train_loss=decay(2.3, 0.2, 20))
    assert ended(run) is over


def test_a_run_is_over_when_its_trainer_says_so_or_it_counts_epochs() -> None:
    run = example_run({}, Axis.STEP, train_loss=decay(2.3, 0.2))
    assert ended(replace(run, state=State.FINISHED))
    assert ended(example_run({}, Axis.EPOCH, train_loss=decay(2.3, 0.2)))


@pytest.mark.parametrize(
    ("settings", "over"), [({"epochs": 120}, True), ({"epochs": 200}, False), ({"epochs": 200, "patience": 5}, True)]
)
def test_epochs_do_not_say_that_a_run_is_over_which_stopped_on_the_way_of_its_plan(
    settings: dict[str, Setting], over: bool
) -> None:
    run = example_run(settings, Axis.EPOCH, train_loss=decay(2.3, 0.2))
    assert ended(run) is over
    assert stopped_on_its_way(run, Hyperparameters(run), None) is not over


def test_a_run_without_a_plan_did_not_stop_on_its_way() -> None:
    run = example_run({}, Axis.STEP, train_loss=decay(2.3, 0.2))
    assert not stopped_on_its_way(run, Hyperparameters(run), None)
