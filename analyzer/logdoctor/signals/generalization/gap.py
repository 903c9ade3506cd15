"""Training and validation loss side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.smoothing import SMOOTHED
from logdoctor.signals.statistics.trend import END_SHARE, Trend

if TYPE_CHECKING:
    from numpy.typing import NDArray

EARLY = 0.4
"""Share of the run by which a gap that narrowed was at its widest; gaps of sound runs that memorise are widest in the
last tenth."""

NARROWED = 1.3
"""Its width then in units of that at the end, from which it has narrowed."""

SCATTERED = 0.5
"""Noise of training as a share of its end from which single values tell little."""

FEW = 20
"""Values of the later half beyond which they tell enough all the same."""


@dataclass(frozen=True)
class Gap:
    """Training loss seen at the steps of validation.

    Where the two are logged on different axes (steps against epochs) they are laid over each other by the share of
    the run that has passed.
    """

    train: Trend[TrainLoss]
    val: Trend[ValLoss]

    @classmethod
    def measure(cls, train: Trend[TrainLoss], val: Trend[ValLoss]) -> Gap:
        """Lay the two trends over each other."""
        return cls(train, val)

    def places(
        self, train: NDArray[np.int64], val: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return steps of training and of validation as places that can be compared: those of two axes as shares."""
        train_at, val_at = train.astype(float), val.astype(float)
        same = self.train.series.axis is self.val.series.axis
        return (train_at, val_at) if same else (_progress(train_at), _progress(val_at))

    @cached_property
    def train_level(self) -> NDArray[np.float64]:
        """(b,) level of the training loss at each block of the validation loss."""
        train_at, val_at = self.places(self.train.steps, self.val.steps)
        return np.asarray(np.interp(val_at, train_at, self.train.level))

    @property
    def train_at_best(self) -> float:
        """Level of the training loss where validation was at its lowest."""
        return float(self.train_level[self.val.best_at])

    @cached_property
    def end(self) -> float:
        """Validation minus training at the end of the run."""
        return self.val.end - self.train.end

    @cached_property
    def train_since_best(self) -> NDArray[np.float64]:
        """(k,) training losses since validation was at its lowest level."""
        train_at, val_at = self.places(self.train.series.steps, self.val.steps)
        return np.asarray(self.train.series.values[train_at >= val_at[self.val.best_at]])

    @cached_property
    def levels(self) -> NDArray[np.float64]:
        """(b,) validation minus training at each block of the validation loss."""
        return np.asarray(self.val.level - self.train_level)

    @cached_property
    def narrowed(self) -> tuple[float, float] | None:
        """Width of the gap where it was widest and the share of the run at which, if that was early; None otherwise.

        What is memorised opens a gap late and to the end. One that narrows again has another reason. None where
        the curves are too short to be smoothed.
        """
        widest, at = float(self.levels.max()), float(np.argmax(self.levels) / max(len(self.levels) - 1, 1))
        smoothed = len(self.val) >= 2 * SMOOTHED
        return (widest, at) if smoothed and at <= EARLY and widest >= NARROWED * self.end > 0 else None


def _progress(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return steps as shares of the run, from 0 to 1."""
    return np.asarray((steps - steps[0]) / max(steps[-1] - steps[0], 1.0))


def highest_likely_end(train: Trend[TrainLoss]) -> float:
    """Return the most that training may cost at its end where a few single batches are all that shows it; 0 otherwise.

    Losses of batches have long tails, so that the middle one of a few lies far below their mean: last values of a
    progress bar, one an epoch.
    """
    late = train.series.values[len(train) // 2 :]
    if len(late) > FEW or train.noise < SCATTERED * abs(train.end):
        return 0.0
    return float(late.mean() + 2 * late.std() / np.sqrt(len(late)))


def evaluated_beside(run: Run, gap: Gap) -> Series | None:
    """Return another training loss that is evaluated with validation, as nanoGPT logs one; None without it."""
    val, own = gap.val.series, gap.train.series.name
    beside = (one.finite for one in run.all(TrainLoss) if one.axis is val.axis and one.name != own)
    return next((one for one in beside if np.array_equal(one.steps, val.steps)), None)


def evaluated_end(run: Run, gap: Gap) -> float:
    """Return where a training loss ends that is evaluated with validation; 0 without it."""
    found = evaluated_beside(run, gap)
    return 0.0 if found is None else median(found.values[-max(1, round(END_SHARE * len(found))) :])
