"""Losses of boosted trees go by names of their own."""

from __future__ import annotations

import pytest

from logdoctor import Series
from logdoctor.evidence.boosted import is_boosted


@pytest.mark.parametrize(
    ("name", "boosted"),
    [
        ("train-logloss", True),
        ("training's binary_logloss", True),
        ("validation_0-mlogloss", True),
        ("test/Logloss", True),
        ("val_loss", False),
        ("log_loss", False),
    ],
)
def test_the_name_tells_of_boosted_trees(name: str, boosted: bool) -> None:
    assert is_boosted(Series.of(name, range(3), [0.6, 0.5, 0.4])) is boosted
