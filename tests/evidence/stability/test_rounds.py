"""Whether a training loss comes in rounds of one length."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Series
from logdoctor.evidence.stability.rounds import comes_in_rounds

ROUND = [2.4, 1.3, 0.7, 0.4, 0.2, 0.1]


def loss(values: list[float]) -> Series:
    return Series.of("loss", range(len(values)), values)


def test_rounds_begin_at_equal_distances() -> None:
    assert comes_in_rounds(loss(ROUND * 5))
    assert not comes_in_rounds(loss(ROUND * 2 + ROUND[:4] + ROUND * 2))


@pytest.mark.parametrize("lost", [1, 8, 16, 27])
def test_a_value_that_was_not_logged_makes_no_round_shorter(lost: int) -> None:
    whole = loss(ROUND * 5)
    assert comes_in_rounds(whole.take(np.delete(np.arange(len(whole)), lost)))


def test_few_rounds_are_long() -> None:
    slow = [2.4, 1.7, 1.2, 0.8, 0.6, 0.4, 0.3, 0.25, 0.2, 0.22, 0.19, 0.2]
    assert comes_in_rounds(loss(slow * 3))
    assert not comes_in_rounds(loss(slow * 2))
    assert not comes_in_rounds(loss(ROUND * 3))
    assert comes_in_rounds(loss(ROUND * 4))
