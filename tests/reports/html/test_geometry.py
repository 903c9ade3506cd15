"""Where things lie: what must hold for any series, however hostile its values."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from logdoctor.reports.html.geometry import (
    Scale,
    log_ticks,
    outstanding_start,
    pieces,
    round_ticks,
    runs_of,
    scale_of,
    thinned,
    wants_logarithm,
)
from logdoctor.run import Series

ANY = st.floats(width=64)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
VALUES = arrays(np.float64, st.integers(1, 400), elements=ANY)


@given(VALUES, st.integers(2, 60), st.data())
def test_thinning_keeps_ends_extremes_broken_values_and_what_is_asked_for(
    values: NDArray[np.float64], at_most: int, data: st.DataObject
) -> None:
    keep = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=3))
    kept = thinned(values, at_most, keep)
    broken = np.flatnonzero(~np.isfinite(values))
    assert (np.diff(kept) > 0).all()
    assert {0, len(values) - 1, *keep, *broken.tolist()} <= set(kept.tolist()) or len(values) <= at_most
    finite = values[np.isfinite(values)]
    if len(finite):
        drawn = values[kept][np.isfinite(values[kept])]
        assert drawn.min() == finite.min()
        assert drawn.max() == finite.max()
    assert len(kept) <= max(at_most, 2 * (at_most // 2) + 2 + len(keep) + len(broken))


def test_a_spike_of_one_value_in_a_million_is_kept() -> None:
    values = np.ones(1_000_000)
    values[123_456] = 9.0
    assert 123_456 in thinned(values, 500)


@given(FINITE, FINITE, st.integers(1, 12))
def test_round_ticks_lie_on_the_axis_in_order(one: float, other: float, about: int) -> None:
    low, high = min(one, other), max(one, other)
    assume(high / 2 - low / 2 > 1e-290)
    ticks = round_ticks(low, high, about)
    slack = 1e-6 * (high / 2 - low / 2) * 2 + 1e-9 * max(abs(low), abs(high))
    assert list(ticks) == sorted(ticks)
    assert len(ticks) <= 2 * about + 3
    assert all(low - slack <= tick <= high + slack for tick in ticks)


def test_ticks_are_round_numbers_on_both_scales() -> None:
    assert round_ticks(0.0, 1.0, 4) == (0.0, 0.5, 1.0)
    assert round_ticks(0.06, 0.85, 4) == (0.2, 0.4, 0.6, 0.8)
    assert round_ticks(0.12, 0.31, 4) == (0.15, 0.2, 0.25, 0.3)
    assert log_ticks(0.5, 2e6, 4) == (1.0, 100.0, 10_000.0, 1_000_000.0)
    assert log_ticks(0.7, 5.5, 4) == (1.0, 2.0, 5.0)
    assert len(log_ticks(0.18, 0.45, 4)) >= 3


@given(arrays(np.float64, st.integers(0, 50), elements=ANY), st.booleans())
def test_a_scale_shows_every_finite_value(values: NDArray[np.float64], wanted: bool) -> None:
    shown = values[values > 0] if wanted else values
    scale = scale_of([shown], logarithmic=wanted)
    finite = shown[np.isfinite(shown)]
    assert scale.low < scale.high
    assert math.isfinite(scale.low)
    assert math.isfinite(scale.high)
    extreme = np.abs(finite) > 1e307  # no room above the largest number there is
    at = scale.at(finite[~extreme])
    assert ((at >= -1e-6) & (at <= 1 + 1e-6)).all()
    assert all(-0.01 <= scale.place(tick) <= 1.01 for tick in scale.ticks(4) if scale.low <= tick <= scale.high)


def test_a_small_change_stays_small_on_its_scale() -> None:
    scale = scale_of([np.array([1.0, 1.01])])
    assert scale.place(1.01) - scale.place(1.0) < 0.2


def test_a_loss_starts_no_lower_than_zero_on_a_linear_axis() -> None:
    assert scale_of([np.array([0.01, 3.0])]).low == 0.0


def test_logarithmic_only_where_values_span_much_and_are_positive() -> None:
    assert wants_logarithm(np.array([1.0, 61.0, math.nan, math.inf]))
    assert not wants_logarithm(np.array([1.0, 59.0]))
    assert not wants_logarithm(np.array([0.0, 1000.0]))
    assert not wants_logarithm(np.array([math.nan]))


def test_a_first_value_far_above_all_others_may_be_left_out() -> None:
    steps = np.arange(100)
    values = np.full(100, 2.0) + np.sin(steps) / 10
    values[0] = 50.0
    assert outstanding_start(steps, values) == 1
    values[50] = 60.0
    assert outstanding_start(steps, values) == 0


def test_a_line_breaks_at_broken_values_and_where_logging_paused() -> None:
    steps = np.concatenate((np.arange(20), np.arange(40, 60)))
    values = np.ones(40)
    values[5] = math.nan
    values[30] = math.inf
    assert pieces(Series.of("loss", steps, values)) == [(0, 5), (6, 20), (20, 30), (31, 40)]


@given(arrays(np.bool_, st.integers(0, 80)))
def test_stretches_of_a_mask_cover_exactly_what_is_true(mask: NDArray[np.bool_]) -> None:
    found = np.zeros(len(mask), dtype=bool)
    for first, end in runs_of(mask):
        assert end > first
        assert not found[first:end].any()
        found[first:end] = True
    assert (found == mask).all()


def test_values_are_placed_the_same_however_large() -> None:
    small, large = Scale(0.0, 2.0), Scale(0.0, 1.6e308)
    assert small.place(1.0) == large.place(0.8e308) == 0.5
