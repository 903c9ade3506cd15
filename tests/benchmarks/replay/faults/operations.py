"""Operations that are numerically unstable, reached by growth or by a batch that triggers them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from tests.benchmarks.replay.models import Batch, Task
from tests.benchmarks.replay.runs import Plan, Ran, planned
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from .fault import Drift, Fault, Place, causes

OPERATION = causes("unstable-operation log-of-zero")


def _side_at(at: int, change: Callable[[Tensor], Tensor]) -> Callable[[int, Batch], Batch]:
    def changed(step: int, batch: Batch) -> Batch:
        x, y, side, weight = batch
        return (x, y, change(side.clone()), weight) if step == at else batch

    return changed


class Gate(nn.Module):  # type: ignore[misc]  # torch is not followed
    """A softmax written by hand, without subtracting the maximum, over features that grow."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.drift = Drift(at - 6, 1.8, 1e6)

    def forward(self, hidden: Tensor, _side: Tensor) -> Tensor:
        grown = torch.exp((hidden.square() + 1.0) * self.drift())  # plant: exp
        share = grown / grown.sum(-1, keepdim=True)
        return hidden + 0.01 * share


def exp_overflow(task: Task, seed: int, at: int) -> Plan:
    """An exponential overflows as its input grows."""
    return planned(task, seed, between=lambda: Gate(at))


class Distance(nn.Module):  # type: ignore[misc]
    """The length of a projection, which has no slope at zero."""

    def __init__(self) -> None:
        super().__init__()
        self.projection = nn.Linear(4, 3, bias=False)

    def forward(self, hidden: Tensor, side: Tensor) -> Tensor:
        squares = self.projection(side).square().sum(-1)
        length = torch.sqrt(squares)  # plant: sqrt
        return hidden + 0.01 * length.view(-1, *[1] * (hidden.dim() - 1))


def _first_row(value: float) -> Callable[[Tensor], Tensor]:
    def change(side: Tensor) -> Tensor:
        side[0] = value
        return side

    return change


def sqrt_of_zero(task: Task, seed: int, at: int) -> Plan:
    """One example lies at the origin."""
    return planned(task, seed, between=Distance, batch=_side_at(at, _first_row(0.0)))


class Pool(nn.Module):  # type: ignore[misc]
    """Attends to those of four slots that an example has."""

    def __init__(self) -> None:
        super().__init__()
        self.scores = nn.Linear(4, 4)

    def forward(self, hidden: Tensor, side: Tensor) -> Tensor:
        scores = self.scores(side).masked_fill(side <= 0, -math.inf)
        share = torch.softmax(scores, -1)  # plant: softmax
        pooled = (share * side).sum(-1)
        return hidden + 0.01 * pooled.view(-1, *[1] * (hidden.dim() - 1))


def empty_softmax_row(task: Task, seed: int, at: int) -> Plan:
    """One example has no slot at all."""
    return planned(task, seed, between=Pool, batch=_side_at(at, _first_row(-1.0)))


def log_of_zero(task: Task, seed: int, at: int) -> Plan:
    """The logarithm of a softmax whose logits grow."""

    def loss(model: nn.Module, batch: Any) -> Tensor:
        x, y, side, _ = batch
        logits = model(x, side)
        share = torch.softmax(logits * model.between.drift(), -1)
        picked = share.gather(-1, y[..., None]).squeeze(-1)
        scaled = -torch.log(picked).mean()  # plant: log
        return cross_entropy(logits.flatten(0, -2), y.flatten()) + 0.0 * scaled

    class Passing(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.drift = Drift(at - 6, 2.5, 1e6)

        def forward(self, hidden: Tensor, _side: Tensor) -> Tensor:
            return hidden

    return planned(task, seed, between=Passing, loss=loss)


class Guarded(nn.Module):  # type: ignore[misc]
    """A logarithm behind a `where`, which guards the value and not the gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(4))

    def forward(self, hidden: Tensor, side: Tensor) -> Tensor:
        power = side * self.scale
        logged = torch.log(power)  # plant: where
        kept = torch.where(power > 0, logged, 0.0).mean(-1)
        return hidden + 0.01 * kept.view(-1, *[1] * (hidden.dim() - 1))


def where_trap(task: Task, seed: int, at: int) -> Plan:
    """One example holds zeros; the loss stays finite, and what shows is the logged gradient norm."""

    def flag(ran: Ran) -> int | None:
        return at if at in ran.losses else None

    return planned(task, seed, between=Guarded, batch=_side_at(at, _first_row(0.0)), flag=flag)


class Standardised(nn.Module):  # type: ignore[misc]
    """Numbers standardised over the batch, without an epsilon."""

    def forward(self, hidden: Tensor, side: Tensor) -> Tensor:
        centred = side - side.mean(0)
        z = centred / side.std(0)  # plant: std
        return hidden + 0.01 * z.mean(-1).view(-1, *[1] * (hidden.dim() - 1))


def constant_column(task: Task, seed: int, at: int) -> Plan:
    """One column is constant over a batch."""

    def change(side: Tensor) -> Tensor:
        side[:, 1] = 1.0
        return side

    return planned(task, seed, between=Standardised, batch=_side_at(at, change))


def _place(mark: str, operations: str) -> Place:
    return Place(frozenset(operations.split()), __file__, mark)


OPERATIONS = (
    Fault("exp-overflow", OPERATION, exp_overflow, _place("exp", "exp")),
    Fault("sqrt-of-zero", OPERATION, sqrt_of_zero, _place("sqrt", "div mul"), lambda *_: 0),
    Fault("empty-softmax-row", OPERATION, empty_softmax_row, _place("softmax", "_softmax"), lambda *_: 0),
    Fault("log-of-zero", OPERATION, log_of_zero, _place("log", "log")),
    Fault("where-trap", OPERATION, where_trap, _place("where", "div mul"), lambda *_: 0),
    Fault("constant-column", OPERATION, constant_column, _place("std", "div")),
)
