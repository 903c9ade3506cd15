"""OLMo-core's StabilityMonitorCallback: six standard deviations above the last 128 values of loss or gradient norm.

From src/olmo_core/train/callbacks/stability_monitor.py of github.com/allenai/OLMo-core.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from logdoctor import GradNorm, Run, TrainLoss

from .curves import Values, values_of
from .peer import SPIKE, Alarm, Peer

WINDOW_SIZE = 128
"""`window_size`: values before, all of which are needed."""

THRESHOLD_STD = 6.0
"""`threshold_std`: standard deviations above their mean."""

LEAST_STD = 1e-10
"""Spread below which nothing is judged."""


def judge(run: Run) -> tuple[Alarm, ...]:
    alarms = []
    if spikes(values_of(run, TrainLoss)).any():
        alarms.append(Alarm("loss spike", SPIKE))
    if spikes(values_of(run, GradNorm)).any():
        alarms.append(Alarm("gradient norm spike", frozenset({"exploding-gradients", "loss-spike"})))
    return tuple(alarms)


def spikes(values: Values, window: int = WINDOW_SIZE, threshold: float = THRESHOLD_STD) -> NDArray[np.bool_]:
    """Tell for each value after the first window whether it is a spike."""
    if len(values) <= window:
        return np.array([], dtype=bool)
    windows = np.lib.stride_tricks.sliding_window_view(values[:-1], window)
    spread = windows.std(axis=1)
    spiked = (spread >= LEAST_STD) & (values[window:] > windows.mean(axis=1) + threshold * spread)
    return np.asarray(spiked, dtype=bool)


OLMO_CORE = Peer("OLMo-core", judge)
