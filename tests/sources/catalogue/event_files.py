# ruff: noqa: E501 (a line of a log is as long as it is)
"""Event files, by the folders and tags of each framework."""

from __future__ import annotations

from tests.sources.catalogue.case import BY_STEP, NORM, RATE, TRAIN, VAL, Case, N, at, epochs, tens, zero_based

EVENT_FILES = {
    "CleanRL": Case(
        {},
        {
            "reward": at([20.5 + i for i in range(N)], tens),
            "learning-rate": at([0.25 / (i + 1) for i in range(4)], tens),
            "policy-loss": at(TRAIN, tens),
        },
        events={
            "CartPole-v1__ppo__1__1700000000": {
                "charts/episodic_return": at([20.5 + i for i in range(N)], tens),
                "charts/learning_rate": at([0.25 / (i + 1) for i in range(4)], tens),
                "losses/value_loss": at(TRAIN, tens),
                "charts/SPS": at([1000.0] * N, tens),
            }
        },
    ),
    "TF Estimator, event files": Case(
        {},
        {"train-loss": at(TRAIN, tens), "validation-loss": {30: 4.0, 60: 3.5, 120: 2.5}},
        events={"model": {"loss": at(TRAIN, tens)}, "model/eval": {"loss": {30: 4.0, 60: 3.5, 120: 2.5}}},
    ),
    "Keras, TensorBoard": Case(
        {},
        epochs(zero_based, "train-loss", "validation-loss"),
        events={
            "logs/train": {"epoch_loss": at(TRAIN, zero_based)},
            "logs/validation": {"epoch_loss": at(VAL, zero_based), "evaluation_loss_vs_iterations": at(VAL, tens)},
        },
    ),
    "fairseq, event files": Case(
        {},
        {"train-loss": at(TRAIN, tens), "validation-loss": {60: 4.0, 120: 3.5}},
        events={
            "tb/train_inner": {"loss": at(TRAIN, tens), "gnorm": at(NORM, tens)},
            "tb/valid": {"loss": {60: 4.0, 120: 3.5}},
        },
    ),
    "Hugging Face, event files": Case(
        {},
        BY_STEP,
        events={
            "runs/Jan31_12-00-00_host": {
                "train/loss": at(TRAIN, tens), "train/learning_rate": at(RATE, tens), "train/grad_norm": at(NORM, tens),
                "train/epoch": at([i / 4 for i in range(N)], tens), "eval/loss": at(VAL, tens), "train/train_loss": {120: 2.5},
                "train/total_flos": {120: 1e12},
            }
        },
    ),
    "Megatron, event files": Case(
        {},
        BY_STEP,
        events={
            "tb": {
                "lm loss": at(TRAIN, tens), "lm loss vs samples": at(TRAIN, lambda i: 256 * tens(i)),
                "learning-rate": at(RATE, tens), "grad-norm": at(NORM, tens), "loss-scale": at([4096.0] * N, tens),
                "lm loss validation": at(VAL, tens), "lm loss validation vs samples": at(VAL, lambda i: 256 * tens(i)),
                "lm loss validation ppl": at([90.5] * N, tens),
            }
        },
    ),
    "torchtitan, event files": Case(
        {},
        BY_STEP,
        events={
            "tb/20240101-0000": {
                "loss_metrics/global_avg_loss": at(TRAIN, tens), "loss_metrics/global_max_loss": at([9.5] * N, tens),
                "grad_norm": at(NORM, tens), "lr": at(RATE, tens), "validation_metrics/loss": at(VAL, tens),
                "throughput(tps)": at([7000.0] * N, tens), "mfu(%)": at([40.5] * N, tens),
            }
        },
    ),
}  # fmt: skip
