"""A penalty on the weights comes down evenly, in training and validation alike."""

from __future__ import annotations

import pytest

from logdoctor import Series, TrainLoss, ValLoss
from logdoctor.signals import Trend
from logdoctor.signals.optimization.penalty import falls_like_penalty

TRAIN = [30.7, 16.7, 9.3, 5.5, 3.7, 2.9, 2.5, 2.4, 2.3, 2.3]
LATER = [22.1, 12.1, 6.9, 4.4, 3.2, 2.7, 2.4, 2.3, 2.3, 2.3]


@pytest.mark.parametrize(
    ("held_out", "told"),
    [
        (LATER, True),
        ([21.0, 3.2, 2.4, 2.4, 2.4, 2.3, 2.4, 2.4, 2.5, 2.6], False),
        ([22.1, 12.1, 6.9, 9.4, 3.2, 2.7, 2.4, 2.3, 2.3, 2.3], False),
        (LATER[:5], False),
    ],
    ids=["alike", "validation has come down", "validation jumps", "another number of values"],
)
def test_what_melts_is_a_penalty(held_out: list[float], told: bool) -> None:
    train = Trend[TrainLoss].measure(Series.of("loss", range(len(TRAIN)), TRAIN))
    val = Trend[ValLoss].measure(Series.of("val_loss", range(len(held_out)), held_out))
    assert falls_like_penalty(train, val) is told


SELDOM = [46.5, 23.0, 11.4, 6.0, 3.7, 2.8, 2.5, 2.36]
THROWN = [46.5, 15.0, 11.4, 6.0, 3.7, 2.8, 2.5, 2.36]


@pytest.mark.parametrize(("values", "told"), [(SELDOM, True), (THROWN, False)], ids=["evenly", "at once"])
def test_a_penalty_that_more_than_halves_between_two_values_does_so_evenly(values: list[float], told: bool) -> None:
    train = Trend[TrainLoss].measure(Series.of("loss", range(len(values)), values))
    val = Trend[ValLoss].measure(Series.of("val_loss", range(len(values)), [0.9 * one for one in values]))
    assert falls_like_penalty(train, val) is told
