"""Whether weights stop moving half-way: validation gives one loss from then on, while batches of training vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.finding import Cause, Strength
from logdoctor.run import Run, Series
from logdoctor.run.roles import LearningRate, TrainLoss, ValLoss
from logdoctor.signals import Trend
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, percent

SHARE = 0.5
"""Share of the run, up to its end, over which they rest: a schedule that fits the run comes to its end with it."""

EVALUATIONS = 4
"""Evaluations that must agree before it is no accident."""

STILL = 3e-4
"""Range of those as a share of their level: any update at a rate that teaches moves a loss by more."""

MOVED = 0.005
"""What validation must have fallen by then, as a share of that level: else nothing was ever learnt."""

NOT_FAR = 0.5
"""Training loss at the end as a share of its start above which it has not come far, as in slow-convergence: one that
has may have learnt all there was by then."""

NOISE = 0.004
"""Noise of training meanwhile as a share of its level, and ten times what validation moves: whoever descends along one
gradient of all data comes to rest as well, without any."""


@dataclass(frozen=True)
class Rest:
    """Where the weights come to rest."""

    val: Series
    since: int
    """Step of the first evaluation that gives the last loss."""
    said: str


def weights_at_rest(run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> Rest | None:
    """Return where the weights come to rest for half of a run whose rate is not logged, or None.

    A logged rate says better whether it had decayed.
    """
    if val is None or run.find(LearningRate) is not None or val.series.axis is not train.series.axis:
        return None
    if train.end <= NOT_FAR * train.start:
        return None
    values, end = val.series.values, float(val.series.values[-1])
    since = after_last(np.abs(values - end) > STILL / 2 * abs(end))
    alike = len(values) - since
    if since == 0 or alike < max(EVALUATIONS, SHARE * len(values)) or values[0] - end < MOVED * abs(end):
        return None
    batches = train.series.values[train.series.steps >= val.series.steps[since]]
    fine = float(np.diff(np.unique(values)).min()) <= STILL * abs(end)
    usual = abs(median(batches)) if len(batches) > alike else 0.0
    noise = median(np.abs(np.diff(batches))) / usual if usual > 0 else 0.0
    if not fine or noise < max(NOISE, 10 * float(np.ptp(values[since:])) / abs(end)):
        return None
    said = (
        f"{val.series.name} is {number(end)} at each of the last {alike} of {len(values)} evaluations, while "
        f"{train.series.name} varies by {percent(noise)} from one value to the next: the weights no longer move"
    )
    return Rest(val.series, int(val.series.steps[since]), said)


def causes_of_rest_half_way(rest: Rest) -> tuple[Cause, ...]:
    """Return why weights stop moving once they have learnt something."""
    return ranked(
        because("schedule-decays-too-soon", Strength.LIKELY, pro=[rest.said]),
        because("dead-activations"),
        because("learning-rate-too-low"),
    )
