"""Runs of one analysis that hold the same main curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from logdoctor import Run, Series, example_run
from logdoctor.curves import decay, flat
from logdoctor.run.understand import understand
from logdoctor.signals import Duplicates, find_duplicates

LOSS = decay(2.3, 0.2).noisy(0.02)


def test_runs_of_one_curve_are_twins_in_the_order_given() -> None:
    one, other, third = example_run(train_loss=LOSS), example_run(train_loss=flat(1.0)), example_run(train_loss=LOSS)
    duplicates = find_duplicates([one, other, third])
    assert duplicates[third].group == duplicates[one].group == (one, third)
    assert duplicates[third].original is one
    assert duplicates[one].original is duplicates[other].original is None


def test_steps_and_the_precision_of_event_files_do_not_count() -> None:
    as_logged = Run("csv", understand([Series.of("train_loss", np.arange(1, 121), LOSS.values)]))
    rounded = Run("events", understand([Series.of("train_loss", np.arange(120), LOSS.values.astype(np.float32))]))
    assert Duplicates.among(rounded, [as_logged]).original is as_logged


def test_runs_without_a_loss_are_twins_of_nobody() -> None:
    one, other = example_run(lr=flat(0.1)), example_run(lr=flat(0.1))
    assert find_duplicates([one, other])[other].original is None


def test_a_run_is_no_twin_of_itself() -> None:
    run = example_run(train_loss=LOSS)
    assert Duplicates.among(run, [run]).group == (run,)


def test_one_value_that_differs_is_enough() -> None:
    (series,) = example_run(train_loss=LOSS).series
    other = replace(series, values=series.values + np.where(np.arange(120) == 77, 1e-3, 0.0))
    assert Duplicates.among(Run("b", (other,)), [Run("a", (series,))]).original is None
