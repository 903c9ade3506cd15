"""Networks of the wider part."""

# mypy: allow-subclassing-any
# torch is not installed where types are checked: its modules are of any type there.

from __future__ import annotations

from tests.sample_training.networks import Network
from torch import Tensor, nn


class Residual(nn.Module):
    """A normalised hidden layer whose output is added to its input."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 2 * width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(2 * width, width),
        )

    def forward(self, inputs: Tensor) -> Tensor:
        """Return inputs of the same shape."""
        output: Tensor = inputs + self.body(inputs)
        return output


def residual(inputs: int, width: int, outputs: int, *, blocks: int = 2, dropout: float = 0.0) -> Network:
    """A linear layer, residual blocks, and another linear layer."""
    return lambda: nn.Sequential(
        nn.Linear(inputs, width), *(Residual(width, dropout) for _ in range(blocks)), nn.Linear(width, outputs)
    )


class Reader(nn.Module):
    """Convolutions over embedded letters, the largest value of each channel, and a linear layer."""

    def __init__(self, letters: int, channels: int, classes: int, *, batch_norm: bool) -> None:
        super().__init__()
        self.embed = nn.Embedding(letters, 8)
        norm = nn.BatchNorm1d(channels) if batch_norm else nn.Identity()
        self.body = nn.Sequential(nn.Conv1d(8, channels, 8), norm, nn.ReLU(), nn.AdaptiveMaxPool1d(1), nn.Flatten())
        self.out = nn.Linear(channels, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return one row of logits for each sequence."""
        logits: Tensor = self.out(self.body(self.embed(inputs).transpose(1, 2)))
        return logits


def reader(letters: int, channels: int, classes: int, *, batch_norm: bool = True) -> Network:
    """Read sequences of letters by convolution."""
    return lambda: Reader(letters, channels, classes, batch_norm=batch_norm)


class Writer(nn.Module):
    """A recurrent network that predicts every next letter."""

    def __init__(self, layer: type[nn.RNNBase], letters: int, width: int, layers: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(letters, width)
        self.layer = layer(width, width, layers, batch_first=True)
        self.out = nn.Linear(width, letters)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return logits of shape (rows, letters, positions), as cross-entropy wants them."""
        states, _ = self.layer(self.embed(inputs))
        logits: Tensor = self.out(states).transpose(1, 2)
        return logits


def writer(layer: type[nn.RNNBase], letters: int, width: int, *, layers: int = 1) -> Network:
    """Continue a text letter by letter."""
    return lambda: Writer(layer, letters, width, layers)
