"""Three small models, each with a task that it learns in some hundred steps.

A batch is `(x, y, side, weight)`: inputs, targets, four further numbers an example, and a weight an example.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

Batch = tuple[Tensor, Tensor, Tensor, Tensor]

CLASSES = 4
TOKENS = 16
EXAMPLES = 48
SIDE = 4

MISLABELLED = 0.2
"""Share of labels that are any; without it the loss falls so low that single examples look like spikes."""


class Network(nn.Module):  # type: ignore[misc]  # torch is not followed
    """A trunk that makes features, a part between where faults are planted, and a head."""

    def __init__(self, trunk: nn.Module, features: int, classes: int, between: nn.Module | None = None) -> None:
        super().__init__()
        self.trunk = trunk
        self.between = between
        self.head = nn.Linear(features, classes)

    def forward(self, x: Tensor, side: Tensor) -> Tensor:
        hidden = self.trunk(x)
        if self.between is not None:
            hidden = self.between(hidden, side)
        return self.head(hidden)


class Block(nn.Module):  # type: ignore[misc]
    """A transformer block with causal attention."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(0.1))

    def forward(self, x: Tensor) -> Tensor:
        rows, length, width = x.shape
        parts = self.qkv(self.norms[0](x)).view(rows, length, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(rows, length, width))
        return x + self.mlp(self.norms[1](x))


class Gpt(nn.Module):  # type: ignore[misc]
    """Token and position embeddings, and one block."""

    def __init__(self, width: int = 32, length: int = 10) -> None:
        super().__init__()
        self.tokens = nn.Embedding(TOKENS, width)
        self.places = nn.Embedding(length, width)
        self.blocks = nn.Sequential(Block(width, 2), nn.LayerNorm(width))

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(self.tokens(x) + self.places(torch.arange(x.shape[1], device=x.device)))


def weighted_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Return the weighted cross-entropy, of every position where there are several."""
    x, y, side, weight = batch
    logits = model(x, side).float()
    losses = cross_entropy(logits.flatten(0, -2), y.flatten(), reduction="none").view_as(y)
    return (losses * (weight if losses.dim() == 1 else weight[:, None])).mean()


@dataclass(frozen=True)
class Task:
    """A model and its data."""

    name: str
    features: int
    classes: int
    trunk: Callable[[], nn.Module]
    examples: Callable[[torch.Generator], tuple[Tensor, Tensor]]

    @property
    def numeric(self) -> bool:
        """Whether the inputs are numbers that can be scaled, not tokens."""
        return self.name != "gpt"

    def network(self, between: nn.Module | None = None) -> Network:
        return Network(self.trunk(), self.features, self.classes, between)

    def batch(self, seed: int, step: int) -> Batch:
        """Return the batch of a step: the same for the same seed and step."""
        generator = torch.Generator().manual_seed(1_000_003 * seed + step)
        x, y = self.examples(generator)
        side = 0.5 + torch.rand(EXAMPLES, SIDE, generator=generator)
        return x, y, side, torch.ones(EXAMPLES)


def _patterns(*shape: int) -> Tensor:
    return torch.randn(CLASSES, *shape, generator=torch.Generator().manual_seed(7))


def _clusters(shape: tuple[int, ...], noise: float) -> Callable[[torch.Generator], tuple[Tensor, Tensor]]:
    patterns = _patterns(*shape)

    def examples(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        y = torch.randint(0, CLASSES, (EXAMPLES,), generator=generator)
        x = patterns[y] + noise * torch.randn(EXAMPLES, *shape, generator=generator)
        wrong = torch.rand(EXAMPLES, generator=generator) < MISLABELLED
        return x, torch.where(wrong, torch.randint(0, CLASSES, (EXAMPLES,), generator=generator), y)

    return examples


def _sequences(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Count up or down; one token in twenty is any."""
    start = torch.randint(0, TOKENS, (EXAMPLES, 1), generator=generator)
    stride = torch.randint(0, 2, (EXAMPLES, 1), generator=generator) * 2 - 1
    tokens = (start + stride * torch.arange(11)) % TOKENS
    noisy = torch.rand(tokens.shape, generator=generator) < 0.05
    tokens = torch.where(noisy, torch.randint(0, TOKENS, tokens.shape, generator=generator), tokens)
    return tokens[:, :-1], tokens[:, 1:]


def _mlp() -> nn.Module:
    return nn.Sequential(
        nn.Linear(16, 48), nn.LayerNorm(48), nn.GELU(), nn.Dropout(0.1), nn.Linear(48, 32), nn.GELU(), nn.Dropout(0.1)
    )


def _conv() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.GELU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        nn.BatchNorm2d(16),
        nn.GELU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.1),
        nn.Linear(64, 32),
        nn.GELU(),
    )


TASKS = {
    task.name: task
    for task in (
        Task("mlp", 32, CLASSES, _mlp, _clusters((16,), 1.2)),
        Task("conv", 32, CLASSES, _conv, _clusters((1, 8, 8), 1.5)),
        Task("gpt", 32, TOKENS, Gpt, _sequences),
    )
}
