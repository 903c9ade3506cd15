"""The lowest validation loss: whether it is that of a best model, how long ago it was, and how to keep it."""

from __future__ import annotations

import numpy as np

from logdoctor.evidence.optimization.stuck.never_lower import worse_than_untrained
from logdoctor.finding import Fix
from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss, ValLoss, ValMetric
from logdoctor.signals import Gap, Trend
from logdoctor.wording import percent, place

LEARNT_LATER = 0.8
"""Share of what the metric gained that came after the lowest loss, from which that loss was no best, where validation
ends no higher than training: a detector that finds nothing yet has little to lose (YOLO: from 0.1 to 4.6 as the first
boxes are found, and down to 1 from there). What overfits gains a third by its metric after the minimum."""

BESIDE = 0.5
"""Part of the stretch since the lowest loss over which training must have finite losses: the larger part."""


def was_no_best(run: Run, gap: Gap, metric: Trend[ValMetric] | None) -> bool:
    """Tell where validation was at its lowest before anything was learnt, or training broke off soon after."""
    if _breaks_off(run, gap) or worse_than_untrained(gap.train, gap.val):
        return True
    return metric is not None and gap.end <= 0 and _learnt_later(gap.val, metric)


def _learnt_later(val: Trend[ValLoss], metric: Trend[ValMetric]) -> bool:
    gained = metric.end - float(metric.level[0])
    since = metric.end - float(np.interp(val.best_step, metric.steps, metric.level))
    return gained > 0 and since > LEARNT_LATER * gained


def _breaks_off(run: Run, gap: Gap) -> bool:
    """Whether training is not finite at its end, so that there is nothing to compare a rise of validation with."""
    train, val = run.find(TrainLoss), gap.val.series
    if train is None or train.axis is not val.axis or np.isfinite(train.curve.values[-1]):
        return False
    best, last = gap.val.best_point[0], val.last_step
    return gap.train.series.last_step - best < BESIDE * (last - best)


def share_after_best(val: Trend[ValLoss]) -> float:
    """Return the share of the steps that came after the best value."""
    return (val.series.last_step - val.best_point[0]) / max(int(np.ptp(val.series.steps)), 1)


def steps_since(train: Trend[TrainLoss], step: int) -> tuple[int, int]:
    """Return the steps of the training loss since validation was best; all of them where it counts otherwise."""
    first, last = train.series.first_step, train.series.last_step
    return (step if first <= step <= last else first), last


def keep_the_best(val: Trend[ValLoss]) -> Fix:
    """Return the fix that keeps the best checkpoint, or finds one where the best came first."""
    best_step, series = val.best_point[0], val.series
    if best_step == series.first_step:
        first = f"keep the checkpoint of {place(series, best_step)}, the first evaluation"
        return Fix(f"{first}, or an earlier one: evaluate more often until then", basis="read from this curve")
    saves = f"read from this curve, saves {_saved(val)}"
    return Fix(f"keep the checkpoint of {place(series, best_step)}, or stop there", basis=saves)


def _saved(val: Trend[ValLoss]) -> str:
    """Say what stopping at the best value would have saved: a share of the steps, and time where it is logged."""
    series, share, times = val.series, share_after_best(val), val.series.wall_times
    if times is None or not np.isfinite(times).all():
        return f"{percent(share)} of the steps"
    seconds = float(times[-1] - times[int(np.searchsorted(series.steps, val.best_point[0]))])
    text = f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds:.0f} s"
    return f"{percent(share)} of the steps" + (f", {text}" if seconds > 0 else "")
