"""Logs of writers that do not install here, each written from its writer's source code as lines of known curves.

Losses are dyadic, so that two decimals hold them exactly; the loss at `BAD` is NaN, spelled as that writer spells it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import Any

from tensorboardX import SummaryWriter

from logdoctor.run import Axis, Setting

Points = dict[int, float]

N = 12
BAD = 7
TRAIN = [nan if i == BAD else 4 - i / 4 for i in range(N)]
VAL = [4.5 - i / 4 for i in range(N)]
RATE = [round(0.0012 - 0.0001 * i, 4) for i in range(N)]
NORM = [1.5 + i / 4 for i in range(N)]
SCORE = [0.25 + i / 32 for i in range(N)]


@dataclass(frozen=True)
class Case:
    """Files of one run, and what the best series of each role is to hold."""

    files: Mapping[str, str]
    """Content by path."""
    roles: Mapping[str, Points]
    """Points by role."""
    axis: Axis = Axis.STEP
    """What the steps of every one of them count."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    events: Mapping[str, Mapping[str, Points]] = field(default_factory=dict)
    """Scalars by folder and tag that are written to event files besides."""

    def write(self, folder: Path) -> None:
        """Write the files below a folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        for name, tags in self.events.items():
            with SummaryWriter(str(folder / name)) as writer:
                for tag, points in tags.items():
                    for step, value in points.items():
                        writer.add_scalar(tag, value, step)


def lines(line: Callable[[int], str], n: int = N) -> str:
    """Return one line for each index."""
    return "".join(f"{line(i)}\n" for i in range(n))


def objects(record: Callable[[int], Mapping[str, Any]], n: int = N) -> str:
    """Return JSON lines, NaN as Python's `json` writes it."""
    return lines(lambda i: json.dumps(record(i)), n)


def at(values: list[float], step: Callable[[int], int], *, without: int | None = None) -> Points:
    """Return points; `without` is an index that was not logged."""
    return {step(i): value for i, value in enumerate(values) if i != without}


def tens(i: int) -> int:
    """Count ten steps a line, from 10 on."""
    return 10 * i + 10


def one_based(i: int) -> int:
    """Count epochs from 1 on."""
    return i + 1


def zero_based(i: int) -> int:
    """Count epochs from 0 on."""
    return i


STEPS = {
    "train-loss": at(TRAIN, tens),
    "learning-rate": at(RATE, tens),
    "gradient-norm": at(NORM, tens),
}
BY_STEP = {**STEPS, "validation-loss": at(VAL, tens)}


def epochs(first: Callable[[int], int], *roles: str) -> dict[str, Points]:
    """Return the curves of some roles by epoch."""
    curves = {
        "train-loss": TRAIN,
        "validation-loss": VAL,
        "learning-rate": RATE,
        "gradient-norm": NORM,
        "validation-metric": SCORE,
        "train-metric": SCORE,
    }
    return {role: at(curves[role], first) for role in roles}


