"""What PyTorch's own examples and tutorials print, and libraries around PyTorch."""

from __future__ import annotations

from math import nan

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "tqdm's next bar, which has begun already where a line is printed behind it",
        "nohup.out",
        "".join(
            f"(train: {i} ): 100%|##########| 40/40 [00:29<00:00,  1.35it/s, train_loss={2 * loss}]\n"
            f"{f'(train: {i + 1} ):   0%|          | 0/40 [00:00<?, ?it/s]' if i % 2 else ''}"
            f"epoch {i} train loss: {loss} valid loss: {loss + 1}\n"
            for i, loss in enumerate((1.0, 0.5, 0.25, 0.125), 1)
        ),
        {
            "train loss": [(1, 1.0), (2, 0.5), (3, 0.25), (4, 0.125)],
            "valid loss": [(1, 2.0), (2, 1.5), (3, 1.25), (4, 1.125)],
        },
    ),
    Sample(
        "lines of text in a file that is called a table",
        "train_log.csv",
        "".join(f"Epoch:{i}, mask loss is {2.0**-i} \n" for i in range(6)),
        {"mask loss": [(i, 2.0**-i) for i in range(6)]},
    ),
    Sample(
        "the same below a line of words with as many commas",
        "train_log.csv",
        "training starts, with Adam\n" + "".join(f"Epoch {i}, mask loss is {2.0**-i}\n" for i in range(6)),
        {"mask loss": [(i, 2.0**-i) for i in range(6)]},
    ),
    Sample(
        "data of which the texts speak of losses",
        "issues.csv",
        "id,title\n" + "".join(f'{7 * i},"Training loss = nan at iteration {100 * i}"\n' for i in range(12)),
        None,
    ),
    Sample(
        "fastai: the table of a notebook that was turned into Markdown",
        "README.md",
        "```python\nlearn.fit(3)\n```\n\n\n"
        '<table border="1" class="dataframe">\n  <thead>\n    <tr style="text-align: left;">\n      <th>epoch</th>\n'
        "      <th>train_loss</th>\n      <th>valid_loss</th>\n      <th>time</th>\n    </tr>\n  </thead>\n  <tbody>\n"
        + "".join(
            f"    <tr>\n      <td>{epoch}</td>\n      <td>{loss}</td>\n      <td>{2 * loss}</td>\n"
            "      <td>00:12</td>\n    </tr>\n"
            for epoch, loss in enumerate((0.5, 0.25, 0.125))
        )
        + "  </tbody>\n</table>\n\n\n![png](output_8_0.png)\n",
        {
            "train_loss": [(0, 0.5), (1, 0.25), (2, 0.125)],
            "valid_loss": [(0, 1.0), (1, 0.5), (2, 0.25)],
            "time": [(0, 12), (1, 12), (2, 12)],
        },
    ),
    Sample(
        "Poutyne: how many steps each split has, before what was measured in both",
        "poutyne.log",
        "".join(
            f"Epoch:  {i}/4 Train steps: 29 Val steps: 16 0.5{i}s loss: {loss} acc: {90 - 8 * loss} fscore_macro: "
            f"{1 - loss / 4} val_loss: {loss + 1} val_acc: {80 - 8 * loss} val_fscore_macro: {0.75 - loss / 4}\n"
            for i, loss in enumerate((2.0, 1.5, 1.25, 1.0), 1)
        ),
        {
            "Train steps": [(0, 29), (1, 29), (2, 29), (3, 29)],
            "Val steps": [(1, 16), (2, 16), (3, 16), (4, 16)],
            "loss": [(1, 2.0), (2, 1.5), (3, 1.25), (4, 1.0)],
            "acc": [(1, 74), (2, 78), (3, 80), (4, 82)],
            "fscore_macro": [(1, 0.5), (2, 0.625), (3, 0.6875), (4, 0.75)],
            "val_loss": [(1, 3.0), (2, 2.5), (3, 2.25), (4, 2.0)],
            "val_acc": [(1, 64), (2, 68), (3, 70), (4, 72)],
            "val_fscore_macro": [(1, 0.25), (2, 0.375), (3, 0.4375), (4, 0.5)],
        },
    ),
    Sample(
        "Poutyne: bars that count the batches of an evaluation as those of training",
        "poutyne.log",
        "".join(
            "".join(
                f"Epoch:  {epoch}/4 Step: {i}/2  {50 * i}.00% |▋                   |ETA: 0.10s {name}: {loss / i}\n"
                for name in ("loss", "val_loss")
                for i in (1, 2)
            )
            + f"Epoch:  {epoch}/4 Train steps: 2 Val steps: 2 0.52s loss: {loss} val_loss: {loss + 1}\n"
            for epoch, loss in enumerate((2.0, 1.5, 1.25, 1.0), 1)
        ),
        {
            "epoch": [(2 * epoch + i, epoch + 1) for epoch in range(4) for i in (1, 2, 2)],
            "Train steps": [(i, 2) for i in (2, 4, 6, 8)],
            "Val steps": [(i, 2) for i in (2, 4, 6, 8)],
            "loss": [(1, 2.0), (2, 1.0), (3, 1.5), (4, 0.75), (5, 1.25), (6, 0.625), (7, 1.0), (8, 0.5)],
            "loss (epoch)": [(2, 2.0), (4, 1.5), (6, 1.25), (8, 1.0)],
            "val_loss": [(2, 3.0), (4, 2.5), (6, 2.25), (8, 2.0)],
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
        "fastai, each line stamped by a collector",
        "fastai.log",
        "2025-09-05T21:43:07.123456789Z epoch     train_loss  valid_loss  accuracy  time    \n"
        "2025-09-05T21:43:19.123456789Z 0         0.750000    0.875000    0.875000  00:12\n"
        "2025-09-05T21:43:31.123456789Z 1         0.500000    0.625000    0.875000  00:12\n",
        {
            "train_loss": [(0, 0.75), (1, 0.5)],
            "valid_loss": [(0, 0.875), (1, 0.625)],
            "accuracy": [(0, 0.875), (1, 0.875)],
            "time": [(0, 12), (1, 12)],
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
        "learn2learn: a line for each error below the line that counts, also where none is finite",
        "maml.out",
        "\nIteration 5\nMeta Train Error 2.5\nMeta Valid Error 2.25\n"
        "\nIteration 10\nMeta Train Error 1.5\nMeta Valid Error 1.75\n"
        "\nIteration 15\nMeta Train Error nan\nMeta Valid Error nan\n",
        {"Train Error": [(5, 2.5), (10, 1.5), (15, nan)], "Valid Error": [(5, 2.25), (10, 1.75), (15, nan)]},
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
            "left time": [(1, 42.5), (2, 42.5), (3, 42.5)],
            "iter": [(0, 100), (4, 100), (8, 100)],
            "step": [(3, 139), (7, 139), (11, 139)],
            "Test Loss": [(1, 0.625), (2, 0.5), (3, 0.375)],
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
            "time (s)": [(0, 2.5), (1, 2.5), (2, 2.5)],
            "evaluating/time (s)": [(0, 0.5), (1, 0.5), (2, 0.5)],
            "train loss": [(0, 8.5), (1, 7.5), (2, 6.5)],
            "valid_score": [(0, 0.25), (1, 0.26), (2, 0.27)],
            "valid/recall@10": [(0, 0.35), (1, 0.36), (2, 0.37)],
            "valid/mrr@10": [(0, 0.25), (1, 0.26), (2, 0.27)],
            "valid/ndcg@10": [(0, 0.45), (1, 0.46), (2, 0.47)],
        },
    ),
    Sample(
        "Informer: the rate that it sets at the end of an epoch",
        "result.log",
        "".join(
            f"Epoch: {epoch}, Steps: 139 | Train Loss: {loss} Vali Loss: {loss + 0.25}\n"
            f"Updating learning rate to {loss / 1024}\n"
            for epoch, loss in ((1, 0.5), (2, 0.375), (3, 0.25))
        ),
        {
            "Train Loss": [(1, 0.5), (2, 0.375), (3, 0.25)],
            "Vali Loss": [(1, 0.75), (2, 0.625), (3, 0.5)],
            "learning rate": [(1, 0.5 / 1024), (2, 0.375 / 1024), (3, 0.25 / 1024)],
            "step": [(0, 139), (2, 139), (4, 139)],
        },
    ),
)
