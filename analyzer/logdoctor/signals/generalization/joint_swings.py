"""Swings that training and validation loss make together: not noise of either, but the model itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.signals.generalization.roughness import Roughness
from logdoctor.signals.stability.swings import detrended, turning_points
from logdoctor.signals.statistics.correlation import correlation, trend_aside
from logdoctor.signals.statistics.median import median, quantile
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

LARGE = 1.3
"""Ratio by which both must rise or fall for a turn to count."""

FEWEST = 6
"""Evaluations of the later half below which nothing is said."""

MIN_EVALUATIONS = 8
"""Evaluations of the later half below which two curves are alike by chance."""

TURNS = 3
"""Turns from which a curve swings: one and a half whole swings in the later half, the earlier is not judged."""

LIKENESS = 0.7
"""Correlation from which two losses swing together: eight unrelated pairs reach it once in forty, and losses of sound
runs with tiny validation sets stay below 0.6."""

HIGH = 0.1
"""Level as a share of the start from which the run has not converged: near zero, losses of sound runs double too."""

SPREAD = 1.4
"""90th over 10th percentile of both detrended losses, from which a run that gets no lower jumps; sound runs whose
losses are as high late as early stay below 1.3, warm restarts aside."""

GETS_LOWER = 0.85
"""Late high values in units of the usual one of the first quarter below which a run has got lower."""

ALIKE = 0.5
"""Correlation from which two losses that both jump so far have one reason; those of tiny validation sets stay below,
where it is no chance: of few pairs it takes as much as LIKENESS of eight does."""

CALM = 1 / 3
"""Log-spread of validation as a share of that of training, up to which training only shows noise of batches or of
dropout: validation measures the same weights without either."""

SELDOM = 0.25
"""Share of the intervals in which both rise, up to which they jump up and are learnt down again: of values in no order
half rise, and a quarter of a dozen lies three standard deviations from that."""

FEW_ROUNDS = 2
"""Jumps up in the later half that may be rounds of a training, as of pruning; more are swings."""

THROWN = 1.5
"""Late high values of both losses in units of the first quarter, from which they need not be correlated: the model got
worse."""


@dataclass(frozen=True, eq=False)
class JointSwings:
    """How training and validation loss rise and fall over the later half of the evaluations."""

    level: float
    """The lower of their levels as a share of the highest start."""
    heights: tuple[float, float]
    """One late value in ten of training and of validation exceeds this, in units of the usual one of the first quarter.

    The first value is left out, which may have been thrown."""

    stretch: tuple[str, int, int]
    """The name of the validation loss, the first and the last step of its later half."""
    logs: tuple[NDArray[np.float64], NDArray[np.float64]] = field(repr=False)
    """Logarithms of the later half of both."""

    @classmethod
    def measure(cls, rough: Roughness) -> JointSwings:
        """Compare the two; raises Unmeasurable where they are too few, not above zero, or the same throughout."""
        n = min(len(rough.values), len(rough.train_values))
        val, train = rough.values[-n:], rough.train_values[-n:]
        if n < FEWEST or min(val.min(), train.min()) <= 0:
            raise Unmeasurable(f"{rough.gap.val.series.name} has {n} late values, or some that are not above zero")
        logs = np.log(train), np.log(val)
        if min(float(trend_aside(one).std()) for one in logs) <= np.finfo(float).eps:
            raise Unmeasurable(f"{rough.gap.val.series.name} or the training loss does not move")
        start = max(rough.gap.val.start, rough.gap.train.start)
        return cls(
            min(median(train), median(val)) / start,
            (_height(train, rough.gap.train), _height(val, rough.gap.val)),
            (rough.gap.val.series.name, int(rough.gap.val.series.steps[-n]), rough.gap.val.series.last_step),
            logs,
        )

    @cached_property
    def likeness(self) -> float:
        """Correlation of their logarithms, trend aside."""
        return _likeness(*self.logs)

    @cached_property
    def late_likeness(self) -> float:
        """The same correlation where validation shows first what training shows next, if that is larger."""
        train, val = self.logs
        return max(self.likeness, _likeness(train[1:], val[:-1]))

    @cached_property
    def turns(self) -> int:
        """Turns of their geometric mean, each after a move of LARGE or more; 0 for fewer than MIN_EVALUATIONS."""
        train, val = self.logs
        return len(turning_points((train + val) / 2, float(np.log(LARGE)))) if len(val) >= MIN_EVALUATIONS else 0

    @cached_property
    def spread(self) -> float:
        """Ratio of the 90th to the 10th percentile, trend aside, of the one that jumps less."""
        return min(_spread(one) for one in self.logs)

    @cached_property
    def validation_is_calm(self) -> bool:
        """Whether validation hardly moves while training jumps, over MIN_EVALUATIONS or more, trend aside."""
        train, val = (float(np.log(_spread(one))) for one in self.logs)
        return len(self.logs[1]) >= MIN_EVALUATIONS and val <= CALM * train

    @cached_property
    def is_one_jump(self) -> bool:
        """Whether they rise once and come back by a third of what they jump: an event, however slow the way back is."""
        train, val = self.logs
        both = (train + val) / 2
        turns = turning_points(both, float(np.log(max(LARGE, self.spread ** (1 / 3)))), most=3)
        return 1 <= len(turns) <= 2 and bool(both[turns[-1]] > both[-1])

    @cached_property
    def is_learnt_again(self) -> bool:
        """Whether they go up at once, and seldom, and come down from value to value in between.

        Rounds of pruning and tasks that begin do so, a few times; swings rise as they fall, or again and again.
        """
        train, val = self.logs
        rises = np.diff(train + val) / 2
        is_seldom = float((rises > 0).mean()) <= SELDOM
        return is_seldom and int((rises >= np.log(LARGE)).sum()) <= FEW_ROUNDS

    def margin(self, *, rate_is_high: bool) -> float:
        """How far the two swing beyond what a sound run does, from 1 on.

        They do it together, or they jump and get no lower: by their likeness, by their height, or by a rate that is
        known to be high. One jump is no swing, nor are a few that are learnt, and what validation hardly shows is none
        of the model.
        """
        if self.validation_is_calm or (self.is_learnt_again and not rate_is_high):
            return 0.0
        together = min(self.likeness / LIKENESS, self.level / HIGH)
        together = min(together, self.turns / TURNS) if together >= 1 else together  # turns take long to count
        by_chance = LIKENESS * float(np.sqrt(MIN_EVALUATIONS / len(self.logs[1])))
        one_reason = rate_is_high or self.late_likeness >= max(ALIKE, by_chance) or min(self.heights) >= THROWN
        height = float(np.sqrt(self.heights[0] * self.heights[1]))
        if not one_reason or height < GETS_LOWER or self.is_one_jump:
            return together
        return max(together, min(self.spread / SPREAD, height / GETS_LOWER))


def _likeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    away = [trend_aside(one), trend_aside(other)]
    moves = min(float(each.std()) for each in away) > np.finfo(float).eps
    return correlation(*away) if moves else 0.0


def _spread(logs: NDArray[np.float64]) -> float:
    """Return the ratio of the 90th to the 10th percentile, trend aside; one wild value of a dozen does not count."""
    away = detrended(logs)
    low, high = np.percentile(away, 10, method="higher"), np.percentile(away, 90, method="lower")
    return float(np.exp(high - low))


def _height(late: NDArray[np.float64], trend: Trend[Any]) -> float:
    usual = median(trend.series.values[1 : max(4, len(trend) // 4)])
    return quantile(late, 0.9) / usual if usual > 0 else 0.0
