"""Losses on held-out data beside the validation loss: those of other sets, which are no terms of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.naming import stem_of
from logdoctor.run.roles import TrainComponentLoss, ValComponentLoss, ValLoss


def other_sets(run: Run, val: Series) -> Iterator[Series]:
    """Yield the losses of other sets than that of a validation loss.

    What has no counterpart in training, and comes to lie above the validation loss, is no term of it.
    """
    yield from (one.finite for one in run.all(ValLoss) if one.name != val.name)
    trained = {stem_of(one.name) for one in run.all(TrainComponentLoss)}
    for one in run.all(ValComponentLoss):
        series = one.finite
        shared = np.isin(series.steps, val.steps)
        if stem_of(one.name) in trained or not shared.any() or series.axis is not val.axis:
            continue
        above = series.values[shared] > np.interp(series.steps[shared], val.steps, val.values)
        if bool(above[len(above) // 2 :].all()):
            yield series
