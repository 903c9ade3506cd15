"""Lines of a text log, and whether training went on after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from logdoctor import Axis, Run, example_run
from logdoctor.curves import decay
from logdoctor.run import State, TextEvent
from logdoctor.run.text_event import EARLY_STOP, FINISHED, OUT_OF_MEMORY, RESUMED, SCHEDULER_ORDER, TRACEBACK
from logdoctor.signals import Console, Unmeasurable

STOP = TextEvent(TRACEBACK, "KeyError: 3", "out.log", 800, 119)


def run(*events: TextEvent, state: State = State.UNKNOWN, epochs: int | None = None) -> Run:
    settings = {} if epochs is None else {"epochs": epochs}
    return replace(example_run(settings, Axis.EPOCH, train_loss=decay(2.3, 0.2)), events=events, state=state)


def test_there_is_no_console_without_a_line() -> None:
    with pytest.raises(Unmeasurable):
        Console.measure(run())


@pytest.mark.parametrize(
    ("later", "went_on"),
    [
        ([], False),
        ([TextEvent(SCHEDULER_ORDER, "warning", "out.log", 801, 119)], False),
        ([TextEvent(RESUMED, "Resuming from step 100", "out.log", 900, 119)], True),
        ([TextEvent(FINISHED, "done", "out.log", 900, 119)], True),
        ([TextEvent(FINISHED, "done", "other.log", 900, 119)], False),
    ],
)
def test_training_went_on_when_a_later_line_says_so(later: Sequence[TextEvent], went_on: bool) -> None:
    assert Console.measure(run(STOP, *later)).went_on_after(STOP) is went_on


@pytest.mark.parametrize(("step", "went_on"), [(119, False), (60, True), (None, True)])
def test_training_went_on_when_later_steps_were_logged(step: int | None, went_on: bool) -> None:
    stop = replace(STOP, step=step)
    assert Console.measure(run(stop)).went_on_after(stop) is went_on


def test_training_did_not_go_on_below_the_last_line_of_a_text_that_counts_no_steps() -> None:
    stop = replace(STOP, step=None, is_behind_all=True)
    assert not Console.measure(run(stop)).went_on_after(stop)


def test_nothing_goes_on_in_a_run_without_curves() -> None:
    stop = replace(STOP, step=None)
    assert not Console.measure(Run("r", events=(stop,))).went_on_after(stop)


def test_the_stop_is_the_first_line_after_which_nothing_goes_on() -> None:
    survived = TextEvent(OUT_OF_MEMORY, "out of memory", "out.log", 40, 3)
    fatal = TextEvent(OUT_OF_MEMORY, "out of memory", "out.log", 790, 119)
    assert Console.measure(run(survived, fatal, STOP)).stop() is fatal
    assert Console.measure(run(survived)).stop() is None


@pytest.mark.parametrize(
    "done",
    [
        run(TextEvent(EARLY_STOP, "early stopping", "out.log", 700, 119), STOP),
        run(STOP, state=State.FINISHED),
        run(STOP, epochs=120),
    ],
    ids=["says so", "its trainer said so", "all epochs are there"],
)
def test_what_comes_after_the_end_of_training_is_told_apart(done: Run) -> None:
    assert Console.measure(done).came_to_its_end_before(STOP)
    assert not Console.measure(run(STOP, epochs=200)).came_to_its_end_before(STOP)


def test_a_line_belongs_to_a_series_that_runs_through_its_step() -> None:
    console = Console.measure(run(STOP))
    series = console.series_at(STOP)
    assert series is not None
    assert series.name == "train_loss"
    assert console.series_at(replace(STOP, step=5000)) is None
    assert console.series_at(replace(STOP, step=None)) is None


def test_tokens_are_no_later_steps() -> None:
    one = run(STOP)
    (loss,) = one.series
    tokens = replace(loss, name="loss vs tokens", steps=loss.steps * 4096, axis=Axis.TOKENS)
    assert not Console.measure(replace(one, series=(loss, tokens))).went_on_after(STOP)
