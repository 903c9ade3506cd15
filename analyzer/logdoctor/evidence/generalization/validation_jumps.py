"""Why a validation loss jumps from one evaluation to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from logdoctor.causes import because, likely_because
from logdoctor.evidence.rate_fixes import decayed_from_there, late_decay, with_lower_rate
from logdoctor.evidence.siblings import cured_first
from logdoctor.evidence.usual_rates import above_usual, throws_any_network
from logdoctor.finding import Cause, Fix, Strength, likely_if
from logdoctor.run import Series
from logdoctor.run.roles import ValLoss
from logdoctor.signals import Hyperparameters, Roughness, Schedule, Sibling, Siblings
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_accuracy
from logdoctor.signals.statistics.correlation import correlation
from logdoctor.signals.statistics.rounding import in_hundredths
from logdoctor.wording import counted, number, percent

CAUSES = (
    "validation-set-too-small", "batch-norm-statistics", "learning-rate-too-high", "batch-too-small",
    "no-gradient-clipping", "validation-set-differs",
)  # fmt: skip
"""Everything that `causes_of_jumps` may name."""

KINDS = 4
"""Different accuracies that it takes to say that they are of many examples."""

TINY_BATCH = 4
"""Examples in a batch up to which the weights jump with each of them."""

CALM = 0.25
"""Usual change of a sibling's validation in units of this run's jumps, up to which the set that both share is large
enough."""

TOGETHER = 0.5
"""Usual jump of training in units of that of validation from which the model itself may jump."""

ALIKE = 0.6
"""Correlation of their moves from which it does: that of ten unrelated moves stays below nineteen times in twenty."""

EVALUATIONS = 10
"""Evaluations of the sibling that it takes to say so."""

ONE_SIDED = 0.75
"""Share of the large jumps that go up from which something makes them worse."""

FELL = 0.5
"""Share of the rate before the last quarter down to which it has fallen."""

STEADY = 0.05
"""Usual jump of training as a share of all it gained, up to which the model is steady, and other data may not be."""

COLLAPSES = 0.5
"""Value of a metric in units of its best so far, below which it collapses: of fifty answers that are right by eight in
ten, so many are wrong by chance once in ten million evaluations."""

BACK = 0.9
"""The same that it comes back to, by what was learnt before."""

TWICE = 2
"""Such collapses from which they are no single event."""

CALMER = 0.8
"""Late jumps in units of early ones below which they have shrunk with the rate."""


@dataclass(frozen=True, eq=False)
class ValidationJumps:
    """What the jumps, the settings and the siblings say of why a validation loss jumps: each a clause, or nothing."""

    rough: Roughness
    schedule: Schedule | None
    settings: Hyperparameters
    siblings: Siblings
    few: str = ""
    """An accuracy tells of few examples: a clause."""
    many: str = ""
    """An accuracy tells of more: a clause."""
    collapses: str = ""
    """A metric falls to little again and again, and comes back: a clause."""
    is_other_data: bool = False
    """Validation shows to be other data than training: while training is steady, that is what jumps."""

    @cached_property
    def calm_siblings(self) -> list[Sibling]:
        """Siblings that do not jump on the same set, where it is not known to be small."""
        return [] if self.few else [one for one in self.siblings if _is_calm(one, self.rough)]

    @property
    def calm(self) -> str:
        """A sibling does not jump."""
        good = self.calm_siblings
        return f"sibling run {good[0].run.name} does not jump on the same set" if good else ""

    @cached_property
    def one_sided(self) -> str:
        """Most of the large jumps go up."""
        upward = self.rough.upward
        most = "all" if upward == 1 else f"{percent(upward)} of the"
        return f"{most} large jumps go up" if upward >= ONE_SIDED else ""

    @cached_property
    def tiny_batch(self) -> str:
        """An update sees next to no examples."""
        batch = self.settings.batch_size
        return f"each update follows {counted(int(batch), 'example')}" if batch and batch <= TINY_BATCH else ""

    @cached_property
    def rate_fell(self) -> bool:
        """Whether the rate has fallen in the last quarter of the evaluations."""
        if self.schedule is None:
            return False
        steps = self.rough.gap.val.series.steps
        last_quarter = int(steps[len(steps) * 3 // 4])
        return bool(self.schedule.rates[-1] <= FELL * self.schedule.at(last_quarter - 1))

    @cached_property
    def far_too_high(self) -> str:
        """The rate is one at which no network trains, and this one does not train steadily."""
        if self.is_steady or not throws_any_network(self.settings):
            return ""
        return above_usual(self.siblings.run, self.settings)

    @property
    def shrank(self) -> str:
        """The jumps have become smaller with the rate."""
        smaller = self.rate_fell and self.rough.last_jumps < CALMER * self.rough.early_jumps
        return "the jumps shrank with the rate" if smaller else ""

    @cached_property
    def with_training(self) -> str:
        """Training goes up and down with validation."""
        rough = self.rough
        if rough.train_jumps < TOGETHER * rough.jumps:
            return ""
        together = correlation(np.diff(rough.values), np.diff(rough.train_values)) >= ALIKE
        return f"training goes up and down with it, by {number(rough.train_jumps)}" if together else ""

    @cached_property
    def thrown(self) -> str:
        """Training ends above where it began."""
        train = self.rough.gap.train
        if train.end <= train.start:
            return ""
        return f"{train.series.name} ends at {number(train.end)}, above the {number(train.first)} at which it began"

    @property
    def is_steady(self) -> bool:
        """Whether training hardly jumps."""
        train = self.rough.gap.train
        return self.rough.train_jumps <= STEADY * max(train.start - train.end, 0.0)

    @cached_property
    def unlike_training(self) -> str:
        """What is evaluated collapses again and again while what is trained is steady: the two are not the same."""
        end = number(self.rough.gap.train.end)
        return f"{self.collapses}, while training is steady at {end}" if self.collapses and self.is_steady else ""

    @cached_property
    def away(self) -> str:
        """Validation is other data, and jumps while training, far below it, is steady."""
        train, val = self.rough.gap.train, self.rough.gap.val
        if not self.is_other_data or not self.is_steady or val.end < train.start:
            return ""
        return (
            f"{val.series.name} jumps around {number(val.end)}, above the {number(train.start)} at which training "
            f"began, while {train.series.name} is steady at {number(train.end)}"
        )


def causes_of_jumps(seen: ValidationJumps, fixes: Sequence[Fix]) -> tuple[Cause, ...]:
    """A small set errs both ways, in siblings too; statistics or steps that are off only ever make it worse.

    `fixes` are those of a small set. Many examples that are the same each time jump together only where the weights do.
    """
    found = cured_first(
        seen.siblings,
        _set_too_small(seen, fixes),
        likely_because("validation-set-differs", seen.away),
        _rate_too_high(seen),
        _statistics_lag(seen),
        likely_because("batch-too-small", seen.tiny_batch),
        because("no-gradient-clipping", Strength.UNLIKELY),
        among=seen.calm_siblings,
    )
    return tuple(one for one in found if one.strength is not Strength.UNLIKELY or one.contra)


def _set_too_small(seen: ValidationJumps, fixes: Sequence[Fix]) -> Cause:
    large = seen.many or seen.thrown
    by_training = seen.shrank or seen.tiny_batch or seen.with_training or seen.thrown or seen.far_too_high
    otherwise = seen.one_sided or by_training or seen.away or seen.unlike_training
    return because(
        "validation-set-too-small",
        Strength.UNLIKELY if seen.calm or large else likely_if(seen.few or not otherwise),
        pro=[seen.few, "" if seen.one_sided else "the jumps go both ways"],
        contra=[seen.one_sided, seen.shrank, seen.calm, seen.with_training, seen.unlike_training, large],
        fixes=fixes,
    )


def _rate_too_high(seen: ValidationJumps) -> Cause:
    cause = because(
        "learning-rate-too-high",
        likely_if((seen.shrank or seen.with_training or seen.thrown or seen.far_too_high) and not seen.few),
        pro=[
            seen.far_too_high,
            "the jumps shrank when the rate fell" if seen.shrank else "",
            seen.calm,
            seen.with_training,
            seen.thrown,
        ],
        contra=["the rate has fallen, the jumps have not" if seen.rate_fell and not seen.shrank else ""],
    )
    lower = with_lower_rate(cause, seen.siblings.run)
    # What was learnt at this rate is kept: its steps are too long only to come to rest.
    return lower if seen.thrown or seen.far_too_high or seen.rate_fell else decayed_from_there(lower, seen.siblings.run)


def _statistics_lag(seen: ValidationJumps) -> Cause:
    otherwise = seen.shrank or seen.few or seen.with_training or seen.thrown or seen.far_too_high
    alone = "training does not jump with it" if seen.one_sided and not seen.with_training else ""
    return because(
        "batch-norm-statistics",
        likely_if((seen.one_sided or seen.unlike_training) and not otherwise),
        pro=[seen.one_sided, alone, seen.unlike_training],
        contra=[seen.with_training],
        # They lag by what the weights move in a step, and other steps that are off calm down with the rate as well.
        fixes=[] if seen.rate_fell or seen.thrown else [late_decay(seen.siblings.run)],
    )


def collapses(metric: Series) -> str:
    """Say so where a metric of which more is better falls to little again and again, and comes back each time."""
    values = metric.finite.values
    if len(values) < EVALUATIONS or values.min() < 0:
        return ""
    before = np.maximum.accumulate(values)[:-1]
    after = np.maximum.accumulate(values[::-1])[::-1]
    down = (values[1:] < COLLAPSES * before) & (after[1:] >= BACK * before)
    times = int(np.sum(down & ~np.append(False, down[:-1])))
    if times < TWICE:
        return ""
    return f"{metric.name} falls to {number(float(values[1:][down].min()))} and comes back, {times} times"


def many_examples(metric: Series, few: int) -> str:
    """Say so where an accuracy that is of no `few` examples takes values enough to be of more, or nothing."""
    values = metric.values / accuracy_unit(metric.values)
    between = np.unique(values[(values > 0) & (values < 1)])
    if not is_accuracy(metric.name) or len(between) < KINDS or in_hundredths(values):
        return ""
    return f"{metric.name} takes {len(between)} values that are no shares of {few} examples or fewer"


def _is_calm(sibling: Sibling, rough: Roughness) -> bool:
    """Whether a sibling of one task, judged by the same set, ends as low and does not jump."""
    held_out = sibling.run.find(ValLoss)
    if not sibling.same_task or held_out is None or len(held_out.finite) < EVALUATIONS:
        return False
    values = held_out.finite.values[len(held_out.finite) // 2 :]
    usual = float(np.quantile(np.abs(np.diff(values)), 0.8))
    return usual <= CALM * rough.jumps and values[-1] <= rough.gap.val.end
