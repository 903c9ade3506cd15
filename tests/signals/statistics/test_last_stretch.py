"""Where what holds to the end of a series begins."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor.signals.statistics.last_stretch import after_last


@pytest.mark.parametrize(
    ("mask", "begins"),
    [([], 0), ([False, False], 0), ([True, False, True, False], 3), ([False, True], 2)],
    ids=["nothing", "never", "now and then", "at the end"],
)
def test_a_last_stretch_begins_after_the_last_true(mask: list[bool], begins: int) -> None:
    assert after_last(np.array(mask, dtype=bool)) == begins
