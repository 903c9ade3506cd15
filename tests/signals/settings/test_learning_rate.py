"""The rate that a run was given: what was set, or what was logged where that lies far above it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logdoctor import example_run
from logdoctor.curves import Curve, cosine, flat, given, line
from logdoctor.signals import given_rate

ONE_CYCLE = line(0.04, 1.0, 30).followed_by(cosine(1.0, 70))
BIASES_FIRST = given([0.07, 0.04, 0.01]).followed_by(line(1e-3, 1e-5, 97))


@pytest.mark.parametrize(
    ("rate", "logged", "told"),
    [
        (0.04, ONE_CYCLE, 1.0),
        (1e-3, BIASES_FIRST, 1e-3),
        (1e-3, flat(1.5e-3, 100), 1e-3),
        (1e-3, flat(float("nan"), 100), 1e-3),
        (None, BIASES_FIRST, 0.07),
    ],
    ids=["a peak of the schedule", "of the first three epochs", "nearly the same", "no number", "none set"],
)
def test_a_logged_rate_far_above_the_one_that_was_set_counts(rate: float | None, logged: Curve, told: float) -> None:
    settings = {"optimizer": "AdamW", "lr": rate}
    assert given_rate(example_run(settings, train_loss=flat(1.0, 100), lr=logged)) == pytest.approx(told)


@pytest.mark.parametrize(("highest", "told"), [(0.099, 0.1), (0.05, 0.05), (0.2, 0.2)])
def test_a_log_that_misses_the_peak_by_a_little_has_the_rate_of_its_name(highest: float, told: float) -> None:
    run = replace(example_run(train_loss=flat(1.0, 20), lr=cosine(highest, 20)), name_settings={"lr": 0.1})
    assert given_rate(run) == pytest.approx(told)
