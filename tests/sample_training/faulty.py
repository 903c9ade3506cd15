"""Trainings with a planted fault, unmistakable to whoever sees only the log."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from torch import nn
from torch.optim import SGD, Adam, AdamW

from .data import (
    breast_cancer,
    diabetes,
    digits,
    naive_binary_cross_entropy,
    sentences,
    wine_colour,
    with_wrong_labels,
)
from .networks import language_model, mlp, scaled_output
from .recipe import Recipe, Sample
from .train import (
    Fit,
    Interrupted,
    exponential,
    frozen_parameters,
    parameters_of_a_copy,
    scaled_inputs,
)
from .write import (
    json_lines,
    keras_csv,
    keras_history,
    lightning_csv,
    llama_factory,
    records,
    tensorboard,
    tensorboard_pairs,
    tensorboardx,
    trainer_state,
)

text = sentences()
letters = text.classes

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
)

linear_speller = Fit(
    text,
    language_model(letters),
    epochs=2,
    batch_size=64,
    rate=1.0,
    optimizer=partial(SGD, momentum=0.9),
    evaluate_every=47,
)

STABILITY = (
    Recipe(
        folder="divergence",
        run="The next letter by a linear model of the last eight, SGD with momentum, at two rates.",
        planted="The rate of 1.0 is too high; a run at 0.1 lies beside it.",
        framework="torch.utils.tensorboard",
        samples={
            "lr-1.0": Sample(
                linear_speller,
                partial(tensorboard, every=2),
                expect=("divergence",),
                accept=("exploding-gradients",),
                causes=("learning-rate-too-high",),
            ),
            "lr-0.1": Sample(replace(linear_speller, rate=0.1), partial(tensorboard, every=2)),
        },
    ),
    Recipe(
        folder="oscillation",
        run="The progress of diabetes by linear regression, all examples at each step.",
        planted="A momentum of 0.999 makes the effective rate 3, a thousand times the nominal 0.003.",
        framework="JSON list of records",
        samples={
            ".": Sample(
                Fit(
                    diabetes(),
                    mlp(10, 1),
                    epochs=400,
                    batch_size=330,
                    rate=3e-3,
                    optimizer=partial(SGD, momentum=0.999),
                    evaluate_every=5,
                ),
                partial(records, every=1),
                expect=("oscillation",),
                causes=("learning-rate-too-high",),
            )
        },
    ),
    Recipe(
        folder="loss-spike",
        run="Handwritten digits, a network of 64-64-10 with SGD.",
        planted="The inputs of the batch at step 330 are multiplied by 1000.",
        framework="torch.utils.tensorboard",
        samples={
            ".": Sample(
                Fit(
                    digits(),
                    mlp(64, 64, 10),
                    epochs=16,
                    batch_size=32,
                    rate=0.05,
                    corrupt=scaled_inputs(330, 1e3),
                ),
                partial(tensorboard, every=1),
                expect=("loss-spike",),
                accept=("exploding-gradients",),
                causes=("bad-batch",),
            )
        },
    ),
)

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
)

SCHEDULE = (
    Recipe(
        folder="lr-range-test",
        run="Handwritten digits, a network of 64-64-10 with SGD, a test of learning rates.",
        planted="The rate is raised from 1e-6 to 10 in equal ratios, until the loss explodes.",
        framework="JSON lines",
        samples={
            ".": Sample(
                Fit(
                    digits(),
                    mlp(64, 64, 10),
                    epochs=8,
                    batch_size=32,
                    rate=1e-6,
                    schedule=exponential(1e7),
                    evaluate_every=0,
                ),
                json_lines,
                expect=("lr-range-test",),
            )
        },
    ),
)

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
)

OTHERS = (
    Recipe(
        folder="restart-overlap",
        run="The next letter from the last eight, 96 hidden units with AdamW.",
        planted="The process died at step 470 and was resumed from step 376, into a second file.",
        framework="torch.utils.tensorboard",
        samples={
            ".": Sample(
                Interrupted(
                    Fit(
                        text,
                        language_model(letters, 96),
                        epochs=3,
                        batch_size=64,
                        rate=2e-3,
                        optimizer=AdamW,
                        clip=1.0,
                        evaluate_every=47,
                    ),
                    saved=376,
                    died=470,
                ),
                partial(tensorboard, every=2),
                expect=("restart-overlap",),
                causes=("resumed-from-checkpoint",),
            )
        },
    ),
)

FAULTY = NUMERICS + STABILITY + OPTIMIZATION + SCHEDULE + GENERALIZATION + OTHERS
