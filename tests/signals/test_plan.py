"""How far a run was meant to go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logdoctor import Axis, Run, Series, example_run
from logdoctor.curves import decay
from logdoctor.run import Setting
from logdoctor.run.understand import understand
from logdoctor.signals import Hyperparameters, Plan, plan_of


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
