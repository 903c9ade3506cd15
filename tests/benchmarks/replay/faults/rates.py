"""Learning rates that are wrong, gradients that explode or add up."""

from __future__ import annotations

from typing import Any

import torch
from tests.benchmarks.replay.models import Task, weighted_loss
from tests.benchmarks.replay.runs import Plan, planned, sgd
from torch import Tensor, nn

from logdoctor.replay.material import Training

from .fault import Fault, causes

RATE = causes("learning-rate-too-high learning-rate-jump")


def rate_ramp(task: Task, seed: int, at: int) -> Plan:
    """The rate of SGD grows by a quarter in every step."""
    return planned(task, seed, optimizer=sgd(), factor=lambda step: 1.25 ** max(step - at + 12, 0))


def rate_jump(task: Task, seed: int, at: int) -> Plan:
    """The rate of AdamW is three hundred times higher from one step on."""
    return planned(task, seed, factor=lambda step: 300.0 if step >= at else 1.0)


def rate_jump_of_a_group(task: Task, seed: int, at: int) -> Plan:
    """The same, but of the last layer's parameter group alone."""

    def optimizer(model: nn.Module) -> torch.optim.Optimizer:
        rest = [one for name, one in model.named_parameters() if not name.startswith("head")]
        groups = [{"params": rest}, {"params": list(model.head.parameters()), "lr": 1e-3}]
        return torch.optim.AdamW(groups, 3e-3)

    plan = planned(task, seed, optimizer=optimizer)

    def setup() -> Training:
        training = plan.setup()
        factors = [lambda step: 1.0, lambda step: 1000.0 if step >= at else 1.0]
        scheduler = torch.optim.lr_scheduler.LambdaLR(training.optimizer, factors)
        return Training(training.model, training.optimizer, scheduler)

    return Plan(setup, plan.batch)


class Wall(nn.Module):  # type: ignore[misc]  # torch is not followed
    """A parameter that drifts towards a wall: beyond it the slope is some thousand times steeper (a cliff)."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.depth = nn.Parameter(torch.zeros(()))
        self.slope = 0.2 / at
        """With momentum 0.9 and rate 0.05, the slope that reaches 0.1 at about the step wanted."""

    def forward(self, hidden: Tensor, _side: Tensor) -> Tensor:
        return hidden

    def cost(self) -> Tensor:
        pull = -self.slope * self.depth + 0.02 * (torch.relu(-self.depth) ** 2)
        return pull + 2000.0 * torch.relu(self.depth - 0.1)


def cliff(task: Task, seed: int, at: int) -> Plan:
    """One step onto a cliff throws a parameter far away."""

    def loss(model: nn.Module, batch: Any) -> Tensor:
        return weighted_loss(model, batch) + model.between.cost()

    return planned(task, seed, between=lambda: Wall(at), optimizer=sgd(), loss=loss)


def gradients_not_zeroed(task: Task, seed: int, at: int) -> Plan:
    """From a step on, the loop forgets to empty the gradients."""

    def train_step(training: Training, batch: Any) -> Tensor:
        assert training.optimizer is not None
        if training.scheduler.last_epoch < at:
            training.optimizer.zero_grad()
        loss = weighted_loss(training.model, batch)
        loss.backward()
        training.optimizer.step()
        training.scheduler.step()
        return loss.detach()

    return planned(task, seed, optimizer=sgd(0.15), factor=lambda _: 1.0, train_step=train_step)


RATES = (
    Fault("rate-ramp", RATE, rate_ramp),
    Fault("rate-jump", RATE, rate_jump),
    Fault("rate-jump-of-a-group", RATE, rate_jump_of_a_group),
    Fault("cliff", causes("no-gradient-clipping"), cliff),
    Fault("gradients-not-zeroed", causes("gradients-not-zeroed"), gradients_not_zeroed),
)
