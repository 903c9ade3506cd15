"""The share of a training's time that its capture takes, measured while it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

GRACE_SECONDS = 0.5
"""What a capture may take beyond its share: in a training of seconds nobody misses it, and the first states count."""


class Meter:
    """Adds up the time spent in a capture since the first step.

    It is the time that the training's thread waits: work that an accelerator does for the capture meanwhile (the
    gradient norm) is not in it.
    """

    def __init__(self, budget: float) -> None:
        self.budget = budget
        """The share of the wall time that a capture may take."""
        self.seconds = 0.0
        self._started: float | None = None
        self._depth = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of a block; blocks within blocks count once."""
        began = time.perf_counter()
        self._started = began if self._started is None else self._started
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self.seconds += time.perf_counter() - began

    @property
    def share(self) -> float:
        """The share of the wall time since the first block."""
        elapsed = self._elapsed
        return self.seconds / elapsed if elapsed else 0.0

    def affords(self, seconds: float) -> bool:
        """Tell whether there is room for something that takes so long."""
        return self.seconds + seconds <= self.allowance

    @property
    def allowance(self) -> float:
        """Seconds that the capture may have taken by now."""
        return self.budget * self._elapsed + GRACE_SECONDS

    def excuse(self, seconds: float) -> None:
        """Take time out of the account: the look for the training among all objects is needed, and done once."""
        self.seconds -= seconds

    @property
    def _elapsed(self) -> float:
        return 0.0 if self._started is None else time.perf_counter() - self._started
