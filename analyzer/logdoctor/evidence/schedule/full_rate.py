"""What a learning rate that is full from the first step on does to a loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logdoctor.evidence.schedule.first_values import usual_leap
from logdoctor.evidence.schedule.warm_up import warmed_sibling
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Sibling, Siblings, Trend
from logdoctor.wording import number, place


@dataclass(frozen=True)
class FullRateThresholds:
    """Thresholds of missing-warmup, which says what each means and where it comes from."""

    full: float
    early: float
    overshoot: float
    min_z: float
    once: float
    sibling_share: float


@dataclass(frozen=True)
class FullRateEffect:
    """What the loss did."""

    said: str
    """As a clause."""
    peak: float
    """The highest early loss; the end, where only a sibling shows that more was to be had."""
    until: int
    """The last step of the beginning."""
    last_step: int
    """The last step at which it shows."""
    warmed: Sibling | None
    """A sibling with a warm-up that ends far lower."""
    is_measured: bool = True
    """Whether it is more than a burst of the gradient that says so."""


def effect_of_full_rate(
    train: Trend[TrainLoss], siblings: Siblings, came_down: str, thresholds: FullRateThresholds
) -> FullRateEffect | None:
    """Return an early overshoot, a start that came down at once, or less learnt than by a sibling with a warm-up.

    `came_down` is what the gradient says of a start that came down at once.
    """
    series, last = train.series, max(3, round(thresholds.early * len(train)))
    until, peak = int(series.steps[last]), float(series.values[: last + 1].max())
    warmed = warmed_sibling(train, siblings, full=thresholds.full, share=thresholds.sibling_share)
    if (high := _overshoot(train, last, thresholds)) is not None:
        said = f"goes from {number(train.first)} to {number(peak)} at {place(series, int(series.steps[high]))}"
        return FullRateEffect(said, peak, until, until, warmed)
    if came_down:
        said = f"begins at {number(peak)} and comes down at once; {came_down}"
        return FullRateEffect(said, peak, until, until, warmed, is_measured=False)
    if warmed is not None:
        said = f"goes from {number(train.first)} to {number(train.end)} at the end"
        return FullRateEffect(said, train.end, until, series.last_step, warmed)
    return None


def _overshoot(train: Trend[TrainLoss], last: int, thresholds: FullRateThresholds) -> int | None:
    """Return the index of an early value far above the start, the like of which does not come again soon."""
    values = train.series.values
    high = int(np.argmax(values[: last + 1]))
    start = max(train.first, float(np.median(values[last + 1 : 2 * last + 1])))  # one low first value is no start
    rise, fall = float(values[high]) - start, train.first - train.end
    if fall <= 0 or rise < thresholds.overshoot * fall or rise < thresholds.min_z * train.noise:
        return None
    is_usual = np.log(values[high] / start) < thresholds.once * usual_leap(train, last, abs(start))
    return None if is_usual else high
