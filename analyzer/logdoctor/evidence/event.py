"""The moment at which a loss breaks: what the log shows just before it, at it and after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from logdoctor.run import Axis, Role, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.notice import RESTART
from logdoctor.run.roles import (
    GradNorm,
    LearningRate,
    Loss,
    LossScale,
    TrainError,
    TrainMetric,
    ValError,
    ValLoss,
    ValMetric,
)
from logdoctor.run.text_event import RESUMED
from logdoctor.signals import Hyperparameters, Schedule, Siblings, Spike
from logdoctor.signals.trend import SMOOTHED, Trend, block_medians, block_size, running_median
from logdoctor.wording import number, place

if TYPE_CHECKING:
    from numpy.typing import NDArray

R = TypeVar("R", bound=Role)

LOOK_BACK = 20
"""Values just before an event that say what was usual."""

WINDOW_SHARE = 0.05
"""Share of the points before an event that still is "just before" it: a warm-up lasts 1 to 5 % of a run."""

UNEVEN = 3.0
"""Largest loss of late batches in units of the usual one, from which they are uneven: those of sound data differ by
half, and of a small loss that comes from a few rows by threefold and more."""

GROWTH = 2.0
"""Factor above the usual from which a value has risen; ordinary batch noise stays below a factor of two."""

RUN_UP = 3
"""Points over which something must have risen for it not to have come at once."""

LEARNT = 0.2
"""Fall before an event, as a share of the start, from which a run had learnt something that it could lose."""

NORM_JUMP = 10.0
"""Factor above the usual from which one gradient norm stands out: OLMo-core skips at six sigma, far below."""

CAPPED = 0.02
"""Share of the highest norm within which a tenth of all norms lies when they were logged after clipping."""

EXPLODES = 1e3
"""Factor by which a loss outgrows its start within some updates only where every update overshoots."""

RATE_JUMP = 2.0
"""Factor between neighbouring logged rates from which the rate jumped; ramps of a warm-up rise from the start."""

OF_CLASSES = frozenset("acc accuracy accuracies top1 top5 err error f1 auc auroc precision recall".split())
"""Words of metrics that only a choice among classes has."""


class Kind(StrEnum):
    """How a loss breaks."""

    NON_FINITE = "non-finite"
    RISE = "rise"
    """It rises for good."""
    JUMP = "jump"
    """It jumps and comes back, or begins to."""


@dataclass(frozen=True)
class RateJump:
    """A learning rate that went up from one logged value to the next."""

    step: int
    before: float
    after: float
    returns: bool
    """Whether it had decayed and is back near its highest: what a fresh schedule does."""


@dataclass(frozen=True, eq=False)
class Event:
    """One moment of a run and what lies around it."""

    run: Run = field(repr=False)
    settings: Hyperparameters = field(repr=False)
    siblings: Siblings = field(repr=False)
    kind: Kind
    series: Series
    """The curve that breaks, every value of it."""
    onset: int
    """Index of the first point that belongs to the event."""
    index: int
    """Index of the point where it is broken: equal to `onset` where it comes at once."""
    back_after: int | None = None
    """Points until the loss is back, None where it never is."""

    @cached_property
    def step(self) -> int:
        """The step where it is broken."""
        return int(self.series.steps[self.index])

    @cached_property
    def onset_step(self) -> int:
        """The step at which it begins."""
        return int(self.series.steps[self.onset])

    @property
    def run_up(self) -> int:
        """Points from the onset to the break."""
        return self.index - self.onset

    @cached_property
    def before(self) -> NDArray[np.float64]:
        """The finite values before the onset."""
        values = self.series.values[: self.onset]
        return values[np.isfinite(values)]

    @cached_property
    def first(self) -> float | None:
        """Where the loss began, None where its first value is the event."""
        if not len(self.before):
            return None
        few = len(self.before) < LOOK_BACK or self.averages  # batch noise calls for more than one value
        return float(np.median(self.before[: 1 if few else RUN_UP]))

    @cached_property
    def level(self) -> float | None:
        """The usual value just before the onset."""
        last = min(LOOK_BACK, max(RUN_UP, len(self.before) // 4))
        return float(np.median(self.before[-last:])) if len(self.before) else None

    @cached_property
    def uneven(self) -> bool:
        """Whether batches just before the onset differ as where a few answers are wrong with certainty."""
        last = self.before[-10 * LOOK_BACK :]
        last = last[len(last) // 3 :]
        return len(last) > RUN_UP and float(last.max()) >= UNEVEN * abs(float(np.median(last)))

    @cached_property
    def highest(self) -> float:
        """The highest finite value at or after the onset, up to the break and some points after it."""
        values = self.series.values[max(self.onset - 1, 0) : self.index + LOOK_BACK]
        finite = values[np.isfinite(values)]
        return float(np.abs(finite).max()) if len(finite) else np.inf

    @cached_property
    def learnt(self) -> bool:
        """Whether the loss had fallen before the event, over more than a value or two."""
        if self.first is None or len(self.before) <= (0 if self.averages else RUN_UP):
            return False
        block = block_size(len(self.before))
        width = SMOOTHED if len(self.before) > SMOOTHED else 1
        level = block_medians(self.before, block) if block > 1 else running_median(self.before, width)
        return self.first - float(level.min()) >= LEARNT * abs(self.first)

    @property
    def averages(self) -> bool:
        """Whether each value is that of an epoch, within which a loss may rise unseen."""
        return self.series.axis is Axis.EPOCH

    @property
    def begins_late(self) -> bool:
        """Whether updates had been made before the first value: the first loss is not that of the initial weights."""
        return self.averages or int(self.series.steps[0]) > 1

    @property
    def at_once(self) -> bool:
        """Whether it comes out of a quiet curve, without a rise over several points before it."""
        return self.run_up < RUN_UP and len(self.before) > (1 if self.averages else RUN_UP)

    # The learning rate.

    @cached_property
    def rates(self) -> Series | None:
        """The finite logged rates on the axis of the loss, None where there are fewer than two."""
        found = self._beside(LearningRate)
        return found.finite if found is not None and len(found.finite) > 1 else None

    @cached_property
    def schedule(self) -> Schedule | None:
        """The logged rate as a schedule."""
        return Schedule(self.rates) if self.rates is not None else None

    @cached_property
    def rate_jump(self) -> RateJump | None:
        """The largest jump up of the rate just before the event, if any."""
        if self.rates is None:
            return None
        steps, rates = self.rates.steps, self.rates.values
        earliest = int(self.series.steps[max(0, self.onset - max(RUN_UP, int(WINDOW_SHARE * self.onset)))])
        before, after = rates[1:-1], rates[2:]
        near = (steps[2:] >= earliest) & (steps[2:] <= self.step)
        jumps = near & (after >= RATE_JUMP * before) & (before > 0) & (before <= rates[:-2])  # a ramp rises before, too
        if not jumps.any():
            return None
        at = int(np.argmax(np.where(jumps, after / np.where(before > 0, before, 1.0), 0.0))) + 2
        peak = float(rates[: at - 1].max())
        returns = peak >= RATE_JUMP * rates[at - 1] and rates[at] <= RATE_JUMP * peak
        return RateJump(int(steps[at]), float(rates[at - 1]), float(rates[at]), returns)

    @cached_property
    def restarted(self) -> bool:
        """Whether the log says that the run was resumed just before the event."""
        if any(one.kind == RESUMED and one.step is not None and self._near(one.step) for one in self.run.events):
            return True
        raw = self.run.find(self.series.role)
        rewound = raw is not None and any(self._near(int(raw.steps[at])) for at in raw.rewinds)
        # A writer that starts again and voids what it had written leaves no step, only its word.
        return rewound or (self.rate_jump is not None and any(one.kind == RESTART for one in self.run.notices))

    def _near(self, step: int) -> bool:
        reach = max(RUN_UP, int(WINDOW_SHARE * self.onset))
        return int(self.series.steps[max(0, self.onset - reach)]) <= step <= self.step

    # The gradient norm.

    @cached_property
    def norms(self) -> Series | None:
        """The gradient norms up to the onset of the event and at it; None where none was logged."""
        found = self._beside(GradNorm)
        if found is None:
            return None
        upto = found.curve.take(found.curve.steps <= self.onset_step)
        return upto if len(upto) else None

    @cached_property
    def usual_norm(self) -> float | None:
        """The usual norm before the event."""
        if self.norms is None:
            return None
        before = self.norms.values[:-1][np.isfinite(self.norms.values[:-1])]
        return float(np.median(before[-10 * LOOK_BACK :])) if len(before) else None

    @cached_property
    def norm_rise(self) -> int:
        """How many logged points before the event the norm left its usual value; 0 where it was quiet until then.

        One point is enough where it stands out: an update that large breaks the loss of the next step.
        """
        if self.norms is None or not self.usual_norm:
            return 0
        values = np.nan_to_num(self.norms.values[:-1], nan=np.inf, posinf=np.inf)
        rising = len(values) - rise_begins(values, len(values))
        least = GROWTH if rising >= RUN_UP else NORM_JUMP
        return rising if rising and values[-1] >= least * self.usual_norm else 0

    @cached_property
    def norm_at(self) -> float | None:
        """The norm in the very step in which the event begins."""
        if self.norms is None or int(self.norms.steps[-1]) != self.onset_step:
            return None
        return float(self.norms.values[-1])

    @property
    def norm_jumps(self) -> bool:
        """Whether the norm is quiet until the event and far above its usual value in that very step."""
        at, usual = self.norm_at, self.usual_norm
        return bool(at is not None and usual and np.isfinite(at) and at >= NORM_JUMP * usual and not self.norm_rise)

    @cached_property
    def norm_broke_first(self) -> int | None:
        """The step before the onset in which the norm was the first to be NaN or infinite."""
        if self.norms is None:
            return None
        bad = np.flatnonzero(~np.isfinite(self.norms.values) & (self.norms.steps < self.onset_step))
        return int(self.norms.steps[bad[0]]) if len(bad) and len(bad) < len(self.norms) else None

    @cached_property
    def clipped(self) -> float | None:
        """Norm at which gradients are clipped, by the settings or by a ceiling of the logged norm; 0 for not at all."""
        if self.settings.clip_norm is not None:
            return self.settings.clip_norm
        norms = self._beside(GradNorm)
        if norms is None or len(norms.finite) < LOOK_BACK:
            return None
        values = norms.finite.values
        ceiling = float(values.max())
        return ceiling if ceiling > 0 and np.quantile(values, 0.9) >= (1 - CAPPED) * ceiling else None

    # Everything else.

    @cached_property
    def broke_before(self) -> tuple[tuple[int, str], ...]:
        """Step and name of other losses that were NaN or infinite before this one; the earliest first.

        An evaluation between its last sound value and the event shows the same weights: it was not first. A single
        value is the summary of a run.
        """
        found = []
        for one in self.run.all(Loss):
            bad = np.flatnonzero(~np.isfinite(one.curve.values))
            if one.name != self.series.name and one.axis is self.series.axis and len(bad) and len(one) > 1:
                found.append((int(one.curve.steps[bad[0]]), one.name))
        sound = self.series.steps[: self.index][-1:]
        return tuple(sorted(one for one in found if len(sound) and one[0] <= sound[0]))

    @cached_property
    def overconfident(self) -> tuple[float, float] | None:
        """Lowest and last validation loss before the event, where it had clearly risen again; None elsewhere."""
        held_out = self._beside(ValLoss)
        if held_out is None or held_out.name == self.series.name:
            return None
        values = held_out.finite.values[held_out.finite.steps < self.onset_step]
        if len(values) < RUN_UP or values[-1] < (1 + LEARNT) * values.min() or values.min() <= 0:
            return None
        return float(values.min()), float(values[-1])

    @cached_property
    def classifies(self) -> str:
        """Name of a logged metric that only a choice among classes has; nothing where there is none."""
        metrics = (one for role in (TrainMetric, ValMetric, TrainError, ValError) for one in self.run.all(role))
        return next((one.name for one in metrics if OF_CLASSES & set(words(one.name))), "")

    @cached_property
    def scale_fell(self) -> tuple[float, float] | None:
        """The loss scale before it was cut to an eighth or less by the time of the event, and after."""
        scale = self._beside(LossScale)
        upto = scale.finite.values[scale.finite.steps <= self.step] if scale is not None else np.empty(0)
        if not len(upto) or upto[-LOOK_BACK:].max() < 8 * upto[-1]:
            return None
        return float(upto[-LOOK_BACK:].max()), float(upto[-1])

    def _beside(self, role: type[Role]) -> Series | None:
        """Return the series of a role that counts the same steps as the loss."""
        found = self.run.find(role)
        return found if found is not None and found.axis is self.series.axis else None

    @cached_property
    def story(self) -> tuple[tuple[int, str], ...]:
        """What happened before the break and at it, in order of steps."""
        return tuple(sorted(self._told(), key=lambda one: one[0]))

    def _told(self) -> Iterator[tuple[int, str]]:
        if jump := self.rate_jump:
            yield jump.step, f"the learning rate jumped from {number(jump.before)} to {number(jump.after)}"
        if self.norm_rise and self.norms is not None and self.usual_norm:
            begun = int(self.norms.steps[-1 - self.norm_rise])
            yield begun, f"the gradient norm left its usual {number(self.usual_norm)}"
        if self.norm_broke_first is not None and self.kind is Kind.NON_FINITE:
            yield self.norm_broke_first, "the gradient norm was no finite number any more"
        if self.run_up >= RUN_UP and self.level is not None and self.kind is not Kind.RISE:
            yield self.onset_step, f"{self.series.name} began to rise from {number(self.level)}"

    @property
    def cue(self) -> str:
        """Say the earliest of what came before, to end a sentence with; nothing where nothing did."""
        told = self.story
        return f"; before that, {told[0][1]} in {place(self.series, told[0][0])}" if told else ""

    @property
    def order(self) -> str:
        """Tell what came before in order of steps, where it is more than one thing; else nothing."""
        parts = [f"{said} in {place(self.series, step)}" for step, said in self.story]
        return ", then ".join(parts) if len(parts) > 1 else ""


@dataclass(frozen=True)
class Surroundings:
    """What a rule asks for to look around an event of its run."""

    run: Run
    settings: Hyperparameters
    siblings: Siblings

    @classmethod
    def measure(cls, run: Run, settings: Hyperparameters, siblings: Siblings) -> Surroundings:
        """Take what the run and its siblings hold; nothing is measured before it is asked."""
        return cls(run, settings, siblings)

    def non_finite(self, series: Series, index: int, finite_after: int) -> Event:
        """Look around the first value of a curve that is no number."""
        onset = rise_begins(series.values, index)
        return self._event(Kind.NON_FINITE, series, onset, index, finite_after or None)

    def rise(self, train: Trend[R], *, from_start: bool = False) -> Event:
        """Look around the point from which a level rises to where it ends; `from_start` where the first value has."""
        onset, index = (0, 0) if from_start else onset_of_rise(train)
        return self._event(Kind.RISE, train.series, onset, index)

    def at(self, kind: Kind, series: Series, index: int) -> Event:
        """Look around a value of a curve that another measurement singled out."""
        return self._event(kind, series, rise_begins(series.values, index), index)

    def jump(self, series: Series, spike: Spike) -> Event:
        """Look around an excursion of a curve of finite values."""
        high = np.flatnonzero(series.values[spike.index :] >= spike.level + spike.height / 4)
        back = spike.last - spike.index + 1 if spike.recovered else None
        return self._event(Kind.JUMP, series, spike.index, spike.index + int(high[0]), back)

    def _event(self, kind: Kind, series: Series, onset: int, index: int, back: int | None = None) -> Event:
        return Event(self.run, self.settings, self.siblings, kind, series, onset, index, back)


def rise_begins(values: NDArray[np.float64], index: int) -> int:
    """Return the index from which all values up to `index` lie above the usual before; `index` where none does.

    Usual is what the later half of the values before reached, so that a loss that has fallen to nothing and flickers
    does not count as rising.
    """
    before = np.where(np.isfinite(values[:index]), values[:index], np.inf)
    if len(before) < 2:
        return index
    if len(before) < 2 * RUN_UP:
        high = float(before[0] + (GROWTH - 1) * abs(before[0]))
    else:
        late = before[(len(before) - RUN_UP) // 2 : len(before) - RUN_UP]
        usual = float(np.median(late))
        high = max(usual + (GROWTH - 1) * abs(usual), float(np.quantile(late, 0.9, method="lower")))
        high = min(high, float(before[0] + (GROWTH - 1) * abs(before[0]))) if usual > before[0] else high
    low = np.flatnonzero(before <= high)
    return int(low[-1]) + 1 if len(low) else 0


def onset_of_rise(train: Trend[R]) -> tuple[int, int]:
    """Return the indices of the points at which a level leaves its lowest for good, and at which it is most of the way.

    Both are points of `train.series`.
    """
    values, steps = train.series.values, train.series.steps
    lowest = min(train.best, train.initial)
    risen = train.end - lowest
    # What explodes over orders of magnitude has left its lowest long before a quarter of the way.
    leaves = lowest + min(risen, abs(train.initial) or risen) / 4
    quiet = np.flatnonzero(train.level <= leaves)
    high = np.flatnonzero(train.level >= lowest + 3 * risen / 4)
    left = int(quiet[-1]) if len(quiet) else 0
    arrived = int(high[high > left][0]) if (high > left).any() else len(train.level) - 1
    first = int(np.searchsorted(steps, train.steps[left])) - train.block // 2
    last = int(np.searchsorted(steps, train.steps[arrived])) + train.block // 2 + 1
    between = values[max(first, 0) : last]
    low = np.flatnonzero(between <= leaves)
    onset = max(first, 0) + (int(low[-1]) + 1 if len(low) else 0)
    reached = np.flatnonzero(values[onset:last] >= lowest + risen / 2)
    onset = min(onset, len(values) - 1)
    return onset, min(onset + (int(reached[0]) if len(reached) else 0), len(values) - 1)
