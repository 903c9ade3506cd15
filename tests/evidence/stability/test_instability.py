"""The first cause of a loss that breaks is the one that the log shows; what it does not show is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from logdoctor.curves import Curve, cosine, decay, flat, geometric, given, line
from logdoctor.diagnosis import diagnose
from logdoctor.finding import Finding, Strength
from logdoctor.packs import installed_rules
from logdoctor.rule import Settings, example_run
from logdoctor.run import Axis, Run

NAN = np.nan
STABILITY = ("exploding-gradients", "nan-loss", "divergence", "loss-spike", "oscillation")
SOUND = decay(2.3, 0.5, 80).noisy(0.02)
DIES = SOUND.followed_by(flat(NAN, 40))
QUIET = flat(1.0).noisy(0.05)
SGD: Settings = {"optimizer": "SGD", "lr": 0.05}


def finding(run: Run, *siblings: Run) -> Finding:
    """The one finding on stability that no other one on stability explains."""
    examined = diagnose([run, *siblings], installed_rules()).runs
    said = next(one for one in examined if one.run is run).findings
    (root,) = (one for one in said if one.rule in STABILITY and one.explained_by not in STABILITY)
    return root


def causes(settings: Settings | None = None, **curves: Curve) -> list[str]:
    return [cause.id for cause in finding(example_run(settings, Axis.STEP, 0, **curves)).causes]


EXPLODES = given([1.2, 50.0, 4e8, 5e28, np.inf]).followed_by(flat(NAN, 30))
EXPLODES_AT_78 = decay(2.3, 0.5, 78).noisy(0.02).followed_by(EXPLODES)
GROWS = decay(2.3, 0.5, 60).followed_by(geometric(0.55, 4000.0, 20)).followed_by(flat(NAN, 40))
AGAIN = decay(2.3, 0.5, 80).followed_by(decay(2.32, 0.51, 80)).noisy(0.01)
JUMPED = flat(0.01, 78).followed_by(flat(1.0, 42))
RETURNED = cosine(0.1, 78, floor=0.01).followed_by(flat(0.1, 42))
RISING_NORM = QUIET.with_value(58, 2.5, *np.geomspace(3, 1e4, 21), *[NAN] * 40)
RISES = {"train_loss": GROWS, "grad_norm": RISING_NORM}


@pytest.mark.parametrize(
    ("first", "settings", "curves"),
    [
        ("learning-rate-too-high", {"optimizer": "SGD", "lr": 5.0}, {"train_loss": EXPLODES}),
        ("data-not-normalised", SGD, {"train_loss": given([4e6, 1e8, 1e13, 1e20]).followed_by(flat(NAN, 30))}),
        (
            "data-not-normalised",
            {"optimizer": "SGD", "lr": 0.3},
            {"train_loss": given([9e4, 4e8, 2e12, 7e16]).followed_by(flat(NAN, 30))},
        ),
        (
            "learning-rate-jump",
            {},
            {"train_loss": EXPLODES_AT_78, "lr": flat(0.02, 78).followed_by(flat(100.0, 35))},
        ),
        ("learning-rate-too-high", {}, {"train_loss": EXPLODES, "lr": flat(100.0, 35)}),
        ("wrong-loss-or-output", SGD, {"train_loss": given([-1.4, -2.3, -42.0, -np.inf]).followed_by(flat(NAN, 30))}),
        (
            "wrong-loss-or-output",
            SGD,
            {"train_loss": given(-(3.0 ** np.arange(60))).followed_by(flat(NAN, 30)), "grad_norm": RISING_NORM},
        ),
        (
            "learning-rate-too-high",
            {"optimizer": "SGD", "lr": 15.0, "momentum": 0.9},
            {"train_loss": flat(12.0, 60).noisy(1.0).with_value(40, 1e5), "grad_norm": QUIET.with_value(40, 370.0)},
        ),
        ("learning-rate-jump", SGD, {"train_loss": DIES, "lr": JUMPED}),
        ("learning-rate-jump", {}, {"train_loss": SOUND.followed_by(flat(3.0, 40)), "lr": JUMPED}),
        (
            "learning-rate-jump",
            {"optimizer": "adamw", "lr": 1e-3},
            {
                "train_loss": SOUND.followed_by(given([0.6, 0.9, 2.0, 9.0, 80.0, 2e3, 1e6])).followed_by(flat(NAN, 33)),
                "grad_norm": QUIET.with_value(78, *np.geomspace(2, 1e5, 9), *[NAN] * 33),
                "lr": flat(1e-3, 76).followed_by(flat(0.1, 44)),
            },
        ),
        (
            "learning-rate-jump",
            {"optimizer": "adam", "lr": 0.3},
            {"train_loss": EXPLODES_AT_78, "lr": flat(1e-3, 78).followed_by(flat(0.3, 42))},
        ),
        (
            "resumed-without-state",
            {},
            {"train_loss": AGAIN},
        ),
        ("bad-batch", {}, {"train_loss": decay(2.3, 0.5).with_value(80, NAN, NAN)}),
        ("bad-batch", {}, {"train_loss": DIES, "grad_norm": QUIET.with_value(80, *[NAN] * 40)}),
        ("log-of-zero", {}, {"train_loss": decay(2.3, 0.02, 80).followed_by(flat(NAN, 40))}),
        ("log-of-zero", {}, {"train_loss": decay(2.3, 0.02, 80).followed_by(flat(np.inf, 40))}),
        ("unstable-operation", {}, {"train_loss": DIES, "grad_norm": QUIET.with_value(79, *[NAN] * 41)}),
        ("half-precision-overflow", {"precision": "16-mixed"}, {"train_loss": DIES}),
        ("epsilon-too-small", {"optimizer": "Adam", "eps": 0.0}, {"train_loss": given([2.3, NAN, NAN, NAN])}),
        ("no-gradient-clipping", {"model": "gru", "lr": 1e-3}, {"train_loss": GROWS, "grad_norm": RISING_NORM}),
        ("learning-rate-too-high", {"max_grad_norm": 1.0}, {"train_loss": GROWS, "grad_norm": RISING_NORM}),
        ("data-changed", {}, {"train_loss": SOUND.followed_by(flat(2.3, 40)).noisy(0.02), "grad_norm": QUIET}),
        ("bad-batch", {}, {"train_loss": decay(2.3, 0.5).noisy(0.02).with_value(80, 9.0), "grad_norm": QUIET}),
        (
            "bad-batch",
            {"optimizer": "adam", "lr": 1e-3},
            {
                "train_loss": SOUND.followed_by(flat(0.5, 120))
                .noisy(0.02)
                .with_value(90, 900.0)
                .with_value(130, 400.0),
                "grad_norm": flat(1.0, 200).noisy(0.05).with_value(90, 2000.0).with_value(130, 900.0),
            },
        ),
        (
            "learning-rate-too-high",
            {},
            {"train_loss": flat(226.0, 108).noisy(3.0).with_value(10, 5430.0, 460.0, 350.0, 300.0, 280.0)},
        ),
        (
            "missing-warmup",
            {"optimizer": "AdamW", "lr": 1e-3},
            {"train_loss": given([3.4, 3.3, 3.3, 3.4, 3.3]).followed_by(flat(6.0, 60)), "lr": flat(1e-3, 65)},
        ),
        (
            "learning-rate-too-high",
            {"optimizer": "sgd", "lr": 1.2},
            {
                "train_loss": given([0.93, 0.57, 1.2, 4.2, 90.0, 7e4, 6e12, 6e22, np.inf]).followed_by(flat(NAN, 30)),
                "grad_norm": given([1.8, 2.2, 4.0, 87.0, 9e3, 2e9, 3e18, NAN, NAN]).followed_by(flat(NAN, 30)),
            },
        ),
        (
            "wrong-loss-or-output",
            {"optimizer": "adam", "lr": 1e-3},
            {"train_loss": given(2.3 + 40 * np.linspace(0, 10, 120) ** 2), "lr": flat(1e-3)},
        ),
        (
            "learning-rate-too-high",
            {"optimizer": "SGD", "lr": 1e-3, "weight_decay": 0.5},
            {"train_loss": decay(0.13, 1.0, 200, half_life=0.3).noisy(0.002), "lr": flat(1e-3)},
        ),
        (
            "learning-rate-too-high",
            {},
            {"train_loss": given(2.3 * np.exp(np.linspace(0, 6, 400) - 0.3 * np.linspace(0, 1, 400) ** 2))},
        ),
        ("bad-batch", {}, {"train_loss": SOUND.followed_by(given([9e4, 9e3, 1.4, *[1.3] * 37])).noisy(0.02)}),
        (
            "data-changed",
            {"optimizer": "adam", "lr": 1e-3},
            {
                "train_loss": SOUND.followed_by(decay(60.0, 1.9, 60)).noisy(0.02),
                "grad_norm": QUIET.with_value(80, *([30.0] * 40)).followed_by(flat(30.0, 20)),
            },
        ),
        (
            "stale-second-moment",
            {"optimizer": "adam", "lr": 1e-3, "beta2": 0.9999, "max_grad_norm": 1.0},
            {
                "train_loss": decay(2.3, 0.2).noisy(0.01).with_value(60, 2.0, 4.0, 3.0, 1.5, 0.9),
                "grad_norm": flat(0.1).noisy(0.005).with_value(56, 0.3, 0.9, 2.0, 4.0, 9.0, 8.0),
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_log_shows_comes_first(first: str, settings: Settings, curves: dict[str, Curve]) -> None:
    assert causes(settings, **curves)[0] == first


def test_a_fresh_schedule_at_its_peak_is_a_resume_without_state() -> None:
    assert causes(SGD, train_loss=DIES, lr=RETURNED)[:2] == ["learning-rate-jump", "resumed-without-state"]


def test_clipping_that_is_on_is_no_cause() -> None:
    assert "no-gradient-clipping" in causes({"lr": 0.1}, train_loss=GROWS)
    assert "no-gradient-clipping" not in causes({"lr": 0.1, "max_grad_norm": 1.0}, train_loss=GROWS)


def test_one_story_is_told_under_one_root() -> None:
    grown = given([3.0, 20.0, 300.0, 1e5, 1e7, 1e9])
    run = example_run(SGD, Axis.STEP, train_loss=SOUND.followed_by(grown).followed_by(flat(NAN, 34)), lr=JUMPED)
    root = finding(run)
    assert root.rule == "nan-loss"
    assert "before that, the learning rate jumped from 0.01 to 1 at step 78" in root.message
    order = str(root.evidence["what came before"].value)
    assert order.index("the learning rate jumped") < order.index("train_loss began to rise")


@pytest.mark.parametrize(
    ("cause", "settings", "fix"),
    [
        ("epsilon-too-small", {"optimizer": "Adam", "eps": 1e-12}, "raise epsilon from 1e-12 to 1e-8, and on to 1e-3"),
        ("stale-second-moment", {"optimizer": "Adam", "beta2": 0.9999}, "lower beta2 from 0.9999 to 0.95"),
        ("stale-second-moment", {"optimizer": "Adam"}, "lower beta2 from 0.999 to 0.95"),
    ],
)
def test_a_fix_of_the_optimizer_takes_the_settings_of_this_run(cause: str, settings: Settings, fix: str) -> None:
    curves = {"train_loss": given([2.3, NAN, NAN, NAN])} if "eps" in settings else RISES
    run = example_run(settings, Axis.STEP, 0, **curves)
    named = next(one for one in finding(run).causes if one.id == cause)
    assert named.fixes[0].text.startswith(fix)
    assert ("this run's" in named.fixes[0].basis) is (cause[:7] == "epsilon" or "beta2" in settings)
    assert sum("beta2 from" in one.text or "raise epsilon" in one.text for one in named.fixes) == 1


def test_gradients_that_explode_tell_of_the_rate_that_jumped_first() -> None:
    norms = QUIET.with_value(78, *np.geomspace(2, 1e5, 9), *[NAN] * 33)
    loss = SOUND.followed_by(given([0.6, 0.9, 2.0, 9.0, 80.0, 2e3, 1e6])).followed_by(flat(NAN, 33))
    rate = flat(1e-3, 76).followed_by(flat(0.1, 44))
    root = finding(example_run(None, Axis.STEP, 0, train_loss=loss, grad_norm=norms, lr=rate))
    assert root.rule == "exploding-gradients"
    assert root.message.endswith("; the learning rate jumped from 0.001 to 0.1 at step 76")
    order = str(root.evidence["what came before"].value)
    assert order.index("the learning rate jumped") < order.index("the gradient norm left")


def test_a_sibling_that_differs_in_one_setting_settles_the_cause_and_tests_the_fix() -> None:
    broken = example_run({"lr": 0.1, "grad_clip": 0.0}, Axis.STEP, train_loss=GROWS)
    clipped = example_run({"lr": 0.1, "grad_clip": 1.0}, Axis.STEP, train_loss=decay(2.3, 0.2))
    first = finding(broken, clipped).causes[0]
    assert (first.id, first.strength) == ("no-gradient-clipping", Strength.LIKELY)
    assert first.fixes[0].text == "train with grad_clip 1.0 instead of 0.0"
    assert first.fixes[0].tested == "sibling run example"


def test_a_run_that_was_thrown_up_before_its_first_value_has_the_siblings_of_its_sweep() -> None:
    task: Settings = {"task": "digits", "optimizer": "adam", "batch_size": 64}
    broken = example_run({**task, "lr": 1.0}, Axis.STEP, 5, train_loss=given([153.0]).followed_by(flat(NAN, 30)))
    calm = example_run({**task, "lr": 0.1}, Axis.STEP, 5, train_loss=decay(0.95, 0.04, 31))
    first = finding(broken, calm).causes[0]
    assert (first.id, first.fixes[0].tested) == ("learning-rate-too-high", "sibling run example")
    other = replace(calm, hyperparameters={**calm.hyperparameters, "batch_size": 32})
    assert not any(fix.tested for one in finding(broken, other).causes for fix in one.fixes)


def test_a_sibling_at_a_lower_rate_clears_the_data() -> None:
    broken = example_run({"lr": 1.0}, Axis.STEP, train_loss=given([400.0, 1e6, 1e12, 1e20]).followed_by(flat(NAN, 30)))
    calm = example_run({"lr": 0.01}, Axis.STEP, train_loss=decay(400.0, 20.0))
    alone, beside = finding(broken).causes, finding(broken, calm).causes
    assert "data-not-normalised" in [one.id for one in alone]
    assert [one.id for one in beside if one.strength is Strength.LIKELY] == ["learning-rate-too-high"]


def test_a_sibling_at_nearly_the_same_rate_is_none_at_a_lower_one() -> None:
    spiking = decay(2.3, 0.5).noisy(0.02).with_value(80, 9.0)
    run, calm = (
        example_run({"lr": rate}, Axis.STEP, train_loss=loss)
        for rate, loss in ((0.002, spiking), (0.00199, decay(2.3, 0.5)))
    )
    assert finding(run, calm).causes[0].id == "bad-batch"
    assert finding(run, replace(calm, hyperparameters={"lr": 0.001})).causes[0].id == "learning-rate-too-high"


def test_what_exploded_between_two_logged_values_did_not_come_out_of_a_quiet_curve() -> None:
    values = np.array([2.3, 2.3, 2.3, 2.2, 2.0, 2.1, 2.0, 2.0, 7e9, *[NAN] * 40])
    norms = np.array([0.5] * 8 + [4e10] + [NAN] * 40)
    every = example_run(None, Axis.STEP, 0, train_loss=given(values), grad_norm=given(norms))
    tenth = replace(every, series=tuple(replace(one, steps=10 * one.steps) for one in every.series))
    assert "stands out from a quiet curve" in " ".join(finding(every).causes[0].pro)
    assert finding(tenth).causes[0].id == "learning-rate-too-high"


def test_a_norm_that_doubles_over_the_whole_run_has_not_left_its_usual_value_before_a_jump() -> None:
    drifts = given(np.geomspace(0.2, 0.9, 350)).followed_by(flat(40.0, 50))
    steps_up = decay(0.7, 0.3, 350).followed_by(decay(8.0, 0.5, 50)).noisy(0.02)
    said = " ".join(finding(example_run(None, Axis.STEP, 0, train_loss=steps_up, grad_norm=drifts)).causes[0].pro)
    assert "leaves its usual" not in said


def test_a_loss_of_validation_with_the_name_of_that_of_training_is_another_one() -> None:
    run = example_run(
        None, Axis.STEP, 0, train_loss=SOUND.followed_by(flat(3.0, 40)).noisy(0.02),
        val_loss=decay(2.3, 0.6, 80).followed_by(flat(2.4, 40)),
    )  # fmt: skip
    alike = replace(run, series=tuple(replace(one, name="loss") for one in run.series))
    assert finding(alike).causes[0].id == "learning-rate-too-high"


def test_validation_that_rises_too_tells_a_broken_model_from_other_data() -> None:
    steps_up = SOUND.followed_by(flat(3.0, 40)).noisy(0.02)
    stays, rises = decay(2.3, 0.6), decay(2.3, 0.6, 80).followed_by(flat(2.4, 40))
    assert causes(train_loss=steps_up, val_loss=stays)[0] == "data-changed"
    assert causes(train_loss=steps_up, val_loss=rises)[0] == "learning-rate-too-high"


def test_the_clip_threshold_comes_from_the_norm_before() -> None:
    run = example_run(SGD, Axis.STEP, train_loss=GROWS, grad_norm=RISING_NORM)
    cause = next(one for one in finding(run).causes if one.id == "no-gradient-clipping")
    assert cause.fixes[0].text.startswith("clip the gradient norm at 1.0")
    assert cause.fixes[0].basis == "this run's gradient norm"


def test_held_out_data_that_were_sound_before_are_not_what_breaks() -> None:
    curves = {"train_loss": decay(2.3, 0.4), "val_loss": decay(2.3, 0.6, 40).followed_by(flat(NAN, 80))}
    found = finding(example_run(None, Axis.STEP, 0, **curves))
    assert found.causes[0].id == "log-of-zero"
    assert [one.id for one in found.causes if one.strength is Strength.LIKELY] == ["log-of-zero"]
    never = finding(example_run(None, Axis.STEP, 0, train_loss=decay(2.3, 0.4), val_loss=flat(NAN)))
    assert never.causes[0].id == "validation-set-differs"


def test_a_rate_that_jumped_back_was_not_still_rising() -> None:
    back = cosine(0.1, 78, floor=0.06).followed_by(flat(0.1, 42))  # by less than what counts as a jump
    said = " ".join(finding(example_run(SGD, Axis.STEP, 0, train_loss=DIES, lr=back)).causes[0].pro)
    assert "still rising" not in said
    ramps = line(1e-4, 0.1, 120)
    assert "still rising" in " ".join(
        clue
        for cause in finding(example_run(SGD, Axis.STEP, 0, train_loss=DIES, lr=ramps)).causes
        for clue in cause.pro
    )


def test_what_a_bare_log_lacks_is_asked_for() -> None:
    asked = finding(example_run(axis=Axis.STEP, train_loss=DIES)).to_tell_apart
    assert any(one.startswith("the gradient norm") for one in asked)
    assert any(one.startswith("the learning rate") for one in asked)


def test_nothing_is_asked_for_where_the_cause_is_clear() -> None:
    run = example_run(SGD, Axis.STEP, train_loss=DIES, lr=JUMPED, grad_norm=QUIET.with_value(80, *[NAN] * 40))
    assert finding(run).to_tell_apart == ()


@pytest.mark.parametrize(
    ("curve", "outcome"),
    [
        (decay(2.3, 0.3).noisy(0.02).with_value(60, 9.0), "recovered"),
        (decay(2.3, 0.3, 60).noisy(0.02).followed_by(decay(40.0, 0.3, 60, half_life=0.05)), "lingering"),
        (decay(2.3, 0.3, 100).noisy(0.02).followed_by(given(np.linspace(9.0, 3.0, 20))), "unrecovered"),
    ],
    ids=["recovered", "lingering", "unrecovered"],
)
def test_a_spike_says_how_it_ended(curve: Curve, outcome: str) -> None:
    examined = diagnose([example_run(train_loss=curve)], installed_rules()).runs[0]
    (spike,) = (one for one in examined.findings if one.rule == "loss-spike")
    assert spike.evidence["outcome"].value == outcome


def test_a_sibling_that_hardly_learns_is_no_example_of_a_rate() -> None:
    broken = example_run({"lr": 0.1}, Axis.STEP, train_loss=DIES)
    slow = example_run({"lr": 1e-5}, Axis.STEP, train_loss=decay(2.3, 2.2))
    (rate,) = (one for one in finding(broken, slow).causes if one.id == "learning-rate-too-high")
    assert not any("sibling" in said for said in rate.pro)


def test_a_run_of_the_same_rate_that_went_well_speaks_against_the_rate() -> None:
    broken = example_run({"lr": 0.1, "seed": 1}, Axis.STEP, train_loss=GROWS)
    sound = example_run({"lr": 0.1, "seed": 2}, Axis.STEP, train_loss=decay(2.3, 0.2))
    (rate,) = (one for one in finding(broken, sound).causes if one.id == "learning-rate-too-high")
    assert "sibling run example went well at 0.1" in rate.contra


def test_an_epoch_is_looked_into_where_its_steps_were_logged() -> None:
    steps = decay(2.3, 0.5, 200).followed_by(geometric(0.6, 4000.0, 20)).followed_by(flat(NAN, 180))
    coarse = example_run(axis=Axis.EPOCH, train_loss=decay(2.3, 0.5, 11).followed_by(flat(NAN, 9)))
    fine = example_run(axis=Axis.STEP, minibatch_train_loss=steps)
    alone, beside = finding(coarse), finding(replace(coarse, series=(*coarse.series, *fine.series)))
    assert (alone.message.split(";")[0], alone.causes[0].id) == (beside.message.split(";")[0], "bad-batch")
    assert beside.causes[0].id == "learning-rate-too-high"


def test_a_term_that_explodes_is_told_by_a_validation_that_does_not() -> None:
    explodes = decay(20.0, 3.4, 60).followed_by(flat(225.0, 60)).noisy(0.02)
    found = finding(
        example_run(None, Axis.STEP, 0, train_loss=explodes, val_loss=decay(6.9, 2.4, 60).then(line(0.0, -0.1, 60)))
    )
    assert found.causes[0].id == "data-changed"
    assert "validation does not rise with it" in " ".join(found.causes[0].pro)
    assert "each term of the loss" in found.causes[0].fixes[0].text


def test_the_batches_since_the_last_logged_value_may_be_the_bad_one() -> None:
    every_50 = given(SOUND.values[:40]).followed_by(flat(NAN, 20))
    curve = Curve(every_50.values, frozenset(range(3000)) - set(range(0, 3000, 50)))
    fixes = [
        fix.text for cause in finding(example_run(None, Axis.STEP, 0, train_loss=curve)).causes for fix in cause.fixes
    ]
    assert "check the inputs and labels of the batches of steps 1951 to 2000" in " ".join(fixes).replace(",", "")


def test_a_hidden_nan_at_a_rate_that_no_optimizer_takes_is_laid_to_the_rate() -> None:
    curves: dict[str, Any] = {"train_loss": given([6.1e7]).followed_by(flat(0.0, 29)), "grad_norm": flat(NAN, 30)}
    run = example_run({"model_type": "gpt2"}, Axis.STEP, 0, **curves, lr=flat(20.0, 30))
    found = next(one for one in diagnose([run], installed_rules()).runs[0].findings if one.rule == "masked-nan")
    assert found.causes[0].id == "learning-rate-too-high"
    assert "above the usual for any optimizer" in " ".join(found.causes[0].pro)


def test_a_jump_just_before_infinity_is_where_it_broke() -> None:
    loss = decay(0.8, 0.0025, 120).noisy(1e-4).followed_by(given([1.2e11, np.inf])).followed_by(flat(NAN, 40))
    said = finding(example_run(None, Axis.STEP, 0, train_loss=loss))
    first, second = said.causes[:2]
    assert (first.id, second.id) == ("bad-batch", "log-of-zero")
    assert "step 120 stands out from a quiet curve" in first.pro[0]
    assert [fix.text for fix in first.fixes] == [
        "check the inputs and labels of the batch of step 120",
        "fill or drop what is bad in them, or go back to the last good checkpoint and skip those batches (large "
        "models: 100 steps back, and 200 to 500 batches skipped)",
        "repeat the step on the CPU, which names a label or token id that is out of range",
    ]
    assert second.contra == ("the loss was 1.2e11 before it stopped being finite: a logarithm of zero strikes at once",)
    assert said.message.endswith("to 1.2e11 at step 120")


def test_runs_that_failed_beside_it_count_where_settings_tell_that_only_the_seed_differs() -> None:
    def failing(at: int, settings: Settings | None) -> Run:
        return example_run(
            settings, Axis.STEP, 0, train_loss=decay(2.3, 0.5, at).noisy(0.02).followed_by(flat(NAN, 40))
        )

    def told(*settings: Settings | None) -> str:
        first, *others = (failing(80 + place, one) for place, one in enumerate(settings))
        return " ".join(said for cause in finding(first, *others).causes for said in cause.contra)

    assert "failed too" not in told(None, None)
    assert "1 run of the same settings with another seed failed too" in told(
        {"lr": 0.1, "seed": 0}, {"lr": 0.1, "seed": 1}
    )


@pytest.mark.parametrize(
    ("norm", "adds_up"),
    [
        (line(0.4, 40.0, 80).heavy_tailed(0.1), True),
        (geometric(0.4, 40.0, 80), False),
        (line(0.4, 40.0, 80).heavy_tailed(0.8), False),
        (QUIET.with_value(58, *np.geomspace(1, 40, 22)), False),
        (line(0.4, 12.0, 25).followed_by(flat(12.0, 55)).heavy_tailed(0.1), False),
    ],
    ids=["with the step", "ever faster", "each batch its own", "late", "at rest since"],
)
def test_a_norm_that_grows_with_the_step_is_one_of_gradients_that_add_up(norm: Curve, adds_up: bool) -> None:
    loss = decay(2.3, 0.5, 60).followed_by(geometric(0.55, 40.0, 20))
    run = example_run({"optimizer": "SGD", "lr": 0.3}, Axis.STEP, 1, train_loss=loss, grad_norm=norm)
    assert (finding(run).causes[0].id == "gradients-not-zeroed") is adds_up
