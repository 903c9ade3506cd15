"""What the gradient norm did just before a loss breaks, and in that very step."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from logdoctor.evidence.stability.onset import GROWTH, LOOK_BACK, RUN_UP, rise_begins
from logdoctor.run import Run, Series
from logdoctor.run.roles import GradNorm
from logdoctor.signals import Hyperparameters
from logdoctor.signals.statistics.median import median, quantile
from logdoctor.wording import number

NORM_JUMP = 10.0
"""Factor above the usual from which one gradient norm stands out: OLMo-core skips at six sigma, far below."""

CAPPED = 0.02
"""Share of the highest norm within which a tenth of all norms lies when they were logged after clipping."""

SUMMED = 6
"""Norms, and times the first step, over which it shows whether gradients add up."""

LINEAR = (0.7, 1.2)
"""Powers of the step with which the norm of a sum of alike gradients grows."""

UNEXPLAINED = 0.1
"""Share of its variance, both as logarithms, that such a power leaves: of 410 runs whose gradients were cleared none
was that even, of six whose were not four."""

GROWS_ON = 1.25
"""Growth from the middle of the steps to the last fifth of them: half of what the least of these powers comes to there.
What rises through the first steps alone, as beside a warm-up, rests by then."""

MIDDLE, LATE = (0.4, 0.6), 0.8
"""Those steps, as shares of the last."""

EVENLY = 24
"""Points, evenly spaced in the logarithm of the step, at which it is fitted: the many late steps are but one octave."""


@dataclass(frozen=True, eq=False)
class NormBefore:
    """The gradient norm of a run up to the step in which a loss begins to break."""

    run: Run = field(repr=False)
    settings: Hyperparameters = field(repr=False)
    series: Series
    """The loss."""
    step: int
    """The step in which its break begins."""

    @cached_property
    def logged(self) -> Series | None:
        """The gradient norms up to the onset of the event and at it; None where none was logged."""
        found = self.run.beside(self.series, GradNorm)
        if found is None:
            return None
        upto = found.curve.take(found.curve.steps <= self.step)
        return upto if len(upto) else None

    @cached_property
    def adds_up(self) -> str:
        """Say so where the norm grows from the start as the sum of all gradients so far does: with the step.

        A gradient of its own batch wavers, and calms down while a loss falls.
        """
        found = self.logged.finite if self.logged is not None else None
        if found is None or len(found) < SUMMED or found.steps[0] < 1 or found.last_step < SUMMED * found.steps[0]:
            return ""
        if found.values.min() <= 0:
            return ""
        steps, norms = np.log(found.steps), np.log(found.values)
        evenly = np.linspace(steps[0], steps[-1], EVENLY)
        course = np.interp(evenly, steps, norms)
        power, begins = np.polyfit(evenly, course, 1)
        left = float(np.var(course - power * evenly - begins))
        if not LINEAR[0] <= power <= LINEAR[1] or left > UNEXPLAINED * float(np.var(course)):
            return ""
        if not _grows_on(found):
            return ""
        first, last = number(float(found.values[0])), number(float(found.values[-1]))
        return f"the gradient norm grows with the step from the start, from {first} to {last}, as gradients that add up"

    @cached_property
    def usual(self) -> float | None:
        """The usual norm before the event."""
        if self.logged is None:
            return None
        before = self.logged.values[:-1][np.isfinite(self.logged.values[:-1])]
        return median(before[-10 * LOOK_BACK :]) if len(before) else None

    @cached_property
    def rise(self) -> int:
        """How many logged points before the event the norm left its usual value; 0 where it was quiet until then.

        One point is enough where it stands out: an update that large breaks the loss of the next step.
        """
        if self.logged is None or not self.usual:
            return 0
        values = np.nan_to_num(self.logged.values[:-1], nan=np.inf, posinf=np.inf)
        rising = len(values) - rise_begins(values, len(values))
        least = GROWTH if RUN_UP <= rising <= LOOK_BACK else NORM_JUMP  # over longer, a sound norm drifts threefold
        return rising if rising and values[-1] >= least * self.usual else 0

    @property
    def left(self) -> int | None:
        """The step at which the norm left its usual value, None where it was quiet until the event."""
        return int(self.logged.steps[-1 - self.rise]) if self.logged is not None and self.rise else None

    @cached_property
    def at_onset(self) -> float | None:
        """The norm in the very step in which the event begins."""
        if self.logged is None or self.logged.last_step != self.step:
            return None
        return float(self.logged.values[-1])

    @property
    def jumps(self) -> bool:
        """Whether the norm is quiet until the event and far above its usual value in that very step."""
        at, usual = self.at_onset, self.usual
        if self.logged is None or len(self.logged) <= 2 * RUN_UP:  # so few values do not tell what is usual
            return False
        return bool(at is not None and usual and np.isfinite(at) and at >= NORM_JUMP * usual and not self.rise)

    @cached_property
    def broke_first(self) -> int | None:
        """The step before the onset in which the norm was the first to be NaN or infinite."""
        if self.logged is None:
            return None
        bad = np.flatnonzero(~np.isfinite(self.logged.values) & (self.logged.steps < self.step))
        return int(self.logged.steps[bad[0]]) if len(bad) and len(bad) < len(self.logged) else None

    @cached_property
    def clipped(self) -> float | None:
        """Norm at which gradients are clipped, by the settings or by a ceiling of the logged norm; 0 for not at all."""
        if self.settings.clip_norm is not None:
            return self.settings.clip_norm
        norms = self.run.beside(self.series, GradNorm)
        if norms is None or len(norms.finite) < LOOK_BACK:
            return None
        values = norms.finite.values
        ceiling = float(values.max())
        return ceiling if ceiling > 0 and quantile(values, 0.9) >= (1 - CAPPED) * ceiling else None


def _grows_on(norms: Series) -> bool:
    share = norms.steps / norms.last_step
    middle, late = norms.values[(share > MIDDLE[0]) & (share <= MIDDLE[1])], norms.values[share > LATE]
    return not len(middle) or median(late) >= GROWS_ON * median(middle)
