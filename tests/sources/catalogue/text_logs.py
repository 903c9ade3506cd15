# ruff: noqa: E501 (a line of a log is as long as it is)
"""What frameworks print."""

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
    one_based,
    tens,
    zero_based,
)

from logdoctor.run import Axis

TEXT_LOGS = {
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
    "ESPnet, text": Case(
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
        {"validation-metric": at([round(x, 2) for x in SCORE], lambda i: 200 * i), "unknown": at([8 * x for x in TRAIN], lambda i: 200 * i)},
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
    "Axolotl": Case(
        {
            "train.log": lines(
                lambda i: "{"
                + f"'loss': '{TRAIN[i]}', 'grad_norm': '{NORM[i]}', 'learning_rate': '{RATE[i]}', 'ppl': '20.5', "
                f"'memory/max_active (GiB)': '20.5', 'epoch': '{tens(i) / 60:.4f}'" + "}"
            )
            + "{'train_runtime': '100', 'train_steps_per_second': '1.2', 'train_loss': '2.5', 'epoch': '2'}\n"
        },
        STEPS,
    ),
}  # fmt: skip
