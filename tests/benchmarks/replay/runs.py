"""A training with a planted fault, as it really ran: states saved on the way, losses logged, a step flagged."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from logdoctor.replay.material import Fidelity, Material, Precision, Recipe, State, Training

from .models import Batch, Task, weighted_loss

STEPS = 135
EVERY = 25
"""Steps from one saved state to the next."""

AFTER = 30
"""Steps that a run goes on after it was flagged."""

TYPES = {Precision.FP16: torch.float16, Precision.BF16: torch.bfloat16}


def _nothing(_training: Training, _step: int) -> None:
    pass


@dataclass(frozen=True)
class Plan:
    """How one run is trained."""

    setup: Callable[[], Training]
    batch: Callable[[int], Batch]
    loss: Callable[[nn.Module, Any], Tensor] = weighted_loss
    train_step: Callable[[Training, Any], Tensor] | None = None
    precision: Precision = Precision.FP32
    damage: Callable[[Training, int], None] = _nothing
    """Happens in the run alone, before a state is saved."""
    passing: Callable[[Training, int], None] = _nothing
    """Happens in the run alone, after a state is saved."""
    after_backward: Callable[[Training, int], None] = _nothing
    """Happens in the run alone, between backward pass and update."""
    flag: Callable[[Ran], int | None] | None = None
    """Finds the flagged step where the logged losses do not show it."""


@dataclass
class Ran:
    """What a run left behind."""

    plan: Plan
    losses: dict[int, float] = field(default_factory=dict)
    scales: dict[int, float] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)
    flagged: int | None = None

    @property
    def material(self) -> Material:
        plan = self.plan
        recipe = Recipe(plan.setup, plan.loss, train_step=plan.train_step, precision=plan.precision)
        return Material(recipe, tuple(self.states), Fidelity.EXACT, plan.batch, self.losses)


def adamw(rate: float = 3e-3, **options: Any) -> Callable[[nn.Module], torch.optim.Optimizer]:
    """Return what makes an AdamW, fused unless another kind is asked for: on the CPU by far the fastest."""
    kind = {} if "foreach" in options else {"fused": True}
    return lambda model: torch.optim.AdamW(model.parameters(), rate, **{**kind, **options})


def sgd(rate: float = 0.05, momentum: float = 0.9) -> Callable[[nn.Module], torch.optim.Optimizer]:
    return lambda model: torch.optim.SGD(model.parameters(), rate, momentum=momentum)


def planned(
    task: Task,
    seed: int,
    *,
    between: Callable[[], nn.Module | None] = lambda: None,
    optimizer: Callable[[nn.Module], torch.optim.Optimizer] | None = None,
    factor: Callable[[int], float] | None = None,
    batch: Callable[[int, Batch], Batch] = lambda _, one: one,
    scaler: Callable[[], Any] = lambda: None,
    **rest: Any,
) -> Plan:
    """Return a plan; `factor` is the learning rate of a step over the optimizer's own, `batch` changes a batch."""

    def setup() -> Training:
        torch.manual_seed(seed)
        model = task.network(between())
        made = (optimizer or adamw())(model)
        scheduler = torch.optim.lr_scheduler.LambdaLR(made, factor) if factor is not None else None
        return Training(model, made, scheduler, scaler())

    return Plan(setup, lambda step: batch(step, task.batch(seed, step)), **rest)


def saved(training: Training, step: int) -> State:
    """Return the state of a training, in memory."""
    parts = {"model": training.model, "optimizer": training.optimizer}
    parts |= {"scheduler": training.scheduler, "scaler": training.scaler}
    held = {name: copy.deepcopy(part.state_dict()) for name, part in parts.items() if part is not None}
    # As a capture does: what a loop has not emptied is a part of the state.
    gradients = {name: one.grad.clone() for name, one in training.model.named_parameters() if one.grad is not None}
    generator, python = torch.get_rng_state(), random.getstate()

    def restore(into: Training) -> None:
        for name, state in held.items():
            getattr(into, name).load_state_dict(copy.deepcopy(state))
        for name, parameter in into.model.named_parameters():
            parameter.grad = gradients[name].clone() if name in gradients else None
        torch.set_rng_state(generator)
        random.setstate(python)

    return State(step, restore, frozenset({*held, "random"}))


def first_failure(losses: Mapping[int, float], step: int) -> bool:
    """Whether the newest loss would be flagged: not finite, or above the median of 30 by 8 MAD and twofold."""
    loss = losses[step]
    if not math.isfinite(loss):
        return True
    before = [losses[at] for at in range(max(step - 30, 0), step)]
    if step < 40:
        return False
    middle = median(before)
    deviation = median(abs(one - middle) for one in before)
    return loss > middle + max(8 * deviation, middle)


def run(plan: Plan, seed: int, steps: int = STEPS) -> Ran:
    """Train, save, log, and flag the first step that looks bad in the log."""
    torch.manual_seed(seed + 1)
    random.seed(seed)
    training = plan.setup()
    torch.manual_seed(seed + 2)
    ran = Ran(plan)
    for step in range(steps):
        plan.damage(training, step)
        if step % EVERY == 0:
            ran.states.append(saved(training, step))
        plan.passing(training, step)
        if training.scaler is not None:
            ran.scales[step] = float(training.scaler.get_scale())
        ran.losses[step] = _step(plan, training, step)
        if ran.flagged is None and plan.flag is None and first_failure(ran.losses, step):
            ran.flagged = step
        if ran.flagged is None and plan.flag is not None:
            ran.flagged = plan.flag(ran)
        if ran.flagged is not None and step >= ran.flagged + AFTER:
            break
    ran.states = [one for one in ran.states if ran.flagged is None or one.step <= ran.flagged]
    return ran


def _step(plan: Plan, training: Training, step: int) -> float:
    batch = plan.batch(step)
    if plan.train_step is not None:
        return float(plan.train_step(training, batch).detach())
    model, optimizer, scaler = training.model, training.optimizer, training.scaler
    assert optimizer is not None
    optimizer.zero_grad()
    casting = torch.autocast("cpu", dtype=TYPES[plan.precision]) if plan.precision in TYPES else nullcontext()
    with casting:
        loss = plan.loss(model, batch)
    (scaler.scale(loss) if scaler is not None else loss).backward()
    plan.after_backward(training, step)
    if scaler is not None:
        scaler.step(optimizer)
        scaler.update()
    else:
        optimizer.step()
    if training.scheduler is not None:
        training.scheduler.step()
    return float(loss.detach())
