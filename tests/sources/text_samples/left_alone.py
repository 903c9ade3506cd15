"""Texts that are no log of a training."""

from __future__ import annotations

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "boxes in pictures, in lists of as many numbers as VITS prints",
        "detect.log",
        "".join(f"INFO:detector:[{10 * i}, 20, 30, 40, 50, 60, 70, 80]\n" for i in range(6)),
        None,
    ),
    Sample(
        "a sentence about one step, with its rate and the norm of its gradient",
        "notes.txt",
        "We stopped at step 300: the loss was 4.2, the learning rate 0.001 and the grad norm 15.5.\n"
        "Then, with lr: 0.01, loss: 5.5 and grad norm: 20.5 at step 400, it was worse.\n",
        None,
    ),
    Sample(
        "a summary of the best epoch, with its rate and the norm of its gradient",
        "notes.txt",
        "Best: epoch: 12, loss: 0.5, val loss: 0.6, acc: 0.9, lr: 0.001, grad norm: 1.5, time: 3.4\n",
        None,
    ),
    Sample(
        "durations of both splits",
        "out.txt",
        "Epoch 1: train 12.5s | val 3.5s\nEpoch 2: train 11.5s | val 3.25s\nEpoch 3: train 10.5s | val 3.0s\n",
        None,
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
        "tensors that were taken out of others, which need be no losses",
        "out.txt",
        "".join(f"tensor({0.75 / (1 + i)}, grad_fn=<SelectBackward0>)\n" for i in range(12)),
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
        "one number before its name is prose",
        "notes.log",
        "".join(f"In run {i} we saw 0.{i} loss, and more. {i} error\n" for i in range(1, 5)),
        None,
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
        "a solver, whose error is of no model",
        "solver.log",
        "".join(f"iteration {i}, error {1 / i:.4f}\n" for i in range(1, 12)),
        None,
    ),
    Sample(
        "errors of a forecast, further ahead from step to step",
        "forecast.log",
        "".join(f"step {i}: mae {i / 8:.4f}, rmse {i / 7:.4f}\n" for i in range(1, 13)),
        None,
    ),
    Sample(
        "word errors of the batches of a test",
        "test.log",
        "".join(f"batch {i}, WER {wer}.5\n" for i, wer in enumerate((18, 14, 16, 9, 11, 12, 8, 10))),
        None,
    ),
    Sample(
        "what was reached with batches of several sizes",
        "sizes.txt",
        "batch  loss\n16     1.5\n32     1.25\n64     1.5\n128    1.75\n",
        None,
    ),
    Sample(
        "after how many epochs each of several models came to an end",
        "ends.txt",
        "".join(f"{epochs} epochs, loss 0.{epochs}\n" for epochs in (31, 17, 24, 45, 38)),
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
