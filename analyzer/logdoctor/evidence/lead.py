"""Whether validation led training before a regulariser could hide anything, and whether a log shows where it began."""

from __future__ import annotations

from logdoctor.signals import Gap
from logdoctor.wording import number

AHEAD, TO_COME, TO_COME_OF_MEANS = 0.3, 0.3, 0.4
"""First lead in units of the last, and part of its fall that training has still before it, from which validation was
ahead before anything was learnt. Of means of an epoch more must be to come, for they lag: dropout and noisy inputs
leave up to 0.38 (measured on 50 small regressions)."""


def are_means(gap: Gap) -> bool:
    """Whether training has about one value for each evaluation: the mean of an epoch, which lags by half of it."""
    return len(gap.train) < 2 * len(gap.val)


def begins_early(gap: Gap) -> bool:
    """Whether much of the fall of training is still to come at the second evaluation."""
    to_come = float(gap.train_level[1]) - gap.train.end
    least = TO_COME_OF_MEANS if are_means(gap) else TO_COME
    return to_come >= least * max(gap.train.start - gap.train.end, 1e-300)


def ahead_at_first(gap: Gap, lead: float) -> str:
    """Say so where validation led at first; an average over the epoch lags, so training is taken one later."""
    first, training = gap.val.first, float(gap.train_level[1])
    if training - first < AHEAD * lead or not begins_early(gap):
        return ""
    return f"the first evaluation gave {number(first)}, training was still at {number(training)} by the second"
