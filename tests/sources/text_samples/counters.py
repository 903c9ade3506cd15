"""Loops by hand: how they count epochs, batches and steps."""

from __future__ import annotations

from logdoctor.sources.source import Sample

SAMPLES = (
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
        "a loop variable out of so many",
        "train.log",
        "epoch=0 i=1/3 total_loss=1.5\nepoch=0 i=2/3 total_loss=1.25\nepoch=1 i=1/3 total_loss=1.0\n",
        {
            "total_loss": [(1, 1.5), (2, 1.25), (4, 1.0)],
            "epoch": [(1, 0), (2, 0), (4, 1)],
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
        "the rank before what an epoch gave",
        "train.log",
        "".join(f"Epoch {i}\n[0] loss={3 - i / 2} acc={i / 10}\n" for i in range(1, 5)),
        {
            "loss": [(1, 2.5), (2, 2), (3, 1.5), (4, 1)],
            "acc": [(1, 0.1), (2, 0.2), (3, 0.3), (4, 0.4)],
        },
    ),
    *(
        Sample(
            f"a counter as it is spoken of: `{line.format(3)}`",
            "train.log",
            "".join(f"{line.format(i)}loss: {3 - i / 4}\n" for i in range(1, 5)),
            {"loss": [(i, 3 - i / 4) for i in range(1, 5)]},
        )
        for line in ("Server Round: {} ", "Ep. {} ", "Epoch - {} | ", "After {} steps, ", "After {} training step(s), ")
    ),
    Sample(
        "a sentence about a position",
        "train.log",
        "".join(f"After {i}00 training step(s), loss on training batch is {3 - i / 4}.\n" for i in range(1, 5)),
        {"loss on training batch": [(100 * i, 3 - i / 4) for i in range(1, 5)]},
    ),
    Sample(
        "batches in brackets behind their epoch",
        "train.log",
        "".join(f"===> Epoch[{e}]({b}00/300): Loss: {4 - e - b / 4}\n" for e in (1, 2, 3) for b in (1, 2, 3)),
        {
            "Loss": [(300 * e + 100 * b - 300, 4 - e - b / 4) for e in (1, 2, 3) for b in (1, 2, 3)],
            "epoch": [(300 * e + 100 * b - 300, e) for e in (1, 2, 3) for b in (1, 2, 3)],
        },
    ),
    Sample(
        "passes that nothing names, at the end of each of which the loss goes on",
        "train.log",
        "".join(f"Finished batch {b}00/300 loss: {9 - 3 * e - b}\n" for e in (0, 1, 2) for b in (1, 2, 3)),
        {"loss": [(300 * e + 100 * b, 9 - 3 * e - b) for e in (0, 1, 2) for b in (1, 2, 3)]},
    ),
    Sample(
        "runs that nothing names, each of which begins at the loss of the first",
        "train.log",
        "".join(f"Finished batch {b}00/300 loss: {4 - e / 16 - b}\n" for e in (0, 1, 2) for b in (1, 2, 3)),
        {"loss": [(100 * b, 4 - e / 16 - b) for e in (0, 1, 2) for b in (1, 2, 3)]},
    ),
    Sample(
        "one bar for all epochs",
        "train.log",
        "".join(f"\rEpoch:  {25 * i}%|##  | {i}/4 [00:01<00:03,  1.00it/s, loss={3 - i / 4}]" for i in range(1, 5)),
        {"loss": [(i, 3 - i / 4) for i in range(1, 5)]},
    ),
    Sample(
        "bars that are called after their epoch, of how many",
        "train.log",
        "".join(
            f"\r{e}/4: {25 * i:3d}%|##  | {i}/4 [00:01<00:03,  1.00it/s, loss={4 - e - i / 8}]{end}"
            for e in (1, 2, 3)
            for i, end in ((1, ""), (2, ""), (4, "\n"))
        ),
        {"loss": [(e, 3.5 - e) for e in (1, 2, 3)]},
    ),
    Sample(
        "the counter in brackets within a name",
        "train.log",
        "".join(f"Training loss (epoch {i}): {3 - i / 4}\nTest loss (epoch {i}): {4 - i / 4}\n" for i in (1, 2, 3)),
        {
            "Training loss": [(i, 3 - i / 4) for i in (1, 2, 3)],
            "Test loss": [(i, 4 - i / 4) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "several lines above the one that tells their epoch",
        "train.log",
        "".join(f"Loss/train: {3 - i / 4}\nMAE/train: {4 - i / 4}\nEpoch {i} over\n" for i in range(1, 7)),
        {
            "Loss/train": [(i, 3 - i / 4) for i in range(1, 7)],
            "MAE/train": [(i, 4 - i / 4) for i in range(1, 7)],
        },
    ),
    Sample(
        "a table with walls between its columns alone",
        "train.log",
        "step   | train   | valid   | acc\n"
        + "".join(f"{i:6d} | {3 - i / 4} | {4 - i / 4} | 0.{i}\n" for i in (1, 2, 3)),
        {
            "train": [(i, 3 - i / 4) for i in (1, 2, 3)],
            "valid": [(i, 4 - i / 4) for i in (1, 2, 3)],
            "acc": [(i, float(f"0.{i}")) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "steps that begin anew with each epoch, and below each epoch what it came to",
        "train.log",
        "".join(
            "".join(f"Epoch {i} Step {j} Loss {4 - i - j / 40}\n" for j in (0, 10, 20))
            + f"\nEpoch {i} Completed\nAverage Loss: {4 - i}.25\nValidation Accuracy: {50 + i}.5%\n\n"
            for i in (1, 2, 3)
        ),
        {
            "Loss": [(30 * i + j, 3 - i - j / 40) for i in range(3) for j in (0, 10, 20)],
            "epoch": [(30 * i + j, i + 1) for i in range(3) for j in (0, 10, 20)],
            "Average Loss": [(30 * i + 20, 3.25 - i) for i in range(3)],
            "Validation Accuracy": [(30 * i + 20, 51.5 + i) for i in range(3)],
        },
    ),
    Sample(
        "steps that begin anew with each epoch, and one of each evaluation, whose own steps end where they begin",
        "train.log",
        "".join(
            "".join(f"epoch:[  {i}/3 ] train step:{j}   loss: {4 - i - j / 40}\n" for j in (0, 10, 20))
            + f"END epoch:{i}   train loss_avg: {4 - i}.25\nepoch:[  {i}/3 ] val step:0    loss: {5 - i}.0\n"
            + f"END epoch:{i}   val loss_avg: {5 - i}.5\n"
            for i in (1, 2, 3)
        ),
        {
            "train/loss": [(30 * i + j, 3 - i - j / 40) for i in range(3) for j in (0, 10, 20)],
            "train loss_avg": [(30 * i + 20, 3.25 - i) for i in range(3)],
            "val/loss": [(30 * i + 20, 4.0 - i) for i in range(3)],
            "val loss_avg": [(30 * i + 20, 4.5 - i) for i in range(3)],
            "epoch": [(30 * i + j, i + 1) for i in range(3) for j in (0, 10, 20, 20, 20, 20)],
        },
    ),
    Sample(
        "the variable of a loop behind the word for what it counts",
        "train.log",
        "".join(
            f"2025-01-01 12:00:0{i}, batch i:{i}, episode_len:{20 + i}\nkl:0.5,loss:{4 - i}.5\n" for i in (1, 2, 3)
        ),
        {
            "kl": [(i, 0.5) for i in (1, 2, 3)],
            "loss": [(i, 4.5 - i) for i in (1, 2, 3)],
            "episode_len": [(i, 20 + i) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "a number in round brackets at the beginning, within others",
        "train.log",
        "".join(f"TP:{i}, FN:{i}\n[ ({i} ) Loss:  {4 - i}.5, valid_Acc: 0.{i}]\n" for i in (1, 2, 3)),
        {"Loss": [(i, 4.5 - i) for i in (1, 2, 3)], "valid_Acc": [(i, i / 10) for i in (1, 2, 3)]},
    ),
    Sample(
        "a list whose items are numbered in round brackets",
        "notes.txt",
        "What we found\n(1) loss: 0.3\n(2) accuracy: 0.9\n(3) f1: 0.91\n",
        None,
    ),
    Sample(
        "the number of a batch in words, out of how many, with the loss of each",
        "train.log",
        "".join(f"batch no = {100 * i} / 400, avg train loss per word = {4 - i}.5, lr = 0.5\n" for i in (1, 2, 3)),
        {
            "avg train loss per word": [(100 * i, 4.5 - i) for i in (1, 2, 3)],
            "lr": [(100 * i, 0.5) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "iterations within epochs of a few batches, of which every fifth or so is logged",
        "train.log",
        "".join(f"(epoch: {5 * i + i // 3}, iters: {8 * (i % 3)}) G_L1: {9 - i}.5\n" for i in range(1, 8)),
        {
            "G_L1": [(5 * i + i // 3, 9.5 - i) for i in range(1, 8)],
            "iter": [(i - 1, 8 * (i % 3)) for i in range(1, 8)],
        },
    ),
    Sample(
        "steps in total that move, and what they come to in words",
        "train.log",
        "".join(
            f"epoch 0, total_step {50 * i}, total loss is {9 - i}.5 , training accuracy is 0.25, time 240 samples/sec\n"
            for i in (1, 2, 3)
        ),
        {
            "total loss": [(50 * i, 9.5 - i) for i in (1, 2, 3)],
            "training accuracy": [(50 * i, 0.25) for i in (1, 2, 3)],
            "time": [(50 * i, 240) for i in (1, 2, 3)],
            "epoch": [(50 * i, 0) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "steps in total that are a length",
        "train.log",
        "".join(f"epoch {i}, step 5, total_step 100, loss {3 - i}.5\n" for i in (0, 1, 2)),
        {
            "loss": [(i, 3.5 - i) for i in (0, 1, 2)],
            "step": [(i, 5) for i in (0, 1, 2)],
            "total_step": [(i, 100) for i in (0, 1, 2)],
        },
    ),
    Sample(
        "steps in total that are a length, before steps that move",
        "train.log",
        "".join(f"epoch 0, total_step 100, step {10 * i}, loss {3 - i}.5\n" for i in (0, 1, 2)),
        {
            "loss": [(10 * i, 3.5 - i) for i in (0, 1, 2)],
            "total_step": [(10 * i, 100) for i in (0, 1, 2)],
            "epoch": [(10 * i, 0) for i in (0, 1, 2)],
        },
    ),
)
