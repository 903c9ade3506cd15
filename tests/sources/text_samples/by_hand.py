"""Loops by hand: how they write quantities and their values."""

from __future__ import annotations

from math import inf, nan

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "a bare step before columns, beside evaluations that name theirs",
        "train.log",
        "".join(
            f"{f'step {step}: train loss {2 * loss}, val loss {3 * loss}{chr(10)}' if step % 20 == 0 else ''}"
            f"{step} | loss {loss} | lr 9.0e-04 | 7367.57ms\n"
            for step, loss in ((20, 1.0), (30, 0.5), (40, 0.25), (50, 0.125), (60, 0.0625))
        ),
        {
            "loss": [(20, 1.0), (30, 0.5), (40, 0.25), (50, 0.125), (60, 0.0625)],
            "lr": [(step, 0.0009) for step in (20, 30, 40, 50, 60)],
            "train loss": [(20, 2.0), (40, 0.5), (60, 0.125)],
            "val loss": [(20, 3.0), (40, 0.75), (60, 0.1875)],
        },
    ),
    Sample(
        "a size in brackets behind each epoch, which is no step with its rate",
        "train.log",
        "".join(f"epoch {i} loss {2.0**-i}\nINFO:root:[3, 4]\n" for i in (1, 2, 3)),
        {"loss": [(1, 0.5), (2, 0.25), (3, 0.125)]},
    ),
    Sample(
        "names in brackets, before a colon",
        "train.log",
        "".join(f"2019-08-07 02:59:37,013 - __main__ - INFO - [epoch]: {i}, [loss]: {2.0**-i}\n" for i in (1, 2, 3)),
        {"loss": [(1, 0.5), (2, 0.25), (3, 0.125)]},
    ),
    Sample(
        "names in brackets and nothing else, with the word for no number",
        "train.log",
        "".join(f"E{i} | [Loss] {loss} | [step]   {15 * i}\n" for i, loss in ((5, 512.5), (6, "nan"), (7, "nan"))),
        {"Loss": [(75, 512.5), (90, nan), (105, nan)]},
    ),
    Sample(
        "a moment as C writes it, before a bare epoch in brackets",
        "train.log",
        "".join(f"Wed Apr  8 21:{25 + i}:58 2020 [{i}] loss: {2.0**-i:.3f}, acc: 0.{i}\n" for i in (1, 2, 3)),
        {"loss": [(1, 0.5), (2, 0.25), (3, 0.125)], "acc": [(1, 0.1), (2, 0.2), (3, 0.3)]},
    ),
    Sample(
        "an epoch's number, in words",
        "siamese.log",
        "Epoch number 1, current loss 1.5\nEpoch number 2, current loss 0.75\nEpoch number 3, current loss 0.5\n",
        {"loss": [(1, 1.5), (2, 0.75), (3, 0.5)]},
    ),
    Sample(
        "SAGAN: the generator's steps out of all, with the critic's beside them",
        "sagan.log",
        "".join(
            f"Elapsed [0:00:{step}], G_step [{step}/1000], D_step[{step}/1000], d_loss: {loss:.4f}, g_loss: 0.5000\n"
            for step, loss in ((10, 0.5), (20, 0.25), (30, 0.125))
        ),
        {"d_loss": [(10, 0.5), (20, 0.25), (30, 0.125)], "g_loss": [(10, 0.5), (20, 0.5), (30, 0.5)]},
    ),
    Sample(
        "steps with underscores between thousands, and losses without the zero before the point",
        "train.log",
        "".join(f"step {500 * i:_} | loss {('1.5', '.75', '.375')[i - 1]} | val_loss .{9 - i}\n" for i in (1, 2, 3)),
        {"loss": [(500, 1.5), (1000, 0.75), (1500, 0.375)], "val_loss": [(500, 0.8), (1000, 0.7), (1500, 0.6)]},
    ),
    Sample(
        "tuples, as a print of Python 2 has them in Python 3",
        "train.log",
        "".join(f"('Epoch:', {i}, 'train loss:', {2.0**-i}, 'val loss', nan)\n" for i in (1, 2, 3)),
        {
            "train loss": [(1, 0.5), (2, 0.25), (3, 0.125)],
            "val loss": [(1, nan), (2, nan), (3, nan)],
        },
    ),
    Sample(
        "the last loss of each epoch is a curve",
        "train.log",
        "".join(f"Epoch {i} | Final Loss: {2.0**-i} | Test Acc: 0.{i}\n" for i in (1, 2, 3)),
        {"Loss": [(i, 2.0**-i) for i in (1, 2, 3)], "Test Acc": [(i, i / 10) for i in (1, 2, 3)]},
    ),
    Sample(
        "a last loss beside the loss of each epoch sums up, and so does the last of all",
        "train.log",
        "".join(f"Epoch {i} | loss: {2.0**-i} | Final Loss: 0.{i}\n" for i in (1, 2, 3)) + "Final Loss: 0.125\n",
        {"loss": [(i, 2.0**-i) for i in (1, 2, 3)], "Final Loss": [(i, i / 10) for i in (1, 2, 3)]},
    ),
    Sample(
        "of how many examples a loop after the course CS231n got right, of the data that the line before names",
        "train.log",
        "".join(
            f"Iteration {i}00, loss = {2.0**-i}\nChecking accuracy on validation set\n"
            f"Got {100 + 50 * i} / 1000 correct ({10 + 5 * i}.00)\n\n"
            for i in range(1, 5)
        ),
        {
            "loss": [(100 * i, 2.0**-i) for i in range(1, 5)],
            "validation/accuracy": [(100 * i, 10 + 5 * i) for i in range(1, 5)],
        },
    ),
    Sample(
        "of the training data and of others in turn, and of the test data at the end",
        "train.log",
        "".join(
            f"Iteration {i}00, loss = {2.0**-i}\nChecking accuracy on train set\n"
            f"Got {200 + 50 * i} / 1000 correct ({20 + 5 * i}.00)\n\nChecking accuracy on validation set\n"
            f"Got {100 + 50 * i} / 1000 correct ({10 + 5 * i}.00)\n\n"
            for i in range(1, 5)
        )
        + "Checking accuracy on test set\nGot 250 / 1000 correct (25.00)\n",
        {
            "loss": [(100 * i, 2.0**-i) for i in range(1, 5)],
            "train/accuracy": [(100 * i, 20 + 5 * i) for i in range(1, 5)],
            "validation/accuracy": [(100 * i, 10 + 5 * i) for i in range(1, 5)],
        },
    ),
    Sample(
        "losses of training and of validation in turn, below headings that count nothing",
        "train.log",
        "".join(f"Training:\nloss: {2.0**-i}\nValidation:\nloss: {2.5**-i}\n" for i in range(12)),
        {
            "training/loss": [(2 * i, 2.0**-i) for i in range(12)],
            "validation/loss": [(2 * i + 1, 2.5**-i) for i in range(12)],
        },
    ),
    Sample(
        "a last loss beside the loss of the same data by another name",
        "train.log",
        "".join(f"Epoch {i} | train_loss {2.0**-i} | final_loss {2.5**-i}\n" for i in (1, 2, 3)),
        {
            "train_loss": [(i, 2.0**-i) for i in (1, 2, 3)],
            "final_loss": [(i, 2.5**-i) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "two runs whose epochs are told from each other, though steps are counted on now and then",
        "train.log",
        "".join(
            f"Epoch {i}/4\nloss: {k + 2.0**-i}\nval_loss: {k + 2.5**-i}\n" + (f"step {40 * k + 10 * i}\n" * (i % 2))
            for k in (0, 1)
            for i in range(1, 5)
        ),
        {
            "loss": [(i, k + 2.0**-i) for k in (0, 1) for i in range(1, 5)],
            "val_loss": [(i, k + 2.5**-i) for k in (0, 1) for i in range(1, 5)],
        },
    ),
    Sample(
        "neighbours that were counted, and no training",
        "search.log",
        "".join(f"k = {i} :Got {900 + i} / 1000 correct (90.{i})\n" for i in range(1, 5)),
        None,
    ),
    Sample(
        "ordered dictionaries",
        "train.log",
        "".join(f"OrderedDict([('epoch', {i}), ('train_loss', {2.0**-i}), ('eval_loss', 0.5)])\n" for i in (1, 2, 3)),
        {
            "train_loss": [(1, 0.5), (2, 0.25), (3, 0.125)],
            "eval_loss": [(1, 0.5), (2, 0.5), (3, 0.5)],
        },
    ),
    Sample(
        "steps in thousands",
        "train.log",
        "".join(f"step {i / 2:g}k loss {2.0**-i}\n" for i in (1, 2, 3)),
        {"loss": [(500, 0.5), (1000, 0.25), (1500, 0.125)]},
    ),
    Sample(
        "a table that pandas prints, with its index",
        "train.log",
        "   epoch  train_loss  val_loss\n"
        + "".join(f"{i}      {i + 1}        {0.5 / (i + 1):.3f}     {0.75 / (i + 1):.3f}\n" for i in range(3)),
        {
            "train_loss": [(1, 0.5), (2, 0.25), (3, 0.167)],
            "val_loss": [(1, 0.75), (2, 0.375), (3, 0.25)],
        },
    ),
    Sample(
        "the history of Keras as pandas prints it: its index counts epochs",
        "train.log",
        "   loss  accuracy  val_loss\n"
        + "0  2.50      0.25      2.75\n1  1.50      0.50      1.75\n2  0.50      0.75      1.0\n",
        {
            "loss": [(0, 2.5), (1, 1.5), (2, 0.5)],
            "accuracy": [(0, 0.25), (1, 0.5), (2, 0.75)],
            "val_loss": [(0, 2.75), (1, 1.75), (2, 1.0)],
        },
    ),
    Sample(
        "a table that pandas prints, wider than the line: its other columns follow over the same index",
        "train.log",
        "   epoch  train_loss  \\\n0      1        0.50   \n1      2        0.25   \n\n"
        "   val_loss  seconds  \n0     0.750      3.5  \n1     0.625      3.0  \n\nDone\n",
        {
            "train_loss": [(1, 0.5), (2, 0.25)],
            "val_loss": [(1, 0.75), (2, 0.625)],
            "seconds": [(1, 3.5), (2, 3.0)],
        },
    ),
    Sample(
        "a table that pandas prints without the rows in its midst",
        "train.log",
        "    epoch  train_loss  val_loss\n0       1      0.5000    0.7500\n1       2      0.2500    0.5000\n"
        "..    ...         ...       ...\n8       9      0.1250    0.3750\n\n[9 rows x 3 columns]\n",
        {
            "train_loss": [(1, 0.5), (2, 0.25), (9, 0.125)],
            "val_loss": [(1, 0.75), (2, 0.5), (9, 0.375)],
        },
    ),
    Sample(
        "a table that pandas prints with the name of its index on a line of its own",
        "train.log",
        "       train_loss  val_loss\nepoch                      \n"
        "1           0.50      0.75\n2           0.25      0.50\n",
        {"train_loss": [(1, 0.5), (2, 0.25)], "val_loss": [(1, 0.75), (2, 0.5)]},
    ),
    Sample(
        "a table that Polars prints",
        "train.log",
        "shape: (9, 3)\n┌───────┬────────────┬──────────┐\n"
        "│ epoch ┆ train_loss ┆ val_loss │\n│ ---   ┆ ---        ┆ ---      │\n"
        "│ i64   ┆ f64        ┆ f64      │\n╞═══════╪════════════╪══════════╡\n│ 1     ┆ 0.5        ┆ 0.75     │\n"
        "│ …     ┆ …          ┆ …        │\n│ 9     ┆ 0.25       ┆ 0.5      │\n└───────┴────────────┴──────────┘\n",
        {"train_loss": [(1, 0.5), (9, 0.25)], "val_loss": [(1, 0.75), (9, 0.5)]},
    ),
    Sample(
        "a table of Rich with walls between its columns alone",
        "train.log",
        "        ╷            ╷          \n  epoch │ train_loss │ val_loss \n╶───────┼────────────┼─────────╴\n"
        "      1 │       0.50 │     0.75 \n      2 │       0.25 │     0.50 \n        ╵            ╵          \n",
        {"train_loss": [(1, 0.5), (2, 0.25)], "val_loss": [(1, 0.75), (2, 0.5)]},
    ),
    Sample(
        "a bar whose last word is a value, right before its share",
        "train.log",
        "".join(
            f"\repoch {i} loss {2.0**-i} val_loss {3 * 2.0**-i}: {25 * i:3d}%|{'#' * i:4}| {i}/4 [00:0{i}<00:04, 9it/s]"
            for i in (1, 2, 3, 4)
        )
        + "\n",
        {
            "loss": [(i, 2.0**-i) for i in (1, 2, 3, 4)],
            "val_loss": [(i, 3 * 2.0**-i) for i in (1, 2, 3, 4)],
        },
    ),
    Sample(
        "quantities that have a number for each split",
        "train.log",
        "".join(
            f"Epoch {i} (3.5s) | loss: train={2.0**-i}, valid={3 * 2.0**-i} | acc: train=0.{i}5, valid=0.{i}25\n"
            for i in (1, 2, 3)
        ),
        {
            "train loss": [(1, 0.5), (2, 0.25), (3, 0.125)],
            "valid loss": [(1, 1.5), (2, 0.75), (3, 0.375)],
            "train acc": [(1, 0.15), (2, 0.25), (3, 0.35)],
            "valid acc": [(1, 0.125), (2, 0.225), (3, 0.325)],
        },
    ),
    Sample(
        "a sentence that begins with how many epochs there were",
        "train.log",
        "".join(
            f"After {i} epochs: training loss was {2.0**-i}, validation loss was {3 * 2.0**-i}\n" for i in (1, 2, 3)
        ),
        {
            "training loss": [(1, 0.5), (2, 0.25), (3, 0.125)],
            "validation loss": [(1, 1.5), (2, 0.75), (3, 0.375)],
        },
    ),
    Sample(
        "how many epochs a script waited",
        "train.log",
        "".join(f"epoch {i} val_loss 0.5\nNo better after {i + 3} epochs, still waiting\n" for i in (1, 2, 3)),
        {"val_loss": [(1, 0.5), (2, 0.5), (3, 0.5)]},
    ),
    Sample(
        "an at sign before the epoch",
        "train.log",
        "".join(f"Train loss @ epoch {i} = {2.0**-i}\nVal loss @ epoch {i} = {3 * 2.0**-i}\n" for i in (1, 2, 3)),
        {"Train loss": [(1, 0.5), (2, 0.25), (3, 0.125)], "Val loss": [(1, 1.5), (2, 0.75), (3, 0.375)]},
    ),
    Sample(
        "an average meter: `val` is its value now, and no validation",
        "train.log",
        "".join(f"Step {10 * i} loss_val {2.0**-i} loss_avg {3 * 2.0**-i}\n" for i in (1, 2, 3)),
        {"loss_val": [(10, 0.5), (20, 0.25), (30, 0.125)], "loss_avg": [(10, 1.5), (20, 0.75), (30, 0.375)]},
    ),
    Sample(
        "a tab between the colon and its number",
        "blocks.out",
        "".join(
            f"Iteration: \t {i}\nNumTrajs: \t 200\nLoss:     \t {loss}\nElapsed time\t 106.5 seconds\n{'-' * 17}\n"
            for i, loss in enumerate((0.5, 0.375, 0.25, 0.125))
        ),
        {"Loss": [(0, 0.5), (1, 0.375), (2, 0.25), (3, 0.125)]},
    ),
    Sample(
        "what is said of a best model repeats the evaluation above it",
        "best.md",
        "    Epoch 1: Train Loss = 2.5, Val Acc = 0.25\n    New best model saved (Acc: 0.25)\n"
        "    Epoch 2: Train Loss = 2.25, Val Acc = 0.5\n    New best model saved (Acc: 0.5)\n"
        "    Epoch 3: Train Loss = 2.0, Val Acc = 0.375\n"
        "    Epoch 4: Train Loss = 1.75, Val Acc = 0.625\n    New best model saved (Acc: 0.625)\n",
        {
            "Train Loss": [(1, 2.5), (2, 2.25), (3, 2.0), (4, 1.75)],
            "Val Acc": [(1, 0.25), (2, 0.5), (3, 0.375), (4, 0.625)],
        },
    ),
    Sample(
        "a dash between the moment and the level",
        "train.log",
        "".join(
            f"2021-05-14 11:36:5{i},758-INFO: epoch: 0, iter: {2 * i}, 'loss': {loss}, 'acc': 0.25, time: 2.5\n"
            for i, loss in enumerate(("0.5", "nan", "nan"), 1)
        ),
        {
            "loss": [(2, 0.5), (4, nan), (6, nan)],
            "acc": [(2, 0.25), (4, 0.25), (6, 0.25)],
            "time": [(2, 2.5), (4, 2.5), (6, 2.5)],
            "epoch": [(2, 0), (4, 0), (6, 0)],
        },
    ),
    Sample(
        "a single epoch, by the heading that says so and the losses of both splits below it",
        "one_epoch.log",
        "Epoch 1/1\n  Train Loss: nan, Acc: 20.90%\n  Val Loss: nan, Acc: 19.42%\n",
        {
            "Train Loss": [(1, nan)],
            "Train Acc": [(1, 20.9)],
            "Val Loss": [(1, nan)],
            "Val Acc": [(1, 19.42)],
        },
    ),
    Sample(
        "evaluations whose step is told on the line below them",
        "eval_first.log",
        "".join(
            f"***** Running evaluation *****\neval_loss = {loss}\ntrain acc: {acc}, loss: {loss + 0.25}, "
            f"global step: {step}\nSaving model checkpoint\n"
            for step, acc, loss in ((200, 0.25, 1.5), (400, 0.5, 1.25), (600, 0.625, 1.0), (800, 0.75, 0.75))
        ),
        {
            "eval_loss": [(200, 1.5), (400, 1.25), (600, 1.0), (800, 0.75)],
            "train acc": [(200, 0.25), (400, 0.5), (600, 0.625), (800, 0.75)],
            "train loss": [(200, 1.75), (400, 1.5), (600, 1.25), (800, 1.0)],
        },
    ),
    Sample(
        "evaluations below the line that tells their step, of a log cut off before the first such line",
        "cut_off.log",
        "eval_loss = 1.75\nSaving model checkpoint\n"
        + "".join(
            f"train acc: {acc}, loss: {loss + 0.25}, global step: {step}\neval_loss = {loss}\nSaving model checkpoint\n"
            for step, acc, loss in ((400, 0.25, 1.5), (600, 0.5, 1.25), (800, 0.625, 1.0))
        ),
        {
            "eval_loss": [(400, 1.75), (400, 1.5), (600, 1.25), (800, 1.0)],
            "train acc": [(400, 0.25), (600, 0.5), (800, 0.625)],
            "train loss": [(400, 1.75), (600, 1.5), (800, 1.25)],
        },
    ),
    Sample(
        "prose that says where a training stood",
        "words.txt",
        "We stop at epoch 5/10: train loss 0.5, val loss 0.7\nIn epoch 6/10 the train loss was 0.5.\n",
        None,
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
        "two columns, the first of which counts",
        "fit.txt",
        "       epoch         loss\n           1       1.5000\n           2       1.2500\n",
        {"loss": [(1, 1.5), (2, 1.25)]},
    ),
    Sample(
        "two columns, one space apart",
        "fit.txt",
        "step loss\n10 1.5\n20 1.25\n",
        {"loss": [(10, 1.5), (20, 1.25)]},
    ),
    Sample(
        "an error that only models have, and no word of a loss",
        "rnn.log",
        "".join(f"step {25 * i}, mse {2 - i / 8}\n" for i in range(1, 5)),
        {"mse": [(25 * i, 2 - i / 8) for i in range(1, 5)]},
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
        "a bar that is described as steps: its share done is no step",
        "steps.log",
        "".join(
            f"\rSteps: {25 * step:3d}%|{'#' * step}{' ' * (4 - step)}| {step}/4 [00:0{step}<00:04, 1it/s, {loss=}]"
            for step, loss in ((1, 1.0), (2, 0.75), (3, 0.5), (4, 0.25))
        ),
        {"loss": [(1, 1.0), (2, 0.75), (3, 0.5), (4, 0.25)]},
    ),
    Sample(
        "a bar of each epoch that is described as one",
        "epoch_bars.log",
        "".join(
            "".join(
                f"\rEpoch: {25 * batch:3d}%|{'#' * batch}{' ' * (4 - batch)}| {batch}/4 [00:01<00:01, 4it/s, {loss=}]"
                for batch in (1, 2, 3, 4)
            )
            + "\n"
            for loss in (0.75, 0.5, 0.25)
        ),
        {"loss": [(1, 0.75), (2, 0.5), (3, 0.25)]},
    ),
    Sample(
        "the terms of an autoencoder's loss between bars",
        "vae.log",
        "".join(
            f"step {step}/30 | loss {loss} | recon {loss - 0.125} | kl 0.125\n"
            for step, loss in ((10, 1.0), (20, 0.75), (30, 0.5))
        ),
        {
            "loss": [(10, 1.0), (20, 0.75), (30, 0.5)],
            "recon": [(10, 0.875), (20, 0.625), (30, 0.375)],
            "kl": [(10, 0.125), (20, 0.125), (30, 0.125)],
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
        "a value behind two counters, named by more than one word",
        "loss.txt",
        "".join(
            f"Loss at epoch {epoch} and iteration {step} is {2.0 - epoch}\n"
            f"NCE Loss at epoch {epoch} and iteration {step} is {0.25 * epoch}\n"
            for epoch in (0, 1)
            for step in (0, 500, 1000)
        ),
        {
            "Loss": [(0, 2), (500, 2), (1000, 2), (1500, 1), (2000, 1), (2500, 1)],
            "NCE Loss": [(0, 0), (500, 0), (1000, 0), (1500, 0.25), (2000, 0.25), (2500, 0.25)],
            "epoch": [(500 * i + 1500 * epoch, epoch) for epoch in (0, 1) for i in (0, 0, 1, 1, 2, 2)],
        },
    ),
    Sample(
        "tensors that `print(loss)` leaves, and that a loss was the last to compute",
        "train.log",
        "".join(
            f"epoch {epoch}\ntensor({0.75 / epoch}, device='cuda:0', grad_fn=<NllLossBackward0>)\n"
            for epoch in (1, 2, 3)
        ),
        {"loss": [(1, 0.75), (2, 0.375), (3, 0.25)]},
    ),
    Sample(
        "a comma that was left behind the colon",
        "train.log",
        "Epoch 0, Train loss: 0.75, Test loss:, 0.875, NDCG: 0.5\n"
        "Epoch 1, Train loss: 0.5, Test loss:, 0.625, NDCG: 0.625\n",
        {
            "Train loss": [(0, 0.75), (1, 0.5)],
            "Test loss": [(0, 0.875), (1, 0.625)],
            "Test NDCG": [(0, 0.5), (1, 0.625)],
        },
    ),
    Sample(
        "a term of the loss on a line of each split, which only the first name tells",
        "vae.log",
        "".join(
            f"Epoch {epoch}\nTrain Loss: {4 - epoch}, Recon: {3 - epoch}, KL: 1.0, LR: 0.5\n"
            f"Val Loss: {5 - epoch}, Recon: {4 - epoch}, KL: 1.5, LR: 0.5\n"
            for epoch in (0, 1, 2)
        ),
        {
            "Train Loss": [(0, 4), (1, 3), (2, 2)],
            "Recon": [(0, 3), (1, 2), (2, 1)],
            "KL": [(0, 1), (1, 1), (2, 1)],
            "LR": [(0, 0.5), (1, 0.5), (2, 0.5)],
            "Val Loss": [(0, 5), (1, 4), (2, 3)],
            "validation/Recon": [(0, 4), (1, 3), (2, 2)],
            "validation/KL": [(0, 1.5), (1, 1.5), (2, 1.5)],
        },
    ),
    Sample(
        "what the loop sets, on a line of held-out data",
        "vae.log",
        "".join(f"Epoch {i} Val Loss: {5 - i}, Recon: {4 - i}, KL weight: {i}.5, Patience: 3\n" for i in (0, 1, 2)),
        {
            "Val Loss": [(0, 5), (1, 4), (2, 3)],
            "validation/Recon": [(0, 4), (1, 3), (2, 2)],
            "KL weight": [(0, 0.5), (1, 1.5), (2, 2.5)],
            "Patience": [(0, 3), (1, 3), (2, 3)],
        },
    ),
    Sample(
        "an error of each epoch, and nothing else",
        "stdout.txt",
        "Epoch #0 Error:0.5\nEpoch #1 Error:0.25\nEpoch #2 Error:4.8828125E-4\n",
        {"Error": [(0, 0.5), (1, 0.25), (2, 0.00048828125)]},
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
        "an epoch's heading above sentences that mention losses",
        "notes.txt",
        "Epoch 1/2\nWe talk about the training loss: 0.5 here\n",
        None,
    ),
    Sample(
        "records that pprint sorted and gave a line for each entry",
        "train.log",
        "{'batch': 32,\n 'lr': 0.5}\n"
        + "".join(
            f"{{'learning_rate': 0.0625,\n 'step': {i},\n 'train_loss': {1 / i},\n 'val_loss': {2 / i}}}\n"
            for i in (1, 2, 4)
        ),
        {
            "learning_rate": [(1, 0.0625), (2, 0.0625), (4, 0.0625)],
            "train_loss": [(1, 1.0), (2, 0.5), (4, 0.25)],
            "val_loss": [(1, 2.0), (2, 1.0), (4, 0.5)],
        },
    ),
    Sample(
        "messages that rich wrapped within their column",
        "train.log",
        "".join(
            f"{'[11/22/26 13:39:08]' if i == 1 else '':19} INFO     step {i}/60 train_loss={1 / i}    loop.py:9\n"
            f"{'':29}val_loss={2 / i} learning_rate=\n{'':29}0.0625 grad_norm=0.5             \n"
            for i in (1, 2, 4)
        ),
        {
            "train_loss": [(1, 1.0), (2, 0.5), (4, 0.25)],
            "val_loss": [(1, 2.0), (2, 1.0), (4, 0.5)],
            "learning_rate": [(1, 0.0625), (2, 0.0625), (4, 0.0625)],
            "grad_norm": [(1, 0.5), (2, 0.5), (4, 0.5)],
        },
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
        "names of two words without a space behind the colon",
        "train.log",
        "".join(f"Step {step}\nG loss:{1.5 - step / 4} || D loss:0.5\n" for step in range(1, 4)),
        {
            "G loss": [(1, 1.25), (2, 1.0), (3, 0.75)],
            "D loss": [(1, 0.5), (2, 0.5), (3, 0.5)],
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
        "loguru, whose functions have names like quantities",
        "yolox.log",
        "2021-09-03 20:47:25.076 | INFO     | yolox.core.trainer:after_iter:246 - iter: 10/47, total_loss: 1.75\n"
        "2021-09-03 20:47:26.076 | INFO     | yolox.core.trainer:after_iter:246 - iter: 20/47, total_loss: 1.5\n"
        "2021-09-03 20:47:27.076 | INFO     | yolox.core.trainer:after_iter:246 - iter: 30/47, total_loss: 1.25\n",
        {"total_loss": [(10, 1.75), (20, 1.5), (30, 1.25)]},
    ),
    Sample(
        "`is` between a quantity and its value",
        "prednet.log",
        "step 100, the loss is 0.75\nstep 200, the loss is 0.5\nstep 300, the loss is 0.25\n",
        {"loss": [(100, 0.75), (200, 0.5), (300, 0.25)]},
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
        "a bare number before a colon, which rises evenly",
        "bare.log",
        "".join(f"{i}: loss={0.5**i}\n" for i in range(12)),
        {"loss": [(i, 0.5**i) for i in range(12)]},
    ),
    Sample(
        "processes of Slurm, each before a colon",
        "slurm-7.out",
        "".join(f"{rank}: step {i} loss={0.5**i}\n" for i in range(12) for rank in (0, 1)),
        {"loss": [(i, 0.5**i) for i in range(12)]},
    ),
    Sample(
        "a bare number in brackets, and the splits without a mark",
        "rounds.log",
        "".join(f"[{i}] train {0.5**i} test {0.5**i + 0.25}\n" for i in range(1, 5)),
        {"train": [(i, 0.5**i) for i in range(1, 5)], "test": [(i, 0.5**i + 0.25) for i in range(1, 5)]},
    ),
    Sample(
        "processes that take turns, each in brackets",
        "ranks.log",
        "".join(f"[{i % 4}] train_loss {1 - i / 64} val_loss {2 - i / 64}\n" for i in range(16)),
        {
            "train_loss": [(i, 1 - i / 64) for i in range(16)],
            "val_loss": [(i, 2 - i / 64) for i in range(16)],
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
        "values that are no numbers, between nothing but spaces",
        "spaces.log",
        "".join(f"step {10 * i} loss {2 - i / 4} grad_norm {1 + i / 4} lr 0.5\n" for i in range(3))
        + "step 30 loss nan grad_norm inf lr 0.5\nstep 40 loss 1.5 grad_norm NaN lr 0.5\n"
        + "step 50 loss NaN grad_norm -inf lr 0.5\n",
        {
            "loss": [(0, 2.0), (10, 1.75), (20, 1.5), (30, nan), (40, 1.5), (50, nan)],
            "grad_norm": [(0, 1.0), (10, 1.25), (20, 1.5), (30, inf), (40, nan), (50, -inf)],
            "lr": [(10 * i, 0.5) for i in range(6)],
        },
    ),
    Sample(
        "words for what is no number, in sentences and names",
        "words.log",
        "".join(
            f"step {i} loss {2 - i / 4} | number of nan iterations {i} | skipped because of inf grads {i}\n"
            for i in range(4)
        ),
        {"loss": [(i, 2 - i / 4) for i in range(4)]},
    ),
    Sample(
        "values in the types of their libraries, also where they are no numbers",
        "types.log",
        "step 1 loss tensor(1.5, grad_fn=<MulBackward0>) acc np.float32(0.25)\n"
        "step 2 loss tensor(1.25, grad_fn=<MulBackward0>) acc np.float32(0.5)\n"
        "step 3 loss tensor(nan, grad_fn=<MulBackward0>) acc np.float32(nan)\n",
        {"loss": [(1, 1.5), (2, 1.25), (3, nan)], "acc": [(1, 0.25), (2, 0.5), (3, nan)]},
    ),
    Sample(
        "dictionaries of JAX",
        "jax.log",
        "".join(
            f"step {i} {{'loss': Array({loss}, dtype=float32), 'lr': Array(0.5, dtype=float32)}}\n"
            for i, loss in enumerate((1.5, 1.25, nan))
        ),
        {"loss": [(0, 1.5), (1, 1.25), (2, nan)], "lr": [(i, 0.5) for i in range(3)]},
    ),
    Sample(
        "dictionaries of TensorFlow",
        "tf.log",
        "".join(
            f"Epoch {i} {{'loss': <tf.Tensor: shape=(), dtype=float32, numpy={loss}>}}\n"
            for i, loss in enumerate((1.5, 1.25, nan))
        ),
        {"loss": [(0, 1.5), (1, 1.25), (2, nan)]},
    ),
    Sample(
        "the place in the source in brackets behind the moment",
        "prefix.log",
        "".join(
            f"2026-05-12 09:31:{10 + i},123-[train.py line:78]: epoch {i} loss {2 - i / 4} acc {i / 4}\n"
            for i in range(4)
        ),
        {"loss": [(i, 2 - i / 4) for i in range(4)], "acc": [(i, i / 4) for i in range(4)]},
    ),
    Sample(
        "several losses below the heading of an epoch, beside another curve",
        "several.log",
        "".join(
            f"Epoch {i}\n" + "".join(f"loss: {4 - i - j / 4}\n" for j in range(4)) + f"Val accuracy: {i / 4}\n"
            for i in range(3)
        ),
        {
            "loss": [(5 * i + j, 4 - i - j / 4) for i in range(3) for j in range(4)],
            "Val accuracy": [(i, i / 4) for i in range(3)],
        },
    ),
    Sample(
        "losses of two passes in turn, which nothing tells apart",
        "passes.log",
        "".join(f"Epoch {i}\nloss: {2 - i / 16}\nloss: {3 - i / 16}\nVal accuracy: {i / 16}\n" for i in range(6)),
        {"Val accuracy": [(i, i / 16) for i in range(6)]},
    ),
    Sample(
        "a sentence for a value, below the heading of an epoch",
        "sentence.log",
        "".join(f"Epoch {i}\nTraining loss is {2 - i / 4}\nValidation loss is {3 - i / 4}\n" for i in range(4)),
        {
            "Training loss": [(i, 2 - i / 4) for i in range(4)],
            "Validation loss": [(i, 3 - i / 4) for i in range(4)],
        },
    ),
    Sample(
        "a block of lines below each step: what stands beside a loss there is of training, too",
        "blocks.log",
        "".join(f"step: {10 * i}\nloss: {2 - i / 4}\ngrad_norm: {1 + i / 4}\nlr: 0.5\n" for i in range(4)),
        {
            "loss": [(10 * i, 2 - i / 4) for i in range(4)],
            "grad_norm": [(10 * i, 1 + i / 4) for i in range(4)],
            "lr": [(10 * i, 0.5) for i in range(4)],
        },
    ),
    Sample(
        "the best value so far is no value of the epoch",
        "so_far.log",
        "".join(f"epoch {i} loss {2 - i / 4} best val loss {'inf' if i < 2 else 1.5} patience {i}\n" for i in range(4)),
        {
            "loss": [(i, 2 - i / 4) for i in range(4)],
            "best val loss": [(0, inf), (1, inf), (2, 1.5), (3, 1.5)],
        },
    ),
    Sample(
        "what is done in either pass, as headings",
        "passes_named.log",
        "".join(f"Epoch {i}\nTraining...\nloss: {2 - i / 16}\nEvaluating...\nloss: {3 - i / 16}\n" for i in range(6)),
        {
            "training/loss": [(i, 2 - i / 16) for i in range(6)],
            "evaluating/loss": [(i, 3 - i / 16) for i in range(6)],
        },
    ),
    Sample(
        "losses with a word of their own behind one without",
        "train.log",
        "".join(f"step {i} adv loss {4 - i} Loss 2.{i}, VGG Loss 1.{i}, total loss {9 - i}\n" for i in range(1, 5)),
        {
            "adv loss": [(i, 4 - i) for i in range(1, 5)],
            "Loss": [(i, float(f"2.{i}")) for i in range(1, 5)],
            "VGG Loss": [(i, float(f"1.{i}")) for i in range(1, 5)],
            "total loss": [(i, 9 - i) for i in range(1, 5)],
        },
    ),
    Sample(
        "what is measured at the end of a sentence",
        "train.log",
        "".join(f"Epoch {i} finished. Avg Loss: {4 - i}\n" for i in range(1, 4)),
        {"Avg Loss": [(i, 4 - i) for i in range(1, 4)]},
    ),
    Sample(
        "a word in brackets at the end of a name",
        "train.log",
        "".join(
            f"Epoch {i}\nTrain loss {4 - i}\nTrain acc (token) 0.{i}\nTrain acc (sample) 0.0{i}\n" for i in (1, 2, 3)
        ),
        {
            "Train loss": [(i, 4 - i) for i in (1, 2, 3)],
            "Train acc (token)": [(i, float(f"0.{i}")) for i in (1, 2, 3)],
            "Train acc (sample)": [(i, float(f"0.0{i}")) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "a total, and the word for what it is of before it",
        "train.log",
        "".join(f"epoch: {i}, loss: total: {4 - i}, xy: 0.{i}\n" for i in (1, 2, 3)),
        {"total loss": [(i, 4 - i) for i in (1, 2, 3)], "xy": [(i, float(f"0.{i}")) for i in (1, 2, 3)]},
    ),
    Sample(
        "the place of an answer in the name of an accuracy",
        "train.log",
        "".join(f"Epoch {i}\n  Loss: {4 - i}\n  Top-1: 2{i}.5%\n  Top-5: 5{i}.5%\n" for i in (1, 2, 3)),
        {
            "Loss": [(i, 4 - i) for i in (1, 2, 3)],
            "Top-1": [(i, float(f"2{i}.5")) for i in (1, 2, 3)],
            "Top-5": [(i, float(f"5{i}.5")) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "a number that is the end of a name is no value",
        "train.log",
        "".join(f"epoch {i} total: {4 - i} Loss 1: 0.5{i}, Loss 2: 0.2{i}\n" for i in (1, 2, 3)),
        None,
    ),
    Sample(
        "a quantity on each line right below that of another, batch after batch",
        "train.log",
        "".join(
            f"Epoch {e}\n" + "".join(f"mean loss: {4 - e - b / 8}\naccuracy: {e / 4 + b / 16}\n" for b in range(4))
            for e in (0, 1, 2)
        ),
        {
            "mean loss": [(8 * e + 2 * b, 4 - e - b / 8) for e in (0, 1, 2) for b in range(4)],
            "accuracy": [(8 * e + 2 * b + 1, e / 4 + b / 16) for e in (0, 1, 2) for b in range(4)],
            "epoch": [(8 * e + b, e) for e in (0, 1, 2) for b in range(8)],
        },
    ),
    Sample(
        "an arrow for an equals sign",
        "train.log",
        "".join(f"Epoch({i}/3): train_loss -> {4 - i}.5 | valid_loss -> {6 - i}.5\n" for i in (1, 2, 3)),
        {
            "train_loss": [(i, 4.5 - i) for i in (1, 2, 3)],
            "valid_loss": [(i, 6.5 - i) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "the position in brackets right behind the name, and the value behind those",
        "train.log",
        "".join(f"batch_loss[ {5 * i} ]:  {loss}\n" for i, loss in enumerate((0.75, 0.5, 0.25, "nan", "nan"), 1)),
        {"batch_loss": [(5, 0.75), (10, 0.5), (15, 0.25), (20, nan), (25, nan)]},
    ),
    Sample(
        "the position in brackets behind each of several names",
        "train.log",
        "".join(f"loss[{i}] = {2 - i / 4}, acc[{i}] = {i / 8}\n" for i in (1, 2, 3, 4)),
        {"loss": [(i, 2 - i / 4) for i in (1, 2, 3, 4)], "acc": [(i, i / 8) for i in (1, 2, 3, 4)]},
    ),
    Sample(
        "a term's number in brackets behind its name counts nothing",
        "train.log",
        "".join(f"epoch {i} loss[0]: {2 - i / 4}\n" for i in (1, 2, 3, 4)),
        {"loss": [(i, 2 - i / 4) for i in (1, 2, 3, 4)]},
    ),
    Sample(
        "a first epoch that goes on, of which nothing else is counted",
        "train.log",
        "".join(f"Epoch: 0, Loss: {4 - i / 4}\n" for i in range(12)),
        {"Loss": [(i, 4 - i / 4) for i in range(12)], "epoch": [(i, 0) for i in range(12)]},
    ),
)
