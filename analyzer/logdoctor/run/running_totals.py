"""Losses that are summed up since the run began, as gensim reports that of word2vec."""

from __future__ import annotations

import numpy as np

from logdoctor.run.series import Series

_MIN_POINTS, _MIN_POINTS_OF_MEANS = 5, 10
"""Values of such a sum by which it is known; more of one that begins where the mean over a batch may begin."""

_NO_MEAN = 12.0
"""First value above which a loss is hardly a mean: guessing among 160,000 classes costs less."""

_NO_MORE = 1.05
"""What a value adds in units of what the one before added: batches vary by a little from epoch to epoch."""

_NEARLY_AS_MUCH = 0.7
"""What each of the first values adds at least in units of the one before: a loss that was thrown soon comes to rest."""

_FIRST = 4
"""Values behind the first one that must add so much; single precision ends later sums."""


def is_running_total(series: Series) -> bool:
    """Tell a sum since the beginning by what its values add: the first as much as it is, none more than the last one.

    A loss that diverges rises faster and faster, or jumps and rests.
    """
    values = series.values
    first, second = (float(one) for one in values[:2]) if len(values) >= _MIN_POINTS else (0.0, 0.0)
    if not second - first >= _NEARLY_AS_MUCH * first > 0 or not np.isfinite(values).all():
        return False  # nearly every other curve, however long, so that none is copied
    if len(values) < (_MIN_POINTS if first > _NO_MEAN else _MIN_POINTS_OF_MEANS):
        return False
    strides, added = np.diff(series.steps), np.diff(values, prepend=0.0)
    before, after = added[:-1], added[1:]
    slows_down = (after >= 0).all() and (after <= _NO_MORE * before).all()
    goes_on = (after[:_FIRST] >= _NEARLY_AS_MUCH * before[:_FIRST]).all()
    return bool(slows_down and goes_on and (strides == strides[0]).all())
