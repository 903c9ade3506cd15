"""What a run and its siblings say about a loss that falls slowly."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Cause, Run, TrainLoss, because, example_run
from logdoctor.curves import Curve, given, line
from logdoctor.evidence.optimization.slow.causes import slow_causes, smaller_batch, to_tell_slow
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


def first_cause(mine: Run, *others: Run) -> Cause:
    siblings = Siblings.among(mine, [mine, *others])
    return slow_causes(trend(mine).series, trend(mine), Hyperparameters.measure(mine), siblings, "")[0]


def test_a_larger_model_that_ends_lower_at_the_same_rate_tells_of_the_size() -> None:
    first = first_cause(run_of({"hidden": 2, "lr": 1e-3}), run_of({"hidden": 64, "lr": 1e-3}, end=0.2))
    assert (first.id, first.strength) == ("model-too-small", Strength.LIKELY)
    assert first.fixes[0].text == "train with hidden 64 instead of 2"
    other = first_cause(run_of({"hidden": 32, "lr": 1e-3}), run_of({"hidden": 64, "lr": 1e-2}, end=0.2))
    assert other.id == "learning-rate-too-low"


def test_a_model_of_next_to_no_units_is_slow_at_any_rate() -> None:
    assert first_cause(run_of({"d_model": 3, "lr": 1e-3})).id == "model-too-small"
    assert first_cause(run_of({"d_model": 64, "lr": 1e-3})).id == "learning-rate-too-low"


@pytest.mark.parametrize(
    ("optimizer", "clip", "first"),
    [
        ("sgd", 1e-3, "clipping-too-tight"),
        ("sgd", 1.0, "learning-rate-too-low"),
        ("adam", 1e-3, "learning-rate-too-low"),
    ],
)
def test_gradients_clipped_to_next_to_nothing_make_short_steps_unless_they_are_scaled_again(
    optimizer: str, clip: float, first: str
) -> None:
    assert first_cause(run_of({"optimizer": optimizer, "lr": 0.05, "grad_clip": clip})).id == first


def test_the_threshold_to_clip_at_is_read_from_the_norms_where_they_are_logged_before_clipping() -> None:
    settings: dict[str, Setting] = {"optimizer": "sgd", "lr": 0.05, "grad_clip": 1e-3}
    logged = example_run(settings, train_loss=line(2.3, 2.0), grad_norm=line(2.0, 1.0))
    assert first_cause(logged).fixes[0].text.startswith("raise the threshold from 0.001 to about 1.9")
    assert "to about 1, and log the norm" in first_cause(run_of(settings)).fixes[0].text


@pytest.mark.parametrize(
    ("strengths", "asked"),
    [
        ((Strength.LIKELY, Strength.POSSIBLE), False),
        ((Strength.LIKELY,), False),
        ((Strength.LIKELY, Strength.LIKELY), True),
        ((Strength.POSSIBLE, Strength.UNLIKELY), True),
    ],
)
def test_the_size_of_updates_is_asked_for_where_the_causes_lie_close(
    strengths: tuple[Strength, ...], *, asked: bool
) -> None:
    named = ("learning-rate-too-low", "batch-too-large")
    causes = [because(cause, strength) for cause, strength in zip(named, strengths, strict=False)]
    assert bool(to_tell_slow(causes)) is asked


def test_validation_that_leaves_training_behind_tells_of_what_holds_training_back() -> None:
    """Both take the same small steps: dropout is in training alone."""

    def first(val_loss: Curve, settings: dict[str, Setting] | None = None) -> Cause:
        return first_cause(example_run(settings, train_loss=line(1.84, 1.62, 20), val_loss=val_loss))

    ahead = first(line(1.8, 1.3, 20))
    assert ahead.id == "over-regularised"
    assert "val_loss ends at 1.3" in ahead.pro[0]
    for beside in (line(1.8, 1.6, 20), line(1.3, 1.1, 20)):  # no lead, and one from the first evaluation on
        assert first(beside).id == "learning-rate-too-low"
    assert first(line(1.8, 1.6, 20), {"dropout": 0.9}).id == "over-regularised"


def test_a_mean_since_the_start_of_the_run_lags_by_itself() -> None:
    losses = line(1.84, 1.4, 20).values
    since_start = given(np.cumsum(losses) / np.arange(1, 21))
    run = example_run(None, train_loss=since_start, val_loss=line(1.8, 1.5, 20))
    assert first_cause(run).id == "learning-rate-too-low"


def test_validation_that_is_ahead_by_no_more_than_batches_differ_says_nothing() -> None:
    ahead = example_run(train_loss=line(1.84, 1.62, 24).noisy(0.008), val_loss=line(1.8, 1.3, 24))
    assert first_cause(ahead).id == "over-regularised"
    beside = example_run(train_loss=line(1.36, 1.32, 60).noisy(0.03), val_loss=line(1.36, 1.3, 60))
    assert first_cause(beside).id == "learning-rate-too-low"
