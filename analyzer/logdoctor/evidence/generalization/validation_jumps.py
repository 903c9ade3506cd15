"""Why a validation loss jumps from one evaluation to the next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from logdoctor.causes import because, likely_because
from logdoctor.evidence.rates import with_lower_rate
from logdoctor.evidence.siblings import cured_first
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

CALMER = 0.8
"""Late jumps in units of early ones below which they have shrunk with the rate."""


def causes_of_jumps(
    rough: Roughness,
    schedule: Schedule | None,
    settings: Hyperparameters,
    siblings: Siblings,
    few: Sequence[str],
    fixes: Sequence[Fix],
    *,
    many: str = "",
    other_data: bool = False,
) -> tuple[Cause, ...]:
    """A small set errs both ways, in siblings too; statistics or steps that are off only ever make it worse.

    `few` says that an accuracy tells of few examples and `many` that it tells of more, `fixes` are those of a small
    set. Many examples that are the same each time jump together only where the weights do. `other_data` tells that
    validation shows to be other data than training: while training is steady, that is what jumps.
    """
    good = [] if few else [one for one in siblings if _is_calm(one, rough)]
    calm = f"sibling run {good[0].run.name} does not jump on the same set" if good else ""
    one_sided, tiny = _one_sided(rough), _tiny_batch(settings)
    fell = schedule is not None and _rate_fell(schedule, rough)
    with_it = _together(rough) if rough.train_jumps >= TOGETHER * rough.jumps else ""
    away = _away(rough) if other_data else ""
    thrown = _risen(rough)
    large = many or thrown
    shrank = "the jumps shrank with the rate" if fell and rough.last_jumps < CALMER * rough.early_jumps else ""
    found = cured_first(
        siblings,
        because(
            "validation-set-too-small",
            Strength.UNLIKELY
            if calm or large
            else likely_if(few or not (one_sided or shrank or tiny or with_it or thrown or away)),
            pro=[*few, "" if one_sided else "the jumps go both ways"],
            contra=[one_sided, shrank, calm, with_it, large],
            fixes=fixes,
        ),
        because("validation-set-differs", Strength.LIKELY if away else Strength.UNLIKELY, pro=[away]),
        with_lower_rate(
            because(
                "learning-rate-too-high",
                likely_if((shrank or with_it or thrown) and not few),
                pro=["the jumps shrank when the rate fell" if shrank else "", calm, with_it, thrown],
                contra=["the rate has fallen, the jumps have not" if fell and not shrank else ""],
            ),
            siblings.run,
        ),
        because(
            "batch-norm-statistics",
            likely_if(one_sided and not (shrank or few or with_it or thrown)),
            pro=[one_sided, "training does not jump with it" if one_sided and not with_it else ""],
            contra=[with_it],
        ),
        likely_because("batch-too-small", tiny),
        because("no-gradient-clipping", Strength.UNLIKELY),
        among=good,
    )
    return tuple(one for one in found if one.strength is not Strength.UNLIKELY or one.contra)


def many_examples(metric: Series, few: int) -> str:
    """Say so where an accuracy that is of no `few` examples takes values enough to be of more, or nothing."""
    values = metric.values / accuracy_unit(metric.values)
    between = np.unique(values[(values > 0) & (values < 1)])
    if not is_accuracy(metric.name) or len(between) < KINDS or in_hundredths(values):
        return ""
    return f"{metric.name} takes {len(between)} values that are no shares of {few} examples or fewer"


def _together(rough: Roughness) -> str:
    """Say so where training goes up and down with validation, or nothing."""
    together = correlation(np.diff(rough.values), np.diff(rough.train_values)) >= ALIKE
    return f"training goes up and down with it, by {number(rough.train_jumps)}" if together else ""


def _risen(rough: Roughness) -> str:
    """Say so where training ends above where it began, or nothing."""
    train = rough.gap.train
    if train.end <= train.start:
        return ""
    return f"{train.series.name} ends at {number(train.end)}, above the {number(train.start)} at which it began"


def _away(rough: Roughness) -> str:
    """Say where validation jumps while training, far below it, is steady; nothing where that is not."""
    train, val = rough.gap.train, rough.gap.val
    if rough.train_jumps > STEADY * max(train.start - train.end, 0.0) or val.end < train.start:
        return ""
    return (
        f"{val.series.name} jumps around {number(val.end)}, above the {number(train.start)} at which training began, "
        f"while {train.series.name} is steady at {number(train.end)}"
    )


def _one_sided(rough: Roughness) -> str:
    """Say so where most of the large jumps go up, or nothing."""
    most = "all" if rough.upward == 1 else f"{percent(rough.upward)} of the"
    return f"{most} large jumps go up" if rough.upward >= ONE_SIDED else ""


def _tiny_batch(settings: Hyperparameters) -> str:
    """Say so where an update sees next to no examples, or nothing."""
    batch = settings.batch_size
    return f"each update follows {counted(int(batch), 'example')}" if batch and batch <= TINY_BATCH else ""


def _rate_fell(schedule: Schedule, rough: Roughness) -> bool:
    """Whether the rate has fallen in the last quarter of the evaluations."""
    steps = rough.gap.val.series.steps
    last_quarter = int(steps[len(steps) * 3 // 4])
    return bool(schedule.rates[-1] <= FELL * schedule.at(last_quarter - 1))


def _is_calm(sibling: Sibling, rough: Roughness) -> bool:
    """Whether a sibling of one task, judged by the same set, ends as low and does not jump."""
    held_out = sibling.run.find(ValLoss)
    if not sibling.same_task or held_out is None or len(held_out.finite) < EVALUATIONS:
        return False
    values = held_out.finite.values[len(held_out.finite) // 2 :]
    usual = float(np.quantile(np.abs(np.diff(values)), 0.8))
    return usual <= CALM * rough.jumps and values[-1] <= rough.gap.val.end
