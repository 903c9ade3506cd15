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

_PIECE = 4096
"""Values that are looked at at a time: a curve of millions is not copied."""


def is_running_total(series: Series) -> bool:
    """Tell a sum since the beginning by what its values add: the first as much as it is, none more than the last one.

    A loss that diverges rises faster and faster, or jumps and rests.
    """
    values = series.values
    first = float(values[0]) if len(values) >= _MIN_POINTS else 0.0
    if not first > 0 or len(values) < (_MIN_POINTS if first > _NO_MEAN else _MIN_POINTS_OF_MEANS):
        return False
    begun = values[: _FIRST + 1]
    if not np.isfinite(begun).all():
        return False
    added = np.diff(begun, prepend=0.0)
    if not (added[1:] >= _NEARLY_AS_MUCH * added[:-1]).all():
        return False  # nearly every other curve
    return all(_adds_no_more(series, begin) for begin in range(0, len(values) - 2, _PIECE))


def _adds_no_more(series: Series, begin: int) -> bool:
    """Tell whether the values of a piece add no more than those before them, each as many steps later."""
    piece = slice(begin, begin + _PIECE + 2)
    if not np.isfinite(series.values[piece]).all():
        return False
    strides, added = np.diff(series.steps[piece]), np.diff(series.values[piece])
    if begin == 0:
        added = np.append(series.values[0], added)
    even = strides == series.steps[1] - series.steps[0]
    return bool(even.all() and (added >= 0).all() and (added[1:] <= _NO_MORE * added[:-1]).all())
