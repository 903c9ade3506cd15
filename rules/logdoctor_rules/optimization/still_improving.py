"""A run that ended while it was still learning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
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
    silent,
    threshold,
)
from logdoctor.curves import cosine, decay, flat, line
from logdoctor.signals import Schedule, Trend
from logdoctor.signals.elapsed import last_fall
from logdoctor.signals.trend import MEDIAN_EFFICIENCY, SMOOTHED
from logdoctor.wording import number, percent

STEADY = 6
"""Last values of which each is lower than the one before: one in 720 by chance."""


@dataclass(frozen=True)
class StillImproving(Rule):
    """The loss was still falling when the run ended: more steps would have helped.

    Said of validation where there is one, for only that is worth more steps. A schedule that ended at zero was meant
    to end there, and its last fall comes from the decay itself.
    """

    id = "still-improving"
    title = "The loss was still falling when the run ended"
    severity = Severity.NOTE
    causes = ("stopped-too-early",)
    references = (
        "https://github.com/google-research/tuning_playbook#deciding-how-long-to-train-when-training-is-not-compute-bound",
    )
    limits = (
        "Needs 10 values. Where no rate is logged, the fall that the end of a decay brings looks like one that would "
        "go on; how much more there is to gain, a curve does not say."
    )

    min_gain: float = threshold(
        0.02,
        "fall over the last fifth of the run as a share of the whole fall; learning that is done gains under 1 %",
    )
    min_relative: float = threshold(
        0.1,
        "the same fall of a validation loss as a share of where it ends: of an error that is small by now, a tenth is "
        "much though it is little of the whole fall",
    )
    min_z: float = threshold(4.0, "the same fall in units of its standard error: one in thirty thousand by chance")
    min_points: float = threshold(10.0, "values that a run needs: two in its last fifth")
    ended_rate: float = threshold(
        0.1, "final rate as a share of the peak below which the schedule came to its end (at zero, or a tenth)"
    )

    examples = (
        fires("falls to the end", train_loss=decay(2.3, 0.5, half_life=0.4)),
        fires(
            "validation falls to the end",
            train_loss=decay(2.3, 0.5, half_life=0.4),
            val_loss=decay(2.3, 0.6, half_life=0.4),
        ),
        fires(
            "a small validation error that still shrinks by a fifth",
            train_loss=decay(3.2, 0.06, half_life=0.13).noisy(0.001),
            val_loss=decay(3.2, 0.06, half_life=0.13).noisy(0.001),
        ),
        fires(
            "the schedule has not come to its end",
            train_loss=decay(2.3, 0.5, half_life=0.4),
            lr=line(0.1, 0.03),
        ),
        silent("done", train_loss=decay(2.3, 0.2)),
        silent("validation is done", train_loss=decay(2.3, 0.5, half_life=0.4), val_loss=decay(2.3, 0.9)),
        silent("noise", train_loss=flat(1.0).noisy(0.1)),
        silent("falls, perhaps, under noise", train_loss=decay(2.3, 0.5, half_life=0.4).noisy(0.15, seed=18)),
        silent("too short", train_loss=line(2.3, 1.0, 8)),
        silent("the schedule came to its end", train_loss=decay(2.3, 0.5, half_life=0.4), lr=cosine(0.1)),
    )

    def check(
        self, train: Trend[TrainLoss], val: Trend[ValLoss] | None, schedule: Schedule | None
    ) -> Iterator[Finding]:
        """Compare the last fifth of the run with the whole."""
        if schedule is not None and (schedule.is_range_test or schedule.rates[-1] <= self.ended_rate * schedule.peak):
            return
        whole = val is not None and (len(val) >= self.min_points or (len(val) > STEADY and _is_steady(val)))
        for trend in (val, train) if val is not None and whole else (train,):
            found = self._gain(trend, judged_alone=trend is val)
            if found is not None:
                yield self._finding(trend, *found)
                return
            if trend is val and last_fall(trend)[0] < self.min_gain * trend.fall:
                return

    def _gain(self, trend: Trend[TrainLoss] | Trend[ValLoss], *, judged_alone: bool) -> tuple[float, float] | None:
        """Return the fall of the last fifth and the least that counts, None where it is less or not sure."""
        steady = trend.block == 1 and _is_steady(trend)
        if (len(trend) < self.min_points and not (steady and judged_alone)) or trend.fall <= 0:
            return None
        fifth = max(2, len(trend.level) // 5)
        then = trend.level[-fifth - max(1, fifth // 4) : -fifth + max(1, fifth // 4)]
        gain = float(np.median(then)) - trend.end
        points = [max(len(part) * trend.block, SMOOTHED) for part in (then, trend.tail)]
        error = MEDIAN_EFFICIENCY * trend.noise * float(np.sqrt(sum(1 / n for n in points)))
        relative = self.min_relative * trend.end if judged_alone and trend.end > 0 else np.inf
        values = trend.series.values
        if steady:  # a bend in few points looks like noise, and a running median cuts the end off
            gain = float(values[-fifth - 1] - values[-1])
        fitted, z = last_fall(trend)
        if not steady and gain < self.min_z * error and z >= self.min_z:  # a line through all of the end knows more
            gain, error = fitted, fitted / z
        least = max(min(self.min_gain * trend.fall, relative), 0.0 if steady else self.min_z * error)
        return None if gain < least or trend.end - trend.best > gain / 2 else (gain, least)

    def _finding(self, trend: Trend[TrainLoss] | Trend[ValLoss], gain: float, least: float) -> Finding:
        fifth = max(2, len(trend.level) // 5)
        series, since = trend.series, int(trend.steps[-fifth])
        return self.finding(
            f"{series.name} fell by {number(gain)} in the last fifth of the run, "
            f"{percent(gain / trend.fall)} of its whole fall",
            Span(series.name, since, int(series.steps[-1]), "still falling"),
            confidence=confidence_from(gain / least, len(trend)),
            causes=(
                because(
                    "stopped-too-early",
                    Strength.LIKELY,
                    pro=[f"the loss ends at {number(trend.end)}, its lowest is {number(trend.best)}"],
                ),
            ),
            evidence={"gain of the last fifth": Quantity(gain), "whole fall": Quantity(trend.fall)},
        )


def _is_steady(trend: Trend[TrainLoss] | Trend[ValLoss]) -> bool:
    """Whether each of the last values is lower than the one before."""
    return bool((np.diff(trend.series.values[-STEADY:]) < 0).all())
