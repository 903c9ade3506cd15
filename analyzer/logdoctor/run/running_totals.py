"""Losses that are summed up since the run began, as gensim reports that of word2vec."""

from __future__ import annotations

import numpy as np

from logdoctor.run.series import Series

_MIN_POINTS = 5
"""Values of such a sum by which it is known."""

_NO_MORE = 1.05
"""What a value adds in units of what the one before added: batches vary by a little from epoch to epoch."""

_AS_MUCH = 0.5
"""What the second value adds at least in units of the first: a loss that merely rises begins more gently."""


def is_running_total(series: Series) -> bool:
    """Tell a sum since the beginning by what its values add: the first as much as it is, none more than the last one.

    A loss that diverges rises faster and faster, or jumps and rests.
    """
    values = series.values
    first, second = (float(one) for one in values[:2]) if len(values) >= _MIN_POINTS else (0.0, 0.0)
    if not second - first >= _AS_MUCH * first > 0 or not np.isfinite(values).all():
        return False  # nearly every other curve, however long, so that none is copied
    strides, added = np.diff(series.steps), np.diff(values, prepend=0.0)
    slows_down = (added >= 0).all() and (added[1:] <= _NO_MORE * added[:-1]).all()
    return bool(slows_down and (strides == strides[0]).all())
