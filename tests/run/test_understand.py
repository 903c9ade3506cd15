"""Which curve is which, given all the curves that stand beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logdoctor.run import Axis, Role, Run, Series, Split, roles
from logdoctor.run.reasons import reason
from logdoctor.run.understand import understand


def named(*names: str, split: Split = Split.NONE) -> list[Series]:
    """Return a series of three points for each name, of a split that its folder gave it."""
    return [replace(Series.of(name, [0, 1, 2], [3.0, 2.0, 1.0]), split=split) for name in names]


def roles_of(*series: Series) -> dict[str, type[Role]]:
    return {one.name: one.role for one in understand(series)}


def best(role: type[Role], *names: str) -> str | None:
    """Return the name of the series that a rule gets which asks for the role."""
    found = Run("run", understand(named(*names))).find(role)
    return None if found is None else found.name


def test_the_second_of_several_is_no_share_of_variance() -> None:
    assert roles_of(*named("loss", "r1", "r2", "r3"))["r2"] is roles.Unknown
    assert roles_of(*named("loss", "val_r2"))["val_r2"] is roles.ValMetric


def test_beside_an_advantage_no_loss_is_judged() -> None:
    assert roles_of(*named("train/loss", "train/mean_advantage"))["train/loss"] is roles.PolicyLoss


def test_beside_a_surrogate_below_zero_no_loss_is_judged() -> None:
    surrogate = Series.of("policy_loss", [0, 1, 2], [0.01, -0.02, -0.01])
    assert roles_of(*named("loss", "value_loss"), surrogate)["loss"] is roles.PolicyLoss
    assert roles_of(*named("loss", "value_loss", "policy_loss"))["loss"] is roles.TrainLoss


def test_a_margin_of_metric_learning_is_none_of_preference_tuning() -> None:
    assert roles_of(*named("loss", "loss_margin", "reward"))["loss"] is roles.PolicyLoss
    assert roles_of(*named("loss", "rewards/margins", "rewards/chosen"))["loss"] is roles.TrainLoss


def test_what_succeeded_among_classified_data_is_no_return_of_an_agent() -> None:
    """Adversarial training against generated images: `gen_success` says how many of them deceived."""
    found = roles_of(*named("loss", "model_acc", "val_loss", "val_acc", "gen_success"))
    assert found["loss"] is roles.TrainLoss
    assert found["val_loss"] is roles.ValLoss
    assert found["gen_success"] is roles.TrainMetric
    assert roles_of(*named("loss", "success_rate"))["loss"] is roles.PolicyLoss
    assert roles_of(*named("loss", "val_acc", "mean_success_reward"))["loss"] is roles.PolicyLoss


def test_what_is_only_called_a_loss_is_the_sum_of_its_folder() -> None:
    assert best(roles.TrainLoss, "bc/ent_loss", "bc/loss", "bc/l2_loss") == "bc/loss"


def test_what_was_not_chosen_earns_no_return() -> None:
    """OpenRLHF's reward models log `chosen_reward` and `reject_reward`, which falls when all is well."""
    found = roles_of(*named("train/loss", "train/chosen_reward", "train/reject_reward"))
    assert found["train/reject_reward"] is found["train/chosen_reward"] is roles.Unknown
    assert found["train/loss"] is roles.TrainLoss


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ({"0-logloss": 0.1, "1-logloss": 0.3, "0-auc": 0.9, "1-auc": 0.8}, roles.TrainLoss),
        ({"0-logloss": 0.1, "1-logloss": 0.3, "0-auc": 0.7, "1-auc": 0.8}, roles.ValLoss),
        ({"0-logloss": 0.4, "1-logloss": 0.3}, roles.ValLoss),
        ({"0-logloss": 0.1}, roles.ValLoss),
        ({"0-my_loss": 0.1, "1-my_loss": 0.3}, roles.ValLoss),
    ],
)
def test_the_first_of_two_sets_of_xgboost_is_that_of_training_where_it_ends_better(
    ends: dict[str, float], expected: type[Role]
) -> None:
    found = understand(Series.of(f"validation_{name}", [0, 1], [0.6, end]) for name, end in ends.items())
    loss = next(one for one in found if one.name.startswith("validation_0") and issubclass(one.role, roles.Loss))
    assert (loss.role, loss.split) == (expected, Split.TRAIN if expected is roles.TrainLoss else Split.VALIDATION)


