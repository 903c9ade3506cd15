"""Training and validation that tell different things."""

from __future__ import annotations

from functools import partial

from torch.optim import SGD, Adam

from .data import balanced, diabetes, digits, tiny_validation, two_sided, with_wrong_labels
from .networks import mlp
from .printed import keras_epochs
from .recipe import Recipe, Sample
from .train import Fit, cosine, fine_tuned
from .write import keras_csv, keras_history, tensorboard_pairs, ultralytics_csv

rare = two_sided(0.05, n_train=1500, separation=0.4)
learnt = Fit(balanced(rare), mlp(12, 16, 1), epochs=10, batch_size=30, rate=3e-3, optimizer=Adam)

GENERALIZATION = (
    Recipe(
        folder="overfitting",
        run="Handwritten digits, a network of 64-256-256-10 with Adam on 200 examples.",
        planted="Far too few examples for the network, and a fifth of their labels are random.",
        framework="torch.utils.tensorboard, add_scalars",
        samples={
            ".": Sample(
                Fit(
                    with_wrong_labels(digits(200), 0.2),
                    mlp(64, 256, 256, 10),
                    epochs=100,
                    batch_size=20,
                    rate=1e-3,
                    optimizer=Adam,
                ),
                tensorboard_pairs,
                expect=("overfitting",),
                accept=("generalization-gap",),
                causes=("too-little-data", "label-noise", "under-regularised"),
            )
        },
    ),
    Recipe(
        folder="generalization-gap",
        run="Handwritten digits, a network of 64-64-10 with SGD on 40 examples.",
        planted="Forty examples are far too few; the validation loss stays at forty times the training loss.",
        framework="Keras History",
        samples={
            ".": Sample(
                Fit(digits(40), mlp(64, 64, 10), epochs=250, batch_size=8, rate=0.05),
                keras_history,
                expect=("generalization-gap",),
                causes=("too-little-data",),
            )
        },
    ),
    Recipe(
        folder="validation-below-training",
        run="Handwritten digits, a network of 64-48-10 with momentum.",
        planted="A third of the training labels are random, as a crowd gave them; validation was labelled with care.",
        framework="Ultralytics results.csv",
        samples={
            ".": Sample(
                Fit(
                    with_wrong_labels(digits(), 0.35),
                    mlp(64, 48, 10),
                    epochs=40,
                    batch_size=32,
                    rate=0.02,
                    optimizer=partial(SGD, momentum=0.9, weight_decay=1e-2),
                    schedule=cosine,
                ),
                ultralytics_csv,
                expect=("validation-below-training",),
                causes=("validation-set-differs",),
            )
        },
    ),
    Recipe(
        folder="noisy-validation",
        run="The progress of diabetes, a network of 10-16-1 with Adam.",
        planted="Validation has three examples.",
        framework="Keras, printed",
        samples={
            ".": Sample(
                Fit(
                    tiny_validation(diabetes(), 3),
                    mlp(10, 16, 1),
                    epochs=60,
                    batch_size=22,
                    rate=0.1,
                    optimizer=Adam,
                ),
                keras_epochs,
                expect=("noisy-validation",),
                accept=(
                    "overfitting",
                    "generalization-gap",
                ),
                causes=("validation-set-too-small",),
            )
        },
    ),
    Recipe(
        folder="metric-loss-disagreement",
        run="Rare positives among generated measurements, a network of 12-16-1 with Adam, fine-tuned.",
        planted="Trained on balanced data before, it now sees one positive in twenty and learns to say no.",
        framework="Keras CSVLogger",
        samples={
            ".": Sample(
                Fit(rare, fine_tuned(learnt), epochs=40, batch_size=30, rate=1e-4, optimizer=Adam),
                keras_csv,
                expect=("metric-loss-disagreement",),
                causes=("class-imbalance",),
            )
        },
    ),
)
