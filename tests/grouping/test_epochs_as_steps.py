"""Curves of epochs beside curves of steps: which are put at steps by their times, and which are left alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tensorboardX import SummaryWriter

from logdoctor import load
from logdoctor.grouping.epochs_as_steps import epochs_at_steps
from logdoctor.run import Series
from logdoctor.run.notice import INTERPRETATION

TRAIN = Series.of("train/loss", range(0, 200, 10), np.linspace(2, 1, 20), np.arange(20) * 10.0)


def validation(times: list[float], steps: list[int]) -> Series:
    """Return a curve of validation."""
    return Series.of("val/loss", steps, np.linspace(2, 1, len(steps)), times)


def test_epochs_stand_at_the_step_before() -> None:
    found = epochs_at_steps([TRAIN, validation([55.0, 105.0, 155.0], [0, 1, 2])])
    assert {i: steps.tolist() for i, steps in found.items()} == {1: [50, 100, 150]}


def test_steps_that_are_steps_are_left_alone() -> None:
    assert not epochs_at_steps([TRAIN, validation([55.0, 105.0, 155.0], [50, 100, 150])])


def test_what_is_logged_as_often_is_left_alone() -> None:
    """Megatron logs each curve on iterations and, as `vs samples`, on samples."""
    samples = Series.of("loss vs samples", range(0, 5120, 256), np.linspace(2, 1, 20), np.arange(20) * 10.0)
    assert not epochs_at_steps([samples, Series.of("loss", range(20), np.linspace(2, 1, 20), np.arange(20) * 10.0)])


def test_what_was_written_at_once_is_left_alone() -> None:
    assert not epochs_at_steps([TRAIN, validation([155.0, 155.1, 155.2], [0, 1, 2])])


def test_two_points_tell_nothing() -> None:
    assert not epochs_at_steps([TRAIN, validation([55.0, 105.0], [0, 1])])


def test_a_run_says_what_was_moved(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(30):
            writer.add_scalar("train/loss", 2 - step / 20, step, walltime=1000.0 + step)
            if step % 10 == 9:
                writer.add_scalar("val/loss", 2.5 - step / 20, step // 10, walltime=1000.5 + step)
    (run,) = load(tmp_path)
    (val,) = (one for one in run.series if one.name == "val/loss")
    assert val.steps.tolist() == [9, 19, 29]
    assert [notice.message for notice in run.notices if notice.kind == INTERPRETATION] == [
        "The steps of `val/loss` are epochs; their points stand at the last step that was logged before."
    ]
