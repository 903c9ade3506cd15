"""What a name says: names as the frameworks log them, with the split and the role that they must be given."""

from __future__ import annotations

import pytest

from logdoctor.run import naming, roles
from logdoctor.run.roles import Role
from logdoctor.run.series import Split

TRAIN, VALIDATION, TEST, NONE = Split.TRAIN, Split.VALIDATION, Split.TEST, Split.NONE

NAMES: list[tuple[str, Split, type[Role]]] = [
    # the training loss
    ("loss", NONE, roles.TrainLoss),
    ("train_loss", TRAIN, roles.TrainLoss),
    ("train/loss", TRAIN, roles.TrainLoss),
    ("Loss/train", TRAIN, roles.TrainLoss),
    ("training_loss", TRAIN, roles.TrainLoss),
    ("Training Loss", TRAIN, roles.TrainLoss),
    ("trainLoss", TRAIN, roles.TrainLoss),
    ("train_losses", TRAIN, roles.TrainLoss),
    ("train_loss_step", TRAIN, roles.TrainLoss),
    ("train_loss_epoch", TRAIN, roles.TrainLoss),
    ("epoch_loss", NONE, roles.TrainLoss),
    ("total_loss", NONE, roles.TrainLoss),
    ("Tot Loss", NONE, roles.TrainLoss),
    ("lm loss", NONE, roles.TrainLoss),
    ("lm loss vs samples", NONE, roles.TrainLoss),
    ("reduced_train_loss", TRAIN, roles.TrainLoss),
    ("loss_metrics/global_avg_loss", NONE, roles.TrainLoss),
    ("learning/loss", NONE, roles.TrainLoss),
    ("loss/train/total", TRAIN, roles.TrainLoss),
    ("Train/Samples/train_loss", TRAIN, roles.TrainLoss),
    ("trl", TRAIN, roles.TrainLoss),
    ("nll", NONE, roles.TrainLoss),
    ("train_cross_entropy", TRAIN, roles.TrainLoss),
    ("train_accu", TRAIN, roles.TrainMetric),
    # the validation loss
    ("val_loss", VALIDATION, roles.ValLoss),
    ("valid_loss", VALIDATION, roles.ValLoss),
    ("eval_loss", VALIDATION, roles.ValLoss),
    ("eval/loss", VALIDATION, roles.ValLoss),
    ("validation_loss", VALIDATION, roles.ValLoss),
    ("Loss/val", VALIDATION, roles.ValLoss),
    ("lm loss validation", VALIDATION, roles.ValLoss),
    ("validation_metrics/loss", VALIDATION, roles.ValLoss),
    ("evaluation/loss", VALIDATION, roles.ValLoss),
    ("evaluation_loss_vs_iterations", VALIDATION, roles.ValLoss),
    ("val_loss/dataloader_idx_0", VALIDATION, roles.ValLoss),
    ("Train/Samples/eval_loss", VALIDATION, roles.ValLoss),
    ("dev_loss", VALIDATION, roles.ValLoss),
    ("tel", VALIDATION, roles.ValLoss),
    ("test_loss", TEST, roles.TestLoss),
    ("Loss on the test set", TEST, roles.TestLoss),
    ("Loss in Validation data", VALIDATION, roles.ValLoss),
    ("loss for training", TRAIN, roles.TrainLoss),
    ("test/SoftmaxWithLoss1", TEST, roles.ValComponentLoss),
    ("Accuracy1", NONE, roles.TrainMetric),
    # terms of a sum
    ("train/box_loss", TRAIN, roles.TrainComponentLoss),
    ("val/box_loss", VALIDATION, roles.ValComponentLoss),
    ("train/cls_loss", TRAIN, roles.TrainComponentLoss),
    ("loss_ce_0", NONE, roles.TrainLoss),
    ("kl_loss", NONE, roles.TrainComponentLoss),
    ("aux_loss", NONE, roles.TrainComponentLoss),
    # losses whose level means nothing
    ("d_loss", NONE, roles.AdversarialLoss),
    ("g_loss", NONE, roles.AdversarialLoss),
    ("Loss_D", NONE, roles.AdversarialLoss),
    ("loss/discriminator", NONE, roles.AdversarialLoss),
    ("errG", NONE, roles.AdversarialLoss),
    ("losses/value_loss", NONE, roles.PolicyLoss),
    ("train/policy_gradient_loss", TRAIN, roles.PolicyLoss),
    ("losses/qf1_loss", NONE, roles.PolicyLoss),
    ("train/entropy_loss", TRAIN, roles.PolicyLoss),
    # what a policy does
    ("entropy", NONE, roles.Entropy),
    ("train/entropy", TRAIN, roles.Entropy),
    ("objective/entropy", NONE, roles.Entropy),
    ("actor/entropy", NONE, roles.Entropy),
    ("kl", NONE, roles.KlDivergence),
    ("train/approx_kl", TRAIN, roles.KlDivergence),
    ("losses/approx_kl", NONE, roles.KlDivergence),
    ("objective/kl", NONE, roles.KlDivergence),
    ("policy/approxkl_avg", NONE, roles.KlDivergence),
    ("entropy_coef", NONE, roles.Unknown),
    ("train/attention_entropy", TRAIN, roles.Unknown),
    ("kl_coef", NONE, roles.Unknown),
    # a policy's rewards as TRL groups them
    ("objective/rlhf_reward", NONE, roles.Reward),
    ("train/objective/rlhf_reward", TRAIN, roles.Reward),
    ("objective/scores", NONE, roles.Unknown),
    ("objective/non_score_reward", NONE, roles.Unknown),
    ("objective", NONE, roles.TrainLoss),
    ("train/objective", TRAIN, roles.TrainLoss),
    # no losses, though the word is in the name
    ("loss_scale", NONE, roles.LossScale),
    ("loss-scale", NONE, roles.LossScale),
    ("train/loss_scale", TRAIN, roles.LossScale),
    ("grad_scale", NONE, roles.LossScale),
    ("loss_weight", NONE, roles.Setup),
    ("best_val_loss", VALIDATION, roles.Setup),
    ("val_loss__MIN", VALIDATION, roles.Setup),
    # YOLOv10's losses of two heads
    ("train/box_om", TRAIN, roles.TrainComponentLoss),
    ("val/dfl_oo", VALIDATION, roles.ValComponentLoss),
    ("room_box_om", NONE, roles.Unknown),
    # the learning rate
    ("lr", NONE, roles.LearningRate),
    ("learning_rate", NONE, roles.LearningRate),
    ("learning-rate", NONE, roles.LearningRate),
    ("Learning rate", NONE, roles.LearningRate),
    ("train/learning_rate", TRAIN, roles.LearningRate),
    ("learning_rates/generator", NONE, roles.LearningRate),
    ("lrs", NONE, roles.LearningRate),
    ("lr-AdamW", NONE, roles.LearningRate),
    ("lr-AdamW/pg1", NONE, roles.LearningRate),
    ("lr-DecoupledAdamW/group0", NONE, roles.LearningRate),
    ("x/lr0", NONE, roles.LearningRate),
    ("epoch_learning_rate", NONE, roles.LearningRate),
    ("train_lr", TRAIN, roles.LearningRate),
    ("charts/learning_rate", NONE, roles.LearningRate),
    ("lr(CosineAnnealingDecay)", NONE, roles.LearningRate),
    ("lr-Adam-momentum", NONE, roles.Setup),
    ("Train-SmoothL1", TRAIN, roles.TrainComponentLoss),
    # the gradient
    ("grad_norm", NONE, roles.GradNorm),
    ("grad-norm", NONE, roles.GradNorm),
    ("train/grad_norm", TRAIN, roles.GradNorm),
    ("gnorm", NONE, roles.GradNorm),
    ("gradient_norm", NONE, roles.GradNorm),
    ("l2_norm/grad/global", NONE, roles.GradNorm),
    ("grad_2.0_norm_total", NONE, roles.GradNorm),
    ("norm", NONE, roles.GradNorm),
    ("Grad", NONE, roles.GradNorm),
    ("params-norm", NONE, roles.Unknown),
    # figures of merit
    ("accuracy", NONE, roles.TrainMetric),
    ("acc1", NONE, roles.TrainMetric),
    ("train/accuracy", TRAIN, roles.TrainMetric),
    ("val_accuracy", VALIDATION, roles.ValMetric),
    ("eval_f1", VALIDATION, roles.ValMetric),
    ("validation_fscore", VALIDATION, roles.ValMetric),
    ("val_logcosh", VALIDATION, roles.ValError),
    ("Loss/G/loss/std", NONE, roles.Unknown),
    ("loss/train_eval", TRAIN, roles.TrainLoss),
    ("metrics/mAP50-95", NONE, roles.TrainMetric),
    ("test_acc", TEST, roles.ValMetric),
    ("val_dist_ap", VALIDATION, roles.Unknown),
    ("eval_exact_match", VALIDATION, roles.ValMetric),
    # figures that are better when low
    ("val_ppl", VALIDATION, roles.ValError),
    ("train_top1_err", TRAIN, roles.TrainError),
    ("mse", NONE, roles.TrainError),
    ("eval_wer", VALIDATION, roles.ValError),
    # rewards
    ("rollout/ep_rew_mean", NONE, roles.Reward),
    ("charts/episodic_return", NONE, roles.Reward),
    ("reward_std", NONE, roles.Unknown),
    # the machine and the clock
    ("tok/s", NONE, roles.Throughput),
    ("Speed", NONE, roles.Throughput),
    ("avg_batch_cost", NONE, roles.Throughput),
    ("Time cost", NONE, roles.Throughput),
    ("it/s", NONE, roles.Throughput),
    ("loss_per_second", NONE, roles.Throughput),
    ("val_acc_second", VALIDATION, roles.ValMetric),  # that of the second task
    ("throughput(tps)", NONE, roles.Throughput),
    ("mfu(%)", NONE, roles.Throughput),
    ("train_samples_per_second", TRAIN, roles.Throughput),
    ("train_runtime", TRAIN, roles.Throughput),
    ("time/fps", NONE, roles.Throughput),
    ("system/gpu.0.memory", NONE, roles.Throughput),
    ("epoch", NONE, roles.Counter),
    ("global_step", NONE, roles.Counter),
    ("total_tokens", NONE, roles.Counter),
    # other languages
    ("Потери на обучении", TRAIN, roles.TrainLoss),
    ("Точн вал", VALIDATION, roles.ValMetric),
    ("Средняя ошибка", NONE, roles.TrainError),
    ("perte validation", VALIDATION, roles.ValLoss),
    ("Pérdida de entrenamiento", TRAIN, roles.TrainLoss),
    ("acurácia de validação", VALIDATION, roles.ValMetric),
    ("Loss Validasi", VALIDATION, roles.ValLoss),
    ("Trainingsverlust", TRAIN, roles.TrainLoss),
    ("Validierungsverlust", VALIDATION, roles.ValLoss),
    ("Validierungsgenauigkeit", VALIDATION, roles.ValMetric),
    ("Testfehler", Split.TEST, roles.ValError),
    ("Lernrate", NONE, roles.LearningRate),
    ("taux d'apprentissage", NONE, roles.LearningRate),
    ("скорость обучения", NONE, roles.LearningRate),
    ("tempo accuracy", NONE, roles.TrainMetric),  # English as well
    # words inside words
    ("accumulated_batches", NONE, roles.Unknown),
    ("gloss_texture", NONE, roles.Unknown),
    ("weights/layer1", NONE, roles.Unknown),
]


