"""A variational autoencoder of handwritten digits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn

from .data import digits
from .history import History
from .networks import mlp


@dataclass(frozen=True)
class VariationalAutoencoder:
    """Digits of 64 pixels by a Gaussian code; calling it trains, and logs the divergence without its weight."""

    code: int
    hidden: int
    steps: int
    rate: float
    divergence_weight: float
    batch_size: int = 64
    seed: int = 0

    def __call__(self) -> History:
        """Train and log the loss and its two terms, each a sum over an example."""
        torch.manual_seed(self.seed)
        encoder = mlp(64, self.hidden, 2 * self.code)()
        decoder = mlp(self.code, self.hidden, 64)()
        optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=self.rate)
        pixels = digits().train.inputs
        settings: dict[str, str | float] = {
            "lr": self.rate,
            "kld_weight": self.divergence_weight,
            "latent_dim": self.code,
            "batch_size": self.batch_size,
            "optimizer": "Adam",
            "manual_seed": self.seed,
        }
        history = History(settings, math.ceil(len(pixels) / self.batch_size), self.steps)
        for step in range(1, self.steps + 1):
            batch = pixels[torch.randint(len(pixels), (self.batch_size,))]
            mean, log_variance = encoder(batch).chunk(2, dim=1)
            code = mean + (log_variance / 2).exp() * torch.randn_like(mean)
            reconstruction = nn.functional.mse_loss(decoder(code), batch, reduction="sum") / self.batch_size
            divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean() / 2
            loss = reconstruction + self.divergence_weight * divergence
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            history.steps.append({
                "step": step,
                "loss": loss.item(),
                "reconstruction": reconstruction.item(),
                "divergence": divergence.item(),
            })  # fmt: skip
        return history
