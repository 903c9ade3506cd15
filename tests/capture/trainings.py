"""Small trainings that the tests capture, with all that they computed: two can be compared bit by bit."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset


@dataclass(frozen=True)
class Trained:
    """What a training came to."""

    losses: tuple[float, ...]
    weights: dict[str, Tensor]
    drawn: tuple[float, float, float]
    """Numbers drawn after it from the generators of Python, NumPy and torch."""


def network() -> nn.Sequential:
    return nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))


def data(bad_row: int | None = None) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(512, 8, generator=generator)
    y = torch.randint(0, 3, (512,), generator=generator)
    if bad_row is not None:
        x[bad_row, 0] = float("nan")
    return x, y


def train(steps: int = 60, bad_step: int | None = None, *, loader: bool = True, scaler: bool = False) -> Trained:
    """Train a small network with a functional loss, dropout and a schedule; a step may get a NaN."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - the global generator is what scripts use
    torch.manual_seed(0)
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
    scaling = torch.amp.GradScaler("cpu", enabled=scaler)
    x, y = data()
    losses = []
    batches = iter(DataLoader(TensorDataset(x, y), 8, shuffle=True)) if loader else None
    for step in range(steps):
        if batches is not None:
            inputs, targets = next(batches)
        else:
            rows = torch.randint(0, len(x), (8,))
            inputs, targets = x[rows], y[rows]
        if step == bad_step:
            inputs[0, 0] = float("nan")
        random.random()
        loss = functional.cross_entropy(model(inputs), targets)
        optimizer.zero_grad()
        scaling.scale(loss).backward()
        scaling.step(optimizer)
        scaling.update()
        scheduler.step()
        losses.append(loss.item())
    array = np.random.rand()  # noqa: NPY002
    drawn = (random.random(), array, float(torch.rand(())))
    return Trained(tuple(losses), {k: v.detach().clone() for k, v in model.state_dict().items()}, drawn)
