"""A learning-rate range test, recognised as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import Confidence, Finding, Quantity, Rule, Severity, Span, TrainLoss, fires, silent, threshold
from logdoctor.curves import cosine, decay, flat, geometric, line, rise
from logdoctor.signals import Schedule, Trend
from logdoctor.wording import number


@dataclass(frozen=True)
class LrRangeTest(Rule):
    """The run raises its learning rate through decades: a range test, not a training.

    Its loss is meant to blow up at the end, so no other rule judges it. The rate to take is where the loss falls
    steepest, or a tenth of the rate of its lowest point.
    """

    id = "lr-range-test"
    title = "This run is a learning-rate range test"
    severity = Severity.NOTE
    causes = ()
    references = ("Smith (2017), Cyclical Learning Rates for Training Neural Networks, arXiv:1506.01186",)
    explains = (
        "divergence",
        "no-learning",
        "plateau",
        "oscillation",
        "slow-convergence",
        "loss-spike",
        "still-improving",
    )

    safety: float = threshold(
        10.0, "factor below the rate of the lowest loss that is safe to train with (the usual tenth)"
    )

    examples = (
        fires(
            "falls and blows up",
            train_loss=flat(2.3, 50).followed_by(decay(2.3, 0.8, 50)).then(rise(9.0, 20)),
            lr=geometric(1e-7, 10.0),
        ),
        fires(
            "only the falling half", train_loss=flat(2.3, 60).followed_by(decay(2.3, 0.8, 60)), lr=geometric(1e-6, 0.1)
        ),
        silent("a warm-up", train_loss=decay(2.3, 0.2), lr=line(1e-6, 1e-3, 20).followed_by(flat(1e-3, 100))),
        silent("a straight warm-up that the log does not outlive", train_loss=decay(2.3, 0.2), lr=line(0.0, 1e-3)),
        silent("a cosine schedule", train_loss=decay(2.3, 0.2), lr=cosine(0.1)),
        silent("a rate that only doubles", train_loss=decay(2.3, 0.2), lr=line(0.01, 0.02)),
    )

    def check(self, train: Trend[TrainLoss], schedule: Schedule) -> Iterator[Finding]:
        """Name the rate at the lowest loss and the one to train with."""
        if not schedule.is_range_test:
            return
        series = train.series
        lowest = schedule.at(train.best_step)
        until = max(train.best_at, 1)
        steepest = schedule.at(int(train.steps[int(np.argmin(np.diff(train.level[: until + 1])))]))
        yield self.finding(
            f"the learning rate is raised from {number(schedule.rates[0])} to {number(schedule.rates[-1])}; the loss "
            f"is lowest at {number(lowest)} and falls steepest at {number(steepest)}: train at about "
            f"{number(lowest / self.safety)}",
            Span(series.name, int(series.steps[0]), train.best_step, "falling"),
            confidence=Confidence.HIGH,
            evidence={
                "rate of the lowest loss": Quantity(lowest),
                "rate of the steepest fall": Quantity(steepest),
                "suggested rate": Quantity(lowest / self.safety),
            },
        )
