"""Whether a training loss falls below zero without end, as where its sign, or that of one of its terms, is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logdoctor.causes import because
from logdoctor.evidence.accuracies import accuracies, end_accuracy
from logdoctor.finding import Observation, Quantity, Span, Strength, confidence_from
from logdoctor.run import Run
from logdoctor.run.naming import words
from logdoctor.run.roles import KlDivergence, TrainComponentLoss, TrainLoss
from logdoctor.signals import Trend
from logdoctor.signals.statistics.median import median
from logdoctor.wording import course, number

FAR = 10.0
"""Nats that a loss must end below zero, where the loss itself says that it has no floor: negated similarities, ratios
and scores of segmentations end above."""

FEW_NATS = 1.0
"""The same where an accuracy says that the loss is a cross-entropy, which is never below zero."""

GROWN = 100.0
"""Size of the end in units of the beginning from which a loss runs away."""

FASTER = 1.5
"""Fall of the later half of a run in units of that of the earlier: what is learnt comes slower and slower, and log
likelihoods of densities, which are below zero by right, keep to 0.4."""

EVENLY = 0.7
"""The same where another series shows that nothing is learnt."""

SHARE = 0.5
"""Part of the fall that the growth of a term that cannot be below zero explains."""

MISTAKEN = 0.5
"""Accuracy that is poor whatever the number of classes, where it has not risen."""

NEVER_NEGATIVE = frozenset("l1 l2 mse mae rmse huber ce bce box bbox giou entropy".split())
"""Words of losses that are sums of squares, distances or of negated logarithms of probabilities."""

MARGIN = 1.5
"""What counts as the margin of such a finding: sure of medium confidence, however long the log."""

MIN_VALUES = 3
"""Values that show whether a series rose or fell."""


def runs_away_below(run: Run, train: Trend[TrainLoss]) -> Observation | None:
    """Describe a loss that falls below zero without end while nothing is learnt by it; None where it does not.

    It falls faster and faster to a hundred times its size; a term that is never negative grows by as much as the sum
    falls; or the accuracy beside it is poor and has not risen.
    """
    falls_below = len(train) >= 2 * MIN_VALUES and train.end < min(train.start, 0.0)
    shown = _shown(run, train) if falls_below else ""
    if not shown:
        return None
    series = train.series
    falls = f"{series.name} falls from {number(train.first)} to {number(train.end)}, below zero without end"
    return Observation(
        f"{falls}, and {shown}: its sign, or that of one of its terms, is wrong",
        Span(series.name, series.first_step, series.last_step, "falling without end"),
        confidence_from(MARGIN, 2 * len(train)),
        (because("wrong-loss-or-output", Strength.LIKELY, pro=[shown]), because("learning-rate-too-high")),
        {"start": Quantity(train.first), "end": Quantity(train.end)},
    )


def _shown(run: Run, train: Trend[TrainLoss]) -> str:
    middle = train.at(0.5)
    pace = (middle - train.end) / max(train.start - middle, np.finfo(float).tiny)
    size = max(abs(train.initial), 1.0)
    if train.end <= -FEW_NATS and (wrong := _is_mistaken(run)):
        return wrong
    if train.end <= -FEW_NATS and (term := next(_terms_below_zero(run), "")):
        return term
    if train.end > -FAR:
        return ""
    if pace >= EVENLY and (term := next(_terms_that_grow(run, train), "")):
        return term
    runs_away = pace >= FASTER and -train.end >= GROWN * size
    return f"falls {number(pace)} times as far in its later half as before" if runs_away else ""


def _is_mistaken(run: Run) -> str:
    found = accuracies(run, MIN_VALUES)
    if not found or any(end_accuracy(one) > MISTAKEN or _rises(one.values) for one in found):
        return ""
    return f"{found[0].name} {course(float(found[0].values[0]), float(found[0].values[-1]))}"


def _rises(values: np.ndarray) -> bool:
    return median(values[-MIN_VALUES:]) > float(values[0])


def _terms_below_zero(run: Run) -> Iterator[str]:
    for one in run.all(TrainComponentLoss):
        named, values = NEVER_NEGATIVE & set(words(one.name)), one.finite.values
        falls_on = len(values) >= MIN_VALUES and values[-1] <= -FEW_NATS and values[-1] < values[len(values) // 2]
        if named and falls_on:
            yield f"{one.name}, which is never negative, ends at {number(float(values[-1]))}"


def _terms_that_grow(run: Run, train: Trend[TrainLoss]) -> Iterator[str]:
    for role in (TrainComponentLoss, KlDivergence):
        for one in run.all(role):
            values = one.finite.values
            if len(values) < MIN_VALUES or values.min() < 0:
                continue
            if values[-1] - values[0] >= SHARE * (train.start - train.end):
                yield f"{one.name} rises from {number(float(values[0]))} to {number(float(values[-1]))}"
