"""Assertions: which statistic, of which series, within which bounds; and what can never pass."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor.config import Aggregate, Assertion, Statistic
from logdoctor.gate.assertions import assertion_checks, name_of
from logdoctor.gate.statistics import measure
from logdoctor.gated import Check, Outcome
from logdoctor.run import Notice, Run, Series
from logdoctor.run.notice import DAMAGE
from logdoctor.run.understand import understand
from logdoctor.signals import Unmeasurable

NAN, INF = math.nan, math.inf


def series(values: Any, name: str = "val_acc", pace: int = 10) -> Series:
    return Series.of(name, np.arange(len(values)) * pace, values)


def run(name: str, **curves: Any) -> Run:
    return Run(name, understand(series(values, key, pace=1) for key, values in curves.items()))


def asked(*runs: Run, **assertion: Any) -> list[Check]:
    assertion = {"statistic": Statistic.BEST, **assertion}
    return list(assertion_checks(Assertion(**assertion), runs))


def outcomes(*runs: Run, **assertion: Any) -> list[Outcome]:
    return [one.outcome for one in asked(*runs, **assertion)]


RISING = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.85]


class TestStatistics:
    @pytest.mark.parametrize(
        ("statistic", "rises", "expected"),
        [
            ("best", True, 0.9),
            ("best", False, 0.1),
            ("lowest", True, 0.1),
            ("highest", False, 0.9),
            ("end", True, 0.85),
            ("last-step", True, 60.0),
            ("max-drawdown", True, 0.05),
            ("max-drawdown", False, 0.8),
            ("steps-to", True, 30.0),
            ("steps-to", False, 0.0),
        ],
    )
    def test_values(self, statistic: str, rises: bool, expected: float) -> None:
        found = measure(Statistic(statistic), series(RISING), rises=rises, target=0.6)
        assert found.value == pytest.approx(expected)

    def test_average_weighs_by_steps(self) -> None:
        uneven = Series.of("x", [0, 10, 110], [0.0, 1.0, 1.0])
        assert measure(Statistic.AVERAGE, uneven, rises=True).value == pytest.approx((5 + 100) / 110)

    def test_a_lucky_value_is_neither_best_nor_end(self) -> None:
        values = np.full(400, 0.5)
        values[[100, 399]] = 0.99
        assert measure(Statistic.BEST, series(values), rises=True).value == 0.5
        assert measure(Statistic.END, series(values), rises=True).value == 0.5

    def test_spikes_are_counted_on_the_bad_side(self) -> None:
        values = np.random.default_rng(0).normal(1.0, 0.01, 400)
        values[200] = 3.0
        assert measure(Statistic.SPIKE_COUNT, series(values), rises=False).value == 1
        assert measure(Statistic.SPIKE_COUNT, series(values), rises=True).value == 0

    def test_a_single_value_is_its_own_level(self) -> None:
        assert measure(Statistic.END, series([0.7]), rises=True).value == 0.7

    def test_nothing_to_measure(self) -> None:
        with pytest.raises(Unmeasurable):
            measure(Statistic.END, series([]), rises=True)
        with pytest.raises(Unmeasurable):
            measure(Statistic.SPIKE_COUNT, series(RISING), rises=False)

    @given(
        st.sampled_from([one for one in Statistic if one not in (Statistic.LAST_STEP, Statistic.THROUGHPUT)]),
        st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
        st.data(),
    )
    @settings(deadline=None)
    def test_nan_in_the_last_value_is_nan_in_all(self, statistic: Statistic, values: list[float], data: Any) -> None:
        found = measure(statistic, series([*values, NAN]), rises=data.draw(st.booleans()), target=0.0)
        assert math.isnan(found.value)

    @given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=80))
    @settings(deadline=None)
    def test_best_lies_between_lowest_and_highest(self, values: list[float]) -> None:
        for rises in (True, False):
            lowest, best, highest = (
                measure(one, series(values), rises=rises).value
                for one in (Statistic.LOWEST, Statistic.BEST, Statistic.HIGHEST)
            )
            assert best == (highest if rises else lowest)


class TestBounds:
    @pytest.mark.parametrize(
        ("bounds", "outcome"),
        [
            ({"min": 0.9}, "passed"),
            ({"min": 0.91}, "failed"),
            ({"max": 0.9}, "passed"),
            ({"max": 0.89}, "failed"),
            ({"min": 0.5, "max": 0.95}, "passed"),
            ({"min": 0.95, "max": 0.99}, "failed"),
        ],
    )
    def test_both_sides(self, bounds: dict[str, float], outcome: str) -> None:
        assert outcomes(run("a", val_acc=RISING), series="val_acc", **bounds) == [outcome]

    def test_a_target_that_is_never_reached_fails_whatever_the_bound(self) -> None:
        for bound in ({"max": 1e9}, {"min": 0.0}):
            (said,) = asked(
                run("a", val_acc=RISING), series="val_acc", statistic=Statistic.STEPS_TO, target=0.95, **bound
            )
            assert (said.outcome, said.message) == ("failed", "never reached")

    @given(st.floats(-10, 10), st.sampled_from(["min", "max"]), st.sampled_from(list(Statistic)))
    @settings(deadline=None)
    def test_nan_never_passes(self, bound: float, side: str, statistic: Statistic) -> None:
        if statistic in (Statistic.LAST_STEP, Statistic.THROUGHPUT):
            return
        target = 0.0 if statistic is Statistic.STEPS_TO else None
        broken = run("a", val_acc=[*RISING, NAN])
        options: dict[str, Any] = {side: bound, "statistic": statistic, "target": target, "series": "val_acc"}
        assert outcomes(broken, **options) == ["failed"]

    def test_infinity_is_beyond_every_bound(self) -> None:
        spiky = run("a", grad_norm=[1.0, 1.1, INF, 1.0])
        assert outcomes(spiky, series="grad_norm", statistic=Statistic.HIGHEST, max=1e300) == ["failed"]
        assert outcomes(spiky, series="grad_norm", statistic=Statistic.LOWEST, min=0.5) == ["passed"]

    def test_what_failed_where(self) -> None:
        (said,) = asked(run("a", val_acc=RISING), series="val_acc", min=0.95)
        assert (said.name, said.run, said.series) == ("best val_acc >= 0.95", "a", "val_acc")
        assert said.message == "0.9 (step 5)"
        assert said.span is not None
        assert said.span.first_step == 5
        assert {name: one.value for name, one in said.evidence.items()} == {"best": pytest.approx(0.9), "min": 0.95}


class TestDirection:
    """Which way is better: as the role says, else as far as the assertion tells."""

    @pytest.mark.parametrize(
        ("options", "outcome"),
        [
            ({"min": 0.85}, "passed"),
            ({"max": 0.15}, "passed"),
            ({"min": 0.05, "max": 0.95}, "inconclusive"),
            ({"statistic": Statistic.MAX_DRAWDOWN, "max": 1.0}, "inconclusive"),
            ({"statistic": Statistic.STEPS_TO, "target": 0.75, "max": 5}, "passed"),
            ({"statistic": Statistic.STEPS_TO, "target": 0.75, "max": 3}, "failed"),
            ({"statistic": Statistic.HIGHEST, "min": 0.85, "max": 0.95}, "passed"),
        ],
    )
    def test_of_a_series_without_a_role(self, options: dict[str, Any], outcome: str) -> None:
        (said,) = asked(run("a", frobnication=RISING), series="frobnication", **options)
        assert said.outcome == outcome
        assert said.outcome != "inconclusive" or "name its role under [roles]" in said.message


class TestWhatIsMissing:
    def test_a_pattern_that_matches_nothing_is_no_answer(self) -> None:
        one = run("resnet-1", val_acc=RISING)
        (no_run,) = asked(one, run="resnt*", series="val_acc", min=0)
        assert (no_run.outcome, no_run.run) == ("inconclusive", "resnt*")
        (no_series,) = asked(one, series="val_ac", min=0)
        assert no_series.outcome == "inconclusive"
        assert "did you mean 'val_acc'?" in no_series.message
        (no_role,) = asked(one, role="gradient-norm", min=0)
        assert no_role.message == "no gradient-norm in this run"

    def test_every_run_that_is_named_must_have_it(self) -> None:
        runs = run("a", val_acc=RISING), run("b", val_loss=RISING)
        assert outcomes(*runs, series="val_acc", min=0.5) == ["passed", "inconclusive"]
        assert outcomes(*runs, series="val_acc", min=0.5, aggregate=Aggregate.BEST) == ["inconclusive"]

    def test_damage_leaves_it_open_even_where_it_would_pass(self) -> None:
        hurt = replace(run("a", val_acc=RISING), notices=(Notice(DAMAGE, "m.csv", "m.csv: 3 rows are torn"),))
        (said,) = asked(hurt, series="val_acc", min=0.5)
        assert (said.outcome, said.message) == ("inconclusive", "cannot be judged: m.csv: 3 rows are torn")

    def test_no_speed(self) -> None:
        assert outcomes(run("a", val_acc=RISING), statistic=Statistic.THROUGHPUT, min=1.0) == ["inconclusive"]


class TestAggregates:
    RUNS = tuple(run(f"seed{i}", val_acc=[0.1, best, best]) for i, best in enumerate((0.8, 0.9, 0.7)))

    @pytest.mark.parametrize(
        ("aggregate", "bound", "expected"),
        [
            ("each", 0.75, ["passed", "passed", "failed"]),
            ("median", 0.8, ["passed"]),
            ("median", 0.81, ["failed"]),
            ("best", 0.9, ["passed"]),
            ("best", 0.91, ["failed"]),
            ("worst", 0.7, ["passed"]),
            ("worst", 0.71, ["failed"]),
        ],
    )
    def test_over_runs(self, aggregate: str, bound: float, expected: list[str]) -> None:
        assert outcomes(*self.RUNS, series="val_acc", min=bound, aggregate=Aggregate(aggregate)) == expected

    def test_one_run_that_is_nan_fails_them_all(self) -> None:
        broken = run("seed3", val_acc=[0.1, 0.99, NAN])
        for aggregate in (Aggregate.MEDIAN, Aggregate.BEST, Aggregate.WORST):
            assert outcomes(*self.RUNS, broken, series="val_acc", min=0.1, aggregate=aggregate) == ["failed"]

    def test_the_message_tells_the_spread(self) -> None:
        (said,) = asked(*self.RUNS, series="val_acc", min=0.1, aggregate=Aggregate.MEDIAN)
        assert said.message == "0.8 (step 1); median of 3 values, 0.7 to 0.9; decided by seed0"
        assert said.name == "best val_acc >= 0.1, median of the runs"


def test_a_value_near_its_bound_is_told_with_its_digits() -> None:
    (said,) = asked(run("a", val_acc=[0.1, 0.90996, 0.90996]), series="val_acc", min=0.91)
    assert said.message == "0.90996 (step 1)"


def test_the_argument_itself_goes_by_its_folder() -> None:
    one = replace(run(".", val_acc=RISING), folder="runs/resnet-1")
    assert outcomes(one, run="resnet*", series="val_acc", min=0.5) == ["passed"]


def test_an_assertion_is_named_by_statistic_series_and_bounds() -> None:
    assert (
        name_of(Assertion(Statistic.BEST, role="validation-metric", min=0.9155)) == "best validation-metric >= 0.9155"
    )
    both = Assertion(Statistic.STEPS_TO, role="validation-loss", target=0.5, min=10, max=2000)
    assert name_of(both) == "steps-to 0.5 validation-loss >= 10 and <= 2,000"
    assert name_of(Assertion(Statistic.THROUGHPUT, min=100.0)) == "throughput >= 100"


def test_a_pattern_for_one_argument_is_told_from_the_names_of_several() -> None:
    (said,) = asked(run("runs/gan-1", val_acc=[0.5, 0.9]), series="val_acc", run="gan-*", min=0.8)
    assert said.outcome is Outcome.INCONCLUSIVE
    assert said.message == "no run is called so; '*/gan-*' fits 'runs/gan-1'"


def test_a_median_of_one_value_names_no_spread() -> None:
    (said,) = asked(run(".", val_acc=[0.5, 0.9]), series="val_acc", min=0.8, aggregate=Aggregate.MEDIAN)
    assert said.message == "0.9 (step 1); the only value"


def test_a_share_is_not_asked_of_an_accuracy_in_per_cent() -> None:
    poor, good = run("poor", val_acc=[10.0, 30.0, 45.0]), run("good", val_acc=[10.0, 80.0, 96.0])
    (check,) = asked(poor, series="val_acc", min=0.9)
    assert check.outcome is Outcome.INCONCLUSIVE
    assert check.message == "is logged in per cent, up to 45, and 0.9 reads as a share: ask for 90"
    assert outcomes(good, series="val_acc", statistic=Statistic.STEPS_TO, target=0.9, max=5) == [Outcome.INCONCLUSIVE]
    assert outcomes(poor, good, series="val_acc", min=90) == [Outcome.FAILED, Outcome.PASSED]
    assert outcomes(good, series="val_acc", statistic=Statistic.MAX_DRAWDOWN, max=0.5) == [Outcome.PASSED]
    assert outcomes(run("rouge", rouge=[10.0, 20.0]), series="rouge", min=0.9) == [Outcome.PASSED]
