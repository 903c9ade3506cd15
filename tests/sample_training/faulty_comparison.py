"""Several runs that say more together."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from torch.optim import SGD

from .data import digits
from .networks import mlp
from .recipe import Recipe, Sample
from .train import Fit
from .write import lightning_csv

digit_fit = Fit(
    digits(),
    mlp(64, 48, 10),
    epochs=7,
    batch_size=32,
    rate=0.1,
    optimizer=partial(SGD, momentum=0.9, weight_decay=5e-3),
    more_settings={"dataset": "digits"},
)


def swept(rate: float, seed: int = 0, *expect: str) -> Sample:
    """Return one run of the sweep."""
    return Sample(
        replace(digit_fit, rate=rate, seed=seed),
        partial(lightning_csv, every=5, learning_rate="lr-SGD"),
        expect=expect,
        accept=("exploding-gradients", "stalled-at-chance", "nan-loss", "no-learning") if expect else (),
        causes=("learning-rate-too-high",) if expect else (),
    )


COMPARISON = (
    Recipe(
        folder="rate-sweep",
        run="Handwritten digits, a network of 64-48-10 with SGD, at four rates and one of them with three seeds.",
        planted="The highest rate, 5, is too high.",
        framework="Lightning CSVLogger",
        samples={
            "lr0.01-seed0": swept(0.01),
            "lr0.03-seed0": swept(0.03),
            "lr0.03-seed1": swept(0.03, 1),
            "lr0.03-seed2": swept(0.03, 2),
            "lr0.1-seed0": swept(0.1),
            "lr5-seed0": swept(5.0, 0, "divergence"),
        },
        comparisons=("rate-sweep", "seed-spread"),
    ),
)
