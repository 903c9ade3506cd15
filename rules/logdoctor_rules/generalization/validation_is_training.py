"""Validation that shows the values of training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Confidence,
    Finding,
    Fix,
    Quantity,
    Rule,
    Run,
    Series,
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
from logdoctor.curves import decay, flat, given
from logdoctor.wording import stretch

MOST = 0.4
"""Share of the evaluations at whose steps training is logged, too: rows get lost, or are logged more seldom."""

HEAD = 32
"""Evaluations that are looked at first: of most pairs of losses they differ."""

SAME = (17.1167, 12.3003, 8.95505, 6.57081, 4.8891, 3.69686)


@dataclass(frozen=True)
class ValidationIsTraining(Rule):
    """The validation loss equals the training loss, digit for digit, while both move.

    The two names were given the same data, or one of them logs the other's value. Nothing is known then of data that
    the model has not seen, unless another validation loss is logged: neither overfitting nor the best step shows.
    Losses of two sets agree now and then in the digits of a log, not at every step.
    """

    id = "validation-is-training"
    title = "Validation shows the values of training"
    severity = Severity.WARNING
    causes = ("leakage",)
    limits = "Needs 5 different losses of four digits at the same steps; accuracies may well agree by chance."

    min_points: float = threshold(
        5.0,
        "different values of four digits or more, each the same in both: the losses of two large sets may agree in "
        "fewer digits throughout",
    )

    examples = (
        fires("digit for digit", train_loss=given(SAME), val_loss=given(SAME)),
        fires(
            "at each of few evaluations", train_loss=decay(2.3, 0.3, 40), val_loss=decay(2.3, 0.3, 40).without(1, 19)
        ),
        fires("five of them", train_loss=given(SAME[:5]), val_loss=given(SAME[:5])),
        fires(
            "beside another validation loss, which is one (a note)",
            train_loss=given(SAME),
            val_loss=given(SAME),
            smoothed_val_loss=decay(3.7, 2.1, len(SAME)),
        ),
        silent("four of them", train_loss=given(SAME[:4]), val_loss=given(SAME[:4])),
        silent("one value for all of them", train_loss=flat(0.693147, 40), val_loss=flat(0.693147, 40)),
        silent("all but one", train_loss=given(SAME), val_loss=given([17.1167, 12.3004, *SAME[2:]])),
        silent(
            "two large sets in three digits",
            varies={"bits instead of nats": "no log that was rounded has more digits in another unit"},
            train_loss=given(np.round(decay(2.3, 0.3, 12).values, 2)),
            val_loss=given(np.round(decay(2.3, 0.3, 12).values, 2)),
        ),
        silent("two sets that are alike", train_loss=decay(2.3, 0.3).noisy(0.01), val_loss=decay(2.3, 0.3)),
    )

    def check(self, run: Run) -> Iterator[Finding]:
        """Look at the values that the two have at the same steps; the first pair that agrees is told."""
        pairs = ((one.finite, two.finite) for one in run.all(TrainLoss) for two in run.all(ValLoss))
        found = ((one, two, _shared(one, two)) for one, two in pairs if one.axis is two.axis)
        told = next(((one, two, n) for one, two, n in found if n >= self.min_points), None)
        if told is None:
            return
        train, val, different = told
        other = next((one.name for one in run.all(ValLoss) if len(one.finite) and not _shared(train, one.finite)), "")
        where = stretch(val, val.first_step, val.last_step)
        fix = Fix(
            "log the loss of examples that training does not see: this one is of the same data, or the same value"
        )
        said = f"{val.name} equals {train.name} at every step that both show"
        confidence = confidence_from(different / self.min_points, 3 * different)
        yield self.finding(
            f"{val.name} equals {train.name} in every digit over {where}, in {different} different values"
            + (f"; {other} does not" if other else ""),
            Span(val.name, val.first_step, val.last_step, "the same values"),
            Span(train.name, train.first_step, train.last_step),
            severity=Severity.NOTE if other or confidence is Confidence.LOW else self.severity,
            confidence=confidence,
            causes=(because("leakage", Strength.LIKELY, pro=[said], fixes=[fix]),),
            evidence={"different values": Quantity(different, f"of {len(val)}, each the same in both")},
        )


def _shared(train: Series, val: Series) -> int:
    """Return how many different values of four digits two losses share, none where they differ at a shared step."""
    shared = np.empty(0)
    for looked_at in (HEAD, len(val)) if len(train) else ():
        steps, values = val.steps[:looked_at], val.values[:looked_at]
        at = np.searchsorted(train.steps, steps).clip(max=len(train) - 1)
        both = train.steps[at] == steps
        shared = values[both]
        if (train.values[at[both]] != shared).any():
            return 0
    if not len(shared) or len(shared) < MOST * len(val):
        return 0
    return sum(float(f"{one:.3g}") != one for one in np.unique(shared))
