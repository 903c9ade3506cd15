"""A training loss that falls steadily but far too slowly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logdoctor import (
    Axis,
    Finding,
    Quantity,
    Rule,
    Severity,
    Span,
    Strength,
    TrainLoss,
    ValLoss,
    because,
    confidence_from,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, given, line
from logdoctor.evidence import rate_too_low
from logdoctor.evidence.stuck import FEW_UPDATES, strong_regularisation
from logdoctor.signals import Hyperparameters, Schedule, Siblings, Trend
from logdoctor.signals.trend import MEDIAN_EFFICIENCY
from logdoctor.wording import counted, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGE_BATCH = 4096
"""Examples in a batch from which a run of a thousand updates has few of them for its data."""

STEPS = np.linspace(0.0, 1.0, 120)
SPENT = STEPS + np.sin(np.pi * STEPS) / np.pi
"""The sum of the rates of a cosine schedule, as a share of the whole."""

MIN_THIRD = 3
"""Values in a third of the run from which its median says something."""


@dataclass(frozen=True)
class SlowConvergence(Rule):
    """The training loss falls in an almost straight line through a long run, and has not come far at its end.

    Learning that works has diminishing returns: most of the fall comes first. A straight line over a whole long run
    means that the run has not left its beginning. The first steps of any run look like that, so short runs are not
    judged.
    """

    id = "slow-convergence"
    title = "The training loss falls far too slowly"
    severity = Severity.WARNING
    causes = ("learning-rate-too-low", "over-regularised", "data-not-normalised", "batch-too-large")
    references = ("Shen et al. (2018), the loss curves of learning rates, cs231n.github.io/neural-networks-3/#loss",)
    explains = ("still-improving", "lr-out-of-range")

    min_pace: float = threshold(
        0.6,
        "fall from the middle to the last third of the run in units of that from the first to the middle third: 1 for "
        "a straight line, 0.48 for a logarithmic fall, as language models show; sound public runs stay below 0.3",
    )
    min_pace_by_rate: float = threshold(
        0.8,
        "the same where a rate is logged, by the sum of the rates: a run that learns slows down by that measure, too",
    )
    max_pace: float = threshold(
        1.6, "the same, above which the fall came late, after something changed: that is no slow learning"
    )
    max_step: float = threshold(
        0.3,
        "fall from one tenth of the run to the next as a share of the whole, above which the loss falls in steps, such "
        "as the epochs of a fine-tuning that memorises; 0.11 for a straight line",
    )
    min_left: float = threshold(
        0.5,
        "end as a share of the start above which a run has not come far; the shape alone judges losses that cross zero",
    )
    min_z: float = threshold(6.0, "fall in units of its standard error: a fall that is sure")
    min_points: float = threshold(20.0, "values that the shape of a curve needs: six in each third")
    min_steps: float = threshold(
        500.0, "steps (on an axis of steps) below which any run may still be at its beginning: a warm-up takes as long"
    )
    late_start: float = threshold(
        0.1,
        "first step as a share of the last from which a log counts as resumed: its beginning was steeper (no-learning)",
    )

    examples = (
        fires("a straight line", train_loss=line(3.58, 3.49)),
        fires("nearly straight", train_loss=decay(354.0, 100.0, half_life=0.8)),
        fires("a straight line under noise", train_loss=line(3.58, 3.2).noisy(0.03)),
        fires(
            "a straight line by the sum of the rates",
            train_loss=given(2.3 - 0.2 * SPENT).noisy(0.002),
            lr=cosine(1e-4),
        ),
        fires("pulled to zero", settings={"weight_decay": 0.3}, train_loss=line(3.58, 3.49)),
        fires(
            "a thousand updates of a large batch",
            axis=Axis.STEP,
            settings={"batch_size": 65536},
            train_loss=line(3.58, 3.3, 700),
        ),
        fires("a straight line over many steps", axis=Axis.STEP, train_loss=line(3.58, 3.3, 700)),
        fires("a log that begins at its sixth epoch", first_step=5, train_loss=line(3.58, 3.3)),
        silent("learns", train_loss=decay(2.3, 0.2)),
        silent("a little fall that levels off", train_loss=decay(2.3, 1.9, half_life=0.15)),
        silent("comes far", train_loss=line(2.3, 0.4)),
        silent("does not fall", train_loss=flat(2.3).noisy(0.05)),
        silent("falls within its noise", train_loss=line(2.3, 2.2).noisy(0.05, seed=3)),
        silent("falls ever faster", train_loss=given(2.0 - 0.6 * np.linspace(0, 1, 120) ** 2.5)),
        silent("falls from epoch to epoch", train_loss=given(np.repeat([2.0, 1.6, 1.25], 40)).noisy(0.03)),
        silent(
            "falls with the logarithm of the steps", train_loss=given(3.0 - 0.45 * np.log(np.linspace(0.02, 1, 120)))
        ),
        silent(
            "the first hundred steps",
            varies={"ten times the steps": "a straight fall over a thousand steps is no beginning any more"},
            axis=Axis.STEP,
            train_loss=line(3.58, 3.3),
        ),
        silent("a log that begins late", first_step=200, train_loss=line(3.58, 3.3)),
        silent("too short", train_loss=line(10.9, 9.8, 12)),
        silent("falls, then rests", train_loss=line(3.58, 3.3, 70).then(flat(3.3, 50))),
        silent("falls only after the rate was changed", train_loss=line(2.04, 1.97, 70).then(decay(1.97, 1.8, 50))),
        silent(
            "slows down by the sum of the rates, too",
            train_loss=given(2.3 - 0.2 * SPENT * (1 - 0.32 * SPENT)).noisy(0.0003),
            lr=cosine(1e-4),
        ),
        silent("still warming up", train_loss=line(3.58, 3.3), lr=line(0.0, 0.1)),
    )

    def check(
        self,
        train: Trend[TrainLoss],
        val: Trend[ValLoss] | None,
        schedule: Schedule | None,
        settings: Hyperparameters,
        siblings: Siblings,
    ) -> Iterator[Finding]:
        """Judge the shape of the whole curve."""
        trend: Trend[TrainLoss] | Trend[ValLoss] = train
        if val is not None and train.sure_fall < self.min_z and val.sure_fall > train.sure_fall:
            trend = val  # batch noise hides what the evaluations show
        series = trend.series
        first_step, last_step = int(series.steps[0]), int(series.steps[-1])
        short = series.axis is not Axis.EPOCH and last_step - first_step < self.min_steps
        if len(trend) < self.min_points or short or first_step > self.late_start * max(last_step, 1):
            return
        if trend.sure_fall < self.min_z:
            return
        if trend.end > 0 and trend.end < self.min_left * trend.start:
            return
        if schedule is not None and schedule.rates[-1] >= 0.99 * schedule.peak > 2 * schedule.rates[0]:
            return
        first, middle, last = trend.thirds if schedule is None else _thirds(trend, schedule)
        pace = (middle - last) / (first - middle) if first > middle else float("inf")
        least = self.min_pace if schedule is None else self.min_pace_by_rate
        if not least <= pace <= self.max_pace or self._falls_in_steps(trend):
            return
        strong = strong_regularisation(settings)
        few = series.axis is Axis.STEP and last_step <= FEW_UPDATES * 20 and (settings.batch_size or 0) >= LARGE_BATCH
        yield self.finding(
            f"{series.name} falls from {number(trend.start)} to only {number(trend.end)} in "
            f"{counted(len(series), 'logged value')}, almost in a straight line",
            Span(series.name, first_step, last_step, "straight"),
            confidence=confidence_from(trend.sure_fall / self.min_z, len(trend)),
            causes=ranked(
                rate_too_low(
                    siblings, Strength.LIKELY, pro=["the fall does not level off: this is still the beginning"]
                ),
                because(
                    "over-regularised",
                    Strength.LIKELY if strong else Strength.UNLIKELY,
                    pro=[strong] if strong else [],
                ),
                because("data-not-normalised"),
                because(
                    "batch-too-large",
                    Strength.LIKELY if few else Strength.UNLIKELY,
                    pro=[f"the run has {number(last_step - first_step)} updates in all"] if few else [],
                ),
            ),
            evidence={
                "start": Quantity(trend.start),
                "end": Quantity(trend.end),
                "pace of the later half": Quantity(pace, "share of the earlier"),
            },
        )

    def _falls_in_steps(self, train: Trend[TrainLoss] | Trend[ValLoss]) -> bool:
        """Whether one fall between neighbouring tenths is more of the whole than noise makes it."""
        tenths = np.array([np.median(part) for part in np.array_split(train.series.values, 10)])
        error = MEDIAN_EFFICIENCY * train.noise * np.sqrt(2 * 10 / len(train))
        return bool(-np.diff(tenths).min() > self.max_step * (tenths[0] - tenths[-1]) + 3 * error)


def _thirds(train: Trend[TrainLoss] | Trend[ValLoss], schedule: Schedule) -> tuple[float, float, float]:
    """Return the medians of the thirds of the run by the sum of its rates: a decay slows any loss down."""
    spent = np.interp(train.series.steps, schedule.series.steps, schedule.spent)
    parts = [(spent >= a / 3) & (spent <= (a + 1) / 3) for a in range(3)]
    if min(int(part.sum()) for part in parts) < MIN_THIRD:
        return train.thirds
    rates = np.interp(train.series.steps, schedule.series.steps, schedule.rates)
    first, middle, last = (_weighted_median(train.series.values[part], rates[part]) for part in parts)
    return first, middle, last


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    share = np.cumsum(weights[order])
    return float(values[order][int(np.searchsorted(share, share[-1] / 2))])
