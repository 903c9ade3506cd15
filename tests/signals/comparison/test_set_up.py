"""Which runs are compared with which, by what, and which of them failed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logdoctor.curves import Curve, decay, flat, rise
from logdoctor.rule import example_run
from logdoctor.run import Axis, Run
from logdoctor.run.run_names import with_name_settings
from logdoctor.signals import SetUp, Siblings, Unmeasurable, measure_all, set_ups

NAN = float("nan")


def named(name: str, curve: Curve, validation: Curve | None = None, **settings: float | str) -> Run:
    run = (
        example_run(settings, train_loss=curve)
        if validation is None
        else example_run(settings, train_loss=curve, val_loss=validation)
    )
    return with_name_settings([replace(run, name=name)])[0]


def set_up(*runs: Run) -> SetUp:
    return SetUp.measure(Siblings(runs[0], measure_all(runs)))


def test_names_that_differ_in_numbers_are_one_set_up_when_the_runs_begin_alike() -> None:
    runs = [named("exp1", decay(2.3, 0.3)), named("exp2", decay(2.35, 0.5)), named("exp3", decay(9.0, 0.5))]
    assert [one.run.name for one in set_up(*runs)] == ["exp1", "exp2"]


def test_runs_whose_names_tell_their_rates_need_not_begin_alike_once_updates_were_made() -> None:
    runs = [named("lr0.1", decay(1.1, 0.3)), named("lr0.01", decay(2.3, 0.5)), named("lr0.5", decay(9.0, 2.3))]
    assert len(set_up(*runs)) == 3
    before = [replace(run, series=tuple(replace(one, axis=Axis.STEP) for one in run.series)) for run in runs]
    assert [one.run.name for one in set_up(*before[1:], named("lr0.2", decay(2.3, 0.5)))] == ["lr0.01", "lr0.2"]


def test_runs_that_say_to_differ_in_how_they_are_trained_alone_need_not_begin_alike() -> None:
    """The mean of a first epoch is what the rate has made of it: of a sweep, none may be left out."""
    runs = [named(f"trial_{k}", decay(first, 0.3), lr=0.1**k, vocab=64) for k, first in enumerate((3.7, 1.3, 2.3))]
    assert len(set_up(*runs)) == 3
    assert len(set_up(*runs[:2], named("trial_3", decay(1.0, 0.3), lr=0.5, vocab=32))) == 2


def test_a_named_task_ties_runs_whatever_they_are_called() -> None:
    runs = [named("red", decay(2.3, 0.3), task="digits"), named("blue", decay(9.0, 0.5), task="digits")]
    assert len(set_up(*runs)) == 2


def test_other_names_are_other_things() -> None:
    with pytest.raises(Unmeasurable, match="no sibling"):
        set_up(named("mnist", decay(2.3, 0.3)), named("cifar", decay(2.3, 0.5)))


def test_every_run_is_in_one_set_up_at_most() -> None:
    runs = [named(name, decay(2.3, 0.3)) for name in ("a1", "b1", "a2", "c1", "b2")]
    assert [[one.run.name for one in group] for group in set_ups(measure_all(runs))] == [["a1", "a2"], ["b1", "b2"]]


def test_runs_are_compared_by_validation_only_where_all_have_one() -> None:
    one, other = decay(2.3, 0.3), decay(2.3, 0.5)
    both = set_up(named("lr1", one, decay(2.3, 0.8)), named("lr2", other, decay(2.3, 0.6)))
    assert both.measured_by == "validation loss"
    assert [round(member.result, 2) for member in both] == [0.8, 0.6]
    half = set_up(named("lr1", one, decay(2.3, 0.8)), named("lr2", other))
    assert half.measured_by == "training loss"
    assert [round(member.result, 2) for member in half] == [0.3, 0.5]


@pytest.mark.parametrize(
    ("curve", "why"),
    [
        (decay(2.3, 0.3), ""),
        (decay(2.3, 0.3, 60).followed_by(flat(NAN, 60)), "its loss is not finite at the end"),
        (flat(NAN), "its loss is not finite at the end"),
        (decay(2.3, 1.0, 60).then(rise(40.0, 60)), "its loss ends no lower than it began"),
    ],
)
def test_a_run_fails_that_ends_no_lower_or_not_finite(curve: Curve, why: str) -> None:
    member = next(one for one in set_up(named("lr1", curve), named("lr2", decay(2.3, 0.3))) if one.run.name == "lr1")
    assert member.failure == why
    assert np.isnan(member.result) is np.bool_(bool(why))


def test_repeats_differ_in_nothing_but_the_seed() -> None:
    runs = [
        named("lr1/seed1", decay(2.3, 0.3), lr=1, seed=1),
        named("lr1/seed2", decay(2.3, 0.3), lr=1, seed=2),
        named("lr2/seed1", decay(2.3, 0.3), lr=2, seed=1),
    ]
    assert [[one.run.name for one in group] for group in set_up(*runs).repeats] == [["lr1/seed1", "lr1/seed2"]]


def test_a_number_in_the_name_that_is_the_seed_tells_nothing_else() -> None:
    runs = [named(f"lr0.1_{i}", decay(2.3, 0.3), lr=0.1, seed=i) for i in range(3)]
    assert [len(group) for group in set_up(*runs).repeats] == [3]
    widths = [named(f"width{8 * i}", decay(2.3, 0.3), lr=0.1, seed=i) for i in (1, 2, 3)]
    assert not set_up(*widths).repeats


def test_a_number_that_sets_something_else_is_no_seed_though_it_is_the_same() -> None:
    grid = [named(f"block_{i}_seed_{j}", decay(2.3, 0.3), seed=j) for i in (1, 2) for j in (1, 2)]
    alike = {tuple(one.run.name for one in group) for group in set_up(*grid).repeats}
    assert alike == {("block_1_seed_1", "block_1_seed_2"), ("block_2_seed_1", "block_2_seed_2")}
    depths = [named(f"depth_{i}_run", decay(2.3, 0.3), seed=i) for i in (2, 4)]
    assert not set_up(*depths).repeats
    last = [named(f"block_{i}_{j}", decay(2.3, 0.3), seed=j) for i in (1, 2) for j in (1, 2)]
    assert [len(group) for group in set_up(*last).repeats] == [2, 2]


@pytest.mark.parametrize(("settings", "repeats"), [({"lr": 1}, 1), ({}, 0)])
def test_numbered_versions_are_repeats_where_settings_say_that_nothing_differs(
    settings: dict[str, float], repeats: int
) -> None:
    runs = [named(f"version_{i}", decay(2.3, 0.3), None, **settings) for i in range(3)]
    assert len(set_up(*runs).repeats) == repeats


def test_a_rate_sweep_holds_everything_else_fixed() -> None:
    runs = [
        named("run1", decay(2.3, 0.3), lr=1, width=8),
        named("run2", decay(2.3, 0.3), lr=2, width=8),
        named("run3", decay(2.3, 0.3), lr=3, width=16),
    ]
    assert [[one.rate for one in group] for group in set_up(*runs).rate_sweeps] == [[1.0, 2.0]]


def test_a_sweep_is_one_though_each_run_writes_to_a_folder_of_its_own() -> None:
    runs = [named(f"lr{lr}", decay(2.3, 0.3), lr=lr, output_dir=f"runs/lr{lr}") for lr in (0.1, 0.01)]
    assert len(set_up(*runs).rate_sweeps) == 1
    others = [replace(run, hyperparameters={**run.hyperparameters, "data_dir": run.name}) for run in runs]
    assert set_up(*others).rate_sweeps == ()


def test_a_seed_that_equals_a_setting_by_chance_is_one() -> None:
    runs = [named(f"dropout0.0_s{seed}", decay(2.3, 0.3), dropout=0.0, seed=seed) for seed in range(3)]
    assert [len(one) for one in set_up(*runs).repeats] == [3]


def test_stages_of_one_training_are_not_compared() -> None:
    runs = [named(f"stage{k}", decay(first, 0.3), lr=0.1**k, task="a") for k, first in ((1, 2.3), (2, 1.1))]
    with pytest.raises(Unmeasurable, match="no sibling"):
        set_up(*runs)
    assert not [*Siblings.among(runs[0], runs)]


def test_a_part_is_told_apart_by_what_the_others_have_otherwise() -> None:
    runs = [named(f"{lr}-{bs}", decay(2.3, 0.3), lr=lr, bs=bs, wd=0.1) for lr in (0.1, 0.01) for bs in (16, 64)]
    whole = set_up(*runs)
    assert [dict(whole.apart(sweep)) for sweep in whole.rate_sweeps] == [{"bs": 16}, {"bs": 64}]
    assert dict(whole.apart(whole.members)) == {}


def test_an_ablation_calls_its_runs_after_the_setting_that_it_changes() -> None:
    same = {"lr": 0.1, "width": 64}
    runs = [
        named("baseline", decay(2.3, 0.3), None, **same, grad_clip=1.0, optimizer="adam"),
        named("no_clip", decay(9.0, 0.3), None, **same, grad_clip=0.0, optimizer="adam"),
        named("sgd", decay(2.4, 0.3), None, **same, grad_clip=1.0, optimizer="sgd"),
    ]
    assert len(set_up(*runs)) == 3
    assert [[*one.differs] for one in Siblings.among(runs[1], runs[:1])] == [["grad_clip"]]
    for other in ({"grad_clip": 1.0}, {"grad_clip": 0.0, "target": "b"}):
        with pytest.raises(Unmeasurable, match="no sibling"):
            set_up(runs[0], named("after_fix", decay(2.3, 0.3), None, **same, **other, optimizer="adam"))
    losses = [named(loss, decay(2.3, 0.3), None, **same, loss=loss) for loss in ("mse", "ce")]
    with pytest.raises(Unmeasurable, match="no sibling"):
        set_up(*losses)