def test_an_equation_without_test_points_has_no_validation() -> None:
    columns = named("Train loss", "Test loss", "Test metric")
    assert roles_of(*columns)["Test loss"] is roles.Unknown
    apart = [columns[0], Series.of("Test loss", [0, 1, 2], [3.0, 2.0, 1.1]), columns[2]]
    assert roles_of(*apart)["Test loss"] is roles.ValLoss
    assert roles_of(*columns[:2])["Test loss"] is roles.ValLoss


def test_the_mean_of_an_evaluation_is_shown_before_one_of_its_batches() -> None:
    assert best(roles.ValLoss, "train loss", "val loss", "val loss_avg") == "val loss_avg"
    assert best(roles.TrainLoss, "train loss", "train loss_avg", "val loss") == "train loss"
    assert best(roles.ValMetric, "val top1", "val top1_avg") == "val top1_avg"


@pytest.mark.parametrize("other", ["val_average_precision", "val_mean_acc", "val_old_acc", "val_macro_avg_f1"])
def test_a_mean_of_something_else_is_no_mean_of_the_evaluation(other: str) -> None:
    assert best(roles.ValMetric, "train_loss", "val_acc", other) == "val_acc"


class TestMeters:
    """`AverageMeter` of PyTorch's examples holds `val`, the value now, and `avg`."""

    def test_the_value_now_is_no_validation(self) -> None:
        found = roles_of(*named("batch_time_val", "batch_time_avg", "loss_val", "loss_avg", "acc_val", "acc_avg"))
        assert found["loss_val"] is found["loss_avg"] is roles.TrainLoss
        assert found["acc_val"] is roles.TrainMetric
        assert best(roles.TrainLoss, "loss_val", "loss_avg") == "loss_val"
        assert roles_of(*named("Loss.val", "train/Loss.avg"))["Loss.val"] is roles.TrainLoss

    @pytest.mark.parametrize("others", [("train_loss",), ("loss_train",), ("train/loss",)])
    def test_it_is_of_validation_beside_that_of_training(self, others: tuple[str, ...]) -> None:
        assert roles_of(*named(*others, "loss_val", "loss_avg"))["loss_val"] is roles.ValLoss

    def test_so_are_all_beside_one_of_training(self) -> None:
        found = roles_of(*named("loss_train", "loss_val", "loss_avg", "acc_val", "acc_avg"))
        assert found["acc_val"] is roles.ValMetric

    def test_it_is_of_validation_where_both_tell_of_whole_epochs(self) -> None:
        epochs = [replace(one, axis=Axis.EPOCH) for one in named("loss_avg", "loss_val")]
        assert roles_of(*epochs)["loss_val"] is roles.ValLoss

    def test_each_split_has_meters_of_its_own(self) -> None:
        found = roles_of(*named("train/loss_val", "train/loss_avg", "val/loss_val", "val/loss_avg"))
        assert found["train/loss_val"] is roles.TrainLoss
        assert found["val/loss_val"] is roles.ValLoss

    def test_it_is_of_validation_where_it_was_logged_less_often(self) -> None:
        seldom = Series.of("loss_val", [2], [1.0])
        assert roles_of(*named("loss", "loss_avg"), seldom)["loss_val"] is roles.ValLoss


