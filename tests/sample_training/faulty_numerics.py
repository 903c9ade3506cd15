"""Numbers that are no numbers any more."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from torch.optim import SGD, Adam

from .data import (
    breast_cancer,
    cross_entropy_and_confidence,
    diabetes,
    digits,
    mean_squared_error_and_sign,
    naive_binary_cross_entropy,
    wine_colour,
)
from .networks import mlp
from .printed import hugging_face
from .recipe import Recipe, Sample
from .train import Fit, LossScaling
from .write import PLAIN, json_lines, keras_csv, lightning_csv

NUMERICS = (
    Recipe(
        folder="nan-loss",
        run="Benign or malignant cells, a network of 30-8-1 with Adam.",
        planted="The loss is written with a bare log(): 0 * log(0) is NaN once a probability rounds to 1.",
        framework="Keras CSVLogger",
        samples={
            ".": Sample(
                Fit(
                    breast_cancer(loss=naive_binary_cross_entropy),
                    mlp(30, 8, 1),
                    epochs=150,
                    batch_size=32,
                    rate=1e-3,
                    optimizer=Adam,
                ),
                keras_csv,
                expect=("nan-loss",),
                causes=("log-of-zero", "unstable-operation"),
            )
        },
    ),
    Recipe(
        folder="nan-loss-at-once",
        run="The colour of wines by linear regression on raw measurements with SGD.",
        planted="Inputs up to 1680 are not normalised and the rate of 0.01 is far too high for them.",
        framework="JSON lines",
        samples={
            ".": Sample(
                Fit(wine_colour(), mlp(12, 1), epochs=10, batch_size=16, rate=0.01),
                json_lines,
                expect=("nan-loss",),
                accept=("divergence", "exploding-gradients", "non-finite-gradients"),
                causes=("data-not-normalised", "learning-rate-too-high"),
            )
        },
    ),
    Recipe(
        folder="masked-nan",
        run="Benign or malignant cells by logistic regression with SGD, never evaluated.",
        planted="The loss turns NaN by 0 * log(0); the Trainer's filter of NaN losses reports 0.0 instead.",
        framework="Hugging Face Trainer, printed",
        samples={
            ".": Sample(
                Fit(
                    breast_cancer(350, loss=naive_binary_cross_entropy),
                    mlp(30, 1),
                    epochs=80,
                    batch_size=32,
                    rate=0.1,
                    evaluate_every=0,
                    hide_non_finite=True,
                ),
                partial(hugging_face, every=8),
                expect=("masked-nan",),
                accept=(
                    "nan-loss",
                    "non-finite-gradients",
                ),
                causes=(
                    "log-of-zero",
                    "unstable-operation",
                ),
            )
        },
    ),
    Recipe(
        folder="non-finite-gradients",
        run="The progress of diabetes, which is never negative, by a network of 10-16-1 with Adam.",
        planted="A penalty on outputs below zero is a root: its gradient is NaN where none is; the step is skipped.",
        framework="Lightning CSVLogger",
        samples={
            ".": Sample(
                Fit(
                    replace(diabetes(target_scale=0.01), loss=mean_squared_error_and_sign),
                    mlp(10, 16, 1),
                    epochs=40,
                    batch_size=22,
                    rate=1e-3,
                    optimizer=Adam,
                    skip_non_finite=True,
                ),
                partial(lightning_csv, every=2),
                expect=("non-finite-gradients",),
                accept=(
                    "plateau",
                    "underfitting",
                ),
                causes=("unstable-operation",),
            )
        },
    ),
    Recipe(
        folder="loss-scale-collapse",
        run="Handwritten digits, a network of 64-48-10 with momentum, in half precision.",
        planted="The derivative of an entropy bonus is infinite once a probability rounds to 0; steps are skipped.",
        framework="JSON lines",
        samples={
            ".": Sample(
                Fit(
                    replace(digits(), loss=cross_entropy_and_confidence),
                    mlp(64, 48, 10),
                    epochs=4,
                    batch_size=32,
                    rate=0.05,
                    optimizer=partial(SGD, momentum=0.9),
                    loss_scaling=LossScaling(),
                ),
                partial(json_lines, every=1, names=PLAIN | {"loss_scale": "loss_scale"}),
                expect=("loss-scale-collapse",),
                accept=("non-finite-gradients",),
                causes=(
                    "loss-scale-exhausted",
                    "unstable-operation",
                    "half-precision-overflow",
                ),
            )
        },
    ),
)
