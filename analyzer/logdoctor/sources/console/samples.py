"""Text logs as the programs print them, written from their sources; those really printed lie in the tests."""

from __future__ import annotations

from math import inf, nan

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "one line that counts nothing for training and, below a heading, for the evaluation",
        "log_train.txt",
        "".join(
            f"Epoch: {i}\nLoss: {3 - i / 4} | Acc: {25 + 5 * i}.000% ({2 * i}/80)\n"
            f"Test results:\nLoss: {3.5 - i / 4} | Acc: {20 + 5 * i}.000% ({i}/40)\n"
            for i in range(4)
        ),
        {
            "Loss": [(i, 3 - i / 4) for i in range(4)],
            "Acc": [(i, 25 + 5 * i) for i in range(4)],
            "test/Loss": [(i, 3.5 - i / 4) for i in range(4)],
            "test/Acc": [(i, 20 + 5 * i) for i in range(4)],
        },
    ),
    Sample(
        "the same, with lines of their own for some epochs: the next epoch ends what the heading speaks of",
        "log_train.txt",
        "".join(
            f"Epoch: {i}\nLoss: {3 - i / 4} | Acc: {25 + 5 * i}.0" + (f" | Mark: {i}.5" if i > 2 else "") + "\n"
            f"Test results:\nLoss: {3.5 - i / 4} | Acc: {20 + 5 * i}.0\n"
            for i in range(6)
        ),
        {
            "Loss": [(i, 3 - i / 4) for i in range(6)],
            "Acc": [(i, 25 + 5 * i) for i in range(6)],
            "Mark": [(i, i + 0.5) for i in range(3, 6)],
            "test/Loss": [(i, 3.5 - i / 4) for i in range(6)],
            "test/Acc": [(i, 20 + 5 * i) for i in range(6)],
        },
    ),
    Sample(
        "the evaluation first, and a heading for training, which ends what that of the evaluation speaks of",
        "log_train.txt",
        "".join(
            f"Epoch: {i}\nTest results:\nLoss: {3.5 - i / 4} | Acc: {20 + 5 * i}.0\n"
            f"Train results:\nLoss: {3 - i / 4} | Acc: {25 + 5 * i}.0\n"
            for i in range(4)
        ),
        {
            "train/Loss": [(i, 3 - i / 4) for i in range(4)],
            "train/Acc": [(i, 25 + 5 * i) for i in range(4)],
            "test/Loss": [(i, 3.5 - i / 4) for i in range(4)],
            "test/Acc": [(i, 20 + 5 * i) for i in range(4)],
        },
    ),
    Sample(
        "two evaluations of each epoch under one heading, on two sets in turn",
        "log_train.txt",
        "".join(
            f"Epoch: {i}\nLoss: {3 - i / 4} | Acc: {25 + 5 * i}.0\n"
            f"Test results:\nLoss: {3.5 - i / 4} | Acc: {20 + 5 * i}.0\n"
            f"Test results:\nLoss: {4.5 - i / 8} | Acc: {5 + i}.0\n"
            for i in range(4)
        ),
        {
            "Loss": [(i, 3 - i / 4) for i in range(4)],
            "Acc": [(i, 25 + 5 * i) for i in range(4)],
            "test/Loss": [(i, 3.5 - i / 4) for i in range(4)],
            "test/Acc": [(i, 20 + 5 * i) for i in range(4)],
            "test 2/Loss": [(i, 4.5 - i / 8) for i in range(4)],
            "test 2/Acc": [(i, 5 + i) for i in range(4)],
        },
    ),
    Sample(
        "the epoch in brackets of its own, before the step and before what the evaluation found",
        "log.txt",
        "".join(
            f"2026-05-12 09:3{i}:00,540 Train: [ {i}/3] Step 000/100 Loss {9 - 2 * i}.5\n"
            f"2026-05-12 09:3{i}:20,540 Train: [ {i}/3] Step 050/100 Loss {8 - 2 * i}.5\n"
            f"2026-05-12 09:3{i}:40,540 Valid: [ {i}/3] Precision 0.{i}25 Recall 0.{i}5\n"
            for i in range(1, 4)
        ),
        {
            "train/Loss": [(0, 7.5), (50, 6.5), (100, 5.5), (150, 4.5), (200, 3.5), (250, 2.5)],
            "valid/Precision": [(50, 0.125), (150, 0.225), (250, 0.325)],
            "valid/Recall": [(50, 0.15), (150, 0.25), (250, 0.35)],
            "epoch": [(0, 1), (50, 1), (50, 1), (100, 2), (150, 2), (150, 2), (200, 3), (250, 3), (250, 3)],
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
        "a tutorial: batches of an epoch above the line that names it",
        "stdout.txt",
        "    batch 8/16  loss=3.5\n"
        "    batch 16/16  loss=3.25\n"
        "| epoch   1 | time:  2.50s | train loss   3.375 | valid loss   3.0 |\n"
        "    batch 8/16  loss=2.5\n"
        "    batch 16/16  loss=2.25\n"
        "| epoch   2 | time:  2.25s | train loss   2.375 | valid loss   2.5 |\n",
        {
            "loss": [(8, 3.5), (16, 3.25), (24, 2.5), (32, 2.25)],
            "epoch": [(16, 1), (32, 2)],
            "time (s)": [(16, 2.5), (32, 2.25)],
            "train loss": [(16, 3.375), (32, 2.375)],
            "valid loss": [(16, 3.0), (32, 2.5)],
        },
    ),
    Sample(
        "Keras 2, one line for each epoch and no time for a step: its own epoch, not the batches of it",
        "fit.log",
        "Epoch 1/3\n19/19 - 21s - loss: 1.5 - accuracy: 0.25 - val_loss: 1.75\n"
        "Epoch 2/3\n19/19 - 12s - loss: 1.25 - accuracy: 0.5 - val_loss: 1.5\n"
        "Epoch 3/3\n19/19 - 12s - loss: 1.0 - accuracy: 0.75 - val_loss: 1.25\n",
        {
            "loss": [(1, 1.5), (2, 1.25), (3, 1.0)],
            "accuracy": [(1, 0.25), (2, 0.5), (3, 0.75)],
            "val_loss": [(1, 1.75), (2, 1.5), (3, 1.25)],
        },
    ),
    Sample(
        "timm's file: the logger's name, and its level in brackets",
        "train.log",
        "2024-03-06 19:52:50,642 -                train: [    INFO] - Scheduled epochs: 2\n"
        + "".join(
            "2024-03-06 19:52:50,642 -                train: [    INFO] - "
            f"Train: {i // 2} [{100 * (i % 2):4d}/200 ({50 * (i % 2):3d}%)]  Loss: {4 - i / 4} ({4 - i / 8})  LR: 0.5\n"
            + "2024-03-06 19:53:50,642 -                train: [    INFO] - "
            f"Test: [  78/78]  Time: 0.25 (0.25)  Loss:  6.5 ({5 - i / 4})  Acc@1:  6.25 ({i:7.4f})\n" * (i % 2)
            for i in range(6)
        ),
        {
            "train/Loss": [(100 * i, 4 - i / 4) for i in range(6)],
            "LR": [(100 * i, 0.5) for i in range(6)],
            "test/Loss": [(100 * i, 5 - i / 4) for i in (1, 3, 5)],
            "test/Acc@1": [(100 * i, float(i)) for i in (1, 3, 5)],
            "test/Time": [(100 * i, 0.25) for i in (1, 3, 5)],
            "epoch": [(100 * i, i // 2) for i in range(6)],
        },
    ),
    Sample(
        "a loss that nothing counts, and after every second one an error",
        "gnn.log",
        "".join(
            f"Training Loss: {3 - i / 8}\n" + f"\nModel evaluation.\n\nModel test error: {2 - i / 8}\n" * (i % 2)
            for i in range(12)
        ),
        {
            "Training Loss": [(i, 3 - i / 8) for i in range(12)],
            "Model test error": [(i, 2 - i / 8) for i in range(1, 12, 2)],
        },
    ),
    Sample(
        "columns that are as wide as their names, one space apart",
        "fit.txt",
        "epoch      train_loss valid_loss accuracy   time\n"
        "0          1.5        1.25       0.5        00:01\n"
        "1          1.25       1.0        0.75       00:02\n",
        {
            "train_loss": [(0, 1.5), (1, 1.25)],
            "valid_loss": [(0, 1.25), (1, 1.0)],
            "accuracy": [(0, 0.5), (1, 0.75)],
            "time": [(0, 1.0), (1, 2.0)],
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
        "PyTorch's example of a VAE: lines that hold no number once the loss is NaN",
        "vae.log",
        "====> Epoch: 1 Average loss: 40.0\n"
        "====> Test set loss: 35.5\n"
        "====> Epoch: 2 Average loss: 30.0\n"
        "====> Test set loss: 28.5\n"
        "====> Epoch: 3 Average loss: 27.0\n"
        "====> Test set loss: 27.5\n"
        "====> Epoch: 4 Average loss: nan\n"
        "====> Test set loss: nan\n"
        "====> Epoch: 5 Average loss: nan\n"
        "====> Test set loss: nan\n",
        {
            "Average loss": [(1, 40), (2, 30), (3, 27), (4, nan), (5, nan)],
            "Test set loss": [(1, 35.5), (2, 28.5), (3, 27.5), (4, nan), (5, nan)],
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
        "Keras 2: the bar's last state of each epoch, and an evaluation that is none",
        "keras2.log",
        "Epoch 1/3\n"
        "\r  1/20 [>.......] - ETA: 9s - loss: 0.9900 - accuracy: 0.5000\r 20/20 [========] - 3s "
        "2ms/step - loss: 0.7500 - accuracy: 0.8750 - val_loss: 0.5000\n"
        "Epoch 2/3\n"
        "\r  1/20 [>.......] - ETA: 9s - loss: 0.9900 - accuracy: 0.5000\r 20/20 [========] - 3s "
        "2ms/step - loss: 0.5000 - accuracy: 0.8750 - val_loss: 0.3750\n"
        "Epoch 3/3\n"
        "\r  1/20 [>.......] - ETA: 9s - loss: 0.9900 - accuracy: 0.5000\r 20/20 [========] - 3s "
        "2ms/step - loss: 0.2500 - accuracy: 0.8750 - val_loss: 0.2500\n"
        "\r 5/5 [========] - 0s 1ms/step - loss: 0.1250 - accuracy: 0.9000\n",
        {
            "loss": [(1, 0.75), (2, 0.5), (3, 0.25)],
            "accuracy": [(1, 0.875), (2, 0.875), (3, 0.875)],
            "val_loss": [(1, 0.5), (2, 0.375), (3, 0.25)],
        },
    ),
    Sample(
        "Keras: an evaluation behind the training goes on in no pass of it, though it has more batches",
        "keras_evaluated.log",
        "".join(
            f"Epoch {e}/3\n118/118 [=====] - 4s 36ms/step - loss: {v} - val_loss: 0.75\n"
            for e, v in ((1, 0.75), (2, 0.5), (3, 0.25))
        )
        + "782/782 [=====] - 5s 7ms/step - loss: 0.8750\n",
        {"loss": [(1, 0.75), (2, 0.5), (3, 0.25)], "val_loss": [(1, 0.75), (2, 0.75), (3, 0.75)]},
    ),
    Sample(
        "lines that name no more than their epoch: what a log rounds to the value before is no line printed twice",
        "rounded.log",
        "".join(f"INFO: epoch {e}, loss: {v}\n" for e, v in ((1, 0.5), (1, 0.25), (1, 0.25), (2, 0.25), (2, 0.125))),
        {
            "epoch": [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2)],
            "loss": [(0, 0.5), (1, 0.25), (2, 0.25), (3, 0.25), (4, 0.125)],
        },
    ),
    Sample(
        "PyTorch's MNIST example: brackets count samples, the test set follows",
        "mnist.log",
        "Train Epoch: 1 [0/60000 (0%)]\tLoss: 2.500000\n"
        "Train Epoch: 1 [32000/60000 (53%)]\tLoss: 2.250000\n"
        "\n"
        "Test set: Average loss: 0.5000, Accuracy: 9000/10000 (90%)\n"
        "\n"
        "Train Epoch: 2 [0/60000 (0%)]\tLoss: 1.250000\n"
        "Train Epoch: 2 [32000/60000 (53%)]\tLoss: 1.000000\n"
        "\n"
        "Test set: Average loss: 0.2500, Accuracy: 9000/10000 (90%)\n"
        "\n"
        "Train Epoch: 3 [0/60000 (0%)]\tLoss: 0.500000\n"
        "Test set: Average loss: 0.1250, Accuracy: 9500/10000 (95%)\n",
        {
            "epoch": [(0, 1), (32000, 1), (60000, 2), (92000, 2), (120000, 3)],
            "train/Loss": [(0, 2.5), (32000, 2.25), (60000, 1.25), (92000, 1), (120000, 0.5)],
            "test/Average loss": [(32000, 0.5), (92000, 0.25), (120000, 0.125)],
            "test/Accuracy": [(32000, 0.9), (92000, 0.9), (120000, 0.95)],
        },
    ),
    Sample(
        "PyTorch's ImageNet example: values before their running averages, evaluations by their last average",
        "imagenet.log",
        "Epoch: [0][   0/100]\tTime  0.500 ( 0.600)\tLoss 6.5000e+00 (7.0000e+00)\tAcc@1   1.00 (  0.50)\n"
        "Epoch: [0][  50/100]\tTime  0.500 ( 0.600)\tLoss 6.0000e+00 (7.0000e+00)\tAcc@1   1.00 (  0.50)\n"
        "Test: [ 0/40]\tTime  0.5 ( 0.6)\tLoss 5.0000e+00 (5.0000e+00)\tAcc@1   1.00 (  1.00)\n"
        "Test: [39/40]\tTime  0.5 ( 0.6)\tLoss 5.0000e+00 (6.0000e+00)\tAcc@1   1.00 ( 10.00)\n"
        " *   Acc@1 10.004 Acc@5 50.000\n"
        "Epoch: [1][   0/100]\tTime  0.500 ( 0.600)\tLoss 5.5000e+00 (7.0000e+00)\tAcc@1   1.00 (  0.50)\n"
        "Epoch: [1][  50/100]\tTime  0.500 ( 0.600)\tLoss 5.0000e+00 (7.0000e+00)\tAcc@1   1.00 (  0.50)\n"
        "Test: [ 0/40]\tTime  0.5 ( 0.6)\tLoss 5.0000e+00 (5.0000e+00)\tAcc@1   1.00 (  1.00)\n"
        "Test: [39/40]\tTime  0.5 ( 0.6)\tLoss 5.0000e+00 (5.0000e+00)\tAcc@1   1.00 ( 20.00)\n"
        " *   Acc@1 20.004 Acc@5 60.000\n"
        "Epoch: [2][   0/100]\tTime  0.500 ( 0.600)\tLoss 4.5000e+00 (7.0000e+00)\tAcc@1   1.00 (  0.50)\n"
        "Epoch: [2][  50/100]\tTime  0.500 ( 0.600)\tLoss 4.0000e+00 (7.0000e+00)\tAcc@1   1.00 (  0.50)\n"
        "Test: [ 0/40]\tTime  0.5 ( 0.6)\tLoss 5.0000e+00 (5.0000e+00)\tAcc@1   1.00 (  1.00)\n"
        "Test: [39/40]\tTime  0.5 ( 0.6)\tLoss 5.0000e+00 (4.0000e+00)\tAcc@1   1.00 ( 30.00)\n"
        " *   Acc@1 30.004 Acc@5 70.000\n",
        {
            "epoch": [(0, 0), (50, 0), (100, 1), (150, 1), (200, 2), (250, 2)],
            "Time": [(0, 0.5), (50, 0.5), (100, 0.5), (150, 0.5), (200, 0.5), (250, 0.5)],
            "Loss": [(0, 6.5), (50, 6), (100, 5.5), (150, 5), (200, 4.5), (250, 4)],
            "Acc@1": [(0, 1), (50, 1), (100, 1), (150, 1), (200, 1), (250, 1)],
            "test/Time": [(50, 0.6), (150, 0.6), (250, 0.6)],
            "test/Loss": [(50, 6), (150, 5), (250, 4)],
            "test/Acc@1": [(50, 10), (150, 20), (250, 30)],
            "val/Acc@1": [(50, 10.004), (150, 20.004), (250, 30.004)],
            "val/Acc@5": [(50, 50), (150, 60), (250, 70)],
        },
    ),
    Sample(
        "timm",
        "timm.log",
        "Train: 0 [   0/101 (  0%)]  Loss: 6.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Train: 0 [ 100/101 (100%)]  Loss: 5.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Test: [  48/48]  Time: 0.100 (0.200)  Loss:  0.9000 (5.5000)  Acc@1: 78.0000 (60.0000)\n"
        "Train: 1 [   0/101 (  0%)]  Loss: 5.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Train: 1 [ 100/101 (100%)]  Loss: 4.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Test: [  48/48]  Time: 0.100 (0.200)  Loss:  0.9000 (4.5000)  Acc@1: 78.0000 (61.0000)\n"
        "Train: 2 [   0/101 (  0%)]  Loss: 4.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Train: 2 [ 100/101 (100%)]  Loss: 3.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Test: [  48/48]  Time: 0.100 (0.200)  Loss:  0.9000 (3.5000)  Acc@1: 78.0000 (62.0000)\n",
        {
            "epoch": [(0, 0), (100, 0), (101, 1), (201, 1), (202, 2), (302, 2)],
            "train/Loss": [(0, 6.5), (100, 5.5), (101, 5.5), (201, 4.5), (202, 4.5), (302, 3.5)],
            "Time (s)": [(0, 0.5), (100, 0.5), (101, 0.5), (201, 0.5), (202, 0.5), (302, 0.5)],
            "LR": [(0, 0.001), (100, 0.001), (101, 0.001), (201, 0.001), (202, 0.001), (302, 0.001)],
            "test/Time": [(100, 0.2), (201, 0.2), (302, 0.2)],
            "test/Loss": [(100, 5.5), (201, 4.5), (302, 3.5)],
            "test/Acc@1": [(100, 60), (201, 61), (302, 62)],
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
        "PyTorch's tutorials: an epoch's heading, a split before each line",
        "transfer.log",
        "Epoch 0/2\n"
        "----------\n"
        "train Loss: 0.7500 Acc: 0.5000\n"
        "val Loss: 0.8750 Acc: 0.6250\n"
        "\n"
        "Epoch 1/2\n"
        "----------\n"
        "train Loss: 0.6250 Acc: 0.5000\n"
        "val Loss: 0.7500 Acc: 0.6250\n"
        "\n"
        "Epoch 2/2\n"
        "----------\n"
        "train Loss: 0.5000 Acc: 0.5000\n"
        "val Loss: 0.6250 Acc: 0.6250\n"
        "\n",
        {
            "train Loss": [(0, 0.75), (1, 0.625), (2, 0.5)],
            "train Acc": [(0, 0.5), (1, 0.5), (2, 0.5)],
            "val Loss": [(0, 0.875), (1, 0.75), (2, 0.625)],
            "val Acc": [(0, 0.625), (1, 0.625), (2, 0.625)],
        },
    ),
    Sample(
        "PyTorch's quickstart: the heading names the split",
        "quickstart.log",
        "Epoch 1\n"
        "-------\n"
        "loss: 2.250000  [   64/60000]\n"
        "loss: 2.125000  [32064/60000]\n"
        "Test Error: \n"
        " Accuracy: 41.0%, Avg loss: 2.000000 \n"
        "\n"
        "Epoch 2\n"
        "-------\n"
        "loss: 2.000000  [   64/60000]\n"
        "loss: 1.875000  [32064/60000]\n"
        "Test Error: \n"
        " Accuracy: 42.0%, Avg loss: 1.750000 \n"
        "\n"
        "Epoch 3\n"
        "-------\n"
        "loss: 1.750000  [   64/60000]\n"
        "loss: 1.625000  [32064/60000]\n"
        "Test Error: \n"
        " Accuracy: 43.0%, Avg loss: 1.500000 \n"
        "\n",
        {
            "loss": [(64, 2.25), (32064, 2.125), (60064, 2), (92064, 1.875), (120064, 1.75), (152064, 1.625)],
            "test/Accuracy": [(32064, 41), (92064, 42), (152064, 43)],
            "test/Avg loss": [(32064, 2), (92064, 1.75), (152064, 1.5)],
        },
    ),
    Sample(
        "PyTorch's CIFAR-10 tutorial: `[epoch, batch]`",
        "cifar.log",
        "[1,  2000] loss: 2.250\n"
        "[1,  4000] loss: 2.000\n"
        "[2,  2000] loss: 1.750\n"
        "[2,  4000] loss: 1.500\n"
        "[3,  2000] loss: 1.250\n"
        "[3,  4000] loss: 1.000\n",
        {
            "epoch": [(2000, 1), (4000, 1), (6000, 2), (8000, 2), (10000, 3), (12000, 3)],
            "loss": [(2000, 2.25), (4000, 2), (6000, 1.75), (8000, 1.5), (10000, 1.25), (12000, 1)],
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
        "MMEngine: iterations begin anew, validation stands at the end of its epoch",
        "mmengine.log",
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [1][  50/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 2.1250\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [1][ 100/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 2.0000\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(val) [1][500/500]    coco/bbox_mAP: 0.1250\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [2][  50/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 1.8750\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [2][ 100/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 1.7500\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(val) [2][500/500]    coco/bbox_mAP: 0.2500\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [3][  50/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 1.6250\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [3][ 100/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 1.5000\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(val) [3][500/500]    coco/bbox_mAP: 0.3750\n",
        {
            "epoch": [(50, 1), (100, 1), (100, 1), (150, 2), (200, 2), (200, 2), (250, 3), (300, 3), (300, 3)],
            "lr": [(50, 0.002), (100, 0.002), (150, 0.002), (200, 0.002), (250, 0.002), (300, 0.002)],
            "time": [(50, 0.5), (100, 0.5), (150, 0.5), (200, 0.5), (250, 0.5), (300, 0.5)],
            "memory": [(50, 3500), (100, 3500), (150, 3500), (200, 3500), (250, 3500), (300, 3500)],
            "train/loss": [(50, 2.125), (100, 2), (150, 1.875), (200, 1.75), (250, 1.625), (300, 1.5)],
            "val/coco/bbox_mAP": [(100, 0.125), (200, 0.25), (300, 0.375)],
        },
    ),
    Sample(
        "detectron2",
        "detectron2.log",
        "[03/14 12:00:00 d2.utils.events]:  eta: 1:00:00  iter: 19  total_loss: 4.5  loss_cls: "
        "1.25  time: 0.2500  last_time: 0.3  lr: 0.0005  max_mem: 2000M\n"
        "[03/14 12:00:00 d2.utils.events]:  eta: 1:00:00  iter: 39  total_loss: 4.25  loss_cls: "
        "1.25  time: 0.2500  last_time: 0.3  lr: 0.0005  max_mem: 2000M\n"
        "[03/14 12:00:00 d2.utils.events]:  eta: 1:00:00  iter: 59  total_loss: 4.0  loss_cls: "
        "1.25  time: 0.2500  last_time: 0.3  lr: 0.0005  max_mem: 2000M\n",
        {
            "total_loss": [(19, 4.5), (39, 4.25), (59, 4)],
            "loss_cls": [(19, 1.25), (39, 1.25), (59, 1.25)],
            "time": [(19, 0.25), (39, 0.25), (59, 0.25)],
            "last_time": [(19, 0.3), (39, 0.3), (59, 0.3)],
            "lr": [(19, 0.0005), (39, 0.0005), (59, 0.0005)],
            "max_mem": [(19, 2000), (39, 2000), (59, 2000)],
        },
    ),
    Sample(
        "Caffe: outputs of a net belong to the iteration before",
        "caffe.log",
        "I0930 13:31:34.584151 140152 solver.cpp:337] Iteration 0, Testing net (#0)\n"
        "I0930 13:31:34.584151 140152 solver.cpp:404]     Test net output #0: accuracy = 0.0\n"
        "I0930 13:31:34.584151 140152 solver.cpp:228] Iteration 0, loss = 2.5\n"
        "I0930 13:31:34.584151 140152 sgd_solver.cpp:106] Iteration 0, lr = 0.01\n"
        "I0930 13:31:34.584151 140152 solver.cpp:337] Iteration 100, Testing net (#0)\n"
        "I0930 13:31:34.584151 140152 solver.cpp:404]     Test net output #0: accuracy = 0.125\n"
        "I0930 13:31:34.584151 140152 solver.cpp:228] Iteration 100, loss = 2.25\n"
        "I0930 13:31:34.584151 140152 sgd_solver.cpp:106] Iteration 100, lr = 0.01\n"
        "I0930 13:31:34.584151 140152 solver.cpp:337] Iteration 200, Testing net (#0)\n"
        "I0930 13:31:34.584151 140152 solver.cpp:404]     Test net output #0: accuracy = 0.25\n"
        "I0930 13:31:34.584151 140152 solver.cpp:228] Iteration 200, loss = 2.0\n"
        "I0930 13:31:34.584151 140152 sgd_solver.cpp:106] Iteration 200, lr = 0.01\n",
        {
            "loss": [(0, 2.5), (100, 2.25), (200, 2)],
            "lr": [(0, 0.01), (100, 0.01), (200, 0.01)],
            "test/accuracy": [(0, 0), (100, 0.125), (200, 0.25)],
        },
    ),
    Sample(
        "TF Estimator: an evaluation names its step",
        "estimator.log",
        "INFO:tensorflow:loss = 2.5, step = 0 (0.4 sec)\n"
        "INFO:tensorflow:loss = 2.25, step = 100 (0.4 sec)\n"
        "INFO:tensorflow:loss = 2.0, step = 200 (0.4 sec)\n"
        "INFO:tensorflow:Saving dict for global step 100: accuracy = 0.75, global_step = 100, loss = 2.375\n"
        "INFO:tensorflow:Saving dict for global step 200: accuracy = 0.75, global_step = 200, loss = 2.125\n"
        "INFO:tensorflow:Saving dict for global step 300: accuracy = 0.75, global_step = 300, loss = 2.0\n",
        {
            "loss": [(0, 2.5), (100, 2.25), (200, 2)],
            "eval/accuracy": [(100, 0.75), (200, 0.75), (300, 0.75)],
            "eval/loss": [(100, 2.375), (200, 2.125), (300, 2)],
        },
    ),
    Sample(
        "Composer: one quantity a line",
        "logs-rank0.txt",
        "[metric][batch=0]: loss/train/total: 2.5 \n"
        "[metric][batch=1]: loss/train/total: 2.25 \n"
        "[metric][batch=2]: loss/train/total: 2.0 \n",
        {
            "loss/train/total": [(0, 2.5), (1, 2.25), (2, 2)],
        },
    ),
    Sample(
        "Lightning: the bar's last state of each epoch",
        "lightning.log",
        "\rEpoch 0:  50%|#####     | 10/20 [00:10<00:00, 89.30it/s, v_num=0, "
        "train_loss=0.900]\rEpoch 0: 100%|##########| 20/20 [00:10<00:00, 89.30it/s, v_num=0, "
        "train_loss=0.750, val_loss=0.875]\n"
        "\rEpoch 1:  50%|#####     | 10/20 [00:10<00:00, 89.30it/s, v_num=0, "
        "train_loss=0.900]\rEpoch 1: 100%|##########| 20/20 [00:10<00:00, 89.30it/s, v_num=0, "
        "train_loss=0.500, val_loss=0.625]\n"
        "\rEpoch 2:  50%|#####     | 10/20 [00:10<00:00, 89.30it/s, v_num=0, "
        "train_loss=0.900]\rEpoch 2: 100%|##########| 20/20 [00:10<00:00, 89.30it/s, v_num=0, "
        "train_loss=0.250, val_loss=0.375]\n",
        {
            "train_loss": [(0, 0.75), (1, 0.5), (2, 0.25)],
            "val_loss": [(0, 0.875), (1, 0.625), (2, 0.375)],
        },
    ),
    Sample(
        "XGBoost: `[round]` and tabs",
        "xgboost.log",
        "[0]\ttrain-logloss:0.75000\teval-logloss:0.87500\n"
        "[1]\ttrain-logloss:0.50000\teval-logloss:0.62500\n"
        "[2]\ttrain-logloss:0.25000\teval-logloss:0.37500\n",
        {
            "train-logloss": [(0, 0.75), (1, 0.5), (2, 0.25)],
            "eval-logloss": [(0, 0.875), (1, 0.625), (2, 0.375)],
        },
    ),
    Sample(
        "nnU-Net: a record of several lines, losses below zero by design",
        "training_log_2024.txt",
        "2024-01-01 10:00:00.123456: Epoch 0\n"
        "2024-01-01 10:00:00.123456: Current learning rate: 0.01\n"
        "2024-01-01 10:00:00.123456: train_loss 0.2500\n"
        "2024-01-01 10:00:00.123456: val_loss 0.0000\n"
        "2024-01-01 10:00:00.123456: Pseudo dice [0.5, 0.6]\n"
        "2024-01-01 10:00:00.123456: Epoch 1\n"
        "2024-01-01 10:00:00.123456: Current learning rate: 0.01\n"
        "2024-01-01 10:00:00.123456: train_loss 0.0000\n"
        "2024-01-01 10:00:00.123456: val_loss -0.2500\n"
        "2024-01-01 10:00:00.123456: Pseudo dice [0.5, 0.6]\n"
        "2024-01-01 10:00:00.123456: Epoch 2\n"
        "2024-01-01 10:00:00.123456: Current learning rate: 0.01\n"
        "2024-01-01 10:00:00.123456: train_loss -0.2500\n"
        "2024-01-01 10:00:00.123456: val_loss -0.5000\n"
        "2024-01-01 10:00:00.123456: Pseudo dice [0.5, 0.6]\n",
        {
            "Current learning rate": [(0, 0.01), (1, 0.01), (2, 0.01)],
            "train_loss": [(0, 0.25), (1, 0), (2, -0.25)],
            "val_loss": [(0, 0), (1, -0.25), (2, -0.5)],
            "dice": [(0, 0.5), (1, 0.5), (2, 0.5)],
        },
    ),
    Sample(
        "Stable-Baselines3: a box for each record",
        "sb3.log",
        "------------------------------\n"
        "| rollout/           |          |\n"
        "|    ep_rew_mean     | 21.5     |\n"
        "| time/              |          |\n"
        "|    fps             | 1024     |\n"
        "|    total_timesteps | 2048     |\n"
        "| train/             |          |\n"
        "|    loss            | -0.25    |\n"
        "------------------------------\n"
        "| rollout/           |          |\n"
        "|    ep_rew_mean     | 22.5     |\n"
        "| time/              |          |\n"
        "|    fps             | 1024     |\n"
        "|    total_timesteps | 4096     |\n"
        "| train/             |          |\n"
        "|    loss            | -0.25    |\n"
        "------------------------------\n"
        "| rollout/           |          |\n"
        "|    ep_rew_mean     | 23.5     |\n"
        "| time/              |          |\n"
        "|    fps             | 1024     |\n"
        "|    total_timesteps | 6144     |\n"
        "| train/             |          |\n"
        "|    loss            | -0.25    |\n"
        "------------------------------\n",
        {
            "rollout/ep_rew_mean": [(2048, 21.5), (4096, 22.5), (6144, 23.5)],
            "time/fps": [(2048, 1024), (4096, 1024), (6144, 1024)],
            "train/loss": [(2048, -0.25), (4096, -0.25), (6144, -0.25)],
        },
    ),
    Sample(
        "guided-diffusion: boxes that count updates, and no steps of an environment",
        "log.txt",
        "Logging to /tmp/openai-2024-03-14\n"
        "--------------------------\n"
        "| grad_norm | 2.5        |\n"
        "| loss      | 0.75       |\n"
        "| samples   | 640        |\n"
        "| step      | 10         |\n"
        "--------------------------\n"
        "--------------------------\n"
        "| grad_norm | 1.5        |\n"
        "| loss      | 0.5        |\n"
        "| samples   | 1.28e+03   |\n"
        "| step      | 20         |\n"
        "--------------------------\n",
        {
            "grad_norm": [(10, 2.5), (20, 1.5)],
            "loss": [(10, 0.75), (20, 0.5)],
            "samples": [(10, 640), (20, 1280)],
        },
    ),
    Sample(
        "Rich: a table with drawn walls",
        "console.txt",
        "┏━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━┓\n"
        "┃ epoch ┃ train loss ┃ val loss ┃\n"
        "┡━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━┩\n"
        "│ 1     │ 2.2500     │ 2.1250   │\n"
        "│ 2     │ 1.5000     │ 1.6250   │\n"
        "└───────┴────────────┴──────────┘\n",
        {"train loss": [(1, 2.25), (2, 1.5)], "val loss": [(1, 2.125), (2, 1.625)]},
    ),
    Sample(
        "DeepXDE: the terms of a loss in one cell",
        "dde.txt",
        "Training model...\n"
        "\n"
        "Step      Train loss              Test loss               Test metric   \n"
        "0         [1.00e+00, 5.00e-01]    [2.00e+00, 5.00e-01]    [1.25e+00]    \n"
        "1000      [5.00e-01, 2.50e-01]    [1.00e+00, 2.50e-01]    [7.50e-01]    \n"
        "2000      [2.50e-01, nan]         [5.00e-01, nan]         [nan]    \n"
        "\n"
        "Best model at step 1000:\n",
        {
            "Train loss": [(0, 1.5), (1000, 0.75), (2000, nan)],
            "Test loss": [(0, 2.5), (1000, 1.25), (2000, nan)],
            "Test metric": [(0, 1.25), (1000, 0.75), (2000, nan)],
        },
    ),
    Sample(
        "CLU: the step in brackets before what is measured there",
        "train.log",
        "I0314 09:26:53.000001 140152 logging_writer.py:48] [10] learning_rate=0.500000, loss=2.500000\n"
        "I0314 09:26:54.000001 140152 logging_writer.py:48] [20] learning_rate=0.500000, loss=1.500000\n"
        "I0314 09:26:54.500001 140152 logging_writer.py:48] [20] eval_loss=1.750000\n"
        "I0314 09:26:55.000001 140152 logging_writer.py:48] [30] learning_rate=0.500000, loss=1.250000\n"
        "I0314 09:26:56.000001 140152 logging_writer.py:48] [40] learning_rate=0.500000, loss=1.125000\n"
        "I0314 09:26:56.500001 140152 logging_writer.py:48] [40] eval_loss=1.375000\n",
        {
            "learning_rate": [(10, 0.5), (20, 0.5), (30, 0.5), (40, 0.5)],
            "loss": [(10, 2.5), (20, 1.5), (30, 1.25), (40, 1.125)],
            "eval_loss": [(20, 1.75), (40, 1.375)],
        },
    ),
    Sample(
        "by hand: validation behind the numbers of a step, when its turn comes",
        "progress.log",
        "[000010] loss=2.5 lr=5.0e-01\n"
        "[000020] loss=1.5 lr=5.0e-01 || val: loss=1.75 acc=0.25\n"
        "[000030] loss=1.25 lr=5.0e-01\n"
        "[000040] loss=1.125 lr=5.0e-01 || val: loss=1.375 acc=0.5\n"
        "[000050] loss=1.125 lr=5.0e-01\n"
        "[000060] loss=1.0 lr=5.0e-01 || val: loss=1.25 acc=0.5\n",
        {
            "loss": [(10, 2.5), (20, 1.5), (30, 1.25), (40, 1.125), (50, 1.125), (60, 1.0)],
            "lr": [(10, 0.5), (20, 0.5), (30, 0.5), (40, 0.5), (50, 0.5), (60, 0.5)],
            "val loss": [(20, 1.75), (40, 1.375), (60, 1.25)],
            "val acc": [(20, 0.25), (40, 0.5), (60, 0.5)],
        },
    ),
    Sample(
        "learn2learn: a line for each error below the line that counts, also where none is finite",
        "maml.out",
        "\nIteration 5\nMeta Train Error 2.5\nMeta Valid Error 2.25\n"
        "\nIteration 10\nMeta Train Error 1.5\nMeta Valid Error 1.75\n"
        "\nIteration 15\nMeta Train Error nan\nMeta Valid Error nan\n",
        {"Train Error": [(5, 2.5), (10, 1.5), (15, nan)], "Valid Error": [(5, 2.25), (10, 1.75), (15, nan)]},
    ),
    Sample(
        "by hand: a bound and the code of a variational autoencoder",
        "train.txt",
        "[01/30] ELBO 38.5 (rec 38.25, KL 0.25) | test ELBO 33.25\n"
        "[02/30] ELBO 31.5 (rec 30.25, KL 1.25) | test ELBO 30.25\n"
        "[03/30] ELBO 29.5 (rec 27.25, KL 2.25) | test ELBO 29.25\n",
        {
            "ELBO": [(1, 38.5), (2, 31.5), (3, 29.5)],
            "KL": [(1, 0.25), (2, 1.25), (3, 2.25)],
            "test ELBO": [(1, 33.25), (2, 30.25), (3, 29.25)],
        },
    ),
    Sample(
        "by hand: splits in two letters, and nothing else",
        "train.txt",
        "ep   0 | tr 2.2500 | va 2.1250 | va acc 12.5% | 1.2s\n"
        "ep   1 | tr 1.5000 | va 1.6250 | va acc 50.0% | 1.2s\n"
        "ep   2 | tr nan | va nan | va acc 10.0% | 1.2s\n",
        {
            "tr": [(0, 2.25), (1, 1.5), (2, nan)],
            "va": [(0, 2.125), (1, 1.625), (2, nan)],
            "va acc": [(0, 12.5), (1, 50.0), (2, 10.0)],
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
        "fastai",
        "fastai.log",
        "epoch     train_loss  valid_loss  accuracy  time    \n"
        "0         0.750000    0.875000    0.875000  00:12\n"
        "1         0.500000    0.625000    0.875000  00:12\n",
        {
            "train_loss": [(0, 0.75), (1, 0.5)],
            "valid_loss": [(0, 0.875), (1, 0.625)],
            "accuracy": [(0, 0.875), (1, 0.875)],
            "time": [(0, 12), (1, 12)],
        },
    ),
    Sample(
        "Ultralytics: a header, a row that a bar overwrites, the results of all classes",
        "yolo.log",
        "      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size\n"
        "\r      1/3      2.5G      9.999      9.999         10        640:  50%|#####     | 4/8 "
        "[00:01<00:00,  5.00it/s]\r      1/3      2.5G      1.25      2.25         10        640: "
        "100%|##########| 8/8 [00:01<00:00,  5.00it/s]\n"
        "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): "
        "100%|##########| 4/4 [00:00<00:00, 7.00it/s]\n"
        "                   all        128        929       0.75      0.5       0.625      0.125\n"
        "      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size\n"
        "\r      2/3      2.5G      9.999      9.999         10        640:  50%|#####     | 4/8 "
        "[00:01<00:00,  5.00it/s]\r      2/3      2.5G      1.0      2.0         10        640: "
        "100%|##########| 8/8 [00:01<00:00,  5.00it/s]\n"
        "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): "
        "100%|##########| 4/4 [00:00<00:00, 7.00it/s]\n"
        "                   all        128        929       0.75      0.5       0.625      0.25\n"
        "      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size\n"
        "\r      3/3      2.5G      9.999      9.999         10        640:  50%|#####     | 4/8 "
        "[00:01<00:00,  5.00it/s]\r      3/3      2.5G      0.75      1.75         10        640: "
        "100%|##########| 8/8 [00:01<00:00,  5.00it/s]\n"
        "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): "
        "100%|##########| 4/4 [00:00<00:00, 7.00it/s]\n"
        "                   all        128        929       0.75      0.5       0.625      0.375\n",
        {
            "GPU_mem": [(1, 2.5), (2, 2.5), (3, 2.5)],
            "box_loss": [(1, 1.25), (2, 1), (3, 0.75)],
            "cls_loss": [(1, 2.25), (2, 2), (3, 1.75)],
            "Instances": [(1, 10), (2, 10), (3, 10)],
            "Size": [(1, 640), (2, 640), (3, 640)],
            "val/precision": [(1, 0.75), (2, 0.75), (3, 0.75)],
            "val/recall": [(1, 0.5), (2, 0.5), (3, 0.5)],
            "val/mAP50": [(1, 0.625), (2, 0.625), (3, 0.625)],
            "val/mAP50-95": [(1, 0.125), (2, 0.25), (3, 0.375)],
        },
    ),
    Sample(
        "a loop by hand",
        "train.out",
        "Epoch 1/3 - train loss: 0.75 - val loss: 0.875 - val acc: 51.5%\n"
        "Epoch 2/3 - train loss: 0.5 - val loss: 0.625 - val acc: 52.5%\n"
        "Epoch 3/3 - train loss: 0.25 - val loss: 0.375 - val acc: 53.5%\n",
        {
            "train loss": [(1, 0.75), (2, 0.5), (3, 0.25)],
            "val loss": [(1, 0.875), (2, 0.625), (3, 0.375)],
            "val acc": [(1, 51.5), (2, 52.5), (3, 53.5)],
        },
    ),
    Sample(
        "PyTorch's DCGAN example: epoch and batch in brackets",
        "dcgan.log",
        "[0/3][0/200] Loss_D: 1.5 Loss_G: 3.5 D(x): 0.5 D(G(z)): 0.5 / 0.25\n"
        "[0/3][100/200] Loss_D: 1.5 Loss_G: 3.5 D(x): 0.5 D(G(z)): 0.5 / 0.25\n"
        "[1/3][0/200] Loss_D: 1.25 Loss_G: 3.5 D(x): 0.5 D(G(z)): 0.5 / 0.25\n"
        "[1/3][100/200] Loss_D: 1.25 Loss_G: 3.5 D(x): 0.5 D(G(z)): 0.5 / 0.25\n"
        "[2/3][0/200] Loss_D: 1.0 Loss_G: 3.5 D(x): 0.5 D(G(z)): 0.5 / 0.25\n"
        "[2/3][100/200] Loss_D: 1.0 Loss_G: 3.5 D(x): 0.5 D(G(z)): 0.5 / 0.25\n",
        {
            "epoch": [(0, 0), (100, 0), (200, 1), (300, 1), (400, 2), (500, 2)],
            "Loss_D": [(0, 1.5), (100, 1.5), (200, 1.25), (300, 1.25), (400, 1), (500, 1)],
            "Loss_G": [(0, 3.5), (100, 3.5), (200, 3.5), (300, 3.5), (400, 3.5), (500, 3.5)],
            "D(x)": [(0, 0.5), (100, 0.5), (200, 0.5), (300, 0.5), (400, 0.5), (500, 0.5)],
        },
    ),
    Sample(
        "tqdm around each epoch of a loop: the last state of each bar",
        "tqdm.log",
        "\r 50%|#####     | 50/100 [00:05<00:05, 9.80it/s, loss=9.9]\r100%|##########| 100/100 "
        "[00:10<00:00, 9.80it/s, loss=0.75]\n"
        "\r 50%|#####     | 50/100 [00:05<00:05, 9.80it/s, loss=9.9]\r100%|##########| 100/100 "
        "[00:10<00:00, 9.80it/s, loss=0.5]\n"
        "\r 50%|#####     | 50/100 [00:05<00:05, 9.80it/s, loss=9.9]\r100%|##########| 100/100 "
        "[00:10<00:00, 9.80it/s, loss=0.25]\n",
        {
            "loss": [(1, 0.75), (2, 0.5), (3, 0.25)],
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
        "rsl_rl: a heading between rules, and a record of lines below it",
        "train.log",
        "".join(
            "################################################################\n"
            f"                \x1b[1m Learning iteration {iteration}/1500 \x1b[0m\n"
            "\n"
            "         Computation: 48523 steps/s (collection: 0.381s, learning 0.138s)\n"
            f" Value function loss: {loss:.4f}\n"
            f"         Mean reward: {reward:.2f}\n"
            " Mean episode length: 44.82\n"
            "----------------------------------------------------------------\n"
            f"     Total timesteps: {98304 * (iteration + 1)}\n"
            "                 ETA: 85.0s\n"
            for iteration, loss, reward in ((0, 0.5, -1.5), (1, 0.25, 0.5), (2, 0.125, 2.5))
        ),
        {
            "Value function loss": [(0, 0.5), (1, 0.25), (2, 0.125)],
            "Mean reward": [(0, -1.5), (1, 0.5), (2, 2.5)],
        },
    ),
    Sample(
        "key=value",
        "log.txt",
        "epoch=0 loss=0.75 acc=0.0\nepoch=1 loss=0.5 acc=0.125\nepoch=2 loss=0.25 acc=0.25\n",
        {
            "loss": [(0, 0.75), (1, 0.5), (2, 0.25)],
            "acc": [(0, 0), (1, 0.125), (2, 0.25)],
        },
    ),
    Sample(
        "a value behind its counter",
        "train.log",
        "Cost after iteration 0: 0.75\nAccuracy at iteration 0 is 0.125\nCost after iteration 100: 0.5\n"
        "Accuracy at iteration 100 is 0.25\nCost after iteration 200: 0.25\nAccuracy at iteration 200 is 0.5\n",
        {
            "Cost": [(0, 0.75), (100, 0.5), (200, 0.25)],
            "Accuracy": [(0, 0.125), (100, 0.25), (200, 0.5)],
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
        "skorch: a mark for the epochs that are kept, and nothing for the others",
        "train.log",
        "  epoch    train_loss    valid_acc    valid_loss    cp     dur\n"
        "-------  ------------  -----------  ------------  ----  ------\n"
        "      1        0.7500       0.5000        0.6875     +  2.2500\n"
        "      2        0.5000       0.6250        0.6250     +  2.2500\n"
        "      3        0.3750       0.6250        0.6875        2.5000\n"
        "      4        0.2500       0.7500        0.5000     +  2.2500\n",
        {
            "train_loss": [(1, 0.75), (2, 0.5), (3, 0.375), (4, 0.25)],
            "valid_acc": [(1, 0.5), (2, 0.625), (3, 0.625), (4, 0.75)],
            "valid_loss": [(1, 0.6875), (2, 0.625), (3, 0.6875), (4, 0.5)],
            "dur": [(1, 2.25), (2, 2.25), (3, 2.5), (4, 2.25)],
        },
    ),
    Sample(
        "MATLAB: a header in two lines, validation on some rows",
        "training.txt",
        "|=======================================================================================|\n"
        "|  Epoch  |  Iteration  |  Time Elapsed  |  Mini-batch  |  Validation  |  Base Learning  |\n"
        "|         |             |   (hh:mm:ss)   |     Loss     |     Loss     |      Rate       |\n"
        "|=======================================================================================|\n"
        "|       1 |           1 |       00:00:11 |       1.9375 |       2.0000 |          0.0100 |\n"
        "|       1 |          50 |       00:00:20 |       1.0625 |              |          0.0100 |\n"
        "|       2 |         100 |       00:00:26 |       0.9375 |       1.2500 |          0.0100 |\n"
        "|=======================================================================================|\n",
        {
            "epoch": [(1, 1), (50, 1), (100, 2)],
            "Time Elapsed (hh:mm:ss)": [(1, 11), (50, 20), (100, 26)],
            "Mini-batch Loss": [(1, 1.9375), (50, 1.0625), (100, 0.9375)],
            "Validation Loss": [(1, 2), (100, 1.25)],
            "Base Learning Rate": [(1, 0.01), (50, 0.01), (100, 0.01)],
        },
    ),
    Sample(
        "DeePMD: a header behind a mark of comments, and errors alone",
        "lcurve.out",
        "#  step      rmse_val    rmse_trn         lr\n"
        "      0      1.05e+01    1.10e+01    1.0e-03\n"
        "    100      7.50e+00    9.50e+00    1.0e-03\n"
        "    200      5.50e+00    6.50e+00    5.0e-04\n",
        {
            "rmse_val": [(0, 10.5), (100, 7.5), (200, 5.5)],
            "rmse_trn": [(0, 11), (100, 9.5), (200, 6.5)],
            "lr": [(0, 1e-3), (100, 1e-3), (200, 5e-4)],
        },
    ),
    Sample(
        "R's knitr before XGBoost, which ends with the best round once more",
        "report.md",
        "## [1]\ttrain-auc:0.625\ttest-auc:0.5 \n"
        "## Will train until test_auc hasn't improved in 2 rounds.\n"
        "## \n"
        "## [6]\ttrain-auc:0.75\ttest-auc:0.625 \n"
        "## [11]\ttrain-auc:0.875\ttest-auc:0.5625 \n"
        "## Stopping. Best iteration:\n"
        "## [7]\ttrain-auc:0.765625\ttest-auc:0.640625\n",
        {
            "train-auc": [(1, 0.625), (6, 0.75), (11, 0.875)],
            "test-auc": [(1, 0.5), (6, 0.625), (11, 0.5625)],
        },
    ),
    Sample(
        "PyTorch Geometric's examples: splits for names",
        "cora.log",
        "".join(f"Epoch: {epoch:03d}, Loss: {1 / epoch}, Train: 0.75, Val: 0.5, Test: 0.625\n" for epoch in (1, 2, 4)),
        {
            "Loss": [(1, 1), (2, 0.5), (4, 0.25)],
            "Train": [(1, 0.75), (2, 0.75), (4, 0.75)],
            "Val": [(1, 0.5), (2, 0.5), (4, 0.5)],
            "Test": [(1, 0.625), (2, 0.625), (4, 0.625)],
        },
    ),
    Sample(
        "splits, and nothing else, for names",
        "flow.log",
        "Epoch 1: train=0.25 val=0.5\nEpoch 2: train=0.125 val=0.375\nEpoch 3: train=0.0625 val=0.25\n",
        {"train": [(1, 0.25), (2, 0.125), (3, 0.0625)], "val": [(1, 0.5), (2, 0.375), (3, 0.25)]},
    ),
    Sample(
        "Chinese: records of lines below an epoch, full-width marks",
        "train.log",
        "".join(
            f"Epoch {epoch} 总结:\n"
            f"  训练损失: {loss} | 训练 Dice: {1 - loss}\n"
            f"  验证损失\uff1a{loss + 0.125}\uff0c验证集准确率\uff1a{87.5 - loss}%\n"
            "  学习率: 0.000100\n"
            for epoch, loss in ((1, 0.5), (2, 0.375), (3, 0.25))
        ),
        {
            "训练损失": [(1, 0.5), (2, 0.375), (3, 0.25)],
            "训练 Dice": [(1, 0.5), (2, 0.625), (3, 0.75)],
            "验证损失": [(1, 0.625), (2, 0.5), (3, 0.375)],
            "验证集准确率": [(1, 87.0), (2, 87.125), (3, 87.25)],
            "学习率": [(1, 1e-4), (2, 1e-4), (3, 1e-4)],
        },
    ),
    Sample(
        "Chinese: ordinals",
        "train.log",
        "第 1/9 轮 平均损失: 0.5\n第 2/9 轮 平均损失: 0.375\n第 3/9 轮 平均损失: nan\n",
        {"平均损失": [(1, 0.5), (2, 0.375), (3, nan)]},
    ),
    Sample(
        "Korean",
        "train.log",
        "에포크 1/3 - 손실: 0.75, 정확도: 0.5, 검증 손실: 0.875\n"
        "에포크 2/3 - 손실: 0.5, 정확도: 0.625, 검증 손실: 0.625\n"
        "에포크 3/3 - 손실: 0.25, 정확도: 0.75, 검증 손실: 0.5\n",
        {
            "손실": [(1, 0.75), (2, 0.5), (3, 0.25)],
            "검증 손실": [(1, 0.875), (2, 0.625), (3, 0.5)],
            "정확도": [(1, 0.5), (2, 0.625), (3, 0.75)],
        },
    ),
    Sample(
        "Russian",
        "train.log",
        "Эпоха 1/9 - Потери обуч: 0.75, Точн вал: 0.5\n"
        "Эпоха 2/9 - Потери обуч: 0.5, Точн вал: 0.625\n"
        "Эпоха 3/9 - Потери обуч: 0.25, Точн вал: 0.75\n",
        {"Потери обуч": [(1, 0.75), (2, 0.5), (3, 0.25)], "Точн вал": [(1, 0.5), (2, 0.625), (3, 0.75)]},
    ),
    Sample(
        "French: a loss and accuracies that are called after their split alone",
        "train.log",
        "Époque 1/3 | Train: 0.75 / 72.5% | Test: 86.5%\n"
        "Époque 2/3 | Train: 0.5 / 81.5% | Test: 88.5%\n"
        "Époque 3/3 | Train: 0.25 / 84.5% | Test: 89.5%\n",
        {"Train": [(1, 0.75), (2, 0.5), (3, 0.25)], "Test (%)": [(1, 86.5), (2, 88.5), (3, 89.5)]},
    ),
    Sample(
        "Spanish",
        "train.log",
        "Época 1: pérdida 0.75\nÉpoca 2: pérdida 0.5\nÉpoca 3: pérdida 0.25\n",
        {"pérdida": [(1, 0.75), (2, 0.5), (3, 0.25)]},
    ),
    Sample(
        "Romanian: an evaluation that its split and its unit name",
        "train.log",
        "pas     0 | pierdere 0.7500 | lr 5.00e-01 |    0.2s\n"
        "pas   100 | pierdere 0.5000 | lr 2.50e-01 |    3.8s\n"
        "        -> validare 0.6250 nats = 0.9017 biti/caracter\n"
        "pas   200 | pierdere 0.3750 | lr 2.50e-01 |    7.0s\n"
        "        -> validare 0.5000 nats = 0.7213 biti/caracter\n"
        "pas   300 | pierdere 0.2500 | lr 1.25e-01 |    9.9s\n"
        "        -> validare 0.3750 nats = 0.5410 biti/caracter\n",
        {
            "pierdere": [(0, 0.75), (100, 0.5), (200, 0.375), (300, 0.25)],
            "validare (nats)": [(100, 0.625), (200, 0.5), (300, 0.375)],
            "lr": [(0, 0.5), (100, 0.25), (200, 0.25), (300, 0.125)],
        },
    ),
    Sample(
        "an epoch whose word follows it",
        "train.log",
        "2024-05-01 10:00:00,100 - root - INFO - 1 epoch, loss: 0.7500,  loss_test: 0.8750, time: 0:11:54.5\n"
        "2024-05-01 10:12:00,200 - root - INFO - 2 epoch, loss: 0.5000,  loss_test: 0.6250, time: 0:11:53.5\n"
        "2024-05-01 10:24:00,300 - root - INFO - 3 epoch, loss: 0.2500,  loss_test: 0.5000, time: 0:11:53.7\n",
        {"loss": [(1, 0.75), (2, 0.5), (3, 0.25)], "loss_test": [(1, 0.875), (2, 0.625), (3, 0.5)]},
    ),
    Sample(
        "a number of something else before the word for the epoch",
        "train.log",
        "2024-05-01 10:00:00,100 INFO 1234 epoch: 1, loss: 0.7500, acc: 0.25\n"
        "2024-05-01 10:12:00,200 INFO 1234 epoch: 2, loss: 0.5000, acc: 0.5\n"
        "2024-05-01 10:24:00,300 INFO 1234 epoch: 3, loss: 0.2500, acc: 0.75\n",
        {"loss": [(1, 0.75), (2, 0.5), (3, 0.25)], "acc": [(1, 0.25), (2, 0.5), (3, 0.75)]},
    ),
    Sample(
        "both splits in one line, each in its turn",
        "train.log",
        "Epoch 1 | Val: loss 0.875, acc 0.5 | Train: loss 0.75, acc 0.625, lr 0.5\n"
        "Epoch 2 | Val: loss 0.75, acc 0.625 | Train: loss 0.5, acc 0.75, lr 0.5\n"
        "Epoch 3 | Val: loss 0.625, acc 0.75 | Train: loss 0.25, acc 0.875, lr 0.5\n",
        {
            "Train loss": [(1, 0.75), (2, 0.5), (3, 0.25)],
            "Train acc": [(1, 0.625), (2, 0.75), (3, 0.875)],
            "Val loss": [(1, 0.875), (2, 0.75), (3, 0.625)],
            "Val acc": [(1, 0.5), (2, 0.625), (3, 0.75)],
            "lr": [(1, 0.5), (2, 0.5), (3, 0.5)],
        },
    ),
    Sample(
        "both splits in one line, each behind its name in brackets",
        "train.log",
        "Epoch 1, [train] loss 0.75, [val] loss 0.875\n"
        "Epoch 2, [train] loss 0.5, [val] loss 0.75\n"
        "Epoch 3, [train] loss 0.25, [val] loss 0.625\n",
        {
            "train loss": [(1, 0.75), (2, 0.5), (3, 0.25)],
            "val loss": [(1, 0.875), (2, 0.75), (3, 0.625)],
        },
    ),
    Sample(
        "dictionaries of both splits",
        "train.log",
        "".join(
            f"{{'epoch': {i}, 'train': {{'loss': {1 - i / 8}, 'acc': 0.5}}, 'val': {{'loss': {1 - i / 16}}}}}\n"
            for i in (1, 2, 3)
        ),
        {
            "train loss": [(1, 0.875), (2, 0.75), (3, 0.625)],
            "train acc": [(1, 0.5), (2, 0.5), (3, 0.5)],
            "val loss": [(1, 0.9375), (2, 0.875), (3, 0.8125)],
        },
    ),
    Sample(
        "pairs of numbers, of which the line says which is of which split",
        "train.log",
        "epoch 1 loss 0.75/0.875 (train/val) acc 0.625/0.5\n"
        "epoch 2 loss 0.5/0.75 (train/val) acc 0.75/0.625\n"
        "epoch 3 loss 0.25/0.625 (train/val) acc 0.875/0.75\n",
        {
            "train loss": [(1, 0.75), (2, 0.5), (3, 0.25)],
            "val loss": [(1, 0.875), (2, 0.75), (3, 0.625)],
            "train acc": [(1, 0.625), (2, 0.75), (3, 0.875)],
            "val acc": [(1, 0.5), (2, 0.625), (3, 0.75)],
        },
    ),
    Sample(
        "pairs of numbers that are no counts, of which nothing says what the second is",
        "train.log",
        "step 1: loss 0.75/0.875\nstep 2: loss 0.5/0.75\nstep 3: loss 0.25/0.625\n",
        {"loss": [(1, 0.75), (2, 0.5), (3, 0.25)]},
    ),
    Sample(
        "losses that are called after their split, without marks",
        "out.txt",
        "Epoch 1: train 0.75 | val 0.875\nEpoch 2: train 0.5 | val 0.75\nEpoch 3: train 0.25 | val 0.625\n",
        {"train": [(1, 0.75), (2, 0.5), (3, 0.25)], "val": [(1, 0.875), (2, 0.75), (3, 0.625)]},
    ),
    Sample(
        "durations of both splits",
        "out.txt",
        "Epoch 1: train 12.5s | val 3.5s\nEpoch 2: train 11.5s | val 3.25s\nEpoch 3: train 10.5s | val 3.0s\n",
        None,
    ),
    Sample(
        "an error of each epoch, and nothing else",
        "stdout.txt",
        "Epoch #0 Error:0.5\nEpoch #1 Error:0.25\nEpoch #2 Error:4.8828125E-4\n",
        {"Error": [(0, 0.5), (1, 0.25), (2, 0.00048828125)]},
    ),
    Sample(
        "MXNet in R",
        "out.txt",
        "# Start training with 1 devices\n"
        "# [1] Train-accuracy=0.5\n# [1] Validation-accuracy=0.25\n"
        "# [2] Train-accuracy=0.625\n# [2] Validation-accuracy=0.375\n"
        "# [3] Train-accuracy=0.75\n# [3] Validation-accuracy=0.5\n",
        {
            "Train-accuracy": [(1, 0.5), (2, 0.625), (3, 0.75)],
            "Validation-accuracy": [(1, 0.25), (2, 0.375), (3, 0.5)],
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
        "steps, and the first epoch as a whole",
        "train.log",
        "Iter: 100, Train Loss: 2.0\nIter: 200, Train Loss: 1.0\nIter: 300, Train Loss: 0.5\n"
        "Epoch: 001, Train Loss: 1.5, Valid Loss: 0.75\n",
        {
            "Train Loss": [(100, 2), (200, 1), (300, 0.5)],
            "Train Loss (epoch)": [(300, 1.5)],
            "Valid Loss": [(300, 0.75)],
            "epoch": [(300, 1)],
        },
    ),
    Sample(
        "PaddleGAN, pasted as a block of code",
        "notes.md",
        "".join(
            f"    [04/19 01:35:{seconds}] ppgan.engine.trainer INFO: Iter: {step}/60000 lr: 0.5 loss_total: {loss}\n"
            for seconds, step, loss in ((57, 20, 4.0), (58, 40, 3.0), (59, 60, 2.0))
        ),
        {"lr": [(20, 0.5), (40, 0.5), (60, 0.5)], "loss_total": [(20, 4), (40, 3), (60, 2)]},
    ),
    Sample(
        "values that were wrapped to the line below their name",
        "page.txt",
        "Epoch [1/3], Loss: 0.75, Test Accuracy: \n0.5\n"
        "Epoch [2/3], Loss: 0.5, Test Accuracy: \n0.625\n"
        "Epoch [3/3], Loss: 0.25, Test Accuracy: \n0.75\n",
        {"Loss": [(1, 0.75), (2, 0.5), (3, 0.25)], "Test Accuracy": [(1, 0.5), (2, 0.625), (3, 0.75)]},
    ),
    Sample(
        "ranks that a printed prefix tells apart",
        "ranks.log",
        "".join(
            f"[RANK {rank}]: | epoch   1 | {batch:5d}/   50 batches | loss {loss + rank / 8}\n"
            for batch, loss in ((10, 4.0), (20, 3.0), (30, 2.0))
            for rank in (0, 1)
        ),
        {"loss": [(10, 4), (20, 3), (30, 2)], "epoch": [(10, 1), (20, 1), (30, 1)]},
    ),
    Sample(
        "LightGBM: squared errors",
        "train.log",
        "[50]\ttraining's l2: 8.5\tvalid_1's l2: 9.5\n"
        "[100]\ttraining's l2: 6.5\tvalid_1's l2: 8.5\n"
        "[150]\ttraining's l2: 5.5\tvalid_1's l2: 8.25\n"
        "Early stopping, best iteration is:\n"
        "[143]\ttraining's l2: 5.625\tvalid_1's l2: 8.125\n",
        {
            "training's l2": [(50, 8.5), (100, 6.5), (150, 5.5)],
            "valid_1's l2": [(50, 9.5), (100, 8.5), (150, 8.25)],
        },
    ),
    Sample(
        "Informer: its own word for validation",
        "result.log",
        "".join(
            f"\titers: 100, epoch: {epoch} | loss: {loss}\n"
            "\tspeed: 0.125s/iter; left time: 42.5s\n"
            f"Epoch: {epoch} cost time: 30.5\n"
            f"Epoch: {epoch}, Steps: 139 | Train Loss: {loss} Vali Loss: {loss + 0.25} Test Loss: {loss + 0.125}\n"
            "EarlyStopping counter: 1 out of 3\n"
            for epoch, loss in ((1, 0.5), (2, 0.375), (3, 0.25))
        ),
        {
            "Train Loss": [(1, 0.5), (2, 0.375), (3, 0.25)],
            "Vali Loss": [(1, 0.75), (2, 0.625), (3, 0.5)],
            "loss": [(1, 0.5), (2, 0.375), (3, 0.25)],
            "cost time": [(1, 30.5), (2, 30.5), (3, 30.5)],
            "iter": [(at, 100) for at in (0, 1, 3, 4, 6, 7)],
            "step": [(2, 139), (5, 139), (8, 139)],
            "Test Loss": [(1, 0.625), (2, 0.5), (3, 0.375)],
        },
    ),
    Sample(
        "Deeplearning4j",
        "train.log",
        "06:38:16.402 [main] INFO org.deeplearning4j.optimize.listeners.ScoreIterationListener - "
        "Score at iteration 0 is 1.5\n"
        "06:39:50.616 [main] INFO org.deeplearning4j.optimize.listeners.ScoreIterationListener - "
        "Score at iteration 100 is 1.25\n"
        "06:41:14.384 [main] INFO org.deeplearning4j.optimize.listeners.ScoreIterationListener - "
        "Score at iteration 200 is 1.0\n",
        {"loss": [(0, 1.5), (100, 1.25), (200, 1.0)]},
    ),
    Sample(
        "CatBoost: one metric on both sets, and the best of it so far",
        "train.log",
        "Learning rate set to 0.03\n"
        "0:\tlearn: 0.6875000\ttest: 0.6906250\tbest: 0.6906250 (0)\ttotal: 57.9ms\tremaining: 57.8s\n"
        "100:\tlearn: 0.3437500\ttest: 0.4062500\tbest: 0.4062500 (100)\ttotal: 1.2s\tremaining: 10.7s\n"
        "200:\tlearn: 0.2500000\ttest: 0.3906250\tbest: 0.3900000 (187)\ttotal: 2.31s\tremaining: 9.18s\n"
        "Stopped by overfitting detector  (50 iterations wait)\n"
        "bestTest = 0.39\nbestIteration = 187\nShrink model to first 188 iterations.\n",
        {
            "train": [(0, 0.6875), (100, 0.34375), (200, 0.25)],
            "test": [(0, 0.690625), (100, 0.40625), (200, 0.390625)],
        },
    ),
    Sample(
        "PaddlePaddle's recommenders: batches, and the mean of each epoch",
        "train.log",
        "".join(
            f"2022-04-12 17:06:10,849 - INFO - epoch: {epoch}, batch_id: {batch}, loss:{loss}, "
            "avg_batch_cost: 0.5 sec, ips: 2048.0 ins/s\n"
            + (f"2022-04-12 17:06:10,849 - INFO - epoch: {epoch} done, loss:{loss}\n" if batch else "")
            for epoch, batch, loss in ((0, 0, 0.75), (0, 500, 0.5), (1, 0, 0.5), (1, 500, 0.25))
        ),
        {
            "loss": [(0, 0.75), (500, 0.5), (1000, 0.5), (1500, 0.25)],
            "loss (epoch)": [(500, 0.5), (1500, 0.25)],
            "avg_batch_cost": [(0, 0.5), (500, 0.5), (1000, 0.5), (1500, 0.5)],
            "ips": [(0, 2048), (500, 2048), (1000, 2048), (1500, 2048)],
            "epoch": [(0, 0), (500, 0), (500, 0), (1000, 1), (1500, 1), (1500, 1)],
        },
    ),
    Sample(
        "a loop variable out of so many",
        "train.log",
        "epoch=0 i=1/3 total_loss=1.5\nepoch=0 i=2/3 total_loss=1.25\nepoch=1 i=1/3 total_loss=1.0\n",
        {
            "total_loss": [(1, 1.5), (2, 1.25), (4, 1.0)],
            "epoch": [(1, 0), (2, 0), (4, 1)],
        },
    ),
    Sample(
        "names of two words without a space behind the colon",
        "train.log",
        "".join(f"Step {step}\nG loss:{1.5 - step / 4} || D loss:0.5\n" for step in range(1, 4)),
        {
            "G loss": [(1, 1.25), (2, 1.0), (3, 0.75)],
            "D loss": [(1, 0.5), (2, 0.5), (3, 0.5)],
        },
    ),
    Sample(
        "a line of its own for each pass of a bar",
        "train.log",
        "".join(
            "".join(
                f"\rTrain Loss: {loss + 0.125}:  {batch}0%|##  | {batch}/4 [00:01<00:02, 2.00it/s]" for batch in (2, 4)
            )
            + f"\n[{epoch}/9] Train Loss: {loss}, Valid Loss: {loss + 0.25}\n"
            for epoch, loss in ((1, 1.0), (2, 0.75), (3, 0.5))
        ),
        {
            "Train Loss": [(1, 1.0), (2, 0.75), (3, 0.5)],
            "Valid Loss": [(1, 1.25), (2, 1.0), (3, 0.75)],
        },
    ),
    Sample(
        "nothing but quantities",
        "train.log",
        "".join(f"loss:{1 - step / 16}, accuracy:{step / 16}\n" for step in range(10)),
        {
            "loss": [(step, 1 - step / 16) for step in range(10)],
            "accuracy": [(step, step / 16) for step in range(10)],
        },
    ),
    Sample(
        "a counter that is spoken",
        "train.log",
        "current step: 11th step\nbatch loss:0.75\ncurrent step: 12th step\nbatch loss:0.5\n"
        "current step: 13th step\nbatch loss:0.25\n",
        {"batch loss": [(11, 0.75), (12, 0.5), (13, 0.25)]},
    ),
    Sample(
        "source code",
        "train.txt",
        "import torch\n"
        "for epoch in range(10):\n"
        "    loss = model(x)\n"
        "    print(f'epoch {epoch} loss {loss:.4f}')\n"
        "lr = 0.1\n"
        "lr = 0.2\n"
        "loss = 0.5\n"
        "loss = 0.25\n"
        "loss = 0.125\n",
        None,
    ),
    Sample(
        "results of several models",
        "README.md",
        "# Results\n"
        "\n"
        "| Model | Epochs | mAP | Loss |\n"
        "|---|---|---|---|\n"
        "| A | 12 | 30.1 | 0.3 |\n"
        "| B | 24 | 31.2 | 0.2 |\n",
        None,
    ),
    Sample(
        "a fraction in parentheses, which is no position",
        "bilstm.log",
        "epoch 253\n"
        "loss: 0.875\n"
        "test accuracy: 84.25%, (2074785/2466027)\n"
        "epoch 254\n"
        "loss: 0.75\n"
        "test accuracy: 84.5%, (2074639/2466063)\n"
        "epoch 255\n"
        "loss: 0.625\n"
        "test accuracy: 84.75%, (2079765/2466216)\n",
        {
            "loss": [(253, 0.875), (254, 0.75), (255, 0.625)],
            "test accuracy": [(253, 84.25), (254, 84.5), (255, 84.75)],
        },
    ),
    Sample(
        "LeRobot: counters in thousands, `ep` for the episodes of its data",
        "lerobot.log",
        "INFO 2026-06-12 18:11:21 ot_train.py:357 step:200 smpl:9K ep:0 epch:0.5 loss:2.5 grdn:3.25 lr:1.0e-05\n"
        "INFO 2026-06-12 18:12:21 ot_train.py:357 step:400 smpl:19K ep:4 epch:1.0 loss:1.75 grdn:3.5 lr:1.0e-05\n"
        "INFO 2026-06-12 18:13:21 ot_train.py:357 step:1K smpl:28K ep:8 epch:1.5 loss:1.5 grdn:3.75 lr:1.0e-05\n",
        {
            "loss": [(200, 2.5), (400, 1.75), (1000, 1.5)],
            "grdn": [(200, 3.25), (400, 3.5), (1000, 3.75)],
            "lr": [(200, 1e-5), (400, 1e-5), (1000, 1e-5)],
            "epoch": [(200, 0.5), (400, 1), (1000, 1.5)],
            "episode": [(200, 0), (400, 4), (1000, 8)],
            "consumed_samples": [(200, 9e3), (400, 19e3), (1000, 28e3)],
        },
    ),
    Sample(
        "loguru, whose functions have names like quantities",
        "yolox.log",
        "2021-09-03 20:47:25.076 | INFO     | yolox.core.trainer:after_iter:246 - iter: 10/47, total_loss: 1.75\n"
        "2021-09-03 20:47:26.076 | INFO     | yolox.core.trainer:after_iter:246 - iter: 20/47, total_loss: 1.5\n"
        "2021-09-03 20:47:27.076 | INFO     | yolox.core.trainer:after_iter:246 - iter: 30/47, total_loss: 1.25\n",
        {"total_loss": [(10, 1.75), (20, 1.5), (30, 1.25)]},
    ),
    Sample(
        "pix2pix: losses that no name calls so",
        "loss_log.txt",
        "(epoch: 1, iters: 20, time: 14.375, data: 0.125) G_GAN: 2.25 G_L1: 33.5 D_real: 0.375 D_fake: 0.25 \n"
        "(epoch: 1, iters: 40, time: 14.375, data: 0.125) G_GAN: 2.5 G_L1: 32.5 D_real: 0.25 D_fake: 0.375 \n"
        "(epoch: 1, iters: 60, time: 14.375, data: 0.125) G_GAN: 2.75 G_L1: 31.5 D_real: 0.125 D_fake: 0.5 \n",
        {
            "G_GAN": [(20, 2.25), (40, 2.5), (60, 2.75)],
            "G_L1": [(20, 33.5), (40, 32.5), (60, 31.5)],
            "D_real": [(20, 0.375), (40, 0.25), (60, 0.125)],
            "epoch": [(20, 1), (40, 1), (60, 1)],
            "time": [(20, 14.375), (40, 14.375), (60, 14.375)],
            "data": [(20, 0.125), (40, 0.125), (60, 0.125)],
            "D_fake": [(20, 0.25), (40, 0.375), (60, 0.5)],
        },
    ),
    Sample(
        "batches that count anew under each heading of an epoch",
        "headed.log",
        "Epoch 1/2\n"
        "    Batch 10/30 | Loss: 3.75\n"
        "    Batch 20/30 | Loss: 3.5\n"
        "    Batch 30/30 | Loss: 3.25\n"
        "Epoch 2/2\n"
        "    Batch 10/30 | Loss: 3.0\n"
        "    Batch 20/30 | Loss: 2.75\n"
        "    Batch 30/30 | Loss: 2.5\n",
        {"Loss": [(10, 3.75), (20, 3.5), (30, 3.25), (40, 3), (50, 2.75), (60, 2.5)]},
    ),
    Sample(
        "a line that begins each epoch, and one that ends it",
        "begun.log",
        "Starting epoch 5, lr is 0.5\n"
        "Epoch 5, Step 10, loss: 3.75\n"
        "Epoch 5, Step 20, loss: 3.5\n"
        "Epoch 5, val loss: 4.5\n"
        "Starting epoch 6, lr is 0.25\n"
        "Epoch 6, Step 10, loss: 3.25\n"
        "Epoch 6, Step 20, loss: 3.0\n"
        "Epoch 6, val loss: 4.25\n"
        "Starting epoch 7, lr is 0.125\n"
        "Epoch 7, Step 10, loss: 2.75\n"
        "Epoch 7, Step 20, loss: 2.5\n"
        "Epoch 7, val loss: 4.0\n",
        {
            "epoch": [
                *((90, 5), (90, 5), (100, 5), (100, 5), (110, 6), (110, 6), (120, 6), (120, 6)),
                *((130, 7), (130, 7), (140, 7), (140, 7)),
            ],
            "lr": [(90, 0.5), (110, 0.25), (130, 0.125)],
            "loss": [(90, 3.75), (100, 3.5), (110, 3.25), (120, 3), (130, 2.75), (140, 2.5)],
            "val loss": [(100, 4.5), (120, 4.25), (140, 4)],
        },
    ),
    Sample(
        "`is` between a quantity and its value",
        "prednet.log",
        "step 100, the loss is 0.75\nstep 200, the loss is 0.5\nstep 300, the loss is 0.25\n",
        {"loss": [(100, 0.75), (200, 0.5), (300, 0.25)]},
    ),
    Sample(
        "Tesseract: three counts of an iteration, and the results of an evaluation grown together with its line",
        "tesseract.log",
        "At iteration 90/100/101, mean rms=5.5%, delta=25%, BCER train=90.5%, BWER train=99.5%, skip ratio=0.000%, "
        "New best BCER = 90.5 wrote checkpoint.\n"
        "2 Percent improvement time=90, best error was 92.5 @ 50\n"
        "At iteration 170/200/202, mean rms=4.5%, delta=20%, BCER train=80.5%, BWER train=98.5%, skip ratio=0.500%, "
        "New best BCER = 80.5At iteration 90, stage 0, BCER eval=85.5, BWER eval=97.5 wrote checkpoint.\n"
        "At iteration 250/300/303, mean rms=3.5%, delta=15%, BCER train=60.5%, BWER train=95.5%, skip ratio=0.500%, "
        "New best BCER = 60.5 wrote checkpoint.\n"
        "At iteration 330/400/404, mean rms=2.5%, delta=10%, BCER train=50.5%, BWER train=90.5%, skip ratio=0.500%, "
        "New best BCER = 50.5At iteration 250, stage 0, BCER eval=65.5, BWER eval=96.5 wrote checkpoint.\n"
        "At iteration 410/500/505, mean rms=1.5%, delta=5%, BCER train=40.5%, BWER train=85.5%, skip ratio=0.500%, "
        "New best BCER = 40.5 wrote checkpoint.\n",
        {
            "rms": [(90, 5.5), (170, 4.5), (250, 3.5), (330, 2.5), (410, 1.5)],
            "delta": [(90, 25), (170, 20), (250, 15), (330, 10), (410, 5)],
            "skip ratio": [(90, 0), (170, 0.5), (250, 0.5), (330, 0.5), (410, 0.5)],
            "BCER train": [(90, 90.5), (170, 80.5), (250, 60.5), (330, 50.5), (410, 40.5)],
            "BWER train": [(90, 99.5), (170, 98.5), (250, 95.5), (330, 90.5), (410, 85.5)],
            "BCER eval": [(170, 85.5), (330, 65.5)],
            "BWER eval": [(170, 97.5), (330, 96.5)],
        },
    ),
    Sample(
        "Open Graph Benchmark: shares in percent that are called after splits",
        "ogb.log",
        "Run: 01, Epoch: 01, Loss: 2.5, Train: 50.25%, Valid: 40.5% Test: 30.75%\n"
        "Run: 01, Epoch: 02, Loss: 1.5, Train: 60.25%, Valid: 50.5% Test: 40.75%\n"
        "Run: 01, Epoch: 03, Loss: 1.25, Train: 70.25%, Valid: 55.5% Test: 45.75%\n",
        {
            "Run": [(1, 1), (2, 1), (3, 1)],
            "Loss": [(1, 2.5), (2, 1.5), (3, 1.25)],
            "Train (%)": [(1, 50.25), (2, 60.25), (3, 70.25)],
            "Valid (%)": [(1, 40.5), (2, 50.5), (3, 55.5)],
            "Test (%)": [(1, 30.75), (2, 40.75), (3, 45.75)],
        },
    ),
    Sample(
        "PaddleOCR: words that are filled up to the width of a number",
        "ppocr.log",
        "[2024/01/01 10:00:00] ppocr INFO: epoch: [1/500], global_step: 10, lr: 0.001, acc: 0.25, loss: 2.5, "
        "CTCLoss: 2.25, ips: 64.0 samples/s, eta: 1:00:00\n"
        "[2024/01/01 10:00:01] ppocr INFO: epoch: [1/500], global_step: 20, lr: 0.002, acc: 0.0, loss: nanxxx, "
        "CTCLoss: infxxx, ips: 64.0 samples/s, eta: 1:00:00\n"
        "[2024/01/01 10:00:02] ppocr INFO: epoch: [1/500], global_step: 30, lr: 0.003, acc: 0.0, loss: nanxxx, "
        "CTCLoss: -infxx, ips: 64.0 samples/s, eta: 1:00:00\n",
        {
            "epoch": [(10, 1), (20, 1), (30, 1)],
            "lr": [(10, 0.001), (20, 0.002), (30, 0.003)],
            "acc": [(10, 0.25), (20, 0), (30, 0)],
            "loss": [(10, 2.5), (20, nan), (30, nan)],
            "CTCLoss": [(10, 2.25), (20, inf), (30, -inf)],
            "ips": [(10, 64), (20, 64), (30, 64)],
        },
    ),
    Sample(
        "OpenPCDet: iterations through all epochs beside those of the epoch",
        "pcdet.log",
        "".join(
            f"2024-01-01 10:00:0{i},123   INFO  epoch: {epoch}/80, acc_iter={at}, cur_iter={within}/270, batch_size=4, "
            f"loss={loss}, lr=0.01\n"
            for i, (epoch, at, within, loss) in enumerate([(1, 350, 80, 2.5), (1, 400, 130, 1.5), (2, 550, 10, 1.25)])
        ),
        {
            "epoch": [(350, 1), (400, 1), (550, 2)],
            "batch_size": [(350, 4), (400, 4), (550, 4)],
            "loss": [(350, 2.5), (400, 1.5), (550, 1.25)],
            "lr": [(350, 0.01), (400, 0.01), (550, 0.01)],
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
        "Spinning Up: boxes whose names stand on the right",
        "spinup.txt",
        "---------------------------------------\n"
        "|             Epoch |               0 |\n"
        "|      AverageEpRet |            20.5 |\n"
        "| TotalEnvInteracts |           4e+03 |\n"
        "|            LossPi |          -0.025 |\n"
        "---------------------------------------\n"
        "---------------------------------------\n"
        "|             Epoch |               1 |\n"
        "|      AverageEpRet |            30.5 |\n"
        "| TotalEnvInteracts |           8e+03 |\n"
        "|            LossPi |         -0.0125 |\n"
        "---------------------------------------\n",
        {
            "Epoch": [(4000, 0), (8000, 1)],
            "AverageEpRet": [(4000, 20.5), (8000, 30.5)],
            "LossPi": [(4000, -0.025), (8000, -0.0125)],
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
            "epoch": [(0, 2), (50, 2), (100, 2), (150, 2)],
            "lr": [(0, 0.0045), (50, 0.0045), (100, 0.0045), (150, 0.0045)],
        },
    ),
    Sample(
        "Keras-GAN: the number of an update before its losses in brackets",
        "gan.log",
        "".join(f"{100 * i} [D loss: {0.75 - i / 8}, acc.: 5{i}.00%] [G loss: {0.5 + i / 8}]\n" for i in range(4)),
        {
            "D loss": [(0, 0.75), (100, 0.625), (200, 0.5), (300, 0.375)],
            "acc.": [(0, 50), (100, 51), (200, 52), (300, 53)],
            "G loss": [(0, 0.5), (100, 0.625), (200, 0.75), (300, 0.875)],
        },
    ),
    Sample(
        "the rank before what an epoch gave",
        "train.log",
        "".join(f"Epoch {i}\n[0] loss={3 - i / 2} acc={i / 10}\n" for i in range(1, 5)),
        {
            "loss": [(1, 2.5), (2, 2), (3, 1.5), (4, 1)],
            "acc": [(1, 0.1), (2, 0.2), (3, 0.3), (4, 0.4)],
        },
    ),
    Sample(
        "a quantity of three splits, each behind the loss of its own",
        "train.log",
        "".join(
            f"epoch {i}: train {3 - i / 2} (acc {i / 10}), val {4 - i / 2} (acc {i / 20}), test {5 - i / 2} "
            f"(acc {i / 40})\n"
            for i in range(1, 4)
        ),
        {
            "train": [(1, 2.5), (2, 2), (3, 1.5)],
            "train acc": [(1, 0.1), (2, 0.2), (3, 0.3)],
            "val": [(1, 3.5), (2, 3), (3, 2.5)],
            "val acc": [(1, 0.05), (2, 0.1), (3, 0.15)],
            "test": [(1, 4.5), (2, 4), (3, 3.5)],
            "test acc": [(1, 0.025), (2, 0.05), (3, 0.075)],
        },
    ),
    Sample(
        "a quantity of both splits, each behind the loss of its own",
        "train.log",
        "".join(f"epoch {i}: train={3 - i / 2} (acc {i / 10}), val={4 - i / 2} (acc {i / 20})\n" for i in range(1, 5)),
        {
            "train": [(1, 2.5), (2, 2), (3, 1.5), (4, 1)],
            "train acc": [(1, 0.1), (2, 0.2), (3, 0.3), (4, 0.4)],
            "val": [(1, 3.5), (2, 3), (3, 2.5), (4, 2)],
            "val acc": [(1, 0.05), (2, 0.1), (3, 0.15), (4, 0.2)],
        },
    ),
    Sample(
        "RecBole: the results of an evaluation below their heading",
        "recbole.log",
        "".join(
            f"01 Jan 10:0{i}    INFO  epoch {i} training [time: 2.50s, train loss: {8 - i}.5]\n"
            f"01 Jan 10:0{i}    INFO  epoch {i} evaluating [time: 0.50s, valid_score: 0.{25 + i}]\n"
            f"01 Jan 10:0{i}    INFO  valid result: \n"
            f"recall@10 : 0.{35 + i}    mrr@10 : 0.{25 + i}    ndcg@10 : 0.{45 + i}    \n"
            for i in range(3)
        ),
        {
            "time (s)": [(0, 2.5), (1, 0.5), (3, 2.5), (4, 0.5), (6, 2.5), (7, 0.5)],
            "train loss": [(0, 8.5), (1, 7.5), (2, 6.5)],
            "valid_score": [(0, 0.25), (1, 0.26), (2, 0.27)],
            "valid/recall@10": [(0, 0.35), (1, 0.36), (2, 0.37)],
            "valid/mrr@10": [(0, 0.25), (1, 0.26), (2, 0.27)],
            "valid/ndcg@10": [(0, 0.45), (1, 0.46), (2, 0.47)],
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
        "the number of the epoch right behind the word, not that in the name of a file",
        "train.log",
        "".join(
            f"[epoch{i}] recon_loss={2 - i / 4} valid_loss={3 - i / 4} *\nsaved to weights-epoch{i}.pt\n"
            for i in range(1, 4)
        ),
        {
            "recon_loss": [(1, 1.75), (2, 1.5), (3, 1.25)],
            "valid_loss": [(1, 2.75), (2, 2.5), (3, 2.25)],
        },
    ),
    Sample(
        "epochs of one part of a model, whose error alone is told",
        "stages.log",
        "[INFO] fold 0.5: 3 good episodes from 60 attempts\n"
        "[INFO] Training autoencoder (input=105 latent=48)\n"
        "[INFO] AE epoch 1/30 mse=0.5\n[INFO] AE epoch 10/30 mse=0.25\n[INFO] AE epoch 20/30 mse=0.125\n"
        "[INFO] AE epoch 30/30 mse=0.0625\n[INFO] Eval fold 1.0 -> forward=-0.014 reward=41.3\n",
        {"mse": [(1, 0.5), (10, 0.25), (20, 0.125), (30, 0.0625)]},
    ),
    Sample(
        "MXNet in Scala: a metric and its name as a pair",
        "mnist.log",
        "".join(
            f"Epoch[{i}] Train-accuracy=(accuracy,{i / 4})\nEpoch[{i}] Time cost=2579\n"
            f"Epoch[{i}] Validation-accuracy=(accuracy,{i / 8})\n"
            for i in range(1, 4)
        ),
        {
            "Train-accuracy": [(1, 0.25), (2, 0.5), (3, 0.75)],
            "Time cost": [(1, 2579.0), (2, 2579.0), (3, 2579.0)],
            "Validation-accuracy": [(1, 0.125), (2, 0.25), (3, 0.375)],
        },
    ),
    Sample(
        "the day of each epoch is no curve",
        "dates.log",
        "".join(f"Date: 2023-10-29 11:2{i}:34s, Epoch: [{i}/100],Val_PSNR: {28 + i / 4}\n" for i in range(1, 4)),
        {"Val_PSNR": [(1, 28.25), (2, 28.5), (3, 28.75)]},
    ),
    Sample(
        "two quantities under one name, the second of each in brackets",
        "adversary.log",
        "".join(
            f"Global Step: {i}, loss = {2 - i / 4}\nCritic Accuracy (Loss): {i / 8} ({1 - i / 4})\n"
            for i in range(1, 4)
        ),
        {
            "loss": [(1, 1.75), (2, 1.5), (3, 1.25)],
            "Critic Accuracy": [(1, 0.125), (2, 0.25), (3, 0.375)],
            "Critic Loss": [(1, 0.75), (2, 0.5), (3, 0.25)],
        },
    ),
    Sample(
        "which loss it is, in brackets, and its average behind it",
        "which.log",
        "".join(
            f"Epoch {i} Train Loss (MSE): {2 - i / 4} ({2.25 - i / 4}) Aux Loss (BCE): {1 - i / 4} ({1.25 - i / 4})\n"
            for i in range(1, 4)
        ),
        {
            "Train Loss (MSE)": [(1, 1.75), (2, 1.5), (3, 1.25)],
            "Train Aux Loss (BCE)": [(1, 0.75), (2, 0.5), (3, 0.25)],
        },
    ),
    Sample(
        "names behind their numbers, and a clock",
        "mpi.out",
        "".join(f"Epoch {i} @ 10:2{i} PM : {1 - i / 4} C.E. Loss, {90 + i}% Accuracy\n" for i in range(3)),
        {"C.E. Loss": [(0, 1.0), (1, 0.75), (2, 0.5)], "Accuracy": [(0, 90.0), (1, 91.0), (2, 92.0)]},
    ),
    Sample(
        "one number before its name is prose",
        "notes.log",
        "".join(f"In run {i} we saw 0.{i} loss, and more. {i} error\n" for i in range(1, 5)),
        None,
    ),
    Sample(
        "a progressive GAN: the stage and the iteration in brackets",
        "pgan.log",
        "".join(f"[0 : {100 * i:6d}] loss G : {2 - i / 4} loss D : {1 + i / 4}\n" for i in range(1, 4)),
        {
            "loss G": [(100, 1.75), (200, 1.5), (300, 1.25)],
            "loss D": [(100, 1.25), (200, 1.5), (300, 1.75)],
            "epoch": [(100, 0), (200, 0), (300, 0)],
        },
    ),
    Sample(
        "PyTorch's tutorial on training: batches begin anew below each epoch, whose own losses follow",
        "tutorial.log",
        "".join(
            f"EPOCH {e}:\n  batch 1000 loss: {3 - e}\n  batch 2000 loss: {2.5 - e}\n"
            f"LOSS train {4 - e / 4} valid {5 - e / 4}\n"
            for e in (1, 2, 3)
        ),
        {
            "loss": [(1000, 2.0), (2000, 1.5), (3000, 1.0), (4000, 0.5), (5000, 0.0), (6000, -0.5)],
            "epoch": [(1000, 1), (2000, 1), (3000, 2), (4000, 2), (5000, 3), (6000, 3)],
            "LOSS train": [(2000, 3.75), (4000, 3.5), (6000, 3.25)],
            "LOSS valid": [(2000, 4.75), (4000, 4.5), (6000, 4.25)],
        },
    ),
    Sample(
        "batches of training and of a test that begin anew below each epoch: the test stands where training was",
        "both.log",
        "".join(
            f"Epoch {e}\nbatch 0 train loss: {3 - e / 2}\nbatch 10 train loss: {2.5 - e / 2}\n"
            f"batch 0 test loss: {4 - e}\nbatch 5 test loss: {3.5 - e}\n"
            for e in (1, 2, 3)
        ),
        {
            "train loss": [(0, 2.5), (10, 2.0), (20, 2.0), (30, 1.5), (40, 1.5), (50, 1.0)],
            "test loss": [(10, 3.0), (10, 2.5), (30, 2.0), (30, 1.5), (50, 1.0), (50, 0.5)],
            "epoch": [
                (0, 1),
                (10, 1),
                (10, 1),
                (10, 1),
                (20, 2),
                (30, 2),
                (30, 2),
                (30, 2),
                (40, 3),
                (50, 3),
                (50, 3),
                (50, 3),
            ],
        },
    ),
    Sample(
        "steps of an evaluation that begin anew below headings, beside those of training that count on",
        "checks.log",
        "".join(
            f"step {2 * e - 1}00 loss {3 - e / 2}\nstep {2 * e}00 loss {2.5 - e / 2}\nEvaluating epoch {e}\n"
            f"step 0 eval_loss {4 - e}\nstep 1 eval_loss {3.5 - e}\n"
            for e in (1, 2, 3)
        ),
        {
            "loss": [(100, 2.5), (200, 2.0), (300, 2.0), (400, 1.5), (500, 1.5), (600, 1.0)],
            "eval_loss": [(200, 3.0), (200, 2.5), (400, 2.0), (400, 1.5), (600, 1.0), (600, 0.5)],
            "epoch": [(200, 1), (200, 1), (400, 2), (400, 2), (600, 3), (600, 3)],
        },
    ),
    Sample(
        "batches that begin anew, each epoch told below them, in Serbian",
        "nnue.log",
        "".join(
            f"[Batch 1000] -> train MSE: {3 - e} | val MSE: {2 - e / 4}\n"
            f"[Batch 2000] -> train MSE: {2.5 - e} | val MSE: {2 - e / 2}\n=> Epoha [{e}/10] ZAVRSENA!\n"
            for e in (1, 2, 3)
        ),
        {
            "train MSE": [(1000, 2.0), (2000, 1.5), (3000, 1.0), (4000, 0.5), (5000, 0.0), (6000, -0.5)],
            "val MSE": [(1000, 1.75), (2000, 1.5), (3000, 1.5), (4000, 1.0), (5000, 1.25), (6000, 0.5)],
            "epoch": [(1000, 0), (2000, 0), (3000, 1), (4000, 1), (5000, 2), (6000, 2)],
        },
    ),
    Sample(
        "batches that begin anew once, where an epoch is told below them and the loss goes on",
        "second.log",
        "".join(f"[Batch {at}000] -> train MSE: {2.0**-at}\n" for at in (1, 2, 3, 4))
        + "=> Epoha [1/10] ZAVRSENA!\n"
        + "".join(f"[Batch {at}000] -> train MSE: {2.0**-at / 16}\n" for at in (1, 2)),
        {
            "train MSE": [(1000 * at, 2.0**-at) for at in (1, 2, 3, 4, 5, 6)],
            "epoch": [(1000, 0), (2000, 0), (3000, 0), (4000, 0), (5000, 1), (6000, 1)],
        },
    ),
    Sample(
        "steps that count on under the headings of epochs",
        "headed.log",
        "".join(f"Epoch {e}\nstep {2 * e - 1} loss: {3 - e}\nstep {2 * e} loss: {2.5 - e}\n" for e in (1, 2, 3)),
        {"loss": [(1, 2.0), (2, 1.5), (3, 1.0), (4, 0.5), (5, 0.0), (6, -0.5)]},
    ),
    Sample(
        "prose",
        "notes.md",
        "After epoch 5 the loss was 0.5.\n"
        "We trained 3 models with 10 epochs each.\n"
        "In 2024 the loss of 12 people was 3.\n",
        None,
    ),
    Sample(
        "a server",
        "server.log",
        "2024-01-01 10:00:00 INFO request 1 took 12ms status: 200\n"
        "2024-01-01 10:00:01 INFO request 2 took 13ms status: 200\n"
        "2024-01-01 10:00:02 INFO request 3 took 11ms status: 500\n",
        None,
    ),
    Sample(
        "an installation",
        "pip.log",
        "Collecting torch==2.1.0\n"
        "  Downloading torch-2.1.0.whl (670.2 MB)\n"
        "Collecting numpy==1.26.0\n"
        "  Downloading numpy-1.26.0.whl (18.2 MB)\n"
        "Collecting six==1.16\n",
        None,
    ),
)
