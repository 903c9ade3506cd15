"""The training loss cut into epochs: what repeats within each of them, and what happens between them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import Counter, TrainLoss, ValLoss
from logdoctor.signals.hyperparameters import PLANNED_EPOCHS, PLANNED_STEPS, Hyperparameters
from logdoctor.signals.trend import MAD_TO_SIGMA, MEDIAN_EFFICIENCY, ROUNDING, Trend, Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_EPOCH_POINTS = 8
"""Points of an epoch below which it has no shape."""

MIN_EPOCHS = 3
"""Whole epochs without which nothing can be said to repeat."""

PHASES = 20
"""Parts of an epoch that its typical course is made of, where there are as many points."""

EDGE = 0.2
"""Share of an epoch at each end whose moves are compared."""

OUTLYING = 4.0
"""Noise of single points beyond which one is drawn in before a line is laid: a spike is no slope."""

MIN_REPEAT_POINTS = 16
"""Points of a period that is read from the curve alone: fewer do not show whether it is a saw or a wave."""

MIN_CORRELATION = 0.5
"""Correlation of the curve with itself one period on, from which a period is believed; noise stays below 0.3."""

SETTLED_FROM = 0.1
"""Share of the run left out when the curve is searched for a period: the first fall repeats nothing."""

STEPS_PER_EPOCH = tuple(
    tuple(name.split())
    for name in (
        "steps per epoch", "batches per epoch", "num batches per epoch", "iters per epoch", "iterations per epoch",
        "num update steps per epoch", "train steps per epoch", "epoch length",
    )
)  # fmt: skip
"""Names of the setting that gives the length of an epoch in steps."""


@dataclass(frozen=True)
class Epochs:
    """The points of the training loss, an epoch at a time. Only whole epochs count."""

    series: Series
    """The finite points of the training loss."""
    starts: NDArray[np.intp] = field(repr=False)
    """(e + 1,) index of the first point of each epoch, and of the first after the last."""
    known_from: str
    """What tells where the epochs begin, as a clause; empty when the curve alone does."""

    @classmethod
    def measure(cls, train: Trend[TrainLoss], run: Run) -> Epochs:
        """Find where epochs begin: from a logged epoch, from settings, or from a curve that repeats itself.

        Raises Unmeasurable where there are fewer than MIN_EPOCHS whole epochs of MIN_EPOCH_POINTS points.
        """
        series = _finest(train.series, run)
        if series.axis is Axis.EPOCH and np.median(np.diff(series.steps)) >= 1:
            raise Unmeasurable("the training loss is logged once an epoch")
        for starts, known_from in _candidates(series, run):
            lengths = np.diff(starts)
            if len(lengths) >= MIN_EPOCHS and np.median(lengths) >= MIN_EPOCH_POINTS:
                return cls(series, starts, known_from)
            if known_from and len(lengths) >= MIN_EPOCHS and np.median(lengths) <= 1:
                raise Unmeasurable(f"no epoch has more than one logged point: {known_from}")
        raise Unmeasurable(f"no {MIN_EPOCHS} epochs of {MIN_EPOCH_POINTS} logged points can be told apart")

    @property
    def is_known(self) -> bool:
        """Whether something beside the curve tells where epochs begin."""
        return bool(self.known_from)

    @property
    def count(self) -> int:
        """How many whole epochs there are."""
        return len(self.starts) - 1

    @cached_property
    def length(self) -> float:
        """Steps from the beginning of one epoch to that of the next."""
        return float(np.median(np.diff(self.starts)) * np.median(np.diff(self.series.steps)))

    @cached_property
    def in_logarithms(self) -> Epochs:
        """The same of the logarithms of a loss: there, a saw keeps its height while the loss falls by decades.

        What is zero, or below it, counts as the lowest that is not.
        """
        values = self.series.values
        lowest = float(values[values > 0].min()) if (values > 0).any() else 1.0
        return replace(self, series=replace(self.series, values=np.log(np.maximum(values, lowest))))

    def first_step(self, epoch: int) -> int:
        """Return the step of the first point of an epoch, counted from 0."""
        return int(self.series.steps[self.starts[epoch]])

    @cached_property
    def cycles(self) -> NDArray[np.float64]:
        """(e - 1, p) course of every epoch but the first in phases, around the line through the means of the epochs.

        A loss that only falls leaves next to nothing; what an epoch takes back at its end stays.
        """
        return self._folded(min(PHASES, self._shortest // 2))

    def _folded(self, phases: int) -> NDArray[np.float64]:
        means = np.array([float(np.mean(part)) for part in self._parts])
        middles = (self.starts[:-1] + self.starts[1:] - 1) / 2
        line = _line_through(np.arange(len(self.series)), middles, means)
        rows = [
            [float(np.median(piece)) for piece in np.array_split(self.series.values[a:b] - line[a:b], phases)]
            for a, b in zip(self.starts[1:-1], self.starts[2:], strict=True)
        ]
        return np.array(rows)

    @cached_property
    def _shortest(self) -> int:
        """Points of the shortest epoch after the first."""
        return int(np.diff(self.starts[1:]).min())

    @property
    def _parts(self) -> list[NDArray[np.float64]]:
        return [self.series.values[a:b] for a, b in zip(self.starts[:-1], self.starts[1:], strict=True)]

    @cached_property
    def profile(self) -> NDArray[np.float64]:
        """(p,) typical course within an epoch."""
        return np.asarray(np.median(self.cycles, axis=0))

    @cached_property
    def amplitude(self) -> float:
        """How far the typical epoch reaches from its lowest to its highest phase."""
        return float(np.ptp(self.profile))

    @cached_property
    def noise(self) -> float:
        """Standard error of one phase of the typical course, from how single epochs differ from it."""
        spread = MAD_TO_SIGMA * float(np.median(np.abs(self.cycles - self.profile)))
        floor = ROUNDING * float(np.median(np.abs(self.series.values)))
        return max(spread * MEDIAN_EFFICIENCY / math.sqrt(len(self.cycles)), floor)

    @cached_property
    def agreement(self) -> float:
        """Correlation between the course of every other epoch and that of the rest: 1 where each repeats the last."""
        odd, even = self.cycles[::2].mean(axis=0), self.cycles[1::2].mean(axis=0)
        return _correlation(odd, even)

    @cached_property
    def sharpest(self) -> float:
        """Largest step from one point of the typical epoch to the next, as a share of its height.

        Swings of an optimizer are smooth: pi over the points of an epoch, some times that with overtones. Data in order
        make steps, up to 1.
        """
        profile = np.median(self._folded(self._shortest), axis=0)
        height = float(np.ptp(profile))
        return float(np.abs(np.diff(profile, append=profile[0])).max()) / height if height > 0 else 0.0

    @cached_property
    def decline(self) -> float:
        """What the usual epoch gains: fall of its mean from the one before."""
        means = np.array([float(np.mean(part)) for part in self._parts[1:]])
        return float(np.median(-np.diff(means)))

    @cached_property
    def averaging(self) -> float:
        """How much the curve moves from point to point at the end of an epoch, as a share of its beginning.

        A mean that starts anew in each epoch moves ever less: its n-th value changes by 1 / n of what is new.
        """
        early, late = [], []
        for part in self._parts:
            moves = np.abs(np.diff(part))
            fifth = max(2, round(EDGE * len(moves)))
            early.append(float(np.median(moves[:fifth])))
            late.append(float(np.median(moves[-fifth:])))
        return float(np.median(late) / max(float(np.median(early)), np.finfo(float).tiny))

    @cached_property
    def edges(self) -> NDArray[np.float64]:
        """(e, 2) level at the beginning and at the end of each epoch: of the straight line through its points.

        The first epoch bends; its line is that of its later half.
        """
        first, *others = self._parts
        return np.array([_ends_of_line(part, OUTLYING * self._sigma) for part in (first[len(first) // 2 :], *others)])

    @cached_property
    def edge_noise(self) -> float:
        """Standard error of one of those levels: twice that of a mean (the variance of a line at its ends)."""
        return 2 * self._sigma / math.sqrt(float(np.median(np.diff(self.starts))))

    @cached_property
    def _sigma(self) -> float:
        """Standard deviation of single points, from second differences."""
        return MAD_TO_SIGMA * float(np.median(np.abs(np.diff(self.series.values, 2)))) / math.sqrt(6)


def _line_through(
    at: NDArray[np.intp], middles: NDArray[np.float64], means: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the line through the means of the epochs, going on beyond the middle of the last as it came."""
    inside = np.interp(at, middles, means)
    slope = (means[-1] - means[-2]) / (middles[-1] - middles[-2])
    return np.asarray(np.where(at > middles[-1], means[-1] + slope * (at - middles[-1]), inside))


