"""How fast a run trained, from what it logged of its speed or from the times at which it logged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import Loss, Throughput, TrainLoss
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_INTERVALS = 20
"""Measured speeds that a level needs: as many as confidence asks of any noise, twice."""

LONG_PAUSE = 100.0
"""A time between two records that is so many times the usual one is a pause between two jobs."""

AFTERWARDS = 1e-4
"""Seconds from one record to the next below which they were written after the training, from another log: writing alone
takes a tenth of that, a step of the smallest network twice as much."""

_RATES = frozenset("fps sps tps tflops tflop mfu throughput".split())
_SECONDS = frozenset("s sec secs second seconds".split())
_DURATIONS = frozenset({"time", "duration", "latency", "ms", *_SECONDS} - {"s"})
_OF_A_STEP = frozenset("step iter iteration iterations it batch train per".split())
_NOT_OF_A_STEP = frozenset(
    "data load loader dataloader eval evaluation val validation test valid remaining eta total elapsed wall cumulative "
    "epoch epochs forward backward optimizer checkpoint save memory since runtime".split()
)


@dataclass(frozen=True)
class Speed:
    """The speed of a run: a level over its steps in logarithms, so that a half and a double are as far."""

    name: str
    """What was measured: the name of a series, or "steps per second" from its wall times."""
    series: Series
    """The series that tells it."""
    trend: Trend[Throughput] = field(repr=False)
    """Logarithm of the speed, higher being faster."""
    rises: bool = True
    """Whether what was logged is higher when training is faster; the time of a step is lower."""

    @classmethod
    def measure(cls, run: Run) -> Speed:
        """Take the logged speed, else the wall times of the training loss; raises Unmeasurable without either."""
        for series, sign in _logged(run):
            return cls(series.name, series, _trend(series.steps, sign * np.log(series.values), series), sign > 0)
        main = run.find(TrainLoss) or next(iter(run.all(Loss)), None)
        if main is None or main.wall_times is None:
            raise Unmeasurable("no speed and no wall times in this run")
        stretch = _longest_stretch(main)
        if len(stretch) <= MIN_INTERVALS or stretch.wall_times is None:
            raise Unmeasurable(f"{main.name} has fewer than {MIN_INTERVALS} intervals between wall times in a row")
        seconds, steps = np.diff(stretch.wall_times), np.diff(stretch.steps)
        timed = (seconds > 0) & np.isfinite(seconds)
        if timed.mean() < 0.9:
            raise Unmeasurable(f"the wall times of {main.name} are too coarse")
        if median(seconds[timed]) < AFTERWARDS:
            raise Unmeasurable(f"the records of {main.name} were written all at once, after the training")
        rates = np.log(steps[timed] / seconds[timed])
        return cls(f"{main.axis}s per second", main, _trend(stretch.steps[1:][timed], rates, main))


def _trend(steps: NDArray[np.int64], values: NDArray[np.float64], series: Series) -> Trend[Throughput]:
    return Trend.measure(replace(series, steps=steps, values=values, wall_times=None))


def _logged(run: Run) -> Iterator[tuple[Series, int]]:
    """Yield the series of speed, with 1 where higher is faster and -1 where lower is."""
    for series in run.all(Throughput):
        sign, finite = direction(series.name), series.finite
        if sign and len(finite) > MIN_INTERVALS and (finite.values > 0).all() and not _counts_on(finite.values):
            yield finite, sign


def direction(name: str) -> int:
    """Tell from a name whether a quantity is a speed (1), the time of a step (-1) or neither (0)."""
    parts = words(name)
    found = frozenset(parts)
    if found & _NOT_OF_A_STEP:
        return 0
    pairs = set(pairwise(parts))
    if found & _RATES or any(one == "per" and other in _SECONDS for one, other in pairs):
        return 1
    if found & _DURATIONS and (found & _OF_A_STEP or len(found) == 1):
        return -1
    return 0


def _counts_on(values: NDArray[np.float64]) -> bool:
    """Whether values only rise, or only fall: time elapsed or left, not the time of a step."""
    steps = np.diff(values)
    return bool((steps >= 0).all() or (steps <= 0).all()) and bool(steps.any())


def _longest_stretch(series: Series) -> Series:
    """Return the longest part of a series that was written without a restart or a long pause."""
    times = series.wall_times if series.wall_times is not None else np.full(len(series), np.nan)
    waited = np.diff(times)
    usual = median(waited[np.isfinite(waited)]) if np.isfinite(waited).any() else np.inf
    breaks = np.flatnonzero((np.diff(series.steps) <= 0) | ~(waited <= LONG_PAUSE * max(usual, 1e-9))) + 1
    edges = [0, *breaks.tolist(), len(series)]
    first, last = max(pairwise(edges), key=lambda part: part[1] - part[0])
    return series.take(slice(first, last))
