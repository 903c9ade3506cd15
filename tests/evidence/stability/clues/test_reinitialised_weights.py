"""Whether a loss goes the way of its beginning again."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor.evidence.stability.clues.reinitialised_weights import retraces_first_descent


@pytest.mark.parametrize(("speed", "again"), [(1.0, True), (8.0, False)], ids=["as at first", "mended soon"])
def test_a_slow_descent_under_batch_noise_is_laid_beside_the_first_for_half_of_its_fall(
    speed: float, again: bool
) -> None:
    random, steps = np.random.default_rng(0), np.arange(160)
    descent = 0.15 + 2.15 / (1 + np.exp((steps - 50) / 12))
    once_more = 0.15 + 2.15 / (1 + np.exp((steps * speed - 50) / 12))
    values = np.concatenate([descent, once_more]) + random.normal(0, 0.03, 320)
    assert retraces_first_descent(values, 160) is again


@pytest.mark.parametrize(
    ("once_more", "again"),
    [([1.7, 1.05, 0.85, 0.76, 0.7, 0.65], True), ([1.7, 0.7, 0.61, 0.6, 0.59, 0.58], False)],
    ids=["as at first", "mended soon"],
)
def test_six_means_of_an_epoch_show_a_descent_where_six_values_of_steps_do_not(
    once_more: list[float], again: bool
) -> None:
    values = np.array([1.71, 1.07, 0.84, 0.75, 0.69, 0.66, 0.63, 0.61, 0.59, 0.58, *once_more, 0.6, 0.57])
    assert retraces_first_descent(values, 10, averages=True) is again
    assert not retraces_first_descent(values, 10)
