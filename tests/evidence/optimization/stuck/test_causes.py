"""What the accuracies and settings of a run say about a loss that stays high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from logdoctor import Axis, Run, TrainLoss, ValLoss, example_run
from logdoctor.causes import because, likely_because
from logdoctor.curves import Curve, decay, flat, given, line
from logdoctor.evidence.accuracies import poor_accuracy
from logdoctor.evidence.optimization.plateau.more_to_be_had import memorises
from logdoctor.evidence.optimization.stuck.causes import stuck_causes, to_tell_stuck
from logdoctor.evidence.optimization.stuck.pulled_back import pulled_back
from logdoctor.evidence.optimization.stuck.signs import UNTOLD, Beginning, StuckSigns
from logdoctor.evidence.told_by_settings import larger_model, smaller_model, tiny_model
from logdoctor.finding import Cause, Strength
from logdoctor.run import Setting
from logdoctor.signals import Hyperparameters, Siblings, Trend, UpdateSigns

MARGINS: dict[str, Any] = {"rewards/margins": flat(0.0)}


def classifier(start: float = 2.3, settings: dict[str, Setting] | None = None, **curves: Curve) -> Run:
    logged: dict[str, Any] = {"train_loss": decay(start, 0.8 * start), **curves}
    return example_run(settings, **logged)


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_an_accuracy_that_begins_at_guessing_and_ends_low_is_poor(scale: float) -> None:
    run = classifier(val_accuracy=line(0.1, 0.4).scaled(scale))
    assert "val_accuracy ends at 0.3" in poor_accuracy(run, 0.6)


@pytest.mark.parametrize(
    "run",
    [
        classifier(),
        classifier(val_accuracy=line(0.1, 0.7)),
        classifier(val_accuracy=line(0.1, 0.4, 4)),
        classifier(train_accuracy=line(0.1, 0.3), val_accuracy=line(0.1, 0.7)),
        classifier(settings={"vocab_size": 25}, val_accuracy=line(0.1, 0.4)),
        classifier(start=0.69, val_accuracy=line(0.5, 0.55), **MARGINS),
        classifier(start=10.8, val_accuracy=line(0.05, 0.4)),
        classifier(start=3.2, val_accuracy=line(0.39, 0.42)),
    ],
    ids=["none", "fair", "few", "fair on one set", "tokens", "preference", "language model", "trained before"],
)
def test_other_accuracies_are_not(run: Run) -> None:
    assert poor_accuracy(run, 0.6) == ""


@pytest.mark.parametrize(
    ("here", "there", "smaller"),
    [
        ({"hidden_size": 2}, {"hidden_size": 64}, True),
        ({"hidden_size": 2}, {}, True),
        ({"hidden_size": 64}, {"hidden_size": 2}, False),
        ({"lr": 0.1}, {"lr": 0.2}, False),
        ({}, {}, False),
    ],
)
def test_a_model_is_smaller_by_the_settings(here: dict[str, Setting], there: dict[str, Setting], smaller: bool) -> None:
    run, beside = (example_run(settings, train_loss=decay(2.3, 0.2)) for settings in (here, there))
    (sibling,) = Siblings.among(run, [run, beside])
    assert bool(smaller_model(sibling)) is smaller


def test_a_cause_is_likely_with_a_clause_and_unlikely_without() -> None:
    assert likely_because("over-regularised", "the dropout is 0.9").strength is Strength.LIKELY
    assert likely_because("over-regularised", "").strength is Strength.UNLIKELY


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"hidden_size": 2}, "hidden_size is 2"), ({"n_embd": 64}, ""), ({"num_hidden_layers": 2}, ""), ({}, "")],
)
def test_next_to_no_hidden_units_are_a_tiny_model(settings: dict[str, Setting], said: str) -> None:
    run = classifier(settings=settings)
    assert tiny_model(run) == said
    assert [fix.text for fix in larger_model(run)] == (["raise hidden_size from 2 to 32 or more"] if said else [])


@pytest.mark.parametrize(("end", "memory"), [(1.2, True), (0.7, False)])
def test_a_sibling_whose_validation_ends_no_lower_memorises(end: float, memory: bool) -> None:
    sibling = classifier(val_loss=line(2.3, end))
    assert memorises(sibling, classifier(val_loss=line(2.3, 1.0))) is memory
    assert not memorises(sibling, classifier())


def causes_of(run: Run, beside: Sequence[Run] = (), beginning: Beginning = UNTOLD) -> tuple[Cause, ...]:
    seen = StuckSigns(UpdateSigns.measure(run), Hyperparameters.measure(run), Siblings.among(run, beside))
    return stuck_causes(seen.after(beginning))


@pytest.mark.parametrize(("rate", "strength"), [(0.5, None), (1e-8, Strength.LIKELY), (1e-3, Strength.POSSIBLE)])
def test_a_rate_that_is_ample_is_not_what_is_too_low(rate: float, strength: Strength | None) -> None:
    run = example_run({"lr": rate}, train_loss=flat(2.3).noisy(0.002))
    causes = causes_of(run)
    assert next((one.strength for one in causes if one.id == "learning-rate-too-low"), None) is strength


@pytest.mark.parametrize(("rate", "told"), [(1e-8, False), (1e-3, True)])
def test_a_rate_that_moves_nothing_kills_no_units(rate: float, *, told: bool) -> None:
    run = example_run({"lr": rate}, train_loss=flat(2.3).noisy(0.002))
    causes = causes_of(run)
    assert any("a tenth of the rate" in fix.text for cause in causes for fix in cause.fixes) is told


def first_cause(**curves: Curve) -> str:
    run = example_run(None, Axis.EPOCH, 0, **curves)
    return causes_of(run)[0].id


def test_a_validation_that_creeps_down_speaks_for_a_rate_that_is_too_low() -> None:
    curves: dict[str, Any] = {"train_loss": flat(2.3).noisy(0.002), "val_accuracy": flat(0.1, 20)}
    assert first_cause(**curves, val_loss=line(2.31, 2.3, 20)) == "learning-rate-too-low"
    assert first_cause(**curves, val_loss=decay(2.33, 2.31, 20, half_life=0.05)) == "bad-initialization"


def test_an_output_that_is_certain_or_jumps_speaks_for_a_rate_that_is_too_high() -> None:
    certain = first_cause(train_loss=flat(14.47, 20), train_accuracy=flat(0.102, 20), val_loss=flat(14.7, 20))
    assert certain == "learning-rate-too-high"
    jumps = given([2.33, 2.57, 2.45, 2.64, 2.51, 2.35, 2.47, 2.58] * 2)
    answers = given([0.1, 0.07, 0.12, 0.07] * 4)
    assert (
        first_cause(train_loss=flat(2.5).noisy(0.1), val_loss=jumps, val_accuracy=answers) == "learning-rate-too-high"
    )


def first_of_sweep(*others: tuple[float, Curve]) -> str:
    """Return the first cause of a run at 0.8 that gives one answer, beside runs of the same settings at other rates."""
    here = example_run(
        {"lr": 0.8, "seed": 5}, train_loss=flat(2.33, 25).noisy(0.003), val_accuracy=given([0.08, 0.12, 0.1] * 8)
    )
    beside = [example_run({"lr": rate, "seed": at}, train_loss=curve) for at, (rate, curve) in enumerate(others)]
    causes = causes_of(here, beside)
    return causes[0].id


def test_a_run_that_learns_at_a_lower_rate_alone_has_too_high_a_rate() -> None:
    learns, stuck = decay(2.3, 0.01), flat(2.33).noisy(0.003)
    assert first_of_sweep((0.1, learns)) == "learning-rate-too-high"
    assert first_of_sweep((0.1, learns), (0.9, stuck)) == "learning-rate-too-high"
    assert first_of_sweep((0.1, stuck)) != "learning-rate-too-high"
    assert first_of_sweep((0.1, learns), (0.9, learns)) != "learning-rate-too-high"
    assert first_of_sweep((0.1, learns), (0.8, learns)) != "learning-rate-too-high"


WANDERS = flat(2.3, 20).noisy(0.005)


def why(settings: dict[str, Setting] | None = None, beginning: Beginning = UNTOLD, **curves: Curve) -> list[str]:
    """Return the likely causes of a loss that stays where it began, while validation wanders if nothing else."""
    run = example_run(
        settings, Axis.EPOCH, 0, **{"train_loss": flat(2.3, 20).noisy(0.01), "val_loss": WANDERS, **curves}
    )
    found = causes_of(run, [run], beginning)
    return [one.id for one in found if one.strength is Strength.LIKELY]


def test_a_rate_that_died_goes_before_what_would_make_a_network_give_one_answer() -> None:
    died = given([1e-3, 1e-4]).followed_by(flat(0.0, 18))
    assert why(val_accuracy=flat(0.1, 20), lr=died) == ["schedule-decays-too-soon"]
    assert why(val_accuracy=flat(0.1, 20), lr=flat(1e-3, 20)) == ["bad-initialization"]


def test_a_rate_beyond_the_usual_goes_before_labels_and_is_not_too_low() -> None:
    assert why({"optimizer": "AdamW", "lr": 0.02}) == ["learning-rate-too-high"]
    assert why({"optimizer": "AdamW", "lr": 0.002}) == ["labels-do-not-match"]


def test_a_rate_that_a_run_has_not_warmed_up_to_is_not_too_high() -> None:
    curves = {"train_loss": flat(2.3, 60), "lr": line(1e-8, 1e-6, 60)}
    causes = causes_of(example_run({"optimizer": "AdamW", "lr": 1.0}, Axis.STEP, 0, **curves))
    assert [one.id for one in causes if one.strength is Strength.LIKELY] == ["learning-rate-too-low"]


def test_what_little_is_learnt_and_holds_for_new_data_speaks_against_wrong_labels() -> None:
    answers = flat(0.11, 20).noisy(0.01)
    assert "labels-do-not-match" in why(val_accuracy=answers)
    assert "labels-do-not-match" not in why(val_accuracy=answers, val_loss=decay(2.31, 2.29, 20))


def test_answers_that_change_at_a_low_rate_speak_for_no_wrong_labels() -> None:
    """What creeps down at it would be learnt at a higher one; labels of other rows leave nothing to creep to."""
    curves = {"train_loss": flat(2.3, 20).noisy(0.01), "val_loss": decay(2.31, 2.29, 20)}
    slow = example_run(
        {"optimizer": "Adam", "lr": 1e-5}, Axis.EPOCH, 0, val_accuracy=flat(0.11, 20).noisy(0.01), **curves
    )
    found = causes_of(slow)
    assert found[0].id == "learning-rate-too-low"
    assert next(one for one in found if one.id == "labels-do-not-match").pro == ()


def test_a_loss_that_forgets_is_over_regularised_unless_the_settings_name_nothing_strong() -> None:
    forgot = Beginning(forgot="the loss had come down to 2.2 and went back up")
    assert "over-regularised" in why(None, forgot)
    assert "over-regularised" not in why({"optimizer": "Adam", "lr": 1e-3}, forgot)


def test_what_the_first_values_alone_had_learnt_was_thrown_away() -> None:
    told = Beginning(lost_at_once="the first loss is 1.36, below guessing, and all others are higher")
    found = [one.id for one in causes_of(example_run(train_loss=flat(1.39, 20).noisy(0.001)), (), told)]
    assert found[:2] == ["dead-activations", "learning-rate-too-high"]
    assert not {"learning-rate-too-low", "optimizer-not-stepping", "over-regularised"} & set(found)


def test_a_loss_above_that_of_guessing_is_thrown_off_by_each_step() -> None:
    worse = Beginning(worse="the loss rests at 2.55, above the 2.3 of guessing")
    assert why(None, worse) == ["learning-rate-too-high"]


@pytest.mark.parametrize(
    ("optimizer", "rate", "first"),
    [("adamw", 0.3, True), ("adamw", 1e-3, False), ("adadelta", 1.0, False), ("sgd", 0.1, False), ("sgd", 20.0, True)],
)
def test_a_rate_at_which_hardly_any_network_trains_comes_first(optimizer: str, rate: float, first: bool) -> None:
    run = example_run({"optimizer": optimizer, "lr": rate}, train_loss=flat(2.3).noisy(0.002))
    causes = causes_of(run)
    assert (causes[0].id == "learning-rate-too-high") is first
    assert first or "learning-rate-too-high" not in {one.id for one in causes}


def test_a_network_that_came_down_to_guessing_was_stepped_though_it_is_dead_now() -> None:
    dead: dict[str, Any] = {"train_loss": flat(3.466, 30).noisy(0.003), "val_loss": flat(3.466, 8)}
    assert why(**dead)[0] == "optimizer-not-stepping"
    fell = why(beginning=Beginning(fell="the loss fell from 5.3 to chance and stopped there"), **dead)
    assert fell[0] == "dead-activations"
    assert "optimizer-not-stepping" not in fell


def test_weights_that_moved_in_the_first_epoch_alone_are_stepped_and_dead() -> None:
    loss = given([1.9112]).followed_by(flat(1.9105, 9))
    run = example_run(None, Axis.EPOCH, 0, train_loss=loss, train_accuracy=flat(0.54, 10))
    causes = causes_of(run)
    assert causes[0].id == "dead-activations"
    assert "optimizer-not-stepping" not in {one.id for one in causes}


def test_a_training_loss_that_creeps_to_the_end_speaks_for_a_rate_that_is_too_low() -> None:
    def alone(loss: Curve, **curves: Curve) -> str:
        run = example_run({"lr": 2e-4}, Axis.STEP, 0, train_loss=loss, **curves)
        return causes_of(run)[0].id

    creeps = line(2.307, 2.288).noisy(0.005)
    assert alone(creeps) == "learning-rate-too-low"
    assert alone(line(2.307, 2.304).noisy(0.005)) == "optimizer-not-stepping"
    assert alone(decay(2.32, 2.3, half_life=0.03).noisy(0.002)) == "optimizer-not-stepping"
    assert alone(creeps, val_accuracy=flat(0.1, 20)) == "bad-initialization"


def test_what_creeps_at_an_ordinary_rate_of_adam_is_held_back_by_something_else() -> None:
    creeps: dict[str, Any] = {"val_loss": line(2.303, 2.300, 20), "val_accuracy": flat(0.1, 20)}
    assert why({"optimizer": "adam", "lr": 1e-4}, **creeps) == ["learning-rate-too-low"]
    assert why({"optimizer": "adam", "lr": 1e-3}, **creeps) == ["bad-initialization"]
    assert why({"optimizer": "adam", "lr": 1e-3, "eps": 10.0}, **creeps) == ["epsilon-too-large"]
    assert why({"optimizer": "sgd", "lr": 1e-3, "eps": 10.0}, **creeps) == ["learning-rate-too-low"]


@pytest.mark.parametrize(("norm", "alone"), [(0.118, True), (0.107, True), (0.22, False), (0.05, False)])
def test_a_gradient_that_reaches_the_last_biases_alone_is_one_of_a_network_that_answers_alike(
    norm: float, alone: bool
) -> None:
    """Of 10 classes in batches of 64, the biases of the last layer get sqrt(0.9 / 64) = 0.119."""
    run = example_run(
        {"batch_size": 64, "lr": 1e-3}, Axis.STEP, 0, train_loss=flat(2.3).noisy(0.005),
        grad_norm=flat(norm).heavy_tailed(0.2),
    )  # fmt: skip
    found = causes_of(run, (), Beginning(classes=10))
    assert (found[0].id == "bad-initialization") is alone
    assert ("on the last biases alone" in " ".join(found[0].pro)) is alone


@pytest.mark.parametrize(
    ("here", "there", "cause", "fix"),
    [
        (
            {"weight_decay": 0.2},
            {"weight_decay": 0.0},
            "over-regularised",
            "train with weight_decay 0.0 instead of 0.2",
        ),
        ({"weight_decay": 0.002}, {"weight_decay": 0.0}, "", ""),
        ({"hidden": 2}, {"hidden": 64}, "model-too-small", "train with hidden 64 instead of 2"),
        ({"hidden": 16}, {"hidden": 64}, "", ""),
        ({"seed": 1}, {"seed": 2}, "", ""),
    ],
)
def test_the_one_setting_that_a_sibling_cures_it_with_comes_first(
    here: dict[str, Setting], there: dict[str, Setting], cause: str, fix: str
) -> None:
    stuck = example_run(here, Axis.EPOCH, 0, train_loss=flat(2.3, 20).noisy(0.01), val_accuracy=flat(0.1, 20))
    well = example_run(there, Axis.EPOCH, 0, train_loss=decay(2.3, 0.3, 20))
    first = causes_of(stuck, [stuck, well])[0]
    assert (first.id == cause) is bool(cause)
    assert (first.fixes[0].text == fix) is bool(fix)
    assert (first.fixes[0].tested == "sibling run example") is bool(fix)


def test_a_training_loss_of_batch_size_times_that_of_validation_is_added_up() -> None:
    run = example_run(
        {"batch_size": 64, "lr": 0.05}, Axis.STEP, 0, train_loss=flat(147.0).noisy(1.0), val_loss=flat(2.31, 20)
    )
    first = causes_of(run)[0]
    assert first.id == "wrong-loss-or-output"
    assert first.fixes[0].text == "average the loss over the batch, or lower the rate from 0.05 to 7.81e-4"
    other = replace(run, hyperparameters={"batch_size": 16, "lr": 0.05})
    found = causes_of(other)
    assert "wrong-loss-or-output" not in [one.id for one in found]


def test_where_nothing_speaks_for_any_cause_none_is_likely_and_the_log_lacks_something() -> None:
    run = example_run(None, Axis.STEP, 0, train_loss=flat(2.3).noisy(0.005))
    found = causes_of(run)
    assert (found[0].id, found[0].strength) == ("optimizer-not-stepping", Strength.POSSIBLE)
    assert [one.split(":")[0] for one in to_tell_stuck(run, found)] == [
        "a loss on fixed examples",
        "the gradient norm of each layer",
        "the settings (optimizer, rate, batch size, weight decay, dropout)",
    ]
    frozen = example_run({"lr": 0.1}, Axis.STEP, 0, train_loss=flat(2.3).noisy(0.005), val_loss=flat(2.3, 20))
    sure = causes_of(frozen)
    assert sure[0].strength is Strength.LIKELY
    assert list(to_tell_stuck(frozen, sure)) == []


def test_what_to_look_at_stands_in_what_to_log_and_not_before_what_to_change() -> None:
    run = example_run({"lr": 0.01}, Axis.EPOCH, 0, train_loss=flat(2.3, 20), val_loss=WANDERS, grad_norm=flat(0.1, 20))
    causes = because("bad-initialization"), because("dead-activations")
    assert [one.split(":")[0] for one in to_tell_stuck(run, causes)] == [
        "the gradient norm of each layer",
        "the share of units whose activation is zero for a whole batch",
    ]
    found = causes_of(run)
    assert not any(fix.text.startswith("log ") for cause in found for fix in cause.fixes[:1])


@pytest.mark.parametrize(("by_and_by", "told"), [(True, True), (False, False)])
def test_what_was_learnt_may_be_pulled_back_by_and_by(by_and_by: bool, told: bool) -> None:
    back = [1.725, 1.74, 1.76, 1.78] if by_and_by else []
    curve = given([1.792, 1.7915, 1.791, 1.74, 1.71, 1.703, 1.703, *back]).followed_by(flat(1.791, 12))
    run = example_run(train_loss=curve, val_loss=curve)
    losses = run.find(TrainLoss), run.find(ValLoss)
    assert losses[0] is not None
    assert losses[1] is not None
    train, val = Trend[TrainLoss].measure(losses[0]), Trend[ValLoss].measure(losses[1])
    assert bool(pulled_back(train, val)) is told
    assert not pulled_back(train, None)
    found = causes_of(run, (), Beginning(forgot=pulled_back(train, val)))
    assert (found[0].id == "over-regularised") is told


@pytest.mark.parametrize(
    ("losses", "cause"),
    [
        ([1.7934] * 6 + [1.7933] * 4, "learning-rate-too-low"),
        ([1.7934, 1.7931, 1.7929, 1.7932, 1.7926, 1.7919, 1.7918, 1.792, 1.7919, 1.7918], "bad-initialization"),
        ([1.7934, 1.7933] * 5, "bad-initialization"),
    ],
    ids=["comes down by a rounded digit", "fits the shares of the classes", "wavers by a rounded digit"],
)
def test_validation_that_barely_moves_and_never_up_tells_of_a_rate_too_low(losses: list[float], cause: str) -> None:
    run = example_run(
        None, Axis.EPOCH, 0, train_loss=flat(1.795, 10).noisy(0.002), val_loss=given(losses), val_acc=flat(0.13, 10)
    )
    found = causes_of(run)
    assert found[0].id == cause


def test_a_gradient_that_calms_has_reached_the_weights_that_find_the_mean() -> None:
    """What labels of other rows, and outputs broadcast against all targets, leave to learn."""
    beginning = Beginning(guesses="both losses rest where guessing the mean would be")
    curves = {"train_loss": flat(1.0).noisy(0.002), "val_loss": flat(1.06, 20).noisy(0.0003)}
    calms = why(None, beginning, **curves, grad_norm=decay(1.1, 0.05))
    assert calms == ["labels-do-not-match"]
    assert why(None, beginning, **curves, grad_norm=flat(0.2).noisy(0.05)) == ["bad-initialization"]


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"optimizer": "Adam", "weight_decay": 1.0}, "lower the weight decay from 1 to 1e-4"),
        ({"optimizer": "AdamW", "weight_decay": 2.0}, "lower the weight decay from 2 to 0.01"),
        ({"optimizer": "Adam", "dropout": 0.95}, "lower the dropout from 0.95 to 0.2"),
    ],
)
def test_what_regularises_too_strongly_has_its_usual_value_as_a_fix(settings: dict[str, Setting], fix: str) -> None:
    run = example_run(settings, train_loss=flat(2.3026).noisy(0.002))
    first = causes_of(run)[0]
    assert (first.id, first.fixes[0].text) == ("over-regularised", fix)


def test_clipping_to_next_to_nothing_goes_before_the_rate_that_it_makes_creep() -> None:
    curves: dict[str, Any] = {"train_loss": flat(2.3).noisy(0.002), "val_loss": line(2.31, 2.3, 20)}
    assert why({"optimizer": "sgd", "lr": 0.05, "grad_clip": 1e-4}, **curves) == ["clipping-too-tight"]
    assert why({"optimizer": "sgd", "lr": 0.05, "grad_clip": 1.0}, **curves) == ["learning-rate-too-low"]


def test_gradients_that_are_never_cleared_have_reached_the_weights() -> None:
    answers = given([0.07, 0.08] * 10)
    curves: dict[str, Any] = {"train_loss": flat(2.3).noisy(0.002), "val_loss": WANDERS, "val_accuracy": answers}
    assert why(None, **curves) == ["bad-initialization"]
    assert why(None, **curves, grad_norm=line(2.0, 95.0)) == ["optimizer-not-stepping"]
