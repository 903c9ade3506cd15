"""Whether a loss comes to rest at a level of guessing, and stays there to its end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.evidence.optimization.chance.level import band
from logdoctor.run import Axis, Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Chance, Trend
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.signals.statistics.median import median, thirds

if TYPE_CHECKING:
    from numpy.typing import NDArray

LITTLE = 0.25
"""Part of the tolerance that a fall may span where no accuracy says that nothing is learnt."""

NEARLY_ALL = 0.75
"""Share of the values of a rest, up to its end, that are one where the outputs are alike for all inputs."""

ERRORS_AWAY = 3.0
"""Noises by which a single point may lie off its level by chance."""

ERRORS_OF_FALL = 6.0
"""Standard errors from which a fall is none by chance; it is looked for at every level of every run."""


def values_lost(run: Run, series: Series) -> int:
    """Return how many values a curve of finite points has behind its last number in the log."""
    logged = next((one for one in run.series if (one.name, one.split) == (series.name, series.split)), series)
    return int(np.count_nonzero(logged.curve.steps > series.last_step))


@dataclass(frozen=True)
class RestThresholds:
    """The thresholds of the rule, under its names for them."""

    tolerance: float
    tolerance_alone: float
    resting: float
    max_start: float
    max_noise: float
    min_points: float
    min_points_alone: float
    min_points_exact: float
    exactly: float


@dataclass(frozen=True, eq=False)
class RestAtChance:
    """A loss, and a level of guessing at which it may rest."""

    train: Trend[TrainLoss]
    chance: Chance
    limits: RestThresholds
    val: Trend[ValLoss] | None = None
    lost: int = 0
    """Values behind its last number, where it broke: a run of which little came before did not come to rest."""

    @cached_property
    def since(self) -> int | None:
        """The block from which the loss rests at the level to the end; None where it does not."""
        settled = self._settled
        if self._share_from(settled) < self.limits.resting or len(self._values) < self._least_points:
            return None
        if not self._is_at_level or self._falls_below:
            return None
        is_doubtful = self.chance.by_level_alone and (self._came_from_above or self._is_restless)
        return None if is_doubtful and not self.is_exact else settled

    @property
    def share(self) -> float:
        """The share of the run that rests."""
        return 0.0 if self.since is None else self._share_from(self.since)

    @cached_property
    def is_exact(self) -> bool:
        """Whether nearly all of the rest is one value, the level: where examples are told apart, batches differ."""
        alike = len(self._values) - after_last(self._values != self.train.series.values[-1])
        is_long = alike >= max(self.limits.min_points_alone, NEARLY_ALL * len(self._values))
        return is_long and self._is_next_to(self._values[-1:])

    @property
    def is_passed_by_validation(self) -> bool:
        """Whether validation falls below a level that the settings name, or lies below one that nothing names."""
        chance, limits, val = self.chance, self.limits, self.val
        if val is None or not (chance.by_level_alone or chance.by_settings):
            return False
        least = (limits.tolerance_alone if chance.by_level_alone else LITTLE * limits.tolerance) * chance.level
        falls = val.thirds[0] - val.thirds[2] > max(least, ERRORS_OF_FALL * val.error_of_third)
        return val.end < chance.level - least and (chance.by_level_alone or falls)

    @cached_property
    def _band(self) -> tuple[float, float]:
        """The middle of what counts as the level, and its half width."""
        return band(self.chance, self.limits.tolerance_alone if self.chance.by_level_alone else self.limits.tolerance)

    @cached_property
    def _settled(self) -> int:
        """The block from which the loss stays within that; their number where it never does."""
        return self.train.settled(*self._band)

    def _share_from(self, block: int) -> float:
        """The share of all logged values from a block on, up to the last number."""
        return (1 - block / len(self.train.level)) * len(self.train) / (len(self.train) + self.lost)

    @cached_property
    def _values(self) -> NDArray[np.float64]:
        """The values from there on."""
        return self.train.series.values[self._settled * self.train.block :]

    @property
    def _is_restless(self) -> bool:
        """Whether single values waver more than those of who guesses."""
        return self.train.noise > self.limits.max_noise

    @property
    def _least_points(self) -> float:
        """How many values it takes: fewest where an accuracy guesses and epochs of one or both losses lie there."""
        limits = self.limits
        if self._is_next_to(self._values) and self.chance.by_accuracy and self.train.series.axis is Axis.EPOCH:
            beside = np.array([]) if self.val is None else self.val.series.values[-len(self._values) :]
            borne_out = len(beside) if self._is_next_to(beside) else 0
            return min(limits.min_points_exact, limits.min_points_alone - borne_out)
        alone = self.chance.by_level_alone or self._is_restless
        return limits.min_points_alone if alone else limits.min_points

    def _is_next_to(self, values: NDArray[np.float64]) -> bool:
        """Whether each of the values lies next to the level, as those of who guesses do where many are averaged."""
        level, _ = self._band
        return bool((np.abs(values - level) <= self.limits.exactly * level).all())

    @property
    def _error(self) -> float:
        """Standard error of the median of the values that rest."""
        return self.train.error_of(len(self._values))

    @property
    def _is_at_level(self) -> bool:
        """Whether the middle of the values is the level, up to its tolerance and the noise of the curve's level."""
        level, tolerance = self._band
        away = abs(median(self._values) - level)
        return away <= tolerance + min(self.train.level_noise, tolerance)

    @property
    def _falls_below(self) -> bool:
        """Whether the loss goes on falling from the level down: a fall to chance has taught nothing."""
        _, tolerance = self._band
        early, _, late = thirds(self._values)
        least = tolerance if self.chance.by_accuracy else LITTLE * tolerance
        if not self.chance.by_level_alone and late >= self.chance.level - least:
            early = min(early, self.chance.level)
        return early - late > max(least, ERRORS_OF_FALL * self._error)

    @property
    def _came_from_above(self) -> bool:
        """Whether the loss began far above the level, or, where it stands in for training, above it at all."""
        far = self.train.start - ERRORS_AWAY * self.train.noise > self.limits.max_start * self.chance.level
        return far or (self._settled > 0 and self.train.series.split.is_held_out)
