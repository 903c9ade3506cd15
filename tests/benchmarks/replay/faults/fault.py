"""What a planted fault is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from tests.benchmarks.replay.models import Task
from tests.benchmarks.replay.runs import Plan
from torch import Tensor, nn


@dataclass(frozen=True)
class Place:
    """Where the first number that is not finite is born, for faults that make one."""

    operations: frozenset[str] = frozenset()
    """Names of the operation that are right; empty for a leaf."""
    file: str = ""
    mark: str = ""
    """The line that ends with `# plant: <mark>`; empty where there is no line, as in an optimizer."""
    leaf: str = ""
    """The leaf's name begins with this."""

    @property
    def line(self) -> int:
        return marked_lines(self.file)[self.mark]


@cache
def marked_lines(file: str) -> dict[str, int]:
    """Return the marked lines of a source file."""
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    return {line.split("# plant: ")[1]: at for at, line in enumerate(lines, 1) if "# plant: " in line}


@dataclass(frozen=True)
class Fault:
    """One type of fault."""

    name: str
    causes: frozenset[str]
    """Causes that are right."""
    plan: Callable[[Task, int, int], Plan]
    """Plant it in a task's training with a seed, at about a step."""
    place: Place | None = None
    example: Callable[[Task, int], int] | None = None
    """The one example of the batch that is bad, by task and seed; None where it is not one alone."""
    transient: bool = False
    """It happened in the run alone, and must not come back."""


def causes(names: str) -> frozenset[str]:
    return frozenset(names.split())


class Drift(nn.Module):  # type: ignore[misc]  # torch is not followed
    """A gain that is 1 up to a step and then changes by a factor in every training step, up to a limit."""

    def __init__(self, at: int, factor: float, limit: float) -> None:
        super().__init__()
        self.at, self.factor, self.limit = at, factor, limit
        self.register_buffer("gain", torch.ones(()))
        self.register_buffer("count", torch.zeros(()))

    def forward(self) -> Tensor:
        if self.training:
            with torch.no_grad():
                self.count += 1
                if float(self.count) > self.at:
                    moved = self.gain * self.factor
                    self.gain.copy_(moved.clamp(max=self.limit) if self.factor > 1 else moved.clamp(min=self.limit))
        return self.gain.clone()