def _ends_of_line(values: NDArray[np.float64], reach: float) -> tuple[float, float]:
    """Return both ends of the line of least squares; points farther from it than `reach` are drawn in first."""
    at = np.linspace(-0.5, 0.5, len(values))
    drawn = values
    for _ in range(2):
        middle, slope = float(drawn.mean()), float(np.dot(at, drawn) / np.dot(at, at))
        line = middle + slope * at
        drawn = line + np.clip(values - line, -reach, reach) if reach > 0 else values
    return middle - slope / 2, middle + slope / 2


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt(np.dot(a, a) * np.dot(b, b)))
    return float(np.dot(a, b)) / size if size > 0 else 0.0


def _candidates(series: Series, run: Run) -> Iterator[tuple[NDArray[np.intp], str]]:
    """Yield where epochs begin with what tells so, the surest first."""
    for counter in run.all(Counter):
        named = {"epoch", "epochs"} & set(words(counter.name)) and len(counter.finite) > 1
        if named and counter.axis == series.axis and (aligned := _aligned(counter, series)) is not None:
            yield _from_counter(series, aligned), f"{counter.name} is logged"
    settings = Hyperparameters.measure(run)
    for steps in (settings.number(STEPS_PER_EPOCH), _planned(settings), _evaluated(settings, series, run)):
        if steps and series.axis is Axis.STEP:
            yield _from_length(series, steps), f"the settings give {steps:.0f} steps to an epoch"
    period = repeating_period(series.values)
    if period is not None:
        count = int((len(series) - 1) / period)
        skipped = len(series) - count * period  # whole periods, counted back from the end
        yield np.round(skipped + period * np.arange(count + 1)).astype(np.intp), ""
    elif not settings.number(PLANNED_EPOCHS) and (between := _between_evaluations(series, run)) is not None:
        yield _from_length(series, between), f"it is evaluated every {between:,.0f} steps"


