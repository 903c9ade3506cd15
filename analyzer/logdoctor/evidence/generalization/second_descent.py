"""Double descent: validation that comes down again after it had risen (Nakkiran et al. 2019, arXiv:1912.02292)."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.run import Run, State
from logdoctor.run.roles import ValLoss
from logdoctor.signals import Trend
from logdoctor.wording import number

LATE = 0.8
"""Share of the run from which on validation must still be falling."""


@dataclass(frozen=True)
class Descent:
    """A validation loss that is past the peak of its rise and still falls: the rise may not last."""

    peak: float
    """Highest level since validation was at its best."""
    share: float
    """Part of the rise that is gone again."""

    def clause(self, run: Run) -> str:
        """Return the clause that a finding adds to its message."""
        unfinished = ", and the run is not finished" if run.state in (State.WRITING, State.INTERRUPTED) else ""
        return f"; it has come down again from {number(self.peak)}, the rise may not last (double descent){unfinished}"


def second_descent(val: Trend[ValLoss], sigmas: float, least: float) -> Descent | None:
    """Return the descent after a peak, or None where validation does not fall any more.

    Both the fall since the peak and that over the last fifth of the run must exceed `sigmas` times the noise of the
    level, and the share `least` of the rise.
    """
    peak = float(val.since(val.best_step).max())
    clear = max(sigmas * val.level_noise, least * (peak - val.best))
    if min(peak, val.at(LATE)) - val.end <= clear:
        return None
    return Descent(peak, (peak - val.end) / (peak - val.best))
