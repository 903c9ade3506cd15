"""How far a training loss has risen: above where it began, and above its lowest level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from logdoctor.run import Axis, Run
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainComponentLoss, TrainLoss, ValLoss, ValMetric
from logdoctor.signals import Trend
from logdoctor.signals.data.epoch_starts import epoch_starts
from logdoctor.signals.statistics.trend import gives_back, surely_risen, trend_or_none
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

_BOXES = frozenset({"box", "bbox", "boxes"})

HARDER = 50.0
"""Times the first training loss that validation may begin at, and training rise to; more is an explosion."""

LEARNT = 0.5
"""Validation at its end as a share of its first value, up to which the model has learnt, whatever training did."""

EASY = 0.5
"""First training loss as a share of that value, and of its own highest, up to which training began with easy examples.
"""

RISES = 0.2
"""What validation may rise in between, as a share of its fall: it is measured on the same examples throughout."""

AT_ONCE = 0.6
"""Share of its fall that validation may make from one evaluation to the next: more is a model that comes back."""

SEEN = 2
"""Evaluations that a model must have passed since training rose: the last of a log may come just before it."""


def data_got_harder(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> bool:
    """Whether training rose with its data, as in a curriculum, and not with the model.

    It begins far below validation, which falls all along, and at its worst it is no worse than validation was at first:
    a model that is thrown up takes validation with it, where that is measured afterwards.
    """
    if val is None or not val.ends_lowest or not 0 < val.end <= LEARNT * val.first:
        return False
    moves, fall = np.diff(val.level), val.first - val.end
    steady = float(np.maximum(moves, 0.0).sum()) <= RISES * fall and -float(moves.min(initial=0.0)) <= AT_ONCE * fall
    began_easy = train.first <= EASY * min(val.first, float(train.series.values.max()))
    within = float(train.level.max()) <= val.first <= HARDER * train.first
    half_way = float(train.level.min() + HALF * np.ptp(train.level))
    return steady and began_easy and within and _is_measured_since(val, train, half_way)


def counts_more_boxes(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether a detector's loss rose as more of its boxes matched an object, and has come down below its start since.

    A term of the boxes, which is taken over those that match, rises with the sum, by more than its noise.
    """
    named = (one for one in run.all(TrainComponentLoss) if _BOXES & set(words(one.name)))
    terms = [one for one in map(trend_or_none, named) if one is not None]
    rose = any(one.level.max() - one.first > NOISE * one.level_noise for one in terms)
    return rose and train.end < train.start


def _is_measured_since(held_out: Trend[Any], train: Trend[TrainLoss], height: float) -> bool:
    """Whether something of validation was measured after training had last risen to a height."""
    high = train.level >= height
    risen = train.steps[np.flatnonzero(np.diff(high, prepend=False) & high)[-1]]
    return held_out.series.axis is train.series.axis and int((held_out.series.steps >= risen).sum()) >= SEEN


OF_TWO = 2
"""Beginnings of epochs in a log of one that ends and one that begins."""

FEW = 5
"""Values of an epoch below which they are its beginning: what is learnt by heart costs more there each time anew."""


def only_begins_epoch(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether all that has risen are the few values since an epoch began, whose like the log has of no other one.

    The log begins within an epoch, the loss rises at once with the new one, and no further. In the first epoch of a
    run, nothing can be learnt by heart.
    """
    series = train.series
    starts = next((cut.starts for cut in epoch_starts(series, run) if cut.known_from.endswith("is logged")), None)
    if starts is None or len(starts) != OF_TWO or series.first_step <= np.median(np.diff(series.steps)):
        return False
    begun, values = int(starts[-1]), series.values
    at_once = bool(values[begun - 1] < train.initial and values[-1] <= values[begun])
    return at_once and len(series) - begun < FEW <= begun


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
    def start_is_logged(self) -> bool:
        """Whether the start is a level of the log, not that of guessing, which comes before what was logged."""
        return self.start == self.train.initial

    @property
    def levels(self) -> dict[str, float]:
        """Where it began, where it was lowest if that is lower, and where it ends, each with its name."""
        began = {"start" if self.start_is_logged else "guessing": self.start}
        fell = {"lowest level": self.lowest} if self.lowest < self.start else {}
        return {**began, **fell, "end": self.train.end}

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

    def told(self, onset: str, lost: str) -> str:
        """Say from where to where it rises, from which step on, and what that comes to where it had fallen before."""
        lowest, start = number(min(self.lowest, self.start)), number(self.start)
        guessing = "" if self.start_is_logged or lowest != start else " (guessing)"
        above = f"above its start of {start}" if self.start_is_logged else f"above the {start} of guessing"
        so_far = "" if lowest == start else f", {lost or above}"
        return f"rises from {lowest}{guessing} to {number(self.train.end)}, beginning in {onset}{so_far}"

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
        if metric is None or not _is_measured_since(metric, self.train, height):
            return False
        best = float(metric.level.max())
        return best - metric.end <= max(KEPT * abs(best), NOISE * metric.level_noise)
