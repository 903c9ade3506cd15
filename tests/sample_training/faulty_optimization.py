"""Losses that do not fall, or not far enough."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from torch import nn
from torch.optim import Adam, AdamW

from .data import breast_cancer, diabetes, digits, raw_cells, sentences, sigmoid_squared_error
from .networks import language_model, mlp, scaled_output
from .recipe import Recipe, Sample
from .train import Fit, cosine, exponential, frozen_parameters, parameters_of_a_copy
from .write import keras_csv, lightning_csv, llama_factory, sacred, tensorboardx, trainer_state

text = sentences()
letters = text.classes

decayed = Fit(digits(), mlp(64, 32, 10), epochs=30, batch_size=32, rate=0.2, schedule=exponential(1e-7))


OPTIMIZATION = (
    Recipe(
        folder="stalled-at-chance-binary",
        run="Benign or malignant cells, a network of 30-32-1 with Adam.",
        planted="The optimizer was given the parameters of a copy of the network.",
        framework="tensorboardX",
        samples={
            ".": Sample(
                Fit(
                    breast_cancer(),
                    scaled_output(mlp(30, 32, 1), 0.1),
                    epochs=24,
                    batch_size=16,
                    rate=1e-3,
                    optimizer=Adam,
                    parameters=parameters_of_a_copy,
                ),
                partial(tensorboardx, every=2),
                expect=("stalled-at-chance",),
                accept=("no-learning",),
                causes=("optimizer-not-stepping",),
            )
        },
    ),
    Recipe(
        folder="stalled-at-chance-ten-classes",
        run="Handwritten digits, six hidden layers of sigmoids with SGD.",
        planted="With such small weights six layers of sigmoids pass on neither signal nor gradient.",
        framework="Lightning CSVLogger",
        samples={
            ".": Sample(
                Fit(
                    digits(),
                    mlp(64, 32, 32, 32, 32, 32, 32, 10, activation=nn.Sigmoid),
                    epochs=30,
                    batch_size=32,
                    rate=0.03,
                ),
                partial(lightning_csv, every=5),
                expect=("stalled-at-chance",),
                accept=("no-learning", "vanishing-gradients"),
                causes=("bad-initialization",),
            )
        },
    ),
    Recipe(
        folder="no-learning",
        run="The progress of diabetes by fine-tuning the last layer of 10-32-1 with Adam.",
        planted="The optimizer was given the frozen layers instead of the last one.",
        framework="Hugging Face trainer_state.json",
        samples={
            ".": Sample(
                Fit(
                    diabetes(),
                    mlp(10, 32, 1),
                    epochs=60,
                    batch_size=33,
                    rate=1e-3,
                    optimizer=Adam,
                    parameters=frozen_parameters,
                ),
                partial(trainer_state, every=5),
                expect=("no-learning",),
                causes=("optimizer-not-stepping",),
            )
        },
    ),
    Recipe(
        folder="plateau",
        run="Handwritten digits, a network of 64-32-10 with SGD and a decaying rate, twice.",
        planted="The rate decays to nothing in a third of the run; a run with a slower decay lies beside it.",
        framework="Lightning CSVLogger",
        samples={
            "lightning_logs/version_0": Sample(
                decayed,
                partial(lightning_csv, every=10, learning_rate="lr-SGD"),
                expect=("plateau",),
                accept=("lr-decayed-too-early",),
                causes=("schedule-decays-too-soon",),
            ),
            "lightning_logs/version_1": Sample(
                replace(decayed, schedule=exponential(1e-1)),
                partial(lightning_csv, every=10, learning_rate="lr-SGD"),
            ),
        },
    ),
    Recipe(
        folder="slow-convergence",
        run="Handwritten digits, a network of 64-32-10 with SGD.",
        planted="The rate of 0.0003 is about a thousand times too low.",
        framework="LLaMA-Factory trainer_log.jsonl",
        samples={
            ".": Sample(
                Fit(digits(), mlp(64, 32, 10), epochs=300, batch_size=32, rate=3e-4, evaluate_every=380),
                partial(llama_factory, every=38),
                expect=("slow-convergence",),
                causes=("learning-rate-too-low",),
            )
        },
    ),
    Recipe(
        folder="still-improving",
        run="The next letter from the last eight, 96 hidden units with AdamW.",
        planted="Training stops after two epochs, in the middle of the descent.",
        framework="Hugging Face trainer_state.json",
        samples={
            ".": Sample(
                Fit(
                    text,
                    language_model(letters, 96),
                    epochs=2,
                    batch_size=64,
                    rate=3e-4,
                    optimizer=AdamW,
                    clip=1.0,
                    evaluate_every=47,
                ),
                partial(trainer_state, every=4),
                expect=("still-improving",),
                causes=("stopped-too-early",),
            )
        },
    ),
    Recipe(
        folder="vanishing-gradients",
        run="Benign or malignant cells from raw measurements, a network of 30-16-1 with SGD.",
        planted="Inputs up to 4000 saturate the sigmoid of the output, and a squared error has no gradient there.",
        framework="tensorboardX",
        samples={
            ".": Sample(
                Fit(
                    replace(raw_cells(), loss=sigmoid_squared_error),
                    mlp(30, 16, 1),
                    epochs=180,
                    batch_size=400,
                    rate=0.05,
                ),
                partial(tensorboardx, every=1),
                expect=("vanishing-gradients",),
                accept=(
                    "no-learning",
                    "stalled-at-chance",
                    "constant-metric",
                    "plateau",
                ),
                causes=(
                    "saturated-activations",
                    "dead-activations",
                ),
            )
        },
    ),
    Recipe(
        folder="underfitting",
        run="Handwritten digits, a network of 64-1-10 with Adam.",
        planted="A single hidden unit cannot tell ten classes apart.",
        framework="Keras CSVLogger",
        samples={
            ".": Sample(
                Fit(
                    digits(),
                    mlp(64, 1, 10, activation=nn.Tanh),
                    epochs=60,
                    batch_size=32,
                    rate=1e-2,
                    optimizer=Adam,
                    schedule=cosine,
                ),
                keras_csv,
                expect=("underfitting",),
                accept=("plateau",),
                causes=("model-too-small",),
            )
        },
    ),
    Recipe(
        folder="bad-initial-loss",
        run="Handwritten digits, a network of 64-64-10 with AdamW.",
        planted="The weights of the last layer start a hundred times too large.",
        framework="Sacred metrics.json",
        samples={
            ".": Sample(
                Fit(
                    digits(),
                    scaled_output(mlp(64, 64, 10), 100),
                    epochs=7,
                    batch_size=32,
                    rate=3e-3,
                    optimizer=partial(AdamW, weight_decay=1.0),
                    schedule=cosine,
                ),
                partial(sacred, every=1),
                expect=("bad-initial-loss",),
                causes=("bad-initialization",),
            )
        },
    ),
)
