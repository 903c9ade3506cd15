"""The median and other quantiles by one selection are numpy's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logdoctor.signals.statistics.median import group_medians, lower_quantile, median, quantile, row_medians


@pytest.mark.parametrize("n", [1, 2, 3, 4, 17, 1000, 1001])
def test_the_median_is_that_of_numpy(n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    assert median(values) == np.median(values)
    assert median(np.round(values)) == np.median(np.round(values))  # ties
    assert median(np.append(values, np.inf)) == np.median(np.append(values, np.inf))


def test_whole_numbers_have_one_between_them() -> None:
    assert median(np.array([4, 1, 3, 2])) == 2.5


@pytest.mark.parametrize("n", [1, 6, 7])
def test_each_row_has_its_own(n: int) -> None:
    rows = np.random.default_rng(n).normal(size=(5, n))
    assert row_medians(rows).tolist() == np.median(rows, axis=1).tolist()


def test_each_group_has_its_own_and_an_empty_one_none() -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 40, 300)
    group = np.where(group == 7, 8, group)
    values = rng.normal(size=300)
    expected = [np.median(values[group == one]) if (group == one).any() else np.nan for one in range(41)]
    np.testing.assert_array_equal(group_medians(values, group, 41), expected)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.floats(0, 1))
def test_quantiles_are_those_of_numpy_to_the_last_bit(values: list[float], share: float) -> None:
    assert quantile(np.array(values), share) == np.quantile(values, share)
    assert lower_quantile(np.array(values), share) == np.quantile(values, share, method="lower")


@pytest.mark.parametrize("share", [0.05, 0.1, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 2, 10, 11, 1000, 1001])
def test_quantiles_of_many_values_too(n: int, share: float) -> None:
    values = np.random.default_rng(n).normal(size=n)
    assert quantile(values, share) == np.quantile(values, share) == np.percentile(values, 100 * share)
