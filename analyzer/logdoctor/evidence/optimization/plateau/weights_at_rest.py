"""Whether weights stop moving half-way: validation gives one loss from then on, while batches of training vary."""

from __future__ import annotations

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.finding import Confidence, Observation, Quantity, Span, Strength
from logdoctor.run import Run
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


def weights_at_rest(run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> Observation | None:
    """Tell of weights that rest for half of a run whose rate is not logged, once they have learnt something, or None.

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
    message = (
        f"{val.series.name} is {number(end)} at each of the last {alike} of {len(values)} evaluations, while "
        f"{train.series.name} varies by {percent(noise)} from one value to the next: the weights no longer move"
    )
    decayed = because("schedule-decays-too-soon", Strength.LIKELY, pro=[message])
    return Observation(
        message,
        Span(val.series.name, int(val.series.steps[since]), val.series.last_step, "at rest"),
        Confidence.MEDIUM,
        ranked(decayed, because("dead-activations"), because("learning-rate-too-low")),
        {"level": Quantity(train.end), "start": Quantity(train.start)},
    )
