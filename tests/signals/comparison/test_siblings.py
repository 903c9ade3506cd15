"""Runs of one set-up: which belong together, and what differs between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logdoctor import Axis, Run, example_run
from logdoctor.curves import decay, flat, given
from logdoctor.run import Setting
from logdoctor.signals import Siblings, sibling_groups
from logdoctor.signals.comparison.ties import differing


def run(name: str, start: float = 2.3, end: float = 0.5, points: int = 120, **settings: Setting) -> Run:
    return replace(example_run(settings, train_loss=decay(start, end, points)), name=name, home=name.partition(":")[0])


class TestSiblings:
    def test_runs_that_begin_alike_are_siblings(self) -> None:
        others = (run("a/2", 2.35), run("a/3", 2.2, 0.1))
        assert [one.run.name for one in Siblings.among(run("a/1"), others)] == ["a/2", "a/3"]

    def test_a_run_of_another_loss_is_none(self) -> None:
        assert list(Siblings.among(run("a/1"), (run("a/2", 23.0),))) == []

    def test_a_run_of_a_sweep_that_was_thrown_up_at_once_has_those_that_began_below(self) -> None:
        def late(name: str, start: float, **settings: Setting) -> Run:
            begun = example_run(settings, Axis.STEP, 5, train_loss=decay(start, 0.5), lr=flat(float(name[4:])))
            return replace(begun, name=name, home=name)

        thrown, calm = late("a/lr0.5", 108.0), late("a/lr0.002", 2.3)
        assert [one.run.name for one in Siblings.among(thrown, (calm,))] == ["a/lr0.002"]
        assert list(Siblings.among(replace(calm, name="a/exp1"), (replace(thrown, name="a/exp2"),))) == []
        assert list(Siblings.among(replace(thrown, name="a/exp2"), (replace(calm, name="a/exp1"),))) == []
        assert (
            list(
                Siblings.among(late("a/lr0.5", 108.0, task="x", a=1, b=1), (late("a/lr0.1", 2.3, task="x", a=2, b=2),))
            )
            == []
        )

    def test_a_run_that_differs_in_the_rate_alone_is_one_wherever_it_begins(self) -> None:
        """The mean of a first epoch is what the rate has made of it."""
        others = (run("a/2", 1.2, 0.1, lr=0.01, vocab=8), run("a/3", 1.2, 0.1, lr=0.01, vocab=16))
        siblings = Siblings.among(run("a/1", 3.7, lr=0.3, vocab=8), others)
        assert [one.run.name for one in siblings] == ["a/2"]
        assert siblings.best is not None

    def test_a_run_that_measures_something_else_is_none(self) -> None:
        loss, score = decay(1.2, 0.3, 20), flat(0.9, 20)
        classifier = replace(example_run(train_loss=loss, val_acc=score), name="a/1", home="a/1")
        segmenter = replace(example_run(train_loss=loss, val_dice=score), name="a/2", home="a/2")
        both = replace(example_run(train_loss=loss, val_acc=score, val_f1=score), name="a/3", home="a/3")
        neither = replace(example_run(train_loss=loss), name="a/4", home="a/4")
        siblings = Siblings.among(classifier, (segmenter, both, neither))
        assert [one.run.name for one in siblings] == ["a/3", "a/4"]

    @pytest.mark.parametrize("name", ["val_accuracy", "val_top1", "val_error_rate"])
    def test_right_answers_are_one_measure_whatever_they_are_called(self, name: str) -> None:
        loss, score = decay(1.2, 0.3, 20), flat(0.9, 20)
        one = replace(example_run(train_loss=loss, val_acc=score), name="a/1", home="a/1")
        curves = {"train_loss": loss, "val_loss": loss, name: score}
        other = replace(example_run(None, Axis.EPOCH, 0, **curves), name="a/2", home="a/2")
        assert [each.run.name for each in Siblings.among(one, (other,))] == ["a/2"]

    def test_a_run_that_logs_at_another_pace_is_none(self) -> None:
        (series,) = run("a/2").series
        slower = replace(run("a/2"), series=(replace(series, steps=series.steps * 10),))
        assert list(Siblings.among(run("a/1"), (slower,))) == []

    def test_a_run_without_a_loss_has_none_and_is_none(self) -> None:
        empty = example_run(lr=flat(0.1))
        assert list(Siblings.among(empty, (run("a/2"),))) == []
        assert list(Siblings.among(run("a/1"), (empty, example_run(train_loss=given([1.0]))))) == []

    def test_a_run_that_is_lost_after_its_first_value_has_those_that_began_there(self) -> None:
        lost = replace(example_run(train_loss=given([2.3]).followed_by(flat(np.nan, 50))), name="a/1", home="a/1")
        assert [one.run.name for one in Siblings.among(lost, (run("a/2"), run("a/3", 23.0)))] == ["a/2"]

    def test_a_run_that_is_lost_from_its_first_value_has_those_of_its_task(self) -> None:
        lost = replace(example_run(train_loss=flat(np.nan, 50)), name="a/seed1", home="a/seed1")
        others = (run("a/seed2"), run("a/2"), run("elsewhere"))
        assert [one.run.name for one in Siblings.among(lost, others)] == ["a/seed2"]

    def test_the_best_ends_lowest(self) -> None:
        others = (run("a/seed2", end=0.4), run("a/seed3", end=0.1), run("a/seed4", end=0.7))
        best = Siblings.among(run("a/seed1"), others).best
        assert best is not None
        assert best.run.name == "a/seed3"

    def test_runs_that_are_merely_counted_may_be_anything(self) -> None:
        assert Siblings.among(run("run_001"), (run("run_002", end=0.1),)).best is None

    def test_runs_that_are_counted_and_log_the_same_settings_are_of_one_task(self) -> None:
        best = Siblings.among(run("run_001", lr=0.1), (run("run_002", end=0.1, lr=0.01),)).best
        assert best is not None
        assert Siblings.among(run("run_001", lr=0.1), (run("run_002", end=0.1, lr=0.01, layers=2),)).best is None

    def test_alone_there_is_no_best(self) -> None:
        assert Siblings(run("a/1")).best is None

    def test_what_is_set_differently_is_told_from_here_to_there(self) -> None:
        (sibling,) = Siblings.among(run("a/1", lr=0.1, seed=1, batch=8), (run("a/2", lr=0.01, seed=1, depth=3),))
        assert sibling.differs == {"lr": (0.1, 0.01), "batch": (8, None), "depth": (None, 3)}

    def test_results_that_a_tracker_lists_among_the_settings_do_not_count(self) -> None:
        assert differing({"lr": 0.1, "summary.loss": 1.0}, {"lr": 0.1, "summary.loss": 2.0}) == {}


class TestGroups:
    def names(self, *runs: Run) -> list[list[str]]:
        return [[one.name for one in group] for group in sibling_groups(runs)]

    def test_runs_of_one_folder_belong_together(self) -> None:
        assert self.names(run("sweep/a"), run("sweep/b"), run("other/c")) == [["sweep/a", "sweep/b"], ["other/c"]]

    def test_runs_of_nested_folders_belong_together_by_the_task_that_they_name(self) -> None:
        runs = [run(f"sweep/{lr}/{seed}", task="mnist") for lr in ("hi", "lo") for seed in "12"]
        assert self.names(*runs) == [[one.name for one in runs]]

    def test_without_a_named_task_nested_folders_do_not(self) -> None:
        assert len(self.names(run("sweep/hi/1"), run("sweep/lo/1"))) == 2

    @pytest.mark.parametrize("setting", ["dataset", "model", "task", "arch"])
    def test_runs_of_different_set_ups_do_not(self, setting: str) -> None:
        assert (
            len(
                self.names(
                    run("sweep/a", 2.3, 0.5, 120, **{setting: "x"}), run("sweep/b", 2.3, 0.5, 120, **{setting: "y"})
                )
            )
            == 2
        )

    def test_runs_that_log_other_curves_do_not(self) -> None:
        with_val = replace(example_run(train_loss=decay(2.3, 0.5), val_loss=decay(2.3, 0.7)), name="sweep/b")
        assert len(self.names(run("sweep/a"), with_val)) == 2

    def test_several_runs_of_one_folder_belong_together(self) -> None:
        assert self.names(run("logs:a"), run("logs:b")) == [["logs:a", "logs:b"]]

    def test_every_run_is_in_one_group(self) -> None:
        runs = [run("a/1"), run("b/1"), run("a/2"), run(".")]
        grouped = [one for group in sibling_groups(runs) for one in group]
        assert len(grouped) == len(runs)
        assert set(map(id, grouped)) == set(map(id, runs))
