"""How noisy the validation is that leads."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Series, ValLoss
from logdoctor.curves import flat
from logdoctor.evidence.lead import late_noise
from logdoctor.signals import Trend


def trend(name: str, steps: np.ndarray, values: np.ndarray) -> Trend[ValLoss]:
    return Trend.measure(Series.of(name, steps, values))


def test_the_noise_of_a_lead_is_that_of_its_later_half() -> None:
    quiet, restless = flat(0.1, 60), flat(0.1, 60).noisy(0.02)
    steps = np.arange(120)
    assert late_noise(trend("val_loss", steps, quiet.followed_by(restless).values)) == pytest.approx(0.02, rel=0.3)
    assert late_noise(trend("val_loss", steps, restless.followed_by(quiet).values)) == 0.0
