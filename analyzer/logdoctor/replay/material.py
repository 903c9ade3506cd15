"""What a replay works with: the user's recipe, states to start from, batches, and what the run logged.

Steps are counted in optimizer steps from 0: a state of step k was saved after k steps, and step k, on batch k, is next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer


class Precision(StrEnum):
    """What a recipe computes the loss in: `fp32` without autocast, the others with it."""

    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"


class Fidelity(StrEnum):
    """How much of the training could be put back, and so what a replay may conclude."""

    EXACT = "exact"
    """Weights, optimizer, batches and random states: the same numbers are expected."""
    NO_RANDOM_STATE = "no-random-state"
    NO_BATCHES = "no-batches"
    """Neighbouring batches stand in: only faults of the state can be shown."""
    WEIGHTS_ONLY = "weights-only"
    """No optimizer state: the probe and the trace alone."""


@dataclass(frozen=True)
class Training:
    """What `setup()` of a recipe builds; a step changes these objects."""

    model: nn.Module
    optimizer: Optimizer | None = None
    scheduler: Any = None
    scaler: Any = None


@dataclass(frozen=True)
class Recipe:
    """The user's own code, by its agreed names."""

    setup: Callable[[], Training]
    """Build everything as the training did, before a checkpoint is loaded."""
    loss: Callable[[nn.Module, Any], Tensor]
    """Return the scalar loss of a batch."""
    batch: Callable[[int], Any] | None = None
    """Return the batch of a step (a list of `accumulate` batches where that is more than 1); None where a capture holds
    the batches."""
    train_step: Callable[[Training, Any], Tensor] | None = None
    """One whole step of an odd loop, returning its loss; the harness then steps nothing itself."""
    load: Callable[[Training, Path], None] | None = None
    """Load an odd checkpoint."""
    precision: Precision = Precision.FP32
    clip_norm: float | None = None
    accumulate: int = 1
    """Batches of one optimizer step."""
    path: Path | None = None


@dataclass(frozen=True)
class State:
    """A training saved at one step."""

    step: int
    """Optimizer steps taken before it was saved."""
    restore: Callable[[Training], None]
    """Put everything that is saved back into a training that `setup()` has just built."""
    holds: frozenset[str]
    """Which of `model`, `optimizer`, `scheduler`, `scaler` and `random` are saved."""
    path: Path | None = None


@dataclass(frozen=True)
class Material:
    """All that one replay has."""

    recipe: Recipe
    states: tuple[State, ...]
    """Oldest first, at least one."""
    fidelity: Fidelity
    batches: Callable[[int], Any]
    """Return the batch of a step, as `Recipe.batch` does; raises LookupError where there is none."""
    logged: Mapping[int, float] = field(default_factory=dict)
    """The logged training loss by step."""
    log_ahead: int = 0
    """The run's own log has the loss of step k at k + this, where `logged` is what a capture logged."""
    rates: Mapping[int, float] = field(default_factory=dict)
    """The learning rate of the first parameter group by step, as far as a capture logged it."""
    moves: frozenset[int] | None = None
    """The steps after which the schedule is stepped; None for all."""
    randomness: Callable[[int], None] | None = None
    """Set all random states to those before the forward pass of a step; raises LookupError where they are not known.

    None where nothing recorded them: then only a state that holds `random` sets them, once.
    """
