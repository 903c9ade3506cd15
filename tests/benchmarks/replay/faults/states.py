"""States that are damaged before they are saved, and faults that pass: neither lies in the recipe."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from tests.benchmarks.replay.models import Task
from tests.benchmarks.replay.runs import EVERY, Plan, planned
from torch import Tensor

from logdoctor.replay.material import Training

from .fault import Fault, Place, causes

STATE = causes("corrupted-state")
PASSING = causes("hardware-fault")


def _saved_step(at: int) -> int:
    return round(at / EVERY) * EVERY


def _head(training: Training) -> Tensor:
    return training.model.head.weight


def _at(step: int, change: Callable[[Training], None]) -> Callable[[Training, int], None]:
    def happen(training: Training, now: int) -> None:
        if now == step:
            with torch.no_grad():
                change(training)

    return happen


def corrupted_weights(task: Task, seed: int, at: int) -> Plan:
    """Some weights of the last layer are saved far too large."""

    def change(training: Training) -> None:
        _head(training)[:, ::4] *= -40.0

    return planned(task, seed, damage=_at(_saved_step(at), change))


def nan_in_checkpoint(task: Task, seed: int, at: int) -> Plan:
    """One weight is saved as NaN."""

    def change(training: Training) -> None:
        _head(training)[seed % 3, seed % 5] = math.nan

    return planned(task, seed, damage=_at(_saved_step(at), change))


def corrupted_second_moment(task: Task, seed: int, at: int) -> Plan:
    """The optimizer's second moments are saved far too small."""

    def change(training: Training) -> None:
        assert training.optimizer is not None
        for state in training.optimizer.state.values():
            state["exp_avg_sq"] *= 1e-10

    return planned(task, seed, damage=_at(_saved_step(at), change))


def _next_after(at: int) -> int:
    """Return a step that follows a saved state by a few steps at least."""
    return at if at % EVERY >= 3 else at + 3


def flipped_weight(task: Task, seed: int, at: int) -> Plan:
    """The highest bit but one of a weight's exponent flips, once."""

    def change(training: Training) -> None:
        _head(training)[seed % 3, seed % 7] = 2.0**40

    return planned(task, seed, passing=_at(_next_after(at), change))


def flipped_gradient(task: Task, seed: int, at: int) -> Plan:
    """An element of a gradient becomes NaN, once."""

    def change(training: Training) -> None:
        gradient = _head(training).grad
        assert gradient is not None
        gradient[seed % 3, seed % 7] = math.nan

    return planned(task, seed, after_backward=_at(_next_after(at), change))


STATES = (
    Fault("corrupted-weights", STATE, corrupted_weights),
    Fault("nan-in-checkpoint", STATE, nan_in_checkpoint, Place(leaf="parameter head.weight")),
    Fault("corrupted-second-moment", STATE, corrupted_second_moment),
    Fault("flipped-weight", PASSING, flipped_weight, transient=True),
    Fault("flipped-gradient", PASSING, flipped_gradient, transient=True),
)
