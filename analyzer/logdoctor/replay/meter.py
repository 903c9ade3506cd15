"""The cost of a replay, its budget, and its progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from logdoctor.replayed import Cost

FORWARD_COST = 1 / 3
"""Step-equivalents of a forward pass: a backward pass takes about twice its operations, the update few."""

TRACED_COST = 6.0
"""Step-equivalents of a traced step, as measured on a small model on the CPU (on a larger one: 1.6)."""


class BudgetSpent(Exception):
    """The replay took the time or the steps that it was given."""


@dataclass(frozen=True)
class Progress:
    """How far a replay is."""

    stage: str
    """What it does now, in words: "tests lower learning rates"."""
    steps: float
    """Step-equivalents spent."""
    expected_steps: float
    """Step-equivalents that it is likely to need in all."""
    seconds: float

    @property
    def remaining_seconds(self) -> float | None:
        """The time still needed at the pace so far; None before there is one."""
        return self.seconds * max(self.expected_steps - self.steps, 0.0) / self.steps if self.steps else None


class Meter:
    """Counts step-equivalents and seconds against the budget."""

    def __init__(self, seconds: float, steps: float, progress: Callable[[Progress], None]) -> None:
        self._budget = (seconds, steps)
        self._progress = progress
        self._began = time.monotonic()
        self._steps = 0.0
        self.stage = ""
        self.expected = 0.0

    def spend(self, steps: float = 1.0) -> None:
        """Count what is about to be done; raises BudgetSpent where nothing is left."""
        seconds = time.monotonic() - self._began
        if seconds > self._budget[0] or self._steps + steps > self._budget[1]:
            raise BudgetSpent
        self._steps += steps
        self._progress(Progress(self.stage, self._steps, max(self.expected, self._steps), seconds))

    @property
    def cost(self) -> Cost:
        """What was spent so far."""
        return Cost(round(self._steps, 2), round(time.monotonic() - self._began, 3))
