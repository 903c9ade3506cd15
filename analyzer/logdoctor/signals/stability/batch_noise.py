"""Noise of a training loss from batch to batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals.stability.swings import BAND, MIN_SWING_POINTS, RARE
from logdoctor.signals.statistics.correlation import correlation
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

USUAL_START = 2.0
"""Standard deviations of the noise that the first values may lie off the level of the rest."""

HIGHEST = 4.0
"""Standard deviations above the level that the highest of ten thousand values of log-normal noise seldom exceeds."""

WIDEST = 1.5
"""Largest standard deviation (of the logarithm) between batches of a network that gets all but a few examples right.
Batches of sixteen have 1.0 to 1.2; a loss that jumps by decades from batch to batch is no noise of theirs."""

STEADY = 1.5
"""Ratio of the highest to the lowest validation loss up to which the weights were not thrown."""


@dataclass(frozen=True)
class BatchNoise:
    """Noise of the logarithm of a training loss, beside a validation loss that shows whether the weights moved."""

    explains_highs: bool
    """Whether even the highest losses are batches that happened to be hard.

    A network that is already trained loses next to nothing on most batches, and tens of times that on a hard one. Its
    loss is then noise of unrelated neighbours about the level at which the log begins, and validation never moves.
    """

    @classmethod
    def measure(cls, train: Trend[TrainLoss], val: Trend[ValLoss]) -> BatchNoise:
        """Measure the noise; raises Unmeasurable where values are too few or not above zero."""
        values, held_out = train.series.values, val.series.values
        if len(held_out) < 2 or len(values) < MIN_SWING_POINTS or min(values.min(), held_out.min()) <= 0:
            raise Unmeasurable(f"{train.series.name} or {val.series.name} has too few values, or some not above zero")
        logs = np.log(values)
        sigma = MAD_TO_SIGMA * median(np.abs(np.diff(logs))) / 2**0.5
        level = median(logs)
        begins_there = abs(median(logs[:RARE]) - level) <= USUAL_START * sigma
        are_unrelated = abs(correlation(logs[:-1], logs[1:])) < BAND / len(logs) ** 0.5
        within = sigma <= WIDEST and float(logs.max()) <= level + HIGHEST * sigma
        validation_rests = bool(held_out.max() <= STEADY * held_out.min())
        return cls(begins_there and are_unrelated and within and validation_rests)
