"""A loss and a metric that disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from logdoctor import (
    Finding,
    Fix,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    Strength,
    ValLoss,
    ValMetric,
    because,
    confidence_from,
    fires,
    likely_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line, rise
from logdoctor.evidence.generalization.resting_accuracy import RestingAccuracy, accuracies_at_rest
from logdoctor.signals import Trend
from logdoctor.signals.statistics.smoothing import SMOOTHED
from logdoctor.wording import course, number, percent, place


@dataclass(frozen=True)
class MetricLossDisagreement(Rule):
    """A loss says that the model gets better, and the metric that it gets worse, or the other way about.

    Loss falls while the metric falls: the many easy examples are learnt at the cost of the few that the metric counts.
    Loss rises while the metric holds: wrong answers become more certain, which is a note, for decisions are as good.
    Loss comes to far less than wrong answers cost while an accuracy stays where it began: it is computed wrongly.
    """

    id = "metric-loss-disagreement"
    title = "Loss and metric disagree"
    severity = Severity.WARNING
    causes = ("class-imbalance", "overconfidence", "metric-miscomputed")
    references = ("Guo et al. (2017), On Calibration of Modern Neural Networks, arXiv:1706.04599",)
    limits = (
        "Needs 6 values each of a validation loss and of a metric, on one axis; errors that are better when lower are "
        "not compared. Which class loses, only a metric of each class tells."
    )
    explains = ("constant-metric",)

    min_metric_fall: float = threshold(
        0.15, "fall of the metric after its best as a share of the best; sound metrics give back a few percent"
    )
    min_loss_fall: float = threshold(
        0.1, "fall of the loss over the same steps as a share of its level: it must go on falling all the while"
    )
    min_loss_rise: float = threshold(
        0.2, "rise of the loss after its lowest as a share of the lowest, while the metric holds (see overfitting)"
    )
    max_given_back: float = threshold(
        0.1, "part of its gain that a metric may have given back since the loss was lowest, and still count as held"
    )
    min_z: float = threshold(4.0, "both movements in units of the noise of their levels: one in thirty thousand")
    min_points: float = threshold(6.0, "values of each: a best value that a neighbour shares, with some on both sides")

    examples = (
        fires(
            "loss falls, F1 falls",
            val_loss=decay(0.7, 0.2, half_life=0.3),
            val_f1=line(0.2, 0.6, 40).then(line(0.0, -0.4, 80)),
        ),
        fires(
            "loss rises, accuracy holds (a note)",
            val_loss=decay(2.3, 0.9, 40).then(rise(0.5, 80)),
            val_accuracy=decay(0.1, 0.8),
        ),
        fires(
            "loss rises, accuracy gives back a little (a note)",
            val_loss=decay(2.3, 0.9, 40).then(rise(0.5, 80)),
            val_accuracy=decay(0.1, 0.8, 40).then(line(0.0, -0.03, 80)),
        ),
        fires(
            "loss falls, F1 falls, though accuracy rises",
            val_loss=decay(0.7, 0.2, half_life=0.3),
            val_accuracy=decay(0.5, 0.94),
            val_f1=line(0.2, 0.6, 40).then(line(0.0, -0.6, 80)),
        ),
        silent("both get better", val_loss=decay(0.7, 0.2), val_f1=decay(0.2, 0.8)),
        fires(
            "nearly all is learnt, and the accuracy wavers about guessing",
            train_loss=decay(0.9, 0.007, 20, half_life=0.05),
            train_accuracy=flat(0.1, 20).noisy(0.002),
            val_loss=decay(0.3, 0.08, 20, half_life=0.05),
            val_accuracy=flat(0.1, 20).noisy(0.003),
        ),
        silent(
            "an accuracy of whole sentences rises by little: few are right where nearly all words are",
            train_loss=decay(0.9, 0.007, 20, half_life=0.05),
            train_accuracy=line(0.05, 0.15, 20).noisy(0.002),
            val_loss=decay(0.3, 0.08, 20, half_life=0.05),
        ),
        silent(
            "a student that was as right as its teacher before comes nearer to it",
            train_loss=decay(0.5, 0.01, 40, half_life=0.1),
            train_acc=flat(0.7, 40).noisy(0.004),
            val_loss=decay(0.5, 0.012, 40, half_life=0.1),
            val_acc=flat(0.69, 40).noisy(0.004),
        ),
        silent(
            "the accuracy is that of a probe on what is learnt",
            train_loss=decay(0.9, 0.03, 40, half_life=0.1),
            val_loss=decay(0.9, 0.03, 40, half_life=0.1),
            probe_acc=flat(0.3, 40).noisy(0.01),
        ),
        silent(
            "a loss that was never as large as mistakes cost: it is divided by something",
            train_loss=decay(0.04, 0.01, 20, half_life=0.05),
            train_accuracy=flat(0.1, 20).noisy(0.002),
            val_loss=decay(0.04, 0.01, 20, half_life=0.05),
        ),
        silent(
            "both get worse",
            val_loss=decay(0.7, 0.2, 40).then(rise(0.3, 80)),
            val_f1=line(0.2, 0.6, 40).then(line(0.0, -0.4, 80)),
        ),
        silent(
            "the metric gives back a little",
            val_loss=decay(0.7, 0.2, half_life=0.3),
            val_f1=line(0.2, 0.6, 40).then(line(0.0, -0.06, 80)),
        ),
        silent(
            "loss has come to rest while the metric falls",
            val_loss=decay(0.7, 0.2, 40, half_life=0.05).followed_by(flat(0.2, 80)),
            val_f1=line(0.2, 0.6, 40).then(line(0.0, -0.4, 80)),
        ),
        silent(
            "a small rise of the loss", val_loss=decay(2.3, 0.9, 40).then(rise(0.1, 80)), val_accuracy=decay(0.1, 0.8)
        ),
        silent("noise", val_loss=decay(0.7, 0.2, half_life=0.3), val_f1=flat(0.6).noisy(0.25)),
        silent(
            "the metric falls once the loss is NaN",
            val_loss=decay(0.7, 0.05, 60).followed_by(flat(float("nan"), 60)),
            val_f1=line(0.2, 0.6, 60).followed_by(flat(0.1, 60)),
        ),
        silent(
            "one good evaluation, the first of nine",
            val_loss=line(0.53, 0.27, 9),
            val_f1=given([0.1]).followed_by(flat(0.0, 8)),
        ),
        fires("six values", val_loss=line(0.7, 0.3, 6), val_f1=line(0.6, 0.3, 6)),
        silent("few values", val_loss=line(0.7, 0.3, 5), val_f1=line(0.6, 0.3, 5)),
    )

    def check(self, run: Run, loss: Trend[ValLoss]) -> Iterator[Finding]:
        """Look at each from where the other was at its best; the first metric that disagrees is told."""
        if len(loss) < self.min_points:
            return
        metrics: list[Trend[ValMetric]] = [
            Trend.measure(one) for one in run.all(ValMetric) if len(one.finite) >= self.min_points
        ]
        # Beyond the last loss it has turned NaN.
        fitting = [
            one
            for one in metrics
            if one.series.axis == loss.series.axis
            and one.series.steps[-1] <= loss.series.steps[-1] + max(loss.pace, one.pace)
        ]
        falls = (finding for one in fitting for finding in self._metric_falls(loss, one))
        rises = (finding for one in fitting[:1] for finding in self._loss_rises(loss, one))
        rests = map(self._accuracy_rests, accuracies_at_rest(run, self.min_points, self.min_z))
        yield from islice(chain(falls, rises, rests), 1)

    def _accuracy_rests(self, found: RestingAccuracy) -> Finding:
        """Report an accuracy that the loss contradicts."""
        metric, loss = found.metric.series, found.loss
        return self.finding(
            f"{metric.name} stays about {number(found.metric.thirds[2])} while {loss.series.name} falls from "
            f"{number(loss.start)} to {number(loss.end)}: {found.said}",
            Span(metric.name, metric.first_step, metric.last_step, "about one value"),
            Span(loss.series.name, loss.series.first_step, loss.series.last_step, "falling"),
            confidence=confidence_from(found.cost / max(loss.end, 1e-300), len(metric)),
            causes=(because("metric-miscomputed", Strength.LIKELY, pro=[found.said]),),
            evidence={"metric": Quantity(found.metric.thirds[2]), "loss at the end": Quantity(loss.end)},
        )

    def _metric_falls(self, loss: Trend[ValLoss], metric: Trend[ValMetric]) -> Iterator[Finding]:
        """Report a metric that falls from its best while the loss goes on falling."""
        shared = _shared(metric)
        best_at = int(np.argmax(shared))
        best, step = float(shared[best_at]), int(metric.steps[best_at])
        given_up, then = best - metric.end, _at(loss, step)
        least = max(self.min_metric_fall * abs(best), (self.min_z + _luck(metric)) * metric.level_noise)
        least_loss = max(self.min_loss_fall * abs(then), self.min_z * loss.level_noise)
        if given_up <= least or then - loss.end <= least_loss:
            return
        last = metric.series.last_step
        loses = percent(given_up / best) if best > 0 else number(given_up)
        yield self.finding(
            f"{metric.series.name} falls from {number(best)} at {place(metric.series, step)} to {number(metric.end)} "
            f"while {loss.series.name} falls from {number(then)} to {number(loss.end)}",
            Span(metric.series.name, step, last, "falling"),
            Span(loss.series.name, *_within(loss, step), "falling"),
            confidence=confidence_from(given_up / least, 2 * len(metric)),
            causes=(
                because(
                    "class-imbalance",
                    Strength.LIKELY,
                    pro=[f"the loss gains on most examples while {metric.series.name} loses {loses}"],
                    fixes=[Fix(f"keep the checkpoint of {place(metric.series, step)}", basis="read from this curve")],
                ),
            ),
            evidence={
                "best metric": Quantity(best),
                "metric at the end": Quantity(metric.end),
                "loss at the end": Quantity(loss.end),
            },
            to_tell_apart=["the metric of each class: rare ones fall where the others outweigh them"],
        )

    def _loss_rises(self, loss: Trend[ValLoss], metric: Trend[ValMetric]) -> Iterator[Finding]:
        """Report a loss that rises from its best while the metric holds."""
        risen, then = loss.end - loss.best, _at(metric, loss.best_step)
        least = max(self.min_loss_rise * abs(loss.best), (self.min_z + _luck(loss)) * loss.level_noise)
        gained = metric.end - float(metric.level.min())
        holds = metric.end >= then - self.max_given_back * max(gained, 0.0)
        if risen <= least or not holds or gained <= self.min_z * metric.level_noise:
            return
        yield self.finding(
            f"{loss.series.name} rises from {number(loss.best)} at {place(loss.series, loss.best_step)} to "
            f"{number(loss.end)} while {metric.series.name} {course(then, metric.end)}",
            Span(loss.series.name, loss.best_step, loss.series.last_step, "rising"),
            Span(metric.series.name, *_within(metric, loss.best_step), "holding"),
            severity=Severity.NOTE,
            confidence=confidence_from(risen / least, 2 * len(loss)),
            causes=ranked(
                because(
                    "overconfidence",
                    likely_if(metric.end - then <= gained / 2),
                    pro=["decisions are as good as they were, the loss is not"],
                )
            ),
            evidence={"lowest": Quantity(loss.best), "end": Quantity(loss.end), "metric": Quantity(metric.end)},
        )


def _shared(metric: Trend[ValMetric]) -> np.ndarray:
    """Return the level; of values too few to be smoothed what each shares with a neighbour: one alone is no level."""
    if len(metric) >= 2 * SMOOTHED:
        return metric.level
    beside = np.pad(metric.level, 1, constant_values=-np.inf)
    return np.minimum(metric.level, np.maximum(beside[:-2], beside[2:]))


def _at(trend: Trend[ValLoss] | Trend[ValMetric], step: int) -> float:
    return float(np.interp(step, trend.steps, trend.level))


def _within(trend: Trend[ValLoss] | Trend[ValMetric], step: int) -> tuple[int, int]:
    """Return the stretch from a step to the end, within the steps of the series."""
    first, last = trend.series.first_step, trend.series.last_step
    return min(max(step, first), last), last


def _luck(trend: Trend[ValLoss] | Trend[ValMetric]) -> float:
    """Return how many sigmas the best of so many independent values lies beyond their level by luck alone."""
    return float(np.sqrt(2 * np.log(max(len(trend.level) / SMOOTHED, 1.0))))
