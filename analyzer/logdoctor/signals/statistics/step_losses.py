"""Losses of single steps that are logged beside one value an epoch: more points, and more noise."""

from __future__ import annotations

from logdoctor.run import Axis, Run
from logdoctor.run.roles import TrainLoss
from logdoctor.signals.statistics.running_sums import is_summed_anew
from logdoctor.signals.statistics.trend import Trend


def step_losses(run: Run, train: Trend[TrainLoss], least: int) -> list[Trend[TrainLoss]]:
    """Measure the losses of steps, of so many points at least, beside a training loss that counts epochs.

    Those that are sums since each epoch began are left out: their level tells nothing.
    """
    beside = run.all(TrainLoss) if train.series.axis is Axis.EPOCH else ()
    of_steps = [one for one in beside if one.axis is Axis.STEP and len(one.finite) >= least]
    return [Trend.measure(one) for one in of_steps if not is_summed_anew(one.finite.values)]


def with_points(run: Run, train: Trend[TrainLoss], least: int) -> Trend[TrainLoss]:
    """Return the training loss, or the first of the losses of steps beside it where it has fewer points than asked."""
    return train if len(train) >= least else next(iter(step_losses(run, train, least)), train)
