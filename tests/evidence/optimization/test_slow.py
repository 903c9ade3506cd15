"""What a run and its siblings say about a loss that falls slowly."""

from __future__ import annotations

import pytest

from logdoctor import Run, TrainLoss, example_run
from logdoctor.curves import line
from logdoctor.evidence.optimization.slow import slow_causes, smaller_batch
from logdoctor.evidence.optimization.unit_scale import far_from_unit
from logdoctor.finding import Strength
from logdoctor.run import Setting
from logdoctor.signals import Hyperparameters, Siblings, Trend


def run_of(settings: dict[str, Setting], start: float = 2.3, end: float = 2.0) -> Run:
    return example_run(settings, train_loss=line(start, end))


def trend(run: Run) -> Trend[TrainLoss]:
    series = run.find(TrainLoss)
    assert series is not None
    return Trend[TrainLoss].measure(series)


@pytest.mark.parametrize(
    ("theirs", "end", "told"),
    [
        ({"batch_size": 32, "lr": 0.1}, 0.2, True),
        ({"batch_size": 32, "lr": 0.5}, 0.2, False),
        ({"batch_size": 512, "lr": 0.1}, 0.2, False),
        ({"batch_size": 32, "lr": 0.1}, 2.1, False),
    ],
    ids=["far smaller", "another rate", "hardly smaller", "no better"],
)
def test_a_run_that_went_well_with_a_far_smaller_batch_tells_of_the_batch(
    theirs: dict[str, Setting], end: float, told: bool
) -> None:
    mine = run_of({"batch_size": 1024, "lr": 0.1})
    siblings = Siblings.among(mine, [mine, run_of(theirs, end=end)])
    assert bool(smaller_batch(siblings, trend(mine).end)) is told
    likely = [
        one.id
        for one in slow_causes(trend(mine).series, trend(mine), Hyperparameters.measure(mine), siblings, "")
        if one.strength is Strength.LIKELY
    ]
    assert likely == (["batch-too-large"] if told else ["learning-rate-too-low"])


def test_a_loss_in_the_thousands_at_an_ordinary_rate_tells_of_targets_that_are_not_scaled() -> None:
    run = run_of({"optimizer": "Adam", "lr": 1e-3}, 31_000.0, 25_000.0)
    assert "25," in far_from_unit(trend(run).end, Hyperparameters.measure(run))
    low = run_of({"optimizer": "Adam", "lr": 1e-6}, 31_000.0, 25_000.0)
    assert not far_from_unit(trend(low).end, Hyperparameters.measure(low))
    small = run_of({"optimizer": "Adam", "lr": 1e-3})
    assert not far_from_unit(trend(small).end, Hyperparameters.measure(small))