def _aligned(counter: Series, series: Series) -> Series | None:
    """Return an epoch counter at the places of a loss, or None where the two cannot be laid beside each other.

    Places in a file are those of each series alone: they agree where both end at the same one, or where the counter,
    without what evaluations repeat of it, has a value for each loss.
    """
    finite = counter.finite
    if counter.axis is not Axis.INDEX or finite.steps[-1] == series.steps[-1]:
        return finite
    new = np.flatnonzero(np.diff(finite.values, prepend=-np.inf) > 0)
    if len(new) != len(series):
        return None
    return replace(finite.take(new), steps=series.steps)


def _planned(settings: Hyperparameters) -> float | None:
    steps, epochs = settings.number(PLANNED_STEPS), settings.number(PLANNED_EPOCHS)
    return steps / epochs if steps and epochs and steps > epochs > 0 else None


def _finest(series: Series, run: Run) -> Series:
    """Return the training loss of the most values: DeepOBS logs one of every batch beside that of the epoch."""
    others = (one.finite for one in run.all(TrainLoss) if one.axis is Axis.STEP)
    return max((series, *others), key=len)


def _evaluated(settings: Hyperparameters, series: Series, run: Run) -> float | None:
    """Return the steps of an epoch where each of the planned epochs was evaluated, and holds whole logged steps."""
    epochs = settings.number(PLANNED_EPOCHS)
    evaluated = run.find(ValLoss)
    if not epochs or evaluated is None or not len(evaluated.finite):
        return None
    at, pace = evaluated.finite.steps, float(np.median(np.diff(series.steps)))
    if evaluated.axis is Axis.EPOCH and epochs - 1 <= at[-1] <= epochs:
        steps = (series.steps[-1] - series.steps[0] + pace) / epochs
    elif evaluated.axis is series.axis and _are_ends_of_epochs(at, epochs) and at[-1] + pace > series.steps[-1]:
        steps = at[-1] / epochs
    else:
        return None
    # Where a logged step straddles two epochs, every other epoch is seen at other phases.
    return float(steps) if (steps / pace).is_integer() else None


