"""Steps that a series should have by its own pace."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Series
from logdoctor.signals import Hole, holes, pace_of


def logged_at(*steps: int) -> Series:
    return Series.of("loss", steps, np.zeros(len(steps)))


@pytest.mark.parametrize(
    ("steps", "pace"),
    [
        (range(0, 1000, 50), 50),
        ([*range(0, 1000, 50), 999], 50),
        ([*range(50), *range(60, 100)], 1),
        ([*range(5), *range(6, 10), *range(15, 20)], 1),
        ([0, 1, 2, 3, 5, 6, 7, 9], None),
        ([2**k for k in range(12)], None),
        ([0, 3, 4, 8, 9, 15, 20], None),
        ([0, 10], None),
        ([], None),
    ],
)
def test_a_pace_is_the_usual_distance_of_a_series_that_has_one(steps: range | list[int], pace: int | None) -> None:
    assert pace_of(logged_at(*steps)) == pace


def test_a_hole_counts_the_records_that_are_missing() -> None:
    assert holes(logged_at(*range(0, 500, 10), *range(600, 1000, 10)), 1.5) == (Hole(490, 600, 10),)


def test_only_holes_of_the_width_asked_for_are_told() -> None:
    series = logged_at(*range(20), *range(21, 50), *range(70, 100))
    assert [hole.records for hole in holes(series, 1.5)] == [1, 20]
    assert [hole.records for hole in holes(series, 10)] == [20]


def test_a_restart_that_logs_again_leaves_no_hole() -> None:
    assert holes(logged_at(*range(60), *range(40, 100)), 1.5) == ()
