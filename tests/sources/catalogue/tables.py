# ruff: noqa: E501 (a line of a log is as long as it is)
"""Tables of numbers in columns."""

from __future__ import annotations

from tests.sources.catalogue.case import (
    RATE,
    SCORE,
    TRAIN,
    VAL,
    Case,
    N,
    at,
    epochs,
    lines,
    one_based,
    tens,
    zero_based,
)

from logdoctor.run import Axis

TABLES = {
    "Ultralytics": Case(
        {
            "results.csv": "epoch,time,train/box_loss,train/cls_loss,metrics/precision(B),metrics/mAP50(B),metrics/mAP50-95(B),"
            "val/box_loss,val/cls_loss,lr/pg0,lr/pg1,lr/pg2\n"
            + lines(
                lambda i: f"{i + 1},{20.5 * i:g},{TRAIN[i]:g},{TRAIN[i]:g},0.5,{SCORE[i]:g},{SCORE[i] / 2:g},{VAL[i]:g},{VAL[i]:g},"
                f"{RATE[i]:g},{RATE[i]:g},{RATE[i]:g}"
            ),
            "args.yaml": "model: yolo11n.pt\nepochs: 12\nbatch: 16\nlr0: 0.01\noptimizer: auto\n",
        },
        epochs(one_based, "train-loss", "validation-loss", "learning-rate"),
        Axis.EPOCH,
        {"lr0": 0.01, "batch": 16, "epochs": 12},
    ),
    "Ultralytics, classification": Case(
        {
            "results.csv": "epoch,time,train/loss,metrics/accuracy_top1,metrics/accuracy_top5,val/loss,lr/pg0\n"
            + lines(lambda i: f"{i + 1},{20.5 * i:g},{TRAIN[i]:g},{SCORE[i]:g},0.9,{VAL[i]:g},{RATE[i]:g}")
        },
        epochs(one_based, "train-loss", "validation-loss", "learning-rate", "validation-metric"),
        Axis.EPOCH,
    ),
    "YOLOv5": Case(
        {
            "results.csv": ",".join(
                f"{name:>20s}"
                for name in (
                    "epoch", "train/box_loss", "train/obj_loss", "metrics/precision", "metrics/mAP_0.5",
                    "metrics/mAP_0.5:0.95", "val/box_loss", "val/obj_loss", "x/lr0", "x/lr1", "x/lr2",
                )
            )
            + "\n"
            + lines(
                lambda i: ",".join(
                    f"{cell:20.5g}"
                    for cell in (i, TRAIN[i], TRAIN[i], 0.5, SCORE[i], 0.25, VAL[i], VAL[i], RATE[i], RATE[i], RATE[i])
                )
            ),
            "opt.yaml": "weights: yolov5s.pt\nepochs: 12\nbatch_size: 16\n",
            "hyp.yaml": "lr0: 0.01\nmomentum: 0.937\n",
        },
        epochs(zero_based, "train-loss", "validation-loss", "learning-rate"),
        Axis.EPOCH,
        {"lr0": 0.01, "momentum": 0.937, "batch_size": 16},
    ),
    "Spinning Up": Case(
        {
            "progress.txt": "Epoch\tAverageEpRet\tStdEpRet\tMaxEpRet\tEpLen\tTotalEnvInteracts\tLossPi\tLossV\tKL\tEntropy\tTime\n"
            + lines(
                lambda i: f"{i}\t{20.5 + i}\t2.5\t30.5\t20.5\t{4000 * (i + 1)}\t-0.25\t{TRAIN[i]}\t0.0125\t0.625\t{2.5 * i}"
            ),
            "config.json": '{"exp_name": "ppo", "seed": 3, "gamma": 0.99}',
        },
        {
            "reward": at([20.5 + i for i in range(N)], lambda i: 4000 * (i + 1)),
            "kl-divergence": at([0.0125] * N, lambda i: 4000 * (i + 1)),
            "entropy": at([0.625] * N, lambda i: 4000 * (i + 1)),
        },
        settings={"seed": 3, "gamma": 0.99},
    ),
    "RLlib, older": Case(
        {
            "progress.csv": "episode_reward_max,episode_reward_mean,episode_len_mean,timesteps_total,training_iteration,time_total_s,"
            "info/learner/default_policy/learner_stats/total_loss\n"
            + lines(lambda i: f"30.5,{20.5 + i},20.5,{4000 * (i + 1)},{i + 1},{2.5 * i},{TRAIN[i]}"),
            "params.json": '{"lr": 0.01, "env": "CartPole-v1"}',
        },
        {"reward": at([20.5 + i for i in range(N)], lambda i: 4000 * (i + 1))},
        settings={"lr": 0.01},
    ),
    "W&B panel": Case(
        {
            "wandb_export_2025-04-17T22_06_37.csv": '"Step","a - b - train/loss","a - b - train/loss__MIN","a - b - train/loss__MAX"\n'
            + lines(lambda i: f'"{tens(i)}","{TRAIN[i]}","{TRAIN[i]}","{TRAIN[i]}"')
        },
        {"train-loss": at(TRAIN, tens)},
    ),
    "W&B history": Case(
        {
            "history.csv": ",_step,_runtime,_timestamp,train/loss,val/loss\n"
            + lines(lambda i: f"{i},{tens(i)},{2.5 * i},{1.7e9 + i},{TRAIN[i]},{VAL[i]}")
        },
        {"train-loss": at(TRAIN, tens, without=None), "validation-loss": at(VAL, tens)},
    ),
    "TensorBoard, CSV download": Case(
        {
            "run-train-tag-epoch_loss.csv": "Wall time,Step,Value\n" + lines(lambda i: f"{1.7e9 + i},{i},{TRAIN[i]}"),
            "run-validation-tag-epoch_loss.csv": "Wall time,Step,Value\n" + lines(lambda i: f"{1.7e9 + i},{i},{VAL[i]}"),
        },
        epochs(zero_based, "train-loss", "validation-loss"),
    ),
    "OpenAI Baselines": Case(
        {
            "progress.csv": "eplenmean,eprewmean,misc/total_timesteps,loss/value_loss,loss/policy_loss\n"
            + lines(lambda i: f"20.5,{20.5 + i},{2048 * (i + 1)},{TRAIN[i]},-0.25"),
        },
        {
            "reward": at([20.5 + i for i in range(N)], lambda i: 2048 * (i + 1)),
            "policy-loss": at(TRAIN, lambda i: 2048 * (i + 1)),
        },
    ),
}  # fmt: skip
