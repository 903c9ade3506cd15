"""Curves to which the writer added the mean of each epoch, under the same tag and at the last step of the epoch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from logdoctor.run import Series

FEWEST_EPOCHS = 3
"""Steps at regular distances that come twice before the second value at each is taken for a mean."""


def without_epoch_means(series: Series) -> tuple[Series, ...]:
    """Return a curve and, apart from it, what stands there twice at the end of every epoch.

    ESPnet adds the last window of an epoch and then the whole epoch as `train/loss`, both at the last step of it
    (espnet2/train/reporter.py): read as one curve it would jump up there.
    """
    again = np.flatnonzero(np.diff(series.steps) == 0) + 1
    if len(again) < FEWEST_EPOCHS or len(series) < 4 * len(again) or len(series.rewinds):
        return (series,)
    lengths = np.diff(series.steps[again])
    same = series.values[again] == series.values[again - 1]
    if (lengths != lengths[0]).any() or not lengths[0] or 2 * same.sum() > len(again):
        return (series,)
    kept = np.ones(len(series), bool)
    kept[again] = False
    return series.take(kept), replace(series.take(again), name=f"{series.name} (epoch)")
