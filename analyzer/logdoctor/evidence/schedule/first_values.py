"""Whether a log begins after the first updates had thrown the loss up, as its first values tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.evidence.optimization.pretrained import may_be_untrained
from logdoctor.evidence.usual_rates import HIGH_ADAPTIVE, HIGH_RATE, is_far_too_high
from logdoctor.run import Run
from logdoctor.run.roles import GradNorm, TrainLoss
from logdoctor.signals import Hyperparameters, given_rate
from logdoctor.signals.optimization.chance import ChanceLevels
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.trend import Trend
from logdoctor.wording import number, percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

EARLY = 0.02
"""Share of the run whose highest value is compared, and half of that within which leaps are looked for."""

DROP = 2.5
"""Highest of the first values in units of what comes at 5 to 10 % of the run, from which it came down at once."""

SCALE = 10.0
"""The same from which, at an ordinary rate, inputs or weights were too large to begin with: the first steps of a
normalised network throw its loss to two or three times guessing."""

LEAP = 3.0
"""Largest rise from one of the first values to the next as a ratio (in logarithms), in units of the largest of the next
quarter of the run, from which it is a leap."""

LEAST = 0.15
"""The least rise that anybody would call a leap, as such a ratio: sound runs that fall as fast stay below 1.2."""

GRADIENT_DROP = 4.5
"""First gradient norms in units of those at 5 to 10 % of the run; sound runs that fall as fast begin at 3.3."""

MIN_NORMS = 40
"""Gradient norms from which their first ones are few."""

NOISES = 3.0
"""Deviations of single values that one in seven hundred reaches."""

MIN_NEAR = 5
"""Values, still near the start, from which their spread can be told."""


@dataclass(frozen=True)
class FirstValues:
    """What the first values of a training loss show."""

    came_down: str
    """What says that the log begins after an overshoot, as a clause; nothing where nothing does.

    The loss falls to a part of itself at once, and either leaps as it never does again or brings a burst of the
    gradient down with it. A model that learns fast falls as far, by and by and with ordinary gradients; so does one
    from where guessing is, unless its rate is one at which hardly any network trains and its gradient falls further.
    """
    is_scale: bool = False
    """Whether the loss comes down at once by more than an ordinary rate could have thrown it."""

    @classmethod
    def measure(
        cls, run: Run, train: Trend[TrainLoss], grads: Trend[GradNorm] | None, chance: ChanceLevels
    ) -> FirstValues:
        """Compare the first values with what comes right after them."""
        values, n = train.series.values, len(train)
        first, begins = max(4, round(EARLY * n)), max(5, round(2 * EARLY * n))
        if values.min() <= 0:
            return cls("")
        factor, rate, settings = float(values[:first].max()) / _settled(values), given_rate(run), Hyperparameters(run)
        is_scale = factor >= SCALE and rate is not None and rate <= HIGH_ADAPTIVE
        # What the framework would have taken by default is no optimizer known: 0.3 is usual for SGD.
        known = settings.is_adaptive is not None or (rate is not None and rate >= HIGH_RATE)
        untrained, far = may_be_untrained(train.first, chance), known and is_far_too_high(settings)
        if (untrained and not far) or factor < DROP or is_scale:
            return cls("", is_scale)
        rises = np.diff(np.log(values))
        up, later = float(rises[:begins].max()), rises[begins + 1 : 8 * begins]
        if not untrained and len(later) and up >= max(LEAP * float(np.quantile(later, 0.98)), LEAST):
            return cls(f"its first values leap by {percent(float(np.expm1(up)))}, as later ones never do")
        if grads is None or len(grads) < MIN_NORMS:
            return cls("")
        norms = grads.series.values
        before, after = float(np.max(norms[:3]) if far else np.median(norms[:3])), _settled(norms)
        burst = before >= max(GRADIENT_DROP, factor if untrained else 0.0) * after > 0
        return cls(f"the gradient norm comes down from {number(before)} to {number(after)} with it" if burst else "")


def _settled(values: NDArray[np.float64]) -> float:
    """Return the median of what comes at 5 to 10 % of a run, a few values after the first at the earliest."""
    late = values[max(6, round(0.05 * len(values))) : max(12, round(0.1 * len(values)))]
    return median(late) if len(late) else float("inf")


def usual_leap(train: Trend[TrainLoss], early: int, start: float) -> float:
    """Return how far single values near the start reach above their level once the first few (`early`) are over.

    The logarithm of the largest ratio and two deviations more, of those next values whose level is still a third of
    the start or higher: lower down, noise is larger beside its level. NOISES deviations of the noise beside the end,
    where that is more, or where there are too few such values.
    """
    after = slice(early + 1, 12 * early)
    level = np.interp(train.series.steps, train.steps, train.level)[after]
    near = level >= start / 3
    ratios = np.log(np.maximum(train.series.values[after][near] / level[near], 1e-300))
    usual = float(ratios.max() + 2 * ratios.std()) if len(ratios) >= MIN_NEAR else 0.0
    return max(usual, NOISES * train.noise / abs(train.end) if train.end else 0.0)
