"""Losses of a size that no batch can cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from logdoctor import Series, TrainLoss
from logdoctor.signals import Trend
from logdoctor.signals.stability.absurd_jumps import BEYOND, absurd_jumps


def jumps(values: list[float]) -> list[tuple[int, int, bool]]:
    series = Series.of("loss", np.arange(len(values)), np.array(values))
    found = absurd_jumps(Trend[TrainLoss].measure(series))
    return [] if found is None else [(one.index, one.last, one.recovered) for one in found.found]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([0.08, 0.09, 0.05, 3e15, 0.06], [(3, 3, True)]),
        ([0.08, 0.09, 0.05, 3e15, 4e15], [(3, 4, False)]),
        ([7e15, 0.08, 0.09, 3e15, 0.05, 0.07, 9e15], [(6, 6, False)]),
        ([0.08, 0.09, 0.05, 3e3, 0.06], []),
        ([1e9, 1e7, 1e5, 1e3, 10.0, 1.0, 0.5, 0.4, 0.3], []),
        ([1e-8, 1e-9, 1e-8, 1e-8, 0.7, 1e-8], []),
        ([0.08, 0.09, 3e15], []),
        ([-4e4, 1e4, -3e4, -2e4, 5e4, -6e4, 3e4, -1e4], []),
        ([-4e4, 1e4, -3e4, -2e4, 5e14, -6e4, 3e4, -1e4], [(4, 4, True)]),
    ],
    ids=[
        "once",
        "to the end",
        "too early, then late",
        "large",
        "comes down",
        "known by heart",
        "too few",
        "of both signs",
        "of both signs, once",
    ],
)
def test_what_no_batch_can_cost_is_found_behind_ordinary_values(
    values: list[float], found: list[tuple[int, int, bool]]
) -> None:
    assert jumps(values) == found


@each(st.lists(st.floats(0.1, 0.09 * BEYOND), min_size=2, max_size=50))
def test_no_loss_within_six_powers_of_ten_is_absurd(values: list[float]) -> None:
    assert jumps(values) == []