@pytest.mark.parametrize(("name", "split", "role"), NAMES, ids=[name for name, _, _ in NAMES])
def test_a_name_tells_split_and_role(name: str, split: Split, role: type[Role]) -> None:
    assert naming.split_of(name) is split
    assert naming.role_of(name, split) is role


@pytest.mark.parametrize(
    ("name", "split", "role"),
    [
        ("loss", VALIDATION, roles.ValLoss),  # Keras writes epoch_loss into train/ and validation/
        ("epoch_loss", TEST, roles.TestLoss),
        ("accuracy", VALIDATION, roles.ValMetric),
        ("box_loss", VALIDATION, roles.ValComponentLoss),
        ("mse", VALIDATION, roles.ValError),
        ("lr", VALIDATION, roles.LearningRate),
    ],
)
def test_the_split_may_come_from_the_folder(name: str, split: Split, role: type[Role]) -> None:
    assert naming.role_of(name, split) is role


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Train/boxLoss_1", ("train", "box", "loss", "1")),
        ("lr-AdamW/pg1", ("lr", "adam", "w", "pg1")),
        ("Acc@1", ("acc", "1")),
        ("mAP50-95", ("m", "ap50", "95")),
        ("metrics/mAP50B", ("metrics", "m", "ap50", "b")),
        ("metrics/precisionB", ("metrics", "precision", "b")),
        ("", ()),
    ],
)
def test_names_are_cut_at_separators_and_humps(name: str, words: tuple[str, ...]) -> None:
    assert naming.words(name) == words


@pytest.mark.parametrize(
    ("train", "val"),
    [
        ("train/box_loss", "val/box_loss"),
        ("train_box_loss_epoch", "box_loss/validation"),
        ("train_loss", "eval/loss"),
        ("Loss/train_ce", "val_cross_entropy_loss"),
    ],
)
def test_a_pair_of_curves_shares_its_stem(train: str, val: str) -> None:
    assert naming.stem_of(train) == naming.stem_of(val)


def test_different_terms_have_different_stems() -> None:
    assert naming.stem_of("train/box_loss") != naming.stem_of("val/cls_loss")
