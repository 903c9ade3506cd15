"""Signs in a run of whether its weights, answers and gradients change."""

from __future__ import annotations

import numpy as np
import pytest

from logdoctor import Axis, example_run
from logdoctor.curves import Curve, decay, flat, given, line
from logdoctor.signals import UpdateSigns

FEW_ANSWERS = given([0.0988, 0.0871, 0.0871, 0.0888, 0.0871] * 4)


def signs_of(**curves: Curve) -> UpdateSigns:
    return UpdateSigns.measure(example_run(None, Axis.EPOCH, 0, train_loss=flat(2.3, 40).noisy(0.01), **curves))


class TestFrozen:
    def test_evaluations_that_are_all_the_same_say_that_no_weight_changes(self) -> None:
        assert signs_of(val_loss=flat(2.306, 20)).frozen == "val_loss is 2.31 at each of 20 values"
        assert not signs_of(val_loss=flat(2.306, 20)).moves

    @pytest.mark.parametrize("curve", [line(2.306, 2.3059, 20), flat(2.306, 20).noisy(1e-4), flat(2.306, 3)])
    def test_the_least_change_is_a_change_and_three_values_are_none(self, curve: Curve) -> None:
        assert not signs_of(val_loss=curve).frozen

    def test_batch_noise_alone_says_nothing(self) -> None:
        assert (signs_of().frozen, signs_of().moves) == ("", "")


class TestAnswers:
    def test_few_accuracies_near_chance_are_one_answer_for_every_input(self) -> None:
        found = signs_of(val_accuracy=FEW_ANSWERS)
        assert "3 different values in 20" in found.one_answer
        assert not found.many_answers

    def test_a_loss_that_stays_is_no_single_answer_where_a_rank_of_the_answers_moves(self) -> None:
        assert signs_of(val_loss=line(5.5363, 5.536, 20)).one_answer
        assert not signs_of(val_loss=line(5.5363, 5.536, 20), val_recall=line(0.8, 0.89, 20)).one_answer
        assert signs_of(val_loss=line(5.5363, 5.536, 20), val_r2=line(-1e-3, 2e-4, 20)).one_answer
        assert signs_of(val_loss=line(5.5363, 5.536, 20), val_mae=line(300.4, 300.0, 20)).one_answer

    def test_percentages_are_the_same(self) -> None:
        assert signs_of(val_accuracy=FEW_ANSWERS.scaled(100)).one_answer

    def test_accuracies_that_differ_are_answers_by_the_input(self) -> None:
        found = signs_of(val_accuracy=flat(0.1, 20).noisy(0.01))
        assert found.many_answers
        assert not found.one_answer

    @pytest.mark.parametrize(("kinds", "scale"), [(9, 1.0), (9, 100.0), (12, 1.0)])
    def test_classes_share_the_examples_so_that_their_shares_add_up_to_one(self, kinds: int, scale: float) -> None:
        shares = np.linspace(0.095, 0.111, kinds)[np.arange(25) % kinds] * scale
        assert bool(signs_of(val_accuracy=given(shares)).one_answer) is (kinds * 0.103 <= 1)

    def test_answers_may_change_until_all_are_one(self) -> None:
        changing = given([0.217, 0.233, 0.258, 0.267, 0.275, 0.292, 0.217, 0.267])
        found = signs_of(val_accuracy=changing.followed_by(flat(0.292, 20)))
        assert "0.292 at each of the last 14" in found.one_answer
        assert not found.many_answers
        assert signs_of(val_accuracy=flat(0.292, 20).followed_by(changing)).many_answers

    @pytest.mark.parametrize("curve", [flat(0.97, 20), flat(0.1, 5)], ids=["a good one", "a short one"])
    def test_a_good_or_short_accuracy_that_rests_is_no_guessing(self, curve: Curve) -> None:
        assert not signs_of(val_accuracy=curve).one_answer

    def test_one_accuracy_above_guessing_says_nothing_of_the_answers(self) -> None:
        found = signs_of(val_accuracy=flat(0.724, 31))
        assert not found.one_answer
        assert not found.many_answers

    def test_frozen_weights_need_no_second_reason(self) -> None:
        assert not signs_of(val_loss=flat(2.306, 20), val_accuracy=flat(0.1, 20)).one_answer


class TestGradients:
    def test_a_norm_that_only_grows_is_never_cleared(self) -> None:
        assert "from 9.59 to 181" in signs_of(grad_norm=line(1.0, 190.0, 100)).unused_gradients

    @pytest.mark.parametrize("curve", [flat(1.0), decay(1.0, 0.1), line(1.0, 5.0), line(1.0, 20.0).noisy(30.0)])
    def test_other_norms_are_not(self, curve: Curve) -> None:
        assert not signs_of(grad_norm=curve).unused_gradients

    def test_the_usual_norm_is_that_of_the_end(self) -> None:
        assert signs_of(grad_norm=flat(1.0, 90).followed_by(flat(1e-9, 10))).gradient == 1e-9
        assert signs_of().gradient is None

    def test_a_norm_that_calms_down_says_that_weights_change(self) -> None:
        calmed = signs_of(grad_norm=line(0.4, 0.05, 60).heavy_tailed(0.2))
        assert "falls from" in calmed.moves
        assert not signs_of(grad_norm=flat(0.4, 60).heavy_tailed(0.2)).moves


