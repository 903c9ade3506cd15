"""A run that is back where it began, and what that speaks for."""

from __future__ import annotations

from logdoctor import TrainLoss, example_run
from logdoctor.curves import decay
from logdoctor.evidence.stability.begun_anew import begun_anew, clues_of_fresh_start
from logdoctor.run import Run
from logdoctor.signals import Trend


def begun_twice(epochs: int, *, with_validation: bool = True) -> Run:
    """Return a run that goes down twice, the second time somewhat faster."""
    half = epochs // 2
    train = decay(0.73, 0.07, half).followed_by(decay(0.73, 0.07, epochs - half, half_life=0.05))
    val = decay(0.7, 0.08, half).followed_by(decay(0.7, 0.08, epochs - half, half_life=0.05))
    return example_run({}, train_loss=train, **({"val_loss": val} if with_validation else {}))


def clues_of(run: Run) -> list[str]:
    series = run.find(TrainLoss)
    assert series is not None
    anew = begun_anew(run, Trend[TrainLoss].measure(series))
    return [] if anew is None else [one.cause for one in clues_of_fresh_start(anew)]


def test_twenty_epochs_and_more_are_judged_as_fewer_are() -> None:
    assert [clues_of(begun_twice(n)) for n in (13, 20, 30)] == [["resumed-without-state"]] * 3


def test_what_training_alone_shows_may_be_other_data() -> None:
    assert not clues_of(begun_twice(20, with_validation=False))


def test_long_logs_are_left_to_what_their_noise_and_their_way_down_tell() -> None:
    assert not clues_of(begun_twice(60))
