"""Large sweeps: which runs of a set-up one of them is compared with."""

from __future__ import annotations

from dataclasses import replace

from logdoctor import Run, example_run
from logdoctor.curves import decay
from logdoctor.signals import measure_all
from logdoctor.signals.comparison.neighbours import MOST, neighbours


def run(number: int, **settings: float | str) -> Run:
    end = 0.5 + (number % 7) / 10
    return replace(example_run(settings, train_loss=decay(2.3, end, 40)), name=f"sweep/{number:03d}")


def test_a_small_set_up_is_compared_whole() -> None:
    group = measure_all([run(i, lr=0.1 * i) for i in range(MOST)])
    assert neighbours(group) == [group] * MOST


def test_of_a_large_one_those_of_the_fewest_other_settings_are_taken() -> None:
    runs = [run(i, lr=0.1 * (i % 10 + 1), width=i // 10, seed=i) for i in range(200)]
    group = measure_all(runs)
    for one, beside in zip(group, neighbours(group), strict=True):
        names = [other.run.name for other in beside]
        assert len(beside) == MOST
        assert names == sorted(names)
        alike = [other for other in group if other.run.hyperparameters["width"] == one.run.hyperparameters["width"]]
        assert {id(other) for other in (one, *alike)} <= set(map(id, beside))


def test_of_runs_that_differ_as_much_those_that_end_lowest_are_taken() -> None:
    group = measure_all([run(i, trial=str(i)) for i in range(3 * MOST)])
    taken = {id(one) for one in neighbours(group)[0]}
    left = [one.train.end for one in group if id(one) not in taken and one.train is not None]
    kept = [one.train.end for one in group[1:] if id(one) in taken and one.train is not None]
    assert max(kept) <= min(left)