def _are_ends_of_epochs(steps: NDArray[np.int64], epochs: float) -> bool:
    """Whether each step, of which some may be missing, ends one of so many epochs of one length, the last the last."""
    ended = steps * epochs / max(int(steps[-1]), 1)
    return len(steps) >= epochs / 2 and bool((np.abs(ended - np.round(ended)) < ROUNDING * epochs).all())


def _between_evaluations(series: Series, run: Run) -> float | None:
    """Return the steps from one evaluation to the next where they are regular: most runs evaluate once an epoch.

    Where the number of epochs is known, it has told already whether they do.
    """
    evaluated = run.find(ValLoss)
    if evaluated is None or evaluated.axis is not Axis.STEP or series.axis is not Axis.STEP:
        return None
    apart = np.diff(evaluated.finite.steps)
    if len(apart) < MIN_EPOCHS - 1 or np.ptp(apart) > 0:
        return None
    return float(apart[0])


def _from_counter(series: Series, counter: Series) -> NDArray[np.intp]:
    """Cut where the whole number of the epoch rises; a fraction that reaches it closes the epoch before."""
    logged = np.searchsorted(counter.steps, series.steps, side="right") - 1
    epoch = counter.values[np.maximum(logged, 0)]
    fractions = bool((epoch != np.floor(epoch)).any())
    whole = np.ceil(epoch - ROUNDING) if fractions else epoch
    return _whole(np.flatnonzero(np.diff(whole) > 0) + 1, len(series))


def _from_length(series: Series, steps: float) -> NDArray[np.intp]:
    return _whole(np.flatnonzero(np.diff(np.floor((series.steps - series.steps[0]) / steps)) > 0) + 1, len(series))


def _whole(cuts: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """Return the starts of whole epochs: the last counts only where it is about as long as the others."""
    starts = np.concatenate([[0], cuts, [n]]).astype(np.intp)
    lengths = np.diff(starts)
    return starts[:-1] if len(lengths) > 1 and lengths[-1] < 0.9 * np.median(lengths) else starts


def repeating_period(values: NDArray[np.float64]) -> float | None:
    """Return the number of points after which a curve repeats itself, or None.

    The curve is laid over itself, without its slow trend and its first tenth. The shortest shift at which it fits about
    as well as at the best one is the period; a later multiple of it makes it exact.
    """
    late = values[int(SETTLED_FROM * len(values)) :]
    longest = len(late) // MIN_EPOCHS
    if longest <= MIN_REPEAT_POINTS:
        return None
    left = _without_trend(late, longest)
    power = np.fft.rfft(left, 2 * len(left))
    overlap = np.fft.irfft(power * np.conj(power))[: longest + 1] / np.arange(len(left), len(left) - longest - 1, -1)
    if overlap[0] <= 0:
        return None
    alike = overlap / overlap[0]
    peaks = np.flatnonzero((alike[1:-1] > alike[:-2]) & (alike[1:-1] >= alike[2:])) + 1
    peaks = peaks[peaks >= MIN_REPEAT_POINTS]
    if not len(peaks) or alike[peaks].max() < MIN_CORRELATION:
        return None
    period = float(peaks[alike[peaks] >= 0.9 * alike[peaks].max()][0])
    period /= _times_contained(alike, round(period))
    for multiple in range(2, int(longest / period) + 1):
        near = peaks[np.abs(peaks - multiple * period) <= 1 + 0.02 * multiple * period]
        if len(near):
            period = float(near[np.argmax(alike[near])]) / multiple
    return period


def _times_contained(alike: NDArray[np.float64], period: int) -> int:
    """Return how many shorter periods, of MIN_EPOCH_POINTS or more, one holds: the curve fits itself as well there."""
    for times in range(period // MIN_EPOCH_POINTS, 1, -1):
        if period % times == 0 and alike[period // times] >= 0.9 * alike[period]:
            return times
    return 1


def _without_trend(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Subtract the moving mean; draw in what lies far out, so that a spike is no pattern."""
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="reflect")
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    left = values - (sums[width:] - sums[:-width]) / width
    reach = 4 * MAD_TO_SIGMA * float(np.median(np.abs(left - np.median(left))))
    return np.asarray(np.clip(left, -reach, reach) if reach > 0 else left)
