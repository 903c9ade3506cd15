"""How far a training loss has risen above its start, and above its lowest level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from logdoctor.run import Axis
from logdoctor.run.roles import TrainLoss, ValLoss, ValMetric
from logdoctor.signals import ChanceLevels, Explosion, Trend
from logdoctor.signals.stability.explosion import held_out_lost, start_of
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.smoothing import SMOOTHED
from logdoctor.wording import apart, number, percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEARLY_ALL = 0.1
"""Quantile of the last fifth of the level that must lie above: one block in ten may fall below by chance."""

CLIMB = 5
"""Parts of what follows the lowest level whose medians come in rising order by chance once in 120 times."""

AS_FAST = 1.5
"""Longest time that the upper half of a climb takes, in units of that of the quarter below it: an exponential takes as
long for both, a straight line twice as long for the half. What is raised by plan, as the weight of a term or the share
of hard data, seldom outruns a line."""

HALF_AGAIN = 1.5
"""End in units of the lowest from which a log that begins late shows a loss that is lost: of how much was learnt before
its first value it knows nothing."""

PLAIN_TO_SEE = 0.1
"""Last loss as a share of the first, from which a rise by decades matters: below it, what rises is almost zero."""

HALF = 0.5
"""Part of a rise that is enough where two curves show it."""

HARDLY = 0.1
"""Part of a rise by which the value before the last may lie above those before it by chance."""

KEPT = 0.05
"""Share of its best that a validation metric may lose and still be as good as ever: it wavers by as much."""

NOISE = 4.0
"""The same in units of the noise of its level, as for `overfitting`."""

IN_ORDER, ONE_WAY = 7, 3
"""Values that by chance hardly ever come in the order of a valley, and moves that each of its sides has."""

SEEN = 2
"""Evaluations that a model must have passed after training rose."""


@dataclass(frozen=True)
class Rise:
    """The end of a training loss, compared with its start and with its minimum."""

    train: Trend[TrainLoss]
    val: Trend[ValLoss] | None
    metric: Trend[ValMetric] | None
    chance: ChanceLevels

    @cached_property
    def start(self) -> float:
        """Where training began, or where an untrained network would."""
        return start_of(self.train, self.val, self.chance)

    @property
    def held_out_lost(self) -> Explosion | None:
        """The explosion that training came back from, where validation ends far above its start; else None."""
        return None if self.val is None else held_out_lost(self.train, self.val, self.chance)

    @property
    def lowest(self) -> float:
        """The lowest level that training reached."""
        return self.train.reached

    @property
    def gained(self) -> float:
        """How far it had fallen by then."""
        return self.train.start - self.lowest

    @property
    def above_lowest(self) -> float:
        """How far its end lies above its lowest."""
        return self.train.end - self.lowest

    @property
    def above_start(self) -> float:
        """How far its end lies above its start."""
        return self.train.end - self.start

    @cached_property
    def stays_above(self) -> float:
        """The level that nearly all of the last fifth of the run lies above."""
        last_fifth = self.train.level[-max(1, len(self.train.level) // 5) :]
        return float(np.quantile(last_fifth, NEARLY_ALL))

    @property
    def _since_lowest(self) -> NDArray[np.float64]:
        """(b,) the level from where it is lowest on."""
        return self.train.level[int(np.argmin(self.train.level)) :]

    @property
    def highest_since(self) -> float:
        """The highest that the level has been since."""
        return float(self._since_lowest.max())

    @cached_property
    def climbs(self) -> bool:
        """Whether its level makes the rise step by step, from part to part: what runs away is high only in the end."""
        level = self._since_lowest
        if len(level) < 2 * CLIMB:
            return False
        medians = np.array([median(part) for part in np.array_split(level, CLIMB)])
        return bool((np.diff(medians) > 0).all()) and float(np.ptp(medians)) >= HALF * self.above_lowest

    @cached_property
    def runs_away(self) -> bool:
        """Whether it climbs ever faster, and no metric of validation says that the model is as good as ever."""
        if not self.climbs or self._keeps_metric(self.lowest + HALF * self.above_lowest):
            return False
        since = self._since_lowest
        heights = since[0] + np.ptp(since) * np.array([HALF / 2, HALF])
        quarter, half = (int(np.argmax(since >= height)) for height in heights)
        whole = int(np.argmax(since))
        return whole - half <= AS_FAST * (half - quarter)

    @property
    def is_last_value_alone(self) -> bool:
        """Whether of a few batches only the very last one lies high: the next may lie where the others do."""
        if self.train.series.axis is Axis.EPOCH or len(self.train) >= 2 * SMOOTHED:
            return False
        values: list[float] = self.train.series.values.tolist()
        *others, before, last = values
        rise, usual = last - self.lowest, max(others[len(others) // 2 :], default=before)
        return before - usual <= HARDLY * rise and before - self.lowest < HALF * rise

    @property
    def start_is_known(self) -> bool:
        """Whether the start is more than a single batch, which may have been easy."""
        return self.train.series.axis is Axis.EPOCH or self.start < self.train.initial

    @property
    def start_is_logged(self) -> bool:
        """Whether the start is a level of the log, not that of guessing, which comes before what was logged."""
        return self.start == self.train.initial

    @property
    def _begins_higher(self) -> bool:
        """Whether the very first values lie above the end, though what soon follows them lies below."""
        return self.train.first > self.train.end

    @property
    def levels(self) -> dict[str, float]:
        """Where it began, where it was lowest if that is lower, where it ends, and the noise, each with its name."""
        began = {
            ("early level" if self._begins_higher else "start") if self.start_is_logged else "guessing": self.start
        }
        fell = {"lowest level": self.lowest} if self.lowest < self.start else {}
        return {**began, **fell, "end": self.train.end, "noise": self.train.noise}

    @property
    def validation_falls(self) -> bool:
        """Whether validation has fallen, and ends near its lowest."""
        return self.val is not None and self.val.ends_lowest and self.val.end < self.val.first

    def beyond_start(self, share: float, z: float, *, whatever_noise: bool) -> float:
        """Return the margin (1 and above counts) by which it ends above its start; 0 where it does not.

        The rise must exceed a share of the start, and `z` standard errors of the level, unless it is so large that
        noise does not matter.
        """
        least = share * abs(self.start)
        if not (self.stays_above > self.start and self.above_start >= least > 0):
            return 0.0
        sure = self.train.beyond_noise(self.above_start, z, share)
        return min(self.above_start / least, sure) if sure >= 1 or (whatever_noise and self.start_is_known) else 0.0

    def beyond_gain(self, share: float, least_gain: float, z: float) -> float:
        """Return the margin (1 and above counts) by which it lost what it had gained; 0 where it did not.

        It must lose this share of the gain, by `z` times the noise; half as much where validation loses it as well, or
        where none is logged and it climbs ever faster. A gain below `least_gain` of the start is none to lose, and
        where validation ends lowest, nothing is lost.
        """
        sure, gained = surely_risen(self.train, self.val), self.gained
        if is_valley(self.train.series.values):
            sure = max(sure, z)
        alone = self.val is None and self.runs_away
        part = HALF if alone or gives_back(self.train, self.val, share, z) else 1.0
        stays = self.climbs or self.stays_above - self.lowest >= part * share / 2 * gained
        given_back = self.above_lowest >= part * share * gained and stays and sure >= part * z
        if not given_back or not gained >= least_gain * abs(self.start) > 0 or self.validation_falls:
            return 0.0
        if begins_late(self.train.series) and self.train.end < HALF_AGAIN * self.lowest:
            return 0.0
        return min(self.above_lowest / (share * gained), sure / z) / part

    def message(self, onset: str, lost: str) -> str:
        """Say from where to where it rises, from which step on, and what that comes to where it had fallen before."""
        lowest = number(min(self.lowest, self.start))
        start, end = apart(self.start, self.train.end)
        guessing = "" if self.start_is_logged or lowest != number(self.start) else " (guessing)"
        early = f"above the {start} that it had early on" if self._begins_higher else f"above its start of {start}"
        above = early if self.start_is_logged else f"above the {start} of guessing"
        so_far = "" if lowest == number(self.start) else f", {lost or above}"
        return f"rises from {lowest}{guessing} to {end}, beginning at {onset}{so_far}"

    def what_is_lost(self, *, in_decades: bool) -> str:
        """Return a clause about how much was lost; empty where that is more than was ever gained."""
        if in_decades:
            return f"{number(self.train.end / self.lowest)} times its lowest"
        lost = self.above_lowest / self.gained
        return f"and loses {percent(lost)} of what it had gained" if lost < 1 else ""

    def beyond_decades(self, times: float, share: float, z: float) -> float:
        """Return how many factors of `times` it ends above its lowest, in logarithms; 0 where it lost less.

        A regression loss that falls by decades can lose nearly all it had learnt and still end far below its start. It
        must lose this share of its decades, and by more than noise, end at a tenth of its start or above, and not keep
        validation as good as ever.
        """
        low, end = self.lowest, self.train.end
        if not (end >= PLAIN_TO_SEE * self.train.start > 0 and low > 0 and end >= times * low):
            return 0.0
        middle = low * (end / low) ** HALF
        lost = np.log(end / low) >= share * np.log(self.train.start / low)
        sure = (self.climbs or self.stays_above >= middle) and self.above_lowest >= z * self.train.level_noise
        if not (lost and sure) or self.validation_falls or self._keeps_metric(middle):
            return 0.0
        return float(np.log(end / low) / np.log(times))

    def _keeps_metric(self, height: float) -> bool:
        """Whether a metric of validation ends near its best, measured after training had risen to a height."""
        metric = self.metric
        if metric is None or not is_measured_since(metric, self.train, height):
            return False
        best = float(metric.level.max())
        return best - metric.end <= max(KEPT * abs(best), NOISE * metric.level_noise)


def is_valley(values: NDArray[np.float64]) -> bool:
    """Whether each value lies below the one before down to the lowest, and each later one above the one before.

    Of seven values in any order, one in eighty times does; few values show no noise to compare a rise with.
    """
    lowest, moves = int(np.argmin(values)), np.diff(values)
    either_side = min(lowest, len(values) - 1 - lowest)
    strict = bool((moves[:lowest] < 0).all() and (moves[lowest:] > 0).all())
    return strict and either_side >= ONE_WAY and len(values) >= IN_ORDER


def surely_risen(train: Trend[Any], val: Trend[Any] | None) -> float:
    """Return the z-score of the rise of a training loss from its lowest level to its end.

    A validation loss that rose as well adds to it, at most as much again: the noise of the two is independent.
    """
    z = max((train.end - train.reached) / max(train.noise, 1e-300), train.sure_rise)
    if val is None or val.end <= val.first:
        return z
    return float(np.hypot(z, min(z, (val.end - min(val.first, val.best)) / max(val.noise, 1e-300))))


def gives_back(train: Trend[Any], val: Trend[Any] | None, share: float, z: float) -> bool:
    """Whether validation gained that share of what training did, and lost that share of it, by `z` times its noise.

    Validation is smooth where batch noise may hide how much training loses.
    """
    if val is None or train.start - val.best < share * (train.start - train.reached):
        return False
    return val.end - val.best >= max(share * (train.start - val.best), z * val.noise) > 0


def is_measured_since(held_out: Trend[Any], train: Trend[TrainLoss], height: float) -> bool:
    """Whether a held-out curve has SEEN values after training last rose to a height."""
    high = train.level >= height
    risen = train.steps[np.flatnonzero(np.diff(high, prepend=False) & high)[-1]]
    return held_out.series.axis is train.series.axis and int((held_out.series.steps >= risen).sum()) >= SEEN
