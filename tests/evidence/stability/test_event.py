"""What is seen around the moment at which a loss breaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logdoctor.curves import Curve, cosine, decay, flat, geometric, given, line
from logdoctor.evidence import Event, Surroundings
from logdoctor.evidence.stability.clues.around import clues_around
from logdoctor.evidence.stability.instability import explain
from logdoctor.evidence.stability.onset import onset_of_rise, rise_begins
from logdoctor.rule import Settings, example_run
from logdoctor.run import Axis, Run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.run.text_event import RESUMED, TextEvent
from logdoctor.signals import Hyperparameters, NonFinite, Siblings, Spikes, Trend

NAN = np.nan
DIES = decay(2.3, 0.5, 80).noisy(0.02).followed_by(flat(NAN, 40))


def around(run: Run) -> Surroundings:
    return Surroundings(run, Hyperparameters(run), Siblings(run))


def death(settings: Settings | None = None, axis: Axis = Axis.STEP, **curves: Curve) -> Event:
    """The event of a run whose training loss turns NaN."""
    return death_of(example_run(settings, axis, 0, **curves))


def death_of(run: Run) -> Event:
    loss = run.find(TrainLoss)
    assert loss is not None
    bad = NonFinite.of(loss)
    return around(run).non_finite(bad.series, bad.first, bad.recovered)


@pytest.mark.parametrize(
    ("values", "index", "begins"),
    [
        ([1.0] * 30, 30, 30),
        ([1.0] * 30 + [3.0, 9.0, 27.0], 33, 30),
        ([*np.linspace(2, 0.01, 30), 0.012, 0.02, 0.011], 33, 33),
        ([1.2, 50.0, 4e8], 3, 1),
        ([5.0], 1, 1),
        ([1.0] * 30 + [3.0, np.inf, 27.0], 33, 30),
    ],
    ids=["flat", "grows", "flickers near zero", "explodes at once", "one value", "overflows on the way"],
)
def test_a_rise_begins_where_all_later_values_lie_above_the_usual(values: list[float], index: int, begins: int) -> None:
    assert rise_begins(np.array(values), index) == begins


def test_a_slow_growth_over_half_of_the_values_is_a_rise() -> None:
    values = np.concatenate([np.full(100, 1.0), np.geomspace(1.0, 1e6, 60)])
    assert 95 <= rise_begins(values, 160) <= 115


def test_the_onset_of_a_rise_is_where_the_level_leaves_its_lowest() -> None:
    for points in (120, 4000):
        curve = decay(2.3, 0.2, points).followed_by(flat(2.3, points // 2)).noisy(0.02)
        (loss,) = example_run(train_loss=curve).series
        onset, index = onset_of_rise(Trend.measure(loss))
        assert onset == pytest.approx(points, abs=2)
        assert index - onset <= 1


def test_a_rate_that_jumps_just_before_is_seen() -> None:
    jump = death(train_loss=DIES, lr=flat(0.01, 78).followed_by(flat(1.0, 42))).rate.jump
    assert jump is not None
    assert (jump.step, jump.before, jump.after, jump.returns) == (78, 0.01, 1.0, False)


def test_a_rate_that_is_back_at_its_peak_returns() -> None:
    jump = death(train_loss=DIES, lr=cosine(0.1, 78, floor=0.01).followed_by(flat(0.1, 42))).rate.jump
    assert jump is not None
    assert jump.returns


@pytest.mark.parametrize(
    "rates",
    [flat(0.1), line(0.001, 0.1), geometric(1e-6, 1.0, 120), flat(0.01, 30).followed_by(flat(1.0, 90))],
    ids=["constant", "warm-up", "range test", "a jump long before"],
)
def test_other_rates_do_not_jump_just_before(rates: Curve) -> None:
    assert death(train_loss=DIES, lr=rates).rate.jump is None


def test_a_resumed_run_says_so() -> None:
    run = example_run(axis=Axis.STEP, train_loss=DIES)
    assert not death_of(run).rate.restarted
    said = TextEvent(RESUMED, "Resuming from checkpoint-78", "train.log", 300, 78)
    assert death_of(replace(run, events=(said,))).rate.restarted
    assert not death_of(replace(run, events=(replace(said, step=20),))).rate.restarted


def test_a_norm_that_rises_before_and_one_that_jumps_are_told_apart() -> None:
    quiet = flat(1.0).noisy(0.05)
    rises = death(train_loss=DIES, grad_norm=quiet.with_value(74, 3.0, 5.0, 9.0, 20.0, 60.0, 200.0))
    leads = death(train_loss=DIES, grad_norm=quiet.with_value(79, 90.0))
    jumps = death(train_loss=DIES, grad_norm=quiet.with_value(80, 90.0))
    calm = death(train_loss=DIES, grad_norm=quiet)
    assert (rises.norm.rise, rises.norm.jumps) == (6, False)
    assert (leads.norm.rise, leads.norm.jumps) == (1, False)
    assert (jumps.norm.rise, jumps.norm.jumps) == (0, True)
    assert (calm.norm.rise, calm.norm.jumps) == (0, False)


def test_a_norm_that_breaks_before_the_loss_is_seen() -> None:
    assert death(train_loss=DIES, grad_norm=flat(1.0).with_value(79, *[NAN] * 41)).norm.broke_first == 79
    assert death(train_loss=DIES, grad_norm=flat(1.0).with_value(80, *[NAN] * 40)).norm.broke_first is None


def test_clipping_is_read_from_the_settings_or_from_a_ceiling_of_the_norm() -> None:
    capped = Curve(np.minimum(flat(1.2).heavy_tailed(0.5).values, 1.0))
    assert death(train_loss=DIES, grad_norm=capped).norm.clipped == 1.0
    assert death(train_loss=DIES, grad_norm=flat(1.2).heavy_tailed(0.5)).norm.clipped is None
    assert death({"max_grad_norm": 5.0}, train_loss=DIES).norm.clipped == 5.0
    assert death({"max_grad_norm": 0.0}, train_loss=DIES, grad_norm=capped).norm.clipped == 0.0


def test_what_came_before_is_told_in_order_of_steps() -> None:
    event = death(
        train_loss=decay(2.3, 0.5, 76).followed_by(given([3.0, 20.0, 300.0, 1e5])).followed_by(flat(NAN, 40)),
        lr=flat(0.01, 74).followed_by(flat(1.0, 46)),
    )
    assert [step for step, _ in event.timeline] == [74, 76]
    assert event.cue == "; before that, the learning rate jumped from 0.01 to 1 at step 74"
    assert event.order.endswith("then train_loss began to rise from 0.504 at step 76")


def test_nothing_before_gives_no_story() -> None:
    event = death(train_loss=DIES)
    assert (event.timeline, event.cue, event.order) == ((), "", "")


def test_a_spike_is_an_event_at_its_jump() -> None:
    run = example_run(train_loss=decay(2.3, 0.3).noisy(0.02).with_value(60, 9.0, 3.0))
    (loss,) = run.series
    spikes: Spikes[TrainLoss] = Spikes.measure(loss)
    event = around(run).jump(spikes.series, spikes.found[0])
    assert (event.onset, event.index, event.back_after) == (60, 60, 2)
    assert event.at_once
    assert event.learnt


@pytest.mark.parametrize(("rate", "speaks_for"), [(1e-3, False), (0.5, True)])
def test_an_ordinary_rate_does_not_lose_a_loss_before_its_first_value(rate: float, *, speaks_for: bool) -> None:
    event = death_of(example_run({"lr": rate}, Axis.STEP, 5, train_loss=flat(NAN, 30)))
    told = [one.weight for one in clues_around(event) if one.cause == "learning-rate-too-high"]
    assert (sum(told) > 0) is speaks_for


def test_a_training_loss_of_zeros_is_not_said_to_be_sound_where_validation_is_nan() -> None:
    """Hugging Face writes 0 for NaN: what breaks is not validation alone."""
    nan = flat(float("nan"), 12)
    masked = example_run(None, Axis.STEP, 0, train_loss=given([6.1, 3.0]).followed_by(flat(0.0, 10)), val_loss=nan)
    sound = example_run(None, Axis.STEP, 0, train_loss=decay(6.1, 3.0, 12), val_loss=nan)
    for run, alone in ((masked, False), (sound, True)):
        series = run.find(ValLoss)
        assert series is not None
        said = {clue.text for clue in clues_around(around(run).non_finite(series, 0, 0))}
        assert ("only the loss on held-out data breaks" in said) is alone


def test_the_batch_of_a_spike_is_that_of_the_first_value_that_leaves_the_curve() -> None:
    """The step of a bad batch shows little of what it did to the weights, which the next ones show."""
    curve = decay(2.3, 0.03).noisy(0.005).with_value(60, 200.0, 1.9e5, 3.4e4, 4e3, 2e3, 100.0)
    run = example_run(None, Axis.STEP, 0, train_loss=curve)
    (loss,) = run.series
    spikes: Spikes[TrainLoss] = Spikes.measure(loss)
    event = around(run).jump(spikes.series, spikes.found[0])
    assert (event.onset, event.index, event.struck_at) == (60, 61, 60)
    why = explain(event, ("bad-batch",))
    assert why.causes[0].fixes[0].text == "check the inputs and labels of the batch of step 60"
    assert why.causes[0].pro[0].startswith("step 60 stands out")


def test_a_loss_that_stays_far_above_its_start_has_not_come_back_from_a_giant_peak() -> None:
    # A term of the objective that explodes: nearly all of 100,000 is gone after three points, but 200 is no 3.4.
    after = flat(100_000.0, 1).followed_by(geometric(8_000.0, 250.0, 2)).followed_by(flat(200.0, 40).noisy(0.1))
    run = example_run(None, Axis.STEP, 0, train_loss=decay(20.0, 3.4, 30).noisy(0.02).followed_by(after))
    loss: Trend[TrainLoss] = Trend.measure(run.series[0])
    assert around(run).rise(loss).falls_back is None


def test_a_loss_that_had_exploded_long_before_its_nan_shows_a_rate_that_is_too_high() -> None:
    thrown = decay(2.3, 1.2, 40).noisy(0.05).followed_by(given([1e34, 2e34, 0.0] * 20))  # a batch of one example
    settings: Settings = {"optimizer": "SGD", "lr": 0.05}
    norm = flat(1e17, 120)
    event = death(settings, train_loss=thrown.followed_by(flat(NAN, 20)), val_accuracy=flat(0.3, 120), grad_norm=norm)
    assert event.had_exploded
    assert not event.at_once
    assert not event.learnt
    first, *others = explain(
        event, ("learning-rate-too-high", "no-gradient-clipping", "log-of-zero", "bad-batch")
    ).causes
    assert first.id == "learning-rate-too-high"
    assert {"log-of-zero", "bad-batch"}.isdisjoint(one.id for one in others)
    assert not any("90th percentile" in fix.text for one in others for fix in one.fixes)


@pytest.mark.parametrize(("height", "had_exploded"), [(1e3, False), (1e4, True)])
def test_a_loss_has_exploded_from_a_thousand_times_its_start(height: float, *, had_exploded: bool) -> None:
    thrown = decay(2.3, 1.2, 40).followed_by(given([height, height, 0.0] * 20)).followed_by(flat(NAN, 20))
    assert death(train_loss=thrown).had_exploded is had_exploded
