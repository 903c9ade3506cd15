"""Loops by hand: how they tell training from evaluation."""

from __future__ import annotations

from math import nan

from logdoctor.sources.source import Sample

_BETWEEN_COUNTER_AND_KEY = (
    ("Epoch {} - training: loss=", "Epoch {} - validation: loss="),
    ("[Epoch {}] training: loss=", "[Epoch {}] validation: loss="),
    ("Epoch {} | training | loss: ", "Epoch {} | validation | loss: "),
    ("Epoch {} (training) loss ", "Epoch {} (validation) loss "),
    ("Epoch {}/8, phase: training, loss: ", "Epoch {}/8, phase: validation, loss: "),
    ("Epoch {} [training]: loss ", "Epoch {} on validation set: loss "),
)
"""Where one line of an epoch is of training and another of validation, how each may say so behind its counter."""


def _bar(called: str, loss: float) -> str:
    """Return the states of a bar of tqdm over four batches, whose loss comes down to what it is called with."""
    return "".join(
        f"\r{called}: {25 * i:3d}%|{'█' * i:<4}| {i}/4 [00:0{i}<00:0{4 - i},  1.00it/s, loss={loss + (4 - i) / 8}]"
        for i in range(5)
    )


SAMPLES = (
    Sample(
        "the first two epochs of many, with the losses of both splits below each",
        "train.log",
        "".join(f"epoch:  {i}\ntrain loss : {1 - i / 4}\nvalidation loss: {1.5 - i / 4}\n" for i in range(2)),
        {
            "train loss": [(i, 1 - i / 4) for i in range(2)],
            "validation loss": [(i, 1.5 - i / 4) for i in range(2)],
        },
    ),
    Sample(
        "notes on one epoch",
        "notes.txt",
        "# Results\n\nEpoch 10 was best:\ntrain loss: 0.5, val loss: 0.625\nEpoch 10\ntrain loss: 0.5\nval loss: 0.6\n",
        None,
    ),
    Sample(
        "a first epoch without a loss that is finite",
        "train.log",
        "Epoch 0\ntrain_loss nan\nval_loss 0.5\n",
        {"train_loss": [(0, nan)], "val_loss": [(0, 0.5)]},
    ),
    Sample(
        "validation said behind the loss, and no colon there",
        "train.log",
        "".join(
            f"Epoch {i} Train Loss: {3 - i / 4}\nEpoch {i} Loss in Validation data {3.5 - i / 4}\n" for i in range(4)
        ),
        {
            "Train Loss": [(i, 3 - i / 4) for i in range(4)],
            "Loss in Validation data": [(i, 3.5 - i / 4) for i in range(4)],
        },
    ),
    Sample(
        "an evaluation before the first epoch and after each, told by the line above alone",
        "train.log",
        "testing in eval mode\u2026\u2026\nepoch: 0,  loss is: 4.5, acc is: 0.125\n"
        + "".join(
            f"epoch: {i},  loss is: {3 - i / 4}, acc is: {i / 8}\n"
            f"testing in eval mode\u2026\u2026\nepoch: {i},  loss is: {3.5 - i / 4}, acc is: {i / 16}\n"
            "Now continue training\u2026\u2026\n"
            for i in range(4)
        ),
        {
            "loss": [(i, 3 - i / 4) for i in range(4)],
            "acc": [(i, i / 8) for i in range(4)],
            "testing/loss": [(0, 4.5), *((i, 3.5 - i / 4) for i in range(4))],
            "testing/acc": [(0, 0.125), *((i, i / 16) for i in range(4))],
        },
    ),
    Sample(
        "bars of an epoch that say which split they are of",
        "train.log",
        "".join(
            f"{_bar(f'Epoch {i}/4 [Train]', 3 - i / 4)}\n{_bar(f'Epoch {i}/4 [Val]', 3.5 - i / 4)}\n"
            for i in range(1, 5)
        ),
        {
            "train/loss": [(i, 3 - i / 4) for i in range(1, 5)],
            "val/loss": [(i, 3.5 - i / 4) for i in range(1, 5)],
        },
    ),
    Sample(
        "bars that say no more than their split",
        "train.log",
        "".join(f"{_bar('Training', 3 - i / 4)}\n{_bar('Validation', 3.5 - i / 4)}\n" for i in range(1, 5)),
        {
            "training/loss": [(i, 3 - i / 4) for i in range(1, 5)],
            "validation/loss": [(i, 3.5 - i / 4) for i in range(1, 5)],
        },
    ),
    *(
        Sample(
            f"a line of the epoch for each split, which stands behind the counter: `{validation}`",
            "train.log",
            "".join(f"{training.format(i)}{3 - i / 4}\n{validation.format(i)}{3.5 - i / 4}\n" for i in range(1, 5)),
            {
                "training/loss": [(i, 3 - i / 4) for i in range(1, 5)],
                "validation/loss": [(i, 3.5 - i / 4) for i in range(1, 5)],
            },
        )
        for training, validation in _BETWEEN_COUNTER_AND_KEY
    ),
    Sample(
        "each epoch twice, below a heading for training and one for the evaluation",
        "train.log",
        "".join(
            f"Training...\nepoch {i} loss: {3 - i / 4}\nEvaluating...\nepoch {i} loss: {3.5 - i / 4}\n"
            for i in range(4)
        ),
        {
            "loss": [(i, 3 - i / 4) for i in range(4)],
            "evaluating/loss": [(i, 3.5 - i / 4) for i in range(4)],
        },
    ),
    Sample(
        "every second epoch twice, and the log ends in an evaluation",
        "train.log",
        "".join(
            f"--- Train ---\nEpoch: {i} Loss: {3 - i / 4}\n"
            + (f"--- Validation ---\nEpoch: {i} Loss: {3.5 - i / 4}\n" if i % 2 else "")
            for i in range(8)
        )
        + "--- Train ---\n",
        {
            "Loss": [(i, 3 - i / 4) for i in range(8)],
            "validation/Loss": [(i, 3.5 - i / 4) for i in range(1, 8, 2)],
        },
    ),
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
        "splits, and nothing else, for names",
        "flow.log",
        "Epoch 1: train=0.25 val=0.5\nEpoch 2: train=0.125 val=0.375\nEpoch 3: train=0.0625 val=0.25\n",
        {"train": [(1, 0.25), (2, 0.125), (3, 0.0625)], "val": [(1, 0.5), (2, 0.375), (3, 0.25)]},
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
        "a loss, and that of the other split behind it without the word or a mark",
        "train.log",
        "epoch   1  loss 7.5000e-01  val 8.7500e-01\nepoch   2  loss 5.0000e-01  val 7.5000e-01\n"
        "epoch   3  loss 2.5000e-01  val 6.2500e-01\n",
        {"loss": [(1, 0.75), (2, 0.5), (3, 0.25)], "val": [(1, 0.875), (2, 0.75), (3, 0.625)]},
    ),
    Sample(
        "the same behind a loss with its split",
        "train.log",
        "Epoch 1, train loss: 0.75, val 0.875\nEpoch 2, train loss: 0.5, val 0.75\n",
        {"train loss": [(1, 0.75), (2, 0.5)], "loss val": [(1, 0.875), (2, 0.75)]},
    ),
    Sample(
        "a loss, and a word for the other split behind another number",
        "train.log",
        "epoch 1 loss 0.75 time 3 val 0.875\nepoch 2 loss 0.5 time 3 val 0.75\n",
        {"loss": [(1, 0.75), (2, 0.5)], "time": [(1, 3), (2, 3)]},
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
    *(
        Sample(
            f"a heading of its own for each split of an epoch, and its values below: `{validation.format(3)}`",
            "train.log",
            "".join(
                f"{training.format(i)}\n  loss: {3 - i / 4}\n  acc: {i / 8}\n{validation.format(i)}\n"
                f"  loss: {3.5 - i / 4}\n  acc: {i / 16}\n"
                for i in range(1, 5)
            ),
            {
                f"{train}/loss": [(i, 3 - i / 4) for i in range(1, 5)],
                f"{train}/acc": [(i, i / 8) for i in range(1, 5)],
                f"{val}/loss": [(i, 3.5 - i / 4) for i in range(1, 5)],
                f"{val}/acc": [(i, i / 16) for i in range(1, 5)],
            },
        )
        for training, validation, train, val in (
            ("Epoch {} train:", "Epoch {} val:", "train", "val"),
            ("Epoch {}, Phase train", "Epoch {}, Phase val", "train", "val"),
            ("==> Epoch {} Training Summary:", "==> Epoch {} Validation Summary:", "training", "validation"),
        )
    ),
    Sample(
        "a heading that counts for the evaluation alone",
        "train.log",
        "".join(
            f"Epoch {i}, train loss: {3 - i / 4}\nEpoch {i}, dev results:\nloss: {4 - i / 4} acc: {i / 8}\n"
            for i in range(1, 5)
        ),
        {
            "train loss": [(i, 3 - i / 4) for i in range(1, 5)],
            "dev/loss": [(i, 4 - i / 4) for i in range(1, 5)],
            "dev/acc": [(i, i / 8) for i in range(1, 5)],
        },
    ),
    Sample(
        "a heading of training above all that an epoch prints",
        "train.log",
        "".join(
            f"Training Epoch {i}\n  Average loss: {3 - i / 4}\nRunning Validation...\n  Accuracy: {i / 8}\n"
            for i in range(1, 5)
        ),
        {
            "Average loss": [(i, 3 - i / 4) for i in range(1, 5)],
            "validation/Accuracy": [(i, i / 8) for i in range(1, 5)],
        },
    ),
    Sample(
        "more lines below a heading than stand near it",
        "train.log",
        "".join(
            f"Epoch {i}\n"
            + "".join(
                f"{split}:\n  loss: {loss}\n  acc: {i / 8}\n  f1: {i / 16}\n  auc: {i / 32}\n  recall: {i / 64}\n"
                for split, loss in (("Train", 3 - i / 4), ("Valid", 4 - i / 4))
            )
            for i in range(1, 5)
        ),
        {
            f"{split}/{name}": [(i, loss - i / 4 if name == "loss" else i / share) for i in range(1, 5)]
            for split, loss in (("train", 3), ("valid", 4))
            for name, share in (("loss", 1), ("acc", 8), ("f1", 16), ("auc", 32), ("recall", 64))
        },
    ),
    Sample(
        "a heading, and the line of the epoch once more below it",
        "train.log",
        "".join(
            f"Epoch {i}\nLoss: {3 - i / 4}\nValidation:\n[Epoch: {i}, numImages: 1449]\n"
            f"Acc:{i / 8}, mIoU:{i / 16}\nLoss: {4 - i / 4}\n"
            for i in range(1, 5)
        ),
        {
            "numImages": [(i, 1449) for i in range(1, 5)],
            "Loss": [(i, 3 - i / 4) for i in range(1, 5)],
            "validation/Acc": [(i, i / 8) for i in range(1, 5)],
            "validation/mIoU": [(i, i / 16) for i in range(1, 5)],
            "validation/Loss": [(i, 4 - i / 4) for i in range(1, 5)],
        },
    ),
    Sample(
        "a heading, what it speaks of, and then the epoch once more, in which another part of the training begins",
        "train.log",
        "".join(f"Epoch: {i}\nLoss: {3 - i / 4}\nTest results:\nLoss: {4 - i / 4}\n" for i in range(4))
        + "".join(
            f"Epoch: {i}\nLoss: {5 - i / 4} | WM Acc: {i / 8}\nTest results:\nLoss: {6 - i / 4}\n" for i in range(3, 6)
        ),
        {
            "Loss": [*((i, 3 - i / 4) for i in range(4)), *((i, 5 - i / 4) for i in range(3, 6))],
            "WM Acc": [(i, i / 8) for i in range(3, 6)],
            "test/Loss": [*((i, 4 - i / 4) for i in range(4)), *((i, 6 - i / 4) for i in range(3, 6))],
        },
    ),
    Sample(
        "the split in brackets behind each value",
        "train.log",
        "".join(f"Epoch {i}: loss: {3 - i / 4} (train), {4 - i / 4} (val)\n" for i in range(1, 5)),
        {
            "train loss": [(i, 3 - i / 4) for i in range(1, 5)],
            "val loss": [(i, 4 - i / 4) for i in range(1, 5)],
        },
    ),
    Sample(
        "a column for the word of each split",
        "train.log",
        "".join(
            f"Epoch {i} | Train | Loss: {3 - i / 4} | Acc: {i / 8} | Val | Loss: {4 - i / 4} | Acc: {i / 16}\n"
            for i in range(1, 5)
        ),
        {
            "Train Loss": [(i, 3 - i / 4) for i in range(1, 5)],
            "Train Acc": [(i, i / 8) for i in range(1, 5)],
            "Val Loss": [(i, 4 - i / 4) for i in range(1, 5)],
            "Val Acc": [(i, i / 16) for i in range(1, 5)],
        },
    ),
    Sample(
        "the split in a word of its own before a name that is none of training",
        "train.log",
        "".join(f"epoch {i} loss={3 - i / 4} val prof-L1={4 - i / 4}\n" for i in range(1, 5)),
        {
            "loss": [(i, 3 - i / 4) for i in range(1, 5)],
            "val prof-L1": [(i, 4 - i / 4) for i in range(1, 5)],
        },
    ),
    Sample(
        "names that say no more than their split, behind tabs",
        "train.log",
        "".join(f"train_loss {3 - i / 4}\tdev_loss {4 - i / 4}\tdev_uas {i / 8}\tepoch {i}\n" for i in range(1, 5)),
        {
            "train_loss": [(i, 3 - i / 4) for i in range(1, 5)],
            "dev_loss": [(i, 4 - i / 4) for i in range(1, 5)],
            "dev_uas": [(i, i / 8) for i in range(1, 5)],
        },
    ),
    Sample(
        "evaluations that nothing counts, each on a line that begins with its split",
        "valid.log",
        "".join(f"[validation] Loss: {4 - i / 8} | PSNR: {20 + i}\n" for i in range(12)),
        {
            "validation/Loss": [(i, 4 - i / 8) for i in range(12)],
            "validation/PSNR": [(i, 20 + i) for i in range(12)],
        },
    ),
    Sample(
        "the split in square brackets behind each value",
        "train.log",
        "".join(
            f"Epoch {i}: Loss {3 - i / 4} [train] {4 - i / 4} [valid]; Acc 0.{i} [train] 0.0{i} [valid]\n"
            for i in (1, 2, 3)
        ),
        {
            "train Loss": [(i, 3 - i / 4) for i in (1, 2, 3)],
            "valid Loss": [(i, 4 - i / 4) for i in (1, 2, 3)],
            "train Acc": [(i, float(f"0.{i}")) for i in (1, 2, 3)],
            "valid Acc": [(i, float(f"0.0{i}")) for i in (1, 2, 3)],
        },
    ),
    *(
        Sample(
            f"batches of an evaluation, counted anew below its heading: `{batch.format(e=3, b=1, n=2)}`",
            "train.log",
            "".join(
                f"Epoch {e}\n"
                + "".join(f"{batch.format(e=e, b=b, n=3)}loss: {4 - e - b / 4}\n" for b in (1, 2, 3))
                + "Validation:\n"
                + "".join(f"{batch.format(e=e, b=b, n=2)}loss: {6 - e - b / 4}\n" for b in (1, 2))
                for e in (1, 2, 3)
            ),
            {
                "loss": [(3 * e + b - 3, 4 - e - b / 4) for e in (1, 2, 3) for b in (1, 2, 3)],
                "validation/loss": [(3 * e, 5.5 - e) for e in (1, 2, 3)],
                **({"epoch": [(3 * e + b - 3, e) for e in (1, 2, 3) for b in told]} if told else {}),
            },
        )
        for batch, told in (("batch {b} ", (1, 2, 3)), ("batch {b}/{n} ", ()), ("Epoch {e} [{b}/{n}] ", (1, 2, 3, 3)))
    ),
    Sample(
        "steps of training that count on below the heading of an evaluation",
        "train.log",
        "".join(
            f"Epoch {e}\n"
            + "".join(f"step {b} loss: {4 - e - b / 4}\n" for b in (1, 2))
            + f"Validation:\nval_loss: {6 - e}\n"
            + "".join(f"step {b} loss: {4 - e - b / 4}\n" for b in (3, 4))
            for e in (1, 2, 3)
        ),
        {
            "loss": [(4 * e + b - 4, 4 - e - b / 4) for e in (1, 2, 3) for b in (1, 2, 3, 4)],
            "val_loss": [(4 * e - 2, 6 - e) for e in (1, 2, 3)],
            "epoch": [(4 * e + b - 4, e) for e in (1, 2, 3) for b in (1, 2, 3, 4)],
        },
    ),
    Sample(
        "batches of each split, which say so before their count",
        "train.log",
        "".join(
            f"= Epoch {e} =\n"
            + "".join(f"Train batch {b}/3, loss {4 - e - b / 4}\n" for b in (1, 2, 3))
            + "".join(f"Val batch {b}/2, loss {6 - e - b / 4}\n" for b in (1, 2))
            for e in (1, 2, 3)
        ),
        {
            "train/loss": [(3 * e + b - 3, 4 - e - b / 4) for e in (1, 2, 3) for b in (1, 2, 3)],
            "val/loss": [(2 * e + b - 2, 6 - e - b / 4) for e in (1, 2, 3) for b in (1, 2)],
        },
    ),
    Sample(
        "a dash behind each name, and a turn for each split",
        "train.log",
        "".join(
            f"Epoch {i} done! Train: loss - {4 - i}.5, acc - 0.{i}; Val: loss - {6 - i}, acc - 0.0{i}\n"
            for i in (1, 2, 3)
        ),
        {
            "Train loss": [(i, 4.5 - i) for i in (1, 2, 3)],
            "Train acc": [(i, float(f"0.{i}")) for i in (1, 2, 3)],
            "Val loss": [(i, 6 - i) for i in (1, 2, 3)],
            "Val acc": [(i, float(f"0.0{i}")) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "the split as a letter in brackets",
        "train.log",
        "".join(f"[T] epoch {i} loss {4 - i}.5\n[V] epoch {i} loss {6 - i}\n" for i in (1, 2, 3)),
        {
            "train/loss": [(i, 4.5 - i) for i in (1, 2, 3)],
            "val/loss": [(i, 6 - i) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "a loss without a split behind other quantities of both",
        "train.log",
        "".join(f"Epoch {i} | Train WER {9 - i}.5 | Dev WER {9 - i}.75 | loss {4 - i}.5\n" for i in (1, 2, 3)),
        {
            "Train WER": [(i, 9.5 - i) for i in (1, 2, 3)],
            "Dev WER": [(i, 9.75 - i) for i in (1, 2, 3)],
            "loss": [(i, 4.5 - i) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "splits and no more below the line of the epoch, with what they achieve in brackets",
        "train.log",
        "".join(f"Epoch {i}\ntrn: {4 - i}.5 (0.{i}) tst: {6 - i}.5 (0.0{i})\n" for i in (1, 2, 3)),
        {
            "trn": [(i, 4.5 - i) for i in (1, 2, 3)],
            "tst": [(i, 6.5 - i) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "a line of results whose first name alone says of which data it is",
        "train.log",
        "".join(f"epoch {i} loss: {4 - i}.5\ntest_loss: {5 - i}.5, accuracy: {i / 8}\n" for i in (1, 2, 3)),
        {
            "loss": [(i, 4.5 - i) for i in (1, 2, 3)],
            "test_loss": [(i, 5.5 - i) for i in (1, 2, 3)],
            "test/accuracy": [(i, i / 8) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "a metric without a split behind both losses, which stays what it is called",
        "train.log",
        "".join(f"epoch {i} val_loss: {5 - i}.5, acc: {i / 8}, val_acc: {i / 16}\n" for i in (1, 2, 3)),
        {
            "val_loss": [(i, 5.5 - i) for i in (1, 2, 3)],
            "acc": [(i, i / 8) for i in (1, 2, 3)],
            "val_acc": [(i, i / 16) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "a notice of the best model, which says the validation loss again",
        "train.log",
        "".join(
            f"Epoch {i}: Train Loss = {5 - i}.5, Val Loss = {loss}\n"
            + (f"Saved best model with validation loss {loss} to ./weights/best.pt\n" if is_best else "")
            for i, loss, is_best in ((1, 4.5, True), (2, 3.5, True), (3, 3.75, False), (4, 3.25, True))
        ),
        {
            "Train Loss": [(i, 5.5 - i) for i in (1, 2, 3, 4)],
            "Val Loss": [(1, 4.5), (2, 3.5), (3, 3.75), (4, 3.25)],
        },
    ),
    Sample(
        "an accuracy on held-out data that is told when it improves, behind the best one before",
        "train.log",
        "".join(
            f"Epoch {i} train loss: {4 - i}.5\nEpoch {i} validation accuracy improved: 0.{i} -> 0.{i}5\n"
            for i in (1, 2, 3)
        ),
        {
            "train loss": [(i, 4.5 - i) for i in (1, 2, 3)],
            "validation accuracy": [(i, float(f"0.{i}5")) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "two quantities at once below the batches of each epoch, as in PaddlePaddle's tutorials",
        "train.log",
        "".join(
            "".join(f"epoch: {i}, batch_id: {j}, loss is: [{4 - i - j / 40}]\n" for j in (10, 20))
            + f"[validation] accuracy/loss: 0.{i}5/{5 - i}.25\n"
            for i in range(3)
        ),
        {
            "loss": [(20 * i + j, 4 - i - j / 40) for i in range(3) for j in (10, 20)],
            "epoch": [(20 * i + j, i) for i in range(3) for j in (10, 20)],
            "validation/accuracy": [(20 * i + 20, float(f"0.{i}5")) for i in range(3)],
            "validation/loss": [(20 * i + 20, 5.25 - i) for i in range(3)],
        },
    ),
)
