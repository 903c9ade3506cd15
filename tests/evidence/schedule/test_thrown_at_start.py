"""First updates that throw a training loss, and what is none of them."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor.evidence.schedule.thrown_at_start import ThrownAtStart
from logdoctor.run import Axis, Run, Series, Setting
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import ChanceLevels, Explosion, Hyperparameters, Trend, Unmeasurable

FAR: dict[str, Setting] = {"optimizer": "adam", "lr": 1.0}
DOWN = [3.6, 3.2, 3.0, 2.9, 2.8, 2.7, 2.6, 2.5, 2.5, 2.4, 2.4, 2.3]


def thrown(
    values: list[float], settings: dict[str, Setting] | None = None, axis: Axis = Axis.STEP
) -> ThrownAtStart | None:
    series = Series("loss", np.arange(len(values)), np.array(values), axis=axis, role=TrainLoss)
    run = Run("run", series=(series,), hyperparameters=settings or {})
    train: Trend[TrainLoss] = Trend.measure(series)
    chance = ChanceLevels.measure(run)
    try:
        return ThrownAtStart.measure(train, Explosion.measure(train, None, chance), Hyperparameters(run), chance)
    except Unmeasurable:
        return None


def test_two_neighbours_far_above_the_start_are_a_throw() -> None:
    seen = thrown([4.2, 17.0, 18.0, 8.0, *DOWN])
    assert seen is not None
    assert (seen.start, seen.peak, seen.index) == (4.2, 18.0, 2)
    assert seen.times == pytest.approx(17.0 / 4.2, rel=0.01)


def test_one_odd_batch_is_none_but_one_epoch_is() -> None:
    values = [4.2, 4.1, 18.0, 4.0, *DOWN]
    assert thrown(values) is None
    assert thrown(values, axis=Axis.EPOCH) is not None


def test_a_rate_far_too_high_needs_less() -> None:
    values = [4.2, 7.5, 7.2, 4.0, *DOWN]
    assert thrown(values) is None
    assert thrown(values, {"optimizer": "adam", "lr": 1e-3}) is None
    assert thrown(values, FAR) is not None


def test_a_log_that_begins_high_tells_nothing_unless_guessing_is_known() -> None:
    values = [6.0, 3.4, 2.5, *[1.0 - 0.01 * i for i in range(40)]]
    assert thrown(values, FAR) is None
    seen = thrown(values, {**FAR, "num_classes": 12})
    assert seen is not None
    assert seen.known_from == "guessing"


def test_what_comes_again_comes_late_or_learns_nothing_is_none() -> None:
    high = [4.2, 17.0, 18.0, 8.0]
    assert thrown([*high, *DOWN, 15.0, 2.4]) is None
    assert thrown([*DOWN, *DOWN, *high[1:], *DOWN]) is None
    assert thrown([*high, *[5.0] * 12]) is None
    assert thrown([*high, *DOWN, *[-1.0] * 5]) is None


def test_an_easy_first_batch_is_no_start_where_batches_differ_so() -> None:
    rng = np.random.default_rng(0)
    noisy = np.exp(rng.normal(0.0, 0.6, 200)) * np.linspace(0.9, 0.3, 200)
    values = [0.15, *noisy[1:]]
    values[2], values[3] = 2.6, 2.5  # seventeen times an easy first batch
    assert thrown(values) is None
    calm = [0.8, 4.0, 4.2, *(np.linspace(1.0, 0.3, 200) * np.exp(rng.normal(0.0, 0.05, 200)))]
    assert thrown(calm) is not None
