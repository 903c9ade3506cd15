"""Signs that a training goes wrong: from then on, what was kept must not be overwritten."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from statistics import median

WINDOW = 30
"""Steps before one that it is compared with; a spike is looked for after as many."""

SPIKE_DEVIATIONS = 8.0
"""Median absolute deviations above the median: with normal noise 5.4 standard deviations."""

SPIKE_RATIO = 2.0
"""A spike is also this many times the median, so that a very quiet curve has none at every breath."""

MUCH_HIGHER = 4.0
"""Times the height of an earlier spike from which a later one is kept too: it bounds how often a capture writes."""

OVERFLOWS_IN_A_ROW = 8
"""A loss scale is halved now and then; halved so often at once, no scale helps (65,536 is down to 256)."""


@dataclass(frozen=True)
class Alarm:
    """What went wrong at which step."""

    step: int
    kind: str
    """`non-finite-loss`, `non-finite-gradients`, `non-finite-weights` or `loss-spike`."""
    text: str
    height: float = math.inf
    """How far a spike rises above the steps before it."""

    @property
    def is_final(self) -> bool:
        """Nothing that comes later is worth keeping: the numbers are gone."""
        return self.kind != "loss-spike"

    def outranks(self, earlier: Alarm | None) -> bool:
        """Tell whether it is worth writing beside an earlier one: noise has small spikes before the great one."""
        if earlier is None:
            return True
        return not earlier.is_final and (self.is_final or self.height > MUCH_HIGHER * earlier.height)


class Watch:
    """Judges step after step by loss and gradient norm, each None where it is not known."""

    def __init__(self) -> None:
        self._losses: deque[float] = deque(maxlen=WINDOW)
        self._overflows = 0

    def judge(self, step: int, loss: float | None, norm: float | None, *, scaled: bool) -> Alarm | None:
        """Return the alarm of a step, if any; with a loss scale some overflowing gradients are usual."""
        if loss is not None and not math.isfinite(loss):
            return Alarm(step, "non-finite-loss", f"the loss is {loss}")
        if norm is not None:
            self._overflows = 0 if math.isfinite(norm) else self._overflows + 1
            if self._overflows > (OVERFLOWS_IN_A_ROW if scaled else 0):
                return Alarm(step, "non-finite-gradients", f"the gradient norm is {norm}")
        return None if loss is None else self._spike(step, loss)

    def _spike(self, step: int, loss: float) -> Alarm | None:
        earlier = list(self._losses)
        self._losses.append(loss)
        if len(earlier) < WINDOW:
            return None
        middle = median(earlier)
        deviation = median(abs(one - middle) for one in earlier)
        height = loss - middle
        if height > SPIKE_DEVIATIONS * deviation and height > (SPIKE_RATIO - 1) * abs(middle):
            message = f"the loss is {loss:.4g}, {middle:.4g} in the {WINDOW} steps before"
            return Alarm(step, "loss-spike", message, height)
        return None
