"""runwise 0.5: the anomalies of its reports, with the defaults of its `AnomalyConfig`.

From runwise/anomalies.py of github.com/jasegehring/runwise. It reads a history of records and judges each key
alone; the whole history is given to it here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logdoctor import GradNorm, Run, Series, TrainLoss, ValLoss

from .curves import Values, values_named, values_of
from .peer import NON_FINITE, NOT_LEARNING, OVERFIT, SPIKE, Alarm, Peer

SPIKE_THRESHOLD, SPIKE_WINDOW, SPIKE_FACTOR = 3.5, 100, 2.0
"""Distance from the median of the window before in units of its MAD, the window, and the factor above the median."""

OVERFIT_RATIO, OVERFIT_BASELINE, OVERFIT_RECENT, OVERFIT_POINTS = 1.5, (100, 500), 20, 10
"""Growth of the ratio of validation to training loss over that of the baseline steps, the points at the end that are
averaged, and the common points that are needed. The last baseline step is also the training points that are needed."""

PLATEAU_POINTS, PLATEAU_GAIN = 500, 0.01
"""Points that are needed, and the gain of the last quarter over the one before."""

VANISH, EXPLODE, SUSTAINED = 1e-7, 10.0, 10
"""Gradient norm, factor above its mean, and the points at the end that are judged."""

THROUGHPUT_DROP, THROUGHPUT_POINTS = 0.4, 20
"""Fall of the last ten points below the mean of the first quarter, and the points that are needed."""


def judge(run: Run) -> tuple[Alarm, ...]:
    return tuple(_alarms(run))


def _alarms(run: Run) -> Iterator[Alarm]:
    train, validation = run.find(TrainLoss), run.find(ValLoss)
    loss = values_of(run, TrainLoss)
    if not (np.isfinite(loss).all() and np.isfinite(values_of(run, ValLoss)).all()):
        yield Alarm("nan", NON_FINITE)
    loss = loss[~np.isnan(loss)]
    if spikes(loss):
        yield Alarm("spike", SPIKE)
    if train is not None and validation is not None and overfits(train, validation):
        yield Alarm("overfit", OVERFIT)
    if plateaus(loss):
        yield Alarm("plateau", NOT_LEARNING)
    gradient = values_of(run, GradNorm)
    gradient = gradient[~np.isnan(gradient)]
    recent = gradient[-SUSTAINED:]
    if len(recent) == SUSTAINED and (recent < VANISH).all():
        yield Alarm("gradient", frozenset({"vanishing-gradients"}))
    if len(recent) == SUSTAINED and gradient.mean() > 0 and (recent > EXPLODE * gradient.mean()).any():
        yield Alarm("gradient", frozenset({"exploding-gradients"}))
    if any(slows(values_named(run, "per", second)) for second in ("sec", "second")):
        yield Alarm("system", frozenset({"throughput-drop"}))


def spikes(loss: Values) -> bool:
    """Whether any value stands out above the window before it."""
    if len(loss) <= SPIKE_WINDOW:
        return False
    windows = np.lib.stride_tricks.sliding_window_view(loss[:-1], SPIKE_WINDOW)
    middle, here = SPIKE_WINDOW // 2, loss[SPIKE_WINDOW:]
    median = np.partition(windows, middle, axis=1)[:, middle]
    mad = np.partition(np.abs(windows - median[:, None]), middle, axis=1)[:, middle]
    return bool(((mad > 0) & (np.abs(here - median) > SPIKE_THRESHOLD * mad) & (here > SPIKE_FACTOR * median)).any())


def overfits(train: Series, validation: Series) -> bool:
    first, second = train.finite, validation.finite
    common, at, of = np.intersect1d(first.steps, second.steps, return_indices=True)
    if len(first) < OVERFIT_BASELINE[1] or min(len(second), len(common)) < OVERFIT_POINTS:
        return False
    early = (common >= OVERFIT_BASELINE[0]) & (common <= OVERFIT_BASELINE[1])
    if np.count_nonzero(early) < 3:
        early = np.arange(len(common)) < min(20, len(common) // 4)
    usable = first.values[at] > 0
    ratio = np.divide(second.values[of], first.values[at], where=usable, out=np.full(len(common), np.nan))
    baseline, recent = ratio[early & usable], ratio[-OVERFIT_RECENT:][usable[-OVERFIT_RECENT:]]
    if not len(baseline) or not len(recent):
        return False
    return bool(baseline.mean() > 0 and recent.mean() > OVERFIT_RATIO * baseline.mean())


def plateaus(loss: Values) -> bool:
    """Whether the last quarter gained almost nothing and found no new minimum."""
    if len(loss) < PLATEAU_POINTS:
        return False
    quarter = len(loss) // 4
    recent, previous = loss[-quarter:], loss[-2 * quarter : -quarter]
    gained = previous.mean() > 0 and (previous.mean() - recent.mean()) / previous.mean() >= PLATEAU_GAIN
    return bool(previous.mean() > 0 and not gained and recent.min() >= 0.99 * loss.min())


def slows(throughput: Values) -> bool:
    if len(throughput) < THROUGHPUT_POINTS:
        return False
    baseline = throughput[: len(throughput) // 4].mean()
    return bool(baseline > 0 and 1 - throughput[-10:].mean() / baseline > THROUGHPUT_DROP)


RUNWISE = Peer("runwise", judge)