class TestMainLoss:
    @pytest.mark.parametrize(
        ("names", "train", "val"),
        [
            (("loss", "val_loss", "accuracy", "val_accuracy"), "loss", "val_loss"),  # Keras
            (("train/loss", "eval/loss", "train/learning_rate", "train/epoch"), "train/loss", "eval/loss"),  # HF
            (("train_loss_step", "train_loss_epoch", "val_loss", "epoch"), "train_loss_step", "val_loss"),  # Lightning
            (("lm loss vs samples", "lm loss", "lm loss validation", "loss-scale"), "lm loss", "lm loss validation"),
            (("train/box_loss", "train/cls_loss", "val/box_loss", "val/cls_loss"), "train/box_loss", "val/box_loss"),
            (("recon_loss", "kl_loss", "loss"), "loss", None),  # the sum, not a term
            (("loss_disc", "loss_gen", "loss_fm", "loss_mel", "loss_kl"), "loss_mel", None),  # VITS: features, no loss
            (("fm_loss", "dur_loss"), "fm_loss", None),  # flows are matched
            (("minibatch_train_losses", "train_losses", "test_losses"), "train_losses", "test_losses"),  # DeepOBS
            (("train_mse", "val_mse"), "train_mse", "val_mse"),  # no loss but an error: that was minimised
            (("learning_rate", "epoch"), None, None),
        ],
    )
    def test_the_loss_that_rules_get(self, names: tuple[str, ...], train: str | None, val: str | None) -> None:
        assert (best(roles.TrainLoss, *names), best(roles.ValLoss, *names)) == (train, val)

    def test_a_term_of_which_there_is_nothing_is_not_the_loss(self) -> None:
        """Ultralytics on images without any box: there is no box to be off."""
        terms = named("train/box_loss", "train/cls_loss", "val/box_loss", "val/cls_loss")
        found = roles_of(Series.of("train/box_loss", [0, 1, 2], [0.0, 0.0, 0.0]), *terms[1:])
        assert found["train/cls_loss"] is roles.TrainLoss
        assert found["val/cls_loss"] is roles.ValLoss

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
    def test_the_order_in_the_file_does_not_matter(self, order: tuple[int, ...]) -> None:
        names = ("epoch_train_loss", "train_loss", "val_loss_epoch", "val_loss")
        shuffled = tuple(names[i] for i in order)
        assert best(roles.TrainLoss, *shuffled) == "train_loss"
        assert best(roles.ValLoss, *shuffled) == "val_loss"

    def test_a_term_stays_a_term_where_the_sum_is_logged(self) -> None:
        assert roles_of(*named("loss", "box_loss"))["box_loss"] is roles.TrainComponentLoss

    def test_only_one_term_is_promoted(self) -> None:
        found = roles_of(*named("train/cls_loss", "train/box_loss", "val/box_loss"))
        assert found == {
            "train/box_loss": roles.TrainLoss,
            "val/box_loss": roles.ValLoss,
            "train/cls_loss": roles.TrainComponentLoss,
        }

    def test_an_error_is_no_loss_where_a_loss_is_logged(self) -> None:
        assert roles_of(*named("loss", "mse"))["mse"] is roles.TrainError

    def test_splits_alone_are_losses_where_they_fall(self) -> None:
        assert roles_of(*named("train", "val")) == {"train": roles.TrainLoss, "val": roles.ValLoss}

    def test_sums_that_are_called_after_splits_are_losses_where_they_fall_and_no_loss_has_a_name(self) -> None:
        found = understand(named("train_total", "val_total", "train_cls", "val_cls"))
        sums = {"train_total": roles.TrainLoss, "val_total": roles.ValLoss}
        assert {one.name: one.role for one in found} == sums | dict.fromkeys(("train_cls", "val_cls"), roles.Unknown)
        assert reason(found[0]) == "the sum of a split's terms"
        assert roles_of(*named("loss", "train_total", "val_total"))["train_total"] is roles.Unknown
        counts = [Series.of(name, [0, 1, 2], [400.0] * 3) for name in ("train_total", "val_total")]
        assert set(roles_of(*counts).values()) == {roles.Unknown}

    def test_shares_that_are_called_after_splits_beside_a_loss_are_scores(self) -> None:
        loss = Series.of("Loss", [0, 1, 2], [1.9, 1.2, 0.5])
        train, val = Series.of("Train", [0, 1, 2], [0.2, 0.7, 0.95]), Series.of("Val", [0, 1, 2], [0.2, 0.5, 0.45])
        found = roles_of(loss, train, val)  # the examples of PyTorch Geometric
        assert found == {"Loss": roles.TrainLoss, "Train": roles.TrainMetric, "Val": roles.ValMetric}
        soon = Series.of("Train", range(9), [0.4, 0.9, 1, 1, 1, 1, 1, 1, 1]), Series.of("Val", range(9), [0.2] * 9)
        assert roles_of(loss, *soon)["Train"] is roles.TrainMetric
        errors = (Series.of("Train", [0, 1, 2], [0.9, 0.7, 0.5]), Series.of("Val", [0, 1, 2], [0.95, 0.8, 0.7]))
        assert roles_of(loss, *errors)["Train"] is roles.Unknown
        ratings = (Series.of("Train", [0, 1, 2], [1.0, 1.1, 1.2]), Series.of("Val", [0, 1, 2], [1.0, 1.1, 1.3]))
        assert roles_of(loss, *ratings)["Val"] is roles.Unknown

    @pytest.mark.parametrize(
        ("train", "val"),
        [
            ([0.694, 0.693, 0.694], [0.69, 0.71, 0.72]),  # learns nothing, and gets worse
            ([0.8, 0.4, 0.2, 0.2, 0.2, 0.95], [0.9, 0.5, 0.3, 0.3, 0.3, 0.3]),  # breaks in the end
            ([0.2, 0.5, 0.8], [0.9, 0.5, 0.3]),
        ],
    )
    def test_splits_alone_beside_a_term_of_the_loss_are_no_scores_where_in_doubt(
        self, train: list[float], val: list[float]
    ) -> None:
        at = range(len(train))
        term = Series.of("kl_loss", at, np.linspace(2, 1, len(train)))
        found = roles_of(term, Series.of("train", at, train), Series.of("val", at, val))
        assert {found["train"], found["val"]} == {roles.Unknown}

    def test_curves_of_both_splits_that_become_nan_are_losses(self) -> None:
        train, val = Series.of("tr", [0, 1, 2], [0.7, 12.0, np.nan]), Series.of("va", [0, 1, 2], [0.9, 90.0, np.nan])
        assert roles_of(train, val) == {"tr": roles.TrainLoss, "va": roles.ValLoss}

    def test_a_bare_validation_beside_the_loss_of_training_is_its_loss(self) -> None:
        loss, val = named("loss", "val")
        assert roles_of(loss, val)["val"] is roles.ValLoss
        accuracy = replace(val, values=np.array([0.3, 0.5, 0.6]))
        assert roles_of(loss, accuracy)["val"] is roles.Unknown

    def test_splits_alone_are_nothing_beside_a_loss(self) -> None:
        assert roles_of(*named("Loss", "Train", "Val"))["Train"] is roles.Unknown

    def test_splits_alone_that_rise_are_nothing(self) -> None:
        rising = [Series.of(name, [0, 1, 2], [0.25, 0.5, 0.75]) for name in ("Train", "Val")]
        assert set(roles_of(*rising).values()) == {roles.Unknown}

    def test_a_bare_training_that_is_the_only_curve_is_its_loss_if_it_falls(self) -> None:
        (falling,) = named("train")
        assert roles_of(falling)["train"] is roles.TrainLoss
        assert roles_of(replace(falling, values=falling.values[::-1]))["train"] is roles.Unknown
        assert roles_of(falling, *named("size"))["train"] is roles.Unknown

    def test_a_bare_validation_alone_is_nothing(self) -> None:
        assert roles_of(*named("val"))["val"] is roles.Unknown


