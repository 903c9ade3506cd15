"""A learning-rate range test, recognised as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logdoctor import (
    Confidence,
    Finding,
    Fix,
    Quantity,
    Rule,
    Severity,
    Span,
    Strength,
    TrainLoss,
    because,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, geometric, line, rise
from logdoctor.signals import Schedule, Trend
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMOOTHED_PARTS = 40
"""Parts of the test over which the loss is averaged to each side: a quarter of a decade in six decades."""

CEILING = 4.0
"""Loss in units of the first ones at which the blow-up is cut off, so that averages do not smear it to the left."""


@dataclass(frozen=True)
class LrRangeTest(Rule):
    """The run raises its learning rate through decades: a range test, not a training.

    Its loss is meant to blow up at the end, so no other rule judges it. The rate to use is where the smoothed loss
    falls most steeply over the logarithm of the rate, and at most a tenth of the rate at which it blows up.
    """

    id = "lr-range-test"
    title = "This run is a learning-rate range test"
    severity = Severity.NOTE
    causes = ("range-test",)
    references = (
        "Smith (2017), Cyclical Learning Rates for Training Neural Networks, arXiv:1506.01186",
        "https://github.com/fastai/fastai/blob/main/fastai/callback/schedule.py",
    )
    limits = (
        "Needs a logged rate that rises throughout, by a factor of a hundred or more. Its suggestion comes from one "
        "short run, and holds for the batch size and optimizer of that run."
    )
    explains = (
        "divergence",
        "no-learning",
        "plateau",
        "slow-convergence",
        "loss-spike",
        "still-improving",
    )

    safety: float = threshold(
        10.0, "factor below the rate of the blow-up that is safe to train with (the usual tenth; fastai's minimum rule)"
    )
    blown: float = threshold(
        0.5, "rise above the lowest loss as a share of the fall to it that counts as blown up; before, it is noise"
    )

    examples = (
        fires(
            "falls and blows up",
            train_loss=flat(2.3, 50).followed_by(decay(2.3, 0.8, 50)).then(rise(9.0, 20)),
            lr=geometric(1e-7, 10.0),
        ),
        fires(
            "wobbles, falls on, and blows up",
            train_loss=decay(2.3, 1.2, 60)
            .followed_by(line(1.2, 1.5, 10))
            .followed_by(line(1.5, 1.0, 40))
            .then(rise(9.0, 10)),
            lr=geometric(1e-7, 10.0),
        ),
        fires(
            "falls only just before it blows up",
            train_loss=flat(2.3, 90).followed_by(decay(2.3, 0.8, 14)).then(rise(9.0, 16)),
            lr=geometric(1e-7, 10.0),
        ),
        fires(
            "only the falling half", train_loss=flat(2.3, 60).followed_by(decay(2.3, 0.8, 60)), lr=geometric(1e-6, 0.1)
        ),
        silent("a warm-up", train_loss=decay(2.3, 0.2), lr=line(1e-6, 1e-3, 20).followed_by(flat(1e-3, 100))),
        silent("a straight warm-up that the log does not outlive", train_loss=decay(2.3, 0.2), lr=line(0.0, 1e-3)),
        silent(
            "a rate that waits for half of the run before it is raised",
            train_loss=flat(2.3, 60).followed_by(decay(2.3, 1.2, 60)).noisy(0.01),
            lr=flat(1e-6, 60).followed_by(line(1e-6, 1e-3, 60)),
        ),
        silent("a cosine schedule", train_loss=decay(2.3, 0.2), lr=cosine(0.1)),
        silent("a rate that only doubles", train_loss=decay(2.3, 0.2), lr=line(0.01, 0.02)),
    )

    def check(self, train: Trend[TrainLoss], schedule: Schedule) -> Iterator[Finding]:
        """Name the rate at the lowest loss and the one to train with."""
        if not schedule.is_range_test:
            return
        series = train.series
        rates = np.interp(series.steps, schedule.series.steps, schedule.rates)
        smooth = _smoothed(series.values)
        lowest = int(np.argmin(smooth))
        blows_up = self._blows_up(smooth, lowest)
        steepest = float(rates[_steepest(smooth, rates, lowest)])
        top = None if blows_up is None else float(rates[blows_up])
        suggested = min(steepest, float(rates[lowest]) if top is None else top / self.safety)
        end = "does not blow up" if top is None else f"blows up at {number(top)}"
        said = f"the smoothed loss falls steepest at {number(steepest)}, is lowest at {number(rates[lowest])} and {end}"
        blow_up = {} if top is None else {"rate of the blow-up": Quantity(top)}
        yield self.finding(
            f"the learning rate is raised from {number(schedule.rates[0])} to {number(schedule.rates[-1])}; {said}: "
            f"train at about {number(suggested)}",
            Span(series.name, series.first_step, int(series.steps[lowest]), "falling"),
            confidence=Confidence.HIGH,
            causes=(
                because(
                    "range-test",
                    Strength.LIKELY,
                    pro=[said],
                    fixes=[Fix(f"train with a peak rate of about {number(suggested)}", basis="this range test")],
                ),
            ),
            evidence={
                "rate of the lowest loss": Quantity(float(rates[lowest])),
                "rate of the steepest fall": Quantity(steepest),
                **blow_up,
                "suggested rate": Quantity(suggested),
            },
        )

    def _blows_up(self, smooth: NDArray[np.float64], lowest: int) -> int | None:
        """Return the index after the lowest loss from which on it has lost a share of what it had gained."""
        gained = float(smooth[: lowest + 1].max() - smooth[lowest])
        above = np.flatnonzero(smooth[lowest:] > smooth[lowest] + self.blown * gained)
        return lowest + int(above[0]) if len(above) else None


def _smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average the loss over a stretch of the logarithm of the rate, from both sides, so that nothing is shifted.

    fastai's recorder smooths exponentially with 0.98, which shifts the curve to higher rates.
    """
    width = max(1, len(values) // SMOOTHED_PARTS)
    kernel = np.ones(2 * width + 1)
    clipped = np.minimum(values, CEILING * median(values[:width]) if values[0] > 0 else np.inf)
    return np.asarray(np.convolve(clipped, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same"))


def _steepest(smooth: NDArray[np.float64], rates: NDArray[np.float64], lowest: int) -> int:
    """Return the index, up to the lowest loss, of the steepest descent over the logarithm of the rate."""
    until = max(lowest + 1, 2)
    slope = np.gradient(smooth[:until], np.log(np.maximum(rates[:until], 1e-300)))
    return int(np.argmin(slope))
