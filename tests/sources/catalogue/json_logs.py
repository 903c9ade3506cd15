# ruff: noqa: E501 (a line of a log is as long as it is)
"""JSON documents and lines."""

from __future__ import annotations

import json

from tests.sources.catalogue.case import (
    BAD,
    BY_STEP,
    NORM,
    RATE,
    SCORE,
    STEPS,
    TRAIN,
    VAL,
    Case,
    N,
    at,
    epochs,
    lines,
    objects,
    tens,
    zero_based,
)

from logdoctor.run import Axis

JSON_LOGS = {
    "LLaMA-Factory": Case(
        {
            "trainer_log.jsonl": lines(
                lambda i: json.dumps({
                    "current_steps": tens(i), "total_steps": 120, "loss": TRAIN[i], "lr": RATE[i], "epoch": tens(i) / 60,
                    "percentage": round(tens(i) / 1.2, 2), "elapsed_time": f"0:00:{tens(i) // 4:02}", "remaining_time": "0:15:30",
                })
                + "\n" + json.dumps({"current_steps": tens(i), "total_steps": 120, "eval_loss": VAL[i], "epoch": tens(i) / 60})
            ),
            "trainer_state.json": json.dumps({
                "global_step": 120, "max_steps": 120,
                "log_history": [
                    {"epoch": tens(i) / 60, "loss": TRAIN[i], "learning_rate": RATE[i], "grad_norm": NORM[i], "step": tens(i)}
                    for i in range(N)
                ],
            }),
        },
        BY_STEP,
    ),
    "ms-swift, older": Case(
        {
            "logging.jsonl": objects(
                lambda i: {
                    "loss": TRAIN[i], "grad_norm": NORM[i], "learning_rate": RATE[i], "memory(GiB)": 20.5,
                    "train_speed(iter/s)": 0.5, "epoch": tens(i) / 60, "global_step": tens(i),
                }
            )
        },
        STEPS,
    ),
    "ms-swift": Case(
        {
            "logging.jsonl": objects(
                lambda i: {
                    "loss": TRAIN[i], "grad_norm": NORM[i], "learning_rate": RATE[i], "epoch": tens(i) / 60,
                    "global_step/max_steps": f"{tens(i)}/120", "elapsed_time": f"{i}m 2s", "train_speed(s/it)": 2.5,
                }
            )
            + '{"model_parameter_info": "tiny", "best_model_checkpoint": "checkpoint-120", "global_step": 120}\n'
        },
        STEPS,
    ),
    "TRL, preference tuning": Case(
        {
            "trainer_state.json": json.dumps({
                "global_step": 120, "max_steps": 120, "num_train_epochs": 2,
                "log_history": [
                    record
                    for i in range(N)
                    for record in (
                        {
                            "epoch": tens(i) / 60, "loss": TRAIN[i], "learning_rate": RATE[i], "grad_norm": NORM[i],
                            "logps/chosen": -100.0 - i, "rewards/accuracies": SCORE[i], "rewards/chosen": i / 8,
                            "rewards/margins": i / 4, "rewards/rejected": -i / 8, "step": tens(i),
                        },
                        {"epoch": tens(i) / 60, "eval_loss": VAL[i], "eval_rewards/accuracies": SCORE[i], "step": tens(i)},
                    )
                ],
            })
        },
        BY_STEP,
    ),
    "detectron2": Case(
        {
            "metrics.json": lines(
                lambda i: json.dumps({
                    "data_time": 0.0084, "eta_seconds": 100.5, "iteration": 20 * i + 19, "loss_cls": TRAIN[i] / 2, "lr": RATE[i],
                    "time": 0.25, "total_loss": TRAIN[i],
                })
                + (f'\n{{"bbox/AP": {SCORE[i]}, "bbox/AP50": 0.5, "iteration": {20 * i + 19}}}' if i % 4 == 3 else "")
            )
        },
        {
            "train-loss": at(TRAIN, lambda i: 20 * i + 19),
            "learning-rate": at(RATE, lambda i: 20 * i + 19),
            "validation-metric": {20 * i + 19: SCORE[i] for i in (3, 7, 11)},
        },
    ),
    "mmcv 1": Case(
        {
            "20210101_000000.log.json": '{"env_info": "Python 3.8", "seed": 0, "exp_name": "a.py"}\n'
            + lines(
                lambda i: json.dumps({
                    "mode": "train", "epoch": i // 4 + 1, "iter": 50 * (i % 4) + 50, "lr": {"base": RATE[i]}, "memory": 3500,
                    "data_time": 0.01, "loss": TRAIN[i], "grad_norm": NORM[i], "time": 0.4,
                })
                + (f'\n{{"mode": "val", "epoch": {i // 4 + 1}, "iter": 20, "bbox_mAP": {SCORE[i]}}}' if i % 4 == 3 else "")
            )
        },
        {
            "train-loss": at(TRAIN, lambda i: 50 * i + 50),
            "gradient-norm": at(NORM, lambda i: 50 * i + 50),
            "learning-rate": at(RATE, lambda i: 50 * i + 50),
            "validation-metric": {50 * i + 50: SCORE[i] for i in (3, 7, 11)},
        },
        settings={"seed": 0},
    ),
    "DeiT, MAE, DINO, ConvNeXt": Case(
        {
            "log.txt": objects(
                lambda i: {
                    "train_lr": RATE[i], "train_loss": TRAIN[i], "test_loss": VAL[i], "test_acc1": 100 * SCORE[i],
                    "test_acc5": 90.5, "epoch": i, "n_parameters": 22050664,
                }
            )
        },
        epochs(zero_based, "train-loss", "validation-loss", "learning-rate"),
        Axis.EPOCH,
    ),
    "AllenNLP": Case(
        {
            f"metrics_epoch_{i}.json": json.dumps(
                {
                    "best_epoch": i, "peak_worker_0_memory_MB": 512.5, "training_duration": f"0:0{i % 10}:30", "epoch": i,
                    "training_accuracy": SCORE[i], "training_loss": TRAIN[i], "validation_accuracy": SCORE[i],
                    "validation_loss": VAL[i], "best_validation_loss": VAL[i], "best_validation_accuracy": SCORE[i],
                },
                indent=2,
            )
            for i in range(N)
        },
        epochs(zero_based, "train-loss", "validation-loss", "train-metric", "validation-metric"),
        Axis.EPOCH,
    ),
    "RLlib": Case(
        {
            "result.json": objects(
                lambda i: {
                    "env_runners": {"episode_return_mean": 20.5 + i, "episode_len_mean": 20.5},
                    "learners": {"default_policy": {"total_loss": TRAIN[i], "entropy": 0.625}},
                    "num_env_steps_sampled_lifetime": 4000 * (i + 1), "training_iteration": i + 1, "time_total_s": 2.5 * i,
                    "config": {"lr": 0.01, "env": "CartPole-v1"},
                }
            )
        },
        {"reward": at([20.5 + i for i in range(N)], lambda i: 4000 * (i + 1))},
        settings={"lr": 0.01},
    ),
    "MaxText, metrics file": Case(
        {
            "metrics.txt": objects(
                lambda i: {
                    "step": float(i), "learning/loss": TRAIN[i], "learning/grad_norm": NORM[i],
                    "learning/current_learning_rate": RATE[i], "perf/step_time_seconds": 5.5, "run_name": "a",
                }
            )
        },
        {role: at(curve, zero_based) for role, curve in (("train-loss", TRAIN), ("gradient-norm", NORM), ("learning-rate", RATE))},
    ),
    "W&B before 0.10": Case(
        {
            "wandb-history.jsonl": objects(
                lambda i: {"loss": TRAIN[i], "val_loss": VAL[i], "_step": tens(i), "_runtime": 2.5 * i, "_timestamp": 1.6e9 + i}
            ),
            "config.yaml": "wandb_version: 1\nlr:\n  desc: null\n  value: 0.001\n",
        },
        {"train-loss": at(TRAIN, tens), "validation-loss": at(VAL, tens)},
        settings={"lr": 0.001},
    ),
    "TensorBoard, JSON download": Case(
        {
            "run-train-tag-loss.json": json.dumps([[1.7e9 + i, i, "NaN" if i == BAD else TRAIN[i]] for i in range(N)]),
            "run-validation-tag-loss.json": json.dumps([[1.7e9 + i, i, VAL[i]] for i in range(N)]),
        },
        epochs(zero_based, "train-loss", "validation-loss"),
    ),
    "Stable-Baselines3, JSON": Case(
        {
            "progress.json": objects(
                lambda i: {
                    "rollout/ep_rew_mean": 20.5 + i, "time/total_timesteps": 2048 * (i + 1), "time/fps": 900,
                    "train/value_loss": TRAIN[i], "train/learning_rate": RATE[i],
                }
            )
        },
        {
            "reward": at([20.5 + i for i in range(N)], lambda i: 2048 * (i + 1)),
            "learning-rate": at(RATE, lambda i: 2048 * (i + 1)),
        },
    ),
}  # fmt: skip
