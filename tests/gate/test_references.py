"""References: files that are small, exact and checked; and what a run is told that is held to one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from logdoctor.config import References
from logdoctor.errors import ConfigurationError
from logdoctor.finding import Severity, Span
from logdoctor.gate.environment import config_hash, differences, environment, trained_by
from logdoctor.gate.exact import Exact
from logdoctor.gate.golden import MAX_WINDOWS, Golden
from logdoctor.gate.reference_file import Reference, read_reference, reference_text
from logdoctor.gate.reference_making import make_reference, updated
from logdoctor.gate.references import failing_curves, reference_checks
from logdoctor.gated import Check, Outcome
from logdoctor.run import Axis, Notice, Run, Series, Setting
from logdoctor.run.notice import DAMAGE
from logdoctor.run.understand import understand

HERE: dict[str, Setting] = {"torch_version": "2.5.0", "gpu_name": "H100", "lr": 0.1, "batch_size": 64}


def curve(seed: int, shift: float = 0.0, points: int = 400) -> np.ndarray[Any, np.dtype[np.float64]]:
    noise = np.random.default_rng(seed).normal(0, 0.02, points)
    return 0.5 + 2 * np.exp(-4 * np.arange(points) / points) + noise + shift


def run(name: str = "new", seed: int = 99, shift: float = 0.0, settings: Any = None, **curves: Any) -> Run:
    curves = curves or {"train_loss": curve(seed, shift), "val_acc": 1 - 0.2 * curve(seed + 1000, shift)}
    series = understand(Series.of(key, np.arange(len(values)), values) for key, values in curves.items())
    return Run(name, series, {**HERE, "seed": seed, **(settings or {})})


SEEDS = [run(f"seed{seed}", seed) for seed in range(4)]
GOLDEN = make_reference(SEEDS, (), "*", "first")


def held(one: Run, reference: Reference = GOLDEN, **settings: Any) -> dict[str, Check]:
    judged = reference_checks("main", reference, [one], References(**settings))
    return {said.check.series: said.check for said in judged}


class TestFile:
    def test_it_comes_back_as_it_was_written(self, tmp_path: Path) -> None:
        file = tmp_path / "main.json"
        file.write_text(reference_text(GOLDEN), encoding="utf-8")
        again = read_reference(file)
        assert reference_text(again) == file.read_text(encoding="utf-8")
        assert (again.runs, again.environment) == (GOLDEN.runs, {"torch": "2.5.0", "gpu": "H100"})
        kept, made = again.curves["train_loss"], GOLDEN.curves["train_loss"]
        assert isinstance(kept, Golden)
        assert isinstance(made, Golden)
        np.testing.assert_allclose(kept.centre, made.centre, rtol=1e-5)

    def test_it_is_sorted_and_a_line_a_point(self) -> None:
        text = reference_text(GOLDEN)
        assert list(json.loads(text)["series"]) == ["train_loss", "val_acc"]
        assert len(text.splitlines()) == pytest.approx(2 * MAX_WINDOWS, abs=50)
        assert "    [0, 2.5" in text
        assert "NaN" not in text
        assert text == reference_text(make_reference(SEEDS, (), "*", "first"))

    def test_a_change_of_one_curve_changes_its_lines_alone(self) -> None:
        other = make_reference([run(f"seed{seed}", seed, 0.5) for seed in range(4)], (), "*", "")
        new = updated(GOLDEN, other, ["val_acc"], "augmented")
        old_lines, new_lines = reference_text(GOLDEN).splitlines(), reference_text(new).splitlines()
        changed = [line for line in new_lines if line not in old_lines]
        assert new.history == ("first", "augmented")
        assert len(changed) <= MAX_WINDOWS + 10
        assert new.curves["train_loss"] is GOLDEN.curves["train_loss"]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"schema": "logdoctor-reference/2"}, "its schema is not"),
            ({"series": None}, "has no attribute"),
            ({"series": {"x": {}}}, "lacks the key 'role'"),
            ({"points": [[0, None, 0.1]]}, "point 1 is not [step, value, spread] with finite numbers"),
            ({"points": [[0, float("nan"), 0.1]]}, "point 1 is not [step, value, spread] with finite numbers"),
            ({"points": [[0, 1.0, 0.1], [0, 1.0, 0.1]]}, "steps must rise"),
            ({"points": [[0, 1.0, -0.1]]}, "spreads must not be negative"),
            ({"points": []}, "0 points"),
            ({"role": "train-los"}, "unknown role 'train-los'"),
            ({"noise": "much"}, "must be finite numbers"),
        ],
    )
    def test_what_is_no_reference_is_refused_with_the_file(
        self, change: dict[str, Any], said: str, tmp_path: Path
    ) -> None:
        document = json.loads(reference_text(GOLDEN))
        target = document if set(change) <= set(document) else document["series"]["train_loss"]
        target.update(change)
        file = tmp_path / "main.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"main\.json: ") as error:
            read_reference(file)
        assert said in str(error.value)

    @pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000])
    def test_what_is_no_json_is_refused(self, text: str, tmp_path: Path) -> None:
        (tmp_path / "main.json").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"main\.json: "):
            read_reference(tmp_path / "main.json")


class TestMaking:
    def test_runs_that_differ_in_more_than_the_seed_are_no_seeds(self) -> None:
        with pytest.raises(
            ConfigurationError, match="runs seed0 and other differ in lr: seeds of one recipe make a reference"
        ):
            make_reference([*SEEDS, run("other", settings={"lr": 0.2})], (), "*", "")

    def test_nor_are_those_whose_names_tell_another_setting(self) -> None:
        plain = replace(SEEDS[0], hyperparameters={})
        named = [
            replace(plain, name=f"lr{rate}", name_settings={"lr": rate, "seed": at})
            for at, rate in enumerate((0.1, 1.0))
        ]
        with pytest.raises(ConfigurationError, match=r"runs lr0\.1 and lr1\.0 differ in lr: "):
            make_reference(named, (), "*", "")

    def test_damage_is_no_reference(self) -> None:
        hurt = replace(SEEDS[0], notices=(Notice(DAMAGE, "m.csv", "m.csv: 3 rows are torn"),))
        with pytest.raises(ConfigurationError, match="run seed0 is damaged, and no reference: "):
            make_reference([hurt], (), "*", "")

    def test_nan_is_no_reference(self) -> None:
        broken = run("a", train_loss=[1.0, np.nan, 1.0])
        with pytest.raises(ConfigurationError, match="no reference can be made: train_loss is not finite at step 1"):
            make_reference([broken], (), "*", "")

    def test_series_are_chosen_by_pattern_or_by_role(self) -> None:
        both = [run("a", train_loss=curve(0), lr=np.full(400, 0.1))]
        assert list(make_reference(both, (), "*", "").curves) == ["train_loss"]
        assert list(make_reference(both, ("l*",), "*", "").curves) == ["lr"]
        with pytest.raises(ConfigurationError, match="did you mean 'train_loss'"):
            make_reference(both, ("train_los",), "*", "")
        with pytest.raises(ConfigurationError, match="name the series with --series"):
            make_reference([run("a", frobnication=curve(0))], (), "*", "")

    def test_no_path_of_this_machine_gets_into_the_file(self, tmp_path: Path) -> None:
        seeds = [replace(one, name=(tmp_path / one.name).as_posix()) for one in SEEDS]
        assert make_reference(seeds, (), "*", "").runs == ("seed0", "seed1", "seed2", "seed3")
        assert make_reference(seeds[:1], (), "*", "").runs == ("seed0",)


class TestEnvironment:
    def test_what_a_run_logs_of_it(self) -> None:
        logged: dict[str, Setting] = {
            "env.torch_version": "2.5",
            "WORLD_SIZE": 8,
            "config/precision": "bf16-mixed",
            "lr": 0.1,
            "seed": 3,
        }
        one = Run("a", hyperparameters=logged)
        assert environment(one) == {"torch": "2.5", "world size": 8, "precision": "bf16-mixed"}
        assert trained_by(one) == {"lr": 0.1}

    def test_names_and_places_are_no_settings_but_what_names_the_model_is(self) -> None:
        names: dict[str, Setting] = {"args.run_name": "x", "name": "y", "data_dir": "/d", "model.name": "a", "opt": "b"}
        assert trained_by(Run("a", hyperparameters=names)) == {"model.name": "a", "opt": "b"}

    def test_what_only_one_side_tells_is_no_difference(self) -> None:
        assert differences({"torch": "2.5", "gpu": "A100"}, {"torch": "2.6", "cuda": "12"}) == ["torch 2.6 for 2.5"]

    def test_the_hash_leaves_seeds_and_places_out(self) -> None:
        one = config_hash(run(settings={"output_dir": "/a", "run_name": "x"}))
        assert one == config_hash(run(seed=5, settings={"output_dir": "/b", "run_name": "y", "torch_version": "3"}))
        assert one != config_hash(run(settings={"lr": 0.2}))
        assert config_hash(Run("a")) == ""


class TestHeld:
    def test_another_seed_passes(self) -> None:
        checks = held(run())
        assert {name: str(one.outcome) for name, one in checks.items()} == {"train_loss": "passed", "val_acc": "passed"}
        assert checks["train_loss"].name == "train_loss like reference main"

    def test_a_regression_is_told_with_steps_errors_and_tolerance(self) -> None:
        values = curve(99)
        values[200:] += 0.5
        said = held(run(train_loss=values, val_acc=1 - 0.2 * curve(7)))["train_loss"]
        assert (said.outcome, said.level) == ("failed", Severity.ERROR)
        assert said.span is not None
        assert 198 <= said.span.first_step <= 202
        assert "leaves the band at step 20" in said.message
        assert "100 of 200 windows outside" in said.message
        assert " is allowed; ends at " in said.message
        assert said.evidence["worst error"].value == pytest.approx(0.5, abs=0.08)

    def test_a_stale_reference_is_no_regression(self) -> None:
        elsewhere = run(shift=0.5, settings={"torch_version": "2.6.0"})
        said = held(elsewhere)["train_loss"]
        assert (said.outcome, said.level) == ("stale", Severity.ERROR)
        assert (
            "the reference was made elsewhere (torch 2.6.0 for 2.5.0): `logdoctor reference update` makes"
            in said.message
        )
        assert held(run(settings={"torch_version": "2.6.0"}))["train_loss"].outcome == "passed"

    def test_a_changed_setting_is_a_regression_and_said(self) -> None:
        said = held(run(shift=0.5, settings={"lr": 0.3}))["train_loss"]
        assert said.outcome == "failed"
        assert "the settings differ from those of the reference" in said.message

    def test_better_passes_and_is_remarked(self) -> None:
        better = run(train_loss=curve(9, -0.3), val_acc=1 - 0.2 * curve(7))
        judged = list(reference_checks("main", GOLDEN, [better], References()))
        assert [str(one.check.outcome) for one in judged] == ["passed", "passed"]
        remarks = [one.remark for one in judged if one.remark]
        assert len(remarks) == 1
        assert "train_loss ends better than the reference main" in remarks[0]
        assert remarks[0].endswith("update the reference?")

    def test_one_seed_is_said_to_be_a_guess(self) -> None:
        golden = make_reference(SEEDS[:1], (), "*", "")
        assert held(run(), golden)["train_loss"].outcome == "passed"
        assert "1 seed, so the band is a guess" in held(run(shift=1.0), golden)["train_loss"].message

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    @pytest.mark.parametrize("at", [0, 200, 399])
    def test_what_is_not_finite_is_never_equal(self, value: float, at: int) -> None:
        values = curve(99)
        values[at] = value
        said = held(run(train_loss=values, val_acc=curve(3)), k=1e9, rtol=1e9, atol=1e9)["train_loss"]
        assert said.outcome == "failed"
        assert said.message == f"not finite at step {at}, where the reference is"

    def test_a_run_that_stops_at_nan_fails_however_little_it_has(self) -> None:
        values = np.append(curve(99)[:50], np.nan)
        assert held(run(train_loss=values))["train_loss"].outcome == "failed"

    def test_what_is_missing_is_never_equal(self) -> None:
        without = held(run(train_loss=curve(99)))["val_acc"]
        assert (without.outcome, without.message[:27]) == ("inconclusive", "no series is called so; kno")
        short = held(run(train_loss=curve(99)[:200]))["train_loss"]
        assert (short.outcome, short.message) == (
            "inconclusive", "has 50 % of the steps of the reference; at least 80 % are needed",
        )  # fmt: skip
        one = run()
        holed = replace(one, series=tuple(s.take((s.steps < 100) | (s.steps > 110)) for s in one.series))
        assert held(holed)["train_loss"].outcome == "inconclusive"
        assert held(holed)["train_loss"].message == "cannot be judged: train_loss lacks steps between step 99 and 111"
        odd = replace(one, series=tuple(s.take(s.steps % 3 != 0) for s in holed.series))
        assert "has nothing at step 10" in held(odd)["train_loss"].message
        later = Series.of("train_loss", np.arange(1000, 1400), curve(9))
        assert held(Run("a", understand([later])))["train_loss"].outcome == "inconclusive"

    def test_another_axis_cannot_be_compared(self) -> None:
        epochs = Series.of("train_loss", np.arange(400), curve(9), axis=Axis.EPOCH)
        assert held(Run("a", understand([epochs])))["train_loss"].message == "counts epochs, the reference steps"

    def test_damage_leaves_it_open(self) -> None:
        hurt = replace(run(), notices=(Notice(DAMAGE, "m.csv", "m.csv: 3 rows are torn"),))
        assert {str(one.outcome) for one in held(hurt).values()} == {"inconclusive"}

    def test_a_part_of_the_steps_is_said(self) -> None:
        said = held(run(train_loss=curve(99)[:360]))["train_loss"]
        assert "compared on 90 % of the steps" in said.message

    def test_no_run_of_the_name(self) -> None:
        (said,) = held(run(), replace(GOLDEN, applies_to="resnet*")).values()
        assert (said.outcome, said.run) == ("inconclusive", "resnet*")

    def test_only_what_fails_is_failing(self) -> None:
        worse = run(train_loss=curve(9, 0.5), val_acc=1 - 0.2 * curve(7))
        assert failing_curves(GOLDEN, [worse], References()) == {"train_loss"}


class TestExact:
    """The first values of a training that is meant to be deterministic."""

    KEPT = make_reference([run("a", 1), run("b", 1)], ["train_loss"], "*", "smoke", exact=50)

    def held(self, one: Run) -> Check:
        return held(one, self.KEPT)["train_loss"]

    def test_it_comes_back_to_the_last_bit(self, tmp_path: Path) -> None:
        file = tmp_path / "smoke.json"
        file.write_text(reference_text(self.KEPT), encoding="utf-8")
        again = read_reference(file)
        assert (again.exact, reference_text(again)) == (50, file.read_text(encoding="utf-8"))
        kept = again.curves["train_loss"]
        assert isinstance(kept, Exact)
        assert kept.values.tolist() == curve(1)[:50].tolist()

    def test_equal_runs_pass(self) -> None:
        check = self.held(run(seed=1))
        assert (check.outcome, check.message) == (Outcome.PASSED, "equal in all 50 values")

    def test_the_last_bit_counts_and_what_comes_later_does_not(self) -> None:
        values = curve(1)
        values[60:] += 1
        assert self.held(run(train_loss=values)).outcome is Outcome.PASSED
        values[37] = np.nextafter(values[37], 9)
        check = self.held(run(train_loss=values))
        assert check.outcome is Outcome.FAILED
        here, kept = float(values[37]), float(curve(1)[37])
        assert check.message == f"differs in 1 of 50 values, first at step 37: {here!r} instead of {kept!r}"
        assert check.span == Span("train_loss", 37, 49, "differs")

    def test_nan_equals_nothing_and_missing_is_no_answer(self) -> None:
        values = curve(1)
        values[10] = np.nan
        assert self.held(run(train_loss=values)).outcome is Outcome.FAILED
        assert self.held(run(train_loss=curve(1)[:40])).outcome is Outcome.INCONCLUSIVE
        assert self.held(run(other=curve(1))).outcome is Outcome.INCONCLUSIVE

    def test_another_place_makes_it_stale(self) -> None:
        check = self.held(run(seed=2, settings={"torch_version": "2.6.0"}))
        assert check.outcome is Outcome.STALE
        assert "made elsewhere (torch 2.6.0 for 2.5.0)" in check.message

    def test_runs_that_differ_make_none(self) -> None:
        with pytest.raises(ConfigurationError, match="train_loss is not the same in all runs, first at step 0"):
            make_reference([run("a", 1), run("b", 2)], ["train_loss"], "*", "", exact=50)


def test_an_accuracy_in_per_cent_is_not_better_than_a_share() -> None:
    percent = held(run(train_loss=curve(99), val_acc=100 - 20 * curve(1099)))["val_acc"]
    assert (percent.outcome, percent.message) == (
        Outcome.INCONCLUSIVE, "is logged in per cent, the reference as a share",
    )  # fmt: skip


def test_a_low_accuracy_in_per_cent_is_no_share() -> None:
    low = make_reference([run(train_loss=curve(1), val_acc=1.3 - 0.2 * curve(2))], ["val_acc"], "*", "")
    (judged,) = reference_checks("main", low, [run(train_loss=curve(3), val_acc=1.8 - 0.2 * curve(4))], References())
    assert "per cent" not in judged.check.message
