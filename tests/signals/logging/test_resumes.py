"""Where a run was resumed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from logdoctor import example_run
from logdoctor.curves import line
from logdoctor.run import Run
from logdoctor.run.text_event import FINISHED, RESUMED, TextEvent
from logdoctor.signals import Resumes

PLAIN = example_run(train_loss=line(2.0, 1.0, 20))


def with_event(kind: str, step: int | None) -> Run:
    return replace(PLAIN, events=(TextEvent(kind, "a line", "train.log", 3, step),))


def test_a_run_without_a_sign_of_it_was_not_resumed() -> None:
    assert Resumes.measure(PLAIN).steps == ()


def test_lines_of_the_text_log_tell_the_step() -> None:
    assert Resumes.measure(with_event(RESUMED, 12)).steps == (12,)


def test_lines_without_a_step_and_other_lines_tell_none() -> None:
    assert Resumes.measure(with_event(RESUMED, None)).steps == ()
    assert Resumes.measure(with_event(FINISHED, 12)).steps == ()


def test_steps_that_go_back_show_it() -> None:
    series = replace(PLAIN.series[0], steps=np.array([*range(12), *range(8, 16)]))
    assert Resumes.measure(replace(PLAIN, series=(series,))).steps == (8,)


def test_near_is_within_the_distance() -> None:
    resumes = Resumes((100,))
    assert resumes.near(103, 3)
    assert not resumes.near(104, 3)