CASES = {
    "GPT-NeoX": Case(
        {
            "train.log": lines(
                lambda i: f" samples/sec: 40.100 | iteration {tens(i):8}/   12000 | elapsed time per iteration (ms): 512.3 |"
                f" learning rate: {RATE[i]:.3E} | approx flops per GPU: 45.4TFLOPS |"
                + ("" if i == BAD else f" lm_loss: {TRAIN[i]:.6E} |")
                + f" loss scale: 4096.0 | number of skipped iterations:   0 | number of nan iterations: {int(i == BAD):3} |"
            )
        },
        {
            "train-loss": at(TRAIN, tens, without=BAD),
            "learning-rate": at(RATE, tens),
            "loss-scale": at([4096.0] * N, tens),
        },
    ),
    "Megatron-LM, validation": Case(
        {
            "train.log": lines(
                lambda i: f" [2024-01-01 00:00:0{i % 10}.000000] iteration {tens(i):8}/  500000 | consumed samples: {256 * tens(i):12} |"
                f" learning rate: {RATE[i]:.6E} | global batch size:   256 |"
                + ("" if i == BAD else f" lm loss: {TRAIN[i]:.6E} |")
                + f" loss scale: 4096.0 | grad norm: {NORM[i]:.3f} | number of skipped iterations:   0 |"
                f" number of nan iterations: {int(i == BAD):3} |\n"
                f"-----------------------------------------------------------------------------------------\n"
                f" validation loss at iteration {tens(i)} on validation set | lm loss value: {VAL[i]:.6E} | lm loss PPL: 4.5E+02 | "
            )
        },
        {**BY_STEP, "train-loss": at(TRAIN, tens, without=BAD)},
    ),
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
        {"reward": at([20.5 + i for i in range(N)], one_based)},
    ),
    "RLlib, older": Case(
        {
            "progress.csv": "episode_reward_max,episode_reward_mean,episode_len_mean,timesteps_total,training_iteration,time_total_s,"
            "info/learner/default_policy/learner_stats/total_loss\n"
            + lines(lambda i: f"30.5,{20.5 + i},20.5,{4000 * (i + 1)},{i + 1},{2.5 * i},{TRAIN[i]}"),
            "params.json": '{"lr": 0.01, "env": "CartPole-v1"}',
        },
        {"reward": at([20.5 + i for i in range(N)], one_based)},
        settings={"lr": 0.01},
    ),
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
    "fairseq, JSON": Case(
        {
            "train.log": lines(
                lambda i: f"2021-01-01 10:00:{i:02} | INFO | train_inner | "
                + json.dumps({
                    "epoch": i // 4 + 1, "update": tens(i) / 40, "loss": f"{TRAIN[i]:.2f}", "nll_loss": f"{TRAIN[i]:.2f}", "ppl": "8192",
                    "wps": "9000.5", "num_updates": str(tens(i)), "lr": str(RATE[i]),
                    **({} if i == BAD else {"gnorm": str(NORM[i])}), "loss_scale": "128",
                })
                + (
                    f"\n2021-01-01 10:00:{i:02} | INFO | valid | "
                    + json.dumps({
                        "epoch": i // 4 + 1, "valid_loss": str(VAL[i]), "valid_ppl": "20.5", "valid_num_updates": str(tens(i)),
                        "valid_best_loss": str(VAL[i]),
                    })
                    if i % 4 == 3
                    else ""
                )
            )
        },
        {
            "train-loss": at(TRAIN, tens),
            "learning-rate": at(RATE, tens),
            "gradient-norm": at(NORM, tens, without=BAD),
            "validation-loss": {tens(i): VAL[i] for i in (3, 7, 11)},
        },
    ),
    "fairseq, simple": Case(
        {
            "train.log": lines(
                lambda i: f"2021-01-01 10:00:{i:02} | INFO | train_inner | epoch 001: {tens(i):6} / 5000 loss={TRAIN[i]:.2f}, "
                f"nll_loss={TRAIN[i]:.2f}, ppl=8192, wps=9000.5, num_updates={tens(i)}, lr={RATE[i]}, gnorm={NORM[i]}, loss_scale=128"
            )
        },
        STEPS,
    ),
    "open_clip": Case(
        {
            "out.log": lines(
                lambda i: f"2024-01-01,10:00:{i:02} | INFO | Train Epoch: 0 [{512 * tens(i):7}/1000000 ({i}%)] Data (t): 0.010 "
                f"Batch (t): 0.5, 1024.0/s, 512.0/s/gpu LR: {RATE[i]:.6f} Logit Scale: 14.286 "
                f"Contrastive_loss: {TRAIN[i]:.2f} (3.5) Loss: {TRAIN[i]:.2f} (3.5)"
            ),
        },
        {"train-loss": at(TRAIN, lambda i: 512 * tens(i)), "learning-rate": at(RATE, lambda i: 512 * tens(i))},
        Axis.SAMPLES,
    ),
    "YOLOX": Case(
        {
            "train_log.txt": lines(
                lambda i: f"2024-01-01 10:00:{i:02} | INFO     | yolox.core.trainer:252 - epoch: {i // 4 + 1}/3, iter: {10 * (i % 4) + 10}/40,"
                f" gpu mem: 9000Mb, mem: 8.1Gb, iter_time: 0.500s, data_time: 0.001s, total_loss: {TRAIN[i]:.1f}, iou_loss: 2.5,"
                f" lr: {RATE[i]:.3e}, size: 640, ETA: 1:00:00"
            )
        },
        {"train-loss": {tens(i): round(TRAIN[i], 1) for i in range(N)}, "learning-rate": at(RATE, tens)},
    ),
    "PaddleDetection": Case(
        {
            "train.log": lines(
                lambda i: f"[01/01 10:00:{i:02}] ppdet.engine INFO: Epoch: [{i // 4}] [{10 * (i % 4):4}/40] learning_rate: {RATE[i]:.6f} "
                f"loss: {TRAIN[i]:.6f} loss_cls: 0.5 eta: 1:00:00 batch_cost: 0.5 data_cost: 0.001 ips: 15.9 images/s"
            )
        },
        {"train-loss": at(TRAIN, lambda i: 10 * i), "learning-rate": at(RATE, lambda i: 10 * i)},
    ),
    "PaddleSeg": Case(
        {
            "train.log": lines(
                lambda i: f"2024-01-01 10:00:{i:02} [INFO]\t[TRAIN] epoch: 1, iter: {tens(i)}/1000, loss: {TRAIN[i]:.4f}, "
                f"lr: {RATE[i]:.6f}, batch_cost: 0.5000, reader_cost: 0.00100, ips: 8.0 samples/sec | ETA 00:08:00"
                + (
                    f"\n2024-01-01 10:00:{i:02} [INFO]\t[EVAL] #Images: 500 mIoU: {SCORE[i]:.5f} Acc: 0.9000 Kappa: 0.8 Dice: 0.7"
                    if i % 4 == 3
                    else ""
                )
            )
        },
        {
            "train-loss": at(TRAIN, tens),
            "learning-rate": at(RATE, tens),
            "validation-metric": {tens(i): round(SCORE[i], 5) for i in (3, 7, 11)},
        },
    ),
    "ESPnet2": Case(
        {
            "train.log": lines(
                lambda i: f"[host] 2024-01-01 10:00:{i:02} (trainer:762) INFO: 1epoch:train:{100 * i + 1}-{100 * i + 100}batch: "
                f"iter_time=0.001, forward_time=0.1, loss_ctc=2.5, loss={TRAIN[i]:.2f}, acc=0.5, grad_norm={NORM[i]}, "
                f"optim0_lr0={RATE[i]}, train_time=0.5"
            )
        },
        {"train-loss": at(TRAIN, lambda i: 100 * i + 100), "learning-rate": at(RATE, lambda i: 100 * i + 100)},
    ),
    "DeepSpeed, pipeline": Case(
        {
            "train.log": lines(
                lambda i: f"[2024-01-01 10:00:{i:02},123] [INFO] [logging.py:96:log_dist] [Rank 0] step={tens(i)}, skipped=2, "
                f"lr=[{RATE[i]}], mom=[(0.9, 0.999)]\nsteps: {tens(i)} loss: {TRAIN[i]:.4f} iter time (s): 0.500 samples/sec: 100.100"
            )
        },
        {"train-loss": at(TRAIN, tens), "learning-rate": at(RATE, tens)},
    ),
    "verl": Case(
        {
            "train.log": lines(
                lambda i: f"(TaskRunner pid=123) step:{i + 1} - global_seqlen/mean:512.5 - actor/pg_loss:0.0125 - "
                f"actor/grad_norm:{NORM[i]} - actor/lr:{RATE[i]} - critic/score/mean:{SCORE[i]} - critic/rewards/mean:{SCORE[i]} - "
                f"actor/entropy:0.625 - response_length/mean:200.5"
            )
        },
        {
            "gradient-norm": at(NORM, one_based),
            "learning-rate": at(RATE, one_based),
            "reward": at(SCORE, one_based),
            "entropy": at([0.625] * N, one_based),
        },
    ),
    "darknet": Case(
        {
            "train.log": lines(
                lambda i: f"Region 82 Avg IOU: 0.5, Class: 0.9, Obj: 0.5, No Obj: 0.01, .5R: 0.5, .75R: 0.25,  count: 3\n"
                f" {tens(i)}: {'-' * (i == BAD)}{TRAIN[i]:.6f}, {TRAIN[i]:.6f} avg loss, {RATE[i]:.6f} rate, 3.500000 seconds, {64 * tens(i)} images"
            )
        },
        {"train-loss": at(TRAIN, tens), "learning-rate": at(RATE, tens)},
    ),
    "MaxText": Case(
        {
            "train.log": lines(
                lambda i: f"completed step: {i}, seconds: 5.123, TFLOP/s/device: 120.1, Tokens/s/device: 4000.1, "
                f"total_weights: 65536, loss: {TRAIN[i]:.3f}"
            )
        },
        {"train-loss": at(TRAIN, zero_based)},
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
    "torchvision references, DeiT": Case(
        {
            "train.log": lines(
                lambda i: f"Epoch: [{i // 4}]  [{10 * (i % 4):3}/40]  eta: 0:10:00  lr: {RATE[i]:.6f}  loss: {TRAIN[i]:.4f} (3.5000)  "
                f"time: 0.5000  data: 0.1000  max mem: 9000"
                + (f"\n* Acc@1 {100 * SCORE[i]:.3f} Acc@5 89.300 loss {VAL[i]:.3f}" if i % 4 == 3 else "")
            )
        },
        {"train-loss": at(TRAIN, lambda i: 10 * i), "learning-rate": at(RATE, lambda i: 10 * i)},
    ),
    "Composer": Case(
        {
            "logs-rank0.txt": "[hyperparameter]: num_nodes: 1\n[hyperparameter]: rank_zero_seed: 17\n"
            + lines(
                lambda i: f"[metric][batch={tens(i)}]: time/epoch: 0\n[metric][batch={tens(i)}]: loss/train/total: {TRAIN[i]}\n"
                f"[metric][batch={tens(i)}]: lr-DecoupledAdamW/group0: {RATE[i]}\n[metric][batch={tens(i)}]: l2_norm/grad/global: {NORM[i]}"
            )
        },
        STEPS,
    ),
    "spaCy, console": Case(
        {
            "train.log": "============================= Training pipeline =============================\n"
            "E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  ENTS_P  SCORE \n"
            "---  ------  ------------  --------  ------  ------  ------\n"
            + lines(lambda i: f"  0  {200 * i:6}  {12.5:12.2f}  {TRAIN[i] * 8:8.2f}  {100 * SCORE[i]:6.2f}   50.00    {SCORE[i]:.2f}")
        },
        {"train-loss": at([12.5] * N, lambda i: 200 * i), "train-component-loss": at([8 * x for x in TRAIN], lambda i: 200 * i)},
    ),
    "nnU-Net": Case(
        {
            "training_log_2024_1_1_10_00_00.txt": "\n#######\nPlease cite the following paper when using nnU-Net\n#######\n"
            + lines(
                lambda i: f"2024-01-01 10:00:{i:02}.1: \n2024-01-01 10:00:{i:02}.1: Epoch {i}\n"
                f"2024-01-01 10:00:{i:02}.1: Current learning rate: {RATE[i]}\n2024-01-01 10:00:{i:02}.1: train_loss {TRAIN[i]}\n"
                f"2024-01-01 10:00:{i:02}.1: val_loss {VAL[i]}\n2024-01-01 10:00:{i:02}.1: Pseudo dice [{SCORE[i]}, 0.5]\n"
                f"2024-01-01 10:00:{i:02}.1: Epoch time: 60.1 s"
            )
        },
        epochs(zero_based, "train-loss", "validation-loss", "learning-rate", "validation-metric"),
        Axis.EPOCH,
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
    "TensorBoard, CSV download": Case(
        {
            "run-train-tag-epoch_loss.csv": "Wall time,Step,Value\n" + lines(lambda i: f"{1.7e9 + i},{i},{TRAIN[i]}"),
            "run-validation-tag-epoch_loss.csv": "Wall time,Step,Value\n" + lines(lambda i: f"{1.7e9 + i},{i},{VAL[i]}"),
        },
        epochs(zero_based, "train-loss", "validation-loss"),
    ),
    "TensorBoard, JSON download": Case(
        {
            "run-train-tag-loss.json": json.dumps([[1.7e9 + i, i, "NaN" if i == BAD else TRAIN[i]] for i in range(N)]),
            "run-validation-tag-loss.json": json.dumps([[1.7e9 + i, i, VAL[i]] for i in range(N)]),
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
    "Axolotl": Case(
        {
            "train.log": lines(
                lambda i: "{"
                + f"'loss': '{TRAIN[i]}', 'grad_norm': '{NORM[i]}', 'learning_rate': '{RATE[i]}', 'ppl': '20.5', "
                f"'memory/max_active (GiB)': '20.5', 'epoch': '{tens(i) / 60:.4f}'" + "}"
            )
            + f"{{'train_runtime': '100', 'train_steps_per_second': '1.2', 'train_loss': '2.5', 'epoch': '2'}}\n"
        },
        STEPS,
    ),
}  # fmt: skip
