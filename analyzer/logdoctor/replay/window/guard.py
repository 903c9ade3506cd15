"""When a replayed step counts as failing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from logdoctor.replay.window.stepping import Seen
from logdoctor.replayed import Failure, Symptom

WINDOW = 30
"""Losses that the next one is compared with."""

FEWEST = 4
"""With fewer, a loss cannot be called too high."""

DEVIATIONS = 8.0
"""Median absolute deviations above the median; together with RATIO this fired on none of the prototype's sound runs."""

RATIO = 2.0
"""Multiple of the median, in magnitude above it."""

SKIPS = 5
"""Updates skipped in a row: a scale that grew too far skips one or two, then halves."""


def ceiling_of(losses: Sequence[float]) -> float:
    """Return the loss above which the next one is too high; infinity where too little is known."""
    recent = [one for one in losses if math.isfinite(one)][-WINDOW:]
    if len(recent) < FEWEST:
        return math.inf
    middle = median(recent)
    deviation = median(abs(one - middle) for one in recent)
    return middle + max(DEVIATIONS * deviation, (RATIO - 1.0) * abs(middle))


@dataclass
class Guard:
    """Judges steps one after another. With a fixed ceiling it judges trials by what was known before the failure."""

    losses: list[float]
    """Those before the first step that is judged, in order."""
    fixed: float | None = None
    skipped: int = 0

    def failure(self, seen: Seen) -> Failure | None:
        """Return how the step failed, None where it did not, and remember its loss."""
        if seen.broken is not None:
            return Failure(seen.step, seen.broken, seen.loss, seen.where)
        if seen.left_out:
            return None
        self.skipped = self.skipped + 1 if seen.run_up.skipped else 0
        if self.skipped >= SKIPS:
            detail = f"{self.skipped} updates in a row, the loss scale is {seen.run_up.loss_scale:g}"
            return Failure(seen.step, Symptom.STEPS_SKIPPED, seen.loss, detail)
        ceiling = self.ceiling
        self.losses.append(seen.loss)
        if seen.loss > ceiling:
            return Failure(
                seen.step, Symptom.LOSS_TOO_HIGH, seen.loss, f"{seen.loss:.4g}; the losses before allow {ceiling:.4g}"
            )
        return None

    @property
    def ceiling(self) -> float:
        """The loss above which the next step fails."""
        return self.fixed if self.fixed is not None else ceiling_of(self.losses)
