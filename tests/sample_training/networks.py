"""Small networks, each from plain torch layers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import nn

Network = Callable[[], nn.Module]
"""Makes a freshly initialised network."""


def mlp(*sizes: int, activation: Callable[[], nn.Module] = nn.ReLU, dropout: float = 0.0) -> Network:
    """Fully connected layers of these sizes, an activation (and dropout) between them."""

    def make() -> nn.Module:
        layers: list[nn.Module] = []
        for i, (before, after) in enumerate(pairwise(sizes)):
            if i:
                layers += [activation(), nn.Dropout(dropout)] if dropout else [activation()]
            layers.append(nn.Linear(before, after))
        return nn.Sequential(*layers)

    return make


def cnn(channels: int = 8, *, batch_norm: bool = False) -> Network:
    """Two convolutions over 8 x 8 pixels and a linear layer for ten classes."""

    def block(before: int, after: int) -> list[nn.Module]:
        norm = [nn.BatchNorm2d(after)] if batch_norm else []
        return [nn.Conv2d(before, after, 3, padding=1), *norm, nn.ReLU(), nn.MaxPool2d(2)]

    def make() -> nn.Module:
        return nn.Sequential(
            nn.Unflatten(1, (1, 8, 8)),
            *block(1, channels),
            *block(channels, 2 * channels),
            nn.Flatten(),
            nn.Linear(8 * channels, 10),
        )

    return make


def language_model(letters: int, *hidden: int) -> Network:
    """Embed the last eight characters, add hidden layers of these sizes and logits for the next character."""

    def make() -> nn.Module:
        return nn.Sequential(nn.Embedding(letters, 16), nn.Flatten(), *mlp(8 * 16, *hidden, letters)())

    return make


def iterated(width: int, hidden: int, classes: int, times: int) -> Network:
    """Apply one layer, at first the identity, over and over: a recurrent network that reads only at its first step."""

    def make() -> nn.Module:
        again = nn.Linear(hidden, hidden)
        nn.init.eye_(again.weight)
        body = [layer for _ in range(times) for layer in (again, nn.LeakyReLU(0.2))]
        return nn.Sequential(nn.Linear(width, hidden), *body, nn.Linear(hidden, classes))

    return make


def embeddings(ids: int, columns: int, width: int) -> Network:
    """Embed columns of ids in one table, and judge them by 32 hidden units."""
    return lambda: nn.Sequential(nn.Embedding(ids, width), nn.Flatten(), *mlp(columns * width, 32, 1)())


def scaled_output(network: Network, factor: float) -> Network:
    """Start with the weights of the last layer multiplied by a factor."""

    def make() -> nn.Module:
        model = network()
        with torch.no_grad():
            model[-1].weight.mul_(factor)
        return model

    return make
