"""How fast a run trained."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Run, example_run
from logdoctor.curves import decay, flat, given, line
from logdoctor.signals import Speed, Unmeasurable
from logdoctor.signals.logging.speed import direction

LOSS = decay(2.3, 0.2)


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("tokens_per_second", 1),
        ("train/samples_per_second", 1),
        ("throughput(tps)", 1),
        ("time/fps", 1),
        ("mfu", 1),
        ("step_time", -1),
        ("iteration-time", -1),
        ("seconds_per_step", -1),
        ("time", -1),
        ("perf/step_time_seconds", -1),
        ("data_time", 0),
        ("eval_samples_per_second", 0),
        ("eta_seconds", 0),
        ("time_elapsed", 0),
        ("gpu_memory", 0),
        ("epoch_time", 0),
    ],
)
def test_names_tell_which_way_is_fast(name: str, sign: int) -> None:
    assert direction(name) == sign


def middle(run: Run) -> float:
    return float(np.exp(np.median(Speed.measure(run).trend.level)))


def test_wall_times_give_steps_per_second() -> None:
    assert middle(example_run(train_loss=LOSS.each_taking(flat(0.25)))) == pytest.approx(4.0)


def test_a_logged_speed_goes_before_wall_times() -> None:
    run = example_run(train_loss=LOSS.each_taking(flat(0.25)), tokens_per_second=flat(900.0).noisy(5.0))
    assert Speed.measure(run).name == "tokens_per_second"
    assert middle(run) == pytest.approx(900, rel=0.01)


def test_the_time_of_a_step_is_turned_round() -> None:
    assert middle(example_run(train_loss=LOSS, step_time=flat(0.5).noisy(0.01))) == pytest.approx(2.0, rel=0.02)


def test_time_that_only_grows_is_elapsed() -> None:
    with pytest.raises(Unmeasurable):
        Speed.measure(example_run(train_loss=LOSS, time=line(1.0, 100.0)))


def test_only_the_longest_stretch_between_long_pauses_counts() -> None:
    seconds = flat(0.5, 80).followed_by(given([3600.0])).followed_by(flat(2.0, 39))
    run = example_run(train_loss=LOSS.each_taking(seconds))
    assert np.exp(Speed.measure(run).trend.level) == pytest.approx(np.full(79, 2.0))


@pytest.mark.parametrize(
    "run",
    [
        example_run(train_loss=LOSS),
        example_run(lr=flat(0.1)),
        example_run(train_loss=decay(2.3, 0.2, 15).each_taking(flat(1.0, 15))),
        example_run(train_loss=LOSS.each_taking(flat(0.0))),
        example_run(train_loss=LOSS.each_taking(flat(float("nan")))),
    ],
    ids=["no times", "no loss", "too short", "all at once", "no times known"],
)
def test_no_speed_without_times_that_tell_one(run: Run) -> None:
    with pytest.raises(Unmeasurable):
        Speed.measure(run)


def test_records_that_were_written_all_at_once_tell_no_speed() -> None:
    with pytest.raises(Unmeasurable, match="after the training"):
        Speed.measure(example_run(train_loss=LOSS.each_taking(flat(2e-5).noisy(4e-6))))
