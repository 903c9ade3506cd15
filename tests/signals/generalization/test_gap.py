"""Training and validation loss laid over each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from logdoctor import Axis, Series, TrainLoss, ValLoss
from logdoctor.curves import decay
from logdoctor.signals import Gap, Trend


def gap(train: Series, val: Series) -> Gap:
    return Gap.measure(Trend[TrainLoss].measure(train), Trend[ValLoss].measure(val))


def falling(name: str, steps: list[int], axis: Axis = Axis.STEP) -> Series:
    """Return a loss that equals a hundred minus the share of the run, in percent."""
    at = np.array(steps, dtype=float)
    return Series.of(name, steps, 100 - 100 * (at - at[0]) / (at[-1] - at[0]), axis=axis)


def test_training_is_seen_at_the_steps_of_validation() -> None:
    measured = gap(falling("loss", list(range(0, 1001, 10))), Series.of("val", [250, 500, 1000], [80.0, 60.0, 40.0]))
    assert measured.train_level == pytest.approx([75.0, 50.0, 0.0], abs=2)


def test_different_axes_are_laid_over_each_other_by_the_share_of_the_run() -> None:
    steps = falling("loss", list(range(0, 9000, 30)))
    epochs = Series.of("val", [0, 1, 2], [90.0, 60.0, 50.0], axis=Axis.EPOCH)
    assert gap(steps, epochs).train_level == pytest.approx([100.0, 50.0, 0.0], abs=2)


def test_the_gap_at_the_end_is_validation_minus_training() -> None:
    measured = gap(Series.of("loss", range(100), np.full(100, 0.2)), Series.of("val", range(100), np.full(100, 0.9)))
    assert measured.end == pytest.approx(0.7)


def test_the_gap_is_negative_where_validation_lies_below() -> None:
    measured = gap(Series.of("loss", range(100), np.full(100, 0.9)), Series.of("val", range(100), np.full(100, 0.2)))
    assert measured.end == pytest.approx(-0.7)


@each(st.integers(2, 50), st.integers(2, 50), st.integers(1, 1000))
def test_there_is_a_training_level_for_each_block_of_validation(train: int, val: int, scale: int) -> None:
    measured = gap(falling("loss", list(range(train))), falling("val", [scale * i for i in range(val)], Axis.EPOCH))
    assert len(measured.train_level) == len(measured.val.level)
    assert measured.train_level.min() >= measured.train.level.min()
    assert measured.train_level.max() <= measured.train.level.max()


@pytest.mark.parametrize(
    ("half_life", "narrows"), [(0.3, True), (0.04, False)], ids=["validation lags early on", "training goes on alone"]
)
def test_a_gap_that_was_widest_early_on_is_told_from_one_that_grows(half_life: float, narrows: bool) -> None:
    steps = range(120)
    train = Series.of("loss", steps, decay(2.3, 0.1, half_life=0.05).values)
    val = Series.of("val_loss", steps, decay(2.3, 0.5, half_life=half_life).values)
    assert (gap(train, val).narrowed is not None) is narrows