class TestSteps:
    def test_evaluations_that_fall_one_by_one_creep(self) -> None:
        assert "creeps down from 1.514 to 1.509" in signs_of(val_loss=line(1.514, 1.509, 40)).creeps

    def test_digits_that_repeat_do_not_hide_it(self) -> None:
        assert signs_of(val_loss=Curve(np.round(line(1.514, 1.509, 40).values, 3))).creeps

    @pytest.mark.parametrize(
        "curve",
        [line(2.31, 2.3, 40).noisy(0.01), decay(2.33, 2.31, 40, half_life=0.1), line(2.3, 2.2, 4), line(2.2, 2.3, 40)],
        ids=["wanders", "has levelled off", "few", "rises"],
    )
    def test_others_do_not(self, curve: Curve) -> None:
        assert not signs_of(val_loss=curve).creeps

    def test_one_answer_whose_loss_jumps_is_restless(self) -> None:
        jumps = given([2.33, 2.57, 2.45, 2.64, 2.51, 2.35, 2.47, 2.58] * 2)
        assert "though all inputs get one answer" in signs_of(val_loss=jumps, val_accuracy=FEW_ANSWERS).restless
        assert not signs_of(val_loss=flat(2.31, 16).noisy(0.003), val_accuracy=FEW_ANSWERS).restless
        assert not signs_of(val_loss=jumps, val_accuracy=flat(0.1, 16).noisy(0.01)).restless


class TestSaturated:
    @pytest.mark.parametrize(("loss", "accuracy"), [(14.47, 0.102), (5.85, 63.3)], ids=["of ten", "of two, in percent"])
    def test_wrong_answers_given_with_certainty_cost_what_clipping_leaves(self, loss: float, accuracy: float) -> None:
        run = example_run(None, Axis.EPOCH, 0, train_loss=flat(loss, 20), train_accuracy=flat(accuracy, 20))
        assert "given with certainty" in UpdateSigns.measure(run).saturated

    def test_other_losses_are_not_that(self) -> None:
        assert not signs_of(train_accuracy=flat(0.1, 40)).saturated
        assert not signs_of().saturated


class TestStopped:
    def test_epochs_that_are_the_same_after_some_that_were_not_say_that_nothing_moves_any_more(self) -> None:
        run = example_run(None, Axis.EPOCH, 0, train_loss=given([2.35, 2.3, 2.29]).followed_by(flat(2.286, 17)))
        assert "stays at 2.29" in UpdateSigns.measure(run).stopped

    @pytest.mark.parametrize(
        "curve",
        [flat(2.3, 20), decay(2.35, 2.3, 20), given([2.35]).followed_by(flat(2.3, 19).noisy(1e-4)), flat(2.3, 5)],
        ids=["never moved", "comes to rest", "biases still move", "short"],
    )
    def test_other_losses_do_not(self, curve: Curve) -> None:
        assert not UpdateSigns.measure(example_run(None, Axis.EPOCH, 0, train_loss=curve)).stopped

    def test_validation_that_moves_shows_that_the_weights_do(self) -> None:
        curve = given([2.35, 2.3, 2.29]).followed_by(flat(2.286, 17))
        beside = flat(2.3, 20).noisy(2e-4)
        assert not UpdateSigns.measure(example_run(None, Axis.EPOCH, 0, train_loss=curve, val_loss=beside)).stopped

    def test_steps_of_one_batch_each_say_nothing(self) -> None:
        curve = given([2.35, 2.3]).followed_by(flat(2.29, 18))
        assert not UpdateSigns.measure(example_run(None, Axis.STEP, 0, train_loss=curve)).stopped


class TestDiedAtOnce:
    def test_all_epochs_alike_but_the_first_say_that_weights_moved_in_that_one_alone(self) -> None:
        run = example_run(None, Axis.EPOCH, 0, train_loss=given([1.9112]).followed_by(flat(1.9105, 9)))
        assert "1.9112 in the first epoch and 1.9" in UpdateSigns.measure(run).died_at_once

    @pytest.mark.parametrize(
        "curve",
        [flat(1.91, 10), given([1.91051]).followed_by(flat(1.9105, 9)), given([1.92]).followed_by(flat(1.91, 5))],
        ids=["never moved", "rounding", "short"],
    )
    def test_others_do_not(self, curve: Curve) -> None:
        assert not UpdateSigns.measure(example_run(None, Axis.EPOCH, 0, train_loss=curve)).died_at_once


def test_evaluations_that_fall_one_by_one_descend_even_where_they_come_to_rest() -> None:
    found = signs_of(val_loss=decay(4.21, 4.19, 8))
    assert found.descends
    assert not signs_of(val_loss=flat(4.2, 20).noisy(0.01)).descends
