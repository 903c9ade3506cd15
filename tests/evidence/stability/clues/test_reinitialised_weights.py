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