class TestSplit:
    def test_the_folder_gives_the_split_where_the_name_has_none(self) -> None:
        (series,) = understand(named("epoch_loss", split=Split.VALIDATION))
        assert (series.split, series.role) == (Split.VALIDATION, roles.ValLoss)

    def test_the_name_goes_before_the_folder(self) -> None:
        (series,) = understand(named("val_loss", split=Split.TRAIN))
        assert (series.split, series.role) == (Split.VALIDATION, roles.ValLoss)

    def test_one_name_in_two_folders_is_two_curves(self) -> None:
        train, val = named("epoch_loss", split=Split.TRAIN), named("epoch_loss", split=Split.VALIDATION)
        assert [one.role for one in understand(train + val)] == [roles.TrainLoss, roles.ValLoss]

    def test_a_test_curve_plays_validation_where_there_is_none(self) -> None:
        assert roles_of(*named("train_loss", "test_loss"))["test_loss"] is roles.ValLoss

    def test_a_test_curve_stays_one_beside_validation(self) -> None:
        assert roles_of(*named("train_loss", "val_loss", "test_loss"))["test_loss"] is roles.TestLoss

    def test_several_sets_to_validate_on_have_a_loss_each(self) -> None:
        found = roles_of(*named("loss", "eval_wiki_loss", "eval_wiki_runtime", "eval_code_loss", "eval_code_runtime"))
        assert (found["eval_wiki_loss"], found["eval_code_loss"]) == (roles.ValLoss, roles.ValLoss)

    def test_a_term_is_no_set_of_its_own(self) -> None:
        assert roles_of(*named("loss", "val_box_loss", "eval_runtime"))["val_box_loss"] is roles.ValComponentLoss

    def test_the_loss_of_a_value_is_none_of_validation_where_it_and_a_policys_are_the_loss(self) -> None:
        policy, value, other = [2.0, 1.5, 1.25], [0.5, 0.25, 0.5], [0.5, 0.5, 0.5]
        total = Series.of("loss", [0, 1, 2], [2.5, 1.75, 1.75])
        terms = Series.of("pol_loss", [0, 1, 2], policy), Series.of("val_loss", [0, 1, 2], value)
        assert roles_of(total, *terms)["val_loss"] is roles.PolicyLoss
        assert roles_of(total, terms[0], Series.of("val_loss", [0, 1, 2], other))["val_loss"] is roles.ValLoss
        assert roles_of(total, terms[1])["val_loss"] is roles.ValLoss

    @pytest.mark.parametrize("loss", [[2.5, 1.75, 1.5], [float("nan")] * 3])
    def test_a_copy_of_the_loss_beside_a_term_of_nothing_is_validation(self, loss: list[float]) -> None:
        curves = {"loss": loss, "p_loss": [loss[0] * 0.0, 0.0, 0.0], "val_loss": loss}
        found = roles_of(*(Series.of(name, [0, 1, 2], values) for name, values in curves.items()))
        assert found["val_loss"] is roles.ValLoss

    def test_games_that_were_lost_are_no_loss(self) -> None:
        found = roles_of(*named("loss", "eval_win", "eval_draw", "eval_loss"))
        assert (found["loss"], found["eval_loss"]) == (roles.TrainLoss, roles.Unknown)

    def test_the_losses_of_spacy_are_sums_and_its_scores_of_held_out_data(self) -> None:
        found = roles_of(*named("LOSS TOK2VEC", "LOSS NER", "ENTS_F", "SCORE"))
        assert found["LOSS TOK2VEC"] is found["LOSS NER"] is roles.Unknown
        assert found["ENTS_F"] is found["SCORE"] is roles.ValMetric

    def test_a_loss_that_is_summed_up_since_the_beginning_is_no_curve(self) -> None:
        epochs = np.arange(20)
        total = Series.of("loss", epochs, np.cumsum(4.2 - 0.07 * epochs))
        assert roles_of(total)["loss"] is roles.Unknown
        assert reason(understand([total])[0]) == "a sum since the beginning"
        of_all_words = Series.of("loss", epochs[:5], [745896.8, 1403872.8, 2022238.9, 2552523.3, 3065000.3])
        assert roles_of(of_all_words)["loss"] is roles.Unknown

    def test_a_loss_that_rises_is_no_sum(self) -> None:
        epochs = np.arange(20)
        for rises in (2.3 + 0.9 * epochs, 2.3 * 1.4**epochs, np.minimum(2.3 + 8.0 * epochs, 30.0), 2.3 + 0.0 * epochs):
            assert roles_of(Series.of("loss", epochs, rises))["loss"] is roles.TrainLoss

    def test_a_loss_that_is_thrown_and_comes_to_rest_is_no_sum(self) -> None:
        for thrown in (
            [0.69, 1.2, 1.2, 1.2, 1.2, 1.2],
            [1.0, 1.6, 2.1, 2.5, 2.8],
            20.0 * np.sqrt(1.0 + 3 * np.arange(9)),
        ):
            assert roles_of(Series.of("loss", np.arange(len(thrown)), thrown))["loss"] is roles.TrainLoss

    def test_what_is_added_to_the_losses_of_a_gan_stands_for_none(self) -> None:
        found = roles_of(*named("Loss/G/loss", "Loss/D/loss", "Loss/r1_penalty", "Loss/scores/real"))
        assert found["Loss/r1_penalty"] is found["Loss/scores/real"] is roles.TrainComponentLoss

    def test_a_loss_in_capitals_is_one_without_the_score_of_spacy(self) -> None:
        assert roles_of(*named("LOSS NER", "LOSS TAGGER"))["LOSS NER"] is roles.TrainLoss

    @pytest.mark.parametrize("name", ["mAP50", "bleu", "miou"])
    def test_what_nobody_computes_on_training_data_is_validation(self, name: str) -> None:
        (series,) = understand(named(name))
        assert (series.split, series.role) == (Split.VALIDATION, roles.ValMetric)

    def test_unless_validation_has_one_by_name(self) -> None:
        found = roles_of(*named("mAP", "validation mAP"))
        assert (found["mAP"], found["validation mAP"]) == (roles.TrainMetric, roles.ValMetric)

    def test_a_metric_beside_losses_of_both_splits_is_that_of_validation_unless_validation_has_its_own(self) -> None:
        assert roles_of(*named("train_loss", "valid_loss", "accuracy"))["accuracy"] is roles.ValMetric
        assert roles_of(*named("train_loss", "val_loss", "acc", "val_acc"))["acc"] is roles.TrainMetric

    def test_a_metric_at_every_validation_alone_is_validations_though_training_names_no_split(self) -> None:
        """Detectron: `total_loss` every few steps, `validation_loss` and `accuracy` once an epoch."""
        often, seldom = np.arange(30), np.arange(9, 30, 10)
        rarely = [Series.of("validation_loss", seldom, [2.0, 1.5, 1.2]), Series.of("accuracy", seldom, [0.3, 0.5, 0.6])]
        assert roles_of(Series.of("total_loss", often, 3.0 - often / 20), *rarely)["accuracy"] is roles.ValMetric
        beside = Series.of("total_loss", seldom, [2.1, 1.4, 1.1])
        assert roles_of(beside, *rarely)["accuracy"] is roles.TrainMetric

    def test_unless_its_name_says_otherwise(self) -> None:
        assert roles_of(*named("train/miou"))["train/miou"] is roles.TrainMetric


