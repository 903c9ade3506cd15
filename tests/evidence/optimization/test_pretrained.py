"""Whether a run began untrained."""

from __future__ import annotations

from math import log
from typing import Any

import pytest

from logdoctor import TrainLoss, example_run
from logdoctor.curves import decay, flat, line
from logdoctor.evidence.optimization.pretrained import may_be_untrained, slow_by_design, trained_before
from logdoctor.run import Run
from logdoctor.signals import ChanceLevels, Trend

TEN = {"num_classes": 10}


def measured(run: Run) -> tuple[Run, Trend[TrainLoss], ChanceLevels]:
    series = run.find(TrainLoss)
    assert series is not None
    return run, Trend.measure(series), ChanceLevels.measure(run)


@pytest.mark.parametrize(
    ("curves", "said"),
    [
        ({"settings": TEN, "train_loss": line(0.9, 0.8)}, "below the 2.3 of guessing"),
        ({"settings": TEN, "train_loss": line(2.2, 0.8), "val_accuracy": line(0.7, 0.8)}, ""),
        ({"train_loss": line(0.9, 0.8), "val_accuracy": line(0.7, 0.75)}, "begins at 0.7"),
        ({"train_loss": line(0.69, 0.6), "val_accuracy": flat(0.9)}, ""),
        ({"train_loss": line(0.9, 0.8), "val_accuracy": line(0.5, 0.75)}, ""),
        ({"train_loss": line(0.9, 0.8)}, ""),
    ],
)
def test_what_shows_that_a_run_began_good(curves: dict[str, Any], said: str) -> None:
    clause = trained_before(*measured(example_run(**curves)))
    assert said in clause
    assert bool(clause) == bool(said)


@pytest.mark.parametrize(
    ("curves", "said"),
    [
        ({"train_loss": line(log(2), 0.6)}, "where a preference loss begins"),
        ({"train_loss": line(0.73, 0.6)}, ""),
        ({"train_loss": line(log(2), 0.6), "train_bce_loss": line(log(2), 0.6), "train_dice_loss": flat(0.9)}, ""),
        ({"train_loss": line(log(2), 0.6), "val_accuracy": line(0.5, 0.6)}, ""),
        ({"settings": {"num_classes": 2}, "train_loss": line(log(2), 0.6)}, ""),
        ({"settings": {"dpo_beta": 0.1}, "train_loss": line(0.73, 0.6), "rewards_margins": line(0, 1)}, "preference"),
        ({"train_loss": line(0.3, 0.29)}, "fine-tuning"),
        ({"train_loss": line(2.4, 2.3)}, ""),
    ],
)
def test_what_makes_a_slow_fall_meant(curves: dict[str, Any], said: str) -> None:
    clause = slow_by_design(*measured(example_run(**curves)))
    assert said in clause
    assert bool(clause) == bool(said)


def test_an_untrained_loss_is_near_a_level_of_guessing() -> None:
    ten = ChanceLevels.measure(example_run(settings=TEN, train_loss=decay(2.3, 1.0)))
    unknown = ChanceLevels.measure(example_run(train_loss=decay(2.3, 1.0)))
    assert may_be_untrained(2.5, ten)
    assert not may_be_untrained(4.6, ten)
    assert may_be_untrained(4.6, unknown)
    assert not may_be_untrained(20.0, unknown)
