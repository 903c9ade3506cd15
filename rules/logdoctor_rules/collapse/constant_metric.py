"""A metric that stays at exactly one value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Cause,
    Finding,
    Quantity,
    Rule,
    Run,
    Series,
    Severity,
    Span,
    Strength,
    TrainLoss,
    TrainMetric,
    ValMetric,
    because,
    confidence_from,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line
from logdoctor.signals import Trend
from logdoctor.signals.accuracy import answers_differ, errs_alike, one_class_at_a_time, rose_to
from logdoctor.signals.chance import knows_shares_alone, least_of_one_answer
from logdoctor.wording import counted, number, percent, stretch

HALF = 0.5
"""Accuracy above which one class may hold most examples."""

UNMOVED = 0.02
"""Change of the training loss from its first third to its last, as a share, up to which it has not moved."""

SURE, LITTLE = 4.0, 0.05
"""Fall of the loss in units of its standard error from which it falls, and as a share up to which that is little."""


@dataclass(frozen=True)
class ConstantMetric(Rule):
    """A metric shows one and the same value to the end of the run while training goes on.

    The model gives every example the same answer, or the metric is computed wrongly. A metric that rose to its value
    has learnt, and one at its best possible value has nowhere to go: neither is a finding. Where the training loss does
    not move either, that is the finding, and this a note.
    """

    id = "constant-metric"
    title = "A metric never moves"
    severity = Severity.WARNING
    causes = (
        "class-imbalance", "labels-do-not-match", "dead-activations", "wrong-loss-or-output", "optimizer-not-stepping",
    )  # fmt: skip
    references = ("https://karpathy.github.io/2019/04/25/recipe/",)
    limits = "Needs 8 exactly equal values to the end; it cannot know which share of the data is one class."

    min_share: float = threshold(
        0.6, "share of the run, up to its end, at one value; hard tasks rest at zero for a while before they break"
    )
    min_points: float = threshold(
        8.0, "values at one value: small validation sets repeat an accuracy a few times by chance"
    )
    learnt: float = threshold(
        0.5,
        "training loss at the end as a share of its start, below which the model learns all the same: a constant above "
        "zero may then be a small, easy set, and is a note; the entropy of two classes of that share is not below",
    )

    examples = (
        fires("accuracy at the majority share", train_loss=decay(0.6, 0.4), val_accuracy=flat(0.9)),
        fires(
            "F1 is zero while the loss falls",
            train_loss=decay(0.7, 0.1),
            val_f1=flat(0.0),
        ),
        fires(
            "falls back to one class",
            train_loss=decay(2.3, 1.1, 40).then(line(0.0, 1.2, 80)),
            train_accuracy=line(0.1, 0.6, 30).followed_by(flat(0.1, 90)),
        ),
        fires(
            "one class from the start on, as the loss says (a note)",
            train_loss=flat(2.303).noisy(0.001),
            train_accuracy=flat(0.1),
        ),
        fires(
            "one class, and a loss that creeps as it learns the shares",
            train_loss=decay(1.56, 1.53),
            val_accuracy=flat(0.17),
        ),
        fires(
            "constant while the model learns (a note)",
            train_loss=decay(2.3, 0.3),
            val_accuracy=flat(0.6),
        ),
        fires(
            "one class while the loss falls to the entropy of the shares",
            train_loss=decay(0.6, 0.2),
            val_accuracy=flat(0.96),
        ),
        fires(
            "one class, and a loss that comes down from far above guessing, but not below it",
            train_loss=decay(9000.0, 190.0, 10),
            val_accuracy=flat(0.2171, 10),
        ),
        fires(
            "one class after another, each with its share of the data",
            train_loss=decay(9000.0, 190.0, 10),
            val_accuracy=given([0.2171, 0.2171, 0.2171, 0.2171, 0.2171, 0.2, 0.2171, 0.2171, 0.2, 0.2171]),
        ),
        silent(
            "few values, which it rose to",
            train_loss=decay(2.3, 0.9, 12),
            val_accuracy=given([0.12, 0.31, *[0.45, 0.46] * 5]),
        ),
        silent("solved from the start", train_loss=decay(0.2, 0.01), val_accuracy=flat(1.0)),
        silent("solved from the start, in percent", train_loss=decay(0.2, 0.01), val_accuracy=flat(100.0)),
        silent(
            "rose to where it is",
            train_loss=decay(1.1, 0.02),
            val_accuracy=line(0.33, 0.967, 20).followed_by(flat(0.967, 100)),
        ),
        fires(
            "rose from any answer to the same for all, and the loss never passes the entropy of the shares",
            train_loss=decay(0.7, 0.24),
            val_accuracy=line(0.75, 0.96, 20).followed_by(flat(0.96, 100)),
        ),
        silent(
            "nearly always among the best five, and the best one moves",
            train_loss=decay(2.3, 0.05, 30),
            val_acc_1=decay(90.0, 98.5, 30).noisy(0.3),
            val_acc_5=given([99.0, 99.5, *[99.8] * 28]),
        ),
        silent(
            "all training examples but one are right, those of validation are not",
            train_loss=decay(1.3, 0.014, 25, half_life=0.05),
            train_accuracy=given([0.59, 0.93, 0.96, 0.986, 0.99, 0.996]).followed_by(flat(0.999, 19)),
            val_accuracy=decay(0.8, 0.952, 25, half_life=0.1),
        ),
        silent(
            "rests a little below its best",
            train_loss=decay(1.1, 0.02),
            val_accuracy=line(0.33, 0.98, 20).followed_by(flat(0.967, 100)),
        ),
        silent(
            "zero for the first half",
            train_loss=decay(9.0, 2.0),
            val_map=flat(0.0, 60).followed_by(line(0.0, 0.4, 60)),
        ),
        silent(
            "constant over the later half alone",
            train_loss=decay(2.3, 1.9),
            train_accuracy=line(0.3, 0.2, 60).followed_by(given([0.1] * 60)),
        ),
        silent("a placeholder", train_loss=decay(2.3, 0.3), hp_metric=flat(-1.0), val_score=flat(-1.0)),
        silent(
            "the loss has turned NaN",
            train_loss=line(2.3, 2.2, 10).followed_by(flat(float("nan"), 110)),
            val_accuracy=line(0.1, 0.2, 10).followed_by(flat(0.1, 110)),
        ),
        silent(
            "the loss is NaN from its second value on",
            train_loss=given([2.3]).followed_by(flat(float("nan"), 119)),
            val_accuracy=flat(0.1),
        ),
        silent("seven values", train_loss=line(2.3, 2.1, 7), val_accuracy=flat(0.1, 7)),
        silent("moves", train_loss=decay(2.3, 0.3), val_accuracy=decay(0.1, 0.9).noisy(0.01)),
    )

    def check(self, run: Run, train: Trend[TrainLoss] | None) -> Iterator[Finding]:
        """Look at every metric; the first that never moves is told, the others are named with it."""
        metrics = [_while_training(one.finite, run) for one in (*run.all(ValMetric), *run.all(TrainMetric))]
        stuck = [(one, since) for one in metrics if (since := self._stuck_from(one, metrics, train)) is not None]
        if not stuck:
            return
        series, since = next(((one, at) for one, at in stuck if one.values[-1] == 0), stuck[0])
        value, n = float(series.values[-1]), len(series)
        falls = train is not None and train.end < min(self.learnt * train.start, least_of_one_answer(value))
        others = [one.name for one, _ in stuck if one is not series]
        first, last = int(series.steps[since]), int(series.steps[-1])
        kinds = len(np.unique(series.values[since:]))
        said = f"is exactly {number(value)}" if kinds == 1 else f"takes {kinds} values alone"
        yield self.finding(
            f"{series.name} {said} over {stretch(series, first, last)}, "
            f"{percent((n - since) / n)} of the run" + (f"; so is {', '.join(others)}" if others else ""),
            Span(series.name, first, last, "one value"),
            severity=Severity.NOTE if (falls and value > 0) or _told_elsewhere(train, value) else self.severity,
            confidence=confidence_from(3.0 if value == 0 or not falls else 1.25, n - since),
            causes=self._causes(series, since, train, falls=falls, beside=_largest_class(metrics)),
            evidence={
                "value": Quantity(value),
                "values alike": Quantity(n - since, f"of {counted(n, 'value')}"),
                "training loss at the end": Quantity(train.end if train is not None else "not logged"),
            },
        )

    def _stuck_from(self, series: Series, metrics: Sequence[Series], train: Trend[TrainLoss] | None) -> int | None:
        """Return the index from which a metric never moves again; None where it does, or may well stay."""
        values = series.values
        if len(values) < self.min_points:
            return None
        if one_class_at_a_time(series):
            return 0
        value = float(values[-1])
        moves = np.flatnonzero(values != value)
        since = int(moves[-1]) + 1 if len(moves) else 0
        alike = len(values) - since
        if alike < self.min_points or alike < self.min_share * len(values):
            return None
        one_class = knows_shares_alone(value, train) and errs_alike(series, metrics)
        learnt = rose_to(value, values[:since]) and not one_class
        learnt |= answers_differ(series.take(slice(since, None)), metrics)
        return None if value < 0 or value in (1.0, 100.0) or learnt else since

    @staticmethod
    def _causes(
        series: Series, since: int, train: Trend[TrainLoss] | None, *, falls: bool, beside: str
    ) -> tuple[Cause, ...]:
        value = float(series.values[-1])
        fell = since > 0
        learns = [f"the training loss falls to {number(train.end)} all the same"] if falls and train is not None else []
        majority = (value / 100 if value > 1 else value) > HALF
        shares = [f"{number(value)} may be the share of the largest class"] if majority else []
        shares += [f"{beside} meanwhile: that may be the largest class"] if value == 0 and beside else []
        unmoved = not fell and _unmoved(train)
        return ranked(
            because(
                "class-imbalance",
                Strength.LIKELY if shares and (not fell or value == 0) else Strength.POSSIBLE,
                pro=shares,
            ),
            because(
                "labels-do-not-match",
                Strength.LIKELY if learns and value == 0 and not shares else Strength.POSSIBLE,
                pro=learns if value == 0 else [],
            ),
            because(
                "optimizer-not-stepping",
                Strength.LIKELY if unmoved and not majority else Strength.POSSIBLE if unmoved else Strength.UNLIKELY,
                pro=["neither the metric nor the training loss has moved since the first value"] if unmoved else [],
                contra=[] if unmoved else ["the training loss or the metric has moved"],
            ),
            because(
                "dead-activations",
                Strength.LIKELY if not shares and (fell or not learns) else Strength.POSSIBLE,
                pro=[f"it was at {number(float(series.values[:since].max()))} before"] if fell else [],
                contra=learns,
            ),
            because(
                "wrong-loss-or-output",
                Strength.LIKELY if learns and value == 0 and not shares else Strength.POSSIBLE,
                pro=learns,
            ),
        )


def _unmoved(train: Trend[TrainLoss] | None) -> bool:
    return train is not None and abs(train.thirds[0] - train.thirds[2]) <= UNMOVED * abs(train.thirds[0])


def _told_elsewhere(train: Trend[TrainLoss] | None, value: float) -> bool:
    """Whether the loss does not move either, which is a finding of its own; not one that creeps beside poor answers."""
    little = train is not None and train.first - train.end <= LITTLE * abs(train.first)
    creeps = train is not None and little and train.sure_fall > SURE and value < HALF
    return _unmoved(train) and not creeps


def _largest_class(metrics: Sequence[Series]) -> str:
    """Say which other metric stands above one half, as an accuracy does that always names the largest class."""
    for one in metrics:
        if len(one) and "acc" in one.name.lower() and HALF < one.values[-1] < 1:
            return f"{one.name} is {number(float(one.values[-1]))}"
    return ""


def _while_training(series: Series, run: Run) -> Series:
    """Leave out what was measured once the loss was no number any more: that is another finding."""
    losses = [one.finite for one in run.all(TrainLoss) if one.axis == series.axis]
    if not losses:
        return series
    last = max((int(one.steps[-1]) for one in losses if len(one)), default=-1)
    return series.take(series.steps <= last)
