"""Curves whose "steps" are epochs, logged beside curves of the same run that count real steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis, Series

FEWEST_EPOCHS = 3
"""Points that a curve needs to be recognised by its steps alone."""

FEWEST_BETWEEN = 2
"""Points of the curve of steps that lie between any two neighbours of a curve of epochs."""


def epochs_at_steps(series: Sequence[Series]) -> dict[int, NDArray[np.int64]]:
    """Return the steps at which the epochs of such curves ended, by the number of the curve.

    `add_scalar("val/loss", loss, epoch)` beside `add_scalar("train/loss", loss, step)` puts both on one axis, as
    MONAI's TensorBoardStatsHandler and open_clip do. The wall times show at which step each epoch ended: the last one
    that was logged before.
    """
    timed = [(i, one, one.wall_times) for i, one in enumerate(series) if one.wall_times is not None]
    rulers = [(one, times) for _, one, times in timed if _can_measure(one, times)]
    ruler, clock = max(rulers, key=lambda found: len(found[0]), default=(None, None))
    if ruler is None or clock is None:
        return {}
    by_epoch = ((i, one, times) for i, one, times in timed if one is not ruler and _counts_by_one(one, times))
    placed = {i: _steps_at(ruler, clock, one, times) for i, one, times in by_epoch}
    return {i: steps for i, steps in placed.items() if steps is not None}


def _can_measure(series: Series, times: NDArray[np.float64]) -> bool:
    return (
        series.axis is Axis.STEP
        and len(series) >= FEWEST_EPOCHS * FEWEST_BETWEEN
        and bool((np.diff(series.steps) > 0).all() and (np.diff(times) >= 0).all())
    )


def _counts_by_one(series: Series, times: NDArray[np.float64]) -> bool:
    return (
        series.axis is Axis.STEP
        and len(series) >= FEWEST_EPOCHS
        and 0 <= series.first_step <= 1
        and bool((np.diff(series.steps) == 1).all() and (np.diff(times) > 0).all())
    )


def _steps_at(
    ruler: Series, clock: NDArray[np.float64], series: Series, times: NDArray[np.float64]
) -> NDArray[np.int64] | None:
    """Return (n,) the last step of the ruler before each point; None where too few steps lie between two epochs."""
    before = np.searchsorted(clock, times, side="right") - 1
    if before[0] < FEWEST_BETWEEN - 1 or (np.diff(before) < FEWEST_BETWEEN).any():
        return None
    steps = ruler.steps[before]
    return steps if (steps >= series.steps).all() and (np.diff(steps) >= FEWEST_BETWEEN).all() else None
