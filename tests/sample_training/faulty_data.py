"""Data that come in an order, or too often."""

from __future__ import annotations

from functools import partial

from torch.optim import Adam

from .data import clicks, digits, sorted_by_class
from .networks import embeddings, mlp
from .printed import mnist_example
from .recipe import Recipe, Sample
from .train import Fit
from .write import json_lines

DATA = (
    Recipe(
        folder="epoch-sawtooth",
        run="Handwritten digits, a network of 64-64-10 with SGD.",
        planted="The examples are sorted by class and never shuffled.",
        framework="JSON lines",
        samples={
            ".": Sample(
                Fit(sorted_by_class(digits()), mlp(64, 64, 10), epochs=16, batch_size=32, rate=0.05, shuffle=False),
                json_lines,
                expect=("epoch-sawtooth",),
                accept=("oscillation",),
                causes=("data-not-shuffled",),
            )
        },
    ),
    Recipe(
        folder="memorization-steps",
        run="Clicks of people on things, by embeddings of their ids, with Adam.",
        planted="The clicks follow no rule and each person appears about once: there is nothing to learn but the rows.",
        framework="pytorch/examples mnist, printed",
        samples={
            ".": Sample(
                Fit(
                    clicks(3000, 2000, 4000, 1000),
                    embeddings(5000, 2, 16),
                    epochs=6,
                    batch_size=25,
                    rate=3e-3,
                    optimizer=Adam,
                ),
                partial(mnist_example, every=4, validation_rows=1000),
                expect=("memorization-steps",),
                accept=(
                    "overfitting",
                    "generalization-gap",
                ),
                causes=(
                    "too-many-epochs",
                    "too-little-data",
                ),
            )
        },
    ),
)
