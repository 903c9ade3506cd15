"""The levels that guessing would give, and how the run tells them."""

from __future__ import annotations

from math import log

import pytest

from logdoctor import Axis, TrainLoss, example_run
from logdoctor.curves import Curve, decay, flat, given, line
from logdoctor.run import Run, Setting
from logdoctor.signals import Chance, ChanceLevels
from logdoctor.signals.optimization.chance import COMMON_CLASSES, least_of_one_answer


def levels(settings: dict[str, Setting] | None = None, **curves: Curve) -> tuple[Chance, ...]:
    return ChanceLevels.measure(example_run(settings, Axis.EPOCH, 0, **{"train_loss": flat(1.0), **curves})).levels


def known(settings: dict[str, Setting] | None = None, **curves: Curve) -> list[int]:
    """Return the class counts that something but the level speaks for."""
    return [one.classes for one in levels(settings, **curves) if not one.by_level_alone]


def test_every_level_is_the_logarithm_of_its_classes() -> None:
    assert all(one.level == log(one.classes) for one in levels({"num_classes": 7}))


def test_without_any_hint_the_common_counts_remain() -> None:
    assert [one.classes for one in levels()] == list(COMMON_CLASSES)
    assert all(one.by_level_alone for one in levels())


def test_what_is_known_comes_before_what_the_level_alone_says() -> None:
    alone = [one.by_level_alone for one in levels({"num_classes": 7})]
    assert alone == sorted(alone)


def test_a_perplexity_that_stands_for_the_loss_is_in_no_nats() -> None:
    run = example_run(None, Axis.STEP, 500, train_ppl=flat(22.0), train_acc=flat(0.42))
    assert run.find(TrainLoss) is not None
    assert not ChanceLevels.measure(run).levels


@pytest.mark.parametrize("name", ["num_classes", "model.num_labels", "NUM_CLASSES", "data.n_classes"])
def test_settings_name_the_classes(name: str) -> None:
    assert known({name: 7}) == [7]


@pytest.mark.parametrize("setting", [1, 0, -3, "7", 7.5, None, True])
def test_what_is_no_count_of_classes_names_none(setting: Setting) -> None:
    assert known({"num_classes": setting}) == []


@pytest.mark.parametrize(
    ("accuracy", "classes"), [(0.335, [3]), (0.5, [2]), (0.1, [10]), (10.0, [10]), (0.25, [4]), (0.05, [20])]
)
def test_an_accuracy_that_rests_at_one_in_c_says_c(accuracy: float, classes: list[int]) -> None:
    assert known(train_accuracy=flat(accuracy).noisy(0.005 * accuracy)) == classes


@pytest.mark.parametrize("curve", [flat(0.95), decay(0.1, 0.9), flat(0.65), flat(0.001), flat(0.0)])
def test_another_accuracy_says_nothing(curve: Curve) -> None:
    assert known(train_accuracy=curve) == []


def test_an_accuracy_between_two_counts_says_both() -> None:
    assert known(val_accuracy=flat(0.184)) == [5, 6]


def test_the_share_of_the_larger_class_is_told_by_what_comes_after_the_first_evaluations() -> None:
    (share,) = [one for one in levels(val_accuracy=flat(0.37, 2).followed_by(flat(0.627, 38))) if one.larger_share]
    assert share.larger_share == 0.627


def test_however_few_evaluations_there_are_a_tenth_of_them_may_come_before() -> None:
    for before, after in ((3, 26), (1, 6), (1, 5), (0, 5)):  # of 29, or of few, as long as enough are left
        accuracy = flat(0.37, before).followed_by(flat(0.627, after))
        assert [one.larger_share for one in levels(val_accuracy=accuracy) if one.larger_share] == [0.627]


def test_a_figure_that_is_no_accuracy_says_nothing() -> None:
    assert known(train_f1=flat(0.5)) == []


def test_a_preference_loss_begins_at_ln_two() -> None:
    assert known(None, **{"rewards/margins": flat(0.0), "rewards/chosen": flat(0.0)}) == [2]


def test_an_accuracy_near_a_common_count_names_that_first() -> None:
    assert known(val_accuracy=flat(0.0938)) == [10, 11]


class TestShares:
    def test_an_accuracy_that_never_changes_is_the_share_of_a_class(self) -> None:
        (level,) = [one for one in levels(val_accuracy=flat(0.75)) if one.larger_share]
        assert level.larger_share == 0.75
        assert level.level == pytest.approx(-0.75 * log(0.75) - 0.25 * log(0.25))

    @pytest.mark.parametrize("curve", [flat(0.75, 4), flat(0.75).noisy(0.001), flat(0.4), flat(1.0), flat(0.5)])
    def test_one_that_moves_or_says_nothing_of_two_classes_is_not(self, curve: Curve) -> None:
        assert not any(one.larger_share for one in levels(val_accuracy=curve))


def test_preference_tuning_begins_where_policy_and_reference_agree() -> None:
    found = [one for one in levels(None, **{"rewards/margins": flat(0.0)}) if one.is_preference]
    assert [one.classes for one in found] == [2]


def test_a_loss_that_begins_at_ln_ten_makes_half_an_accuracy_of_ten_classes() -> None:
    for first, told in ((2.3, False), (0.7, True), (1.6, True)):
        run = example_run(train_loss=decay(first, 0.5), val_accuracy=flat(0.48))
        assert any(one.by_accuracy and one.classes == 2 for one in ChanceLevels.measure(run).levels) is told


def test_classes_may_be_given_as_a_fraction_that_is_a_whole_number() -> None:
    for count, expected in ((10.0, [10]), (10.5, [])):
        run = Run("run", (), hyperparameters={"num_classes": count})
        assert [one.classes for one in ChanceLevels.measure(run).levels if not one.by_level_alone] == expected


@pytest.mark.parametrize("name", ["mean_token_accuracy", "token_acc", "eval_mean_token_accuracy"])
def test_a_share_of_tokens_is_no_guessing_among_classes(name: str) -> None:
    assert known(None, **{name: flat(0.5)}) == []


def test_one_answer_for_every_input_costs_at_least_what_its_share_says() -> None:
    assert least_of_one_answer(0.25) == pytest.approx(log(4))
    assert least_of_one_answer(25.0) == pytest.approx(log(4))
    assert least_of_one_answer(0.9) == pytest.approx(0.325, abs=1e-3)
    assert least_of_one_answer(0.0) == float("inf")


def test_single_classes_that_take_turns_are_shares_of_as_many_as_the_first_loss_names() -> None:
    turns = given([0.218, *[0.204] * 4, *[0.218] * 10])
    found = levels(train_loss=line(log(6), 1.772, 15), val_accuracy=turns)
    assert [one.classes for one in found if one.larger_share is not None] == [6]
    assert not [one for one in levels(train_loss=line(1.87, 1.772, 15), val_accuracy=turns) if one.larger_share]


@pytest.mark.parametrize(("end", "among_ten"), [(2.3, True), (4.4, False)])
def test_a_first_loss_thrown_high_does_not_say_more_classes_than_both_ends_do(end: float, among_ten: bool) -> None:
    found = known(
        train_loss=decay(log(100), 2.35, 20),
        val_loss=flat(end, 20),
        train_accuracy=flat(0.1, 20),
        val_accuracy=flat(0.1, 20),
    )
    assert (10 in found) is among_ten
