"""What findings claim is what the curves show: numbers, evidence, and fixes that fit the run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from logdoctor import Axis, Run, because, example_run
from logdoctor.config import Config
from logdoctor.curves import Curve, decay, flat, geometric, given, line, rise
from logdoctor.diagnosis import selected_rules
from logdoctor.engine import Bench
from logdoctor.finding import Cause, Finding, Strength
from logdoctor.run import State
from logdoctor.signals import Siblings, given_rate
from logdoctor.wording import number

RULES = {rule.id: rule for rule in selected_rules(Config())}


def told(rule: str, run: Run, *siblings: Run) -> Finding:
    """Return the one finding of a rule on a run."""
    (finding,) = findings(rule, run, *siblings)
    return finding


def findings(rule: str, run: Run, *siblings: Run) -> list[Finding]:
    return cast(list[Finding], Bench(run, Siblings.among(run, siblings)).ask(RULES[rule]))


def cause(finding: Finding, name: str) -> Cause | None:
    return next((one for one in finding.causes if one.id == name), None)


def test_a_loss_that_creeps_below_guessing_has_not_gone_back_up() -> None:
    accuracy = given([0.5, 0.53, 0.52, 0.51, 0.52, 0.52, 0.57, 0.58, 0.57, 0.58])
    loss = given([0.6937, 0.6927, 0.692, 0.6911, 0.6898, 0.6907, 0.6882, 0.6861, 0.683, 0.6829])
    finding = told("stalled-at-chance", example_run(train_loss=loss, train_accuracy=accuracy, val_accuracy=accuracy))
    assert cause(finding, "over-regularised") is None


def test_a_loss_that_does_go_back_up_says_so_with_both_numbers() -> None:
    loss = decay(2.31, 2.1, 30, half_life=0.2).followed_by(line(2.1, 2.3026, 20)).followed_by(flat(2.3026, 150))
    finding = told("stalled-at-chance", example_run({"num_classes": 10}, train_loss=loss.noisy(0.002)))
    assert any("went back up to 2.3" in clause for clause in finding.causes[0].pro)


def test_one_answer_says_nothing_where_the_rate_has_died() -> None:
    run = example_run(
        train_loss=flat(2.3).noisy(0.01),
        val_loss=given([2.301] + [2.3] * 19),
        lr=geometric(1e-3, 1e-12, 12).followed_by(flat(1e-12, 108)),
    )
    finding = told("no-learning", run)
    assert finding.causes[0].id == "schedule-decays-too-soon"
    assert not any("one answer" in clause for one in finding.causes for clause in one.pro)
    assert cause(finding, "learning-rate-too-low") is None


def test_gradients_that_explode_are_not_left_uncleared() -> None:
    run = example_run(train_loss=geometric(2.0, 1e30, 40), grad_norm=geometric(19.0, 2e18, 40))
    named = cause(told("no-learning", run), "optimizer-not-stepping")
    assert named is None or not named.pro


@pytest.mark.parametrize(("settings", "first"), [({}, True), ({"fp16": True}, True), ({"bf16": True}, False)])
def test_what_hides_a_nan_mostly_runs_in_half_precision(settings: dict[str, bool], *, first: bool) -> None:
    zeros, broken = given([1.1]).followed_by(flat(0.0, 20)), flat(np.nan, 21)
    causes = told("masked-nan", example_run(settings, train_loss=zeros, grad_norm=broken)).causes
    assert (causes[0].id == "half-precision-overflow") is first
    assert first or all(one.id != "half-precision-overflow" for one in causes)


@pytest.mark.parametrize(("loss", "first"), [(0.0125, True), (0.9, False)])
def test_an_accuracy_of_a_loss_that_is_too_small_for_it_is_of_another_task(loss: float, *, first: bool) -> None:
    curve, few = flat(loss, 20).noisy(loss / 20), flat(0.0056, 20)
    causes = told("constant-metric", example_run(train_loss=curve, train_accuracy=few, val_accuracy=few)).causes
    assert (causes[0].id == "wrong-loss-or-output") is first
    assert any("not by an accuracy" in fix.text for fix in causes[0].fixes) is first


def test_epochs_are_no_updates() -> None:
    settings = {"epochs": 12, "batch_size": 16, "lr": 0.01}
    run = example_run(settings, axis=Axis.STEP, train_loss=line(2.0, 2.1, 12).noisy(0.01))
    assert cause(told("no-learning", run), "stopped-too-early") is None


@pytest.mark.parametrize(("held_out", "summed"), [(1.2 / 16, True), (1.2, False)])
def test_a_sum_over_the_batch_makes_all_terms_as_large(held_out: float, summed: bool) -> None:
    losses: dict[str, Any] = {
        "train/box_loss": flat(0.16, 12).noisy(0.001), "val/box_loss": flat(0.01, 12).noisy(1e-5),
        "train/cls_loss": flat(1.2, 12), "val/cls_loss": flat(held_out, 12),
    }  # fmt: skip
    run = example_run({"batch_size": 16, "lr": 0.01}, **losses)
    assert (cause(told("no-learning", run), "wrong-loss-or-output") is not None) == summed


@pytest.mark.parametrize("classifier", [True, False])
def test_a_classifier_has_no_targets_to_scale(classifier: bool) -> None:
    beside: dict[str, Any] = {"val_accuracy": flat(0.14, 45)} if classifier else {}
    finding = told("slow-convergence", example_run(train_loss=line(3071.0, 1760.0, 45), **beside))
    first = finding.causes[0]
    assert ((first.id, first.strength) == ("data-not-normalised", Strength.LIKELY)) == (not classifier)
    assert any("outputs are far too large" in clause for one in finding.causes for clause in one.contra) == classifier


def test_a_rest_at_next_to_no_rate_asks_for_a_higher_one() -> None:
    run = example_run(
        {"lr": 2e-6}, train_loss=decay(2.33, 2.3, half_life=0.02).noisy(0.001), train_accuracy=flat(0.1).noisy(0.01)
    )
    finding = told("plateau", run)
    assert finding.causes[0].id == "learning-rate-too-low"
    assert not any("lower the learning rate" in fix.text for one in finding.causes for fix in one.fixes)


def test_a_rest_after_the_rate_has_decayed_is_not_laid_to_its_height() -> None:
    run = example_run(
        {"optimizer": "Adam"},
        train_loss=decay(2.31, 1.79, half_life=0.02).noisy(0.02),
        train_accuracy=flat(0.18).noisy(0.01),
        lr=line(0.001, 0.0),
    )
    assert cause(told("plateau", run), "learning-rate-too-high") is None


def test_a_metric_of_several_values_has_moved() -> None:
    accuracy = given([0.089, 0.087, 0.099, 0.089] * 5)
    finding = told("constant-metric", example_run(train_loss=flat(2.302, 20).noisy(1e-4), val_accuracy=accuracy))
    stays = cause(finding, "optimizer-not-stepping")
    assert stays is None or stays.strength is Strength.UNLIKELY
    assert finding.to_tell_apart


def test_a_return_that_rose_first_does_not_fall_from_the_beginning_on() -> None:
    reward = given([19.6, 28.0, 30.0, 33.0, 31.0, 20.0]).followed_by(flat(9.3, 26)).noisy(0.05)
    finding = told("falling-return", example_run(axis=Axis.STEP, episode_reward=reward))
    assert finding.causes[0].id == "learning-rate-too-high"
    assert "rises from 19.6 to 30 and falls to " in finding.message


def test_a_discriminator_that_wakes_late_rested_at_what_it_was_before() -> None:
    d = geometric(6e-4, 1e-9, 90).followed_by(flat(0.13, 12))
    finding = told("gan-collapse", example_run(axis=Axis.STEP, d_loss=d, g_loss=line(7.0, 16.0, 102).noisy(0.1)))
    assert "mostly rests next to zero, usually" in finding.message
    assert "0.13 over" not in finding.message


def test_a_value_that_sums_a_run_up_does_not_hide_where_its_loss_breaks() -> None:
    broken = given([*decay(2.0, 0.3, 30).values, *[np.nan] * 30])
    losses: dict[str, Any] = {"hparam/val_loss": given([np.nan]), "val/loss": broken}
    finding = told("nan-loss", example_run(**losses))
    assert finding.spans[0].series == "val/loss"


def test_one_threshold_is_named_for_the_gradient_norm() -> None:
    run = example_run(
        axis=Axis.STEP,
        train_loss=decay(2.3, 0.4, 200).noisy(0.01).with_value(150, 60.0),
        grad_norm=flat(0.4, 200).noisy(0.02).with_value(150, 90.0),
    )
    clip = cause(told("loss-spike", run), "no-gradient-clipping")
    assert clip is not None
    assert len([fix for fix in clip.fixes if "clip the gradient norm" in fix.text]) == 1


def test_swings_to_and_fro_are_not_unrelated() -> None:
    thrown = [14.0, 76.0, 30.0, 125.0, 20.0, 90.0, 15.0, 60.0, 10.0, 40.0, 8.0, 50.0, 9.0]
    finding = told("oscillation", example_run(train_loss=given([0.7, 0.5, 1.5, *thrown])))
    assert not any("unrelated" in clause for one in finding.causes for clause in one.pro)


def test_a_sibling_of_another_optimizer_sets_no_rate() -> None:
    run = example_run({"optimizer": "adam", "lr": 0.001}, train_loss=line(3.58, 3.49))
    other = example_run(train_loss=decay(3.58, 0.5), lr=flat(4.0))
    fixes = [fix.text for one in told("slow-convergence", run, other).causes for fix in one.fixes]
    assert "raise the learning rate from 0.001 to 4" not in fixes
    assert "raise the learning rate from 0.001 to about 0.01" in fixes


def test_a_penalty_that_is_set_is_not_blamed_where_the_rate_is_far_too_high() -> None:
    run = example_run(
        {"beta": 0.05, "learning_rate": 0.5, "optimizer": "Adam"},
        axis=Axis.STEP,
        kl=flat(0.0, 2).followed_by(flat(140.0, 148)),
        reward=flat(0.0, 150).noisy(0.001),
    )
    assert told("kl-blowup", run).causes[0].id == "learning-rate-too-high"


@pytest.mark.parametrize(("peak", "first"), [(2.7, "bad-initialization"), (27.0, "learning-rate-too-high")])
def test_one_hard_batch_has_not_blown_up_what_gives_one_answer(peak: float, first: str) -> None:
    loss = flat(1.0, 200).noisy(0.3, seed=2).with_value(0, 0.6).with_value(90, peak)
    held_out = flat(0.9, 20).noisy(1e-5)
    run = example_run({"optimizer": "AdamW", "lr": 0.002}, Axis.STEP, 0, train_loss=loss, val_loss=held_out)
    assert told("no-learning", run).causes[0].id == first


def curve_with_jump(before: float) -> Run:
    rate = geometric(1e-3, before, 100).followed_by(flat(0.01, 100))
    loss = decay(2.3, 0.6, 100).followed_by(decay(1.4, 0.6, 100, half_life=0.05)).noisy(0.005)
    return example_run(axis=Axis.STEP, train_loss=loss, lr=rate)


@pytest.mark.parametrize(("before", "kept"), [(5e-4, True), (1e-7, False)])
def test_a_rate_that_had_died_is_not_to_be_kept(before: float, kept: bool) -> None:
    finding = told("loss-spike", curve_with_jump(before))
    jump = cause(finding, "learning-rate-jump")
    assert jump is not None
    assert any("keep the rate" in fix.text for fix in jump.fixes) == kept


def test_guessing_does_not_speak_for_a_model_that_is_too_small() -> None:
    guess: Curve = flat(0.52, 40).noisy(0.01)
    run = example_run(
        train_loss=decay(0.72, 0.69, 40, half_life=0.05).noisy(5e-4), val_loss=decay(0.72, 0.69, 40, half_life=0.05),
        train_accuracy=guess, val_accuracy=guess,
    )  # fmt: skip
    for finding in findings("underfitting", run):
        assert finding.causes[0].strength is not Strength.LIKELY
        assert finding.to_tell_apart


OF_TWO_NETWORKS = ("gan-collapse", "divergence")
"""Rules that look at a pair of networks or at a sign: which rate is too high, or whether one is, is not known."""


@pytest.mark.parametrize(
    "rule", [one for name, one in RULES.items() if name not in OF_TWO_NETWORKS], ids=lambda one: one.id
)
def test_a_rate_that_is_known_is_named_where_it_is_too_high(rule: Any) -> None:
    for example in rule.examples:
        run = replace(example.run, hyperparameters={**example.run.hyperparameters, "lr": 0.05})
        asked = Bench(run, Siblings.among(run, ())).ask(rule)
        blamed = [cause(finding, "learning-rate-too-high") for finding in asked] if isinstance(asked, list) else []
        for fixes in [one.fixes for one in blamed if one is not None]:
            known = number(given_rate(run))
            assert any(fix.text.startswith(f"lower the learning rate from {known}") for fix in fixes)


def test_a_schedule_with_a_peak_of_its_own_is_not_judged_by_the_rate_that_was_set() -> None:
    one_cycle = line(8.0, 200.0, 60).followed_by(line(200.0, 0.1, 60))
    loss = given([1.4, 1.4, 1.5]).followed_by(rise(1e30, 30)).followed_by(flat(np.nan, 87))
    run = example_run({"lr": 0.01, "optimizer": "SGD"}, axis=Axis.STEP, train_loss=loss, lr=one_cycle)
    assert given_rate(run) == pytest.approx(200.0)
    blamed = cause(told("nan-loss", run), "learning-rate-too-high")
    assert blamed is not None
    assert blamed.contra == ()  # neither ordinary nor decayed
    assert blamed.fixes[0].text.startswith("lower the learning rate from 200 to")


def test_a_rate_that_another_seed_failed_at_is_not_the_one_to_raise_it_to() -> None:
    slow = example_run({"lr": 0.01, "seed": 1}, train_loss=line(2.3, 2.2))
    good = example_run({"lr": 0.05, "seed": 1}, train_loss=decay(2.3, 0.3))
    lucky = example_run({"lr": 0.15, "seed": 1}, train_loss=decay(2.3, 0.1))
    failed = example_run({"lr": 0.15, "seed": 2}, train_loss=decay(2.3, 1.0, 40).followed_by(flat(np.nan, 80)))
    for beside, rate in (((good, lucky), "0.15"), ((good, lucky, failed), "0.05")):
        told_cause = cause(told("slow-convergence", slow, *beside), "learning-rate-too-low")
        assert told_cause is not None
        assert told_cause.fixes[0].text == f"raise the learning rate from 0.01 to {rate}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("batch-too-large", "a quarter of the batch"),
        ("stopped-too-early", "twice as long"),
        ("no-entropy-bonus", "0.01 to 0.1"),
        ("kl-penalty-too-weak", "0.02 to 0.1"),
        ("dead-activations", "a tenth of the rate"),
    ],
)
def test_a_fix_that_changes_a_size_says_how_far(name: str, said: str) -> None:
    assert said in because(name).fixes[0].text


def test_fixes_that_revive_no_network_are_not_offered() -> None:
    assert "GELU" not in " ".join(fix.text for fix in because("dead-activations").fixes)
    assert "BatchNorm" in because("bad-initialization").fixes[1].text


def test_a_burst_of_the_gradient_ends_where_it_ends() -> None:
    norm = flat(1.0, 60).followed_by(given([40.0, 80.0, 60.0])).followed_by(flat(1.0, 37)).noisy(0.05)
    loss = decay(2.3, 0.5, 61).followed_by(flat(8.0, 39)).noisy(0.01)
    finding = told("exploding-gradients", example_run(axis=Axis.STEP, train_loss=loss, grad_norm=norm))
    assert " in steps 60 to 62; " in finding.message
    assert finding.evidence["largest norm then"].value == pytest.approx(80.0, rel=0.1)


def test_a_level_above_the_start_is_not_called_the_lowest() -> None:
    finding = told("divergence", example_run(train_loss=line(2.3, 4.0, 10).then(rise(1e6, 110))))
    assert "lowest level" not in finding.evidence
    finding = told("divergence", example_run(train_loss=decay(2.3, 0.5, 60).then(rise(1e6, 60))))
    assert finding.evidence["lowest level"].value == pytest.approx(0.5, rel=0.3)


def test_one_is_one_and_several_are_several() -> None:
    nan = told("nan-loss", example_run(train_loss=given([float("nan")])))
    assert nan.message == "train_loss is NaN in the only value that was logged"
    nan = told("nan-loss", example_run(train_loss=flat(float("nan"), 3)))
    assert nan.message == "train_loss is NaN in all 3 values that were logged"
    still: dict[str, Any] = {name: flat(0.1, 30) for name in ("val_acc", "val_f1", "train_acc")}
    assert told("constant-metric", example_run(train_loss=decay(2.3, 0.5, 30), **still)).message.endswith(
        "100 % of the run; so are val_f1, train_acc"
    )
    del still["val_f1"]
    assert told("constant-metric", example_run(train_loss=decay(2.3, 0.5, 30), **still)).message.endswith(
        "100 % of the run; so is train_acc"
    )


def test_an_end_just_above_the_start_is_not_said_to_be_the_same_number() -> None:
    curve = given([2.3202, 1.8, 1.4, 1.1, 1.0, 2.3223, 2.3223, 2.3223, 2.3223])
    message = told("divergence", example_run(train_loss=curve)).message
    assert message == "train_loss rises from 1 to 2.322, beginning at epoch 5, above its start of 2.32"


def test_a_loss_that_only_comes_down_is_not_said_to_rise() -> None:
    thrown = given([3711.0, 61.0, 9.2, 2.7]).followed_by(flat(2.6, 16)).noisy(0.02)
    finding = told("divergence", example_run({"num_classes": 10}, train_loss=thrown, axis=Axis.EPOCH))
    assert "explodes to 3,7" in finding.message
    assert finding.message.endswith("nothing learnt")


@pytest.mark.parametrize(("first", "named"), [(0.59, True), (0.11, False)])
def test_an_epoch_that_answered_well_had_learnt_before_its_loss_was_nan(first: float, *, named: bool) -> None:
    broken, accuracy = flat(np.nan, 12), given([first]).followed_by(flat(0.1, 11))
    causes = told("nan-loss", example_run(train_loss=broken, train_accuracy=accuracy)).causes
    assert (causes[0].id == "bad-batch") is named
    assert any("had learnt before" in clause for one in causes for clause in one.pro) is named


def test_a_second_softmax_leaves_a_loss_that_is_known_and_no_other_cause() -> None:
    loss, accuracy = decay(2.3, 1.4615, 40).noisy(0.001), decay(0.2, 0.99, 40)
    held_out = decay(2.1, 1.475, 40).noisy(0.001)
    finding = told("plateau", example_run(train_loss=loss, val_loss=held_out, val_accuracy=accuracy))
    (known,) = finding.causes
    assert any("1.46, ln(1 + 9/e)" in clause for clause in known.pro)
    assert "logits" in known.fixes[0].text


@pytest.mark.parametrize(("held_out", "named"), [((0.62, 0.545), False), ((0.62, 0.618), True)])
def test_trees_that_predict_new_data_were_not_given_labels_of_other_rows(
    held_out: tuple[float, float], *, named: bool
) -> None:
    curves: dict[str, Any] = {
        "train-logloss": geometric(0.584, 0.005, 300),
        "validation-logloss": line(*held_out, 10).followed_by(line(held_out[1], 0.82, 290)),
    }
    assert (cause(told("overfitting", example_run(**curves)), "labels-do-not-match") is not None) is named


@pytest.mark.parametrize(("held_out", "learnt"), [(1.2, True), (2.4, False)])
def test_what_had_learnt_by_its_first_evaluation_does_not_rise_before_it_has_learnt(
    held_out: float, *, learnt: bool
) -> None:
    rises, later = given([1.95]).followed_by(geometric(2.64, 107.0, 24)), geometric(2.9, 160.0, 24)
    run = example_run({"lr": 0.01}, train_loss=rises, val_loss=given([held_out]).followed_by(later))
    causes = told("divergence", run).causes
    said = [clause for one in causes for clause in (*one.pro, *one.contra)]
    assert any("before it has learnt anything" in clause for clause in said) is not learnt


def test_an_entropy_that_is_logged_as_its_negative_is_said_to_be() -> None:
    curves: dict[str, Any] = {
        "train/entropy_loss": line(-0.62, -1e-5, 8).followed_by(flat(-1e-5, 32)),
        "rollout/ep_rew_mean": line(25.0, 54.0, 8).followed_by(flat(9.3, 32)).noisy(0.1),
    }
    message = told("entropy-collapse", example_run(**curves)).message
    assert message.startswith("the entropy, minus train/entropy_loss, falls from 0.6")


@pytest.mark.parametrize(("every", "said"), [(10, "the batches of steps 1 to 10"), (1, "the batch of step 1")])
def test_the_batches_before_a_first_value_that_is_broken_are_all_named(every: int, said: str) -> None:
    run = example_run(axis=Axis.STEP, first_step=1, train_loss=flat(np.nan, 30))
    (loss,) = run.series
    finding = told("nan-loss", replace(run, series=(replace(loss, steps=every * loss.steps),)))
    assert any(said in fix.text for one in finding.causes for fix in one.fixes)


def test_a_level_that_was_not_logged_is_said_to_be_guessing() -> None:
    thrown = given([4.3e6, 8.1e14, 3.7e22, 1.4e31, 1.5e31, 1.4e31, 1.6e31, 1.4e31, 1.7e31, 1.8e31])
    accuracy = flat(0.1, 10).noisy(0.004)
    run = example_run({"num_classes": 10}, axis=Axis.STEP, first_step=4, train_loss=thrown, train_accuracy=accuracy)
    finding = told("divergence", run)
    assert finding.message.startswith("train_loss rises from 2.3 (guessing) to 1.7e31, beginning at step ")
    assert "start" not in finding.evidence


@pytest.mark.parametrize(
    ("settings", "more", "first"),
    [
        ({}, {}, "kl-weight-too-high"),
        ({"decoder": "lstm"}, {}, "decoder-too-strong"),
        ({"decoder": "lstm", "kl_weight": 4.0}, {}, "kl-weight-too-high"),
        ({}, {"train_perplexity": decay(900.0, 90.0, 40)}, "decoder-too-strong"),
    ],
)
def test_a_code_is_ignored_by_a_decoder_that_sees_its_past(
    settings: dict[str, Any], more: dict[str, Any], first: str
) -> None:
    curves: dict[str, Any] = {
        "train_elbo_loss": decay(40.6, 27.2, 40, half_life=0.04),
        "train_recon": decay(40.0, 27.2, 40, half_life=0.04),
        "kl": decay(0.02, 0.0002, 40, half_life=0.05),
    }
    finding = told("posterior-collapse", example_run(settings, **curves, **more))
    assert (finding.causes[0].id, finding.causes[0].strength) == (first, Strength.LIKELY)
    assert finding.causes[0].pro
    assert bool(finding.to_tell_apart) is (settings.get("kl_weight") is None)


def test_causes_that_no_curve_of_one_run_tells_apart_are_asked_for() -> None:
    loss = decay(2.3, 0.02)
    finding = told("overfitting", example_run(train_loss=loss, val_loss=decay(2.3, 0.7, 40).then(rise(0.8, 80))))
    assert {one.id for one in finding.causes[:2]} == {"too-little-data", "under-regularised"}
    assert any("half of the data" in text for text in finding.to_tell_apart)


def test_a_run_that_slows_down_asks_for_the_time_of_its_data() -> None:
    seconds = flat(0.5, 60).followed_by(flat(1.0, 60)).heavy_tailed(0.05)
    slower = told("throughput-drop", example_run(train_loss=decay(2.3, 0.2), step_time=seconds))
    assert slower.causes[0].id == "slow-input"
    assert slower.to_tell_apart
    waits = flat(0.02, 60).followed_by(flat(0.5, 60)).heavy_tailed(0.05)
    told_why = told("throughput-drop", example_run(train_loss=decay(2.3, 0.2), step_time=seconds, data_time=waits))
    assert (told_why.causes[0].strength, told_why.to_tell_apart) == (Strength.LIKELY, ())
    as_ever = told(
        "throughput-drop", example_run(train_loss=decay(2.3, 0.2), step_time=seconds, data_time=flat(0.02).noisy(0.001))
    )
    assert (as_ever.causes[0].id, as_ever.to_tell_apart) == ("hardware-fault", ())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"lr": 1e-3}, "the settings name neither weight decay nor dropout"),
        ({"lr": 1e-3, "weight_decay": 0.0, "dropout": 0}, "the settings switch weight decay and dropout off"),
        ({"lr": 1e-3, "weight_decay": 0.0}, "the settings switch weight decay off"),
        ({"lr": 1e-3, "dropout": 0.01}, ""),
        ({}, ""),
    ],
)
def test_what_is_switched_off_is_named(settings: dict[str, Any], said: str) -> None:
    curves: dict[str, Any] = {
        "train_loss": decay(2.3, 0.02), "val_loss": decay(2.3, 0.7, 40).then(rise(0.8, 80))
    }  # fmt: skip
    named = cause(told("overfitting", example_run(settings, **curves)), "under-regularised")
    assert named is not None
    assert (*named.pro, "")[0] == said


def test_a_reward_that_only_wavers_does_not_pay_for_a_divergence() -> None:
    curves: dict[str, Any] = {"entropy": decay(1.4, 0.005, 400, half_life=0.05), "approx_kl": geometric(0.01, 2, 400)}
    for seed in range(5):
        wavers = flat(20.0, 400).noisy(2.0, seed=seed)
        assert "still rises" not in told("kl-blowup", example_run(None, **curves, episode_reward=wavers)).message
    rises = line(20.0, 40.0, 400).noisy(2.0)
    assert "still rises" in told("kl-blowup", example_run(None, **curves, episode_reward=rises)).message


def test_gradients_that_explode_tell_of_a_jump_of_the_rate_and_not_of_themselves_again() -> None:
    norm = flat(1.0, 135).noisy(0.05).followed_by(geometric(3.0, 5.0, 14)).followed_by(flat(30.0, 51))
    run = example_run(
        {"optimizer": "SGD"},
        Axis.STEP,
        train_loss=decay(2.8, 0.5, 150).followed_by(given([2.0, 6.0])).followed_by(flat(9.0, 48)).noisy(0.01),
        grad_norm=norm,
        lr=flat(0.01, 149).followed_by(flat(0.1, 51)),
    )
    message = told("exploding-gradients", run).message
    assert message.endswith("; the learning rate jumped from 0.01 to 0.1 at step 149")
    assert "left its usual" not in message


@pytest.mark.parametrize("logged", [True, False])
def test_nothing_is_asked_for_that_is_logged(*, logged: bool) -> None:
    divergence: dict[str, Any] = {"approx_kl": flat(0.02).noisy(0.005)} if logged else {}
    entropy = decay(1.4, 0.005, half_life=0.01)
    certain = told("entropy-collapse", example_run(policy_loss=flat(0.0).noisy(0.01), entropy=entropy, **divergence))
    assert any("KL divergence" in one for one in certain.to_tell_apart) is not logged
    evaluated: dict[str, Any] = {"train_loss": decay(2.3, 0.7, 12)} if logged else {}
    run = example_run(None, Axis.STEP, loss=decay(2.3, 1.0), val_loss=decay(2.2, 0.5, 12), **evaluated)
    assert any("evaluation mode" in one for one in told("validation-below-training", run).to_tell_apart) is not logged


def test_a_return_that_had_risen_is_told_from_its_height_and_not_from_where_it_began() -> None:
    episodes = line(40.0, 120.0, 50).followed_by(line(120.0, 48.0, 20)).followed_by(flat(44.0, 30)).noisy(3.0)
    finding = told("falling-return", example_run(episode_reward=episodes, policy_loss=flat(0.0, 100).noisy(0.01)))
    assert "episode_reward rises from 4" in finding.message
    assert " to 12" in finding.message
    assert " and falls to 4" in finding.message


def test_a_return_that_had_risen_began_where_it_is_said_to_rise_from() -> None:
    episodes = line(11.0, 120.0, 50).followed_by(line(120.0, 9.0, 20)).followed_by(flat(9.0, 30)).noisy(0.5)
    finding = told("falling-return", example_run(episode_reward=episodes, policy_loss=flat(0.0, 100).noisy(0.01)))
    start = finding.evidence["return at the start"].value
    assert isinstance(start, float)
    assert f"rises from {number(start)} to" in finding.message


def test_a_policy_of_values_alone_has_no_entropy_and_no_advantage() -> None:
    episodes, epsilon = decay(22.0, 9.5, 60).noisy(0.2), line(1.0, 0.05, 60)
    finding = told("falling-return", example_run(episode_reward=episodes, exploration_rate=epsilon))
    assert cause(finding, "no-entropy-bonus") is None
    assert not [fix for one in finding.causes for fix in one.fixes if "advantage" in fix.text or "entropy" in fix.text]
    both = told("falling-return", example_run(episode_reward=episodes, exploration_rate=epsilon, entropy=flat(0.5, 60)))
    assert cause(both, "no-entropy-bonus") is not None


@pytest.mark.parametrize(("last", "said"), [(140.0, "explain only"), (20.0, "do not grow")])
def test_returns_that_grow_are_not_said_to_stay(last: float, said: str) -> None:
    returns, error = line(20.0, last, 60).noisy(0.1), geometric(0.1, 5e6, 60)
    finding = told("value-divergence", example_run(episode_reward=returns, td_loss=error))
    first = cause(finding, "values-feed-on-themselves")
    assert first is not None
    assert any(said in clause for clause in first.pro)


def test_a_fall_of_next_to_nothing_is_a_share_of_what_was_left() -> None:
    held_out = given(np.geomspace(1.4, 4.7e-4, 40))
    finding = told("still-improving", example_run(train_loss=held_out, val_loss=held_out))
    assert "of what was left" in finding.message
    assert "of its whole fall" not in finding.message


def test_a_rise_over_some_values_ends_at_a_value_that_it_had_by_then() -> None:
    loss = line(3.2, 2.0, 30).noisy(0.2, seed=1).followed_by(geometric(2.6, 60000.0, 160).noisy(0.2, seed=1))
    high = cause(told("divergence", example_run(None, Axis.STEP, train_loss=loss)), "learning-rate-too-high")
    assert high is not None
    (said,) = [clause for clause in high.pro if clause.startswith("the loss rises over")]
    step = int(said.split(" before step ")[1].split(",")[0].replace(",", ""))
    assert f" to {number(loss.values[: step + 1].max())}" in said


def test_values_before_the_onset_show_no_rise_and_not_those_within_it() -> None:
    loss = line(1.9, 0.75, 12).noisy(0.05).followed_by(given([1.2, 1.5, 1.9])).followed_by(line(2.0, 2.6, 5))
    finding = told("divergence", example_run(train_loss=loss))
    against = [clause for one in finding.causes for clause in one.contra if "show no rise" in clause]
    assert against
    assert all("the 13 values before epoch 13 " in clause for clause in against)


def test_two_findings_on_one_climb_agree_that_it_is_the_model() -> None:
    climb = line(3.2, 2.6, 40).followed_by(geometric(0.02, 1.8, 160).plus(flat(2.6, 160))).noisy(0.2)
    run = example_run(None, Axis.STEP, train_loss=climb)
    said = [one.message for rule in ("divergence", "no-learning") for one in findings(rule, run)]
    assert len({"nothing else in the log" in message for message in said}) == 1


def test_a_policy_that_avoids_what_is_rewarded_is_not_asked_for_logits_first() -> None:
    episodes = decay(-0.59, -0.96, 60).noisy(0.02)
    finding = told("falling-return", example_run(episode_reward=episodes, policy_loss=flat(0.0, 60).noisy(0.01)))
    assert finding.causes[0].fixes[0].text.startswith("check the signs of advantage")


def test_the_settings_are_quoted_with_the_number_that_they_name() -> None:
    cosine_again = given([0.05 * (1 + np.cos(2 * np.pi * 4.08 * step / 800)) for step in range(400)])
    run = example_run({"gradient_accumulation_steps": 4}, Axis.STEP, train_loss=line(2.0, 0.5, 400), lr=cosine_again)
    (wrong,) = told("scheduler-misstep", run).causes
    assert "the settings name 4 micro-batches an update" in wrong.pro
    assert wrong.fixes[0].text.startswith("give the scheduler 4 times as many steps")


def test_without_a_weight_on_the_variance_the_weight_is_raised_and_no_branch_detached() -> None:
    term = example_run(
        train_loss=decay(2.9, 0.01, half_life=0.05),
        train_inv_loss=decay(0.11, 0.0003),
        train_std_loss=decay(0.66, 0.985, half_life=0.05),
    )
    finding = told("representation-collapse", term)
    assert "variance term" in finding.causes[0].fixes[0].text
    level = example_run(train_loss=decay(0.0, -0.998, half_life=0.03), collapse_level=decay(0.2, 0.96, half_life=0.05))
    assert "detach" in told("representation-collapse", level).causes[0].fixes[0].text


def test_labels_are_to_be_looked_at_once_and_a_rate_that_is_logged_is_not_asked_for() -> None:
    rises = given([2.2, 2.19, *np.linspace(2.2, 4.6, 38)]).noisy(0.02)
    overfits = told("overfitting", example_run(train_loss=decay(1.93, 0.9, 40), val_loss=rises))
    labels = cause(overfits, "labels-do-not-match")
    assert labels is not None
    assert sum("labels" in fix.text for fix in labels.fixes) == 1
    rate, loss = flat(0.1), decay(2.3, 0.5, 60).followed_by(geometric(0.55, 4000.0, 20)).followed_by(flat(np.nan, 40))
    assert not any(
        "optimizer, rate" in one for one in told("nan-loss", example_run(train_loss=loss, lr=rate)).to_tell_apart
    )


@pytest.mark.parametrize(
    ("state", "said"), [(State.INTERRUPTED, True), (State.WRITING, True), (State.FINISHED, False)], ids=str
)
def test_a_second_descent_of_a_run_that_is_not_finished_is_said_to_be_under_way(state: State, *, said: bool) -> None:
    run = example_run(
        train_loss=decay(2.3, 0.02).noisy(0.001),
        val_loss=decay(2.3, 0.9, 40).then(rise(1.0, 50)).then(line(0.0, -0.4, 30)),
    )
    message = told("overfitting", replace(run, state=state)).message
    assert "(double descent)" in message
    assert message.endswith(", and the run is not finished") is said


def test_a_loss_that_rises_while_validation_falls_once_is_no_curriculum() -> None:
    train = decay(0.4, 0.2, 20).followed_by(line(0.2, 1.2, 60)).noisy(0.01)
    at_once, by_and_by = given([2.0] * 5 + [0.5] * 75), line(2.0, 0.5, 80)
    assert findings("divergence", example_run(train_loss=train, val_loss=at_once))
    assert not findings("divergence", example_run(train_loss=train, val_loss=by_and_by))


def test_a_schedule_is_stretched_to_all_epochs_of_the_run() -> None:
    run = example_run(train_loss=decay(0.63, 0.543, 30, half_life=0.03).noisy(0.001), lr=geometric(0.005, 5e-32, 30))
    (fix, *_) = told("lr-decayed-too-early", run).causes[0].fixes
    assert fix.text.startswith("stretch the schedule from 3 to the 30 epochs")
