"""Which runs of a large sweep a run is compared with."""

from __future__ import annotations

from dataclasses import replace

from logdoctor import Axis, example_run
from logdoctor.curves import decay, flat
from logdoctor.run import Setting
from logdoctor.signals.comparison.neighbours import MOST, neighbours
from logdoctor.signals.comparison.outcome import Measured


def measured(number: int, **settings: Setting) -> Measured:
    run = example_run(settings, Axis.EPOCH, 0, train_loss=decay(2.3, 0.5 + number / 1000, 12))
    return Measured.of(replace(run, name=f"run-{number:03}"))


def test_a_sweep_of_a_hundred_is_compared_whole() -> None:
    group = [measured(k, lr=0.1) for k in range(MOST)]
    assert neighbours(group) == [tuple(group)] * MOST


def test_the_runs_that_differ_in_fewest_settings_are_kept() -> None:
    group = [measured(k, lr=0.1 if k % 2 else 0.01, width=k % 3) for k in range(3 * MOST)]
    near = neighbours(group)
    for one, kept in zip(group, near, strict=True):
        assert one in kept
        assert len(kept) == MOST
        alike = [other for other in group if other.run.hyperparameters == one.run.hyperparameters]
        assert all(other in kept for other in alike)
    assert [one.run.name for one in near[0]] == sorted(one.run.name for one in near[0])


def test_seeds_set_no_runs_apart_and_the_best_set_the_example() -> None:
    group = [measured(k, lr=0.1, seed=k) for k in range(2 * MOST)]
    kept = {one.run.name for one in neighbours(group)[-1]}
    assert kept == {f"run-{k:03}" for k in (*range(MOST - 1), 2 * MOST - 1)}


def test_one_without_a_loss_comes_last() -> None:
    without = Measured.of(replace(example_run(None, Axis.EPOCH, 0, val_acc=flat(0.5, 12)), name="without"))
    group = [without, *(measured(k) for k in range(MOST))]
    first, second, *_ = neighbours(group)
    assert without in first
    assert without not in second
