"""Names that the frameworks' own loggers write, and what each is."""

from __future__ import annotations

import pytest

from logdoctor.run.naming import role_of, split_of
from logdoctor.sources.tables.counters import axis_of, canonical

NAMES = {
    "train-loss": (
        "训练损失, 平均损失, 訓練損失, 손실, "
        "loss, train_loss, train/loss, Loss/train, training_loss, train_loss_step, train_loss_epoch, "
        "total_loss, lm loss, lm_loss, reduced_train_loss, loss_metrics/global_avg_loss, learning/loss, "
        "loss/train/total, Train/Samples/train_loss, trl, nll, ce, cross_entropy"
    ),
    "train-component-loss": "train/box_loss, bce, logloss, bpb, bpc, bpd, bits_per_byte, bits/dim, silog, clip_loss, "
    "learn/MultiClass, MultiClassOneVsAll, duration_loss, Duration Loss, dur_loss, time_loss, time_to_end_output_loss, "
    "dice_coef_loss, jacard_coef_loss",
    "validation-loss": (
        "clip_val_loss, val_loss, valid_loss, eval_loss, eval/loss, validation_loss, val/loss, lm loss validation, "
        "validation_metrics/loss, evaluation/loss, evaluation_loss_vs_iterations, tel, "
        "验证损失, 검증 손실, val_loss/dataloader_idx_0, Vali Loss, cv_loss, crossval loss"
    ),
    "test-loss": "test_loss, te_loss",
    "validation-component-loss": "val/box_loss",
    "loss-scale": "loss_scale, loss scale, loss-scale",
    "setup": (
        "loss_weight, best_val_loss, prev_loss, min_loss, loss_time, loss__MIN, loss__MAX, hp_metric, clip_fraction, "
        "lr-AdamW-momentum, lr-AdamW-weight_decay"
    ),
    "learning-rate": (
        "lr, learning_rate, learning-rate, Learning rate, train/learning_rate, lr-AdamW, lr-AdamW/pg1, "
        "lr-DecoupledAdamW/group0, lr/pg0, x/lr0, optim0_lr0, epoch_learning_rate, train_lr, "
        "charts/learning_rate, learning_rate/0"
    ),
    "gradient-norm": (
        "grad_norm, grad-norm, grad norm, gnorm, train/grad_norm, gradient_norm, l2_norm/grad/global, "
        "grad_2.0_norm_total, learning/grad_norm, actor/grad_norm, norm"
    ),
    "train-metric": (
        "acc, accuracy, top1, top5, acc1, Acc@1, precision, recall, f1, auc, auroc, aucpr, ap, AP50, map, "
        "mAP50, mAP50-95, mIoU, iou, dice, dsc, kappa, mcc, r2, bleu, rouge1, rougeL, meteor, cider, chrf, psnr, "
        "ssim, MS-SSIM, ms_ssim, MSSSIM, ndcg, mrr, exact_match, em, hits@10, pass@1, fitness, spearman, pearson, "
        "score, rewards/margins, win_rate, train-pre@5, prec, Prec@1, prec5, Recalls, f1s, hits10, hit_ratio@10, "
        "HitRate@5, PCK@0.5, Matthews Correlation, matthews_corrcoef, MatthewsCorrCoef, rougeLsum, jaccard_score, "
        "aupr, nmi, ari, episode/F1 score, jacard_coef"
    ),
    "train-error": (
        "err, error, top1_err, train_top1_err, mse, rmse, mae, mape, ppl, perplexity, wer, cer, ter, eer, "
        "fid, kid, lpips, brier, ece, abs_rel, chamfer_dist, edit_distance, HD95, hausdorff_distance, "
        "training's l2, training's l1, "
        "training's huber, training's poisson, training's gamma_deviance, training's quantile, training's tweedie, "
        "train-merror, train-mphe, train-poisson-nloglik, train-tweedie-nloglik@1.5, train-gamma-deviance"
    ),
    "reward": "reward, return, ep_rew_mean, success_rate, Reward_Clipped, episode/Avg",
    "entropy": "entropy",
    "kl-divergence": "kl, approx_kl",
    "unknown": "ep_len_mean, logits/mean, temperature, explained_variance, params norm, max_grad_norm",
    "throughput": (
        "train_samples_per_second, it/s, fps, sps, tps, tok/sec, mfu, tflops, throughput(tps), memory(GiB), "
        "train_runtime, data_time, eta_seconds, cost time"
    ),
}
COUNTERS = (
    "step, _step, Step, global_step, trainer/global_step, train/global_step, iter, iteration, iterations, "
    "iter_num, num_updates, current_steps, training_iteration, time/batch, batch, epoch, epochs, Epoch, "
    "_epoch, train/epoch, trainer/epoch, time/epoch, num_input_tokens_seen, num_tokens, total_tokens, "
    "tokens, n_tokens_seen, time/token, consumed samples, consumed_train_samples, time/sample, samples, "
    "timesteps_total, time/total_timesteps, num_env_steps_sampled_lifetime, TotalEnvInteracts, frame, "
    "_runtime, time_elapsed, time_total_s"
)


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for role, names in NAMES.items() for name in names.split(", ")]
)
def test_a_name_from_a_framework_tells_its_role(name: str, role: str) -> None:
    assert role_of(name, split_of(name)).id == role


@pytest.mark.parametrize("name", COUNTERS.split(", "))
def test_a_counter_of_a_framework_is_an_axis(name: str) -> None:
    assert axis_of(name) is not None


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("trainloss", "train-loss"),
        ("Valloss", "validation-loss"),
        ("testacc", "validation-metric"),
        ("deverr", "validation-error"),
        ("held_out_loss", "validation-loss"),
        ("evaluating/loss", "validation-loss"),
        ("validating acc", "validation-metric"),
        ("loss1", "train-loss"),
        ("HR@10", "train-metric"),
        ("intervalloss", "train-component-loss"),
        ("retrainloss", "train-component-loss"),
    ],
)
def test_a_name_of_a_script_that_leaves_out_the_mark_between_its_words(name: str, role: str) -> None:
    assert role_of(name, split_of(name)).id == role


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Global Step", "global_step"),
        ("globalStep", "global_step"),
        ("Epoch #", "epoch"),
        ("epoch_num", "epoch"),
        ("Iteration Number", "iteration"),
        ("Communication Round", "round"),
        ("轮次", "epoch"),
        ("Época", "epoch"),
        ("time/step", "time/step"),
        ("step time", "step time"),
    ],
)
def test_a_counter_as_a_script_spells_it(name: str, known: str) -> None:
    assert canonical(name) == known
