"""Lightning Fabric's SpikeDetection callback, with its defaults.

From src/lightning/fabric/utilities/spike.py of github.com/Lightning-AI/pytorch-lightning. It ends the training at
the first spike.
"""

from __future__ import annotations

import numpy as np

from logdoctor import Run, TrainLoss

from .curves import Values, values_of
from .peer import NON_FINITE, SPIKE, Alarm, Peer

WINDOW = 10
"""`window`: values of the running mean."""

RTOL = 2.0
"""`rtol`: distance from the running mean in units of it."""

WARMUP = 1
"""`warmup`: values before the first that is judged."""


def judge(run: Run) -> tuple[Alarm, ...]:
    loss = values_of(run, TrainLoss)
    at = first_spike(loss)
    if at is None:
        return ()
    return (Alarm("TrainingSpikeException", SPIKE if np.isfinite(loss[at]) else NON_FINITE),)


def first_spike(loss: Values) -> int | None:
    """Return the place of the value at which the training is ended."""
    for here in range(WARMUP, len(loss)):
        if not np.isfinite(loss[here]):
            return here
        mean = loss[max(0, here - WINDOW) : here].mean()
        if loss[here] > loss[here - 1] and abs(loss[here] - mean) >= abs(RTOL * mean):
            return here
    return None


LIGHTNING = Peer("Lightning", judge)
