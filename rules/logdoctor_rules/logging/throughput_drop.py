"""A run that became slower and stayed so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logdoctor import (
    Cause,
    Finding,
    Fix,
    Quantity,
    Rule,
    Run,
    Series,
    Severity,
    Span,
    because,
    confidence_from,
    fires,
    likely_if,
    possible_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given
from logdoctor.run.naming import words
from logdoctor.run.roles import Throughput
from logdoctor.signals import Speed
from logdoctor.signals.statistics.median import median, quantile
from logdoctor.wording import number, percent, place

WARMUP = 0.1
"""Share of the run at its start that is not looked at: compilation, caches, clocks."""

SPLITS = 40
"""Places at which the run is parted into before and after: to a fortieth of its length."""

LOOK_AT_CLOCK = "look at the clock and the temperature of the accelerator, and for another job on it"
TO_TELL = "the time that each step waits for its data: where it grows with the step, the input is what is slow"
"""What to do about the machine, and what to log where that is not known."""

LOSS = decay(2.3, 0.2)
SLOWER = flat(0.5, 60).followed_by(flat(1.0, 60)).heavy_tailed(0.05)


@dataclass(frozen=True)
class ThroughputDrop(Rule):
    """Training became a third slower, or more, and stayed so to the end.

    The first steps are left out, because they compile and fill caches; pauses for an evaluation or a checkpoint do not
    move the level, and a part that was written by another job is judged separately.
    """

    id = "throughput-drop"
    title = "Training slowed down and stayed slow"
    severity = Severity.NOTE
    causes = ("slow-input", "hardware-fault", "data-changed")
    references = ("https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html",)
    limits = (
        "Needs 21 speeds, or the times of as many losses without a pause. A run that was slow from the start goes "
        "unnoticed, and what it waits for shows only where the data loading time is logged."
    )

    min_drop: float = threshold(
        1 / 3, "loss of speed as a share of the speed before; runwise takes 40 %, clocks and neighbours cost some 20 %"
    )
    overlap: float = threshold(
        0.1,
        "share of the speeds before, and of those after, that may lie on the wrong side; more than a tenth is noise, "
        "such as batches of very different length",
    )
    min_after: float = threshold(0.2, "share of the run for which the lower speed must last; less is a slow phase")

    examples = (
        fires("half as fast from the middle on", train_loss=LOSS.each_taking(SLOWER)),
        fires("fewer tokens per second", train_loss=LOSS, tokens_per_second=given(1e4 / SLOWER.values)),
        fires("longer steps", train_loss=LOSS, step_time=SLOWER),
        fires(
            "the data come later",
            train_loss=LOSS,
            step_time=SLOWER,
            data_time=flat(0.02, 60).followed_by(flat(0.5, 60)).heavy_tailed(0.05),
        ),
        fires("back to speed for a moment", train_loss=LOSS.each_taking(SLOWER.with_value(90, *[0.5] * 5))),
        silent("an even speed", train_loss=LOSS.each_taking(flat(0.5).heavy_tailed(0.1))),
        silent("a fifth slower", train_loss=LOSS.each_taking(flat(0.5, 60).followed_by(flat(0.62, 60)))),
        silent(
            "pauses for evaluation",
            train_loss=LOSS.each_taking(given(np.where(np.arange(120) % 10 == 9, 20.0, 0.5))),
        ),
        silent("slow at first", train_loss=LOSS.each_taking(flat(5.0, 10).followed_by(flat(0.5, 110)))),
        silent("fast at first", train_loss=LOSS.each_taking(flat(0.2, 8).followed_by(flat(0.5, 112)))),
        silent("slow for a while", train_loss=LOSS.each_taking(
            flat(0.5, 50).followed_by(flat(1.0, 30)).followed_by(flat(0.5, 40)))),
        silent("slow in its last steps", train_loss=LOSS.each_taking(flat(0.5, 105).followed_by(flat(1.0, 15)))),
        silent("steps of very different length", train_loss=LOSS.each_taking(
            flat(0.5, 60).followed_by(flat(0.9, 60)).heavy_tailed(0.8))),
        silent("resumed on another machine", train_loss=LOSS.each_taking(
            flat(0.5, 70).followed_by(given([7200.0])).followed_by(flat(1.0, 49)))),
    )  # fmt: skip

    def check(self, run: Run, speed: Speed) -> Iterator[Finding]:
        """Part the run where the speeds before and after lie furthest apart."""
        trend = speed.trend
        level, steps = trend.level, trend.steps
        skipped = int(np.ceil(WARMUP * len(level)))
        level, steps = level[skipped:], steps[skipped:]
        shortest = max(int(np.ceil(self.min_after * len(trend.level))), 2)
        splits = np.unique(np.linspace(shortest, len(level) - shortest, SPLITS).astype(int))
        parted = [(self._distance(level, int(k)), int(k)) for k in splits if 0 < k < len(level)]
        apart, at = max(parted, default=(0.0, 0))
        if apart <= 0:
            return
        before, after = median(level[:at]), median(level[at:])
        drop = float(1 - np.exp(after - before))
        if drop < self.min_drop:
            return
        since = int(steps[at])
        causes = self._causes(run, since, drop)
        yield self.finding(
            f"training is {percent(drop)} slower from {place(speed.series, since)} on: {speed.name} "
            f"{number(_shown(speed, before))} before, {number(_shown(speed, after))} after",
            Span(speed.series.name, since, int(steps[-1]), "slower"),
            confidence=confidence_from(np.log(1 - drop) / np.log(1 - self.min_drop), len(trend)),
            causes=causes,
            to_tell_apart=[] if any(one.pro or one.contra for one in causes) else [TO_TELL],
            evidence={
                "before": Quantity(_shown(speed, before)),
                "after": Quantity(_shown(speed, after)),
                "drop": Quantity(drop, "share"),
            },
        )

    def _distance(self, level: NDArray[np.float64], at: int) -> float:
        """Return how far the slow speeds before lie above the fast ones after, but for those that may overlap."""
        return quantile(level[:at], self.overlap) - quantile(level[at:], 1 - self.overlap)

    @staticmethod
    def _causes(run: Run, since: int, drop: float) -> tuple[Cause, ...]:
        waited = next((one for one in run.all(Throughput) if _is_data_time(one)), None)
        grew = _growth(waited, since) if waited is not None else None
        slow_data = waited is not None and grew is not None and grew >= 1 / (1 - drop)
        told = [] if waited is None or grew is None else [f"{waited.name} is {number(grew)} times what it was before"]
        return ranked(
            because(
                "slow-input", likely_if(slow_data), pro=told if slow_data else (), contra=() if slow_data else told
            ),
            because("hardware-fault", possible_if(not slow_data), fixes=[Fix(LOOK_AT_CLOCK)]),
            because("data-changed", fixes=[Fix("compare the length of examples before and after that step")]),
        )


def _shown(speed: Speed, level: float) -> float:
    """Return a level in the unit of the log."""
    value = np.exp(level if speed.rises else -level)
    return float(f"{value:.3g}")


def _is_data_time(series: Series) -> bool:
    found = set(words(series.name))
    return bool(found & {"data", "dataloader", "loader"}) and "time" in found


def _growth(series: Series, since: int) -> float | None:
    finite = series.finite
    before, after = finite.values[finite.steps < since], finite.values[finite.steps >= since]
    if not len(before) or not len(after) or median(before) <= 0:
        return None
    return median(after) / median(before)