class TestReinforcement:
    def test_where_a_return_is_logged_no_loss_is_judged(self) -> None:
        found = roles_of(*named("rollout/ep_rew_mean", "train/loss", "train/value_loss"))
        assert found["train/loss"] is found["train/value_loss"] is roles.PolicyLoss

    def test_preference_tuning_logs_rewards_and_has_a_loss(self) -> None:
        found = roles_of(*named("rewards/chosen", "rewards/rejected", "rewards/margins", "loss"))
        assert found["loss"] is roles.TrainLoss


class TestOverrides:
    def test_the_user_knows_better(self) -> None:
        (series,) = understand(named("objective/total"), {roles.ValLoss: ("objective*",)})
        assert (series.role, series.split) == (roles.ValLoss, Split.VALIDATION)

    def test_patterns_fit_whole_names(self) -> None:
        (series,) = understand(named("my_objective"), {roles.ValLoss: ("objective*",)})
        assert series.role is not roles.ValLoss


@pytest.mark.parametrize("name", ["Loss_D", "loss_scale", "best_val_loss", "grad_norm", "epoch", "weights/0"])
def test_what_is_no_loss_is_never_promoted_to_one(name: str) -> None:
    assert best(roles.TrainLoss, name) is None
    assert best(roles.ValLoss, name) is None


