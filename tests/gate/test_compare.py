"""`logdoctor compare`: what differs in settings and curves, and what is only noise."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reports.golden import check_golden

from logdoctor.cli import main
from logdoctor.compared import Compared, CurveDifference
from logdoctor.gate.comparing import compare
from logdoctor.reports import compared_json
from logdoctor.reports.layout import Page
from logdoctor.reports.terminal import compared as compared_lines
from logdoctor.run import Notice, Run, Series
from logdoctor.run.notice import DAMAGE
from logdoctor.run.understand import understand
from logdoctor.wording import number


def curve(seed: int = 0, shift: float = 0.0, points: int = 300, noise: float = 0.02) -> Any:
    return (
        0.5 + 2 * np.exp(-5 * np.arange(points) / points) + np.random.default_rng(seed).normal(0, noise, points) + shift
    )


def run(name: str, hyperparameters: Any = None, **curves: Any) -> Run:
    series = understand(Series.of(key, np.arange(len(values)), values) for key, values in curves.items())
    return Run(name, series, hyperparameters or {})


def only(compared: Compared) -> CurveDifference:
    (one,) = compared.curves
    return one


def changes(reference: Any, new: Any, name: str = "train_loss") -> str:
    return str(only(compare([run("a", **{name: reference})], [run("b", **{name: new})])).change)


class TestSettings:
    def test_only_what_differs(self) -> None:
        one = run(
            "a", {"lr": 0.1, "seed": 1, "batch_size": 32, "output_dir": "/a", "torch_version": "2.5"}, loss=curve()
        )
        two = run("b", {"lr": 0.3, "seed": 2, "batch_size": 32, "output_dir": "/b", "warmup": 10}, loss=curve())
        found = {each.name: (each.reference, each.new) for each in compare([one], [two]).settings}
        assert found == {"lr": ((0.1,), (0.3,)), "warmup": ((), (10,)), "torch_version": (("2.5",), ())}

    def test_values_of_a_group(self) -> None:
        group = [run(f"a{lr}", {"lr": lr}, loss=curve()) for lr in (0.3, 0.1)]
        compared = compare(group, [run("b", {"lr": 0.1}, loss=curve())])
        assert compared.settings[0].reference == (0.1, 0.3)
        assert "the reference runs differ in lr: they are no seeds of one run" in compared.remarks

    def test_a_group_whose_names_tell_another_setting(self) -> None:
        group = [replace(run(f"lr{rate}", loss=curve()), name_settings={"lr": rate}) for rate in (0.3, 0.1)]
        compared = compare(group, [run("b", loss=curve())])
        assert "the reference runs differ in lr: they are no seeds of one run" in compared.remarks


class TestCurves:
    @pytest.mark.parametrize(
        ("name", "shift", "change"),
        [
            ("train_loss", 0.0, "within noise"),
            ("train_loss", 0.3, "worse"),
            ("train_loss", -0.3, "better"),
            ("val_acc", 0.3, "better"),
            ("val_acc", -0.3, "worse"),
            ("grad_norm", 0.3, "different"),
        ],
    )
    def test_what_became_of_it(self, name: str, shift: float, change: str) -> None:
        assert changes(curve(0), curve(1, shift), name) == change

    def test_where_they_part(self) -> None:
        new = curve(1)
        new[150:] += 0.5
        one = only(compare([run("a", train_loss=curve(0))], [run("b", train_loss=new)]))
        assert one.first_step is not None
        assert 145 <= one.first_step <= 152
        assert one.reference is not None
        assert one.new is not None
        assert one.new.end - one.reference.end == pytest.approx(0.5, abs=0.05)
        assert one.new.average - one.reference.average == pytest.approx(0.25, abs=0.02)

    def test_a_difference_on_the_way_alone(self) -> None:
        new = curve(1)
        new[100:150] += 0.5
        assert changes(curve(0), new) == "different"

    def test_nan_is_broken(self) -> None:
        new = curve(1)
        new[200:] = np.nan
        one = only(compare([run("a", train_loss=curve(0))], [run("b", train_loss=new)]))
        assert (str(one.change), one.first_step, one.problem) == ("broken", 200, "not finite from step 200 on")
        compared = compare([run("b", train_loss=new)], [run("a", train_loss=curve(0))])
        one = only(compared)
        assert (str(one.change), one.problem) == ("not comparable", "reference: train_loss is not finite at step 200")
        text = compared_lines.render(compared, Page(60))
        assert "train_loss: reference: train_loss is not finite at step 200\n" in text

    def test_names_may_differ_where_roles_agree(self) -> None:
        one = only(compare([run("a", train_loss=curve(0))], [run("b", **{"train/loss": curve(1)})]))
        assert (one.series, one.new_series, str(one.change)) == ("train_loss", "train/loss", "within noise")

    def test_what_only_one_side_has_and_what_is_damaged(self) -> None:
        hurt = replace(run("b", train_loss=curve(1)), notices=(Notice(DAMAGE, "m.csv", "torn"),))
        compared = compare([run("a", train_loss=curve(0), val_loss=curve(2))], [hurt])
        assert compared.remarks == (
            "each side is 1 run: how far another seed would lie is a guess from the noise of its curves",
            "neither side logs its settings",
            "run b is damaged (1 place): what is missing is not compared",
            "validation-loss is in the reference only",
        )

    @given(st.integers(0, 2**31), st.integers(20, 400))
    @settings(max_examples=30, deadline=None)
    def test_a_run_never_differs_from_itself(self, seed: int, points: int) -> None:
        values = curve(seed, points=points)
        assert changes(values, values) == "within noise"

    def test_seeds_of_one_recipe_seldom_differ(self) -> None:
        groups = [[run(f"s{seed}", train_loss=curve(10 * g + seed)) for seed in range(3)] for g in range(12)]
        said = [str(only(compare(one, other)).change) for one, other in pairwise(groups)]
        assert said == ["within noise"] * 11


def test_an_accuracy_in_per_cent_is_compared_with_one_that_is_a_share() -> None:
    shares = 1 - 0.3 * curve()
    found = compare([run("a", val_accuracy=shares)], [run("b", val_acc=100 * shares - 0.01)])
    (one,) = found.curves
    assert one.new is not None
    assert str(one.change) == "within noise"
    assert one.new.end == pytest.approx(float(np.median(shares[-30:])), abs=0.01)
    assert changes(100 * shares, shares - 0.2, "val_accuracy") == "worse"


def test_an_accuracy_in_per_cent_that_fails_below_one_is_no_share() -> None:
    assert changes(70 - 20 * curve(), np.full(300, 1.0), "val_accuracy") == "worse"


def test_the_numbers_are_of_the_steps_that_both_have() -> None:
    whole = curve()
    part = whole[:100]
    found = only(compare([run("a", train_loss=whole)], [run("b", train_loss=part)]))
    assert found.change == "within noise"
    assert found.reference is not None
    assert found.new is not None
    assert found.reference.end == pytest.approx(found.new.end, rel=0.05)
    assert found.reference.best == pytest.approx(found.new.best, rel=0.05)
    end = number(float(np.median(whole[-30:])))
    assert found.beyond.startswith("compared up to step 99; the reference goes on to step 299, where it is 0.")
    assert found.beyond.endswith(end)
    longer = only(compare([run("b", train_loss=part)], [run("a", train_loss=whole)]))
    assert longer.beyond == found.beyond.replace("the reference", "new")
    assert only(compare([run("a", train_loss=whole)], [run("b", train_loss=whole[:-3])])).beyond == ""


def sample() -> Compared:
    late = curve(5, noise=0.005)
    late[200:] += 0.2
    reference = [
        run(f"seed{i}", {"lr": 0.1, "seed": i}, train_loss=curve(i, noise=0.005), val_acc=1 - 0.2 * curve(i + 9))
        for i in range(3)
    ]
    return compare(reference, [run("new\x1b[31m", {"lr": 0.3}, train_loss=late, val_acc=1 - 0.2 * curve(40))])


def test_the_text_that_people_read() -> None:
    check_golden("compared", compared_lines.render(sample(), Page()))


@pytest.mark.parametrize(("width", "numbers"), [(100, ["end", "best", "mean"]), (80, ["end", "best"]), (60, ["end"])])
def test_a_narrow_page_has_fewer_numbers(width: int, numbers: list[str]) -> None:
    text = compared_lines.render(sample(), Page(width))
    assert max(map(len, text.splitlines())) <= width
    title = next(line for line in text.splitlines() if line.startswith("curve"))
    assert title.split() == ["curve", *numbers, "differs", "from"]


def test_json_is_strict_and_complete() -> None:
    document = json.loads(compared_json.render(sample()), parse_constant=pytest.fail)
    assert document["schema"] == "logdoctor-compare/1"
    assert document["new"] == ["new\x1b[31m"]
    assert [one["change"] for one in document["curves"]] == ["worse", "within noise"]
    assert document["settings"] == [{"name": "lr", "reference": [0.1], "new": [0.3]}]


def test_the_command_compares_two_folders_and_needs_a_run_in_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seed in (("a", 0), ("b", 1)):
        rows = "".join(f"{step},{value}\n" for step, value in enumerate(curve(seed)))
        (tmp_path / name).mkdir()
        (tmp_path / name / "metrics.csv").write_text(f"step,train_loss\n{rows}", encoding="utf-8")
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("reference  a\nnew        b\n\nNo logged setting differs.\n")
    assert "within noise" in out
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["curves"][0]["role"] == "train-loss"
    (tmp_path / "empty").mkdir()
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "empty")]) == 3
    capsys.readouterr()
    assert main(["compare", str(tmp_path / "[ab]"), str(tmp_path / "b")]) == 0
    assert capsys.readouterr().out.startswith("reference  2 runs: ")


def test_two_logs_of_one_folder_go_by_their_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, end in (("old", 1.0), ("new", 1.1)):
        rows = "".join(f"{step},{2.5 - (2.5 - end) * step / 20}\n" for step in range(21))
        (tmp_path / f"{name}.csv").write_text(f"step,loss\n{rows}")
    assert main(["compare", str(tmp_path / "old.csv"), str(tmp_path / "new.csv")]) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()[:2]] == ["old.csv", "new.csv"]


def test_losses_that_begin_far_apart_for_no_logged_reason_may_be_of_another_task() -> None:
    one, other = run("a", train_loss=curve()), run("b", train_loss=3 * curve())
    said = "these may be other data, another loss or another model"
    assert any(said in remark for remark in compare([one], [other]).remarks)
    assert not any(said in remark for remark in compare([one], [replace(one, name="b")]).remarks)
    faster = replace(other, hyperparameters={"lr": 3.0})
    assert not any(said in remark for remark in compare([one], [faster]).remarks)


def test_a_run_that_was_resumed_begins_lower_and_is_of_one_task() -> None:
    first, whole = run("a", train_loss=curve()), run("b", train_loss=curve(1))
    resumed = replace(whole, series=tuple(one.take(slice(150, None)) for one in whole.series))
    assert not any("begin at" in remark for remark in compare([first], [resumed]).remarks)


def test_single_values_that_scatter_begin_at_no_other_loss() -> None:
    one, other = (run(name, train_loss=curve(seed, noise=0.6)) for name, seed in (("a", 3), ("b", 4)))
    assert not any("begin at" in remark for remark in compare([one], [other]).remarks)
