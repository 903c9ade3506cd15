"""What a run says for and against each cause of overfitting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from logdoctor import Axis, Cause, Fix, Run, Series, Strength, TrainLoss, ValLoss, ValMetric, example_run
from logdoctor.curves import Curve, decay, flat, given, line, rise
from logdoctor.evidence.generalization.best_validation import keep_the_best
from logdoctor.evidence.generalization.overfit import Overfit
from logdoctor.evidence.generalization.validation_rise import BORNE_OUT, part_to_rise
from logdoctor.evidence.told_by_settings import under_regularised
from logdoctor.run import Setting
from logdoctor.signals import Gap, Hyperparameters, Trend

TURNS = decay(2.3, 0.9, 40).then(rise(0.6, 80))


def causes(settings: dict[str, Setting] | None = None, **curves: Curve) -> dict[str, Cause]:
    """Return the causes by their id, in their order."""
    run = example_run(settings, Axis.EPOCH, 0, **curves)
    return {cause.id: cause for cause in overfit(run).causes()}


def causes_in_steps(**curves: Curve) -> dict[str, Cause]:
    """Return the same of a run whose log counts steps."""
    return {cause.id: cause for cause in overfit(example_run(None, Axis.STEP, 0, **curves)).causes()}


def overfit(run: Run) -> Overfit:
    train, val, metric = run.find(TrainLoss), run.find(ValLoss), run.find(ValMetric)
    assert train is not None
    assert val is not None
    gap = Gap.measure(Trend[TrainLoss].measure(train), Trend[ValLoss].measure(val))
    return Overfit(gap, Hyperparameters.measure(run), None if metric is None else Trend[ValMetric].measure(metric))


def first(found: dict[str, Cause]) -> str:
    return next(iter(found))


def test_a_training_loss_of_almost_nothing_speaks_for_too_little_data() -> None:
    found = causes(train_loss=decay(2.3, 0.001), val_loss=TURNS)
    assert first(found) == "too-little-data"
    assert "of its start" in " ".join(found["too-little-data"].pro)


def test_settings_without_regularisation_speak_for_too_little_of_it() -> None:
    found = causes({"learning_rate": 0.1, "weight_decay": 0.0}, train_loss=decay(2.3, 0.3), val_loss=TURNS)
    assert first(found) == "under-regularised"
    assert found["under-regularised"].pro


def test_regularisation_that_did_not_help_speaks_against_more_of_it() -> None:
    found = causes({"dropout": 0.5}, train_loss=decay(2.3, 0.3), val_loss=TURNS)
    assert first(found) == "too-little-data"
    assert found["under-regularised"].contra == ("dropout is 0.5",)


def test_held_out_data_that_are_known_at_the_first_evaluation_are_of_the_same_kind() -> None:
    """A pretrained network learns most within the first epoch, whose mean is where training seems to begin."""
    train = given([0.225, 0.155, 0.128, 0.095, 0.071, 0.073, 0.05, 0.058, 0.026, 0.047])
    val = given([0.256, 0.214, 0.226, 0.224, 0.315, 0.277, 0.225, 0.216, 0.283, 0.285])
    assert first(causes(train_loss=train, val_loss=val)) == "validation-set-differs"
    known = given([0.906, 0.926, 0.932, 0.93, 0.912, 0.909, 0.945, 0.941, 0.941, 0.939])
    found = causes(train_loss=train, val_loss=val, val_accuracy=known)
    assert found["validation-set-differs"].strength is not Strength.LIKELY


def test_a_gap_from_the_first_evaluation_on_speaks_for_another_kind_of_data() -> None:
    found = causes(train_loss=decay(2.3, 0.6), val_loss=decay(4.5, 3.0, 40).then(rise(0.6, 80)))
    assert found["validation-set-differs"].strength is Strength.LIKELY
    found = causes(train_loss=decay(2.3, 0.6), val_loss=TURNS)
    assert found["validation-set-differs"].strength is Strength.UNLIKELY


@pytest.mark.parametrize(
    ("falls", "strength"), [(-0.25, Strength.LIKELY), (0.0, Strength.UNLIKELY)], ids=["metric falls", "metric holds"]
)
def test_labels_learnt_late_at_the_cost_of_the_metric_speak_for_noise(falls: float, strength: Strength) -> None:
    accuracy = decay(0.1, 0.8, 40).then(line(0.0, falls, 80))
    found = causes(train_loss=line(2.3, 0.1), val_loss=decay(2.3, 1.2, 40).then(rise(1.0, 80)), val_accuracy=accuracy)
    assert found["label-noise"].strength is strength


def test_a_metric_that_never_found_anything_has_nothing_to_lose() -> None:
    def pro(peak: float) -> tuple[str, ...]:
        found = line(0.1 * peak, peak, 40).followed_by(line(peak, 0.0, 80))
        return causes(train_loss=decay(2.3, 0.3), val_loss=TURNS, val_precision=found)["label-noise"].pro

    assert pro(0.6)
    assert not pro(0.008)


def test_a_training_loss_that_is_summed_otherwise_says_nothing_of_labels() -> None:
    falls = decay(2.3, 1.2, 40).then(rise(1.0, 80))
    assert causes(train_loss=line(2.3, 0.1), val_loss=falls)["label-noise"].pro
    assert not causes(train_loss=line(115.0, 0.1), val_loss=falls)["label-noise"].pro


def test_the_first_cause_carries_the_fix_that_was_computed() -> None:
    run = example_run(None, train_loss=decay(2.3, 0.3), val_loss=TURNS)
    stop = Fix("keep the checkpoint of epoch 40", basis="read from this curve")
    found = overfit(run).causes(fixes=[stop])
    assert found[0].fixes[0] == stop
    assert all(stop not in cause.fixes for cause in found[1:])


def test_certainty_is_named_only_where_something_says_so() -> None:
    train = decay(2.3, 0.3)
    assert "overconfidence" not in causes(train_loss=train, val_loss=TURNS)
    found = causes(train_loss=train, val_loss=TURNS, val_accuracy=decay(0.1, 0.8))
    assert "decisions are no worse" in found["overconfidence"].pro[0]


def test_an_accuracy_that_has_clearly_fallen_is_not_said_to_be_as_good_as_ever() -> None:
    """It had gone on rising after validation was best, and then lost more than clean labels lose."""
    accuracy = decay(0.1, 0.6, 40).followed_by(line(0.6, 0.8, 40)).followed_by(line(0.8, 0.7, 40))
    found = causes(train_loss=line(2.3, 0.1), val_loss=TURNS, val_accuracy=accuracy)
    assert "overconfidence" not in found
    assert "falls from its best level" in " ".join(found["label-noise"].pro)


def test_an_accuracy_below_guessing_is_not_said_to_decide_no_worse() -> None:
    found = causes(train_loss=decay(2.3, 0.05), val_loss=line(2.6, 9.0), val_accuracy=flat(0.0))
    assert "overconfidence" not in found


def test_what_training_did_for_validation_is_told_by_the_lowest_value_that_a_reader_sees() -> None:
    """Five values are smoothed to one: the level of a few evaluations that rise lies far above the first of them."""
    val = given([1.39, 1.5, 1.7, 2.0, 2.2, 2.4, 2.6, 2.8, 3.0, 3.2, 3.4, 3.6])
    said = " ".join(causes(train_loss=decay(1.37, 0.002, 12), val_loss=val)["validation-set-differs"].pro)
    assert "training never helped it: its lowest is 1.39, training began at 1.37" in said
    some = given([1.78, 1.8, 1.9, 2.0, 2.2, 2.4, 2.6, 2.8, 3.0, 3.2, 3.4, 3.6])
    said = " ".join(causes(train_loss=decay(2.3, 0.1, 12), val_loss=some)["validation-set-differs"].pro)
    assert "training helped it little: its lowest is 1.78" in said


def test_a_correlation_that_is_none_of_a_guess_tells_of_data_of_the_same_kind() -> None:
    """A fine-tuning learns most within the first epoch, whose mean is where training seems to begin."""
    train, val = given([0.5305, 0.351, 0.237, 0.1808, 0.1291]), given([0.515, 0.5054, 0.6625, 0.7881, 0.91])
    guesses, knows = given([0.02, 0.03, 0.02, 0.04, 0.03]), given([0.433, 0.491, 0.495, 0.515, 0.527])
    assert first(causes(train_loss=train, val_loss=val, val_mcc=guesses)) == "validation-set-differs"
    found = causes(train_loss=train, val_loss=val, val_mcc=knows)
    assert first(found) == "overconfidence"
    assert "labels-do-not-match" not in found


def test_no_checkpoint_mends_other_data() -> None:
    run = example_run(None, train_loss=decay(2.3, 0.6), val_loss=decay(4.5, 3.0, 40).then(rise(0.6, 80)))
    stop = Fix("keep the checkpoint of epoch 40", basis="read from this curve")
    found = overfit(run).causes(fixes=[stop])
    assert found[0].id == "validation-set-differs"
    assert "same distribution" in found[0].fixes[0].text
    assert stop in found[0].fixes


def test_a_gap_that_was_widest_early_on_speaks_for_another_kind_of_data() -> None:
    found = causes(train_loss=decay(2.3, 0.14, half_life=0.05), val_loss=decay(2.3, 0.6, half_life=0.15))
    assert first(found) == "validation-set-differs"
    assert "widest early on" in " ".join(found["validation-set-differs"].pro)


def test_harm_beyond_knowing_nothing_needs_another_kind_of_data_or_learning_by_heart() -> None:
    harmed = decay(1.0, 0.8, 10).then(rise(3.0, 110))
    assert first(causes(train_loss=decay(1.0, 0.4), val_loss=harmed)) == "validation-set-differs"
    assert first(causes(train_loss=decay(1.0, 0.001), val_loss=harmed)) == "too-little-data"


def test_labels_of_other_rows_are_told_by_an_accuracy_that_stays_at_guessing() -> None:
    train, val = decay(2.31, 1.5, 40), line(2.31, 2.7, 40)
    found = causes(train_loss=train, val_loss=val, val_accuracy=flat(0.1, 40).noisy(0.01))
    assert first(found) == "labels-do-not-match"
    assert "gains nothing" in found["labels-do-not-match"].pro[0]
    assert found["under-regularised"].strength is Strength.POSSIBLE
    assert "labels-do-not-match" not in causes(train_loss=train, val_loss=val, val_accuracy=line(0.1, 0.4, 40))
    helped = causes(train_loss=decay(2.31, 0.3, 40), val_loss=decay(2.31, 1.4, 20).then(rise(0.9, 20)))
    assert "labels-do-not-match" not in helped


def test_validation_that_is_worse_than_no_training_at_first_is_another_kind_of_data() -> None:
    found = causes(train_loss=decay(1.1, 0.005, 60), val_loss=line(5.0, 10.0, 60), val_accuracy=flat(0.333, 60))
    assert first(found) == "validation-set-differs"
    assert found["too-little-data"].strength is Strength.POSSIBLE


def test_so_it_is_where_no_metric_is_logged_and_the_next_evaluations_are_wild() -> None:
    wild = given([1.86, 17.3, 11.8, 10.7, 9.7]).followed_by(flat(10.2, 25).noisy(0.6))
    found = causes(train_loss=decay(0.5, 0.04, 30), val_loss=wild)
    assert first(found) == "validation-set-differs"
    assert found["labels-do-not-match"].strength is Strength.POSSIBLE


def test_a_metric_that_loses_far_more_than_clean_labels_cost_speaks_for_wrong_ones_by_itself() -> None:
    falls = line(0.4, 0.95, 10).followed_by(line(0.95, 0.7, 50))
    found = causes(
        train_loss=decay(2.3, 0.01, 60), val_loss=decay(2.3, 0.9, 20).then(rise(0.6, 40)), val_accuracy=falls
    )
    assert first(found) == "label-noise"
    luck = causes(
        train_loss=decay(2.3, 0.01, 60),
        val_loss=decay(2.3, 0.9, 20).then(rise(0.6, 40)),
        val_accuracy=line(0.4, 0.7, 10).followed_by(line(0.7, 0.58, 50)).noisy(0.1, seed=3),
    )
    assert first(luck) == "too-little-data"


@pytest.mark.parametrize(
    ("accuracy", "part"),
    [
        (flat(0.9), 1.0),
        (line(0.95, 0.9).noisy(0.003), BORNE_OUT),
        (line(0.97, 0.83).noisy(0.01), 0.0),
        (line(1.0, 0.99, 40).followed_by(flat(0.8, 80)), 0.0),
        (flat(1.0, 40).followed_by(flat(0.8, 80)), BORNE_OUT),
    ],
)
def test_less_of_a_rise_is_enough_where_the_metric_falls(accuracy: Curve, part: float) -> None:
    series = example_run(train_loss=TURNS, val_accuracy=accuracy).find(ValMetric)
    assert series is not None
    assert part_to_rise(Trend.measure(series), 0.03, 4.0) == part


def test_errors_that_cost_more_than_learning_by_heart_makes_them_cost_tell_of_inputs_of_another_scale() -> None:
    rises = line(1.2, 1.8, 40)
    found = causes(train_loss=decay(2.3, 0.02, 40), val_loss=rises, val_accuracy=flat(0.9, 40).noisy(0.001))
    assert first(found) == "validation-set-differs"
    assert "each wrong answer costs 17" in " ".join(found["validation-set-differs"].pro)
    fewer = flat(0.6, 40).noisy(0.005)
    assert first(causes(train_loss=decay(2.3, 0.02, 40), val_loss=rises, val_accuracy=fewer)) != first(found)


def test_errors_that_become_dear_by_and_by_are_learnt_by_heart() -> None:
    found = causes(
        train_loss=decay(2.3, 0.001, 80),
        val_loss=decay(2.3, 0.3, 20).then(rise(0.7, 60)),
        val_accuracy=flat(0.92, 80).noisy(0.001),
    )
    assert first(found) == "too-little-data"


def test_labels_of_other_rows_are_told_by_a_loss_that_gains_nothing_from_the_untrained_network_on() -> None:
    train = decay(4.6, 4.0, 40)
    assert first(causes(train_loss=train, val_loss=line(4.6, 4.75, 40))) == "labels-do-not-match"
    gains_a_little = decay(4.6, 4.4, 10).then(rise(0.3, 30))
    assert causes(train_loss=train, val_loss=gains_a_little)["labels-do-not-match"].strength is Strength.POSSIBLE


def test_validation_that_begins_beside_what_training_had_learnt_by_then_is_no_other_kind_of_data() -> None:
    def strength(val: Curve) -> Strength:
        return causes(train_loss=decay(4.2, 0.5, 80, half_life=0.2), val_loss=val)["validation-set-differs"].strength

    assert strength(line(3.4, 4.5, 80).without(0, 7)) is Strength.POSSIBLE
    assert strength(line(3.4, 4.5, 80).plus(flat(1.5, 80)).without(0, 7)) is Strength.LIKELY


def test_a_share_of_variance_that_stays_at_nothing_tells_of_labels_of_other_rows() -> None:
    train, val = line(1.0, 0.8, 40), line(1.0, 1.2, 40)
    nothing, some = line(-0.01, -0.2, 40), line(0.1, 0.4, 40)
    assert first(causes(train_loss=train, val_loss=val, val_r2=nothing)) == "labels-do-not-match"
    assert first(causes(train_loss=train, val_loss=val, val_r2=some)) != "labels-do-not-match"


def test_two_classes_are_guessed_up_to_a_little_above_a_half() -> None:
    train, val = line(0.693, 0.6, 40), line(0.693, 0.76, 40)
    guessed, learnt = (flat(share, 40).noisy(0.005) for share in (0.49, 0.62))
    assert first(causes(train_loss=train, val_loss=val, val_accuracy=guessed)) == "labels-do-not-match"
    assert first(causes(train_loss=train, val_loss=val, val_accuracy=learnt)) != "labels-do-not-match"


@pytest.mark.parametrize(
    ("val", "off"),
    [(decay(23.0, 6.8), True), (decay(3.2, 0.48), False), (decay(0.12, 0.03), False)],
    ids=["of another scale", "added up instead of averaged", "alike"],
)
def test_validation_far_above_an_untrained_network_is_off_where_it_leaves_training_behind(
    val: Curve, off: bool
) -> None:
    assert (
        overfit(example_run(None, Axis.EPOCH, 0, train_loss=decay(0.1, 0.015), val_loss=val)).validation.far_off is off
    )


BY_HEART = decay(2.3, 0.003, 150, half_life=0.08)
AT_CHANCE = line(0.13, 0.1, 60)


def test_a_step_up_of_validation_is_of_other_data_unless_training_steps_down_with_it() -> None:
    val = decay(2.25, 0.95, 60).followed_by(line(1.3, 1.36, 30)).noisy(0.01)
    rests = decay(2.3, 0.5, 60).followed_by(line(0.5, 0.49, 30)).noisy(0.004)
    decayed = decay(2.3, 0.5, 60).followed_by(line(0.12, 0.11, 30)).noisy(0.004)
    assert first(causes(train_loss=rests, val_loss=val)) == "validation-set-differs"
    assert first(causes(train_loss=decayed, val_loss=val)) != "validation-set-differs"


def test_an_accuracy_below_that_of_guessing_speaks_for_another_kind_of_data() -> None:
    rises = line(2.4, 22.0, 60)
    found = causes(train_loss=decay(2.3, 0.05, 60), val_loss=rises, val_accuracy=flat(0.0, 60))
    assert first(found) == "validation-set-differs"
    assert "below the 0.1 of guessing" in " ".join(found["validation-set-differs"].pro)
    found = causes(train_loss=decay(2.3, 0.05, 60), val_loss=rises, val_accuracy=AT_CHANCE)
    assert first(found) == "labels-do-not-match"


def test_answers_that_stay_guesses_while_training_learns_speak_for_other_data_in_steps_too() -> None:
    val = {"val_loss": line(2.0, 7.4, 15).without(0, 0), "val_accuracy": flat(0.095, 15).noisy(0.004).without(0, 0)}
    found = causes_in_steps(train_loss=decay(2.3, 0.01, 120, half_life=0.1).noisy(0.01), **val)
    assert first(found) == "validation-set-differs"
    assert "training had come by its first evaluation to" in " ".join(found["validation-set-differs"].pro)
    by_heart = causes_in_steps(train_loss=given([2.3, 2.2, 2.1]).followed_by(flat(0.1, 117)), **val)
    assert "training had come" not in " ".join(by_heart["validation-set-differs"].pro)


def test_answers_that_are_right_three_times_as_often_as_guesses_are_no_sign_of_other_data_in_steps() -> None:
    late = frozenset(range(120)) - set(range(11, 120, 12))
    val = {
        "val_loss": Curve(np.linspace(2.25, 5.0, 10), late),
        "val_accuracy": Curve(line(0.29, 0.31, 10).values, late),
    }
    found = causes_in_steps(train_loss=decay(2.3, 0.005, 120, half_life=0.077).noisy(0.01), **val)
    assert first(found) == "too-little-data"
    assert "never passes" not in " ".join(found["validation-set-differs"].pro)


def test_one_answer_to_all_of_validation_speaks_for_inputs_of_another_scale() -> None:
    train, val = line(1.6, 0.4, 40), line(2.2, 29.0, 40)
    rests = given([0.198, 0.21]).followed_by(flat(0.22, 38))
    found = causes(train_loss=train, val_loss=val, val_accuracy=rests)
    assert first(found) == "validation-set-differs"
    assert "rests at 0.22: one answer" in " ".join(found["validation-set-differs"].pro)
    assert "one answer" not in str(causes(train_loss=train, val_loss=val, val_accuracy=rests.noisy(0.004)))


def test_labels_of_other_rows_learnt_by_heart_explain_a_validation_loss_above_its_start() -> None:
    found = causes(train_loss=line(2.3, 1.0, 60), val_loss=line(2.29, 3.64, 60), val_accuracy=AT_CHANCE)
    assert first(found) == "labels-do-not-match"
    assert found["validation-set-differs"].strength is Strength.POSSIBLE


@pytest.mark.parametrize(
    ("begins", "best", "cause"),
    [(2.27, 1.7, "too-little-data"), (4.5, 4.0, "validation-set-differs")],
    ids=["by and by", "at once"],
)
def test_wrong_answers_that_become_dear_by_and_by_are_learnt_by_heart(begins: float, best: float, cause: str) -> None:
    held_out = decay(begins, best, 30, half_life=0.2).followed_by(line(best, 6.5, 120))
    accuracy = line(0.2, 0.55, 30).followed_by(flat(0.54, 120))
    assert first(causes(train_loss=BY_HEART, val_loss=held_out, val_accuracy=accuracy)) == cause


def test_the_first_round_of_boosted_trees_is_learnt_by_heart_and_tells_of_no_other_data() -> None:
    curves: dict[str, Any] = {"train-logloss": decay(0.35, 0.001, 100), "eval-logloss": line(0.71, 1.6, 100)}
    assert first(causes(**curves)) == "too-little-data"
    others: dict[str, Any] = {"train_loss": curves["train-logloss"], "val_loss": curves["eval-logloss"]}
    assert first(causes(**others)) == "validation-set-differs"


def test_the_next_word_is_lost_to_what_is_learnt_by_heart_without_wrong_labels() -> None:
    falls = line(0.3, 0.2)
    words = causes({"lr": 1e-3}, train_loss=decay(3.9, 0.05), val_loss=TURNS.scaled(1.7), val_accuracy=falls)
    assert first(words) == "too-little-data"
    digits = causes({"lr": 1e-3}, train_loss=decay(2.3, 0.05), val_loss=TURNS, val_accuracy=falls)
    assert first(digits) == "label-noise"


@pytest.mark.parametrize(
    ("first_epoch", "cause"), [(1.17, "validation-set-differs"), (1.38, "labels-do-not-match")], ids=["", "no"]
)
def test_what_the_first_epoch_teaches_would_hold_for_new_data_of_the_same_kind(first_epoch: float, cause: str) -> None:
    found = causes(
        train_loss=decay(first_epoch, 0.03, 12),
        val_loss=line(1.5, 7.0, 12),
        val_acc=flat(0.25, 12).noisy(0.01),
    )
    assert first(found) == cause
    assert "overconfidence" not in found or first_epoch > 1.2


def test_harm_without_any_gain_before_speaks_for_labels_of_other_rows() -> None:
    harmful = causes(train_loss=decay(2.49, 1.2, 30, half_life=0.5), val_loss=line(2.38, 3.0, 30))
    assert first(harmful) == "labels-do-not-match"
    rests = causes(train_loss=decay(2.49, 1.2, 30, half_life=0.5), val_loss=line(2.38, 2.6, 30))
    assert first(rests) != "labels-do-not-match"


def test_what_training_solves_in_its_first_passes_and_validation_never_is_not_in_validation() -> None:
    """As of a column that holds the answer in training alone."""
    train = given([0.95, 0.045, 0.004, 0.002, *[0.001] * 16])
    held_out = given([1.21, 0.98, 0.94, 0.93, *[0.92] * 16])
    found = causes(train_loss=train, val_loss=held_out)
    assert first(found) == "validation-set-differs"
    assert any("what solves training so soon" in one for one in found["validation-set-differs"].pro)
    slower = given([0.95, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1, *[0.001] * 13])
    assert first(causes(train_loss=slower, val_loss=held_out)) != "validation-set-differs"


STEPS_UP = decay(2.3, 0.16, 60).followed_by(line(0.9, 1.05, 60)).noisy(0.005)
"""Validation of which the data change in the middle of the run."""


def test_validation_that_steps_up_while_training_goes_on_is_of_other_data_from_then_on() -> None:
    found = causes(train_loss=decay(2.3, 0.1).noisy(0.005), val_loss=STEPS_UP)
    assert first(found) == "validation-set-differs"
    assert "steps up" in " ".join(found["validation-set-differs"].pro)


@pytest.mark.parametrize(
    ("train", "val"),
    [
        (decay(2.3, 0.16, 60).followed_by(decay(0.9, 0.1, 60)), STEPS_UP),
        (decay(2.3, 0.1), decay(2.3, 0.16, 60).then(rise(0.9, 60)).noisy(0.005)),
        (decay(2.3, 0.1), decay(2.3, 0.16, 60).followed_by(decay(0.9, 0.3, 60)).noisy(0.005)),
    ],
    ids=["training does, too", "by and by", "and comes down again"],
)
def test_validation_that_rises_otherwise_may_be_of_the_same_data(train: Curve, val: Curve) -> None:
    assert "steps up" not in " ".join(causes(train_loss=train, val_loss=val)["validation-set-differs"].pro)


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({}, "add dropout (0.3 to 0.5), weight decay (0.1 to 0.3 with AdamW) or augmentation"),
        ({"lr": 0.1}, "add dropout (0.3 to 0.5), weight decay (0.1 to 0.3 with AdamW) or augmentation"),
        ({"optimizer": "SGD"}, "add dropout (0.3 to 0.5), weight decay (5e-4 to 0.005 with SGD) or augmentation"),
        ({"optimizer": "AdamW", "dropout": 0.5}, "add weight decay (0.1 to 0.3 with AdamW) or augmentation"),
        (
            {"optimizer": "AdamW", "dropout": 0.1, "weight_decay": 0.2},
            "add dropout (0.3 to 0.5, not 0.1) or augmentation",
        ),
        ({"optimizer": "AdamW", "dropout": 0.5, "weight_decay": 0.2}, "add data or augmentation"),
        (
            {"optimizer": "SGD", "model": "LogisticRegression"},
            "add weight decay (5e-4 to 0.005 with SGD) or augmentation",
        ),
    ],
)
def test_what_is_there_already_is_not_to_be_added(settings: dict[str, Setting], fix: str) -> None:
    run = example_run(settings, train_loss=decay(2.3, 0.1))
    assert under_regularised(Hyperparameters(run), Strength.LIKELY).fixes[0].text == fix


def test_a_best_that_comes_first_is_kept_and_looked_for_before_it() -> None:
    values = [0.5, *np.linspace(0.6, 1.5, 20)]
    val = Trend[ValLoss].measure(Series.of("val_loss", range(20, 440, 20), values))
    assert keep_the_best(val).text.startswith("keep the checkpoint of step 20, the first evaluation, or an earlier one")


def test_validation_that_never_comes_down_to_the_first_epoch_of_training_is_other_data() -> None:
    """Each example is new in the first epoch, so that its mean is that of new data, however much is memorised later."""
    train = given([0.586]).followed_by(decay(0.4, 0.012, 19))
    other = causes(train_loss=train, val_loss=given([0.851]).followed_by(flat(2.4, 19)))
    assert first(other) == "validation-set-differs"
    assert "each example was new" in " ".join(other["validation-set-differs"].pro)
    few = causes(train_loss=train, val_loss=given([0.62, 0.45]).followed_by(flat(2.4, 18)))
    assert first(few) == "too-little-data"


def test_validation_that_is_answered_as_training_is_from_the_first_on_is_no_other_data() -> None:
    """A contrastive loss goes with the size of the batch, which another set is not divided into."""
    losses = {"train_loss": line(4.1, 2.6, 40), "val_loss": decay(5.1, 4.5, 10).then(rise(0.7, 30))}
    alike = {"train_recall": line(0.36, 0.4, 40), "val_recall": line(0.87, 0.88, 40)}
    assert first(causes(None, **losses)) == "labels-do-not-match"
    found = causes(None, **losses, **alike)
    assert found["validation-set-differs"].strength is not Strength.LIKELY
    assert "what holds for training" in " ".join(found["validation-set-differs"].contra)
    assert "labels-do-not-match" not in found
    guesses = causes(None, **losses, train_recall=line(0.1, 0.99, 40), val_recall=flat(0.11, 40))
    assert not guesses["validation-set-differs"].contra


def test_training_that_is_answered_far_worse_than_validation_has_wrong_labels() -> None:
    losses = {"train_loss": line(4.1, 2.6, 40), "val_loss": decay(5.1, 4.5, 10).then(rise(0.7, 30))}
    falls = rise(0.9, 5).then(line(0.0, -0.25, 35))
    found = causes(None, **losses, train_recall=line(0.36, 0.8, 40), val_recall=falls)
    assert first(found) == "label-noise"
    assert "its other examples teach" in found["label-noise"].pro[0]


@pytest.mark.parametrize(("accuracy", "mapped"), [(0.057, False), (0.02, True)])
def test_ten_classes_are_answered_worse_than_by_guessing_where_hardly_any_is_right(
    accuracy: float, mapped: bool
) -> None:
    rested = flat(accuracy, 40).noisy(0.004)
    found = causes(train_loss=line(2.36, 1.88, 40), val_loss=line(2.34, 2.8, 40), val_accuracy=rested)
    assert first(found) == ("validation-set-differs" if mapped else "labels-do-not-match")
