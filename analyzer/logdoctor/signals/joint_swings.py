"""Swings that training and validation loss make together: not noise of either, but the model itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.signals.roughness import Roughness
from logdoctor.signals.swings import turning_points
from logdoctor.signals.trend import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGE = 1.3
"""Ratio by which both must rise or fall for a turn to count."""

MIN_EVALUATIONS = 8
"""Evaluations of the later half below which two curves are alike by chance too often."""

TURNS = 3
"""Turns from which a curve swings: one and a half whole swings in the later half, the earlier is not judged."""

LIKENESS = 0.7
"""Correlation that eight unrelated pairs reach once in forty; those of tiny validation sets stay below 0.6."""

HIGH = 0.1
"""Level as a share of the start from which the run has not converged: next to nothing, sound losses double too."""


@dataclass(frozen=True)
class JointSwings:
    """How training and validation loss rise and fall over the later half of the evaluations."""

    turns: int
    """Turns of their geometric mean, each after a move of LARGE or more."""
    likeness: float
    """Correlation of their logarithms, trend aside."""
    level: float
    """The level of validation as a share of the highest start."""

    @property
    def margin(self) -> float:
        """How far the two swing together beyond what no sound run does, from 1 on."""
        return min(self.turns / TURNS, self.likeness / LIKENESS, self.level / HIGH)

    @classmethod
    def measure(cls, rough: Roughness) -> JointSwings:
        """Compare the two; raises Unmeasurable where they are too few, not above zero, or the same throughout."""
        n = min(len(rough.values), len(rough.train_values))
        val, train = rough.values[-n:], rough.train_values[-n:]
        if n < MIN_EVALUATIONS or min(val.min(), train.min()) <= 0:
            raise Unmeasurable(f"{rough.gap.val.series.name} has {n} late values, or some that are not above zero")
        logs = np.log(val), np.log(train)
        away = [_trend_aside(one) for one in logs]
        if min(float(one.std()) for one in away) <= np.finfo(float).eps:
            raise Unmeasurable(f"{rough.gap.val.series.name} or the training loss does not move")
        likeness = float(np.asarray(np.corrcoef(away))[0, 1])
        turns = len(turning_points((logs[0] + logs[1]) / 2, float(np.log(LARGE))))
        start = max(rough.gap.val.start, rough.gap.train.start)
        return cls(turns, likeness, float(np.median(val)) / start)


def _trend_aside(values: NDArray[np.float64]) -> NDArray[np.float64]:
    at = np.arange(len(values), dtype=float)
    line = np.polynomial.Polynomial.fit(at, values, 1)
    return np.asarray(values - line(at))
