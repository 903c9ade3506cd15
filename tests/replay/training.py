"""A small training for the tests of replay: it learns, it draws random numbers, and it can be saved in memory."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from logdoctor.replay.material import Fidelity, Material, Precision, Recipe, State, Training

WEIGHT = torch.randn(8, 3, generator=torch.Generator().manual_seed(5))


class Net(nn.Module):  # type: ignore[misc]  # torch is not followed
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(8, 24)
        self.drop = nn.Dropout(0.1)
        self.last = nn.Linear(24, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.drop(torch.tanh(self.first(x))))


def examples(step: int) -> tuple[Tensor, Tensor]:
    x = torch.randn(32, 8, generator=torch.Generator().manual_seed(step))
    return x, (x @ WEIGHT).argmax(1)


def loss_of(model: nn.Module, batch: Any) -> Tensor:
    return cross_entropy(model(batch[0]), batch[1])


def build() -> Training:
    torch.manual_seed(0)
    model = Net()
    return Training(model, torch.optim.AdamW(model.parameters(), 1e-2))


def state_of(training: Training, step: int) -> State:
    """Return a saved state, in memory."""
    parts = {"model": training.model, "optimizer": training.optimizer, "scheduler": training.scheduler}
    parts["scaler"] = training.scaler
    held = {name: copy.deepcopy(part.state_dict()) for name, part in parts.items() if part is not None}
    numbers, python = torch.get_rng_state(), random.getstate()

    def restore(into: Training) -> None:
        for name, state in held.items():
            getattr(into, name).load_state_dict(copy.deepcopy(state))
        torch.set_rng_state(numbers)
        random.setstate(python)

    return State(step, restore, frozenset({*held, "random"}))


@dataclass
class Loop:
    """A plain training loop, written without what is tested."""

    setup: Callable[[], Training] = build
    batch: Callable[[int], Any] = examples
    loss: Callable[[nn.Module, Any], Tensor] = loss_of
    steps: int = 50
    saves: tuple[int, ...] = (0, 15, 30)
    passing: Callable[[Training, int], None] = lambda _training, _step: None
    """Happens after a state was saved, in the run alone."""
    losses: dict[int, float] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)

    def run(self) -> Loop:
        torch.manual_seed(1)
        training = self.setup()
        assert training.optimizer is not None
        for step in range(self.steps):
            if step in self.saves:
                self.states.append(state_of(training, step))
            self.passing(training, step)
            training.optimizer.zero_grad()
            loss = self.loss(training.model, self.batch(step))
            loss.backward()
            training.optimizer.step()
            if training.scheduler is not None:
                training.scheduler.step()
            self.losses[step] = float(loss.detach())
        return self

    def material(self, **changes: Any) -> Material:
        recipe = {
            name: changes.pop(name)
            for name in ("precision", "clip_norm", "accumulate", "train_step")
            if name in changes
        }
        made = Recipe(self.setup, changes.pop("loss", self.loss), **{"precision": Precision.FP32, **recipe})
        parts = {"states": tuple(self.states), "fidelity": Fidelity.EXACT, "batches": self.batch, "logged": self.losses}
        return Material(made, **{**parts, **changes})
