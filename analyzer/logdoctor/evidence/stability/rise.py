"""How far a training loss has risen: above where it began, and above its lowest level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from logdoctor.run import Axis
from logdoctor.run.roles import TrainLoss, ValLoss, ValMetric
from logdoctor.signals import Trend
from logdoctor.wording import number, percent

NEARLY_ALL = 0.1
"""Quantile of the last fifth of the level above which it stays: one block in ten may fall below by chance."""

PLAIN_TO_SEE = 0.1
"""Loss at the end as a share of its start, from which a rise by decades is no play of what is next to nothing."""

HALF = 0.5
"""Part of a rise that is enough where two losses show it."""

KEPT = 0.05
"""What a metric of validation may lose of its best, as a share of it, and be as good as ever: it wavers by as much."""

NOISE = 4.0
"""The same in units of the noise of its level, as for `overfitting`."""


SEEN = 2
"""Evaluations that a model must have passed since training rose: the last of a log may come just before it."""


@dataclass(frozen=True)
class Rise:
    """A training loss at its end, beside where it began and where it was lowest."""

    train: Trend[TrainLoss]
    val: Trend[ValLoss] | None
    start: float
    """Where training began, or where an untrained network would."""
    metric: Trend[ValMetric] | None = None

    @property
    def lowest(self) -> float:
        """The lowest level that training reached."""
        return self.train.reached

    @property
    def gained(self) -> float:
        """How far it fell until then."""
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
        """What nearly all of the last fifth of the run lies above."""
        last_fifth = self.train.level[-max(1, len(self.train.level) // 5) :]
        return float(np.quantile(last_fifth, NEARLY_ALL))

    @property
    def start_is_known(self) -> bool:
        """Whether the start is no single batch that happened to be easy."""
        return self.train.series.axis is Axis.EPOCH or self.start < self.train.initial

    @property
    def validation_falls(self) -> bool:
        """Whether validation has fallen, and ends near its lowest."""
        return self.val is not None and self.val.ends_lowest and self.val.end < self.val.first

    def beyond_start(self, share: float, z: float, *, whatever_noise: bool) -> float:
        """Return how far it ends above its start, in units of a share of it and of its noise; 0 where it is no rise.

        Neither is one that may be noise, unless it is so large that noise does not matter.
        """
        least = share * abs(self.start)
        if not (self.stays_above > self.start and self.above_start >= least > 0):
            return 0.0
        sure = self.train.beyond_noise(self.above_start, z, share)
        return min(self.above_start / least, sure) if sure >= 1 or (whatever_noise and self.start_is_known) else 0.0

    def beyond_gain(self, share: float, least_gain: float, z: float) -> float:
        """Return how much it gave back of what it gained, in units of a share of it and of noise; 0 where less.

        Half as much is enough where validation gives it back as well. What gained less than a share of its start has
        nothing to give back, and where validation ends lowest, nothing is lost.
        """
        sure, gained = surely_risen(self.train, self.val), self.gained
        part = HALF if gives_back(self.train, self.val, share, z) else 1.0
        stays = self.stays_above - self.lowest >= part * share / 2 * gained
        given_back = self.above_lowest >= part * share * gained and stays and sure >= part * z
        if not given_back or not gained >= least_gain * abs(self.start) > 0 or self.validation_falls:
            return 0.0
        return min(self.above_lowest / (share * gained), sure / z) / part

    def what_is_lost(self, *, in_decades: bool) -> str:
        """Say how much was given back; nothing where that is more than was ever gained."""
        if in_decades:
            return f"{number(self.train.end / self.lowest)} times its lowest"
        lost = self.above_lowest / self.gained
        return f"and loses {percent(lost)} of what it had gained" if lost < 1 else ""

    def beyond_decades(self, times: float, share: float, z: float) -> float:
        """Return by how many orders of so many times it ends above its lowest; 0 where less of its decades is lost.

        A loss that falls by decades, as of a regression, can lose nearly all of what it had learnt and be far below its
        start still. Neither is one that may be noise, nor one that is next to nothing beside its start, nor one beside
        which validation is as good as ever.
        """
        low, end = self.lowest, self.train.end
        if not (end >= PLAIN_TO_SEE * self.train.start > 0 and low > 0 and end >= times * low):
            return 0.0
        middle = low * (end / low) ** HALF
        lost = np.log(end / low) >= share * np.log(self.train.start / low)
        sure = self.stays_above >= middle and self.above_lowest >= z * self.train.level_noise
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


def surely_risen(train: Trend[Any], val: Trend[Any] | None) -> float:
    """Return the rise of a training loss from its lowest level to its end in units of noise.

    A validation loss that rose as well bears it out: what is noise of one is none of the other. It counts as much as
    training does, at most.
    """
    z = max((train.end - train.reached) / max(train.noise, 1e-300), train.sure_rise)
    if val is None or val.end <= val.first:
        return z
    return float(np.hypot(z, min(z, (val.end - min(val.first, val.best)) / max(val.noise, 1e-300))))


def gives_back(train: Trend[Any], val: Trend[Any] | None, share: float, z: float) -> bool:
    """Whether validation, having gained that share of what training did, gives it back, by so much of its noise.

    It is smooth where batch noise may hide how much training gives back.
    """
    if val is None or train.start - val.best < share * (train.start - train.reached):
        return False
    return val.end - val.best >= max(share * (train.start - val.best), z * val.noise) > 0


def is_measured_since(held_out: Trend[Any], train: Trend[TrainLoss], height: float) -> bool:
    """Whether something of validation was measured after training had last risen to a height."""
    high = train.level >= height
    risen = train.steps[np.flatnonzero(np.diff(high, prepend=False) & high)[-1]]
    return held_out.series.axis is train.series.axis and int((held_out.series.steps >= risen).sum()) >= SEEN
