"""What other frameworks print, most of them not in Python."""

from __future__ import annotations

from math import inf, nan

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "VITS: losses, step and rate without a name",
        "train.log",
        "".join(
            f"2023-01-01 10:00:00,123\tljs\tINFO\tTrain Epoch: {i} [50%]\n"
            f"2023-01-01 10:00:00,124\tljs\tINFO\t[2.5, 3.5, {2.0**-i}, "
            f"{2.0 ** (4 - i)}, 0.25, {i}.5, {200 * i}, 0.0001]\n"
            for i in (1, 2, 3)
        ),
        {
            "loss_disc": [(200, 2.5), (400, 2.5), (600, 2.5)],
            "loss_gen": [(200, 3.5), (400, 3.5), (600, 3.5)],
            "loss_fm": [(200, 0.5), (400, 0.25), (600, 0.125)],
            "loss_mel": [(200, 8.0), (400, 4.0), (600, 2.0)],
            "loss_kl": [(200, 1.5), (400, 2.5), (600, 3.5)],
            "learning rate": [(step, 0.0001) for step in (200, 400, 600)],
        },
    ),
    Sample(
        "RVC, which descends from it: step and rate without a name, and the losses below",
        "train.log",
        "".join(
            f"INFO:singer-v2:Train Epoch: {i} [50%]\nINFO:singer-v2:[{200 * i}, 9.5e-05]\n"
            f"INFO:singer-v2:loss_disc=2.5, loss_gen=3.5, loss_fm={2.0**-i}, loss_mel={2.0 ** (4 - i)}, loss_kl=1.5\n"
            for i in (1, 2, 3)
        ),
        {
            "loss_disc": [(200, 2.5), (400, 2.5), (600, 2.5)],
            "loss_gen": [(200, 3.5), (400, 3.5), (600, 3.5)],
            "loss_fm": [(200, 0.5), (400, 0.25), (600, 0.125)],
            "loss_mel": [(200, 8.0), (400, 4.0), (600, 2.0)],
            "loss_kl": [(200, 1.5), (400, 1.5), (600, 1.5)],
            "learning rate": [(step, 9.5e-05) for step in (200, 400, 600)],
        },
    ),
    Sample(
        "Determined: the container and the rank before what each process prints",
        "trial.log",
        "".join(
            f"<info>    [2024-03-01 12:00:0{i}] [3f1c2a9e] [rank={rank}] || INFO: step {i} loss {2.0**-i}\n"
            for i in (1, 2, 3)
            for rank in (0, 1)
        ),
        {"loss": [(1, 0.5), (2, 0.25), (3, 0.125)]},
    ),
    Sample(
        "BigDL: a sentence about the loss, which may be infinite",
        "bigdl.log",
        "".join(
            f"2017-08-20 16:11:3{i} INFO  DistriOptimizer$:295 - [Epoch 64 {736512 + 1792 * i}/1281167]"
            f"[Iteration {45457 + i}][Wall Clock 197331.8s] Train 1792 in 4.5seconds. Throughput is 400.5 "
            f"records/second. Loss is {loss}. Current learning rate is 0.0625. Current weight decay is 1.0E-4. "
            f"Current momentum is 0.9.\n"
            for i, loss in enumerate(("1.25", "1.375", "Infinity", "1.125"))
        ),
        {
            "Throughput": [(i, 400.5) for i in range(45457, 45461)],
            "Loss": [(45457, 1.25), (45458, 1.375), (45459, inf), (45460, 1.125)],
            "learning rate": [(i, 0.0625) for i in range(45457, 45461)],
            "decay": [(i, 1e-4) for i in range(45457, 45461)],
            "momentum": [(i, 0.9) for i in range(45457, 45461)],
            "epoch": [(i, 64) for i in range(45457, 45461)],
        },
    ),
    Sample(
        "NGCF: the sum of the losses and its terms",
        "ngcf.log",
        "n_users=29858, n_items=40981\n"
        "Epoch 0 [60.2s]: train==[266.5=266.0 + 0.5]\n"
        "Epoch 1 [60.2s]: train==[103.5=102.75 + 0.75]\n"
        "Epoch 2 [61.3s + 86.3s]: train==[76.5=75.5 + 1.0], recall=[0.125, 0.25], ndcg=[0.5, 0.625]\n",
        {
            "loss": [(0, 266.5), (1, 103.5), (2, 76.5)],
            "recall": [(2, 0.125)],
            "ndcg": [(2, 0.5)],
        },
    ),
    Sample(
        "a loop around spaCy: the losses of the parts of a model",
        "train.log",
        "Created blank 'en' model\n"
        + "".join(f"Iteration {i}: Losses {{'ner': {8 - i}.5, 'textcat': {0.5 / (i + 1)}}}\n" for i in range(4)),
        {
            "ner loss": [(i, 8.5 - i) for i in range(4)],
            "textcat loss": [(i, 0.5 / (i + 1)) for i in range(4)],
        },
    ),
    Sample(
        "the same where a rate, a count and a time stand among the parts",
        "train.log",
        "".join(f"losses: {{'epoch': {i}, 'box': {8 - i}.5, 'lr': 0.5, 'time': 2.5}}\n" for i in range(4)),
        {
            "box loss": [(i, 8.5 - i) for i in range(4)],
            "lr": [(i, 0.5) for i in range(4)],
            "time": [(i, 2.5) for i in range(4)],
        },
    ),
    Sample(
        "the same where nothing counts, and a part is called after its loss",
        "train.log",
        "".join(f"Losses {{'tagger': {20 - i}.5, 'box_loss': {0.5 / (i + 1)}}}\n" for i in range(12)),
        {
            "tagger loss": [(i, 20.5 - i) for i in range(12)],
            "box_loss": [(i, 0.5 / (i + 1)) for i in range(12)],
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
        "DeepXDE: no metric asked for",
        "dde.txt",
        "Step      Train loss    Test loss     Test metric\n"
        "0         [1.00e+00]    [1.00e+00]    []\n"
        "1000      [5.00e-01]    [5.00e-01]    []\n"
        "2000      [2.50e-01]    [2.50e-01]    []\n",
        {
            "Train loss": [(0, 1.0), (1000, 0.5), (2000, 0.25)],
            "Test loss": [(0, 1.0), (1000, 0.5), (2000, 0.25)],
            "Test metric": [(0, nan), (1000, nan), (2000, nan)],
        },
    ),
    Sample(
        "ESPnet: each epoch on every set",
        "train.log",
        "".join(
            f"[host] 2024-01-01 10:0{i}:59,123 (trainer:338) INFO: {i}epoch results: [train] iter_time=0.5, "
            f"loss_ctc={8 / i}, loss={4 / i}, optim0_lr0=5.0e-04, time=21.5 seconds, total_count={8 * i}, [valid] "
            f"loss_ctc={10 / i}, cer_ctc=nan, loss={6 / i}, total_count=4, [att_plot] total_count=0\n"
            for i in (1, 2, 4)
        ),
        {
            "iter_time": [(1, 0.5), (2, 0.5), (4, 0.5)],
            "train loss_ctc": [(1, 8), (2, 4), (4, 2)],
            "train loss": [(1, 4), (2, 2), (4, 1)],
            "optim0_lr0": [(1, 5e-4), (2, 5e-4), (4, 5e-4)],
            "time": [(1, 21.5), (2, 21.5), (4, 21.5)],
            "train total_count": [(1, 8), (2, 16), (4, 32)],
            "valid loss_ctc": [(1, 10), (2, 5), (4, 2.5)],
            "valid cer_ctc": [(1, nan), (2, nan), (4, nan)],
            "valid loss": [(1, 6), (2, 3), (4, 1.5)],
            "valid total_count": [(1, 4), (2, 4), (4, 4)],
        },
    ),
    Sample(
        "Synaptic and Neataptic: the error and the rate of an iteration",
        "console.log",
        "iteration 8 error 0.25 rate 0.2\nnetwork.js:587\n"
        "iteration 9 error 0.125 rate 0.2\nnetwork.js:587\n"
        "iteration 10 error NaN rate 0.2\nnetwork.js:587\n",
        {"error": [(8, 0.25), (9, 0.125), (10, nan)], "learning rate": [(8, 0.2), (9, 0.2), (10, 0.2)]},
    ),
    Sample(
        "fastText: one line that is written over and over",
        "train.log",
        "Read 0M words\nNumber of words:  14543\nNumber of labels: 735\n"
        + "".join(
            f"\rProgress: {10 * i:5.1f}% words/sec/thread:   {1024 * i} lr:  {0.5 - i / 32:.6f} "
            f"avg.loss:  {8 - i / 2:.6f} ETA:   0h 0m {9 - i}s"
            for i in range(1, 11)
        ),
        {
            "words/sec/thread": [(i, 1024 * (i + 1)) for i in range(10)],
            "lr": [(i, round(0.5 - (i + 1) / 32, 6)) for i in range(10)],
            "loss": [(i, 7.5 - i / 2) for i in range(10)],
        },
    ),
    Sample(
        "Flower's server: what it measures of a round itself",
        "server.log",
        "".join(
            f"INFO :      [ROUND {i}]\n"
            "INFO :      configure_fit: strategy sampled 4 clients (out of 8)\n"
            "INFO :      aggregate_fit: received 4 results and 0 failures\n"
            f"INFO :      fit progress: ({i}, {2 - i / 4}, {{'accuracy': {i / 8}, 'f1': {i / 16}}}, {i}.5)\n"
            for i in (1, 2, 3)
        ),
        {
            "val/loss": [(i, 2 - i / 4) for i in (1, 2, 3)],
            "val/accuracy": [(i, i / 8) for i in (1, 2, 3)],
            "val/f1": [(i, i / 16) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "Flower before, which diverges and measures nothing but the loss",
        "server.log",
        "".join(
            f"INFO flwr 2023-01-02 10:00:0{i},500 | server.py:116 | fit progress: ({i}, {loss}, {{}}, {i}.25)\n"
            f"DEBUG flwr 2023-01-02 10:00:0{i},750 | server.py:165 | evaluate_round {i}: strategy sampled 2 clients\n"
            for i, loss in ((1, "2.5"), (2, "0.5"), (3, "nan"))
        ),
        {"val/loss": [(1, 2.5), (2, 0.5), (3, nan)]},
    ),
    Sample(
        "MATLAB's table in the comments of a script",
        "trained.txt",
        "% |=============================================================|\n"
        "% |  Epoch  |  Iteration  |  Mini-batch  |  Validation  |  Base Learning  |\n"
        "% |         |             |     Loss     |     Loss     |      Rate       |\n"
        "% |=============================================================|\n"
        + "".join(
            f"% |       {i} |          {10 * i} |       {4 - i}.5000 |       {5 - i}.2500 |          0.0010 |\n"
            for i in (1, 2, 3)
        )
        + "% |=============================================================|\n"
        "% Training finished: Max epochs completed.\n",
        {
            "epoch": [(10 * i, i) for i in (1, 2, 3)],
            "Mini-batch Loss": [(10 * i, 4.5 - i) for i in (1, 2, 3)],
            "Validation Loss": [(10 * i, 5.25 - i) for i in (1, 2, 3)],
            "Base Learning Rate": [(10 * i, 0.001) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "spaCy's table in the comments of a script",
        "train_categories.txt",
        "# E    #       LOSS TEXTCAT  CATS_SCORE  SCORE\n"
        "# ---  ------  ------------  ----------  ------\n"
        + "".join(f"#   {i}     {200 * i}         {8 - i}.50       {20 * i}.00    0.{2 * i}0\n" for i in (1, 2, 3)),
        {
            "LOSS TEXTCAT": [(200 * i, 8.5 - i) for i in (1, 2, 3)],
            "CATS_SCORE": [(200 * i, 20 * i) for i in (1, 2, 3)],
            "SCORE": [(200 * i, i / 5) for i in (1, 2, 3)],
            "epoch": [(200 * i, i) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "Julia's Flux, whose callback shows a loss of 32 bits and an accuracy below the epoch",
        "train.log",
        "".join(
            f"[ Info: Epoch {i}\nloss(x, y_hot) = {loss}\naccuracy(test_x, test_y) = 0.{i}25\n"
            for i, loss in ((1, "2.5f0"), (2, "1.25f-1"), (3, "7.5f-6"), (4, "NaN32"))
        ),
        {
            "loss": [(1, 2.5), (2, 0.125), (3, 7.5e-6), (4, nan)],
            "test accuracy": [(i, float(f"0.{i}25")) for i in (1, 2, 3, 4)],
        },
    ),
    Sample(
        "Julia's Flux, when what it tracked was marked",
        "train.log",
        "".join(
            f"[ Info: Epoch {i}\nsum(loss.(test_data, test_labels)) = {900.5 - 200 * i} (tracked)\n" for i in (1, 2, 3)
        ),
        {"test loss": [(i, 900.5 - 200 * i) for i in (1, 2, 3)]},
    ),
    Sample(
        "Deeplearning4j under Spark's logger, and a loss that is no number",
        "spark.log",
        "".join(
            f"15/09/06 11:15:01 INFO ScoreIterationListener: Score at iteration {100 * i} is {loss}\n"
            for i, loss in ((0, 7.5), (1, 3.25), (2, 1.125), (3, "NaN"))
        ),
        {"loss": [(0, 7.5), (100, 3.25), (200, 1.125), (300, nan)]},
    ),
    Sample(
        "Deeplearning4j, where only the message was kept",
        "train.log",
        "".join(f"Score at iteration {100 * i} is {loss}\n" for i, loss in ((0, 7.5), (1, 3.25), (2, "NaN"))),
        {"loss": [(0, 7.5), (100, 3.25), (200, nan)]},
    ),
    Sample(
        "Hugging Face's examples for Flax: the counter behind three dots and a bracket",
        "train.log",
        "".join(f"Epoch... ({i}/5 | Loss: {4.5 - i})\n" for i in (1, 2, 3)),
        {"Loss": [(i, 4.5 - i) for i in (1, 2, 3)]},
    ),
    Sample(
        "Hugging Face's examples for Flax: losses at a step, and an evaluation after the epoch",
        "train.log",
        "".join(
            f"Step... ({500 * i} | Loss: {4.5 - i}, Learning Rate: 0.{5 - i})\n"
            f"Epoch... ({i}/5 | Eval Loss: {5.25 - i} | Eval Accuracy: 0.{i}5)\n"
            for i in (1, 2, 3)
        ),
        {
            "Loss": [(500 * i, 4.5 - i) for i in (1, 2, 3)],
            "Learning Rate": [(500 * i, float(f"0.{5 - i}")) for i in (1, 2, 3)],
            "epoch": [(500 * i, i) for i in (1, 2, 3)],
            "Eval Loss": [(500 * i, 5.25 - i) for i in (1, 2, 3)],
            "Eval Accuracy": [(500 * i, float(f"0.{i}5")) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "a loop over batches: several steps, whose word stands behind the number",
        "train.log",
        "".join(f"{250 * i} iterations -- validation loss {4.5 - i}\n" for i in (1, 2, 3)),
        {"validation loss": [(250 * i, 4.5 - i) for i in (1, 2, 3)]},
    ),
    Sample(
        "MXNet's loops for faces: a loss that is called its value",
        "train.log",
        "".join(
            f"INFO:root:Epoch[0] Batch [{20 * i - 20}-{20 * i}]\tSpeed: 224.5 samples/sec\tacc=0.{i}5\t"
            f"lossvalue={12.5 - i}\n"
            for i in (1, 2, 3)
        ),
        {
            "epoch": [(20 * i - 20, 0) for i in (1, 2, 3)],
            "Speed": [(20 * i - 20, 224.5) for i in (1, 2, 3)],
            "acc": [(20 * i - 20, float(f"0.{i}5")) for i in (1, 2, 3)],
            "lossvalue": [(20 * i - 20, 12.5 - i) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "NVIDIA's Tacotron 2: the iteration between the name of a loss and its value",
        "train.log",
        "Epoch: 0\n"
        + "".join(f"Train loss {i} {4 - i / 4:.6f} Grad Norm {i}.500000 5.71s/it\n" for i in range(4))
        + "Train loss 4 nan Grad Norm nan 5.71s/it\n"
        + "Validation loss 2:  3.250000  \nValidation loss 4: 37.125000  \n",
        {
            "train loss": [(0, 4), (1, 3.75), (2, 3.5), (3, 3.25), (4, nan)],
            "grad norm": [(0, 0.5), (1, 1.5), (2, 2.5), (3, 3.5), (4, nan)],
            "validation loss": [(2, 3.25), (4, 37.125)],
        },
    ),
    Sample(
        "WeNet: a batch and not an epoch of so many, every process in turn, and the last state of an evaluation",
        "train.log",
        "".join(
            "".join(
                f"2024-01-01 10:00:00,123 DEBUG TRAIN Batch {e}/{b} loss {9 - e - b / 400 + rank} "
                f"loss_att {5 - e} lr 0.00{1 + e}0 rank {rank}\n"
                for b in (0, 100)
                for rank in (0, 1)
            )
            + "".join(
                f"2024-01-01 10:00:00,123 DEBUG CV Batch {e}/{b} loss {8 - e + b / 400} history loss {8 - e} rank 0\n"
                for b in (0, 100)
            )
            for e in range(3)
        ),
        {
            "epoch": [(100 * i, float(e)) for e in range(3) for i in (2 * e, 2 * e + 1, 2 * e + 1)],
            "train/loss": [(200 * e + b, 9 - e - b / 400) for e in range(3) for b in (0, 100)],
            "train/loss_att": [(200 * e + b, 5 - e) for e in range(3) for b in (0, 100)],
            "lr": [(200 * e + b, (1 + e) / 1000) for e in range(3) for b in (0, 100)],
            "cv/loss": [(200 * e + 100, 8 - e) for e in range(3)],
        },
    ),
    Sample(
        "WeNet, newer, with the speed before the batch",
        "train.log",
        "".join(
            f"2024-01-01 10:00:00,123 DEBUG TRAIN | steps/sec 1.234| Batch {e}/{b} loss {9 - e - b / 400} lr 0.25 "
            "grad_norm 1.5 rank 0\n"
            for e in range(3)
            for b in (100, 200)
        ),
        {
            "epoch": [(200 * e + b, e) for e in range(3) for b in (100, 200)],
            "train/loss": [(200 * e + b, 9 - e - b / 400) for e in range(3) for b in (100, 200)],
            "lr": [(200 * e + b, 0.25) for e in range(3) for b in (100, 200)],
            "grad_norm": [(200 * e + b, 1.5) for e in range(3) for b in (100, 200)],
        },
    ),
    Sample(
        "WeNet's first versions: the batch and how many there are",
        "train.log",
        "".join(f"TRAIN Batch {b}/300 loss {9 - b / 100} lr 0.25 rank 0\n" for b in (0, 100, 200)),
        {
            "train/loss": [(b, 9 - b / 100) for b in (0, 100, 200)],
            "lr": [(b, 0.25) for b in (0, 100, 200)],
        },
    ),
    Sample(
        "SpeechBrain: two epochs, each on one line behind the name of the logger alone",
        "log.txt",
        "".join(
            f"speechbrain.utils.train_logger - Epoch: {i}, lr: 0.25 - train loss: {7.5 - i} - valid loss: {8.25 - i}\n"
            for i in (1, 2)
        ),
        {
            "lr": [(1, 0.25), (2, 0.25)],
            "train loss": [(1, 6.5), (2, 5.5)],
            "valid loss": [(1, 7.25), (2, 6.25)],
        },
    ),
    Sample(
        "loggers that stand alone and name the split",
        "train.log",
        "".join(
            f"train.metrics - Loss: {7.5 - i}, step {i}\nval.metrics - Loss: {8.25 - i}, step {i}\n" for i in (1, 2, 3)
        ),
        {
            "train/Loss": [(i, 7.5 - i) for i in (1, 2, 3)],
            "val/Loss": [(i, 8.25 - i) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "rewards in a block for each iteration, a word of whose name is cut short",
        "log.txt",
        "".join(f"Iteration: \t {i}\nLoss:     \t 0.{9 - i}\nMeanRew: \t -{25 - i}.5 +- 6.25\n" for i in range(3)),
        {"Loss": [(i, float(f"0.{9 - i}")) for i in range(3)], "MeanRew": [(i, i - 25.5) for i in range(3)]},
    ),
)
