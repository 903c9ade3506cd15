"""Whether and why a loss falls slowly: the learning rate, the batch size, the scale of the data, or weight decay."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import (
    accuracies,
    accuracy_of_guessing,
    best_accuracy,
    better_than_guessing,
    end_accuracy,
    first_accuracy,
)
from logdoctor.evidence.optimization.stuck import told
from logdoctor.evidence.optimization.unit_scale import far_from_unit, outputs_too_large
from logdoctor.evidence.rates import rate_too_low
from logdoctor.evidence.told_by_settings import few_updates, strong_regularisation
from logdoctor.finding import Cause, likely_if
from logdoctor.run import Axis, Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Hyperparameters, Schedule, Siblings, Trend, is_rate
from logdoctor.signals.schedule.elapsed import elapsed, elapsed_of_cosine, has_not_levelled_off, late_pace
from logdoctor.signals.settings.hyperparameters import BATCH_SIZE
from logdoctor.signals.settings.learning_rate import setting_words
from logdoctor.wording import number

FAR_SMALLER, LOWER = 4.0, 0.9
"""How many times smaller another run's batch is, and where its loss ends as a share of this one's, from which the
batch is what slows this one down."""


NO_TRIAL = 4
"""Evaluations from which a run is no trial that was broken off, though nothing says that it is over."""


RISES, FALLS = 2.0, 0.99
"""Last rate in units of the first from which a schedule warms up, where it ends at its peak; and in units of that peak
below which it falls."""

TIMES = 2.0
"""Times that the best accuracy may be that of guessing where a classifier has barely begun."""


@dataclass(frozen=True)
class SlowFall:
    """A training loss that may fall too slowly."""

    train: Trend[TrainLoss]
    shown: Trend[TrainLoss] | Trend[ValLoss]
    """The curve that shows how it falls: validation, where the noise of batches hides it from training."""
    schedule: Schedule | None

    @property
    def left(self) -> float:
        """The end as a share of the start, of the curve of which less is left."""
        return min(one.end / max(one.start, 1e-300) for one in (self.train, self.shown))

    @property
    def rate_falls(self) -> bool:
        """Whether a rate is logged that ends below its peak."""
        return self.schedule is not None and bool(self.schedule.rates[-1] < FALLS * self.schedule.peak)

    @property
    def rate_warms_up(self) -> bool:
        """Whether a rate is logged that is warming up when the log ends."""
        if self.schedule is None:
            return False
        rates, peak = self.schedule.rates, self.schedule.peak
        return bool(rates[-1] >= FALLS * peak > RISES * rates[0])

    def hardly_moved(self, share: float) -> bool:
        """Whether both curves end at that share of their start or above, as far as their noise tells."""
        return all(one.end > share * one.start - 2 * one.noise for one in (self.train, self.shown))

    def pace(self, max_bend: float) -> float:
        """Return the slope at two thirds of all learning in units of that at one third: 1 for a straight line."""
        return late_pace(self.shown, elapsed(self.shown, self.schedule), max_bend)

    def pace_under_cosine(self, max_bend: float) -> float:
        """Return the same as it is if the rate went down by a cosine that was not logged."""
        return late_pace(self.shown, elapsed_of_cosine(self.shown, self.train), max_bend)

    def keeps_falling_in(self, val: Trend[ValLoss]) -> bool:
        """Whether both losses fall to their end about as fast as before, at a rate that does not fall."""
        return not self.rate_falls and has_not_levelled_off(self.train, val)


def has_barely_begun(run: Run, train: Trend[TrainLoss], better: float, epochs: float) -> bool:
    """Whether a classifier is after many epochs about as often right as it would be by guessing.

    `better` is the way from guessing to being always right up to which it is. One that is as often right as at first
    has not begun at all, and one that tells a hundred classes apart eight times as often as a guess knows a lot.
    """
    logged = len(train) if train.series.axis is Axis.EPOCH else 0
    begun = any(end_accuracy(one) > first_accuracy(one) for one in accuracies(run))
    knows_little = better_than_guessing(run) <= better and best_accuracy(run) <= TIMES * accuracy_of_guessing(run)
    return begun and logged >= epochs and knows_little


def shown_by(
    train: Trend[TrainLoss], val: Trend[ValLoss] | None, seen: float, min_z: float
) -> Trend[TrainLoss] | Trend[ValLoss]:
    """Return the curve that shows how a run falls: validation, where the noise of batches hides it from training.

    `seen` is the part of the fall that validation must see: the first evaluation may come after most of it. `min_z` is
    the fall in units of its standard error from which training shows it well.
    """
    if val is None or train.sure_fall >= min(min_z, val.sure_fall):
        return train
    return val if val.start - val.end + train.noise >= seen * (train.start - train.end) else train


def is_no_trial(val: Trend[ValLoss] | None) -> bool:
    """Whether a run was evaluated so often that it was meant to be looked at."""
    return val is not None and len(val) >= NO_TRIAL


def slow_causes(
    series: Series, train: Trend[TrainLoss], settings: Hyperparameters, siblings: Siblings, near_its_end: str
) -> tuple[Cause, ...]:
    """Return the causes, the likely first, of a series that falls without levelling off.

    `near_its_end` is what says that a model is fine-tuned with small steps on purpose, where something does.
    """
    few = few_updates(series, settings) or smaller_batch(siblings, train.end)
    unscaled, large = far_from_unit(train.end, settings), outputs_too_large(settings.run, train.end)
    return ranked(
        rate_too_low(
            siblings,
            likely_if(not (few or unscaled or near_its_end or large)),
            pro=["the fall does not level off"],
            contra=[near_its_end, large],
        ),
        told("over-regularised", strong_regularisation(settings)),
        told("data-not-normalised", unscaled) if unscaled else because("data-not-normalised"),
        told("batch-too-large", few),
    )


def smaller_batch(siblings: Siblings, end: float) -> str:
    """Say which run of the same rate ends lower with a batch that is far smaller, or nothing."""
    for one in siblings:
        mine, theirs = next((pair for name, pair in one.differs.items() if setting_words(name) in BATCH_SIZE), (0, 0))
        if any(map(is_rate, one.differs)) or not isinstance(mine, int | float) or not isinstance(theirs, int | float):
            continue
        if 0 < theirs * FAR_SMALLER <= mine and one.train.end < LOWER * end:
            ends = f"ends at a training loss of {number(one.train.end)}"
            return f"sibling run {one.run.name}, with a batch of {theirs:g} instead of {mine:g}, {ends}"
    return ""