def test_points_are_left_as_they_are() -> None:
    before = named("loss", "val_loss")
    after = understand(before)
    assert {(one.name, tuple(one.values)) for one in after} == {(one.name, tuple(one.values)) for one in before}


class TestChoice:
    def test_a_role_that_the_user_gives_comes_before_every_guess(self) -> None:
        found = understand(named("loss", "objective/foo"), {roles.TrainLoss: ("objective*",)})
        assert Run("run", found).find(roles.TrainLoss).name == "objective/foo"  # type: ignore[union-attr]

    def test_the_total_comes_before_a_term_of_as_plain_a_name(self) -> None:
        assert best(roles.TrainLoss, "loss_ce", "loss_dice", "total_loss") == "total_loss"  # Mask2Former
        assert best(roles.TrainLoss, "total_loss", "loss") == "loss"

    def test_a_final_summary_is_no_curve(self) -> None:
        summary = Series.of("loss", [900], [0.1])
        found = understand([summary, *named("train/loss")])
        assert Run("run", found).find(roles.TrainLoss).name == "train/loss"  # type: ignore[union-attr]


def test_what_is_maximised_is_no_loss() -> None:
    assert roles_of(*named("neg_loss", "kl")) == {"neg_loss": roles.Unknown, "kl": roles.KlDivergence}
    bound = Series.of("elbo", [0, 1, 2], [-38.0, -31.0, -29.0])
    assert roles_of(bound, *named("kl"))["elbo"] is roles.Unknown


def test_a_bound_above_zero_that_falls_is_a_loss() -> None:
    assert roles_of(*named("ELBO", "test ELBO", "KL"))["test ELBO"] is roles.ValLoss
    assert roles_of(*named("loss", "elbo"))["elbo"] is roles.Unknown


def test_the_norm_that_scikit_learn_prints_is_of_weights() -> None:
    assert roles_of(*named("Norm", "NNZs", "Avg. loss"))["Norm"] is roles.Unknown
    assert roles_of(*named("norm", "trl"))["norm"] is roles.GradNorm  # llm.c
