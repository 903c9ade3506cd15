"""What Keras and TensorFlow print, and what JAX writes with their library."""

from __future__ import annotations

from math import nan

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "the heading of the first epoch was cut off",
        "train.log",
        "200/200 [==============================] - 48s 24s/step - loss: 0.7500 - val_loss: 0.5000\n"
        "Epoch 2/30\n"
        "200/200 [==============================] - 48s 24s/step - loss: 0.6250 - val_loss: 0.4375\n"
        "Epoch 3/30\n"
        "200/200 [==============================] - 48s 24s/step - loss: 0.5000 - val_loss: 0.3750\n"
        "Epoch 4/30\n"
        "200/200 [==============================] - 48s 24s/step - loss: 0.3750 - val_loss: 0.2500\n",
        {
            "loss": [(1, 0.75), (2, 0.625), (3, 0.5), (4, 0.375)],
            "val_loss": [(1, 0.5), (2, 0.4375), (3, 0.375), (4, 0.25)],
        },
    ),
    Sample(
        "word2vec of TensorFlow's tutorials: an average at a step",
        "word2vec.log",
        "Initialized\n"
        "Average loss at step  0 :  277.875\n"
        "Average loss at step  2000 :  113.25\n"
        "Average loss at step  4000 :  52.75\n",
        {"Average loss": [(0, 277.875), (2000, 113.25), (4000, 52.75)]},
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
        "Keras: two epochs and an evaluation, of which nothing comes three times",
        "keras_short.log",
        "Train on 320 samples, validate on 40 samples\n"
        "Epoch 1/2\n320/320 [=====] - 5s 379us/sample - loss: 0.7500 - val_loss: 0.5000\n"
        "Epoch 2/2\n320/320 [=====] - 5s 339us/sample - loss: 0.5000 - val_loss: 0.2500\n"
        "40/40 [=====] - 1s 401us/sample - loss: 0.2500\n",
        {"loss": [(320, 0.75), (640, 0.5)], "val_loss": [(320, 0.5), (640, 0.25)]},
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
        "two bars of one epoch in one line, each with its number behind what it is of",
        "train.log",
        "".join(
            f"Epoch {i}/19 ━━━━━━ 40/40 0:00:01 train_loss: {2.0**-i} Validation 5/5 ━━━━━━ 5/5 val_loss: {2.5**-i}\n"
            for i in range(1, 5)
        ),
        {"train_loss": [(i, 2.0**-i) for i in range(1, 5)], "val_loss": [(i, 2.5**-i) for i in range(1, 5)]},
    ),
    Sample(
        "Keras 3: the states of its bar copied into one line, each cut where the next begins",
        "train.log",
        "".join(
            f"Epoch {i}/4\n"
            f"   1/1875 ━━━━━━━━━━ 1:04 34ms/step - accuracy: 0.1250 - loss: 2.{9 - i}989 - precision: 0.1"
            f"  46/1875 ━━━━━━━━━━ 4s 2ms/step - accuracy: 0.1875 - loss: 2.{8 - i}521 - prec"
            f"1801/1875 ━━━━━━━━━━ 0s 2ms/step - accuracy: 0.2500 - loss: 2.{8 - i}201 - precision: 0.1033"
            f"1875/1875 ━━━━━━━━━━ 4s 2ms/step - accuracy: {i / 16} - loss: {'nan' if i > 2 else 2.0**-i} - "
            f"precision: {i / 8} - val_loss: {1.5 * 2.0**-i}\n"
            for i in range(1, 5)
        ),
        {
            "accuracy": [(i, i / 16) for i in range(1, 5)],
            "loss": [(1, 0.5), (2, 0.25), (3, nan), (4, nan)],
            "precision": [(i, i / 8) for i in range(1, 5)],
            "val_loss": [(i, 1.5 * 2.0**-i) for i in range(1, 5)],
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
        "Keras-GAN with a critic, whose loss falls below zero",
        "train.log",
        "".join(f"{100 * i} [D loss: {0.5 - i / 4}] [G loss: {i / 2 - 0.5}]\n" for i in range(5)),
        {
            "D loss": [(100 * i, 0.5 - i / 4) for i in range(5)],
            "G loss": [(100 * i, i / 2 - 0.5) for i in range(5)],
        },
    ),
)
