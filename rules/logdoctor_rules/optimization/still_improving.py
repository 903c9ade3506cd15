"""A run that ended while it was still learning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Axis,
    Finding,
    Quantity,
    Rule,
    Run,
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
from logdoctor.evidence.optimization.unfinished import breaks_off, unfinished_causes
from logdoctor.evidence.told_by_settings import FEW_UPDATES, few_updates
from logdoctor.signals import Hyperparameters, Schedule, Siblings, Trend
from logdoctor.signals.schedule.elapsed import EACH, elapsed, elapsed_of_cosine, fall_together, last_fall, late_pace
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.smoothing import SMOOTHED
from logdoctor.wording import number, percent

STEADY = 6
"""Last values of which each is lower than the one before: one in 720 by chance."""

WHOLE = {"batch_size": 900, "epochs": 40}
MORE = {"ten times the steps": "four hundred updates in forty epochs are not few"}

PASSED = np.linspace(0.0, 1.0, 40)
SPENT = PASSED + np.sin(np.pi * PASSED) / np.pi
"""The sum of the rates of a cosine schedule, as a share of the whole."""


@dataclass(frozen=True)
class StillImproving(Rule):
    """The loss was still falling when the run ended: more steps would have helped.

    Judged on validation where there is one, because only that justifies more steps. A schedule that ended at zero was
    meant to end there, and its last fall comes from the decay itself: then only a run of few updates is judged, whose
    loss fell as fast at the end as before, relative to the sum of the rates.
    """

    id = "still-improving"
    title = "The loss was still falling when the run ended"
    severity = Severity.NOTE
    causes = ("stopped-too-early", "learning-rate-too-low", "batch-too-large", "data-not-normalised")
    references = (
        "https://github.com/google-research/tuning_playbook#deciding-how-long-to-train-when-training-is-not-compute-bound",
    )
    limits = (
        "Needs 10 values. Where no rate is logged, the fall at the end of a decay looks like one that would continue. "
        "A curve does not show how much more there is to gain."
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
    min_pace: float = threshold(
        0.85,
        "slope at two thirds in units of that at one third, by the sum of the rates, from which a run of few updates "
        "has not slowed down (slow-convergence)",
    )
    min_left: float = threshold(
        0.2,
        "end of such a run as a share of its start: one that has come further has learnt (slow-convergence has 0.25)",
    )

    examples = (
        fires("falls to the end", train_loss=decay(2.3, 0.5, half_life=0.4)),
        fires("falls in a straight line", train_loss=line(2.3, 0.5)),
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
            "errors in the units of targets that were never scaled",
            train_loss=decay(7e10, 2e10, half_life=0.4),
            val_mae=decay(2.5e5, 1.4e5, half_life=0.4),
        ),
        fires(
            "the schedule has not come to its end",
            train_loss=decay(2.3, 0.5, half_life=0.4),
            lr=line(0.1, 0.03),
        ),
        fires(
            "forty updates of all the data, and a schedule that came to its end",
            axis=Axis.STEP,
            settings=WHOLE,
            varies=MORE,
            train_loss=given(1.2 - 0.8 * SPENT),
            lr=cosine(0.1, 40),
        ),
        fires(
            "the same, and the rate is not logged",
            axis=Axis.STEP,
            settings=WHOLE,
            varies=MORE,
            train_loss=given(1.2 - 0.8 * SPENT),
        ),
        fires(
            "training and validation agree under noise",
            train_loss=decay(2.3, 0.5, half_life=0.4).noisy(0.11, seed=18),
            val_loss=decay(2.3, 0.5, 9, half_life=0.4).noisy(0.05, seed=3),
        ),
        silent(
            "forty updates, and it has come far",
            axis=Axis.STEP,
            settings=WHOLE,
            train_loss=given(1.2 - 1.1 * SPENT),
            lr=cosine(0.1, 40),
        ),
        silent(
            "forty updates, and it slowed down by the sum of the rates, too",
            axis=Axis.STEP,
            settings=WHOLE,
            train_loss=given(1.2 - 0.8 * SPENT * (2 - SPENT)),
            lr=cosine(0.1, 40),
        ),
        silent("done", train_loss=decay(2.3, 0.2)),
        silent("validation is done", train_loss=decay(2.3, 0.5, half_life=0.4), val_loss=decay(2.3, 0.9)),
        silent("noise", train_loss=flat(1.0).noisy(0.1)),
        silent("falls, perhaps, under noise", train_loss=decay(2.3, 0.5, half_life=0.4).noisy(0.15, seed=18)),
        silent("too short", train_loss=line(2.3, 1.0, 8)),
        silent("falls until it is NaN", train_loss=line(2.3, 1.0, 100).followed_by(flat(float("nan"), 20))),
        silent("the schedule came to its end", train_loss=decay(2.3, 0.5, half_life=0.4), lr=cosine(0.1)),
    )

    def check(
        self,
        run: Run,
        train: Trend[TrainLoss],
        val: Trend[ValLoss] | None,
        schedule: Schedule | None,
        settings: Hyperparameters,
        siblings: Siblings,
    ) -> Iterator[Finding]:
        """Compare the last fifth of the run with the whole."""
        if (few := few_updates(train.series, settings)) and self._has_not_slowed(train, schedule):
            yield self._of_few_updates(train, few)
            return
        if schedule is not None and (schedule.is_range_test or schedule.rates[-1] <= self.ended_rate * schedule.peak):
            return
        whole = val is not None and (len(val) >= self.min_points or (len(val) > STEADY and _is_steady(val)))
        sure = EACH if val is not None and fall_together(train, val, self.min_z) else self.min_z
        for trend in (val, train) if val is not None and whole else (train,):
            if breaks_off(run, trend):
                return
            found = self._gain(trend, sure, judged_alone=trend is val)
            if found is not None:
                yield self._finding(trend, *found, siblings)
                return
            if trend is val and last_fall(trend)[0] < self.min_gain * trend.fall:
                return

    def _has_not_slowed(self, train: Trend[TrainLoss], schedule: Schedule | None) -> bool:
        """Whether a loss has not come far, and fell to the end as fast as before by the sum of the rates.

        The usual schedule is assumed of a handful of updates alone.
        """
        if len(train) < self.min_points or train.end < self.min_left * train.start or train.sure_fall < self.min_z:
            return False
        if schedule is None and train.series.steps[-1] > FEW_UPDATES:
            return False
        gone = elapsed_of_cosine(train, train) if schedule is None else elapsed(train, schedule)
        return late_pace(train, gone, np.inf) >= self.min_pace

    def _of_few_updates(self, train: Trend[TrainLoss], few: str) -> Finding:
        series = train.series
        return self.finding(
            f"{few}; {series.name} fell from {number(train.start)} to {number(train.end)}, by the sum of the rates as "
            "fast at the end as before",
            Span(series.name, series.first_step, series.last_step, "few updates"),
            confidence=confidence_from(train.sure_fall / self.min_z, len(train)),
            causes=ranked(because("batch-too-large", Strength.LIKELY, pro=[few]), because("stopped-too-early")),
            evidence={"start": Quantity(train.start), "end": Quantity(train.end)},
        )

    def _gain(
        self, trend: Trend[TrainLoss] | Trend[ValLoss], sure: float, *, judged_alone: bool
    ) -> tuple[float, float] | None:
        """Return the fall of the last fifth and the least that counts, None where it is less or not sure."""
        steady = trend.block == 1 and _is_steady(trend)
        if (len(trend) < self.min_points and not (steady and judged_alone)) or trend.fall <= 0:
            return None
        fifth = max(2, len(trend.level) // 5)
        then = trend.level[-fifth - max(1, fifth // 4) : -fifth + max(1, fifth // 4)]
        gain = median(then) - trend.end
        error = trend.error_of(*(max(len(part) * trend.block, SMOOTHED) for part in (then, trend.tail)))
        relative = self.min_relative * trend.end if judged_alone and trend.end > 0 else np.inf
        values = trend.series.values
        if steady:  # a bend in few points looks like noise, and a running median cuts the end off
            gain = float(values[-fifth - 1] - values[-1])
        fitted, z = last_fall(trend)
        if not steady and gain < sure * error and z >= sure:  # a line through all of the end knows more
            gain, error = fitted, fitted / z
        least = max(min(self.min_gain * trend.fall, relative), 0.0 if steady else sure * error)
        most = gain / 2 if trend.best_at < len(trend.level) - 1 else gain  # the very last may be the lowest
        return None if gain < least or trend.end - trend.best > most else (gain, least)

    def _finding(
        self, trend: Trend[TrainLoss] | Trend[ValLoss], gain: float, least: float, siblings: Siblings
    ) -> Finding:
        fifth = max(2, len(trend.level) // 5)
        series, since = trend.series, int(trend.steps[-fifth])
        whole = f"{percent(gain / trend.fall)} of its whole fall"
        if gain < self.min_gain * trend.fall and trend.end > 0:
            whole = f"{percent(gain / (trend.end + gain))} of what was left"
        return self.finding(
            f"{series.name} fell by {number(gain)} in the last fifth of the run, "
            + (whole if gain <= trend.fall else f"from where it had risen to; its whole fall is {number(trend.fall)}"),
            Span(series.name, since, series.last_step, "still falling"),
            confidence=confidence_from(gain / least, len(trend)),
            causes=unfinished_causes(trend, siblings, gain),
            evidence={"gain of the last fifth": Quantity(gain), "whole fall": Quantity(trend.fall)},
        )


def _is_steady(trend: Trend[TrainLoss] | Trend[ValLoss]) -> bool:
    """Whether each of the last values is lower than the one before."""
    return bool((np.diff(trend.series.values[-STEADY:]) < 0).all())
