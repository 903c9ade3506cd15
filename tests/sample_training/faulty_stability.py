"""Losses and gradients that rise, jump or swing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from torch.optim import SGD

from .data import diabetes, digits, sentences
from .networks import iterated, language_model, mlp
from .recipe import Recipe, Sample
from .train import Fit, scaled_inputs
from .write import lightning_csv, records, tensorboard

text = sentences()
letters = text.classes

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
    Recipe(
        folder="exploding-gradients",
        run="Handwritten digits, one layer of 32 leaky ReLUs applied twelve times over, with momentum.",
        planted="Nothing clips the gradients of a recurrent layer that can grow without bounds.",
        framework="JSON list of records",
        samples={
            ".": Sample(
                Fit(
                    digits(),
                    iterated(64, 32, 10, 12),
                    epochs=10,
                    batch_size=32,
                    rate=0.02,
                    optimizer=partial(SGD, momentum=0.9),
                ),
                partial(records, every=1),
                expect=("exploding-gradients",),
                accept=(
                    "divergence",
                    "nan-loss",
                    "loss-spike",
                    "stalled-at-chance",
                    "no-learning",
                ),
                causes=(
                    "no-gradient-clipping",
                    "learning-rate-too-high",
                ),
            )
        },
    ),
    Recipe(
        folder="excessive-clipping",
        run="Handwritten digits, a network of 64-48-10 with SGD.",
        planted="Gradients are clipped to a norm of 0.01, about a hundredth of what they are.",
        framework="Lightning CSVLogger",
        samples={
            ".": Sample(
                Fit(digits(), mlp(64, 48, 10), epochs=24, batch_size=32, rate=0.05, clip=0.01),
                partial(lightning_csv, every=5, learning_rate="lr-SGD"),
                expect=("excessive-clipping",),
                accept=("slow-convergence",),
                causes=("clipping-too-tight",),
            )
        },
    ),
)
