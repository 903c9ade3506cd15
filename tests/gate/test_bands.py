"""Bands around golden curves: what lies within, what left first, and what can never count as equal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor.gate.bands import Deviation, Tolerance, common_windows, deviation
from logdoctor.gate.golden import MAX_WINDOWS, Golden, golden_curve
from logdoctor.run import Axis, Series
from logdoctor.run.roles import GradNorm, Role, TrainLoss, ValMetric

TIGHT = Tolerance(k=4.0, rtol=0.0, atol=0.0, shift=0.0)


def loss(seed: int = 0, points: int = 1000, pace: int = 1, shift: float = 0.0, role: type[Role] = TrainLoss) -> Series:
    steps = np.arange(points) * pace
    noise = np.random.default_rng(seed).normal(0, 0.02, points)
    curve = Series.of("train_loss", steps, 0.5 + 2 * np.exp(-3 * steps / (points * pace)) + noise + shift)
    return replace(curve, role=role)


def against(golden: Golden, series: Series, tolerance: Tolerance = TIGHT) -> Deviation:
    common = common_windows(golden, series)
    assert common is not None
    return deviation(common, tolerance)


SEEDS = golden_curve([loss(seed) for seed in range(5)])


class TestGolden:
    def test_it_is_small_and_near_every_seed(self) -> None:
        assert len(SEEDS.steps) == MAX_WINDOWS
        assert (SEEDS.seeds, SEEDS.role, SEEDS.axis, SEEDS.last_step) == (5, "train-loss", "step", 999)
        assert (SEEDS.spread > 0).all()
        assert SEEDS.end == pytest.approx(0.6, abs=0.02)
        assert SEEDS.best <= SEEDS.end

    def test_a_short_curve_keeps_its_points(self) -> None:
        golden = golden_curve([Series.of("x", [0, 1, 2], [3.0, 2.0, 1.0])])
        assert golden.centre.tolist() == [3.0, 2.0, 1.0]

    def test_seeds_are_compared_on_the_steps_that_all_have(self) -> None:
        golden = golden_curve([loss(0), loss(1, points=500)])
        assert golden.last_step == 499

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_what_is_not_finite_is_no_reference(self, value: float) -> None:
        broken = Series.of("train_loss", [0, 7, 9], [1.0, value, 1.0])
        with pytest.raises(ValueError, match="train_loss is not finite at step 7"):
            golden_curve([broken])

    def test_runs_that_share_nothing(self) -> None:
        with pytest.raises(ValueError, match="no steps that all runs share"):
            golden_curve([Series.of("x", [0, 1], [1, 1]), Series.of("x", [5, 6], [1, 1])])
        with pytest.raises(ValueError, match="counts"):
            golden_curve([Series.of("x", [0, 1], [1, 1]), Series.of("x", [0, 1], [1, 1], axis=Axis.EPOCH)])


class TestDeviation:
    def test_another_seed_lies_within(self) -> None:
        for seed in range(100, 130):
            said = against(SEEDS, loss(seed))
            assert not said.regressed, (seed, said)
            assert not said.improved

    def test_another_seed_lies_within_the_guess_from_one(self) -> None:
        golden = golden_curve([loss(0)])
        assert [seed for seed in range(100, 130) if against(golden, loss(seed)).regressed] == []

    def test_a_regression_is_found_with_its_first_and_worst_step(self) -> None:
        series = loss(7)
        values = series.values.copy()
        values[600:] += np.linspace(0, 1, 400)
        said = against(SEEDS, replace(series, values=values))
        assert said.regressed
        assert said.first_step is not None
        assert 600 <= said.first_step <= 700
        assert said.worst_step > 900
        assert said.error == pytest.approx(1.0, abs=0.1)
        assert said.relative_error == pytest.approx(said.error / said.worst_golden)
        assert said.end - said.golden_end == pytest.approx(0.9, abs=0.15)

    def test_a_run_that_is_a_little_late_is_no_regression(self) -> None:
        steps = np.arange(1000)
        drop = [Series.of("x", steps, 2 - np.tanh((steps - 500 - late) / 20)) for late in (0, 30, 150)]
        golden, late, very_late = golden_curve(drop[:1]), *(replace(one, role=TrainLoss) for one in drop[1:])
        golden = replace(golden, role="train-loss")
        assert against(golden, late, Tolerance(rtol=0.01, shift=0.0)).regressed
        assert not against(golden, late, Tolerance(rtol=0.01)).regressed
        assert against(golden, very_late, Tolerance(rtol=0.01)).regressed

    def test_better_is_no_regression(self) -> None:
        said = against(SEEDS, loss(7, shift=-0.3))
        assert (said.regressed, said.improved) == (False, True)

    def test_the_role_says_what_is_better(self) -> None:
        accuracy = golden_curve([loss(seed, role=ValMetric) for seed in range(5)])
        assert against(accuracy, loss(7, shift=0.3, role=ValMetric)).improved
        assert against(accuracy, loss(7, shift=-0.3, role=ValMetric)).regressed
        norm = golden_curve([loss(seed, role=GradNorm) for seed in range(5)])
        for shift in (0.3, -0.3):
            said = against(norm, loss(7, shift=shift, role=GradNorm))
            assert (said.regressed, said.improved) == (True, False)

    def test_one_bad_batch_is_no_regression(self) -> None:
        series = loss(7)
        values = series.values.copy()
        values[500:505] += 5.0
        said = against(SEEDS, replace(series, values=values))
        assert (said.outside, said.regressed, said.worst_step) == (1, False, 502)

    def test_a_run_that_logs_less_often_is_compared_on_wider_windows(self) -> None:
        assert not against(SEEDS, loss(7, points=50, pace=20)).regressed
        assert against(SEEDS, loss(7, points=50, pace=20, shift=0.3)).regressed
        common = common_windows(SEEDS, loss(7, points=50, pace=20))
        assert common is not None
        assert (common.overlap, common.holes) == (1.0, ())


class TestCommon:
    def test_overlap_is_counted_on_the_golden_windows(self) -> None:
        common = common_windows(SEEDS, loss(7).take(slice(0, 500)))
        assert common is not None
        assert common.overlap == 0.5

    def test_nothing_in_common(self) -> None:
        assert common_windows(SEEDS, Series.of("x", [5000], [1.0])) is None
        assert common_windows(SEEDS, Series.of("x", [], [])) is None

    def test_a_hole_is_named(self) -> None:
        series = loss(7)
        common = common_windows(SEEDS, series.take((series.steps < 300) | (series.steps >= 320)))
        assert common is not None
        assert common.holes == (302, 307, 312, 317)

    @given(st.integers(0, 999), st.sampled_from([np.nan, np.inf, -np.inf]))
    @settings(max_examples=30, deadline=None)
    def test_what_is_not_finite_is_found_wherever_it_is(self, at: int, value: float) -> None:
        series = loss(7)
        values = series.values.copy()
        values[at] = value
        common = common_windows(SEEDS, replace(series, values=values))
        assert common is not None
        assert common.broken_step == at


shapes = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=300)


class TestProperties:
    @given(shapes, st.sampled_from([TrainLoss, ValMetric, GradNorm]))
    @settings(deadline=None)
    def test_a_run_lies_within_its_own_band(self, values: list[float], role: type[Role]) -> None:
        series = replace(Series.of("x", np.arange(len(values)), values), role=role)
        said = against(golden_curve([series]), series)
        assert (said.outside, said.regressed, said.improved, said.first_step) == (0, False, False, None)

    @given(shapes, st.floats(0.01, 100), st.floats(1.01, 10))
    @settings(deadline=None)
    def test_beyond_the_tolerance_everywhere_is_a_regression(
        self, values: list[float], atol: float, far: float
    ) -> None:
        series = replace(Series.of("x", np.arange(len(values)), np.round(values, 3)), role=TrainLoss)
        golden = replace(golden_curve([series]), spread=np.zeros(min(len(values), MAX_WINDOWS)))
        worse = replace(series, values=series.values + far * atol)
        within = replace(series, values=series.values + 0.5 * atol)
        tolerance = Tolerance(k=0, rtol=0, atol=atol, shift=0)
        assert against(golden, worse, tolerance).regressed
        assert against(golden, worse, tolerance).first_step == 0
        assert not against(golden, within, tolerance).regressed

    @given(st.integers(0, 50), st.floats(0.0, 0.5), st.floats(1.0, 3.0))
    @settings(max_examples=40, deadline=None)
    def test_a_wider_tolerance_never_finds_more(self, seed: int, shift: float, wider: float) -> None:
        series = loss(seed, points=200, shift=shift)
        narrow, wide = against(SEEDS, series, Tolerance(k=2)), against(SEEDS, series, Tolerance(k=2 * wider))
        assert wide.outside <= narrow.outside

    @given(st.integers(1, 1000), st.floats(0.001, 1000))
    @settings(max_examples=40, deadline=None)
    def test_units_and_pace_change_nothing(self, pace: int, scale: float) -> None:
        def said(seed: int, shift: float) -> tuple[Any, ...]:
            runs = [loss(one, points=300) for one in range(4)]
            there = loss(seed, points=300, shift=shift)
            scaled = [replace(one, steps=one.steps * pace, values=one.values * scale) for one in (*runs, there)]
            one = against(golden_curve(scaled[:4]), scaled[4])
            return one.outside, one.regressed, one.improved, one.worst_step / pace

        for shift in (0.0, 0.2):
            plain = against(golden_curve([loss(one, points=300) for one in range(4)]), loss(9, points=300, shift=shift))
            assert said(9, shift) == (plain.outside, plain.regressed, plain.improved, plain.worst_step)
