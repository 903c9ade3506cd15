"""Steps that are missing from a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logdoctor import (
    Finding,
    GradNorm,
    LearningRate,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    Strength,
    TrainError,
    TrainLoss,
    TrainMetric,
    ValError,
    ValMetric,
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
from logdoctor.run import Series, Split
from logdoctor.run.roles import Loss
from logdoctor.signals import Hole, holes, pace_of
from logdoctor.signals.optimization.accuracy import as_logged
from logdoctor.wording import counted, place

JUDGED = (Loss, LearningRate, GradNorm, TrainMetric, ValMetric, TrainError, ValError)
"""Roles of curves that a trainer logs as long as it trains."""

MAX_SPANS = 10


@dataclass(frozen=True)
class MissingSteps(Rule):
    """A curve that is logged regularly has a hole many records wide, or ends long before its neighbours.

    Records were lost without a trace in the file, or the program stopped logging. Curves that are logged irregularly
    (evaluations, powers of two, ends of epochs) are not judged.
    """

    id = "missing-steps"
    title = "Steps are missing from the log"
    severity = Severity.NOTE
    causes = ("log-incomplete", "logging-changed")
    limits = (
        "Needs 20 values at a regular interval; curves logged irregularly are not judged. The log cannot show whether "
        "training went on where records are missing."
    )

    min_paces: float = threshold(
        10.0, "width of a hole in usual distances between records; a lost record makes two, a thinner stretch a few"
    )
    min_points: float = threshold(20.0, "values from which a pace is known: with fewer, ten paces are half of the run")
    min_share: float = threshold(
        0.1,
        "share of the steps of its neighbours that a curve must lack at its end; less is the last flush of a writer",
    )

    examples = (
        fires("a hole in all", train_loss=decay(2.3, 0.2).without(50, 79), lr=flat(0.1).without(50, 79)),
        fires("a hole in one", train_loss=decay(2.3, 0.2), grad_norm=flat(1.0).without(50, 79)),
        fires("one ends early", train_loss=decay(2.3, 0.2, 70), lr=flat(0.1)),
        silent("every step is there", train_loss=decay(2.3, 0.2), lr=flat(0.1)),
        silent("a few records are lost", train_loss=decay(2.3, 0.2).without(50, 54), lr=flat(0.1)),
        silent("ends twelve records early", train_loss=decay(2.3, 0.2, 228), lr=flat(0.1, 240)),
        silent("a hole between few values", train_loss=decay(2.3, 0.2, 24).without(11, 22)),
        silent("powers of two", train_loss=given([2.3, 2.0]).followed_by(decay(2.0, 0.2, 63)).without(2, 4).without(
            5, 8).without(9, 15).without(17, 31).without(33, 63)),
        silent("evaluated now and then", train_loss=decay(2.3, 0.2), val_loss=decay(2.3, 0.3).without(1, 58).without(
            60, 118)),
        silent("logged from the fortieth step on", train_loss=decay(2.3, 0.2), grad_norm=flat(1.0).without(0, 39)),
    )  # fmt: skip

    def check(self, run: Run) -> Iterator[Finding]:
        """Report the widest hole with every curve that has it, then the curves that end early."""
        judged = [one for one in as_logged(run) if issubclass(one.role, JUDGED) and len(one.curve) >= self.min_points]
        yield from self._holes(judged)
        yield from self._early_ends(judged)

    def _holes(self, judged: Sequence[Series]) -> Iterator[Finding]:
        """Report the widest hole, with every curve that has it."""
        found = [(one, hole) for one in judged for hole in holes(one, self.min_paces)]
        if not found:
            return
        series, hole = max(found, key=lambda pair: pair[1].records)
        same = [one for one, other in found if (other.before, other.after, one.axis) == _place(hole, series)]
        named = next((one for one in same if one.role is TrainLoss), series)
        going_on = [one for one in judged if one.axis is series.axis and _has_points_within(one, hole)]
        others = f" and {counted(len(same) - 1, 'more curve')}" if len(same) > 1 else ""
        while_others = f", while {going_on[0].name} goes on" if going_on else ""
        yield self.finding(
            f"{counted(hole.records, 'record')} of {named.name}{others} are missing between "
            f"{place(series, hole.before)} and {hole.after:,}{while_others}",
            *(Span(one.name, hole.before, hole.after, "missing") for one in same[:MAX_SPANS]),
            confidence=confidence_from(hole.records / self.min_paces, len(series.curve)),
            causes=ranked(
                because(
                    "log-incomplete",
                    likely_if(not going_on),
                    pro=() if going_on else ["every curve of the same pace lacks them"],
                ),
                because(
                    "logging-changed",
                    possible_if(going_on),
                    contra=[] if going_on else ["nothing else was logged in between"],
                ),
            ),
            evidence={
                "records missing": Quantity(hole.records, "records"),
                "holes": Quantity(len({(h.before, h.after) for _, h in found})),
            },
        )

    def _early_ends(self, judged: Sequence[Series]) -> Iterator[Finding]:
        """Report the first curve that ends long before others of its pace."""
        for series in judged:
            pace, end = series.once(pace_of), series.curve.last_step
            alike = [one for one in judged if pace and _logged_beside(one, series) and one.once(pace_of) == pace]
            last = max((one.curve.last_step for one in alike), default=end)
            span = last - series.curve.first_step
            if not pace or last - end < max(self.min_paces * pace, self.min_share * span):
                continue
            longest = max(alike, key=lambda one: one.curve.last_step)
            missing = (last - end) / span
            yield self.finding(
                f"{series.name} ends at {place(series, end)}, {longest.name} at {place(longest, last)}",
                Span(series.name, end, end, "ends"),
                Span(longest.name, end, last, "goes on"),
                confidence=confidence_from(missing / self.min_share, len(series.curve)),
                causes=(
                    because(
                        "logging-changed",
                        Strength.POSSIBLE,
                        contra=["some trainers leave out a loss or norm that is not finite"],
                    ),
                    because("log-incomplete", Strength.POSSIBLE),
                ),
                evidence={"missing at the end": Quantity(missing, "share"), "last step": Quantity(end)},
            )
            return


def _place(hole: Hole, series: Series) -> tuple[int, int, object]:
    return hole.before, hole.after, series.axis


def _has_points_within(series: Series, hole: Hole) -> bool:
    steps = series.curve.steps
    return bool(((steps > hole.before) & (steps < hole.after)).any())


def _logged_beside(one: Series, other: Series) -> bool:
    """Two curves of one split that begin together are written by the same line of the program.

    Most curves of training name no split: a rate, a norm.
    """
    sides = {Split.TRAIN if series.split is Split.NONE else series.split for series in (one, other)}
    return one.axis is other.axis and len(sides) == 1 and one.curve.first_step == other.curve.first_step
