"""A series in one line: what must be seen is seen, and nothing else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from logdoctor.curves import decay, flat
from logdoctor.reports.terminal.sparkline import ASCII_BLOCKS, BLOCKS, sparkline
from logdoctor.run import Series

NAN = float("nan")


def drawn(
    values: ArrayLike,
    columns: int = 10,
    *,
    steps: ArrayLike | None = None,
    extent: tuple[int, int] | None = None,
    unicode: bool = True,
) -> str:
    series = Series.of("loss", np.arange(np.size(values)) if steps is None else steps, values)
    return sparkline(series, columns, extent=extent, unicode=unicode).text


def test_a_falling_loss_falls_from_the_highest_to_the_lowest_block() -> None:
    text = drawn(decay(2.3, 0.3, 100).values, 50)
    assert text[0] == "█"
    assert text[-1] == "▁"
    assert [*text] == sorted(text, reverse=True)


@pytest.mark.parametrize("at", [40, 41])
@pytest.mark.parametrize(("jump", "block"), [(9.0, "█"), (0.001, "▁")])
def test_one_of_two_values_that_stands_out_is_shown(at: int, jump: float, block: str) -> None:
    text = drawn(flat(1.0, 80).noisy(0.02).with_value(at, jump).values, 40)
    assert text[20] == block
    assert text.count(block) == 1


def test_noise_on_a_flat_curve_stays_flat() -> None:
    assert len(set(drawn(flat(2.3, 100).noisy(0.02).values))) <= 2
    assert drawn([0.0] * 10) == "▅" * 10


def test_a_spike_of_one_point_in_ten_thousand_is_seen() -> None:
    values = decay(2.3, 0.3, 10_000).noisy(0.05).values
    values[7_777] = 9.0
    text = drawn(values, 50)
    assert text[38] == "█"
    assert text.count("█") == 1


def test_a_dip_of_one_point_is_seen() -> None:
    values = flat(2.3, 1_000).noisy(0.05).values
    values[500] = 0.0
    assert drawn(values).count("▁") == 1


def test_batch_noise_is_not_drawn_as_spikes() -> None:
    text = drawn(decay(2.3, 0.3, 10_000).heavy_tailed(0.5).values, 50)
    assert sum(abs(BLOCKS.index(a) - BLOCKS.index(b)) > 2 for a, b in pairwise(text)) <= 1


@pytest.mark.parametrize("bad", [NAN, np.inf, -np.inf])
def test_one_value_that_is_not_finite_marks_its_stretch(bad: float) -> None:
    values = flat(2.3, 1_000).values
    values[450] = bad
    assert [i for i, c in enumerate(drawn(values)) if c == "✗"] == [4]


def test_every_nan_is_a_cross() -> None:
    assert drawn([NAN] * 5, 5) == "✗✗✗✗✗"


def test_ascii_alone_draws_without_unicode() -> None:
    text = drawn([3.0, 2.0, 1.0, NAN], 4, unicode=False)
    assert text == "#-.x"
    assert set(text) <= set(ASCII_BLOCKS + "x")


def test_a_loss_over_decades_is_drawn_on_a_logarithmic_scale() -> None:
    series = Series.of("loss", range(5), [1e-4, 1e-3, 1e-2, 1e-1, 1.0])
    line = sparkline(series, 5)
    assert line.logarithmic
    assert line.text == "▁▃▅▆█"


def test_steps_of_two_curves_stand_below_each_other() -> None:
    assert drawn([2.0, 1.0], 10, steps=[50, 99], extent=(0, 99)) == "██████▁▁▁▁"
    assert drawn([2.0, 1.0], 10, steps=[0, 49], extent=(0, 99)) == "█▁▁▁▁     "


def test_a_pause_in_logging_is_blank() -> None:
    steps = [*range(40), *range(90, 100)]
    assert drawn([1.0] * 50, 10, steps=steps).count(" ") == 4


def test_the_later_branch_of_a_resumed_run_is_drawn() -> None:
    assert drawn([1.0, 1.0, NAN, 1.0], 3, steps=[0, 1, 2, 2]) == "▅▅▅"


def test_a_column_without_a_value_is_blank() -> None:
    assert drawn([]) == ""
    assert drawn([1.0], 3, steps=[900], extent=(0, 100)) == "   "


@settings(max_examples=200, deadline=None)
@given(
    points=st.lists(
        st.tuples(st.integers(-(2**62), 2**62), st.floats(width=64)), min_size=1, max_size=50, unique_by=lambda p: p[0]
    ),
    columns=st.integers(1, 50),
)
def test_any_series_is_drawn_in_its_columns(points: list[tuple[int, float]], columns: int) -> None:
    steps, values = zip(*sorted(points), strict=True)
    text = drawn(values, columns, steps=steps)
    assert len(text) == columns
    assert ("✗" in text) == bool(np.any(~np.isfinite(values))) or len(points) > columns
