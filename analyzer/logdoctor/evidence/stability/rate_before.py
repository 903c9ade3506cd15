"""What the learning rate did just before a loss breaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from logdoctor.evidence.stability.onset import RUN_UP
from logdoctor.run import Run, Series
from logdoctor.run.notice import RESTART
from logdoctor.run.roles import LearningRate
from logdoctor.run.text_event import RESUMED
from logdoctor.signals import Schedule

WINDOW_SHARE = 0.05
"""Share of the points before an event that still is "just before" it: a warm-up lasts 1 to 5 % of a run."""

RATE_JUMP = 2.0
"""Factor between neighbouring logged rates from which the rate jumped; ramps of a warm-up rise from the start."""

SPENT = 0.01
"""Share of its peak from which down a rate teaches next to nothing: cosine schedules pass it in their last 6 %."""


@dataclass(frozen=True)
class RateJump:
    """A learning rate that went up from one logged value to the next."""

    step: int
    before: float
    after: float
    returns: bool
    """Whether it had decayed and is back near its highest: what a fresh schedule does."""
    from_nothing: bool
    """Whether it had decayed to where it teaches next to nothing."""


@dataclass(frozen=True, eq=False)
class RateBefore:
    """The learning rate of a run around the break of a loss."""

    run: Run = field(repr=False)
    series: Series
    """The loss."""
    onset: int
    """Index of the first of its points by which anything shows of the break, the gradient norm before the loss."""
    index: int
    """Index of the point where it is broken."""

    @cached_property
    def logged(self) -> Series | None:
        """The finite logged rates on the axis of the loss, None where there are fewer than two."""
        found = self.run.beside(self.series, LearningRate)
        return found.finite if found is not None and len(found.finite) > 1 else None

    @cached_property
    def schedule(self) -> Schedule | None:
        """The logged rate as a schedule."""
        return Schedule(self.logged) if self.logged is not None else None

    @cached_property
    def jump(self) -> RateJump | None:
        """The largest jump up of the rate just before the event, if any."""
        if self.logged is None:
            return None
        steps, rates = self.logged.steps, self.logged.values
        earliest, latest = self._window
        before, after = rates[1:-1], rates[2:]
        near = (steps[2:] >= earliest) & (steps[2:] <= latest)
        jumps = near & (after >= RATE_JUMP * before) & (before > 0) & (before <= rates[:-2])  # a ramp rises before, too
        if not jumps.any():
            return None
        at = int(np.argmax(np.where(jumps, after / np.where(before > 0, before, 1.0), 0.0))) + 2
        peak = float(rates[: at - 1].max())
        returns = peak >= RATE_JUMP * rates[at - 1] and rates[at] <= RATE_JUMP * peak
        nothing = bool(rates[at - 1] <= SPENT * peak)
        return RateJump(int(steps[at]), float(rates[at - 1]), float(rates[at]), returns, nothing)

    @cached_property
    def restarted(self) -> bool:
        """Whether the log says that the run was resumed just before the event."""
        if any(one.kind == RESUMED and one.step is not None and self._near(one.step) for one in self.run.events):
            return True
        raw = self.run.find(self.series.role)
        rewound = raw is not None and any(self._near(int(raw.steps[at])) for at in raw.rewinds)
        # A writer that starts again and voids what it had written leaves no step, only its word.
        return rewound or (self.jump is not None and any(one.kind == RESTART for one in self.run.notices))

    def _near(self, step: int) -> bool:
        earliest, latest = self._window
        return earliest <= step <= latest

    @property
    def _window(self) -> tuple[int, int]:
        """The first and the last step that are "just before" the break, or at it."""
        reach = max(RUN_UP, int(WINDOW_SHARE * self.onset))
        return int(self.series.steps[max(0, self.onset - reach)]), int(self.series.steps[self.index])
