"""How many examples an accuracy is measured on."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Series
from logdoctor.signals.accuracy import errs_alike, examples_behind

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("n", [4, 7, 12, 25, 58])
def test_few_examples_are_counted(n: int) -> None:
    right = RNG.integers(n // 2, n + 1, 60) / n
    assert examples_behind(right, 60) == n
    assert examples_behind(np.round(100 * right, 2), 60) == n


def test_many_examples_are_not() -> None:
    assert examples_behind(RNG.integers(300, 500, 40) / 500, 60) is None


def test_one_value_tells_of_very_few_examples_alone() -> None:
    assert examples_behind(np.array([1.0, 0.75, 1.0, 0.75]), 60) == 4
    assert examples_behind(np.array([1.0, 0.962, 1.0, 0.962]), 60) is None
    assert examples_behind(np.ones(8), 60) is None


@pytest.mark.parametrize(("other", "alike"), [([0.96] * 4, True), ([0.88] * 4, True), ([0.8] * 4, False)])
def test_one_class_that_is_named_always_leaves_about_the_same_errors_everywhere(
    other: list[float], alike: bool
) -> None:
    one, two = (
        Series.of(name, range(4), values) for name, values in (("accuracy", [0.95] * 4), ("val_accuracy", other))
    )
    assert errs_alike(one, [one, two]) is alike
    assert errs_alike(Series.of("f1", range(4), [0.95] * 4), [two])
