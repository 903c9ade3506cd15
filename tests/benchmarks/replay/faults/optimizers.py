"""Faults of the optimizer's arithmetic."""

from __future__ import annotations

from typing import Any

import torch
from tests.benchmarks.replay.models import Batch, Task, weighted_loss
from tests.benchmarks.replay.runs import Plan, adamw, planned
from torch import Tensor, nn

from logdoctor.replay.material import Training

from .fault import Fault, Place, causes

BETA2 = 0.9999
RATE = 1.5e-2


class Muffle(torch.autograd.Function):  # type: ignore[misc]  # torch is not followed
    """Passes its input on, and a part of its gradient back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, part: float) -> Tensor:
        ctx.part = part
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient * ctx.part, None


class Counting(nn.Module):  # type: ignore[misc]
    """Passes features on, and counts the training steps."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("count", torch.zeros(()))

    def forward(self, hidden: Tensor, _side: Tensor) -> Tensor:
        self.count += 1
        return hidden


def stale_second_moment(task: Task, seed: int, at: int) -> Plan:
    """Gradients grow a thousandfold, late in a training, and the second moment of Adam forgets slowly."""

    def age(training: Training, step: int) -> None:
        if step == 5 and training.optimizer is not None:
            for state in training.optimizer.state.values():
                state["exp_avg_sq"] /= 1 - BETA2 ** float(state["step"])
                state["step"] += 20_000  # as if it had run long before

    def loss(model: nn.Module, batch: Any) -> Tensor:
        whole = weighted_loss(model, batch)
        return Muffle.apply(whole, 1e-4 if float(model.between.count) <= at else 1.0)

    optimizer = adamw(RATE, betas=(0.9, BETA2))
    return planned(task, seed, between=Counting, loss=loss, optimizer=optimizer, damage=age)


class Spare(nn.Module):  # type: ignore[misc]
    """A parameter that is first used at a step, and then has a gradient of exactly zero."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.spare = nn.Parameter(-torch.ones(features))

    def forward(self, hidden: Tensor, side: Tensor) -> Tensor:
        if bool((side < 0).any()):
            return hidden + torch.relu(self.spare)
        return hidden


def _used_from(at: int) -> Any:
    def change(step: int, batch: Batch) -> Batch:
        x, y, side, weight = batch
        return (x, y, -side, weight) if step >= at else batch

    return change


def epsilon_zero(task: Task, seed: int, at: int) -> Plan:
    """Adam without epsilon divides zero by zero."""
    kinds: tuple[dict[str, Any], ...] = ({"foreach": False}, {"foreach": True}, {"fused": True})
    optimizer = adamw(eps=0.0, **kinds[seed % 3])
    return planned(task, seed, between=lambda: Spare(task.features), optimizer=optimizer, batch=_used_from(at))


def rmsprop_epsilon(task: Task, seed: int, at: int) -> Plan:
    """RMSprop without epsilon does the same."""

    def optimizer(model: nn.Module) -> torch.optim.Optimizer:
        return torch.optim.RMSprop(model.parameters(), 1e-3, eps=0.0, foreach=bool(seed % 2))

    return planned(task, seed, between=lambda: Spare(task.features), optimizer=optimizer, batch=_used_from(at))


UPDATES = Place(frozenset({"addcdiv_", "_foreach_addcdiv_", "_fused_adamw_", "_foreach_div_", "div", "_foreach_div"}))

OPTIMIZERS = (
    Fault("stale-second-moment", causes("stale-second-moment"), stale_second_moment),
    Fault("epsilon-zero", causes("epsilon-too-small"), epsilon_zero, UPDATES),
    Fault("rmsprop-epsilon", causes("epsilon-too-small"), rmsprop_epsilon, UPDATES),
)
