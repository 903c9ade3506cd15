"""What trainings of language models print, and the libraries for them."""

from __future__ import annotations

from math import nan

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "fairseq, which gave up behind one line of training",
        "train.log",
        "2020-03-23 11:39:44 | INFO | train_inner | epoch 003:      5 / 356 loss=9.5, nll_loss=8.5, "
        "ppl=347.25, wps=30690.5, num_updates=700, lr=0.000175, gnorm=156.5, loss_scale=0\n"
        "2020-03-23 11:41:18 | INFO | fairseq.trainer | NOTE: overflow detected, setting loss scale to: 0.00048828125\n"
        "FloatingPointError: Minimum loss scale reached (0.0001).\n",
        {
            "train/loss": [(700, 9.5)],
            "train/nll_loss": [(700, 8.5)],
            "train/ppl": [(700, 347.25)],
            "epoch": [(700, 3)],
            "wps": [(700, 30690.5)],
            "lr": [(700, 0.000175)],
            "gnorm": [(700, 156.5)],
            "loss_scale": [(700, 0)],
        },
    ),
    Sample(
        "Hugging Face's Trainer in a terminal, where a dictionary was printed over a longer bar",
        "train.log",
        "".join(
            f"{{'loss': {2.0**-i}, 'learning_rate': 0.5, 'epoch': 0.0}}"
            f"{'' if i else '          | 19/92 [00:03<00:11,  6.29it/s]'}\n"
            for i in range(5)
        ),
        {
            "loss": [(i + 1, 2.0**-i) for i in range(5)],
            "learning_rate": [(i + 1, 0.5) for i in range(5)],
            "epoch": [(i, 0.0) for i in range(5)],
        },
    ),
    Sample(
        "nanoGPT: noisy batches, and estimates on lines of their own",
        "nanogpt.log",
        "tokens per iteration will be: 491,520\n"
        "step 0: train loss 4.25, val loss 4.5\n"
        "iter 0: loss 4.25, time 38.12ms, mfu -100.00%\n"
        "iter 10: loss 3.5, time 38.12ms, mfu 12.30%\n"
        "iter 20: loss nan, time 38.12ms, mfu 12.30%\n"
        "step 20: train loss 3.0, val loss 3.25\n",
        {
            "loss": [(0, 4.25), (10, 3.5), (20, nan)],
            "time (ms)": [(0, 38.12), (10, 38.12), (20, 38.12)],
            "mfu": [(0, -100), (10, 12.3), (20, 12.3)],
            "train loss": [(0, 4.25), (20, 3)],
            "val loss": [(0, 4.5), (20, 3.25)],
        },
    ),
    Sample(
        "nanochat: thousands separators, a multiplier of the rate",
        "nanochat.log",
        "step 00000/21400 (0.05%) | loss: 9.500000 | lrm: 1.00 | dt: 500.1ms | tok/sec: 1,048,576 "
        "| mfu: 40.00\n"
        "step 00010/21400 (0.05%) | loss: 9.250000 | lrm: 1.00 | dt: 500.1ms | tok/sec: 1,048,576 "
        "| mfu: 40.00\n"
        "step 00020/21400 (0.05%) | loss: 9.000000 | lrm: 1.00 | dt: 500.1ms | tok/sec: 1,048,576 "
        "| mfu: 40.00\n"
        "Step 00020 | Validation bpb: 1.250000\n",
        {
            "loss": [(0, 9.5), (10, 9.25), (20, 9)],
            "lrm": [(0, 1), (10, 1), (20, 1)],
            "dt": [(0, 500.1), (10, 500.1), (20, 500.1)],
            "tok/sec": [(0, 1048576), (10, 1048576), (20, 1048576)],
            "mfu": [(0, 40), (10, 40), (20, 40)],
            "Validation bpb": [(20, 1.25)],
        },
    ),
    Sample(
        "modded-nanogpt: `nanms` is a duration that cannot be told yet",
        "speedrun.txt",
        "step:0/6200 val_loss:10.75 train_time:0ms step_avg:nanms\n"
        "step:1/6200 train_loss:10.5 train_time:100ms step_avg:nanms\n"
        "step:2/6200 train_loss:10.25 train_time:200ms step_avg:nanms\n"
        "step:11/6200 train_loss:9.5 train_time:900ms step_avg:81.5ms\n",
        {
            "val_loss": [(0, 10.75)],
            "train_time": [(0, 0), (1, 100), (2, 200), (11, 900)],
            "train_loss": [(1, 10.5), (2, 10.25), (11, 9.5)],
            "step_avg": [(11, 81.5)],
        },
    ),
    Sample(
        "llm.c: `tel` is the validation loss",
        "main.log",
        "s:0 tel:11.0\n"
        "s:0 trl:10.75 lr:0.000042 norm:3.12\n"
        "s:1 trl:10.5 lr:0.000084 norm:2.5\n"
        "s:2 trl:10.25 lr:0.000126 norm:2.25\n",
        {
            "tel": [(0, 11)],
            "trl": [(0, 10.75), (1, 10.5), (2, 10.25)],
            "lr": [(0, 4.2e-05), (1, 8.4e-05), (2, 0.000126)],
            "norm": [(0, 3.12), (1, 2.5), (2, 2.25)],
        },
    ),
    Sample(
        "litgpt: steps beside iterations, a validation loss from some row on",
        "litgpt.log",
        "Epoch 1 | iter 4 step 1 | loss train: 2.5, val: n/a | iter time: 123.50 ms (step)\n"
        "Epoch 1 | iter 8 step 2 | loss train: 2.25, val: n/a | iter time: 123.50 ms (step)\n"
        "Epoch 1 | iter 12 step 3 | loss train: 2.0, val: n/a | iter time: 123.50 ms (step)\n"
        "Epoch 1 | iter 16 step 4 | loss train: 1.75, val: 1.875 | iter time: 123.50 ms (step)\n"
        "Epoch 1 | iter 20 step 5 | loss train: 1.5, val: 1.75 | iter time: 123.50 ms (step)\n"
        "Epoch 1 | iter 24 step 6 | loss train: 1.25, val: 1.5 | iter time: 123.50 ms (step)\n",
        {
            "epoch": [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)],
            "iter": [(1, 4), (2, 8), (3, 12), (4, 16), (5, 20), (6, 24)],
            "loss train": [(1, 2.5), (2, 2.25), (3, 2), (4, 1.75), (5, 1.5), (6, 1.25)],
            "iter time": [(1, 123.5), (2, 123.5), (3, 123.5), (4, 123.5), (5, 123.5), (6, 123.5)],
            "loss val": [(4, 1.875), (5, 1.75), (6, 1.5)],
        },
    ),
    Sample(
        "Megatron-LM: validation names its iteration",
        "megatron.log",
        " [2024-01-01 00:00:00.000000] iteration      100/  500000 | consumed samples:        "
        "25600 | learning rate: 1.500000E-04 | lm loss: 6.500000E+00 | loss scale: 4096.0 | grad "
        "norm: 1.250 | number of nan iterations:   0 |\n"
        " [2024-01-01 00:00:00.000000] iteration      200/  500000 | consumed samples:        "
        "51200 | learning rate: 1.500000E-04 | lm loss: 6.250000E+00 | loss scale: 4096.0 | grad "
        "norm: 1.250 | number of nan iterations:   0 |\n"
        " [2024-01-01 00:00:00.000000] iteration      300/  500000 | consumed samples:        "
        "76800 | learning rate: 1.500000E-04 | lm loss: 6.000000E+00 | loss scale: 4096.0 | grad "
        "norm: 1.250 | number of nan iterations:   0 |\n"
        " validation loss at iteration 300 on validation set | lm loss value: 6.125000E+00 | lm "
        "loss PPL: 4.5E+02 | \n",
        {
            "consumed_samples": [(100, 25600), (200, 51200), (300, 76800)],
            "learning rate": [(100, 0.00015), (200, 0.00015), (300, 0.00015)],
            "lm loss": [(100, 6.5), (200, 6.25), (300, 6)],
            "loss scale": [(100, 4096), (200, 4096), (300, 4096)],
            "grad norm": [(100, 1.25), (200, 1.25), (300, 1.25)],
            "number of nan iterations": [(100, 0), (200, 0), (300, 0)],
            "validation/lm loss value": [(300, 6.125)],
            "validation/lm loss PPL": [(300, 450)],
        },
    ),
    Sample(
        "Megatron-DeepSpeed whose loss was never finite, and so never printed",
        "never.log",
        "".join(
            f" iteration {i:8}/  250000 | consumed samples: {8 * i:12} | learning rate: 2.5E-04 | loss scale: 1.0 | "
            f"grad norm: nan | number of skipped iterations:   0 |\n"
            for i in range(1, 5)
        ),
        {
            "consumed_samples": [(i, 8 * i) for i in range(1, 5)],
            "learning rate": [(i, 2.5e-4) for i in range(1, 5)],
            "loss scale": [(i, 1) for i in range(1, 5)],
            "grad norm": [(i, nan) for i in range(1, 5)],
            "number of skipped iterations": [(i, 0) for i in range(1, 5)],
        },
    ),
    Sample(
        "torchtitan: colours, ranks that repeat each other, NaN behind padding",
        "titan.log",
        "[rank1]:[titan] 2024-01-01 00:00:00,000 - root - INFO - \x1b[31mstep:  1  \x1b[32mloss:  "
        "7.50000  \x1b[33mgrad_norm:  1.2500  \x1b[34mtps: 7,000\x1b[39m\n"
        "[rank0]:[titan] 2024-01-01 00:00:00,000 - root - INFO - \x1b[31mstep:  1  \x1b[32mloss:  "
        "7.50000  \x1b[33mgrad_norm:  1.2500  \x1b[34mtps: 7,000\x1b[39m\n"
        "[rank1]:[titan] 2024-01-01 00:00:00,000 - root - INFO - \x1b[31mstep:  2  \x1b[32mloss:  "
        "7.25000  \x1b[33mgrad_norm:  1.2500  \x1b[34mtps: 7,000\x1b[39m\n"
        "[rank0]:[titan] 2024-01-01 00:00:00,000 - root - INFO - \x1b[31mstep:  2  \x1b[32mloss:  "
        "7.25000  \x1b[33mgrad_norm:  1.2500  \x1b[34mtps: 7,000\x1b[39m\n"
        "[rank1]:[titan] 2024-01-01 00:00:00,000 - root - INFO - \x1b[31mstep:  3  \x1b[32mloss:      "
        "nan  \x1b[33mgrad_norm:  1.2500  \x1b[34mtps: 7,000\x1b[39m\n"
        "[rank0]:[titan] 2024-01-01 00:00:00,000 - root - INFO - \x1b[31mstep:  3  \x1b[32mloss:      "
        "nan  \x1b[33mgrad_norm:  1.2500  \x1b[34mtps: 7,000\x1b[39m\n"
        "[rank0]:[titan] 2024-01-01 00:00:00,000 - root - INFO - validate step: 2  loss:  7.3750\n",
        {
            "loss": [(1, 7.5), (2, 7.25), (3, nan)],
            "grad_norm": [(1, 1.25), (2, 1.25), (3, 1.25)],
            "tps": [(1, 7000), (2, 7000), (3, 7000)],
            "validate/loss": [(2, 7.375)],
        },
    ),
    Sample(
        "torchtune: numbers wrapped in tensors",
        "log_1700000000.txt",
        "Step 1 | loss:1.5 lr:6.5e-06 grad_norm:tensor(2.5, device='cuda:0') \n"
        "Step 2 | loss:1.25 lr:6.5e-06 grad_norm:tensor(2.5, device='cuda:0') \n"
        "Step 3 | loss:1.0 lr:6.5e-06 grad_norm:tensor(2.5, device='cuda:0') \n",
        {
            "loss": [(1, 1.5), (2, 1.25), (3, 1)],
            "lr": [(1, 6.5e-06), (2, 6.5e-06), (3, 6.5e-06)],
            "grad_norm": [(1, 2.5), (2, 2.5), (3, 2.5)],
        },
    ),
    Sample(
        "NeMo",
        "nemo.log",
        "Training epoch 0, iteration 1/99 | lr: 3.5e-06 | global_step: 1 | reduced_train_loss: 2.5 "
        "| consumed_samples: 64\n"
        "Training epoch 0, iteration 2/99 | lr: 3.5e-06 | global_step: 2 | reduced_train_loss: "
        "2.25 | consumed_samples: 128\n"
        "Training epoch 0, iteration 3/99 | lr: 3.5e-06 | global_step: 3 | reduced_train_loss: 2.0 "
        "| consumed_samples: 192\n",
        {
            "epoch": [(1, 0), (2, 0), (3, 0)],
            "iteration": [(1, 1), (2, 2), (3, 3)],
            "consumed_samples": [(1, 64), (2, 128), (3, 192)],
            "lr": [(1, 3.5e-06), (2, 3.5e-06), (3, 3.5e-06)],
            "reduced_train_loss": [(1, 2.5), (2, 2.25), (3, 2)],
        },
    ),
    Sample(
        "OLMo: a heading that counts above the lines of a record",
        "olmo.log",
        "2024-01-01T10:00:00.000Z\tINFO\t[olmo.train:968, rank=0]\t[step=1/10000,epoch=0]\n"
        "    optim/total_grad_norm=1.25\n"
        "    train/CrossEntropyLoss=2.5\n"
        "2024-01-01T10:00:00.000Z\tINFO\t[olmo.train:968, rank=0]\t[step=2/10000,epoch=0]\n"
        "    optim/total_grad_norm=1.25\n"
        "    train/CrossEntropyLoss=2.25\n"
        "2024-01-01T10:00:00.000Z\tINFO\t[olmo.train:968, rank=0]\t[step=3/10000,epoch=0]\n"
        "    optim/total_grad_norm=1.25\n"
        "    train/CrossEntropyLoss=2.0\n",
        {
            "optim/total_grad_norm": [(1, 1.25), (2, 1.25), (3, 1.25)],
            "train/CrossEntropyLoss": [(1, 2.5), (2, 2.25), (3, 2)],
        },
    ),
    Sample(
        "Hugging Face up to version 4: steps follow from the averages at the end",
        "hf4.log",
        "{'loss': 2.5, 'grad_norm': 1.5, 'learning_rate': 0.0005, 'epoch': 0.5}\n"
        "{'loss': 2.25, 'grad_norm': nan, 'learning_rate': 0.0005, 'epoch': 1.0}\n"
        "{'eval_loss': 2.125, 'eval_runtime': 3.5, 'epoch': 1.0}\n"
        "{'loss': 2.0, 'grad_norm': 1.5, 'learning_rate': 0.0005, 'epoch': 1.5}\n"
        "{'loss': 1.75, 'grad_norm': 1.5, 'learning_rate': 0.0005, 'epoch': 2.0}\n"
        "{'eval_loss': 2.0, 'eval_runtime': 3.5, 'epoch': 2.0}\n"
        "{'train_runtime': 20.0, 'train_steps_per_second': 2.0, 'train_loss': 2.125, 'epoch': 2.0}\n",
        {
            "epoch": [(10, 0.5), (20, 1), (20, 1), (30, 1.5), (40, 2), (40, 2)],
            "loss": [(10, 2.5), (20, 2.25), (30, 2), (40, 1.75)],
            "eval_loss": [(20, 2.125), (40, 2)],
            "eval_runtime": [(20, 3.5), (40, 3.5)],
            "grad_norm": [(10, 1.5), (20, nan), (30, 1.5), (40, 1.5)],
            "learning_rate": [(10, 0.0005), (20, 0.0005), (30, 0.0005), (40, 0.0005)],
        },
    ),
    Sample(
        "Hugging Face 4, an epoch of many steps: what stays the same is no repetition",
        "half.log",
        "".join(
            f"{{'loss': {loss}, 'grad_norm': nan, 'learning_rate': {i}e-05, 'epoch': 0.0}}\n"
            for i, loss in enumerate((2.5, 0.0, 0.0, 0.0), 1)
        ),
        {
            "loss": [(1, 2.5), (2, 0), (3, 0), (4, 0)],
            "grad_norm": [(1, nan), (2, nan), (3, nan), (4, nan)],
            "learning_rate": [(1, 1e-5), (2, 2e-5), (3, 3e-5), (4, 4e-5)],
            "epoch": [(0, 0), (1, 0), (2, 0), (3, 0)],
        },
    ),
    Sample(
        "Hugging Face from version 5 on: every number in quotes; nothing tells the steps",
        "hf5.log",
        "{'loss': '2.5', 'learning_rate': '9.5e-05', 'epoch': '0.25'}\n"
        "{'loss': 'nan', 'learning_rate': '9.5e-05', 'epoch': '0.5'}\n"
        "{'loss': '2', 'learning_rate': '9.5e-05', 'epoch': '0.75'}\n",
        {
            "epoch": [(0, 0.25), (1, 0.5), (2, 0.75)],
            "loss": [(1, 2.5), (2, nan), (3, 2)],
            "learning_rate": [(1, 9.5e-05), (2, 9.5e-05), (3, 9.5e-05)],
        },
    ),
    Sample(
        "a model card of Hugging Face",
        "README.md",
        "# my-model\n"
        "\n"
        "| Training Loss | Epoch | Step | Validation Loss | Accuracy |\n"
        "|:-------------:|:-----:|:----:|:---------------:|:--------:|\n"
        "| No log        | 1.0   | 250  | 0.875           | 0.625    |\n"
        "| 0.75          | 2.0   | 500  | 0.625           | 0.75     |\n",
        {
            "epoch": [(250, 1), (500, 2)],
            "Validation Loss": [(250, 0.875), (500, 0.625)],
            "Accuracy": [(250, 0.625), (500, 0.75)],
            "Training Loss": [(500, 0.75)],
        },
    ),
    Sample(
        "fairseq's own printing, where only the subset says what is validation",
        "fairseq.log",
        "epoch 001:      1 / 500 loss=13.5, num_updates=1, lr=0.001\n"
        "epoch 001:      2 / 500 loss=13.25, num_updates=2, lr=0.001\n"
        "epoch 001:      3 / 500 loss=13.0, num_updates=3, lr=0.001\n"
        "epoch 001 | valid on 'valid' subset | loss 12.5 | num_updates 3\n"
        "epoch 002:      1 / 500 loss=12.5, num_updates=4, lr=0.001\n"
        "epoch 002 | valid on 'valid' subset | loss 12.25 | num_updates 4\n",
        {
            "epoch": [(1, 1), (2, 1), (3, 1), (3, 1), (4, 2), (4, 2)],
            "loss": [(1, 13.5), (2, 13.25), (3, 13), (4, 12.5)],
            "lr": [(1, 0.001), (2, 0.001), (3, 0.001), (4, 0.001)],
            "valid/loss": [(3, 12.5), (4, 12.25)],
        },
    ),
    Sample(
        "fairseq: `num_updates` counts through all epochs, validation in a line of the other style",
        "fairseq.log",
        "2021-01-01 00:00:00 | INFO | train_inner | epoch 001:    100 / 500 loss=13.5, ppl=8000, "
        "num_updates=100, lr=0.001, gnorm=1.25, loss_scale=128\n"
        "2021-01-01 00:00:00 | INFO | train_inner | epoch 001:    200 / 500 loss=13.25, ppl=8000, "
        "num_updates=200, lr=0.001, gnorm=1.25, loss_scale=128\n"
        "2021-01-01 00:00:00 | INFO | train_inner | epoch 001:    300 / 500 loss=13.0, ppl=8000, "
        "num_updates=300, lr=0.001, gnorm=1.25, loss_scale=128\n"
        "2021-01-01 00:00:00 | INFO | valid | epoch 001 | valid on 'valid' subset | loss 12.5 | "
        "ppl 2000 | num_updates 500\n"
        "2021-01-01 00:00:00 | INFO | valid | epoch 002 | valid on 'valid' subset | loss 12.25 | "
        "ppl 2000 | num_updates 1000\n"
        "2021-01-01 00:00:00 | INFO | valid | epoch 003 | valid on 'valid' subset | loss 12.0 | "
        "ppl 2000 | num_updates 1500\n",
        {
            "epoch": [(100, 1), (200, 1), (300, 1), (500, 1), (1000, 2), (1500, 3)],
            "train/loss": [(100, 13.5), (200, 13.25), (300, 13)],
            "train/ppl": [(100, 8000), (200, 8000), (300, 8000)],
            "lr": [(100, 0.001), (200, 0.001), (300, 0.001)],
            "gnorm": [(100, 1.25), (200, 1.25), (300, 1.25)],
            "loss_scale": [(100, 128), (200, 128), (300, 128)],
            "valid/loss": [(500, 12.5), (1000, 12.25), (1500, 12)],
            "valid/ppl": [(500, 2000), (1000, 2000), (1500, 2000)],
        },
    ),
    Sample(
        "Marian: pieces between colons, and validation in lines of one quantity each",
        "train.log",
        "".join(
            f"[2018-12-02 19:20:47] Ep. 1 : Up. {update} : Sen. 40,600 : Cost {cost} * 898,943 @ 2,380 after 35,885 "
            f": Time 2829.20s : 736.97 words/s : gNorm 0.625 : L.r. {rate}\n"
            + (
                f"[2018-12-02 19:20:59] [valid] Ep. 1 : Up. {update} : cross-entropy : {cost / 2} : new best\n"
                f"[2018-12-02 19:20:59] [valid] Ep. 1 : Up. {update} : perplexity : {cost / 8} : stalled 1 times\n"
            )
            for update, cost, rate in (
                (1000, 64.0, "3.0000e-04"),
                (2000, 48.0, "2.5000e-04"),
                (3000, 40.0, "2.0000e-04"),
            )
        ),
        {
            "Cost": [(1000, 64), (2000, 48), (3000, 40)],
            "gNorm": [(1000, 0.625), (2000, 0.625), (3000, 0.625)],
            "learning rate": [(1000, 3e-4), (2000, 2.5e-4), (3000, 2e-4)],
            "epoch": [(step, 1) for step in (1000, 1000, 1000, 2000, 2000, 2000, 3000, 3000, 3000)],
            "valid/cross-entropy": [(1000, 32), (2000, 24), (3000, 20)],
            "valid/perplexity": [(1000, 8), (2000, 6), (3000, 5)],
        },
    ),
    Sample(
        "Sockeye: its logger in brackets before batches and checkpoints",
        "sockeye.log",
        "[INFO:sockeye.training] Epoch[0] Batch [50]\tSpeed: 180.5 samples/sec 8556.40 tokens/sec 1.59 updates/sec\t"
        "perplexity=90.5\n"
        "[INFO:sockeye.training] Epoch[0] Batch [100]\tSpeed: 181.5 samples/sec 8557.40 tokens/sec 1.59 updates/sec\t"
        "perplexity=60.5\n"
        "[INFO:sockeye.training] Checkpoint [1]\tTrain-perplexity=60.5\n"
        "[INFO:sockeye.training] Checkpoint [1]\tValidation-perplexity=70.5\n"
        "[INFO:sockeye.training] Epoch[0] Batch [150]\tSpeed: 182.5 samples/sec 8558.40 tokens/sec 1.59 updates/sec\t"
        "perplexity=40.5\n"
        "[INFO:sockeye.training] Epoch[0] Batch [200]\tSpeed: 183.5 samples/sec 8559.40 tokens/sec 1.59 updates/sec\t"
        "perplexity=30.5\n"
        "[INFO:sockeye.training] Checkpoint [2]\tTrain-perplexity=30.5\n"
        "[INFO:sockeye.training] Checkpoint [2]\tValidation-perplexity=50.5\n",
        {
            "epoch": [(50, 0), (100, 0), (150, 0), (200, 0)],
            "Speed": [(50, 180.5), (100, 181.5), (150, 182.5), (200, 183.5)],
            "perplexity": [(50, 90.5), (100, 60.5), (150, 40.5), (200, 30.5)],
        },
    ),
    Sample(
        "Flair: nothing between the moment and the epoch",
        "training.log",
        "2026-05-12 09:31:08,123 epoch 1 - iter 5/10 - loss 1.5 - lr: 0.5\n"
        "2026-05-12 09:31:10,123 epoch 1 - iter 10/10 - loss 1.25 - lr: 0.5\n"
        "2026-05-12 09:31:18,123 epoch 2 - iter 5/10 - loss 1.0 - lr: 0.25\n"
        "2026-05-12 09:31:20,123 epoch 2 - iter 10/10 - loss 0.75 - lr: 0.25\n",
        {
            "loss": [(5, 1.5), (10, 1.25), (15, 1.0), (20, 0.75)],
            "lr": [(5, 0.5), (10, 0.5), (15, 0.25), (20, 0.25)],
            "epoch": [(5, 1), (10, 1), (15, 2), (20, 2)],
        },
    ),
    Sample(
        "word language model: values without colons",
        "lm.log",
        "| epoch   1 |   100/  200 batches | lr 20.00 | ms/batch 11.50 | loss  6.00 | ppl  2050.50\n"
        "| epoch   1 |   200/  200 batches | lr 20.00 | ms/batch 11.50 | loss  5.50 | ppl  2050.50\n"
        "----------------------------------------\n"
        "| end of epoch   1 | time: 40.50s | valid loss  6.00 | valid ppl   150.00\n"
        "----------------------------------------\n"
        "| epoch   2 |   100/  200 batches | lr 20.00 | ms/batch 11.50 | loss  5.00 | ppl  2050.50\n"
        "| epoch   2 |   200/  200 batches | lr 20.00 | ms/batch 11.50 | loss  4.50 | ppl  2050.50\n"
        "----------------------------------------\n"
        "| end of epoch   2 | time: 40.50s | valid loss  5.00 | valid ppl   150.00\n"
        "----------------------------------------\n"
        "| epoch   3 |   100/  200 batches | lr 20.00 | ms/batch 11.50 | loss  4.00 | ppl  2050.50\n"
        "| epoch   3 |   200/  200 batches | lr 20.00 | ms/batch 11.50 | loss  3.50 | ppl  2050.50\n"
        "----------------------------------------\n"
        "| end of epoch   3 | time: 40.50s | valid loss  4.00 | valid ppl   150.00\n"
        "----------------------------------------\n",
        {
            "epoch": [(100, 1), (200, 1), (200, 1), (300, 2), (400, 2), (400, 2), (500, 3), (600, 3), (600, 3)],
            "lr": [(100, 20), (200, 20), (300, 20), (400, 20), (500, 20), (600, 20)],
            "ms/batch": [(100, 11.5), (200, 11.5), (300, 11.5), (400, 11.5), (500, 11.5), (600, 11.5)],
            "loss": [(100, 6), (200, 5.5), (300, 5), (400, 4.5), (500, 4), (600, 3.5)],
            "ppl": [(100, 2050.5), (200, 2050.5), (300, 2050.5), (400, 2050.5), (500, 2050.5), (600, 2050.5)],
            "time (s)": [(200, 40.5), (400, 40.5), (600, 40.5)],
            "valid loss": [(200, 6), (400, 5), (600, 4)],
            "valid ppl": [(200, 150), (400, 150), (600, 150)],
        },
    ),
    Sample(
        "PyTorch's word-level language model: evaluations that came but twice",
        "train.log",
        "".join(
            f"| epoch   {epoch} |   {batch}/ 300 batches | lr 0.50 | loss  {4 - epoch - batch / 400:.2f}\n"
            + f"| end of epoch   {epoch} | time: 30.50s | valid loss  {4 - epoch:.2f}\n" * (batch == 300)
            for epoch in (1, 2)
            for batch in (100, 200, 300)
        ),
        {
            "lr": [(step, 0.5) for step in range(100, 700, 100)],
            "loss": [(100, 2.75), (200, 2.5), (300, 2.25), (400, 1.75), (500, 1.5), (600, 1.25)],
            "epoch": [(100, 1), (200, 1), (300, 1), (300, 1), (400, 2), (500, 2), (600, 2), (600, 2)],
            "time (s)": [(300, 30.5), (600, 30.5)],
            "valid loss": [(300, 3), (600, 2)],
        },
    ),
    Sample(
        "icefall under SageMaker's mpirun: only one of the ranks",
        "algo-1.stdout",
        "".join(
            f"[1,mpirank:{rank},algo-1]<stderr>:2024-01-01 10:00:00,123 INFO [finetune.py:1142] ({rank}/2) Epoch 2, "
            f"batch {50 * i}, loss[loss={3 - i / 2 + rank}, over 2699.00 frames. ], tot_loss[loss={3 - i / 2}, over "
            f"64315.39 frames. ], lr: 0.0045,\n"
            for i in range(4)
            for rank in (0, 1)
        ),
        {
            "loss": [(0, 3), (50, 2.5), (100, 2), (150, 1.5)],
            "tot_loss": [(0, 3), (50, 2.5), (100, 2), (150, 1.5)],
            "epoch": [(0, 2), (50, 2), (100, 2), (150, 2)],
            "lr": [(0, 0.0045), (50, 0.0045), (100, 0.0045), (150, 0.0045)],
        },
    ),
    Sample(
        "Hugging Face: epochs that are rounded to as much as lies between two rows",
        "train.log",
        "".join(
            f"{{'loss': {loss}, 'learning_rate': 0.5, 'epoch': {epoch}}}\n"
            for loss, epoch in ((2.5, 0.31), (2.25, 0.33), (2.0, 0.35), (1.75, 0.37))
        ),
        {
            "loss": [(1, 2.5), (2, 2.25), (3, 2.0), (4, 1.75)],
            "learning_rate": [(1, 0.5), (2, 0.5), (3, 0.5), (4, 0.5)],
            "epoch": [(0, 0.31), (1, 0.33), (2, 0.35), (3, 0.37)],
        },
    ),
    Sample(
        "Hugging Face: two rows with their rate and their epoch",
        "train.log",
        "{'loss': 2.5, 'learning_rate': 0.5, 'epoch': 1.0}\n{'loss': 2.25, 'learning_rate': 0.25, 'epoch': 2.0}\n",
        {"loss": [(1, 2.5), (2, 2.25)], "learning_rate": [(1, 0.5), (2, 0.25)]},
    ),
    Sample(
        "OpenNMT-py with early stopping, which says what the best was before",
        "train.log",
        "".join(
            f"[2024-01-02 10:00:0{i},500 INFO] Step {100 * i}/1000; acc:  {10 * i}.00; ppl: {9 - i}.50; xent: 1.50; "
            f"lr: 1.00000; 9000/8000 tok/s;      {i} sec\n"
            f"[2024-01-02 10:00:0{i},750 INFO] Validation perplexity: {8 - i}.5\n"
            f"[2024-01-02 10:00:0{i},750 INFO] Validation accuracy: {20 * i}.5\n"
            f"[2024-01-02 10:00:0{i},750 INFO] Model is improving ppl: "
            f"{f'{9 - i}.5' if i > 1 else 'inf'} --> {8 - i}.5.\n"
            f"[2024-01-02 10:00:0{i},750 INFO] Model is improving acc: "
            f"{f'{20 * i - 20}.5' if i > 1 else '-inf'} --> {20 * i}.5.\n"
            for i in range(1, 5)
        ),
        {
            "acc": [(100 * i, 10 * i) for i in range(1, 5)],
            "ppl": [(100 * i, 9.5 - i) for i in range(1, 5)],
            "xent": [(100 * i, 1.5) for i in range(1, 5)],
            "lr": [(100 * i, 1.0) for i in range(1, 5)],
            "Validation perplexity": [(100 * i, 8.5 - i) for i in range(1, 5)],
            "Validation accuracy": [(100 * i, 20 * i + 0.5) for i in range(1, 5)],
        },
    ),
    Sample(
        "a loop that says what improves behind the word",
        "train.log",
        "".join(
            f"Epoch {i}, train loss: {8 / i:.4f}. Model is improving val_loss: "
            f"{9 / (i - 1) if i > 1 else float('inf'):.4f} -> {9 / i:.4f}\n"
            for i in (1, 2, 4)
        ),
        {"train loss": [(1, 8.0), (2, 4.0), (4, 2.0)], "val_loss": [(1, 9.0), (2, 4.5), (4, 2.25)]},
    ),
    Sample(
        "mlx-lm, whose losses a callback prints as well under another word for the iteration",
        "train.log",
        "".join(
            f"Iter {10 * i}: Train loss {5 - i}.5, It/sec 0.5\n  Iteration {10 * i}: Val loss = {6 - i}.25\n"
            for i in range(1, 5)
        ),
        {
            "Train loss": [(10 * i, 5.5 - i) for i in range(1, 5)],
            "It/sec": [(10 * i, 0.5) for i in range(1, 5)],
            "Val loss": [(10 * i, 6.25 - i) for i in range(1, 5)],
        },
    ),
    Sample(
        "fairseq: how far an evaluation is, and what it came to",
        "train.log",
        "".join(
            "".join(f"| epoch 00{i}  {b} / 3000 loss={9.5 - i - b / 2000} (7.20), lr=0.25\n" for b in (1000, 2000))
            + f"| epoch 00{i} | valid on 'valid' subset  1000 / 1311 loss={8.5 - i}\n"
            + f"| epoch 00{i} | valid on 'valid' subset | valid loss {7.5 - i} | valid ppl {i}.5\n"
            for i in (4, 5, 6)
        ),
        {
            "epoch": [(3000 * i - d, i) for i in (4, 5, 6) for d in (2000, 1000, 1000)],
            "loss": [(3000 * i + b - 3000, 9.5 - i - b / 2000) for i in (4, 5, 6) for b in (1000, 2000)],
            "lr": [(3000 * i + b - 3000, 0.25) for i in (4, 5, 6) for b in (1000, 2000)],
            "valid loss": [(3000 * i - 1000, 7.5 - i) for i in (4, 5, 6)],
            "valid ppl": [(3000 * i - 1000, i + 0.5) for i in (4, 5, 6)],
        },
    ),
)
